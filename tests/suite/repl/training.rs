//! Trainings as they are watched: at a terminal, in a file, by a machine; and Ctrl-C.

use std::time::Duration;

use super::terminal::{start, start_wide};

const DATA: &str = "\
data points = examples {
    [0, 0] -> [0]
    [0, 1] -> [1]
    [1, 0] -> [1]
    [1, 1] -> [0]
}
model net(x: [2]) -> [1] { x |> dense(8, act = tanh) |> dense(1) |> sigmoid }
";

fn script(epochs: &str, rest: &str) -> String {
    format!(
        "{DATA}train net on points {{ loss = mse, optimizer = adam(lr = 0.01), epochs = {epochs}, batch = 2, metrics = [mae] }}\n{rest}"
    )
}

#[test]
fn one_line_is_drawn_again_and_a_table_ends_it() {
    let terminal = start(&["run", "a.nn"], &[("a.nn", &script("9000000", "print(\"after\")\n"))]);
    let first = terminal.wait("the line", |screen| screen.contains(" left"));
    assert!(first.contains("  lr 0.01  "), "{first}");
    assert!(
        first.starts_with("epoch ") && first.contains("/9000000  batch ") && first.contains("  loss "),
        "{first}"
    );
    assert!(first.contains("  mae ") && first.trim_end().ends_with(" left"), "{first}");
    assert_eq!(first.trim_end().lines().count(), 1, "{first}");
    terminal.wait("a later line", |screen| *screen != first && screen.contains(" left"));
    assert_eq!(terminal.screen().trim_end().lines().count(), 1);
    terminal.press("\u{3}");
    let end = terminal.see("\nafter");
    let is_head = |line: &str| line.split_whitespace().eq(["epoch", "loss", "mae"]);
    assert!(end.lines().any(is_head), "{end}");
    assert!(
        end.contains("stopped after epoch ") && end.contains("the parameters of the last step are kept"),
        "{end}"
    );
    assert!(!end.contains("examples/s"), "the line is gone:\n{end}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn ctrl_c_keeps_and_saves_what_was_asked_for_and_twice_ends_now() {
    let rest = "save(net, \"net.safetensors\")\nprint(\"saved\")\n";
    let terminal = start(&["run", "a.nn"], &[("a.nn", &script("9000000", rest))]);
    terminal.see("  lr 0.01  ");
    terminal.press("\u{3}");
    terminal.see("saved");
    assert!(terminal.path("net.safetensors").exists());
    assert_eq!(terminal.end(), 0);
    let twice = format!("{}{}", script("9000000", ""), script("9000000", "").replace(DATA, ""));
    let terminal = start(&["run", "a.nn"], &[("a.nn", &twice)]);
    terminal.see("  lr 0.01  ");
    terminal.press("\u{3}");
    // Two at the same instant would be one for the system.
    std::thread::sleep(Duration::from_millis(100));
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 130);
}

const LOOP: &str = "\
for epoch in 1..9000000 {
    for batch in batches(points, 2) {
        net -= 0.1 * grad(batch_mean(mse(net(batch.x), batch.y)), net)
        print(\"step\")
    }
    print(\"epoch {epoch}\")
}
print(\"behind\")
save(net, \"net.safetensors\")
print(\"saved\")
";

#[test]
fn ctrl_c_ends_a_loop_after_its_round_and_what_follows_is_done() {
    let terminal = start(&["run", "a.nn"], &[("a.nn", &format!("{DATA}{LOOP}"))]);
    terminal.see("epoch 2");
    terminal.press("\u{3}");
    // The terminal writes the key wherever a line happens to be.
    let end = terminal.see("saved").replace("^C", "");
    // The rest of the outer round is done, and the loop at line 8 tells how far it came.
    let lines: Vec<&str> = end.trim_end().lines().map(str::trim_end).collect();
    let told = lines.iter().position(|line| line.starts_with("stopped after round ")).expect("a word");
    assert!(
        lines[told].contains(" of the loop at line 8: names and parameters are as it left them"),
        "{end}"
    );
    let round = lines[told].split(' ').nth(3).expect("a number");
    assert_eq!(lines[told - 1], format!("epoch {round}"), "{end}");
    assert_eq!(lines[told + 1..], ["behind", "saved"], "{end}");
    assert!(terminal.path("net.safetensors").exists());
    assert_eq!(terminal.end(), 0);
}

#[test]
fn ctrl_c_twice_in_a_loop_ends_now() {
    let terminal = start(&["run", "a.nn"], &[("a.nn", &format!("{DATA}{LOOP}{LOOP}"))]);
    terminal.see("epoch 2");
    terminal.press("\u{3}");
    std::thread::sleep(Duration::from_millis(100));
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 130);
}

#[test]
fn a_training_stopped_in_a_loop_ends_the_loop_too() {
    let train = script("9000000", "").replace(DATA, "");
    let text = format!("{DATA}for fold in 1..3 {{\n{train}print(\"fold {{fold}}\")\n}}\nprint(\"after\")\n");
    let terminal = start(&["run", "a.nn"], &[("a.nn", &text)]);
    terminal.see("  lr 0.01  ");
    terminal.press("\u{3}");
    let end = terminal.see("\nafter");
    assert!(end.contains("fold 1") && !end.contains("fold 2"), "{end}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn ctrl_c_at_the_prompt_keeps_the_session_and_the_parameters() {
    let terminal = start(&["repl"], &[("a.nn", DATA)]);
    terminal.ask(":load a.nn");
    let before = terminal.ask("net.dense1.W");
    terminal.enter(
        "train net on points { loss = mse, optimizer = adam(lr = 0.01), epochs = 9000000, batch = 2 }",
    );
    terminal.see("  lr 0.01  ");
    terminal.press("\u{3}");
    terminal.see("the parameters of the last step are kept");
    terminal.ready();
    assert_ne!(terminal.ask("net.dense1.W"), before);
    // A loop by hand is left after its round, and the session goes on.
    terminal.ask("i = 0");
    // The same line every time: a busy machine may not look before another has scrolled away.
    terminal.enter("while true { i = i + 1; print(\"round\"); net -= 0.1 * net }");
    terminal.see("\nround\nround\n");
    terminal.press("\u{3}");
    terminal.see("names and parameters are as it left them");
    terminal.ready();
    assert_eq!(terminal.ask("i > 0"), "true");
    let saved = terminal.ask(":save all.nn");
    assert_eq!(saved.matches("ended by hand here, and done to its end by the script").count(), 2, "{saved}");
    // While a line is typed, it throws the line away.
    terminal.press("half a line");
    terminal.see("half a line");
    terminal.press("\u{3}");
    terminal.ready();
    assert_eq!(terminal.ask("6 * 7"), "42");
}

#[test]
fn a_training_that_diverges_leaves_the_session() {
    let terminal = start(&["repl"], &[("a.nn", DATA)]);
    terminal.ask(":load a.nn");
    terminal.ask("model line(x: [2]) -> [1] { x |> dense(1) }");
    let answer = terminal
        .ask("train line on points { loss = mse, optimizer = sgd(lr = 1e30), epochs = 50, batch = 2 }");
    assert!(answer.contains("error[diverged]"), "{answer}");
    assert_eq!(terminal.ask("1 + 1"), "2");
    assert!(!terminal.ask("line.dense1.W").contains("nan"));
}

#[test]
fn a_window_that_becomes_narrower_keeps_the_line_on_one_line() {
    let terminal = start(&["run", "a.nn"], &[("a.nn", &script("9000000", ""))]);
    terminal.wait("the wide line", |screen| screen.contains(" left") && screen.trim_end().len() > 70);
    terminal.resize(60);
    let narrow = |screen: &str| screen.lines().last().is_some_and(|line| line.trim_end().len() < 60);
    let mut last = terminal.wait("a narrow line", |screen| screen.contains(" left") && narrow(screen));
    for _ in 0..5 {
        last = terminal.wait("a later line", |screen| *screen != last && screen.contains(" left"));
        assert_eq!(last.trim_end().lines().count(), 1, "{last}");
    }
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn quiet_says_nothing_and_settings_change_it() {
    let terminal = start(&["repl"], &[("a.nn", DATA)]);
    terminal.ask(":load a.nn");
    let line = "train net on points { loss = mse, optimizer = adam(lr = 0.01), epochs = 3 }";
    assert!(terminal.ask(line).contains("3 epochs in "));
    terminal.ask(":set quiet on");
    assert_eq!(terminal.ask(line), "");
}

#[test]
fn the_curve_is_drawn_while_it_goes_where_it_is_asked_for() {
    let terminal = start(&["run", "--live", "a.nn"], &[("a.nn", &script("9000000", "print(\"after\")\n"))]);
    let is_dots = |letter: char| ('\u{2801}'..='\u{28ff}').contains(&letter);
    let has_curve = |screen: &str| screen.chars().filter(|letter| is_dots(*letter)).count() > 5;
    let first = terminal.wait("a curve", |screen| has_curve(screen) && screen.contains("  lr 0.01  "));
    let later = terminal.wait("a later one", |screen| *screen != first && screen.contains("  lr 0.01  "));
    // It is drawn in the same place: one line of progress, however often.
    assert_eq!(later.matches("  lr 0.01  ").count(), 1, "{later}");
    terminal.press("\u{3}");
    let end = terminal.see("\nafter");
    assert!(has_curve(&end) && end.contains("are kept") && !end.contains("examples/s"), "{end}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_narrow_terminal_keeps_the_line_on_one_line() {
    for columns in [60, 80, 120, 200] {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.nn"), script("9000000", "")).expect("a script");
        let terminal = start_wide(&["run", "a.nn"], folder, &[], columns);
        let screen = terminal.see(" left");
        assert!(screen.contains("  lr 0.01  ") || columns < 80, "{screen}");
        assert_eq!(screen.trim_end().lines().count(), 1, "{screen}");
        assert!(screen.trim_end().chars().count() < usize::from(columns), "{screen}");
        assert_eq!(screen.contains(" examples/s  "), columns > 100, "{screen}");
        terminal.press("\u{3}");
        assert_eq!(terminal.end(), 0);
    }
}

//! Trainings as they are watched: at a terminal, in a file, by a machine; and Ctrl-C.

use std::time::Duration;

use super::terminal::start;

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
    let first = terminal.wait("the line", |screen| screen.contains(" examples/s  "));
    assert!(
        first.starts_with("epoch ") && first.contains("/9000000  batch ") && first.contains("  loss "),
        "{first}"
    );
    assert!(first.contains("  mae ") && first.trim_end().ends_with(" left"), "{first}");
    assert_eq!(first.trim_end().lines().count(), 1, "{first}");
    terminal.wait("a later line", |screen| *screen != first && screen.contains(" left"));
    assert_eq!(terminal.screen().trim_end().lines().count(), 1);
    terminal.press("\u{3}");
    let end = terminal.see("after");
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
    terminal.see(" examples/s  ");
    terminal.press("\u{3}");
    terminal.see("saved");
    assert!(terminal.path("net.safetensors").exists());
    assert_eq!(terminal.end(), 0);
    let twice = format!("{}{}", script("9000000", ""), script("9000000", "").replace(DATA, ""));
    let terminal = start(&["run", "a.nn"], &[("a.nn", &twice)]);
    terminal.see(" examples/s  ");
    terminal.press("\u{3}");
    // Two at the same instant would be one for the system.
    std::thread::sleep(Duration::from_millis(100));
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 130);
}

#[test]
fn ctrl_c_at_the_prompt_keeps_the_session_and_the_parameters() {
    let terminal = start(&["repl"], &[("a.nn", DATA)]);
    terminal.ask(":load a.nn");
    let before = terminal.ask("net.dense1.W");
    terminal.enter(
        "train net on points { loss = mse, optimizer = adam(lr = 0.01), epochs = 9000000, batch = 2 }",
    );
    terminal.see(" examples/s  ");
    terminal.press("\u{3}");
    terminal.see("the parameters of the last step are kept");
    terminal.ready();
    assert_ne!(terminal.ask("net.dense1.W"), before);
    // A loop by hand is left, and the session goes on.
    terminal.ask("i = 0");
    terminal.enter("while true { i = i + 1 }");
    std::thread::sleep(Duration::from_millis(300));
    terminal.press("\u{3}");
    terminal.see("stopped");
    terminal.ready();
    assert_eq!(terminal.ask("i > 0"), "true");
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
    let first = terminal.wait("a curve", |screen| has_curve(screen) && screen.contains(" examples/s  "));
    let later = terminal.wait("a later one", |screen| *screen != first && screen.contains(" examples/s  "));
    // It is drawn in the same place: one line of progress, however often.
    assert_eq!(later.matches(" examples/s  ").count(), 1, "{later}");
    terminal.press("\u{3}");
    let end = terminal.see("after");
    assert!(has_curve(&end) && end.contains("are kept") && !end.contains("examples/s"), "{end}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_narrow_terminal_keeps_the_line_on_one_line() {
    let terminal = start(&["run", "a.nn"], &[("a.nn", &script("9000000", ""))]);
    terminal.see(" examples/s  ");
    assert!(
        terminal.screen().lines().all(|line| line.chars().count() < usize::from(super::terminal::COLUMNS))
    );
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 0);
}

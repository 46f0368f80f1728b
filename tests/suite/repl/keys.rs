//! The prompt at a terminal, key by key.

use std::time::{Duration, Instant};

use super::terminal::{start, start_in};

const GREY: vt100::Color = vt100::Color::Idx(8);
const RED: vt100::Color = vt100::Color::Idx(1);

#[test]
fn a_line_is_answered_and_a_mistake_goes_by() {
    let terminal = start(&["repl"], &[]);
    assert_eq!(terminal.ask("x = 40 + 2"), "");
    assert_eq!(terminal.ask("x"), "42");
    let answer = terminal.ask("undefined_name");
    assert!(answer.contains("error[unknown-name]") && answer.contains("input 3:1:1"), "{answer}");
    assert_eq!(terminal.ask("_ / 2"), "21");
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_open_bracket_and_a_pipe_ask_for_another_line() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.enter("[1, 2,");
    terminal.enter(" 3] |>");
    terminal.enter("sum");
    terminal.wait("the sum", |screen| screen.lines().any(|line| line.trim() == "6"));
    assert_eq!(terminal.ask("|> sqrt"), "2.44949");
}

#[test]
fn further_lines_have_a_mark_and_begin_further_in() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.press("fn twice(x: [n]) -> [n] {\rx * 2\r}");
    terminal.see("nn> fn twice(x: [n]) -> [n] {\n...     x * 2\n... }");
    assert_eq!(terminal.color_of("... }"), Some(GREY));
    terminal.press("\r");
    terminal.ready();
    // The marks are no part of the text.
    assert_eq!(terminal.ask("twice([1, 2])"), "[2, 4]");
    assert_eq!(terminal.ask(":source twice"), "fn twice(x: [n]) -> [n] {\n    x * 2\n}");
    // What was entered comes back with its marks, and can be entered again.
    terminal.press("\u{1b}[A\u{1b}[A\u{1b}[A");
    terminal.see("...     x * 2\n... }");
    terminal.press("\r");
    terminal.ready();
    assert_eq!(terminal.ask("twice([3])"), "[6]");
    // What is pasted is left as it is.
    terminal.press("\u{1b}[200~[1,\n 2]\u{1b}[201~");
    terminal.see("nn> [1,\n 2]");
    terminal.press("\r");
    terminal.see("\n[1, 2]\n");
}

#[test]
fn a_declaration_of_data_says_what_it_comes_to() {
    let terminal = start(&["repl"], &[("points.csv", "left,right\n1,2\n3,4\n")]);
    terminal.ready();
    terminal.press("data d = csv(");
    terminal.see("separator =");
    terminal.press("\"points.csv\") { ");
    terminal.see("input =  target =  split =");
    terminal.press("inp");
    terminal.see("input: what the model is given");
    terminal.press("ut = [left");
    terminal.see("2 examples of [1] so far");
    assert_eq!(terminal.color_of("2 examples"), Some(GREY));
    terminal.press(", rihgt, ");
    terminal.see("✗ ");
    terminal.press(&"\u{7f}".repeat(9));
    terminal.press(", right] ");
    terminal.see("2 examples of [2] so far");
    terminal.press("}");
    terminal.see("}  2 examples of [2]");
    terminal.press("\r");
    assert_eq!(terminal.ask(":shape d"), "[2]");
}

#[test]
fn the_type_stands_in_grey_behind_the_line_and_mistakes_in_red() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.press("[1, 2, 3] * 2");
    terminal.see("[1, 2, 3] * 2  [3]");
    assert_eq!(terminal.color_of("  [3]").map(|_| terminal.color_of("[3]")), Some(Some(GREY)));
    terminal.press(" + [1, 2]");
    terminal.see("✗ ");
    assert_eq!(terminal.color_of("✗"), Some(RED));
    // What is entered stands there without the hint.
    terminal.press("\u{3}");
    assert_eq!(terminal.ask("[1, 2] * 3"), "[3, 6]");
    let screen = terminal.screen();
    assert!(screen.lines().any(|line| line.trim_end() == "nn> [1, 2] * 3"), "{screen}");
}

#[test]
fn colours_come_while_typing_and_the_pair_of_a_bracket_is_marked() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.press("train sum(\"a\", 12)");
    terminal.see("12)");
    assert_eq!(terminal.color_of("train"), Some(vt100::Color::Idx(5)));
    assert_eq!(terminal.color_of("\"a\""), Some(vt100::Color::Idx(2)));
    terminal.wait("marked brackets", |_| true);
    let is_marked = || {
        terminal.color_of(")") == Some(vt100::Color::Idx(6))
            && terminal.color_of("(") == Some(vt100::Color::Idx(6))
    };
    let until = Instant::now() + Duration::from_secs(30);
    while !is_marked() {
        assert!(Instant::now() < until, "the brackets are not marked");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn tab_completes_names_parameters_files_and_signs() {
    let terminal = start(&["repl"], &[("points.csv", "left,right\n1,2\n3,4\n")]);
    terminal.ready();
    terminal.press("\\sigma\t(0)");
    terminal.see("nn> σ(0)");
    terminal.press("\r");
    terminal.see("\n0.5\n");
    terminal.ready();
    terminal.ask("model net(x: [2]) -> [1] { x |> dense(4) as hidden |> dense(1) }");
    terminal.press("net.hi\t.b");
    terminal.see("nn> net.hidden.b");
    terminal.press("\r");
    terminal.see("\n[0, 0, 0, 0]\n");
    terminal.ready();
    terminal.press("net.");
    terminal.press("\t");
    terminal.see("hidden  dense1");
    terminal.press("\u{3}");
    terminal.ready();
    terminal.press("data d = csv(\"po\t\") {\r input = [le\t, ri\t]\r}\r");
    terminal.see("input = [left, right]");
    terminal.ready();
    assert_eq!(terminal.ask("d.x"), "[1, 2]\n[3, 4]\n[2] × 2");
    terminal.press(":sav\t");
    terminal.see("nn> :save");
}

#[test]
fn history_is_kept_between_sessions_and_searched() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = start_in(&["repl"], folder, &[]);
    assert_eq!(first.ask("1234 + 1"), "1235");
    first.enter("[5,\r6]");
    first.see("[5, 6]");
    first.ready();
    first.press("\u{4}");
    let folder = std::mem::replace(&mut first.folder, tempfile::tempdir().expect("a folder"));
    assert_eq!(first.end(), 0);
    let second = start_in(&["repl"], folder, &[]);
    second.ready();
    // Ctrl-R searches backwards; Return enters what was found.
    second.press("\u{12}1234");
    second.wait("what was found", |screen| screen.contains("1234 + 1"));
    second.press("\r");
    second.see("1235");
    second.ready();
    second.press("\u{1b}[A\u{1b}[A");
    second.see("[5,");
}

#[test]
fn an_editor_changes_the_last_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let editor = folder.path().join("editor.sh");
    std::fs::write(&editor, "sed -i 's/1/5/' \"$1\"\n").expect("a script");
    let command = format!("sh {}", editor.display());
    let terminal = start_in(&["repl"], folder, &[("EDITOR", command.as_str())]);
    assert_eq!(terminal.ask("1 + 1"), "2");
    assert_eq!(terminal.ask(":edit"), "5 + 1\n6");
    let without =
        start_in(&["repl"], tempfile::tempdir().expect("a folder"), &[("EDITOR", "/nowhere/editor")]);
    without.ask("1 + 1");
    assert!(without.ask(":edit").contains("cannot be started"));
}

#[test]
fn a_session_is_saved_loaded_and_ended() {
    let terminal =
        start(&["repl", "start.nn"], &[("start.nn", "base = 40\n"), ("more.nn", "more = base + 1\n")]);
    assert_eq!(terminal.ask(":load more.nn"), "");
    assert_eq!(terminal.ask("more + 1"), "42");
    assert!(terminal.ask(":save done.nn").contains("`done.nn`: 3 lines"));
    let text = std::fs::read_to_string(terminal.path("done.nn")).expect("it was written");
    assert_eq!(text, "base = 40\nmore = base + 1\nprint(more + 1)\n");
    terminal.enter(":quit");
    assert_eq!(terminal.end(), 0);
}

/// The bar in a release build is 50 ms.
#[test]
fn it_starts_at_once() {
    let mut times = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let terminal = start(&["repl"], &[]);
        terminal.ready();
        times.push(begun.elapsed());
    }
    let quickest = times.iter().min().copied().unwrap_or_default();
    assert!(quickest < Duration::from_millis(500), "{times:?}");
}

//! Lines that an input goes on with, key by key: brackets, the mark before them, and where an input ends.

use super::terminal::start;

const HOME: &str = "\u{1b}[H";
const LEFT: &str = "\u{1b}[D";
const UP: &str = "\u{1b}[A";
const BACKSPACE: &str = "\u{7f}";

#[test]
fn the_cursor_stays_behind_a_closing_bracket() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.press("σ([1,2\r])");
    terminal.see("nn> σ([1,2\n...     ])");
    terminal.press("\r");
    terminal.see("[0.731059, 0.880797]");
    terminal.ready();
    terminal.press("for i in 1..3 {\rif i > 1 {\rprint(i)\r} else {\rprint(\"one\")\r}\r}");
    terminal.see("\n...     } else {\n...         print(\"one\")\n...     }\n... }");
    terminal.press("\r");
    terminal.see("\none\n2\n");
    terminal.ready();
    terminal.press("g = [1,\r2\r] |> sum\r");
    terminal.ready();
    assert_eq!(terminal.ask("g"), "3");
}

#[test]
fn the_cursor_stays_behind_the_mark() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.press(&format!("x = [\r1,\r2{HOME}9"));
    terminal.see("nn> x = [\n...     1,\n...     92");
    // Past the beginning of a line the cursor goes to the end of the one above.
    terminal.press(&format!("{HOME}{}8", LEFT.repeat(6)));
    terminal.see("\n...     18,\n...     92");
    terminal.press(&format!("{UP}{HOME}7"));
    terminal.see("nn> 7x = [\n...     18,\n...     92");
    terminal.press(BACKSPACE);
    terminal.see("nn> x = [\n...     18,\n...     92");
    terminal.press("\u{3}");
    terminal.ready();
    terminal.press("y = [\r1,\r2\r] |> sum\r");
    terminal.ready();
    assert_eq!(terminal.ask("y"), "3");
}

#[test]
fn blanks_are_taken_away_a_step_at_a_time() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.press(&format!("x = [1,\r{BACKSPACE}2"));
    terminal.see("nn> x = [1,\n... 2");
    terminal.press(&format!("{BACKSPACE}{BACKSPACE} 3"));
    terminal.see("nn> x = [1, 3");
    terminal.press("]\r");
    terminal.ready();
    assert_eq!(terminal.ask("x"), "[1, 3]");
    // Ctrl-U empties a line and leaves its mark, Ctrl-K at the end of a line joins the next.
    terminal.press("[4,\r567\u{15}8");
    terminal.see("nn> [4,\n...     8");
    terminal.press(&format!("{UP}\u{5}\u{b}"));
    terminal.see("nn> [4,8");
    terminal.press("\u{5}]\r");
    terminal.see("\n[4, 8]\n");
}

#[test]
fn keys_of_the_search_are_those_of_the_search() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.press("[1,\r22,\r333]\r");
    terminal.see("\n[1, 22, 333]\n");
    terminal.ready();
    terminal.press("\u{12}22");
    terminal.see("`22': ");
    terminal.press(&format!("{BACKSPACE}{BACKSPACE}333"));
    terminal.see("(reverse-i-search)`333': ");
}

#[test]
fn without_colours_there_are_marks_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let terminal = super::terminal::start_in(&["repl"], folder, &[("NO_COLOR", "1")]);
    terminal.ready();
    terminal.press("[1,\r2");
    terminal.see("nn> [1,\n...     2");
}

#[test]
fn what_the_language_does_not_go_on_with_is_answered_at_once() {
    let terminal = start(&["repl"], &[]);
    for input in ["y =", "fn g(a) =", "y +=", "\"abc", "print(\"abc"] {
        let answer = terminal.ask(input);
        assert!(answer.contains("error["), "{input}: {answer}");
    }
    for (first, second, answer) in [("1 +", "2", "3"), ("[1, 2] |>", "sum", "3"), ("[7", "]", "[7]")] {
        terminal.ready();
        terminal.press("\u{c}");
        terminal.enter(first);
        terminal.see("\n...");
        terminal.enter(second);
        terminal.see(&format!("{second}\n{answer}\nnn>"));
    }
}

//! What is typed before it is asked for, and windows that change meanwhile.

use super::terminal::{start, start_wide};

#[test]
fn lines_that_come_together_are_all_read() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.send("11+1\r12+1\r13+1\r");
    terminal.see("\n14\nnn>");
    let screen = terminal.screen();
    assert!(screen.contains("\n12\n") && screen.contains("\n13\n"), "{screen}");
}

#[test]
fn what_is_typed_while_something_runs_is_read_afterwards() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    // The first lines come with the statement, the others while it runs.
    terminal.send("for i in 1..600 { print(\"round\") }\r20+1\r");
    terminal.see("\nround\nround\n");
    terminal.send("[20,\r2] |> sum\r");
    terminal.see("\n22\nnn>");
    assert!(terminal.screen().contains("\n21\n"), "{}", terminal.screen());
}

#[test]
fn a_narrower_window_is_noticed_while_a_line_is_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    let terminal = start_wide(&["repl"], folder, &[], 80);
    terminal.ready();
    terminal.press("x = 1 ");
    terminal.see("nn> x = 1");
    terminal.resize(60);
    // The signal and the keys come by different ways: as a person types, there is time between them.
    for count in 1..=16 {
        terminal.press("+ 1 ");
        terminal.wait("the sign", |screen| screen.matches('+').count() >= count);
    }
    terminal.press("+ 2");
    let screen = terminal.see("+ 2");
    assert_eq!(screen.matches("nn> ").count(), 1, "{screen}");
    terminal.press("\r");
    terminal.ready();
    assert_eq!(terminal.ask("x"), "19");
}

//! What Tab does at a terminal.

use super::terminal::{Terminal, start};

/// Types a text with Tab in it, waits for what it becomes, and throws it away.
#[track_caller]
fn becomes(terminal: &Terminal, typed: &str, text: &str) {
    terminal.ready();
    terminal.press("\u{c}");
    terminal.wait("an empty screen", |screen| screen.trim_end() == "nn>");
    terminal.press(typed);
    terminal.see(text);
    terminal.press("\u{3}");
}

#[test]
fn a_list_leaves_an_input_of_several_lines_whole() {
    let terminal = start(&["repl"], &[]);
    terminal.ready();
    terminal.press("x = [\r1,\rre\t\t");
    terminal.see("relu");
    let screen = terminal.see("\nnn> x = [\n...     1,\n...     re");
    assert!(screen.contains("relu") && screen.contains("reshape"), "{screen}");
    terminal.press("lu(3)]\r");
    terminal.ready();
    assert_eq!(terminal.ask("x"), "[1, 3]");
}

#[test]
fn columns_are_put_in_quotes_where_they_need_them() {
    let csv = ("a.csv", "\"size, big\",left,side\n1,2,3\n4,5,6\n");
    let terminal = start(&["repl"], &[csv]);
    becomes(&terminal, "data d = csv(\"a.csv\") { input = [siz\t", "input = [\"size, big\"");
    becomes(&terminal, "data d = csv(\"a.csv\") { input = [\"siz\t", "input = [\"size, big\"");
    becomes(&terminal, "data d = csv(\"a.csv\") { input = [\"le\t", "input = [\"left\"");
    becomes(&terminal, "data d = csv(\"a.csv\") { input = [le\t, 1", "input = [left, 1");
    terminal.ready();
    terminal.press("data d = csv(\"a.csv\") { input = [si\t");
    terminal.see("size, big  side");
    terminal.press("z\t] }\r");
    terminal.ready();
    assert_eq!(terminal.ask(":shape d"), "[1]");
}

#[test]
fn options_of_actions_are_completed() {
    let terminal = start(&["repl"], &[]);
    becomes(&terminal, "plot(x, ti\t", "plot(x, title =");
    becomes(&terminal, "print(x, dig\t", "print(x, digits =");
    becomes(&terminal, "batches(iris.train, 2, shu\t", "2, shuffle =");
    becomes(&terminal, "evaluate(net, iris.test, metr\t", "metrics =  metric");
    becomes(&terminal, "derive(mse, net, wr\t", "net, wrt =");
    becomes(&terminal, "load(net, \"net.safetensors\", parti\t", ", partial =");
    terminal.ready();
    terminal.press("print(x, di\t");
    terminal.see("digits =");
}

#[test]
fn a_setting_is_shown_and_its_values_are_completed() {
    let terminal = start(&["repl"], &[]);
    becomes(&terminal, ":set live \t", ":set live o");
    terminal.see("on   off");
    becomes(&terminal, ":set live of\t", ":set live off");
    assert!(terminal.ask(":set digits").starts_with("digits  6 "));
    terminal.ask(":set digits 9");
    assert!(terminal.ask(":set digits").starts_with("digits  9 "));
    assert!(terminal.ask(":set live").starts_with("live  off "));
}

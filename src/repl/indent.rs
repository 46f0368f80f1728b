//! Lines that an input goes on with: what stands before them, and how far in they begin.
//!
//! The line editor has one prompt for the first line alone. So a line that is begun here carries as many spaces as the
//! prompt is wide, which are shown as its mark; they are taken away when the input is entered. A text that was pasted
//! has none and is left as it is. What keys do on such lines is in `keys`.

use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, RepeatCount};

use super::lines::is_whole;
use super::place::open_brackets;
use crate::syntax::tokens;

/// What is shown before a line that an input goes on with; as wide as the prompt.
pub const MARK: &str = "... ";
/// What stands in the text for a mark.
pub const SPACES: &str = "    ";
/// How far in a line begins for each open bracket.
pub const STEP: usize = 4;

/// The end of this line and the beginning of the next: a step in for every open bracket; one if only an infix sign or
/// `|>` asks for more.
fn next_line(before: &str) -> String {
    let open = open_brackets(&tokens(before)).len();
    format!("\n{SPACES}{}", " ".repeat(STEP * open.max(1)))
}

/// Whether each further line begins with the spaces of the mark.
pub fn is_marked(text: &str) -> bool {
    let mut further = text.split('\n').skip(1).peekable();
    further.peek().is_some() && further.all(|line| line.starts_with(SPACES))
}

/// What someone typed, without the spaces that stand for marks.
pub fn without_marks(text: &str) -> String {
    if is_marked(text) { text.replace(&format!("\n{SPACES}"), "\n") } else { text.to_string() }
}

/// The coloured text with its marks; `typed` is the text without colours.
pub fn with_marks(colored: String, typed: &str, color: &str, plain: &str) -> String {
    match is_marked(typed) {
        true => colored.replace(&format!("\n{SPACES}"), &format!("\n{color}{MARK}{plain}")),
        false => colored,
    }
}

/// Return: begins another line where the input needs one.
pub struct Return;

impl ConditionalEventHandler for Return {
    fn handle(
        &self,
        _event: &Event,
        _count: RepeatCount,
        _positive: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let text = context.line();
        if is_whole(text) {
            return None;
        }
        Some(Cmd::Insert(1, next_line(text.get(..context.pos())?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_a_step_in_for_each_open_bracket() {
        assert_eq!(next_line("model net(x: [2]) {"), "\n        ");
        assert_eq!(next_line("data d = csv(\"a.csv\") {\n        input = ["), "\n            ");
        assert_eq!(next_line("x |>"), "\n        ");
    }

    #[test]
    fn marks_are_shown_in_place_of_spaces_and_taken_away() {
        let typed = "f = {\n        a\n    }";
        assert_eq!(without_marks(typed), "f = {\n    a\n}");
        assert_eq!(with_marks(typed.to_string(), typed, "<", ">"), "f = {\n<... >    a\n<... >}");
        for pasted in ["f = {\n    a\n}", "one line    "] {
            assert_eq!(without_marks(pasted), pasted);
            assert_eq!(with_marks(pasted.to_string(), pasted, "<", ">"), pasted);
        }
        assert_eq!(MARK.len(), super::super::PROMPT.len());
    }
}

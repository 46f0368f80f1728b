//! Keys on the lines that an input goes on with: the cursor stays behind the mark, and blanks that stand for nothing are
//! passed over or taken away together.
//!
//! A key of the line editor is one command, and none of them takes blanks away and writes a bracket, or goes a number
//! of letters. But a completion may change the line as it likes. So such a key is a completion, and what it changes
//! waits in [`Keys`] until the editor asks for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustyline::history::History;
use rustyline::{
    Cmd, ConditionalEventHandler, Editor, Event, EventContext, EventHandler, Helper, KeyCode, KeyEvent,
    Modifiers, RepeatCount,
};

use super::indent::{Return, SPACES, STEP, is_marked};

/// A change of the line: a range, what stands there afterwards, and the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub from: usize,
    pub to: usize,
    pub text: String,
    pub cursor: usize,
}

/// What keys and the helper of the editor share.
#[derive(Debug, Default)]
pub struct Keys {
    waiting: Mutex<Option<Change>>,
    /// Ctrl-R is at work: its keys mean what they always do.
    is_searching: AtomicBool,
}

impl Keys {
    /// The change that a key asked for.
    pub fn take(&self) -> Option<Change> {
        self.waiting.lock().ok()?.take()
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting.lock().is_ok_and(|waiting| waiting.is_some())
    }

    fn wait_for(&self, change: Option<Change>) {
        if let Ok(mut waiting) = self.waiting.lock() {
            *waiting = change;
        }
    }

    pub fn set_searching(&self, is_searching: bool) {
        self.is_searching.store(is_searching, Ordering::Relaxed);
    }
}

/// What a key does with a text and the cursor in it; `None` for what it does anywhere else.
type Does = Box<dyn Fn(&str, usize) -> Option<Change> + Send + Sync>;

struct Key {
    keys: Arc<Keys>,
    does: Does,
}

impl ConditionalEventHandler for Key {
    fn handle(
        &self,
        _event: &Event,
        count: RepeatCount,
        is_positive: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        // What an earlier key asked for and did not get is not wanted any more.
        self.keys.wait_for(None);
        if count != 1 || !is_positive || self.keys.is_searching.load(Ordering::Relaxed) {
            return None;
        }
        let change = (self.does)(context.line(), context.pos())?;
        self.keys.wait_for(Some(change));
        Some(Cmd::Complete)
    }
}

const PLAIN: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::CTRL;

/// Gives the keys of an editor what they do here.
pub fn bind<H: Helper, I: History>(editor: &mut Editor<H, I>, keys: &Arc<Keys>) {
    // What was typed while something ran ends its lines with Ctrl-J.
    for key in [KeyEvent(KeyCode::Enter, PLAIN), KeyEvent::ctrl('J')] {
        editor.bind_sequence(key, EventHandler::Conditional(Box::new(Return)));
    }
    let mut bind = |key: KeyEvent, does: Does| {
        let key_does = Key { keys: keys.clone(), does };
        editor.bind_sequence(key, EventHandler::Conditional(Box::new(key_does)));
    };
    for bracket in ['}', ']', ')'] {
        bind(KeyEvent::new(bracket, PLAIN), Box::new(move |text, at| closing(bracket, text, at)));
    }
    for (code, modifiers, does) in KEYS {
        bind(KeyEvent(*code, *modifiers), Box::new(does));
    }
}

type Row = (KeyCode, Modifiers, fn(&str, usize) -> Option<Change>);

const KEYS: &[Row] = &[
    (KeyCode::Home, PLAIN, home),
    (KeyCode::Char('A'), CTRL, home),
    (KeyCode::Left, PLAIN, left),
    (KeyCode::Char('B'), CTRL, left),
    (KeyCode::Right, PLAIN, right),
    (KeyCode::Char('F'), CTRL, right),
    (KeyCode::Backspace, PLAIN, backspace),
    (KeyCode::Char('H'), CTRL, backspace),
    (KeyCode::Backspace, Modifiers::ALT, backspace),
    (KeyCode::Char('W'), CTRL, backspace),
    (KeyCode::Delete, PLAIN, delete),
    (KeyCode::Char('D'), CTRL, delete),
    (KeyCode::Char('K'), CTRL, delete),
    (KeyCode::Char('U'), CTRL, to_beginning),
    // Tab completes: that nothing waits is all it needs.
    (KeyCode::Tab, PLAIN, |_, _| None),
];

/// The line with the cursor, of those with a mark.
struct Marked {
    start: usize,
    /// Behind the mark.
    edge: usize,
    /// Where its text begins; its end, if there is none.
    text: usize,
}

fn marked(text: &str, at: usize) -> Option<Marked> {
    let start = text.get(..at)?.rfind('\n')? + 1;
    let line = text.get(start..)?.split('\n').next()?;
    let blanks = line.len() - line.trim_start_matches(' ').len();
    is_marked(text).then_some(Marked { start, edge: start + SPACES.len(), text: start + blanks })
}

fn go(cursor: usize) -> Option<Change> {
    Some(Change { from: cursor, to: cursor, text: String::new(), cursor })
}

fn take_away(from: usize, to: usize) -> Option<Change> {
    Some(Change { from, to, text: String::new(), cursor: from })
}

fn home(text: &str, at: usize) -> Option<Change> {
    go(marked(text, at)?.text)
}

/// From the first place of a line to the end of the one above.
fn left(text: &str, at: usize) -> Option<Change> {
    let line = marked(text, at)?;
    if at <= line.edge { go(line.start - 1) } else { None }
}

/// From the end of a line to the first place of the one below.
fn right(text: &str, at: usize) -> Option<Change> {
    if !text.get(at..)?.starts_with('\n') {
        return None;
    }
    go(marked(text, at + 1)?.edge)
}

/// Before the text of a line a step is taken away; where there is none, the line is joined to the one above.
fn backspace(text: &str, at: usize) -> Option<Change> {
    let line = marked(text, at)?;
    if at > line.text {
        return None;
    }
    match at.checked_sub(line.edge + 1) {
        Some(further) => take_away(at - 1 - further % STEP, at),
        None => take_away(line.start - 1, line.edge),
    }
}

/// At the end of a line the one below is joined to it.
fn delete(text: &str, at: usize) -> Option<Change> {
    if !text.get(at..)?.starts_with('\n') {
        return None;
    }
    take_away(at, marked(text, at + 1)?.text)
}

fn to_beginning(text: &str, at: usize) -> Option<Change> {
    let line = marked(text, at)?;
    let from = if at > line.text { line.text } else { line.edge };
    take_away(from.min(at), at)
}

/// A closing bracket that begins a line stands a step further out.
fn closing(bracket: char, text: &str, at: usize) -> Option<Change> {
    let line = marked(text, at)?;
    let before = text.get(line.start..at)?;
    let from = at.checked_sub(STEP).filter(|from| *from >= line.edge)?;
    let is_blank = before.chars().all(|letter| letter == ' ');
    let cursor = from + bracket.len_utf8();
    is_blank.then(|| Change { from, to: at, text: bracket.to_string(), cursor })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after a key, with `|` for the cursor; what stands there already where the key does nothing special.
    fn after(key: impl Fn(&str, usize) -> Option<Change>, text: &str) -> String {
        let at = text.find('|').expect("a cursor");
        let mut line = text.replace('|', "");
        let Some(change) = key(&line, at) else { return text.to_string() };
        line.replace_range(change.from..change.to, &change.text);
        line.insert(change.cursor, '|');
        line
    }

    #[test]
    fn a_bracket_that_begins_a_line_stands_further_out_with_the_cursor_behind_it() {
        let close = |text: &str, at: usize| closing(']', text, at);
        assert_eq!(after(close, "f([1,\n            |"), "f([1,\n        ]|");
        assert_eq!(after(close, "f([1,\n            | # c"), "f([1,\n        ]| # c");
        for as_ever in ["f([1,\n    |", "f([1,\n        2|", "f([1|", "[\n|"] {
            assert_eq!(after(close, as_ever), as_ever);
        }
    }

    #[test]
    fn the_cursor_stays_behind_the_mark() {
        assert_eq!(after(home, "x = [\n        2|"), "x = [\n        |2");
        assert_eq!(after(home, "x = [\n    |    2"), "x = [\n        |2");
        assert_eq!(after(left, "x = [\n    |    2"), "x = [|\n        2");
        assert_eq!(after(left, "x = [\n     |   2"), "x = [\n     |   2");
        assert_eq!(after(right, "x = [|\n        2"), "x = [\n    |    2");
        for as_ever in ["x = |2", "x = [\n2|", "x = [1|]"] {
            assert_eq!(after(home, as_ever), as_ever);
            assert_eq!(after(left, as_ever), as_ever);
            assert_eq!(after(right, as_ever), as_ever);
        }
    }

    #[test]
    fn blanks_go_by_steps_and_with_the_mark_goes_the_line() {
        assert_eq!(after(backspace, "x = [\n        |2"), "x = [\n    |2");
        assert_eq!(after(backspace, "x = [\n       |2"), "x = [\n    |2");
        assert_eq!(after(backspace, "x = [\n    |2"), "x = [|2");
        assert_eq!(after(backspace, "x = [\n    2|"), "x = [\n    2|");
        assert_eq!(after(delete, "x = [|\n        2"), "x = [|2");
        assert_eq!(after(delete, "x = |[\n        2"), "x = |[\n        2");
        assert_eq!(after(to_beginning, "x = [\n        23|4"), "x = [\n        |4");
        assert_eq!(after(to_beginning, "x = [\n        |4"), "x = [\n    |4");
    }
}

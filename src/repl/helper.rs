//! What the line editor asks while someone types: colours, hints, completion, whether another line is wanted.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustyline::Changeset;
use rustyline::Context;
use rustyline::Helper;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::line_buffer::LineBuffer;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};

use super::colors::colored;
use super::complete::{common_beginning, complete};
use super::conversation::Conversation;
use super::hint::{Hints, MISTAKE};
use super::indent::with_marks;
use super::keys::Keys;
use super::lines::is_whole;
use super::lister::Lister;

const GREY: &str = "\x1b[90m";
const DIM_RED: &str = "\x1b[2;31m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// How the terminal looks.
pub struct Looks {
    pub has_colors: bool,
    /// Columns of the terminal, at any time.
    pub width: fn() -> usize,
}

/// Stands between the editor and the talk.
pub struct Assistant<'w> {
    talk: Rc<RefCell<Conversation<'w>>>,
    hints: RefCell<Hints>,
    looks: Looks,
    keys: Arc<Keys>,
    lister: Option<Lister>,
    /// The text is entered: neither hint nor marked bracket is wanted any more.
    is_entered: Cell<bool>,
}

impl<'w> Assistant<'w> {
    pub fn new(
        talk: Rc<RefCell<Conversation<'w>>>,
        looks: Looks,
        keys: Arc<Keys>,
        lister: Option<Lister>,
    ) -> Assistant<'w> {
        Assistant { talk, hints: RefCell::default(), looks, keys, lister, is_entered: Cell::new(false) }
    }

    /// Another input begins.
    pub fn start(&self) {
        self.hints.borrow_mut().start();
        self.is_entered.set(false);
    }
}

/// A hint that is only read: it is no completion.
pub struct Remark(String);

impl Hint for Remark {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Hinter for Assistant<'_> {
    type Hint = Remark;

    fn hint(&self, line: &str, pos: usize, _context: &Context<'_>) -> Option<Remark> {
        if pos < line.len() {
            return None;
        }
        let hint = self.hints.borrow_mut().hint(&mut self.talk.borrow_mut(), line)?;
        // What does not fit on the line is left out: a hint never makes the text jump.
        let used = line.rsplit('\n').next().unwrap_or_default().chars().count() + super::PROMPT.len() + 3;
        let room = (self.looks.width)().saturating_sub(used);
        if room < 8 {
            return None;
        }
        let text = match hint.chars().count() > room {
            true => hint.chars().take(room - 3).chain("...".chars()).collect(),
            false => hint,
        };
        Some(Remark(format!("  {text}")))
    }
}

impl Highlighter for Assistant<'_> {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        match self.looks.has_colors {
            true => {
                let colored = colored(line, Some(pos).filter(|_| !self.is_entered.get()));
                Cow::Owned(with_marks(colored, line, GREY, PLAIN))
            }
            false => Cow::Owned(with_marks(line.to_string(), line, "", "")),
        }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, is_ours: bool) -> Cow<'b, str> {
        self.keys.set_searching(!is_ours);
        match self.looks.has_colors {
            true => Cow::Owned(format!("{BOLD}{prompt}{PLAIN}")),
            false => Cow::Borrowed(prompt),
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let color = if hint.trim_start().starts_with(MISTAKE) { DIM_RED } else { GREY };
        match self.looks.has_colors {
            true => Cow::Owned(format!("{color}{hint}{PLAIN}")),
            false => Cow::Borrowed(hint),
        }
    }

    fn highlight_char(&self, _line: &str, _pos: usize, kind: CmdKind) -> bool {
        self.is_entered.set(kind == CmdKind::ForcedRefresh);
        self.looks.has_colors
    }
}

impl Completer for Assistant<'_> {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        // A key that changes the line: `update` does it.
        if self.keys.is_waiting() {
            return Ok((pos, vec![only(String::new())]));
        }
        let before = line.get(..pos).unwrap_or(line);
        let (start, found) = complete(&mut self.talk.borrow_mut(), before);
        let common = common_beginning(&found);
        let is_longer = common.len() > pos.saturating_sub(start);
        if let (Some(lister), true) = (&self.lister, found.len() > 1) {
            lister.show(&found, (self.looks.width)());
        }
        let is_put_in = found.len() == 1 || is_longer;
        Ok((start, if is_put_in { vec![only(common)] } else { Vec::new() }))
    }

    fn update(&self, line: &mut LineBuffer, start: usize, elected: &str, changes: &mut Changeset) {
        let Some(change) = self.keys.take() else {
            let end = line.pos();
            return line.replace(start..end, elected, changes);
        };
        if change.from < change.to || !change.text.is_empty() {
            line.replace(change.from..change.to, &change.text, changes);
        }
        line.set_pos(change.cursor);
    }
}

/// The one completion that the editor puts in; what else there is, is listed by us.
fn only(replacement: String) -> Pair {
    Pair { display: String::new(), replacement }
}

impl Validator for Assistant<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_whole = is_whole(context.input());
        Ok(if is_whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Helper for Assistant<'_> {}

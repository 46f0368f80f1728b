//! What the line editor asks while someone types: colours, hints, completion, whether another line is wanted.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustyline::Context;
use rustyline::Helper;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};

use super::colors::colored;
use super::complete::complete;
use super::conversation::Conversation;
use super::hint::{Hints, MISTAKE};
use super::indent::with_marks;
use super::lines::is_whole;

const GREY: &str = "\x1b[90m";
const DIM_RED: &str = "\x1b[2;31m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// Stands between the editor and the talk.
pub struct Assistant<'w> {
    talk: Rc<RefCell<Conversation<'w>>>,
    hints: RefCell<Hints>,
    has_colors: bool,
    /// Columns of the terminal.
    width: fn() -> usize,
    /// The text is entered: neither hint nor marked bracket is wanted any more.
    is_entered: Cell<bool>,
}

impl<'w> Assistant<'w> {
    pub fn new(talk: Rc<RefCell<Conversation<'w>>>, has_colors: bool, width: fn() -> usize) -> Assistant<'w> {
        let (hints, is_entered) = (RefCell::default(), Cell::new(false));
        Assistant { talk, hints, has_colors, width, is_entered }
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
        let room = (self.width)().saturating_sub(used);
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
        match self.has_colors {
            true => {
                let colored = colored(line, Some(pos).filter(|_| !self.is_entered.get()));
                Cow::Owned(with_marks(colored, line, GREY, PLAIN))
            }
            false => Cow::Borrowed(line),
        }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        match self.has_colors {
            true => Cow::Owned(format!("{BOLD}{prompt}{PLAIN}")),
            false => Cow::Borrowed(prompt),
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let color = if hint.trim_start().starts_with(MISTAKE) { DIM_RED } else { GREY };
        match self.has_colors {
            true => Cow::Owned(format!("{color}{hint}{PLAIN}")),
            false => Cow::Borrowed(hint),
        }
    }

    fn highlight_char(&self, _line: &str, _pos: usize, kind: CmdKind) -> bool {
        self.is_entered.set(kind == CmdKind::ForcedRefresh);
        self.has_colors
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
        let before = line.get(..pos).unwrap_or(line);
        let (start, found) = complete(&mut self.talk.borrow_mut(), before);
        let pairs = found.into_iter().map(|one| Pair { display: one.shown, replacement: one.text });
        Ok((start, pairs.collect()))
    }
}

impl Validator for Assistant<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_whole = is_whole(context.input());
        Ok(if is_whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Helper for Assistant<'_> {}

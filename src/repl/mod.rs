//! The prompt: a talk with a session. Each input is checked, then walked as a script is; a mistake leaves the session
//! as it was.
//!
//! Reading lines and showing answers are the caller's ([`Lines`], [`Face`]), so that the same loop runs at a terminal,
//! on a pipe and in tests. [`Conversation`] is what stands behind the prompt; `commands` are the words that begin with
//! a colon; `place`, `complete`, `hint` and `colors` help while someone types, and change nothing.

mod answers;
mod colors;
mod commands;
mod complete;
mod conversation;
mod editor;
mod helper;
mod hint;
mod indent;
mod keys;
mod lines;
mod lister;
mod log;
mod place;
mod settings;
mod signs;

use std::cell::RefCell;
use std::path::Path;

use crate::base::Sources;
use crate::diagnostics::Diagnostic;

pub use answers::After;
pub use colors::colored;
pub use complete::{Candidate, complete};
pub use conversation::Conversation;
pub use editor::{EditorOptions, PromptLines};
pub use hint::Hints;
pub use lines::{Input, Lines, PipedLines};

/// What stands before a line.
pub const PROMPT: &str = "nn> ";

/// Where answers go, and what the outside does for the prompt.
pub trait Face {
    /// The value of an expression that stands alone, or the answer to a command.
    fn value(&mut self, text: &str);

    /// A text of the language.
    fn code(&mut self, text: &str) {
        self.value(text);
    }

    fn problems(&mut self, found: &[Diagnostic], sources: &Sources);

    /// Something worth knowing that is no answer.
    fn note(&mut self, text: &str);

    /// A command that cannot be done.
    fn complain(&mut self, text: &str);

    /// Columns there are for values.
    fn width(&self) -> usize;

    /// Sets one of the switches that the face keeps (`live`, `quiet`), and says how it stands.
    fn switch(&mut self, name: &str, to: Option<bool>) -> bool;

    /// Writes a file.
    ///
    /// # Errors
    /// The reason, in words.
    fn write(&mut self, path: &Path, text: &str) -> Result<(), String>;

    /// Lets someone change a text.
    ///
    /// # Errors
    /// The reason, in words.
    fn edit(&mut self, text: &str) -> Result<String, String>;

    /// Lets someone change a file.
    ///
    /// # Errors
    /// The reason, in words.
    fn edit_file(&mut self, path: &Path) -> Result<(), String>;

    /// An input begins to be done.
    fn input_begins(&mut self) {}

    /// An input has been done.
    fn input_done(&mut self);
}

/// What [`run`] saw of the talk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub inputs: usize,
    /// Inputs with a mistake in them.
    pub mistaken: usize,
}

/// Reads inputs until there are no more.
pub fn run(talk: &RefCell<Conversation<'_>>, lines: &mut dyn Lines, face: &mut dyn Face) -> Tally {
    let mut tally = Tally::default();
    loop {
        match lines.read() {
            Input::Text(text) if text.trim().is_empty() => {}
            Input::Text(text) => {
                tally.inputs += 1;
                face.input_begins();
                let after = talk.borrow_mut().answer(&text, face);
                face.input_done();
                match after {
                    After::Next(true) => {}
                    After::Next(false) => tally.mistaken += 1,
                    After::End => return tally,
                }
            }
            Input::Cancelled => {}
            Input::End => return tally,
        }
    }
}

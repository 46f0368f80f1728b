//! Inputs of one or more lines, typed at a terminal or piped in.

use std::io::BufRead;
use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Completer, Config, Editor, Helper, Highlighter, Hinter};

use crate::syntax;

/// What was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Text(String),
    /// Thrown away while it was typed.
    Cancelled,
    End,
}

/// Where inputs come from.
pub trait Lines {
    fn read(&mut self) -> Input;
}

/// A line editor with history.
pub struct PromptLines {
    editor: Editor<Lookahead, FileHistory>,
    history: Option<PathBuf>,
}

/// Tells whether an input needs another line.
#[derive(Completer, Helper, Highlighter, Hinter)]
struct Lookahead;

impl Validator for Lookahead {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_complete = syntax::is_complete(context.input());
        Ok(if is_complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl PromptLines {
    /// An editor whose history is kept in a file, if there is a place for it.
    pub fn new(history: Option<PathBuf>) -> Result<PromptLines, String> {
        let config = Config::builder().auto_add_history(true).build();
        let mut editor = Editor::with_config(config).map_err(|error| error.to_string())?;
        editor.set_helper(Some(Lookahead));
        if let Some(path) = &history {
            // The first time there is none.
            let _ = editor.load_history(path);
        }
        Ok(PromptLines { editor, history })
    }
}

impl Lines for PromptLines {
    fn read(&mut self) -> Input {
        match self.editor.readline("nn> ") {
            Ok(text) => {
                if let Some(path) = &self.history {
                    // A history that cannot be kept is no reason to stop.
                    let _ = self.editor.append_history(path);
                }
                Input::Text(text)
            }
            Err(ReadlineError::Interrupted) => Input::Cancelled,
            Err(_closed) => Input::End,
        }
    }
}

/// Lines of a pipe or file, without a prompt.
pub struct PipedLines<R> {
    reader: R,
}

impl<R: BufRead> PipedLines<R> {
    pub fn new(reader: R) -> PipedLines<R> {
        PipedLines { reader }
    }
}

impl<R: BufRead> Lines for PipedLines<R> {
    fn read(&mut self) -> Input {
        let mut text = String::new();
        loop {
            let mut line = Vec::new();
            let read = self.reader.read_until(b'\n', &mut line);
            if read.is_err() || line.is_empty() {
                return if text.is_empty() { Input::End } else { Input::Text(text) };
            }
            text.push_str(&String::from_utf8_lossy(&line));
            if syntax::is_complete(&text) || text.len() > syntax::MAX_SOURCE {
                return Input::Text(text);
            }
        }
    }
}

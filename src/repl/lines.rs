//! Inputs of one or more lines, wherever they come from.

use std::io::BufRead;

use super::commands::{command_of, takes_code};
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

/// Whether an input can be done as it stands; if not, another line is wanted.
pub fn is_whole(text: &str) -> bool {
    if text.starts_with(':') {
        let word = text.split_whitespace().next().unwrap_or_default();
        return !takes_code(word)
            || match command_of(text) {
                Some(Ok((_, code))) => code.is_empty() || syntax::is_complete(code),
                Some(Err(_)) | None => true,
            };
    }
    syntax::is_complete(text)
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
            if is_whole(&text) || text.len() > syntax::MAX_SOURCE {
                return Input::Text(text);
            }
        }
    }
}

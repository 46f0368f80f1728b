//! The one way to write a program.
//!
//! [`format()`] prints a tree through a small algebra of documents (`doc`) and puts comments back by their place.
//! Statements and blocks are in `stmt`, expressions in `expr`; what the tree does not keep (signs, brackets, empty
//! lines) is read off the text by `signs`. A statement with a comment where no line can end stays as it was written.
//! Called by `nn fmt` and by tests; it writes no files.

mod doc;
mod expr;
mod items;
mod signs;
mod stmt;

pub use doc::WIDTH;
pub use signs::Signs;

use super::parse::{Parsed, parse};
use super::print::sexpr;
use super::tree::Comment;
use crate::base::{Source, Sources, Span};
use doc::{Doc, render};
use signs::Written;

/// A text that was read without mistakes, in the one style. Nothing if the result would mean something else, which
/// is a mistake of this room.
pub fn format(source: &Source, parsed: &Parsed, signs: Signs) -> Option<String> {
    let mut printer = Printer { written: Written::new(source), comments: &parsed.comments, next: 0, signs };
    let text = render(&printer.program(&parsed.ast));
    let mut sources = Sources::default();
    let id = sources.add(source.name.clone(), text.clone());
    let again = parse(sources.get(id), 0);
    let words =
        |parsed: &Parsed| -> Vec<String> { parsed.comments.iter().map(|one| one.text.clone()).collect() };
    let same = sexpr(&again.ast) == sexpr(&parsed.ast) && words(&again) == words(parsed);
    let clean = !again.problems.iter().any(crate::diagnostics::Diagnostic::is_error);
    (same && clean).then_some(text)
}

struct Printer<'a> {
    written: Written<'a>,
    comments: &'a [Comment],
    /// The first comment that was not printed.
    next: usize,
    signs: Signs,
}

impl<'a> Printer<'a> {
    fn peek(&self) -> Option<&'a Comment> {
        self.comments.get(self.next)
    }

    /// The comments that begin before a place.
    fn comments_before(&mut self, place: u32) -> Vec<&'a Comment> {
        let mut found = Vec::new();
        while let Some(comment) = self.peek().filter(|comment| comment.span.start < place) {
            found.push(comment);
            self.next += 1;
        }
        found
    }

    fn has_comment_before(&self, place: u32) -> bool {
        self.peek().is_some_and(|comment| comment.span.start < place)
    }

    /// Prints something whose comments may all be put back; as it was written if not.
    fn or_verbatim(&mut self, span: Span, print: impl FnOnce(&mut Self) -> Doc) -> Doc {
        let first = self.next;
        let doc = print(self);
        if !self.has_comment_before(span.end) {
            return doc;
        }
        self.next = first;
        self.comments_before(span.end);
        Doc::Verbatim(self.written.slice(span).lines().map(|line| line.trim_end().to_string()).collect())
    }

    /// A sign as it is to be written.
    fn sign(&self, written: &str) -> String {
        self.signs.of(written.trim()).to_string()
    }
}

//! Things in a row: statements and options on lines of their own, arguments and items between brackets.
//!
//! Called by the other printers; this is where comments and empty lines find their places.

use super::Printer;
use super::doc::{Doc, concat, text};
use crate::base::Span;
use crate::syntax::tree::Comment;

/// What stands on lines of its own: a statement, an option, a row of examples.
pub struct Made {
    /// What is padded so that the rests of neighbours begin in one column.
    pub head: Option<String>,
    pub rest: Doc,
}

/// A line and what stands around it.
struct Entry {
    blank: bool,
    made: Made,
    is_comment: bool,
    trailing: Option<String>,
}

impl<'a> Printer<'a> {
    /// Things on lines of their own, from a place (after a bracket, or the start) to another.
    pub fn lines<T>(
        &mut self,
        things: &[T],
        end: u32,
        span: impl Fn(&T) -> Span,
        print: impl Fn(&mut Self, &T) -> Made,
    ) -> Doc {
        let mut entries: Vec<Entry> = Vec::new();
        let mut last = None;
        for thing in things {
            let place = span(thing);
            let comments = self.comments_before(place.start);
            self.place(&mut entries, &mut last, comments);
            let blank = !entries.is_empty() && self.written.blank_before(place.start);
            let made = print(self, thing);
            entries.push(Entry { blank, made, is_comment: false, trailing: None });
            last = Some(place.end);
        }
        let comments = self.comments_before(end);
        self.place(&mut entries, &mut last, comments);
        align(&mut entries);
        let mut docs = Vec::new();
        for entry in entries {
            if entry.blank {
                docs.push(Doc::Blank);
            }
            if !docs.is_empty() {
                docs.push(Doc::Hard);
            }
            docs.extend(entry.made.head.map(text));
            docs.push(entry.made.rest);
            docs.extend(entry.trailing.map(Doc::Comment));
        }
        Doc::Concat(docs)
    }

    /// Comments after the last thing, on its line or on lines of their own.
    fn place(&self, entries: &mut Vec<Entry>, last: &mut Option<u32>, comments: Vec<&'a Comment>) {
        for comment in comments {
            let start = comment.span.start;
            if let (Some(end), Some(entry)) = (*last, entries.last_mut())
                && self.written.same_line(end, start)
                && entry.trailing.is_none()
            {
                entry.trailing = Some(comment.text.clone());
            } else {
                let blank = !entries.is_empty() && self.written.blank_before(start);
                let made = Made { head: None, rest: text(comment.text.clone()) };
                entries.push(Entry { blank, made, is_comment: true, trailing: None });
            }
            *last = None;
        }
    }

    /// `{` to `}` on lines of their own; a comment on the line of `{` stays there.
    pub fn braces<T>(
        &mut self,
        things: &[T],
        open: u32,
        end: u32,
        span: impl Fn(&T) -> Span,
        print: impl Fn(&mut Self, &T) -> Made,
    ) -> Doc {
        let first = things.first().map_or(end, |thing| span(thing).start);
        let beside = self
            .peek()
            .filter(|comment| comment.span.start < first && self.written.same_line(open, comment.span.start));
        if beside.is_some() {
            self.next += 1;
        }
        if things.is_empty() && beside.is_none() && !self.has_comment_before(end) {
            return text("{}");
        }
        let inside = self.lines(things, end, span, print);
        let beside = beside.map(|comment| Doc::Comment(comment.text.clone()));
        let is_empty = matches!(&inside, Doc::Concat(docs) if docs.is_empty());
        let inside = if is_empty { Doc::Concat(Vec::new()) } else { concat([Doc::Hard, inside]).nest() };
        concat([text("{")].into_iter().chain(beside).chain([inside, Doc::Hard, text("}")]))
    }

    /// `(a, b)`: on one line, or each on its own with a comma after the last.
    pub fn bracketed<T>(
        &mut self,
        (open, close): (&str, &str),
        things: &[T],
        end: u32,
        span: impl Fn(&T) -> Span,
        mut print: impl FnMut(&mut Self, &T) -> Doc,
    ) -> Doc {
        self.broken_where((open, close), things, end, span, &mut print, (false, Doc::Line))
    }

    /// The same with what stands between two items, and whether it must break.
    pub fn broken_where<T>(
        &mut self,
        (open, close): (&str, &str),
        things: &[T],
        end: u32,
        span: impl Fn(&T) -> Span,
        print: &mut dyn FnMut(&mut Self, &T) -> Doc,
        (must_break, between): (bool, Doc),
    ) -> Doc {
        let mut docs = vec![if must_break { Doc::Hard } else { Doc::Soft }];
        let mut last = None;
        for (at, thing) in things.iter().enumerate() {
            let place = span(thing);
            let comments = self.comments_before(place.start);
            self.between_items(&mut docs, last, comments, at > 0, &between);
            docs.push(print(self, thing));
            docs.push(if at + 1 < things.len() { text(",") } else { Doc::Broken(",".into()) });
            last = Some(place.end);
        }
        let comments = self.comments_before(end);
        let has_comments = !comments.is_empty();
        for comment in comments {
            match last.take().filter(|&end| self.written.same_line(end, comment.span.start)) {
                Some(_) => docs.push(Doc::Comment(comment.text.clone())),
                None => docs.extend([Doc::Hard, text(comment.text.clone())]),
            }
        }
        if things.is_empty() && !has_comments {
            return text(format!("{open}{close}"));
        }
        let close_line = if has_comments { Doc::Hard } else { Doc::Soft };
        concat([text(open), Doc::Concat(docs).nest(), close_line, text(close)]).group()
    }

    fn between_items(
        &self,
        docs: &mut Vec<Doc>,
        mut last: Option<u32>,
        comments: Vec<&'a Comment>,
        is_later: bool,
        between: &Doc,
    ) {
        let mut line_is_due = is_later;
        for comment in comments {
            match last.take().filter(|&end| self.written.same_line(end, comment.span.start)) {
                Some(_) => docs.push(Doc::Comment(comment.text.clone())),
                None => {
                    if line_is_due {
                        docs.push(Doc::Hard);
                    }
                    docs.push(text(comment.text.clone()));
                }
            }
            docs.push(Doc::Hard);
            line_is_due = false;
        }
        if line_is_due {
            docs.push(between.clone());
        }
    }
}

/// Pads the heads of neighbours; comments between them do not part them, empty lines and other things do.
fn align(entries: &mut [Entry]) {
    let width = |entry: &Entry| entry.made.head.as_ref().map(|head| head.chars().count());
    let mut start = 0;
    while start < entries.len() {
        let run = entries.iter().skip(start).enumerate().take_while(|(at, entry)| {
            (entry.made.head.is_some() || entry.is_comment) && (*at == 0 || !entry.blank)
        });
        let length = run.count();
        let widest = entries.iter().skip(start).take(length).filter_map(width).max().unwrap_or_default();
        for entry in entries.iter_mut().skip(start).take(length) {
            let missing = widest - width(entry).unwrap_or(widest);
            if let Some(head) = &mut entry.made.head {
                head.push_str(&" ".repeat(missing));
            }
        }
        start += length.max(1);
    }
}

//! Texts of programs and data files, and places in them.

use std::sync::Arc;

/// Which text a span points into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A half-open range of bytes in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

/// A value and the place it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

/// One text: a script, a line of the prompt, a prelude file, a data file.
#[derive(Clone, Debug)]
pub struct Source {
    pub id: SourceId,
    /// The path or label that messages show.
    pub name: String,
    pub text: Arc<str>,
}

/// All texts of a session, in the order they were read.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    all: Vec<Source>,
}

impl Span {
    pub fn new(source: SourceId, start: usize, end: usize) -> Span {
        Span { source, start: start as u32, end: end as u32 }
    }

    /// The smallest span that holds both; `self` if they are in different sources.
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at the end of this one.
    pub fn at_end(self) -> Span {
        Span { start: self.end, ..self }
    }

    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }
}

impl Source {
    /// The text of a span, clamped to whole characters inside the source.
    pub fn slice(&self, span: Span) -> &str {
        let start = self.text.floor_char_boundary(span.start as usize);
        let end = self.text.floor_char_boundary(span.end as usize).max(start);
        self.text.get(start..end).unwrap_or("")
    }

    /// Line and column, both from 1, columns in characters, of a byte offset.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset as usize);
        let before = self.text.get(..offset).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        (line, before.get(line_start..).unwrap_or("").chars().count() + 1)
    }
}

impl Sources {
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(self.all.len() as u32);
        self.all.push(Source { id, name: name.into(), text: text.into() });
        id
    }

    /// The source of an id. Ids come from [`Sources::add`] of the same collection.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.all[id.0 as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.all.iter()
    }
}

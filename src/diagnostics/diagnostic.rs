//! One message: a headline, the place to change, the places that matter, and what to do.

use super::{Candidate, Slug};
use crate::base::Span;

/// How grave a diagnostic is. Only errors stop a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// A place and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// Edits that mend the mistake when all are applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub edits: Vec<Edit>,
}

/// A message to the user about the program or its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub slug: Slug,
    pub severity: Severity,
    /// One line, lower case, no full stop; makes sense alone.
    pub headline: String,
    /// The smallest text whose change would mend it.
    pub primary: Label,
    /// Where the opposing facts were born.
    pub labels: Vec<Label>,
    /// Facts.
    pub notes: Vec<String>,
    /// Actions, with code that compiles.
    pub helps: Vec<String>,
    pub fixes: Vec<Fix>,
    /// The way that a size came, from the input on; becomes a note once the lines are known.
    pub chain: Vec<Label>,
    /// Fixes to be tried; shown only if they mend it.
    pub candidates: Vec<Candidate>,
    /// It only counts so many others, which are not told.
    pub more: Option<usize>,
}

/// Errors of a program, and warnings of one kind, that are told one by one.
pub const MOST_TOLD: usize = 100;

impl Diagnostic {
    /// All places it shows, the primary one first.
    pub fn places(&self) -> impl Iterator<Item = &Label> {
        std::iter::once(&self.primary).chain(&self.labels)
    }

    pub fn error(slug: Slug, span: Span, headline: impl Into<String>) -> Diagnostic {
        Diagnostic {
            slug,
            severity: Severity::Error,
            headline: headline.into(),
            primary: Label { span, text: String::new() },
            labels: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            fixes: Vec::new(),
            chain: Vec::new(),
            candidates: Vec::new(),
            more: None,
        }
    }

    pub fn warning(slug: Slug, span: Span, headline: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(slug, span, headline) }
    }

    /// The text beside the primary place.
    pub fn here(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.helps.push(text.into());
        self
    }

    /// A fix of one edit.
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fixes.push(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }] });
        self
    }

    /// A fix to be tried.
    pub fn try_fix(mut self, candidate: Candidate) -> Diagnostic {
        self.candidates.push(candidate);
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Stands for so many errors behind the last one that is told.
    pub fn more_errors(count: usize, last: Span) -> Diagnostic {
        let what = if count == 1 { "mistake" } else { "mistakes" };
        let headline = format!("{count} more {what}: the first {MOST_TOLD} are shown");
        Diagnostic {
            more: Some(count),
            ..Diagnostic::error(Slug::Limit, last, headline).here("the last one shown")
        }
    }

    /// Stands for so many warnings of a kind behind the last one that is told.
    pub fn more_warnings(slug: Slug, count: usize, last: Span) -> Diagnostic {
        let what = if count == 1 { "warning" } else { "warnings" };
        let headline = format!("{count} more {what} of this kind: the first {MOST_TOLD} are shown");
        Diagnostic {
            more: Some(count),
            ..Diagnostic::warning(slug, last, headline).here("the last one shown")
        }
    }
}

/// How many errors these messages tell of.
pub fn count_errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|one| one.is_error()).map(|one| one.more.unwrap_or(1)).sum()
}

/// How many warnings these messages tell of.
pub fn count_warnings(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|one| !one.is_error()).map(|one| one.more.unwrap_or(1)).sum()
}

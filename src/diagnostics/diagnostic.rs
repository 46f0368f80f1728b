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
}

impl Diagnostic {
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
}

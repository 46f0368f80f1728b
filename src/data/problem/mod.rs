//! Everything that can be wrong with data, as facts, each with the one function that words it.
//!
//! Sources, `infer`, `encode` and `dataset` report [`Problem`]s; the session shows [`Problem::diagnostic`].
//! Facts and words of one kind stand together: of the call, of text tables, of columns, of values.

mod column;
mod source;
mod text;
mod value;

pub use column::{ColumnProblem, DropSite, LabelCounts, TextFacts, UnknownColumn, Wanted};
pub use source::SourceProblem;
pub use text::{Separators, TextProblem};
pub use value::{Unseen, ValueProblem, column_text};

use super::infer::Missing;
use super::table::Place;
use crate::base::Span;
use crate::diagnostics::Diagnostic;

/// How many places of one kind are shown before the rest is counted.
pub const MOST_SHOWN: usize = 3;
/// Lists of names longer than this are cut.
const LONGEST_LIST: usize = 12;

/// A mistake in a declaration of data, or in the data.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The call of a source, its options and files.
    Source(SourceProblem),
    /// How a text table is written.
    Text(TextProblem),
    /// What the columns are used for.
    Column(ColumnProblem),
    /// What is found only when values are encoded and split.
    Value(ValueProblem),
}

impl Problem {
    /// What the training made of rows with missing values.
    pub fn know_missing(&mut self, missing: Missing) {
        if let Problem::Value(ValueProblem::Missing { was_dropped, .. }) = self {
            *was_dropped = missing == Missing::Drop;
        }
    }

    /// The message for users.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Problem::Source(problem) => problem.diagnostic(),
            Problem::Text(problem) => problem.diagnostic(),
            Problem::Column(problem) => problem.diagnostic(),
            Problem::Value(problem) => problem.diagnostic(),
        }
    }
}

/// Where the options of a source stand that a message may want to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The file, or the call where there is none: options are added behind it.
    pub path: Span,
    /// The value of `header`, if the script gives it.
    pub header: Option<Span>,
    /// Whether the script says which cells mean no value.
    pub has_missing: bool,
}

/// Messages of several problems, in order.
pub fn diagnostics(problems: &[Problem]) -> Vec<Diagnostic> {
    problems.iter().map(Problem::diagnostic).collect()
}

impl From<SourceProblem> for Problem {
    fn from(problem: SourceProblem) -> Problem {
        Problem::Source(problem)
    }
}

impl From<TextProblem> for Problem {
    fn from(problem: TextProblem) -> Problem {
        Problem::Text(problem)
    }
}

impl From<ColumnProblem> for Problem {
    fn from(problem: ColumnProblem) -> Problem {
        Problem::Column(problem)
    }
}

impl From<ValueProblem> for Problem {
    fn from(problem: ValueProblem) -> Problem {
        Problem::Value(problem)
    }
}

/// The nearest of some names, if it is near enough to be meant.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let distance = |other: &str| strsim::osa_distance(&lower, &other.to_lowercase());
    let best = known.map(|other| (distance(other), other)).min_by_key(|(distance, _)| *distance)?;
    // One letter is near to every other.
    let length = name.chars().count();
    let limit = if length < 2 { 0 } else { 1.max(length / 3) };
    (best.0 <= limit).then_some(best.1)
}

/// Names in backticks, cut if there are too many.
pub fn list<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> =
        names.iter().take(LONGEST_LIST).map(|name| format!("`{}`", name.as_ref())).collect();
    match names.len().saturating_sub(LONGEST_LIST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A shape as users write it.
pub fn shape_text(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("[{}]", sizes.join(", "))
}

/// `1 row`, `3 rows`.
pub fn counted(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

/// A remark on a place of the data: a label where the text is kept, a note with file and line where not.
pub fn remark(diagnostic: Diagnostic, place: &Place, text: impl Into<String>) -> Diagnostic {
    let text = text.into();
    match place.span {
        Some(span) if span != diagnostic.primary.span => diagnostic.label(span, format!("{place}: {text}")),
        Some(_) | None => diagnostic.note(format!("{place}: {text}")),
    }
}

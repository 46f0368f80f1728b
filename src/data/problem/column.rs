//! What is wrong with how columns are used.

use super::{counted, list, nearest, shape_text};
use crate::base::Span;
use crate::data::table::{HeaderDoubt, Place};
use crate::diagnostics::{Diagnostic, Slug};

/// A mistake in an expression of columns, found at check time.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnProblem {
    /// `sepal_lenght`
    Unknown {
        span: Span,
        name: String,
        known: Vec<String>,
        file: String,
        header: HeaderDoubt,
        path: Span,
    },
    /// `[age, name]` where names are text
    TextAsNumber {
        span: Span,
        column: String,
        facts: TextFacts,
        wanted: Wanted,
        path: Span,
    },
    Missing {
        span: Span,
        column: String,
        count: usize,
        n_rows: usize,
        first: Option<Place>,
    },
    /// `missing = mean` with a column of text
    MeanOfText {
        span: Span,
        column: String,
    },
    /// `one_hot([a, b])`, `label([a, b])`
    NotOneColumn {
        span: Span,
        function: &'static str,
        shape: Vec<usize>,
    },
    /// `one_hot(sepal_length)`
    NotWhole {
        span: Span,
        function: &'static str,
        range: Option<(f64, f64)>,
    },
    /// `one_hot(y, 3)` with labels 1 to 3
    LabelOutside {
        span: Span,
        operand: Span,
        label: i64,
        place: Option<Place>,
        classes: usize,
        counts: LabelCounts,
    },
    /// A label that means "unknown": -1 or 255 beside 0, 1, 2.
    LabelUnknown {
        span: Span,
        label: i64,
        place: Option<Place>,
        count: usize,
        n_rows: usize,
        path: Span,
    },
    /// `one_hot(species, 4)` with three species
    ClassCount {
        span: Span,
        given: usize,
        found: usize,
        column: String,
    },
    /// `[a, b] + [c]`
    Shapes {
        span: Span,
        lhs: (Span, Vec<usize>),
        rhs: (Span, Vec<usize>),
    },
    /// `columns(except = [all of them])`
    NoColumns {
        span: Span,
    },
    /// `[images, a]`
    TensorInList {
        span: Span,
        shape: Vec<usize>,
    },
    /// `one_hot(labels)` where only the header of the labels is known
    ClassesUnknown {
        span: Span,
    },
    /// `standardize(one_hot(a))`, `one_hot(one_hot(a))`
    Encoded {
        span: Span,
        function: &'static str,
    },
    DivisionByZero {
        span: Span,
    },
    /// `one_hot(y, 100_000_000)`
    TooManyClasses {
        span: Span,
        most: usize,
    },
    /// No `input = ...` and none by default.
    NoInput {
        span: Span,
        columns: Vec<String>,
    },
    TooDeep {
        span: Span,
    },
}

/// The labels that `one_hot` has no place for.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCounts {
    pub n_outside: usize,
    pub least: i64,
    pub most: i64,
}

/// What is known of text that stands where numbers are needed.
#[derive(Clone, Debug, PartialEq)]
pub struct TextFacts {
    pub n_text: usize,
    pub n_rows: usize,
    pub first: Option<(Place, String)>,
    pub decimal_comma: bool,
    pub values: Vec<String>,
    pub header: HeaderDoubt,
}

/// Where the text stands, which decides what is offered.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// One of `columns(...)`: leave it out, with those that are left out already.
    Among { except: Vec<String> },
    /// A number of its own, in a list or in a formula: `one_hot` may fit.
    Number,
}

impl ColumnProblem {
    pub(super) fn diagnostic(&self) -> Diagnostic {
        use ColumnProblem as P;
        match self {
            P::Unknown { span, name, known, file, header, path } => {
                unknown(*span, name, known, file, header, *path)
            }
            P::TextAsNumber { span, column, facts, wanted, path } => {
                text(*span, column, facts, wanted, *path)
            }
            P::Missing { span, column, count, n_rows, first } => {
                let headline =
                    format!("column `{column}` has {} of {n_rows} missing", counted(*count, "value"));
                let found = Diagnostic::error(Slug::DataValue, *span, headline)
                    .help("`missing = drop` leaves these rows out")
                    .help("`missing = mean` takes the mean of the training part instead");
                first
                    .iter()
                    .fold(found, |found, place| super::remark(found, place, "the first missing value"))
            }
            P::MeanOfText { span, column } => {
                let headline =
                    format!("column `{column}` is text, and text has no mean to stand for missing values");
                Diagnostic::error(Slug::DataValue, *span, headline)
                    .help("`missing = drop` leaves these rows out")
            }
            P::NotOneColumn { span, function, shape } => {
                let headline =
                    format!("`{function}` takes one column, found values of shape `{}`", shape_text(shape));
                Diagnostic::error(Slug::TypeMismatch, *span, headline)
            }
            P::NotWhole { span, function, range } => {
                let headline = format!("`{function}` takes text or whole numbers, found other numbers");
                let found = Diagnostic::error(Slug::TypeMismatch, *span, headline);
                match range {
                    Some((least, most)) => found.here(format!("numbers from {least} to {most}")),
                    None => found,
                }
            }
            P::LabelOutside { span, operand, label, place, classes, counts } => {
                label_outside(*span, *operand, *label, place.as_ref(), *classes, counts)
            }
            P::LabelUnknown { span, label, place, count, n_rows, path } => {
                let headline =
                    format!("label {label} looks like \"unknown\": {} of {n_rows}", counted(*count, "row"));
                let found = Diagnostic::error(Slug::DataValue, *span, headline)
                    .here("the other labels run from 0 without a gap")
                    .help(format!("`missing = [\"{label}\"]` in the source and `missing = drop` in the braces leave these rows out"))
                    .help("give the number of classes, `one_hot(column, n)`, if it is a label like the others")
                    .label(*path, format!("{} with label {label}", counted(*count, "row")));
                place.iter().fold(found, |found, place| super::remark(found, place, "the first of them"))
            }
            P::ClassCount { span, given, found, column } => {
                let headline = format!("expected {given} classes, found {found} in column `{column}`");
                Diagnostic::error(Slug::DataValue, *span, headline)
                    .here(format!("the column has {found} values"))
                    .fix(format!("use {found}"), *span, found.to_string())
            }
            P::Shapes { span, lhs, rhs } => {
                let (a, b) = (shape_text(&lhs.1), shape_text(&rhs.1));
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    *span,
                    format!("shapes `{a}` and `{b}` don't go together"),
                )
                .label(lhs.0, format!("`{a}`"))
                .label(rhs.0, format!("`{b}`"))
            }
            P::NoColumns { span } => Diagnostic::error(Slug::DataValue, *span, "no column is left"),
            P::TensorInList { span, shape } => {
                let shape = shape_text(shape);
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    *span,
                    format!("a list takes numbers and vectors, found `{shape}`"),
                )
                .help("`flatten(...)` makes a vector of it")
            }
            P::ClassesUnknown { span } => Diagnostic::error(
                Slug::DataValue,
                *span,
                "the number of classes is not known before the data is read",
            )
            .help("give it: `one_hot(labels, 10)`"),
            P::Encoded { span, function } => Diagnostic::error(
                Slug::TypeMismatch,
                *span,
                format!("`{function}` takes numbers, found one-hot vectors"),
            ),
            P::DivisionByZero { span } => Diagnostic::error(Slug::DataValue, *span, "division by zero"),
            P::TooManyClasses { span, most } => {
                Diagnostic::error(Slug::Limit, *span, format!("`one_hot` takes 1 to {most} classes"))
            }
            P::NoInput { span, columns } => {
                Diagnostic::error(Slug::MissingOption, *span, "`input = ...` is missing")
                    .note(format!("the columns are {}", list(columns)))
            }
            P::TooDeep { span } => Diagnostic::error(Slug::TooDeep, *span, "the expression nests too deep"),
        }
    }
}

fn unknown(
    span: Span,
    name: &str,
    known: &[String],
    file: &str,
    header: &HeaderDoubt,
    path: Span,
) -> Diagnostic {
    let found = Diagnostic::error(Slug::UnknownColumn, span, format!("`{file}` has no column `{name}`"));
    match header {
        HeaderDoubt::LooksLikeData(place) => {
            let found = super::remark(found, place, "the first line is read as names, but is numbers");
            super::text::header_fix(found, path, "false").note("the columns are then `c0`, `c1` and so on")
        }
        HeaderDoubt::LooksLikeNames(place, names) if names.iter().any(|other| other == name) => {
            super::remark(found, place, "the first line is read as data, but looks like names")
                .help("leave out `header = false`")
        }
        HeaderDoubt::LooksLikeNames(..) | HeaderDoubt::None => {
            let found = found.note(format!("its columns are {}", list(known)));
            match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => {
                    found.here(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), span, near)
                }
                None => found,
            }
        }
    }
}

fn text(span: Span, column: &str, facts: &TextFacts, wanted: &Wanted, path: Span) -> Diagnostic {
    let headline = format!("column `{column}` is text where numbers are needed");
    let mut found = Diagnostic::error(Slug::TypeMismatch, span, headline);
    if let Some((place, text)) = &facts.first {
        let which = format!(
            "`{text}` is not a number; {} of {} are text",
            facts.n_text,
            counted(facts.n_rows, "cell")
        );
        found = super::remark(found, place, which);
    }
    match (&facts.header, wanted) {
        (HeaderDoubt::LooksLikeNames(..), _) => {
            found.help("leave out `header = false`: the first line looks like names")
        }
        (HeaderDoubt::LooksLikeData(_) | HeaderDoubt::None, _) if facts.decimal_comma => found
            .help("add `decimal = \",\"`: all cells are numbers then")
            .fix("add `decimal = \",\"`", path.at_end(), ", decimal = \",\""),
        (HeaderDoubt::LooksLikeData(_) | HeaderDoubt::None, _) if facts.n_text * 10 < facts.n_rows => {
            let cells: Vec<String> = facts.first.iter().map(|(_, text)| format!("{text:?}")).collect();
            found.help(format!(
                "`missing = [{}]` in the source if it means that there is no value",
                cells.join(", ")
            ))
        }
        (HeaderDoubt::LooksLikeData(_) | HeaderDoubt::None, Wanted::Among { except }) => {
            let names: Vec<&str> = except.iter().map(String::as_str).chain([column]).collect();
            let names = if let [name] = names.as_slice() {
                name.to_string()
            } else {
                format!("[{}]", names.join(", "))
            };
            let call = format!("columns(except = {names})");
            found.here("all columns").help(format!("`{call}` leaves it out")).fix("leave it out", span, call)
        }
        (HeaderDoubt::LooksLikeData(_) | HeaderDoubt::None, Wanted::Number) => {
            let encoded = format!("one_hot({column})");
            found
                .here(
                    format!("{}: {}", counted(facts.values.len(), "category"), list(&facts.values))
                        .replace("categorys", "categories"),
                )
                .help(format!("`{encoded}` makes a vector of it"))
                .fix(format!("write `{encoded}`"), span, encoded)
        }
    }
}

fn label_outside(
    span: Span,
    operand: Span,
    label: i64,
    place: Option<&Place>,
    classes: usize,
    counts: &LabelCounts,
) -> Diagnostic {
    let last = classes.saturating_sub(1);
    let headline = format!("label {label} is outside 0 to {last}");
    let mut found = Diagnostic::error(Slug::DataValue, span, headline)
        .here(format!("{} labels, from 0 to {last}", classes))
        .note(format!(
            "labels run from {} to {}; {} outside",
            counts.least,
            counts.most,
            counted(counts.n_outside, "row")
        ));
    if let Some(place) = place {
        found = super::remark(found, place, format!("label {label}"));
    }
    let from_one =
        counts.least >= 1 && usize::try_from(counts.most - counts.least).is_ok_and(|span| span < classes);
    if from_one {
        let shift = counts.least;
        found.help(format!("labels start at {shift}: write `column - {shift}`")).fix(
            format!("subtract {shift}"),
            operand.at_end(),
            format!(" - {shift}"),
        )
    } else if counts.most == label
        && counts.least == 0
        && usize::try_from(label).is_ok_and(|label| label < 2 * classes)
    {
        found.help(format!("labels run to {label}: that is {} classes", label + 1))
    } else {
        found.help(format!(
            "`missing = [\"{label}\"]` in the source and `missing = drop` in the braces leave these rows out"
        ))
    }
}

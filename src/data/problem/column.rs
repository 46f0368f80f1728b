//! What is wrong with how columns are used.

use super::text::{Header, header_fix};
use super::{Site, counted, list, nearest, shape_text};
use crate::base::Span;
use crate::data::table::{HeaderDoubt, MissingOption, Place};
use crate::diagnostics::{Diagnostic, Edit, Fix, Slug};

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
        site: Site,
    },
    /// `[age, name]` where names are text
    TextAsNumber {
        span: Span,
        column: String,
        facts: TextFacts,
        wanted: Wanted,
        site: Site,
    },
    Missing {
        span: Span,
        column: String,
        count: usize,
        n_rows: usize,
        first: Option<Place>,
        drop: DropSite,
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
        drop: DropSite,
    },
    /// A label that means "unknown": -1 or 255 beside 0, 1, 2.
    LabelUnknown {
        span: Span,
        label: i64,
        place: Option<Place>,
        count: usize,
        n_rows: usize,
        site: Site,
        drop: DropSite,
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

/// Where and how rows can be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct DropSite {
    /// The end of the option that holds the expression; `missing = drop` can stand on the next line.
    pub after: Option<Span>,
    pub option: MissingOption,
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

impl DropSite {
    fn edits(&self) -> Vec<Edit> {
        self.after.iter().map(|span| Edit { span: *span, text: "\n    missing = drop".to_owned() }).collect()
    }

    /// The option of the source that makes a label mean "missing".
    fn option_text(&self, label: i64) -> Option<String> {
        match self.option {
            MissingOption::None => None,
            MissingOption::Texts => Some(format!("missing = [\"{label}\"]")),
            MissingOption::Number => Some(format!("missing = {label}")),
        }
    }
}

impl ColumnProblem {
    pub(super) fn diagnostic(&self) -> Diagnostic {
        use ColumnProblem as P;
        match self {
            P::Unknown { span, name, known, file, header, site } => {
                unknown(*span, name, known, file, header, site)
            }
            P::TextAsNumber { span, column, facts, wanted, site } => text(*span, column, facts, wanted, site),
            P::Missing { span, column, count, n_rows, first, drop } => {
                let headline =
                    format!("column `{column}` has {} of {n_rows} missing", counted(*count, "value"));
                let mut found = Diagnostic::error(Slug::DataValue, *span, headline)
                    .help("`missing = drop` leaves these rows out")
                    .help("`missing = mean` takes the mean of the training part instead");
                let title = "leave out rows with missing values".to_owned();
                found.fixes.push(Fix { title, edits: drop.edits() });
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
            P::LabelOutside { span, operand, label, place, classes, counts, drop } => {
                let found = label_outside((*span, *label), place.as_ref(), *classes, counts);
                label_advice(found, *operand, *classes, counts, drop)
            }
            P::LabelUnknown { span, label, place, count, n_rows, site, drop } => {
                let found = label_unknown((*span, *label), *count, *n_rows, site, drop);
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
    site: &Site,
) -> Diagnostic {
    let found = Diagnostic::error(Slug::UnknownColumn, span, format!("`{file}` has no column `{name}`"));
    match header {
        HeaderDoubt::LooksLikeData(place) => {
            let found = super::remark(found, place, "the first line is read as names, but is numbers");
            header_fix(found, site, Header::Data).note("the columns are then `c0`, `c1` and so on")
        }
        HeaderDoubt::LooksLikeNames(place, names) if names.iter().any(|other| other == name) => {
            let found = super::remark(found, place, "the first line is read as data, but looks like names");
            header_fix(found, site, Header::Names)
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

fn text(span: Span, column: &str, facts: &TextFacts, wanted: &Wanted, site: &Site) -> Diagnostic {
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
        (HeaderDoubt::LooksLikeNames(..), _) => header_fix(found, site, Header::Names),
        (HeaderDoubt::LooksLikeData(_) | HeaderDoubt::None, _) if facts.decimal_comma => found
            .help("add `decimal = \",\"`: all cells are numbers then")
            .fix("add `decimal = \",\"`", site.path.at_end(), ", decimal = \",\""),
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
    (span, label): (Span, i64),
    place: Option<&Place>,
    classes: usize,
    counts: &LabelCounts,
) -> Diagnostic {
    let last = classes.saturating_sub(1);
    let n_outside = counted(counts.n_outside, "row");
    let found = Diagnostic::error(Slug::DataValue, span, format!("label {label} is outside 0 to {last}"))
        .here(format!("{classes} labels, from 0 to {last}"))
        .note(format!("labels run from {} to {}; {n_outside} outside", counts.least, counts.most));
    place.into_iter().fold(found, |found, place| super::remark(found, place, format!("label {label}")))
}

/// What to do about labels outside: shift them, count the classes again, or leave the rows out.
fn label_advice(
    found: Diagnostic,
    operand: Span,
    classes: usize,
    counts: &LabelCounts,
    drop: &DropSite,
) -> Diagnostic {
    let LabelCounts { least, most, .. } = *counts;
    let width = usize::try_from(most.saturating_sub(least)).unwrap_or(usize::MAX);
    let primary = found.primary.span;
    if least >= 1 && width < classes {
        let fix = (format!("subtract {least}"), operand.at_end(), format!(" - {least}"));
        found.help(format!("labels start at {least}: write `column - {least}`")).fix(fix.0, fix.1, fix.2)
    } else if least == 0 && width < classes.saturating_mul(2) {
        let n = width + 1;
        found.help(format!("labels run to {most}: that is {n} classes")).fix(
            format!("use {n}"),
            primary,
            n.to_string(),
        )
    } else {
        let label = if least < 0 { least } else { most };
        match drop.option_text(label) {
            Some(option) => found.help(format!(
                "`{option}` in the source and `missing = drop` in the braces leave these rows out"
            )),
            None => found,
        }
    }
}

fn label_unknown(
    (span, label): (Span, i64),
    count: usize,
    n_rows: usize,
    site: &Site,
    drop: &DropSite,
) -> Diagnostic {
    let rows = counted(count, "row");
    let headline = format!("label {label} looks like \"unknown\": {rows} of {n_rows}");
    let mut found = Diagnostic::error(Slug::DataValue, span, headline)
        .here("the other labels run from 0 without a gap")
        .label(site.path, format!("{rows} with label {label}"));
    if let Some(option) = drop.option_text(label) {
        found = found.help(format!(
            "`{option}` in the source and `missing = drop` in the braces leave these rows out"
        ));
        let added = Edit { span: site.path.at_end(), text: format!(", {option}") };
        let edits = [added].into_iter().chain(drop.edits()).collect();
        found.fixes.push(Fix { title: "leave out these rows".to_owned(), edits });
    }
    found.help("give the number of classes, `one_hot(column, n)`, if it is a label like the others")
}

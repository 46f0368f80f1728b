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
    Unknown(UnknownColumn),
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
        site: Site,
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

/// A name that no column has.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownColumn {
    pub span: Span,
    pub name: String,
    pub known: Vec<String>,
    /// Where the columns are named, if that is known.
    pub heads: Vec<Place>,
    pub file: String,
    pub header: HeaderDoubt,
    pub site: Site,
    /// Other uses of columns that are unknown for the same reason.
    pub others: Vec<(Span, String)>,
}

impl UnknownColumn {
    /// Whether it is unknown because names and data of the first line were taken for each other.
    pub fn is_of_header(&self) -> bool {
        match &self.header {
            HeaderDoubt::LooksLikeData(_) => true,
            HeaderDoubt::LooksLikeNames(_, names) => names.contains(&self.name),
            HeaderDoubt::None => false,
        }
    }
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
    /// A fix that makes a cell mean "missing" and leaves its rows out, and the same in words.
    pub(super) fn leave_out(&self, found: Diagnostic, cell: &str, site: &Site) -> Diagnostic {
        let Some(option) = self.option_text(cell) else { return found };
        let mut found = found.help(format!(
            "`{option}` in the source and `missing = drop` in the braces leave these rows out"
        ));
        if !site.has_missing && self.after.is_some() {
            let added = Edit { span: site.path.at_end(), text: format!(", {option}") };
            let edits = [added].into_iter().chain(self.edits()).collect();
            found.fixes.push(Fix { title: "leave out these rows".to_owned(), edits });
        }
        found
    }

    fn edits(&self) -> Vec<Edit> {
        self.after.iter().map(|span| Edit { span: *span, text: "\n    missing = drop".to_owned() }).collect()
    }

    /// The option of the source that makes a label mean "missing".
    fn option_text(&self, cell: &str) -> Option<String> {
        match self.option {
            MissingOption::None => None,
            MissingOption::Texts => Some(format!("missing = [{cell:?}]")),
            MissingOption::Number => Some(format!("missing = {cell}")),
        }
    }
}

impl ColumnProblem {
    pub(super) fn diagnostic(&self) -> Diagnostic {
        use ColumnProblem as P;
        match self {
            P::Unknown(facts) => unknown(facts),
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
            P::LabelOutside { span, operand, label, place, classes, counts, site, drop } => {
                let spans = (*span, *operand);
                let found = label_outside(spans, *label, place.as_ref(), *classes, counts);
                label_advice(found, spans, *classes, counts, (site, drop))
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

fn unknown(facts: &UnknownColumn) -> Diagnostic {
    let UnknownColumn { span, name, known, heads, file, header, site, others } = facts;
    let names: Vec<&str> =
        [name.as_str()].into_iter().chain(others.iter().map(|(_, name)| name.as_str())).collect();
    let plural = if names.len() == 1 { "no column" } else { "no columns" };
    let found =
        Diagnostic::error(Slug::UnknownColumn, *span, format!("`{file}` has {plural} {}", list(&names)));
    match header {
        HeaderDoubt::LooksLikeData(place) => {
            let found = super::remark(found, place, "the first line is read as names, but looks like data");
            let mut found =
                header_fix(found, site, Header::Data).note("the columns are then `c0`, `c1` and so on");
            // As many names as columns: they are meant in the order of the file.
            if names.len() == known.len()
                && let Some(fix) = found.fixes.first_mut()
            {
                let spans = [*span].into_iter().chain(others.iter().map(|(span, _)| *span));
                fix.edits.extend(spans.enumerate().map(|(at, span)| Edit { span, text: format!("c{at}") }));
                fix.title = "write `header = false`, and `c0`, `c1` and so on for the columns".to_owned();
            }
            found.here("not a column")
        }
        HeaderDoubt::LooksLikeNames(place, _) if facts.is_of_header() => {
            let found = super::remark(found, place, "the first line is read as data, but looks like names");
            header_fix(found.here("not a column"), site, Header::Names)
        }
        HeaderDoubt::LooksLikeNames(..) | HeaderDoubt::None => {
            let found = found.note(format!("its columns are {}", list(known)));
            let Some(near) = nearest(name, known.iter().map(String::as_str)) else {
                let first = heads.first().and_then(|place| place.span);
                let last = heads.last().and_then(|place| place.span);
                let found = found.here("not a column");
                return match first.zip(last) {
                    Some((first, last)) => found.label(first.to(last), "the columns are named here"),
                    None => found,
                };
            };
            let found = found.here(format!("did you mean `{near}`?")).fix(
                format!("use `{near}`"),
                *span,
                as_name(near),
            );
            let at = known.iter().position(|other| other == near);
            match at.and_then(|at| heads.get(at)?.span) {
                Some(head) => found.label(head, format!("`{near}` is named here")),
                None => found,
            }
        }
    }
}

fn site_file(facts: &TextFacts) -> &str {
    facts.first.as_ref().map_or("the file", |(place, _)| &*place.file)
}

/// A column as it is written in a script: in quotes if it is no name.
fn as_name(column: &str) -> String {
    let is_part = |one: char| one.is_alphanumeric() || one == '_';
    let is_name = column.chars().all(is_part) && !column.starts_with(|one: char| one.is_numeric());
    if is_name { column.to_string() } else { format!("\"{}\"", column.replace('"', "\\\"")) }
}

/// What stands before and behind the number in every cell: `$1,200`, `3 kg`, `30%`.
fn unit_of(values: &[String]) -> Option<(&str, &str)> {
    let parts = |value: &'_ str| -> Option<(usize, usize)> {
        let first = value.find(|one: char| one.is_ascii_digit())?;
        let last = value.rfind(|one: char| one.is_ascii_digit())? + 1;
        let first = if value[..first].ends_with('-') { first - 1 } else { first };
        value[first..last].replace(',', "").parse::<f64>().ok()?;
        Some((first, last))
    };
    let sides = |value: &'_ String| {
        parts(value).map(|(first, last)| (value[..first].to_string(), value[last..].to_string()))
    };
    let one = values.first()?;
    let (first, last) = parts(one)?;
    let is_same = values.iter().all(|value| {
        sides(value).is_some_and(|(before, after)| before == one[..first] && after == one[last..])
    });
    let has_unit = first > 0 || last < one.len();
    (is_same && has_unit).then(|| (one[..first].trim(), one[last..].trim()))
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
        (HeaderDoubt::LooksLikeData(_) | HeaderDoubt::None, Wanted::Number)
            if unit_of(&facts.values).is_some() =>
        {
            let (before, after) = unit_of(&facts.values).unwrap_or_default();
            let unit = if after.is_empty() { before } else { after };
            found
                .here(format!("each cell is a number with `{unit}`"))
                .note("a cell holds a number alone: the unit belongs into the name of the column")
                .help(format!("take `{unit}` out of the cells of `{column}` in `{}`", site_file(facts)))
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

/// The place to change is the number of classes where the labels run on, else the column.
fn label_outside(
    (count, operand): (Span, Span),
    label: i64,
    place: Option<&Place>,
    classes: usize,
    counts: &LabelCounts,
) -> Diagnostic {
    let last = classes.saturating_sub(1);
    let n_outside = counted(counts.n_outside, "row");
    let headline = format!("label {label} is outside 0 to {last}");
    let classes = format!("{classes} labels, from 0 to {last}");
    let LabelCounts { least, most, .. } = counts;
    let found = match *least == 0 {
        true => Diagnostic::error(Slug::DataValue, count, headline)
            .here(classes)
            .label(operand, format!("its labels run from {least} to {most}")),
        false => Diagnostic::error(Slug::DataValue, operand, headline)
            .here(format!("its labels run from {least} to {most}"))
            .label(count, classes),
    };
    let found = found.note(format!("labels run from {least} to {most}; {n_outside} outside"));
    place.into_iter().fold(found, |found, place| super::remark(found, place, format!("label {label}")))
}

/// What to do about labels outside: shift them, count the classes again, or leave the rows out.
fn label_advice(
    found: Diagnostic,
    (count, operand): (Span, Span),
    classes: usize,
    counts: &LabelCounts,
    (site, drop): (&Site, &DropSite),
) -> Diagnostic {
    let LabelCounts { least, most, .. } = *counts;
    let width = usize::try_from(most.saturating_sub(least)).unwrap_or(usize::MAX);
    if least >= 1 && width < classes {
        let fix = (format!("subtract {least}"), operand.at_end(), format!(" - {least}"));
        found.help(format!("labels start at {least}: write `column - {least}`")).fix(fix.0, fix.1, fix.2)
    } else if least == 0 && width < classes.saturating_mul(2) {
        let n = width + 1;
        found.help(format!("labels run to {most}: that is {n} classes")).fix(
            format!("use {n}"),
            count,
            n.to_string(),
        )
    } else {
        let label = if least < 0 { least } else { most };
        drop.leave_out(found, &label.to_string(), site)
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
    found = drop.leave_out(found, &label.to_string(), site);
    found.help("give the number of classes, `one_hot(column, n)`, if it is a label like the others")
}

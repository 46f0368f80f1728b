//! What is wrong with how a text table is written.

use std::sync::Arc;

use super::{MOST_SHOWN, Site, counted, list};
use crate::base::Span;
use crate::data::table::Place;
use crate::diagnostics::{Diagnostic, Edit, Fix, Slug};

/// A mistake in a text table, or in what the script says of it.
#[derive(Clone, Debug, PartialEq)]
pub enum TextProblem {
    /// Rows with more or fewer cells than the first line; the first few with their counts.
    RaggedRows {
        path: Span,
        file: Arc<str>,
        expected: usize,
        first: Vec<(Place, usize)>,
        n_rows: usize,
    },
    /// No rows, or more than can be counted.
    RowCount {
        path: Span,
        file: Arc<str>,
        n_rows: usize,
    },
    ColumnTwice {
        path: Span,
        place: Place,
        name: String,
    },
    /// A `;` file read with `,`.
    WrongSeparator(Separators),
    /// Bytes that are not UTF-8, and the encoding that the file probably has.
    NotText {
        path: Span,
        file: String,
        byte: u8,
        line: usize,
        encoding: &'static str,
    },
    /// Names that are given twice and look like data.
    NamesAreData {
        site: Site,
        place: Place,
    },
    /// `header = true`, but the first line is numbers.
    LooksLikeData {
        site: Site,
        place: Place,
    },
    /// `header = false`, but the first line is names.
    LooksLikeNames {
        site: Site,
        place: Place,
        names: Vec<String>,
    },
}

/// Two readings of a first line.
#[derive(Clone, Debug, PartialEq)]
pub struct Separators {
    pub path: Span,
    /// The option, if the script gives it.
    pub option: Option<Span>,
    pub place: Place,
    pub given: char,
    pub found: char,
    pub decimal_comma: bool,
}

impl TextProblem {
    pub(super) fn diagnostic(&self) -> Diagnostic {
        use TextProblem as P;
        match self {
            P::RaggedRows { path, file, expected, first, n_rows } => {
                ragged(*path, file, *expected, first, *n_rows)
            }
            P::RowCount { path, file, n_rows: 0 } => {
                Diagnostic::error(Slug::DataFile, *path, format!("`{file}` has no rows of data"))
            }
            P::RowCount { path, file, n_rows } => {
                let headline =
                    format!("`{file}` has {n_rows} rows, more than {} are not supported", u32::MAX);
                Diagnostic::error(Slug::Limit, *path, headline)
            }
            P::ColumnTwice { path, place, name } => {
                let span = place.span.unwrap_or(*path);
                let headline = format!("two columns are named `{name}` in {place}");
                Diagnostic::error(Slug::DuplicateName, span, headline).here("named a second time")
            }
            P::NotText { path, file, byte, line, encoding } => {
                let headline = format!(
                    "`{file}` cannot be read: it is not UTF-8 text (byte 0x{byte:02x} in line {line})"
                );
                Diagnostic::error(Slug::DataFile, *path, headline).here("in another encoding").help(format!(
                    "save it as UTF-8, for example `iconv -f {encoding} -t utf8 {file} > utf8.csv`"
                ))
            }
            P::NamesAreData { site, place } => {
                let headline =
                    format!("the first line of `{}` is read as names, but looks like data", place.file);
                let found = Diagnostic::error(Slug::DataFile, site.path, headline)
                    .note("the columns are then `c0`, `c1` and so on");
                header_fix(super::remark(found, place, "a name is given twice here"), site, Header::Data)
            }
            P::WrongSeparator(separators) => wrong_separator(separators),
            P::LooksLikeData { site, place } => {
                let headline =
                    format!("the first line of `{}` is read as names, but looks like data", place.file);
                let found = Diagnostic::warning(Slug::DataFile, site.path, headline);
                header_fix(super::remark(found, place, "data where a name is expected"), site, Header::Data)
            }
            P::LooksLikeNames { site, place, names } => {
                let headline =
                    format!("the first line of `{}` is read as data, but looks like names", place.file);
                let found = Diagnostic::warning(Slug::DataFile, site.path, headline);
                let found = super::remark(found, place, "text in a column of numbers");
                let found = found.note(format!("the names would be {}", list(names)));
                header_fix(found, site, Header::Names)
            }
        }
    }
}

/// What a first line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    Names,
    Data,
}

/// Sets the option `header`, behind the path where the script doesn't give it.
pub(super) fn header_fix(diagnostic: Diagnostic, site: &Site, header: Header) -> Diagnostic {
    let (value, what) = match header {
        Header::Names => ("true", "names"),
        Header::Data => ("false", "data"),
    };
    let (span, text) = match site.header {
        Some(span) => (span, value.to_owned()),
        None => (site.path.at_end(), format!(", header = {value}")),
    };
    diagnostic.help(format!("write `header = {value}` if the first line is {what}")).fix(
        format!("write `header = {value}`"),
        span,
        text,
    )
}

fn ragged(path: Span, file: &str, expected: usize, first: &[(Place, usize)], n_rows: usize) -> Diagnostic {
    let which = match first.first() {
        Some((place, found)) if n_rows == 1 => {
            format!("{place} has {}, expected {expected} as in the first line", counted(*found, "cell"))
        }
        _several => {
            format!(
                "{n_rows} rows of `{file}` don't have {} as the first line has",
                counted(expected, "cell")
            )
        }
    };
    let span = first.first().and_then(|(place, _)| place.span).unwrap_or(path);
    let found = Diagnostic::error(Slug::DataFile, span, which);
    let text = |found: usize| format!("expected {}, found {found}", counted(expected, "cell"));
    let mut diagnostic = match first.first() {
        Some((_, n_cells)) => found.here(text(*n_cells)),
        None => found,
    };
    let is_said = |place: &Place| n_rows == 1 && place.span == Some(diagnostic.primary.span);
    let others: Vec<&(Place, usize)> = first.iter().filter(|(place, _)| !is_said(place)).collect();
    for (place, n_cells) in others {
        diagnostic = super::remark(diagnostic, place, text(*n_cells));
    }
    if n_rows > MOST_SHOWN {
        diagnostic = diagnostic.note(format!("and {} more", n_rows - MOST_SHOWN));
    }
    if diagnostic.primary.span != path { diagnostic.label(path, "read here") } else { diagnostic }
}

fn wrong_separator(separators: &Separators) -> Diagnostic {
    let Separators { path, option, place, given, found, decimal_comma } = separators;
    let shown = |separator: char| if separator == '\t' { "\\t".to_owned() } else { separator.to_string() };
    let headline = format!(
        "the cells of `{}` are separated by `{}`, not by `{}`",
        place.file,
        shown(*found),
        shown(*given)
    );
    let diagnostic = Diagnostic::error(Slug::DataFile, option.unwrap_or(*path), headline);
    let diagnostic = super::remark(diagnostic, place, format!("cut by `{}`", shown(*found)));
    let mut options = vec![format!("separator = \"{}\"", shown(*found))];
    if *decimal_comma {
        options.push("decimal = \",\"".to_owned());
    }
    let added = match option {
        None => Edit { span: path.at_end(), text: format!(", {}", options.join(", ")) },
        Some(span) => {
            let rest = if *decimal_comma { ", decimal = \",\"" } else { "" };
            Edit { span: *span, text: format!("\"{}\"{rest}", shown(*found)) }
        }
    };
    let options = options.join(", ");
    let mut diagnostic = diagnostic.help(format!("add `{options}`"));
    diagnostic.fixes.push(Fix { title: format!("add `{options}`"), edits: vec![added] });
    diagnostic
}

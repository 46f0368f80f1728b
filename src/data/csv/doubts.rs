//! Signs that a text table is not written as the script says: another separator, a header taken for data.

use super::cells::{Cell, Dialect, body_start, number};
use super::lines::Lines;
use super::scan::Tally;
use crate::base::{Span, Spanned};
use crate::data::problem::{Problem, Separators, TextProblem};
use crate::data::source::Options;
use crate::data::table::HeaderDoubt;

/// How many lines are looked at.
const LINES: usize = 5;

/// Where the bytes of a table stop being text.
pub fn not_text(bytes: &[u8], path: &Spanned<&str>) -> Option<Problem> {
    let at = std::str::from_utf8(bytes).err()?.valid_up_to();
    let line = bytes.get(..at)?.iter().filter(|byte| **byte == b'\n').count() + 1;
    let is_wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let problem = TextProblem::NotText {
        path: path.span,
        file: path.value.to_owned(),
        byte: *bytes.get(at)?,
        line,
        encoding: if is_wide { "utf16" } else { "latin1" },
    };
    Some(problem.into())
}

/// Another separator that cuts all of the first lines alike, where the given one doesn't.
pub fn wrong_separator(
    bytes: &[u8],
    dialect: &Dialect,
    lines: &Lines,
    span: Span,
    options: &Options,
) -> Option<Problem> {
    let start = body_start(bytes);
    let body = bytes.get(start..)?;
    let is_text = |line: &&[u8]| !line.trim_ascii().is_empty() && line.first().copied() != dialect.comment;
    let sample: Vec<&[u8]> = body.split(|b| *b == b'\n').filter(is_text).take(LINES).collect();
    let (first, last) = (*sample.first()?, *sample.last()?);
    let count = |line: &[u8], separator: u8| line.iter().filter(|b| **b == separator).count();
    let comma_numbers = |separator: u8| {
        let mut cells = last.split(|b| *b == separator).map(<[u8]>::trim_ascii);
        cells.any(|cell| cell.contains(&b',') && matches!(number(cell, b','), Cell::Number(_)))
    };
    for found in [b';', b'\t', b'|', b','].into_iter().filter(|found| *found != dialect.separator) {
        let n_cells = count(first, found);
        let cuts_alike = n_cells > 0 && sample.iter().all(|line| count(line, found) == n_cells);
        let decimal_comma = dialect.decimal == b'.' && found != b',' && comma_numbers(found);
        let given_fails =
            count(first, dialect.separator) == 0 || (decimal_comma && dialect.separator == b',');
        if cuts_alike && given_fails {
            let facts = Separators {
                path: options.text("path").map_or(span, |text| text.span),
                option: options.text("separator").map(|text| text.span),
                place: lines.row_place(start as u64, 1),
                given: char::from(dialect.separator),
                found: char::from(found),
                decimal_comma,
            };
            return Some(TextProblem::WrongSeparator(facts).into());
        }
    }
    None
}

/// Whether the first row is text above columns of numbers.
pub fn header_as_data(columns: &[Tally], lines: &Lines) -> HeaderDoubt {
    let is_name = |tally: &&Tally| tally.first_text.as_ref().is_some_and(|(row, _)| *row == 0);
    let names: Vec<String> = columns
        .iter()
        .filter(is_name)
        .filter_map(|tally| Some(tally.first_text.as_ref()?.1.clone()))
        .collect();
    let above_numbers =
        columns.iter().any(|tally| is_name(&tally) && tally.n_text == 1 && lines.n_rows() > 1);
    if names.len() == columns.len() && above_numbers {
        HeaderDoubt::LooksLikeNames(lines.place(0, 0), names)
    } else {
        HeaderDoubt::None
    }
}

//! Values as they are written: all numbers of a small one, what there is to say about a large one.

use super::Traced;
use crate::explain::write::{Format, Notation};
use crate::tensor::Tensor;

/// More numbers than this are summarised.
const MAX_NUMBERS: usize = 24;

/// A vector with more entries is written as a row, turned.
const MAX_HIGH: usize = 6;
/// Of a longer row the middle is left out on a page.
const MAX_WIDE: usize = 8;
/// Stands for what is left out.
const MORE: &str = "…";
const BRACKETS: &str = "border-collapse:separate;border-left:1.5px solid;border-right:1.5px solid;border-radius:.35em;padding:0 .15em";

/// The places and numbers of a value, row by row.
pub fn row_by_row(value: &Tensor) -> Vec<(Vec<usize>, f64)> {
    let numbers = value.data.to_f64();
    match value.shape.as_slice() {
        [] => numbers.first().map(|n| (Vec::new(), *n)).into_iter().collect(),
        [rows, columns] => (0..*rows)
            .flat_map(|i| (0..*columns).map(move |j| (i, j)))
            .filter_map(|(i, j)| numbers.get(i + j * rows).map(|n| (vec![i, j], *n)))
            .collect(),
        _ => numbers.iter().enumerate().map(|(at, n)| (vec![at], *n)).collect(),
    }
}

/// A number with its sign, as a notation writes it.
pub fn number(notation: &dyn Notation, digits: &str) -> String {
    match digits.strip_prefix('-') {
        Some(rest) => notation.minus(&notation.number(rest)),
        None => notation.number(digits),
    }
}

pub fn written(traced: &Traced<'_>, value: &Tensor, format: Format) -> String {
    let show = |number: f64| (traced.show)(number, traced.digits);
    if value.data.len() > MAX_NUMBERS {
        let signed = |number: f64| match format {
            Format::Mathml => show(number).replace('-', "−"),
            Format::Latex | Format::Unicode | Format::Source => show(number),
        };
        let summary = summary(value, &signed);
        return match format {
            Format::Mathml => format!("<mtext>{summary}</mtext>"),
            Format::Latex => format!("\\text{{{summary}}}"),
            Format::Unicode | Format::Source => summary,
        };
    }
    let notation = traced.derivation.writer(format).notation;
    let numbers = value.data.to_f64();
    let rows: Vec<Vec<String>> = match value.shape.as_slice() {
        [] => {
            let only = numbers.first().copied().unwrap_or(f64::NAN);
            return if format == Format::Unicode { show(only) } else { number(notation, &show(only)) };
        }
        [rows, columns] => (0..*rows)
            .map(|i| (0..*columns).filter_map(|j| numbers.get(i + j * rows)).map(|n| show(*n)).collect())
            .collect(),
        _ => numbers.iter().map(|n| vec![show(*n)]).collect(),
    };
    matrix(notation, &rows, value.shape.len() < 2, format)
}

fn matrix(notation: &dyn Notation, rows: &[Vec<String>], is_vector: bool, format: Format) -> String {
    let signed = |digits: &String| number(notation, digits);
    let is_row = is_vector && rows.len() > MAX_HIGH && matches!(format, Format::Mathml | Format::Latex);
    let turned = [rows.concat()];
    let rows = if is_row { &turned } else { rows };
    let shortened: Vec<Vec<String>> = rows.iter().map(|row| shortened(row)).collect();
    let is_page = matches!(format, Format::Mathml | Format::Latex);
    let rows = if is_page { shortened.as_slice() } else { rows };
    let signed = |digits: &String| match (digits.as_str(), format) {
        (MORE, Format::Mathml) => "<mo>⋯</mo>".to_string(),
        (MORE, _) => "\\cdots".to_string(),
        _ => signed(digits),
    };
    match format {
        Format::Mathml => {
            let cell = |digits: &String| format!("<mtd>{}</mtd>", signed(digits));
            let row = |row: &Vec<String>| format!("<mtr>{}</mtr>", row.iter().map(cell).collect::<String>());
            let rows: String = rows.iter().map(row).collect();
            // Borders in place of brackets: those grow only in fonts that were made for mathematics.
            let table = format!("<mtable style=\"{BRACKETS}\">{rows}</mtable>");
            if is_row { format!("<msup>{table}<mo>⊤</mo></msup>") } else { table }
        }
        Format::Latex => {
            let rows: Vec<String> =
                rows.iter().map(|row| row.iter().map(signed).collect::<Vec<_>>().join(" & ")).collect();
            let turned = if is_row { "^\\top" } else { "" };
            format!("\\begin{{bmatrix}} {} \\end{{bmatrix}}{turned}", rows.join(" \\\\ "))
        }
        Format::Unicode | Format::Source if is_vector => format!("[{}]", rows.concat().join(", ")),
        Format::Unicode | Format::Source => {
            let rows: Vec<String> = rows.iter().map(|row| format!("[{}]", row.join(", "))).collect();
            format!("[{}]", rows.join(", "))
        }
    }
}

/// A row with its middle left out, if it would be wider than paper.
fn shortened(row: &[String]) -> Vec<String> {
    match row {
        [first @ .., _, _, last] if row.len() > MAX_WIDE => {
            let shown = first.iter().take(MAX_WIDE - 3).cloned();
            shown.chain([MORE.to_string(), last.clone()]).collect()
        }
        _ => row.to_vec(),
    }
}

/// Shape, range, mean, the first few.
fn summary(value: &Tensor, show: &dyn Fn(f64) -> String) -> String {
    let numbers = value.data.to_f64();
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    let (lo, hi) = numbers.iter().fold(ends, |(lo, hi), n| (lo.min(*n), hi.max(*n)));
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let first: Vec<String> = row_by_row(value).iter().take(4).map(|(_, n)| show(*n)).collect();
    let shape: Vec<String> = value.shape.iter().map(usize::to_string).collect();
    format!(
        "[{}] from {} to {}, mean {}: {}, ...",
        shape.join(", "),
        show(lo),
        show(hi),
        show(mean),
        first.join(", ")
    )
}

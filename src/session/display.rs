//! Values as the prompt shows them: aligned, abbreviated to what fits, a dataset as its columns.
//!
//! `print` writes literals that read back ([`super::format`]); this is for eyes.

use super::format::{NumberFormat, format_number, format_tensor};
use super::model::summary;
use super::state::Session;
use crate::base::Span;
use crate::data::{Column, ColumnKind, Schema};
use crate::diagnostics::escape;
use crate::elaborate::{Record, RecordKind, Value};
use crate::graph::NodeId;
use crate::tensor::Tensor;

/// How much room there is, and how many digits are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Columns of the terminal.
    pub width: usize,
    /// Significant digits.
    pub digits: usize,
    /// Rows of a matrix and examples of a batch, at most.
    pub rows: usize,
}

impl Default for View {
    fn default() -> View {
        View { width: 100, digits: 6, rows: 10 }
    }
}

/// Columns of a dataset that are listed.
const MOST_COLUMNS: usize = 16;
/// Categories of a column that are listed.
const MOST_CATEGORIES: usize = 5;
/// Steps of a small curve.
const CURVE: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const CURVE_WIDTH: usize = 30;

impl Session<'_> {
    /// A value for eyes. `None` where there is nothing to show, or after a report.
    pub fn show_value(&mut self, value: &Value, span: Span, view: &View) -> Option<String> {
        let format = NumberFormat { digits: view.digits, all: false };
        match value {
            Value::Nothing | Value::Unknown => None,
            Value::Variable(variable) => self.show_value(&variable.known, span, view),
            Value::Text(text) => Some(literal(text)),
            Value::Function(_) => self.type_text(value),
            Value::Model { id, part } if part.is_empty() => {
                Some(summary(self.elaborator.models.get(id.0)?).join("\n"))
            }
            Value::Model { id, part } => {
                let model = self.elaborator.models.get(id.0)?;
                let rows = model
                    .parameters(part)
                    .map(|(key, stored)| format!("{key}  {}", crate::types::Shape::known(&stored.shape)));
                Some(rows.collect::<Vec<_>>().join("\n"))
            }
            Value::Parameters(parameters) => {
                let entries: Vec<(String, NodeId)> =
                    parameters.entries.iter().map(|(key, node)| (key.clone(), *node)).collect();
                let mut parts = Vec::new();
                for (key, node) in entries {
                    let text = self.show_value(&Value::Node(node), span, view)?;
                    let gap = if text.contains('\n') { "\n" } else { " " };
                    parts.push(format!("{key} ={gap}{text}"));
                }
                Some(parts.join("\n"))
            }
            Value::Record(record) => match record.kind {
                RecordKind::Data | RecordKind::Part => Some(self.show_data(record)),
                RecordKind::History => self.show_history(record, span, view),
                RecordKind::Batch | RecordKind::Batches => self.type_text(value),
                RecordKind::Scores => self.text_of(value, span, format),
            },
            Value::Node(_) | Value::List(_) if self.is_tensor(value) => {
                let node = self.elaborator.node_of(value, span)?;
                let tensor = self.force(&[node], span)?.pop()?;
                Some(show_tensor(&tensor, view))
            }
            Value::Number(_)
            | Value::Int(_)
            | Value::Bool(_)
            | Value::Template(_)
            | Value::Axis(_)
            | Value::Shape(_)
            | Value::Node(_)
            | Value::List(_)
            | Value::Range { .. }
            | Value::Word(_) => self.text_of(value, span, format),
        }
    }

    fn is_tensor(&self, value: &Value) -> bool {
        match value {
            Value::List(items) => crate::elaborate::constant_of(items).is_some(),
            _ => true,
        }
    }

    /// `150 examples of [4] -> [3]`, and a line for each column.
    fn show_data(&self, record: &Record) -> String {
        let kind = self.type_text(&Value::Record(std::sync::Arc::new(record.clone()))).unwrap_or_default();
        let mut lines = vec![format!("{}: {kind}", record.name)];
        let name = record.name.split('.').next().unwrap_or_default();
        if let Some(origin) = self.origins.get(name).filter(|_| record.kind == RecordKind::Data) {
            lines.extend(columns(&origin.schema));
        }
        let parts = record.fields.iter().filter_map(|(name, field)| match field {
            Value::Record(part) => Some(format!("{name} {}", count_of(part)?)),
            _ => None,
        });
        let parts: Vec<String> = parts.collect();
        if !parts.is_empty() {
            lines.push(format!("  parts: {}", parts.join(", ")));
        }
        lines.join("\n")
    }

    /// A line for each series: its first and last number, and a small curve.
    fn show_history(&mut self, record: &Record, span: Span, view: &View) -> Option<String> {
        let format = NumberFormat { digits: view.digits.min(4), all: false };
        let mut rows = Vec::new();
        let mut epochs = 0;
        for (name, field) in &record.fields {
            let Value::Node(node) = field else { continue };
            let values = self.force(&[*node], span)?.pop()?.data.to_f64();
            epochs = values.len();
            let (Some(first), Some(last)) = (values.first(), values.last()) else { continue };
            let ends = [*first, *last].map(|number| format_number(number, format));
            rows.push([name.clone(), ends.join(" → "), curve(&values)]);
        }
        let widths: Vec<usize> =
            (0..2).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
        let mut lines = vec![format!("history of {epochs} epochs")];
        lines.extend(rows.iter().map(|[name, ends, curve]| {
            format!("  {name:first$}  {ends:second$}  {curve}", first = widths[0], second = widths[1])
        }));
        Some(lines.join("\n"))
    }
}

fn count_of(part: &Record) -> Option<usize> {
    match part.fields.get("count") {
        Some(Value::Int(size)) => size.count(),
        _ => None,
    }
}

fn columns(schema: &Schema) -> Vec<String> {
    let shown = schema.columns.iter().take(MOST_COLUMNS);
    let width = shown.clone().map(|column| column.name.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> =
        shown.map(|column| format!("  {:width$}  {}", column.name, facts(column))).collect();
    if schema.columns.len() > MOST_COLUMNS {
        lines.push(format!("  ... {} columns", schema.columns.len()));
    }
    lines
}

/// `4.3 .. 7.9`, `setosa 50, versicolor 50`
fn facts(column: &Column) -> String {
    let format = NumberFormat::default();
    let mut text = match &column.kind {
        ColumnKind::Number(facts) => match facts.range {
            Some((least, most)) => {
                format!("{} .. {}", format_number(least, format), format_number(most, format))
            }
            None => "numbers".to_string(),
        },
        ColumnKind::Category(facts) => {
            let shown = facts.values.iter().zip(&facts.counts).take(MOST_CATEGORIES);
            let mut shown: Vec<String> = shown.map(|(value, count)| format!("{value} {count}")).collect();
            if facts.values.len() > MOST_CATEGORIES {
                shown.push(format!("... {} categories", facts.values.len()));
            }
            shown.join(", ")
        }
    };
    if !column.shape.is_empty() {
        text = format!("{} {text}", crate::types::Shape::known(&column.shape));
    }
    if column.n_missing > 0 {
        text.push_str(&format!(", {} missing", column.n_missing));
    }
    text
}

/// A series as a row of blocks: each the mean of its share of the values.
fn curve(values: &[f64]) -> String {
    let steps = values.len().min(CURVE_WIDTH);
    let means: Vec<f64> = (0..steps)
        .map(|at| {
            let share = &values[at * values.len() / steps..(at + 1) * values.len() / steps];
            share.iter().sum::<f64>() / share.len().max(1) as f64
        })
        .collect();
    let finite = || means.iter().copied().filter(|mean| mean.is_finite());
    let (least, most) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let step = |mean: &f64| match (mean - least) / (most - least) {
        part if part.is_finite() => CURVE[((part * 7.0).round() as usize).min(7)],
        _ => CURVE[0],
    };
    means.iter().map(step).collect()
}

/// Numbers, vectors and matrices aligned and cut to the room there is.
fn show_tensor(tensor: &Tensor, view: &View) -> String {
    let format = NumberFormat { digits: view.digits, all: false };
    let values = tensor.data.to_f64();
    match (tensor.examples, tensor.shape.as_slice()) {
        (None, [n]) => {
            let row = Row { count: *n, at: &|i| values.get(i).copied().unwrap_or(f64::NAN) };
            let (text, is_cut) = one_line(&row, view);
            if is_cut { format!("{text}  [{n}]") } else { text }
        }
        (None, [rows, columns]) if *rows > 0 && *columns > 0 => {
            let at = |row: usize, column: usize| values.get(column * rows + row).copied().unwrap_or(f64::NAN);
            let (lines, is_cut) = grid((*rows, *columns), &at, view, true);
            let tail = if is_cut { format!("\n[{rows}, {columns}]") } else { String::new() };
            format!("{}{tail}", lines.join("\n"))
        }
        (Some(count), []) => {
            let row = Row { count, at: &|i| values.get(i).copied().unwrap_or(f64::NAN) };
            let (text, _) = one_line(&row, view);
            format!("{}  [] × {count}", text.trim_start_matches('[').trim_end_matches(']'))
        }
        (Some(count), [n]) if *n > 0 => {
            let at = |row: usize, column: usize| values.get(row * n + column).copied().unwrap_or(f64::NAN);
            let view = View { rows: view.rows.min(6), ..*view };
            let (mut lines, _) = grid((count, *n), &at, &view, false);
            lines.push(format!("[{n}] × {count}"));
            lines.join("\n")
        }
        _ => format_tensor(tensor, format),
    }
}

struct Row<'a> {
    count: usize,
    at: &'a dyn Fn(usize) -> f64,
}

/// `[1, 2, ..., 9]` within the width; whether something was left out.
fn one_line(row: &Row<'_>, view: &View) -> (String, bool) {
    let format = NumberFormat { digits: view.digits, all: false };
    let room = view.width.saturating_sub(16).max(24);
    let last = row.count.checked_sub(1).map(|at| format_number((row.at)(at), format)).unwrap_or_default();
    let mut shown: Vec<String> = Vec::new();
    let mut used = last.len() + 8;
    for at in 0..row.count {
        let text = format_number((row.at)(at), format);
        used += text.len() + 2;
        if used > room && at + 1 < row.count && !shown.is_empty() {
            return (format!("[{}, ..., {last}]", shown.join(", ")), true);
        }
        shown.push(text);
    }
    (format!("[{}]", shown.join(", ")), false)
}

/// Rows of numbers under each other. With brackets around it is a matrix as one writes it; without, examples.
fn grid(
    (rows, columns): (usize, usize),
    at: &dyn Fn(usize, usize) -> f64,
    view: &View,
    is_matrix: bool,
) -> (Vec<String>, bool) {
    let shown = picked(rows, view.rows, is_matrix);
    let widest = view.width.saturating_sub(8).max(24);
    let mut n_columns = columns.min(widest / 3);
    loop {
        let places = picked(columns, n_columns, true);
        let cells = aligned(&shown, &places, at, view.digits);
        let width = cells.first().map_or(0, |row| row.iter().map(|cell| cell.chars().count() + 2).sum());
        if width <= widest || n_columns <= 2 {
            let is_cut = shown.len() < rows || places.len() < columns;
            return (bracketed(&cells, &shown, rows, is_matrix), is_cut);
        }
        // All cells of a column are equally wide, so this converges in a few rounds.
        n_columns = (n_columns * widest / width).min(n_columns - 1).max(2);
    }
}

/// All places, or the first ones and the last; a gap stands for those between. Of examples only the first.
fn picked(count: usize, most: usize, with_last: bool) -> Vec<Option<usize>> {
    if count <= most {
        return (0..count).map(Some).collect();
    }
    let first = most.saturating_sub(1).max(1);
    let mut places: Vec<Option<usize>> = (0..first).map(Some).collect();
    places.push(None);
    if with_last {
        places.push(Some(count - 1));
    }
    places
}

/// Every column in one width, with as many decimals as its longest number.
fn aligned(
    rows: &[Option<usize>],
    columns: &[Option<usize>],
    at: &dyn Fn(usize, usize) -> f64,
    digits: usize,
) -> Vec<Vec<String>> {
    let format = NumberFormat { digits, all: false };
    let by_column: Vec<Vec<String>> = columns
        .iter()
        .map(|column| {
            let Some(column) = column else { return vec!["...".to_string(); rows.iter().flatten().count()] };
            let numbers: Vec<f64> = rows.iter().flatten().map(|row| at(*row, *column)).collect();
            let mut cells: Vec<String> =
                numbers.iter().map(|number| format_number(*number, format)).collect();
            if !cells.iter().any(|cell| cell.contains('e')) {
                let decimals =
                    cells.iter().map(|cell| cell.split_once('.').map_or(0, |(_, tail)| tail.len()));
                let decimals = decimals.max().unwrap_or(0).min(decimals_of(&numbers, digits));
                for (cell, number) in cells.iter_mut().zip(&numbers).filter(|(_, number)| number.is_finite())
                {
                    *cell = format!("{number:.decimals$}");
                }
            }
            let width = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
            cells.iter().map(|cell| format!("{cell:>width$}")).collect()
        })
        .collect();
    let n_rows = rows.iter().flatten().count();
    (0..n_rows).map(|row| by_column.iter().map(|column| column[row].clone()).collect()).collect()
}

/// So many decimals that the largest number of a column has all its digits.
fn decimals_of(numbers: &[f64], digits: usize) -> usize {
    let largest =
        numbers.iter().filter(|number| number.is_finite()).fold(0.0f64, |most, n| most.max(n.abs()));
    let before = if largest > 0.0 { largest.log10().floor() as i64 + 1 } else { 1 };
    (digits as i64 - before).clamp(0, 17) as usize
}

fn bracketed(cells: &[Vec<String>], shown: &[Option<usize>], rows: usize, is_matrix: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut cells = cells.iter();
    for place in shown {
        let (open, close) = match (is_matrix, place) {
            (true, Some(0)) => ("[", if rows == 1 { "]" } else { "," }),
            (true, Some(at)) => (" ", if at + 1 == rows { "]" } else { "," }),
            (true, None) => (" ", ","),
            (false, _) => ("", ""),
        };
        let inside = match place {
            None => "...".to_string(),
            Some(_) => format!("[{}]", cells.next().map(|row| row.join(", ")).unwrap_or_default()),
        };
        lines.push(format!("{open}{inside}{close}"));
    }
    lines
}

/// A text as it is written in a script. What would move the cursor or turn the direction is escaped; joiners are parts
/// of signs such as 👩‍👧.
fn literal(text: &str) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '\\' | '"' | '{' | '}' => written.extend(['\\', character]),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            '\u{200C}' | '\u{200D}' => written.push(character),
            other => written.push_str(&escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    written + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Buffer;

    fn shown(shape: &[usize], examples: Option<usize>, values: Vec<f64>) -> String {
        let tensor = Tensor { shape: shape.to_vec(), examples, data: Buffer::F64(values) };
        show_tensor(&tensor, &View { width: 60, digits: 6, rows: 6 })
    }

    #[test]
    fn a_matrix_is_aligned_and_reads_back() {
        let text = shown(&[2, 3], None, vec![1.0, -10.0, 0.5, 0.25, 3.0, 4.0]);
        assert_eq!(text, "[[  1, 0.50, 3],\n [-10, 0.25, 4]]");
    }

    #[test]
    fn large_values_show_their_ends_and_their_size() {
        let text = shown(&[100], None, (0..100).map(f64::from).collect());
        assert!(text.starts_with("[0, 1, 2, ") && text.ends_with(", ..., 99]  [100]"), "{text}");
        assert!(text.chars().count() <= 60, "{text}");
        let text = shown(&[40, 50], None, (0..2000).map(f64::from).collect());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 8, "{text}");
        assert!(lines.iter().all(|line| line.chars().count() <= 60), "{text}");
        assert_eq!(lines.last(), Some(&"[40, 50]"));
        assert!(lines[6].ends_with("1999]]"), "{text}");
    }

    #[test]
    fn a_batch_shows_its_first_examples() {
        let text = shown(&[2], Some(50), (0..100).map(f64::from).collect());
        assert_eq!(text, "[0, 1]\n[2, 3]\n[4, 5]\n[6, 7]\n[8, 9]\n...\n[2] × 50");
        assert_eq!(shown(&[], Some(3), vec![1.0, 2.0, 3.5]), "1, 2, 3.5  [] × 3");
    }

    #[test]
    fn strange_numbers_do_no_harm() {
        for value in [f64::NAN, f64::INFINITY, -1e300, 1e-300, -0.0] {
            assert!(!shown(&[2, 2], None, vec![value; 4]).is_empty());
            assert!(!curve(&[value, 1.0]).is_empty());
        }
        assert_eq!(shown(&[0], None, Vec::new()), "[]");
        assert_eq!(curve(&[0.0, 7.0]), "▁█");
    }
}

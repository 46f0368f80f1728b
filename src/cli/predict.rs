//! `nn predict`: a line for each row, or a CSV file with every number.

use std::io;
use std::path::Path;

use super::output::Output;
use crate::session::{NumberFormat, Predictions, format_number};
use crate::tensor::Precision;

/// A class with its probability, or the numbers of an answer.
pub fn print(predictions: &Predictions, output: &Output) {
    let format = NumberFormat::default();
    let lines: Vec<Vec<String>> = predictions
        .rows()
        .map(|row| match best(predictions, row) {
            Some((class, number)) => vec![class.to_string(), format!("{number:.4}")],
            None => row.iter().map(|number| format_number(*number, format)).collect(),
        })
        .collect();
    let width =
        lines.iter().filter_map(|line| line.first()).map(|cell| cell.chars().count()).max().unwrap_or(0);
    for line in &lines {
        match line.as_slice() {
            [class, number] if predictions.classes.is_some() => {
                output.line(&format!("{class:width$}  {number}"));
            }
            numbers => output.line(&numbers.join("  ")),
        }
    }
}

/// The class with the largest number, and that number.
fn best<'a>(predictions: &'a Predictions, row: &[f64]) -> Option<(&'a str, f64)> {
    let classes = predictions.classes.as_ref()?;
    let largest = classes.iter().zip(row).max_by(|a, b| a.1.total_cmp(b.1))?;
    Some((largest.0.as_str(), *largest.1))
}

/// The answers with a header: the class and a column for each class, or a column for each number.
pub fn write_csv(predictions: &Predictions, path: &Path) -> io::Result<()> {
    let mut text = String::new();
    let mut record = |cells: Vec<String>| {
        text.push_str(&cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","));
        text.push('\n');
    };
    record(header(predictions));
    for row in predictions.rows() {
        let class = best(predictions, row).map(|(class, _)| class.to_string());
        let numbers = row.iter().map(|number| match predictions.precision {
            Precision::F32 => (*number as f32).to_string(),
            Precision::F64 => number.to_string(),
        });
        record(class.into_iter().chain(numbers).collect());
    }
    std::fs::write(path, text)
}

fn header(predictions: &Predictions) -> Vec<String> {
    match &predictions.classes {
        Some(classes) => {
            let what = if predictions.are_probabilities() { "probability of" } else { "score of" };
            std::iter::once("prediction".to_string())
                .chain(classes.iter().map(|class| format!("{what} {class}")))
                .collect()
        }
        None if predictions.names.len() == predictions.width => predictions.names.clone(),
        None => (1..=predictions.width).map(|at| format!("prediction {at}")).collect(),
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_string()
    }
}

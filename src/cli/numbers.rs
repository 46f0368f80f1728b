//! Numbers and times of trainings as text.

use std::time::Duration;

use super::progress::is_shown;
use crate::train::{EpochRow, History};

/// Rows of the table at the end of a training on a terminal.
const MOST_ROWS: usize = 10;

/// `epoch  3/60  loss 0.4312  accuracy 0.8100`
pub fn line(epoch: usize, epochs: usize, row: &EpochRow) -> String {
    let width = epochs.to_string().len();
    format!("epoch {epoch:>width$}/{epochs}  {}", numbers(row))
}

pub fn numbers(row: &EpochRow) -> String {
    named(row.named())
}

pub fn named(values: impl IntoIterator<Item = (String, f64)>) -> String {
    let named: Vec<String> =
        values.into_iter().map(|(name, value)| format!("{name} {}", number(value))).collect();
    named.join("  ")
}

/// Four decimals, or an exponent where they would say nothing.
fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3..1e6).contains(&size) { format!("{value:.4}") } else { format!("{value:.3e}") }
}

/// Four digits that matter: `0.01`, `3e-4`, `0.005025`.
pub fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = format!("{value:.3e}");
    let rounded: f64 = digits.parse().unwrap_or(value);
    if (1e-3..1e5).contains(&rounded.abs()) { rounded.to_string() } else { format!("{rounded:e}") }
}

pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..=9 => format!("{:.1} s", time.as_secs_f64()),
        10..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _longer => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A rate with two or three digits: `940`, `52 000`, `1.3 million`.
pub fn count(rate: f64) -> String {
    match rate {
        r if r < 10.0 => format!("{r:.1}"),
        r if r < 1000.0 => format!("{r:.0}"),
        r if r < 999_500.0 => {
            let thousands = r / 1000.0;
            if thousands < 10.0 {
                format!("{:.0} {:03.0}", thousands.floor(), (r % 1000.0 / 100.0).floor() * 100.0)
            } else {
                format!("{thousands:.0} 000")
            }
        }
        r => format!("{:.1} million", r / 1e6),
    }
}

/// The epochs in columns, abbreviated, in at most `room` columns of the terminal: what matters least is left out.
pub fn table(history: &History, room: usize) -> Vec<String> {
    let Some(first) = history.rows.first() else { return Vec::new() };
    let mut names: Vec<String> = first.named().into_iter().map(|(name, _)| name).collect();
    let all = names.len();
    loop {
        let drawn = columns(history, &names, names.len() < all);
        let widest = drawn.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        if widest <= room || names.len() < 2 {
            return drawn;
        }
        // The losses and the first metric stay longest.
        let metric = names.iter().position(|name| !name.ends_with("loss"));
        let own = metric.and_then(|at| names.get(at)).map(|name| format!("val_{name}"));
        let is_least = |name: &String| !name.ends_with("loss") && Some(name) != own.as_ref();
        let least = names.iter().rposition(is_least).filter(|at| Some(*at) != metric);
        names.remove(least.unwrap_or(names.len() - 1));
    }
}

/// The columns of these names; `…` stands for others.
fn columns(history: &History, names: &[String], is_cut: bool) -> Vec<String> {
    let total = history.rows.len();
    let more = is_cut.then(|| "…".to_string());
    let head: Vec<String> =
        std::iter::once("epoch".to_string()).chain(names.iter().cloned()).chain(more).collect();
    let mut rows = vec![head];
    for (at, row) in history.rows.iter().enumerate() {
        if is_shown(at + 1, total, MOST_ROWS) {
            let shown = row.named().into_iter().filter(|(name, _)| names.contains(name));
            let values = shown.map(|(_, value)| number(value));
            rows.push(std::iter::once((at + 1).to_string()).chain(values).collect());
        }
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max())
        .map(|width| width.unwrap_or(0))
        .collect();
    let drawn = rows.iter().map(|row| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        cells.join("  ")
    });
    drawn.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_leaves_out_what_does_not_fit() {
        let metrics = ["accuracy", "f1", "precision", "recall"].map(|name| (name.to_string(), 0.5));
        let row = EpochRow {
            loss: 0.25,
            metrics: metrics.iter().cloned().collect(),
            val_loss: Some(0.5),
            val_metrics: metrics.iter().cloned().collect(),
        };
        let history = History { rows: vec![row] };
        let heads = [200, 80, 50, 30, 12].map(|room| table(&history, room).swap_remove(0));
        assert!(heads[0].ends_with("val_recall") && !heads[0].contains('…'), "{}", heads[0]);
        assert_eq!(heads[1], "epoch    loss  accuracy      f1  precision  recall  val_loss  val_accuracy  …");
        assert_eq!(heads[2], "epoch    loss  accuracy  val_loss  val_accuracy  …");
        assert_eq!(heads[3], "epoch    loss  accuracy  …");
        assert_eq!(heads[4], "epoch    loss  …");
    }

    #[test]
    fn times_numbers_and_rates_read_well() {
        assert_eq!(duration(Duration::from_millis(1500)), "1.5 s");
        assert_eq!(duration(Duration::from_secs(75)), "1 min 15 s");
        assert_eq!(duration(Duration::from_secs(7300)), "2 h 01 min");
        assert_eq!(
            (number(0.25), number(1e-5), number(0.0)),
            ("0.2500".into(), "1.000e-5".into(), "0.0000".into())
        );
        let shorts = [0.01, 3e-4, 0.00502512, 0.1, 0.0, 1.0, 12345.6, f64::from(0.001_f32)].map(short);
        assert_eq!(shorts, ["0.01", "3e-4", "0.005025", "0.1", "0", "1", "12350", "0.001"]);
        let rates = [3.21, 940.0, 1234.0, 9960.0, 52_300.0, 999_900.0, 1.34e6].map(count);
        assert_eq!(rates, ["3.2", "940", "1 200", "9 900", "52 000", "1.0 million", "1.3 million"]);
    }
}

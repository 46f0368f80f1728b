//! Figures of common things: the history of a training, the numbers of a tensor, answers beside truths.

use super::grid::{Grid, GridKind};
use super::scene::{Axis, Figure, Mark, Plot, Series};

/// A name and its numbers in order.
pub type Values = (String, Vec<f64>);

/// More rows or columns than this are averaged.
pub const MAX_CELLS: usize = 64;
/// More points than this are thinned out evenly.
const MAX_DOTS: usize = 4000;

/// Named series over 1, 2, 3, ... A series `val_x` beside `x` has its colour and is dashed.
pub fn curves(series: &[Values], x_label: &str) -> Plot {
    let mut colors: Vec<&str> = Vec::new();
    let mut marks = Vec::new();
    for (name, values) in series {
        let plain = name.strip_prefix("val_").filter(|plain| series.iter().any(|(known, _)| known == plain));
        let stem = plain.unwrap_or(name);
        let color = colors.iter().position(|known| *known == stem).unwrap_or_else(|| {
            colors.push(stem);
            colors.len() - 1
        });
        let points = values.iter().enumerate().map(|(at, value)| (at as f64 + 1.0, *value)).collect();
        marks.push(Mark::Curve(Series { name: name.clone(), points, color, dashed: plain.is_some() }));
    }
    let x = Axis { whole: true, ..Axis::named(x_label) };
    Plot { title: String::new(), x, y: Axis::default(), marks }
}

/// The series of a training: losses in one plot, each metric with its validation in another.
pub fn history(series: &[Values]) -> Figure {
    let mut groups: Vec<(&str, Vec<Values>)> = Vec::new();
    for (name, values) in series {
        let stem = name.strip_prefix("val_").unwrap_or(name);
        let one = (name.clone(), values.clone());
        match groups.iter_mut().find(|(known, _)| *known == stem) {
            Some((_, members)) => members.push(one),
            None => groups.push((stem, vec![one])),
        }
    }
    let plots = groups.into_iter().map(|(stem, members)| {
        let plot = curves(&members, "epoch");
        let shown = if members.len() > 1 { String::new() } else { stem.to_string() };
        Plot { title: shown, ..plot }
    });
    Figure { title: String::new(), plots: plots.collect() }
}

/// Points in groups, each with a name and a colour of its own.
pub fn scatter(groups: Vec<(String, Vec<(f64, f64)>)>, x: &str, y: &str) -> Plot {
    let total: usize = groups.iter().map(|(_, points)| points.len()).sum();
    let stride = total.div_ceil(MAX_DOTS).max(1);
    let marks = groups.into_iter().enumerate().map(|(color, (name, points))| {
        let points = points.into_iter().step_by(stride).collect();
        Mark::Dots(Series { name, points, color, dashed: false })
    });
    Plot { title: String::new(), x: Axis::named(x), y: Axis::named(y), marks: marks.collect() }
}

/// How often values fall between edges. As many bars as Freedman and Diaconis advise: width `2 IQR / ∛n`.
pub fn histogram(name: &str, values: &[f64]) -> Plot {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let x = Axis::named(name);
    let y = Axis { label: "count".to_string(), from_zero: true, whole: true, ..Axis::default() };
    let mut plot = Plot { title: String::new(), x, y, marks: Vec::new() };
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else { return plot };
    let (low, high) = if high > low { (low, high) } else { (low - 0.5, high + 0.5) };
    let at = |part: f64| sorted[((sorted.len() - 1) as f64 * part) as usize];
    let width = 2.0 * (at(0.75) - at(0.25)) / (sorted.len() as f64).cbrt();
    let bins = ((high / 2.0 - low / 2.0) / (width / 2.0)).clamp(8.0, 48.0);
    let bins = if bins.is_nan() { 8 } else { bins.round() as usize };
    let step = high / bins as f64 - low / bins as f64;
    let mut counts = vec![0usize; bins];
    for value in &sorted {
        let bin = ((value - low) / step) as usize;
        counts[bin.min(bins - 1)] += 1;
    }
    let mut points: Vec<(f64, f64)> =
        counts.iter().enumerate().map(|(at, count)| (low + at as f64 * step, *count as f64)).collect();
    points.push((high, 0.0));
    plot.marks.push(Mark::Bars(Series { points, ..Series::default() }));
    plot
}

/// A matrix, its values row by row.
pub fn heat_map(rows: usize, columns: usize, values: Vec<f64>) -> Plot {
    let grid = Grid::matrix(rows, columns, values, GridKind::Amount).coarsened(MAX_CELLS);
    let label = |what: &str, count: usize, shown: usize| match count == shown {
        true => what.to_string(),
        false => format!("{what}, means of {}", count.div_ceil(shown.max(1))),
    };
    let (x, y) = (label("column", columns, grid.columns), label("row", rows, grid.rows));
    let names = |count: usize| (0..count).map(|at| at.to_string()).collect();
    let axis = |text: String, count: usize, shown: usize| Axis {
        names: if count == shown && count <= 16 { names(count) } else { Vec::new() },
        whole: true,
        ..Axis::named(text)
    };
    let (x, y) = (axis(x, columns, grid.columns), axis(y, rows, grid.rows));
    Plot { title: String::new(), x, y, marks: vec![Mark::Grid(grid)] }
}

/// How many examples of each class got which answer.
pub fn confusion(names: &[String], counts: &[Vec<usize>]) -> Plot {
    let n = names.len();
    let values = counts.iter().flatten().map(|count| *count as f64).collect();
    let axis = |label: &str| Axis { names: names.to_vec(), ..Axis::named(label) };
    let grid = Grid::matrix(n, n, values, GridKind::Counts);
    Plot { title: String::new(), x: axis("predicted"), y: axis("true class"), marks: vec![Mark::Grid(grid)] }
}

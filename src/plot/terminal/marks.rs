//! Curves and dots in braille, bars in eighths, regions in signs; names beside the ends of curves.

use super::super::frame::Frame;
use super::super::grid::{Grid, GridKind};
use super::super::scene::{Mark, Plot, Series};
use super::canvas::{Canvas, colored};
use super::{Screen, cells};

/// Signs of the groups of a scatter, and of the regions behind them.
const SIGNS: [char; 7] = ['●', '■', '▲', '◆', '○', '□', '△'];
pub const REGIONS: [char; 7] = ['·', '-', '+', '~', ':', '=', '\''];
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub fn mark(plot: &Plot, mark: &Mark, frame: &Frame, canvas: &mut Canvas) {
    match mark {
        Mark::Curve(series) => curve(series, frame, canvas),
        Mark::Dots(series) => dots(plot, series, frame, canvas),
        Mark::Bars(series) => bars(series, frame, canvas),
        Mark::Grid(grid) => plane(grid, frame, canvas),
    }
}

fn place(frame: &Frame, (x, y): (f64, f64)) -> (f64, f64) {
    (frame.x.place(x), frame.y.place(y))
}

fn curve(series: &Series, frame: &Frame, canvas: &mut Canvas) {
    for run in series.points.split(|(x, y)| !x.is_finite() || !y.is_finite()) {
        let mut last = None;
        for point in run {
            let dot = canvas.dot_of(place(frame, *point));
            canvas.line_to(last.unwrap_or(dot), dot, series.color, series.dashed);
            last = Some(dot);
        }
    }
}

/// Whether groups must be told apart by signs.
fn has_groups(plot: &Plot) -> bool {
    plot.legend().len() > 1 || plot.grids().next().is_some()
}

fn dots(plot: &Plot, series: &Series, frame: &Frame, canvas: &mut Canvas) {
    let signed = has_groups(plot);
    for point in series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
        let dot = canvas.dot_of(place(frame, *point));
        match (signed, usize::try_from(dot.0), usize::try_from(dot.1)) {
            (true, Ok(x), Ok(y)) => {
                canvas.sign(x / 2, y / 4, SIGNS[series.color % SIGNS.len()], Some(series.color));
            }
            _ => canvas.dot(dot, series.color),
        }
    }
}

fn bars(series: &Series, frame: &Frame, canvas: &mut Canvas) {
    for column in 0..canvas.width {
        let middle = (column as f64 + 0.5) / canvas.width as f64;
        let x = frame.x.from + (frame.x.to - frame.x.from) * middle;
        let bar = series.points.windows(2).find(|pair| pair[0].0 <= x && x < pair[1].0);
        let Some(height) = bar.map(|pair| pair[0].1).filter(|height| height.is_finite()) else { continue };
        let base = frame.y.place(0.0).max(0.0);
        let mut eighths = ((frame.y.place(height) - base) * (canvas.height * 8) as f64).round() as usize;
        if height > 0.0 {
            eighths = eighths.max(1);
        }
        for row in 0..canvas.height {
            let sign = EIGHTHS[eighths.saturating_sub(row * 8).min(8)];
            if sign != ' ' {
                canvas.sign(column, canvas.height - 1 - row, sign, Some(series.color));
            }
        }
    }
}

/// A surface or the regions of classes over the plane.
fn plane(grid: &Grid, frame: &Frame, canvas: &mut Canvas) {
    let tones = grid.tones();
    for row in 0..canvas.height {
        for column in 0..canvas.width {
            let across = (column as f64 + 0.5) / canvas.width as f64;
            let up = 1.0 - (row as f64 + 0.5) / canvas.height as f64;
            let x = frame.x.from + (frame.x.to - frame.x.from) * across;
            let y = frame.y.from + (frame.y.to - frame.y.from) * up;
            let part = |value: f64, (from, to): (f64, f64), count: usize| {
                let at = ((value - from) / (to - from) * count as f64).floor();
                (at >= 0.0 && at < count as f64).then_some(at as usize)
            };
            let cell = part(y, grid.y, grid.rows).zip(part(x, grid.x, grid.columns));
            let Some(value) = cell.map(|(r, c)| grid.value(r, c)).filter(|value| value.is_finite()) else {
                continue;
            };
            if grid.kind == GridKind::Class {
                let class = value.max(0.0) as usize;
                canvas.sign(column, row, REGIONS[class % REGIONS.len()], Some(class));
            } else if let Some(tone) = tones.of(value) {
                canvas.sign(column, row, cells::shade(tone), Some(usize::from(tone.negative)));
            }
        }
    }
}

/// The signs of groups with their names.
pub fn legend(plot: &Plot, screen: Screen) -> Option<String> {
    if plot.marks.iter().all(|mark| matches!(mark, Mark::Curve(_))) || !has_groups(plot) {
        return None;
    }
    let entries = plot.legend().into_iter().map(|series| {
        let sign = SIGNS[series.color % SIGNS.len()].to_string();
        format!("{} {}", colored(&sign, Some(series.color), screen.color), series.name)
    });
    Some(entries.collect::<Vec<_>>().join("   ")).filter(|text| !text.is_empty())
}

/// Letters for the names beside curves.
pub fn room_at_right(plot: &Plot) -> usize {
    let names = curves(plot).map(|series| series.name.chars().count() + 1);
    names.max().unwrap_or(0).min(24)
}

fn curves(plot: &Plot) -> impl Iterator<Item = &Series> {
    plot.marks.iter().filter_map(|mark| match mark {
        Mark::Curve(series) if !series.name.is_empty() => Some(series),
        Mark::Curve(_) | Mark::Dots(_) | Mark::Bars(_) | Mark::Grid(_) => None,
    })
}

/// Names where curves end, each on a line of its own: the line, the name, the colour.
pub fn names_at_right(plot: &Plot, frame: &Frame, height: usize) -> Vec<(usize, String, usize)> {
    let mut ends: Vec<(f64, &Series)> = curves(plot)
        .filter_map(|series| {
            let last = series.points.iter().rev().find(|(x, y)| x.is_finite() && y.is_finite())?;
            Some((frame.y.place(last.1), series))
        })
        .collect();
    ends.sort_by(|a, b| b.0.total_cmp(&a.0));
    let count = ends.len();
    let mut free = 0;
    let mut names = Vec::new();
    for (at, (place, series)) in ends.into_iter().enumerate() {
        let wanted = ((1.0 - place) * height as f64).max(0.0) as usize;
        // Room for those that follow below.
        let row = wanted.max(free).min(height.saturating_sub(count - at));
        let name: String = series.name.chars().take(23).collect();
        names.push((row, name, series.color));
        free = row + 1;
    }
    names
}

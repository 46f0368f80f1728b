//! From values to places: the ranges of both axes and their ticks.

use super::scene::{Axis, Mark, Plot};
use super::ticks::{self, Tick};

/// Larger numbers are drawn at the edge.
const MOST: f64 = 1e300;

/// Both axes of a plot.
#[derive(Clone, Debug)]
pub struct Frame {
    pub x: Scale,
    pub y: Scale,
}

/// Values from one end of an axis to the other.
#[derive(Clone, Debug)]
pub struct Scale {
    pub from: f64,
    pub to: f64,
    pub log: bool,
    pub ticks: Vec<Tick>,
}

impl Scale {
    /// Where a value lies: 0 at the first end, 1 at the other.
    pub fn place(&self, value: f64) -> f64 {
        let value = value.clamp(-MOST, MOST);
        let place = match self.log {
            true => (value.max(1e-300) / self.from).ln() / (self.to / self.from).ln(),
            false => (value - self.from) / (self.to - self.from),
        };
        place.clamp(-0.01, 1.01)
    }
}

/// The axes of a plot with about that many ticks; `None` where nothing in it can be drawn.
pub fn frame(plot: &Plot, ticks: (usize, usize)) -> Option<Frame> {
    let (mut xs, mut ys) = (Range::default(), Range::default());
    for mark in &plot.marks {
        match mark {
            Mark::Curve(series) | Mark::Dots(series) | Mark::Bars(series) => {
                for (x, y) in series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
                    xs.add(*x);
                    ys.add(*y);
                }
            }
            Mark::Grid(grid) => {
                [grid.x.0, grid.x.1].into_iter().for_each(|x| xs.add(x));
                [grid.y.0, grid.y.1].into_iter().for_each(|y| ys.add(y));
            }
        }
    }
    let tight = plot.grids().next().is_some();
    let is_bars = plot.marks.iter().any(|mark| matches!(mark, Mark::Bars(_)));
    let is_curves = plot.marks.iter().all(|mark| matches!(mark, Mark::Curve(_)));
    let x = scale(&plot.x, xs, tight || is_bars || is_curves, ticks.0)?;
    let mut y = scale(&plot.y, ys, tight, ticks.1)?;
    if plot.grids().any(|grid| grid.top_down) {
        (y.from, y.to) = (y.to, y.from);
    }
    Some(Frame { x, y })
}

#[derive(Clone, Copy, Debug, Default)]
struct Range(Option<(f64, f64)>);

impl Range {
    fn add(&mut self, value: f64) {
        let value = value.clamp(-MOST, MOST);
        self.0 = Some(self.0.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
    }
}

fn scale(axis: &Axis, range: Range, tight: bool, count: usize) -> Option<Scale> {
    let (mut low, mut high) = range.0?;
    if !axis.names.is_empty() {
        return Some(named(axis, low, high, count));
    }
    if axis.log && low > 0.0 {
        if high / low < 1.5 {
            (low, high) = (low / 1.5, high * 1.5);
        }
        return Some(Scale { from: low, to: high, log: true, ticks: ticks::logarithmic(low, high, count) });
    }
    if axis.from_zero {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    if high - low <= high.abs().max(low.abs()) * 1e-12 {
        let room = if high == 0.0 { 1.0 } else { high.abs() * 0.1 };
        let room = if axis.whole { 1.0 } else { room };
        (low, high) = (low - room, high + room);
    } else if !tight {
        let room = (high - low) * 0.04;
        (low, high) = (if axis.from_zero && low == 0.0 { 0.0 } else { low - room }, high + room);
    }
    Some(Scale { from: low, to: high, log: false, ticks: ticks::linear(low, high, count, axis.whole) })
}

/// A name in the middle of each place, as many as there is room for.
fn named(axis: &Axis, low: f64, high: f64, count: usize) -> Scale {
    let stride = axis.names.len().div_ceil(count.max(1) * 2).max(1);
    let places = axis.names.iter().enumerate().step_by(stride);
    let ticks = places.map(|(at, name)| Tick { value: at as f64 + 0.5, text: name.clone() }).collect();
    Scale { from: low, to: high, log: false, ticks }
}

//! What is to be seen: figures of plots, plots of marks over two axes.

use super::grid::Grid;

/// One or more plots that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    pub title: String,
    pub plots: Vec<Plot>,
}

/// Marks over a pair of axes, the first at the back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub marks: Vec<Mark>,
}

/// One direction: what it means, and how its places are called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    pub label: String,
    /// Names of the places 0, 1, 2, ... in place of numbers.
    pub names: Vec<String>,
    /// Whether equal steps are equal factors. Falls back to equal differences where a value is not positive.
    pub log: bool,
    /// Whether only whole numbers mean something: epochs, indices.
    pub whole: bool,
    /// From 0 on, however far the values are from it.
    pub from_zero: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points; it breaks where a number is not finite.
    Curve(Series),
    Dots(Series),
    /// Bars from one edge to the next; the points are left edge and height, the last one the right end.
    Bars(Series),
    Grid(Grid),
}

/// Points with a name and a colour, which is a place in the palette.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    pub color: usize,
    pub dashed: bool,
}

impl Axis {
    pub fn named(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), ..Axis::default() }
    }
}

impl Plot {
    pub fn alone(self) -> Figure {
        Figure { title: String::new(), plots: vec![self] }
    }

    /// The series that a legend names, each colour and name once.
    pub fn legend(&self) -> Vec<&Series> {
        let mut found: Vec<&Series> = Vec::new();
        for mark in &self.marks {
            let (Mark::Curve(series) | Mark::Dots(series) | Mark::Bars(series)) = mark else { continue };
            let is_known = found.iter().any(|known| known.name == series.name && known.color == series.color);
            if !series.name.is_empty() && !is_known {
                found.push(series);
            }
        }
        found
    }

    pub fn grids(&self) -> impl Iterator<Item = &Grid> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Grid(grid) => Some(grid),
            Mark::Curve(_) | Mark::Dots(_) | Mark::Bars(_) => None,
        })
    }
}

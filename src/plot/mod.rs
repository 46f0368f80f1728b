//! Pictures of numbers: curves, scatter, histograms, heat maps, decision boundaries, confusion matrices.
//!
//! A [`Figure`] says what is to be seen and knows no medium; [`svg`] and [`terminal`] draw it, [`png`] paints what `svg`
//! drew. `session/` makes
//! figures for the action `plot` and for reports. Nothing here knows the language, reads or writes.

mod frame;
mod grid;
mod make;
mod network;
pub mod png;
mod scene;
pub mod svg;
pub mod terminal;
mod ticks;

pub use grid::{Grid, GridKind};
pub use make::{MAX_CELLS, Values, confusion, curves, heat_map, histogram, history, scatter};
pub use network::{Block, Column, MAX_COLUMNS, Network};
pub use scene::{Axis, Figure, Mark, Plot, Series};
pub use ticks::short;

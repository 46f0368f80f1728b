//! Statements with options, checked without running: what `data` and `train` ask for, as plain facts.
//!
//! The session calls it for every statement, checking or running; it evaluates option values with the elaborator
//! and holds them to their kinds and ranges. It reads no files and builds no graphs of its own.

mod allowed;
mod data;
mod encoders;
mod options;
mod swapped;
mod train;
mod unused;

pub use allowed::{allowed_in, unknown_slugs};
pub use data::{DATA_OPTIONS, DataRequest, data_request};
pub use encoders::ENCODERS;
pub use options::{OptionRow, flag_option, number_option, text_option, whole_option};
pub use swapped::swapped;
pub use train::{PartRef, TRAIN_OPTIONS, TrainRequest, part_of, train_request};
pub use unused::{idle_names, unused_names};

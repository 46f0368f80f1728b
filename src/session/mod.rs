//! The driver: strings the stages together and keeps what statements leave behind.
//!
//! A [`Session`] walks statements either checking (nothing runs, data files are only looked at) or running. Both
//! walks use the same elaborator, so what was checked is what runs. Faces (`cli/`, `repl/`) own a session and a
//! [`World`]; nothing here prints or exits.

mod actions;
mod assign;
mod dataset;
mod derive;
mod force;
mod format;
mod gradients;
mod hoist;
mod model;
mod program;
mod save;
mod settle;
mod state;
mod statements;
mod trace;
mod training;
mod world;

pub use format::{NumberFormat, format_tensor};
pub use program::{Report, check_file, check_text, run_file, run_text};
pub use state::{Mode, Session};
pub use world::{MemoryWorld, World};

//! The driver: strings the stages together and keeps what statements leave behind.
//!
//! A [`Session`] walks statements either checking (nothing runs, data files are only looked at) or running. Both
//! walks use the same elaborator, so what was checked is what runs. Faces (`cli/`, `repl/`) own a session and a
//! [`World`]; nothing here prints or exits.

mod actions;
mod again;
mod annotate;
mod assign;
mod bench;
mod boundary;
mod by_hand;
mod dataset;
mod derive;
mod display;
mod diverged;
mod fix;
mod force;
mod format;
mod formulas;
mod gradients;
mod hoist;
mod library;
mod look;
mod loops;
mod mend;
mod model;
mod names;
mod overlap;
mod plot;
mod prediction;
mod program;
mod report;
mod save;
mod settings;
mod settle;
mod state;
mod statements;
mod strictness;
mod testing;
mod told;
mod trace;
mod training;
mod types;
mod world;

/// The known name that is nearly this one.
pub use crate::elaborate::nearest as near_name;
pub use annotate::annotate;
pub use bench::{BenchOptions, Benchmark, Spending, bench_file};
pub use boundary::{Boundary, pass_names, show_file};
pub use display::View;
pub use fix::{Fixed, Reach, fix_file};
pub use format::{NumberFormat, format_number, format_tensor};
pub use formulas::{DeriveRequest, TraceRequest, derive_file, trace_file};
pub use library::{
    Entry, Example, Topic, doc, documented_names, entries, entry, library_names, library_source, topics,
};
pub use look::Looked;
pub use names::{action_options, data_options, data_sources, source_options, train_options};
pub use prediction::{PredictRequest, Predictions, predict_file};
pub use program::{
    Report, check_file, check_text, read as read_script, run_file, run_file_strictly, run_text,
};
pub use report::{draw_file, report_file};
pub use state::{Mode, Session};
pub use strictness::Strictness;
pub use testing::{Compared, Outcome, Tested, test_file};
pub use world::{MemoryWorld, World};

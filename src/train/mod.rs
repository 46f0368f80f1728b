//! The training loop: epochs, batches, sums of losses and metrics, early stop, checkpoints, history.
//!
//! A session elaborates the step and hands it over with the data; what comes back are new values and a history.
//! Nothing here knows the tree, and nothing prints: a watcher is told how far it has come.

mod bench;
mod checkpoint;
mod divergence;
mod epoch;
mod history;
mod job;
mod lbfgs;
mod pace;
mod profile;
mod run;
mod runner;
mod scores;
mod wolfe;

pub use bench::{Timing, time_steps};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use divergence::{FirstBad, first_bad};
pub use history::{EpochRow, History};
pub use job::{Ended, Job, Length, Outcome, Progress, Watch};
pub use profile::{Profiled, profile_steps, step_plan};
pub use run::{TrainProblem, measure, predict, train};
pub use runner::Runner;

//! What a training is asked to do, how it is watched, and how it ends.

use std::time::Duration;

use indexmap::{IndexMap, IndexSet};

use super::{EpochRow, History};
use crate::data::Part;
use crate::elaborate::Step;
use crate::graph::SlotId;
use crate::tensor::{Precision, Tensor};

/// How long a training is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Epochs(usize),
    Steps(usize),
}

/// One training.
pub struct Job<'a> {
    pub step: &'a Step,
    pub data: &'a Part,
    /// The step without an optimizer, and the part to measure on after each epoch.
    pub validate: Option<(&'a Step, &'a Part)>,
    pub length: Length,
    pub batch: usize,
    pub shuffle: bool,
    pub patience: Option<usize>,
    pub seed: u64,
    /// Tells the shuffles of different trainings apart.
    pub name: String,
    pub precision: Precision,
    pub threads: usize,
    /// Values of parameters and states by name, before the first step. A training takes them; after one that fails they
    /// are those it came to.
    pub values: IndexMap<String, (SlotId, Tensor)>,
    /// The names of those that are the model's own and outlive the training.
    pub kept: IndexSet<String>,
    /// The epoch to begin with and what was seen before, when resumed.
    pub start: (usize, History),
}

/// How far a training has come.
#[derive(Clone)]
pub struct Progress<'a> {
    /// From 1.
    pub epoch: usize,
    pub epochs: usize,
    /// Batches done in this epoch.
    pub batch: usize,
    pub batches: usize,
    /// Examples seen since the training began.
    pub examples: u64,
    /// The epoch it began with, from 1: more than 1 where it was resumed.
    pub first: usize,
    /// Mean loss over the examples of this epoch so far.
    pub loss: f64,
    /// Metrics over the examples of this epoch so far.
    pub metrics: IndexMap<String, f64>,
    /// The learning rate of the last step, if there is one; worked out when somebody asks.
    pub rate: &'a dyn Fn() -> Option<f64>,
    /// Set when the epoch is done.
    pub row: Option<&'a EpochRow>,
    pub elapsed: Duration,
}

/// Who watches a training.
pub trait Watch {
    fn progress(&mut self, progress: &Progress<'_>);

    /// Whether to stop after this step.
    fn interrupted(&self) -> bool;

    /// The values after an epoch, for a checkpoint. An error ends the training.
    fn epoch_done(
        &mut self,
        epoch: usize,
        history: &History,
        values: &dyn Fn() -> IndexMap<String, Tensor>,
    ) -> Result<(), String>;
}

/// Why a training ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    Finished,
    /// No better validation loss for so many epochs; the values of the best epoch are kept.
    Patience {
        best_epoch: usize,
    },
    Interrupted,
    /// The loss stopped being finite at this step, or a parameter in the steps up to it, where there is no loss; the
    /// values of the epoch's start are kept. `before` has all of them, states too, unless they are so many that they
    /// are not held twice.
    Diverged {
        epoch: usize,
        step: u64,
        loss: Option<f64>,
        before: IndexMap<String, (SlotId, Tensor)>,
    },
}

#[derive(Clone, Debug)]
pub struct Outcome {
    pub history: History,
    /// Those that are kept.
    pub values: IndexMap<String, Tensor>,
    pub ended: Ended,
}

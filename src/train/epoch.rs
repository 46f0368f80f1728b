//! One pass over all examples.

use std::time::Instant;

use super::job::{Job, Progress, Watch};
use super::lbfgs;
use super::run::TrainProblem;
use super::runner::Runner;
use super::scores::{Sums, measured};
use crate::data::Batches;

/// How a pass ended.
pub(super) enum Pass {
    Done(Sums),
    Interrupted(Sums),
    /// The loss of a batch is not a finite number.
    Diverged {
        step: u64,
        loss: f64,
    },
}

/// Where a pass stands in the whole.
pub(super) struct Place {
    pub epoch: usize,
    pub epochs: usize,
    /// The epoch that the training began with.
    pub first: usize,
    /// Steps done before this pass.
    pub steps_before: u64,
    /// Steps that may still be done.
    pub steps_left: Option<u64>,
    pub begun: Instant,
}

impl Place {
    /// Examples seen before this pass, since the training began.
    pub fn examples_before(&self, job: &Job<'_>) -> u64 {
        self.epoch.saturating_sub(self.first) as u64 * job.data.n_examples as u64
    }
}

pub(super) fn pass(
    job: &Job<'_>,
    runner: &mut Runner<'_>,
    batches: &mut Batches,
    place: &Place,
    clock: &mut Clock,
    watch: &mut dyn Watch,
) -> Result<Pass, TrainProblem> {
    let n_batches = batches.batches_per_epoch();
    let mut sums = Sums::default();
    let mut seen = 0;
    for (at, rows) in batches.epoch(place.epoch as u64).enumerate() {
        if place.steps_left.is_some_and(|left| at as u64 >= left) {
            break;
        }
        let step = place.steps_before + at as u64 + 1;
        runner.run(job.data, rows, step).map_err(TrainProblem::Step)?;
        let loss = runner.number(0);
        if !loss.is_finite() {
            return Ok(Pass::Diverged { step, loss: loss / rows.len() as f64 });
        }
        sums.add(job.step, runner, rows.len());
        seen += rows.len() as u64;
        if let Some(descent) = &job.step.descent {
            let first = measured(job.step);
            lbfgs::step(descent, runner, first, (job.data, rows), step).map_err(TrainProblem::Step)?;
        }
        if watch.interrupted() {
            return Ok(Pass::Interrupted(sums));
        }
        if clock.is_time_to_tell() {
            watch.progress(&Progress {
                epoch: place.epoch + 1,
                epochs: place.epochs,
                batch: at + 1,
                batches: n_batches,
                examples: place.examples_before(job) + seen,
                first: place.first + 1,
                loss: sums.mean_loss(),
                metrics: sums.metrics(job.step),
                rate: &|| runner.rate(step),
                row: None,
                elapsed: place.begun.elapsed(),
            });
        }
    }
    Ok(Pass::Done(sums))
}

/// Tells ten times a second, over all epochs of a training. Looking at the time costs as much as a part of a small step, so it is looked at seldom
/// where steps are short.
pub(super) struct Clock {
    told: Instant,
    looked: Instant,
    /// Steps from one look to the next, and those that are left.
    stride: u32,
    left: u32,
}

impl Clock {
    pub fn new() -> Clock {
        let now = Instant::now();
        Clock { told: now, looked: now, stride: 1, left: 1 }
    }

    fn is_time_to_tell(&mut self) -> bool {
        self.left -= 1;
        if self.left > 0 {
            return false;
        }
        let now = Instant::now();
        if now.duration_since(self.looked).as_millis() < 1 {
            self.stride = (self.stride * 2).min(4096);
        } else {
            self.stride = (self.stride / 2).max(1);
        }
        self.looked = now;
        self.left = self.stride;
        let is_time = now.duration_since(self.told).as_millis() >= 100;
        if is_time {
            self.told = now;
        }
        is_time
    }
}

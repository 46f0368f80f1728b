//! How long a step of training takes: whole epochs, exactly as a training runs them, in blocks on the clock.
//!
//! Called by `nn bench` through the session.

use std::time::Instant;

use indexmap::IndexMap;

use super::History;
use super::epoch::{Clock, Pass, Place, pass};
use super::job::{Job, Progress, Watch};
use super::run::{HELD, TrainProblem};
use super::runner::{Given, Runner};
use super::scores::outputs;
use crate::data::{Batches, Order};
use crate::tensor::Tensor;
use crate::tensor::random::Stream;

/// Blocks that fit into the time asked for, as far as an epoch is short enough.
const BLOCKS: f64 = 24.0;
/// Blocks that are timed however long they take.
const LEAST_BLOCKS: usize = 3;
/// The share of the time that goes to warming up.
const WARM_UP: f64 = 0.15;

/// Times of blocks of whole epochs, for one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    pub best_us: f64,
    pub median_us: f64,
    /// Steps that were timed.
    pub steps: u64,
    /// Steps of one block.
    pub steps_per_block: u64,
}

/// Times the steps of a training for about so many seconds. `None` if the loss stops being a number within the
/// first epoch, so that there is no step worth timing. The values of a large model are taken from the job unless they are
/// to be kept, and not restored where its loss stops being a number.
pub fn time_steps(job: &mut Job<'_>, seconds: f64, keep: bool) -> Result<Option<Timing>, TrainProblem> {
    let numbers: usize = job.values.values().map(|(_, value)| value.data.len()).sum();
    let first = if keep || numbers <= HELD { job.values.clone() } else { std::mem::take(&mut job.values) };
    let mut bench = Bench::new(job, first)?;
    let begun = Instant::now();
    let mut warm_epochs = 0u32;
    while warm_epochs == 0 || begun.elapsed().as_secs_f64() < seconds * WARM_UP {
        if !bench.epochs(1)? && warm_epochs == 0 {
            return Ok(None);
        }
        warm_epochs += 1;
    }
    let epoch_seconds = begun.elapsed().as_secs_f64() / f64::from(warm_epochs);
    let epochs = (seconds / BLOCKS / epoch_seconds).clamp(1.0, 1e9) as u64;
    let steps = epochs * bench.batches.batches_per_epoch() as u64;
    let mut blocks: Vec<f64> = Vec::new();
    while blocks.len() < LEAST_BLOCKS || begun.elapsed().as_secs_f64() < seconds {
        let start = Instant::now();
        // A block in which the loss stopped being a number says nothing.
        if bench.epochs(epochs)? {
            blocks.push(start.elapsed().as_secs_f64() * 1e6 / steps as f64);
        } else if begun.elapsed().as_secs_f64() > seconds * 2.0 {
            return Ok(None);
        }
    }
    blocks.sort_by(f64::total_cmp);
    let best_us = blocks.first().copied().unwrap_or(f64::NAN);
    let median_us = blocks.get(blocks.len() / 2).copied().unwrap_or(f64::NAN);
    Ok(Some(Timing { best_us, median_us, steps: steps * blocks.len() as u64, steps_per_block: steps }))
}

struct Bench<'a> {
    job: &'a Job<'a>,
    runner: Runner<'a>,
    batches: Batches,
    epoch: usize,
    begun: Instant,
    clock: Clock,
}

impl<'a> Bench<'a> {
    fn new(job: &'a Job<'a>, first: Given) -> Result<Bench<'a>, TrainProblem> {
        let order = match job.shuffle {
            true => Order::Shuffled(Stream::new(job.seed, &format!("shuffle {}", job.name))),
            false => Order::AsStored,
        };
        let batches = Batches::new(job.data.n_examples, job.batch, order);
        Ok(Bench {
            job,
            runner: fresh(job, first)?,
            batches,
            epoch: 0,
            begun: Instant::now(),
            clock: Clock::new(),
        })
    }

    /// Whole epochs; whether all of them went well. If not, the parameters are the first ones again.
    fn epochs(&mut self, count: u64) -> Result<bool, TrainProblem> {
        for _ in 0..count {
            let per_epoch = self.batches.batches_per_epoch() as u64;
            let place = Place {
                epoch: self.epoch,
                first: 0,
                epochs: usize::MAX,
                steps_before: self.epoch as u64 * per_epoch,
                steps_left: None,
                begun: self.begun,
            };
            match pass(
                self.job,
                &mut self.runner,
                &mut self.batches,
                &place,
                &mut self.clock,
                &mut Unwatched,
            )? {
                Pass::Done(_) | Pass::Interrupted(_) => self.epoch += 1,
                Pass::Diverged { .. } => {
                    if !self.job.values.is_empty() {
                        self.runner = fresh(self.job, self.job.values.clone())?;
                    }
                    self.epoch = 0;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

fn fresh<'a>(job: &'a Job<'a>, values: Given) -> Result<Runner<'a>, TrainProblem> {
    Runner::new(job.step, outputs(job.step), values.into_values(), job.precision, job.threads, job.seed)
        .map_err(TrainProblem::Step)
}

/// Nobody looks on, so that only the steps are timed.
struct Unwatched;

impl Watch for Unwatched {
    fn progress(&mut self, _progress: &Progress<'_>) {}

    fn interrupted(&self) -> bool {
        false
    }

    fn epoch_done(
        &mut self,
        _epoch: usize,
        _history: &History,
        _values: &dyn Fn() -> IndexMap<String, Tensor>,
    ) -> Result<(), String> {
        Ok(())
    }
}

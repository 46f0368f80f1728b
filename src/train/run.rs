//! A whole training, a measurement, a prediction.

use std::time::Instant;

use indexmap::IndexMap;

use super::divergence::batches;
use super::epoch::{Clock, Pass, Place, pass};
use super::history::{EpochRow, History};
use super::job::{Ended, Job, Length, Outcome, Progress, Watch};
use super::runner::Runner;
use super::scores::{Sums, outputs};
use crate::data::{Batches, Order, Part};
use crate::elaborate::Step;
use crate::exec::PlanProblem;
use crate::graph::SlotId;
use crate::tensor::{Buffer, Precision, Tensor};

/// Examples measured at once where no gradient is taken.
const MEASURED_AT_ONCE: usize = 256;

/// Why a training could not be done.
#[derive(Debug)]
pub enum TrainProblem {
    Step(PlanProblem),
    Checkpoint(String),
}

type Values = IndexMap<String, Tensor>;

/// Numbers of all values up to which those of an epoch's start are held, so that the epoch can be done again to find
/// what went wrong; of larger models only what is kept is held.
pub(super) const HELD: usize = 1 << 22;

/// Trains until the end, the watcher's word, or a loss that is not finite.
///
/// # Errors
/// When there is no memory, or a checkpoint cannot be written; the values are in the job again.
pub fn train(job: &mut Job<'_>, watch: &mut dyn Watch) -> Result<Outcome, TrainProblem> {
    let slots: Slots = job.values.iter().map(|(name, (slot, _))| (name.clone(), *slot)).collect();
    let mut runner = Runner::new(job.step, outputs(job.step), [], job.precision, job.threads, job.seed)
        .map_err(TrainProblem::Step)?;
    runner.take(&mut job.values).map_err(TrainProblem::Step)?;
    let outcome = epochs(job, &mut runner, &slots, watch);
    if outcome.is_err() {
        job.values = with_slots(&slots, values(&runner, &slots));
    }
    outcome
}

type Slots = IndexMap<String, SlotId>;

fn epochs<'a>(
    job: &Job<'a>,
    runner: &mut Runner<'a>,
    slots: &Slots,
    watch: &mut dyn Watch,
) -> Result<Outcome, TrainProblem> {
    let of_model: Slots = slots
        .iter()
        .filter(|(name, _)| job.kept.contains(*name))
        .map(|(name, slot)| (name.clone(), *slot))
        .collect();
    let numbers: usize = slots.values().filter_map(|slot| runner.len(*slot)).sum();
    let is_large = numbers > HELD;
    let held = if is_large { &of_model } else { slots };
    let mut batches = batches(job);
    let per_epoch = batches.batches_per_epoch().max(1);
    let (epochs, steps) = match job.length {
        Length::Epochs(epochs) => (epochs, None),
        Length::Steps(steps) => (steps.div_ceil(per_epoch), Some(steps as u64)),
    };
    let (first, mut history) = job.start.clone();
    let mut best: Option<(f64, usize, Values)> = None;
    let (begun, mut clock) = (Instant::now(), Clock::new());
    let mut before = Values::new();
    for epoch in first..epochs {
        remember(runner, held, &mut before);
        let steps_before = epoch as u64 * per_epoch as u64;
        let steps_left = steps.map(|steps| steps.saturating_sub(steps_before));
        let place = Place { epoch, epochs, first, steps_before, steps_left, begun };
        let sums = match pass(job, runner, &mut batches, &place, &mut clock, watch)? {
            Pass::Done(sums) => sums,
            Pass::Interrupted(sums) => {
                history.rows.push(row(job, &sums));
                drop(before);
                return Ok(Outcome { history, values: values(runner, &of_model), ended: Ended::Interrupted });
            }
            Pass::Diverged { step, loss } => {
                return Ok(diverged(job, (slots, held), (epoch, step, Some(loss)), before, history));
            }
        };
        // The loss of the last batch was that of the parameters before its step.
        if !parameters_are_finite(job.step, runner) {
            let step = steps_before + steps_left.map_or(per_epoch as u64, |left| left.min(per_epoch as u64));
            return Ok(diverged(job, (slots, held), (epoch, step, None), before, history));
        }
        let mut row = row(job, &sums);
        if let Some((step, part)) = job.validate {
            if is_large {
                before = Values::new();
            }
            let sums = runner
                .lend(step, outputs(step), |measuring| sums_of(step, part, measuring))
                .map_err(TrainProblem::Step)?;
            row.val_loss = step.loss.map(|_| sums.mean_loss());
            row.val_metrics = sums.metrics(step);
        }
        history.rows.push(row.clone());
        let last = steps_before + place.steps_left.unwrap_or(u64::MAX).min(per_epoch as u64);
        watch.progress(&Progress {
            epoch: epoch + 1,
            epochs,
            batch: per_epoch,
            batches: per_epoch,
            examples: place.examples_before(job) + job.data.n_examples as u64,
            first: first + 1,
            loss: row.loss,
            metrics: row.metrics.clone(),
            rate: &|| runner.rate(last),
            row: Some(&row),
            elapsed: begun.elapsed(),
        });
        reduce_rate(job, runner, &row);
        watch.epoch_done(epoch + 1, &history, &|| values(runner, slots)).map_err(TrainProblem::Checkpoint)?;
        if let Some(patience) = job.patience {
            let watched = row.val_loss.unwrap_or(row.loss);
            if best.as_ref().is_none_or(|(least, ..)| watched < *least) {
                best = Some((watched, epoch, values(runner, &of_model)));
            } else if let Some((_, best_epoch, kept)) = &best
                && epoch - best_epoch >= patience
            {
                let ended = Ended::Patience { best_epoch: best_epoch + 1 };
                return Ok(Outcome { history, values: kept.clone(), ended });
            }
        }
    }
    let kept = match best {
        Some((_, _, kept)) => kept,
        None => {
            drop(before);
            values(runner, &of_model)
        }
    };
    Ok(Outcome { history, values: kept, ended: Ended::Finished })
}

/// The end of a training that left the numbers: what is kept of the model, and what its epoch began with.
fn diverged(
    job: &Job<'_>,
    (slots, held): (&Slots, &Slots),
    (epoch, step, loss): (usize, u64, Option<f64>),
    before: Values,
    history: History,
) -> Outcome {
    let kept = before.iter().filter(|(name, _)| job.kept.contains(*name));
    let values = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    let before = if held.len() == slots.len() { with_slots(slots, before) } else { IndexMap::new() };
    Outcome { history, values, ended: Ended::Diverged { epoch, step, loss, before } }
}

/// Whether all that a step changes of a model is finite; what an optimizer keeps in mind need not be.
pub(super) fn parameters_are_finite(step: &Step, runner: &Runner<'_>) -> bool {
    let is_state = |slot: &SlotId| step.states.iter().any(|state| state.slot == *slot);
    let slots = step.updates.iter().map(|(slot, _)| slot).filter(|slot| !is_state(slot));
    slots.copied().all(|slot| runner.is_finite(slot))
}

/// Where the loss stays, the rate of the next epoch is smaller.
fn reduce_rate(job: &Job<'_>, runner: &mut Runner<'_>, row: &EpochRow) {
    let Some((plateau, slot)) = &job.step.plateau else { return };
    let Some(kept) = runner.value(*slot) else { return };
    if let [part, best, waited, cooling] = kept.data.to_f64()[..] {
        let next = plateau.next([part, best, waited, cooling], row.val_loss.unwrap_or(row.loss));
        runner.set_value(*slot, &Tensor { data: Buffer::F64(next.to_vec()), ..kept });
    }
}

fn row(job: &Job<'_>, sums: &Sums) -> EpochRow {
    EpochRow { loss: sums.mean_loss(), metrics: sums.metrics(job.step), ..EpochRow::default() }
}

fn values(runner: &Runner<'_>, slots: &Slots) -> Values {
    slots.iter().filter_map(|(name, slot)| Some((name.clone(), runner.value(*slot)?))).collect()
}

/// The same into values that were taken before, if there are any.
fn remember(runner: &Runner<'_>, slots: &Slots, before: &mut Values) {
    if before.is_empty() {
        *before = values(runner, slots);
        return;
    }
    for (slot, value) in slots.values().zip(before.values_mut()) {
        runner.copy_value(*slot, value);
    }
}

fn with_slots(slots: &Slots, values: Values) -> IndexMap<String, (SlotId, Tensor)> {
    values.into_iter().filter_map(|(name, value)| Some((name.clone(), (*slots.get(&name)?, value)))).collect()
}

fn sums_of(step: &Step, part: &Part, runner: &mut Runner<'_>) -> Result<Sums, PlanProblem> {
    let mut sums = Sums::default();
    let mut batches = Batches::new(part.n_examples, MEASURED_AT_ONCE, Order::AsStored);
    for rows in batches.epoch(0) {
        runner.run(part, rows, 1)?;
        sums.add(step, runner, rows.len());
    }
    Ok(sums)
}

/// Mean loss and metrics of a part, without training.
pub fn measure(
    step: &Step,
    part: &Part,
    values: IndexMap<SlotId, Tensor>,
    precision: Precision,
    threads: usize,
) -> Result<IndexMap<String, f64>, TrainProblem> {
    let mut runner =
        Runner::new(step, outputs(step), values, precision, threads, 0).map_err(TrainProblem::Step)?;
    let sums = sums_of(step, part, &mut runner).map_err(TrainProblem::Step)?;
    let loss = step.loss.map(|_| ("loss".to_string(), sums.mean_loss()));
    Ok(loss.into_iter().chain(sums.metrics(step)).collect())
}

/// The model's answers for all examples of a part, one after another.
pub fn predict(
    step: &Step,
    part: &Part,
    values: IndexMap<SlotId, Tensor>,
    precision: Precision,
    threads: usize,
) -> Result<(Vec<usize>, Vec<f64>), TrainProblem> {
    let mut runner = Runner::new(step, vec![step.prediction], values, precision, threads, 0)
        .map_err(TrainProblem::Step)?;
    let (mut shape, mut answers) = (Vec::new(), Vec::new());
    let mut batches = Batches::new(part.n_examples, MEASURED_AT_ONCE, Order::AsStored);
    for rows in batches.epoch(0) {
        runner.run(part, rows, 1).map_err(TrainProblem::Step)?;
        if let Some(tensor) = runner.output(0) {
            shape.clone_from(&tensor.shape);
            answers.extend(tensor.data.to_f64());
        }
    }
    Ok((shape, answers))
}

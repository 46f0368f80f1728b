//! A whole training, a measurement, a prediction.

use std::time::Instant;

use indexmap::IndexMap;

use super::divergence::batches;
use super::epoch::{Clock, Pass, Place, pass};
use super::history::EpochRow;
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

/// Trains until the end, the watcher's word, or a loss that is not finite.
pub fn train(job: &Job<'_>, watch: &mut dyn Watch) -> Result<Outcome, TrainProblem> {
    let slots: IndexMap<String, SlotId> =
        job.values.iter().map(|(name, (slot, _))| (name.clone(), *slot)).collect();
    let mut runner = Runner::new(
        job.step,
        outputs(job.step),
        job.values.values().cloned(),
        job.precision,
        job.threads,
        job.seed,
    )
    .map_err(TrainProblem::Step)?;
    let mut batches = batches(job);
    let per_epoch = batches.batches_per_epoch().max(1);
    let (epochs, steps) = match job.length {
        Length::Epochs(epochs) => (epochs, None),
        Length::Steps(steps) => (steps.div_ceil(per_epoch), Some(steps as u64)),
    };
    let (first, mut history) = job.start.clone();
    let mut best: Option<(f64, usize, Values)> = None;
    let (begun, mut clock) = (Instant::now(), Clock::new());
    for epoch in first..epochs {
        let before = values(&runner, &slots);
        let steps_before = epoch as u64 * per_epoch as u64;
        let steps_left = steps.map(|steps| steps.saturating_sub(steps_before));
        let place = Place { epoch, epochs, first, steps_before, steps_left, begun };
        let sums = match pass(job, &mut runner, &mut batches, &place, &mut clock, watch)? {
            Pass::Done(sums) => sums,
            Pass::Interrupted(sums) => {
                history.rows.push(row(job, &sums));
                return Ok(Outcome { history, values: values(&runner, &slots), ended: Ended::Interrupted });
            }
            Pass::Diverged { step, loss } => {
                let kept = with_slots(&slots, &before);
                let ended = Ended::Diverged { epoch, step, loss: Some(loss), before: kept };
                return Ok(Outcome { history, values: before, ended });
            }
        };
        // The loss of the last batch was that of the parameters before its step.
        if !parameters_are_finite(job.step, &runner) {
            let step = steps_before + steps_left.map_or(per_epoch as u64, |left| left.min(per_epoch as u64));
            let ended = Ended::Diverged { epoch, step, loss: None, before: with_slots(&slots, &before) };
            return Ok(Outcome { history, values: before, ended });
        }
        let mut row = row(job, &sums);
        if let Some((step, part)) = job.validate {
            let found = slots.values().filter_map(|slot| Some((*slot, runner.value(*slot)?)));
            let sums = measure_sums(step, part, found, job)?;
            row.val_loss = step.loss.map(|_| sums.mean_loss());
            row.val_metrics = sums.metrics(step);
        }
        history.rows.push(row.clone());
        reduce_rate(job, &mut runner, &row);
        watch.progress(&Progress {
            epoch: epoch + 1,
            epochs,
            batch: per_epoch,
            batches: per_epoch,
            examples: place.examples_before(job) + job.data.n_examples as u64,
            first: first + 1,
            loss: row.loss,
            metrics: row.metrics.clone(),
            row: Some(&row),
            elapsed: begun.elapsed(),
        });
        watch
            .epoch_done(epoch + 1, &history, &|| values(&runner, &slots))
            .map_err(TrainProblem::Checkpoint)?;
        if let Some(patience) = job.patience {
            let watched = row.val_loss.unwrap_or(row.loss);
            if best.as_ref().is_none_or(|(least, ..)| watched < *least) {
                best = Some((watched, epoch, values(&runner, &slots)));
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
        None => values(&runner, &slots),
    };
    Ok(Outcome { history, values: kept, ended: Ended::Finished })
}

/// Whether all that a step changes of a model is finite; what an optimizer keeps in mind need not be.
pub(super) fn parameters_are_finite(step: &Step, runner: &Runner<'_>) -> bool {
    let is_state = |slot: &SlotId| step.states.iter().any(|state| state.slot == *slot);
    let slots = step.updates.iter().map(|(slot, _)| slot).filter(|slot| !is_state(slot));
    slots.filter_map(|slot| runner.value(*slot)).all(|value| is_finite(&value.data))
}

fn is_finite(numbers: &Buffer) -> bool {
    match numbers {
        Buffer::F32(numbers) => numbers.iter().all(|number| number.is_finite()),
        Buffer::F64(numbers) => numbers.iter().all(|number| number.is_finite()),
    }
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

fn values(runner: &Runner<'_>, slots: &IndexMap<String, SlotId>) -> Values {
    slots.iter().filter_map(|(name, slot)| Some((name.clone(), runner.value(*slot)?))).collect()
}

fn with_slots(slots: &IndexMap<String, SlotId>, values: &Values) -> IndexMap<String, (SlotId, Tensor)> {
    let pairs =
        slots.iter().filter_map(|(name, slot)| Some((name.clone(), (*slot, values.get(name)?.clone()))));
    pairs.collect()
}

fn measure_sums(
    step: &Step,
    part: &Part,
    values: impl IntoIterator<Item = (SlotId, Tensor)>,
    job: &Job<'_>,
) -> Result<Sums, TrainProblem> {
    let mut runner = Runner::new(step, outputs(step), values, job.precision, job.threads, job.seed)
        .map_err(TrainProblem::Step)?;
    sums_of(step, part, &mut runner)
}

fn sums_of(step: &Step, part: &Part, runner: &mut Runner<'_>) -> Result<Sums, TrainProblem> {
    let mut sums = Sums::default();
    let mut batches = Batches::new(part.n_examples, MEASURED_AT_ONCE, Order::AsStored);
    for rows in batches.epoch(0) {
        runner.run(part, rows, 1).map_err(TrainProblem::Step)?;
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
    let sums = sums_of(step, part, &mut runner)?;
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

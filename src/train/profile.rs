//! Where the time of a step goes: each instruction of its plan on the clock, over whole epochs.

use std::time::Instant;

use super::job::Job;
use super::run::TrainProblem;
use super::runner::{Runner, plan};
use super::scores::outputs;
use crate::data::{Batches, Order};
use crate::exec::{Plan, PlanLine};

/// One instruction of a step, and what it costs.
#[derive(Clone, Debug)]
pub struct Profiled {
    pub line: PlanLine,
    /// Microseconds of a step, averaged over the threads.
    pub busy_us: f64,
    /// Microseconds that threads wait for each other before it.
    pub waiting_us: f64,
}

/// How a step over a full batch goes.
pub fn step_plan(job: &Job<'_>) -> Result<Plan, TrainProblem> {
    let size = job.batch.min(job.data.n_examples);
    plan(job.step, outputs(job.step), job.precision, size, job.threads).map_err(TrainProblem::Step)
}

/// Runs full batches for about so many seconds. A step takes the clock's own time longer here than in a training.
pub fn profile_steps(job: &Job<'_>, seconds: f64) -> Result<Vec<Profiled>, TrainProblem> {
    let values = job.values.values().cloned();
    let mut runner = Runner::new(job.step, outputs(job.step), values, job.precision, job.threads, job.seed)
        .map_err(TrainProblem::Step)?;
    let mut batches = Batches::new(job.data.n_examples, job.batch, Order::AsStored);
    let size = job.batch.min(job.data.n_examples);
    let lines = step_plan(job)?.lines();
    let mut profiled: Vec<Profiled> =
        lines.into_iter().map(|line| Profiled { line, busy_us: 0.0, waiting_us: 0.0 }).collect();
    let (begun, mut steps) = (Instant::now(), 0u64);
    while steps == 0 || begun.elapsed().as_secs_f64() < seconds {
        for rows in batches.epoch(0).filter(|rows| rows.len() == size) {
            steps += 1;
            let spent = runner.profile(job.data, rows, steps).map_err(TrainProblem::Step)?;
            // The first step sets memory up.
            for worker in spent.iter().filter(|_| steps > 1) {
                let share = 1e-3 / spent.len() as f64;
                for (at, line) in profiled.iter_mut().enumerate() {
                    line.busy_us += worker.busy[at] as f64 * share;
                    line.waiting_us += worker.waiting[at] as f64 * share;
                }
            }
            if steps > 1 && begun.elapsed().as_secs_f64() >= seconds {
                break;
            }
        }
    }
    let counted = steps.saturating_sub(1).max(1) as f64;
    for line in &mut profiled {
        line.busy_us /= counted;
        line.waiting_us /= counted;
    }
    Ok(profiled)
}

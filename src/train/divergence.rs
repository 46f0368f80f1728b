//! After a training that left the numbers: the first value that went wrong.

use super::job::Job;
use super::run::parameters_are_finite;
use super::runner::Runner;
use super::scores::outputs;
use crate::base::Span;
use crate::data::{Batches, Order};
use crate::exec;
use crate::graph::{Operation, SlotId};
use crate::tensor::Tensor;
use crate::tensor::random::Stream;

/// Where numbers stopped being finite.
#[derive(Clone, Debug)]
pub struct FirstBad {
    /// From 1 in the whole training.
    pub step: u64,
    /// From 1 in its epoch.
    pub batch: usize,
    /// The examples of the batch.
    pub rows: Vec<u32>,
    /// The one that went wrong, where the value is that of one.
    pub example: Option<u32>,
    pub span: Option<Span>,
    /// What was done: `log`; nothing for a value that was given.
    pub operator: Option<&'static str>,
    pub operands: Vec<Vec<f64>>,
    pub value: f64,
    /// Whether it is a slope of what the span marks, not its value.
    pub is_slope: bool,
}

type Values = [(SlotId, Tensor)];

/// Does the epoch again from its start up to the step, or to one before it that spoils a parameter, and looks at every
/// value of that step in order.
pub fn first_bad(job: &Job<'_>, epoch: usize, last: u64, before: &Values) -> Option<FirstBad> {
    let first = epoch as u64 * batches(job).batches_per_epoch() as u64 + 1;
    let spoilt = walk(job, epoch, before, |runner, _| !parameters_are_finite(job.step, runner));
    // Spoilt before a step is spoilt by the one before it.
    let step = spoilt.map_or(last, |(_, at)| at.step.saturating_sub(1)).clamp(first, last.max(first));
    let (runner, at) = walk(job, epoch, before, |_, now| now == step)?;
    let environment = runner.environment(job.data, &at.rows, at.step);
    let graph = &job.step.graph;
    let of_loss = exec::first_bad(graph, &outputs(job.step), &environment).ok()?;
    // The slopes come after the loss, and their sums are large: they are looked at where the loss is a number.
    let is_value = of_loss.is_some();
    let bad = of_loss.or_else(|| exec::first_bad(graph, &job.step.outputs(), &environment).ok()?)?;
    let node = graph.node(bad.node);
    let operator = match &node.operation {
        Operation::Apply(op) => Some(op.name().trim_start_matches('_')),
        Operation::Leaf(_) => None,
    };
    let example = bad.example.and_then(|example| at.rows.get(example)).copied();
    let At { step, batch, rows } = at;
    Some(FirstBad {
        step,
        batch,
        rows,
        example,
        span: node.span,
        operator,
        operands: bad.operands,
        value: bad.value,
        is_slope: !is_value && is_of_loss(job, node.span),
    })
}

/// Whether a value that the loss is made of was written there: its slope stands at the same place.
fn is_of_loss(job: &Job<'_>, span: Option<Span>) -> bool {
    let graph = &job.step.graph;
    span.is_some()
        && exec::reference::needed(graph, &outputs(job.step)).iter().any(|id| graph.node(*id).span == span)
}

/// A step of an epoch.
struct At {
    step: u64,
    batch: usize,
    rows: Vec<u32>,
}

/// Does the steps of an epoch up to one, which is not done.
fn walk<'a>(
    job: &Job<'a>,
    epoch: usize,
    before: &Values,
    is_it: impl Fn(&Runner<'a>, u64) -> bool,
) -> Option<(Runner<'a>, At)> {
    let (before, outputs) = (before.iter().cloned(), outputs(job.step));
    let mut runner = Runner::new(job.step, outputs, before, job.precision, job.threads, job.seed).ok()?;
    let mut batches = batches(job);
    let first = epoch as u64 * batches.batches_per_epoch() as u64 + 1;
    for (at, rows) in batches.epoch(epoch as u64).enumerate() {
        let step = first + at as u64;
        if is_it(&runner, step) {
            return Some((runner, At { step, batch: at + 1, rows: rows.to_vec() }));
        }
        runner.run(job.data, rows, step).ok()?;
    }
    None
}

pub(super) fn batches(job: &Job<'_>) -> Batches {
    let order = match job.shuffle {
        true => Order::Shuffled(Stream::new(job.seed, &format!("shuffle {}", job.name))),
        false => Order::AsStored,
    };
    Batches::new(job.data.n_examples, job.batch, order)
}

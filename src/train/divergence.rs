//! After a loss that is not finite: the first value that went wrong.

use super::job::Job;
use super::runner::Runner;
use super::scores::outputs;
use crate::base::Span;
use crate::data::{Batches, Order};
use crate::graph::{NodeId, Operation};
use crate::tensor::Tensor;
use crate::tensor::random::Stream;

/// Where numbers stopped being finite, in words.
#[derive(Clone, Debug)]
pub struct FirstBad {
    pub span: Option<Span>,
    pub text: String,
}

/// Does the epoch again from its start up to the step, then looks at every value of that step in order.
pub fn first_bad(
    job: &Job<'_>,
    epoch: usize,
    step: u64,
    rows: &[u32],
    before: Vec<(crate::graph::SlotId, Tensor)>,
) -> Option<FirstBad> {
    let mut runner = Runner::new(job.step, outputs(job.step), before, job.precision, job.threads, job.seed);
    let order = match job.shuffle {
        true => Order::Shuffled(Stream::new(job.seed, &format!("shuffle {}", job.name))),
        false => Order::AsStored,
    };
    let mut batches = Batches::new(job.data.n_examples, job.batch, order);
    let first = epoch as u64 * batches.batches_per_epoch() as u64 + 1;
    for (at, rows) in batches.epoch(epoch as u64).enumerate() {
        let count = first + at as u64;
        if count >= step {
            break;
        }
        runner.run(job.data, rows, count).ok()?;
    }
    let graph = &job.step.graph;
    let applied: Vec<NodeId> =
        graph.ids().filter(|id| matches!(graph.node(*id).operation, Operation::Apply(_))).collect();
    let values = runner.look(job.data, rows, step, &applied).ok()?;
    let (at, tensor, place) = applied.iter().zip(&values).find_map(|(id, tensor)| {
        let numbers = tensor.data.to_f64();
        let place = numbers.iter().position(|number| !number.is_finite())?;
        Some((*id, tensor, (place, numbers[place])))
    })?;
    let node = graph.node(at);
    let each = tensor.shape.iter().product::<usize>().max(1);
    let example =
        tensor.examples.and_then(|_| rows.get(place.0 / each)).map(|row| format!(", example {row}"));
    let operands: Vec<String> = node
        .inputs
        .iter()
        .filter_map(|input| {
            let found = applied.iter().position(|id| id == input).and_then(|at| values.get(at))?;
            let index = if found.data.len() == tensor.data.len() { place.0 } else { 0 };
            found.data.get(index).map(|number| number.to_string())
        })
        .collect();
    let of = if operands.is_empty() { String::new() } else { format!(" of {}", operands.join(", ")) };
    let name = match &node.operation {
        Operation::Apply(op) => op.name(),
        Operation::Leaf(_) => "",
    };
    let text = format!(
        "`{}`{of} gives {} here{}",
        name.trim_start_matches('_'),
        place.1,
        example.unwrap_or_default()
    );
    Some(FirstBad { span: node.span, text })
}

//! After a loss that is not finite: the first value that went wrong.

use super::job::Job;
use super::runner::Runner;
use super::scores::outputs;
use crate::base::Span;
use crate::data::{Batches, Order};
use crate::exec;
use crate::graph::{Operation, SlotId};
use crate::tensor::Tensor;
use crate::tensor::random::Stream;

/// Where numbers stopped being finite, in words.
#[derive(Clone, Debug)]
pub struct FirstBad {
    pub span: Option<Span>,
    pub text: String,
}

/// Operand values shown.
const SHOWN: usize = 4;

/// Does the epoch again from its start up to the step, then looks at every value of that step in order.
pub fn first_bad(
    job: &Job<'_>,
    epoch: usize,
    step: u64,
    rows: &[u32],
    before: Vec<(SlotId, Tensor)>,
) -> Option<FirstBad> {
    let wanted = outputs(job.step);
    let mut runner =
        Runner::new(job.step, wanted.clone(), before, job.precision, job.threads, job.seed).ok()?;
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
    let bad = exec::first_bad(&job.step.graph, &wanted, &runner.environment(job.data, rows, step)).ok()??;
    let node = job.step.graph.node(bad.node);
    let name = match &node.operation {
        Operation::Apply(op) => op.name().trim_start_matches('_'),
        Operation::Leaf(_) => "value",
    };
    let operands: Vec<String> = bad.operands.iter().map(|values| shown(values)).collect();
    let of = if operands.is_empty() { String::new() } else { format!(" of {}", operands.join(" and ")) };
    let example =
        bad.example.and_then(|at| rows.get(at)).map_or(String::new(), |row| format!(", example {row}"));
    Some(FirstBad { span: node.span, text: format!("`{name}`{of} gives {}{example}", bad.value) })
}

fn shown(values: &[f64]) -> String {
    let texts: Vec<String> = values.iter().take(SHOWN).map(|value| format!("{value:.6}")).collect();
    match values.len() {
        1 => texts.concat(),
        n if n > SHOWN => format!("[{}, ...] ({n})", texts.join(", ")),
        _ => format!("[{}]", texts.join(", ")),
    }
}

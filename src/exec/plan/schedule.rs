//! Threads: whether they are worth it, what they share, and an order in which they seldom wait.

use std::collections::{BTreeSet, HashMap};

use super::units::{Unit, Work1};
use super::values::Work;
use crate::graph::NodeId;
use crate::tensor::Kernel;
use crate::tensor::machine::{Instruction, Region, Strided};

/// Nanoseconds of work below which a step stays on one thread.
const WORTH_THREADS: f64 = 60_000.0;
/// Nanoseconds of work below which an instruction that doesn't run over the batch is not shared.
const WORTH_SHARING: f64 = 3_000.0;

/// How many threads this work is worth.
pub fn workers(work: &Work1<'_>, units: &[Unit], threads: usize) -> usize {
    if threads <= 1 {
        return 1;
    }
    let total: f64 = units.iter().flat_map(|unit| &unit.nodes).map(|&node| cost(work, node)).sum();
    if total < WORTH_THREADS { 1 } else { threads }
}

/// About how many nanoseconds a value takes.
fn cost(work: &Work1<'_>, node: NodeId) -> f64 {
    let value = work.values.of(node);
    match &value.work {
        Work::Other(Kernel::MatMul | Kernel::MatMulSum) => {
            let inputs = &work.graph.node(node).inputs;
            let read: f64 = work.values.of(inputs[0]).len() as f64;
            let other = work.values.of(inputs[1]);
            let columns = if value.examples.is_some() {
                other.len() as f64 / other.dims.first().copied().unwrap_or(1).max(1) as f64
            } else {
                other.dims.first().copied().unwrap_or(1) as f64
            };
            read * columns * 0.02
        }
        Work::Slot(_) | Work::Input(_) | Work::Constant(_) | Work::View => 0.0,
        Work::Random => value.len() as f64 * 10.0,
        Work::Elementwise(..) | Work::Other(_) => value.len() as f64 * 0.1,
    }
}

/// Whether workers share an instruction. What runs over the batch is always shared, so that each worker goes on with
/// its own examples.
pub fn is_shared(instruction: &Instruction, batched: bool, workers: usize) -> bool {
    workers > 1 && instruction.units() >= workers && (batched || instruction.cost() > WORTH_SHARING)
}

/// Work over the batch before all that does not wait for it: workers meet where one needs the others' examples,
/// which is mostly the sums over the batch, and those then come together.
pub fn batched_first(work: &Work1<'_>, units: Vec<Unit>) -> Vec<Unit> {
    let mut unit_of: HashMap<NodeId, usize> = HashMap::new();
    for (at, unit) in units.iter().enumerate() {
        unit_of.extend(unit.nodes.iter().map(|&node| (node, at)));
    }
    let mut users: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); units.len()];
    let mut waiting: Vec<usize> = vec![0; units.len()];
    for (at, unit) in units.iter().enumerate() {
        for (place, _) in unit.nodes.iter().flat_map(|node| &work.reads[node]) {
            if let Some(&source) = unit_of.get(&place.root)
                && source != at
                && users[source].insert(at)
            {
                waiting[at] += 1;
            }
        }
    }
    let mut ready: BTreeSet<(bool, usize)> = BTreeSet::new();
    let key = |at: usize| (!units[at].batched, at);
    ready.extend((0..units.len()).filter(|&at| waiting[at] == 0).map(key));
    let mut order = Vec::with_capacity(units.len());
    while let Some((_, at)) = ready.pop_first() {
        order.push(at);
        for &user in &users[at] {
            waiting[user] -= 1;
            if waiting[user] == 0 {
                ready.insert(key(user));
            }
        }
    }
    let mut units: Vec<Option<Unit>> = units.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| units[at].take()).collect()
}

/// Numbers copied in a row.
pub fn copy(from: Region, to: Region) -> Instruction {
    Instruction::Copy(Strided {
        from,
        from_offset: 0,
        from_strides: vec![1],
        to,
        to_offset: 0,
        to_strides: vec![1],
        sizes: vec![from.len],
    })
}

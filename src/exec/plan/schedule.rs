//! Threads: whether they are worth it, what they share, and an order in which they seldom wait.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::Request;
use super::units::{Unit, Work1};
use super::values::Work;
use crate::base::FastMap;
use crate::graph::{NodeId, SlotId};
use crate::tensor::Kernel;
use crate::tensor::machine::{Gather, Instruction, Region, Scheduled, Share, Strided};

/// Nanoseconds of work, as [`cost`] counts them, that are worth a thread. Two networks of 2 and 8 layers with 8 to 64
/// numbers, batches of 8 to 128: two threads were 1.3 times as fast from 7,000 on, and 1.7 times at 100,000.
const WORTH_THREAD: f64 = 3_500.0;
/// Nanoseconds of work below which an instruction that doesn't run over the batch is not shared.
const WORTH_SHARING: f64 = 1_000.0;

/// How many threads this work is worth: as much of it as they share.
pub fn workers(work: &Work1<'_>, units: &[Unit], threads: usize) -> usize {
    let costs = units.iter().map(|unit| {
        let cost = unit.nodes.iter().map(|&node| cost(work, node)).sum::<f64>();
        if unit.batched || cost > WORTH_SHARING { cost } else { 0.0 }
    });
    let total: f64 = costs.sum();
    threads.min((total / WORTH_THREAD) as usize).max(1)
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

/// Work over the batch before all that does not wait for it: workers meet where one needs the others' examples,
/// which is mostly the sums over the batch, and those then come together.
pub fn batched_first(work: &Work1<'_>, units: Vec<Unit>) -> Vec<Unit> {
    let mut unit_of: FastMap<NodeId, usize> = FastMap::default();
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

/// The instructions of a step, and who does them.
pub struct Code<'a> {
    work: &'a Work1<'a>,
    workers: usize,
    code: Vec<Scheduled>,
    /// Nanoseconds of work that each worker has alone.
    load: Vec<f64>,
    /// The worker that made a value alone.
    made_by: FastMap<NodeId, usize>,
}

impl<'a> Code<'a> {
    pub fn new(work: &'a Work1<'a>, workers: usize) -> Code<'a> {
        Code { work, workers, code: Vec::new(), load: vec![0.0; workers], made_by: FastMap::default() }
    }

    /// What runs over the batch is always shared, so that each worker goes on with its own examples; so is what is
    /// large. The rest goes to the worker that made what it reads, or else to the one that has least to do.
    pub fn unit(&mut self, unit: &Unit, instructions: Vec<Instruction>) {
        let large = instructions.iter().any(|instruction| instruction.cost() > WORTH_SHARING);
        let enough = |work: &Instruction| work.units() >= self.workers.saturating_mul(work.least_units());
        let divisible = instructions.iter().all(enough);
        if self.workers > 1 && divisible && (unit.batched || large) {
            let shared = |instruction| Scheduled { instruction, share: Share::All };
            self.code.extend(instructions.into_iter().map(shared));
            return;
        }
        let sources = unit.nodes.iter().flat_map(|node| &self.work.reads[node]);
        let known = sources.filter_map(|(place, _)| self.made_by.get(&place.root)).next().copied();
        let idle = (0..self.workers).min_by(|&a, &b| self.load[a].total_cmp(&self.load[b])).unwrap_or(0);
        let worker = known.unwrap_or(idle);
        self.made_by.extend(unit.nodes.iter().map(|&node| (node, worker)));
        for instruction in instructions {
            self.load[worker] += instruction.cost();
            self.code.push(Scheduled { instruction, share: Share::One(worker) });
        }
    }

    /// The examples of the batch, each worker its own.
    pub fn gather(&mut self, request: &Request, inputs: &IndexMap<SlotId, Region>) {
        for (input, slot) in request.gathered.iter().enumerate() {
            let Some(&to) = inputs.get(slot) else { continue };
            let of_slot =
                |node: &&NodeId| matches!(self.work.values.of(**node).work, Work::Input(id) if id == *slot);
            let Some(value) = self.work.live.iter().find(of_slot).map(|node| self.work.values.of(*node))
            else {
                continue;
            };
            if to.len > 0 {
                let gather = Gather { input, to, each: value.each, count: value.count() };
                self.code.push(Scheduled { instruction: Instruction::Gather(gather), share: Share::All });
            }
        }
    }

    /// Numbers copied in a row, if there are any.
    pub fn copy(&mut self, from: Region, to: Region) {
        if from.len > 0 {
            let one = |offset| (offset, vec![1]);
            let ((from_offset, from_strides), (to_offset, to_strides)) = (one(0), one(0));
            let sizes = vec![from.len];
            let copy = Strided { from, from_offset, from_strides, to, to_offset, to_strides, sizes };
            self.code.push(Scheduled { instruction: Instruction::Copy(copy), share: Share::One(0) });
        }
    }

    /// Instructions so far.
    pub fn len(&self) -> usize {
        self.code.len()
    }

    pub fn finish(self) -> Vec<Scheduled> {
        self.code
    }
}

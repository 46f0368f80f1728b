//! Small updates that are alike, done as one: the biases and little matrices of a model go through the same formula.
//!
//! Their loops come last, one after another, and what each of them reads stands beside what the next one reads: the
//! gradients in the arena, parameters and states in the store. Where it does, the machine makes one loop of them.

use indexmap::IndexMap;

use super::Request;
use super::layout::Layout;
use super::units::{Unit, Work1};
use super::values::{Place, Work};
use crate::base::{FastMap, FastSet};
use crate::graph::{NodeId, SlotId};
use crate::tensor::machine::{ALIGN, Access, Function, Instruction, Region};

/// Numbers of an update up to which it is small.
const SMALL: usize = 512;
/// Numbers that stand beside each other at most.
const MOST: usize = 1 << 14;

/// Updates that are done together, and what has to stand in a row for it.
#[derive(Debug, Default)]
pub struct Groups {
    /// Values that are made in a step.
    pub values: Vec<Vec<NodeId>>,
    pub slots: Vec<Vec<SlotId>>,
    /// Numbers that every one of the updates reads.
    pub shared: FastSet<NodeId>,
    /// How many of the last units are in a group.
    pub units: usize,
}

/// What the loops of a group have in common: the functions, and where each operand comes from.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    functions: Vec<&'static str>,
    operands: Vec<Operand>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Operand {
    /// One number, the same for all.
    Shared(NodeId),
    Slot,
    Made,
    /// The value of an earlier step of the loop.
    Own(usize),
}

/// One loop, and what it reads number by number, in order.
struct Update {
    unit: usize,
    len: usize,
    reads: Vec<NodeId>,
}

impl Groups {
    /// Finds groups among the units of a step, and puts them last.
    pub fn find(work: &Work1<'_>, request: &Request, units: &mut Vec<Unit>) -> Groups {
        let finder = Finder::new(work, request, units);
        let kinds = finder.kinds();
        let mut groups = Groups { shared: finder.shared, ..Groups::default() };
        let mut last = Vec::new();
        for (kind, updates) in kinds {
            let numbers: usize = updates.iter().map(|update| update.len.next_multiple_of(ALIGN)).sum();
            if updates.len() < 2 || numbers > MOST {
                continue;
            }
            groups.stand(work, &kind, &updates);
            last.extend(updates.iter().map(|update| update.unit));
        }
        groups.units = last.len();
        let mut left: Vec<Option<Unit>> = std::mem::take(units).into_iter().map(Some).collect();
        let grouped: Vec<Unit> = last.into_iter().filter_map(|at| left[at].take()).collect();
        units.extend(left.into_iter().flatten().chain(grouped));
        groups
    }

    /// Says of a loop of a group that it is one, and which of its operands are one number for all: in a loop over one number it can't be
    /// seen.
    pub fn share(&self, layout: &Layout, instructions: &mut [Instruction]) {
        let shared: FastSet<Region> =
            self.shared.iter().filter_map(|node| layout.regions.get(node)).copied().collect();
        for instruction in instructions {
            if let Instruction::Fused(fused) = instruction {
                let loads = fused.loads.iter_mut().filter(|load| shared.contains(&load.region));
                loads.for_each(|load| load.access = Access::Single);
                fused.alone = true;
            }
        }
    }

    fn stand(&mut self, work: &Work1<'_>, kind: &Kind, updates: &[Update]) {
        let read = kind.operands.iter().filter(|operand| matches!(operand, Operand::Slot | Operand::Made));
        let mut seen = FastSet::default();
        for (at, operand) in read.enumerate() {
            let nodes: Vec<NodeId> = updates.iter().map(|update| update.reads[at]).collect();
            if !seen.insert(nodes[0]) {
                continue;
            }
            if *operand == Operand::Made {
                self.values.push(nodes);
                continue;
            }
            let slots = nodes.iter().filter_map(|node| match work.values.of(*node).work {
                Work::Slot(slot) => Some(slot),
                _ => None,
            });
            self.slots.push(slots.collect());
        }
    }
}

struct Finder<'a> {
    work: &'a Work1<'a>,
    units: &'a [Unit],
    /// Units that only make new values of slots, and read nothing in a way of its own.
    candidates: Vec<usize>,
    shared: FastSet<NodeId>,
    /// New values of slots, whose place is the slot's.
    updated: FastSet<NodeId>,
}

impl<'a> Finder<'a> {
    fn new(work: &'a Work1<'a>, request: &Request, units: &'a [Unit]) -> Finder<'a> {
        let updated = request.updates.iter().map(|&(_, node)| work.values.of(node).place.root);
        let updated: FastSet<NodeId> = updated.collect();
        let outputs: FastSet<NodeId> =
            request.outputs.iter().map(|&node| work.values.of(node).place.root).collect();
        let mut unit_of = FastMap::default();
        for (at, unit) in units.iter().enumerate() {
            unit_of.extend(unit.nodes.iter().map(|&node| (node, at)));
        }
        let mut read_elsewhere = FastSet::default();
        for (at, unit) in units.iter().enumerate() {
            let reads = unit.nodes.iter().flat_map(|node| &work.reads[node]);
            read_elsewhere.extend(
                reads
                    .map(|(place, _)| place.root)
                    .filter(|root| unit_of.get(root).is_some_and(|&of| of != at)),
            );
        }
        let is_update = |unit: &Unit| {
            let len = work.values.of(unit.nodes[0]).len();
            !unit.batched
                && (1..=SMALL).contains(&len)
                && unit.nodes.iter().any(|node| updated.contains(node))
                && unit.nodes.iter().all(|node| {
                    matches!(work.values.of(*node).work, Work::Elementwise(..))
                        && work.values.of(*node).len() == len
                        && !read_elsewhere.contains(node)
                        && !outputs.contains(node)
                })
        };
        let candidates: Vec<usize> = (0..units.len()).filter(|&at| is_update(&units[at])).collect();
        let singles = candidates.iter().flat_map(|&at| &units[at].nodes).flat_map(|node| {
            operands(work, *node).filter(|(_, access)| *access == Access::Single).map(|(place, _)| place.root)
        });
        Finder { work, units, shared: singles.collect(), candidates, updated }
    }

    /// Candidates by kind, in the order of the step.
    fn kinds(&self) -> IndexMap<Kind, Vec<Update>> {
        let mut kinds: IndexMap<Kind, Vec<Update>> = IndexMap::new();
        for &unit in &self.candidates {
            if let Some((kind, update)) = self.kind(unit) {
                kinds.entry(kind).or_default().push(update);
            }
        }
        kinds
    }

    fn kind(&self, unit: usize) -> Option<(Kind, Update)> {
        let nodes = &self.units[unit].nodes;
        let len = self.work.values.of(nodes[0]).len();
        let mut kind = Kind { functions: Vec::new(), operands: Vec::new() };
        let mut update = Update { unit, len, reads: Vec::new() };
        for node in nodes {
            let Work::Elementwise(function, _) = &self.work.values.of(*node).work else { return None };
            kind.functions.push(Function::name(function));
            for (place, access) in operands(self.work, *node) {
                let operand = self.operand(nodes, place, access)?;
                if matches!(operand, Operand::Slot | Operand::Made) {
                    update.reads.push(place.root);
                }
                kind.operands.push(operand);
            }
        }
        Some((kind, update))
    }

    fn operand(&self, nodes: &[NodeId], place: Place, access: Access) -> Option<Operand> {
        if self.shared.contains(&place.root) && place.len == 1 {
            return Some(Operand::Shared(place.root));
        }
        let root = self.work.values.of(place.root);
        if access != Access::Full || place != root.place {
            return None;
        }
        if let Some(at) = nodes.iter().position(|node| *node == place.root) {
            return Some(Operand::Own(at));
        }
        match root.work {
            _ if self.updated.contains(&place.root) => None,
            Work::Slot(_) => Some(Operand::Slot),
            Work::Elementwise(..) | Work::Other(_) if !self.work.once.contains(&place.root) => {
                Some(Operand::Made)
            }
            _ => None,
        }
    }
}

fn operands<'a>(work: &'a Work1<'_>, node: NodeId) -> impl Iterator<Item = (Place, Access)> + 'a {
    let operands = match &work.values.of(node).work {
        Work::Elementwise(_, operands) => operands.as_slice(),
        _ => &[],
    };
    operands.iter().copied()
}

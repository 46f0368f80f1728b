//! Which values are made together, and in which order.
//!
//! Every value that is work gets a *stage*: larger than those of what it reads, but the same where an elementwise
//! value reads an elementwise one of the same sizes number by number. Values of one stage that are linked that way
//! become one unit, one loop. A path that leaves a unit goes to a later stage, so it cannot come back.

use super::Request;
use super::blocks;
use super::operands::Matrices;
use super::values::{Place, Values, Work};
use crate::base::{FastMap, FastSet};
use crate::graph::{Graph, NodeId};
use crate::tensor::machine::Access;

/// Values that are made by one loop, or one value of another kind.
#[derive(Clone, Debug)]
pub struct Unit {
    /// In the order of the graph; but a product comes first that the loop takes up block by block.
    pub nodes: Vec<NodeId>,
    pub stage: usize,
    /// Whether its results run over a batch.
    pub batched: bool,
}

/// What the planner knows of each value that is work.
pub struct Work1<'a> {
    pub graph: &'a Graph,
    pub values: &'a Values,
    /// What each value reads.
    pub reads: FastMap<NodeId, Vec<(Place, bool)>>,
    /// Values that are worked out, in the order of the graph.
    pub live: Vec<NodeId>,
    /// Values that are the same in every step and worth keeping.
    pub once: FastSet<NodeId>,
}

/// Numbers up to which a value that never changes is kept and not made again in each step.
const WORTH_KEEPING: usize = 1 << 16;

impl<'a> Work1<'a> {
    /// Follows what is really read, from the targets.
    pub fn find(graph: &'a Graph, values: &'a Values, request: &Request) -> Work1<'a> {
        let targets = request.outputs.iter().copied().chain(request.updates.iter().map(|&(_, node)| node));
        let mut open: Vec<NodeId> = targets.map(|node| values.of(node).place.root).collect();
        let mut reads = FastMap::default();
        let mut live = FastSet::default();
        while let Some(node) = open.pop() {
            if !live.insert(node) {
                continue;
            }
            let places = read_by(graph, values, node);
            open.extend(places.iter().map(|(place, _)| place.root));
            reads.insert(node, places);
        }
        let live: Vec<NodeId> = values.order.iter().copied().filter(|node| live.contains(node)).collect();
        let mut once: FastSet<NodeId> = FastSet::default();
        for &node in &live {
            let value = values.of(node);
            let fixed = match &value.work {
                Work::Constant(_) => true,
                Work::Elementwise(..) | Work::Other(_) => {
                    value.len() <= WORTH_KEEPING
                        && reads[&node].iter().all(|(place, _)| once.contains(&place.root))
                }
                Work::Slot(_) | Work::Input(_) | Work::Random | Work::View => false,
            };
            if fixed {
                once.insert(node);
            }
        }
        Work1 { graph, values, reads, live, once }
    }

    /// Whether `user` may be in one loop with `input`, given that it reads all of it number by number.
    fn joins(&self, user_node: NodeId, place: Place, full: bool) -> bool {
        let (user, input) = (self.values.of(user_node), self.values.of(place.root));
        full && is_elementwise(&user.work)
            && is_elementwise(&input.work)
            && place == input.place
            && self.once.contains(&user_node) == self.once.contains(&place.root)
            && user.each == input.each
            && user.examples == input.examples
    }

    /// The units that are done once, and those of every step.
    pub fn units(&self, keep: &FastSet<NodeId>) -> (Vec<Unit>, Vec<Unit>) {
        let mut stages = self.early_stages();
        self.sink(&mut stages, keep);
        let units = blocks::absorb(self, self.gather(&stages), keep);
        units.into_iter().partition(|unit| self.once.contains(&unit.nodes[0]))
    }

    /// Whether the numbers are there before `user` is made.
    fn is_given(&self, user: NodeId, input: NodeId) -> bool {
        is_leaf(&self.values.of(input).work) || (self.once.contains(&input) && !self.once.contains(&user))
    }

    fn early_stages(&self) -> FastMap<NodeId, usize> {
        let mut stages: FastMap<NodeId, usize> = FastMap::default();
        for &node in &self.live {
            let stage = self.reads[&node]
                .iter()
                .map(|&(place, full)| {
                    match (self.is_given(node, place.root), self.joins(node, place, full)) {
                        (true, _) => 0,
                        (false, true) => stages[&place.root],
                        (false, false) => stages[&place.root] + 1,
                    }
                })
                .max()
                .unwrap_or(0);
            stages.insert(node, stage);
        }
        stages
    }

    /// Moves a value that is only used later into the loop of its first user, where that costs no more memory:
    /// where it reads at most one value that had to be kept for it.
    fn sink(&self, stages: &mut FastMap<NodeId, usize>, keep: &FastSet<NodeId>) {
        let mut latest: FastMap<NodeId, (usize, bool)> = FastMap::default();
        for &node in self.live.iter().rev() {
            let value = self.values.of(node);
            if let (true, false, Some(&(stage, joined))) =
                (is_elementwise(&value.work), keep.contains(&node), latest.get(&node))
            {
                let kept: FastSet<NodeId> = self.reads[&node]
                    .iter()
                    .filter(|(place, full)| *full && !self.is_given(node, place.root))
                    .map(|(place, _)| place.root)
                    .collect();
                if joined && stage > stages[&node] && kept.len() <= 1 {
                    stages.insert(node, stage);
                }
            }
            let stage = stages[&node];
            for &(place, full) in &self.reads[&node] {
                let bound = match self.joins(node, place, full) {
                    true => (stage, true),
                    false => (stage.saturating_sub(1), false),
                };
                let entry = latest.entry(place.root).or_insert(bound);
                if bound.0 < entry.0 || (bound.0 == entry.0 && bound.1) {
                    *entry = bound;
                }
            }
        }
    }

    /// Elementwise values of one stage that are linked, or read the same numbers, become one unit.
    fn gather(&self, stages: &FastMap<NodeId, usize>) -> Vec<Unit> {
        let work: Vec<NodeId> =
            self.live.iter().copied().filter(|&node| !is_leaf(&self.values.of(node).work)).collect();
        let position: FastMap<NodeId, usize> =
            work.iter().enumerate().map(|(at, &node)| (node, at)).collect();
        let mut sets = Sets::new(work.len());
        let mut readers: FastMap<(NodeId, usize, usize, Option<usize>, bool), usize> = FastMap::default();
        for (at, &node) in work.iter().enumerate() {
            let value = self.values.of(node);
            if !is_elementwise(&value.work) {
                continue;
            }
            for &(place, full) in &self.reads[&node] {
                if self.joins(node, place, full) && stages[&place.root] == stages[&node] {
                    sets.join(at, position[&place.root]);
                }
                if full && value.len() > 1 && place == self.values.of(place.root).place {
                    let key =
                        (place.root, stages[&node], value.each, value.examples, self.once.contains(&node));
                    sets.join(at, *readers.entry(key).or_insert(at));
                }
            }
        }
        let mut units: Vec<Unit> = Vec::new();
        let mut unit_of: FastMap<usize, usize> = FastMap::default();
        for (at, &node) in work.iter().enumerate() {
            let unit = *unit_of.entry(sets.root(at)).or_insert(units.len());
            if unit == units.len() {
                let batched = self.values.of(node).examples.is_some();
                units.push(Unit { nodes: Vec::new(), stage: stages[&node], batched });
            }
            units[unit].nodes.push(node);
        }
        // Stable: units of one stage stay in the order of their first value.
        units.sort_by_key(|unit| unit.stage);
        units
    }
}

fn is_elementwise(work: &Work) -> bool {
    match work {
        Work::Elementwise(..) => true,
        Work::Slot(_) | Work::Input(_) | Work::Constant(_) | Work::Random | Work::View | Work::Other(_) => {
            false
        }
    }
}

/// Whether the numbers are there before a step begins.
pub fn is_leaf(work: &Work) -> bool {
    match work {
        Work::Slot(_) | Work::Input(_) | Work::Constant(_) => true,
        Work::Random | Work::View | Work::Elementwise(..) | Work::Other(_) => false,
    }
}

/// What a value reads, and whether number by number.
fn read_by(graph: &Graph, values: &Values, node: NodeId) -> Vec<(Place, bool)> {
    let inputs = &graph.node(node).inputs;
    match &values.of(node).work {
        Work::Slot(_) | Work::Input(_) | Work::Constant(_) | Work::Random | Work::View => Vec::new(),
        Work::Elementwise(_, operands) => {
            operands.iter().map(|&(place, access)| (place, access == Access::Full)).collect()
        }
        Work::Other(kernel) => Matrices { graph, values }
            .places(kernel, inputs)
            .into_iter()
            .map(|place| (place, false))
            .collect(),
    }
}

/// Sets that grow together.
struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    fn new(len: usize) -> Sets {
        Sets { parents: (0..len).collect() }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parents[high] = low;
    }
}

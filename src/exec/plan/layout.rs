//! Where each value stands: lifetimes, reuse of memory, and updates in place.

use indexmap::IndexMap;

use super::groups::Groups;
use super::units::{Unit, Work1, is_leaf};
use super::values::{Place, Work};
use super::{PlanProblem, Request};
use crate::base::{FastMap, FastSet};
use crate::graph::{NodeId, SlotId};
use crate::tensor::Precision;
use crate::tensor::machine::{ALIGN, Access, Base, Region};

/// Longer than any plan.
const FOREVER: usize = usize::MAX;
/// Constants that get a tile of their own.
const MOST_FIXED: usize = 256;

#[derive(Debug, Default)]
pub struct Layout {
    pub regions: FastMap<NodeId, Region>,
    /// Numbers in the arena.
    pub arena: usize,
    pub constants: Vec<(Region, Vec<f64>)>,
    /// Single numbers that no step changes.
    pub fixed: Vec<Region>,
    pub inputs: IndexMap<SlotId, Region>,
    /// The slots of the store, with their lengths.
    pub slots: IndexMap<SlotId, usize>,
    /// Old values to be put aside before the step: slot, copy.
    pub saves: Vec<(Region, Region)>,
    /// New values to be put in place after the step: from, to.
    pub commits: Vec<(Region, Region)>,
    /// What outputs are read from.
    pub outputs: Vec<Region>,
}

impl Layout {
    pub fn of(&self, place: Place) -> Region {
        self.regions[&place.root].part(place.offset, place.len)
    }
}

pub struct Planner<'a> {
    work: &'a Work1<'a>,
    request: &'a Request,
    units: &'a [Unit],
    /// The unit that makes a value, and the last one that reads it.
    made_in: FastMap<NodeId, usize>,
    last_use: FastMap<NodeId, usize>,
    readers: FastMap<NodeId, Vec<usize>>,
    /// The nodes that stand for a slot's old value.
    leaves: FastMap<SlotId, Vec<NodeId>>,
    layout: Layout,
    workers: usize,
    free: Vec<(usize, usize)>,
    /// Values whose place was given to them before all others, and stays theirs.
    reserved: FastSet<NodeId>,
    /// With several workers: places that were shared out in this way, numbers of an example and examples.
    free_alike: FastMap<(usize, usize), Vec<Region>>,
}

/// The values that a request wants to find after the step.
pub fn kept(work: &Work1<'_>, request: &Request) -> FastSet<NodeId> {
    let outputs = request.outputs.iter().copied();
    outputs
        .chain(request.updates.iter().map(|&(_, node)| node))
        .map(|node| work.values.of(node).place.root)
        .collect()
}

impl<'a> Planner<'a> {
    pub fn new(
        work: &'a Work1<'a>,
        request: &'a Request,
        units: &'a [Unit],
        kept: &FastSet<NodeId>,
        workers: usize,
    ) -> Planner<'a> {
        let mut planner = Planner {
            work,
            request,
            units,
            made_in: FastMap::default(),
            last_use: FastMap::default(),
            readers: FastMap::default(),
            leaves: FastMap::default(),
            layout: Layout::default(),
            workers,
            free: Vec::new(),
            reserved: FastSet::default(),
            free_alike: FastMap::default(),
        };
        for (at, unit) in units.iter().enumerate() {
            for &node in &unit.nodes {
                planner.made_in.insert(node, at);
                for (place, _) in &work.reads[&node] {
                    planner.last_use.insert(place.root, at);
                    let readers = planner.readers.entry(place.root).or_default();
                    if readers.last() != Some(&at) {
                        readers.push(at);
                    }
                }
            }
        }
        for &node in &work.live {
            if let Work::Slot(slot) = &work.values.of(node).work {
                planner.leaves.entry(*slot).or_default().push(node);
            }
        }
        for &node in kept {
            planner.last_use.insert(node, FOREVER);
        }
        // What is made once stays; what it was made from is not needed again.
        let in_steps = |at: &usize| !work.once.contains(&units[*at].nodes[0]);
        for node in &work.once {
            if planner.readers.get(node).is_some_and(|readers| readers.iter().any(in_steps)) {
                planner.last_use.insert(*node, FOREVER);
            }
        }
        planner
    }

    /// Gives every value that has to be somewhere its place.
    pub fn place(mut self, groups: &Groups) -> Result<Layout, PlanProblem> {
        self.leaves()?;
        self.rows(groups)?;
        self.saves()?;
        let direct = self.direct_updates()?;
        let mut dying: FastMap<usize, Vec<NodeId>> = FastMap::default();
        for (&node, &last) in &self.last_use {
            if self.made_in.contains_key(&node) && !direct.contains_key(&node) {
                dying.entry(last).or_default().push(node);
            }
        }
        for at in 0..self.units.len() {
            let mut ends = dying.remove(&at).unwrap_or_default();
            ends.sort_unstable();
            let mut taken = FastSet::default();
            for &node in &self.units[at].nodes {
                if self.reserved.contains(&node) {
                    continue;
                }
                if !self.needs_memory(node, at) {
                    self.block(node);
                    continue;
                }
                let region = match (direct.get(&node), self.takes_over(node, at, &ends, &taken)) {
                    (Some(&slot), _) => slot,
                    (None, Some(old)) => {
                        taken.insert(old);
                        self.layout.regions[&old]
                    }
                    (None, None) => self.allocate_for(node)?,
                };
                self.layout.regions.insert(node, region);
            }
            for node in ends {
                if !taken.contains(&node)
                    && !self.reserved.contains(&node)
                    && let Some(&region) = self.layout.regions.get(&node)
                    && region.base != Base::Block
                {
                    self.release_of(node, region);
                }
            }
        }
        self.fixed();
        self.commits(&direct);
        self.outputs()?;
        Ok(self.layout)
    }

    /// Values of a group stand in a row from the start, so that nobody else ever writes between them.
    fn rows(&mut self, groups: &Groups) -> Result<(), PlanProblem> {
        for row in &groups.values {
            let lens: Vec<usize> = row.iter().map(|node| self.work.values.of(*node).len()).collect();
            let whole = self.allocate(lens.iter().map(|len| len.next_multiple_of(ALIGN)).sum())?;
            let mut offset = whole.offset;
            for (&node, len) in row.iter().zip(lens) {
                self.layout.regions.insert(node, Region { base: Base::Arena, offset, len });
                self.reserved.insert(node);
                offset += len.next_multiple_of(ALIGN);
            }
        }
        Ok(())
    }

    /// Inputs, constants and slots stand where they stand for as long as the program lives.
    fn leaves(&mut self) -> Result<(), PlanProblem> {
        let values = self.work.values;
        for &node in &self.work.live {
            let value = values.of(node);
            match &value.work {
                Work::Slot(slot) => self.slot(node, *slot, value.len()),
                Work::Input(slot) => {
                    let region = match self.layout.inputs.get(slot) {
                        Some(&region) => region,
                        None => self.allocate(value.len())?,
                    };
                    self.layout.inputs.insert(*slot, region);
                    self.layout.regions.insert(node, region);
                }
                Work::Constant(numbers) => {
                    let region = self.allocate(value.len())?;
                    self.layout.constants.push((region, numbers.clone()));
                    self.layout.regions.insert(node, region);
                }
                Work::Random | Work::View | Work::Elementwise(..) | Work::Other(_) => {}
            }
        }
        Ok(())
    }

    fn slot(&mut self, node: NodeId, slot: SlotId, len: usize) {
        let (index, _) = self.layout.slots.insert_full(slot, len);
        self.layout.regions.insert(node, Region { base: Base::Slot(index), offset: 0, len });
    }

    /// New values that may be written over the old ones as they are made.
    fn direct_updates(&mut self) -> Result<FastMap<NodeId, Region>, PlanProblem> {
        let mut direct: FastMap<NodeId, Region> = FastMap::default();
        for &(slot, node) in &self.request.updates {
            let value = self.work.values.of(node);
            let len = *self.layout.slots.entry(slot).or_insert(value.len());
            if value.examples.is_some() || len != value.len() {
                return Err(PlanProblem::UpdateType { slot, node });
            }
            let index = self.layout.slots.get_index_of(&slot).unwrap_or(0);
            let region = Region { base: Base::Slot(index), offset: 0, len };
            let root = self.work.values.of(value.place.root);
            let fixed = is_leaf(&root.work) || self.work.once.contains(&value.place.root);
            let whole = value.place == root.place && !fixed;
            if whole && !direct.contains_key(&value.place.root) && self.may_overwrite(slot, value.place.root)
            {
                direct.insert(value.place.root, region);
            }
        }
        Ok(direct)
    }

    /// Whether the old value of a slot is no longer needed where the new one is made.
    fn may_overwrite(&self, slot: SlotId, node: NodeId) -> bool {
        let made = self.made_in[&node];
        let wanted = |leaf: NodeId| self.last_use.get(&leaf) == Some(&FOREVER);
        self.leaves.get(&slot).into_iter().flatten().all(|&leaf| {
            let readers = self.readers.get(&leaf).map_or(&[][..], Vec::as_slice);
            !wanted(leaf)
                && readers.iter().all(|&at| at < made || (at == made && self.only_in_step(leaf, at)))
        })
    }

    /// Whether a unit reads a value number by number only, so that each may be overwritten in its turn.
    fn only_in_step(&self, value: NodeId, unit: usize) -> bool {
        let whole = self.work.values.of(value).place;
        self.units[unit].nodes.iter().all(|node| match &self.work.values.of(*node).work {
            Work::Elementwise(_, operands) => operands
                .iter()
                .all(|&(place, access)| place.root != value || (place == whole && access == Access::Full)),
            Work::Other(_) | Work::Random => {
                self.work.reads[node].iter().all(|(place, _)| place.root != value)
            }
            Work::Slot(_) | Work::Input(_) | Work::Constant(_) | Work::View => true,
        })
    }

    /// Whether a value must stand in memory: all but those that only their own loop reads.
    fn needs_memory(&self, node: NodeId, unit: usize) -> bool {
        match &self.work.values.of(node).work {
            Work::Elementwise(..) | Work::Other(_) => {
                self.last_use.get(&node) == Some(&FOREVER)
                    || self.readers.get(&node).is_some_and(|readers| readers.iter().any(|&at| at != unit))
            }
            Work::Slot(_) | Work::Input(_) | Work::Constant(_) | Work::Random | Work::View => true,
        }
    }

    /// A product that its unit's loop takes up is in memory block by block.
    fn block(&mut self, node: NodeId) {
        let value = self.work.values.of(node);
        if matches!(value.work, Work::Other(_)) {
            let region = Region { base: Base::Block, offset: 0, len: value.len() };
            self.layout.regions.insert(node, region);
        }
    }

    /// A value that ends in this loop and whose memory the new one can have.
    fn takes_over(
        &self,
        node: NodeId,
        unit: usize,
        ends: &[NodeId],
        taken: &FastSet<NodeId>,
    ) -> Option<NodeId> {
        let value = self.work.values.of(node);
        if !matches!(value.work, Work::Elementwise(..)) {
            return None;
        }
        ends.iter().copied().find(|&old| {
            self.made_in[&old] != unit
                && !self.reserved.contains(&old)
                && !taken.contains(&old)
                && self.work.values.of(old).len() == value.len()
                && self.layout.regions.contains_key(&old)
                && self.only_in_step(old, unit)
        })
    }

    /// Old values that are still wanted when the step ends are put aside when it begins.
    fn saves(&mut self) -> Result<(), PlanProblem> {
        let updated: FastSet<SlotId> = self.request.updates.iter().map(|&(slot, _)| slot).collect();
        for &node in &self.work.live {
            if let Work::Slot(slot) = &self.work.values.of(node).work
                && updated.contains(slot)
                && self.last_use.get(&node) == Some(&FOREVER)
            {
                let old = self.layout.regions[&node];
                let copy = self.allocate(old.len)?;
                self.layout.saves.push((old, copy));
            }
        }
        Ok(())
    }

    /// Constants, and what was made of constants once and is kept for the steps.
    fn fixed(&mut self) {
        let stays = |node: &&NodeId| {
            self.work.once.contains(node)
                && (is_leaf(&self.work.values.of(**node).work) || self.last_use.get(node) == Some(&FOREVER))
        };
        let regions = self.work.live.iter().filter(stays).filter_map(|node| self.layout.regions.get(node));
        self.layout.fixed = regions.copied().filter(|region| region.len == 1).take(MOST_FIXED).collect();
    }

    /// Updates that could not be made in place are copied when the step ends.
    fn commits(&mut self, direct: &FastMap<NodeId, Region>) {
        for &(slot, node) in &self.request.updates {
            let place = self.work.values.of(node).place;
            let index = self.layout.slots.get_index_of(&slot).unwrap_or(0);
            let to = Region { base: Base::Slot(index), offset: 0, len: place.len };
            if direct.get(&place.root) != Some(&to) {
                self.layout.commits.push((self.saved(self.layout.of(place)), to));
            }
        }
    }

    /// A part of a slot, or of the copy that was put aside.
    fn saved(&self, region: Region) -> Region {
        let copy =
            self.layout.saves.iter().find(|(old, _)| old.base == region.base && region.base != Base::Arena);
        copy.map_or(region, |(_, copy)| copy.part(region.offset, region.len))
    }

    fn outputs(&mut self) -> Result<(), PlanProblem> {
        for &node in &self.request.outputs {
            let mut region = self.saved(self.layout.of(self.work.values.of(node).place));
            if region.base != Base::Arena {
                // An output outlives the next change of the store.
                let copy = self.allocate(region.len)?;
                self.layout.commits.push((region, copy));
                region = copy;
            }
            self.layout.outputs.push(region);
        }
        Ok(())
    }

    /// With several workers memory is used again only where it is shared out as before, or workers would have to
    /// wait for each other before they overwrite it.
    fn allocate_for(&mut self, node: NodeId) -> Result<Region, PlanProblem> {
        let value = self.work.values.of(node);
        let alike = self.free_alike.get_mut(&(value.each, value.count())).and_then(Vec::pop);
        match alike {
            Some(region) => Ok(region),
            None => self.allocate(value.len()),
        }
    }

    fn release_of(&mut self, node: NodeId, region: Region) {
        let value = self.work.values.of(node);
        if self.workers == 1 {
            self.release(region);
        } else if value.examples.is_some() {
            self.free_alike.entry((value.each, value.count())).or_default().push(region);
        }
    }

    fn allocate(&mut self, len: usize) -> Result<Region, PlanProblem> {
        let limit = self.request.memory_limit;
        let width = match self.request.precision {
            Precision::F32 => 4,
            Precision::F64 => 8,
        };
        let too_large = |len: u128| PlanProblem::TooLarge { bytes: len * width, limit };
        let size = len.max(1).checked_next_multiple_of(ALIGN).ok_or(too_large(len as u128))?;
        let best =
            (0..self.free.len()).filter(|&at| self.free[at].1 >= size).min_by_key(|&at| self.free[at].1);
        let offset = match best {
            Some(at) => {
                let (offset, room) = self.free[at];
                if room == size {
                    self.free.remove(at);
                } else {
                    self.free[at] = (offset + size, room - size);
                }
                offset
            }
            None => {
                let total = self.layout.arena as u128 + size as u128;
                if total * width > limit {
                    return Err(too_large(total));
                }
                std::mem::replace(&mut self.layout.arena, total as usize)
            }
        };
        Ok(Region { base: Base::Arena, offset, len })
    }

    /// Gives memory back, joined with its free neighbours.
    fn release(&mut self, region: Region) {
        let size = region.len.max(1).next_multiple_of(ALIGN);
        let at = self.free.partition_point(|&(offset, _)| offset < region.offset);
        self.free.insert(at, (region.offset, size));
        if at + 1 < self.free.len() && self.free[at].0 + self.free[at].1 == self.free[at + 1].0 {
            self.free[at].1 += self.free.remove(at + 1).1;
        }
        if at > 0 && self.free[at - 1].0 + self.free[at - 1].1 == self.free[at].0 {
            self.free[at - 1].1 += self.free.remove(at).1;
        }
    }
}

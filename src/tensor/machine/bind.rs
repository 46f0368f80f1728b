//! From instructions to code: addresses, shares of workers, and the points where workers must meet.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::fused::{self, FusedCode, Tiles};
use super::instruction::{Base, Instruction, Nothing, Region, RunContext, Supply};
use super::meetings::Meetings;
use super::products;
use super::run::{self, Code, Setting};
use crate::tensor::isa::Level;
use crate::tensor::memory::Memory;
use crate::tensor::pool::{Barrier, Pool};
use crate::tensor::real::Real;
use crate::tensor::slots::{Slot, Slots};

/// Who does an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Every worker an even share.
    All,
    /// One worker.
    One(usize),
}

/// An instruction, and who does it.
#[derive(Clone, Debug)]
pub struct Scheduled {
    pub instruction: Instruction,
    pub share: Share,
}

/// What a program is bound to.
pub struct Binding<'a, T> {
    /// What is done once, when the program is bound.
    pub setup: &'a [Instruction],
    pub code: &'a [Scheduled],
    /// Numbers in the arena.
    pub arena: usize,
    /// Single numbers of the arena that no step changes.
    pub fixed: &'a [Region],
    /// Numbers of the arena that are there from the start.
    pub constants: &'a [(Region, Vec<f64>)],
    pub slots: &'a Slots<T>,
    /// Which of the slots the regions mean, in their order.
    pub used: &'a [usize],
    pub workers: usize,
    pub level: Level,
}

/// Code for each worker, and the memory it runs over.
pub struct Program<T> {
    memories: Memories<T>,
    /// The list of slots it was bound to.
    slots_id: u64,
    workers: Vec<Worker<T>>,
    barrier: Barrier,
}

/// What one worker does in a step.
struct Worker<T> {
    code: Vec<Code<T>>,
    /// The instruction that each piece of code is a share of; a meeting counts for the one after it.
    of: Vec<usize>,
}

/// Nanoseconds that a worker spent on each instruction of a step.
#[derive(Clone, Debug, Default)]
pub struct Spent {
    pub busy: Vec<u64>,
    /// Waiting for the others before it.
    pub waiting: Vec<u64>,
}

// SAFETY: the addresses in the code lead into memory that the program keeps alive; running needs `&mut`.
unsafe impl<T: Send> Send for Program<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Program<T> {}

/// The memory that code is bound to.
struct Memories<T> {
    arena: Memory<T>,
    slots: Vec<(usize, Slot<T>)>,
    /// What each worker works in: tiles, and then a block of a product.
    own: Memory<T>,
    worker_each: usize,
    tiles_each: usize,
    /// Tiles full of numbers that never change.
    fixed: Memory<T>,
    fixed_at: HashMap<Region, usize>,
}

impl<T: Real> Memories<T> {
    fn new(binding: &Binding<'_, T>) -> Option<Memories<T>> {
        let arena = Memory::zeros(binding.arena)?;
        for (region, values) in binding.constants {
            assert!(region.base == Base::Arena, "a constant in a slot");
            assert_eq!(region.len, values.len(), "a constant of the wrong length");
            // SAFETY: the arena is new: nobody else has it.
            let target = &mut unsafe { arena.as_mut() }[region.offset..region.offset + region.len];
            target.iter_mut().zip(values).for_each(|(to, &from)| *to = T::of(from));
        }
        let slots = binding.used.iter().map(|&slot| (slot, binding.slots.slot(slot).clone()));
        let instructions = binding.code.iter().map(|scheduled| &scheduled.instruction).chain(binding.setup);
        let tiles_each = instructions.clone().map(tiles).max().unwrap_or(0) * T::TILE;
        let block = instructions.map(block_numbers).max().unwrap_or(0);
        let worker_each = tiles_each.checked_add(block)?.checked_next_multiple_of(T::TILE)?;
        Some(Memories {
            arena,
            slots: slots.collect(),
            own: Memory::zeros(worker_each.checked_mul(binding.workers)?)?,
            worker_each,
            tiles_each,
            fixed: Memory::zeros(binding.fixed.len().checked_mul(T::TILE)?)?,
            fixed_at: HashMap::new(),
        })
    }

    /// Where a region begins; it lies inside its memory.
    fn address(&self, region: Region) -> *mut T {
        let (start, len) = match region.base {
            Base::Arena => (self.arena.start(), self.arena.len()),
            Base::Slot(slot) => (self.slots[slot].1.start(), self.slots[slot].1.len()),
            Base::Block => unreachable!("a block is a worker's own"),
        };
        let end = region.offset.checked_add(region.len);
        assert!(end.is_some_and(|end| end <= len), "a region outside its memory");
        start.wrapping_add(region.offset)
    }

    fn bind(
        &self,
        instruction: &Instruction,
        units: (usize, usize),
        worker: usize,
        level: Level,
        code: &mut Vec<Code<T>>,
    ) {
        let fixed = |region| {
            let at = *self.fixed_at.get(&region)?;
            Some(self.fixed.start().wrapping_add(at * T::TILE))
        };
        let scratch = self.own.start().wrapping_add(worker * self.worker_each);
        let tiles = Tiles { scratch, block: scratch.wrapping_add(self.tiles_each), fixed: &fixed };
        run::bind(instruction, units, level, &|region| self.address(region), &tiles, code);
    }

    /// Does what is done once.
    fn set_up(&mut self, binding: &Binding<'_, T>) {
        let mut code = Vec::new();
        for instruction in binding.setup {
            let touched = instruction.touches(0, instruction.units());
            let mut regions = touched.reads.iter().chain(&touched.writes);
            assert!(regions.all(|region| region.base == Base::Arena), "a setup that touches a slot");
            self.bind(instruction, (0, instruction.units()), 0, binding.level, &mut code);
        }
        // SAFETY: nobody else knows this memory yet, and no slot is touched.
        let barrier = Barrier::new(1);
        let setting = Setting { barrier: &barrier, context: RunContext::default(), supply: &Nothing };
        unsafe { run::run(&code, setting) };
        // SAFETY: as above.
        let tiles = unsafe { self.fixed.as_mut() }.chunks_exact_mut(T::TILE);
        for (tile, region) in tiles.zip(binding.fixed) {
            assert!(region.base == Base::Arena && region.len == 1, "a fixed number is one of the arena");
            tile.fill(self.arena.snapshot()[region.offset]);
        }
        self.fixed_at = binding.fixed.iter().copied().zip(0..).collect();
    }
}

impl<T: Real> Program<T> {
    /// `None` if the system has no room for the arena.
    pub fn bind(binding: &Binding<'_, T>) -> Option<Program<T>> {
        let workers = binding.workers;
        let mut memories = Memories::new(binding)?;
        memories.set_up(binding);
        let mut code: Vec<Worker<T>> =
            (0..workers).map(|_| Worker { code: Vec::new(), of: Vec::new() }).collect();
        let mut meetings = Meetings::new(workers);
        for (at, scheduled) in binding.code.iter().enumerate() {
            let shares = shares(scheduled, workers);
            if meetings.needed_before(&scheduled.instruction, &shares) {
                code.iter_mut().for_each(|worker| worker.code.push(Code::Meet));
            }
            for (worker, &(from, to)) in shares.iter().enumerate() {
                if from < to {
                    memories.bind(
                        &scheduled.instruction,
                        (from, to),
                        worker,
                        binding.level,
                        &mut code[worker].code,
                    );
                }
                run::join_last(&mut code[worker].code);
                let pieces = code[worker].code.len();
                code[worker].of.resize(pieces, at);
            }
        }
        let (slots_id, barrier) = (binding.slots.id(), Barrier::new(workers));
        Some(Program { memories, slots_id, workers: code, barrier })
    }

    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// Pieces of the first worker's code.
    pub fn pieces(&self) -> usize {
        self.workers[0].code.len()
    }

    /// Whether the slots are those it was bound to, and none has been replaced.
    pub fn fits(&self, slots: &Slots<T>) -> bool {
        self.slots_id == slots.id()
            && self.memories.slots.iter().all(|(slot, bound)| bound.is(slots.slot(*slot)))
    }

    /// One step. The slots are those it was bound to; the pool has at least as many workers as the program.
    pub fn run(
        &mut self,
        slots: &mut Slots<T>,
        pool: Option<&mut Pool>,
        context: RunContext,
        supply: &dyn Supply<T>,
    ) {
        // SAFETY: `Meetings` put a meeting point wherever two workers touch the same numbers; `side_by_side`
        // borrows program and slots for as long as this runs.
        self.side_by_side(slots, pool, &|program, worker| unsafe {
            let setting = Setting { barrier: &program.barrier, context, supply };
            run::run(&program.workers[worker].code, setting);
        });
    }

    /// One step with a clock beside it: what each worker spent. The clock costs some tens of nanoseconds an instruction.
    pub fn profile(
        &mut self,
        slots: &mut Slots<T>,
        pool: Option<&mut Pool>,
        context: RunContext,
        supply: &dyn Supply<T>,
        instructions: usize,
    ) -> Vec<Spent> {
        let spent: Vec<Mutex<Spent>> = (0..self.workers()).map(|_| Mutex::default()).collect();
        self.side_by_side(slots, pool, &|program, worker| {
            let Worker { code, of } = &program.workers[worker];
            let mut mine = Spent { busy: vec![0; instructions], waiting: vec![0; instructions] };
            let setting = Setting { barrier: &program.barrier, context, supply };
            let mut before = Instant::now();
            for (piece, &at) in code.iter().zip(of) {
                // SAFETY: as in `run`.
                unsafe { run::one(piece, setting) };
                let after = Instant::now();
                let kind = if matches!(piece, Code::Meet) { &mut mine.waiting } else { &mut mine.busy };
                kind[at] += u64::try_from((after - before).as_nanos()).unwrap_or(u64::MAX);
                before = after;
            }
            *spent[worker].lock().unwrap_or_else(PoisonError::into_inner) = mine;
        });
        spent.into_iter().map(|spent| spent.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }

    /// Each worker's part, all at once; returns when all are done.
    #[inline(always)]
    fn side_by_side(
        &mut self,
        slots: &mut Slots<T>,
        pool: Option<&mut Pool>,
        part: &(impl Fn(&Program<T>, usize) + Sync),
    ) {
        assert_eq!(self.slots_id, slots.id(), "a program runs with the slots it was bound to");
        let program = &*self;
        match pool {
            Some(pool) if program.workers.len() > 1 => {
                assert!(pool.workers() >= program.workers.len(), "a pool with too few workers");
                pool.run(&|worker| {
                    if worker < program.workers.len() {
                        part(program, worker);
                    }
                });
            }
            Some(_) | None => {
                assert!(program.workers.len() == 1, "a program for several workers needs a pool");
                part(program, 0);
            }
        }
    }

    /// Numbers of the arena as they stand after a step.
    pub fn read(&self, region: Region) -> &[T] {
        assert_eq!(region.base, Base::Arena, "slots are read from the store");
        &self.memories.arena.snapshot()[region.offset..region.offset + region.len]
    }

    /// Numbers of the arena to be set before a step.
    pub fn write(&mut self, region: Region) -> &mut [T] {
        assert_eq!(region.base, Base::Arena, "slots are written through the store");
        // SAFETY: `&mut self`: no step runs.
        let arena = unsafe { self.memories.arena.as_mut() };
        &mut arena[region.offset..region.offset + region.len]
    }
}

fn tiles(instruction: &Instruction) -> usize {
    match instruction {
        Instruction::Fused(fused) => fused::tiles(fused),
        Instruction::Blocks(blocks) => fused::tiles(&blocks.fused),
        Instruction::Gather(_)
        | Instruction::Product(_)
        | Instruction::Fold(_)
        | Instruction::ArgMax(_)
        | Instruction::Rank(_)
        | Instruction::Copy(_)
        | Instruction::Fill { .. }
        | Instruction::OneHot { .. }
        | Instruction::Random { .. } => 0,
    }
}

/// Numbers of a product that a worker holds for an instruction.
fn block_numbers(instruction: &Instruction) -> usize {
    match instruction {
        Instruction::Blocks(blocks) => products::block_numbers(&blocks.product),
        Instruction::Gather(_)
        | Instruction::Fused(_)
        | Instruction::Product(_)
        | Instruction::Fold(_)
        | Instruction::ArgMax(_)
        | Instruction::Rank(_)
        | Instruction::Copy(_)
        | Instruction::Fill { .. }
        | Instruction::OneHot { .. }
        | Instruction::Random { .. } => 0,
    }
}

/// The units of each worker: an even share, or all for the first.
fn shares(scheduled: &Scheduled, workers: usize) -> Vec<(usize, usize)> {
    let units = scheduled.instruction.units();
    (0..workers)
        .map(|worker| match scheduled.share {
            Share::All => (cut(units, worker, workers), cut(units, worker + 1, workers)),
            Share::One(one) if one == worker => (0, units),
            Share::One(one) => {
                assert!(one < workers, "work for a worker that is not there");
                (0, 0)
            }
        })
        .collect()
}

/// Where a share begins. Equal counts are cut at equal places, so that a worker finds its own numbers again.
fn cut(units: usize, worker: usize, workers: usize) -> usize {
    (units as u128 * worker as u128 / workers as u128) as usize
}

impl<T> std::fmt::Debug for Program<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Program of {} workers", self.workers.len())
    }
}

impl<T: Real> FusedCode<T> {
    pub(super) fn boxed(self) -> Code<T> {
        Code::Fused(Box::new(self))
    }
}

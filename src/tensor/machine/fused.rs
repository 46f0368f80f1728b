//! Elementwise chains at work: tile by tile, every intermediate value in the first-level cache.

use std::ptr::fn_addr_eq;

use super::instruction::{ALIGN, Access, Base, Function, Fused, Source, Target};
use crate::tensor::isa::Level;
use crate::tensor::loops::{Run1, Run2, Run3, Run4};
use crate::tensor::real::Real;

/// From so many numbers an example is walked by itself; below, a tile holds several examples.
const OWN_TILES: usize = 64;

/// An address, and which of the walk's offsets goes on top of it.
#[derive(Clone, Copy)]
struct Operand<T> {
    start: *mut T,
    offset: usize,
}

/// The offsets of a tile: none, the number, the number within its example.
const NOWHERE: usize = 0;
const NUMBER: usize = 1;
const FEATURE: usize = 2;
/// The number within the block of a product that the loop takes up.
const IN_BLOCK: usize = 3;

enum Run<T> {
    One(Run1<T>, Operand<T>),
    Two(Run2<T>, Operand<T>, Operand<T>),
    Three(Run3<T>, Operand<T>, Operand<T>, Operand<T>),
    Four(Run4<T>, [Operand<T>; 4]),
    Copy(Operand<T>),
}

struct BoundStep<T> {
    run: Run<T>,
    out: Operand<T>,
}

impl<T> Operand<T> {
    fn is_followed_by(&self, next: &Operand<T>, gap: usize) -> bool {
        let step = if self.offset == NUMBER { gap } else { 0 };
        self.offset == next.offset && self.offset <= NUMBER && self.start.wrapping_add(step) == next.start
    }
}

impl<T> BoundStep<T> {
    /// Whether the next one does the same with numbers that stand `gap` behind these.
    fn is_followed_by(&self, next: &BoundStep<T>, gap: usize) -> bool {
        let after = |mine: &Operand<T>, other: &Operand<T>| mine.is_followed_by(other, gap);
        let runs = match (&self.run, &next.run) {
            (Run::One(f, x), Run::One(g, a)) => fn_addr_eq(*f, *g) && after(x, a),
            (Run::Two(f, x, y), Run::Two(g, a, b)) => fn_addr_eq(*f, *g) && after(x, a) && after(y, b),
            (Run::Three(f, x, y, z), Run::Three(g, a, b, c)) => {
                fn_addr_eq(*f, *g) && after(x, a) && after(y, b) && after(z, c)
            }
            (Run::Four(f, x), Run::Four(g, a)) => {
                fn_addr_eq(*f, *g) && x.iter().zip(a).all(|(mine, other)| after(mine, other))
            }
            (Run::Copy(x), Run::Copy(a)) => after(x, a),
            (Run::One(..) | Run::Two(..) | Run::Three(..) | Run::Four(..) | Run::Copy(_), _) => false,
        };
        runs && after(&self.out, &next.out)
    }
}

/// `tile` is filled from `from`: by one number, by a few in turn, or by a number of each example.
#[derive(PartialEq)]
struct Spread<T> {
    from: *const T,
    tile: *mut T,
}

#[derive(Clone, Copy)]
enum Walk {
    Flat,
    /// Each example in tiles of its own.
    Examples,
    /// So many examples in a tile.
    Groups(usize),
}

pub(super) struct FusedCode<T> {
    walk: Walk,
    alone: bool,
    grain: usize,
    /// The first example, and the one after the last.
    from: usize,
    to: usize,
    singles: Vec<Spread<T>>,
    features: Vec<Spread<T>>,
    examples: Vec<Spread<T>>,
    steps: Vec<BoundStep<T>>,
}

/// How many tiles a worker needs for this loop: its registers and a spread for each load.
pub(super) fn tiles(fused: &Fused) -> usize {
    fused.registers + fused.loads.len()
}

/// The tiles that a loop may use.
pub(super) struct Tiles<'a, T> {
    /// This worker's scratch.
    pub scratch: *mut T,
    /// Where it holds a block of a product.
    pub block: *mut T,
    /// The tile that is full of a number that never changes.
    pub fixed: &'a dyn Fn(super::Region) -> Option<*mut T>,
}

impl<T: Real> FusedCode<T> {
    /// The code for examples `from..to`. `address` gives the start of a region.
    pub fn bind(
        fused: &Fused,
        from: usize,
        to: usize,
        level: Level,
        address: &dyn Fn(super::Region) -> *mut T,
        tiles: &Tiles<'_, T>,
    ) -> FusedCode<T> {
        check(fused);
        let tile = |index: usize| tiles.scratch.wrapping_add(index * T::TILE);
        let flat = fused
            .loads
            .iter()
            .all(|load| matches!(access(fused, load.access), Access::Full | Access::Single));
        let grain = fused.grain;
        let walk = if flat {
            Walk::Flat
        } else if grain >= OWN_TILES {
            Walk::Examples
        } else {
            Walk::Groups(T::TILE / grain)
        };
        let mut code = FusedCode {
            walk,
            alone: fused.alone,
            grain,
            from,
            to,
            singles: vec![],
            features: vec![],
            examples: vec![],
            steps: vec![],
        };
        let mut loads = Vec::new();
        for (at, load) in fused.loads.iter().enumerate() {
            let start = address(load.region);
            let spread = Spread { from: start.cast_const(), tile: tile(fused.registers + at) };
            let tiled = Operand { start: spread.tile, offset: NOWHERE };
            loads.push(match (access(fused, load.access), walk) {
                (Access::Full, _) if load.region.base == Base::Block => Operand { start, offset: IN_BLOCK },
                (Access::Full, _) => Operand { start, offset: NUMBER },
                (Access::Single, _) => match (tiles.fixed)(load.region) {
                    Some(start) => Operand { start, offset: NOWHERE },
                    None => {
                        code.singles.push(spread);
                        tiled
                    }
                },
                (Access::Feature, Walk::Examples | Walk::Flat) => Operand { start, offset: FEATURE },
                (Access::Feature, Walk::Groups(_)) => {
                    code.features.push(spread);
                    tiled
                }
                (Access::Example, _) => {
                    code.examples.push(spread);
                    tiled
                }
            });
        }
        let stores: Vec<Operand<T>> =
            fused.stores.iter().map(|&region| Operand { start: address(region), offset: NUMBER }).collect();
        for step in &fused.steps {
            let input = |at: usize| match step.inputs[at] {
                Source::Load(load) => loads[load],
                Source::Register(register) => Operand { start: tile(register), offset: NOWHERE },
                Source::Stored(store) => stores[store],
            };
            let out = match step.target {
                Target::Register(register) => Operand { start: tile(register), offset: NOWHERE },
                Target::Store(store) => stores[store],
            };
            let run = match step.function {
                Function::One(map) => Run::One(T::map1(map, level), input(0)),
                Function::Two(map) => Run::Two(T::map2(map, level), input(0), input(1)),
                Function::Three(map) => Run::Three(T::map3(map, level), input(0), input(1), input(2)),
                Function::Four(map) => Run::Four(T::map4(map, level), [0, 1, 2, 3].map(input)),
                Function::Copy => Run::Copy(input(0)),
            };
            code.steps.push(BoundStep { run, out });
        }
        code
    }

    /// Takes up a loop that does the same with the numbers that stand right behind these in every region, if it is
    /// one. What lies between two regions is nobody's, so that it may be worked on as well.
    pub fn goes_on_with(&mut self, next: &FusedCode<T>) -> bool {
        let flat = matches!((self.walk, next.walk), (Walk::Flat, Walk::Flat));
        let len = self.to * self.grain;
        let gap = len.next_multiple_of(ALIGN);
        let same = flat
            && self.alone
            && next.alone
            && (self.from, next.from) == (0, 0)
            && self.singles == next.singles
            && self.steps.len() == next.steps.len()
            && self.steps.iter().zip(&next.steps).all(|(mine, other)| mine.is_followed_by(other, gap));
        if same {
            (self.grain, self.to) = (1, gap + next.to * next.grain);
        }
        same
    }

    /// # Safety
    /// The memory it was bound to is alive, and other threads keep away from what it touches.
    pub unsafe fn run(&self) {
        // SAFETY: the caller's promise.
        unsafe { self.part(self.from, self.to) };
    }

    /// Some examples of the share; a block that the loop takes up holds just these.
    ///
    /// # Safety
    /// As of [`FusedCode::run`].
    pub unsafe fn part(&self, from: usize, to: usize) {
        let grain = self.grain;
        let begin = from * grain;
        // SAFETY: `bind` was given regions of `grain * count` numbers (or fewer, by access), checked by `check`,
        // and tiles of T::TILE numbers; each walk stays inside its examples.
        unsafe {
            match self.walk {
                Walk::Flat => {
                    let (mut at, end) = (begin, to * grain);
                    self.spread_singles((end - at).min(T::TILE));
                    while at < end {
                        let len = (end - at).min(T::TILE);
                        self.tile([0, at, 0, at - begin], len);
                        at += len;
                    }
                }
                Walk::Examples => {
                    self.spread_singles(grain.min(T::TILE));
                    for example in from..to {
                        for spread in &self.examples {
                            fill(spread.tile, grain.min(T::TILE), *spread.from.add(example));
                        }
                        let mut feature = 0;
                        while feature < grain {
                            let len = (grain - feature).min(T::TILE);
                            let at = example * grain + feature;
                            self.tile([0, at, feature, at - begin], len);
                            feature += len;
                        }
                    }
                }
                Walk::Groups(each) => {
                    let most = (to - from).min(each);
                    self.spread_singles(most * grain);
                    for spread in &self.features {
                        for copy in 0..most {
                            spread.tile.add(copy * grain).copy_from_nonoverlapping(spread.from, grain);
                        }
                    }
                    let mut example = from;
                    while example < to {
                        let some = (to - example).min(each);
                        for spread in &self.examples {
                            for at in 0..some {
                                let value = *spread.from.add(example + at);
                                for feature in 0..grain {
                                    *spread.tile.add(at * grain + feature) = value;
                                }
                            }
                        }
                        let at = example * grain;
                        self.tile([0, at, 0, at - begin], some * grain);
                        example += some;
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn spread_singles(&self, len: usize) {
        for spread in &self.singles {
            // SAFETY: the load is one number, a tile has at least `len`.
            unsafe { fill(spread.tile, len, *spread.from) };
        }
    }

    #[inline(always)]
    unsafe fn tile(&self, offsets: [usize; 4], len: usize) {
        for step in &self.steps {
            // SAFETY: every operand is a tile or a region in which this tile's numbers lie.
            unsafe {
                let at = |operand: &Operand<T>| operand.start.add(offsets[operand.offset]);
                let out = at(&step.out);
                match &step.run {
                    Run::One(run, x) => run(at(x), out, len),
                    Run::Two(run, x, y) => run(at(x), at(y), out, len),
                    Run::Three(run, x, y, z) => run(at(x), at(y), at(z), out, len),
                    Run::Four(run, [x, y, z, w]) => run(at(x), at(y), at(z), at(w), out, len),
                    Run::Copy(x) => out.copy_from(at(x), len),
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn fill<T: Copy>(tile: *mut T, len: usize, value: T) {
    // SAFETY: the caller promises `len` numbers.
    unsafe { std::slice::from_raw_parts_mut(tile, len) }.fill(value);
}

/// With one number an example, an example's number is the number, and a feature is the same for all.
fn access(fused: &Fused, access: Access) -> Access {
    match access {
        Access::Example if fused.grain == 1 => Access::Full,
        Access::Feature if fused.grain == 1 => Access::Single,
        Access::Feature if fused.count == 1 => Access::Full,
        Access::Example if fused.count == 1 => Access::Single,
        Access::Full | Access::Feature | Access::Example | Access::Single => access,
    }
}

/// What `run` relies on. Only a planner that is wrong can fail here.
fn check(fused: &Fused) {
    let len = fused.grain * fused.count;
    for load in &fused.loads {
        let expected = match load.access {
            Access::Full => len,
            Access::Feature => fused.grain,
            Access::Example => fused.count,
            Access::Single => 1,
        };
        assert_eq!(load.region.len, expected, "a load of the wrong length");
    }
    assert!(fused.stores.iter().all(|store| store.len == len), "a store of the wrong length");
    let mut written: Vec<super::Region> = Vec::new();
    for step in &fused.steps {
        for input in &step.inputs {
            if let Source::Load(load) = input {
                let region = fused.loads[*load].region;
                assert!(!written.iter().any(|w| w.overlaps(region)), "a load after it was overwritten");
            }
        }
        if let Target::Store(store) = step.target {
            let region = fused.stores[store];
            // A tile may only be overwritten where no later tile needs the old numbers.
            let safe = |load: &super::instruction::Load| {
                !load.region.overlaps(region)
                    || (access(fused, load.access) == Access::Full && load.region == region)
            };
            assert!(fused.loads.iter().all(safe), "a store over numbers that are still needed");
            written.push(region);
        }
    }
}

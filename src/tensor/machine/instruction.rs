//! What a program is made of, before addresses are put in.
//!
//! `exec/` writes these; `bind.rs` turns them into code for each worker. Everything is in counts of numbers, in
//! regions of the arena or of a slot.

use crate::tensor::kernel::{Fold, Map1, Map2, Map3, Map4};
use crate::tensor::product;
use crate::tensor::random::Stream;

/// Regions, and slots that stand in a row, begin at multiples of so many numbers; nobody writes between them.
pub const ALIGN: usize = 32;

/// Whose memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// The program's own.
    Arena,
    /// The slot at this place of the program's list.
    Slot(usize),
    /// What a thread holds of a product while it works on its columns.
    Block,
}

/// Numbers in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    pub base: Base,
    pub offset: usize,
    pub len: usize,
}

impl Region {
    pub fn part(self, from: usize, len: usize) -> Region {
        assert!(from + len <= self.len, "a part of a region outside it");
        Region { base: self.base, offset: self.offset + from, len }
    }

    pub fn overlaps(self, other: Region) -> bool {
        self.base == other.base
            && self.offset < other.offset + other.len
            && other.offset < self.offset + self.len
    }
}

/// How a loop over examples and their numbers reads an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// A number for each number.
    Full,
    /// The same numbers for each example.
    Feature,
    /// One number for each example.
    Example,
    /// One number.
    Single,
}

#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub region: Region,
    pub access: Access,
}

#[derive(Clone, Copy, Debug)]
pub enum Function {
    One(&'static Map1),
    Two(&'static Map2),
    Three(&'static Map3),
    Four(&'static Map4),
    /// The input itself.
    Copy,
}

impl Function {
    pub fn name(&self) -> &'static str {
        match self {
            Function::One(map) => map.name,
            Function::Two(map) => map.name,
            Function::Three(map) => map.name,
            Function::Four(map) => map.name,
            Function::Copy => "copy",
        }
    }

    /// Whether it is the same function.
    pub fn is(self, other: Function) -> bool {
        match (self, other) {
            (Function::One(map), Function::One(other)) => std::ptr::eq(map, other),
            (Function::Two(map), Function::Two(other)) => std::ptr::eq(map, other),
            (Function::Three(map), Function::Three(other)) => std::ptr::eq(map, other),
            (Function::Four(map), Function::Four(other)) => std::ptr::eq(map, other),
            (Function::Copy, Function::Copy) => true,
            (_, _) => false,
        }
    }
}

/// What a step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Load(usize),
    /// A tile that an earlier step wrote.
    Register(usize),
    /// A store that an earlier step wrote.
    Stored(usize),
}

/// What a step writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Register(usize),
    Store(usize),
}

#[derive(Clone, Debug)]
pub struct Step {
    pub function: Function,
    pub inputs: Vec<Source>,
    pub target: Target,
}

/// A chain of elementwise work over `count` examples of `grain` numbers, a tile at a time.
#[derive(Clone, Debug)]
pub struct Fused {
    pub grain: usize,
    pub count: usize,
    pub loads: Vec<Load>,
    pub stores: Vec<Region>,
    pub steps: Vec<Step>,
    pub registers: usize,
    /// Whether what it touches number by number begins at a multiple of [`ALIGN`], and what follows up to the next is
    /// nobody's.
    pub alone: bool,
}

/// A matrix in a region, or one for each of several products `step` apart.
#[derive(Clone, Copy, Debug)]
pub struct Matrix {
    pub region: Region,
    pub rs: usize,
    pub cs: usize,
    pub step: usize,
}

/// `C = A · B` so many times; the results stand one after another, column-major.
#[derive(Clone, Debug)]
pub struct Product {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: Matrix,
    pub b: Matrix,
    pub c: Region,
    pub repeat: usize,
    pub cut: Cut,
}

/// How products are shared out among threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Several products, each whole.
    Products,
    /// One product, by so many of its columns at a time.
    Columns(usize),
    /// One product, by so many of its rows at a time: where the left side is the large one, each thread reads only its
    /// own part of it.
    Rows(usize),
}

/// A product, some columns at a time, each block of them taken up by a loop as soon as it is there: the result is
/// nowhere as a whole. Gradients of weights go into the optimizer's loop like this and touch memory once.
#[derive(Clone, Debug)]
pub struct Blocks {
    /// By columns; its result is [`Base::Block`].
    pub product: Product,
    /// Over the columns of the product as its examples.
    pub fused: Fused,
}

/// `[inner, len, outer] -> [inner, outer]`
#[derive(Clone, Debug)]
pub struct FoldWork {
    pub fold: Fold,
    pub from: Region,
    pub to: Region,
    pub inner: usize,
    pub len: usize,
    pub outer: usize,
    /// Examples among the outer ones.
    pub count: usize,
}

/// The same shape of work; the result is a position, or a rank for each number.
#[derive(Clone, Debug)]
pub struct LineWork {
    pub from: Region,
    pub to: Region,
    pub inner: usize,
    pub len: usize,
    pub outer: usize,
    pub count: usize,
}

/// Numbers copied between two layouts of the same sizes; a stride of 0 repeats.
#[derive(Clone, Debug)]
pub struct Strided {
    pub from: Region,
    pub from_offset: usize,
    pub from_strides: Vec<usize>,
    pub to: Region,
    pub to_offset: usize,
    pub to_strides: Vec<usize>,
    /// The last one is shared out.
    pub sizes: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    Uniform,
    Normal,
}

#[derive(Clone, Debug)]
pub enum Instruction {
    /// The examples of a batch, brought to where the step reads them.
    Gather(Gather),
    Fused(Fused),
    Product(Product),
    Blocks(Box<Blocks>),
    Fold(FoldWork),
    ArgMax(LineWork),
    Rank(LineWork),
    Copy(Strided),
    Fill {
        to: Region,
        value: f64,
    },
    /// Labels to columns with a one.
    OneHot {
        from: Region,
        to: Region,
        classes: usize,
    },
    Random {
        to: Region,
        name: std::sync::Arc<str>,
        draw: Draw,
    },
}

/// One input of a batch, `each` numbers an example.
#[derive(Clone, Copy, Debug)]
pub struct Gather {
    /// Which of the inputs that a [`Supply`] knows.
    pub input: usize,
    pub to: Region,
    pub each: usize,
    pub count: usize,
}

/// Where the examples of a batch come from.
pub trait Supply<T>: Sync {
    /// Writes the examples from `first` on, as many as there is room for.
    fn write(&self, input: usize, first: usize, to: &mut [T]);
}

/// For programs that gather no inputs.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl<T> Supply<T> for Nothing {
    fn write(&self, _input: usize, _first: usize, _to: &mut [T]) {}
}

/// What a run supplies to random numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunContext {
    pub seed: u64,
    pub step: u64,
}

impl RunContext {
    pub(super) fn stream(&self, name: &str) -> Stream {
        Stream::new(self.seed, name)
    }
}

/// What part of its work an instruction touches: what it reads and what it writes.
#[derive(Debug, Default)]
pub struct Touched {
    pub reads: Vec<Region>,
    pub writes: Vec<Region>,
}

impl Instruction {
    /// Into how many equal pieces the work can be cut without changing a bit.
    pub fn units(&self) -> usize {
        match self {
            Instruction::Gather(gather) => gather.count,
            Instruction::Fused(fused) => fused.count,
            Instruction::Product(product) => product.units(),
            Instruction::Blocks(blocks) => blocks.product.units(),
            Instruction::Fold(work) if work.outer == 1 => work.inner,
            Instruction::Fold(work) => work.count,
            Instruction::ArgMax(work) | Instruction::Rank(work) => work.count,
            Instruction::Copy(copy) => copy.sizes.last().copied().unwrap_or(1),
            Instruction::Fill { .. } => 1,
            Instruction::OneHot { from, .. } => from.len,
            Instruction::Random { to, .. } => to.len.div_ceil(4),
        }
    }

    /// Units that a share must have at least, so that it is computed as the whole would be. A single column of a
    /// large product would be, to faer, a product with a vector, which it sums in another order.
    pub fn least_units(&self) -> usize {
        match self {
            Instruction::Product(product) => product.least_units(),
            Instruction::Blocks(blocks) => blocks.product.least_units(),
            Instruction::Gather(_)
            | Instruction::Fused(_)
            | Instruction::Fold(_)
            | Instruction::ArgMax(_)
            | Instruction::Rank(_)
            | Instruction::Copy(_)
            | Instruction::Fill { .. }
            | Instruction::OneHot { .. }
            | Instruction::Random { .. } => 1,
        }
    }

    /// Multiplications and additions of products, counted separately.
    pub fn product_flops(&self) -> f64 {
        match self {
            Instruction::Product(product) => product.flops(),
            Instruction::Blocks(blocks) => blocks.product.flops(),
            Instruction::Gather(_)
            | Instruction::Fused(_)
            | Instruction::Fold(_)
            | Instruction::ArgMax(_)
            | Instruction::Rank(_)
            | Instruction::Copy(_)
            | Instruction::Fill { .. }
            | Instruction::OneHot { .. }
            | Instruction::Random { .. } => 0.0,
        }
    }

    /// About how many nanoseconds one thread needs.
    pub fn cost(&self) -> f64 {
        let numbers = match self {
            Instruction::Gather(gather) => gather.to.len,
            Instruction::Fused(fused) => return fused.cost(),
            Instruction::Product(product) => return product.cost(),
            Instruction::Blocks(blocks) => return blocks.product.cost() + blocks.fused.cost(),
            Instruction::Fold(work) if work.inner == 1 && work.len < 32 => work.len * work.outer * 8,
            Instruction::Fold(work) => work.inner * work.len * work.outer,
            Instruction::ArgMax(work) => work.inner * work.len * work.outer * 10,
            Instruction::Rank(work) => work.inner * work.len * work.outer * 200,
            Instruction::Copy(copy) => copy.sizes.iter().product::<usize>() * 5,
            Instruction::Fill { to, .. } => to.len,
            Instruction::OneHot { to, .. } => to.len,
            Instruction::Random { to, .. } => to.len * 100,
        };
        10.0 + numbers as f64 * 0.1
    }

    /// The regions of the units `from..to`.
    pub fn touches(&self, from: usize, to: usize) -> Touched {
        let mut touched = Touched::default();
        match self {
            Instruction::Gather(Gather { to: region, each, .. }) => {
                touched.writes.push(region.part(from * each, (to - from) * each));
            }
            Instruction::Fused(fused) => fused.touches(from, to, &mut touched),
            Instruction::Product(product) => product.touches(from, to, &mut touched),
            Instruction::Blocks(blocks) => {
                blocks.product.touches(from, to, &mut touched);
                blocks.fused.touches(from, to, &mut touched);
                touched.reads.retain(|region| region.base != Base::Block);
                touched.writes.retain(|region| region.base != Base::Block);
            }
            Instruction::Fold(work) if work.outer == 1 => {
                touched.reads.push(work.from);
                touched.writes.push(work.to.part(from, to - from));
            }
            Instruction::Fold(FoldWork { from: source, to: result, count, .. })
            | Instruction::ArgMax(LineWork { from: source, to: result, count, .. })
            | Instruction::Rank(LineWork { from: source, to: result, count, .. }) => {
                touched.reads.push(share_evenly(*source, *count, from, to));
                touched.writes.push(share_evenly(*result, *count, from, to));
            }
            Instruction::Copy(copy) => {
                touched.reads.push(span(
                    copy.from,
                    copy.from_offset,
                    &copy.from_strides,
                    &copy.sizes,
                    from,
                    to,
                ));
                touched.writes.push(span(copy.to, copy.to_offset, &copy.to_strides, &copy.sizes, from, to));
            }
            Instruction::Fill { to: region, .. } => touched.writes.push(*region),
            Instruction::OneHot { from: labels, to: result, classes } => {
                touched.reads.push(labels.part(from, to - from));
                touched.writes.push(result.part(from * classes, (to - from) * classes));
            }
            Instruction::Random { to: region, .. } => {
                let end = region.len.min(to * 4);
                touched.writes.push(region.part(from * 4, end - from * 4));
            }
        }
        touched
    }
}

impl Fused {
    fn cost(&self) -> f64 {
        let steps: f64 = self.steps.iter().map(|step| step_cost(&step.function)).sum();
        10.0 + self.grain as f64 * self.count as f64 * steps
    }

    fn touches(&self, from: usize, to: usize, touched: &mut Touched) {
        let share = |region: Region| region.part(from * self.grain, (to - from) * self.grain);
        touched.writes.extend(self.stores.iter().map(|&store| share(store)));
        touched.reads.extend(self.loads.iter().map(|load| match load.access {
            Access::Full => share(load.region),
            Access::Example => load.region.part(from, to - from),
            Access::Feature | Access::Single => load.region,
        }));
    }
}

impl Product {
    fn units(&self) -> usize {
        match self.cut {
            Cut::Products => self.repeat,
            Cut::Columns(columns) => self.n / columns.max(1),
            Cut::Rows(rows) => self.m.div_ceil(rows),
        }
    }

    fn least_units(&self) -> usize {
        let tiles = product::goes_by_tiles(self.m, self.n, self.k);
        if self.cut == Cut::Columns(1) && self.n > 1 && !tiles { 2 } else { 1 }
    }

    fn flops(&self) -> f64 {
        2.0 * self.m as f64 * self.n as f64 * self.k as f64 * self.repeat as f64
    }

    fn cost(&self) -> f64 {
        50.0 + self.flops() * 0.01
    }

    fn touches(&self, from: usize, to: usize, touched: &mut Touched) {
        touched.reads.extend([self.a.shared(self, from, to, false), self.b.shared(self, from, to, true)]);
        touched.writes.push(match self.cut {
            Cut::Products => self.c.part(from * self.m * self.n, (to - from) * self.m * self.n),
            Cut::Columns(columns) => self.c.part(from * columns * self.m, (to - from) * columns * self.m),
            // A share has a part of every column.
            Cut::Rows(_) => self.c,
        });
    }
}

fn step_cost(function: &Function) -> f64 {
    match function {
        Function::One(map)
            if matches!(map.name, "negate" | "square" | "abs" | "sqrt" | "reciprocal" | "not" | "sign") =>
        {
            0.04
        }
        Function::One(_) => 0.4,
        Function::Two(map) if map.name == "power" => 20.0,
        Function::Two(_) | Function::Three(_) | Function::Copy => 0.04,
        Function::Four(_) => 0.06,
    }
}

fn share_evenly(region: Region, count: usize, from: usize, to: usize) -> Region {
    let each = region.len / count.max(1);
    region.part(from * each, (to - from) * each)
}

/// From the first to the last number that a strided walk over the units `from..to` meets.
fn span(region: Region, offset: usize, strides: &[usize], sizes: &[usize], from: usize, to: usize) -> Region {
    let (Some((&last_stride, inner_strides)), Some((_, inner_sizes))) =
        (strides.split_last(), sizes.split_last())
    else {
        return region.part(offset, 1);
    };
    if sizes.contains(&0) || from == to {
        return region.part(0, 0);
    }
    let reach: usize = inner_strides.iter().zip(inner_sizes).map(|(stride, size)| stride * (size - 1)).sum();
    region.part(offset + from * last_stride, (to - 1 - from) * last_stride + reach + 1)
}

impl Matrix {
    /// What the units `from..to` of a product read of its left or right (`columns`) side.
    fn shared(&self, product: &Product, from: usize, to: usize, columns: bool) -> Region {
        if product.cut == Cut::Products {
            let (rows, cols) = if columns { (product.k, product.n) } else { (product.m, product.k) };
            return span(
                self.region,
                0,
                &[self.rs, self.cs, self.step],
                &[rows, cols, product.repeat],
                from,
                to,
            );
        }
        match product.cut {
            Cut::Columns(unit) if columns => {
                span(self.region, 0, &[self.rs, self.cs, self.cs * unit], &[product.k, unit, to], from, to)
            }
            Cut::Products | Cut::Columns(_) | Cut::Rows(_) => self.region,
        }
    }
}

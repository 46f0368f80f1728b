//! Products at work: a worker's share of one, and those that a loop takes up block by block.

use super::Region;
use super::fused::{FusedCode, Tiles};
use super::instruction::{Base, Blocks, Cut, Product};
use super::run::Code;
use crate::tensor::isa::Level;
use crate::tensor::product::{self, RunTiles, View};
use crate::tensor::real::Real;

/// Columns `from..to` of a product, so many at a time.
pub(super) struct BlocksCode<T> {
    /// The product as a whole; its result is where a block stands.
    view: View<T>,
    /// Our tiles, if the product goes by them.
    tiles: Option<RunTiles<T>>,
    fused: FusedCode<T>,
    from: usize,
    to: usize,
    blocks: usize,
}

/// Numbers of a block, about a quarter of a second-level cache; but a product of few columns is slow.
const BLOCK: usize = 1 << 16;
const LEAST_COLUMNS: usize = 64;

/// Columns of a block at most.
fn block_columns(product: &Product) -> usize {
    (BLOCK / product.m.max(1)).max(LEAST_COLUMNS).min(product.n)
}

/// Numbers that a worker needs for a block.
pub(super) fn block_numbers(product: &Product) -> usize {
    product.m * block_columns(product)
}

/// A product as a whole.
fn whole<T: Real>(product: &Product, address: &dyn Fn(Region) -> *mut T) -> View<T> {
    let Product { m, n, k, a, b, c, .. } = product;
    View {
        m: *m,
        n: *n,
        k: *k,
        a: address(a.region).cast_const(),
        a_rs: a.rs,
        a_cs: a.cs,
        b: address(b.region).cast_const(),
        b_rs: b.rs,
        b_cs: b.cs,
        c: address(*c),
        c_cs: *m,
    }
}

pub(super) fn bind_blocks<T: Real>(
    blocks: &Blocks,
    from: usize,
    to: usize,
    level: Level,
    address: &dyn Fn(Region) -> *mut T,
    tiles: &Tiles<'_, T>,
) -> Code<T> {
    let Product { m, n, k, c, .. } = &blocks.product;
    let block = |region: Region| match region.base {
        Base::Block => tiles.block,
        Base::Arena | Base::Slot(_) => address(region),
    };
    assert!(c.base == Base::Block && blocks.fused.grain == *m && blocks.fused.count == *n);
    assert!(!product::is_small(*m, *n, *k), "a small product has no blocks");
    let view = whole(&blocks.product, &block);
    let fused = FusedCode::bind(&blocks.fused, from, to, level, &block, tiles);
    let blocks = (to - from).div_ceil(block_columns(&blocks.product)).max(1);
    let tiles = T::product(level, &view);
    Code::Blocks(Box::new(BlocksCode { view, tiles, fused, from, to, blocks }))
}

pub(super) fn bind_product<T: Real>(
    product: &Product,
    from: usize,
    to: usize,
    level: Level,
    address: &dyn Fn(Region) -> *mut T,
) -> Code<T> {
    assert_eq!(product.c.len, product.m * product.n * product.repeat, "a product of the wrong length");
    let Product { m, n, a, b, repeat, cut, .. } = product;
    let mut view = whole(product, address);
    let way = T::product(level, &view);
    let steps = [a.step, b.step, m * n];
    let mut repeat = *repeat;
    match cut {
        Cut::Products => {
            view.a = view.a.wrapping_add(from * steps[0]);
            view.b = view.b.wrapping_add(from * steps[1]);
            view.c = view.c.wrapping_add(from * steps[2]);
            repeat = to - from;
        }
        Cut::Columns(unit) => {
            view.b = view.b.wrapping_add(from * unit * b.cs);
            view.c = view.c.wrapping_add(from * unit * m);
            view.n = (to - from) * unit;
        }
        Cut::Rows(unit) => {
            view.a = view.a.wrapping_add(from * unit * a.rs);
            view.c = view.c.wrapping_add(from * unit);
            view.m = (to * unit).min(*m) - from * unit;
        }
    }
    match way {
        Some(run) => Code::Tiles { run, view, repeat, steps },
        None => Code::Large { view, repeat, steps },
    }
}

/// Each of several products, `steps` apart.
///
/// # Safety
/// As of [`super::run::run`].
#[inline(always)]
pub(super) unsafe fn repeated<T: Copy>(
    view: &View<T>,
    repeat: usize,
    steps: &[usize; 3],
    run: impl Fn(&View<T>),
) {
    if repeat == 1 {
        return run(view);
    }
    for at in 0..repeat {
        let (a, b, c) = (at * steps[0], at * steps[1], at * steps[2]);
        run(&View {
            a: view.a.wrapping_add(a),
            b: view.b.wrapping_add(b),
            c: view.c.wrapping_add(c),
            ..*view
        });
    }
}

impl<T: Real> BlocksCode<T> {
    /// # Safety
    /// As of [`super::run::run`].
    pub unsafe fn run(&self) {
        let columns = self.to - self.from;
        for block in 0..self.blocks {
            // Even blocks: none has a single column unless the share has.
            let from = self.from + columns * block / self.blocks;
            let to = self.from + columns * (block + 1) / self.blocks;
            let b = self.view.b.wrapping_add(from * self.view.b_cs);
            let view = View { n: to - from, b, ..self.view };
            // SAFETY: `bind` checked the regions of the share; the block's memory is this worker's own.
            unsafe {
                match self.tiles {
                    Some(run) => run(&view),
                    None => product::large(&view, T::of(1.0)),
                }
                self.fused.part(from, to);
            }
        }
    }
}

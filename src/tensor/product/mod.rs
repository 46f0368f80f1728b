//! Products of matrices: number by number where they are tiny, in our own tiles of registers those of a step, faer for the
//! very large ones.
//!
//! `machine/` calls these with views into its memory. Which way is taken depends on the whole product, never on the
//! share of rows or columns a thread has, and each number is summed in the order of `k`: the bits do not depend on how
//! the product is shared out.

mod lanes;
mod large;
mod pack;
#[cfg(test)]
mod tests;
mod tiles;
mod tiny;
mod ways;

pub use large::large;
pub use ways::{f32_way, f64_way};

/// `C = A · B`, `[m, k] · [k, n]`; strides count numbers; `C` is column-major with column stride `c_cs`.
#[derive(Clone, Copy, Debug)]
pub struct View<T> {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: *const T,
    pub a_rs: usize,
    pub a_cs: usize,
    pub b: *const T,
    pub b_rs: usize,
    pub b_cs: usize,
    pub c: *mut T,
    pub c_cs: usize,
}

pub type RunTiles<T> = unsafe fn(&View<T>);

/// Multiply-adds up to which a call costs more than the work.
const SMALL: usize = 32 * 1024;

/// Multiply-adds up to which our tiles are at least as fast whatever the depth.
const MEDIUM: usize = 1 << 24;
/// Numbers a sum up to which they are, however large the product.
const SHALLOW: usize = 1024;
/// Rows and columns below which a tile is mostly empty, or packed for next to nothing.
const LEAST: (usize, usize) = (8, 4);
/// Whether a product of this size is a matter of a microsecond or less.
pub fn is_small(m: usize, n: usize, k: usize) -> bool {
    m.saturating_mul(n).saturating_mul(k) <= SMALL
}

/// Whether a product of this size is made in our tiles; [`large`] takes the others.
pub fn goes_by_tiles(m: usize, n: usize, k: usize) -> bool {
    let work = m.saturating_mul(n).saturating_mul(k);
    is_small(m, n, k) || (m >= LEAST.0 && n >= LEAST.1 && (k <= SHALLOW || work <= MEDIUM))
}

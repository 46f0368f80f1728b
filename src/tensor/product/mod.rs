//! Products of matrices: our own tiles of registers for those of a step, faer for the very large ones.
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

use super::isa::Level;
pub use large::large;

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
/// Numbers of a row from which it pays to bring the right side into order for it.
const ROW: usize = 16;

/// Whether a product of this size is a matter of a microsecond or less.
pub fn is_small(m: usize, n: usize, k: usize) -> bool {
    m.saturating_mul(n).saturating_mul(k) <= SMALL
}

/// Whether a product of this size is made in our tiles; [`large`] takes the others.
pub fn goes_by_tiles(m: usize, n: usize, k: usize) -> bool {
    let work = m.saturating_mul(n).saturating_mul(k);
    is_small(m, n, k) || (m >= LEAST.0 && n >= LEAST.1 && (k <= SHALLOW || work <= MEDIUM))
}

/// A result that is one row as one column: tiles are vectors high.
#[inline(always)]
fn upright<T>(view: &View<T>) -> View<T> {
    let &View { m, n, k, a, a_cs, b, b_rs, b_cs, c, c_cs, .. } = view;
    match m == 1 && c_cs == 1 && (b_cs == 1 || n >= ROW) {
        true => View { m: n, n: 1, k, a: b, a_rs: b_cs, a_cs: b_rs, b: a, b_rs: a_cs, b_cs: 1, c, c_cs: n },
        false => View { ..*view },
    }
}

/// The product over the vectors of one level.
macro_rules! entry {
    ($name:ident, $X:ty $(, $feature:meta)?) => {
        /// # Safety
        /// The processor has the level; the views are good and `C` overlaps neither side.
        $(#[$feature])?
        unsafe fn $name(view: &View<<$X as lanes::Lanes>::Number>) {
            // A function of its own: the other way stays short.
            $(#[$feature])?
            #[inline(never)]
            unsafe fn packed(view: &View<<$X as lanes::Lanes>::Number>) {
                // SAFETY: the caller's promise.
                unsafe { tiles::packed::<$X>(view) }
            }
            let view = upright(view);
            // SAFETY: the caller's promise.
            unsafe {
                match tiles::packs(&view) {
                    true => packed(&view),
                    false => tiles::direct::<$X>(&view),
                }
            }
        }
    };
}

entry!(f32_baseline, lanes::Plain<f32>);
entry!(f64_baseline, lanes::Plain<f64>);

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::*;
    use std::arch::x86_64::*;

    entry!(f32_avx2, __m256, target_feature(enable = "avx2,fma"));
    entry!(f64_avx2, __m256d, target_feature(enable = "avx2,fma"));
    entry!(f32_avx512, __m512, target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw"));
    entry!(f64_avx512, __m512d, target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw"));

    pub fn f32_tiles(level: Level) -> RunTiles<f32> {
        match level {
            Level::Baseline => super::f32_baseline,
            Level::Avx2 => f32_avx2,
            Level::Avx512 => f32_avx512,
        }
    }

    pub fn f64_tiles(level: Level) -> RunTiles<f64> {
        match level {
            Level::Baseline => super::f64_baseline,
            Level::Avx2 => f64_avx2,
            Level::Avx512 => f64_avx512,
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub use x86::{f32_tiles, f64_tiles};

#[cfg(not(target_arch = "x86_64"))]
pub fn f32_tiles(_level: Level) -> RunTiles<f32> {
    f32_baseline
}

#[cfg(not(target_arch = "x86_64"))]
pub fn f64_tiles(_level: Level) -> RunTiles<f64> {
    f64_baseline
}

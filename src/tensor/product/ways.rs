//! The ways to a product on each level of instructions.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::lanes;
use super::{RunTiles, View, tiles, tiny};
use crate::tensor::isa::Level;

/// Numbers of a row from which it pays to bring the right side into order for it.
const ROW: usize = 16;

/// A result that is one row as one column: tiles are vectors high.
#[inline(always)]
fn upright<T>(view: &View<T>) -> View<T> {
    let &View { m, n, k, a, a_cs, b, b_rs, b_cs, c, c_cs, .. } = view;
    match m == 1 && c_cs == 1 && (b_cs == 1 || n >= ROW) {
        true => View { m: n, n: 1, k, a: b, a_rs: b_cs, a_cs: b_rs, b: a, b_rs: a_cs, b_cs: 1, c, c_cs: n },
        false => View { ..*view },
    }
}

/// The ways to a product over the vectors of one level.
macro_rules! level {
    ($name:ident, $X:ty $(, $feature:meta)?) => {
        mod $name {
            use super::*;

            type Number = <$X as lanes::Lanes>::Number;

            /// What makes a product like this one, or a share of it.
            pub(super) fn way(view: &View<Number>) -> RunTiles<Number> {
                match (tiny::is_tiny::<$X, _>(view), view.a_rs == 1) {
                    (true, true) => tiny_columns,
                    (true, false) => tiny_numbers,
                    (false, _) => in_tiles,
                }
            }

            /// # Safety
            /// The processor has the level; the views are good and `C` overlaps neither side.
            $(#[$feature])?
            unsafe fn tiny_columns(view: &View<Number>) {
                // SAFETY: the caller's promise.
                unsafe { tiny::columns::<$X>(view) }
            }

            /// # Safety
            /// As above.
            $(#[$feature])?
            unsafe fn tiny_numbers(view: &View<Number>) {
                // SAFETY: the caller's promise.
                unsafe { tiny::numbers::<$X>(view) }
            }

            /// # Safety
            /// As above.
            $(#[$feature])?
            pub(super) unsafe fn in_tiles(view: &View<Number>) {
                let view = upright(view);
                // SAFETY: the caller's promise.
                unsafe {
                    match tiles::packs(&view) {
                        true => packed(&view),
                        false => tiles::direct::<$X>(&view),
                    }
                }
            }

            /// A function of its own: the other way stays short.
            ///
            /// # Safety
            /// As above.
            $(#[$feature])?
            #[inline(never)]
            unsafe fn packed(view: &View<Number>) {
                // SAFETY: the caller's promise.
                unsafe { tiles::packed::<$X>(view) }
            }
        }
    };
}

level!(f32_baseline, lanes::Plain<f32>);
level!(f64_baseline, lanes::Plain<f64>);

#[cfg(target_arch = "x86_64")]
level!(f32_avx2, __m256, target_feature(enable = "avx2,fma"));
#[cfg(target_arch = "x86_64")]
level!(f64_avx2, __m256d, target_feature(enable = "avx2,fma"));
#[cfg(target_arch = "x86_64")]
level!(f32_avx512, __m512, target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw"));
#[cfg(target_arch = "x86_64")]
level!(f64_avx512, __m512d, target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw"));

macro_rules! choose {
    ($way:ident, $tiles:ident, $T:ty, $baseline:ident, $avx2:ident, $avx512:ident) => {
        /// What makes a product like this one, or a share of it.
        pub fn $way(level: Level, view: &View<$T>) -> RunTiles<$T> {
            match level {
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => $avx512::way(view),
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => $avx2::way(view),
                _ => $baseline::way(view),
            }
        }

        /// What makes any product in tiles.
        #[cfg(test)]
        pub(super) fn $tiles(level: Level) -> RunTiles<$T> {
            match level {
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => $avx512::in_tiles,
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => $avx2::in_tiles,
                _ => $baseline::in_tiles,
            }
        }
    };
}

choose!(f32_way, f32_tiles, f32, f32_baseline, f32_avx2, f32_avx512);
choose!(f64_way, f64_tiles, f64, f64_baseline, f64_avx2, f64_avx512);

//! Many numbers become one: sums, largest, smallest, and where the first largest stands.
//!
//! `machine/` calls these. The order of a sum is fixed by the sizes alone: neighbouring numbers go to the lanes of
//! a vector, the lanes are joined pairwise; numbers a stride apart are added one after another.

use super::isa::Level;
use super::kernel::Fold;

/// Each of `rows` times `n` numbers in a row to one: `to[row] = fold(x[row · n .. (row + 1) · n])`.
pub type RunFold<T> = unsafe fn(x: *const T, n: usize, to: *mut T, rows: usize);

/// Each of `inner` numbers with `n - 1` others, `stride` apart: `to[i]` is `x[i]`, joined with `x[i + stride]`, and so
/// on. `n` is at least 1.
pub type RunStrided<T> = unsafe fn(x: *const T, n: usize, stride: usize, to: *mut T, inner: usize);

macro_rules! folds {
    ($T:ty, $L:literal, $choose:ident, $start:expr, $join:expr) => {
        fn $choose(level: Level) -> RunFold<$T> {
            #[inline(always)]
            unsafe fn fold(x: *const $T, n: usize) -> $T {
                // SAFETY: the caller promises n numbers behind x.
                let x = unsafe { std::slice::from_raw_parts(x, n) };
                if n < 2 * $L {
                    return x.iter().fold($start, |sum, &value| $join(sum, value));
                }
                let (chunks, rest) = x.as_chunks::<$L>();
                let mut lanes = [$start; $L];
                for chunk in chunks {
                    for (lane, &value) in lanes.iter_mut().zip(chunk) {
                        *lane = $join(*lane, value);
                    }
                }
                for (lane, &value) in lanes.iter_mut().zip(rest) {
                    *lane = $join(*lane, value);
                }
                let mut width = $L / 2;
                while width > 0 {
                    for lane in 0..width {
                        lanes[lane] = $join(lanes[lane], lanes[lane + width]);
                    }
                    width /= 2;
                }
                lanes[0]
            }
            #[inline(always)]
            unsafe fn rows(x: *const $T, n: usize, to: *mut $T, rows: usize) {
                for row in 0..rows {
                    // SAFETY: the caller promises so many rows of n numbers, and room for one of each.
                    unsafe { *to.add(row) = fold(x.add(row * n), n) };
                }
            }
            unsafe fn baseline(x: *const $T, n: usize, to: *mut $T, count: usize) {
                // SAFETY: the caller's promise.
                unsafe { rows(x, n, to, count) }
            }
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                unsafe fn avx2(x: *const $T, n: usize, to: *mut $T, count: usize) {
                    // SAFETY: the caller's promise.
                    unsafe { rows(x, n, to, count) }
                }
                #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
                unsafe fn avx512(x: *const $T, n: usize, to: *mut $T, count: usize) {
                    // SAFETY: the caller's promise.
                    unsafe { rows(x, n, to, count) }
                }
                match level {
                    Level::Baseline => baseline,
                    Level::Avx2 => avx2,
                    Level::Avx512 => avx512,
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            {
                let _ = level;
                baseline
            }
        }
    };
}

// The joins are those of `maps::{ADD, MAX, MIN}`: NaN wins.
folds!(f32, 16, sum_f32, 0.0f32, |x: f32, y: f32| x + y);
folds!(f64, 8, sum_f64, 0.0f64, |x: f64, y: f64| x + y);
folds!(f32, 16, max_f32, f32::NEG_INFINITY, |x: f32, y: f32| if x > y || x.is_nan() { x } else { y });
folds!(f64, 8, max_f64, f64::NEG_INFINITY, |x: f64, y: f64| if x > y || x.is_nan() { x } else { y });
folds!(f32, 16, min_f32, f32::INFINITY, |x: f32, y: f32| if x < y || x.is_nan() { x } else { y });
folds!(f64, 8, min_f64, f64::INFINITY, |x: f64, y: f64| if x < y || x.is_nan() { x } else { y });

pub fn f32_fold(fold: Fold, level: Level) -> RunFold<f32> {
    match fold {
        Fold::Sum => sum_f32(level),
        Fold::Max => max_f32(level),
        Fold::Min => min_f32(level),
    }
}

pub fn f64_fold(fold: Fold, level: Level) -> RunFold<f64> {
    match fold {
        Fold::Sum => sum_f64(level),
        Fold::Max => max_f64(level),
        Fold::Min => min_f64(level),
    }
}

//! Numbers a stride apart become one, such as the sum over the examples of a batch.
//!
//! A vector of neighbours goes down together and stays in a register; each number is joined with one after another.

use super::fold::RunStrided;
use super::isa::Level;
use super::kernel::Fold;
use super::loops::partial;

/// Vectors that go down side by side: each waits for its own sum only.
const SIDE_BY_SIDE: usize = 4;

/// The fold over chunks of `$L` numbers. `$load` and `$store` move a partial one.
macro_rules! columns {
    ($T:ty, $L:literal, $load:expr, $store:expr, $join:expr, $x:ident, $n:ident, $stride:ident, $to:ident, $inner:ident) => {{
        let mut at = 0;
        macro_rules! down {
            ($vectors:expr) => {
                while $inner - at >= $vectors * $L {
                    // SAFETY: the caller promises $inner numbers in each of $n places, and room for as many.
                    unsafe {
                        let mut from = $x.add(at).cast::<[[$T; $L]; $vectors]>();
                        let mut joined = from.read_unaligned();
                        for _ in 1..$n {
                            from = from.cast::<$T>().add($stride).cast();
                            let next = from.read_unaligned();
                            for (joined, next) in joined.iter_mut().zip(&next) {
                                for (joined, &next) in joined.iter_mut().zip(next) {
                                    *joined = $join(*joined, next);
                                }
                            }
                        }
                        $to.add(at).cast::<[[$T; $L]; $vectors]>().write_unaligned(joined);
                    }
                    at += $vectors * $L;
                }
            };
        }
        down!(SIDE_BY_SIDE);
        down!(1);
        let rest = $inner - at;
        if rest > 0 {
            // SAFETY: rest numbers are left in each place.
            unsafe {
                let mut from = $x.add(at);
                let mut joined: [$T; $L] = $load(from, rest);
                for _ in 1..$n {
                    from = from.add($stride);
                    let next: [$T; $L] = $load(from, rest);
                    for (joined, next) in joined.iter_mut().zip(next) {
                        *joined = $join(*joined, next);
                    }
                }
                $store($to.add(at), rest, joined);
            }
        }
    }};
}

macro_rules! strided {
    ($name:ident, $T:ty, $L:literal, $load:ident, $store:ident, $join:expr) => {
        fn $name(level: Level) -> RunStrided<$T> {
            unsafe fn baseline(x: *const $T, n: usize, stride: usize, to: *mut $T, inner: usize) {
                columns!(
                    $T,
                    $L,
                    partial::load::<$T, $L>,
                    partial::store::<$T, $L>,
                    $join,
                    x,
                    n,
                    stride,
                    to,
                    inner
                )
            }
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                unsafe fn avx2(x: *const $T, n: usize, stride: usize, to: *mut $T, inner: usize) {
                    columns!(
                        $T,
                        $L,
                        partial::load::<$T, $L>,
                        partial::store::<$T, $L>,
                        $join,
                        x,
                        n,
                        stride,
                        to,
                        inner
                    )
                }
                #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
                unsafe fn avx512(x: *const $T, n: usize, stride: usize, to: *mut $T, inner: usize) {
                    columns!(
                        $T,
                        $L,
                        partial::masked::$load,
                        partial::masked::$store,
                        $join,
                        x,
                        n,
                        stride,
                        to,
                        inner
                    )
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

// The joins are those of `fold.rs`: NaN wins.
strided!(sum_f32, f32, 16, f32_load, f32_store, |x: f32, y: f32| x + y);
strided!(sum_f64, f64, 8, f64_load, f64_store, |x: f64, y: f64| x + y);
strided!(max_f32, f32, 16, f32_load, f32_store, |x: f32, y: f32| if x > y || x.is_nan() { x } else { y });
strided!(max_f64, f64, 8, f64_load, f64_store, |x: f64, y: f64| if x > y || x.is_nan() { x } else { y });
strided!(min_f32, f32, 16, f32_load, f32_store, |x: f32, y: f32| if x < y || x.is_nan() { x } else { y });
strided!(min_f64, f64, 8, f64_load, f64_store, |x: f64, y: f64| if x < y || x.is_nan() { x } else { y });

pub fn f32_strided(fold: Fold, level: Level) -> RunStrided<f32> {
    match fold {
        Fold::Sum => sum_f32(level),
        Fold::Max => max_f32(level),
        Fold::Min => min_f32(level),
    }
}

pub fn f64_strided(fold: Fold, level: Level) -> RunStrided<f64> {
    match fold {
        Fold::Sum => sum_f64(level),
        Fold::Max => max_f64(level),
        Fold::Min => min_f64(level),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Map2, maps};
    use super::*;

    /// As many loops over pairs give the same bits, whatever stands beside a number.
    #[test]
    fn strided_folds_are_joins_one_after_another() {
        let number = |at: usize| ((at * 2_654_435_761) % 1_000_003) as f32 / 1_000_003.0 - 0.5;
        let folds: [(Fold, &Map2); 3] =
            [(Fold::Sum, &maps::ADD), (Fold::Max, &maps::MAX), (Fold::Min, &maps::MIN)];
        for (inner, n, stride) in
            [(1, 1, 1), (3, 16, 3), (15, 7, 20), (16, 2, 16), (77, 9, 77), (150, 33, 151)]
        {
            let mut x: Vec<f32> = (0..stride * n).map(number).collect();
            x[stride * (n / 2)] = f32::NAN;
            let wide: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
            for (fold, map) in folds {
                for level in Level::available() {
                    let (mut found, mut expected) = (vec![9.0f32; inner], x[..inner].to_vec());
                    let (mut found64, mut expected64) = (vec![9.0f64; inner], wide[..inner].to_vec());
                    // SAFETY: the vectors have these lengths.
                    unsafe {
                        f32_strided(fold, level)(x.as_ptr(), n, stride, found.as_mut_ptr(), inner);
                        f64_strided(fold, level)(wide.as_ptr(), n, stride, found64.as_mut_ptr(), inner);
                        for at in 1..n {
                            let y = expected.as_mut_ptr();
                            map.f32.at(level)(y, x.as_ptr().add(at * stride), y, inner);
                            let y = expected64.as_mut_ptr();
                            map.f64.at(level)(y, wide.as_ptr().add(at * stride), y, inner);
                        }
                    }
                    let bits =
                        |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(&found), bits(&expected), "{fold:?} {inner} {n} {level:?}");
                    let bits =
                        |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(&found64), bits(&expected64), "{fold:?} {inner} {n} {level:?}");
                }
            }
        }
    }
}

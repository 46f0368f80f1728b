//! How fast this processor multiplies and adds at best: what a product could reach if memory were free.
//!
//! `nn bench` compares a step with it.

use std::hint::black_box;
use std::time::Instant;

use super::isa::Level;
use super::real::Real;
use super::value::Precision;

/// Vectors of sums that don't wait for each other: more than a processor has multiply-adds on the way.
const CHAINS: usize = 10;
/// Rounds of one measurement, about 20 µs.
const ROUNDS: usize = 5_000;
/// How long the best is looked for.
const SECONDS: f64 = 0.05;

macro_rules! chains {
    ($name:ident, $T:ty, $L:literal, $fma:expr $(, $feature:meta)?) => {
        /// # Safety
        /// The processor has the instructions of this level.
        $(#[$feature])?
        pub unsafe fn $name() {
            let mut sums: [[$T; $L]; CHAINS] = std::array::from_fn(|chain| [chain as $T; $L]);
            let (factor, term) = ([black_box(0.999 as $T); $L], [black_box(0.5 as $T); $L]);
            for _ in 0..ROUNDS {
                for sum in &mut sums {
                    for lane in 0..$L {
                        sum[lane] = $fma(sum[lane], factor[lane], term[lane]);
                    }
                }
            }
            black_box(sums);
        }
    };
}

chains!(f32_baseline, f32, 4, |a: f32, b: f32, c: f32| a * b + c);
chains!(f64_baseline, f64, 2, |a: f64, b: f64, c: f64| a * b + c);
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{CHAINS, ROUNDS, black_box};

    chains!(f32_avx2, f32, 8, f32::mul_add, target_feature(enable = "avx2,fma"));
    chains!(f64_avx2, f64, 4, f64::mul_add, target_feature(enable = "avx2,fma"));
    chains!(f32_avx512, f32, 16, f32::mul_add, target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw"));
    chains!(f64_avx512, f64, 8, f64::mul_add, target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw"));
}

/// Multiplications and additions a second on one thread, in thousand millions: the best of many short measurements.
pub fn gflops<T: Real>() -> f64 {
    let (lanes, run): (usize, unsafe fn()) = match (T::PRECISION, Level::best()) {
        #[cfg(target_arch = "x86_64")]
        (Precision::F32, Level::Avx512) => (16, x86::f32_avx512),
        #[cfg(target_arch = "x86_64")]
        (Precision::F32, Level::Avx2) => (8, x86::f32_avx2),
        #[cfg(target_arch = "x86_64")]
        (Precision::F64, Level::Avx512) => (8, x86::f64_avx512),
        #[cfg(target_arch = "x86_64")]
        (Precision::F64, Level::Avx2) => (4, x86::f64_avx2),
        (Precision::F32, _) => (4, f32_baseline),
        (Precision::F64, _) => (2, f64_baseline),
    };
    let (begun, mut best) = (Instant::now(), f64::INFINITY);
    while begun.elapsed().as_secs_f64() < SECONDS {
        let start = Instant::now();
        // SAFETY: `Level::best` is what this processor has.
        unsafe { run() };
        best = best.min(start.elapsed().as_secs_f64());
    }
    2.0 * (lanes * CHAINS * ROUNDS) as f64 / best / 1e9
}

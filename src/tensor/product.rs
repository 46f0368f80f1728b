//! Products of matrices: faer for the large ones, a loop in registers for those where a call costs more than the work.
//!
//! `machine/` calls [`run`] with views into its memory. Which of the two is taken depends on the whole problem,
//! never on the share of columns a thread has, and each number of the result is summed in the order of `k`:
//! the bits do not depend on how the columns are shared out.

use faer::{Accum, MatMut, MatRef, Par};

use super::isa::Level;
use super::loops::partial;

/// Up to so many multiply-adds our own loop is faster.
const SMALL: usize = 32 * 1024;
/// Columns of a packed panel of the left side.
const PANEL: usize = 128;

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

/// A vector of rows from `i` on, and the numbers of the left side from column `k` on.
struct Strip<T> {
    a: *const T,
    a_cs: usize,
    /// Whether a whole vector may be read from each column.
    whole: bool,
    rows: usize,
    i: usize,
    k: usize,
    depth: usize,
}

pub type RunSmall<T> = unsafe fn(&View<T>);

/// Whether a product of this size goes to our own loop.
pub fn is_small(m: usize, n: usize, k: usize) -> bool {
    m.saturating_mul(n).saturating_mul(k) <= SMALL
}

/// Rows that faer is given at once: with more, what it packs of the left side leaves the second-level cache (170 GFLOP/s
/// against 200 for 2048 rows).
const ROWS: usize = 256;

/// By faer, on this thread, some rows after others. A number's bits don't depend on the rows beside it; no call has a
/// single row, which would be summed in another order.
///
/// # Safety
/// The views lie in memory that nobody writes meanwhile, and `C` overlaps neither side.
pub unsafe fn large<T: faer::traits::ComplexField + Copy>(view: &View<T>, one: T) {
    let mut row = 0;
    while row < view.m {
        let left = view.m - row;
        let m = if left <= ROWS + 1 { left } else { ROWS };
        let part = View { m, a: view.a.wrapping_add(row * view.a_rs), c: view.c.wrapping_add(row), ..*view };
        // SAFETY: rows of the view that the caller promises.
        unsafe { rows(&part, one) };
        row += m;
    }
}

/// # Safety
/// As of [`large`].
unsafe fn rows<T: faer::traits::ComplexField + Copy>(view: &View<T>, one: T) {
    let at = |stride: usize| isize::try_from(stride).unwrap_or(isize::MAX);
    // SAFETY: the caller promises the three views.
    let (a, b, c) = unsafe {
        (
            MatRef::from_raw_parts(view.a, view.m, view.k, at(view.a_rs), at(view.a_cs)),
            MatRef::from_raw_parts(view.b, view.k, view.n, at(view.b_rs), at(view.b_cs)),
            MatMut::from_raw_parts_mut(view.c, view.m, view.n, 1, at(view.c_cs)),
        )
    };
    faer::linalg::matmul::matmul(c, Accum::Replace, a, b, one, Par::Seq);
}

/// Our own loop for one precision and level: a strip of one vector of rows, eight columns at a time.
macro_rules! small {
    ($name:ident, $T:ty, $L:literal, $load:path, $store:path, $fma:expr $(, $feature:meta)?) => {
        $(#[$feature])?
        unsafe fn $name(view: &View<$T>) {
            #[inline(always)]
            unsafe fn columns<const N: usize>(
                view: &View<$T>,
                &Strip { a, a_cs, whole, rows, i, k, depth }: &Strip<$T>,
                j: usize,
            ) {
                // SAFETY: the caller keeps i, j and k inside the view and `a` good for `depth` strips.
                unsafe {
                    let mut sums = [[0.0 as $T; $L]; N];
                    if k > 0 {
                        for (q, sum) in sums.iter_mut().enumerate() {
                            *sum = $load(view.c.add(i + (j + q) * view.c_cs), rows);
                        }
                    }
                    for p in 0..depth {
                        let strip: [$T; $L] =
                            if whole { partial::whole(a.add(p * a_cs)) } else { $load(a.add(p * a_cs), rows) };
                        for (q, sum) in sums.iter_mut().enumerate() {
                            let factor = *view.b.add((k + p) * view.b_rs + (j + q) * view.b_cs);
                            for lane in 0..$L {
                                sum[lane] = $fma(strip[lane], factor, sum[lane]);
                            }
                        }
                    }
                    for (q, sum) in sums.iter().enumerate() {
                        $store(view.c.add(i + (j + q) * view.c_cs), rows, *sum);
                    }
                }
            }
            let mut packed = std::mem::MaybeUninit::<[[$T; $L]; PANEL]>::uninit();
            let buffer = packed.as_mut_ptr().cast::<$T>();
            for i in (0..view.m).step_by($L) {
                let rows = (view.m - i).min($L);
                for k in (0..view.k.max(1)).step_by(PANEL) {
                    let depth = (view.k - k).min(PANEL);
                    // SAFETY: i, k and the counts below stay inside the view; the buffer holds PANEL strips.
                    unsafe {
                        let mut a = view.a.add(i * view.a_rs + k * view.a_cs);
                        let mut a_cs = view.a_cs;
                        let mut whole = rows == $L;
                        if view.a_rs != 1 && view.m > 1 {
                            for p in 0..depth {
                                for row in 0..rows {
                                    *buffer.add(p * $L + row) = *a.add(row * view.a_rs + p * view.a_cs);
                                }
                                for row in rows..$L {
                                    *buffer.add(p * $L + row) = 0.0;
                                }
                            }
                            (a, a_cs, whole) = (buffer, $L, true);
                        }
                        let strip = Strip { a, a_cs, whole, rows, i, k, depth };
                        let mut j = 0;
                        while j + 8 <= view.n {
                            columns::<8>(view, &strip, j);
                            j += 8;
                        }
                        while j + 2 <= view.n {
                            columns::<2>(view, &strip, j);
                            j += 2;
                        }
                        if j < view.n {
                            columns::<1>(view, &strip, j);
                        }
                    }
                }
            }
        }
    };
}

small!(
    f32_baseline,
    f32,
    16,
    partial::load::<f32, 16>,
    partial::store::<f32, 16>,
    |a: f32, b: f32, c: f32| a * b + c
);
small!(f64_baseline, f64, 8, partial::load::<f64, 8>, partial::store::<f64, 8>, |a: f64, b: f64, c: f64| a
    * b
    + c);
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::*;
    use partial::masked;

    small!(
        f32_avx2,
        f32,
        16,
        partial::load::<f32, 16>,
        partial::store::<f32, 16>,
        f32::mul_add,
        target_feature(enable = "avx2,fma")
    );
    small!(
        f64_avx2,
        f64,
        8,
        partial::load::<f64, 8>,
        partial::store::<f64, 8>,
        f64::mul_add,
        target_feature(enable = "avx2,fma")
    );
    small!(
        f32_avx512,
        f32,
        16,
        masked::f32_load,
        masked::f32_store,
        f32::mul_add,
        target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")
    );
    small!(
        f64_avx512,
        f64,
        8,
        masked::f64_load,
        masked::f64_store,
        f64::mul_add,
        target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")
    );

    pub fn f32_small(level: Level) -> RunSmall<f32> {
        match level {
            Level::Baseline => super::f32_baseline,
            Level::Avx2 => f32_avx2,
            Level::Avx512 => f32_avx512,
        }
    }

    pub fn f64_small(level: Level) -> RunSmall<f64> {
        match level {
            Level::Baseline => super::f64_baseline,
            Level::Avx2 => f64_avx2,
            Level::Avx512 => f64_avx512,
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub use x86::{f32_small, f64_small};

#[cfg(not(target_arch = "x86_64"))]
pub fn f32_small(_level: Level) -> RunSmall<f32> {
    f32_baseline
}

#[cfg(not(target_arch = "x86_64"))]
pub fn f64_small(_level: Level) -> RunSmall<f64> {
    f64_baseline
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of stride and the edges of strips, panels and column blocks, against the three loops.
    #[test]
    fn small_and_large_products_agree_with_three_loops() {
        let mut seed = 1u64;
        let mut draw = || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((seed >> 40) as f64 / (1u64 << 24) as f64) - 0.5
        };
        for &(m, n, k) in &[
            (1, 1, 1),
            (4, 1, 3),
            (2, 4, 4),
            (16, 8, 16),
            (17, 9, 5),
            (3, 11, 300),
            (40, 19, 130),
            (1, 7, 9),
            (33, 1, 2),
            (5, 4, 0),
        ] {
            for transposed in 0..4 {
                let a: Vec<f64> = (0..m * k).map(|_| draw()).collect();
                let b: Vec<f64> = (0..k * n).map(|_| draw()).collect();
                let (a_rs, a_cs) = if transposed & 1 == 0 { (1, m) } else { (k, 1) };
                let (b_rs, b_cs) = if transposed & 2 == 0 { (1, k) } else { (n, 1) };
                let expected: Vec<f64> = (0..m * n)
                    .map(|at| (0..k).map(|p| a[at % m * a_rs + p * a_cs] * b[p * b_rs + at / m * b_cs]).sum())
                    .collect();
                let (a32, b32): (Vec<f32>, Vec<f32>) =
                    (a.iter().map(|&v| v as f32).collect(), b.iter().map(|&v| v as f32).collect());
                for level in Level::available() {
                    let (mut c, mut c32) = (vec![9.0; m * n], vec![9.0; m * n]);
                    let view = View {
                        m,
                        n,
                        k,
                        a: a.as_ptr(),
                        a_rs,
                        a_cs,
                        b: b.as_ptr(),
                        b_rs,
                        b_cs,
                        c: c.as_mut_ptr(),
                        c_cs: m,
                    };
                    let view32 = View {
                        m,
                        n,
                        k,
                        a: a32.as_ptr(),
                        a_rs,
                        a_cs,
                        b: b32.as_ptr(),
                        b_rs,
                        b_cs,
                        c: c32.as_mut_ptr(),
                        c_cs: m,
                    };
                    // SAFETY: the views describe the vectors above.
                    unsafe {
                        f64_small(level)(&view);
                        f32_small(level)(&view32);
                    }
                    for at in 0..m * n {
                        assert!((c[at] - expected[at]).abs() < 1e-13, "{m} {n} {k} {transposed} {level:?}");
                        assert!(
                            (f64::from(c32[at]) - expected[at]).abs() < 1e-4,
                            "{m} {n} {k} {transposed} {level:?}"
                        );
                    }
                }
                let mut c = vec![9.0; m * n];
                let view = View {
                    m,
                    n,
                    k,
                    a: a.as_ptr(),
                    a_rs,
                    a_cs,
                    b: b.as_ptr(),
                    b_rs,
                    b_cs,
                    c: c.as_mut_ptr(),
                    c_cs: m,
                };
                // SAFETY: as above.
                unsafe { large(&view, 1.0) };
                assert!(
                    c.iter().zip(&expected).all(|(c, e)| (c - e).abs() < 1e-13),
                    "{m} {n} {k} {transposed}"
                );
            }
        }
    }

    /// What the threads rely on: a number's bits do not depend on the rows and columns beside it, as long as a share
    /// has at least two of both.
    #[test]
    fn parts_of_large_products_have_the_same_bits_as_the_whole() {
        let number = |at: usize| ((at * 2_654_435_761) % 1_000_003) as f32 / 1_000_003.0 - 0.5;
        for &(m, n, k) in &[
            (128usize, 64usize, 784usize),
            (512, 128, 784),
            (100, 37, 1030),
            (10, 64, 700),
            (2, 9, 2000),
            (1, 200, 500),
            (515, 5, 700),
            (300, 150, 900),
            (259, 4, 4000),
        ] {
            let a: Vec<f32> = (0..m * k).map(number).collect();
            let b: Vec<f32> = (0..k * n).map(|at| number(at + 77)).collect();
            for (transposed_a, transposed_b) in [(false, false), (true, false), (false, true), (true, true)] {
                let (a_rs, a_cs) = if transposed_a { (k, 1) } else { (1, m) };
                let (b_rs, b_cs) = if transposed_b { (n, 1) } else { (1, k) };
                let run = |rows: &[usize], columns: &[usize]| {
                    let mut c = vec![0.0f32; m * n];
                    for (i, j) in rows.windows(2).flat_map(|i| columns.windows(2).map(move |j| (i, j))) {
                        let view = View {
                            m: i[1] - i[0],
                            n: j[1] - j[0],
                            k,
                            a: a[i[0] * a_rs..].as_ptr(),
                            a_rs,
                            a_cs,
                            b: b[j[0] * b_cs..].as_ptr(),
                            b_rs,
                            b_cs,
                            c: c[i[0] + j[0] * m..].as_mut_ptr(),
                            c_cs: m,
                        };
                        // SAFETY: the view describes a part of the vectors above.
                        unsafe { large(&view, 1.0) };
                    }
                    c
                };
                let whole = run(&[0, m], &[0, n]);
                let parts: [&[usize]; 4] = [&[0, n], &[0, n / 2, n], &[0, 2, n], &[0, n / 3, n / 2 + 1, n]];
                let cuts = parts.iter().filter(|cuts| cuts.windows(2).all(|j| j[1] >= j[0] + 2));
                for columns in cuts {
                    assert!(whole == run(&[0, m], columns), "{m} {n} {k} columns {columns:?}");
                    for row in [64, 128, 192, 256, 448].into_iter().filter(|row| row + 2 <= m) {
                        assert!(whole == run(&[0, row, m], columns), "{m} {n} {k} at {row} and {columns:?}");
                    }
                }
            }
        }
    }
}

//! Strips of the left side, column after column, zeros below the last row.
//!
//! `tiles.rs` reads a strip once for every few columns: what is far apart in memory is brought together before.

use super::lanes::Lanes;

/// How a level packs rows that stand one after another, a block at a time.
pub(super) trait Pack: Lanes {
    /// Columns of a block; its rows are those of a vector. 0 if the level has no way of its own.
    const BLOCK: usize;
    /// A block of rows `a_rs` apart to columns `width` apart.
    ///
    /// # Safety
    /// The processor has the level; there are `LEN` rows of `BLOCK` numbers and as much room.
    unsafe fn block(a: *const Self::Number, a_rs: usize, width: usize, to: *mut Self::Number);
}

/// Columns that stand as they should, brought side by side.
///
/// # Safety
/// The processor has the level of `X`; there are `rows` numbers in each of `depth` columns, and room for as many
/// vectors.
#[inline(always)]
pub(super) unsafe fn copied<X: Lanes>(
    a: *const X::Number,
    a_cs: usize,
    rows: usize,
    depth: usize,
    vectors: usize,
    to: *mut X::Number,
) {
    let last = vectors - 1;
    for p in 0..depth {
        let (from, to) = (a.wrapping_add(p * a_cs), to.wrapping_add(p * vectors * X::LEN));
        // SAFETY: the caller's promise.
        unsafe {
            for v in 0..last {
                X::load(from.wrapping_add(v * X::LEN)).store(to.wrapping_add(v * X::LEN));
            }
            let (from, to) = (from.wrapping_add(last * X::LEN), to.wrapping_add(last * X::LEN));
            X::load_part(from, rows - last * X::LEN).store(to);
        }
    }
}

/// Rows to columns.
///
/// # Safety
/// As of [`copied`], with these strides; the room is `width` numbers a column.
#[inline(always)]
pub(super) unsafe fn transposed<X: Pack>(
    a: *const X::Number,
    (a_rs, a_cs): (usize, usize),
    rows: usize,
    depth: usize,
    width: usize,
    to: *mut X::Number,
) {
    // What goes by blocks.
    let (high, deep) = match X::BLOCK > 0 && a_cs == 1 {
        true => (rows / X::LEN * X::LEN, depth / X::BLOCK.max(1) * X::BLOCK),
        false => (0, 0),
    };
    // SAFETY: the caller's promise; blocks and the rest stay inside.
    unsafe {
        let zero = X::load_part(a, 0);
        for i in (0..high).step_by(X::LEN) {
            for p in (0..deep).step_by(X::BLOCK.max(1)) {
                X::block(a.wrapping_add(i * a_rs + p), a_rs, width, to.wrapping_add(p * width + i));
            }
        }
        for p in 0..depth {
            let from = if p < deep { high } else { 0 };
            let (a, to) = (a.wrapping_add(p * a_cs), to.wrapping_add(p * width));
            if rows < width {
                zero.store(to.wrapping_add(width - X::LEN));
            }
            for row in from..rows {
                *to.wrapping_add(row) = *a.wrapping_add(row * a_rs);
            }
        }
    }
}

macro_rules! number_by_number {
    ($($X:ty),+) => {$(
        impl Pack for $X {
            const BLOCK: usize = 0;
            unsafe fn block(_a: *const Self::Number, _a_rs: usize, _width: usize, _to: *mut Self::Number) {}
        }
    )+};
}

number_by_number!(super::lanes::Plain<f32>, super::lanes::Plain<f64>);

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Pack;
    use std::arch::x86_64::*;

    /// Eight rows, four columns.
    impl Pack for __m256 {
        const BLOCK: usize = 4;

        #[inline(always)]
        unsafe fn block(a: *const f32, a_rs: usize, width: usize, to: *mut f32) {
            // SAFETY: the caller's promise.
            unsafe {
                let (a, b, c, d) = (
                    _mm256_loadu2_m128(a.wrapping_add(4 * a_rs), a),
                    _mm256_loadu2_m128(a.wrapping_add(5 * a_rs), a.wrapping_add(a_rs)),
                    _mm256_loadu2_m128(a.wrapping_add(6 * a_rs), a.wrapping_add(2 * a_rs)),
                    _mm256_loadu2_m128(a.wrapping_add(7 * a_rs), a.wrapping_add(3 * a_rs)),
                );
                let ab_low = _mm256_castps_pd(_mm256_unpacklo_ps(a, b));
                let cd_low = _mm256_castps_pd(_mm256_unpacklo_ps(c, d));
                let ab_high = _mm256_castps_pd(_mm256_unpackhi_ps(a, b));
                let cd_high = _mm256_castps_pd(_mm256_unpackhi_ps(c, d));
                let columns = [
                    _mm256_unpacklo_pd(ab_low, cd_low),
                    _mm256_unpackhi_pd(ab_low, cd_low),
                    _mm256_unpacklo_pd(ab_high, cd_high),
                    _mm256_unpackhi_pd(ab_high, cd_high),
                ];
                for (at, column) in columns.into_iter().enumerate() {
                    _mm256_storeu_ps(to.wrapping_add(at * width), _mm256_castpd_ps(column));
                }
            }
        }
    }

    /// Four rows, two columns.
    impl Pack for __m256d {
        const BLOCK: usize = 2;

        #[inline(always)]
        unsafe fn block(a: *const f64, a_rs: usize, width: usize, to: *mut f64) {
            // SAFETY: the caller's promise.
            unsafe {
                let first = _mm256_loadu2_m128d(a.wrapping_add(2 * a_rs), a);
                let second = _mm256_loadu2_m128d(a.wrapping_add(3 * a_rs), a.wrapping_add(a_rs));
                _mm256_storeu_pd(to, _mm256_unpacklo_pd(first, second));
                _mm256_storeu_pd(to.wrapping_add(width), _mm256_unpackhi_pd(first, second));
            }
        }
    }

    /// Sixteen rows, eight columns.
    impl Pack for __m512 {
        const BLOCK: usize = 8;

        #[inline(always)]
        unsafe fn block(a: *const f32, a_rs: usize, width: usize, to: *mut f32) {
            // SAFETY: the caller's promise.
            unsafe {
                let top = quarters([pair(a, a_rs, 0), pair(a, a_rs, 1), pair(a, a_rs, 2), pair(a, a_rs, 3)]);
                let bottom =
                    quarters([pair(a, a_rs, 8), pair(a, a_rs, 9), pair(a, a_rs, 10), pair(a, a_rs, 11)]);
                for column in 0..4 {
                    let (top, bottom) = (top[column], bottom[column]);
                    let near = _mm512_shuffle_f32x4::<0x88>(top, bottom);
                    let far = _mm512_shuffle_f32x4::<0xDD>(top, bottom);
                    _mm512_storeu_ps(to.wrapping_add(column * width), near);
                    _mm512_storeu_ps(to.wrapping_add((column + 4) * width), far);
                }
            }
        }
    }

    /// Rows i and i + 4 in one vector, four columns in each quarter.
    #[inline(always)]
    unsafe fn pair(a: *const f32, a_rs: usize, row: usize) -> __m512 {
        // SAFETY: the caller has the level, and promises the rows.
        unsafe {
            let low = _mm512_castps256_ps512(_mm256_loadu_ps(a.wrapping_add(row * a_rs)));
            _mm512_insertf32x8::<1>(low, _mm256_loadu_ps(a.wrapping_add((row + 4) * a_rs)))
        }
    }

    /// In each quarter of four vectors, rows to columns.
    #[inline(always)]
    unsafe fn quarters([a, b, c, d]: [__m512; 4]) -> [__m512; 4] {
        // SAFETY: the caller has the level.
        unsafe {
            let ab_low = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
            let cd_low = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
            let ab_high = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
            let cd_high = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
            [
                _mm512_castpd_ps(_mm512_unpacklo_pd(ab_low, cd_low)),
                _mm512_castpd_ps(_mm512_unpackhi_pd(ab_low, cd_low)),
                _mm512_castpd_ps(_mm512_unpacklo_pd(ab_high, cd_high)),
                _mm512_castpd_ps(_mm512_unpackhi_pd(ab_high, cd_high)),
            ]
        }
    }

    /// Rows i and i + 2 in one vector, two columns in each quarter.
    #[inline(always)]
    unsafe fn pair_f64(a: *const f64, a_rs: usize, row: usize) -> __m512d {
        // SAFETY: the caller has the level, and promises the rows.
        unsafe {
            let low = _mm512_castpd256_pd512(_mm256_loadu_pd(a.wrapping_add(row * a_rs)));
            _mm512_insertf64x4::<1>(low, _mm256_loadu_pd(a.wrapping_add((row + 2) * a_rs)))
        }
    }

    /// Eight rows, four columns.
    impl Pack for __m512d {
        const BLOCK: usize = 4;

        #[inline(always)]
        unsafe fn block(a: *const f64, a_rs: usize, width: usize, to: *mut f64) {
            // SAFETY: the caller's promise.
            unsafe {
                let (first, second) = (pair_f64(a, a_rs, 0), pair_f64(a, a_rs, 1));
                let (third, fourth) = (pair_f64(a, a_rs, 4), pair_f64(a, a_rs, 5));
                let even = [_mm512_unpacklo_pd(first, second), _mm512_unpacklo_pd(third, fourth)];
                let odd = [_mm512_unpackhi_pd(first, second), _mm512_unpackhi_pd(third, fourth)];
                for (column, [top, bottom]) in [even, odd].into_iter().enumerate() {
                    let near = _mm512_shuffle_f64x2::<0x88>(top, bottom);
                    let far = _mm512_shuffle_f64x2::<0xDD>(top, bottom);
                    _mm512_storeu_pd(to.wrapping_add(column * width), near);
                    _mm512_storeu_pd(to.wrapping_add((column + 2) * width), far);
                }
            }
        }
    }
}

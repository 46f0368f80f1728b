//! Very large products, by faer.

use faer::{Accum, MatMut, MatRef, Par};

use super::View;

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

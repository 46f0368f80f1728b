//! Products of a few numbers: they are done before a tile is chosen.
//!
//! Every number is made as a tile makes it: from zero, one multiply-add after another over `k`.

use super::View;
use super::lanes::Lanes;

/// Multiply-adds up to which this is faster than tiles.
const TINY: usize = 64;

/// Whether this is such a product, at most a vector high.
pub(super) fn is_tiny<X: Lanes, T>(view: &View<T>) -> bool {
    view.m <= X::LEN && view.m.saturating_mul(view.n).saturating_mul(view.k) <= TINY
}

/// Column after column, where the numbers of a column of A stand one after another.
///
/// # Safety
/// The processor has the level of `X`; the views are good and `C` overlaps neither side.
#[inline(always)]
pub(super) unsafe fn columns<X: Lanes>(view: &View<X::Number>) {
    let &View { m, n, k, a, a_cs, b, b_rs, b_cs, c, c_cs, .. } = view;
    for j in 0..n {
        let (mut x, mut y) = (a, b.wrapping_add(j * b_cs));
        // SAFETY: columns of A and C, and numbers of column `j` of B.
        unsafe {
            let mut sums = X::load_part(c, 0);
            for _ in 0..k {
                sums = sums.add_product(X::load_part(x, m), X::splat(*y));
                (x, y) = (x.wrapping_add(a_cs), y.wrapping_add(b_rs));
            }
            sums.store_part(c.wrapping_add(j * c_cs), m);
        }
    }
}

/// Number after number, wherever they stand.
///
/// # Safety
/// As of [`columns`].
#[inline(always)]
pub(super) unsafe fn numbers<X: Lanes>(view: &View<X::Number>) {
    let &View { m, n, k, a, a_rs, a_cs, b, b_rs, b_cs, c, c_cs } = view;
    for j in 0..n {
        let (column, to) = (b.wrapping_add(j * b_cs), c.wrapping_add(j * c_cs));
        for i in 0..m {
            let (mut x, mut y) = (a.wrapping_add(i * a_rs), column);
            // SAFETY: numbers of row `i` of A and of column `j` of B, and where they meet.
            unsafe {
                let mut sum = X::load_part(c, 0);
                for _ in 0..k {
                    sum = sum.add_product(X::load_part(x, 1), X::load_part(y, 1));
                    (x, y) = (x.wrapping_add(a_cs), y.wrapping_add(b_rs));
                }
                sum.store_part(to.wrapping_add(i), 1);
            }
        }
    }
}

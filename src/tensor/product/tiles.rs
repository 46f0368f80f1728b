//! Products in tiles of registers: a few vectors of rows times a few columns, summed over `k` one multiply-add after
//! another.
//!
//! So a number's bits depend neither on its tile nor on how rows and columns are shared out. What stands badly is
//! packed, a strip of rows at a time (`pack.rs`); the right side is read where it stands.

use std::cell::UnsafeCell;

use super::View;
use super::lanes::Lanes;
use super::pack::{Pack, copied, transposed};

/// Numbers of `k` at once: a packed strip stays in the second-level cache.
const DEPTH: usize = 256;
/// Numbers of a packed strip: four of the widest vectors.
const STRIP: usize = 64;
/// Columns from which a left side of long columns is packed before it is read again and again.
const MANY: usize = 128;
/// Numbers of such a column.
const LONG: usize = 256;

/// Where a thread packs its strip: of the wider precision, from a cache line on.
#[repr(align(64))]
struct Room(UnsafeCell<[u64; STRIP * DEPTH]>);

thread_local! {
    static ROOM: Room = const { Room(UnsafeCell::new([0; STRIP * DEPTH])) };
}

/// Some rows of the left side, some numbers of `k` deep.
struct Strip<T> {
    a: *const T,
    a_cs: usize,
    /// At most so many vectors as the tile has, the last one partial.
    rows: usize,
    /// Whether whole vectors may be read all the same.
    padded: bool,
    depth: usize,
    /// Whether the sums begin here.
    first: bool,
}

/// Whether strips of the left side are packed: rows that stand one after another always, long columns if it pays.
#[inline(always)]
pub(super) fn packs<T>(view: &View<T>) -> bool {
    match view.a_rs == 1 || view.m == 1 {
        true => view.n >= MANY && view.a_cs >= LONG,
        false => true,
    }
}

/// The product, the left side read where it stands.
///
/// # Safety
/// The processor has the level of `X`; the views are good and `C` overlaps neither side.
#[inline(always)]
pub(super) unsafe fn direct<X: Lanes + Pack>(view: &View<X::Number>) {
    // SAFETY: the caller's promise.
    unsafe { panels::<X, false>(view, std::ptr::null_mut()) }
}

/// The product, the left side packed strip by strip.
///
/// # Safety
/// As of [`direct`].
#[inline(always)]
pub(super) unsafe fn packed<X: Lanes + Pack>(view: &View<X::Number>) {
    // Not inside the closure, which would be compiled without the level's instructions.
    let room = ROOM.with(|room| room.0.get());
    // SAFETY: the caller's promise; a thread packs one strip at a time, and the room is there as long as the thread.
    unsafe { panels::<X, true>(view, room.cast()) }
}

/// # Safety
/// As of [`direct`]; the buffer holds `STRIP · DEPTH` numbers if strips are packed.
#[inline(always)]
unsafe fn panels<X: Lanes + Pack, const PACKED: bool>(view: &View<X::Number>, buffer: *mut X::Number) {
    let mut k = 0;
    loop {
        let depth = (view.k - k).min(DEPTH);
        let mut i = 0;
        while i < view.m {
            let vectors = vectors::<X>((view.m - i).div_ceil(X::LEN));
            let width = vectors * X::LEN;
            let rows = (view.m - i).min(width);
            let a = view.a.wrapping_add(i * view.a_rs + k * view.a_cs);
            let mut strip = Strip { a, a_cs: view.a_cs, rows, padded: rows == width, depth, first: k == 0 };
            // SAFETY: rows and depth stay inside the view, a strip inside the buffer.
            unsafe {
                if PACKED {
                    match view.a_rs == 1 {
                        true => copied::<X>(a, view.a_cs, rows, depth, vectors, buffer),
                        false => transposed::<X>(a, (view.a_rs, view.a_cs), rows, depth, width, buffer),
                    }
                    (strip.a, strip.a_cs, strip.padded) = (buffer, width, true);
                }
                match (vectors, X::REGISTERS >= 32) {
                    (1, _) => columns::<X, 1, 12>(view, &strip, k, i),
                    (2, false) => columns::<X, 2, 6>(view, &strip, k, i),
                    (2, true) => columns::<X, 2, 12>(view, &strip, k, i),
                    (3, _) => columns::<X, 3, 8>(view, &strip, k, i),
                    (_, _) => columns::<X, 4, 6>(view, &strip, k, i),
                }
            }
            i += rows;
        }
        k += depth;
        if k >= view.k {
            return;
        }
    }
}

/// Vectors of the next strip, of so many that are left. No tile is a single vector high if it can be helped.
#[inline(always)]
fn vectors<X: Lanes>(left: usize) -> usize {
    match (X::REGISTERS >= 32, left) {
        (true, 5) => 3,
        (true, _) => left.min(4),
        (false, _) => left.min(2),
    }
}

/// A strip times all columns, `N` at a time.
///
/// # Safety
/// As of [`direct`]; `i` and `k` are where the strip stands in the view.
#[inline(always)]
unsafe fn columns<X: Lanes, const V: usize, const N: usize>(
    view: &View<X::Number>,
    strip: &Strip<X::Number>,
    k: usize,
    i: usize,
) {
    let mut j = 0;
    macro_rules! step {
        ($n:expr) => {
            while view.n - j >= $n {
                let b = view.b.wrapping_add(k * view.b_rs + j * view.b_cs);
                let c = view.c.wrapping_add(i + j * view.c_cs);
                // SAFETY: the tile stays inside the view. The unit stride of the right side is a constant.
                unsafe {
                    match (strip.padded, view.b_rs == 1) {
                        (true, true) => tile::<X, V, { $n }, true>(strip, b, (1, view.b_cs), c, view.c_cs),
                        (true, false) => {
                            tile::<X, V, { $n }, true>(strip, b, (view.b_rs, view.b_cs), c, view.c_cs);
                        }
                        (false, _) => {
                            tile::<X, V, { $n }, false>(strip, b, (view.b_rs, view.b_cs), c, view.c_cs);
                        }
                    }
                }
                j += $n;
            }
        };
    }
    step!(N);
    if V == 1 {
        step!(8);
    }
    step!(4);
    step!(2);
    step!(1);
}

/// `V` vectors of rows times `N` columns.
///
/// # Safety
/// As of [`direct`], for the tile at these addresses.
#[inline(always)]
unsafe fn tile<X: Lanes, const V: usize, const N: usize, const PADDED: bool>(
    strip: &Strip<X::Number>,
    mut b: *const X::Number,
    (b_rs, b_cs): (usize, usize),
    c: *mut X::Number,
    c_cs: usize,
) {
    let last = strip.rows - (V - 1) * X::LEN;
    let mut a = strip.a;
    // SAFETY: every address is of the tile, of its rows of A or of its columns of B.
    unsafe {
        let mut sums = [[zero::<X>(c); V]; N];
        if !strip.first {
            for (q, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    let at = c.wrapping_add(q * c_cs + v * X::LEN);
                    *sum = if v + 1 < V { X::load(at) } else { X::load_part(at, last) };
                }
            }
        }
        for _ in 0..strip.depth {
            let mut rows = [sums[0][0]; V];
            for (v, row) in rows.iter_mut().enumerate() {
                let at = a.wrapping_add(v * X::LEN);
                *row = if PADDED || v + 1 < V { X::load(at) } else { X::load_part(at, last) };
            }
            for (q, sums) in sums.iter_mut().enumerate() {
                let factor = X::splat(*b.wrapping_add(q * b_cs));
                for (sum, row) in sums.iter_mut().zip(rows) {
                    *sum = sum.add_product(row, factor);
                }
            }
            a = a.wrapping_add(strip.a_cs);
            b = b.wrapping_add(b_rs);
        }
        for (q, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                let at = c.wrapping_add(q * c_cs + v * X::LEN);
                if v + 1 < V {
                    sum.store(at);
                } else {
                    sum.store_part(at, last);
                }
            }
        }
    }
}

/// A vector of zeros.
#[inline(always)]
unsafe fn zero<X: Lanes>(anywhere: *const X::Number) -> X {
    // SAFETY: no number is read.
    unsafe { X::load_part(anywhere, 0) }
}

//! Interval arithmetic for the `range` part of operators: of real numbers, without rounding.

use crate::graph::Range;

/// Numbers from 0 up.
pub(super) const NOT_NEGATIVE: Range = Range::closed(0.0, f64::INFINITY);
pub(super) const ZERO_TO_ONE: Range = Range::closed(0.0, 1.0);

/// Through a function that never falls. An end where the function is not defined stands for the whole line.
pub(super) fn rising(f: fn(f64) -> f64, x: Range) -> Range {
    let (lo, hi) = (f(x.lo), f(x.hi));
    Range {
        lo: if lo.is_nan() { f64::NEG_INFINITY } else { lo },
        hi: if hi.is_nan() { f64::INFINITY } else { hi },
        lo_open: x.lo_open && !lo.is_nan(),
        hi_open: x.hi_open && !hi.is_nan(),
    }
}

/// Through a function of steps, which reaches the value at an end before the end.
pub(super) fn stepping(f: fn(f64) -> f64, x: Range) -> Range {
    Range { lo_open: false, hi_open: false, ..rising(f, x) }
}

pub(super) fn negate(x: Range) -> Range {
    Range { lo: -x.hi, hi: -x.lo, lo_open: x.hi_open, hi_open: x.lo_open }
}

pub(super) fn add(a: Range, b: Range) -> Range {
    Range {
        lo: a.lo + b.lo,
        hi: a.hi + b.hi,
        lo_open: a.lo_open || b.lo_open,
        hi_open: a.hi_open || b.hi_open,
    }
    .without_nan()
}

pub(super) fn multiply(a: Range, b: Range) -> Range {
    let ends = [(a.lo, b.lo), (a.lo, b.hi), (a.hi, b.lo), (a.hi, b.hi)];
    // 0 times an infinite end is 0: the end itself is never reached.
    let products = ends.map(|(x, y)| if x == 0.0 || y == 0.0 { 0.0 } else { x * y });
    let lo = products.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = products.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Only the product of two numbers that cannot be 0 keeps 0 out.
    let positive = above_zero(a) && above_zero(b);
    Range { lo, hi, lo_open: positive && lo == 0.0, hi_open: false }.without_nan()
}

pub(super) fn reciprocal(x: Range) -> Range {
    if x.lo > 0.0 || (x.lo == 0.0 && x.lo_open) {
        let hi = if x.lo == 0.0 { f64::INFINITY } else { 1.0 / x.lo };
        return Range { lo: 1.0 / x.hi, hi, lo_open: x.hi.is_infinite() || x.hi_open, hi_open: x.lo_open };
    }
    Range::ANY
}

pub(super) fn above_zero(x: Range) -> bool {
    x.lo > 0.0 || (x.lo == 0.0 && x.lo_open)
}

pub(super) fn absolute(x: Range) -> Range {
    if x.lo >= 0.0 {
        return x;
    }
    if x.hi <= 0.0 {
        return negate(x);
    }
    Range::closed(0.0, x.hi.max(-x.lo))
}

/// The smallest interval that holds both.
pub(super) fn union(a: Range, b: Range) -> Range {
    Range {
        lo: a.lo.min(b.lo),
        hi: a.hi.max(b.hi),
        lo_open: a.lo != b.lo && (if a.lo < b.lo { a.lo_open } else { b.lo_open })
            || (a.lo_open && b.lo_open),
        hi_open: a.hi != b.hi && (if a.hi > b.hi { a.hi_open } else { b.hi_open })
            || (a.hi_open && b.hi_open),
    }
}

/// Sums of any number of values keep only their sign.
pub(super) fn many(x: Range) -> Range {
    Range {
        lo: if x.lo >= 0.0 { 0.0 } else { f64::NEG_INFINITY },
        hi: if x.hi <= 0.0 { 0.0 } else { f64::INFINITY },
        lo_open: above_zero(x),
        hi_open: above_zero(negate(x)),
    }
}

impl Range {
    fn without_nan(self) -> Range {
        if self.lo.is_nan() || self.hi.is_nan() { Range::ANY } else { self }
    }
}

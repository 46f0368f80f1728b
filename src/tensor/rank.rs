//! The rank of each number among others: 1 for the smallest, the mean of their places for those that are equal.

use std::cmp::Ordering;

/// Writes the rank of each of `len` numbers. `order` is memory to work in. A NaN has no rank, and takes the last places.
pub fn ranks(
    len: usize,
    order: &mut Vec<usize>,
    number: impl Fn(usize) -> f64,
    mut write: impl FnMut(usize, f64),
) {
    order.clear();
    order.extend(0..len);
    order.sort_unstable_by(|&a, &b| ascending(number(a), number(b)).then(a.cmp(&b)));
    let mut first = 0;
    while let Some(&at) = order.get(first) {
        let value = number(at);
        let equal = order.iter().skip(first).take_while(|&&other| number(other) == value).count().max(1);
        // The places are counted from 1: the mean of first + 1, ..., first + equal.
        let rank = if value.is_nan() { f64::NAN } else { first as f64 + (equal as f64 + 1.0) / 2.0 };
        order.iter().skip(first).take(equal).for_each(|&at| write(at, rank));
        first += equal;
    }
}

fn ascending(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

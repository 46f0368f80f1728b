//! Numbers of examples that are far from those of the others: asked for when a training has gone wrong.

use super::field::{Field, Storage};

/// Examples that are looked at for what is usual.
const MOST_SAMPLED: usize = 1000;
/// Numbers that are looked at for it.
const MOST_NUMBERS: usize = 1 << 22;
/// Fewer examples than this have nothing usual.
const LEAST_SAMPLED: usize = 4;
/// This many times the width of what is usual is far.
const FAR: f64 = 100.0;

/// A number far from those of the other examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Far {
    /// The example in its part.
    pub example: u32,
    /// Which number of the example, as it is stored.
    pub at: usize,
    pub value: f64,
    /// Between these are most of the others.
    pub usual: (f64, f64),
}

/// The number that is farthest from the others of its kind, among some examples, if it is far.
pub fn farthest(field: &Field, examples: &[u32]) -> Option<Far> {
    let (stride, n) = (field.stride(), field.n_examples());
    let sampled = MOST_SAMPLED.min(MOST_NUMBERS.checked_div(stride)?).min(n);
    if sampled < LEAST_SAMPLED || matches!(field.storage, Storage::Labels(_)) {
        return None;
    }
    let sample: Vec<u32> = (0..sampled).map(|at| (at as u64 * n as u64 / sampled as u64) as u32).collect();
    let sample = gathered(field, &sample);
    let usual: Vec<(f64, f64)> = (0..stride).map(|at| middle(&sample, at, stride)).collect();
    let mut found: Option<(f64, Far)> = None;
    for &example in examples {
        for (at, (&value, &usual)) in gathered(field, &[example]).iter().zip(&usual).enumerate() {
            let distance = distance(value, usual);
            if distance > FAR && found.is_none_or(|(most, _)| distance > most) {
                found = Some((distance, Far { example, at, value, usual }));
            }
        }
    }
    found.map(|(_, far)| far)
}

fn gathered(field: &Field, examples: &[u32]) -> Vec<f64> {
    let mut values = vec![0.0; field.stride() * examples.len()];
    field.gather_into(examples, &mut values);
    values
}

/// Between which numbers four fifths of the sample are.
fn middle(sample: &[f64], at: usize, stride: usize) -> (f64, f64) {
    let mut values: Vec<f64> = sample.iter().skip(at).step_by(stride.max(1)).copied().collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let value = |at: usize| values.get(at).copied().unwrap_or(0.0);
    (value(last.div_ceil(10)), value(last - last.div_ceil(10)))
}

/// How far out a number is, in widths of what is usual.
fn distance(value: f64, (least, most): (f64, f64)) -> f64 {
    let width = match most - least {
        0.0 => most.abs().max(1.0),
        width => width,
    };
    (value - most).max(least - value).max(0.0) / width
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(values: &[f64]) -> Field {
        Field { shape: vec![2], storage: Storage::F64(values.to_vec()) }
    }

    #[test]
    fn one_number_among_others_is_far() {
        let field = field(&[1.0, 0.1, 2.0, 0.3, 3.0, 1e30, 1.5, 0.2]);
        let far = farthest(&field, &[0, 1, 2, 3]).expect("one is far");
        assert_eq!((far.example, far.at, far.value, far.usual), (2, 1, 1e30, (0.2, 0.3)));
        assert_eq!(farthest(&field, &[0, 1, 3]), None);
    }

    #[test]
    fn numbers_that_spread_are_not_far() {
        assert_eq!(farthest(&field(&[0.0, 5.0, 1.0, 5.0, 2.0, 5.0, 90.0, 5.0]), &[0, 1, 2, 3]), None);
    }
}

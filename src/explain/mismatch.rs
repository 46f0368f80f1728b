//! How a value differs from what it should be: by a factor, turned, summed too much, or in one entry.

use crate::tensor::Tensor;

/// Relative to the largest entry.
const ALLOWED: f64 = 1e-9;

/// A difference in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    pub headline: String,
    pub notes: Vec<String>,
    /// The first entry that differs, if the shapes agree.
    entry: Option<String>,
}

/// `None` if the two are equal up to rounding. `batches` are numbers of examples that a factor may come from.
pub fn mismatch(mine: &Tensor, right: &Tensor, batches: &[usize]) -> Option<Mismatch> {
    let (own, exact) = (mine.data.to_f64(), right.data.to_f64());
    if mine.shape == right.shape && close(&own, &exact) {
        return None;
    }
    if let (Some(count), None) = (mine.examples, right.examples)
        && mine.shape == right.shape
    {
        return Some(one_for_each(&own, &exact, count));
    }
    if mine.shape != right.shape {
        return Some(other_shape(mine, right, &own, &exact));
    }
    let at = first_difference(&own, &exact);
    let (a, b) = (own.get(at).copied().unwrap_or(f64::NAN), exact.get(at).copied().unwrap_or(f64::NAN));
    let entry = format!("first at {}: it is {b}, this gives {a}", where_is(&right.shape, at));
    if let Some(factor) = constant_factor(&own, &exact) {
        return Some(Mismatch {
            headline: format!("it differs by {}", factor_text(factor, batches)),
            notes: vec![entry.clone()],
            entry: Some(entry),
        });
    }
    if close(&turned(&exact, &right.shape), &own) {
        return Some(Mismatch {
            headline: "it is the transposed one".to_string(),
            notes: vec![entry.clone()],
            entry: Some(entry),
        });
    }
    Some(Mismatch { headline: format!("it differs {entry}"), notes: Vec::new(), entry: Some(entry) })
}

/// A gradient for each example in place of one for all.
fn one_for_each(own: &[f64], exact: &[f64], count: usize) -> Mismatch {
    let width = exact.len();
    let sums: Vec<f64> = (0..width).map(|at| own.iter().skip(at).step_by(width.max(1)).sum()).collect();
    let means: Vec<f64> = sums.iter().map(|sum| sum / count as f64).collect();
    let how = if close(&means, exact) {
        "its `batch_mean` is the gradient"
    } else if close(&sums, exact) {
        "its `batch_sum` is the gradient"
    } else {
        "a gradient is one for all examples"
    };
    Mismatch {
        headline: format!("it still runs over the batch of {count}: {how}"),
        notes: Vec::new(),
        entry: None,
    }
}

/// What several comparisons say together; the first that is not nothing decides. A factor that is not the same each
/// time is none.
pub fn together(found: Vec<Option<Mismatch>>) -> Option<Mismatch> {
    let all: Vec<Mismatch> = found.iter().flatten().cloned().collect();
    let first = all.first()?.clone();
    let agree = all.len() == found.len() && all.iter().all(|other| other.headline == first.headline);
    match first.entry.clone().filter(|_| !agree) {
        Some(entry) => {
            Some(Mismatch { headline: format!("it differs {entry}"), notes: Vec::new(), entry: None })
        }
        None => Some(first),
    }
}

fn other_shape(mine: &Tensor, right: &Tensor, own: &[f64], exact: &[f64]) -> Mismatch {
    let text =
        |shape: &[usize]| format!("[{}]", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "));
    let shapes = format!("expected `{}`, found `{}`", text(&right.shape), text(&mine.shape));
    let mut reversed = right.shape.clone();
    reversed.reverse();
    if reversed == mine.shape && close(&turned(exact, &right.shape), own) {
        return Mismatch {
            headline: format!("{shapes}, the transposed one"),
            notes: Vec::new(),
            entry: None,
        };
    }
    let sums = [
        (sums_along(exact, &right.shape, 0), "summed over the rows"),
        (sums_along(exact, &right.shape, 1), "summed over the columns"),
        (vec![exact.iter().sum()], "summed over everything"),
    ];
    let unsummed = [
        (sums_along(own, &mine.shape, 0), "to be summed over the rows"),
        (sums_along(own, &mine.shape, 1), "to be summed over the columns"),
        (vec![own.iter().sum()], "to be summed over everything"),
    ];
    let found = sums.iter().find(|(sum, _)| close(sum, own));
    let missing = unsummed.iter().find(|(sum, _)| close(sum, exact));
    let headline = match (found, missing) {
        (Some((_, how)), _) => format!("{shapes}: it is {how}"),
        (None, Some((_, how))) => format!("{shapes}: it is still {how}"),
        (None, None) => shapes,
    };
    Mismatch { headline, notes: Vec::new(), entry: None }
}

fn close(a: &[f64], b: &[f64]) -> bool {
    let scale = b.iter().fold(1e-300f64, |most, x| most.max(x.abs()));
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| (x - y).abs() <= ALLOWED * scale)
}

fn first_difference(a: &[f64], b: &[f64]) -> usize {
    let scale = b.iter().fold(1e-300f64, |most, x| most.max(x.abs()));
    a.iter().zip(b).position(|(x, y)| (x - y).abs() > ALLOWED * scale || x.is_nan()).unwrap_or(0)
}

/// The number that all of `b` times gives `a`.
fn constant_factor(a: &[f64], b: &[f64]) -> Option<f64> {
    let largest = b.iter().enumerate().max_by(|x, y| x.1.abs().total_cmp(&y.1.abs())).map(|(at, _)| at)?;
    let factor = a.get(largest)? / b.get(largest)?;
    let scaled: Vec<f64> = b.iter().map(|x| x * factor).collect();
    (factor.is_finite() && factor != 0.0 && close(a, &scaled)).then_some(factor)
}

fn factor_text(factor: f64, batches: &[usize]) -> String {
    let is = |wanted: f64| (factor / wanted - 1.0).abs() < 1e-9;
    if is(-1.0) {
        return "its sign".to_string();
    }
    if let Some(count) = batches.iter().find(|count| **count > 1 && is(**count as f64)) {
        return format!("the factor B = {count}: the mean over the batch is missing");
    }
    if let Some(count) = batches.iter().find(|count| **count > 1 && is(1.0 / **count as f64)) {
        return format!("the factor 1/B = 1/{count}: the mean over the batch is taken twice");
    }
    if let Some(n) = (2..=64).find(|n| is(1.0 / f64::from(*n))) {
        return format!("the factor 1/{n}");
    }
    format!("the factor {}", (factor * 1e9).round() / 1e9)
}

/// The numbers of the transposed matrix.
fn turned(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let &[rows, columns] = shape else { return values.to_vec() };
    (0..rows).flat_map(|i| (0..columns).filter_map(move |j| values.get(i + j * rows).copied())).collect()
}

fn sums_along(values: &[f64], shape: &[usize], axis: usize) -> Vec<f64> {
    let &[rows, columns] = shape else { return Vec::new() };
    let at = |i: usize, j: usize| values.get(i + j * rows).copied().unwrap_or(0.0);
    match axis {
        0 => (0..columns).map(|j| (0..rows).map(|i| at(i, j)).sum()).collect(),
        _ => (0..rows).map(|i| (0..columns).map(|j| at(i, j)).sum()).collect(),
    }
}

/// `[1, 2]`: the place of a number in the order of storage.
pub fn place(shape: &[usize], at: usize) -> String {
    match shape {
        [] => String::new(),
        [rows, _] if *rows > 0 => format!("[{}, {}]", at % rows, at / rows),
        _ => format!("[{at}]"),
    }
}

fn where_is(shape: &[usize], at: usize) -> String {
    let place = place(shape, at);
    if place.is_empty() { "the number".to_string() } else { place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Buffer;

    fn tensor(shape: &[usize], values: &[f64]) -> Tensor {
        Tensor { shape: shape.to_vec(), examples: None, data: Buffer::F64(values.to_vec()) }
    }

    #[test]
    fn what_is_not_summed_is_told() {
        let right = tensor(&[2], &[3.0, 7.0]);
        let told = |mine: Tensor| mismatch(&mine, &right, &[]).map(|found| found.headline).unwrap();
        assert!(told(tensor(&[2, 2], &[1.0, 4.0, 2.0, 3.0])).contains("still to be summed over the columns"));
        let each = Tensor { examples: Some(2), ..tensor(&[2], &[1.0, 4.0, 2.0, 3.0]) };
        assert!(told(each.clone()).contains("its `batch_sum` is the gradient"));
        let doubled = Tensor { data: Buffer::F64(vec![2.0, 8.0, 4.0, 6.0]), ..each };
        assert!(told(doubled).contains("its `batch_mean` is the gradient"));
    }

    #[test]
    fn a_factor_must_hold_each_time() {
        let right = tensor(&[2], &[1.0, 2.0]);
        let twice = mismatch(&tensor(&[2], &[2.0, 4.0]), &right, &[]);
        let thrice = mismatch(&tensor(&[2], &[3.0, 6.0]), &right, &[]);
        assert_eq!(together(vec![None, None]), None);
        assert_eq!(together(vec![twice.clone(), twice.clone()]), twice);
        let mixed = together(vec![twice.clone(), thrice]).expect("a difference");
        assert!(mixed.headline.contains("first at [0]"), "{}", mixed.headline);
        let sometimes = together(vec![None, twice]).expect("a difference");
        assert!(sometimes.headline.contains("first at [0]"), "{}", sometimes.headline);
    }

    #[test]
    fn differences_are_told_apart() {
        let right = tensor(&[2, 2], &[1.0, 2.0, 3.0, 5.0]);
        let told = |mine: Tensor| mismatch(&mine, &right, &[8]).map(|found| found.headline);
        assert_eq!(told(right.clone()), None);
        assert_eq!(told(tensor(&[2, 2], &[2.0, 4.0, 6.0, 10.0])).unwrap(), "it differs by the factor 2");
        assert!(told(tensor(&[2, 2], &[8.0, 16.0, 24.0, 40.0])).unwrap().contains("the mean over the batch"));
        assert_eq!(told(tensor(&[2, 2], &[1.0, 3.0, 2.0, 5.0])).unwrap(), "it is the transposed one");
        assert!(told(tensor(&[2], &[3.0, 8.0])).unwrap().contains("summed over the rows"));
        assert!(told(tensor(&[2, 2, 2], &[0.0; 8])).unwrap().contains("expected `[2, 2]`"));
        assert!(told(tensor(&[2, 2], &[1.0, 2.0, 3.5, 5.0])).unwrap().contains("first at [0, 1]"));
    }
}

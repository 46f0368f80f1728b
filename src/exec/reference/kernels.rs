//! Each class of work, said plainly.

use super::Value;
use crate::tensor::{Axis, Fold, Kernel, maps};

/// The numbers of a node: `frame` has its shape and examples. `None` is the largest or smallest of nothing.
pub(super) fn run(kernel: &Kernel, inputs: &[&Value], frame: &Value) -> Option<Vec<f64>> {
    match (kernel, inputs) {
        (Kernel::BatchReduce(fold), [x]) => batch_reduce(*fold, x),
        (Kernel::Rank { axis: None }, [x]) => Some(batch_ranked(x)),
        (Kernel::MatMulSum, [a, b]) => Some(matmul_sum(a, b)),
        (_, _) => {
            let mut data = Vec::with_capacity(frame.len());
            for at in 0..frame.examples.unwrap_or(1) {
                let parts: Vec<Part> = inputs
                    .iter()
                    .map(|value| Part { shape: &value.shape, data: value.example(at) })
                    .collect();
                data.extend(one_example(kernel, &parts, &frame.shape)?);
            }
            Some(data)
        }
    }
}

/// One example of a value.
#[derive(Clone, Copy)]
struct Part<'v> {
    shape: &'v [usize],
    data: &'v [f64],
}

impl Part<'_> {
    /// The number at an element of the result: a number goes with every element.
    fn at(&self, at: usize) -> f64 {
        if self.shape.is_empty() { self.data[0] } else { self.data[at] }
    }

    /// Rows and columns; a vector is a column.
    fn matrix(&self) -> (usize, usize) {
        (self.shape.first().copied().unwrap_or(1), self.shape.get(1).copied().unwrap_or(1))
    }
}

fn one_example(kernel: &Kernel, inputs: &[Part<'_>], shape: &[usize]) -> Option<Vec<f64>> {
    let len = shape.iter().product();
    let data = match (kernel, inputs) {
        (Kernel::Map1(map), [x]) => x.data.iter().map(|&x| (map.reference)(x)).collect(),
        (Kernel::Map2(map), [a, b]) => (0..len).map(|at| (map.reference)(a.at(at), b.at(at))).collect(),
        (Kernel::Map3(map), [a, b, c]) => {
            (0..len).map(|at| (map.reference)(a.at(at), b.at(at), c.at(at))).collect()
        }
        (Kernel::Reduce { fold, axis }, [x]) => {
            lines(x, *axis).map(|line| reduce(*fold, line)).collect::<Option<_>>()?
        }
        (Kernel::ArgMax { axis }, [x]) => lines(x, *axis).map(position_of_largest).collect::<Option<_>>()?,
        (Kernel::Rank { axis: Some(axis) }, [x]) => ranked(x, *axis),
        (Kernel::Expand, [x]) => (0..len).map(|at| x.at(at)).collect(),
        (Kernel::Repeat { axis }, [x]) => {
            let before: usize = shape.iter().take(*axis).product();
            let times = shape.get(*axis).copied().unwrap_or(1);
            (0..len).map(|at| x.data[at % before + at / (before * times) * before]).collect()
        }
        (Kernel::MatMul, [a, b]) => matmul(a, b),
        (Kernel::Transpose, [x]) => reverse_axes(x),
        (Kernel::Reshape | Kernel::Identity, [x]) => x.data.to_vec(),
        (Kernel::Slice { axis, from, drop, .. }, [x]) => {
            let inner: usize = x.shape.iter().take(*axis).product();
            let (old, new) = (x.shape[*axis], if *drop { 1 } else { shape[*axis] });
            (0..len).map(|at| x.data[moved(at, inner, new, old, *from)]).collect()
        }
        (Kernel::Pad { axis, before, grow, .. }, [x]) => {
            let inner: usize = x.shape.iter().take(*axis).product();
            let (old, new) = (if *grow { 1 } else { x.shape[*axis] }, shape[*axis]);
            let mut padded = vec![0.0; len];
            for (at, &number) in x.data.iter().enumerate() {
                padded[moved(at, inner, old, new, *before)] = number;
            }
            padded
        }
        (Kernel::Concat { axis }, parts) => {
            let inner: usize = shape.iter().take(*axis).product();
            let mut joined = vec![0.0; len];
            let mut start = 0;
            for part in parts {
                for (at, &number) in part.data.iter().enumerate() {
                    joined[moved(at, inner, part.shape[*axis], shape[*axis], start)] = number;
                }
                start += part.shape[*axis];
            }
            joined
        }
        (Kernel::Stack, parts) => (0..len).map(|at| parts[at % parts.len()].data[at / parts.len()]).collect(),
        (Kernel::OneHot { classes }, [k]) => {
            (0..*classes).map(|class| f64::from(k.data[0] == class as f64)).collect()
        }
        (Kernel::Iota, []) => (0..len).map(|at| at as f64).collect(),
        (Kernel::Eye, []) => {
            let n = shape.first().copied().unwrap_or(0);
            (0..len).map(|at| f64::from(at % n == at / n)).collect()
        }
        (kernel, inputs) => unreachable!("{kernel:?} does not have {} inputs", inputs.len()),
    };
    Some(data)
}

/// Where an element goes when an axis of `old` positions becomes one of `new`, shifted by `start`.
fn moved(at: usize, inner: usize, old: usize, new: usize, start: usize) -> usize {
    let (low, along, high) = (at % inner, at / inner % old, at / inner / old);
    low + inner * (along + start + new * high)
}

/// The lines of numbers that a reduction takes to one number each, in the order of the result.
fn lines<'v>(x: &Part<'v>, axis: Axis) -> Box<dyn Iterator<Item = Vec<f64>> + 'v> {
    let data = x.data;
    match axis {
        Axis::All => Box::new(std::iter::once(data.to_vec())),
        Axis::Only(axis) => {
            let inner: usize = x.shape.iter().take(axis).product();
            let outer: usize = x.shape.iter().skip(axis + 1).product();
            let along = x.shape.get(axis).copied().unwrap_or(1);
            Box::new((0..inner * outer).map(move |at| {
                (0..along).map(|i| data[at % inner + inner * (i + along * (at / inner))]).collect()
            }))
        }
    }
}

fn reduce(fold: Fold, line: Vec<f64>) -> Option<f64> {
    match fold {
        Fold::Sum => Some(line.into_iter().sum()),
        Fold::Max => line.into_iter().reduce(maps::MAX.reference),
        Fold::Min => line.into_iter().reduce(maps::MIN.reference),
    }
}

/// The rank of one of the numbers, by counting.
fn rank_of(number: f64, all: &[f64]) -> f64 {
    let below = all.iter().filter(|&&other| other < number).count() as f64;
    let equal = all.iter().filter(|&&other| other == number).count() as f64;
    if number.is_nan() { f64::NAN } else { below + (equal + 1.0) / 2.0 }
}

fn ranked(x: &Part<'_>, axis: Axis) -> Vec<f64> {
    let (inner, along) = match axis {
        Axis::All => (1, x.data.len()),
        Axis::Only(axis) => (x.shape.iter().take(axis).product(), x.shape.get(axis).copied().unwrap_or(1)),
    };
    let lines: Vec<Vec<f64>> = lines(x, axis).collect();
    let line = |at: usize| at % inner + at / (inner * along).max(1) * inner;
    x.data.iter().enumerate().map(|(at, &number)| rank_of(number, &lines[line(at)])).collect()
}

fn batch_ranked(x: &Value) -> Vec<f64> {
    let examples = x.examples.unwrap_or(1);
    let at = |place: usize| (0..examples).map(move |e| x.example(e)[place]).collect::<Vec<f64>>();
    let numbers: Vec<Vec<f64>> = (0..x.one()).map(at).collect();
    (0..examples)
        .flat_map(|e| x.example(e).iter().zip(&numbers).map(|(&number, all)| rank_of(number, all)))
        .collect()
}

/// The first largest; a value that is no number counts as larger than all.
fn position_of_largest(line: Vec<f64>) -> Option<f64> {
    let mut best = 0;
    for (at, &number) in line.iter().enumerate() {
        let largest = line[best];
        if !largest.is_nan() && (number > largest || number.is_nan()) {
            best = at;
        }
    }
    (!line.is_empty()).then_some(best as f64)
}

fn matmul(a: &Part<'_>, b: &Part<'_>) -> Vec<f64> {
    // A vector on the left is a row in a dot product and a column in an outer product.
    let (n, m) = match (a.shape.len(), b.shape.len()) {
        (1, 1) => (1, a.data.len()),
        (_, _) => a.matrix(),
    };
    let (_, k) = b.matrix();
    let mut product = vec![0.0; n * k];
    for column in 0..k {
        for inner in 0..m {
            for row in 0..n {
                product[row + n * column] += a.data[row + n * inner] * b.data[inner + m * column];
            }
        }
    }
    product
}

/// Element `[i, j, ...]` becomes element `[..., j, i]`.
fn reverse_axes(x: &Part<'_>) -> Vec<f64> {
    let mut numbers = vec![0.0; x.data.len()];
    for (at, &number) in x.data.iter().enumerate() {
        let mut rest = at;
        let mut place = 0;
        for &dim in x.shape {
            place = place * dim + rest % dim;
            rest /= dim;
        }
        numbers[place] = number;
    }
    numbers
}

fn batch_reduce(fold: Fold, x: &Value) -> Option<Vec<f64>> {
    let examples = x.examples.unwrap_or(1);
    (0..x.one()).map(|at| reduce(fold, (0..examples).map(|e| x.example(e)[at]).collect())).collect()
}

fn matmul_sum(a: &Value, b: &Value) -> Vec<f64> {
    let (n, m) = (a.shape.first().copied().unwrap_or(1), b.shape.first().copied().unwrap_or(1));
    let columns = a.shape.get(1).copied().unwrap_or(1);
    let mut total = vec![0.0; n * m];
    for example in 0..a.examples.unwrap_or(1) {
        let (left, right) = (a.example(example), b.example(example));
        for column in 0..columns {
            for j in 0..m {
                for i in 0..n {
                    total[i + n * j] += left[i + n * column] * right[j + m * column];
                }
            }
        }
    }
    total
}

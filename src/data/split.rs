//! Parts of a dataset: a seeded shuffle, then a cut.

use super::problem::{Problem, ValueProblem};
use crate::base::{Span, Spanned};
use crate::tensor::random::Stream;

/// What `split = ...` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Split {
    /// One part of everything, named [`WHOLE`], in the order of the file.
    #[default]
    None,
    /// `[train: 0.8, test: 0.2]`: shares up to 1, whole numbers above are rows.
    Parts(Vec<(Spanned<String>, Spanned<f64>)>),
}

/// The part of a dataset that isn't split.
pub const WHOLE: &str = "all";
const TRAIN: &str = "train";
/// Shares such as 0.7 + 0.2 + 0.1 add up to 1 only nearly.
const SLACK: f64 = 1e-9;

impl Split {
    fn parts(&self) -> &[(Spanned<String>, Spanned<f64>)] {
        match self {
            Split::None => &[],
            Split::Parts(parts) => parts,
        }
    }
}

/// Names and sizes of the parts of `n_rows` rows.
pub fn sizes(split: &Split, n_rows: usize) -> Result<Vec<(String, usize)>, Vec<Problem>> {
    let parts = split.parts();
    if parts.is_empty() {
        return Ok(vec![(WHOLE.to_owned(), n_rows)]);
    }
    let mut problems: Vec<Problem> = Vec::new();
    let mut sizes: Vec<(String, usize)> = Vec::new();
    let (mut share_sum, mut at, mut end) = (0.0, 0.0, 0usize);
    for (name, part) in parts {
        let value = part.value;
        let is_rows = value > 1.0 && value.fract() == 0.0;
        if !(is_rows || (value > 0.0 && value <= 1.0)) {
            let (span, name) = (part.span, name.value.clone());
            problems.push(ValueProblem::SplitShare { span, name, value }.into());
            continue;
        }
        if sizes.iter().any(|(other, _)| *other == name.value) {
            problems.push(ValueProblem::PartTwice { span: name.span, name: name.value.clone() }.into());
        }
        share_sum += if is_rows { 0.0 } else { value };
        at += if is_rows { value } else { value * n_rows as f64 };
        let next = at.round() as usize;
        sizes.push((name.value.clone(), next.saturating_sub(end)));
        end = next;
    }
    let span = parts.iter().map(|(name, part)| name.span.to(part.span)).reduce(Span::to);
    if let Some(span) = span.filter(|_| problems.is_empty()) {
        let shares = || parts.iter().map(|(_, part)| (part.span, part.value)).collect();
        if share_sum > 1.0 + SLACK {
            problems.push(ValueProblem::SplitSum { span, sum: share_sum, shares: shares() }.into());
        } else if end > n_rows {
            problems.push(ValueProblem::SplitRows { span, wanted: end, n_rows, shares: shares() }.into());
        }
        for ((name, size), (_, part)) in sizes.iter().zip(parts) {
            if *size == 0 && problems.is_empty() {
                let (span, name) = (part.span, name.clone());
                problems.push(ValueProblem::EmptyPart { span, name, n_rows }.into());
            }
        }
    }
    if problems.is_empty() { Ok(sizes) } else { Err(problems) }
}

/// The rows of each part, out of those that are kept.
pub fn cut(split: &Split, kept: Vec<u32>, stream: Stream) -> Result<Vec<(String, Vec<u32>)>, Vec<Problem>> {
    let sizes = sizes(split, kept.len())?;
    if split.parts().is_empty() {
        return Ok(sizes.into_iter().map(|(name, _)| (name, kept.clone())).collect());
    }
    let order = stream.permutation(0, u32::try_from(kept.len()).unwrap_or(u32::MAX));
    let mut shuffled = order.into_iter().filter_map(|at| kept.get(at as usize).copied());
    Ok(sizes.into_iter().map(|(name, size)| (name, shuffled.by_ref().take(size).collect())).collect())
}

/// The part that encoders learn from: the one named `train`, else the first.
pub fn training_part(parts: &[(String, Vec<u32>)]) -> Option<&(String, Vec<u32>)> {
    parts.iter().find(|(name, _)| name == TRAIN).or(parts.first())
}

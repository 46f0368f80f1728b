//! Type rules that several operators share.

use crate::graph::ShapeProblem;
use crate::types::{BatchId, Shape, TensorType};

/// Exactly `N` inputs.
pub(super) fn inputs<'t, const N: usize>(
    types: &[&'t TensorType],
) -> Result<[&'t TensorType; N], ShapeProblem> {
    types.try_into().map_err(|_| ShapeProblem::Arity { expected: N, found: types.len() })
}

/// The batch that the result runs over: that of any input that has one; two different ones never meet.
pub(super) fn join_batches(types: &[&TensorType]) -> Result<Option<BatchId>, ShapeProblem> {
    let mut first: Option<(usize, BatchId)> = None;
    for (at, ty) in types.iter().enumerate() {
        match (first, ty.batch) {
            (Some((left, batch)), Some(other)) if batch != other => {
                return Err(ShapeProblem::Batches { left, right: at });
            }
            (None, Some(batch)) => first = Some((at, batch)),
            (Some(_) | None, Some(_) | None) => {}
        }
    }
    Ok(first.map(|(_, batch)| batch))
}

/// Equal shapes, or numbers that go with every element.
pub(super) fn elementwise(types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
    let mut shape: Option<(usize, &Shape)> = None;
    for (right, ty) in types.iter().enumerate().filter(|(_, ty)| !ty.shape.is_scalar()) {
        match shape {
            Some((left, first)) if *first != ty.shape => return Err(ShapeProblem::Differ { left, right }),
            Some(_) => {}
            None => shape = Some((right, &ty.shape)),
        }
    }
    let shape = shape.map(|(_, shape)| shape.clone()).unwrap_or_default();
    Ok(TensorType { shape, batch: join_batches(types)? })
}

/// Whether a value of `narrow` can be repeated to `wide`: a number to any shape, one example to a batch.
pub(super) fn expands(narrow: &TensorType, wide: &TensorType) -> bool {
    (narrow.shape.is_scalar() || narrow.shape == wide.shape)
        && (narrow.batch.is_none() || narrow.batch == wide.batch)
}

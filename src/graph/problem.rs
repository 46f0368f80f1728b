//! Why an operation cannot be applied to its inputs: facts, in terms of input positions.

use crate::types::Size;

/// The elaborator turns these into diagnostics with the spans of the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShapeProblem {
    /// The inputs at these positions must have the same shape and do not.
    Differ { left: usize, right: usize },
    /// In a product, this size of the left input meets that size of the right one.
    Inner { left_dim: Size, right_dim: Size },
    /// The input has the wrong number of axes; `expected` reads "a matrix", "a vector or a matrix".
    Rank { input: usize, expected: &'static str },
    /// This size of the input must be that one.
    Dim { input: usize, axis: usize, expected: Size, found: Size },
    /// A position outside an axis of the input.
    Bounds { input: usize, index: Size, size: Size },
    /// The numbers of the input cannot be put into so many places.
    Count { input: usize, expected: Size, found: Size },
    /// The inputs run over different batches.
    Batches { left: usize, right: usize },
    /// The input runs over no batch, and this operation looks across examples.
    NoBatch { input: usize },
    /// The number of inputs.
    Arity { expected: usize, found: usize },
    /// A size that depends on a name where a number is needed.
    NotKnown { size: Size },
    /// A size below 0.
    Negative { size: Size },
    /// The largest or smallest of no numbers.
    Empty { input: usize },
    /// A size left the range of whole numbers.
    Overflow,
}

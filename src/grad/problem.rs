//! Why there is no gradient: facts, for the elaborator to make a diagnostic of.

use crate::graph::NodeId;
use crate::types::{BatchId, Shape};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GradProblem {
    /// What is differentiated is not one number.
    NotANumber { shape: Shape },
    /// It is a number for each example; `batch_mean` makes it one.
    Batched { batch: BatchId },
    /// Every path from the output to `wrt` goes through an operation without a slope.
    NotDifferentiable { wrt: NodeId, at: NodeId, input: usize, reason: &'static str },
}

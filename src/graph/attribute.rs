//! What is fixed about an operation when it is built: an axis, bounds, a shape.

use crate::tensor::Axis;
use crate::types::{BatchId, Shape, Size};

/// Part of an operation's identity: two nodes with equal names, attributes and inputs are one node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Attribute {
    Axis(Axis),
    Index(usize),
    Size(Size),
    Shape(Shape),
    Batch(BatchId),
    Flag(bool),
}

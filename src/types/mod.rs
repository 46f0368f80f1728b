//! Sizes, shapes, and when two of them agree.
//!
//! The graph and the elaborator speak of values in these terms. Nothing here knows tensors or syntax.

mod shape;
mod size;
mod unify;

pub use shape::{BatchId, Shape, TensorType};
pub use size::{Size, SizeVar};
pub use unify::{Bindings, UnifyError};

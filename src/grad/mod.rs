//! The gradient of a number, as more nodes of the graph it is in.
//!
//! A reverse walk over the DAG: each node is visited once, after everything that uses it, and what flows back from
//! its users is added up first. Operators say how their own gradient looks; this room never asks which they are.
//! The elaborator calls it for `grad`, `train` and `derive`.

mod opaque;
mod problem;
mod walk;

pub use problem::GradProblem;
pub use walk::differentiate;

//! The graph of a program: a hash-consed DAG of typed operations that only grows.
//!
//! The elaborator builds it, `grad/` extends it, `passes/` rewrite it into new ones, `exec/` runs it and
//! `explain/` prints it. This room declares what an operator is ([`Op`]); the operators are in `ops/`.

mod attribute;
mod build;
mod leaf;
mod needs;
mod op;
mod problem;
mod text;
mod verify;

pub use attribute::Attribute;
pub use build::{Graph, Node, NodeId, Operation, Written};
pub use leaf::{Constant, Distribution, Leaf, Real, SlotId};
pub use op::{Doc, GradContext, Gradient, Notation, Op, OpRef, Param, ParamKind, Range};
pub use problem::ShapeProblem;
pub use text::{ReadProblem, print, read};
pub use verify::{VerifyProblem, verify};

//! What an operator is: everything about it, declared in one place.

use std::fmt::Debug;
use std::sync::Arc;

use super::{Attribute, Graph, NodeId, ShapeProblem};
use crate::tensor::Kernel;
use crate::types::TensorType;

/// An operator with its attributes.
#[derive(Clone, Debug)]
pub enum OpRef {
    Static(&'static dyn Op),
    Shared(Arc<dyn Op>),
}

/// A primitive operation. All parts but `simplify` are required, so that an unfinished operator does not compile.
pub trait Op: Debug + Send + Sync {
    /// As users write it, and as the graph's text form has it.
    fn name(&self) -> &'static str;

    /// Other spellings (`σ`).
    fn aliases(&self) -> &'static [&'static str];

    /// The inputs and attributes as users write them, in order. Empty `doc().example` and a name starting with
    /// `_` mark operators that users cannot write.
    fn params(&self) -> &'static [Param];

    fn doc(&self) -> &'static Doc;

    /// The attributes of this value; part of its identity.
    fn attributes(&self) -> Vec<Attribute>;

    /// The result type, or the facts that disagree.
    fn shape(&self, inputs: &[&TensorType]) -> Result<TensorType, ShapeProblem>;

    /// One gradient for each input, as nodes of the graph. It may be batched or wider than the input: the caller
    /// sums it over the batch or over elements where the input was repeated.
    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient>;

    fn notation(&self) -> Notation;

    /// The values that can come out, given the values that go in.
    fn range(&self, inputs: &[Range]) -> Range;

    /// `None` while a size it needs is a name and not a number; a graph that runs has none of those.
    fn kernel(&self) -> Option<Kernel>;

    /// A smaller or safer expression of the same value and type. Exceptions in floating point are stated where it is written.
    fn simplify(&self, _graph: &mut Graph, _inputs: &[NodeId]) -> Option<NodeId> {
        None
    }
}

/// One parameter of an operator as users write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: &'static str,
    pub kind: ParamKind,
    /// What an omitted one means, as source text; `None` if it is required.
    pub default: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// A value of the graph.
    Tensor,
    /// Any number of values.
    Tensors,
    /// `rows`, `columns` or `all`
    Axis,
    /// A whole number known before running.
    Int,
    /// A list of sizes: `[2, 3]`.
    Shape,
    /// Any number of sizes, one argument each: `zeros(2, 3)`. Reaches the builder as one shape.
    Sizes,
}

/// What a reader of the reference page learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doc {
    pub sentence: &'static str,
    pub formula: &'static str,
    /// A line of the language, and what `print` shows of it.
    pub example: &'static str,
    pub result: &'static str,
}

/// How an operation is printed as mathematics. `{0}`, `{1}` stand for the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notation {
    pub unicode: &'static str,
    pub latex: &'static str,
    /// The name of the derivative, `sigmoid'`, where the textbook has one.
    pub derivative: Option<&'static str>,
}

/// What a gradient rule may use.
pub struct GradContext<'g> {
    pub graph: &'g mut Graph,
    pub inputs: &'g [NodeId],
    pub output: NodeId,
    /// The gradient of the result with respect to `output`; same type as `output`.
    pub dy: NodeId,
    /// Which inputs lead to what the gradient is asked of; the gradients of others are not used.
    pub wanted: &'g [bool],
}

impl GradContext<'_> {
    /// The gradient of one input, built only if it is wanted.
    pub fn of(&mut self, input: usize, build: impl FnOnce(&mut Graph) -> NodeId) -> Gradient {
        match self.wanted.get(input) {
            Some(true) => Gradient::Of(build(self.graph)),
            Some(false) | None => Gradient::Zero,
        }
    }
}

/// The gradient for one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gradient {
    Of(NodeId),
    /// It is 0 wherever it exists (`floor`), or by intention (`stop_gradient`), or nobody asked.
    Zero,
    /// There is none, and why: "a position has no slope". An error where no other path leads to what is asked.
    None(&'static str),
}

/// An interval of values; the ends may be infinite. `lo_open` says that `lo` itself cannot occur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub lo: f64,
    pub hi: f64,
    pub lo_open: bool,
    pub hi_open: bool,
}

impl Range {
    pub const ANY: Range = Range { lo: f64::NEG_INFINITY, hi: f64::INFINITY, lo_open: false, hi_open: false };

    pub const fn closed(lo: f64, hi: f64) -> Range {
        Range { lo, hi, lo_open: false, hi_open: false }
    }

    pub const fn open(lo: f64, hi: f64) -> Range {
        Range { lo, hi, lo_open: true, hi_open: true }
    }
}

impl OpRef {
    pub fn new(op: impl Op + 'static) -> OpRef {
        OpRef::Shared(Arc::new(op))
    }
}

impl std::ops::Deref for OpRef {
    type Target = dyn Op;

    fn deref(&self) -> &(dyn Op + 'static) {
        match self {
            OpRef::Static(op) => *op,
            OpRef::Shared(op) => op.as_ref(),
        }
    }
}

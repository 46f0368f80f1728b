//! Building expressions from inside: gradient rules, rewriting rules, the optimizer's own sums.
//!
//! These functions are for inputs that are known to fit; a misfit is a mistake of ours and stops the program.
//! What users write goes through [`super::find`] and gets its mistakes back as facts.

use super::batch::{BatchReduce, Expand};
use super::concat::{Concat, Stack};
use super::elementwise::apply;
use super::matmul::{MatMul, MatMulSum};
use super::reduce::Reduce;
use super::select::Select;
use super::slice::{Pad, Slice};
use super::stop_gradient::StopGradient;
use super::view::{Repeat, Reshape, Transpose};
use super::{arithmetic, comparison, transcendental, trigonometry};
use crate::graph::{Graph, Leaf, NodeId, OpRef, ShapeProblem};
use crate::tensor::{Axis, Fold};
use crate::types::{Shape, Size, TensorType};

macro_rules! unary {
    ($($function:ident $op:path;)*) => {$(
        pub fn $function(graph: &mut Graph, x: NodeId) -> NodeId {
            apply(graph, OpRef::Static(&$op), &[x])
        }
    )*};
}

macro_rules! binary {
    ($($function:ident $op:path;)*) => {$(
        pub fn $function(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
            apply(graph, OpRef::Static(&$op), &[a, b])
        }
    )*};
}

unary! {
    neg arithmetic::NEGATE;
    square arithmetic::SQUARE;
    reciprocal arithmetic::RECIPROCAL;
    abs arithmetic::ABS;
    sign arithmetic::SIGN;
    exp transcendental::EXP;
    expm1 transcendental::EXPM1;
    log transcendental::LOG;
    log1p transcendental::LOG1P;
    sqrt transcendental::SQRT;
    sigmoid transcendental::SIGMOID;
    softplus transcendental::SOFTPLUS;
    tanh transcendental::TANH;
    sinh transcendental::SINH;
    cosh transcendental::COSH;
    sin trigonometry::SIN;
    cos trigonometry::COS;
    not comparison::NOT;
    transpose Transpose;
    stop_gradient StopGradient;
}

binary! {
    add arithmetic::ADD;
    sub arithmetic::SUBTRACT;
    mul arithmetic::MULTIPLY;
    div arithmetic::DIVIDE;
    quotient arithmetic::QUOTIENT;
    pow arithmetic::POWER;
    min arithmetic::MIN;
    max arithmetic::MAX;
    equal comparison::EQUAL;
    greater comparison::GREATER;
    less comparison::LESS;
    matmul MatMul;
    matmul_sum MatMulSum;
}

/// A result that cannot fail unless we are wrong.
#[track_caller]
pub fn certain(result: Result<NodeId, ShapeProblem>) -> NodeId {
    match result {
        Ok(id) => id,
        Err(problem) => panic!("a rule of ours built a node of no type: {problem:?}"),
    }
}

pub fn number(graph: &mut Graph, value: f64) -> NodeId {
    graph.constant(value)
}

/// A size as a number; a known one is a constant.
pub fn size_number(graph: &mut Graph, size: &Size) -> NodeId {
    match size.known() {
        Some(known) => graph.constant(known as f64),
        None => graph.leaf(Leaf::Size(size.clone()), TensorType::number()),
    }
}

/// `x` repeated to a type: a number to a shape, one value to a batch.
pub fn expand(graph: &mut Graph, x: NodeId, ty: &TensorType) -> NodeId {
    if graph.ty(x) == ty {
        return x;
    }
    apply(graph, OpRef::new(Expand { ty: ty.clone() }), &[x])
}

pub fn zeros(graph: &mut Graph, ty: &TensorType) -> NodeId {
    let zero = number(graph, 0.0);
    expand(graph, zero, ty)
}

pub fn ones(graph: &mut Graph, ty: &TensorType) -> NodeId {
    let one = number(graph, 1.0);
    expand(graph, one, ty)
}

pub fn select(graph: &mut Graph, condition: NodeId, a: NodeId, b: NodeId) -> NodeId {
    apply(graph, OpRef::Static(&Select), &[condition, a, b])
}

pub fn reduce(graph: &mut Graph, fold: Fold, axis: Axis, x: NodeId) -> NodeId {
    apply(graph, OpRef::new(Reduce { fold, axis }), &[x])
}

pub fn sum(graph: &mut Graph, x: NodeId, axis: Axis) -> NodeId {
    reduce(graph, Fold::Sum, axis, x)
}

/// Of a value that is not empty.
pub fn mean(graph: &mut Graph, x: NodeId, axis: Axis) -> NodeId {
    certain(super::reduce::mean(graph, x, axis))
}

pub fn batch_fold(graph: &mut Graph, fold: Fold, x: NodeId) -> NodeId {
    apply(graph, OpRef::new(BatchReduce { fold }), &[x])
}

pub fn batch_sum(graph: &mut Graph, x: NodeId) -> NodeId {
    batch_fold(graph, Fold::Sum, x)
}

/// The sum over the examples divided by their number.
pub fn batch_mean(graph: &mut Graph, x: NodeId) -> NodeId {
    match graph.ty(x).batch {
        Some(batch) => {
            let total = batch_sum(graph, x);
            let count = graph.leaf(Leaf::BatchCount(batch), TensorType::number());
            div(graph, total, count)
        }
        None => x,
    }
}

/// `x` in another shape, in the order of storage.
pub fn reshape(graph: &mut Graph, x: NodeId, shape: Shape) -> NodeId {
    if graph.ty(x).shape == shape {
        return x;
    }
    apply(graph, OpRef::new(Reshape { shape }), &[x])
}

pub fn repeat(graph: &mut Graph, x: NodeId, axis: usize, size: Size) -> NodeId {
    apply(graph, OpRef::new(Repeat { axis, size }), &[x])
}

pub fn slice(graph: &mut Graph, x: NodeId, axis: usize, from: Size, to: Size, drop: bool) -> NodeId {
    apply(graph, OpRef::new(Slice { axis, from, to, drop }), &[x])
}

pub fn pad(graph: &mut Graph, x: NodeId, axis: usize, before: Size, after: Size, grow: bool) -> NodeId {
    apply(graph, OpRef::new(Pad { axis, before, after, grow }), &[x])
}

pub fn concat(graph: &mut Graph, parts: &[NodeId], axis: usize) -> NodeId {
    apply(graph, OpRef::new(Concat { axis }), parts)
}

pub fn stack(graph: &mut Graph, parts: &[NodeId]) -> NodeId {
    apply(graph, OpRef::Static(&Stack), parts)
}

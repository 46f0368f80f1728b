//! What a program can call: a name, its parameters, and how its node is built.
//!
//! The elaborator and the reference page read these. Operators that only the compiler applies have none.

use crate::graph::{Doc, Graph, NodeId, Param, ParamKind, ShapeProblem};
use crate::tensor::Axis;
use crate::types::{Shape, Size};

/// Builds the value from the tensors and, in the order of the parameters, the other arguments; those at the
/// end that have a default may be left out.
pub type Build = fn(&mut Graph, tensors: &[NodeId], args: &[ArgValue]) -> Result<NodeId, ShapeProblem>;

/// A function of the language that is written in Rust.
#[derive(Debug)]
pub struct Primitive {
    pub name: &'static str,
    /// Other spellings (`σ`).
    pub aliases: &'static [&'static str],
    pub params: &'static [Param],
    pub doc: &'static Doc,
    pub build: Build,
}

/// An argument that is not a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgValue {
    Axis(Axis),
    Int(Size),
    Shape(Shape),
}

/// The parameters of functions of one, two and three values.
pub(super) static X: &[Param] = &[tensor("x")];
pub(super) static A_B: &[Param] = &[tensor("a"), tensor("b")];

pub(super) const fn tensor(name: &'static str) -> Param {
    Param { name, kind: ParamKind::Tensor, default: None }
}

pub(super) const fn required(name: &'static str, kind: ParamKind) -> Param {
    Param { name, kind, default: None }
}

pub(super) const fn axis(default: &'static str) -> Param {
    Param { name: "axis", kind: ParamKind::Axis, default: Some(default) }
}

/// The axis among the arguments, if there is one.
pub(super) fn axis_of(args: &[ArgValue]) -> Option<Axis> {
    args.iter().find_map(|arg| match arg {
        ArgValue::Axis(axis) => Some(*axis),
        ArgValue::Int(_) | ArgValue::Shape(_) => None,
    })
}

/// The whole number among the arguments.
pub(super) fn int_of(args: &[ArgValue]) -> Result<Size, ShapeProblem> {
    args.iter()
        .find_map(|arg| match arg {
            ArgValue::Int(size) => Some(size.clone()),
            ArgValue::Axis(_) | ArgValue::Shape(_) => None,
        })
        .ok_or(ShapeProblem::Arity { expected: 1, found: args.len() })
}

/// The shape among the arguments; none is `[]`.
pub(super) fn shape_of(args: &[ArgValue]) -> Result<Shape, ShapeProblem> {
    let shape = args
        .iter()
        .find_map(|arg| match arg {
            ArgValue::Shape(shape) => Some(shape.clone()),
            ArgValue::Axis(_) | ArgValue::Int(_) => None,
        })
        .unwrap_or_default();
    shape.0.iter().try_for_each(not_negative)?;
    Ok(shape)
}

pub(super) fn not_negative(size: &Size) -> Result<(), ShapeProblem> {
    match size.known() {
        Some(n) if n < 0 => Err(ShapeProblem::Negative { size: size.clone() }),
        Some(_) | None => Ok(()),
    }
}

/// Exactly `N` tensors.
pub(super) fn exactly<const N: usize>(tensors: &[NodeId]) -> Result<[NodeId; N], ShapeProblem> {
    tensors.try_into().map_err(|_| ShapeProblem::Arity { expected: N, found: tensors.len() })
}

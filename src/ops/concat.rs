//! Several values as one: one after another along an axis, or side by side along a new one.

use std::sync::Arc;

use super::build::{reshape, slice};
use super::elementwise::facts;
use super::primitive::{Primitive, axis, axis_of};
use super::typing;
use crate::graph::{
    Attribute, Constant, Doc, GradContext, Gradient, Graph, Leaf, NodeId, Notation, Op, OpRef, Operation,
    Param, ParamKind, Range, Real, ShapeProblem,
};
use crate::tensor::{Axis, Kernel};
use crate::types::{Shape, Size, TensorType};

/// Values one after another along an axis they all have.
#[derive(Clone, Copy, Debug)]
pub struct Concat {
    pub axis: usize,
}

/// Values of one shape side by side: numbers become a vector, vectors the rows of a matrix.
#[derive(Clone, Copy, Debug)]
pub struct Stack;

static PARAMS: &[Param] = &[Param { name: "values", kind: ParamKind::Tensors, default: None }, axis("rows")];
static CONCAT: Doc = Doc {
    sentence: "Values one after another; matrices below one another, or with `axis = columns` beside one another.",
    formula: "(a; b)",
    example: "concat([1, 2], [3])",
    result: "[1, 2, 3]",
};
static STACK: Doc = Doc {
    sentence: "Numbers as a vector, vectors as the rows of a matrix.",
    formula: "[a, b]",
    example: "",
    result: "",
};

pub(super) static PRIMITIVES: &[Primitive] = &[Primitive {
    name: "concat",
    aliases: &[],
    params: PARAMS,
    doc: &CONCAT,
    build: |graph, tensors, args| {
        let axis = match axis_of(args) {
            None | Some(Axis::All) => 0,
            Some(Axis::Only(axis)) => axis,
        };
        // A number among vectors is a vector of one.
        let parts: Vec<NodeId> = tensors
            .iter()
            .map(|&id| match graph.ty(id).shape.is_scalar() && axis == 0 {
                true => reshape(graph, id, Shape::known(&[1])),
                false => id,
            })
            .collect();
        graph.apply(OpRef::new(Concat { axis }), &parts)
    },
}];

impl Op for Concat {
    facts!(self, "concat", PARAMS, &CONCAT);

    fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Index(self.axis)]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let (first, others) =
            types.split_first().ok_or(ShapeProblem::Arity { expected: 1, found: types.len() })?;
        let expected = if self.axis == 0 { "a vector or a matrix" } else { "a matrix" };
        let mut total =
            first.shape.0.get(self.axis).cloned().ok_or(ShapeProblem::Rank { input: 0, expected })?;
        for (at, other) in others.iter().enumerate() {
            let input = at + 1;
            if other.shape.rank() != first.shape.rank() {
                return Err(ShapeProblem::Differ { left: 0, right: input });
            }
            for (axis, (expected, found)) in first.shape.0.iter().zip(&other.shape.0).enumerate() {
                if axis == self.axis {
                    total = total.add(found).ok_or(ShapeProblem::Overflow)?;
                } else if expected != found {
                    let (expected, found) = (expected.clone(), found.clone());
                    return Err(ShapeProblem::Dim { input, axis, expected, found });
                }
            }
        }
        let mut shape = first.shape.clone();
        shape.0[self.axis] = total;
        Ok(TensorType { shape, batch: typing::join_batches(types)? })
    }

    /// Each input gets its part of `dy`.
    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (inputs, dy) = (context.inputs, context.dy);
        let mut start = Size::Known(0);
        let mut gradients = Vec::new();
        for (at, &input) in inputs.iter().enumerate() {
            let size = context.graph.ty(input).shape.0.get(self.axis).cloned();
            let Some(end) = size.and_then(|size| start.add(&size)) else { return gradients };
            let from = std::mem::replace(&mut start, end.clone());
            gradients.push(context.of(at, |g| slice(g, dy, self.axis, from, end, false)));
        }
        gradients
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "concat({0}, {1})", latex: "[{0}; {1}]", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.iter().copied().reduce(super::ranges::union).unwrap_or(Range::ANY)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Concat { axis: self.axis })
    }

    fn simplify(&self, _: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        match inputs {
            &[only] => Some(only),
            _ => None,
        }
    }
}

impl Op for Stack {
    facts!(self, "_stack", PARAMS, &STACK);

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let first = types.first().ok_or(ShapeProblem::Arity { expected: 1, found: 0 })?;
        if let Some(right) = types.iter().position(|ty| ty.shape != first.shape) {
            return Err(ShapeProblem::Differ { left: 0, right });
        }
        let mut shape = first.shape.clone();
        shape.0.insert(0, Size::from(types.len()));
        Ok(TensorType { shape, batch: typing::join_batches(types)? })
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let dy = context.dy;
        (0..context.inputs.len())
            .map(|at| context.of(at, |g| slice(g, dy, 0, Size::from(at), Size::from(at + 1), true)))
            .collect()
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "[{0}, {1}]", latex: "[{0}, {1}]", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.iter().copied().reduce(super::ranges::union).unwrap_or(Range::ANY)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Stack)
    }

    /// Numbers and literal vectors side by side are a literal. Equal on every float.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let parts: Option<Vec<&[f64]>> = inputs.iter().map(|&id| literal(graph, id)).collect();
        let parts = parts?;
        let inner = graph.ty(*inputs.first()?).shape.dims()?;
        let len = parts.first()?.len();
        // The new axis comes first, so that it varies fastest.
        let values =
            (0..len).flat_map(|at| parts.iter().filter_map(move |part| part.get(at).copied())).collect();
        let shape: Vec<usize> = std::iter::once(inputs.len()).chain(inner).collect();
        let ty = TensorType::plain(Shape::known(&shape));
        Some(graph.leaf(Leaf::Tensor(Arc::new(Constant { shape, values })), ty))
    }
}

/// The numbers of a literal.
fn literal(graph: &Graph, id: NodeId) -> Option<&[f64]> {
    match &graph.node(id).operation {
        Operation::Leaf(Leaf::Number(Real(value))) => Some(std::slice::from_ref(value)),
        Operation::Leaf(Leaf::Tensor(constant)) => Some(&constant.values),
        Operation::Leaf(Leaf::Slot { .. } | Leaf::Size(_) | Leaf::BatchCount(_) | Leaf::Random { .. })
        | Operation::Apply(_) => None,
    }
}

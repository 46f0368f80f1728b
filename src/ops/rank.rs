//! Ranks, within one example and across examples.

use super::elementwise::facts;
use super::primitive::{self, Primitive, axis, tensor};
use super::{ranges, typing};
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, OpRef, Param, Range, ShapeProblem,
};
use crate::tensor::{Axis, Kernel};
use crate::types::TensorType;

/// The rank of each number among those of its example, along an axis; without one, among the examples.
#[derive(Clone, Copy, Debug)]
pub struct Rank {
    pub axis: Option<Axis>,
}

static X_AXIS: &[Param] = &[tensor("x"), axis("all")];
static X: &[Param] = &[tensor("x")];
static RANK: Doc = Doc {
    sentence: "The place of each number in rising order, from 1; equal numbers share the mean of their places.",
    formula: "|{j: xⱼ < xᵢ}| + (|{j: xⱼ = xᵢ}| + 1) / 2",
    example: "rank([30, 10, 20, 10])",
    result: "[4, 1.5, 3, 1.5]",
};
static BATCH_RANK: Doc = Doc {
    sentence: "The place of each example's number among all examples in rising order, from 1, element by element; equal numbers share the mean of their places.",
    formula: "|{j: xⱼ < xᵢ}| + (|{j: xⱼ = xᵢ}| + 1) / 2 over examples j",
    example: "batch_sum(d.x * batch_rank(d.x))",
    result: "15",
};

pub(super) static PRIMITIVES: &[Primitive] = &[
    Primitive {
        name: "rank",
        aliases: &[],
        params: X_AXIS,
        doc: &RANK,
        build: |graph, tensors, args| {
            let axis = primitive::axis_of(args).unwrap_or(Axis::All);
            graph.apply(OpRef::new(Rank { axis: Some(axis) }), tensors)
        },
    },
    Primitive {
        name: "batch_rank",
        aliases: &[],
        params: X,
        doc: &BATCH_RANK,
        build: |graph, tensors, _| graph.apply(OpRef::new(Rank { axis: None }), tensors),
    },
];

impl Op for Rank {
    facts!(
        self,
        if self.axis.is_some() { "rank" } else { "batch_rank" },
        if self.axis.is_some() { X_AXIS } else { X },
        if self.axis.is_some() { &RANK } else { &BATCH_RANK }
    );

    fn attributes(&self) -> Vec<Attribute> {
        self.axis.map(Attribute::Axis).into_iter().collect()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        match self.axis {
            None if x.batch.is_none() => Err(ShapeProblem::NoBatch { input: 0 }),
            Some(Axis::Only(axis)) if axis >= x.shape.rank() => {
                let expected = if axis == 0 { "a vector or a matrix" } else { "a matrix" };
                Err(ShapeProblem::Rank { input: 0, expected })
            }
            None | Some(_) => Ok(x.clone()),
        }
    }

    /// A rank is constant but for where numbers change places, as `floor` is but for its jumps.
    fn grad(&self, _: &mut GradContext<'_>) -> Vec<Gradient> {
        vec![Gradient::Zero]
    }

    fn notation(&self) -> Notation {
        let (unicode, latex) = match self.axis {
            Some(_) => ("rank({0})", "\\operatorname{rank}({0})"),
            None => ("rank_B({0})", "\\operatorname{rank}_B({0})"),
        };
        Notation { unicode, latex, derivative: None }
    }

    fn range(&self, _: &[Range]) -> Range {
        ranges::NOT_NEGATIVE
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Rank { axis: self.axis })
    }

    /// Of one number alone, 1.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[x] = inputs else { return None };
        let ty = graph.ty(x).clone();
        (self.axis.is_some() && ty.shape.is_scalar()).then(|| super::build::ones(graph, &ty))
    }
}

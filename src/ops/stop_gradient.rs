//! The value itself, as a constant to gradients.

use super::elementwise::facts;
use super::primitive::{Primitive, X};
use super::typing;
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, OpRef, Range, ShapeProblem,
};
use crate::tensor::Kernel;
use crate::types::TensorType;

#[derive(Clone, Copy, Debug)]
pub struct StopGradient;

static DOC: Doc = Doc {
    sentence: "The value itself, which gradients treat as a constant.",
    formula: "x",
    example: "stop_gradient(3)",
    result: "3",
};

pub(super) static PRIMITIVES: &[Primitive] = &[Primitive {
    name: "stop_gradient",
    aliases: &[],
    params: X,
    doc: &DOC,
    build: |graph, tensors, _| graph.apply(OpRef::Static(&StopGradient), tensors),
}];

impl Op for StopGradient {
    facts!(self, "stop_gradient", X, &DOC);

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        typing::inputs::<1>(types).map(|[x]| x.clone())
    }

    fn grad(&self, _: &mut GradContext<'_>) -> Vec<Gradient> {
        vec![Gradient::Zero]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "{0}", latex: "{0}", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.first().copied().unwrap_or(Range::ANY)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Identity)
    }

    /// Of a number or of a stopped value there is nothing to stop.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[x] = inputs else { return None };
        (graph.number(x).is_some() || graph.op_named(x, "stop_gradient").is_some()).then_some(x)
    }
}

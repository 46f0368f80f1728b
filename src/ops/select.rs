//! The choice `if c then a else b`, element by element.

use super::build::{expand, number, select};
use super::elementwise::{facts, narrow};
use super::primitive::{self, Primitive, tensor};
use super::{ranges, rules, typing};
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, OpRef, Param, Range, ShapeProblem,
};
use crate::tensor::{Kernel, maps};
use crate::types::TensorType;

#[derive(Debug)]
pub struct Select;

static PARAMS: &[Param] = &[tensor("condition"), tensor("a"), tensor("b")];
static DOC: Doc = Doc {
    sentence: "The second value where the first is not 0, else the third, element by element.",
    formula: "a if c else b",
    example: "if [1, -1] > 0 then [10, 20] else 0",
    result: "[10, 0]",
};

pub(super) static PRIMITIVES: &[Primitive] = &[Primitive {
    name: "select",
    aliases: &[],
    params: PARAMS,
    doc: &DOC,
    build: |graph, tensors, _| {
        primitive::exactly::<3>(tensors)?;
        graph.apply(OpRef::Static(&Select), tensors)
    },
}];

impl Op for Select {
    facts!(self, "select", PARAMS, &DOC);

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        typing::inputs::<3>(types).and_then(|all| typing::elementwise(&all))
    }

    /// Back through the side that was chosen.
    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[condition, ..], dy) = (context.inputs, context.dy) else { return Vec::new() };
        vec![
            // The choice jumps where the condition turns and is constant in it elsewhere, like `floor`.
            Gradient::Zero,
            context.of(1, |g| {
                let zero = number(g, 0.0);
                select(g, condition, dy, zero)
            }),
            context.of(2, |g| {
                let zero = number(g, 0.0);
                select(g, condition, zero, dy)
            }),
        ]
    }

    fn notation(&self) -> Notation {
        Notation {
            unicode: "if {0} then {1} else {2}",
            latex: "\\begin{cases}{1} & {0}\\\\{2} & \\text{else}\\end{cases}",
            derivative: None,
        }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        match inputs {
            &[_, a, b] => ranges::union(a, b),
            _ => Range::ANY,
        }
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Map3(&maps::SELECT))
    }

    /// A condition that is a number chooses now; a choice between a value and itself is none.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[condition, a, b] = inputs else { return None };
        let chosen = match graph.number(condition) {
            Some(value) if value != 0.0 => Some(a),
            Some(_) => Some(b),
            None => (a == b).then_some(a),
        };
        if let Some(chosen) = chosen {
            let types: Vec<&TensorType> = inputs.iter().map(|&id| graph.ty(id)).collect();
            let wide = self.shape(&types).ok()?;
            return Some(expand(graph, chosen, &wide));
        }
        narrow(graph, &OpRef::Static(&Select), inputs)
            .or_else(|| rules::fire(rules::SELECT, graph, &rules::Site::plain(inputs)))
    }
}

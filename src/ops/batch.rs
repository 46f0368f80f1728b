//! The operators that look across examples, and the one that repeats a value over a shape or a batch.

use super::build::{batch_fold, batch_sum, div, equal, expand, mul};
use super::elementwise::facts;
use super::primitive::{self, Primitive, tensor};
use super::{ranges, rules, typing};
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, Leaf, NodeId, Notation, Op, OpRef, Param, Range,
    ShapeProblem,
};
use crate::tensor::{Fold, Kernel};
use crate::types::TensorType;

/// Many examples to one value: `[s] × B -> [s]`.
#[derive(Clone, Copy, Debug)]
pub struct BatchReduce {
    pub fold: Fold,
}

/// A number repeated to a shape, or a value repeated over a batch, or both.
#[derive(Clone, Debug)]
pub struct Expand {
    pub ty: TensorType,
}

static SUM: Doc = Doc {
    sentence: "The values of all examples in the batch added up.",
    formula: "Σ over examples",
    example: "batch_sum(d.x)",
    result: "6",
};
static MAX: Doc = Doc {
    sentence: "The largest of all examples in the batch, element by element.",
    formula: "max over examples",
    example: "batch_max(d.x)",
    result: "4",
};
static MIN: Doc = Doc {
    sentence: "The smallest of all examples in the batch, element by element.",
    formula: "min over examples",
    example: "batch_min(d.x)",
    result: "1",
};
static MEAN: Doc = Doc {
    sentence: "The mean of all examples in the batch.",
    formula: "1/B Σ over examples",
    example: "batch_mean(d.x)",
    result: "2",
};
static EXPAND: Doc =
    Doc { sentence: "The same value for every element or example.", formula: "x", example: "", result: "" };
static X: &[Param] = &[tensor("x")];

pub(super) static PRIMITIVES: &[Primitive] = &[
    Primitive {
        name: "batch_sum",
        aliases: &[],
        params: X,
        doc: &SUM,
        build: |g, x, _| fold(g, x, Fold::Sum),
    },
    Primitive {
        name: "batch_max",
        aliases: &[],
        params: X,
        doc: &MAX,
        build: |g, x, _| fold(g, x, Fold::Max),
    },
    Primitive {
        name: "batch_min",
        aliases: &[],
        params: X,
        doc: &MIN,
        build: |g, x, _| fold(g, x, Fold::Min),
    },
    Primitive {
        name: "batch_mean",
        aliases: &[],
        params: X,
        doc: &MEAN,
        build: |g, tensors, _| {
            let [x] = primitive::exactly(tensors)?;
            let batch = g.ty(x).batch.ok_or(ShapeProblem::NoBatch { input: 0 })?;
            let total = batch_sum(g, x);
            let count = g.leaf(Leaf::BatchCount(batch), TensorType::number());
            Ok(div(g, total, count))
        },
    },
];

fn fold(graph: &mut Graph, tensors: &[NodeId], fold: Fold) -> Result<NodeId, ShapeProblem> {
    graph.apply(OpRef::new(BatchReduce { fold }), tensors)
}

impl Op for BatchReduce {
    facts!(
        self,
        match self.fold {
            Fold::Sum => "batch_sum",
            Fold::Max => "batch_max",
            Fold::Min => "batch_min",
        },
        X,
        match self.fold {
            Fold::Sum => &SUM,
            Fold::Max => &MAX,
            Fold::Min => &MIN,
        }
    );

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        match x.batch {
            Some(_) => Ok(TensorType::plain(x.shape.clone())),
            None => Err(ShapeProblem::NoBatch { input: 0 }),
        }
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[x], y, dy) = (context.inputs, context.output, context.dy) else { return Vec::new() };
        let fold = self.fold;
        vec![context.of(0, |g| {
            let wide = g.ty(x).clone();
            match fold {
                Fold::Sum => expand(g, dy, &wide),
                Fold::Max | Fold::Min => {
                    let mask = equal(g, x, y);
                    let count = batch_fold(g, Fold::Sum, mask);
                    let share = div(g, dy, count);
                    mul(g, mask, share)
                }
            }
        })]
    }

    fn notation(&self) -> Notation {
        let (unicode, latex) = match self.fold {
            Fold::Sum => ("Σ_B({0})", "\\sum_B {0}"),
            Fold::Max => ("max_B({0})", "\\max_B {0}"),
            Fold::Min => ("min_B({0})", "\\min_B {0}"),
        };
        Notation { unicode, latex, derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        let x = inputs.first().copied().unwrap_or(Range::ANY);
        match self.fold {
            Fold::Sum => ranges::many(x),
            Fold::Max | Fold::Min => x,
        }
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::BatchReduce(self.fold))
    }

    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let table = match self.fold {
            Fold::Sum => rules::BATCH_SUM,
            Fold::Max | Fold::Min => &[],
        };
        rules::fire(table, graph, &rules::Site::plain(inputs))
    }
}

impl Op for Expand {
    facts!(self, "_expand", X, &EXPAND);

    fn attributes(&self) -> Vec<Attribute> {
        let shape = Attribute::Shape(self.ty.shape.clone());
        std::iter::once(shape).chain(self.ty.batch.map(Attribute::Batch)).collect()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        if !typing::expands(x, &self.ty) {
            return Err(ShapeProblem::Rank { input: 0, expected: "a number" });
        }
        Ok(self.ty.clone())
    }

    /// `dy` itself: whoever asked sums it over what was repeated.
    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        vec![Gradient::Of(context.dy)]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "{0}", latex: "{0}", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.first().copied().unwrap_or(Range::ANY)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Expand)
    }

    /// To the type it has: nothing. Of an expansion: one expansion.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[x] = inputs else { return None };
        if *graph.ty(x) == self.ty {
            return Some(x);
        }
        let source = graph.op_named(x, "_expand")?.inputs.first().copied()?;
        Some(expand(graph, source, &self.ty))
    }
}

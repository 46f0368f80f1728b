//! Reductions within one example: the sum, the largest, the smallest, and where the largest is.

use super::build::{div, equal, expand, mul, reduce as reduced, repeat, size_number, sum};
use super::elementwise::facts;
use super::primitive::{self, Primitive, axis, tensor};
use super::{arithmetic, ranges, rules, typing};
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, OpRef, Param, ParamKind, Range,
    ShapeProblem,
};
use crate::tensor::{Axis, Fold, Kernel};
use crate::types::{Shape, Size, TensorType};

/// Many numbers to one, over everything in an example or along one axis, which disappears.
#[derive(Clone, Copy, Debug)]
pub struct Reduce {
    pub fold: Fold,
    pub axis: Axis,
}

/// The position, from 0, of the first largest number.
#[derive(Clone, Copy, Debug)]
pub struct ArgMax {
    pub axis: Axis,
}

static X_AXIS: &[Param] = &[tensor("x"), axis("all")];
static VALUES_AXIS: &[Param] =
    &[Param { name: "values", kind: ParamKind::Tensors, default: None }, axis("all")];

static SUM: Doc = Doc {
    sentence: "All numbers added up; with `axis = rows` one sum for each column, with `axis = columns` one for each row.",
    formula: "Σᵢ xᵢ",
    example: "sum([1, 2, 3])",
    result: "6",
};
static MAX: Doc = Doc {
    sentence: "The largest number, along an axis if one is given; of two or more values, the largest element by element.",
    formula: "maxᵢ xᵢ",
    example: "max([1, 3, 2])",
    result: "3",
};
static MIN: Doc = Doc {
    sentence: "The smallest number, along an axis if one is given; of two or more values, the smallest element by element.",
    formula: "minᵢ xᵢ",
    example: "min([2, 1, 3])",
    result: "1",
};
static ARGMAX: Doc = Doc {
    sentence: "The position, counted from 0, of the first largest number.",
    formula: "arg maxᵢ xᵢ",
    example: "argmax([1, 3, 2])",
    result: "1",
};

pub(super) static PRIMITIVES: &[Primitive] = &[
    Primitive {
        name: "sum",
        aliases: &["Σ"],
        params: X_AXIS,
        doc: &SUM,
        build: |graph, tensors, args| {
            let axis = primitive::axis_of(args).unwrap_or(Axis::All);
            graph.apply(OpRef::new(Reduce { fold: Fold::Sum, axis }), tensors)
        },
    },
    Primitive {
        name: "max",
        aliases: &[],
        params: VALUES_AXIS,
        doc: &MAX,
        build: |graph, tensors, args| {
            extreme(graph, tensors, primitive::axis_of(args), Fold::Max, OpRef::Static(&arithmetic::MAX))
        },
    },
    Primitive {
        name: "min",
        aliases: &[],
        params: VALUES_AXIS,
        doc: &MIN,
        build: |graph, tensors, args| {
            extreme(graph, tensors, primitive::axis_of(args), Fold::Min, OpRef::Static(&arithmetic::MIN))
        },
    },
    Primitive {
        name: "argmax",
        aliases: &[],
        params: X_AXIS,
        doc: &ARGMAX,
        build: |graph, tensors, args| {
            let axis = primitive::axis_of(args).unwrap_or(Axis::All);
            graph.apply(OpRef::new(ArgMax { axis }), tensors)
        },
    },
];

/// One value is reduced; two or more are compared element by element, and then reduced if an axis is given.
fn extreme(
    graph: &mut Graph,
    tensors: &[NodeId],
    axis: Option<Axis>,
    fold: Fold,
    pairwise: OpRef,
) -> Result<NodeId, ShapeProblem> {
    let (&first, others) =
        tensors.split_first().ok_or(ShapeProblem::Arity { expected: 1, found: tensors.len() })?;
    let mut best = first;
    for &other in others {
        best = graph.apply(pairwise.clone(), &[best, other])?;
    }
    match (others.is_empty(), axis) {
        (false, None) => Ok(best),
        (true, None) => graph.apply(OpRef::new(Reduce { fold, axis: Axis::All }), &[best]),
        (_, Some(axis)) => graph.apply(OpRef::new(Reduce { fold, axis }), &[best]),
    }
}

/// The shape without the axis.
fn reduced_shape(shape: &Shape, axis: Axis) -> Result<Shape, ShapeProblem> {
    let Axis::Only(axis) = axis else { return Ok(Shape::scalar()) };
    if axis >= shape.rank() {
        let expected = if axis == 0 { "a vector or a matrix" } else { "a matrix" };
        return Err(ShapeProblem::Rank { input: 0, expected });
    }
    let mut rest = shape.clone();
    rest.0.remove(axis);
    Ok(rest)
}

/// A reduction without a neutral element needs at least one number along what it runs over.
fn not_empty(shape: &Shape, axis: Axis) -> Result<(), ShapeProblem> {
    let empty = match axis {
        Axis::All => shape.is_empty(),
        Axis::Only(axis) => shape.0.get(axis) == Some(&Size::Known(0)),
    };
    if empty { Err(ShapeProblem::Empty { input: 0 }) } else { Ok(()) }
}

/// Repeats a result of a reduction over what it was reduced from.
pub(super) fn spread(g: &mut Graph, reduced: NodeId, axis: Axis, wide: &TensorType) -> NodeId {
    match axis {
        Axis::All => reduced,
        Axis::Only(at) => {
            let size = wide.shape.0.get(at).cloned().unwrap_or(Size::Known(1));
            repeat(g, reduced, at, size)
        }
    }
}

impl Op for Reduce {
    facts!(
        self,
        match self.fold {
            Fold::Sum => "sum",
            Fold::Max => "_max",
            Fold::Min => "_min",
        },
        X_AXIS,
        match self.fold {
            Fold::Sum => &SUM,
            Fold::Max => &MAX,
            Fold::Min => &MIN,
        }
    );

    fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Axis(self.axis)]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        let shape = reduced_shape(&x.shape, self.axis)?;
        match self.fold {
            Fold::Sum => {}
            Fold::Max | Fold::Min => not_empty(&x.shape, self.axis)?,
        }
        Ok(TensorType { shape, batch: x.batch })
    }

    /// Of a sum: `dy` for every term. Of a largest number: `dy` shared evenly by all that are as large.
    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[x], y, dy) = (context.inputs, context.output, context.dy) else { return Vec::new() };
        let (fold, axis) = (self.fold, self.axis);
        vec![context.of(0, |g| {
            let wide = g.ty(x).clone();
            match fold {
                Fold::Sum => {
                    let dx = spread(g, dy, axis, &wide);
                    expand(g, dx, &TensorType { batch: g.ty(dx).batch, ..wide })
                }
                Fold::Max | Fold::Min => {
                    let best = spread(g, y, axis, &wide);
                    let mask = equal(g, x, best);
                    let count = reduced(g, Fold::Sum, axis, mask);
                    let share = div(g, dy, count);
                    let share = spread(g, share, axis, &wide);
                    mul(g, mask, share)
                }
            }
        })]
    }

    fn notation(&self) -> Notation {
        let (unicode, latex) = match self.fold {
            Fold::Sum => ("Σ({0})", "\\sum {0}"),
            Fold::Max => ("max({0})", "\\max {0}"),
            Fold::Min => ("min({0})", "\\min {0}"),
        };
        Notation { unicode, latex, derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        let x = inputs.first().copied().unwrap_or(Range::ANY);
        match self.fold {
            // A sum of nothing is 0, so that the ends are closed.
            Fold::Sum => Range { lo_open: false, hi_open: false, ..ranges::many(x) },
            Fold::Max | Fold::Min => x,
        }
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Reduce { fold: self.fold, axis: self.axis })
    }

    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[x] = inputs else { return None };
        if graph.ty(x).shape.is_scalar() && self.axis == Axis::All {
            return Some(x);
        }
        let table = match self.fold {
            Fold::Sum => rules::SUM,
            Fold::Max | Fold::Min => &[],
        };
        rules::fire(table, graph, &rules::Site { attributes: self.attributes(), inputs })
    }
}

impl Op for ArgMax {
    facts!(self, "argmax", X_AXIS, &ARGMAX);

    fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Axis(self.axis)]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        let shape = reduced_shape(&x.shape, self.axis)?;
        not_empty(&x.shape, self.axis)?;
        Ok(TensorType { shape, batch: x.batch })
    }

    fn grad(&self, _: &mut GradContext<'_>) -> Vec<Gradient> {
        vec![Gradient::None("a position has no slope")]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "argmax({0})", latex: "\\operatorname{arg\\,max} {0}", derivative: None }
    }

    fn range(&self, _: &[Range]) -> Range {
        ranges::NOT_NEGATIVE
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::ArgMax { axis: self.axis })
    }
}

/// How many numbers a reduction of this shape takes to one, as a value.
pub(super) fn count(graph: &mut Graph, shape: &Shape, axis: Axis) -> Option<NodeId> {
    let size = match axis {
        Axis::All => shape.len()?,
        Axis::Only(at) => shape.0.get(at)?.clone(),
    };
    Some(size_number(graph, &size))
}

/// The sum divided by the count.
pub(super) fn mean(graph: &mut Graph, x: NodeId, axis: Axis) -> Result<NodeId, ShapeProblem> {
    let shape = graph.ty(x).shape.clone();
    reduced_shape(&shape, axis)?;
    not_empty(&shape, axis)?;
    let count = count(graph, &shape, axis).ok_or(ShapeProblem::Overflow)?;
    let total = sum(graph, x, axis);
    Ok(div(graph, total, count))
}

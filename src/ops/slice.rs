//! Part of an axis, and its inverse: zeros around a value.

use super::build::{pad, slice};
use super::elementwise::facts;
use super::primitive::X;
use super::typing;
use crate::graph::{Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, Range, ShapeProblem};
use crate::tensor::Kernel;
use crate::types::{Shape, Size, TensorType};

/// Positions `from..to` of one axis; `drop` removes the axis, which then has one position.
#[derive(Clone, Debug)]
pub struct Slice {
    pub axis: usize,
    pub from: Size,
    pub to: Size,
    pub drop: bool,
}

/// Zeros before and after along one axis; `grow` adds the axis first.
#[derive(Clone, Debug)]
pub struct Pad {
    pub axis: usize,
    pub before: Size,
    pub after: Size,
    pub grow: bool,
}

static SLICE: Doc = Doc {
    sentence: "The positions from the first up to, but not including, the second.",
    formula: "xᵢ",
    example: "",
    result: "",
};
static PAD: Doc =
    Doc { sentence: "Zeros before and after the value.", formula: "x", example: "", result: "" };

impl Op for Slice {
    facts!(self, "_slice", X, &SLICE);

    fn attributes(&self) -> Vec<Attribute> {
        let (from, to) = (self.from.clone(), self.to.clone());
        vec![
            Attribute::Index(self.axis),
            Attribute::Size(from),
            Attribute::Size(to),
            Attribute::Flag(self.drop),
        ]
    }

    /// Bounds that depend on a name cannot be compared and pass.
    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        let Some(size) = x.shape.0.get(self.axis) else {
            return Err(ShapeProblem::Rank { input: 0, expected: axis_exists(self.axis) });
        };
        let outside =
            |index: &Size| ShapeProblem::Bounds { input: 0, index: index.clone(), size: size.clone() };
        let len = self.to.sub(&self.from).ok_or(ShapeProblem::Overflow)?;
        let after = size.sub(&self.to).ok_or(ShapeProblem::Overflow)?;
        if is_negative(&self.from) || (self.drop && is_negative(&after)) {
            return Err(outside(&self.from));
        }
        if is_negative(&after) || is_negative(&len) {
            return Err(outside(&self.to));
        }
        let mut shape = x.shape.clone();
        if self.drop {
            shape.0.remove(self.axis);
        } else {
            shape.0[self.axis] = len;
        }
        Ok(TensorType { shape, batch: x.batch })
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[x], dy) = (context.inputs, context.dy) else { return Vec::new() };
        let size = context.graph.ty(x).shape.0.get(self.axis).cloned();
        let Some(after) = size.and_then(|size| size.sub(&self.to)) else { return Vec::new() };
        vec![context.of(0, |g| pad(g, dy, self.axis, self.from.clone(), after, self.drop))]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "{0}[…]", latex: "{0}_{[\\ldots]}", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.first().copied().unwrap_or(Range::ANY)
    }

    fn kernel(&self) -> Option<Kernel> {
        let (from, to) = (self.from.count()?, self.to.count()?);
        Some(Kernel::Slice { axis: self.axis, from, to, drop: self.drop })
    }

    /// The whole axis is the value itself; a part of a concatenation that is one of its inputs is that input; a
    /// position of values side by side is that value. Equal on every float.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[x] = inputs else { return None };
        if !self.drop && self.from == Size::Known(0) && graph.ty(x).shape.0.get(self.axis) == Some(&self.to) {
            return Some(x);
        }
        let result = self.shape(&[graph.ty(x)]).ok()?;
        let found = if self.drop { self.part_of_stack(graph, x) } else { self.part_of_concat(graph, x) }?;
        (*graph.ty(found) == result).then_some(found)
    }
}

impl Slice {
    fn part_of_stack(&self, graph: &Graph, x: NodeId) -> Option<NodeId> {
        let stack = graph.op_named(x, "_stack")?;
        let at = self.from.count()?;
        if self.axis == 0 { stack.inputs.get(at).copied() } else { None }
    }

    fn part_of_concat(&self, graph: &Graph, x: NodeId) -> Option<NodeId> {
        let concat = graph.op_named(x, "concat")?;
        let mut start = Size::Known(0);
        for &part in &concat.inputs {
            let shape = &graph.ty(part).shape;
            let end = start.add(shape.0.get(self.axis)?)?;
            if start == self.from && end == self.to {
                return Some(part);
            }
            start = end;
        }
        None
    }
}

impl Op for Pad {
    facts!(self, "_pad", X, &PAD);

    fn attributes(&self) -> Vec<Attribute> {
        let (before, after) = (self.before.clone(), self.after.clone());
        vec![
            Attribute::Index(self.axis),
            Attribute::Size(before),
            Attribute::Size(after),
            Attribute::Flag(self.grow),
        ]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        let mut dims = x.shape.0.clone();
        if self.grow && self.axis <= dims.len() {
            dims.insert(self.axis, Size::Known(1));
        }
        let Some(dim) = dims.get_mut(self.axis) else {
            return Err(ShapeProblem::Rank { input: 0, expected: axis_exists(self.axis) });
        };
        super::primitive::not_negative(&self.before)?;
        super::primitive::not_negative(&self.after)?;
        let padded = dim.add(&self.before).and_then(|sum| sum.add(&self.after));
        *dim = padded.ok_or(ShapeProblem::Overflow)?;
        Ok(TensorType { shape: Shape(dims), batch: x.batch })
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[x], dy) = (context.inputs, context.dy) else { return Vec::new() };
        let dim = if self.grow {
            Some(Size::Known(1))
        } else {
            context.graph.ty(x).shape.0.get(self.axis).cloned()
        };
        let Some(to) = dim.and_then(|dim| dim.add(&self.before)) else { return Vec::new() };
        vec![context.of(0, |g| slice(g, dy, self.axis, self.before.clone(), to, self.grow))]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "pad({0})", latex: "\\operatorname{pad}({0})", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        let x = inputs.first().copied().unwrap_or(Range::ANY);
        super::ranges::union(x, Range::closed(0.0, 0.0))
    }

    fn kernel(&self) -> Option<Kernel> {
        let (before, after) = (self.before.count()?, self.after.count()?);
        Some(Kernel::Pad { axis: self.axis, before, after, grow: self.grow })
    }

    /// No zeros around: the value itself. Equal on every float.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let nothing = Size::Known(0);
        let &[x] = inputs else { return None };
        let same = !self.grow && self.before == nothing && self.after == nothing;
        (same && self.axis < graph.ty(x).shape.rank()).then_some(x)
    }
}

fn is_negative(size: &Size) -> bool {
    size.known().is_some_and(|n| n < 0)
}

fn axis_exists(axis: usize) -> &'static str {
    if axis == 0 { "a vector or a matrix" } else { "a matrix" }
}

//! The same numbers in another shape: transposed, reshaped, repeated along a new axis.

use super::build::{expand, reshape, sum, transpose};
use super::elementwise::facts;
use super::primitive::{self, Primitive, X, required, tensor};
use super::typing;
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, OpRef, Param, ParamKind, Range,
    ShapeProblem,
};
use crate::tensor::{Axis, Kernel};
use crate::types::{Shape, Size, TensorType};

/// `[m, n] -> [n, m]`, `[n] -> [1, n]`, with more axes all of them in reverse.
#[derive(Clone, Copy, Debug)]
pub struct Transpose;

/// The numbers as they are stored, column by column, in another shape.
#[derive(Clone, Debug)]
pub struct Reshape {
    pub shape: Shape,
}

/// The inverse of a reduction: the value repeated along a new axis.
#[derive(Clone, Debug)]
pub struct Repeat {
    pub axis: usize,
    pub size: Size,
}

static X_SHAPE: &[Param] = &[tensor("x"), required("shape", ParamKind::Shape)];
static TRANSPOSE: Doc = Doc {
    sentence: "Rows become columns; a vector, which is a column, becomes a matrix of one row.",
    formula: "(Aᵀ)ᵢⱼ = Aⱼᵢ",
    example: "[[1, 2], [3, 4]].T",
    result: "[[1, 3], [2, 4]]",
};
static RESHAPE: Doc = Doc {
    sentence: "The same numbers, in the order they are read row by row, in another shape.",
    formula: "x",
    example: "reshape([1, 2, 3, 4], [2, 2])",
    result: "[[1, 2], [3, 4]]",
};
static FLATTEN: Doc = Doc {
    sentence: "All numbers as one vector, in the order they are read row by row.",
    formula: "vec(Aᵀ)",
    example: "flatten([[1, 2], [3, 4]])",
    result: "[1, 2, 3, 4]",
};
static STORED: Doc = Doc {
    sentence: "The same numbers, in the order they are stored column by column, in another shape.",
    formula: "x",
    example: "",
    result: "",
};
static REPEAT: Doc =
    Doc { sentence: "The value repeated along a new axis.", formula: "x · 1ᵀ", example: "", result: "" };

pub(super) static PRIMITIVES: &[Primitive] = &[
    Primitive {
        name: "transpose",
        aliases: &[],
        params: X,
        doc: &TRANSPOSE,
        build: |graph, tensors, _| graph.apply(OpRef::Static(&Transpose), tensors),
    },
    Primitive {
        name: "reshape",
        aliases: &[],
        params: X_SHAPE,
        doc: &RESHAPE,
        build: |graph, tensors, args| {
            let [x] = primitive::exactly(tensors)?;
            in_reading_order(graph, x, primitive::shape_of(args)?)
        },
    },
    Primitive {
        name: "flatten",
        aliases: &[],
        params: X,
        doc: &FLATTEN,
        build: |graph, tensors, _| {
            let [x] = primitive::exactly(tensors)?;
            let len = graph.ty(x).shape.len().ok_or(ShapeProblem::Overflow)?;
            in_reading_order(graph, x, Shape(vec![len]))
        },
    },
];

/// Storage is column by column and people read row by row: reversing the axes on both sides turns one order
/// into the other.
fn in_reading_order(graph: &mut Graph, x: NodeId, shape: Shape) -> Result<NodeId, ShapeProblem> {
    if graph.ty(x).shape == shape {
        return Ok(x);
    }
    let rows_last = if graph.ty(x).shape.rank() >= 2 { transpose(graph, x) } else { x };
    let reversed = Shape(shape.0.iter().rev().cloned().collect());
    let stored = graph.apply(OpRef::new(Reshape { shape: reversed }), &[rows_last])?;
    Ok(if shape.rank() >= 2 { transpose(graph, stored) } else { stored })
}

impl Op for Transpose {
    facts!(self, "transpose", X, &TRANSPOSE);

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        let mut dims: Vec<Size> = x.shape.0.iter().rev().cloned().collect();
        match dims.len() {
            0 => return Err(ShapeProblem::Rank { input: 0, expected: "a vector or a matrix" }),
            1 => dims.insert(0, Size::Known(1)),
            _ => {}
        }
        Ok(TensorType { shape: Shape(dims), batch: x.batch })
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[x], dy) = (context.inputs, context.dy) else { return Vec::new() };
        vec![context.of(0, |g| {
            let shape = g.ty(x).shape.clone();
            if shape.rank() == 1 { reshape(g, dy, shape) } else { transpose(g, dy) }
        })]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "{0}ᵀ", latex: "{0}^\\top", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.first().copied().unwrap_or(Range::ANY)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Transpose)
    }

    /// `(Aᵀ)ᵀ = A` for matrices, and a repeated number needs no turning. Equal on every float.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[x] = inputs else { return None };
        if let Some(inner) = graph.op_named(x, "transpose") {
            let source = inner.inputs.first().copied()?;
            return (graph.ty(source).shape.rank() >= 2).then_some(source);
        }
        let ty = self.shape(&[graph.ty(x)]).ok()?;
        repeated_number(graph, x, ty)
    }
}

/// A view of a number repeated to a shape is the number repeated to the other shape.
fn repeated_number(graph: &mut Graph, x: NodeId, ty: TensorType) -> Option<NodeId> {
    let source = graph.op_named(x, "_expand")?.inputs.first().copied()?;
    graph.ty(source).shape.is_scalar().then(|| expand(graph, source, &ty))
}

impl Op for Reshape {
    facts!(self, "_reshape", X_SHAPE, &STORED);

    fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Shape(self.shape.clone())]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        let found = x.shape.len().ok_or(ShapeProblem::Overflow)?;
        let expected = self.shape.len().ok_or(ShapeProblem::Overflow)?;
        if found != expected {
            return Err(ShapeProblem::Count { input: 0, expected, found });
        }
        Ok(TensorType { shape: self.shape.clone(), batch: x.batch })
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[x], dy) = (context.inputs, context.dy) else { return Vec::new() };
        vec![context.of(0, |g| {
            let shape = g.ty(x).shape.clone();
            reshape(g, dy, shape)
        })]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "reshape({0})", latex: "\\operatorname{reshape}({0})", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.first().copied().unwrap_or(Range::ANY)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Reshape)
    }

    /// Of a reshape, or of a vector made a row: one reshape. Equal on every float.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[x] = inputs else { return None };
        if graph.ty(x).shape == self.shape {
            return Some(x);
        }
        let inner = graph.op_named(x, "_reshape").or_else(|| graph.op_named(x, "transpose"));
        if let Some(source) = inner.and_then(|node| node.inputs.first().copied()) {
            let keeps_order = graph.op_named(x, "_reshape").is_some() || graph.ty(source).shape.rank() == 1;
            return keeps_order.then(|| reshape(graph, source, self.shape.clone()));
        }
        let ty = TensorType { shape: self.shape.clone(), batch: graph.ty(x).batch };
        repeated_number(graph, x, ty)
    }
}

impl Op for Repeat {
    facts!(self, "_repeat", X, &REPEAT);

    fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Index(self.axis), Attribute::Size(self.size.clone())]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [x] = typing::inputs::<1>(types)?;
        primitive::not_negative(&self.size)?;
        if self.axis > x.shape.rank() {
            return Err(ShapeProblem::Rank { input: 0, expected: "a vector or a matrix" });
        }
        let mut shape = x.shape.clone();
        shape.0.insert(self.axis, self.size.clone());
        Ok(TensorType { shape, batch: x.batch })
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let dy = context.dy;
        vec![context.of(0, |g| sum(g, dy, Axis::Only(self.axis)))]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "{0}", latex: "{0}", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.first().copied().unwrap_or(Range::ANY)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Repeat { axis: self.axis })
    }

    /// A repeated number is repeated to the larger shape at once. Equal on every float.
    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        let &[x] = inputs else { return None };
        let ty = self.shape(&[graph.ty(x)]).ok()?;
        if graph.ty(x).shape.is_scalar() {
            return Some(expand(graph, x, &ty));
        }
        repeated_number(graph, x, ty)
    }
}

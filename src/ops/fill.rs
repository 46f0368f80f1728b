//! Values from nothing but their size: zeros, ones, the identity matrix, counting numbers.

use super::build::{expand, number};
use super::elementwise::facts;
use super::primitive::{Primitive, int_of, not_negative, required, shape_of};
use super::{ranges, typing};
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, OpRef, Param, ParamKind, Range,
    ShapeProblem,
};
use crate::tensor::Kernel;
use crate::types::{Shape, Size, TensorType};

/// `0, 1, ..., n − 1`
#[derive(Clone, Debug)]
pub struct Iota {
    pub len: Size,
}

/// The identity matrix.
#[derive(Clone, Debug)]
pub struct Eye {
    pub len: Size,
}

static N: &[Param] = &[required("n", ParamKind::Int)];
static SIZES: &[Param] = &[required("sizes", ParamKind::Sizes)];
static RANGE: Doc = Doc {
    sentence: "The whole numbers from 0 up to, but not including, `n`.",
    formula: "0, 1, …, n − 1",
    example: "range(4)",
    result: "[0, 1, 2, 3]",
};
static EYE: Doc = Doc {
    sentence: "The identity matrix: ones on the diagonal, zeros elsewhere.",
    formula: "I",
    example: "eye(2)",
    result: "[[1, 0], [0, 1]]",
};
static ZEROS: Doc = Doc {
    sentence: "Zeros in a shape given by its sizes.",
    formula: "0",
    example: "zeros(3)",
    result: "[0, 0, 0]",
};
static ONES: Doc = Doc {
    sentence: "Ones in a shape given by its sizes.",
    formula: "1",
    example: "ones(2, 2)",
    result: "[[1, 1], [1, 1]]",
};

pub(super) static PRIMITIVES: &[Primitive] = &[
    Primitive {
        name: "range",
        aliases: &[],
        params: N,
        doc: &RANGE,
        build: |graph, _, args| graph.apply(OpRef::new(Iota { len: int_of(args)? }), &[]),
    },
    Primitive {
        name: "eye",
        aliases: &[],
        params: N,
        doc: &EYE,
        build: |graph, _, args| graph.apply(OpRef::new(Eye { len: int_of(args)? }), &[]),
    },
    Primitive {
        name: "zeros",
        aliases: &[],
        params: SIZES,
        doc: &ZEROS,
        build: |graph, _, args| shape_of(args).map(|shape| filled(graph, 0.0, shape)),
    },
    Primitive {
        name: "ones",
        aliases: &[],
        params: SIZES,
        doc: &ONES,
        build: |graph, _, args| shape_of(args).map(|shape| filled(graph, 1.0, shape)),
    },
];

fn filled(graph: &mut Graph, value: f64, shape: Shape) -> NodeId {
    let value = number(graph, value);
    expand(graph, value, &TensorType::plain(shape))
}

impl Op for Iota {
    facts!(self, "range", N, &RANGE);

    fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Size(self.len.clone())]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        typing::inputs::<0>(types)?;
        not_negative(&self.len)?;
        Ok(TensorType::plain(Shape(vec![self.len.clone()])))
    }

    fn grad(&self, _: &mut GradContext<'_>) -> Vec<Gradient> {
        Vec::new()
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "range", latex: "\\operatorname{range}", derivative: None }
    }

    fn range(&self, _: &[Range]) -> Range {
        ranges::NOT_NEGATIVE
    }

    fn kernel(&self) -> Option<Kernel> {
        self.len.count().map(|_| Kernel::Iota)
    }
}

impl Op for Eye {
    facts!(self, "eye", N, &EYE);

    fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Size(self.len.clone())]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        typing::inputs::<0>(types)?;
        not_negative(&self.len)?;
        Ok(TensorType::plain(Shape(vec![self.len.clone(), self.len.clone()])))
    }

    fn grad(&self, _: &mut GradContext<'_>) -> Vec<Gradient> {
        Vec::new()
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "I", latex: "I", derivative: None }
    }

    fn range(&self, _: &[Range]) -> Range {
        ranges::ZERO_TO_ONE
    }

    fn kernel(&self) -> Option<Kernel> {
        self.len.count().map(|_| Kernel::Eye)
    }
}

//! A whole number as a vector with a one at its place.

use super::elementwise::facts;
use super::primitive::{Primitive, int_of, not_negative, required, tensor};
use super::{ranges, typing};
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Notation, Op, OpRef, Param, ParamKind, Range, ShapeProblem,
};
use crate::tensor::Kernel;
use crate::types::{Shape, Size, TensorType};

#[derive(Clone, Debug)]
pub struct OneHot {
    pub classes: Size,
}

static PARAMS: &[Param] = &[tensor("k"), required("n", ParamKind::Int)];
static DOC: Doc = Doc {
    sentence: "A vector of `n` zeros with a one at position `k`, counted from 0; all zeros if there is no such position.",
    formula: "eₖ",
    example: "one_hot(1, 3)",
    result: "[0, 1, 0]",
};

pub(super) static PRIMITIVES: &[Primitive] = &[Primitive {
    name: "one_hot",
    aliases: &[],
    params: PARAMS,
    doc: &DOC,
    build: |graph, tensors, args| graph.apply(OpRef::new(OneHot { classes: int_of(args)? }), tensors),
}];

impl Op for OneHot {
    facts!(self, "one_hot", PARAMS, &DOC);

    fn attributes(&self) -> Vec<Attribute> {
        vec![Attribute::Size(self.classes.clone())]
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [k] = typing::inputs::<1>(types)?;
        if !k.shape.is_scalar() {
            return Err(ShapeProblem::Rank { input: 0, expected: "a number" });
        }
        not_negative(&self.classes)?;
        Ok(TensorType { shape: Shape(vec![self.classes.clone()]), batch: k.batch })
    }

    fn grad(&self, _: &mut GradContext<'_>) -> Vec<Gradient> {
        vec![Gradient::None("a position has no slope")]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "one_hot({0})", latex: "e_{{0}}", derivative: None }
    }

    fn range(&self, _: &[Range]) -> Range {
        ranges::ZERO_TO_ONE
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::OneHot { classes: self.classes.count()? })
    }
}

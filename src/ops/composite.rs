//! Functions that users call like primitives and that are made of others.

use super::build::{sqrt, square};
use super::primitive::{Primitive, axis, axis_of, exactly, tensor};
use super::{comparison, reduce, select};
use crate::graph::{Doc, OpRef, Param, ShapeProblem};
use crate::tensor::Axis;

static X_AXIS: &[Param] = &[tensor("x"), axis("all")];
static CLAMP: &[Param] = &[tensor("x"), tensor("lo"), tensor("hi")];

pub(super) static PRIMITIVES: &[Primitive] = &[
    Primitive {
        name: "mean",
        aliases: &[],
        params: X_AXIS,
        doc: &Doc {
            sentence: "The sum of all numbers divided by how many they are, along an axis if one is given.",
            formula: "1/n Σᵢ xᵢ",
            example: "mean([1, 2, 6])",
            result: "3",
        },
        build: |graph, tensors, args| {
            let [x] = exactly(tensors)?;
            reduce::mean(graph, x, axis_of(args).unwrap_or(Axis::All))
        },
    },
    Primitive {
        name: "norm",
        aliases: &[],
        params: X_AXIS,
        doc: &Doc {
            sentence: "The length of a vector: the square root of the sum of squares, along an axis if one is given.",
            formula: "√(Σᵢ xᵢ²)",
            example: "norm([3, 4])",
            result: "5",
        },
        build: |graph, tensors, args| {
            let [x] = exactly(tensors)?;
            let axis = axis_of(args).unwrap_or(Axis::All);
            let squares = square(graph, x);
            let total = graph
                .apply(OpRef::new(reduce::Reduce { fold: crate::tensor::Fold::Sum, axis }), &[squares])?;
            Ok(sqrt(graph, total))
        },
    },
    Primitive {
        name: "clamp",
        aliases: &[],
        params: CLAMP,
        doc: &Doc {
            sentence: "Each number, but never below `lo` or above `hi`; at the ends the gradient passes.",
            formula: "min(max(x, lo), hi)",
            example: "clamp([-5, 0.5, 5], 0, 1)",
            result: "[0, 0.5, 1]",
        },
        build: |graph, tensors, _| {
            let [x, lo, hi]: [_; 3] = exactly(tensors)?;
            let places = |problem| match problem {
                // The comparison with `hi` has it as its second input, and the user as the third.
                ShapeProblem::Differ { left: 0, right: 1 } => ShapeProblem::Differ { left: 0, right: 2 },
                ShapeProblem::Batches { left: 0, right: 1 } => ShapeProblem::Batches { left: 0, right: 2 },
                other => other,
            };
            let below = graph.apply(OpRef::Static(&comparison::LESS), &[x, lo])?;
            let above = graph.apply(OpRef::Static(&comparison::GREATER), &[x, hi]).map_err(places)?;
            let capped = graph.apply(OpRef::Static(&select::Select), &[above, hi, x])?;
            graph.apply(OpRef::Static(&select::Select), &[below, lo, capped])
        },
    },
];

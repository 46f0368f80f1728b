//! What primitives give, on numbers small enough to check by hand. Matrices are written as they are read.

use std::sync::Arc;

use nn::exec::reference::{Environment, EvaluateProblem, evaluate};
use nn::graph::{Constant, Distribution, Graph, Leaf, NodeId, ShapeProblem, SlotId};
use nn::ops::{self, ArgValue, build};
use nn::tensor::{Axis, Buffer, Precision, Tensor};
use nn::types::{BatchId, Shape, Size, TensorType};

use super::sample;

fn vector(graph: &mut Graph, values: &[f64]) -> NodeId {
    constant(graph, &[values.len()], values.to_vec())
}

fn matrix<const N: usize>(graph: &mut Graph, rows: &[[f64; N]]) -> NodeId {
    let stored = (0..N).flat_map(|column| rows.iter().map(move |row| row[column])).collect();
    constant(graph, &[rows.len(), N], stored)
}

fn constant(graph: &mut Graph, shape: &[usize], values: Vec<f64>) -> NodeId {
    let leaf = Leaf::Tensor(Arc::new(Constant { shape: shape.to_vec(), values }));
    graph.leaf(leaf, TensorType::plain(Shape::known(shape)))
}

fn call(graph: &mut Graph, name: &str, tensors: &[NodeId], args: &[ArgValue]) -> NodeId {
    let primitive = ops::find(name).expect("a primitive");
    (primitive.build)(graph, tensors, args).expect("the arguments fit")
}

/// Shape and stored numbers.
#[track_caller]
fn check(graph: &Graph, node: NodeId, shape: &[usize], stored: &[f64]) {
    let environment = Environment { precision: Precision::F64, ..Environment::default() };
    let values = evaluate(graph, &[node], &environment).expect("a value");
    assert_eq!((values[0].shape.as_slice(), values[0].data.to_f64().as_slice()), (shape, stored));
}

const ROWS: ArgValue = ArgValue::Axis(Axis::Only(0));
const COLUMNS: ArgValue = ArgValue::Axis(Axis::Only(1));

/// A primitive, its axis, and the shape and numbers it gives.
type Reduction<'c> = (&'c str, &'c [ArgValue], &'c [usize], &'c [f64]);

#[test]
fn reductions_run_over_everything_or_an_axis() {
    let g = &mut Graph::default();
    let m = matrix(g, &[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]);
    let cases: [Reduction; 10] = [
        ("sum", &[], &[], &[21.0]),
        ("sum", &[ROWS], &[3], &[5.0, 7.0, 9.0]),
        ("sum", &[COLUMNS], &[2], &[9.0, 12.0]),
        ("mean", &[COLUMNS], &[2], &[3.0, 4.0]),
        ("max", &[ROWS], &[3], &[4.0, 5.0, 6.0]),
        ("min", &[COLUMNS], &[2], &[1.0, 2.0]),
        ("argmax", &[ROWS], &[3], &[1.0, 0.0, 1.0]),
        ("argmax", &[COLUMNS], &[2], &[1.0, 2.0]),
        ("mean", &[], &[], &[3.5]),
        ("argmax", &[], &[], &[5.0]),
    ];
    for (name, args, shape, expected) in cases {
        let result = call(g, name, &[m], args);
        check(g, result, shape, expected);
    }
    let v = vector(g, &[3.0, 4.0]);
    let norm = call(g, "norm", &[v], &[]);
    check(g, norm, &[], &[5.0]);
}

#[test]
fn matrices_are_flattened_and_reshaped_as_they_are_read() {
    let g = &mut Graph::default();
    let m = matrix(g, &[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let flat = call(g, "flatten", &[m], &[]);
    check(g, flat, &[6], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let tall = call(g, "reshape", &[m], &[ArgValue::Shape(Shape::known(&[3, 2]))]);
    let expected = matrix(g, &[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let same = call(g, "equal", &[tall, expected], &[]);
    check(g, same, &[3, 2], &[1.0; 6]);
    let back = call(g, "reshape", &[flat], &[ArgValue::Shape(Shape::known(&[2, 3]))]);
    let same = call(g, "equal", &[back, m], &[]);
    check(g, same, &[2, 3], &[1.0; 6]);
    let turned = build::transpose(g, m);
    check(g, turned, &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let cube = call(g, "reshape", &[flat], &[ArgValue::Shape(Shape::known(&[1, 3, 2]))]);
    let again = call(g, "flatten", &[cube], &[]);
    check(g, again, &[6], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}

#[test]
fn products_follow_the_textbook() {
    let g = &mut Graph::default();
    let a = matrix(g, &[[1.0, 2.0], [3.0, 4.0]]);
    let b = matrix(g, &[[0.0, 1.0], [1.0, 1.0]]);
    let (u, v) = (vector(g, &[1.0, 2.0]), vector(g, &[3.0, 4.0, 5.0]));
    let product = build::matmul(g, a, b);
    check(g, product, &[2, 2], &[2.0, 4.0, 3.0, 7.0]);
    let applied = build::matmul(g, a, u);
    check(g, applied, &[2], &[5.0, 11.0]);
    let dot = build::matmul(g, u, u);
    check(g, dot, &[], &[5.0]);
    let row = build::transpose(g, v);
    let outer = build::matmul(g, u, row);
    check(g, outer, &[2, 3], &[3.0, 6.0, 4.0, 8.0, 5.0, 10.0]);
    let left = build::transpose(g, u);
    let through = build::matmul(g, left, a);
    check(g, through, &[1, 2], &[7.0, 10.0]);
    let number = build::matmul(g, left, u);
    check(g, number, &[1], &[5.0]);
}

#[test]
fn parts_are_cut_and_joined() {
    let g = &mut Graph::default();
    let m = matrix(g, &[[1.0, 2.0], [3.0, 4.0]]);
    let (v, one) = (vector(g, &[7.0, 8.0]), build::number(g, 9.0));
    let below = call(g, "concat", &[m, m], &[]);
    check(g, below, &[4, 2], &[1.0, 3.0, 1.0, 3.0, 2.0, 4.0, 2.0, 4.0]);
    let beside = call(g, "concat", &[m, m], &[COLUMNS]);
    check(g, beside, &[2, 4], &[1.0, 3.0, 2.0, 4.0, 1.0, 3.0, 2.0, 4.0]);
    let longer = call(g, "concat", &[v, one], &[]);
    check(g, longer, &[3], &[7.0, 8.0, 9.0]);
    let row = build::slice(g, m, 0, Size::Known(1), Size::Known(2), true);
    check(g, row, &[2], &[3.0, 4.0]);
    let column = build::slice(g, m, 1, Size::Known(0), Size::Known(1), false);
    check(g, column, &[2, 1], &[1.0, 3.0]);
    let padded = build::pad(g, row, 0, Size::Known(1), Size::Known(0), true);
    check(g, padded, &[2, 2], &[0.0, 3.0, 0.0, 4.0]);
    let rows = build::stack(g, &[v, row]);
    check(g, rows, &[2, 2], &[7.0, 3.0, 8.0, 4.0]);
    let hot = call(g, "one_hot", &[one], &[ArgValue::Int(Size::Known(10))]);
    check(g, hot, &[10], &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let none = call(g, "one_hot", &[one], &[ArgValue::Int(Size::Known(2))]);
    check(g, none, &[2], &[0.0, 0.0]);
    let eye = call(g, "eye", &[], &[ArgValue::Int(Size::Known(2))]);
    check(g, eye, &[2, 2], &[1.0, 0.0, 0.0, 1.0]);
    let counted = call(g, "range", &[], &[ArgValue::Int(Size::Known(3))]);
    check(g, counted, &[3], &[0.0, 1.0, 2.0]);
    let along = build::repeat(g, v, 0, Size::Known(2));
    check(g, along, &[2, 2], &[7.0, 7.0, 8.0, 8.0]);
}

/// The conventions at ties and at kinks.
#[test]
fn gradients_at_ties_and_kinks() {
    let slope = |name: &str, at: &[f64], second: Option<f64>| {
        let g = &mut Graph::default();
        let x = sample::slot(g, 0, &TensorType::plain(Shape::known(&[at.len()])));
        let other = second.map(|value| build::number(g, value));
        let inputs: Vec<NodeId> = [x].into_iter().chain(other).collect();
        let y = call(g, name, &inputs, &[]);
        let total = build::sum(g, y, Axis::All);
        let gradient = nn::grad::differentiate(g, total, &[x]).expect("a slope");
        let value = Tensor { shape: vec![at.len()], examples: None, data: Buffer::F64(at.to_vec()) };
        let slots = [(SlotId(0), value)].into_iter().collect();
        let environment = Environment { slots, precision: Precision::F64, ..Environment::default() };
        evaluate(g, &gradient, &environment).expect("a value")[0].data.to_f64()
    };
    assert_eq!(slope("max", &[1.0, 3.0, 3.0], None), [0.0, 0.5, 0.5]);
    assert_eq!(slope("max", &[-1.0, 0.0, 1.0], Some(0.0)), [0.0, 0.5, 1.0]);
    assert_eq!(slope("min", &[-1.0, 0.0, 1.0], Some(0.0)), [1.0, 0.5, 0.0]);
    assert_eq!(slope("abs", &[-2.0, 0.0, 2.0], None), [-1.0, 0.0, 1.0]);
    assert_eq!(slope("floor", &[0.5, 1.5], None), [0.0, 0.0]);
    assert_eq!(slope("power", &[0.0, 2.0], Some(3.0)), [0.0, 12.0]);
    let g = &mut Graph::default();
    let x = sample::slot(g, 0, &TensorType::plain(Shape::known(&[4])));
    let (lo, hi) = (build::number(g, 0.0), build::number(g, 1.0));
    let y = call(g, "clamp", &[x, lo, hi], &[]);
    let total = build::sum(g, y, Axis::All);
    let gradient = nn::grad::differentiate(g, total, &[x]).expect("a slope");
    let value = Tensor { shape: vec![4], examples: None, data: Buffer::F64(vec![-1.0, 0.0, 1.0, 2.0]) };
    let environment = Environment {
        slots: [(SlotId(0), value)].into_iter().collect(),
        precision: Precision::F64,
        ..Environment::default()
    };
    assert_eq!(sample::numbers(g, &gradient, &environment), [[0.0, 1.0, 1.0, 0.0]]);
}

#[test]
fn types_that_do_not_fit_are_refused_with_the_facts() {
    let g = &mut Graph::default();
    let (two, three) = (vector(g, &[1.0; 2]), vector(g, &[1.0; 3]));
    let m = matrix(g, &[[1.0, 2.0], [3.0, 4.0]]);
    let batched = |g: &mut Graph, id| sample::slot(g, id, &TensorType::batched(Shape::scalar(), BatchId(id)));
    let (b0, b1) = (batched(g, 0), batched(g, 1));
    let mut refuse = |name: &str, tensors: &[NodeId], args: &[ArgValue], problem: ShapeProblem| {
        let primitive = ops::find(name).expect("a primitive");
        assert_eq!((primitive.build)(g, tensors, args), Err(problem), "{name}");
    };
    let known = Size::Known;
    refuse("add", &[two, three], &[], ShapeProblem::Differ { left: 0, right: 1 });
    refuse("add", &[b0, b1], &[], ShapeProblem::Batches { left: 0, right: 1 });
    refuse("matmul", &[m, three], &[], ShapeProblem::Inner { left_dim: known(2), right_dim: known(3) });
    refuse("sum", &[two], &[COLUMNS], ShapeProblem::Rank { input: 0, expected: "a matrix" });
    refuse("batch_mean", &[two], &[], ShapeProblem::NoBatch { input: 0 });
    refuse("exp", &[two, three], &[], ShapeProblem::Arity { expected: 1, found: 2 });
    refuse("eye", &[], &[ArgValue::Int(known(-1))], ShapeProblem::Negative { size: known(-1) });
    let shape = ArgValue::Shape(Shape::known(&[5]));
    refuse("reshape", &[m], &[shape], ShapeProblem::Count { input: 0, expected: known(5), found: known(4) });
    let huge = ArgValue::Shape(Shape::known(&[usize::MAX, usize::MAX]));
    refuse("reshape", &[m], &[huge], ShapeProblem::Overflow);
    refuse("transpose", &[b0], &[], ShapeProblem::Rank { input: 0, expected: "a vector or a matrix" });
    let outside = ShapeProblem::Bounds { input: 0, index: known(2), size: known(2) };
    assert_eq!(g.apply(ops::slice(0, known(2), known(3), true), &[two]), Err(outside));
    let empty = constant(g, &[0], Vec::new());
    let problem = (ops::find("max").expect("a primitive").build)(g, &[empty], &[]);
    assert_eq!(problem, Err(ShapeProblem::Empty { input: 0 }));
}

#[test]
fn the_judge_refuses_what_it_cannot_hold() {
    let g = &mut Graph::default();
    let zeros = call(g, "zeros", &[], &[ArgValue::Shape(Shape::known(&[1 << 20, 1 << 20]))]);
    let environment = Environment::default();
    assert_eq!(evaluate(g, &[zeros], &environment), Err(EvaluateProblem::TooLarge { node: zeros }));
    let x = sample::slot(g, 0, &TensorType::number());
    assert_eq!(evaluate(g, &[x], &environment), Err(EvaluateProblem::NoSlot { node: x, slot: SlotId(0) }));
}

#[test]
fn random_numbers_depend_on_seed_name_and_step_and_f32_is_rounded() {
    let g = &mut Graph::default();
    let random = |g: &mut Graph, name: &str, distribution| {
        let leaf = Leaf::Random { name: name.into(), distribution };
        g.leaf(leaf, TensorType::plain(Shape::known(&[4])))
    };
    let a = random(g, "a", Distribution::Uniform);
    let b = random(g, "b", Distribution::Normal);
    let value = |seed, step| {
        evaluate(g, &[a, b], &Environment { seed, step, ..Environment::default() }).expect("a value")
    };
    assert_eq!(value(1, 2), value(1, 2));
    assert_ne!(value(1, 2), value(1, 3));
    assert_ne!(value(1, 2), value(2, 2));
    assert!(value(1, 2)[0].data.to_f64().iter().all(|u| (0.0..1.0).contains(u)));
    let third = build::number(g, 1.0 / 3.0);
    let values = evaluate(g, &[third], &Environment::default()).expect("a value");
    assert_eq!(values[0].data, Buffer::F32(vec![1.0 / 3.0]));
}

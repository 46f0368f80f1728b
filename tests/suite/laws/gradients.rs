//! Gradients agree with central differences, of the first and second order, and stay small.

use nn::exec::reference::Environment;
use nn::grad::{GradProblem, differentiate};
use nn::graph::{Graph, NodeId, SlotId};
use nn::ops::{self, Primitive, build};
use nn::tensor::{Axis, Buffer};
use nn::types::{Shape, Size, SizeVar, TensorType};

use super::sample::{self, BATCH, Call};

/// Far enough apart for 16 digits, near enough for the curve.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 2e-6;

#[test]
fn gradients_agree_with_central_differences() {
    for primitive in ops::catalogue().iter().filter(|primitive| primitive.name != "stop_gradient") {
        for call in sample::calls(primitive) {
            let mut graph = Graph::default();
            check_orders(&mut graph, primitive, &call);
        }
    }
}

#[test]
fn gradients_of_unsimplified_graphs_agree_too() {
    for primitive in ops::catalogue().iter().filter(|primitive| primitive.name != "stop_gradient") {
        for call in sample::calls(primitive).into_iter().step_by(3) {
            let mut graph = Graph::verbatim();
            check_orders(&mut graph, primitive, &call);
        }
    }
}

/// First order of `Σ w ⊙ op(x)`, second order of `Σ w ⊙ ∇`.
fn check_orders(graph: &mut Graph, primitive: &Primitive, call: &Call) {
    if call.types.is_empty() {
        return;
    }
    let (inputs, result) = sample::apply(graph, primitive, call).expect("the call was tried");
    let mut slots: Vec<(SlotId, TensorType)> =
        call.types.iter().enumerate().map(|(at, ty)| (SlotId(at as u32), ty.clone())).collect();
    let first = weighted(graph, &[result], &mut slots);
    let domain = sample::domain(primitive, call);
    let gradients = each(graph, first, &inputs);
    let second = weighted(graph, &gradients, &mut slots);
    let context = format!("{} {call:?}", primitive.name);
    let environment = sample::environment(&slots, domain, 11);
    agree(graph, first, &gradients, &inputs, &environment, &context);
    let again = each(graph, second, &inputs);
    agree(graph, second, &again, &inputs, &environment, &context);
}

/// The gradient by each input; zeros where there is no slope on any path.
fn each(graph: &mut Graph, output: NodeId, inputs: &[NodeId]) -> Vec<NodeId> {
    let mut gradients = Vec::new();
    for &input in inputs {
        gradients.push(match differentiate(graph, output, &[input]) {
            Ok(gradient) => gradient[0],
            Err(GradProblem::NotDifferentiable { .. }) => {
                let ty = graph.ty(input).clone();
                build::zeros(graph, &ty)
            }
            Err(problem) => panic!("{problem:?}"),
        });
    }
    gradients
}

/// One number from several values: each weighted by a slot of its own and summed.
fn weighted(graph: &mut Graph, values: &[NodeId], slots: &mut Vec<(SlotId, TensorType)>) -> NodeId {
    let mut total = build::number(graph, 0.0);
    for &value in values {
        let ty = graph.ty(value).clone();
        let id = SlotId(slots.len() as u32);
        let weight = sample::slot(graph, id.0, &ty);
        slots.push((id, ty.clone()));
        let product = build::mul(graph, weight, value);
        let mut sum = build::sum(graph, product, Axis::All);
        if ty.batch.is_some() {
            sum = build::batch_sum(graph, sum);
        }
        total = build::add(graph, total, sum);
    }
    total
}

fn agree(
    graph: &Graph,
    output: NodeId,
    gradients: &[NodeId],
    inputs: &[NodeId],
    environment: &Environment,
    context: &str,
) {
    for (&gradient, &input) in gradients.iter().zip(inputs) {
        assert_eq!(graph.ty(gradient), graph.ty(input), "{context}: a gradient has the type of its value");
    }
    let derived = sample::numbers(graph, gradients, environment);
    for (at, derived) in derived.iter().enumerate() {
        let measured = differences(graph, output, SlotId(at as u32), environment);
        assert!(
            sample::close(derived, &measured, TOLERANCE),
            "{context}: by input {at}\n derived {derived:?}\nmeasured {measured:?}"
        );
    }
}

/// `(f(x + h) − f(x − h)) / 2h` for each number of a slot.
fn differences(graph: &Graph, output: NodeId, slot: SlotId, environment: &Environment) -> Vec<f64> {
    let value = |at: usize, shift: f64| {
        let mut moved = environment.clone();
        match &mut moved.slots[&slot].data {
            Buffer::F64(numbers) => numbers[at] += shift,
            Buffer::F32(_) => panic!("laws are tested in double precision"),
        }
        sample::numbers(graph, &[output], &moved)[0][0]
    };
    (0..environment.slots[&slot].data.len())
        .map(|at| (value(at, STEP) - value(at, -STEP)) / (2.0 * STEP))
        .collect()
}

#[test]
fn squares_of_squares_have_small_gradients() {
    let mut graph = Graph::default();
    let x = sample::slot(&mut graph, 0, &TensorType::number());
    let mut y = x;
    for _ in 0..60 {
        y = build::mul(&mut graph, y, y);
    }
    assert_eq!(graph.len(), 61);
    differentiate(&mut graph, y, &[x]).expect("a number has a gradient");
    assert!(graph.len() <= 6 * 61, "{} nodes", graph.len());
}

#[test]
fn long_chains_need_no_stack() {
    let mut graph = Graph::default();
    let x = sample::slot(&mut graph, 0, &TensorType::number());
    let mut y = x;
    for _ in 0..100_000 {
        y = build::exp(&mut graph, y);
        y = build::neg(&mut graph, y);
    }
    let log = build::log(&mut graph, y);
    differentiate(&mut graph, log, &[x]).expect("a number has a gradient");
    assert!(graph.len() <= 6 * 200_000);
}

#[test]
fn a_quotient_of_quotients_is_rewritten_without_deep_recursion() {
    let mut graph = Graph::default();
    let x = sample::slot(&mut graph, 0, &TensorType::number());
    let mut y = x;
    for _ in 0..50_000 {
        let e = build::exp(&mut graph, x);
        let above = build::add(&mut graph, y, x);
        let e = build::mul(&mut graph, e, x);
        y = build::div(&mut graph, e, above);
        let up = build::exp(&mut graph, y);
        y = build::div(&mut graph, up, y);
    }
    build::log(&mut graph, y);
}

#[test]
fn stopped_and_independent_values_have_zero_gradients() {
    let mut graph = Graph::default();
    let x = sample::slot(&mut graph, 0, &TensorType::plain(Shape::known(&[2])));
    let other = sample::slot(&mut graph, 1, &TensorType::batched(Shape::known(&[3]), BATCH));
    let stopped = build::stop_gradient(&mut graph, x);
    let total = build::sum(&mut graph, stopped, Axis::All);
    let gradients = differentiate(&mut graph, total, &[x, other]).expect("zeros");
    let slots = [(SlotId(0), graph.ty(x).clone())];
    let environment = sample::environment(&slots, sample::Domain::Signed, 5);
    assert_eq!(sample::numbers(&graph, &gradients, &environment), [vec![0.0; 2], vec![0.0; 6]]);
}

#[test]
fn what_has_no_gradient_says_why() {
    let mut graph = Graph::default();
    let x = sample::slot(&mut graph, 0, &TensorType::plain(Shape::known(&[2])));
    let batched = sample::slot(&mut graph, 1, &TensorType::batched(Shape::scalar(), BATCH));
    let shape = Shape::known(&[2]);
    assert_eq!(differentiate(&mut graph, x, &[x]), Err(GradProblem::NotANumber { shape }));
    assert_eq!(differentiate(&mut graph, batched, &[x]), Err(GradProblem::Batched { batch: BATCH }));
    let argmax = ops::find("argmax").expect("a primitive");
    let place = (argmax.build)(&mut graph, &[x], &[]).expect("a vector has a largest number");
    let reason = "a position has no slope";
    assert_eq!(
        differentiate(&mut graph, place, &[x]),
        Err(GradProblem::NotDifferentiable { wrt: x, at: place, input: 0, reason })
    );
    let total = build::sum(&mut graph, x, Axis::All);
    let both = build::add(&mut graph, place, total);
    assert!(differentiate(&mut graph, both, &[x]).is_ok(), "another path has a slope");
}

/// A dense layer with a loss, its sizes unknown: the gradient has the type of each parameter.
#[test]
fn gradients_work_for_symbolic_sizes() {
    let size = |id: u32, name: &str| Size::var(SizeVar { id, name: name.into() });
    let (n, m) = (size(0, "n"), size(1, "m"));
    let mut graph = Graph::default();
    let w = sample::slot(&mut graph, 0, &TensorType::plain(Shape(vec![n.clone(), m.clone()])));
    let b = sample::slot(&mut graph, 1, &TensorType::plain(Shape(vec![n])));
    let x = sample::slot(&mut graph, 2, &TensorType::batched(Shape(vec![m]), BATCH));
    let z = build::matmul(&mut graph, w, x);
    let z = build::add(&mut graph, z, b);
    let y = build::sigmoid(&mut graph, z);
    let squares = build::square(&mut graph, y);
    let mean = build::mean(&mut graph, squares, Axis::All);
    let loss = build::batch_mean(&mut graph, mean);
    let gradients = differentiate(&mut graph, loss, &[w, b, x]).expect("a number has a gradient");
    for (gradient, value) in gradients.into_iter().zip([w, b, x]) {
        assert_eq!(graph.ty(gradient), graph.ty(value));
    }
    assert!(
        graph.ids().any(|id| graph.op_named(id, "_matmul_sum").is_some()),
        "the weight gradient is one product"
    );
}

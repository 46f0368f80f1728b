//! Simplification keeps values; equal nodes are one and random ones are not.

use nn::graph::{Distribution, Graph, Leaf, NodeId, SlotId};
use nn::ops::{self, build};
use nn::tensor::Axis;
use nn::tensor::random::Stream;
use nn::types::{Shape, TensorType};

use super::sample::{self, BATCH};

#[test]
fn simplification_keeps_the_value_of_every_call() {
    for primitive in ops::catalogue() {
        for call in sample::calls(primitive) {
            let slots: Vec<_> =
                call.types.iter().enumerate().map(|(at, ty)| (SlotId(at as u32), ty.clone())).collect();
            let environment = sample::environment(&slots, sample::Domain::Signed, 6);
            let value = |mut graph: Graph| {
                let (_, result) = sample::apply(&mut graph, primitive, &call).expect("the call was tried");
                sample::numbers(&graph, &[result], &environment).concat()
            };
            let (simple, verbatim) = (value(Graph::default()), value(Graph::verbatim()));
            assert!(sample::close(&simple, &verbatim, 1e-12), "{} {call:?}", primitive.name);
        }
    }
}

/// Random expressions, built twice from the same dice.
#[test]
fn simplification_keeps_the_value_of_random_expressions() {
    let slots = expression_slots();
    let environment = sample::environment(&slots, sample::Domain::Fraction, 8);
    for seed in 0..600 {
        let value = |mut graph: Graph| {
            let all = random_expression(&mut graph, &slots, seed);
            let numbers = sample::numbers(&graph, &all, &environment);
            (graph, all, numbers)
        };
        let (simple, nodes, simple_numbers) = value(Graph::default());
        let (_, _, verbatim_numbers) = value(Graph::verbatim());
        for ((id, a), b) in nodes.iter().zip(&simple_numbers).zip(&verbatim_numbers) {
            let usable = b.iter().all(|number| number.is_finite() && number.abs() < 1e6);
            assert!(
                !usable || sample::close(a, b, 1e-7),
                "seed {seed}: {:?}\nsimplified {a:?}\n  verbatim {b:?}",
                simple.node(*id)
            );
        }
    }
}

/// What random expressions are made of.
pub fn expression_slots() -> Vec<(SlotId, TensorType)> {
    let types = [
        TensorType::number(),
        TensorType::plain(Shape::known(&[3])),
        TensorType::batched(Shape::known(&[3]), BATCH),
        TensorType::batched(Shape::scalar(), BATCH),
        TensorType::plain(Shape::known(&[3, 3])),
    ];
    types.iter().enumerate().map(|(at, ty)| (SlotId(at as u32), ty.clone())).collect()
}

/// Every value on the way is a result. The dice fall the same way for every graph.
pub fn random_expression(graph: &mut Graph, slots: &[(SlotId, TensorType)], seed: u64) -> Vec<NodeId> {
    let dice = Stream::new(seed, "dice");
    let mut throw = 0;
    let mut roll = |sides: usize| {
        throw += 1;
        (dice.bits(0, throw) % sides as u64) as usize
    };
    let mut pool: Vec<NodeId> = slots.iter().map(|(id, ty)| sample::slot(graph, id.0, ty)).collect();
    pool.extend([0.0, 1.0, -1.0, 2.0, 0.5, -0.0].map(|value| build::number(graph, value)));
    let names = [
        "add",
        "subtract",
        "multiply",
        "divide",
        "power",
        "negate",
        "exp",
        "log",
        "square",
        "sigmoid",
        "reciprocal",
        "sum",
        "select",
        "batch_sum",
        "matmul",
        "transpose",
        "log1p",
        "sqrt",
        "abs",
        "max",
        "not",
        "concat",
        "flatten",
        "exp",
        "log",
        "sum",
        "divide",
        "add",
    ];
    let primitives = names.map(|name| ops::find(name).expect("a primitive"));
    for _ in 0..40 {
        let primitive = primitives[roll(primitives.len())];
        let tensors: Vec<NodeId> =
            primitive.params.iter().filter(|p| p.name != "axis").map(|_| pool[roll(pool.len())]).collect();
        if let Ok(node) = (primitive.build)(graph, &tensors, &[]) {
            pool.push(node);
        }
    }
    pool
}

#[test]
fn equal_nodes_are_one_and_random_ones_are_not() {
    let mut graph = Graph::default();
    let x = sample::slot(&mut graph, 0, &TensorType::number());
    let (a, b) = (build::exp(&mut graph, x), build::exp(&mut graph, x));
    assert_eq!(a, b);
    let random = |graph: &mut Graph, name: &str| {
        let leaf = Leaf::Random { name: name.into(), distribution: Distribution::Normal };
        graph.leaf(leaf, TensorType::number())
    };
    assert_ne!(random(&mut graph, "dropout1"), random(&mut graph, "dropout2"));
    assert_ne!(graph.constant(0.0), graph.constant(-0.0));
}

/// What a textbook writes stays finite far from zero, and tells which rule did it.
#[test]
fn textbook_formulas_are_safe() {
    let vector = TensorType::plain(Shape::known(&[3]));
    check_safe(&vector, "log of softmax", |g, z| {
        let powers = build::exp(g, z);
        let total = build::sum(g, powers, Axis::All);
        let softmax = build::div(g, powers, total);
        build::log(g, softmax)
    });
    check_safe(&vector, "softmax", |g, z| {
        let powers = build::exp(g, z);
        let total = build::sum(g, powers, Axis::All);
        build::div(g, powers, total)
    });
    check_safe(&vector, "log of softmax", |g, z| {
        let largest = build::reduce(g, nn::tensor::Fold::Max, Axis::All, z);
        let shifted = build::sub(g, z, largest);
        let powers = build::exp(g, shifted);
        let total = build::sum(g, powers, Axis::All);
        let softmax = build::div(g, powers, total);
        build::log(g, softmax)
    });
    check_safe(&vector, "log of a sum of exponentials", |g, z| {
        let powers = build::exp(g, z);
        let total = build::sum(g, powers, Axis::All);
        build::log(g, total)
    });
    check_safe(&vector, "log of 1 - sigmoid", |g, z| {
        let s = build::sigmoid(g, z);
        let one = build::number(g, 1.0);
        let rest = build::sub(g, one, s);
        build::log(g, rest)
    });
    check_safe(&vector, "log of 1 + exp", |g, z| {
        let powers = build::exp(g, z);
        let one = build::number(g, 1.0);
        let sum = build::add(g, one, powers);
        build::log(g, sum)
    });
    check_safe(&vector, "log of sigmoid", |g, z| {
        let down = build::neg(g, z);
        let powers = build::exp(g, down);
        let one = build::number(g, 1.0);
        let sum = build::add(g, one, powers);
        let logistic = build::div(g, one, sum);
        build::log(g, logistic)
    });
}

fn check_safe(ty: &TensorType, rule: &str, formula: fn(&mut Graph, NodeId) -> NodeId) {
    let mut graph = Graph::default();
    let z = sample::slot(&mut graph, 0, ty);
    let thousand = build::number(&mut graph, 1000.0);
    let far = build::mul(&mut graph, z, thousand);
    let value = formula(&mut graph, far);
    assert_eq!(graph.rule(value), Some(rule));
    let total = build::sum(&mut graph, value, Axis::All);
    let gradient = nn::grad::differentiate(&mut graph, total, &[z]).expect("a number has a gradient");
    let environment = sample::environment(&[(SlotId(0), ty.clone())], sample::Domain::Signed, 2);
    let numbers = sample::numbers(&graph, &[value, gradient[0]], &environment).concat();
    assert!(numbers.iter().all(|number| number.is_finite()), "{rule}: {numbers:?}");
    // Near zero it is the formula as written.
    let near = sample::environment(&[(SlotId(0), ty.clone())], sample::Domain::Fraction, 2);
    let (mut simple, mut verbatim) = (Graph::default(), Graph::verbatim());
    let both = [&mut simple, &mut verbatim].map(|graph| {
        let z = sample::slot(graph, 0, ty);
        let value = formula(graph, z);
        sample::numbers(graph, &[value], &near).concat()
    });
    assert!(sample::close(&both[0], &both[1], 1e-12), "{rule}: {both:?}");
}

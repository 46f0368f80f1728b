//! Every rewriting rule has an expression that it fires on, and keeps its value there.

use nn::graph::{Attribute, Graph, NodeId, SlotId};
use nn::ops::build::{
    abs, add, cosh, div, exp, expand, matmul, mean, mul, neg, not, number, reciprocal, sigmoid, slice, sqrt,
    square, sub, sum, transpose,
};
use nn::ops::rules::{self, Site};
use nn::tensor::Axis;
use nn::types::{Shape, TensorType};

use super::sample::{self, BATCH};

/// The inputs that a rule is tried with, from a vector and the same vector over a batch.
type Case = (&'static str, fn(&mut Graph, NodeId, NodeId) -> Vec<NodeId>);

static CASES: &[Case] = &[
    ("add zero", |g, x, _| vec![number(g, 0.0), x]),
    ("add negative", |g, x, b| vec![x, neg(g, b)]),
    ("add to itself", |_, x, _| vec![x, x]),
    ("subtract zero", |g, x, _| vec![x, number(g, 0.0)]),
    ("subtract from zero", |g, x, _| vec![number(g, 0.0), x]),
    ("subtract negative", |g, x, b| vec![x, neg(g, b)]),
    ("multiply by one", |g, x, _| vec![number(g, 1.0), x]),
    ("multiply by minus one", |g, x, _| vec![x, number(g, -1.0)]),
    ("sign of a product", |g, x, b| vec![neg(g, x), b]),
    ("multiply by itself", |_, x, _| vec![x, x]),
    ("sum of negatives", |g, _, b| vec![neg(g, b)]),
    ("collect scalars", |g, x, _| {
        let (two, three) = (number(g, 2.0), number(g, 3.0));
        vec![two, mul(g, x, three)]
    }),
    ("divide by one", |g, x, _| vec![x, number(g, 1.0)]),
    ("one divided", |g, x, _| vec![number(g, 1.0), x]),
    ("sign of a quotient", |g, x, b| vec![neg(g, x), b]),
    ("power 0", |g, x, _| vec![x, number(g, 0.0)]),
    ("power 1", |g, x, _| vec![x, number(g, 1.0)]),
    ("power 2", |g, x, _| vec![x, number(g, 2.0)]),
    ("power 0.5", |g, x, _| vec![x, number(g, 0.5)]),
    ("power -1", |g, x, _| vec![x, number(g, -1.0)]),
    ("negate twice", |g, x, _| vec![neg(g, x)]),
    ("size of a size", |g, x, _| vec![neg(g, x)]),
    ("square without sign", |g, x, _| vec![abs(g, x)]),
    ("choose by not", |g, x, b| vec![not(g, b), x, b]),
    ("sum of one number", |g, x, b| {
        let total = sum(g, x, Axis::All);
        let ty = g.ty(b).clone();
        vec![expand(g, total, &ty)]
    }),
    ("batch sum of one value", |g, x, b| {
        let ty = g.ty(b).clone();
        vec![expand(g, x, &ty)]
    }),
    ("weight gradient", |g, _, b| {
        let row = transpose(g, b);
        vec![matmul(g, b, row)]
    }),
    ("batch sum of a transpose", |g, _, b| vec![transpose(g, b)]),
    ("log of exp", |g, x, _| vec![exp(g, x)]),
    ("log of softmax", |g, x, b| {
        let top = exp(g, b);
        vec![div(g, top, x)]
    }),
    ("log of a sum of exponentials", |g, _, b| {
        let powers = exp(g, b);
        vec![sum(g, powers, Axis::All)]
    }),
    ("log of sigmoid", |g, x, _| vec![sigmoid(g, x)]),
    ("log of 1 - sigmoid", |g, x, _| {
        let (one, s) = (number(g, 1.0), sigmoid(g, x));
        vec![sub(g, one, s)]
    }),
    ("log of 1 + exp", |g, x, _| {
        let (one, power) = (number(g, 1.0), exp(g, x));
        vec![add(g, one, power)]
    }),
    ("log of a scaled sum of exponentials", |g, _, b| {
        let powers = exp(g, b);
        let (total, four) = (sum(g, powers, Axis::All), number(g, 4.0));
        vec![div(g, total, four)]
    }),
    ("log of two exponentials", |g, x, b| {
        let (one, other) = (exp(g, x), exp(g, b));
        vec![add(g, one, other)]
    }),
    ("log of an item", |g, x, _| {
        let s = sigmoid(g, x);
        vec![slice(g, s, 0, 1.into(), 2.into(), true)]
    }),
    ("log of odds", |g, x, _| {
        let (one, s) = (number(g, 1.0), sigmoid(g, x));
        let rest = sub(g, one, s);
        vec![div(g, s, rest)]
    }),
    ("log of cosh", |g, x, _| vec![cosh(g, x)]),
    ("log of 1 - exp", |g, x, _| {
        let down = neg(g, x);
        let (one, power) = (number(g, 1.0), exp(g, down));
        vec![sub(g, one, power)]
    }),
    ("variance of nearly equal numbers", |g, x, _| {
        let squares = square(g, x);
        let (squares, plain) = (mean(g, squares, Axis::All), mean(g, x, Axis::All));
        vec![squares, square(g, plain)]
    }),
    ("logistic function as a factor", |g, x, _| {
        let down = neg(g, x);
        let (one, power) = (number(g, 1.0), exp(g, down));
        vec![x, add(g, one, power)]
    }),
    ("hyperbolic tangent", |g, x, _| {
        let down = neg(g, x);
        let (up, down) = (exp(g, x), exp(g, down));
        vec![sub(g, up, down), add(g, up, down)]
    }),
    ("hyperbolic tangent, other form", |g, x, _| {
        let (one, power) = (number(g, 1.0), exp(g, x));
        vec![sub(g, power, one), add(g, power, one)]
    }),
    ("log1p of exp", |g, x, _| vec![exp(g, x)]),
    ("log1p of -sigmoid", |g, x, _| {
        let s = sigmoid(g, x);
        vec![neg(g, s)]
    }),
    ("logistic function", |g, x, _| {
        let down = neg(g, x);
        let (one, power) = (number(g, 1.0), exp(g, down));
        vec![add(g, power, one)]
    }),
    ("direction of a vector", |g, x, _| {
        let squares = square(g, x);
        let total = sum(g, squares, Axis::All);
        vec![x, sqrt(g, total)]
    }),
    ("reciprocal of a reciprocal", |g, x, _| vec![reciprocal(g, x)]),
    ("logistic function, other form", |g, x, _| {
        let (one, power) = (number(g, 1.0), exp(g, x));
        vec![power, add(g, one, power)]
    }),
    ("softmax", |g, _, b| {
        let powers = exp(g, b);
        vec![powers, sum(g, powers, Axis::All)]
    }),
];

#[test]
fn every_rule_fires_and_keeps_the_value() {
    let vector = TensorType::plain(Shape::known(&[3]));
    let batched = TensorType::batched(Shape::known(&[3]), BATCH);
    let slots = [(SlotId(0), vector), (SlotId(1), batched)];
    let environment = sample::environment(&slots, sample::Domain::Fraction, 9);
    for (op, rule) in rules::all() {
        let (_, case) =
            CASES.iter().find(|(name, _)| *name == rule.name).unwrap_or_else(|| panic!("{}", rule.name));
        let build = |graph: &mut Graph| {
            let [x, b] = [0, 1].map(|at| sample::slot(graph, at, &slots[at as usize].1));
            case(graph, x, b)
        };
        let attributes = if op == "sum" { vec![Attribute::Axis(Axis::All)] } else { Vec::new() };
        let mut graph = Graph::verbatim();
        let inputs = build(&mut graph);
        let name_and_attributes = nn::ops::from_text(op, &attributes).expect("an operator");
        let written = graph.apply(name_and_attributes, &inputs).expect("the inputs fit");
        let simpler = (rule.run)(&mut graph, &Site { attributes, inputs: &inputs });
        let simpler = simpler.unwrap_or_else(|| panic!("`{}` does not fire on its case", rule.name));
        assert_ne!(simpler, written, "{}", rule.name);
        assert_eq!(graph.ty(simpler), graph.ty(written), "{}", rule.name);
        let numbers = sample::numbers(&graph, &[written, simpler], &environment);
        assert!(sample::close(&numbers[0], &numbers[1], 1e-12), "{}: {numbers:?}", rule.name);
    }
    for (name, _) in CASES {
        assert!(rules::all().any(|(_, rule)| rule.name == *name), "`{name}` is no rule");
    }
}

/// Rules that claim to be equal on every float are, on the awkward ones.
#[test]
fn equal_rules_are_equal_on_awkward_numbers() {
    use nn::tensor::{Buffer, Precision, Tensor};
    let awkward = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE / 4.0, -1.5e308, 3.7];
    let ty = TensorType::plain(Shape::known(&[7]));
    let tensor = |rotate: usize| {
        let mut values = awkward.to_vec();
        values.rotate_left(rotate);
        Tensor { shape: vec![7], examples: None, data: Buffer::F64(values) }
    };
    for rotate in 0..7 {
        let environment = nn::exec::reference::Environment {
            slots: [(SlotId(0), tensor(0)), (SlotId(1), tensor(rotate))].into_iter().collect(),
            precision: Precision::F64,
            ..Default::default()
        };
        for (op, rule) in
            rules::all().filter(|(op, rule)| rule.floats == rules::Floats::Equal && *op != "batch_sum")
        {
            let (_, case) = CASES.iter().find(|(name, _)| *name == rule.name).expect("every rule has a case");
            let mut graph = Graph::verbatim();
            let [x, b] = [0, 1].map(|at| sample::slot(&mut graph, at, &ty));
            let inputs = case(&mut graph, x, b);
            let op = nn::ops::from_text(op, &[]).expect("an operator");
            let written = graph.apply(op, &inputs).expect("the inputs fit");
            let simpler =
                (rule.run)(&mut graph, &Site { attributes: Vec::new(), inputs: &inputs }).expect("fires");
            let numbers = sample::numbers(&graph, &[written, simpler], &environment);
            for (a, b) in numbers[0].iter().zip(&numbers[1]) {
                assert!(
                    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
                    "{}: {a} and {b}",
                    rule.name
                );
            }
        }
    }
}

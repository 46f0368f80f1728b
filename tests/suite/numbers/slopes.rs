//! Every item of the library has the right slopes, of the first and of the second order, against central differences.
//! The items are walked, so that a new one is tried without a word here.

use std::sync::Arc;

use nn::elaborate::Value;
use nn::exec::reference::{self, Environment};
use nn::grad::{GradProblem, differentiate};
use nn::graph::{Graph, Leaf, NodeId, Operation, SlotId};
use nn::ops::build;
use nn::syntax::tree::{Function, FunctionKind, ParamDecl, TypeExprKind};
use nn::tensor::random::Stream;
use nn::tensor::{Axis, Buffer, Tensor};

use super::array::Array;
use super::bench::Bench;
use super::trainer::{Setup, Trained};

/// Apart enough for 16 digits, near enough for the curve; half of it shows by how much it bends.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 5e-6;

/// A number by a formula: what is asked for its slopes.
struct Question<'a> {
    graph: &'a mut Graph,
    environment: Environment,
    /// What it is differentiated by.
    inputs: Vec<(SlotId, NodeId)>,
    name: &'a str,
}

impl Question<'_> {
    /// `Σ cos(1 + 0.7 i) · value` over all numbers of the values.
    fn total(&mut self, values: &[NodeId]) -> NodeId {
        let graph = &mut *self.graph;
        let mut total = build::number(graph, 0.0);
        for (at, &value) in values.iter().enumerate() {
            // A smooth function of the value, so that the second order has something to see.
            let factor = build::number(graph, (1.0 + 0.7 * at as f64).cos());
            let bent = build::sin(graph, value);
            let both = build::add(graph, value, bent);
            let mut sum = build::sum(graph, both, Axis::All);
            if graph.ty(sum).batch.is_some() {
                sum = build::batch_sum(graph, sum);
            }
            let term = build::mul(graph, factor, sum);
            total = build::add(graph, total, term);
        }
        total
    }

    fn numbers(&self, nodes: &[NodeId]) -> Vec<Vec<f64>> {
        let found = reference::evaluate(self.graph, nodes, &self.environment);
        let found = found.unwrap_or_else(|problem| panic!("{}: {problem}", self.name));
        found.into_iter().map(|tensor| tensor.data.to_f64()).collect()
    }

    fn gradients(&mut self, output: NodeId) -> Vec<NodeId> {
        let nodes: Vec<NodeId> = self.inputs.iter().map(|(_, node)| *node).collect();
        let by = |graph: &mut Graph, node: NodeId| match differentiate(graph, output, &[node]) {
            Ok(found) => found[0],
            // Where only conditions and positions lead, a difference finds no slope either.
            Err(GradProblem::NotDifferentiable { .. }) => {
                let ty = graph.ty(node).clone();
                build::zeros(graph, &ty)
            }
            Err(problem) => panic!("{problem:?}"),
        };
        nodes.into_iter().map(|node| by(self.graph, node)).collect()
    }

    fn moved(&mut self, output: NodeId, slot: SlotId, place: usize, by: f64) -> f64 {
        let mut shift = |by: f64| match &mut self.environment.slots[&slot].data {
            Buffer::F64(data) => data[place] += by,
            Buffer::F32(_) => panic!("in double precision"),
        };
        shift(by);
        let value = self.numbers(&[output])[0][0];
        match &mut self.environment.slots[&slot].data {
            Buffer::F64(data) => data[place] -= by,
            Buffer::F32(_) => panic!("in double precision"),
        }
        value
    }

    fn check(&mut self, output: NodeId, gradients: &[NodeId], order: u32) {
        let derived = self.numbers(gradients);
        let scale = derived.iter().flatten().fold(1.0f64, |most, v| most.max(v.abs()));
        for (at, (slot, _)) in self.inputs.clone().into_iter().enumerate() {
            for (place, &found) in derived[at].iter().enumerate() {
                let mut difference = |step: f64| {
                    (self.moved(output, slot, place, step) - self.moved(output, slot, place, -step))
                        / (2.0 * step)
                };
                let (wide, near) = (difference(STEP), difference(STEP / 2.0));
                let slope = (4.0 * near - wide) / 3.0;
                assert!(
                    (slope - found).abs() <= TOLERANCE * scale + (wide - near).abs(),
                    "{}, order {order}, input {at}[{place}]: derived {found}, measured {slope}",
                    self.name
                );
            }
        }
    }

    /// Both orders.
    fn answer(&mut self, values: &[NodeId]) {
        let first = self.total(values);
        let gradients = self.gradients(first);
        self.check(first, &gradients, 1);
        let second = self.total(&gradients);
        let again = self.gradients(second);
        self.check(second, &again, 2);
    }
}

/// Numbers between two ends, different for each name.
fn drawn(name: &str, shape: &[usize], (low, high): (f64, f64)) -> Array {
    let stream = Stream::new(5, name);
    let len = shape.iter().product::<usize>() as u64;
    let data = (0..len).map(|at| low + (high - low) * stream.uniform(0, at)).collect();
    Array { shape: shape.to_vec(), data }
}

fn node_slot(bench: &mut Bench, name: &str) -> (SlotId, NodeId) {
    let node = bench.node(name).expect("a name");
    match &bench.elaborator.graph.node(node).operation {
        Operation::Leaf(Leaf::Slot { id, .. }) => (*id, node),
        other => panic!("{name} is {other:?}"),
    }
}

fn ask(bench: &mut Bench, label: &str, text: &str, names: &[String]) -> Result<(), String> {
    let value = bench.node(text)?;
    let inputs = names.iter().map(|name| node_slot(bench, name)).collect();
    let environment = bench.environment.clone();
    let graph = &mut bench.elaborator.graph;
    Question { graph, environment, inputs, name: label }.answer(&[value]);
    Ok(())
}

fn items(kind: FunctionKind) -> Vec<Arc<Function>> {
    let items: Vec<_> = crate::prelude::items().0.into_iter().filter(|item| item.kind == kind).collect();
    assert!(!items.is_empty(), "{kind:?}");
    items
}

/// Options without a type take any number, so that there are slopes by them too.
fn loose(params: &[ParamDecl]) -> impl Iterator<Item = &ParamDecl> {
    params.iter().filter(|param| param.ty.is_none() && param.default.is_some())
}

/// A function of values: vectors where it takes them, else the first as a vector or all as numbers.
fn check_function(item: &Function, batched: bool) {
    let name = &item.name.name;
    let required: Vec<&ParamDecl> = item.params.iter().filter(|param| param.default.is_none()).collect();
    let mut problems = Vec::new();
    for vectors in [usize::MAX, 1, 0] {
        let mut bench = Bench::new();
        let mut names = Vec::new();
        for (at, param) in required.iter().enumerate() {
            let given = format!("v{at}");
            let is_shaped = matches!(param.ty.as_ref().map(|ty| &ty.kind), Some(TypeExprKind::Shape(_)));
            let shape: &[usize] = if at < vectors || is_shaped { &[3] } else { &[] };
            match batched {
                true => bench.set_batch(
                    &given,
                    &drawn(&format!("{name} {given}"), &[&[4], shape].concat(), (0.1, 0.9)),
                ),
                false => bench.set(&given, &drawn(&format!("{name} {given}"), shape, (0.1, 0.9))),
            };
            names.push(given);
        }
        let mut text: Vec<String> = names.clone();
        for param in loose(&item.params) {
            let given = format!("o_{}", param.name.name);
            // Near what it is by default, and apart from corners.
            bench.set(&given, &drawn(&format!("{name} {given}"), &[], (0.6, 0.9)));
            text.push(format!("{} = {given}", param.name.name));
            names.push(given);
        }
        match ask(&mut bench, name, &format!("({name}({}))", text.join(", ")), &names) {
            Ok(()) => return,
            Err(problem) => problems.push(problem),
        }
    }
    panic!("{name} takes nothing that it was given: {problems:?}");
}

#[test]
fn functions_and_activations_have_their_slopes() {
    for kind in [FunctionKind::Fn, FunctionKind::Activation] {
        items(kind).iter().for_each(|item| check_function(item, false));
    }
}

#[test]
fn losses_and_metrics_have_their_slopes() {
    items(FunctionKind::Loss).iter().for_each(|item| check_function(item, false));
    items(FunctionKind::Metric).iter().for_each(|item| check_function(item, true));
}

/// What a layer is given besides its input.
fn arguments(params: &[ParamDecl]) -> String {
    let required = params.iter().filter(|param| param.default.is_none());
    let given = required.map(|param| match param.ty.as_ref().map(|ty| &ty.kind) {
        Some(TypeExprKind::Int) => "3",
        Some(TypeExprKind::Fn) => "dense(3, act = tanh)",
        _ => "0.5",
    });
    given.collect::<Vec<_>>().join(", ")
}

/// By the input and by every parameter, in training and otherwise, also through what its options switch on.
#[test]
fn layers_have_their_slopes() {
    for item in items(FunctionKind::Layer) {
        let name = &item.name.name;
        let plain = arguments(&item.params[1..]);
        for training in [false, true] {
            let mut bench = Bench::new();
            bench.elaborator.training = training;
            bench.set_batch("x", &drawn("x", &[4, 3], (-1.5, 1.5)));
            bench.run(&format!("model net(x: [3]) -> [3] {{ x |> {name}({plain}) }}")).expect(name);
            let model = match bench.run("net").expect("a model") {
                Value::Model { id, .. } => id,
                other => panic!("{}", other.kind()),
            };
            let stored: Vec<_> = bench.elaborator.models[model.0].stored.clone().into_iter().collect();
            let mut names = vec!["x".to_string()];
            let mut values = Vec::new();
            for (path, stored) in &stored {
                values.push((path.as_str(), drawn(path, &stored.shape, (0.3, 1.2))));
                if stored.is_parameter {
                    names.push(format!("net.{path}"));
                }
            }
            bench.set_model("net", &values).expect("parameters");
            ask(&mut bench, &format!("{name}, training {training}"), "net(x)", &names)
                .unwrap_or_else(|problem| panic!("{problem}"));
        }
    }
}

/// By the step, which is taken for a number, and by every number that is given.
#[test]
fn schedules_have_their_slopes() {
    for item in items(FunctionKind::Schedule) {
        let name = &item.name.name;
        let mut bench = Bench::new();
        let mut text = Vec::new();
        let mut names = Vec::new();
        for param in item.params.iter().filter(|param| param.default.is_none()) {
            let value = match (param.name.name.as_str(), param.ty.as_ref().map(|ty| &ty.kind)) {
                (_, Some(TypeExprKind::Fn)) => {
                    text.push("exponential(0.8, factor = 0.9)".to_string());
                    continue;
                }
                (_, Some(TypeExprKind::Shape(_))) => {
                    text.push("[1, 2]".to_string());
                    continue;
                }
                ("t", _) => 3.3,
                ("steps", _) => 20.0,
                ("every" | "half" | "at", _) => 2.0,
                ("high" | "peak", _) => 1.7,
                _ => 0.7,
            };
            let given = format!("v_{}", param.name.name);
            bench.set(&given, &Array { shape: Vec::new(), data: vec![value] });
            text.push(if param.name.name == "t" {
                given.clone()
            } else {
                format!("{} = {given}", param.name.name)
            });
            names.push(given);
        }
        // Arguments by position come first.
        text.sort_by_key(|argument| argument.contains(" = v_"));
        ask(&mut bench, name, &format!("{name}({})", text.join(", ")), &names)
            .unwrap_or_else(|problem| panic!("{problem}"));
    }
}

/// By each option that is a number: what is drawn stays, and is moved and scaled.
#[test]
fn initializers_have_their_slopes() {
    for item in items(FunctionKind::Init) {
        let name = &item.name.name;
        let mut bench = Bench::new();
        let (mut text, mut names) = (Vec::new(), Vec::new());
        let given = item.params.iter().filter(|param| param.name.name != "shape");
        for param in given {
            let given = format!("o_{}", param.name.name);
            let (low, high) = if param.name.name == "low" { (-1.3, -0.6) } else { (0.6, 1.3) };
            bench.set(&given, &drawn(&given, &[], (low, high)));
            text.push(format!("{} = {given}", param.name.name));
            names.push(given);
        }
        let declared =
            format!("model net(x: [3]) -> [4] {{ param W: [4, 3] = {name}({})\n W · x }}", text.join(", "));
        bench.run(&declared).unwrap_or_else(|problem| panic!("{problem}"));
        let model = match bench.run("net").expect("a model") {
            Value::Model { id, .. } => id,
            other => panic!("{}", other.kind()),
        };
        let first = bench.elaborator.models[model.0].stored["W"].init.expect("a first value");
        let inputs: Vec<_> = names.iter().map(|name| node_slot(&mut bench, name)).collect();
        let environment = bench.environment.clone();
        let graph = &mut bench.elaborator.graph;
        Question { graph, environment, inputs, name }.answer(&[first]);
    }
}

/// What an optimizer makes of a parameter, by the parameter, its gradient and all states.
#[test]
fn optimizers_have_their_slopes() {
    for item in items(FunctionKind::Optimizer) {
        let name = &item.name.name;
        let flags = item
            .params
            .iter()
            .filter(|param| matches!(param.ty.as_ref().map(|ty| &ty.kind), Some(TypeExprKind::Bool)));
        let switched = flags.map(|param| format!("{} = true", param.name.name));
        let numbers =
            item.params.iter().filter(|param| matches!(param.name.name.as_str(), "decay" | "momentum"));
        let numbered = numbers.map(|param| format!("{} = 0.3", param.name.name));
        for options in [Vec::new(), switched.chain(numbered).collect::<Vec<_>>()] {
            let options =
                std::iter::once("lr = 0.1".to_string()).chain(options).collect::<Vec<_>>().join(", ");
            check_optimizer(&format!("{name}({options})"));
        }
    }
}

/// A mean is small beside a mean of squares, so that their difference is positive.
fn size_of(state: &str) -> (f64, f64) {
    if state == "average" { (0.05, 0.2) } else { (0.2, 1.2) }
}

fn check_optimizer(optimizer: &str) {
    let setup = Setup {
        model: "model net(x: [4]) -> [] { param w: [4] = ones\n w · x }\nloss itself(p, t) = p",
        loss: "itself",
        optimizer,
        input: &drawn("g", &[1, 4], (0.2, 1.2)),
        target: &Array { shape: vec![1], data: vec![0.0] },
        clip: None,
    };
    let step = Trained::new(&setup, &[]).unwrap_or_else(|problem| panic!("{problem}")).into_step();
    let mut graph = step.graph.clone();
    let mut environment = Environment { precision: nn::tensor::Precision::F64, ..Environment::default() };
    environment.examples.insert(step.batch, 1);
    let mut inputs = Vec::new();
    for id in graph.ids() {
        let Operation::Leaf(Leaf::Slot { id: slot, name }) = &graph.node(id).operation else { continue };
        let ty = graph.ty(id);
        let shape = ty.shape.dims().expect("sizes are known");
        // A step at which all averages are known well enough.
        let values = if *slot == step.count {
            Array { shape: shape.clone(), data: vec![20.0] }
        } else {
            drawn(name, &shape, size_of(name))
        };
        let examples = ty.batch.map(|_| 1);
        environment.slots.insert(*slot, Tensor { shape, examples, data: Buffer::F64(values.data) });
        if *slot != step.count && Some(*slot) != step.target {
            inputs.push((*slot, id));
        }
    }
    let values: Vec<NodeId> = step.updates.iter().map(|(_, node)| *node).collect();
    Question { graph: &mut graph, environment, inputs, name: optimizer }.answer(&values);
}

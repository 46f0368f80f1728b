//! The planned executor against the reference evaluator, on every class of work and on random graphs.

use nn::exec::reference::{self, Environment};
use nn::exec::{Executable, Plan, Request, RunContext, Store, evaluate_planned, first_bad};
use nn::graph::{Distribution, Graph, Leaf, NodeId, SlotId};
use nn::ops::build;
use nn::tensor::random::Stream;
use nn::tensor::{Axis, Buffer, Fold, Precision, Tensor};
use nn::types::{BatchId, Shape, Size, TensorType};

/// Small whole numbers below `n`, in a fixed sequence.
struct Dice {
    stream: Stream,
    next: u64,
}

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice { stream: Stream::new(seed, "dice"), next: 0 }
    }

    fn roll(&mut self, n: usize) -> usize {
        self.next += 1;
        (self.stream.uniform(0, self.next) * n as f64) as usize
    }

    fn number(&mut self) -> f64 {
        self.next += 1;
        self.stream.uniform(1, self.next) * 2.0 - 1.0
    }
}

/// A graph under construction, with a value for each of its slots.
struct Sample {
    graph: Graph,
    environment: Environment,
    dice: Dice,
    batch: BatchId,
    values: Vec<NodeId>,
}

impl Sample {
    fn new(seed: u64, precision: Precision, examples: usize) -> Sample {
        let batch = BatchId(0);
        let mut environment = Environment { precision, seed, step: 3, ..Environment::default() };
        environment.examples.insert(batch, examples);
        Sample { graph: Graph::default(), environment, dice: Dice::new(seed), batch, values: Vec::new() }
    }

    fn ty(&self, dims: &[usize], batched: bool) -> TensorType {
        TensorType { shape: Shape::known(dims), batch: batched.then_some(self.batch) }
    }

    fn slot(&mut self, dims: &[usize], batched: bool) -> NodeId {
        let id = SlotId(self.environment.slots.len() as u32);
        let examples = batched.then(|| self.environment.examples[&self.batch]);
        let len = dims.iter().product::<usize>() * examples.unwrap_or(1);
        let numbers: Vec<f64> = (0..len).map(|_| f64::from(self.dice.number() as f32)).collect();
        let tensor =
            Tensor { shape: dims.to_vec(), examples, data: store(numbers, self.environment.precision) };
        self.environment.slots.insert(id, tensor);
        let ty = self.ty(dims, batched);
        let node = self.graph.leaf(Leaf::Slot { id, name: format!("s{}", id.0).into() }, ty);
        self.values.push(node);
        node
    }

    fn any(&mut self) -> NodeId {
        let at = self.dice.roll(self.values.len());
        self.values[at]
    }

    fn dims(&self, node: NodeId) -> Vec<usize> {
        self.graph.ty(node).shape.dims().unwrap()
    }

    /// A value of this type made from any other, so that everything can meet everything.
    fn as_type(&mut self, node: NodeId, ty: &TensorType) -> NodeId {
        let mut node = node;
        if !self.graph.ty(node).shape.is_scalar() && self.graph.ty(node).shape != ty.shape {
            node = build::mean(&mut self.graph, node, Axis::All);
        }
        if self.graph.ty(node).batch.is_some() && ty.batch.is_none() {
            node = build::batch_mean(&mut self.graph, node);
        }
        build::expand(&mut self.graph, node, ty)
    }

    /// Adds one operation on values that are there.
    fn grow(&mut self) {
        let x = self.any();
        let (dims, ty) = (self.dims(x), self.graph.ty(x).clone());
        let graph = &mut self.graph;
        let made = match self.dice.roll(22) {
            0 => build::neg(graph, x),
            1 => build::tanh(graph, x),
            2 => build::sigmoid(graph, x),
            3 => {
                let square = build::square(graph, x);
                let one = build::number(graph, 1.0);
                let sum = build::add(graph, square, one);
                build::log(graph, sum)
            }
            4..=8 => {
                let y = self.any();
                let wide =
                    if self.graph.ty(y).batch.is_some() { self.graph.ty(y).clone() } else { ty.clone() };
                let (a, b) = (self.as_type(x, &wide), self.as_type(y, &wide));
                match self.dice.roll(4) {
                    0 => build::add(&mut self.graph, a, b),
                    1 => build::sub(&mut self.graph, a, b),
                    2 => build::mul(&mut self.graph, a, b),
                    _ => build::max(&mut self.graph, a, b),
                }
            }
            9 => build::sum(graph, x, Axis::All),
            10 if !dims.is_empty() => {
                let axis = self.dice.roll(dims.len());
                build::sum(&mut self.graph, x, Axis::Only(axis))
            }
            11 if !dims.is_empty() => {
                let axis = self.dice.roll(dims.len());
                build::reduce(&mut self.graph, Fold::Max, Axis::Only(axis), x)
            }
            12 if ty.batch.is_some() => build::batch_sum(graph, x),
            13 if ty.batch.is_some() => build::batch_fold(graph, Fold::Max, x),
            14 if dims.len() >= 2 => build::transpose(graph, x),
            15 if dims.len() == 2 => build::reshape(graph, x, Shape::known(&[dims[0] * dims[1]])),
            16 if dims.len() < 2 => {
                let (axis, size) = (self.dice.roll(dims.len() + 1), 1 + self.dice.roll(4));
                build::repeat(&mut self.graph, x, axis, Size::from(size))
            }
            17 if !dims.is_empty() => {
                let axis = self.dice.roll(dims.len());
                let from = self.dice.roll(dims[axis]);
                let to = from + 1 + self.dice.roll(dims[axis] - from);
                let drop = to == from + 1 && self.dice.roll(2) == 0;
                build::slice(&mut self.graph, x, axis, Size::from(from), Size::from(to), drop)
            }
            18 if !dims.is_empty() => {
                let axis = self.dice.roll(dims.len());
                build::pad(&mut self.graph, x, axis, Size::from(1), Size::from(2), false)
            }
            19 if !dims.is_empty() => {
                let axis = self.dice.roll(dims.len());
                build::concat(graph, &[x, x, x], axis)
            }
            20 if dims.len() < 2 => {
                let y = self.as_type(x, &ty);
                let z = build::neg(&mut self.graph, y);
                build::stack(&mut self.graph, &[x, z])
            }
            _ if dims.len() == 2 => {
                let batched = self.dice.roll(2) == 0;
                let cols = 1 + self.dice.roll(5);
                let side = if self.dice.roll(2) == 0 { vec![dims[1]] } else { vec![dims[1], cols] };
                let w = self.slot(&side, batched);
                build::matmul(&mut self.graph, x, w)
            }
            _ if dims.len() == 1 => {
                let rows = 1 + self.dice.roll(20);
                let w = self.slot(&[rows, dims[0]], false);
                build::matmul(&mut self.graph, w, x)
            }
            _ => build::exp(graph, x),
        };
        // Keeps the values in a range where both precisions can be compared.
        let bounded = build::tanh(&mut self.graph, made);
        let small = self.dims(bounded).iter().product::<usize>() <= 2000;
        if small {
            self.values.push(bounded);
        }
    }

    fn agree(&self, outputs: &[NodeId]) {
        let expected = reference::evaluate(&self.graph, outputs, &self.environment).unwrap();
        let found = evaluate_planned(&self.graph, outputs, &self.environment).unwrap();
        for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_close(found, expected, self.environment.precision, at);
        }
    }
}

fn store(numbers: Vec<f64>, precision: Precision) -> Buffer {
    match precision {
        Precision::F32 => Buffer::F32(numbers.into_iter().map(|n| n as f32).collect()),
        Precision::F64 => Buffer::F64(numbers),
    }
}

#[track_caller]
fn assert_close(found: &Tensor, expected: &Tensor, precision: Precision, at: usize) {
    assert_eq!((&found.shape, found.examples), (&expected.shape, expected.examples), "output {at}");
    let tolerance = match precision {
        Precision::F32 => 2e-4,
        Precision::F64 => 1e-10,
    };
    for (place, (x, y)) in found.data.to_f64().iter().zip(expected.data.to_f64()).enumerate() {
        let near = (x - y).abs() <= tolerance * y.abs().max(1.0) || (x.is_nan() && y.is_nan()) || *x == y;
        assert!(near, "output {at} at {place}: {x} for {y}");
    }
}

/// Graphs of every kind of operation, of all their values: shared, kept, read again.
#[test]
fn random_graphs_agree_with_the_reference() {
    for seed in 0..120 {
        for precision in [Precision::F32, Precision::F64] {
            let examples = [1, 2, 7, 33][seed as usize % 4];
            let mut sample = Sample::new(seed, precision, examples);
            for (dims, batched) in [
                (&[][..], false),
                (&[], true),
                (&[5], true),
                (&[70], true),
                (&[3, 4], false),
                (&[3, 4], true),
                (&[5], false),
            ] {
                sample.slot(dims, batched);
            }
            for _ in 0..50 {
                sample.grow();
            }
            // All values at once, and only the last ones, so that memory is used again.
            let all = sample.values.clone();
            sample.agree(&all);
            sample.agree(&all[all.len() - 3..]);
            sample.agree(&all[all.len() - 1..]);
        }
    }
}

/// New values of slots from the old values of all slots, in place or not.
#[test]
fn random_updates_agree_with_the_reference() {
    for seed in 0..80 {
        let mut sample = Sample::new(1000 + seed, Precision::F64, 6);
        let first: Vec<NodeId> = (0..6).map(|at| sample.slot(&[[3, 4], [2, 5]][at % 2], false)).collect();
        sample.slot(&[4], true);
        for _ in 0..40 {
            sample.grow();
        }
        let mut request = Request::new(Vec::new(), Precision::F64);
        request.examples = sample.environment.examples.clone();
        for (at, &slot) in first.iter().enumerate() {
            let source = sample.any();
            let ty = sample.graph.ty(slot).clone();
            let mut value = sample.as_type(source, &ty);
            if sample.dice.roll(2) == 0 {
                let scaled = sample.as_type(slot, &ty);
                value = build::add(&mut sample.graph, value, scaled);
            }
            if sample.dice.roll(5) == 0 {
                value = first[(at + 2) % 6];
            }
            request.updates.push((SlotId(at as u32), value));
        }
        request.outputs = vec![first[0], sample.any()];
        let plan = Plan::new(&sample.graph, &request).unwrap();
        let (mut store, mut executable) = bind(&plan, &sample.environment);
        let mut environment = sample.environment.clone();
        for _ in 0..3 {
            executable.run(&mut store, RunContext { seed: environment.seed, step: environment.step });
            let news: Vec<NodeId> = request.updates.iter().map(|&(_, node)| node).collect();
            let news = reference::evaluate(&sample.graph, &news, &environment).unwrap();
            let outputs = reference::evaluate(&sample.graph, &request.outputs, &environment).unwrap();
            for (at, output) in outputs.iter().enumerate() {
                assert_close(&executable.output(at), output, Precision::F64, at);
            }
            for (&(slot, _), new) in request.updates.iter().zip(news) {
                assert_close(&store.get(slot).unwrap(), &new, Precision::F64, slot.0 as usize);
                environment.slots.insert(slot, new);
            }
        }
    }
}

fn bind(plan: &Plan, environment: &Environment) -> (Store, Executable) {
    let mut store = Store::new(plan.precision());
    for (slot, _) in plan.slots() {
        assert!(store.set(slot, &environment.slots[&slot]));
    }
    let mut executable = Executable::bind(plan, &mut store).unwrap();
    for (slot, _) in plan.inputs() {
        assert!(executable.set_input(slot, &environment.slots[&slot]));
    }
    (store, executable)
}

#[test]
fn two_slots_swap() {
    let mut sample = Sample::new(5, Precision::F32, 1);
    let (a, b) = (sample.slot(&[3], false), sample.slot(&[3], false));
    let request = Request::new(vec![a], Precision::F32).update(SlotId(0), b).update(SlotId(1), a);
    let plan = Plan::new(&sample.graph, &request).unwrap();
    let (mut store, mut executable) = bind(&plan, &sample.environment);
    let old = sample.environment.slots.clone();
    executable.run(&mut store, RunContext::default());
    assert_eq!(store.get(SlotId(0)).unwrap().data, old[&SlotId(1)].data);
    assert_eq!(store.get(SlotId(1)).unwrap().data, old[&SlotId(0)].data);
    assert_eq!(executable.output(0).data, old[&SlotId(0)].data);
}

#[test]
fn a_slot_is_set_to_what_never_changes() {
    let mut sample = Sample::new(6, Precision::F32, 1);
    let a = sample.slot(&[3], false);
    let two = build::number(&mut sample.graph, 2.0);
    let two = build::exp(&mut sample.graph, two);
    let ty = sample.graph.ty(a).clone();
    let reset = build::expand(&mut sample.graph, two, &ty);
    let request = Request::new(vec![reset], Precision::F32).update(SlotId(0), reset);
    let plan = Plan::new(&sample.graph, &request).unwrap();
    let (mut store, mut executable) = bind(&plan, &sample.environment);
    for _ in 0..2 {
        assert!(store.set(SlotId(0), &sample.environment.slots[&SlotId(0)]));
        executable.run(&mut store, RunContext::default());
        assert_eq!(store.get(SlotId(0)).unwrap().data, executable.output(0).data);
        assert!((executable.output_number(0) - 2f64.exp()).abs() < 1e-5);
    }
}

/// A network wide enough for threads: loss, gradients, updates.
fn network(sample: &mut Sample) -> (NodeId, Vec<(SlotId, NodeId)>) {
    let (x, y) = (sample.slot(&[150], true), sample.slot(&[10], true));
    let sizes = [150usize, 128, 96, 10];
    let mut params = Vec::new();
    let mut h = x;
    for pair in sizes.windows(2) {
        let (w, b) = (sample.slot(&[pair[1], pair[0]], false), sample.slot(&[pair[1]], false));
        params.extend([w, b]);
        let g = &mut sample.graph;
        let z = build::matmul(g, w, h);
        let ty = g.ty(z).clone();
        let b = build::expand(g, b, &ty);
        let z = build::add(g, z, b);
        h = build::tanh(g, z);
    }
    let g = &mut sample.graph;
    let noise = Leaf::Random { name: "noise".into(), distribution: Distribution::Normal };
    let noise = g.leaf(noise, TensorType::batched(Shape::known(&[10]), sample.batch));
    let h = build::add(g, h, noise);
    let d = build::sub(g, h, y);
    let square = build::square(g, d);
    let loss = build::sum(g, square, Axis::All);
    let loss = build::batch_mean(g, loss);
    let gradients = nn::grad::differentiate(g, loss, &params).unwrap();
    let rate = build::number(g, 0.01);
    let mut updates = Vec::new();
    for (at, (param, gradient)) in params.into_iter().zip(gradients).enumerate() {
        let step = build::mul(g, gradient, rate);
        updates.push((SlotId(at as u32 + 2), build::sub(g, param, step)));
    }
    (loss, updates)
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for precision in [Precision::F32, Precision::F64] {
        let mut sample = Sample::new(9, precision, 50);
        let (loss, updates) = network(&mut sample);
        let mut first: Option<Vec<Tensor>> = None;
        for threads in [1, 2, 3, 4, 2, 1] {
            let mut request = Request::new(vec![loss], precision).threads(threads);
            request.updates.clone_from(&updates);
            request.examples = sample.environment.examples.clone();
            let plan = Plan::new(&sample.graph, &request).unwrap();
            assert_eq!(plan.workers(), threads);
            let (mut store, mut executable) = bind(&plan, &sample.environment);
            for step in 0..4 {
                executable.run(&mut store, RunContext { seed: 1, step });
            }
            let mut found = vec![executable.output(0)];
            found.extend(updates.iter().map(|&(slot, _)| store.get(slot).unwrap()));
            let first = first.get_or_insert_with(|| found.clone());
            assert!(*first == found, "{threads} threads, {precision:?}");
        }
    }
}

#[test]
fn a_step_agrees_with_the_reference_and_a_smaller_batch_shares_the_store() {
    let mut sample = Sample::new(11, Precision::F64, 50);
    let (loss, updates) = network(&mut sample);
    let mut request = Request::new(vec![loss], Precision::F64).threads(2);
    request.updates.clone_from(&updates);
    request.examples = sample.environment.examples.clone();
    let full = Plan::new(&sample.graph, &request).unwrap();
    let (mut store, mut executable) = bind(&full, &sample.environment);
    request.examples.insert(sample.batch, 7);
    let mut last = Executable::bind(&Plan::new(&sample.graph, &request).unwrap(), &mut store).unwrap();
    let mut environment = sample.environment.clone();
    let check = |executable: &Executable, store: &Store, environment: &mut Environment| {
        let nodes: Vec<NodeId> = std::iter::once(loss).chain(updates.iter().map(|&(_, node)| node)).collect();
        let expected = reference::evaluate(&sample.graph, &nodes, environment).unwrap();
        assert_close(&executable.output(0), &expected[0], Precision::F64, 0);
        for (&(slot, _), new) in updates.iter().zip(&expected[1..]) {
            assert_close(&store.get(slot).unwrap(), new, Precision::F64, slot.0 as usize);
            environment.slots.insert(slot, new.clone());
        }
    };
    executable.run(&mut store, RunContext { seed: environment.seed, step: environment.step });
    check(&executable, &store, &mut environment);
    environment.examples.insert(sample.batch, 7);
    for (slot, each) in [(SlotId(0), 150), (SlotId(1), 10)] {
        let tensor = environment.slots.get_mut(&slot).unwrap();
        tensor.examples = Some(7);
        tensor.data = Buffer::F64(tensor.data.to_f64()[..7 * each].to_vec());
        last.input_mut::<f64>(slot).unwrap().copy_from_slice(&tensor.data.to_f64());
    }
    last.run(&mut store, RunContext { seed: environment.seed, step: environment.step });
    check(&last, &store, &mut environment);
}

/// Products large and small, loops, sums, random numbers, updates, on one thread and on two.
#[test]
fn a_step_allocates_nothing() {
    for threads in [1, 2] {
        let mut sample = Sample::new(4, Precision::F32, 50);
        let (loss, updates) = network(&mut sample);
        let mut request = Request::new(vec![loss], Precision::F32).threads(threads);
        request.updates = updates;
        request.examples = sample.environment.examples.clone();
        let plan = Plan::new(&sample.graph, &request).unwrap();
        let (mut store, mut executable) = bind(&plan, &sample.environment);
        executable.run(&mut store, RunContext::default());
        let before = crate::allocations::so_far();
        for step in 0..10 {
            executable.run(&mut store, RunContext { seed: 1, step });
        }
        assert_eq!(crate::allocations::so_far() - before, 0, "{threads} threads");
    }
}

/// One pass over a parameter and its states, each written over itself, from the gradient that was just made.
#[test]
fn an_optimizer_is_one_loop_in_place() {
    let mut sample = Sample::new(3, Precision::F32, 1);
    let (w, m, g) =
        (sample.slot(&[40, 30], false), sample.slot(&[40, 30], false), sample.slot(&[40, 30], false));
    let graph = &mut sample.graph;
    let (decay, rate) = (build::number(graph, 0.9), build::number(graph, 0.1));
    let old = build::mul(graph, decay, m);
    let new_m = build::add(graph, old, g);
    let step = build::mul(graph, rate, new_m);
    let new_w = build::sub(graph, w, step);
    let request = Request::new(Vec::new(), Precision::F32).update(SlotId(0), new_w).update(SlotId(1), new_m);
    let text = Plan::new(&sample.graph, &request).unwrap().describe();
    assert_eq!(
        text.lines().skip(1).collect::<Vec<_>>(),
        [
            "loop [40] × 30",
            "    slot1 = multiply_add(@0+1 all, slot1, slot2)",
            "    slot0 = subtract_product(@32+1 all, slot1, slot0)",
        ]
    );
}

/// Updates of several parameters by one formula are one loop over memory in a row, if nothing stands between them.
#[test]
fn small_updates_that_are_alike_are_one_loop() {
    let mut sample = Sample::new(4, Precision::F32, 2);
    let rate = build::number(&mut sample.graph, 0.1);
    let mut request = Request::new(Vec::new(), Precision::F32);
    let mut expected = Vec::new();
    for (at, dims) in [&[3][..], &[4, 5], &[40]].into_iter().enumerate() {
        let id = SlotId(2 * at as u32);
        let (w, g) = (sample.slot(dims, false), sample.slot(dims, false));
        let step = build::mul(&mut sample.graph, rate, g);
        let new = build::sub(&mut sample.graph, w, step);
        request = request.update(id, new);
        expected.push((id, new));
    }
    let plan = Plan::new(&sample.graph, &request).unwrap();
    assert_eq!(plan.describe().matches("loop").count(), 3);
    let mut store = Store::new(Precision::F32);
    for (id, value) in &sample.environment.slots {
        assert!(store.set(*id, value));
    }
    let mut executable = Executable::bind(&plan, &mut store).unwrap();
    assert_eq!(executable.pieces(), 1);
    executable.run(&mut store, RunContext { seed: 1, step: 1 });
    for (id, node) in expected {
        let values = reference::evaluate(&sample.graph, &[node], &sample.environment).unwrap();
        assert_eq!(store.get(id).unwrap().data, values[0].data);
    }
}

/// Ten thousand steps of one loop, and ten thousand small products.
#[test]
fn long_graphs_are_planned_in_time() {
    let mut graph = Graph::default();
    let mut x =
        graph.leaf(Leaf::Slot { id: SlotId(0), name: "x".into() }, TensorType::plain(Shape::known(&[4])));
    let w =
        graph.leaf(Leaf::Slot { id: SlotId(1), name: "w".into() }, TensorType::plain(Shape::known(&[4, 4])));
    for at in 0..20_000 {
        x = if at < 10_000 { build::tanh(&mut graph, x) } else { build::matmul(&mut graph, w, x) };
    }
    let started = std::time::Instant::now();
    let plan = Plan::new(&graph, &Request::new(vec![x], Precision::F32).threads(2)).unwrap();
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    assert!(plan.bytes() < 4096, "{} bytes", plan.bytes());
}

#[test]
fn the_first_bad_value_is_found_with_its_operands() {
    let mut sample = Sample::new(2, Precision::F32, 3);
    let x = sample.slot(&[2], true);
    sample.environment.slots.get_mut(&SlotId(0)).unwrap().data =
        Buffer::F32(vec![1.0, 2.0, 3.0, 0.0, 5.0, 6.0]);
    let log = build::log(&mut sample.graph, x);
    let sum = build::sum(&mut sample.graph, log, Axis::All);
    let bad = first_bad(&sample.graph, &[sum], &sample.environment).unwrap().unwrap();
    assert_eq!((bad.node, bad.example, bad.value), (log, Some(1), f64::NEG_INFINITY));
    assert_eq!(bad.operands, vec![vec![3.0, 0.0]]);
    assert_eq!(first_bad(&sample.graph, &[x], &sample.environment).unwrap(), None);
}

#[test]
fn memory_over_the_limit_is_refused_before_it_is_asked_for() {
    let mut graph = Graph::default();
    let x = graph.leaf(Leaf::Slot { id: SlotId(0), name: "x".into() }, TensorType::number());
    let big = build::expand(&mut graph, x, &TensorType::plain(Shape::known(&[1 << 40, 1 << 40])));
    let sum = build::exp(&mut graph, big);
    assert!(Plan::new(&graph, &Request::new(vec![sum], Precision::F32)).is_err());
    let medium = build::expand(&mut graph, x, &TensorType::plain(Shape::known(&[1000, 1000])));
    let exp = build::exp(&mut graph, medium);
    let mut request = Request::new(vec![exp], Precision::F32);
    assert!(Plan::new(&graph, &request).is_ok());
    request.memory_limit = 1 << 20;
    assert!(Plan::new(&graph, &request).is_err());
}

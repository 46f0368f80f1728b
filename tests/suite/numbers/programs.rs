//! Random programs: gradients of the first and second order against central differences, the planned executor
//! against the plain evaluator. A few hundred by default, so many as `NN_PROGRAMS` says on request.

use nn::exec::reference::{self, Environment};
use nn::graph::{Graph, NodeId, SlotId};
use nn::ops::build;
use nn::tensor::random::Stream;
use nn::tensor::{Axis, Buffer, Fold, Precision, Tensor};
use nn::types::{BatchId, Shape, Size, TensorType};
use nn::{exec, grad};

const BATCH: BatchId = BatchId(1);
const DEFAULT: u64 = 300;
/// Apart enough for 16 digits, near enough for the curve; the others for steeper ones.
const STEPS: [f64; 3] = [1e-5, 3e-7, 1e-8];

/// A graph under construction and numbers for its inputs. All steps are smooth where they are used, so that central
/// differences are a judge.
struct Program {
    graph: Graph,
    environment: Environment,
    inputs: Vec<(SlotId, NodeId)>,
    values: Vec<NodeId>,
    stream: Stream,
    drawn: u64,
}

impl Program {
    fn new(seed: u64) -> Program {
        let mut environment = Environment { precision: Precision::F64, ..Environment::default() };
        environment.examples.insert(BATCH, 1 + (seed % 4) as usize);
        let mut program = Program {
            graph: Graph::default(),
            environment,
            inputs: Vec::new(),
            values: Vec::new(),
            stream: Stream::new(seed, "program"),
            drawn: 0,
        };
        for _ in 0..2 + program.below(3) {
            program.input();
        }
        for _ in 0..3 + program.below(10) {
            program.grow();
        }
        program
    }

    fn uniform(&mut self) -> f64 {
        self.drawn += 1;
        self.stream.uniform(0, self.drawn)
    }

    fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n - 1)
    }

    fn pick(&mut self) -> NodeId {
        let at = self.below(self.values.len());
        self.values[at]
    }

    fn shape(&mut self) -> Vec<usize> {
        let sizes: Vec<usize> = (0..self.below(3)).map(|_| 1 + self.below(3)).collect();
        sizes
    }

    /// A number, vector or matrix, plain or for each example, of numbers from -1.2 to 1.2.
    fn input(&mut self) -> NodeId {
        let shape = self.shape();
        let is_batched = self.uniform() < 0.5;
        self.input_of(shape, is_batched)
    }

    fn input_of(&mut self, shape: Vec<usize>, is_batched: bool) -> NodeId {
        let examples = is_batched.then(|| self.environment.examples[&BATCH]);
        let known = Shape::known(&shape);
        let ty = if is_batched { TensorType::batched(known, BATCH) } else { TensorType::plain(known) };
        let id = SlotId(self.inputs.len() as u32);
        let name = format!("x{}", id.0);
        let node = self.graph.leaf(nn::graph::Leaf::Slot { id, name: name.as_str().into() }, ty);
        let len = shape.iter().product::<usize>() * examples.unwrap_or(1);
        let data = (0..len).map(|_| 2.4 * self.uniform() - 1.2).collect();
        self.environment.slots.insert(id, Tensor { shape, examples, data: Buffer::F64(data) });
        self.inputs.push((id, node));
        self.values.push(node);
        node
    }

    /// One more value, made of those there are.
    fn grow(&mut self) {
        let a = self.pick();
        let kind = self.below(17);
        let node = match kind {
            0 => build::tanh(&mut self.graph, a),
            1 => build::sigmoid(&mut self.graph, a),
            2 => build::sin(&mut self.graph, a),
            3 => build::square(&mut self.graph, a),
            4 => {
                // Of a bounded value, so that nothing overflows.
                let t = build::tanh(&mut self.graph, a);
                build::exp(&mut self.graph, t)
            }
            5 => build::softplus(&mut self.graph, a),
            6 => {
                // The square root and logarithm of what is above one half.
                let square = build::square(&mut self.graph, a);
                let half = build::number(&mut self.graph, 0.5);
                let positive = build::add(&mut self.graph, square, half);
                if self.uniform() < 0.5 {
                    build::sqrt(&mut self.graph, positive)
                } else {
                    build::log(&mut self.graph, positive)
                }
            }
            7 => build::sum(&mut self.graph, a, Axis::All),
            8 => self.reduced(a),
            9 => self.product(a),
            10 => {
                let examples = self.graph.ty(a).batch.is_some();
                if examples { build::batch_mean(&mut self.graph, a) } else { build::neg(&mut self.graph, a) }
            }
            11 => self.combined(a),
            12 => self.textbook(a),
            _ => self.arranged(a),
        };
        // Held back, so that deep programs stay near 1.
        let node = if self.uniform() < 0.3 { build::sin(&mut self.graph, node) } else { node };
        self.values.push(node);
    }

    /// A formula that a rule makes safe.
    fn textbook(&mut self, a: NodeId) -> NodeId {
        let kind = self.below(3);
        let graph = &mut self.graph;
        let e = build::exp(graph, a);
        match kind {
            0 => {
                let total = build::sum(graph, e, Axis::All);
                build::log(graph, total)
            }
            1 => {
                let total = build::sum(graph, e, Axis::All);
                let shares = build::div(graph, e, total);
                build::log(graph, shares)
            }
            _ => {
                let s = build::sigmoid(graph, a);
                build::log(graph, s)
            }
        }
    }

    /// The same numbers elsewhere: turned, cut, put together, in another shape.
    fn arranged(&mut self, a: NodeId) -> NodeId {
        let dims = self.graph.ty(a).shape.dims().unwrap_or_default();
        let known = |size: usize| Size::Known(size as i64);
        let (kind, graph) = (self.drawn % 4, &mut self.graph);
        match *dims.as_slice() {
            [_, _] if kind == 0 => build::transpose(graph, a),
            [rows, columns] if kind == 1 => build::reshape(graph, a, Shape::known(&[rows * columns])),
            [n, ..] if kind == 2 => {
                let from = self.drawn as usize / 4 % n;
                build::slice(graph, a, 0, known(from), known(n), false)
            }
            [n, ..] if n < 7 => build::concat(graph, &[a, a], 0),
            _ => build::tanh(graph, a),
        }
    }

    fn reduced(&mut self, a: NodeId) -> NodeId {
        match self.graph.ty(a).shape.rank() {
            2 => {
                let axis = self.below(2);
                build::sum(&mut self.graph, a, Axis::Only(axis))
            }
            1 => build::mean(&mut self.graph, a, Axis::All),
            _ => build::cos(&mut self.graph, a),
        }
    }

    /// A matrix product with a new matrix or vector, or a transpose.
    fn product(&mut self, a: NodeId) -> NodeId {
        let dims = self.graph.ty(a).shape.dims().unwrap_or_default();
        let is_batched = self.uniform() < 0.3;
        match *dims.as_slice() {
            [n] => {
                let rows = 1 + self.below(3);
                let w = self.input_of(vec![rows, n], is_batched);
                build::matmul(&mut self.graph, w, a)
            }
            [_, n] => {
                let columns = 1 + self.below(3);
                let shape = if self.uniform() < 0.5 { vec![n, columns] } else { vec![n] };
                let w = self.input_of(shape, is_batched);
                build::matmul(&mut self.graph, a, w)
            }
            _ => build::tanh(&mut self.graph, a),
        }
    }

    /// An elementwise operation with another value of the same shape, a number, or itself.
    fn combined(&mut self, a: NodeId) -> NodeId {
        let shape = self.graph.ty(a).shape.clone();
        let fits: Vec<NodeId> = self
            .values
            .iter()
            .copied()
            .filter(|&b| self.graph.ty(b).shape == shape || self.graph.ty(b).shape.is_scalar())
            .collect();
        let at = self.below(fits.len());
        let b = fits[at];
        let graph = &mut self.graph;
        let (kind, u) = (self.drawn % 4, self.stream.uniform(1, self.drawn));
        match kind {
            0 => build::add(graph, a, b),
            1 => build::sub(graph, a, b),
            2 => build::mul(graph, a, b),
            _ => {
                // A quotient whose divisor is at least one half.
                let square = build::square(graph, b);
                let half = build::number(graph, 0.5 + u);
                let below = build::add(graph, square, half);
                build::div(graph, a, below)
            }
        }
    }

    /// One number of all values, each weighted.
    fn total(&mut self, values: &[NodeId], weight: f64) -> NodeId {
        let mut total = build::number(&mut self.graph, 0.0);
        for (at, &value) in values.iter().enumerate() {
            let mut sum = build::sum(&mut self.graph, value, Axis::All);
            if self.graph.ty(sum).batch.is_some() {
                sum = build::batch_fold(&mut self.graph, Fold::Sum, sum);
            }
            let bounded = build::sin(&mut self.graph, sum);
            let factor = build::number(&mut self.graph, weight + 0.1 * at as f64);
            let term = build::mul(&mut self.graph, factor, bounded);
            total = build::add(&mut self.graph, total, term);
        }
        total
    }

    fn numbers(&self, nodes: &[NodeId]) -> Vec<Vec<f64>> {
        let tensors = reference::evaluate(&self.graph, nodes, &self.environment).expect("a value");
        tensors.into_iter().map(|tensor| tensor.data.to_f64()).collect()
    }

    /// Checks the gradient of `output` by each input against central differences.
    fn check_slopes(&mut self, seed: u64, output: NodeId) -> Vec<NodeId> {
        let inputs: Vec<NodeId> = self.inputs.iter().map(|(_, node)| *node).collect();
        let gradients = grad::differentiate(&mut self.graph, output, &inputs)
            .unwrap_or_else(|problem| panic!("program {seed}: {problem:?}"));
        let derived = self.numbers(&gradients);
        let scale = derived.iter().flatten().fold(1.0f64, |most, v| most.max(v.abs()));
        for (at, (slot, _)) in self.inputs.clone().into_iter().enumerate() {
            // One place of each input: all of them are tried over many programs.
            let len = derived[at].len();
            let place = (seed as usize).wrapping_mul(31).wrapping_add(at) % len.max(1);
            // Where the curve turns within the step, a shorter one has to say.
            let wanted = derived[at][place];
            let is_near = |&(slope, doubt): &(f64, f64)| (slope - wanted).abs() <= 2e-6 * scale + doubt;
            let mut measured: Vec<(f64, f64)> = Vec::new();
            for step in STEPS {
                measured.push(self.slope(output, slot, place, step));
                if measured.iter().any(is_near) {
                    break;
                }
            }
            assert!(
                measured.iter().any(is_near),
                "program {seed}, input {at}[{place}]: derived {wanted}, measured {measured:?}\n{}",
                nn::graph::print(&self.graph, &[output])
            );
        }
        gradients
    }

    /// A slope by central differences, and how far off it may be: where the curve bends too much for the step, the half
    /// step shows by how much.
    fn slope(&mut self, output: NodeId, slot: SlotId, place: usize, step: f64) -> (f64, f64) {
        let (wide, near) =
            (self.difference(output, slot, place, step), self.difference(output, slot, place, step / 2.0));
        ((4.0 * near - wide) / 3.0, (wide - near).abs())
    }

    fn difference(&mut self, output: NodeId, slot: SlotId, place: usize, step: f64) -> f64 {
        let mut at = |by: f64| {
            let tensor = self.environment.slots.get_mut(&slot).expect("an input");
            if let Buffer::F64(data) = &mut tensor.data {
                data[place] += by;
            }
            self.numbers(&[output])[0][0]
        };
        let above = at(step);
        let below = at(-2.0 * step);
        at(step);
        (above - below) / (2.0 * step)
    }
}

/// Checks one program. The fuzzer draws seeds of its own.
pub fn check(seed: u64) {
    let mut program = Program::new(seed);
    let values: Vec<NodeId> = program.values.iter().rev().take(4).copied().collect();
    let first = program.total(&values, 1.0);
    let gradients = program.check_slopes(seed, first);
    let second = program.total(&gradients, 0.7);
    let again = program.check_slopes(seed, second);
    let outputs: Vec<NodeId> = [first, second].into_iter().chain(gradients).chain(again).collect();
    let plain = program.numbers(&outputs);
    let planned = exec::evaluate(&program.graph, &outputs, &program.environment).expect("a plan");
    let scale = plain.iter().flatten().fold(1.0f64, |most, v| most.max(v.abs()));
    for (plain, planned) in plain.iter().zip(planned) {
        for (a, b) in plain.iter().zip(planned.data.to_f64()) {
            assert!((a - b).abs() <= 1e-10 * scale, "program {seed}: plain {a}, planned {b}");
        }
    }
}

/// Those that the fuzzer found: sums of products whose sides are transposed for each example; a curve too steep for
/// one step.
#[test]
fn programs_that_broke_hold() {
    let seeds = [
        4193307647319677495,
        7672076680028655391,
        4155667450766938682,
        7239457720206598725,
        1729697453179094068,
        20972894436107408,
    ];
    seeds.into_iter().for_each(check);
}

#[test]
fn random_programs_have_the_right_slopes_and_plans() {
    let count = std::env::var("NN_PROGRAMS").ok().and_then(|text| text.parse().ok()).unwrap_or(DEFAULT);
    for seed in 0..count {
        if let Err(panic) = std::panic::catch_unwind(|| check(seed)) {
            println!("program {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

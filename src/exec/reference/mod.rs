//! The judge: evaluates a graph node by node and example by example, as slowly and plainly as it can be said.
//!
//! Tests compare the planned executor against it, the constant folder and small questions of the session use it.
//! It computes in `f64`; in precision `f32` every value is rounded after its operation. It has no threads, no
//! buffers to share and no speed.

mod kernels;

use indexmap::IndexMap;

use crate::graph::{Distribution, Graph, Leaf, NodeId, Operation, Real, SlotId};
use crate::tensor::random::Stream;
use crate::tensor::{Buffer, Precision, Tensor};
use crate::types::{BatchId, Size, TensorType};

/// Numbers that all values of one evaluation may have together: 2 GiB.
pub const MAX_NUMBERS: usize = 1 << 28;

/// What a run supplies.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub slots: IndexMap<SlotId, Tensor>,
    /// How many examples each batch has.
    pub examples: IndexMap<BatchId, usize>,
    pub precision: Precision,
    pub seed: u64,
    pub step: u64,
}

/// Why a graph has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvaluateProblem {
    /// The run supplies no value for this leaf.
    NoSlot { node: NodeId, slot: SlotId },
    /// It supplies one of another shape, or of another number of examples.
    SlotShape { node: NodeId, slot: SlotId },
    /// It does not say how many examples this batch has.
    NoBatch { node: NodeId, batch: BatchId },
    /// A size is a name and not a number.
    NotKnown { node: NodeId },
    /// The largest or smallest of no examples.
    Empty { node: NodeId },
    /// All values together are more than [`MAX_NUMBERS`].
    TooLarge { node: NodeId },
}

impl std::fmt::Display for EvaluateProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            EvaluateProblem::NoSlot { .. } => "a value is missing",
            EvaluateProblem::SlotShape { .. } => "a value has another shape than it should",
            EvaluateProblem::NoBatch { .. } => "the number of examples is not known",
            EvaluateProblem::NotKnown { .. } => "a size is not known",
            EvaluateProblem::Empty { .. } => "the largest or smallest of no examples is asked for",
            EvaluateProblem::TooLarge { .. } => "it would need too much memory",
        })
    }
}

/// A value under evaluation: column-major, examples one after another.
#[derive(Clone, Debug)]
struct Value {
    shape: Vec<usize>,
    examples: Option<usize>,
    data: Vec<f64>,
}

/// The values of `outputs`.
///
/// # Errors
/// When the environment lacks something, or the graph is too large to be evaluated this way.
pub fn evaluate(
    graph: &Graph,
    outputs: &[NodeId],
    environment: &Environment,
) -> Result<Vec<Tensor>, EvaluateProblem> {
    let mut values: Vec<Option<Value>> = vec![None; graph.len()];
    let mut room = MAX_NUMBERS;
    for id in needed(graph, outputs) {
        let (shape, examples) = dims(graph.ty(id), id, environment)?;
        let numbers =
            shape.iter().chain(&examples).try_fold(1usize, |product, &dim| product.checked_mul(dim));
        room = numbers
            .and_then(|numbers| room.checked_sub(numbers))
            .ok_or(EvaluateProblem::TooLarge { node: id })?;
        let frame = Value { shape, examples, data: Vec::new() };
        let mut data = value(graph, id, environment, &frame, &values)?;
        round(environment.precision, &mut data);
        values[id.index()] = Some(Value { data, ..frame });
    }
    Ok(outputs
        .iter()
        .filter_map(|id| values[id.index()].clone())
        .map(|v| v.store(environment.precision))
        .collect())
}

/// Everything the outputs are made of, inputs before users.
pub fn needed(graph: &Graph, outputs: &[NodeId]) -> Vec<NodeId> {
    let mut wanted = vec![false; graph.len()];
    for output in outputs {
        wanted[output.index()] = true;
    }
    for id in graph.ids().rev() {
        if wanted[id.index()] {
            for input in &graph.node(id).inputs {
                wanted[input.index()] = true;
            }
        }
    }
    graph.ids().filter(|id| wanted[id.index()]).collect()
}

/// Sizes as numbers.
fn dims(
    ty: &TensorType,
    node: NodeId,
    environment: &Environment,
) -> Result<(Vec<usize>, Option<usize>), EvaluateProblem> {
    let shape = ty.shape.dims().ok_or(EvaluateProblem::NotKnown { node })?;
    let examples = match ty.batch {
        Some(batch) => Some(count_of(batch, node, environment)?),
        None => None,
    };
    Ok((shape, examples))
}

fn count_of(batch: BatchId, node: NodeId, environment: &Environment) -> Result<usize, EvaluateProblem> {
    environment.examples.get(&batch).copied().ok_or(EvaluateProblem::NoBatch { node, batch })
}

fn value(
    graph: &Graph,
    id: NodeId,
    environment: &Environment,
    frame: &Value,
    values: &[Option<Value>],
) -> Result<Vec<f64>, EvaluateProblem> {
    let node = graph.node(id);
    match &node.operation {
        Operation::Leaf(leaf) => leaf_value(leaf, id, environment, frame),
        Operation::Apply(op) => {
            let kernel = op.kernel().ok_or(EvaluateProblem::NotKnown { node: id })?;
            let inputs: Vec<&Value> =
                node.inputs.iter().filter_map(|input| values[input.index()].as_ref()).collect();
            kernels::run(&kernel, &inputs, frame).ok_or(EvaluateProblem::Empty { node: id })
        }
    }
}

fn leaf_value(
    leaf: &Leaf,
    node: NodeId,
    environment: &Environment,
    frame: &Value,
) -> Result<Vec<f64>, EvaluateProblem> {
    match leaf {
        Leaf::Slot { id, .. } => {
            let slot = *id;
            let tensor = environment.slots.get(&slot).ok_or(EvaluateProblem::NoSlot { node, slot })?;
            let fits = tensor.shape == frame.shape
                && tensor.examples == frame.examples
                && tensor.data.len() == frame.len();
            if fits { Ok(tensor.data.to_f64()) } else { Err(EvaluateProblem::SlotShape { node, slot }) }
        }
        Leaf::Number(Real(number)) => Ok(vec![*number]),
        Leaf::Tensor(constant) => Ok(constant.values.clone()),
        Leaf::Size(Size::Known(size)) => Ok(vec![*size as f64]),
        Leaf::Size(Size::Symbolic(_)) => Err(EvaluateProblem::NotKnown { node }),
        Leaf::BatchCount(batch) => Ok(vec![count_of(*batch, node, environment)? as f64]),
        Leaf::Random { name, distribution } => {
            let stream = Stream::new(environment.seed, name);
            let step = environment.step;
            let draw = |index: usize| match (distribution, environment.precision) {
                (Distribution::Uniform, Precision::F64) => stream.uniform(step, index as u64),
                (Distribution::Uniform, Precision::F32) => f64::from(stream.uniform_f32(step, index as u64)),
                (Distribution::Normal, Precision::F32 | Precision::F64) => stream.normal(step, index as u64),
            };
            Ok((0..frame.len()).map(draw).collect())
        }
    }
}

fn round(precision: Precision, data: &mut [f64]) {
    match precision {
        Precision::F64 => {}
        Precision::F32 => data.iter_mut().for_each(|number| *number = f64::from(*number as f32)),
    }
}

impl Value {
    /// All numbers, of all examples.
    fn len(&self) -> usize {
        self.one() * self.examples.unwrap_or(1)
    }

    /// The numbers of one example.
    fn one(&self) -> usize {
        self.shape.iter().product()
    }

    /// The numbers of this example; a value that runs over no batch is the same for all.
    fn example(&self, at: usize) -> &[f64] {
        let len = self.one();
        let start = if self.examples.is_some() { at * len } else { 0 };
        &self.data[start..start + len]
    }

    fn store(self, precision: Precision) -> Tensor {
        let data = match precision {
            Precision::F64 => Buffer::F64(self.data),
            Precision::F32 => Buffer::F32(self.data.into_iter().map(|number| number as f32).collect()),
        };
        Tensor { shape: self.shape, examples: self.examples, data }
    }
}

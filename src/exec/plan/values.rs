//! What each needed node is to the planner: sizes, where its numbers really stand, and what it reads.

use super::{PlanProblem, Request};
use crate::base::FastMap;
use crate::graph::{Graph, Leaf, NodeId, Operation, SlotId};
use crate::tensor::Kernel;
use crate::tensor::machine::{Access, Function};

/// The numbers of a value, as part of another value's: itself, or what it is a view of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub root: NodeId,
    pub offset: usize,
    pub len: usize,
}

/// One needed node.
#[derive(Clone, Debug)]
pub struct Value {
    pub dims: Vec<usize>,
    /// `None` if it does not run over a batch.
    pub examples: Option<usize>,
    /// Numbers of one example.
    pub each: usize,
    pub place: Place,
    pub work: Work,
}

/// How a value comes about.
#[derive(Clone, Debug)]
pub enum Work {
    /// Persistent numbers of the store.
    Slot(SlotId),
    /// Numbers of a batch, set before a run.
    Input(SlotId),
    Constant(Vec<f64>),
    Random,
    /// Another name for numbers that stand somewhere already.
    View,
    Elementwise(Function, Vec<(Place, Access)>),
    Other(Kernel),
}

impl Value {
    pub fn len(&self) -> usize {
        self.place.len
    }

    pub fn count(&self) -> usize {
        self.examples.unwrap_or(1)
    }
}

/// All needed values, by node.
#[derive(Debug, Default)]
pub struct Values {
    pub by_node: FastMap<NodeId, Value>,
    /// Needed nodes in the order of the graph.
    pub order: Vec<NodeId>,
}

impl Values {
    pub fn of(&self, node: NodeId) -> &Value {
        &self.by_node[&node]
    }

    /// Looks at every node that the request needs.
    pub fn find(graph: &Graph, request: &Request) -> Result<Values, PlanProblem> {
        let mut values = Values::default();
        let targets = request.outputs.iter().copied().chain(request.updates.iter().map(|&(_, node)| node));
        let needed = needed(graph, targets);
        for &node in &needed {
            let value = values.describe(graph, node, request)?;
            values.by_node.insert(node, value);
        }
        values.order = needed;
        Ok(values)
    }

    fn describe(&self, graph: &Graph, id: NodeId, request: &Request) -> Result<Value, PlanProblem> {
        let unknown = PlanProblem::UnknownSize { node: id };
        let node = graph.node(id);
        let dims = node.ty.shape.dims().ok_or(unknown.clone())?;
        let examples = match node.ty.batch {
            Some(batch) => Some(*request.examples.get(&batch).ok_or(unknown.clone())?),
            None => None,
        };
        let too_large = || PlanProblem::TooLarge { bytes: u128::MAX, limit: request.memory_limit };
        let each =
            dims.iter().try_fold(1usize, |product, &dim| product.checked_mul(dim)).ok_or_else(too_large)?;
        let len = each.checked_mul(examples.unwrap_or(1)).ok_or_else(too_large)?;
        if len as u128 * 4 > request.memory_limit {
            return Err(PlanProblem::TooLarge { bytes: len as u128 * 4, limit: request.memory_limit });
        }
        let mut value =
            Value { dims, examples, each, place: Place { root: id, offset: 0, len }, work: Work::View };
        value.work = match &node.operation {
            Operation::Leaf(leaf) => leaf_work(leaf, &value, request).ok_or(unknown)?,
            Operation::Apply(op) => {
                let kernel = op.kernel().ok_or(unknown)?;
                self.apply_work(&kernel, &node.inputs, &mut value)
            }
        };
        Ok(value)
    }

    fn apply_work(&self, kernel: &Kernel, inputs: &[NodeId], value: &mut Value) -> Work {
        let elementwise = |function| {
            Work::Elementwise(function, inputs.iter().map(|&input| self.operand(input, value)).collect())
        };
        match kernel {
            Kernel::Map1(map) => elementwise(Function::One(map)),
            Kernel::Map2(map) => elementwise(Function::Two(map)),
            Kernel::Map3(map) => elementwise(Function::Three(map)),
            Kernel::Expand => elementwise(Function::Copy),
            Kernel::Repeat { .. } if self.of(inputs[0]).each == 1 => elementwise(Function::Copy),
            Kernel::Identity | Kernel::Reshape => self.view(inputs[0], 0, value),
            Kernel::Transpose if value.dims.iter().filter(|&&dim| dim != 1).count() <= 1 => {
                self.view(inputs[0], 0, value)
            }
            Kernel::Slice { axis, from, .. }
                if value.examples.is_none() && is_last(&self.of(inputs[0]).dims, *axis) =>
            {
                let stride: usize = self.of(inputs[0]).dims[..*axis].iter().product();
                self.view(inputs[0], from * stride, value)
            }
            // Of one thing there is nothing to join.
            Kernel::BatchReduce(_) if self.of(inputs[0]).examples == Some(1) => {
                self.view(inputs[0], 0, value)
            }
            Kernel::Reduce { .. } if self.of(inputs[0]).each == value.each => self.view(inputs[0], 0, value),
            Kernel::Iota => Work::Constant((0..value.each).map(|at| at as f64).collect()),
            Kernel::Eye => {
                let rows = value.dims.first().copied().unwrap_or(1);
                Work::Constant(
                    (0..value.each).map(|at| f64::from(u8::from(at % rows == at / rows))).collect(),
                )
            }
            Kernel::Repeat { .. }
            | Kernel::Slice { .. }
            | Kernel::Transpose
            | Kernel::Reduce { .. }
            | Kernel::ArgMax { .. }
            | Kernel::Rank { .. }
            | Kernel::BatchReduce(_)
            | Kernel::MatMul
            | Kernel::MatMulSum
            | Kernel::Pad { .. }
            | Kernel::Concat { .. }
            | Kernel::Stack
            | Kernel::OneHot { .. } => Work::Other(kernel.clone()),
        }
    }

    fn view(&self, input: NodeId, offset: usize, value: &mut Value) -> Work {
        let source = self.of(input).place;
        value.place = Place { root: source.root, offset: source.offset + offset, len: value.place.len };
        Work::View
    }

    /// How a loop over `user` reads an input: what is only repeated is read where it stands once.
    fn operand(&self, input: NodeId, user: &Value) -> (Place, Access) {
        let mut input = self.of(input);
        loop {
            if let Work::Elementwise(Function::Copy, inner) = &input.work {
                let root = self.of(inner[0].0.root);
                let whole = inner[0].0 == root.place;
                let fits = root.each == user.each || root.each == 1;
                if whole && fits {
                    input = root;
                    continue;
                }
            }
            let place = input.place;
            let access = match (place.len, input.examples.is_some()) {
                (len, _) if len == user.place.len => Access::Full,
                // The number of a batch of one, too, which a value without examples may read.
                (1, _) => Access::Single,
                (_, true) => Access::Example,
                (_, false) => Access::Feature,
            };
            return (place, access);
        }
    }
}

/// Whether no axis after this one has more than one place.
fn is_last(dims: &[usize], axis: usize) -> bool {
    dims.iter().skip(axis + 1).all(|&dim| dim == 1)
}

fn leaf_work(leaf: &Leaf, value: &Value, request: &Request) -> Option<Work> {
    Some(match leaf {
        Leaf::Slot { id, .. } if value.examples.is_some() => Work::Input(*id),
        Leaf::Slot { id, .. } => Work::Slot(*id),
        Leaf::Number(number) => Work::Constant(vec![number.0]),
        Leaf::Tensor(constant) => Work::Constant(constant.values.clone()),
        Leaf::Size(size) => Work::Constant(vec![size.known()? as f64]),
        Leaf::BatchCount(batch) => Work::Constant(vec![*request.examples.get(batch)? as f64]),
        Leaf::Random { .. } => Work::Random,
    })
}

/// The nodes that targets depend on, in the order of the graph.
fn needed(graph: &Graph, targets: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
    let mut seen = vec![false; graph.len()];
    let mut open: Vec<NodeId> = targets.collect();
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut seen[node.index()], true) {
            found.push(node);
            open.extend(&graph.node(node).inputs);
        }
    }
    found.sort_unstable();
    found
}

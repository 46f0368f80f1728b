//! The arena: nodes are added, never changed; equal nodes are one node.

use std::sync::Arc;

use super::{Attribute, Leaf, OpRef, Real, ShapeProblem};
use crate::base::{FastMap, Span};
use crate::types::TensorType;

/// A node of one graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// What a node does.
#[derive(Clone, Debug)]
pub enum Operation {
    Leaf(Leaf),
    Apply(OpRef),
}

#[derive(Clone, Debug)]
pub struct Node {
    pub operation: Operation,
    /// Always earlier in the arena.
    pub inputs: Vec<NodeId>,
    pub ty: TensorType,
    /// The text it came from; gradients keep the line they differentiate. No part of equality.
    pub span: Option<Span>,
}

/// What makes two nodes equal. The type is in it because a leaf's and an expansion's type is not a function of the rest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Leaf(Leaf, TensorType),
    Apply(&'static str, Vec<Attribute>, Vec<NodeId>),
}

#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    index: FastMap<Key, NodeId>,
    /// The user's names of intermediate values; the first one given stays.
    names: FastMap<NodeId, Arc<str>>,
    /// The rewriting rule that made a node, where a reader of formulas should know of it.
    rules: FastMap<NodeId, &'static str>,
    /// How an operator was applied where a simpler or safer node took its place, for gradients by what was passed over.
    written: FastMap<NodeId, Vec<Written>>,
    /// The span that new nodes get.
    span: Option<Span>,
    /// Whether operators are left as they are applied.
    verbatim: bool,
    /// Whether nodes are made that the program did not write: a gradient.
    deriving: bool,
    /// Simplifications under way: one may apply operators that simplify in turn.
    depth: u32,
}

/// An application as the program has it.
#[derive(Clone, Debug)]
pub struct Written {
    pub op: OpRef,
    pub inputs: Vec<NodeId>,
}

/// How far simplifications may lead to one another; a bound on the stack that a long chain of values can ask for.
const MAX_SIMPLIFY_DEPTH: u32 = 48;

impl Graph {
    /// A graph that simplifies nothing: the other side of the law that simplification keeps values.
    pub fn verbatim() -> Graph {
        Graph { verbatim: true, ..Graph::default() }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A node of this graph.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub fn ty(&self, id: NodeId) -> &TensorType {
        &self.node(id).ty
    }

    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The number of a constant node.
    pub fn number(&self, id: NodeId) -> Option<f64> {
        match &self.node(id).operation {
            Operation::Leaf(Leaf::Number(Real(value))) => Some(*value),
            Operation::Leaf(_) | Operation::Apply(_) => None,
        }
    }

    /// The operator of a node, if it is one of that name.
    pub fn op_named(&self, id: NodeId, name: &str) -> Option<&Node> {
        let node = self.node(id);
        match &node.operation {
            Operation::Apply(op) if op.name() == name => Some(node),
            Operation::Apply(_) | Operation::Leaf(_) => None,
        }
    }

    pub fn name(&self, id: NodeId) -> Option<&str> {
        self.names.get(&id).map(|name| &**name)
    }

    /// Gives a value the name it has in the program.
    pub fn set_name(&mut self, id: NodeId, name: &str) {
        self.names.entry(id).or_insert_with(|| name.into());
    }

    /// The rewriting rule that made this node.
    pub fn rule(&self, id: NodeId) -> Option<&'static str> {
        self.rules.get(&id).copied()
    }

    pub fn note_rule(&mut self, id: NodeId, rule: &'static str) {
        self.rules.entry(id).or_insert(rule);
    }

    /// Nodes made from now on come from this text; the previous span is given back.
    pub fn set_span(&mut self, span: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.span, span)
    }

    pub fn leaf(&mut self, leaf: Leaf, ty: TensorType) -> NodeId {
        let key = Key::Leaf(leaf.clone(), ty.clone());
        self.intern(key, Operation::Leaf(leaf), Vec::new(), ty)
    }

    /// A constant number.
    pub fn constant(&mut self, value: f64) -> NodeId {
        self.leaf(Leaf::Number(Real(value)), TensorType::number())
    }

    /// Applies an operator: checks the types, simplifies, and finds the node if it is there already.
    pub fn apply(&mut self, op: OpRef, inputs: &[NodeId]) -> Result<NodeId, ShapeProblem> {
        let types: Vec<&TensorType> = inputs.iter().map(|&id| self.ty(id)).collect();
        let ty = op.shape(&types)?;
        if let Some(simpler) = self.simplify(&op, inputs) {
            debug_assert_eq!(self.ty(simpler), &ty, "{} simplifies to another type", op.name());
            self.note_written(simpler, op, inputs);
            return Ok(simpler);
        }
        let key = Key::Apply(op.name(), op.attributes(), inputs.to_vec());
        Ok(self.intern(key, Operation::Apply(op), inputs.to_vec(), ty))
    }

    /// A node of another graph as it is, on inputs of this one, with its span, name and rule.
    pub fn adopt(&mut self, source: &Graph, id: NodeId, inputs: Vec<NodeId>) -> NodeId {
        let node = source.node(id);
        let key = match &node.operation {
            Operation::Leaf(leaf) => Key::Leaf(leaf.clone(), node.ty.clone()),
            Operation::Apply(op) => Key::Apply(op.name(), op.attributes(), inputs.clone()),
        };
        let outer_span = self.set_span(node.span);
        let new = self.intern(key, node.operation.clone(), inputs, node.ty.clone());
        self.set_span(outer_span);
        self.describe(source, id, new);
        new
    }

    /// Gives `new` the name and the rule that a node of another graph has.
    pub fn describe(&mut self, source: &Graph, id: NodeId, new: NodeId) {
        if let Some(name) = source.names.get(&id) {
            self.names.entry(new).or_insert_with(|| name.clone());
        }
        if let Some(rule) = source.rule(id) {
            self.note_rule(new, rule);
        }
    }

    /// The applications in whose place this node stands.
    pub fn written(&self, id: NodeId) -> &[Written] {
        self.written.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Nodes made from now on are not the program's own; what was the case before is given back.
    pub fn set_deriving(&mut self, deriving: bool) -> bool {
        std::mem::replace(&mut self.deriving, deriving)
    }

    /// Only values that were computed can be passed over, and only by what the program wrote itself.
    fn note_written(&mut self, id: NodeId, op: OpRef, inputs: &[NodeId]) {
        let is_own = self.depth == 0 && !self.deriving;
        let is_made = |input: &NodeId| matches!(self.node(*input).operation, Operation::Apply(_));
        if !is_own || inputs.contains(&id) || !inputs.iter().any(is_made) {
            return;
        }
        let entry = self.written.entry(id).or_default();
        let same = |known: &Written| known.inputs == inputs && known.op.name() == op.name();
        if !entry.iter().any(|known| same(known) && known.op.attributes() == op.attributes()) {
            entry.push(Written { op, inputs: inputs.to_vec() });
        }
    }

    fn simplify(&mut self, op: &OpRef, inputs: &[NodeId]) -> Option<NodeId> {
        if self.verbatim || self.depth >= MAX_SIMPLIFY_DEPTH {
            return None;
        }
        self.depth += 1;
        let simpler = op.simplify(self, inputs);
        self.depth -= 1;
        simpler
    }

    fn intern(&mut self, key: Key, operation: Operation, inputs: Vec<NodeId>, ty: TensorType) -> NodeId {
        if let Some(&id) = self.index.get(&key) {
            return id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { operation, inputs, ty, span: self.span });
        self.index.insert(key, id);
        id
    }
}

impl NodeId {
    /// The position in the arena; inputs have smaller ones than their users.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

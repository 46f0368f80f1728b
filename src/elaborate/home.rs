//! Values of the script inside another graph: that of a training step, or of a definition that is checked by itself.
//!
//! A name of the script stands for a node of the session's graph. Where another graph is built, what such a name
//! stands for is brought over: what is known as it is, everything else as a slot that the session fills.

use std::sync::Arc;

use super::Elaborator;
use super::value::{FunctionValue, Parameters, Record, Value};
use crate::graph::{Graph, Leaf, NodeId, Operation, SlotId};

impl Elaborator {
    /// Begins another graph; the session's is kept until [`Elaborator::come_home`].
    pub(super) fn leave_home(&mut self) -> Option<Graph> {
        let graph = std::mem::take(&mut self.graph);
        self.nodes_at_start = 0;
        self.home.replace(graph)
    }

    /// Goes on with the session's graph; gives the one that was built.
    pub(super) fn come_home(&mut self, outer: Option<Graph>) -> Graph {
        let home = std::mem::replace(&mut self.home, outer).unwrap_or_default();
        self.nodes_at_start = home.len();
        std::mem::replace(&mut self.graph, home)
    }

    /// A value of the script in the graph that is being built.
    pub(super) fn bring(&mut self, value: &Value) -> Value {
        if self.home.is_none() {
            return value.clone();
        }
        match value {
            Value::Node(node) => self.bring_node(*node).map_or(Value::Unknown, Value::Node),
            Value::Variable(variable) => self.bring(&variable.known),
            Value::List(items) => Value::List(items.iter().map(|item| self.bring(item)).collect()),
            Value::Function(function) => {
                let preset = function.preset.iter();
                let preset =
                    preset.map(|(name, value, span)| (name.clone(), self.bring(value), *span)).collect();
                Value::Function(FunctionValue { target: function.target.clone(), preset })
            }
            Value::Record(record) => {
                let fields = record.fields.iter().map(|(name, field)| (name.clone(), self.bring(field)));
                let fields = fields.collect();
                Value::Record(Arc::new(Record { fields, ..(**record).clone() }))
            }
            Value::Parameters(parameters) => {
                let entries = parameters.entries.iter();
                let entries =
                    entries.filter_map(|(key, node)| Some((key.clone(), self.bring_node(*node)?))).collect();
                Value::Parameters(Parameters { entries, ..parameters.clone() })
            }
            Value::Unknown
            | Value::Nothing
            | Value::Number(_)
            | Value::Int(_)
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Template(_)
            | Value::Model { .. }
            | Value::Axis(_)
            | Value::Shape(_)
            | Value::Range { .. }
            | Value::Word(_) => value.clone(),
        }
    }

    fn bring_node(&mut self, id: NodeId) -> Option<NodeId> {
        let home = self.home.as_ref()?;
        let (node, name) = (home.node(id), home.name(id).unwrap_or("value").to_string());
        let ty = node.ty.clone();
        if let Operation::Leaf(leaf @ (Leaf::Slot { .. } | Leaf::Number(_) | Leaf::Tensor(_) | Leaf::Size(_))) =
            &node.operation
            && ty.batch.is_none()
        {
            let leaf = leaf.clone();
            return Some(self.graph.leaf(leaf, ty));
        }
        if let Some((slot, name)) = self.brought.get(&id).cloned() {
            return Some(self.graph.leaf(Leaf::Slot { id: slot, name }, ty));
        }
        let (slot, node) = self.new_slot(&name, ty);
        self.brought.insert(id, (slot, name.as_str().into()));
        Some(node)
    }

    /// The nodes of the session's graph that the last step needs the values of, and where it expects them.
    pub fn brought(&self) -> impl Iterator<Item = (NodeId, SlotId)> {
        self.brought.iter().map(|(node, (slot, _))| (*node, *slot))
    }
}

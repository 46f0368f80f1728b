//! The end of a round of a loop: values become numbers, and the graph that made them is let go.
//!
//! Between statements outside of loops values keep how they were made, so that `grad` can be asked for later.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::state::Session;
use crate::elaborate::{Record, TextPiece, Value, Variable};
use crate::graph::{Graph, NodeId, Operation, SlotId};
use crate::tensor::Tensor;

impl Session<'_> {
    pub(super) fn settle(&mut self) {
        let (mut nodes, variables) = self.held();
        let made: Vec<NodeId> = nodes.iter().copied().filter(|id| !self.is_leaf(*id)).collect();
        nodes.extend(variables.keys().copied());
        let span = self.elaborator.globals.values().next().map(|binding| binding.span);
        let Some(span) = span else { return };
        let Some(values) = self.force(&made, span) else { return };
        let mut known: HashMap<NodeId, Tensor> = made.into_iter().zip(values).collect();
        let old = self.elaborator.replace_graph(Graph::default());
        self.computed.clear();
        self.elaborator.count_draws();
        self.rounds += 1;
        let mut moved = HashMap::new();
        for id in nodes {
            if moved.contains_key(&id) {
                continue;
            }
            let node = old.node(id);
            let new = match (&node.operation, known.remove(&id)) {
                (Operation::Leaf(leaf), _) => self.elaborator.graph.leaf(leaf.clone(), node.ty.clone()),
                (Operation::Apply(_), Some(tensor)) => {
                    let name = old.name(id).unwrap_or("value").to_string();
                    self.slot_of(&name, tensor, node.ty.batch)
                }
                (Operation::Apply(_), None) => match variables.get(&id) {
                    Some(number) => self.number_slot(old.name(id).unwrap_or("value"), *number),
                    None => continue,
                },
            };
            moved.insert(id, new);
        }
        let named = self.elaborator.globals.values_mut().map(|binding| &mut binding.value);
        for value in named.chain(self.waiting.iter_mut().flatten()) {
            rewrite(value, &moved);
        }
        self.drop_dead_slots();
    }

    /// Works out all that names stand for. A mistake in it is reported when the value is asked for.
    pub fn work_out(&mut self) {
        let (nodes, _) = self.held();
        let made: Vec<NodeId> = nodes.into_iter().filter(|id| !self.is_leaf(*id)).collect();
        let Some(span) = self.elaborator.globals.values().next().map(|binding| binding.span) else { return };
        if self.force(&made, span).is_none() {
            self.take_diagnostics();
        }
    }

    /// What names and loops over lists hold: nodes, and variables with their numbers.
    fn held(&self) -> (Vec<NodeId>, IndexMap<NodeId, f64>) {
        let (mut nodes, mut variables) = (Vec::new(), IndexMap::new());
        let named = self.elaborator.globals.values().map(|binding| &binding.value);
        for value in named.chain(self.waiting.iter().flatten()) {
            collect(value, &mut nodes);
            collect_variables(value, &mut variables);
        }
        (nodes, variables)
    }

    fn is_leaf(&self, id: NodeId) -> bool {
        matches!(self.elaborator.graph.node(id).operation, Operation::Leaf(_))
    }

    /// The slots that what names hold is made of.
    pub(super) fn slots_held(&self) -> HashSet<SlotId> {
        let (mut nodes, variables) = self.held();
        nodes.extend(variables.into_keys());
        self.elaborator.graph.needs(&nodes).0.into_iter().collect()
    }

    /// Values that no name and no model can reach any more are let go.
    fn drop_dead_slots(&mut self) {
        let mut live = self.slots_held();
        live.extend(
            self.elaborator.models.iter().flat_map(|model| model.stored.values().map(|stored| stored.slot)),
        );
        self.values.retain(|slot, _| live.contains(slot));
        self.fields.retain(|slot, _| live.contains(slot));
    }
}

/// The nodes of variables whose number is known without a run.
fn collect_variables(value: &Value, found: &mut IndexMap<NodeId, f64>) {
    match value {
        Value::Variable(variable) => {
            found.insert(variable.node, variable.known.as_number().unwrap_or(f64::NAN));
        }
        Value::List(items) => items.iter().for_each(|item| collect_variables(item, found)),
        _ => {}
    }
}

/// The nodes inside a value that only a run knows.
fn collect(value: &Value, nodes: &mut Vec<NodeId>) {
    match value {
        Value::Node(node) => nodes.push(*node),
        Value::Parameters(parameters) => nodes.extend(parameters.entries.values().copied()),
        Value::List(items) => items.iter().for_each(|item| collect(item, nodes)),
        Value::Record(record) => record.fields.values().for_each(|field| collect(field, nodes)),
        Value::Function(function) => function.preset.iter().for_each(|(_, value, _)| collect(value, nodes)),
        Value::Template(pieces) => pieces.iter().for_each(|piece| {
            if let TextPiece::Value(value, _) = piece {
                collect(value, nodes);
            }
        }),
        Value::Unknown
        | Value::Nothing
        | Value::Number(_)
        | Value::Int(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Model { .. }
        | Value::Axis(_)
        | Value::Shape(_)
        | Value::Range { .. }
        | Value::Variable(_)
        | Value::Word(_) => {}
    }
}

fn rewrite(value: &mut Value, moved: &HashMap<NodeId, NodeId>) {
    match value {
        Value::Node(node) => match moved.get(node) {
            Some(new) => *node = *new,
            None => *value = Value::Unknown,
        },
        Value::Variable(variable) => {
            *value = match moved.get(&variable.node) {
                Some(&node) => Value::Variable(Arc::new(Variable { known: variable.known.clone(), node })),
                None => variable.known.clone(),
            };
        }
        Value::Parameters(parameters) => {
            for node in parameters.entries.values_mut() {
                if let Some(new) = moved.get(node) {
                    *node = *new;
                }
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| rewrite(item, moved)),
        Value::Record(record) => {
            let mut copy: Record = (**record).clone();
            copy.fields.values_mut().for_each(|field| rewrite(field, moved));
            *record = Arc::new(copy);
        }
        Value::Function(function) => {
            function.preset.iter_mut().for_each(|(_, value, _)| rewrite(value, moved))
        }
        Value::Template(pieces) => {
            let copy = pieces.iter().cloned().map(|piece| match piece {
                TextPiece::Value(mut value, format) => {
                    rewrite(&mut value, moved);
                    TextPiece::Value(value, format)
                }
                literal @ TextPiece::Literal(_) => literal,
            });
            *pieces = copy.collect();
        }
        Value::Unknown
        | Value::Nothing
        | Value::Number(_)
        | Value::Int(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Model { .. }
        | Value::Axis(_)
        | Value::Shape(_)
        | Value::Range { .. }
        | Value::Word(_) => {}
    }
}

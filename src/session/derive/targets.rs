//! What `wrt` names: inputs, parameters, parts of a model.

use super::super::state::Session;
use super::Setup;
use super::setup::by_layer;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, ModelId, Value};
use crate::graph::{Leaf, NodeId, Operation};

impl Session<'_> {
    /// The targets that `wrt` names.
    pub(super) fn chosen(&mut self, setup: &Setup, wrt: &Given) -> Option<Vec<(String, NodeId)>> {
        let named = |node: NodeId| setup.leaves.get(&node).map(|name| (name.clone(), node));
        match &wrt.value {
            Value::Unknown => None,
            Value::Word(word) | Value::Text(word) => {
                let found = setup.leaves.iter().find(|(_, name)| ***name == **word);
                if let Some((node, name)) = found {
                    return Some(vec![(name.clone(), *node)]);
                }
                let known: Vec<&str> = setup.leaves.values().map(String::as_str).collect();
                let near = crate::elaborate::nearest(word, known.iter().map(|name| name.to_string()));
                let headline = format!("there is no `{word}` to derive by");
                let report = Diagnostic::error(Slug::UnknownName, wrt.span, headline)
                    .here("not an input or parameter");
                self.report(match near {
                    Some(near) => report.help(format!("did you mean `{near}`?")),
                    None => report,
                });
                None
            }
            Value::Model { id, part } => self.parameters_under(setup, *id, part),
            Value::List(items) => {
                let mut found = Vec::new();
                for item in items.clone() {
                    let one = Given { name: None, value: item, span: wrt.span };
                    found.extend(self.chosen(setup, &one)?);
                }
                Some(found)
            }
            value => {
                let node = self.elaborator.node_of(value, wrt.span)?;
                if let Some(found) = named(node) {
                    return Some(vec![found]);
                }
                if let Some(name) = self.parameter_of_a_model(node) {
                    let headline = format!("`{name}` is no part of what is derived");
                    let report = Diagnostic::error(Slug::TypeMismatch, wrt.span, headline);
                    self.report(report.here("its derivative would be 0"));
                    return None;
                }
                let name = self.elaborator.graph.name(node).unwrap_or("x").to_string();
                Some(vec![(name, node)])
            }
        }
    }

    /// The name of the parameter that a node is, if it is one: `net.W1`.
    fn parameter_of_a_model(&self, node: NodeId) -> Option<String> {
        let Operation::Leaf(Leaf::Slot { id, .. }) = &self.elaborator.graph.node(node).operation else {
            return None;
        };
        let stored = self.elaborator.models.iter().flat_map(|model| model.stored.values());
        stored.into_iter().find(|stored| stored.slot == *id).map(|stored| stored.name.clone())
    }

    fn parameters_under(&mut self, setup: &Setup, id: ModelId, part: &str) -> Option<Vec<(String, NodeId)>> {
        let model = self.elaborator.models.get(id.0)?.clone();
        let found = model.parameters(part).filter_map(|(_, stored)| {
            let node = self.slot_leaf(stored.slot, &stored.name, &stored.shape);
            setup.leaves.get(&node).map(|name| (name.clone(), node))
        });
        Some(by_layer(found.collect()))
    }
}

//! A function or a value as what is differentiated.

use std::collections::{BTreeSet, HashMap};

use super::super::state::Session;
use super::Setup;
use crate::base::Span;
use crate::elaborate::{FunctionValue, Given, Target};
use crate::explain::{self, Taken};
use crate::graph::{Graph, Leaf, NodeId, Operation};
use crate::syntax::tree::FunctionKind;
use crate::types::BatchId;

impl Session<'_> {
    pub(super) fn function_setup(
        &mut self,
        function: &FunctionValue,
        wrt: Option<&Given>,
        vectors: bool,
        batch: Option<BatchId>,
        span: Span,
    ) -> Option<Setup> {
        let kind = match &function.target {
            Target::Declared(declared) => Some(declared.kind),
            _ => None,
        };
        let vectors =
            vectors != matches!(kind, Some(FunctionKind::Loss | FunctionKind::Metric | FunctionKind::Layer));
        let is_plain = matches!(kind, Some(FunctionKind::Fn) | None);
        let vectors = vectors || is_plain && self.reduces(function, batch, span);
        let alone = self.elaborator.apply_alone(function, vectors, batch, span)?;
        let mut taken = Taken::default();
        let mut leaves = HashMap::new();
        for (name, node) in &alone.inputs {
            leaves.insert(*node, taken.unique(name));
        }
        let owned = owned_slots(&self.elaborator.graph, alone.result, &leaves);
        let keys: Vec<String> =
            owned.iter().map(|(_, name)| name.rsplit('.').next().unwrap_or(name).to_string()).collect();
        let names = explain::parameter_names(&keys, &mut taken);
        let mut targets: Vec<(String, NodeId)> = Vec::new();
        for ((node, _), name) in owned.iter().zip(names) {
            targets.push((name.clone(), *node));
            leaves.insert(*node, name);
        }
        let count = match kind {
            Some(FunctionKind::Fn) | None => alone.inputs.len(),
            Some(_) => 1,
        };
        targets.extend(alone.inputs.iter().take(count).map(|(_, node)| (leaves[node].clone(), *node)));
        let inputs: Vec<&str> = alone.inputs.iter().map(|(_, node)| leaves[node].as_str()).collect();
        let name = function.name().to_string();
        let is_loss = matches!(kind, Some(FunctionKind::Loss));
        let mut setup = Setup {
            result: alone.result,
            result_name: if is_loss {
                "L".to_string()
            } else {
                result_name(leaves.values().map(String::as_str))
            },
            call: Some(format!("{name}({})", inputs.join(", "))),
            leaves,
            targets,
            prediction: None,
            subject: None,
            target: None,
            inputs: Vec::new(),
            legend: Vec::new(),
            title: name.clone(),
            batch,
            unit: None,
            taken,
        };
        if let Some(wrt) = wrt {
            setup.targets = self.chosen(&setup, wrt)?;
        }
        let setup = self.with_upstream(setup);
        let is_upstream = setup.result != alone.result;
        Some(Setup { call: setup.call.filter(|_| !is_upstream), ..setup })
    }

    /// Whether a function makes one number of vectors.
    fn reduces(&mut self, function: &FunctionValue, batch: Option<BatchId>, span: Span) -> bool {
        let graph = self.elaborator.graph.clone();
        let alone = self.elaborator.apply_alone(function, true, batch, span);
        let result = alone.is_some_and(|alone| self.elaborator.graph.ty(alone.result).shape.is_scalar());
        self.elaborator.take_problems();
        self.elaborator.forget_reported();
        self.elaborator.graph = graph;
        result
    }

    /// A value of the script, by what it is made of.
    pub(super) fn value_setup(&mut self, one: &Given, wrt: Option<&Given>, span: Span) -> Option<Setup> {
        let result = self.elaborator.node_of(&one.value, one.span)?;
        let mut taken = Taken::default();
        let mut leaves = HashMap::new();
        let slots = owned_slots(&self.elaborator.graph, result, &leaves);
        let keys: Vec<String> = slots
            .iter()
            .map(|(_, name)| name.split_once('.').map_or(name.as_str(), |(_, rest)| rest).to_string())
            .collect();
        let names = explain::parameter_names(&keys, &mut taken);
        let mut targets = Vec::new();
        for ((node, _), name) in slots.iter().zip(names) {
            targets.push((name.clone(), *node));
            leaves.insert(*node, name);
        }
        let own = self.elaborator.graph.name(result).unwrap_or("y").to_string();
        let mut setup = Setup {
            result,
            result_name: own.clone(),
            call: None,
            leaves,
            targets,
            prediction: None,
            subject: None,
            target: None,
            inputs: Vec::new(),
            legend: Vec::new(),
            title: own,
            batch: self.elaborator.graph.ty(result).batch,
            unit: None,
            taken,
        };
        if let Some(wrt) = wrt {
            setup.targets = self.chosen(&setup, wrt)?;
        }
        let _ = span;
        Some(self.with_upstream(setup))
    }
}

/// `y`, or the next letter that is not taken.
pub(super) fn result_name<'n>(taken: impl IntoIterator<Item = &'n str>) -> String {
    let taken: Vec<&str> = taken.into_iter().collect();
    let free = ["y", "z", "w", "u"].into_iter().find(|name| !taken.contains(name));
    free.unwrap_or("y").to_string()
}

/// The slots that a value is made of and that have no name yet.
fn owned_slots(graph: &Graph, result: NodeId, known: &HashMap<NodeId, String>) -> Vec<(NodeId, String)> {
    let mut open = vec![result];
    let mut seen = BTreeSet::new();
    while let Some(node) = open.pop() {
        if seen.insert(node) {
            open.extend(graph.node(node).inputs.iter().copied());
        }
    }
    seen.into_iter()
        .filter(|node| !known.contains_key(node))
        .filter_map(|node| match &graph.node(node).operation {
            Operation::Leaf(Leaf::Slot { name, .. }) => Some((node, name.to_string())),
            Operation::Leaf(_) | Operation::Apply(_) => None,
        })
        .collect()
}

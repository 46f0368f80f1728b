//! First values of a model, and its summary.

use super::state::Session;
use crate::elaborate::{Model, ModelId};
use crate::graph::NodeId;

impl Session<'_> {
    /// Works out the first values of all parameters and states of a model.
    pub(super) fn initialise(&mut self, id: ModelId) {
        if !self.has_values() {
            return;
        }
        let Some(model) = self.elaborator.models.get(id.0) else { return };
        let span = model.function.name.span;
        let inits: Vec<(crate::graph::SlotId, NodeId)> =
            model.stored.values().filter_map(|stored| Some((stored.slot, stored.init?))).collect();
        let nodes: Vec<NodeId> = inits.iter().map(|(_, node)| *node).collect();
        // First values depend on the seed alone, not on what the script did before.
        let outer = std::mem::replace(&mut self.rounds, 0);
        let values = self.force(&nodes, span);
        self.rounds = outer;
        for ((slot, _), tensor) in inits.iter().zip(values.unwrap_or_default()) {
            self.values.insert(*slot, tensor);
        }
        if let Some(model) = self.elaborator.models.get_mut(id.0) {
            model.stored.values_mut().for_each(|stored| stored.init = None);
        }
    }
}

/// A line for each layer, its output and its parameters.
pub(super) fn summary(model: &Model) -> Vec<String> {
    let inputs: Vec<String> = model.inputs.iter().map(|shape| shape.to_string()).collect();
    let mut rows = vec![(model.name.clone(), inputs.join(", "), String::new())];
    for row in &model.rows {
        let prefix = row.path.split_once('.').map_or("", |(_, rest)| rest);
        let count: usize =
            model.parameters(prefix).map(|(_, stored)| stored.shape.iter().product::<usize>()).sum();
        let count = if count == 0 { String::new() } else { count.to_string() };
        rows.push((format!("  {}", prefix), row.output.to_string(), count));
    }
    for (key, stored) in model.parameters("").filter(|(key, _)| !key.contains('.')) {
        let shape = crate::types::Shape::known(&stored.shape).to_string();
        rows.push((format!("  {key}"), shape, stored.shape.iter().product::<usize>().to_string()));
    }
    rows.push(("output".to_string(), model.output.to_string(), model.parameter_count().to_string()));
    let width = |pick: fn(&(String, String, String)) -> &str| {
        rows.iter().map(|row| pick(row).chars().count()).max().unwrap_or(0)
    };
    let (first, second, third) = (width(|row| &row.0), width(|row| &row.1), width(|row| &row.2));
    rows.iter()
        .map(|(name, shape, count)| {
            format!("{name:first$}  {shape:second$}  {count:>third$}").trim_end().to_string()
        })
        .collect()
}

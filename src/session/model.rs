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
        // They are the model's now.
        for node in &nodes {
            self.computed.remove(node);
        }
        if let Some(model) = self.elaborator.models.get_mut(id.0) {
            model.stored.values_mut().for_each(|stored| stored.init = None);
        }
    }
}

/// A line for each layer, its output and its parameters.
pub(super) fn summary(model: &Model) -> Vec<String> {
    let rows = rows(model);
    let last = rows.len() - 1;
    let cell = |(at, row): (usize, Row)| match at == last {
        true => [row.name, row.output, row.parameters.to_string()],
        false => [row.name, row.output, count(row.parameters)],
    };
    table(rows.into_iter().enumerate().map(cell).collect())
}

/// The same with the arithmetic operations that one example takes.
pub(super) fn costs(model: &Model) -> Vec<String> {
    let head = ["layer", "output", "parameters", "operations"].map(str::to_string);
    let rows = rows(model);
    let rows =
        rows.into_iter().map(|row| [row.name, row.output, count(row.parameters), count(row.operations)]);
    table(std::iter::once(head).chain(rows).collect())
}

struct Row {
    name: String,
    output: String,
    parameters: usize,
    operations: usize,
}

fn rows(model: &Model) -> Vec<Row> {
    let row =
        |name: String, output: String, parameters, operations| Row { name, output, parameters, operations };
    let inputs: Vec<String> = model.inputs.iter().map(|shape| shape.to_string()).collect();
    let mut rows = vec![row(model.name.clone(), inputs.join(", "), 0, 0)];
    let counts = model.parameter_counts();
    for (path, layer) in &model.rows {
        let prefix = path.split_once('.').map_or("", |(_, rest)| rest);
        let count = counts.get(prefix).copied().unwrap_or(0);
        rows.push(row(format!("  {prefix}"), layer.output.to_string(), count, layer.operations));
    }
    for (key, stored) in model.parameters("").filter(|(key, _)| !key.contains('.')) {
        let shape = crate::types::Shape::known(&stored.shape).to_string();
        rows.push(row(format!("  {key}"), shape, stored.shape.iter().product::<usize>(), 0));
    }
    rows.push(row("output".to_string(), model.output.to_string(), model.parameter_count(), model.operations));
    rows
}

fn count(n: usize) -> String {
    if n == 0 { String::new() } else { n.to_string() }
}

/// Columns, numbers to the right from the third on.
fn table<const N: usize>(rows: Vec<[String; N]>) -> Vec<String> {
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..N).map(|at| width(at).unwrap_or(0)).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 | 1 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
    };
    rows.iter().map(line).collect()
}

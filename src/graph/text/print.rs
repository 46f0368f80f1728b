//! From graph to text.

use std::fmt::Write;

use crate::graph::{Attribute, Distribution, Graph, Leaf, NodeId, Operation, Real};
use crate::tensor::Axis;
use crate::types::{BatchId, TensorType};

/// All nodes of the graph, and which of them are its results.
pub fn print(graph: &Graph, outputs: &[NodeId]) -> String {
    let mut text = String::new();
    for id in graph.ids() {
        let node = graph.node(id);
        let operation = match &node.operation {
            Operation::Leaf(leaf) => leaf_text(leaf),
            Operation::Apply(op) => {
                let attributes: Vec<String> = op.attributes().iter().map(attribute_text).collect();
                let braces = if attributes.is_empty() {
                    String::new()
                } else {
                    format!("{{{}}}", attributes.join("; "))
                };
                format!("{}{braces}({})", op.name(), list(&node.inputs))
            }
        };
        let name = graph.name(id).map(|name| format!(" as {name}")).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "%{} = {operation} : {}{name}", id.index(), type_text(&node.ty));
    }
    let _ = writeln!(text, "return {}", list(outputs));
    text
}

fn list(ids: &[NodeId]) -> String {
    ids.iter().map(|id| format!("%{}", id.index())).collect::<Vec<_>>().join(", ")
}

fn type_text(ty: &TensorType) -> String {
    match ty.batch {
        None => ty.shape.to_string(),
        Some(batch) => format!("{} × {}", ty.shape, batch_text(batch)),
    }
}

/// The first batch is `B`, the others have their number.
fn batch_text(BatchId(batch): BatchId) -> String {
    if batch == 0 { "B".to_owned() } else { format!("B{batch}") }
}

fn leaf_text(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Slot { id, name } => format!("slot {} {}", id.0, quoted(name)),
        Leaf::Number(Real(number)) => format!("number {number:?}"),
        Leaf::Tensor(constant) => format!("tensor {:?} {:?}", constant.shape, constant.values),
        Leaf::Size(size) => format!("size {size}"),
        Leaf::BatchCount(batch) => format!("batch_count {}", batch_text(*batch)),
        Leaf::Random { name, distribution } => {
            let distribution = match distribution {
                Distribution::Uniform => "uniform",
                Distribution::Normal => "normal",
            };
            format!("random {distribution} {}", quoted(name))
        }
    }
}

fn quoted(name: &str) -> String {
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

fn attribute_text(attribute: &Attribute) -> String {
    match attribute {
        Attribute::Axis(Axis::All) => "all".to_owned(),
        Attribute::Axis(Axis::Only(axis)) => format!("axis {axis}"),
        Attribute::Index(index) => format!("at {index}"),
        Attribute::Size(size) => format!("size {size}"),
        Attribute::Shape(shape) => format!("shape {shape}"),
        Attribute::Batch(batch) => format!("batch {}", batch_text(*batch)),
        Attribute::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
    }
}

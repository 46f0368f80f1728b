//! Looking into the inputs of an operator.

use crate::graph::{Attribute, Graph, NodeId, Operation};

/// The input of `id` if it is that operator of one input.
pub(super) fn under(graph: &Graph, id: NodeId, name: &str) -> Option<NodeId> {
    match graph.op_named(id, name)?.inputs.as_slice() {
        &[x] => Some(x),
        _ => None,
    }
}

/// The inputs of `id` if it is that operator of two inputs.
pub(super) fn pair(graph: &Graph, id: NodeId, name: &str) -> Option<(NodeId, NodeId)> {
    match graph.op_named(id, name)?.inputs.as_slice() {
        &[a, b] => Some((a, b)),
        _ => None,
    }
}

pub(super) fn is_number(graph: &Graph, id: NodeId, value: f64) -> bool {
    graph.number(id).is_some_and(|found| found.to_bits() == value.to_bits())
}

/// The other input of `id` if it is that operator and one input is that number.
pub(super) fn beside_number(graph: &Graph, id: NodeId, name: &str, value: f64) -> Option<NodeId> {
    let (a, b) = pair(graph, id, name)?;
    match (is_number(graph, a, value), is_number(graph, b, value)) {
        (true, _) => Some(b),
        (false, true) => Some(a),
        (false, false) => None,
    }
}

pub(super) fn attributes(graph: &Graph, id: NodeId) -> Vec<Attribute> {
    match &graph.node(id).operation {
        Operation::Apply(op) => op.attributes(),
        Operation::Leaf(_) => Vec::new(),
    }
}

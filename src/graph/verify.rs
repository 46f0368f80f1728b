//! What must hold of every graph. Passes are checked with it in debug builds; a failure is a mistake of ours.

use super::{Graph, Leaf, Node, NodeId, Operation, ShapeProblem};
use crate::types::{Shape, TensorType};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyProblem {
    /// An input does not come before its user.
    Order { node: NodeId, input: NodeId },
    /// The type rule refuses the inputs.
    Refused { node: NodeId, problem: ShapeProblem },
    /// The type rule gives another type than the node has.
    Type { node: NodeId, expected: TensorType, found: TensorType },
}

/// Computes every type again and checks the order of the arena.
///
/// # Errors
/// The first node that is wrong.
pub fn verify(graph: &Graph) -> Result<(), VerifyProblem> {
    for id in graph.ids() {
        let node = graph.node(id);
        if let Some(&input) = node.inputs.iter().find(|input| **input >= id) {
            return Err(VerifyProblem::Order { node: id, input });
        }
        let expected = expected_type(graph, id, node)?;
        if expected.as_ref().is_some_and(|expected| *expected != node.ty) {
            let expected = expected.unwrap_or_else(TensorType::number);
            return Err(VerifyProblem::Type { node: id, expected, found: node.ty.clone() });
        }
    }
    Ok(())
}

/// The type that follows from the rest of the node, if it does.
fn expected_type(graph: &Graph, id: NodeId, node: &Node) -> Result<Option<TensorType>, VerifyProblem> {
    match &node.operation {
        Operation::Leaf(Leaf::Slot { .. } | Leaf::Random { .. }) => Ok(None),
        Operation::Leaf(Leaf::Number(_) | Leaf::Size(_) | Leaf::BatchCount(_)) => {
            Ok(Some(TensorType::number()))
        }
        Operation::Leaf(Leaf::Tensor(constant)) => Ok(Some(TensorType::plain(Shape::known(&constant.shape)))),
        Operation::Apply(op) => {
            let types: Vec<&TensorType> = node.inputs.iter().map(|&input| graph.ty(input)).collect();
            op.shape(&types).map(Some).map_err(|problem| VerifyProblem::Refused { node: id, problem })
        }
    }
}

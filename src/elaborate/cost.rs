//! What one example costs: the arithmetic operations of values that run over the batch.

use super::Elaborator;
use crate::graph::{NodeId, Operation};
use crate::tensor::Kernel;
use crate::types::Shape;

impl Elaborator {
    /// Operations for one example of all nodes made since the graph had so many. A product and its sum are two;
    /// what only moves numbers costs nothing.
    pub(super) fn operations_since(&self, made_before: usize) -> usize {
        let made = self.graph.ids().skip(made_before);
        made.map(|node| self.operations_of(node)).fold(0, usize::saturating_add)
    }

    fn operations_of(&self, id: NodeId) -> usize {
        let node = self.graph.node(id);
        // What is the same for all examples is worked out once for the whole batch.
        let over_batch = node.inputs.iter().any(|input| self.graph.ty(*input).batch.is_some());
        let (Operation::Apply(op), true) = (&node.operation, over_batch) else { return 0 };
        let input = |at: usize| node.inputs.get(at).map_or(0, |input| len(&self.graph.ty(*input).shape));
        let output = len(&node.ty.shape);
        match op.kernel() {
            Some(Kernel::MatMul) => {
                let inner = node.inputs.first().and_then(|left| self.graph.ty(*left).shape.0.last()?.count());
                output.saturating_mul(inner.unwrap_or(1)).saturating_mul(2)
            }
            // Each number of the result is a sum over the columns of both sides.
            Some(Kernel::MatMulSum) => {
                let rows = node.ty.shape.0.first().and_then(|size| size.count()).unwrap_or(1).max(1);
                (input(0) / rows).saturating_mul(output).saturating_mul(2)
            }
            Some(Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_)) => output,
            Some(
                Kernel::Reduce { .. } | Kernel::ArgMax { .. } | Kernel::Rank { .. } | Kernel::BatchReduce(_),
            ) => input(0),
            Some(
                Kernel::Expand
                | Kernel::Repeat { .. }
                | Kernel::Transpose
                | Kernel::Reshape
                | Kernel::Slice { .. }
                | Kernel::Pad { .. }
                | Kernel::Concat { .. }
                | Kernel::Stack
                | Kernel::OneHot { .. }
                | Kernel::Iota
                | Kernel::Eye
                | Kernel::Identity,
            )
            | None => 0,
        }
    }
}

fn len(shape: &Shape) -> usize {
    shape.dims().map_or(0, |dims| dims.iter().fold(1, |all, dim| all.saturating_mul(*dim)))
}

//! What nodes are made of.

use super::{Graph, Leaf, NodeId, Operation, SlotId};
use crate::base::FastSet;
use crate::types::BatchId;

impl Graph {
    /// The slots and batches that nodes depend on.
    pub fn needs(&self, nodes: &[NodeId]) -> (Vec<SlotId>, Vec<BatchId>) {
        let (mut slots, mut batches) = (Vec::new(), Vec::new());
        let mut seen = FastSet::default();
        let mut open: Vec<NodeId> = nodes.to_vec();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let node = self.node(id);
            if let Some(batch) = node.ty.batch
                && !batches.contains(&batch)
            {
                batches.push(batch);
            }
            match &node.operation {
                Operation::Leaf(Leaf::Slot { id, .. }) => slots.push(*id),
                Operation::Leaf(Leaf::BatchCount(batch)) if !batches.contains(batch) => batches.push(*batch),
                Operation::Leaf(_) => {}
                Operation::Apply(_) => open.extend(node.inputs.iter().copied()),
            }
        }
        (slots, batches)
    }
}

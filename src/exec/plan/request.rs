//! What a plan is asked for.

use indexmap::IndexMap;

use crate::graph::{NodeId, SlotId};
use crate::tensor::Precision;
use crate::types::BatchId;

/// 16 GiB
const MEMORY_LIMIT: u128 = 16 << 30;

#[derive(Clone, Debug)]
pub struct Request {
    /// Values to be read after a run.
    pub outputs: Vec<NodeId>,
    /// New values of slots, all computed from the old ones.
    pub updates: Vec<(SlotId, NodeId)>,
    pub examples: IndexMap<BatchId, usize>,
    /// Inputs that the step brings itself, from what the run is given; the others are set before it.
    pub gathered: Vec<SlotId>,
    pub precision: Precision,
    /// At most so many threads; small plans take one.
    pub threads: usize,
    /// Bytes that the plan may ask for.
    pub memory_limit: u128,
}

impl Request {
    pub fn new(outputs: Vec<NodeId>, precision: Precision) -> Request {
        Request {
            outputs,
            updates: Vec::new(),
            examples: IndexMap::new(),
            gathered: Vec::new(),
            precision,
            threads: 1,
            memory_limit: MEMORY_LIMIT,
        }
    }

    pub fn update(mut self, slot: SlotId, value: NodeId) -> Request {
        self.updates.push((slot, value));
        self
    }

    pub fn examples(mut self, batch: BatchId, count: usize) -> Request {
        self.examples.insert(batch, count);
        self
    }

    pub fn threads(mut self, threads: usize) -> Request {
        self.threads = threads;
        self
    }
}

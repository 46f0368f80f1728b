//! Why a graph cannot be planned: facts for the session.

use crate::graph::{NodeId, SlotId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanProblem {
    /// A size of this node is a name and not a number, or the request does not say how many examples there are.
    UnknownSize { node: NodeId },
    /// The plan needs so many bytes, and so many are allowed.
    TooLarge { bytes: u128, limit: u128 },
    /// The system gave no memory for so many bytes.
    NoMemory { bytes: u128 },
    /// The new value of a slot has another type than the slot.
    UpdateType { slot: SlotId, node: NodeId },
    /// The store's value for a slot is missing or has another size.
    SlotSize { slot: SlotId, expected: usize, found: Option<usize> },
    /// The store or an input has another precision than the plan.
    Precision { slot: SlotId },
}

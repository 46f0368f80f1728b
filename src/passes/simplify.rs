//! Applies every operator again, so that rules meet inputs that other passes have changed.

use super::{Pass, rebuild};
use crate::graph::{Graph, NodeId, Operation};

pub(super) static PASS: Pass = Pass {
    name: "simplify",
    sentence: "The rules of each operator are tried again on its inputs as they are now.",
    run,
};

fn run(old: &Graph, outputs: &[NodeId]) -> (Graph, Vec<NodeId>) {
    rebuild(old, outputs, |new, id, inputs| {
        let node = old.node(id);
        let Operation::Apply(op) = &node.operation else { return new.adopt(old, id, inputs) };
        let outer_span = new.set_span(node.span);
        // An operator that took the old inputs takes equal types again; if not, it stays as it was.
        let applied = new.apply(op.clone(), &inputs);
        new.set_span(outer_span);
        match applied {
            Ok(place) => {
                new.describe(old, id, place);
                place
            }
            Err(_) => new.adopt(old, id, inputs),
        }
    })
}

//! Rewrites of whole graphs into new ones, and the list that orders them.
//!
//! What can be seen from one node and its inputs is a rule in `ops/` and happens when the node is built; a pass is
//! for what needs the whole graph or the results. The session runs the pipeline before planning. Nothing here
//! runs a graph, and nothing is changed in place.

mod fold;
mod live;
mod pipeline;
mod simplify;

use crate::graph::{Graph, NodeId};

pub use pipeline::{PIPELINE, optimise, optimise_until};

/// One rewrite.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    pub name: &'static str,
    pub sentence: &'static str,
    /// The new graph, and where its results are.
    pub run: fn(&Graph, &[NodeId]) -> (Graph, Vec<NodeId>),
}

/// Builds a new graph from the old one node by node; `each` says what becomes of a node, given its inputs there.
fn rebuild(
    old: &Graph,
    outputs: &[NodeId],
    mut each: impl FnMut(&mut Graph, NodeId, Vec<NodeId>) -> NodeId,
) -> (Graph, Vec<NodeId>) {
    let mut new = Graph::default();
    // Inputs come before users, so that all of them have their place when a user needs it.
    let mut places: Vec<NodeId> = Vec::with_capacity(old.len());
    for id in old.ids() {
        let inputs = old.node(id).inputs.iter().map(|input| places[input.index()]).collect();
        let place = each(&mut new, id, inputs);
        places.push(place);
    }
    let outputs = outputs.iter().map(|output| places[output.index()]).collect();
    (new, outputs)
}

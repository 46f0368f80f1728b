//! The order of the passes.

use super::{Pass, fold, live, simplify};
use crate::graph::{Graph, NodeId, verify};

pub static PIPELINE: &[Pass] = &[live::PASS, simplify::PASS, fold::PASS, live::PASS];

/// The graph after all passes.
pub fn optimise(graph: &Graph, outputs: &[NodeId]) -> (Graph, Vec<NodeId>) {
    run(PIPELINE, graph, outputs)
}

/// The graph after the first pass of that name, or nothing if there is none.
pub fn optimise_until(pass: &str, graph: &Graph, outputs: &[NodeId]) -> Option<(Graph, Vec<NodeId>)> {
    let last = PIPELINE.iter().position(|candidate| candidate.name == pass)?;
    PIPELINE.get(..=last).map(|passes| run(passes, graph, outputs))
}

fn run(passes: &[Pass], graph: &Graph, outputs: &[NodeId]) -> (Graph, Vec<NodeId>) {
    let mut state = (graph.clone(), outputs.to_vec());
    for pass in passes {
        state = (pass.run)(&state.0, &state.1);
        debug_assert_eq!(verify(&state.0), Ok(()), "after the pass `{}`", pass.name);
    }
    state
}

//! Leaves out what no result needs.

use super::Pass;
use crate::graph::{Graph, NodeId};

pub(super) static PASS: Pass =
    Pass { name: "live", sentence: "Nodes that no result is made of are left out.", run };

fn run(old: &Graph, outputs: &[NodeId]) -> (Graph, Vec<NodeId>) {
    let mut live = vec![false; old.len()];
    for output in outputs {
        live[output.index()] = true;
    }
    for id in old.ids().rev() {
        if live[id.index()] {
            for input in &old.node(id).inputs {
                live[input.index()] = true;
            }
        }
    }
    let mut new = Graph::default();
    let mut places: Vec<Option<NodeId>> = vec![None; old.len()];
    for id in old.ids().filter(|id| live[id.index()]) {
        let inputs = old.node(id).inputs.iter().filter_map(|input| places[input.index()]).collect();
        places[id.index()] = Some(new.adopt(old, id, inputs));
    }
    let outputs = outputs.iter().filter_map(|output| places[output.index()]).collect();
    (new, outputs)
}

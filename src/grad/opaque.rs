//! Gradients by a value that a rule has passed over.
//!
//! `log(s)` of `s = sigmoid(z)` is computed as `-softplus(-z)`, which does not mention `s`. Asked for the gradient by
//! `s`, the expression is built once more from what the program wrote, with an unknown in the place of `s` that no rule
//! can look into; its gradient then gets `s` back in the unknown's place.

use super::GradProblem;
use super::walk::walk;
use crate::base::{FastMap, FastSet};
use crate::graph::{Graph, Leaf, NodeId, OpRef, Operation, SlotId};

/// Rules look no deeper into their inputs than this.
const DEPTH: u32 = 6;

/// The application that a node is rebuilt from.
struct Form {
    op: OpRef,
    inputs: Vec<NodeId>,
}

/// Whether a rule on the way to `output` may have passed over the target.
pub(super) fn is_hidden(graph: &Graph, output: NodeId, target: NodeId) -> bool {
    let is_made = matches!(graph.node(target).operation, Operation::Apply(_));
    is_made && output != target && graph.ids().take(output.index() + 1).any(|id| mentions(graph, id, target))
}

/// Whether what a node stands for was written with the target near.
fn mentions(graph: &Graph, id: NodeId, target: NodeId) -> bool {
    let mut open: Vec<(NodeId, u32)> =
        graph.written(id).iter().flat_map(|form| &form.inputs).map(|&input| (input, 0)).collect();
    while let Some((id, depth)) = open.pop() {
        if id == target {
            return true;
        }
        if depth < DEPTH {
            let inputs =
                graph.node(id).inputs.iter().chain(graph.written(id).iter().flat_map(|form| &form.inputs));
            open.extend(inputs.map(|&input| (input, depth + 1)));
        }
    }
    false
}

/// The gradient by one such target.
pub(super) fn gradient(graph: &mut Graph, output: NodeId, target: NodeId) -> Result<NodeId, GradProblem> {
    let leaf = Leaf::Slot { id: SlotId(u32::MAX - target.index() as u32), name: "_".into() };
    let unknown = graph.leaf(leaf, graph.ty(target).clone());
    let forms = forms(graph, output, target);
    let Some(again) = rebuilt(graph, output, (target, unknown), &forms) else {
        return walk(graph, output, &[target]).map(|found| found.first().copied().unwrap_or(target));
    };
    let found = walk(graph, again, &[unknown]).map_err(|problem| match problem {
        GradProblem::NotDifferentiable { at, input, reason, .. } => {
            GradProblem::NotDifferentiable { wrt: target, at, input, reason }
        }
        other => other,
    })?;
    let Some(&found) = found.first() else { return Ok(target) };
    let forms = actual_forms(graph, found, unknown);
    Ok(rebuilt(graph, found, (unknown, target), &forms).unwrap_or(found))
}

/// What leads to the target, from the nodes before `output`: as it was written where that leads there.
fn forms(graph: &Graph, output: NodeId, target: NodeId) -> FastMap<NodeId, Form> {
    let mut forms: FastMap<NodeId, Form> = FastMap::default();
    for id in graph.ids().take(output.index() + 1).filter(|&id| id != target) {
        let leads =
            |inputs: &[NodeId]| inputs.iter().any(|input| *input == target || forms.contains_key(input));
        // An older node that a newer one was simplified to leads in circles, unless by the target itself.
        let is_before = |inputs: &[NodeId]| inputs.iter().all(|&input| input == target || input < id);
        let written = graph.written(id).iter().find(|form| is_before(&form.inputs) && leads(&form.inputs));
        let form = match (written, &graph.node(id).operation) {
            (Some(form), _) => Form { op: form.op.clone(), inputs: form.inputs.clone() },
            (None, Operation::Apply(op)) if leads(&graph.node(id).inputs) => {
                Form { op: op.clone(), inputs: graph.node(id).inputs.clone() }
            }
            (None, Operation::Apply(_) | Operation::Leaf(_)) => continue,
        };
        forms.insert(id, form);
    }
    forms
}

/// What leads to the unknown, as it is.
fn actual_forms(graph: &Graph, output: NodeId, unknown: NodeId) -> FastMap<NodeId, Form> {
    let mut forms: FastMap<NodeId, Form> = FastMap::default();
    for id in graph.ids().take(output.index() + 1) {
        let inputs = &graph.node(id).inputs;
        if let Operation::Apply(op) = &graph.node(id).operation
            && inputs.iter().any(|input| *input == unknown || forms.contains_key(input))
        {
            forms.insert(id, Form { op: op.clone(), inputs: inputs.clone() });
        }
    }
    forms
}

/// `output` with one value in the place of another; nothing where it does not lead there.
fn rebuilt(
    graph: &mut Graph,
    output: NodeId,
    (old, new): (NodeId, NodeId),
    forms: &FastMap<NodeId, Form>,
) -> Option<NodeId> {
    if output == old {
        return Some(new);
    }
    let mut places = FastMap::from_iter([(old, new)]);
    for id in needed(forms, output)? {
        let form = forms.get(&id)?;
        let inputs: Vec<NodeId> =
            form.inputs.iter().map(|input| places.get(input).copied().unwrap_or(*input)).collect();
        let outer_span = graph.set_span(graph.node(id).span);
        let place = graph.apply(form.op.clone(), &inputs);
        graph.set_span(outer_span);
        places.insert(id, place.ok()?);
    }
    places.get(&output).copied()
}

/// The nodes that `output` is rebuilt from, inputs before users.
fn needed(forms: &FastMap<NodeId, Form>, output: NodeId) -> Option<Vec<NodeId>> {
    forms.get(&output)?;
    let (mut open, mut seen) = (vec![output], FastSet::from_iter([output]));
    while let Some(id) = open.pop() {
        let inputs = forms.get(&id).into_iter().flat_map(|form| &form.inputs);
        open.extend(inputs.copied().filter(|input| forms.contains_key(input) && seen.insert(*input)));
    }
    let mut ids: Vec<NodeId> = seen.into_iter().collect();
    ids.sort();
    Some(ids)
}

//! The reverse walk.

use super::{GradProblem, opaque};
use crate::graph::{GradContext, Gradient, Graph, NodeId, Operation};
use crate::ops::build::{add, batch_sum, expand, number, sum, zeros};
use crate::tensor::Axis;
use crate::types::TensorType;

/// The gradients of `output`, one number, with respect to each of `wrt`, which are nodes it may depend on. A value
/// that it does not depend on has a gradient of zeros. New nodes carry the span of the node they differentiate.
///
/// # Errors
/// When `output` is not one number, or runs over a batch, or depends on one of `wrt` only through operations
/// that have no slope.
pub fn differentiate(graph: &mut Graph, output: NodeId, wrt: &[NodeId]) -> Result<Vec<NodeId>, GradProblem> {
    let ty = graph.ty(output);
    if !ty.shape.is_scalar() {
        return Err(GradProblem::NotANumber { shape: ty.shape.clone() });
    }
    if let Some(batch) = ty.batch {
        return Err(GradProblem::Batched { batch });
    }
    let outer_span = graph.set_span(graph.node(output).span);
    let outer = graph.set_deriving(true);
    let hidden: Vec<bool> = wrt.iter().map(|&target| opaque::is_hidden(graph, output, target)).collect();
    let result = match hidden.contains(&true) {
        false => walk(graph, output, wrt),
        true => wrt.iter().zip(hidden).map(|(&target, hidden)| one(graph, output, target, hidden)).collect(),
    };
    graph.set_deriving(outer);
    graph.set_span(outer_span);
    result
}

fn one(graph: &mut Graph, output: NodeId, target: NodeId, is_hidden: bool) -> Result<NodeId, GradProblem> {
    if is_hidden {
        return opaque::gradient(graph, output, target);
    }
    walk(graph, output, &[target]).map(|found| found.first().copied().unwrap_or(target))
}

/// An input that an operation gives no gradient to.
struct Blocked {
    at: NodeId,
    input: usize,
    /// `None` if the gradient is 0 by right.
    reason: Option<&'static str>,
}

pub(super) fn walk(graph: &mut Graph, output: NodeId, wrt: &[NodeId]) -> Result<Vec<NodeId>, GradProblem> {
    let ids: Vec<NodeId> = graph.ids().take(output.index() + 1).collect();
    let leads = leads_to(graph, &ids, wrt);
    let mut flowing: Vec<Option<NodeId>> = vec![None; ids.len()];
    let mut blocked = Vec::new();
    if leads[output.index()] {
        flowing[output.index()] = Some(number(graph, 1.0));
    }
    for &id in ids.iter().rev() {
        let Some(dy) = flowing[id.index()] else { continue };
        let node = graph.node(id);
        let Operation::Apply(op) = node.operation.clone() else { continue };
        let (inputs, span) = (node.inputs.clone(), node.span);
        let wanted: Vec<bool> = inputs.iter().map(|input| leads[input.index()]).collect();
        if !wanted.contains(&true) {
            continue;
        }
        graph.set_span(span);
        let gradients = op.grad(&mut GradContext { graph, inputs: &inputs, output: id, dy, wanted: &wanted });
        debug_assert_eq!(gradients.len(), inputs.len(), "{} gives a gradient for each input", op.name());
        for (at, (gradient, &input)) in gradients.into_iter().zip(&inputs).enumerate() {
            match gradient {
                _ if !wanted[at] => {}
                Gradient::Of(dx) => {
                    let dx = fit(graph, dx, input);
                    let slot = &mut flowing[input.index()];
                    *slot = Some(slot.map_or(dx, |other| add(graph, other, dx)));
                }
                Gradient::Zero => blocked.push(Blocked { at: id, input: at, reason: None }),
                Gradient::None(reason) => blocked.push(Blocked { at: id, input: at, reason: Some(reason) }),
            }
        }
    }
    wrt.iter()
        .map(|&target| finish(graph, target, flowing.get(target.index()).copied().flatten(), &blocked))
        .collect()
}

/// Which nodes depend on one of the targets, themselves included.
fn leads_to(graph: &Graph, ids: &[NodeId], targets: &[NodeId]) -> Vec<bool> {
    let mut leads = vec![false; ids.len()];
    for target in targets {
        if let Some(slot) = leads.get_mut(target.index()) {
            *slot = true;
        }
    }
    for &id in ids {
        if graph.node(id).inputs.iter().any(|input| leads[input.index()]) {
            leads[id.index()] = true;
        }
    }
    leads
}

/// Brings a gradient to the type of the value it belongs to: where the value was repeated over a batch or over
/// elements, its gradient is the sum.
fn fit(graph: &mut Graph, gradient: NodeId, value: NodeId) -> NodeId {
    let target: TensorType = graph.ty(value).clone();
    let mut gradient = gradient;
    if target.shape.is_scalar() && !graph.ty(gradient).shape.is_scalar() {
        gradient = sum(graph, gradient, Axis::All);
    }
    if target.batch.is_none() && graph.ty(gradient).batch.is_some() {
        gradient = batch_sum(graph, gradient);
    }
    expand(graph, gradient, &target)
}

fn finish(
    graph: &mut Graph,
    target: NodeId,
    gradient: Option<NodeId>,
    blocked: &[Blocked],
) -> Result<NodeId, GradProblem> {
    if let Some(gradient) = gradient {
        return Ok(gradient);
    }
    if let Some(problem) = only_blocked_path(graph, target, blocked) {
        return Err(problem);
    }
    let ty = graph.ty(target).clone();
    Ok(zeros(graph, &ty))
}

/// The first operation without a slope on the way to the target, unless a way ends at one that is flat by right.
fn only_blocked_path(graph: &Graph, target: NodeId, blocked: &[Blocked]) -> Option<GradProblem> {
    let last = blocked.iter().map(|stop| stop.at.index()).max()?;
    let ids: Vec<NodeId> = graph.ids().take(last + 1).collect();
    let leads = leads_to(graph, &ids, &[target]);
    let mut problem = None;
    for stop in blocked {
        let input = *graph.node(stop.at).inputs.get(stop.input)?;
        match stop.reason {
            _ if !leads[input.index()] => {}
            None => return None,
            Some(reason) => {
                let found =
                    GradProblem::NotDifferentiable { wrt: target, at: stop.at, input: stop.input, reason };
                problem = problem.or(Some(found));
            }
        }
    }
    problem
}

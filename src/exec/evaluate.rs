//! One evaluation of a graph, planned; and the search for the first value that is not a number.
//!
//! The session calls it for statements. What runs often keeps its [`Executable`] instead.

use super::reference::{self, Environment, EvaluateProblem};
use super::{Executable, Plan, PlanProblem, Request, RunContext, Store};
use crate::graph::{Graph, Leaf, NodeId, Operation, SlotId};
use crate::tensor::Tensor;

/// The values of `outputs`, as [`reference::evaluate`] gives them, by a plan.
///
/// # Errors
/// When the environment lacks something, or the graph needs too much memory.
pub fn evaluate_planned(
    graph: &Graph,
    outputs: &[NodeId],
    environment: &Environment,
) -> Result<Vec<Tensor>, EvaluateProblem> {
    let Some(&first) = outputs.first() else { return Ok(Vec::new()) };
    let mut request = Request::new(outputs.to_vec(), environment.precision);
    request.examples.clone_from(&environment.examples);
    check_batches(graph, outputs, environment)?;
    let too_large = |_| EvaluateProblem::TooLarge { node: first };
    let plan = Plan::new(graph, &request).map_err(|problem| match problem {
        PlanProblem::UnknownSize { node } => EvaluateProblem::NotKnown { node },
        PlanProblem::TooLarge { .. }
        | PlanProblem::NoMemory { .. }
        | PlanProblem::UpdateType { .. }
        | PlanProblem::SlotSize { .. }
        | PlanProblem::Precision { .. } => EvaluateProblem::TooLarge { node: first },
    })?;
    let mut store = Store::new(environment.precision);
    for (slot, _) in plan.slots() {
        let node = leaf_of(graph, slot).unwrap_or(first);
        let value = supplied(graph, node, slot, environment)?;
        if !store.set(slot, value) {
            return Err(EvaluateProblem::TooLarge { node });
        }
    }
    let mut executable = Executable::bind(&plan, &mut store).map_err(too_large)?;
    for (slot, _) in plan.inputs() {
        let node = leaf_of(graph, slot).unwrap_or(first);
        let value = supplied(graph, node, slot, environment)?;
        if !executable.set_input(slot, value) {
            return Err(EvaluateProblem::SlotShape { node, slot });
        }
    }
    executable.run(&mut store, RunContext { seed: environment.seed, step: environment.step });
    Ok((0..outputs.len()).map(|at| executable.output(at)).collect())
}

fn check_batches(
    graph: &Graph,
    outputs: &[NodeId],
    environment: &Environment,
) -> Result<(), EvaluateProblem> {
    for node in reference::needed(graph, outputs) {
        let leaf = match &graph.node(node).operation {
            Operation::Leaf(Leaf::BatchCount(batch)) => Some(*batch),
            Operation::Leaf(_) | Operation::Apply(_) => None,
        };
        if let Some(batch) = graph.ty(node).batch.or(leaf)
            && !environment.examples.contains_key(&batch)
        {
            return Err(EvaluateProblem::NoBatch { node, batch });
        }
    }
    Ok(())
}

/// The node that reads a slot.
fn leaf_of(graph: &Graph, slot: SlotId) -> Option<NodeId> {
    graph.ids().find(|&node| match &graph.node(node).operation {
        Operation::Leaf(Leaf::Slot { id, .. }) => *id == slot,
        Operation::Leaf(_) | Operation::Apply(_) => false,
    })
}

/// The value of a slot, if it fits the leaf.
fn supplied<'e>(
    graph: &Graph,
    node: NodeId,
    slot: SlotId,
    environment: &'e Environment,
) -> Result<&'e Tensor, EvaluateProblem> {
    let value = environment.slots.get(&slot).ok_or(EvaluateProblem::NoSlot { node, slot })?;
    let ty = graph.ty(node);
    let examples = ty.batch.and_then(|batch| environment.examples.get(&batch).copied());
    let numbers = value.shape.iter().product::<usize>().checked_mul(examples.unwrap_or(1));
    let fits = ty.shape.dims().as_ref() == Some(&value.shape)
        && value.examples == examples
        && numbers == Some(value.data.len());
    if fits { Ok(value) } else { Err(EvaluateProblem::SlotShape { node, slot }) }
}

/// Where a computation first left the numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Bad {
    pub node: NodeId,
    /// The example, if the value runs over a batch.
    pub example: Option<usize>,
    /// The value that is infinite or not a number.
    pub value: f64,
    /// What the operation was given: the values of each input for this example.
    pub operands: Vec<Vec<f64>>,
}

/// The first value, in the order of the graph, that is infinite or not a number although nothing it was made of is.
///
/// # Errors
/// As [`reference::evaluate`].
pub fn first_bad(
    graph: &Graph,
    outputs: &[NodeId],
    environment: &Environment,
) -> Result<Option<Bad>, EvaluateProblem> {
    let nodes = reference::needed(graph, outputs);
    let values = reference::evaluate(graph, &nodes, environment)?;
    for (at, &node) in nodes.iter().enumerate() {
        let inputs = &graph.node(node).inputs;
        let of = |id: NodeId| nodes.binary_search(&id).ok().and_then(|place| values.get(place));
        let Some(value) = values.get(at) else { continue };
        let numbers = value.data.to_f64();
        let Some(place) = numbers.iter().position(|number| !number.is_finite()) else { continue };
        let clean = inputs
            .iter()
            .filter_map(|&input| of(input))
            .all(|input| input.data.to_f64().iter().all(|n| n.is_finite()));
        if !clean {
            continue;
        }
        let each = value.shape.iter().product::<usize>().max(1);
        let example = value.examples.map(|_| place / each);
        let operands =
            inputs.iter().filter_map(|&input| of(input)).map(|input| one_example(input, example)).collect();
        return Ok(Some(Bad { node, example, value: numbers[place], operands }));
    }
    Ok(None)
}

fn one_example(value: &Tensor, example: Option<usize>) -> Vec<f64> {
    let numbers = value.data.to_f64();
    let each = value.shape.iter().product::<usize>();
    match (value.examples, example) {
        (Some(_), Some(example)) => numbers.into_iter().skip(example * each).take(each).collect(),
        (Some(_) | None, _) => numbers,
    }
}

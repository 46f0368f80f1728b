//! Pairs of steps that are one: where only one later step reads what a step makes.
//!
//! Which pairs there are stands in `tensor/joined.rs`; what a pair has become may be joined again.

use crate::tensor::joined::JOINS;
use crate::tensor::machine::{Fused, Source, Step, Target};

/// Joins what can be joined in a loop.
pub fn join(fused: &mut Fused) {
    let mut at = 0;
    while at < fused.steps.len() {
        match joined(fused, at) {
            Some((user, step)) => {
                fused.steps[user] = step;
                fused.steps.remove(at);
            }
            None => at += 1,
        }
    }
}

/// The step that the one at this place goes into, and what it becomes.
fn joined(fused: &Fused, at: usize) -> Option<(usize, Step)> {
    let first = &fused.steps[at];
    let Target::Register(register) = first.target else { return None };
    let user = only_reader(fused, at, register)?;
    let between = &fused.steps[at + 1..user];
    if first.inputs.iter().any(|&input| between.iter().any(|step| overwrites(fused, step, input))) {
        return None;
    }
    let second = &fused.steps[user];
    let mine = |&input: &Source| input == Source::Register(register);
    let place = second.inputs.iter().position(mine)?;
    let others = second.inputs.iter().copied().filter(|input| !mine(input));
    let inputs: Vec<Source> = first.inputs.iter().copied().chain(others).collect();
    if inputs.len() + 1 != first.inputs.len() + second.inputs.len() {
        return None;
    }
    let join = JOINS.iter().find(|join| {
        join.first.is(first.function) && join.second.is(second.function) && join.places.contains(&place)
    })?;
    Some((user, Step { function: join.joined, inputs, target: second.target }))
}

/// The one step after `at` that reads a register before it is written again.
fn only_reader(fused: &Fused, at: usize, register: usize) -> Option<usize> {
    let mut reader = None;
    for (later, step) in fused.steps.iter().enumerate().skip(at + 1) {
        if step.inputs.contains(&Source::Register(register)) && reader.replace(later).is_some() {
            return None;
        }
        if step.target == Target::Register(register) {
            break;
        }
    }
    reader
}

/// Whether a step writes over what an earlier one read.
fn overwrites(fused: &Fused, step: &Step, read: Source) -> bool {
    match (step.target, read) {
        (Target::Register(target), Source::Register(register)) => target == register,
        (Target::Store(target), Source::Stored(store)) => {
            target == store || fused.stores[target].overlaps(fused.stores[store])
        }
        (Target::Store(target), Source::Load(load)) => {
            fused.stores[target].overlaps(fused.loads[load].region)
        }
        (Target::Register(_), Source::Load(_) | Source::Stored(_))
        | (Target::Store(_), Source::Register(_)) => false,
    }
}

//! Pairs of steps that are one: a product that only the sum or difference after it reads.
//!
//! Both are rounded as before, so no bit changes; one pass over the tile is saved.

use crate::tensor::machine::{Function, Fused, Source, Step, Target};
use crate::tensor::{Map3, maps};

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

/// The step that the product at this place goes into, and what it becomes.
fn joined(fused: &Fused, at: usize) -> Option<(usize, Step)> {
    let product = &fused.steps[at];
    let (Function::Two(map), Target::Register(register)) = (product.function, product.target) else {
        return None;
    };
    if !std::ptr::eq(map, &maps::MULTIPLY) {
        return None;
    }
    let user = only_reader(fused, at, register)?;
    let between = &fused.steps[at + 1..user];
    if product.inputs.iter().any(|&input| between.iter().any(|step| overwrites(fused, step, input))) {
        return None;
    }
    let step = &fused.steps[user];
    let Function::Two(map) = step.function else { return None };
    let mine = Source::Register(register);
    let (map, other): (&'static Map3, Source) = match step.inputs[..] {
        [left, right] if left == right => return None,
        [left, other] if left == mine && std::ptr::eq(map, &maps::ADD) => (&maps::MULTIPLY_ADD, other),
        [other, right] if right == mine && std::ptr::eq(map, &maps::ADD) => (&maps::MULTIPLY_ADD, other),
        [left, other] if left == mine && std::ptr::eq(map, &maps::SUBTRACT) => {
            (&maps::MULTIPLY_SUBTRACT, other)
        }
        [other, right] if right == mine && std::ptr::eq(map, &maps::SUBTRACT) => {
            (&maps::SUBTRACT_PRODUCT, other)
        }
        _ => return None,
    };
    let inputs = vec![product.inputs[0], product.inputs[1], other];
    Some((user, Step { function: Function::Three(map), inputs, target: step.target }))
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

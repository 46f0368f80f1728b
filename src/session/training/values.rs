//! Values that a step is given: parameters, states of the optimizer, and what else of the script it speaks of.
//!
//! Called by trainings and by measurements.

use indexmap::{IndexMap, IndexSet};

use crate::base::Span;
use crate::elaborate::{ModelId, OptimizerState, Step};
use crate::exec::{self, Environment};
use crate::graph::SlotId;
use crate::session::force::evaluate_problem;
use crate::session::state::Session;
use crate::tensor::Tensor;

/// Numbers of states that are made at once.
const PORTION: usize = 1 << 20;

impl Session<'_> {
    /// Parameters and states of a model by name.
    pub(in crate::session) fn stored_values(&self, id: ModelId) -> IndexMap<String, (SlotId, Tensor)> {
        let Some(model) = self.elaborator.models.get(id.0) else { return IndexMap::new() };
        let stored = model.stored.values();
        stored
            .filter_map(|stored| {
                Some((stored.name.clone(), (stored.slot, self.values.get(&stored.slot)?.clone())))
            })
            .collect()
    }

    /// Lets the values of a model's own go that nothing else of the script reads: the training has them. Gives their
    /// names.
    pub(in crate::session) fn let_go(
        &mut self,
        id: ModelId,
        values: &IndexMap<String, (SlotId, Tensor)>,
    ) -> IndexSet<String> {
        let Some(model) = self.elaborator.models.get(id.0) else { return IndexSet::new() };
        let names: IndexSet<String> = model.stored.values().map(|stored| stored.name.clone()).collect();
        let elsewhere = self.slots_held();
        for (_, (slot, _)) in
            values.iter().filter(|(name, (slot, _))| names.contains(*name) && !elsewhere.contains(slot))
        {
            self.values.remove(slot);
        }
        names
    }

    /// Everything that a step is given: what its model keeps, and what else of the script it speaks of.
    pub(in crate::session) fn step_values(
        &mut self,
        step: &Step,
        id: ModelId,
        span: Span,
    ) -> Option<IndexMap<String, (SlotId, Tensor)>> {
        let brought: Vec<_> = self.elaborator.brought().collect();
        let (slots, _) = step.graph.needs(&step.outputs());
        for (node, slot) in brought.into_iter().filter(|(_, slot)| slots.contains(slot)) {
            let tensor = self.force(&[node], span)?.pop()?;
            self.values.insert(slot, tensor);
        }
        let mut values = self.stored_values(id);
        let known: Vec<SlotId> = values.values().map(|(slot, _)| *slot).collect();
        for slot in slots.into_iter().filter(|slot| !known.contains(slot)) {
            if let Some(tensor) = self.tensor(slot) {
                values.insert(format!("value {}", slot.0), (slot, tensor));
            }
        }
        Some(values)
    }

    /// First values of the optimizer's states.
    pub(in crate::session) fn optimizer_states(
        &mut self,
        step: &Step,
        span: Span,
    ) -> Option<IndexMap<String, (SlotId, Tensor)>> {
        let mut found = IndexMap::new();
        for states in portions(step) {
            let nodes: Vec<_> = states.iter().map(|state| state.init).collect();
            let (slots, _) = step.graph.needs(&nodes);
            let slots = slots.into_iter().filter_map(|slot| Some((slot, self.tensor(slot)?)));
            let environment = Environment {
                slots: slots.collect(),
                examples: IndexMap::new(),
                precision: self.precision,
                seed: self.seed,
                step: 0,
            };
            match exec::evaluate(&step.graph, &nodes, &environment) {
                Ok(tensors) => {
                    let named = states.iter().zip(tensors);
                    found.extend(named.map(|(state, tensor)| (state.name.clone(), (state.slot, tensor))));
                }
                Err(problem) => {
                    self.report(evaluate_problem(&problem, span));
                    return None;
                }
            }
        }
        Some(found)
    }
}

/// The states of an optimizer, so many at a time that making them takes little memory beside their own.
fn portions(step: &Step) -> impl Iterator<Item = &[OptimizerState]> {
    let numbers = |state: &OptimizerState| {
        state.ty.shape.dims().map_or(0, |dims| dims.iter().fold(1usize, |all, dim| all.saturating_mul(*dim)))
    };
    let mut sum = 0;
    step.states.chunk_by(move |state, _| {
        sum += numbers(state);
        let goes_on = sum < PORTION;
        sum = if goes_on { sum } else { 0 };
        goes_on
    })
}

//! A training under the reference's eye: first values given, one step at a time, every value to be looked at.

use indexmap::IndexMap;
use nn::base::Span;
use nn::data::{Field, Part, Storage};
use nn::elaborate::{ModelId, Step, StepRequest, Value};
use nn::exec::reference::{self, Environment};
use nn::graph::SlotId;
use nn::tensor::{Buffer, Precision, Tensor};
use nn::train::Runner;
use nn::types::Shape;

use super::array::Array;
use super::bench::Bench;

/// What is trained and how, in the language.
pub struct Setup<'a> {
    /// Declares the model `net`.
    pub model: &'a str,
    pub loss: &'a str,
    pub optimizer: &'a str,
    /// Examples in rows.
    pub input: &'a Array,
    pub target: &'a Array,
    pub clip: Option<f64>,
}

/// A step and what it works on.
pub struct Trained {
    step: Step,
    part: Part,
    /// Slots of parameters and states of the model, by their path in it (`W0`, `dense1.W`).
    slots: IndexMap<String, SlotId>,
    values: IndexMap<SlotId, Tensor>,
}

fn field(array: &Array) -> Field {
    Field { shape: array.shape[1..].to_vec(), storage: Storage::F64(array.data.clone()) }
}

impl Trained {
    pub fn new(setup: &Setup<'_>, first: &[(&str, Array)]) -> Result<Trained, String> {
        let mut bench = Bench::new();
        bench.run(setup.model)?;
        let model = match bench.run("net")? {
            Value::Model { id, .. } => id,
            other => return Err(format!("`net` is {}", other.kind())),
        };
        let request = request(&mut bench, setup, model)?;
        let step = bench.elaborator.step(&request);
        let problems = bench.elaborator.take_problems();
        let step = step.ok_or_else(|| format!("{problems:?}"))?;
        let stored = &bench.elaborator.models[model.0].stored;
        let slots: IndexMap<String, SlotId> =
            stored.iter().map(|(key, stored)| (key.clone(), stored.slot)).collect();
        let mut values: IndexMap<SlotId, Tensor> = IndexMap::new();
        for stored in stored.values() {
            let init = stored.init.ok_or("no first value")?;
            let environment = Environment { precision: Precision::F64, ..Environment::default() };
            let found = reference::evaluate(&bench.elaborator.graph, &[init], &environment);
            values.insert(stored.slot, found.map_err(|problem| problem.to_string())?.remove(0));
        }
        let mut trained = Trained {
            part: Part {
                input: field(setup.input),
                target: Some(field(setup.target)),
                n_examples: setup.input.shape[0],
            },
            step,
            slots,
            values,
        };
        for (name, array) in first {
            let slot =
                *trained.slots.get(*name).ok_or_else(|| format!("no `{name}` in {:?}", trained.slots))?;
            trained.values.insert(slot, tensor(array));
        }
        trained.set_optimizer_states()?;
        Ok(trained)
    }

    fn set_optimizer_states(&mut self) -> Result<(), String> {
        let nodes: Vec<_> = self.step.states.iter().map(|state| state.init).collect();
        let environment =
            Environment { precision: Precision::F64, slots: self.values.clone(), ..Environment::default() };
        let found = reference::evaluate(&self.step.graph, &nodes, &environment);
        let found = found.map_err(|problem| format!("states: {problem}"))?;
        self.values.extend(self.step.states.iter().map(|state| state.slot).zip(found));
        Ok(())
    }

    /// Gives a state of the optimizer (`w.m`) another first value.
    pub fn set_state(&mut self, name: &str, array: &Array) -> Result<(), String> {
        let names: Vec<&String> = self.step.states.iter().map(|state| &state.name).collect();
        let state = self.step.states.iter().find(|state| state.name == name || state.name.ends_with(name));
        let slot = state.ok_or_else(|| format!("no state `{name}` in {names:?}"))?.slot;
        self.values.insert(slot, tensor(array));
        Ok(())
    }

    /// Takes steps over these rows, counted from `first_count`, and shows after each the mean loss of the batch, and
    /// the value of each parameter or state by a function.
    pub fn run(
        &self,
        batches: &[Vec<u32>],
        first_count: u64,
        mut after: impl FnMut(usize, f64, &dyn Fn(&str) -> Vec<f64>) -> Result<(), String>,
    ) -> Result<(), String> {
        let outputs = vec![self.step.loss.ok_or("no loss")?];
        let values = self.values.clone();
        let runner = Runner::new(&self.step, outputs, values, Precision::F64, 1, 0);
        let mut runner = runner.map_err(|problem| format!("{problem:?}"))?;
        for (at, rows) in batches.iter().enumerate() {
            runner
                .run(&self.part, rows, first_count + at as u64)
                .map_err(|problem| format!("{problem:?}"))?;
            let look = |name: &str| {
                let slot = self.slots.get(name).unwrap_or_else(|| panic!("no `{name}` in {:?}", self.slots));
                runner.value(*slot).map_or_else(Vec::new, |tensor| tensor.data.to_f64())
            };
            after(at, runner.number(0) / rows.len() as f64, &look)?;
        }
        Ok(())
    }

    /// All rows at once, so many times.
    pub fn full_batches(&self, times: usize) -> Vec<Vec<u32>> {
        vec![(0..self.part.n_examples as u32).collect(); times]
    }
}

fn tensor(array: &Array) -> Tensor {
    Tensor { shape: array.shape.clone(), examples: None, data: Buffer::F64(array.by_columns()) }
}

fn request(bench: &mut Bench, setup: &Setup<'_>, model: ModelId) -> Result<StepRequest, String> {
    let span: Span = bench.span();
    Ok(StepRequest {
        model,
        model_span: span,
        only: Vec::new(),
        input: Shape::known(&setup.input.shape[1..]),
        target: Some(Shape::known(&setup.target.shape[1..])),
        data_span: span,
        input_origin: None,
        target_origin: None,
        loss: Some((bench.run(setup.loss)?, span)),
        optimizer: Some((bench.run(setup.optimizer)?, span)),
        schedule: None,
        metrics: Vec::new(),
        clip: setup.clip,
        l1: 0.0,
        l2: 0.0,
        batch: None,
    })
}

//! A training under the reference's eye: first values given, one step at a time, every value to be looked at.

use indexmap::{IndexMap, IndexSet};
use nn::base::Span;
use nn::data::{Field, Part, Storage};
use nn::elaborate::{ModelId, Step, StepRequest, Value};
use nn::exec::reference::{self, Environment};
use nn::graph::SlotId;
use nn::tensor::{Buffer, Precision, Tensor};
use nn::train::{History, Job, Length, Progress, Runner, Watch};
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

/// What few trainings ask for.
#[derive(Default)]
struct Extra {
    clip_value: Option<f64>,
    l2: f64,
    seed: u64,
}

fn field(array: &Array) -> Field {
    Field { shape: array.shape[1..].to_vec(), storage: Storage::F64(array.data.clone()) }
}

impl Trained {
    pub fn new(setup: &Setup<'_>, first: &[(&str, Array)]) -> Result<Trained, String> {
        Trained::with(setup, first, Extra::default())
    }

    /// From the first values that a seed gives, with a penalty on squares; shuffled.
    pub fn seeded(setup: &Setup<'_>, seed: u64, l2: f64) -> Result<Trained, String> {
        Trained::with(setup, &[], Extra { seed, l2, ..Extra::default() })
    }

    /// The graph of a step with its slots.
    pub fn into_step(self) -> Step {
        self.step
    }

    /// The paths of all parameters and states of the model.
    pub fn names(&self) -> Vec<String> {
        self.slots.keys().cloned().collect()
    }

    /// With the numbers of all gradients held within a size.
    pub fn with_value_clip(setup: &Setup<'_>, most: Option<f64>) -> Result<Trained, String> {
        Trained::with(setup, &[], Extra { clip_value: most, ..Extra::default() })
    }

    fn with(setup: &Setup<'_>, first: &[(&str, Array)], extra: Extra) -> Result<Trained, String> {
        let mut bench = Bench::new();
        bench.environment.seed = extra.seed;
        bench.run(setup.model)?;
        let model = match bench.run("net")? {
            Value::Model { id, .. } => id,
            other => return Err(format!("`net` is {}", other.kind())),
        };
        let request =
            StepRequest { clip_value: extra.clip_value, l2: extra.l2, ..request(&mut bench, setup, model)? };
        let step = bench.elaborator.step(&request);
        let problems = bench.elaborator.take_problems();
        let step = step.ok_or_else(|| format!("{problems:?}"))?;
        let stored = &bench.elaborator.models[model.0].stored;
        let slots: IndexMap<String, SlotId> =
            stored.iter().map(|(key, stored)| (key.clone(), stored.slot)).collect();
        let mut values: IndexMap<SlotId, Tensor> = IndexMap::new();
        for stored in stored.values() {
            values.insert(stored.slot, bench.first(stored)?);
        }
        let mut trained = Trained {
            part: Part {
                input: field(setup.input),
                target: Some(field(setup.target)),
                n_examples: setup.input.shape[0],
                rows: Vec::new(),
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

    /// Trains in order over batches of so many rows, as `train` does, and shows after each epoch the mean loss and
    /// the value of each parameter or state by a function.
    pub fn run(
        &self,
        (batch, epochs): (usize, usize),
        mut after: impl FnMut(usize, f64, &dyn Fn(&str) -> Vec<f64>) -> Result<(), String>,
    ) -> Result<(), String> {
        let names: IndexMap<SlotId, String> =
            self.slots.iter().map(|(name, slot)| (*slot, name.clone())).collect();
        let name = |slot: &SlotId| names.get(slot).cloned().unwrap_or_else(|| format!("state {}", slot.0));
        let values = self.values.iter().map(|(slot, value)| (name(slot), (*slot, value.clone()))).collect();
        let mut job = Job {
            step: &self.step,
            data: &self.part,
            validate: None,
            length: Length::Epochs(epochs),
            batch,
            shuffle: false,
            patience: None,
            seed: 0,
            name: String::new(),
            precision: Precision::F64,
            threads: 1,
            values,
            kept: IndexSet::new(),
            start: (0, History::default()),
        };
        let mut observer = Observer { after: &mut after, problem: None };
        let outcome = nn::train::train(&mut job, &mut observer).map_err(|problem| format!("{problem:?}"));
        match observer.problem {
            Some(problem) => Err(problem),
            None => outcome.map(|_| ()),
        }
    }

    /// One step after another on the rows given, counted from `first_count`.
    pub fn steps(
        &self,
        batches: &[Vec<u32>],
        first_count: u64,
        mut after: impl FnMut(usize, f64, &dyn Fn(&str) -> Vec<f64>) -> Result<(), String>,
    ) -> Result<(), String> {
        let outputs = vec![self.step.loss.ok_or("no loss")?];
        let runner = Runner::new(&self.step, outputs, self.values.clone(), Precision::F64, 1, 0);
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
}

/// Is told the step, the loss, and how to look at a value by name.
type After<'a> = dyn FnMut(usize, f64, &dyn Fn(&str) -> Vec<f64>) -> Result<(), String> + 'a;

/// Looks at a training after each epoch.
struct Observer<'a> {
    after: &'a mut After<'a>,
    problem: Option<String>,
}

impl Watch for Observer<'_> {
    fn progress(&mut self, _progress: &Progress<'_>) {}

    fn interrupted(&self) -> bool {
        self.problem.is_some()
    }

    fn epoch_done(
        &mut self,
        epoch: usize,
        history: &History,
        values: &dyn Fn() -> IndexMap<String, Tensor>,
    ) -> Result<(), String> {
        let values = values();
        let look = |name: &str| values.get(name).map_or_else(Vec::new, |tensor| tensor.data.to_f64());
        let loss = history.rows.last().map_or(f64::NAN, |row| row.loss);
        if let Err(problem) = (self.after)(epoch - 1, loss, &look) {
            self.problem.get_or_insert(problem);
        }
        Ok(())
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
        input_origin: Default::default(),
        target_origin: Default::default(),
        loss: Some((bench.run(setup.loss)?, span)),
        optimizer: Some((bench.run(setup.optimizer)?, span)),
        schedule: None,
        metrics: Vec::new(),
        clip: setup.clip,
        clip_value: None,
        plateau: None,
        l1: 0.0,
        l2: 0.0,
        batch: None,
    })
}

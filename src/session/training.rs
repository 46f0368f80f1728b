//! `train`, `evaluate` and `predict`: steps elaborated, values handed over and taken back.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::diverged::diverged;
use super::state::Session;
use super::world::World;
use crate::base::Span;
use crate::check::{PartRef, TrainRequest, part_of, swapped, train_request};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{
    Given, ModelId, OptimizerState, Plateau, Record, RecordKind, Step, StepRequest, Value,
};
use crate::exec::{self, Environment, PlanProblem};
use crate::graph::SlotId;
use crate::syntax::tree::{Expr, OptionItem};
use crate::tensor::Tensor;
use crate::train::{
    self, Checkpoint, CheckpointError, Ended, History, Job, Length, Outcome, Progress, Watch,
};

impl Session<'_> {
    /// `train net on iris.train { ... }`; gives the history.
    pub(super) fn train(&mut self, model: &Expr, data: &Expr, options: &[OptionItem], span: Span) -> Value {
        let Some(request) = train_request(&mut self.elaborator, model, data, options, span) else {
            return Value::Unknown;
        };
        self.warn_of_validation(&request);
        // Elaborated even where an option is missing: the shapes are looked at all the same.
        let Some(step) = self.elaborator.step(&request.step) else { return Value::Unknown };
        if request.step.loss.is_none() || request.step.optimizer.is_none() {
            return Value::Unknown;
        }
        let validation = match &request.validate {
            Some(part) => match self.elaborator.step(&measuring(&request.step, part)) {
                Some(step) => Some((step, part.clone())),
                None => return Value::Unknown,
            },
            None => None,
        };
        if self.has_errors() {
            return Value::Unknown;
        }
        let history = if self.is_running() {
            match self.run_training(&request, &step, validation.as_ref(), span) {
                Some(history) => history,
                None => return Value::Unknown,
            }
        } else {
            let seed = Some(request.seed.unwrap_or(self.seed));
            self.trainings.push(TrainRequest { seed, ..request.clone() });
            expected_history(&step, validation.as_ref().map(|(step, _)| step))
        };
        self.history_value(&history)
    }

    fn run_training(
        &mut self,
        request: &TrainRequest,
        step: &Step,
        validation: Option<&(Step, PartRef)>,
        span: Span,
    ) -> Option<History> {
        let (dataset, part) = self.loaded_part(request.data.handle)?;
        let data = dataset.parts.get(&part)?;
        let against = validation.and_then(|(step, part)| Some((step, self.loaded_part(part.handle)?)));
        let validate = against.as_ref().and_then(|(step, (data, part))| Some((*step, data.parts.get(part)?)));
        let model = request.step.model;
        // States first: making them takes memory, and the parameters are not there twice yet.
        let states = self.optimizer_states(step, span)?;
        let mut values = self.step_values(step, model, span)?;
        if let Some((measuring, _)) = validation {
            values.extend(self.step_values(measuring, model, span)?);
        }
        if let Some((_, slot)) = &step.plateau {
            let data = self.buffer(Plateau::START.to_vec());
            let start = Tensor { shape: vec![Plateau::START.len()], examples: None, data };
            self.values.insert(*slot, start.clone());
            values.insert("plateau".to_string(), (*slot, start));
        }
        values.extend(states);
        let start = self.resumed(request, &mut values)?;
        let seed = request.seed.unwrap_or(self.seed);
        let length = match (request.epochs, request.steps) {
            (_, Some(steps)) => Length::Steps(steps),
            (epochs, None) => Length::Epochs(epochs.unwrap_or(1)),
        };
        let kept = self.let_go(model, &values);
        let mut job = Job {
            step,
            data,
            validate,
            length,
            batch: if step.descent.is_some() { data.n_examples.max(1) } else { request.batch },
            shuffle: request.shuffle,
            patience: request.patience,
            seed,
            name: request.data.name.clone(),
            precision: self.precision,
            threads: self.world.threads(),
            values,
            kept,
            start,
        };
        let checkpoint = request.checkpoint.as_ref().map(|(path, _)| self.folder.join(path));
        let mut watcher = Watcher { world: &mut *self.world, checkpoint };
        let outcome = match train::train(&mut job, &mut watcher) {
            Ok(outcome) => outcome,
            Err(problem) => {
                let values = std::mem::take(&mut job.values);
                self.values.extend(values.into_values());
                self.report(training_problem(&problem, request, span));
                return None;
            }
        };
        self.world.training_ended(&outcome.ended, &outcome.history);
        let is_stopped = outcome.ended == Ended::Interrupted;
        self.was_stopped |= is_stopped;
        self.is_leaving |= is_stopped && !self.loops.is_empty();
        self.trained_on.insert(model.0, dataset.clone());
        self.take_outcome(model, &outcome);
        if let Ended::Diverged { epoch, step: count, loss, before } = &outcome.ended {
            let before: Vec<(SlotId, Tensor)> = before.values().cloned().collect();
            let first = train::first_bad(&job, *epoch, *count, &before);
            self.report(diverged((&dataset, data), (*epoch, *count, *loss), first.as_ref(), span));
            return None;
        }
        self.histories.push((request.clone(), outcome.history.clone()));
        Some(outcome.history)
    }

    /// Parameters and states of a model by name.
    pub(super) fn stored_values(&self, id: ModelId) -> IndexMap<String, (SlotId, Tensor)> {
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
    pub(super) fn let_go(
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
    pub(super) fn step_values(
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
    pub(super) fn optimizer_states(
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
                    self.report(super::force::evaluate_problem(&problem, span));
                    return None;
                }
            }
        }
        Some(found)
    }

    /// The epoch to begin with; a checkpoint, if asked for and there, gives its values.
    fn resumed(
        &mut self,
        request: &TrainRequest,
        values: &mut IndexMap<String, (SlotId, Tensor)>,
    ) -> Option<(usize, History)> {
        let Some((path, span)) = request.checkpoint.as_ref().filter(|_| request.resume) else {
            return Some((0, History::default()));
        };
        let full = self.folder.join(path);
        if self.world.files().size(&full).is_err() {
            return Some((0, History::default()));
        }
        let problem = match Checkpoint::load(self.world.files(), &full) {
            Ok(checkpoint) => {
                let fits = checkpoint.values.len() == values.len()
                    && values.iter().all(|(name, (_, tensor))| {
                        checkpoint.values.get(name).is_some_and(|kept| kept.shape == tensor.shape)
                    });
                if fits {
                    for (name, (_, tensor)) in values.iter_mut() {
                        if let Some(kept) = checkpoint.values.get(name) {
                            tensor.data = self.buffer(kept.data.to_f64());
                        }
                    }
                    return Some((checkpoint.epochs_done, checkpoint.history));
                }
                "it belongs to another training".to_string()
            }
            Err(CheckpointError::File(text) | CheckpointError::Content(text)) => text,
        };
        self.report(
            Diagnostic::error(Slug::File, *span, format!("`{path}` cannot be resumed: {problem}"))
                .here("not resumed"),
        );
        None
    }

    fn take_outcome(&mut self, id: ModelId, outcome: &Outcome) {
        let Some(model) = self.elaborator.models.get(id.0) else { return };
        let named: Vec<(String, String)> =
            model.stored.iter().map(|(key, stored)| (key.clone(), stored.name.clone())).collect();
        for (key, name) in named {
            if let Some(tensor) = outcome.values.get(&name) {
                self.store(id, &key, tensor.clone());
            }
        }
    }

    /// A history as a value: one vector for each series.
    fn history_value(&mut self, history: &History) -> Value {
        let mut fields = IndexMap::new();
        let epochs = (!self.is_running()).then(|| self.elaborator.new_size("epochs"));
        for (name, values) in history.series() {
            let node = match &epochs {
                Some(size) => {
                    let shape = crate::types::Shape(vec![crate::types::Size::var(size.clone())]);
                    self.elaborator.new_slot(&name, crate::types::TensorType::plain(shape)).1
                }
                None => {
                    let tensor =
                        Tensor { shape: vec![values.len()], examples: None, data: self.buffer(values) };
                    self.slot_of(&name, tensor, None)
                }
            };
            fields.insert(name, Value::Node(node));
        }
        let record = Record {
            kind: RecordKind::History,
            name: "history".to_string(),
            fields,
            origins: IndexMap::new(),
            handle: None,
        };
        Value::Record(Arc::new(record))
    }

    /// `evaluate(net, iris.test, loss = cross_entropy, metrics = [accuracy])`
    pub(super) fn evaluate_action(&mut self, given: &[Given], span: Span) -> Value {
        let Some((mut request, part)) = self.measure_request("evaluate", given, span) else {
            return Value::Unknown;
        };
        for argument in given {
            let Some((name, name_span)) = &argument.name else { continue };
            match name.as_str() {
                "loss" => request.loss = Some((argument.value.clone(), argument.span)),
                "metrics" => match &argument.value {
                    Value::List(items) => {
                        request.metrics = items.iter().map(|item| (item.clone(), argument.span)).collect();
                    }
                    single => request.metrics = vec![(single.clone(), argument.span)],
                },
                other => {
                    let other = other.to_string();
                    self.no_option("evaluate", &other, *name_span, "`loss` and `metrics`");
                    return Value::Unknown;
                }
            }
        }
        if request.loss.is_none() && request.metrics.is_empty() {
            self.report(
                Diagnostic::error(Slug::MissingOption, span, "`evaluate` needs a `loss` or `metrics`")
                    .here("by what?")
                    .help("add `metrics = [accuracy]`"),
            );
            return Value::Unknown;
        }
        let Some(step) = self.elaborator.step(&request) else { return Value::Unknown };
        let names = step
            .loss
            .iter()
            .map(|_| "loss".to_string())
            .chain(step.metrics.iter().map(|plan| plan.name.clone()));
        let mut scores: IndexMap<String, f64> = names.map(|name| (name, 0.0)).collect();
        if self.is_running() {
            let Some((dataset, name)) = self.loaded_part(part.handle) else { return Value::Unknown };
            let Some(data) = dataset.parts.get(&name) else { return Value::Unknown };
            let Some(values) = self.step_values(&step, request.model, span) else { return Value::Unknown };
            let values = values.into_values().collect();
            match train::measure(&step, data, values, self.precision, self.world.threads()) {
                Ok(found) => scores = found,
                Err(problem) => {
                    self.report(problem_of(&problem, span));
                    return Value::Unknown;
                }
            }
        }
        let fields = scores.into_iter().map(|(name, number)| {
            let node = self.number_slot(&name, number);
            (name, Value::Node(node))
        });
        let fields: IndexMap<String, Value> = fields.collect();
        let record = Record {
            kind: RecordKind::Scores,
            name: "scores".to_string(),
            fields,
            origins: IndexMap::new(),
            handle: None,
        };
        Value::Record(Arc::new(record))
    }

    /// `predict(net, iris.test)`, or of a vector: the model's answers.
    pub(super) fn predict(&mut self, given: &[Given], span: Span) -> Value {
        if let [model @ Given { value: Value::Model { .. }, .. }, input] = given
            && !matches!(input.value, Value::Record(_))
        {
            return self.elaborator.apply_value(&model.value, std::slice::from_ref(input), span);
        }
        let Some((request, part)) = self.measure_request("predict", given, span) else {
            return Value::Unknown;
        };
        let Some(step) = self.elaborator.step(&request) else { return Value::Unknown };
        let shape = step.graph.ty(step.prediction).shape.clone();
        // The same examples as the fields of the data, so that both can be compared.
        let batch = match given.get(1).map(|data| &data.value) {
            Some(Value::Record(record)) => match record.fields.get("input") {
                Some(Value::Node(input)) => self.elaborator.graph.ty(*input).batch,
                _ => None,
            },
            _ => None,
        };
        let batch = batch.unwrap_or_else(|| self.elaborator.new_batch());
        if !self.is_running() {
            let ty = crate::types::TensorType::batched(shape, batch);
            return Value::Node(self.elaborator.new_slot("prediction", ty).1);
        }
        let Some((dataset, name)) = self.loaded_part(part.handle) else { return Value::Unknown };
        let Some(data) = dataset.parts.get(&name) else { return Value::Unknown };
        let Some(values) = self.step_values(&step, request.model, span) else { return Value::Unknown };
        let values = values.into_values().collect();
        match train::predict(&step, data, values, self.precision, self.world.threads()) {
            Ok((shape, answers)) => {
                let tensor = Tensor { shape, examples: Some(data.n_examples), data: self.buffer(answers) };
                Value::Node(self.slot_of("prediction", tensor, Some(batch)))
            }
            Err(problem) => {
                self.report(problem_of(&problem, span));
                Value::Unknown
            }
        }
    }

    /// The model and the part that stand first in the arguments.
    fn measure_request(
        &mut self,
        action: &str,
        given: &[Given],
        span: Span,
    ) -> Option<(StepRequest, PartRef)> {
        let mut positional = given.iter().filter(|argument| argument.name.is_none());
        let (Some(model), Some(data)) = (positional.next(), positional.next()) else {
            self.report(
                Diagnostic::error(Slug::Arity, span, format!("`{action}` takes a model and a dataset"))
                    .here("of what, on what?")
                    .help(format!("`{action}(net, data.test)`")),
            );
            return None;
        };
        if let (Value::Record(_), Value::Model { .. }) = (&model.value, &data.value) {
            let (one, other) = ((&model.value, model.span), (&data.value, data.span));
            self.report(swapped(one, other, "a model", "the model stands first"));
            return None;
        }
        let part = part_of(&mut self.elaborator, &data.value, data.span);
        let id = match &model.value {
            Value::Model { id, part } if part.is_empty() => Some(*id),
            Value::Unknown => None,
            other => {
                let headline = format!("expected a model, found {}", other.kind());
                self.report(Diagnostic::error(Slug::TypeMismatch, model.span, headline).here("not a model"));
                None
            }
        };
        let (id, part) = (id?, part?);
        let request = StepRequest {
            model: id,
            model_span: model.span,
            only: Vec::new(),
            input: part.input.clone(),
            target: part.target.clone(),
            data_span: data.span,
            input_origin: part.input_origin.clone(),
            target_origin: part.target_origin.clone(),
            loss: None,
            optimizer: None,
            schedule: None,
            metrics: Vec::new(),
            clip: None,
            clip_value: None,
            plateau: None,
            l1: 0.0,
            l2: 0.0,
            batch: None,
        };
        Some((request, part))
    }
}

/// The same measurement on another part, without training.
fn measuring(request: &StepRequest, part: &PartRef) -> StepRequest {
    StepRequest {
        input: part.input.clone(),
        target: part.target.clone(),
        data_span: part.span,
        input_origin: part.input_origin.clone(),
        target_origin: part.target_origin.clone(),
        optimizer: None,
        schedule: None,
        ..request.clone()
    }
}

/// The series that a training will give, while checking.
/// Numbers of states that are made at once.
const PORTION: usize = 1 << 20;

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

fn expected_history(step: &Step, validation: Option<&Step>) -> History {
    let mut row = train::EpochRow::default();
    row.metrics.extend(step.metrics.iter().map(|plan| (plan.name.clone(), 0.0)));
    if let Some(step) = validation {
        row.val_loss = Some(0.0);
        row.val_metrics.extend(step.metrics.iter().map(|plan| (plan.name.clone(), 0.0)));
    }
    History { rows: vec![row] }
}

pub(super) fn problem_of(problem: &train::TrainProblem, span: Span) -> Diagnostic {
    match problem {
        train::TrainProblem::Step(problem) => plan_problem(problem, span),
        train::TrainProblem::Checkpoint(text) => {
            Diagnostic::error(Slug::File, span, format!("the checkpoint cannot be written: {text}"))
                .here("stopped here")
        }
    }
}

fn plan_problem(problem: &PlanProblem, span: Span) -> Diagnostic {
    let headline = match problem {
        PlanProblem::TooLarge { bytes, limit } => {
            format!("a step needs {} MiB of memory, and {} are allowed", bytes >> 20, limit >> 20)
        }
        PlanProblem::NoMemory { bytes } => format!("the system has no memory for {} MiB", bytes >> 20),
        PlanProblem::UnknownSize { .. }
        | PlanProblem::UpdateType { .. }
        | PlanProblem::SlotSize { .. }
        | PlanProblem::Precision { .. } => format!("a step cannot be planned: {problem:?}"),
    };
    Diagnostic::error(Slug::Limit, span, headline).here("here")
}

fn training_problem(problem: &train::TrainProblem, request: &TrainRequest, span: Span) -> Diagnostic {
    match (problem, &request.checkpoint) {
        (train::TrainProblem::Checkpoint(_), Some((_, path))) => problem_of(problem, *path),
        _ => problem_of(problem, span),
    }
}

/// Passes word of a training on to the world, and writes its checkpoints.
struct Watcher<'a> {
    world: &'a mut dyn World,
    checkpoint: Option<std::path::PathBuf>,
}

impl Watch for Watcher<'_> {
    fn progress(&mut self, progress: &Progress<'_>) {
        self.world.progress(progress);
    }

    fn interrupted(&self) -> bool {
        self.world.interrupted()
    }

    fn epoch_done(
        &mut self,
        epoch: usize,
        history: &History,
        values: &dyn Fn() -> IndexMap<String, Tensor>,
    ) -> Result<(), String> {
        let Some(path) = &self.checkpoint else { return Ok(()) };
        let checkpoint = Checkpoint { epochs_done: epoch, history: history.clone(), values: values() };
        let saved = checkpoint.save(path).map_err(|error| match error {
            CheckpointError::File(text) | CheckpointError::Content(text) => text,
        });
        self.world.wrote(path);
        saved
    }
}

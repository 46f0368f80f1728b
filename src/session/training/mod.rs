//! `train`: the step elaborated, values handed over to the training and taken back.
//!
//! What `evaluate` and `predict` do without training stands in `measure`.

mod measure;
mod problem;
mod values;

use std::sync::Arc;

use indexmap::IndexMap;

pub(super) use self::problem::problem_of;
use super::diverged::diverged;
use super::state::Session;
use super::world::World;
use crate::base::Span;
use crate::check::{PartRef, TrainRequest, train_request};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{ModelId, Plateau, Record, RecordKind, Step, StepRequest, Value};
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
        if let Some((path, at)) = &request.checkpoint {
            self.has_folder_for(path, *at);
        }
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
                self.report(problem::training_problem(&problem, request, span));
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
fn expected_history(step: &Step, validation: Option<&Step>) -> History {
    let mut row = train::EpochRow::default();
    row.metrics.extend(step.metrics.iter().map(|plan| (plan.name.clone(), 0.0)));
    if let Some(step) = validation {
        row.val_loss = Some(0.0);
        row.val_metrics.extend(step.metrics.iter().map(|plan| (plan.name.clone(), 0.0)));
    }
    History { rows: vec![row] }
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

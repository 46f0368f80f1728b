//! Models on disk, with what their data was encoded by.

use indexmap::IndexMap;

use super::state::Session;
use crate::base::Span;
use crate::data::arrays::ArrayError;
use crate::data::weights::{self, Numbers, Stored, Weights, WeightsError};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, ModelId, Value, nearest};
use crate::tensor::{Buffer, Precision, Tensor};

impl Session<'_> {
    /// `save(net, "net.safetensors")`
    pub(super) fn save(&mut self, given: &[Given], span: Span) -> Value {
        let Some((id, path, path_span)) = self.model_and_path("save", given, span) else {
            return Value::Nothing;
        };
        if !self.is_running() {
            self.saved.push(self.folder.join(&path));
            return Value::Nothing;
        }
        let weights = self.weights_of(id);
        let full = self.folder.join(&path);
        if let Err(error) = weights::save(&full, &weights) {
            self.report(
                Diagnostic::error(Slug::File, path_span, format!("`{path}` cannot be written: {error}"))
                    .here("not saved"),
            );
        }
        self.world.wrote(&full);
        Value::Nothing
    }

    /// The parameters, states and encoders of a model.
    pub(super) fn weights_of(&self, id: ModelId) -> Weights {
        let mut weights = Weights::default();
        let Some(model) = self.elaborator.models.get(id.0) else { return weights };
        for (key, stored) in &model.stored {
            let Some(tensor) = self.values.get(&stored.slot) else { continue };
            let numbers = match &tensor.data {
                Buffer::F32(values) => Numbers::F32(values.clone()),
                Buffer::F64(values) => Numbers::F64(values.clone()),
            };
            weights.tensors.insert(key.clone(), Stored { shape: stored.shape.clone(), numbers });
        }
        weights.metadata = IndexMap::from([
            ("format".to_string(), "nn".to_string()),
            ("model".to_string(), model.signature()),
        ]);
        if let Some(dataset) = self.trained_on.get(&id.0) {
            weights.metadata.insert("encoders".to_string(), dataset.encoders.to_json().to_string());
        }
        weights
    }

    /// `load(net, "net.safetensors")` sets a model's parameters; `load("w.npy")` is an array.
    pub(super) fn load_action(&mut self, given: &[Given], span: Span) -> Option<Value> {
        if let [Given { value: Value::Text(path), span: path_span, .. }] = given {
            self.load_array(path, *path_span);
            return None;
        }
        let Some((id, path, path_span)) = self.model_and_path("load", given, span) else {
            return Some(Value::Nothing);
        };
        let full = self.folder.join(&path);
        if !self.is_running() && self.saved.contains(&full) {
            return Some(Value::Nothing);
        }
        match weights::load(self.world.files(), &full) {
            Ok(weights) => self.take_weights(id, &weights, &path, path_span),
            Err(error) => self.report(
                Diagnostic::error(
                    Slug::File,
                    path_span,
                    format!("`{path}` cannot be read: {}", weights_reason(&error)),
                )
                .here("not loaded"),
            ),
        }
        Some(Value::Nothing)
    }

    pub(super) fn load_array(&mut self, path: &str, span: Span) {
        match crate::data::npy::load_npy(self.world.files(), &self.folder.join(path)) {
            Ok(stored) => {
                let values = match stored.numbers {
                    Numbers::F32(values) => values.into_iter().map(f64::from).collect(),
                    Numbers::F64(values) => values,
                };
                let constant = crate::graph::Constant { shape: stored.shape, values };
                self.elaborator.loaded.insert(path.to_string(), constant.into());
            }
            Err(error) => self.report(
                Diagnostic::error(
                    Slug::File,
                    span,
                    format!("`{path}` cannot be read: {}", array_reason(&error)),
                )
                .here("not loaded"),
            ),
        }
    }

    fn model_and_path(
        &mut self,
        action: &str,
        given: &[Given],
        span: Span,
    ) -> Option<(ModelId, String, Span)> {
        match given {
            [Given { value: Value::Unknown, .. }, ..] => None,
            [
                Given { value: Value::Model { id, part }, .. },
                Given { value: Value::Text(path), span, .. },
            ] if part.is_empty() => Some((*id, path.to_string(), *span)),
            _ => {
                self.report(
                    Diagnostic::error(
                        Slug::TypeMismatch,
                        span,
                        format!("`{action}` takes a model and a path"),
                    )
                    .here("not these")
                    .help(format!("`{action}(net, \"net.safetensors\")`")),
                );
                None
            }
        }
    }

    /// Takes the weights of a file, all or none.
    pub(super) fn take_weights(&mut self, id: ModelId, found: &Weights, path: &str, span: Span) {
        let Some(model) = self.elaborator.models.get(id.0) else { return };
        let mut problems = Vec::new();
        for (key, stored) in &model.stored {
            match found.tensors.get(key) {
                Some(tensor) if tensor.shape == stored.shape => {}
                Some(tensor) => {
                    let (file, script) = (shape_text(&tensor.shape), shape_text(&stored.shape));
                    let headline = format!("`{key}`: expected `{script}`, found `{file}` in `{path}`");
                    problems.push(
                        Diagnostic::error(Slug::ShapeMismatch, span, headline)
                            .here(format!("`{file}` in this file"))
                            .label(stored.span, format!("`{script}` in the script")),
                    );
                }
                None => {
                    let headline = format!("`{path}` has no `{key}`");
                    let mut diagnostic = Diagnostic::error(Slug::UnknownName, span, headline)
                        .here("not in this file")
                        .label(stored.span, "declared here");
                    if let Some(near) = nearest(key, found.tensors.keys().cloned()) {
                        diagnostic = diagnostic.note(format!("it has `{near}`"));
                    }
                    problems.push(diagnostic);
                }
            }
        }
        if !problems.is_empty() {
            // One message for each declaration that changed; they share the place of the path.
            for problem in problems.into_iter().take(8) {
                self.elaborator.forget_reported();
                self.report(problem);
            }
            return;
        }
        if self.is_running() {
            self.put_weights(id, found);
        }
    }

    pub(super) fn put_weights(&mut self, id: ModelId, found: &Weights) {
        let Some(model) = self.elaborator.models.get(id.0) else { return };
        let keys: Vec<String> = model.stored.keys().cloned().collect();
        for key in keys {
            let Some(stored) = found.tensors.get(&key) else { continue };
            let data = match (&stored.numbers, self.precision) {
                (Numbers::F32(values), Precision::F32) => Buffer::F32(values.clone()),
                (Numbers::F32(values), Precision::F64) => {
                    Buffer::F64(values.iter().map(|v| f64::from(*v)).collect())
                }
                (Numbers::F64(values), _) => self.buffer(values.clone()),
            };
            self.store(id, &key, Tensor { shape: stored.shape.clone(), examples: None, data });
        }
    }
}

fn weights_reason(error: &WeightsError) -> String {
    match error {
        WeightsError::Io(error) => super::program::reason(error),
        other => other.to_string(),
    }
}

fn array_reason(error: &ArrayError) -> String {
    match error {
        ArrayError::Io(error) => super::program::reason(error),
        ArrayError::Format { expected, found } => format!("expected {expected}, found {found}"),
    }
}

fn shape_text(shape: &[usize]) -> String {
    crate::types::Shape::known(shape).to_string()
}

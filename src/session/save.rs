//! Models on disk, with what their data was encoded by.

use std::path::Path;

use indexmap::IndexMap;

use super::program::{folder_of, reason};
use super::state::Session;
use crate::base::Span;
use crate::data::arrays::ArrayError;
use crate::data::weights::{self, Numbers, Stored, Weights, WeightsError};
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};
use crate::elaborate::{Given, ModelId, Value, nearest, turned, unknown_layout};
use crate::tensor::{Axis, Buffer, Precision, Tensor};

impl Session<'_> {
    /// `save(net, "net.safetensors")`
    pub(super) fn save(&mut self, given: &[Given], span: Span) -> Value {
        let Some((id, path, path_span)) = self.model_and_path("save", given, span) else {
            return Value::Nothing;
        };
        if !self.has_folder_for(&path, path_span) {
            return Value::Nothing;
        }
        if !self.is_running() {
            self.saved.push(self.folder.join(&path));
            return Value::Nothing;
        }
        let weights = self.weights_of(id);
        let full = self.folder.join(&path);
        if let Err(error) = weights::save(&full, &weights) {
            let error = match &error {
                WeightsError::Io(error) => reason(error),
                other => other.to_string(),
            };
            self.report(
                Diagnostic::error(Slug::File, path_span, format!("`{path}` cannot be written: {error}"))
                    .here("not saved"),
            );
        }
        self.world.wrote(&full);
        Value::Nothing
    }

    /// Whether the folder is there that a file of the script is to be written into; reported otherwise.
    pub(super) fn has_folder_for(&mut self, path: &str, span: Span) -> bool {
        let full = self.folder.join(path);
        if self.world.files().has_folder(folder_of(&full)) {
            return true;
        }
        let folder = folder_of(Path::new(path)).display().to_string();
        let headline = format!("`{path}` cannot be written: there is no folder `{folder}`");
        let diagnostic = Diagnostic::error(Slug::File, span, headline).here("no such folder");
        self.report(diagnostic.help(format!("make it first: `mkdir {folder}`")));
        false
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
        if let [Given { value: Value::Text(path), span: path_span, .. }, ..] = given {
            self.load_array(path, *path_span);
            return None;
        }
        let (options, given): (Vec<Given>, Vec<Given>) =
            given.iter().cloned().partition(|argument| argument.name.is_some());
        let Some((id, path, path_span)) = self.model_and_path("load", &given, span) else {
            return Some(Value::Nothing);
        };
        let Some(reading) = self.load_options(&options) else { return Some(Value::Nothing) };
        let full = self.folder.join(&path);
        if !self.is_running() && self.saved.contains(&full) {
            return Some(Value::Nothing);
        }
        match weights::load(self.world.files(), &full) {
            Ok(mut weights) => {
                self.check_layout(&weights, &reading, path_span);
                if reading.outputs == Some(Axis::Only(1)) {
                    turn(&mut weights);
                }
                self.take_weights(id, &weights, reading.is_partial, &path, path_span);
            }
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
                let headline = format!("`{action}` takes a model and a path");
                let mut found = Diagnostic::error(Slug::TypeMismatch, span, headline)
                    .here("not these")
                    .help(format!("`{action}(net, \"net.safetensors\")`"));
                if let [Given { value: Value::Model { .. }, span, .. }] = given {
                    let pieces =
                        vec![Piece::Source(*span), Piece::Text(", \"model.safetensors\"".to_string())];
                    found = found.try_fix(Candidate::replace("name a file", *span, pieces));
                }
                self.report(found);
                None
            }
        }
    }

    /// `partial = true`, `outputs = columns`; `None` after a report.
    fn load_options(&mut self, options: &[Given]) -> Option<Reading> {
        let is_partial = |one: &Given| one.name.as_ref().is_some_and(|(name, _)| name == "partial");
        let (partial, others): (Vec<Given>, Vec<Given>) = options.iter().cloned().partition(is_partial);
        let mut reading = Reading { is_partial: false, outputs: None };
        for option in &partial {
            match option.value.known() {
                Value::Bool(partial) => reading.is_partial = *partial,
                other => {
                    let headline = format!("`partial` expected `true` or `false`, found {}", other.kind());
                    self.report(
                        Diagnostic::error(Slug::OptionValue, option.span, headline).here("not a flag"),
                    );
                    return None;
                }
            }
        }
        let unknown = others.iter().filter_map(|one| one.name.as_ref()).find(|(name, _)| name != "outputs");
        if let Some((name, at)) = unknown {
            self.no_option("load", name, *at);
            return None;
        }
        reading.outputs = self.elaborator.outputs_option(&others)?;
        Some(reading)
    }

    /// Square matrices of a file that nn did not write.
    fn check_layout(&mut self, weights: &Weights, reading: &Reading, span: Span) {
        let is_ours = weights.metadata.get("format").is_some_and(|format| format == "nn");
        if is_ours || reading.outputs.is_some() {
            return;
        }
        let square = |stored: &Stored| matches!(stored.shape.as_slice(), [rows, columns] if rows == columns && *rows > 1);
        let names: Vec<String> = weights
            .tensors
            .iter()
            .filter(|(_, stored)| square(stored))
            .map(|(key, _)| format!("`{key}`"))
            .collect();
        if let Some(first) = names.first() {
            let rest = names.len() - 1;
            let which = if rest == 0 { first.clone() } else { format!("{first} and {rest} more") };
            self.report(unknown_layout(span, &which));
        }
    }

    /// Takes the weights of a file, all or none; with `is_partial` those that fit.
    pub(super) fn take_weights(
        &mut self,
        id: ModelId,
        found: &Weights,
        is_partial: bool,
        path: &str,
        span: Span,
    ) {
        let Some(model) = self.elaborator.models.get(id.0) else { return };
        let fits = |key: &String, shape: &[usize]| {
            found.tensors.get(key).is_some_and(|tensor| tensor.shape == *shape)
        };
        let differ: Vec<(String, Vec<usize>, Span)> = model
            .stored
            .iter()
            .filter(|(key, stored)| !fits(key, &stored.shape))
            .map(|(key, stored)| (key.clone(), stored.shape.clone(), stored.place))
            .collect();
        let n_stored = model.stored.len();
        if !differ.is_empty() && (!is_partial || differ.len() == n_stored) {
            let whole = model.function.span;
            let diagnostic = other_architecture(&model.name, n_stored, &differ, found, (path, span), whole);
            self.report(diagnostic);
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
            let shape = self.elaborator.models.get(id.0).and_then(|model| model.stored.get(&key));
            let shape = shape.map(|stored| stored.shape.clone());
            let Some(stored) = found.tensors.get(&key).filter(|one| Some(&one.shape) == shape.as_ref())
            else {
                continue;
            };
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

/// How a file of weights is read.
struct Reading {
    /// What does not fit is left as it is.
    is_partial: bool,
    /// The axis of a matrix along which its outputs lie.
    outputs: Option<Axis>,
}

/// Matrices with their outputs as columns become matrices with their outputs as rows.
fn turn(weights: &mut Weights) {
    for stored in weights.tensors.values_mut() {
        let [rows, columns] = *stored.shape.as_slice() else { continue };
        stored.numbers = match &stored.numbers {
            Numbers::F32(values) => Numbers::F32(turned(values, rows)),
            Numbers::F64(values) => Numbers::F64(turned(values, rows)),
        };
        stored.shape = vec![columns, rows];
    }
}

/// Declarations that are shown where they stand; the rest is listed.
const MOST_MARKED: usize = 4;

/// A file whose parameters are not those of the script: one message, a line for each declaration.
fn other_architecture(
    model: &str,
    n_stored: usize,
    differ: &[(String, Vec<usize>, Span)],
    found: &Weights,
    (path, span): (&str, Span),
    whole: Span,
) -> Diagnostic {
    let n_differ = differ.len();
    let (slug, headline) = match differ {
        [(key, script, _)] => match found.tensors.get(key) {
            Some(tensor) => {
                let (script, file) = (shape_text(script), shape_text(&tensor.shape));
                (Slug::ShapeMismatch, format!("`{key}`: expected `{script}`, found `{file}` in `{path}`"))
            }
            None => (Slug::UnknownName, format!("`{path}` has no `{key}`")),
        },
        _ => (
            Slug::ShapeMismatch,
            format!(
                "`{path}` holds another architecture: {n_differ} of the {n_stored} parameters of `{model}` differ"
            ),
        ),
    };
    let mut diagnostic = Diagnostic::error(slug, span, headline).here("not loaded");
    for (at, (key, script, place)) in differ.iter().enumerate() {
        let script = shape_text(script);
        let line = match found.tensors.get(key) {
            Some(tensor) => format!("`{key}`: file `{}`, script `{script}`", shape_text(&tensor.shape)),
            None => match nearest(key, found.tensors.keys().cloned()) {
                Some(near) => format!("`{key}`: script `{script}`, and the file has none; it has `{near}`"),
                None => format!("`{key}`: script `{script}`, and the file has none"),
            },
        };
        let is_marked = diagnostic.labels.iter().any(|label| label.span == *place);
        diagnostic = match at < MOST_MARKED && !is_marked {
            true => diagnostic.label(*place, line),
            false if at < 3 * MOST_MARKED => diagnostic.note(line),
            false => continue,
        };
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (key, script, _) in differ {
        let file = found.tensors.get(key).map(|tensor| tensor.shape.as_slice()).unwrap_or_default();
        let changed = script.iter().zip(file).filter(|(a, b)| a != b).map(|(a, b)| (*a, *b));
        for pair in changed.filter(|_| script.len() == file.len()) {
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
    }
    if !pairs.is_empty() && pairs.len() <= 4 {
        let changes = pairs.iter().map(|(script, file)| Change::Number {
            within: whole,
            from: *script as i64,
            to: file.to_string(),
            only_last: false,
        });
        diagnostic = diagnostic.try_fix(Candidate::all("the sizes of the file", changes.collect()));
    }
    let partial = vec![Piece::Source(span), Piece::Text(", partial = true".to_string())];
    diagnostic
        .help("`partial = true` loads those that fit and leaves the others as they are")
        .try_fix(Candidate::replace("load those that fit", span, partial).last_resort())
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

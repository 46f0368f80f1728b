//! A saved model at work on new data: the script says what the model is, a file what it has learned and how its
//! data was encoded, another file the rows. `nn predict` shows what comes of it.

use std::path::Path;
use std::rc::Rc;

use indexmap::IndexMap;

use super::program::{Report, folder_of, near_file, read, reason};
use super::state::{DataOrigin, Mode, Session};
use super::world::World;
use crate::base::{Span, Spanned};
use crate::data::weights::{self, Weights, WeightsError};
use crate::data::{
    Classes, Context, Encoders, Encoding, Field, FieldKind, Missing, Options, Part, dataset, find_source,
};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{ModelId, StepRequest, Value, nearest};
use crate::syntax::tree::{Ast, ExprKind, OptionItem, Stmt, StmtKind};
use crate::tensor::Precision;
use crate::train;
use crate::types::Shape;

/// What is to be predicted, by what.
#[derive(Clone, Copy, Debug)]
pub struct PredictRequest<'a> {
    pub script: &'a Path,
    pub weights: &'a str,
    pub data: &'a str,
    /// Which model of the script, if the weights do not say or another is wanted.
    pub model: Option<&'a str>,
}

/// The answers of a model, one row for each row of the data.
#[derive(Clone, Debug)]
pub struct Predictions {
    /// A name for each number of an answer; empty if they have none.
    pub names: Vec<String>,
    /// The classes, if an answer is a number for each class.
    pub classes: Option<Vec<String>>,
    pub width: usize,
    /// All numbers, in the units of the data.
    pub numbers: Vec<f64>,
    pub precision: Precision,
}

impl Predictions {
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.numbers.chunks(self.width.max(1))
    }

    /// Whether the numbers of classes are probabilities: none negative, and together 1.
    pub fn are_probabilities(&self) -> bool {
        self.classes.is_some()
            && self.rows().all(|row| {
                row.iter().all(|number| *number >= 0.0) && (row.iter().sum::<f64>() - 1.0).abs() < 1e-3
            })
    }
}

/// The places on the command line that messages point at, and what they tell of the script.
#[derive(Clone, Copy)]
struct Places {
    weights: Span,
    data: Span,
    missing: Missing,
}

/// Declares the script's model without training it, takes its weights from a file, and answers new rows.
pub fn predict_file(world: &mut dyn World, request: &PredictRequest<'_>) -> (Report, Option<Predictions>) {
    let text = match read(world, request.script) {
        Ok(text) => text,
        Err(report) => return (*report, None),
    };
    let mut session = Session::new(world, Mode::Check, folder_of(request.script).to_path_buf());
    let (ast, source) = session.parse_script(&request.script.display().to_string(), &text);
    session.walk(&ast);
    let mut diagnostics = session.take_diagnostics();
    // The data that the model was trained on need not be here any more.
    diagnostics.retain(|found| found.is_error() && !matches!(found.slug, Slug::File | Slug::DataFile));
    if !diagnostics.is_empty() {
        return (Report { sources: session.sources, diagnostics, models: Vec::new() }, None);
    }
    let places = session.command_line(request, missing_of(&ast));
    let predictions = session.predict_new(request, places, Span::new(source, 0, 0));
    (session.into_report(), predictions)
}

/// What a script makes of rows with missing values.
fn missing_of(ast: &Ast) -> Missing {
    let drops = |item: &OptionItem| {
        item.name.name == "missing" && matches!(&item.value.kind, ExprKind::Name(word) if word == "drop")
    };
    let is_dropping =
        |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Data(decl) if decl.options.iter().any(drops));
    if ast.stmts.iter().any(is_dropping) { Missing::Drop } else { Missing::Error }
}

impl Session<'_> {
    /// The command as a text that messages can point into.
    fn command_line(&mut self, request: &PredictRequest<'_>, missing: Missing) -> Places {
        let mut text = format!("nn predict {} --weights ", request.script.display());
        let weights = text.len()..text.len() + request.weights.len();
        text.push_str(&format!("{} --data ", request.weights));
        let data = text.len()..text.len() + request.data.len();
        text.push_str(request.data);
        let id = self.sources.add("command line", text);
        Places {
            weights: Span::new(id, weights.start, weights.end),
            data: Span::new(id, data.start, data.end),
            missing,
        }
    }

    fn predict_new(
        &mut self,
        request: &PredictRequest<'_>,
        places: Places,
        script: Span,
    ) -> Option<Predictions> {
        let weights = match weights::load(self.world.files(), Path::new(request.weights)) {
            Ok(weights) => weights,
            Err(error) => {
                let why = match &error {
                    WeightsError::Io(error) => reason(error),
                    WeightsError::Format(_)
                    | WeightsError::Element { .. }
                    | WeightsError::Size { .. }
                    | WeightsError::Name { .. } => error.to_string(),
                };
                let headline = format!("`{}` cannot be read: {why}", request.weights);
                let mut diagnostic = Diagnostic::error(Slug::File, places.weights, headline).here("not read");
                if let Some(near) = near_file(self.world, Path::new(request.weights), "safetensors") {
                    diagnostic = diagnostic.help(format!("did you mean `{}`?", near.display()));
                }
                self.report(diagnostic);
                return None;
            }
        };
        let id = self.model_to_use(request, &weights, script)?;
        self.elaborator.forget_reported();
        self.take_weights(id, &weights, false, request.weights, places.weights);
        if self.has_errors() {
            return None;
        }
        self.put_weights(id, &weights);
        let encoders = self.encoders_of(&weights, request, places)?;
        let input = self.new_rows(id, &encoders, request, places)?;
        let (shape, numbers) = self.forward(id, input, places.data)?;
        Some(self.described(shape.iter().product(), numbers, encoders.target.as_ref()))
    }

    /// The model that is named, or that the file says, or the only one.
    fn model_to_use(
        &mut self,
        request: &PredictRequest<'_>,
        weights: &Weights,
        script: Span,
    ) -> Option<ModelId> {
        let declared: IndexMap<String, ModelId> = self
            .elaborator
            .globals
            .iter()
            .filter_map(|(name, binding)| match &binding.value {
                Value::Model { id, part } if part.is_empty() => Some((name.clone(), *id)),
                _other => None,
            })
            .collect();
        // `model net: [4] -> [3]`
        let signature = weights.metadata.get("model").and_then(|text| text.strip_prefix("model "));
        let saved = signature.and_then(|text| text.split(':').next());
        let found = match (request.model, declared.as_slice()) {
            (Some(name), _) => declared.get(name).copied(),
            (None, _) if declared.len() == 1 => declared.values().next().copied(),
            (None, _) => saved.and_then(|name| declared.get(name)).copied(),
        };
        if found.is_none() {
            let names: Vec<String> = declared.keys().map(|name| format!("`{name}`")).collect();
            let headline = match (request.model, names.is_empty()) {
                (_, true) => "this script declares no model".to_string(),
                (Some(name), false) => format!("this script declares no model `{name}`"),
                (None, false) => "this script declares several models".to_string(),
            };
            let mut diagnostic =
                Diagnostic::error(Slug::UnknownName, script, headline).here("in this script");
            if !names.is_empty() {
                diagnostic = diagnostic.note(format!("its models are {}", names.join(", ")));
            }
            let near = request.model.and_then(|name| nearest(name, declared.keys().cloned()));
            diagnostic = match (near, names.is_empty()) {
                (Some(near), _) => diagnostic.help(format!("did you mean `--model {near}`?")),
                (None, false) => diagnostic.help("say which with `--model`"),
                (None, true) => diagnostic,
            };
            self.report(diagnostic);
        }
        found
    }

    fn encoders_of(
        &mut self,
        weights: &Weights,
        request: &PredictRequest<'_>,
        places: Places,
    ) -> Option<Encoders> {
        let text = weights.metadata.get("encoders");
        let read = text.and_then(|text| Encoders::from_json(&serde_json::from_str(text).ok()?));
        if read.is_none() {
            let what = if text.is_some() { "encoders that cannot be read" } else { "no encoders" };
            let headline = format!("`{}` has {what}: how to encode new rows is not known", request.weights);
            self.report(
                Diagnostic::error(Slug::File, places.weights, headline)
                    .here("needs encoders")
                    .note("a model that is saved after it was trained in the same run has them")
                    .help("save it after `train`: `save(net, \"net.safetensors\")`"),
            );
        }
        read
    }

    /// The rows of the new file, encoded as the training part was.
    fn new_rows(
        &mut self,
        id: ModelId,
        encoders: &Encoders,
        request: &PredictRequest<'_>,
        places: Places,
    ) -> Option<Field> {
        let origin = self.origin_of_new(id, request, places)?;
        let mut sources = std::mem::take(&mut self.sources);
        // The path comes from the command line: it is relative to where that was typed.
        let mut context = Context { files: self.world.files(), sources: &mut sources, folder: Path::new("") };
        let encoded = dataset::encode_new(
            &encoders.input,
            origin.source,
            &origin.options,
            self.precision,
            places.missing,
            &mut context,
        );
        self.sources = sources;
        match encoded {
            Ok(field) => Some(field),
            Err(found) => {
                for mut diagnostic in found {
                    // Edits are in the language of scripts, and there is no script to edit.
                    diagnostic.fixes.clear();
                    self.report(diagnostic);
                }
                None
            }
        }
    }

    /// How to read the new file: as the training data, if that came from the same kind of file.
    fn origin_of_new(
        &mut self,
        id: ModelId,
        request: &PredictRequest<'_>,
        places: Places,
    ) -> Option<DataOrigin> {
        let kind = match Path::new(request.data).extension().and_then(|extension| extension.to_str()) {
            Some("npy") => "npy",
            Some(_) | None => "csv",
        };
        let path = Spanned::new(request.data.to_owned(), places.data);
        let trained = self.trainings.iter().find(|training| training.step.model == id);
        let part = trained.and_then(|training| self.parts.get(training.data.handle));
        let same = part.and_then(|part| self.origins.get(&part.dataset));
        if let Some(origin) = same.filter(|origin| origin.source.name() == kind) {
            let mut options = origin.options.clone().with_text("path", path);
            options.span = places.data;
            return Some(DataOrigin { options, ..origin.clone() });
        }
        let source = find_source(kind)?;
        let value = Spanned::new(crate::data::OptionValue::Text(path.value), path.span);
        match Options::bind(source, places.data, self.seed, vec![value], Vec::new()) {
            Ok(options) => Some(DataOrigin { source, options, schema: Rc::default() }),
            Err(problems) => {
                problems.iter().for_each(|problem| self.report(problem.diagnostic()));
                None
            }
        }
    }

    /// What a model gives for each example of a field: the shape of an answer, and all of them.
    pub(super) fn forward(
        &mut self,
        id: ModelId,
        input: Field,
        span: Span,
    ) -> Option<(Vec<usize>, Vec<f64>)> {
        let request = StepRequest {
            model: id,
            model_span: span,
            only: Vec::new(),
            input: Shape::known(&input.shape),
            target: None,
            input_origin: Default::default(),
            target_origin: Default::default(),
            data_span: span,
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
        let step = self.elaborator.step(&request)?;
        let n_examples = input.n_examples();
        let part = Part { input, target: None, n_examples, rows: Vec::new() };
        let values = self.step_values(&step, id, span)?.into_values().collect();
        match train::predict(&step, &part, values, self.precision, self.world.threads()) {
            Ok(found) => Some(found),
            Err(problem) => {
                self.report(super::training::problem_of(&problem, span));
                None
            }
        }
    }

    /// The answers with the names of classes or columns, numbers in the units of the data where there is a way back.
    fn described(&self, width: usize, numbers: Vec<f64>, target: Option<&Encoding>) -> Predictions {
        let target = target.filter(|target| target.field_type.shape.iter().product::<usize>() == width);
        let plain = Predictions {
            names: target.map_or_else(Vec::new, |target| target.field_type.names.clone()),
            classes: None,
            width,
            numbers,
            precision: self.precision,
        };
        match target.map(|target| (&target.field_type.kind, target)) {
            Some((FieldKind::OneHot(classes), _)) => {
                let classes = match classes {
                    Classes::Text(names) => names.clone(),
                    Classes::Whole(numbers) => numbers.iter().map(i64::to_string).collect(),
                };
                Predictions { classes: Some(classes), ..plain }
            }
            Some((FieldKind::Numbers, target)) => {
                let rows: Option<Vec<Vec<f64>>> = plain.rows().map(|row| target.original(row)).collect();
                match rows {
                    Some(rows) => Predictions { numbers: rows.concat(), ..plain },
                    None => plain,
                }
            }
            None => plain,
        }
    }
}

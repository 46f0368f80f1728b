//! `train MODEL on DATA { ... }`: its options as facts.

use std::sync::Arc;

use super::options::{
    OptionRow, check_names, flag_option, is_meant, number_option, text_option, whole_option, wrong,
};
use super::swapped::swapped;
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::elaborate::{
    Elaborator, FieldOrigin, ModelId, Record, RecordKind, StepRequest, Value, is_method, meant,
};
use crate::syntax::tree::{Expr, ExprKind, OptionItem};
use crate::types::Shape;

/// The options of `train`.
pub const TRAIN_OPTIONS: &[OptionRow] = &[
    OptionRow { name: "loss", required: true, doc: "a loss of prediction and target, such as `mse`" },
    OptionRow { name: "optimizer", required: true, doc: "how parameters change, such as `adam(lr = 0.001)`" },
    OptionRow { name: "epochs", required: false, doc: "how many times all examples are seen" },
    OptionRow { name: "steps", required: false, doc: "how many batches are seen, in place of `epochs`" },
    OptionRow { name: "batch", required: false, doc: "how many examples a step sees, 32 if not given" },
    OptionRow {
        name: "validate",
        required: false,
        doc: "a part of a dataset to measure on after each epoch",
    },
    OptionRow { name: "metrics", required: false, doc: "a list of metrics, such as `[accuracy]`" },
    OptionRow { name: "shuffle", required: false, doc: "`false` keeps the examples in order" },
    OptionRow { name: "schedule", required: false, doc: "a schedule of the learning rate" },
    OptionRow {
        name: "plateau",
        required: false,
        doc: "`reduce_on_plateau(...)`: a smaller rate where the loss stays",
    },
    OptionRow { name: "clip", required: false, doc: "the largest norm of all gradients together" },
    OptionRow { name: "clip_value", required: false, doc: "the largest size of each number of a gradient" },
    OptionRow { name: "l1", required: false, doc: "a penalty on the absolute values of the parameters" },
    OptionRow { name: "l2", required: false, doc: "a penalty on the squares of the parameters" },
    OptionRow {
        name: "patience",
        required: false,
        doc: "epochs without a better validation loss before it stops",
    },
    OptionRow {
        name: "checkpoint",
        required: false,
        doc: "a file that the state is saved to after each epoch",
    },
    OptionRow { name: "resume", required: false, doc: "`true` goes on from the checkpoint if it is there" },
    OptionRow { name: "only", required: false, doc: "the parts of the model to train, such as `[net.out]`" },
    OptionRow { name: "seed", required: false, doc: "the seed of the shuffle and of dropout" },
];

/// Examples to train or measure on.
#[derive(Clone, Debug)]
pub struct PartRef {
    /// The session's table.
    pub handle: usize,
    pub name: String,
    pub input: Shape,
    pub target: Option<Shape>,
    /// Where their columns are written.
    pub input_origin: FieldOrigin,
    pub target_origin: FieldOrigin,
    pub span: Span,
}

/// A training, as far as it is known before running.
#[derive(Clone, Debug)]
pub struct TrainRequest {
    pub step: StepRequest,
    pub data: PartRef,
    pub validate: Option<PartRef>,
    pub epochs: Option<usize>,
    pub steps: Option<usize>,
    pub batch: usize,
    pub shuffle: bool,
    pub patience: Option<usize>,
    pub checkpoint: Option<(String, Span)>,
    pub resume: bool,
    pub seed: Option<u64>,
}

/// Reads the options of a training; mistakes are reported and stand for their defaults. `None` if model or data
/// are not what they must be.
pub fn train_request(
    elaborator: &mut Elaborator,
    model: &Expr,
    data: &Expr,
    options: &[OptionItem],
    span: Span,
) -> Option<TrainRequest> {
    let has_length = is_meant(options, "epochs") || is_meant(options, "steps");
    let also =
        if has_length { None } else { Some(("`epochs` or `steps`", "`epochs = 10`: how long to train")) };
    check_names(elaborator, "train", (span, model.span), options, TRAIN_OPTIONS, also);
    let model_value = elaborator.expr(model);
    let data_value = elaborator.expr(data);
    if let (Value::Record(_), Value::Model { .. }) = (&model_value, &data_value) {
        elaborator.report(swapped(
            (&model_value, model.span),
            (&data_value, data.span),
            "a model",
            "`train MODEL on DATA`",
        ));
        return None;
    }
    let chosen = as_model(elaborator, &model_value, model.span);
    let part = part_of(elaborator, &data_value, data.span);
    let values: Vec<(&OptionItem, Value)> =
        options.iter().map(|item| (item, elaborator.expr(&item.value).known().clone())).collect();
    let is_usable = chosen.is_some() && part.is_some();
    let (model_id, model_part) = chosen.unwrap_or((ModelId(usize::MAX), String::new()));
    // Options are looked at whatever is wrong with model and data.
    let part = part.unwrap_or_else(|| PartRef::unknown(data.span));
    let mut request = TrainRequest {
        step: StepRequest {
            model: model_id,
            model_span: model.span,
            only: if model_part.is_empty() { Vec::new() } else { vec![model_part] },
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
        },
        data: part,
        validate: None,
        epochs: None,
        steps: None,
        batch: 32,
        shuffle: true,
        patience: None,
        checkpoint: None,
        resume: false,
        seed: None,
    };
    for (item, value) in &values {
        if is_usable || item.name.name != "only" {
            set_option(elaborator, &mut request, item, value);
        }
    }
    if request.step.optimizer.as_ref().is_some_and(|(value, _)| is_method(value)) {
        check_method(elaborator, options);
    }
    is_usable.then_some(request)
}

impl PartRef {
    /// Stands for data that is a mistake.
    fn unknown(span: Span) -> PartRef {
        PartRef {
            handle: usize::MAX,
            name: String::new(),
            input: Shape::scalar(),
            target: None,
            input_origin: FieldOrigin::default(),
            target_origin: FieldOrigin::default(),
            span,
        }
    }
}

/// A method moves all parameters on all examples at once: what belongs to steps over batches does not go with it.
fn check_method(elaborator: &mut Elaborator, options: &[OptionItem]) {
    const WITHOUT: &[(&str, &str)] = &[
        ("batch", "it works on all examples at once"),
        ("schedule", "it finds the length of its steps itself"),
        ("plateau", "it finds the length of its steps itself"),
        ("clip", "its search needs the gradient as it is"),
        ("clip_value", "its search needs the gradient as it is"),
        ("checkpoint", "what it remembers from step to step is not saved"),
        ("resume", "what it remembers from step to step is not saved"),
    ];
    for item in options {
        if let Some((name, reason)) = WITHOUT.iter().find(|(name, _)| *name == item.name.name) {
            elaborator.report(
                Diagnostic::error(
                    Slug::OptionValue,
                    item.name.span,
                    format!("`{name}` does not go with this optimizer"),
                )
                .here("leave it out")
                .note(*reason),
            );
        }
    }
}

fn set_option(elaborator: &mut Elaborator, request: &mut TrainRequest, item: &OptionItem, value: &Value) {
    let (name, span) = (item.name.name.as_str(), item.value.span);
    let positive = (0.0, f64::INFINITY);
    match name {
        "loss" => match value {
            Value::Text(_) | Value::Number(_) | Value::Int(_) | Value::Bool(_) | Value::List(_) => {
                let found = wrong(name, span, "a loss, such as `mse`", value.kind());
                let found = meant(found, span, "a loss", value);
                elaborator.report(options_by_name(elaborator, found, &item.value));
            }
            Value::Node(_) if matches!(item.value.kind, ExprKind::Call { .. }) => {
                let found = wrong(name, span, "a loss, such as `mse`", value.kind());
                elaborator.report(options_by_name(elaborator, found, &item.value));
            }
            _ => request.step.loss = Some((value.clone(), span)),
        },
        "optimizer" => request.step.optimizer = Some((value.clone(), span)),
        "schedule" => match value {
            Value::Function(_) | Value::Unknown => request.step.schedule = Some((value.clone(), span)),
            other => elaborator.report(wrong(
                name,
                span,
                "a schedule, such as `cosine(0.01, steps = 1000)`",
                other.kind(),
            )),
        },
        "metrics" => request.step.metrics = metrics_of(elaborator, value, &item.value),
        "epochs" => request.epochs = whole_option(elaborator, name, value, span, 1),
        "steps" => request.steps = whole_option(elaborator, name, value, span, 1),
        "batch" => {
            request.step.batch = whole_option(elaborator, name, value, span, 1).map(|size| (size, span));
            request.batch = request.step.batch.map_or(request.batch, |(size, _)| size);
        }
        "patience" => request.patience = whole_option(elaborator, name, value, span, 1),
        "seed" => request.seed = whole_option(elaborator, name, value, span, 0).map(|seed| seed as u64),
        "shuffle" => request.shuffle = flag_option(elaborator, name, value, span).unwrap_or(true),
        "resume" => request.resume = flag_option(elaborator, name, value, span).unwrap_or(false),
        "checkpoint" => {
            request.checkpoint = text_option(elaborator, name, value, span).map(|path| (path, span))
        }
        "clip" => {
            request.step.clip =
                number_option(elaborator, name, value, span, (f64::MIN_POSITIVE, f64::INFINITY))
        }
        "plateau" => request.step.plateau = elaborator.as_plateau(value, span),
        "clip_value" => {
            request.step.clip_value =
                number_option(elaborator, name, value, span, (f64::MIN_POSITIVE, f64::INFINITY))
        }
        "l1" => request.step.l1 = number_option(elaborator, name, value, span, positive).unwrap_or(0.0),
        "l2" => request.step.l2 = number_option(elaborator, name, value, span, positive).unwrap_or(0.0),
        "validate" => request.validate = part_of(elaborator, value, span),
        "only" => request.step.only = parts_of(elaborator, value, span, request.step.model),
        _ => {}
    }
}

/// `huber(0.1)` is the loss of a prediction, `huber(delta = 0.1)` the loss with an option set.
fn options_by_name(elaborator: &Elaborator, found: Diagnostic, call: &Expr) -> Diagnostic {
    let ExprKind::Call { callee, args } = &call.kind else { return found };
    let ExprKind::Name(name) = &callee.kind else { return found };
    let function = elaborator.prelude_functions().find(|function| function.name.name == *name);
    let Some(function) = function.filter(|_| args.iter().all(|argument| argument.name.is_none())) else {
        return found;
    };
    let options = function.params.iter().filter(|param| param.default.is_some());
    let mut pieces = vec![Piece::Source(callee.span), Piece::Text("(".to_string())];
    for (at, (option, argument)) in options.zip(args).enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        pieces.push(Piece::Text(format!("{comma}{} = ", option.name.name)));
        pieces.push(Piece::Source(argument.value.span));
    }
    pieces.push(Piece::Text(")".to_string()));
    let found = found.note(format!(
        "`{name}` is given the prediction and the target by the training; its options are named"
    ));
    found.try_fix(Candidate::replace("options are given by name", call.span, pieces))
}

/// `[accuracy, mae]`, or one alone.
pub(super) fn metrics_of(elaborator: &mut Elaborator, value: &Value, expr: &Expr) -> Vec<(Value, Span)> {
    let spans: Vec<Span> = match &expr.kind {
        crate::syntax::tree::ExprKind::List(items) => items.iter().map(|item| item.span).collect(),
        _ => vec![expr.span],
    };
    match value {
        Value::List(items) => items.iter().cloned().zip(spans).collect(),
        Value::Function(_) => vec![(value.clone(), expr.span)],
        Value::Unknown => Vec::new(),
        other => {
            elaborator.report(wrong("metrics", expr.span, "a list such as `[accuracy]`", other.kind()));
            Vec::new()
        }
    }
}

fn parts_of(elaborator: &mut Elaborator, value: &Value, span: Span, model: ModelId) -> Vec<String> {
    let items = match value {
        Value::List(items) => items.clone(),
        single => vec![single.clone()],
    };
    let mut parts = Vec::new();
    for item in &items {
        match item {
            Value::Model { id, part } if *id == model => parts.push(part.clone()),
            Value::Node(node) => {
                let name = elaborator.parameter_key(model, *node);
                match name {
                    Some(key) => parts.push(key),
                    None => elaborator.report(wrong("only", span, "parts of the model", "another tensor")),
                }
            }
            Value::Unknown => {}
            other => elaborator.report(wrong(
                "only",
                span,
                "parts of the model, such as `[net.out]`",
                other.kind(),
            )),
        }
    }
    parts
}

/// A model, or a part of one, to train.
pub(super) fn as_model(elaborator: &mut Elaborator, value: &Value, span: Span) -> Option<(ModelId, String)> {
    match value {
        Value::Model { id, part } => Some((*id, part.clone())),
        Value::Unknown => None,
        other => {
            elaborator.report(
                Diagnostic::error(
                    Slug::TypeMismatch,
                    span,
                    format!("expected a model, found {}", other.kind()),
                )
                .here(format!("this is {}", other.kind())),
            );
            None
        }
    }
}

/// A part of a dataset, or a dataset that has only one.
pub fn part_of(elaborator: &mut Elaborator, value: &Value, span: Span) -> Option<PartRef> {
    let record: &Arc<Record> = match value {
        Value::Record(record) if matches!(record.kind, RecordKind::Part | RecordKind::Data) => record,
        Value::Unknown => return None,
        other => {
            elaborator.report(
                Diagnostic::error(
                    Slug::TypeMismatch,
                    span,
                    format!("expected a dataset, found {}", other.kind()),
                )
                .here(format!("this is {}", other.kind())),
            );
            return None;
        }
    };
    let shape = |name: &str| match record.fields.get(name) {
        Some(Value::Node(node)) => Some(elaborator.graph.ty(*node).shape.clone()),
        _ => None,
    };
    let (input, target) = (shape("input"), shape("target"));
    if matches!(record.fields.get("target"), Some(Value::Unknown)) {
        // What is wrong with it was said where it is declared.
        return None;
    }
    let (Some(input), Some(handle)) = (input, record.handle) else {
        let parts: Vec<String> = record
            .fields
            .iter()
            .filter(|(_, value)| matches!(value, Value::Record(_)))
            .map(|(name, _)| format!("`{}.{name}`", record.name))
            .collect();
        if !parts.is_empty() {
            elaborator.report(
                Diagnostic::error(
                    Slug::TypeMismatch,
                    span,
                    format!("`{}` has parts: say which", record.name),
                )
                .here("which part?")
                .note(format!("its parts are {}", parts.join(", "))),
            );
        }
        return None;
    };
    let origin = |name: &str| record.origins.get(name).cloned().unwrap_or_default();
    let (input_origin, target_origin) = (origin("input"), origin("target"));
    Some(PartRef { handle, name: record.name.clone(), input, target, input_origin, target_origin, span })
}

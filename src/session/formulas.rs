//! `nn derive` and `nn trace`: the loss of a script's first training, as formulas and with numbers.

use std::path::Path;

use super::by_hand::ByHand;
use super::program::{Report, folder_of, read};
use super::state::{Mode, Session};
use super::world::World;
use crate::base::Span;
use crate::elaborate::{Given, ModelId, Value};

/// What `nn derive` asks for.
#[derive(Clone, Debug, Default)]
pub struct DeriveRequest {
    /// `net.W1`; all parameters without it.
    pub wrt: Option<String>,
    /// `unicode`, `latex`, `mathml` or `nn`.
    pub format: Option<String>,
    pub explain: bool,
    pub steps: bool,
    /// How often it is differentiated; once without it.
    pub order: Option<usize>,
}

/// What `nn trace` asks for.
#[derive(Clone, Copy, Debug)]
pub struct TraceRequest {
    pub example: usize,
    pub digits: usize,
}

/// The gradient of a script's loss as formulas. The script is not run.
pub fn derive_file(world: &mut dyn World, path: &Path, request: &DeriveRequest) -> (Report, Option<String>) {
    // `net.W1` asks for the loss of `net`.
    let of = request.wrt.as_deref().and_then(|wrt| wrt.split_once('.')).map(|(model, _)| model);
    with_training(world, path, ("derive", of), |session, subjects, _, span| {
        let mut given = subjects.to_vec();
        given.truncate(2);
        let mut option = |name: &str, value: Value| {
            given.push(Given { name: Some((name.to_string(), span)), value, span });
        };
        if let Some(format) = &request.format {
            option("format", Value::Text(format.as_str().into()));
        }
        if request.explain {
            option("explain", Value::Bool(true));
        }
        if request.steps {
            option("steps", Value::Bool(true));
        }
        if let Some(order) = request.order {
            option("order", Value::Int(order.into()));
        }
        if let Some(wrt) = &request.wrt {
            let value = session.path_value(wrt);
            option("wrt", value);
        }
        session.derivation_of(&given, span)
    })
}

/// One example of a script's data through its model and back, with all numbers, before the training.
pub fn trace_file(world: &mut dyn World, path: &Path, request: &TraceRequest) -> (Report, Option<String>) {
    with_training(world, path, ("trace", None), |session, subjects, rate, span| {
        let option = |name: &str, value: Value| Given { name: Some((name.to_string(), span)), value, span };
        let mut given = subjects.to_vec();
        given.push(option("example", Value::Int(request.example.into())));
        given.push(option("digits", Value::Int(request.digits.into())));
        given.extend(rate.map(|rate| option("lr", Value::Number(rate))));
        session.trace_of(&given, span)
    })
}

/// The learning rate of plain gradient descent.
pub(super) fn rate_of(optimizer: &Value) -> Option<f64> {
    let Value::Function(function) = optimizer else { return None };
    let rate = function.preset.iter().find(|(name, ..)| name == "lr")?.1.as_number()?;
    (function.name() == "sgd" && rate.is_finite()).then_some(rate)
}

/// Walks a script without running it and hands over the loss, the model and the data of its first training, or of what
/// it writes by hand; with the learning rate. `of` asks for those of one model.
fn with_training(
    world: &mut dyn World,
    path: &Path,
    (what, of): (&str, Option<&str>),
    work: impl FnOnce(&mut Session<'_>, &[Given], Option<f64>, Span) -> Option<String>,
) -> (Report, Option<String>) {
    let text = match read(world, path) {
        Ok(text) => text,
        Err(report) => return (*report, None),
    };
    let mut session = Session::new(world, Mode::Prepare, folder_of(path).to_path_buf());
    let (ast, source) = session.parse_script(&path.display().to_string(), &text);
    session.walk(&ast);
    let of = of.and_then(|name| session.elaborator.models.iter().position(|model| model.name == name));
    let mut trainings = session.trainings.iter();
    let training = trainings.find(|request| of.is_none_or(|id| request.step.model.0 == id)).cloned();
    let found = match training {
        _ if session.has_errors() => None,
        Some(request) => request.step.loss.clone().and_then(|(loss, span)| {
            let model = Value::Model { id: request.step.model, part: String::new() };
            let data = session.part_value(request.data.handle)?;
            let given = [(loss, span), (model, request.step.model_span), (data, request.data.span)];
            let given = given.map(|(value, span)| Given { name: None, value, span });
            let rate = request.step.optimizer.as_ref().and_then(|(optimizer, _)| rate_of(optimizer));
            work(&mut session, &given, rate, request.step.model_span)
        }),
        None => match session.by_hand(&ast, of.map(ModelId)) {
            Some(ByHand { loss, model, data, rate }) => {
                let span = loss.span;
                let given: Vec<Given> = [loss, model].into_iter().chain(data).collect();
                work(&mut session, &given, rate, span)
            }
            None => {
                session.report_no_training(Span::new(source, 0, 0), what);
                None
            }
        },
    };
    let found = found.filter(|_| !session.has_errors());
    (session.into_report(), found)
}

impl Session<'_> {
    /// `net.W1`, `net.hidden`, or the name of an input.
    fn path_value(&mut self, path: &str) -> Value {
        let Some((model, rest)) = path.split_once('.') else { return Value::Word(path.into()) };
        let found = self.elaborator.models.iter().position(|known| known.name == model);
        let Some(id) = found.map(ModelId) else { return Value::Word(path.into()) };
        let stored = self.elaborator.models.get(id.0).and_then(|model| model.stored.get(rest)).cloned();
        match stored {
            Some(stored) => Value::Node(self.slot_leaf(stored.slot, &stored.name, &stored.shape)),
            None => {
                let model = self.elaborator.models.get(id.0);
                let is_part = model.is_some_and(|model| model.parameters(rest).next().is_some());
                if is_part { Value::Model { id, part: rest.to_string() } } else { Value::Word(path.into()) }
            }
        }
    }

    /// The value of the script that stands for a part of a dataset.
    pub(super) fn part_value(&self, handle: usize) -> Option<Value> {
        let records = self.elaborator.globals.values().filter_map(|binding| match &binding.value {
            Value::Record(record) => Some(record.clone()),
            _ => None,
        });
        for record in records {
            if record.handle == Some(handle) {
                return Some(Value::Record(record));
            }
            let part = record.fields.values().find(|field| match field {
                Value::Record(part) => part.handle == Some(handle),
                _ => false,
            });
            if let Some(part) = part {
                return Some(part.clone());
            }
        }
        None
    }
}

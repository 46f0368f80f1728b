//! What a script does: print, show, evaluate, predict, save, load, batches, assert.

use std::sync::Arc;

use indexmap::IndexMap;

use super::format::{NumberFormat, format_by, format_number, format_tensor, format_tensor_with};
use super::library::options_of;
use super::model::summary;
use super::state::Session;
use crate::base::Span;
use crate::check::{part_of, whole_option};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, Record, RecordKind, TextPiece, Value, nearest};
use crate::tensor::{Axis, Precision};
use crate::types::Size;

impl Session<'_> {
    /// Does an action; `None` if the name is one only with other arguments (`load` of an array).
    pub(super) fn action(&mut self, name: &str, given: &[Given], span: Span, callee: Span) -> Option<Value> {
        let given = &crate::elaborate::known(given);
        Some(match name {
            "print" => self.print(given),
            "show" => self.show(given, callee),
            "evaluate" => self.evaluate_action(given, span),
            "predict" => self.predict(given, span),
            "save" => self.save(given, span),
            "load" => return self.load_action(given, span),
            "batches" => self.batches(given, span),
            "assert" => self.assert(given, span),
            "derive" => self.derive(given, span),
            "trace" => self.trace(given, span),
            "check_gradients" => self.check_gradients(given, span),
            "assert_gradient" => self.assert_gradient(given, span),
            "plot" => self.plot(given, span),
            _ => return None,
        })
    }

    /// `print(a, b, digits = 17, all = true)`
    fn print(&mut self, given: &[Given]) -> Value {
        let mut format = NumberFormat::default();
        for argument in given {
            match argument.name.as_ref().map(|(name, _)| name.as_str()) {
                Some("digits") => {
                    let digits =
                        whole_option(&mut self.elaborator, "digits", &argument.value, argument.span, 1);
                    format.digits = digits.unwrap_or(format.digits).min(17);
                }
                Some("all") => format.all = matches!(argument.value, Value::Bool(true)),
                Some(other) => {
                    let (other, span) =
                        (other.to_string(), argument.name.as_ref().map_or(argument.span, |(_, at)| *at));
                    self.no_option("print", &other, span);
                }
                None => {}
            }
        }
        let mut texts = Vec::new();
        for argument in given.iter().filter(|argument| argument.name.is_none()) {
            match self.text_of(&argument.value, argument.span, format) {
                Some(text) => texts.push(text),
                None => return Value::Nothing,
            }
        }
        if self.is_running() && !self.has_errors() {
            let is_long = texts.iter().any(|text| text.contains('\n'));
            let line = texts.join(if is_long { "\n" } else { " " });
            self.world.print(&line);
        }
        Value::Nothing
    }

    pub(super) fn no_option(&mut self, function: &str, name: &str, span: Span) {
        let names: Vec<&str> = options_of(function).iter().map(|row| row.name).collect();
        let known = match names.split_last() {
            Some((last, [])) => format!("`{last}`"),
            Some((last, first)) => format!("`{}` and `{last}`", first.join("`, `")),
            None => "no options".to_string(),
        };
        let diagnostic =
            Diagnostic::error(Slug::UnknownOption, span, format!("`{function}` has no option `{name}`"))
                .here("no such option")
                .note(format!("`{function}` takes {known}"));
        let names = names.into_iter().map(str::to_string);
        self.report(match nearest(name, names) {
            Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
            None => diagnostic,
        });
    }

    /// A value as text. While checking only what it needs is looked at.
    pub fn text_of(&mut self, value: &Value, span: Span, format: NumberFormat) -> Option<String> {
        match value {
            Value::Unknown => None,
            Value::Text(text) => Some(text.to_string()),
            Value::Variable(variable) => self.text_of(&variable.known, span, format),
            Value::Number(number) => Some(format_number(self.rounded(*number), format)),
            Value::Int(Size::Known(n)) => Some(n.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Template(pieces) => {
                let mut text = String::new();
                for piece in pieces.iter() {
                    match piece {
                        TextPiece::Literal(literal) => text.push_str(literal),
                        TextPiece::Value(value, spec) => {
                            text.push_str(&self.interpolated(value, spec.as_deref(), span, format)?);
                        }
                    }
                }
                Some(text)
            }
            Value::Record(record) => self.record_text(record, span, format),
            Value::Model { id, .. } => {
                self.elaborator.models.get(id.0).map(|model| summary(model).join("\n"))
            }
            Value::Parameters(parameters) => {
                let entries: Vec<(String, crate::graph::NodeId)> =
                    parameters.entries.iter().map(|(key, node)| (key.clone(), *node)).collect();
                let mut lines = Vec::new();
                for (key, node) in entries {
                    lines.push(format!("{key} = {}", self.text_of(&Value::Node(node), span, format)?));
                }
                Some(lines.join("\n"))
            }
            Value::List(items) if crate::elaborate::constant_of(items).is_none() => {
                let texts: Option<Vec<String>> =
                    items.iter().map(|item| self.text_of(item, span, format)).collect();
                texts.map(|texts| format!("[{}]", texts.join(", ")))
            }
            Value::Range { from, to } => Some(format!("{from}..{to}")),
            Value::Shape(shape) => Some(shape.to_string()),
            Value::Function(function) => Some(format!("function {}", function.name())),
            Value::Axis(Axis::Only(0)) => Some("rows".to_string()),
            Value::Axis(Axis::Only(1)) => Some("columns".to_string()),
            Value::Nothing | Value::Axis(_) | Value::Word(_) => Some(value.kind().to_string()),
            Value::Node(_) | Value::List(_) | Value::Int(_) => {
                let node = self.elaborator.node_of(value, span)?;
                if !self.is_running() {
                    return Some(String::new());
                }
                let tensor = self.force(&[node], span)?.pop()?;
                Some(format_tensor(&tensor, format))
            }
        }
    }

    /// A number in the precision of the script, which is what it is worth in a computation.
    fn rounded(&self, number: f64) -> f64 {
        match self.precision {
            // Beyond its range a number is still itself until it is computed with.
            Precision::F32 if (number as f32).is_finite() => f64::from(number as f32),
            Precision::F32 => number,
            Precision::F64 => number,
        }
    }

    fn interpolated(
        &mut self,
        value: &Value,
        spec: Option<&str>,
        span: Span,
        format: NumberFormat,
    ) -> Option<String> {
        let Some(spec) = spec else { return self.text_of(value, span, format) };
        if format_by(0.0, spec).is_none() {
            self.report(
                Diagnostic::error(Slug::OptionValue, span, format!("`{spec}` is not a format"))
                    .here("in this text")
                    .help("`{x:.4}` writes four decimals, `{x:.3e}` an exponent"),
            );
            return None;
        }
        if let Some(number) = value.as_number() {
            let is_whole = matches!(value.known(), Value::Int(_));
            return format_by(if is_whole { number } else { self.rounded(number) }, spec);
        }
        let node = self.elaborator.node_of(value, span)?;
        if !self.is_running() {
            return Some(String::new());
        }
        let tensor = self.force(&[node], span)?.pop()?;
        Some(format_tensor_with(&tensor, format, &|number| format_by(number, spec).unwrap_or_default()))
    }

    /// A table of scores, a dataset, a history, a batch.
    fn record_text(&mut self, record: &Arc<Record>, span: Span, format: NumberFormat) -> Option<String> {
        let mut parts = Vec::new();
        for (name, value) in &record.fields {
            match (record.kind, value) {
                (RecordKind::Scores, value) => {
                    parts.push(format!("{name} {}", self.text_of(value, span, format)?))
                }
                (RecordKind::History, Value::Node(_)) if self.is_running() => {
                    parts.push(format!("{name} {}", self.text_of(value, span, format)?));
                }
                (_, Value::Record(part)) => {
                    let count =
                        self.text_of(part.fields.get("count").unwrap_or(&Value::Unknown), span, format);
                    parts.push(format!("{name}: {} examples", count.unwrap_or_default()));
                }
                (_, Value::Node(node)) => {
                    if !["x", "y"].contains(&name.as_str()) {
                        parts.push(format!("{name}: {}", self.elaborator.graph.ty(*node).shape));
                    }
                }
                (_, value) => parts.push(format!("{name}: {}", self.text_of(value, span, format)?)),
            }
        }
        let separator = if record.kind == RecordKind::History { "\n" } else { ", " };
        let text = parts.join(separator);
        Some(if record.kind == RecordKind::Scores { text } else { format!("{}\n{text}", record.name) })
    }

    /// `show(net)`, `show(iris)`
    fn show(&mut self, given: &[Given], callee: Span) -> Value {
        let [argument] = given else {
            self.report(
                Diagnostic::error(
                    Slug::Arity,
                    callee,
                    format!("`show` takes one value, found {}", given.len()),
                )
                .here("one value"),
            );
            return Value::Nothing;
        };
        if let Some(text) = self.text_of(&argument.value, argument.span, NumberFormat::default())
            && self.is_running()
        {
            self.world.print(&text);
        }
        Value::Nothing
    }

    /// `batches(data, 32, shuffle = true)`
    fn batches(&mut self, given: &[Given], span: Span) -> Value {
        let mut fields = IndexMap::new();
        let mut positional = given.iter().filter(|argument| argument.name.is_none());
        let Some(data) = positional.next() else {
            self.report(Diagnostic::error(Slug::Arity, span, "`batches` needs a dataset").here("of what?"));
            return Value::Unknown;
        };
        let part = part_of(&mut self.elaborator, &data.value, data.span);
        let named = |name: &str| {
            given.iter().find(|argument| argument.name.as_ref().is_some_and(|(given, _)| given == name))
        };
        let size = positional.next().or_else(|| named("size"));
        let size = size.and_then(|argument| {
            whole_option(&mut self.elaborator, "size", &argument.value, argument.span, 1)
        });
        let shuffle = !matches!(named("shuffle").map(|argument| &argument.value), Some(Value::Bool(false)));
        if let Some((name, at)) = given
            .iter()
            .filter_map(|argument| argument.name.as_ref())
            .find(|(name, _)| name != "size" && name != "shuffle")
        {
            let (name, at) = (name.clone(), *at);
            self.no_option("batches", &name, at);
        }
        let Some(part) = part else { return Value::Unknown };
        fields.insert("size".to_string(), Value::Int(Size::from(size.unwrap_or(32))));
        fields.insert("shuffle".to_string(), Value::Bool(shuffle));
        fields.insert("data".to_string(), data.value.clone());
        let record = Record {
            kind: RecordKind::Batches,
            name: part.name,
            fields,
            origins: IndexMap::new(),
            handle: Some(part.handle),
        };
        Value::Record(Arc::new(record))
    }

    /// `assert(condition, "what should hold")`
    fn assert(&mut self, given: &[Given], span: Span) -> Value {
        let Some(condition) = given.first() else {
            self.report(Diagnostic::error(Slug::Arity, span, "`assert` needs a condition").here("of what?"));
            return Value::Nothing;
        };
        let truth = self.truth(&condition.value, condition.span);
        if self.is_running() && truth == Some(false) {
            let message =
                given.get(1).and_then(|text| self.text_of(&text.value, text.span, NumberFormat::default()));
            let headline = match message {
                Some(message) => format!("this does not hold: {message}"),
                None => "this does not hold".to_string(),
            };
            let failed = Diagnostic::error(Slug::Runtime, condition.span, headline).here("false");
            match &mut self.asserts {
                Some(asserts) => asserts.failed.push(failed),
                None => self.report(failed),
            }
        } else if truth == Some(true)
            && let Some(asserts) = &mut self.asserts
        {
            asserts.held += 1;
        }
        Value::Nothing
    }
}

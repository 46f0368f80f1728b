//! `evaluate` and `predict`: a model on the examples of a part, without training.

use std::sync::Arc;

use indexmap::IndexMap;

use super::problem_of;
use crate::base::Span;
use crate::check::{PartRef, part_of, swapped};
use crate::data::FieldKind;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, Record, RecordKind, StepRequest, Value};
use crate::session::state::Session;
use crate::tensor::Tensor;
use crate::train;

impl Session<'_> {
    /// Whether the targets of a part are classes.
    fn is_of_classes(&self, part: &PartRef) -> bool {
        let dataset = self.parts.get(part.handle).map(|entry| &entry.dataset);
        let types = dataset.and_then(|dataset| self.field_types.get(dataset));
        types.is_some_and(|(_, target)| {
            target.as_ref().is_some_and(|target| matches!(target.kind, FieldKind::OneHot(_)))
        })
    }

    /// `evaluate(net, iris.test, loss = cross_entropy, metrics = [accuracy])`
    pub(in crate::session) fn evaluate_action(&mut self, given: &[Given], span: Span) -> Value {
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
                    self.no_option("evaluate", &other, *name_span);
                    return Value::Unknown;
                }
            }
        }
        if request.loss.is_none() && request.metrics.is_empty() {
            self.report(
                Diagnostic::error(Slug::MissingOption, span, "`evaluate` needs a `loss` or `metrics`")
                    .here("by what?")
                    .help(match self.is_of_classes(&part) {
                        true => "add `metrics = [accuracy]`",
                        false => "add `loss = mse`, or `metrics = [r2]`",
                    }),
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
    pub(in crate::session) fn predict(&mut self, given: &[Given], span: Span) -> Value {
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

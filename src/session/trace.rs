//! `trace(loss, net, data)`: one example through the network and back, with its numbers.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::derive::{Setup, Style};
use super::force::evaluate_problem;
use super::format::{NumberFormat, format_number};
use super::state::Session;
use crate::base::Span;
use crate::check::{PartRef, part_of, whole_option};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, Value};
use crate::exec::{self, Environment};
use crate::explain::{self, Derivation, Traced};
use crate::graph::{Leaf, NodeId, Operation, SlotId};
use crate::tensor::{Buffer, Precision, Tensor};

/// What the three actions about a loss, a model and data are given.
pub(super) struct Subjects {
    pub loss: Given,
    pub model: Given,
    pub data: Given,
}

/// Options of `trace`.
struct Options {
    example: usize,
    digits: usize,
    rate: f64,
}

/// Everything that a trace shows.
pub(super) struct TraceNumbers {
    derivation: Derivation,
    values: HashMap<NodeId, Tensor>,
    named: HashMap<String, Tensor>,
    prediction: Option<NodeId>,
    target: Option<String>,
    updated: Vec<(String, Tensor)>,
    loss_after: Option<f64>,
    rate: f64,
    digits: usize,
}

impl TraceNumbers {
    pub fn traced(&self) -> Traced<'_> {
        Traced {
            derivation: &self.derivation,
            values: &self.values,
            leaves: &self.named,
            prediction: self.prediction,
            target: self.target.as_deref(),
            updated: &self.updated,
            loss_after: self.loss_after,
            rate: self.rate,
            digits: self.digits,
            show: |number, digits| format_number(number, NumberFormat { digits, all: false }),
        }
    }
}

/// A parameter after one step down its gradient.
fn descended(old: &Tensor, slope: &Tensor, rate: f64) -> Tensor {
    let pairs = old.data.to_f64().into_iter().zip(slope.data.to_f64());
    let new = pairs.map(|(w, g)| w - rate * g).collect();
    Tensor { shape: old.shape.clone(), examples: None, data: Buffer::F64(new) }
}

impl Session<'_> {
    pub(super) fn trace(&mut self, given: &[Given], span: Span) -> Value {
        if let Some(text) = self.trace_of(given, span)
            && self.is_running()
            && !self.has_errors()
        {
            self.world.print(text.trim_end());
        }
        Value::Nothing
    }

    /// The text of a trace.
    pub(super) fn trace_of(&mut self, given: &[Given], span: Span) -> Option<String> {
        let subjects = self.subjects("trace", given, span)?;
        let options = self.trace_options(given)?;
        let numbers = self.in_scratch(false, |session| session.trace_numbers(&subjects, &options, span))?;
        Some(explain::trace(&numbers.traced()))
    }

    pub(super) fn subjects(&mut self, action: &str, given: &[Given], span: Span) -> Option<Subjects> {
        let mut plain = given.iter().filter(|argument| argument.name.is_none()).cloned();
        if let (Some(loss), Some(model), Some(data), None) =
            (plain.next(), plain.next(), plain.next(), plain.next())
        {
            return Some(Subjects { loss, model, data });
        }
        self.report(
            Diagnostic::error(Slug::Arity, span, format!("`{action}` takes a loss, a model and a dataset"))
                .here("of what, on what?")
                .help(format!("`{action}(mse, net, data)`")),
        );
        None
    }

    fn trace_options(&mut self, given: &[Given]) -> Option<Options> {
        let mut options = Options { example: 0, digits: 4, rate: 0.1 };
        for argument in given {
            let Some((name, at)) = &argument.name else { continue };
            let (value, span) = (&argument.value, argument.span);
            match name.as_str() {
                "example" => options.example = whole_option(&mut self.elaborator, "example", value, span, 0)?,
                "digits" => {
                    options.digits = whole_option(&mut self.elaborator, "digits", value, span, 1)?.min(17)
                }
                "lr" => match value.as_number().filter(|rate| rate.is_finite()) {
                    Some(rate) => options.rate = rate,
                    None => {
                        self.report(
                            Diagnostic::error(Slug::OptionValue, span, "`lr` is a number")
                                .here("not a number"),
                        );
                        return None;
                    }
                },
                other => {
                    let (other, at) = (other.to_string(), *at);
                    self.no_option("trace", &other, at);
                    return None;
                }
            }
        }
        Some(options)
    }

    /// The numbers of the first example, for a report.
    pub(super) fn trace_numbers_of(&mut self, given: &[Given], span: Span) -> Option<TraceNumbers> {
        let subjects = self.subjects("trace", given, span)?;
        let options = self.trace_options(given)?;
        self.in_scratch(false, |session| session.trace_numbers(&subjects, &options, span))
    }

    fn trace_numbers(&mut self, subjects: &Subjects, options: &Options, span: Span) -> Option<TraceNumbers> {
        let part = part_of(&mut self.elaborator, &subjects.data.value, subjects.data.span)?;
        let setup = self.loss_setup(&subjects.loss, &subjects.model, None, None)?;
        self.fits(&setup, &part)?;
        if !self.has_values() {
            return None;
        }
        let numbers = self.rows(&setup, &part, &[options.example], false, subjects.data.span)?;
        let (targets, leaves) = (setup.targets.clone(), setup.leaves.clone());
        let (result, prediction) = (setup.result, setup.prediction.map(|(node, _)| node));
        let target = setup.target.and_then(|node| leaves.get(&node)).cloned();
        let wrt: Vec<NodeId> = targets.iter().map(|(_, node)| *node).collect();
        let gradients = self.elaborator.gradients_of(result, &wrt, span)?;
        let style = Style { order: 1, exact: false, share: false };
        let derivation = self.derivation(setup, style, span)?;
        let mut nodes = derivation.nodes();
        nodes.extend(gradients.iter().chain(&wrt).chain(&prediction).copied());
        nodes.extend(leaves.keys().copied());
        nodes.sort();
        nodes.dedup();
        let found = self.numbers_of(&nodes, &numbers, span)?;
        let values: HashMap<NodeId, Tensor> = nodes.into_iter().zip(found).collect();
        let named = leaves.iter().filter_map(|(node, name)| Some((name.clone(), values.get(node)?.clone())));
        let named = named.collect();
        let mut after = numbers;
        let mut updated = Vec::new();
        for ((name, node), gradient) in targets.iter().zip(&gradients) {
            let (Some(old), Some(slope)) = (values.get(node), values.get(gradient)) else { continue };
            let tensor = descended(old, slope, options.rate);
            after.extend(self.slot_of_leaf(*node).map(|slot| (slot, tensor.clone())));
            updated.push((name.clone(), tensor));
        }
        let loss_after = self.numbers_of(&[result], &after, span)?.first().and_then(|loss| loss.data.get(0));
        let (rate, digits) = (options.rate, options.digits);
        Some(TraceNumbers {
            derivation,
            values,
            named,
            prediction,
            target,
            updated,
            loss_after,
            rate,
            digits,
        })
    }

    /// Whether the data have the shapes that the model and the loss take.
    pub(super) fn fits(&mut self, setup: &Setup, part: &PartRef) -> Option<()> {
        let shape = |session: &Session<'_>, node: &NodeId| session.elaborator.graph.ty(*node).shape.clone();
        let input = setup.inputs.first().map(|node| shape(self, node));
        let target = setup.target.as_ref().map(|node| shape(self, node));
        let pairs = [("input", input, Some(part.input.clone())), ("target", target, part.target.clone())];
        for (what, wanted, found) in pairs {
            let Some(wanted) = wanted else { continue };
            if found.as_ref() == Some(&wanted) {
                continue;
            }
            let found = found.map_or("none".to_string(), |shape| format!("`{shape}`"));
            let headline = format!("the {what} of `{}`: expected `{wanted}`, found {found}", part.name);
            self.report(
                Diagnostic::error(Slug::ShapeMismatch, part.span, headline).here(format!("its {what}")),
            );
            return None;
        }
        Some(())
    }

    /// The values of the inputs and the target for rows of the data, in double precision.
    pub(super) fn rows(
        &mut self,
        setup: &Setup,
        part: &PartRef,
        rows: &[usize],
        batched: bool,
        span: Span,
    ) -> Option<HashMap<SlotId, Tensor>> {
        let (dataset, name) = self.loaded_part(part.handle)?;
        let data = dataset.parts.get(&name)?;
        if let Some(row) = rows.iter().find(|row| **row >= data.n_examples) {
            let headline = format!("there is no example {row}: `{}` has {}", part.name, data.n_examples);
            self.report(
                Diagnostic::error(Slug::OptionValue, span, headline).here("examples are counted from 0"),
            );
            return None;
        }
        let places: Vec<u32> = rows.iter().filter_map(|row| u32::try_from(*row).ok()).collect();
        let mut found = HashMap::new();
        let fields =
            [(setup.inputs.first(), Some(&data.input)), (setup.target.as_ref(), data.target.as_ref())];
        for (node, field) in fields {
            let (Some(node), Some(field)) = (node, field) else { continue };
            let mut out = vec![0.0f64; field.shape.iter().product::<usize>() * places.len()];
            field.gather_into(&places, &mut out);
            let examples = batched.then_some(places.len());
            let tensor = Tensor { shape: field.shape.clone(), examples, data: Buffer::F64(out) };
            found.extend(self.slot_of_leaf(*node).map(|slot| (slot, tensor)));
        }
        Some(found)
    }

    pub(super) fn slot_of_leaf(&self, node: NodeId) -> Option<SlotId> {
        match &self.elaborator.graph.node(node).operation {
            Operation::Leaf(Leaf::Slot { id, .. }) => Some(*id),
            Operation::Leaf(_) | Operation::Apply(_) => None,
        }
    }

    /// Values of nodes in double precision, with some slots given.
    pub(super) fn numbers_of(
        &mut self,
        nodes: &[NodeId],
        given: &HashMap<SlotId, Tensor>,
        span: Span,
    ) -> Option<Vec<Tensor>> {
        let (slots, batches) = self.elaborator.graph.needs(nodes);
        let mut environment = Environment {
            slots: IndexMap::new(),
            examples: IndexMap::new(),
            precision: Precision::F64,
            seed: self.seed,
            step: 0,
        };
        let count = given.values().find_map(|tensor| tensor.examples);
        for slot in slots {
            let tensor = match given.get(&slot) {
                Some(tensor) => tensor.clone(),
                None => {
                    let Some(tensor) = self.tensor(slot) else {
                        self.report(
                            Diagnostic::error(
                                Slug::Runtime,
                                span,
                                "this needs a value that only a run knows",
                            )
                            .here("not known yet"),
                        );
                        return None;
                    };
                    Tensor { data: Buffer::F64(tensor.data.to_f64()), ..tensor }
                }
            };
            environment.slots.insert(slot, tensor);
        }
        for batch in batches {
            let known = self.batches.get(&batch).copied().or(count)?;
            environment.examples.insert(batch, known);
        }
        match exec::evaluate(&self.elaborator.graph, nodes, &environment) {
            Ok(values) => Some(values),
            Err(problem) => {
                self.report(evaluate_problem(&problem, span));
                None
            }
        }
    }
}

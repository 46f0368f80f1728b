//! `check_gradients` and `assert_gradient`: the gradient against central differences, and a student's own against it.

use std::collections::HashMap;

use super::derive::Setup;
use super::format::{NumberFormat, format_number};
use super::state::Session;
use crate::base::Span;
use crate::check::part_of;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, Value};
use crate::explain::{self, Mismatch};
use crate::graph::{NodeId, SlotId};
use crate::tensor::random::Stream;
use crate::tensor::{Buffer, Tensor};

/// Examples that a check looks at.
const EXAMPLES: usize = 16;
/// Entries of each parameter that a check moves.
const ENTRIES: usize = 100;
/// Random inputs that a student's function is tried on.
const ROUNDS: u64 = 5;
/// More than this is a difference that rounding does not explain.
const ALLOWED: f64 = 1e-5;

impl Session<'_> {
    /// `check_gradients(mse, net, data)`
    pub(super) fn check_gradients(&mut self, given: &[Given], span: Span) -> Value {
        let Some(subjects) = self.subjects("check_gradients", given, span) else { return Value::Nothing };
        let text = self.in_scratch(false, |session| {
            let part = part_of(&mut session.elaborator, &subjects.data.value, subjects.data.span)?;
            let batch = session.elaborator.new_batch();
            let setup = session.loss_setup(&subjects.loss, &subjects.model, None, Some(batch))?;
            session.fits(&setup, &part)?;
            if !session.is_running() {
                return None;
            }
            let count =
                session.loaded_part(part.handle)?.0.parts.get(&part_name(session, part.handle)?)?.n_examples;
            let rows: Vec<usize> = (0..count.min(EXAMPLES)).collect();
            let numbers = session.rows(&setup, &part, &rows, true, subjects.data.span)?;
            session.compared(&setup, numbers, span)
        });
        if let Some(text) = text
            && self.is_running()
            && !self.has_errors()
        {
            self.world.print(text.trim_end());
        }
        Value::Nothing
    }

    /// A line for each parameter: its worst entry by the formula and by central differences.
    fn compared(&mut self, setup: &Setup, numbers: HashMap<SlotId, Tensor>, span: Span) -> Option<String> {
        let wrt: Vec<NodeId> = setup.targets.iter().map(|(_, node)| *node).collect();
        let gradients = self.elaborator.gradients_of(setup.result, &wrt, span)?;
        let slopes = self.numbers_of(&gradients, &numbers, span)?;
        let present = self.numbers_of(&wrt, &numbers, span)?;
        let mut text =
            String::from("gradients by formula and by central differences, the worst entry of each\n");
        let mut worst: f64 = 0.0;
        for (((name, node), slope), value) in setup.targets.iter().zip(&slopes).zip(&present) {
            let Some(slot) = self.slot_of_leaf(*node) else { continue };
            let (weights, formula) = (value.data.to_f64(), slope.data.to_f64());
            let stride = weights.len().div_ceil(ENTRIES).max(1);
            let scale = formula.iter().fold(1e-6f64, |most, g| most.max(g.abs()));
            let mut found = (0, 0.0, 0.0, -1.0);
            for at in (0..weights.len()).step_by(stride) {
                let numeric = self.difference(setup.result, (slot, value, at), &numbers, span)?;
                let exact = formula.get(at).copied().unwrap_or(0.0);
                let relative = (exact - numeric).abs() / scale;
                if relative > found.3 || relative.is_nan() {
                    found = (at, exact, numeric, relative);
                }
            }
            let show = |number: f64| format_number(number, NumberFormat { digits: 9, all: false });
            let place = explain::place(&value.shape, found.0);
            let verdict = if found.3 <= ALLOWED { "agree" } else { "DIFFER" };
            text.push_str(&format!("  {name}{place}: {} and {}, {verdict}\n", show(found.1), show(found.2)));
            worst = if found.3.is_nan() { f64::NAN } else { worst.max(found.3) };
        }
        let verdict = match worst <= ALLOWED {
            true => "all gradients agree",
            false => "some gradients differ: the loss may have a corner or a jump there",
        };
        text.push_str(verdict);
        Some(text)
    }

    fn difference(
        &mut self,
        result: NodeId,
        (slot, value, at): (SlotId, &Tensor, usize),
        numbers: &HashMap<SlotId, Tensor>,
        span: Span,
    ) -> Option<f64> {
        let weights = value.data.to_f64();
        let step = 1e-5 * (1.0 + weights.get(at)?.abs());
        let mut losses = [0.0; 2];
        for (loss, sign) in losses.iter_mut().zip([1.0, -1.0]) {
            let mut moved = weights.clone();
            *moved.get_mut(at)? += sign * step;
            let mut given = numbers.clone();
            given.insert(slot, Tensor { data: Buffer::F64(moved), ..value.clone() });
            *loss = self.numbers_of(&[result], &given, span)?.first()?.data.get(0)?;
        }
        Some((losses[0] - losses[1]) / (2.0 * step))
    }

    /// `assert_gradient(mine, mse, net.W1)`: `mine` is a function of inputs, targets and parameters by their names;
    /// or, with a value in place of the loss, a value.
    pub(super) fn assert_gradient(&mut self, given: &[Given], span: Span) -> Value {
        let [mine, loss, by] = given else {
            self.report(
                Diagnostic::error(
                    Slug::Arity,
                    span,
                    "`assert_gradient` takes a gradient, a loss and a parameter",
                )
                .here("of what?")
                .help("`assert_gradient(mine, mse, net.W1)`"),
            );
            return Value::Nothing;
        };
        let found = self.in_scratch(true, |session| match &loss.value {
            Value::Function(_) => session.own_function(mine, loss, by, span),
            _ => session.own_value(mine, loss, by, span),
        });
        match found {
            Some(Some(mismatch)) if self.is_running() => {
                let name = self.elaborator.node_of(&by.value, by.span);
                let name = name.and_then(|node| self.leaf_name(node)).unwrap_or_else(|| "it".to_string());
                let mut report = Diagnostic::error(
                    Slug::Runtime,
                    mine.span,
                    format!("this is not the gradient by `{name}`: {}", mismatch.headline),
                )
                .here("differs");
                for note in mismatch.notes {
                    report = report.note(note);
                }
                self.report(report);
            }
            Some(None) if self.is_running() && !self.has_errors() => {
                self.world.print("the gradient is right");
                if let Some(asserts) = &mut self.asserts {
                    asserts.held += 1;
                }
            }
            Some(_) | None => {}
        }
        Value::Nothing
    }

    fn leaf_name(&self, node: NodeId) -> Option<String> {
        match &self.elaborator.graph.node(node).operation {
            crate::graph::Operation::Leaf(crate::graph::Leaf::Slot { name, .. }) => Some(name.to_string()),
            crate::graph::Operation::Leaf(_) | crate::graph::Operation::Apply(_) => None,
        }
    }

    /// A value of the script against the gradient of another.
    fn own_value(&mut self, mine: &Given, loss: &Given, by: &Given, span: Span) -> Option<Option<Mismatch>> {
        let (mine, result) = (
            self.elaborator.node_of(&mine.value, mine.span)?,
            self.elaborator.node_of(&loss.value, loss.span)?,
        );
        let by = self.elaborator.node_of(&by.value, by.span)?;
        let gradient = *self.elaborator.gradients_of(result, &[by], span)?.first()?;
        if !self.is_running() {
            return None;
        }
        let values = self.numbers_of(&[mine, gradient], &HashMap::new(), span)?;
        let [mine, right] = values.as_slice() else { return None };
        let batches: Vec<usize> = self.batches.values().copied().collect();
        Some(explain::mismatch(mine, right, &batches))
    }

    /// A function on random inputs, at the present parameters.
    fn own_function(
        &mut self,
        mine: &Given,
        loss: &Given,
        by: &Given,
        span: Span,
    ) -> Option<Option<Mismatch>> {
        let node = self.elaborator.node_of(&by.value, by.span)?;
        let owner = (0..self.elaborator.models.len())
            .map(crate::elaborate::ModelId)
            .find(|id| self.elaborator.parameter_key(*id, node).is_some());
        let Some(id) = owner else {
            self.report(
                Diagnostic::error(Slug::TypeMismatch, by.span, "this is not a parameter of a model")
                    .here("expected `net.W1`"),
            );
            return None;
        };
        let model = Given { name: None, value: Value::Model { id, part: String::new() }, span: by.span };
        let setup = self.loss_setup(loss, &model, Some(by), None)?;
        let right = *self.elaborator.gradients_of(setup.result, &[node], span)?.first()?;
        let value = self.call_by_names(mine, &setup)?;
        let own = self.elaborator.node_of(&value, mine.span)?;
        if !self.is_running() {
            return None;
        }
        let mut found = Vec::new();
        for round in 0..ROUNDS {
            let numbers = self.random_inputs(&setup, round, span)?;
            let values = self.numbers_of(&[own, right], &numbers, span)?;
            let [own, right] = values.as_slice() else { return None };
            found.push(explain::mismatch(own, right, &[]));
        }
        Some(explain::together(found))
    }

    /// Calls a function with the inputs, targets and parameters that its parameters are called after.
    fn call_by_names(&mut self, mine: &Given, setup: &Setup) -> Option<Value> {
        let Value::Function(function) = &mine.value else { return Some(mine.value.clone()) };
        let crate::elaborate::Target::Declared(declared) = &function.target else { return None };
        let mut given = Vec::new();
        for param in &declared.params {
            let name = &param.name.name;
            let found = setup.leaves.iter().find(|(_, known)| *known == name).map(|(node, _)| *node);
            match found {
                Some(node) => given.push(Given { name: None, value: Value::Node(node), span: mine.span }),
                None if param.default.is_some() => {}
                None => {
                    let mut known: Vec<&str> = setup.leaves.values().map(String::as_str).collect();
                    known.sort_unstable();
                    let headline = format!("there is no `{name}` to give to `{}`", function.name());
                    self.report(
                        Diagnostic::error(Slug::UnknownName, mine.span, headline)
                            .here("this gradient")
                            .label(param.name.span, "this parameter")
                            .note(format!("it can take {}", known.join(", "))),
                    );
                    return None;
                }
            }
        }
        Some(self.elaborator.apply_value(&mine.value, &given, mine.span))
    }

    /// Random inputs and targets; after the first round the parameters are moved as well, so that nothing is right
    /// only where they are 0. Targets that are probabilities sum to 1.
    fn random_inputs(&mut self, setup: &Setup, round: u64, span: Span) -> Option<HashMap<SlotId, Tensor>> {
        let mut numbers = HashMap::new();
        let parameters: Vec<NodeId> = setup
            .leaves
            .keys()
            .copied()
            .filter(|node| round > 0 && !setup.inputs.contains(node) && Some(*node) != setup.target)
            .collect();
        let present = self.numbers_of(&parameters, &HashMap::new(), span)?;
        for (node, value) in parameters.iter().zip(present) {
            let Some(slot) = self.slot_of_leaf(*node) else { continue };
            let stream = Stream::new(self.seed, setup.leaves.get(node).map_or("w", String::as_str));
            let moved = value.data.to_f64().into_iter().enumerate();
            let moved = moved.map(|(at, w)| w + 0.3 * stream.normal(round, at as u64)).collect();
            numbers.insert(slot, Tensor { data: Buffer::F64(moved), ..value });
        }
        for node in setup.inputs.iter().chain(&setup.target) {
            let Some(slot) = self.slot_of_leaf(*node) else { continue };
            let shape = self.elaborator.graph.ty(*node).shape.dims().unwrap_or_default();
            let stream = Stream::new(self.seed, setup.leaves.get(node).map_or("x", String::as_str));
            let count = shape.iter().product::<usize>() as u64;
            let mut data: Vec<f64> = (0..count).map(|at| stream.normal(round, at)).collect();
            if setup.unit == Some(*node) {
                data.iter_mut().for_each(|number| *number = number.exp());
                let sum: f64 = data.iter().sum();
                data.iter_mut().for_each(|number| *number /= sum);
            }
            numbers.insert(slot, Tensor { shape, examples: None, data: Buffer::F64(data) });
        }
        Some(numbers)
    }
}

fn part_name(session: &Session<'_>, handle: usize) -> Option<String> {
    session.loaded_part(handle).map(|(_, name)| name)
}

//! What is differentiated: a loss of a model, or a model, with a name for everything around it.

use std::collections::{BTreeSet, HashMap};

use super::super::state::Session;
use super::Setup;
use super::request::Request;
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, Target, Value};
use crate::explain::{self, Taken};
use crate::graph::{Leaf, NodeId, SlotId};
use crate::ops;
use crate::syntax::tree::{Body, StmtKind};
use crate::types::{BatchId, Shape, TensorType};

impl Session<'_> {
    /// What is to be differentiated: a loss and a model, or a model alone.
    pub(in crate::session) fn setup_of(&mut self, subjects: &[Given], span: Span) -> Option<Setup> {
        let request = Request { subjects: subjects.to_vec(), ..Request::default() };
        self.per_example_or_batch(&request, span)
    }

    /// For one example, as in a textbook; over a batch only if the model looks across examples.
    pub(super) fn per_example_or_batch(&mut self, request: &Request, span: Span) -> Option<Setup> {
        self.collect();
        if self.has_errors() {
            return None;
        }
        let attempts = [(false, false), (true, false), (false, true), (true, true)];
        // Of sums over all examples there is nothing to say of one.
        let alone = if request.subjects.iter().any(|subject| has_totals(&subject.value)) { 2 } else { 0 };
        let mut asks_for_batch = false;
        for (vectors, batched) in attempts.into_iter().skip(alone) {
            let graph = self.elaborator.graph.clone();
            let batch = batched.then(|| self.elaborator.new_batch());
            let setup = self.setup(request, vectors, batch, span);
            if !self.elaborator.has_problems() {
                self.elaborator.take_problems();
                return setup;
            }
            let problems = self.elaborator.take_problems();
            asks_for_batch |= problems.iter().any(|problem| problem.slug == Slug::BatchMismatch);
            self.elaborator.forget_reported();
            self.elaborator.graph = graph;
            // What a layer remembers of a batch is made of nodes that are gone.
            self.elaborator.state_updates.clear();
        }
        let batch = asks_for_batch.then(|| self.elaborator.new_batch());
        self.setup(request, false, batch, span)
    }

    fn setup(
        &mut self,
        request: &Request,
        vectors: bool,
        batch: Option<BatchId>,
        span: Span,
    ) -> Option<Setup> {
        match request.subjects.as_slice() {
            [loss, model] => self.loss_setup(loss, model, request.wrt.as_ref(), batch),
            [one] => match &one.value {
                Value::Function(function) => {
                    let function = function.clone();
                    self.function_setup(&function, request.wrt.as_ref(), vectors, batch, one.span)
                }
                value @ Value::Model { .. } => {
                    let value = value.clone();
                    self.model_setup(&value, request.wrt.as_ref(), batch, one.span)
                }
                _ => self.value_setup(one, request.wrt.as_ref(), span),
            },
            _ => None,
        }
    }

    /// A loss of the prediction of a model.
    pub(in crate::session) fn loss_setup(
        &mut self,
        loss: &Given,
        model: &Given,
        wrt: Option<&Given>,
        batch: Option<BatchId>,
    ) -> Option<Setup> {
        if let (Value::Model { .. }, Value::Function(_)) = (&loss.value, &model.value) {
            let (one, other) = ((&loss.value, loss.span), (&model.value, model.span));
            self.report(crate::check::swapped(one, other, "a loss", "the loss stands first"));
            return None;
        }
        let mut setup = self.prediction_setup(&model.value, batch, model.span)?;
        let (prediction, _) = setup.prediction?;
        let (loss_name, target_name) = match &loss.value {
            Value::Function(function) => (function.name().to_string(), "t"),
            _ => ("loss".to_string(), "t"),
        };
        let probabilities = match loss_name.as_str() {
            "softmax_cross_entropy" => self.elaborator.lookup("softmax"),
            "sigmoid_cross_entropy" => self.elaborator.lookup("sigmoid"),
            _ => None,
        };
        if let Some(function) = probabilities {
            let given = Given { name: None, value: Value::Node(prediction), span: loss.span };
            let value = self.elaborator.apply_value(&function, &[given], loss.span);
            setup.prediction = Some((self.elaborator.node_of(&value, loss.span)?, "ŷ"));
        }
        setup.subject = Some(prediction);
        let ty = self.elaborator.graph.ty(prediction).clone();
        let target_name = setup.taken.unique(target_name);
        let (_, target) = self.elaborator.new_slot(&target_name, TensorType { shape: ty.shape, batch });
        setup.leaves.insert(target, target_name);
        setup.target = Some(target);
        let given =
            [prediction, target].map(|node| Given { name: None, value: Value::Node(node), span: loss.span });
        let value = self.elaborator.apply_value(&loss.value, &given, loss.span);
        let mut result = self.elaborator.node_of(&value, loss.span)?;
        if batch.is_some() && self.elaborator.graph.ty(result).batch.is_some() {
            result = ops::build::batch_mean(&mut self.elaborator.graph, result);
        }
        setup.result = result;
        setup.result_name = "L".to_string();
        if matches!(loss_name.as_str(), "cross_entropy" | "softmax_cross_entropy") {
            setup.unit = Some(target);
        }
        setup.title = format!("{loss_name} of {}", setup.title);
        setup.targets = match wrt {
            None => setup.targets,
            Some(wrt) => self.chosen(&setup, wrt)?,
        };
        setup.call = Some(loss_name);
        Some(setup)
    }

    /// A model applied to inputs of its own.
    fn prediction_setup(&mut self, model: &Value, batch: Option<BatchId>, span: Span) -> Option<Setup> {
        let Value::Model { id, part } = model else {
            if !model.is_unknown() {
                let headline = format!("expected a model, found {}", model.kind());
                self.report(Diagnostic::error(Slug::TypeMismatch, span, headline).here("not a model"));
            }
            return None;
        };
        let found = self.elaborator.models.get(id.0)?.clone();
        let mut taken = Taken::default();
        let mut leaves = HashMap::new();
        let keys: Vec<String> = found.stored.keys().cloned().collect();
        let names: Vec<String> = explain::parameter_names(&keys, &mut taken);
        let (mut targets, mut legend) = (Vec::new(), Vec::new());
        for (key, name) in keys.iter().zip(names) {
            let stored = found.stored.get(key)?;
            let node = self.slot_leaf(stored.slot, &stored.name, &stored.shape);
            if name != *key {
                legend.push(format!("{name} = {}", stored.name));
            }
            if stored.is_parameter && found.parameters(part).any(|(known, _)| known == key) {
                targets.push((name.clone(), node));
            }
            leaves.insert(node, name);
        }
        let (mut given, mut inputs) = (Vec::new(), Vec::new());
        for (param, shape) in found.function.params.iter().zip(&found.inputs) {
            let name = taken.unique(&param.name.name);
            let (_, node) = self.elaborator.new_slot(&name, TensorType { shape: shape.clone(), batch });
            leaves.insert(node, name);
            inputs.push(node);
            given.push(Given { name: None, value: Value::Node(node), span });
        }
        let whole = Value::Model { id: *id, part: String::new() };
        let value = self.elaborator.apply_value(&whole, &given, span);
        let prediction = self.elaborator.node_of(&value, span)?;
        Some(Setup {
            result: prediction,
            result_name: "y".to_string(),
            call: None,
            leaves,
            targets: by_layer(targets),
            prediction: Some((prediction, "ŷ")),
            subject: None,
            target: None,
            inputs,
            legend: legend.chunks(4).map(|names| names.join(", ")).collect(),
            title: found.name.clone(),
            batch,
            unit: None,
            taken,
        })
    }

    pub(in crate::session) fn slot_leaf(&mut self, slot: SlotId, name: &str, shape: &[usize]) -> NodeId {
        let leaf = Leaf::Slot { id: slot, name: name.into() };
        self.elaborator.graph.leaf(leaf, TensorType::plain(Shape::known(shape)))
    }

    /// A model without a loss: what flows back into its result is `g`.
    fn model_setup(
        &mut self,
        model: &Value,
        wrt: Option<&Given>,
        batch: Option<BatchId>,
        span: Span,
    ) -> Option<Setup> {
        let mut setup = self.prediction_setup(model, batch, span)?;
        match wrt {
            Some(wrt) => setup.targets = self.chosen(&setup, wrt)?,
            // What flows on to whatever made the input.
            None => {
                let inputs = setup.inputs.iter().map(|node| (setup.leaves[node].clone(), *node));
                setup.targets.extend(inputs);
            }
        }
        Some(self.with_upstream(setup))
    }

    /// A result that is not one number is multiplied by the gradient that flows back into it.
    pub(super) fn with_upstream(&mut self, mut setup: Setup) -> Setup {
        let ty = self.elaborator.graph.ty(setup.result).clone();
        if ty.shape.is_scalar() && ty.batch.is_none() {
            return setup;
        }
        let name = setup.taken.unique("g");
        let (_, g) = self.elaborator.new_slot(&name, ty.clone());
        let result = self.free_result_name(&setup);
        setup.legend.push(format!("{name} is what flows back into the result: ∂L/∂{result}"));
        setup.leaves.insert(g, name);
        let graph = &mut self.elaborator.graph;
        graph.set_name(setup.result, &result);
        let product = ops::build::mul(graph, setup.result, g);
        let mut result = ops::build::sum(graph, product, crate::tensor::Axis::All);
        if ty.batch.is_some() {
            result = ops::build::batch_sum(graph, result);
        }
        setup.result = result;
        setup.result_name = "L".to_string();
        setup
    }
}

impl Session<'_> {
    /// A letter for the result that nothing it is made of is called.
    fn free_result_name(&self, setup: &Setup) -> String {
        let graph = &self.elaborator.graph;
        let mut names: Vec<&str> = setup.leaves.values().map(String::as_str).collect();
        let mut open = vec![setup.result];
        let mut seen = BTreeSet::new();
        while let Some(node) = open.pop() {
            if seen.insert(node) {
                open.extend(graph.node(node).inputs.iter().copied());
                names.extend(graph.name(node).filter(|_| node != setup.result));
            }
        }
        super::function::result_name(names)
    }
}

/// Parameters from the last layer to the first, those of one layer in their order.
pub(super) fn by_layer(targets: Vec<(String, NodeId)>) -> Vec<(String, NodeId)> {
    let layer = |name: &str| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        match name.split_once('_') {
            Some((_, path)) => path.to_string(),
            None => name[stem.len()..].to_string(),
        }
    };
    let mut groups: Vec<(String, Vec<(String, NodeId)>)> = Vec::new();
    for (name, node) in targets {
        let key = layer(&name);
        match groups.last_mut().filter(|(known, _)| *known == key) {
            Some((_, members)) => members.push((name, node)),
            None => groups.push((key, vec![(name, node)])),
        }
    }
    groups.into_iter().rev().flat_map(|(_, members)| members).collect()
}

/// Whether a value is a metric that names sums over all examples.
fn has_totals(value: &Value) -> bool {
    let Value::Function(function) = value else { return false };
    match &function.target {
        Target::Declared(declared) => match &declared.body {
            Body::Block(block) => block.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Total { .. })),
            Body::Expr(_) => false,
        },
        Target::Primitive(_) | Target::Builtin(_) | Target::Use { .. } | Target::Opaque => false,
    }
}

//! From the loss of a step to what moves the parameters: penalties, gradients, clipping, the optimizer or a method.
//!
//! Called by the step of a training.

use super::{Step, StepRequest};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::call::join;
use crate::elaborate::optimizer::Update;
use crate::elaborate::value::Value;
use crate::elaborate::{Elaborator, Lbfgs, Plateau};
use crate::graph::{Leaf, NodeId, SlotId};
use crate::ops;
use crate::syntax::tree::Function;
use crate::tensor::{Axis, Fold};
use crate::types::{Shape, TensorType};

/// What a method needs of a step.
#[derive(Clone, Debug)]
pub struct Descent {
    pub method: Lbfgs,
    /// The mean loss with its penalties.
    pub objective: NodeId,
    /// Its gradient by each parameter that is trained.
    pub gradients: Vec<(SlotId, NodeId)>,
}

impl Elaborator {
    /// Adds `l1 Σ|w| + l2 Σw²` over the trained parameters.
    pub(super) fn with_penalty(&mut self, mean: NodeId, request: &StepRequest) -> Option<NodeId> {
        let span = request.model_span;
        let mut objective = mean;
        for (factor, name) in [(request.l1, "abs"), (request.l2, "square")] {
            if factor == 0.0 {
                continue;
            }
            for (_, _, weight) in self.trained(request) {
                let magnitude = self.primitive(name, &[(weight, span)], span)?;
                let summed = self.graph.apply(ops::reduce(Fold::Sum, Axis::All), &[magnitude]);
                let sum = self.built("sum", summed, &[(magnitude, span)], span)?;
                let factor = self.graph.constant(factor);
                let term = self.primitive("multiply", &[(factor, span), (sum, span)], span)?;
                objective = self.primitive("add", &[(objective, span), (term, span)], span)?;
            }
        }
        Some(objective)
    }

    /// The parameters to train: name, slot, node.
    pub(super) fn trained(&mut self, request: &StepRequest) -> Vec<(String, SlotId, NodeId)> {
        let Some(model) = self.models.get(request.model.0) else { return Vec::new() };
        let chosen = |key: &str| {
            request.only.is_empty()
                || request.only.iter().any(|part| crate::elaborate::model::is_under(key, part))
        };
        let found: Vec<(String, SlotId, Shape)> = model
            .parameters("")
            .filter(|(key, _)| chosen(key))
            .map(|(_, stored)| (stored.name.clone(), stored.slot, Shape::known(&stored.shape)))
            .collect();
        found
            .into_iter()
            .map(|(name, slot, shape)| {
                let leaf = Leaf::Slot { id: slot, name: name.as_str().into() };
                let node = self.graph.leaf(leaf, TensorType::plain(shape));
                (name, slot, node)
            })
            .collect()
    }

    pub(super) fn optimise(
        &mut self,
        step: &mut Step,
        request: &StepRequest,
        objective: NodeId,
        (optimizer, span): (&Value, Span),
        count: NodeId,
    ) -> Option<()> {
        if let Some(method) = Elaborator::as_method(optimizer) {
            return self.descend(step, request, objective, method, span);
        }
        let (function, mut options) = self.as_optimizer(optimizer, span)?;
        if let Some((schedule, at)) = &request.schedule {
            options.push(("lr".to_string(), schedule.clone(), *at));
        }
        if let Some(plateau) = request.plateau {
            let (slot, rate) = self.reduced_rate(&function, &options, count, span)?;
            options.push(("lr".to_string(), Value::Node(rate), span));
            step.plateau = Some((plateau, slot));
        }
        let trained = self.trained(request);
        let nodes: Vec<NodeId> = trained.iter().map(|(_, _, node)| *node).collect();
        let gradients = self.gradients_of(objective, &nodes, span)?;
        let gradients = self.held(gradients, request.clip_value, span)?;
        let gradients = self.clipped(gradients, request.clip, span)?;
        for ((name, slot, weight), gradient) in trained.into_iter().zip(gradients) {
            let update = Update { weight, gradient, step: count };
            let mut updated = self.run_optimizer(&function, &options, update, false, span)?;
            step.updates.push((slot, updated.weight));
            for state in &mut updated.states {
                step.updates.push((state.slot, state.next));
                state.name = join(&name, &state.name);
            }
            step.states.extend(updated.states);
        }
        // Worked out last: what the updates are made of keeps its place in the graph.
        if !step.updates.is_empty() {
            let rate = self.rate_of(&function, &options, count);
            step.rate = rate.and_then(|(value, at)| self.node_of(&value, at)).filter(|node| {
                let ty = self.graph.ty(*node);
                ty.shape.is_scalar() && ty.batch.is_none()
            });
        }
        Some(())
    }

    /// The `lr` that an optimizer is given or has by default, at this step; none if it has no such option.
    pub(super) fn rate_of(
        &mut self,
        function: &Function,
        options: &[(String, Value, Span)],
        count: NodeId,
    ) -> Option<(Value, Span)> {
        let param = function.params.iter().find(|param| param.name.name == "lr")?;
        match options.iter().rfind(|(name, ..)| name == "lr") {
            Some((_, Value::Function(schedule), at)) => {
                Some((self.scheduled(&schedule.clone(), count, *at)?, *at))
            }
            Some((_, value, at)) => Some((value.clone(), *at)),
            None => param.default.as_ref().map(|default| (self.expr(default), default.span)),
        }
    }

    /// The rate of an optimizer times the part of it that a plateau leaves, and the slot of what is kept for it.
    pub(super) fn reduced_rate(
        &mut self,
        function: &Function,
        options: &[(String, Value, Span)],
        count: NodeId,
        span: Span,
    ) -> Option<(SlotId, NodeId)> {
        let Some((rate, _)) = self.rate_of(function, options, count) else {
            let headline = "`plateau` reduces `lr`, which is not given";
            self.report(Diagnostic::error(Slug::OptionValue, span, headline).here("no `lr` here"));
            return None;
        };
        let rate = self.node_of(&rate, span)?;
        let (slot, kept) = self.new_slot("plateau", TensorType::plain(Shape::known(&[Plateau::START.len()])));
        let first = self.graph.apply(ops::slice(0, 0.into(), 1.into(), true), &[kept]);
        let part = self.built("slice", first, &[(kept, span)], span)?;
        Some((slot, self.primitive("multiply", &[(rate, span), (part, span)], span)?))
    }

    /// What a method needs in place of an update.
    pub(super) fn descend(
        &mut self,
        step: &mut Step,
        request: &StepRequest,
        objective: NodeId,
        method: Lbfgs,
        span: Span,
    ) -> Option<()> {
        let trained = self.trained(request);
        let nodes: Vec<NodeId> = trained.iter().map(|(_, _, node)| *node).collect();
        let gradients = self.gradients_of(objective, &nodes, span)?;
        let slots = trained.into_iter().map(|(_, slot, _)| slot);
        step.descent = Some(Descent { method, objective, gradients: slots.zip(gradients).collect() });
        Some(())
    }

    /// Each number of the gradients, but never larger than `limit`; PyTorch's `clip_grad_value_`.
    pub(super) fn held(
        &mut self,
        gradients: Vec<NodeId>,
        limit: Option<f64>,
        span: Span,
    ) -> Option<Vec<NodeId>> {
        let Some(limit) = limit else { return Some(gradients) };
        let (most, least) = (self.graph.constant(limit), self.graph.constant(-limit));
        let held = gradients.into_iter().map(|gradient| {
            let low = self.primitive("max", &[(gradient, span), (least, span)], span)?;
            self.primitive("min", &[(low, span), (most, span)], span)
        });
        held.collect()
    }

    /// Scales all gradients so that their norm together is at most `limit`; PyTorch's `clip_grad_norm_`.
    pub(super) fn clipped(
        &mut self,
        gradients: Vec<NodeId>,
        limit: Option<f64>,
        span: Span,
    ) -> Option<Vec<NodeId>> {
        let Some(limit) = limit else { return Some(gradients) };
        let mut total = self.graph.constant(0.0);
        for &gradient in &gradients {
            let square = self.primitive("square", &[(gradient, span)], span)?;
            let summed = self.graph.apply(ops::reduce(Fold::Sum, Axis::All), &[square]);
            let sum = self.built("sum", summed, &[(square, span)], span)?;
            total = self.primitive("add", &[(total, span), (sum, span)], span)?;
        }
        let norm = self.primitive("sqrt", &[(total, span)], span)?;
        let (limit, tiny, one) =
            (self.graph.constant(limit), self.graph.constant(1e-6), self.graph.constant(1.0));
        let padded = self.primitive("add", &[(norm, span), (tiny, span)], span)?;
        let ratio = self.primitive("divide", &[(limit, span), (padded, span)], span)?;
        let small = self.primitive("less", &[(ratio, span), (one, span)], span)?;
        let factor = self.primitive("select", &[(small, span), (ratio, span), (one, span)], span)?;
        gradients
            .into_iter()
            .map(|g| self.primitive("multiply", &[(g, span), (factor, span)], span))
            .collect()
    }
}

//! `net -= 0.1 * g`, `x += 1`, and states that change while training.

use super::state::Session;
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{ModelId, Parameters, Value};
use crate::graph::NodeId;
use crate::syntax::tree::{BinaryOp, Expr, Ident};
use crate::tensor::Tensor;
use crate::types::{Shape, TensorType};

impl Session<'_> {
    pub(super) fn compound(
        &mut self,
        (name, target): (&Ident, &Expr),
        op: BinaryOp,
        value: &Expr,
        span: Span,
    ) {
        let right = self.value(value);
        let is_part = target.span != name.span;
        let left = match is_part {
            true => self.elaborator.expr(target),
            false => self.elaborator.lookup_or_report(&name.name, name.span),
        };
        let result = self.elaborator.binary(op, span, (left.clone(), target.span), (right, value.span));
        match (left, result) {
            (Value::Unknown, _) | (_, Value::Unknown) if is_part => {}
            (Value::Node(node), Value::Node(new)) if is_part => {
                self.set_parameter(name, target, node, (new, value.span))
            }
            (Value::Model { id, .. }, Value::Parameters(parameters)) => {
                self.set_parameters(id, &parameters, span)
            }
            (Value::Model { .. }, Value::Unknown) => {}
            (Value::Model { .. }, other) => self.report(
                Diagnostic::error(
                    Slug::TypeMismatch,
                    value.span,
                    format!("a model is changed by a vector of its parameters, found {}", other.kind()),
                )
                .here("not a gradient of it"),
            ),
            (_, _) if is_part => self.report_no_part(target),
            (_, result) => self.bind(name, result),
        }
    }

    /// `net.W -= 0.1 * grad(l, net.W)`
    fn set_parameter(&mut self, name: &Ident, target: &Expr, old: NodeId, (new, at): (NodeId, Span)) {
        let owner = match self.elaborator.lookup(&name.name) {
            Some(Value::Model { id, .. }) => self.elaborator.parameter_key(id, old).map(|key| (id, key)),
            _other => None,
        };
        let Some((id, key)) = owner else { return self.report_no_part(target) };
        let (is, becomes) = (self.elaborator.graph.ty(old).clone(), self.elaborator.graph.ty(new).clone());
        if is != becomes {
            self.report(
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    at,
                    format!("a parameter keeps its shape: `{is}` would become `{becomes}`"),
                )
                .here("this changes the shape")
                .label(target.span, format!("this is `{is}`")),
            );
            return;
        }
        if self.is_running()
            && let Some(tensor) = self.force(&[new], at).and_then(|mut values| values.pop())
        {
            self.store(id, &key, tensor);
        }
    }

    fn report_no_part(&mut self, target: &Expr) {
        self.report(
            Diagnostic::error(
                Slug::TypeMismatch,
                target.span,
                "only parameters of a model can be changed in part",
            )
            .here("not a parameter of a model"),
        );
    }

    /// New values for the parameters of a model. Values made from the old ones keep the old ones.
    fn set_parameters(&mut self, id: ModelId, parameters: &Parameters, span: Span) {
        if !self.is_running() {
            return;
        }
        let nodes: Vec<_> = parameters.entries.values().copied().collect();
        let Some(values) = self.force(&nodes, span) else { return };
        for (key, tensor) in parameters.entries.keys().cloned().zip(values) {
            self.store(id, &key, tensor);
        }
    }

    /// Gives one parameter or state of a model a new slot with a new value.
    pub(super) fn store(&mut self, id: ModelId, key: &str, tensor: Tensor) {
        let Some(stored) = self.elaborator.models.get(id.0).and_then(|model| model.stored.get(key)) else {
            return;
        };
        let (name, ty) = (stored.name.clone(), TensorType::plain(Shape::known(&stored.shape)));
        let (slot, _) = self.elaborator.new_slot(&name, ty);
        self.values.insert(slot, tensor);
        if let Some(stored) = self.elaborator.models.get_mut(id.0).and_then(|model| model.stored.get_mut(key))
        {
            stored.slot = slot;
        }
    }

    /// States that the statement has updated, in a loop that trains.
    pub(super) fn update_states(&mut self) {
        let updates = std::mem::take(&mut self.elaborator.state_updates);
        if updates.is_empty() || !self.is_running() || self.training_loops == 0 || self.has_errors() {
            return;
        }
        let nodes: Vec<_> = updates.values().copied().collect();
        let Some(span) = nodes.first().and_then(|node| self.elaborator.graph.node(*node).span) else {
            return;
        };
        let Some(values) = self.force(&nodes, span) else { return };
        for (slot, tensor) in updates.keys().copied().zip(values) {
            let found = self.elaborator.models.iter().enumerate().find_map(|(id, model)| {
                let entry = model.stored.iter().find(|(_, stored)| stored.slot == slot)?;
                Some((ModelId(id), entry.0.clone()))
            });
            if let Some((id, key)) = found {
                self.store(id, &key, tensor);
            }
        }
    }
}

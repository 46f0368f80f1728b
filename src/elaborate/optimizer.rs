//! Optimizers: the update of one parameter, inlined into the step.

use std::sync::Arc;

use super::arguments::{Bound, Given};
use super::scope::Frame;
use super::value::{FunctionValue, Target, Value};
use super::{Elaborator, problem};
use crate::base::Span;
use crate::graph::{NodeId, SlotId};
use crate::syntax::tree::{Expr, Function, FunctionKind, Ident, TypeExpr};
use crate::types::TensorType;

/// Options by name, with their places.
pub(super) type Options = Vec<(String, Value, Span)>;

/// What an optimizer works on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Update {
    pub weight: NodeId,
    pub gradient: NodeId,
    /// The count of this step, from 1.
    pub step: NodeId,
}

/// A state of an optimizer for one parameter.
#[derive(Clone, Debug)]
pub struct OptimizerState {
    pub name: String,
    pub slot: SlotId,
    pub ty: TensorType,
    /// Its first value, in the graph of the step.
    pub init: NodeId,
    /// Its value after a step.
    pub next: NodeId,
}

/// What one inlined optimizer gives: the new parameter, and its states.
pub(super) struct Updated {
    pub weight: NodeId,
    pub states: Vec<OptimizerState>,
}

impl Elaborator {
    /// Elaborates the body of an optimizer for one parameter.
    pub(super) fn run_optimizer(
        &mut self,
        function: &Arc<Function>,
        options: &[(String, Value, Span)],
        update: Update,
        is_definition: bool,
        span: Span,
    ) -> Option<Updated> {
        let mut frame = Frame::new(FunctionKind::Optimizer, &function.name.name, span);
        frame.is_definition = is_definition;
        for (name, node) in [("w", update.weight), ("g", update.gradient), ("t", update.step)] {
            frame.bind(name, Value::Node(node), function.name.span);
        }
        self.frames.push(frame);
        let outer = std::mem::take(&mut self.optimizer_states);
        let bound = self.optimizer_options(function, options, update.step, span);
        let value = bound.map(|bound| self.run_in_frame(function, bound, span));
        let states = std::mem::replace(&mut self.optimizer_states, outer);
        let frame = self.frames.pop()?;
        value?;
        let weight = self.final_value(&frame, "w", update.weight, span)?;
        let states = states.into_iter().map(|mut state| {
            state.next = self.final_value(&frame, &state.name, state.init, span)?;
            Some(state)
        });
        Some(Updated { weight, states: states.collect::<Option<_>>()? })
    }

    /// The value a local has at the end, of the type it must have.
    fn final_value(&mut self, frame: &Frame, name: &str, like: NodeId, span: Span) -> Option<NodeId> {
        let binding = frame.locals.get(name)?;
        let node = self.node_of(&binding.value.clone(), span)?;
        let node = self.like(node, like);
        let (found, wanted) = (self.graph.ty(node).clone(), self.graph.ty(like).clone());
        if found != wanted {
            let text = format!("`{name}` of an optimizer keeps its shape");
            self.report(problem::promise(&frame.name, binding.span, &text, &found, binding.span));
            return None;
        }
        Some(node)
    }

    /// Options by name; one that is a schedule is asked for its value at this step, counted from 0.
    fn optimizer_options(
        &mut self,
        function: &Arc<Function>,
        options: &[(String, Value, Span)],
        step: NodeId,
        span: Span,
    ) -> Option<Bound> {
        let mut bound = Bound::new();
        for param in &function.params {
            let given = options.iter().rfind(|(name, ..)| *name == param.name.name);
            let value = match given {
                Some((_, Value::Function(schedule), at)) if param.ty.is_none() => {
                    Some((self.scheduled(schedule, step, *at)?, *at))
                }
                Some((_, value, at)) => Some((value.clone(), *at)),
                None if param.default.is_none() => {
                    self.report(problem::missing_argument(
                        &function.name.name,
                        &param.name.name,
                        span,
                        Some(param.name.span),
                    ));
                    return None;
                }
                None => None,
            };
            bound.push(value);
        }
        Some(bound)
    }

    /// The value of a schedule: a function of the number of steps done.
    pub(super) fn scheduled(&mut self, schedule: &FunctionValue, step: NodeId, span: Span) -> Option<Value> {
        let one = self.graph.constant(1.0);
        let done = self.primitive("subtract", &[(step, span), (one, span)], span)?;
        let given = [Given { name: None, value: Value::Node(done), span }];
        let value = self.call_value(&Value::Function(schedule.clone()), &given, true, span, span);
        self.node_of(&value, span).map(Value::Node)
    }

    /// `state m = 0`: of the parameter's shape; `state n: real = 0`: of its own.
    pub(super) fn optimizer_state(&mut self, name: &Ident, ty: Option<&TypeExpr>, init: &Expr) -> Value {
        let Some(frame) = self.frames.last() else { return Value::Unknown };
        let like = match (ty, frame.locals.get("w").map(|binding| binding.value.clone())) {
            (Some(ty), _) => self.body_shape(ty).map(TensorType::plain),
            (None, Some(Value::Node(weight))) => Some(self.graph.ty(weight).clone()),
            (None, _) => None,
        };
        let Some(ty) = like else { return Value::Unknown };
        let value = self.expr(init);
        let Some(first) = self.fill(&value, &ty.shape, init.span) else {
            self.bind_local(&name.name, Value::Unknown, name.span);
            return Value::Unknown;
        };
        let (slot, node) = self.new_slot(&name.name, ty.clone());
        let state = OptimizerState { name: name.name.clone(), slot, ty, init: first, next: node };
        self.optimizer_states.push(state);
        if let Some(frame) = self.frames.last_mut() {
            frame.states.insert(name.name.clone(), name.name.clone());
        }
        self.bind_local(&name.name, Value::Node(node), name.span);
        Value::Nothing
    }

    /// An optimizer and its options, from the value of the `optimizer` option.
    pub(super) fn as_optimizer(&mut self, value: &Value, span: Span) -> Option<(Arc<Function>, Options)> {
        match value {
            Value::Function(FunctionValue { target: Target::Declared(function), preset })
                if function.kind == FunctionKind::Optimizer =>
            {
                Some((function.clone(), preset.clone()))
            }
            Value::Unknown => None,
            other => {
                self.report(problem::kind(span, "an optimizer, such as `sgd(lr = 0.1)`", other));
                None
            }
        }
    }
}

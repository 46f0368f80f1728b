//! Statements inside functions, layers and models: bindings, parameters, states, unrolled loops.

use super::scope::Owner;
use super::value::Value;
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::graph::{Leaf, NodeId};
use crate::ops;
use crate::syntax::tree::{Block, Expr, ExprKind, FunctionKind, Ident, Stmt, StmtKind};
use crate::tensor::Fold;
use crate::types::{Size, TensorType};

/// Rounds of an unrolled loop.
const MAX_ROUNDS: i64 = 100_000;

impl Elaborator {
    /// The value of a block: its last expression.
    pub(super) fn body(&mut self, block: &Block) -> (Value, Span) {
        let mut last = (Value::Nothing, block.span);
        for (at, stmt) in block.stmts.iter().enumerate() {
            let idle = match &stmt.kind {
                StmtKind::Expr(expr) if at + 1 < block.stmts.len() && !names_or_breaks(expr) => Some(expr),
                _ => None,
            };
            if let Some(name) = idle.and_then(|expr| self.meant_binding(expr)) {
                self.bind_local(&name.name, Value::Unknown, name.span);
                continue;
            }
            last = self.body_stmt(stmt);
            if let Some(expr) = idle.filter(|_| !last.0.is_unknown()) {
                self.report_no_effect(expr);
            }
        }
        last
    }

    fn body_stmt(&mut self, stmt: &Stmt) -> (Value, Span) {
        let outer = self.graph.set_span(Some(stmt.span));
        let value = match &stmt.kind {
            StmtKind::Bind { name, value } => {
                let result = self.expr(value);
                self.bind_local(&name.name, result, name.span);
                Value::Nothing
            }
            StmtKind::Compound { name, target, .. } if target.span != name.span => {
                self.report(problem::not_here(target.span, "parts of a model are changed at the top level"));
                Value::Unknown
            }
            StmtKind::Compound { name, op, value, .. } => {
                let right = self.expr(value);
                let left = self.lookup_or_report(&name.name, name.span);
                let result = self.binary(*op, stmt.span, (left, name.span), (right, value.span));
                self.bind_local(&name.name, result, name.span);
                Value::Nothing
            }
            StmtKind::Update { name, value } => self.update(name, value),
            StmtKind::Param { name, ty, init } => self.param(name, ty, init),
            StmtKind::State { name, ty, init } => self.state(name, ty.as_ref(), init),
            StmtKind::Total { name, value } => self.total(name, value),
            StmtKind::For { var, iter, body } => self.unroll(var, iter, body),
            StmtKind::If { condition, then, otherwise } => {
                let value = self.expr(condition);
                self.graph.set_span(outer);
                return match self.known_condition(&value, condition.span) {
                    Some(true) => self.body(then),
                    Some(false) => {
                        otherwise.as_ref().map_or((Value::Nothing, stmt.span), |block| self.body(block))
                    }
                    None => (self.both_branches(then, otherwise.as_ref()), stmt.span),
                };
            }
            StmtKind::Expr(expr) => {
                let value = self.expr(expr);
                self.graph.set_span(outer);
                return (value, expr.span);
            }
            StmtKind::While { .. } => {
                let kind = self.frames.last().map_or("a function", |frame| match frame.kind {
                    FunctionKind::Model => "a model",
                    FunctionKind::Layer => "a layer",
                    _ => "a function",
                });
                self.report(problem::not_here(
                    stmt.span,
                    format!("{kind} has no `while`: its loops are unrolled by `for`"),
                ));
                Value::Unknown
            }
            StmtKind::Function(_)
            | StmtKind::Data(_)
            | StmtKind::Import { .. }
            | StmtKind::Seed(_)
            | StmtKind::Precision(_) => {
                self.report(problem::not_here(stmt.span, "this is declared at the top level of a script"));
                Value::Unknown
            }
            StmtKind::Error => Value::Unknown,
        };
        self.graph.set_span(outer);
        (value, stmt.span)
    }

    /// Both sides of a condition that is not known here, from the same names.
    fn both_branches(&mut self, then: &Block, otherwise: Option<&Block>) -> Value {
        self.undecided += 1;
        let before = self.frames.last().map(|frame| frame.locals.clone()).unwrap_or_default();
        let (first, _) = self.body(then);
        let after = match self.frames.last_mut() {
            Some(frame) => std::mem::replace(&mut frame.locals, before),
            None => before,
        };
        let second = otherwise.map_or(Value::Nothing, |block| self.body(block).0);
        for (name, binding) in after {
            let Some(found) = self.frames.last().and_then(|frame| frame.locals.get(&name)).cloned() else {
                self.bind_local(&name, binding.value, binding.span);
                continue;
            };
            let value = self.either(binding.value, found.value);
            self.bind_local(&name, value, binding.span);
        }
        self.undecided -= 1;
        self.either(first, second)
    }

    /// One of two values, where only a use knows which.
    pub(super) fn either(&mut self, first: Value, second: Value) -> Value {
        match (&first, &second) {
            (Value::Node(a), Value::Node(b)) if self.graph.ty(*a) == self.graph.ty(*b) => first,
            (Value::Nothing, Value::Nothing) => first,
            (Value::Model { id: a, part: p }, Value::Model { id: b, part: q }) if a == b && p == q => first,
            _ => Value::Unknown,
        }
    }

    /// `for i in 1..4 { h = ... }`: the body once for each value.
    fn unroll(&mut self, var: &Ident, iter: &Expr, body: &Block) -> Value {
        let range = self.expr(iter);
        let (from, to) = match range.known() {
            Value::Range { from: Size::Known(from), to: Size::Known(to) } => (*from, *to),
            Value::Unknown => return Value::Unknown,
            Value::Range { .. } => return self.round_of_unknown_count(var, body),
            Value::List(items) => {
                for item in items.clone() {
                    self.bind_local(&var.name, item, var.span);
                    self.body(body);
                }
                return Value::Nothing;
            }
            other => {
                self.report(problem::kind(iter.span, "a range such as `1..4`", other));
                return Value::Unknown;
            }
        };
        if to.saturating_sub(from) >= MAX_ROUNDS {
            self.report(problem::limit(iter.span, format!("this unrolls to more than {MAX_ROUNDS} rounds")));
            return Value::Unknown;
        }
        let before = self.problem_count();
        for i in from..=to {
            self.bind_local(&var.name, Value::Int(Size::Known(i)), var.span);
            self.body(body);
            if self.problem_count() > before || self.over_limit(iter.span) {
                return Value::Unknown;
            }
        }
        Value::Nothing
    }

    /// Inside a definition the number of rounds may be a name: one round is checked.
    fn round_of_unknown_count(&mut self, var: &Ident, body: &Block) -> Value {
        let round = self.new_size(&var.name);
        self.bind_local(&var.name, Value::Int(Size::var(round)), var.span);
        self.body(body);
        Value::Nothing
    }

    /// `s <- expr`: while training, the state has this value from here on and in the next step.
    fn update(&mut self, name: &Ident, value: &Expr) -> Value {
        let result = self.expr(value);
        let Some(frame) = self.frames.last() else { return Value::Unknown };
        let (kind, owner, key) = (frame.kind, frame.owner, frame.states.get(&name.name).cloned());
        let Some(key) = key else {
            let known = frame.states.keys().cloned().collect::<Vec<_>>();
            let near = problem::nearest(&name.name, known);
            let report =
                problem::not_here(name.span, format!("`{}` is not a state of this declaration", name.name));
            self.report(match near {
                Some(near) => report.help(format!("did you mean `{near}`?")),
                None => report.help(format!("declare it: `state {}: [n] = zeros`", name.name)),
            });
            return Value::Unknown;
        };
        let (Some(node), Some(old)) = (self.node_of(&result, value.span), self.state_node(&name.name)) else {
            return Value::Unknown;
        };
        let node = self.like(node, old);
        let (new, declared) = (self.graph.ty(node).clone(), self.graph.ty(old).clone());
        if new.batch.is_some() && new.shape == declared.shape {
            self.report(
                Diagnostic::error(
                    Slug::BatchMismatch,
                    value.span,
                    format!("a state is the same for all examples, found one `{}` for each", new.shape),
                )
                .here(format!("this is `{new}`"))
                .label(name.span, "this state")
                .help("reduce it over the batch: `batch_mean(...)`"),
            );
            return Value::Unknown;
        }
        if new != declared {
            self.report(
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    value.span,
                    format!("the state `{}` expected `{}`, found `{}`", name.name, declared.shape, new.shape),
                )
                .here(format!("this is `{new}`"))
                .label(name.span, format!("a state of shape `{}`", declared.shape)),
            );
            return Value::Unknown;
        }
        if kind == FunctionKind::Optimizer {
            self.bind_local(&name.name, Value::Node(node), name.span);
        } else if self.training {
            if let Owner::Model(id) = owner
                && let Some(stored) = self.models.get(id.0).and_then(|model| model.stored.get(&key))
            {
                self.state_updates.insert(stored.slot, node);
            }
            self.bind_local(&name.name, Value::Node(node), name.span);
        }
        Value::Nothing
    }

    fn state_node(&self, name: &str) -> Option<NodeId> {
        match self.frames.last()?.locals.get(name)?.value {
            Value::Node(node) => Some(node),
            _ => None,
        }
    }

    /// A number repeated to the type of another value; other values as they are.
    pub(super) fn like(&mut self, node: NodeId, other: NodeId) -> NodeId {
        let (ty, wanted) = (self.graph.ty(node).clone(), self.graph.ty(other).clone());
        if ty.shape.is_scalar() && ty.batch == wanted.batch && !wanted.shape.is_scalar() {
            return self.graph.apply(ops::expand_to(wanted), &[node]).unwrap_or(node);
        }
        node
    }

    /// What is the same for all examples counts once for each of the batch that the metric's arguments run over.
    fn counted(&mut self, node: NodeId, span: Span) -> Option<NodeId> {
        let locals = self.frames.last()?.locals.values();
        let batch = locals.into_iter().find_map(|binding| match binding.value {
            Value::Node(argument) => self.graph.ty(argument).batch,
            _ => None,
        });
        let Some(batch) = batch else { return Some(node) };
        let count = self.graph.leaf(Leaf::BatchCount(batch), TensorType::number());
        self.primitive("multiply", &[(node, span), (count, span)], span)
    }

    /// `total tp = expr`: a sum over all examples of a metric.
    fn total(&mut self, name: &Ident, value: &Expr) -> Value {
        let result = self.expr(value);
        if self.frames.last().is_none_or(|frame| frame.kind != FunctionKind::Metric) {
            self.report(problem::not_here(name.span, "`total` is a sum over the examples of a metric"));
            self.bind_local(&name.name, Value::Unknown, name.span);
            return Value::Unknown;
        }
        let Some(node) = self.node_of(&result, value.span) else {
            self.bind_local(&name.name, Value::Unknown, name.span);
            return Value::Nothing;
        };
        let sum = match self.graph.ty(node).batch {
            None => match self.counted(node, value.span) {
                Some(sum) => sum,
                None => return Value::Unknown,
            },
            Some(_) => match self.graph.apply(ops::batch_reduce(Fold::Sum), &[node]) {
                Ok(sum) => sum,
                Err(facts) => {
                    self.report_operation("total", value.span, &[(node, value.span)], &facts);
                    return Value::Unknown;
                }
            },
        };
        let bound = self.total_stand_in(&name.name, sum);
        if let Some(frame) = self.frames.last_mut() {
            let binding = super::Binding { value: Value::Node(sum), span: name.span };
            frame.totals.insert(name.name.clone(), binding);
        }
        self.bind_local(&name.name, Value::Node(bound), name.span);
        Value::Nothing
    }
}

/// Whether an expression names a use, which is more than its value, or could not be read.
fn names_or_breaks(expr: &Expr) -> bool {
    expr.any(&|inner| matches!(inner.kind, ExprKind::Named { .. } | ExprKind::Error))
}

//! `grad(l, p)`: the gradient as a value of the graph.

use super::arguments::Given;
use super::value::{Parameters, Value};
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};
use crate::grad::{self, GradProblem};
use crate::graph::NodeId;

impl Elaborator {
    pub(super) fn gradient_call(&mut self, given: &[Given], span: Span) -> Value {
        let [of, wrt] = given else {
            let missing = if given.is_empty() { "l" } else { "p" };
            self.report(
                problem::missing_argument("grad", missing, span, None)
                    .note("a gradient is of a number `l`, by what it is made of: a parameter, an input, a model")
                    .help("`grad(l, net)`, after `l = batch_mean(mse(net(batch.x), batch.y))`"),
            );
            return Value::Unknown;
        };
        if let (Value::Model { .. }, Value::Node(_)) = (&of.value, &wrt.value) {
            let turned = vec![
                Change::Replace { span: of.span, pieces: vec![Piece::Source(wrt.span)] },
                Change::Replace { span: wrt.span, pieces: vec![Piece::Source(of.span)] },
            ];
            self.report(
                Diagnostic::error(
                    Slug::TypeMismatch,
                    of.span,
                    "expected a number, found a model: the two look swapped",
                )
                .here("this is a model")
                .label(wrt.span, "and this a number")
                .note("a gradient is of a number, by a model: `grad(l, net)`")
                .try_fix(Candidate::all("the other way round", turned)),
            );
            return Value::Unknown;
        }
        let Some(output) = self.node_of(&of.value, of.span) else { return Value::Unknown };
        if !self.is_one_number(output, of.span) {
            return Value::Unknown;
        }
        self.gradient(output, &wrt.value, wrt.span, span)
    }

    /// A gradient is of one number; over a batch it must say which.
    fn is_one_number(&mut self, output: NodeId, span: Span) -> bool {
        let ty = self.graph.ty(output).clone();
        if !ty.shape.is_scalar() {
            self.report(
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    span,
                    format!("a gradient is of one number, found `{ty}`"),
                )
                .here(format!("this is `{ty}`"))
                .help("reduce it first: `sum(...)` or `mean(...)`")
                .try_fix(wrapped("mean", span))
                .try_fix(wrapped("sum", span)),
            );
            return false;
        }
        if ty.batch.is_some() {
            self.report(
                Diagnostic::error(
                    Slug::BatchMismatch,
                    span,
                    "a gradient is of one number, found one for each example",
                )
                .here(format!("this is `{ty}`"))
                .help("average it over the batch: `batch_mean(...)`")
                .try_fix(wrapped("batch_mean", span)),
            );
            return false;
        }
        true
    }

    fn gradient(&mut self, output: NodeId, wrt: &Value, wrt_span: Span, span: Span) -> Value {
        match wrt {
            Value::Unknown => Value::Unknown,
            // `[1, 2]` is a vector; `[net.W, net.b]` is a list of what to derive by.
            Value::List(items) if super::constant_of(items).is_none() => {
                let gradients = items.iter().map(|item| self.gradient(output, item, wrt_span, span));
                Value::List(gradients.collect())
            }
            Value::Model { .. } | Value::Parameters(_) => {
                let Some(parameters) = self.as_parameters(wrt) else { return Value::Unknown };
                let nodes: Vec<NodeId> = parameters.entries.values().copied().collect();
                let Some(gradients) = self.gradients_of(output, &nodes, span) else { return Value::Unknown };
                let entries = parameters.entries.keys().cloned().zip(gradients).collect();
                Value::Parameters(Parameters { entries, ..parameters })
            }
            other => {
                let Some(node) = self.node_of(other, wrt_span) else { return Value::Unknown };
                let gradients = self.gradients_of(output, &[node], span);
                gradients.and_then(|found| found.first().copied()).map_or(Value::Unknown, Value::Node)
            }
        }
    }

    /// The gradients of a node, or `None` after a report.
    pub fn gradients_of(&mut self, output: NodeId, wrt: &[NodeId], span: Span) -> Option<Vec<NodeId>> {
        match grad::differentiate(&mut self.graph, output, wrt) {
            Ok(gradients) => Some(gradients),
            Err(problem) => {
                self.report(self.gradient_problem(&problem, span));
                None
            }
        }
    }

    fn gradient_problem(&self, problem: &GradProblem, span: Span) -> Diagnostic {
        match problem {
            GradProblem::NotANumber { shape } => Diagnostic::error(
                Slug::NotDifferentiable,
                span,
                format!("a gradient is of one number, found `{shape}`"),
            )
            .here("asked here"),
            GradProblem::Batched { .. } => Diagnostic::error(
                Slug::NotDifferentiable,
                span,
                "a gradient is of one number, found one for each example",
            )
            .here("asked here"),
            GradProblem::NotDifferentiable { at, reason, .. } => {
                let diagnostic = Diagnostic::error(
                    Slug::NotDifferentiable,
                    span,
                    format!("nothing flows back through this: {reason}"),
                )
                .here("gradient asked here");
                match self.graph.node(*at).span {
                    Some(place) => diagnostic.label(place, reason.to_string()),
                    None => diagnostic,
                }
            }
        }
    }
}

/// `mean(...)` around what is written there.
fn wrapped(function: &str, span: Span) -> Candidate {
    let pieces = vec![Piece::Text(format!("{function}(")), Piece::Source(span), Piece::Text(")".to_string())];
    Candidate::replace(format!("the {} of it", function.replace('_', " ")), span, pieces)
}

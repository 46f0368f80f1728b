//! What could be meant where a declaration does not keep the promise of its kind: a loss that is not one number.

use super::Elaborator;
use super::value::Value;
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece};
use crate::graph::NodeId;
use crate::syntax::tree::{Body, Expr, ExprKind, Function, FunctionKind};

impl Elaborator {
    /// Reductions that would make one number of the result: of the side that is not one number yet where a number
    /// meets a vector, else of everything.
    pub(super) fn promise_candidates(
        &self,
        mut diagnostic: Diagnostic,
        function: &Function,
        value: &Value,
        span: Span,
    ) -> Diagnostic {
        if !matches!(function.kind, FunctionKind::Loss | FunctionKind::Metric) {
            return diagnostic;
        }
        let Value::Node(result) = value else { return diagnostic };
        let mixed = self.mixed(*result, function);
        let has_mixed = mixed.is_some();
        if let Some((number, vector)) = mixed {
            let vector_text = vector.1;
            let is_label = self.is_label(number.0);
            let how = if is_label { "argmax" } else { "mean" };
            diagnostic = diagnostic
                .label(number.1, format!("this is one number, `{}`", self.graph.ty(number.0)))
                .label(vector_text, format!("and this a vector, `{}`", self.graph.ty(vector.0)));
            if is_label {
                diagnostic = diagnostic.note(
                    "a label is one number, a one-hot vector has one for each class: `argmax(t)` makes a label of it, \
                     `one_hot(label, n)` a vector of a label",
                );
            }
            let pieces = vec![
                Piece::Text(format!("{how}(")),
                Piece::Source(vector_text),
                Piece::Text(")".to_string()),
            ];
            let title = format!("`{how}` makes one number of it");
            diagnostic = diagnostic.try_fix(Candidate::replace(title, vector_text, pieces));
        }
        for how in ["mean", "sum"] {
            let pieces =
                vec![Piece::Text(format!("{how}(")), Piece::Source(span), Piece::Text(")".to_string())];
            let candidate = Candidate::replace(format!("the {how} of it"), span, pieces);
            let candidate = if has_mixed { candidate.last_resort() } else { candidate };
            diagnostic = diagnostic.try_fix(candidate);
        }
        diagnostic
    }

    /// Where a number first met a vector on the way to a value: both, with their places in the function.
    fn mixed(&self, result: NodeId, function: &Function) -> Option<((NodeId, Span), (NodeId, Span))> {
        let mut open = vec![result];
        let mut seen = std::collections::HashSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let node = self.graph.node(id);
            let place = node.span.and_then(|span| operands_at(function, span));
            if let ([a, b], Some((left, right))) = (node.inputs.as_slice(), place) {
                let is_number = |node: &NodeId| self.graph.ty(*node).shape.is_scalar();
                match (is_number(a), is_number(b)) {
                    (true, false) => return Some(((*a, left), (*b, right))),
                    (false, true) => return Some(((*b, right), (*a, left))),
                    _ => {}
                }
            }
            open.extend(&node.inputs);
        }
        None
    }

    /// Whether a number is the place of the largest of several.
    fn is_label(&self, node: NodeId) -> bool {
        self.graph.op_named(node, "argmax").is_some()
    }
}

/// The places of the two sides of the operation that stands there.
fn operands_at(function: &Function, span: Span) -> Option<(Span, Span)> {
    let mut found = None;
    let mut look = |expr: &Expr| find(expr, span, &mut found);
    match &function.body {
        Body::Expr(expr) => look(expr),
        Body::Block(block) => {
            for stmt in &block.stmts {
                stmt.parts().0.into_iter().for_each(&mut look);
            }
        }
    }
    found
}

fn find(expr: &Expr, span: Span, found: &mut Option<(Span, Span)>) {
    if let ExprKind::Binary { lhs, rhs, .. } = &expr.kind
        && expr.span == span
    {
        *found = Some((lhs.span, rhs.span));
    }
    expr.children().into_iter().for_each(|child| find(child, span, found));
}

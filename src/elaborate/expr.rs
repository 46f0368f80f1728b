//! Expressions: one value for each, mistakes reported on the way.

use std::sync::Arc;

use super::call::CallSite;
use super::value::{Record, RecordKind, Value};
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::Diagnostic;
use crate::graph::{NodeId, ShapeProblem};
use crate::ops;
use crate::syntax::tree::{Expr, ExprKind, Ident, PostfixOp, Stage, UnaryOp};
use crate::types::{Shape, Size};

impl Elaborator {
    /// The value of an expression; nodes made for it carry its span.
    pub fn expr(&mut self, expr: &Expr) -> Value {
        if let Some(value) = self.results.get(&expr.id) {
            return value.clone();
        }
        let outer = self.graph.set_span(Some(expr.span));
        let value = self.expr_kind(expr);
        self.graph.set_span(outer);
        self.note_fact(expr.id, expr.span, &value);
        value
    }

    fn expr_kind(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Number { value, whole: true } if value.abs() < 9.0e15 => {
                Value::Int(Size::Known(*value as i64))
            }
            ExprKind::Number { value, .. } => Value::Number(*value),
            ExprKind::Text(parts) => self.text(parts),
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Name(name) => self.lookup_or_report(name, expr.span),
            ExprKind::List(items) => Value::List(items.iter().map(|item| self.expr(item)).collect()),
            ExprKind::Entries(_) => {
                self.report(problem::not_here(expr.span, "named entries only mean something as an option"));
                Value::Unknown
            }
            ExprKind::Unary { op, operand } => self.unary(*op, operand, expr.span),
            ExprKind::Binary { op, op_span, lhs, rhs } => {
                let (left, right) = (self.expr(lhs), self.expr(rhs));
                self.binary(*op, *op_span, (left, lhs.span), (right, rhs.span))
            }
            ExprKind::Postfix { op, operand } => self.postfix(*op, operand, expr.span),
            ExprKind::If { condition, then, otherwise } => self.choice(condition, then, otherwise, expr.span),
            ExprKind::Call { callee, args } => {
                let function = self.expr(callee);
                let site =
                    CallSite { span: expr.span, callee_span: callee.span, args, piped: None, use_name: None };
                self.call(function, site)
            }
            ExprKind::Named { expr: inner, name } => self.named(inner, name, None, expr.span),
            ExprKind::Field { object, field } => self.field(object, field),
            ExprKind::Index { object, indices } => self.index(object, indices, expr.span),
            ExprKind::Pipe { first, stages } => self.pipeline(first, stages),
            ExprKind::Range { from, to } => self.range(from, to),
            ExprKind::Train { .. } => {
                self.report(problem::not_here(expr.span, "`train` is a statement of the script"));
                Value::Unknown
            }
            ExprKind::Error => Value::Unknown,
        }
    }

    /// The value after the last of these stages; what an action gave is not asked for again.
    pub fn pipeline(&mut self, first: &Expr, stages: &[Stage]) -> Value {
        let done = stages.iter().rposition(|stage| self.results.contains_key(&stage.id));
        let known = done.and_then(|at| Some((self.results.get(&stages.get(at)?.id)?.clone(), at)));
        let (mut value, mut span, from) = match known {
            Some((value, at)) => {
                (value, stages.get(at).map_or(first.span, |stage| first.span.to(stage.to.span)), at + 1)
            }
            None => (self.expr(first), first.span, 0),
        };
        for (at, stage) in stages.iter().enumerate().skip(from) {
            let whole = first.span.to(stage.to.span);
            let outer = self.graph.set_span(Some(whole));
            value = self.pipe((value, span), &stage.to);
            self.graph.set_span(outer);
            // The fact of the whole is noted by whoever asked.
            if at + 1 < stages.len() {
                self.note_fact(stage.id, whole, &value);
            }
            span = whole;
        }
        value
    }

    /// `x |> f`, `x |> f(a)`, `x |> f(a) as name`
    fn pipe(&mut self, input: (Value, Span), rhs: &Expr) -> Value {
        let outer = self.graph.set_span(Some(rhs.span));
        let value = match &rhs.kind {
            ExprKind::Call { callee, args } => {
                let function = self.expr(callee);
                let site = CallSite {
                    span: rhs.span,
                    callee_span: callee.span,
                    args,
                    piped: Some(input),
                    use_name: None,
                };
                self.call(function, site)
            }
            ExprKind::Named { expr, name } => self.named(expr, name, Some(input), rhs.span),
            _ => {
                let function = self.expr(rhs);
                let site = CallSite {
                    span: rhs.span,
                    callee_span: rhs.span,
                    args: &[],
                    piped: Some(input),
                    use_name: None,
                };
                self.call(function, site)
            }
        };
        self.graph.set_span(outer);
        self.note_fact(rhs.id, rhs.span, &value);
        value
    }

    /// `dense(128) as hidden`: a use of a layer with a name of its own.
    fn named(&mut self, inner: &Expr, name: &Ident, piped: Option<(Value, Span)>, span: Span) -> Value {
        let (function, callee_span, args) = match &inner.kind {
            ExprKind::Call { callee, args } => (self.expr(callee), callee.span, args.as_slice()),
            _ => (self.expr(inner), inner.span, [].as_slice()),
        };
        self.call(function, CallSite { span, callee_span, args, piped, use_name: Some(name) })
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr, span: Span) -> Value {
        let value = self.expr(operand);
        match (op, &value) {
            (_, Value::Unknown) => Value::Unknown,
            (_, Value::Variable(variable)) => {
                self.unary_variable(op, &variable.known, &value, operand.span, span)
            }
            (UnaryOp::Negate, Value::Number(number)) => Value::Number(-number),
            (UnaryOp::Negate, Value::Int(size)) => size.negate().map_or(Value::Unknown, Value::Int),
            (UnaryOp::Negate, Value::Parameters(parameters)) => {
                let parameters = parameters.clone();
                self.map_parameters(parameters, |elaborator, node| {
                    elaborator.primitive("negate", &[(node, span)], span)
                })
            }
            (UnaryOp::Not, Value::Bool(value)) => Value::Bool(!value),
            (UnaryOp::Not, Value::Number(_) | Value::Int(Size::Known(_))) => {
                Value::Bool(value.as_number() == Some(0.0))
            }
            (UnaryOp::Negate, _) => self.apply_unary("negate", &value, operand.span, span),
            (UnaryOp::Not, _) => self.apply_unary("not", &value, operand.span, span),
        }
    }

    /// A sign before what is known and can be differentiated.
    fn unary_variable(
        &mut self,
        op: UnaryOp,
        known: &Value,
        value: &Value,
        operand_span: Span,
        span: Span,
    ) -> Value {
        let (name, known) = match (op, known.as_number()) {
            (UnaryOp::Negate, Some(number)) => match known {
                Value::Int(size) => ("negate", size.negate().map(Value::Int)),
                _ => ("negate", Some(Value::Number(-number))),
            },
            (UnaryOp::Negate, None) => ("negate", None),
            (UnaryOp::Not, number) => ("not", number.map(|number| Value::Bool(number == 0.0))),
        };
        let result = self.apply_unary(name, value, operand_span, span);
        super::value::with_node(known, result)
    }

    fn postfix(&mut self, op: PostfixOp, operand: &Expr, span: Span) -> Value {
        let value = self.expr(operand);
        let power = match op {
            PostfixOp::Transpose => return self.apply_unary("transpose", &value, operand.span, span),
            PostfixOp::Square => 2,
            PostfixOp::Cube => 3,
        };
        let exponent = (Value::Int(Size::Known(power)), span);
        self.binary(crate::syntax::tree::BinaryOp::Power, span, (value, operand.span), exponent)
    }

    fn apply_unary(&mut self, name: &'static str, value: &Value, operand_span: Span, span: Span) -> Value {
        let Some(node) = self.node_of(value, operand_span) else { return Value::Unknown };
        self.primitive(name, &[(node, operand_span)], span).map_or(Value::Unknown, Value::Node)
    }

    /// Applies a primitive that users write as a sign.
    pub(super) fn primitive(
        &mut self,
        name: &'static str,
        operands: &[(NodeId, Span)],
        span: Span,
    ) -> Option<NodeId> {
        let primitive = ops::find(name)?;
        let nodes: Vec<NodeId> = operands.iter().map(|(node, _)| *node).collect();
        match (primitive.build)(&mut self.graph, &nodes, &[]) {
            Ok(node) => Some(node),
            Err(facts) => {
                self.report_operation(name, span, operands, &facts);
                None
            }
        }
    }

    pub(super) fn report_operation(
        &mut self,
        sign: &str,
        span: Span,
        operands: &[(NodeId, Span)],
        facts: &ShapeProblem,
    ) {
        let facts_of: Vec<problem::Operand> = operands
            .iter()
            .map(|(node, span)| problem::Operand { span: *span, ty: self.graph.ty(*node).clone() })
            .collect();
        let mut diagnostic = problem::operation(super::arith::sign_of(sign), span, &facts_of, facts);
        for operand in operands {
            diagnostic = self.label_origin(diagnostic, *operand);
        }
        diagnostic = self.operation_causes(diagnostic, operands, facts);
        if let ShapeProblem::Count { input, expected, .. } = facts
            && let Some((node, _)) = operands.get(*input)
        {
            diagnostic = self.width_candidates(diagnostic, *node, std::slice::from_ref(expected));
        }
        let diagnostic = self.operator_candidates(diagnostic, sign, span, operands, facts);
        self.report(diagnostic);
    }

    /// What is likely to be the cause of an operation that does not fit.
    fn operation_causes(
        &self,
        mut diagnostic: Diagnostic,
        operands: &[(NodeId, Span)],
        facts: &ShapeProblem,
    ) -> Diagnostic {
        let shape = |at: usize| operands.get(at).map(|(node, _)| self.graph.ty(*node).shape.clone());
        let nodes: Vec<NodeId> = operands.iter().map(|(node, _)| *node).collect();
        let shapes = match facts {
            // Only the sizes that meet are compared.
            ShapeProblem::Inner { .. } if shape(0) == shape(1) => {
                diagnostic =
                    diagnostic.note("the shapes are the same: they go together element by element, `*`, as the slope of an activation does");
                None
            }
            ShapeProblem::Inner { right_dim, .. } if is_swapped(shape(0), shape(1), right_dim) => {
                diagnostic = diagnostic.note("the sizes of the left side look swapped");
                None
            }
            ShapeProblem::Inner { left_dim, right_dim }
                if shape(1).is_some_and(|shape| shape.rank() == 1) =>
            {
                Some((Shape(vec![left_dim.clone()]), Shape(vec![right_dim.clone()])))
            }
            ShapeProblem::Count { input, expected, .. } => {
                shape(*input).map(|shape| (shape, Shape(vec![expected.clone()])))
            }
            _ => shape(0).zip(shape(1)),
        };
        if let [(left, _), (right, _)] = *operands
            && matches!(facts, ShapeProblem::Differ { .. })
        {
            let sides = [(left, right, "left", "right"), (right, left, "right", "left")];
            if let Some((_, _, skip, block)) = sides.into_iter().find(|(a, b, ..)| self.leads_to(*a, *b)) {
                diagnostic = diagnostic.note(format!(
                    "the {skip} side is the skip, the {block} side the block around it: a block that is added to \
                     its input keeps its shape"
                ));
            }
        }
        if let ([(left, _), (right, _)], ShapeProblem::Differ { .. }) = (operands, facts) {
            let is_parameter = |node: NodeId| self.origin_of(node).is_some_and(|origin| !origin.is_input);
            let other = match (is_parameter(*left), is_parameter(*right)) {
                (true, false) => Some(*right),
                (false, true) => Some(*left),
                _ => None,
            };
            if let Some(other) = other {
                let wanted = &self.graph.ty(other).shape;
                diagnostic = diagnostic.note(format!(
                    "the size of a parameter follows from the layer before, which gives `{wanted}`"
                ));
            }
        }
        match shapes {
            Some((a, b)) => self.explain(diagnostic, (&a, &b), &nodes),
            None => diagnostic,
        }
    }

    /// `if c then a else b`: decided now if `c` is known, elementwise otherwise.
    fn choice(&mut self, condition: &Expr, then: &Expr, otherwise: &Expr, span: Span) -> Value {
        let value = self.expr(condition);
        match value.known() {
            Value::Bool(true) => return self.expr(then),
            Value::Bool(false) => return self.expr(otherwise),
            _ => {}
        }
        let open = self.is_open(&value);
        self.undecided += usize::from(open);
        let (a, b) = (self.expr(then), self.expr(otherwise));
        self.undecided -= usize::from(open);
        if open {
            let types = [&a, &b].map(|value| match value {
                Value::Node(node) => Some(self.graph.ty(*node).clone()),
                other => other.as_number().map(|_| crate::types::TensorType::number()),
            });
            if types[0] != types[1] {
                return Value::Unknown;
            }
        }
        if value.is_unknown() || a.is_unknown() || b.is_unknown() {
            return Value::Unknown;
        }
        let nodes = (
            self.node_of(&value, condition.span),
            self.node_of(&a, then.span),
            self.node_of(&b, otherwise.span),
        );
        let (Some(c), Some(a), Some(b)) = nodes else { return Value::Unknown };
        let operands = [(c, condition.span), (a, then.span), (b, otherwise.span)];
        self.primitive("select", &operands, span).map_or(Value::Unknown, Value::Node)
    }

    fn range(&mut self, from: &Expr, to: &Expr) -> Value {
        let (start, end) = (self.expr(from), self.expr(to));
        match (self.size_of(&start, from.span), self.size_of(&end, to.span)) {
            (Some(from), Some(to)) => Value::Range { from, to },
            _ => Value::Unknown,
        }
    }

    /// A value as a size: a whole number known before running.
    pub(super) fn size_of(&mut self, value: &Value, span: Span) -> Option<Size> {
        match value.known() {
            Value::Int(size) => Some(size.clone()),
            Value::Number(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
                Some(Size::Known(*number as i64))
            }
            Value::Unknown => None,
            Value::Node(_) => {
                self.report(problem::not_known(span, "a size"));
                None
            }
            _ => {
                self.report(problem::kind(span, "a whole number", value));
                None
            }
        }
    }

    fn field(&mut self, object: &Expr, field: &Ident) -> Value {
        let value = self.expr(object);
        match &value {
            Value::Unknown => Value::Unknown,
            Value::Record(record) => self.record_field(record, field),
            Value::Model { id, part } => self.model_field(*id, part, field),
            Value::Parameters(parameters) => self.parameters_field(parameters, field),
            _ if field.name == "T" => self.apply_unary("transpose", &value, object.span, field.span),
            _ => {
                self.report(problem::unknown_field(value.kind(), &field.name, field.span, &[]));
                Value::Unknown
            }
        }
    }

    fn record_field(&mut self, record: &Arc<Record>, field: &Ident) -> Value {
        match record.fields.get(&field.name) {
            Some(value) => value.clone(),
            None => {
                let known: Vec<String> = record.fields.keys().cloned().collect();
                self.report(match record.kind {
                    RecordKind::Data if problem::is_part_name(&field.name) && !has_parts(record) => {
                        problem::no_parts(&record.name, field)
                    }
                    _ => problem::unknown_field(&record.name, &field.name, field.span, &known),
                });
                Value::Unknown
            }
        }
    }
}

/// Whether a dataset is split.
fn has_parts(data: &Record) -> bool {
    data.fields.values().any(|value| matches!(value, Value::Record(part) if part.kind == RecordKind::Part))
}

/// Whether a matrix would fit if its sizes were the other way round.
fn is_swapped(matrix: Option<Shape>, vector: Option<Shape>, wanted: &Size) -> bool {
    match (matrix.as_ref().map(|shape| shape.0.as_slice()), vector) {
        (Some([rows, columns]), Some(other)) => rows == wanted && columns != wanted && other.rank() == 1,
        _ => false,
    }
}

//! Operators: on what is known, on nodes, and on vectors of parameters.

use super::value::{Parameters, Value, with_node};
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::graph::{Leaf, NodeId, Operation};
use crate::syntax::tree::BinaryOp;
use crate::types::Size;

/// The primitive behind an operator.
pub(super) fn primitive_of(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::MatMul => "matmul",
        BinaryOp::Multiply => "multiply",
        BinaryOp::Divide => "divide",
        BinaryOp::Add => "add",
        BinaryOp::Subtract => "subtract",
        BinaryOp::Power => "power",
        BinaryOp::Equal => "equal",
        BinaryOp::NotEqual => "not_equal",
        BinaryOp::Less => "less",
        BinaryOp::LessEqual => "less_equal",
        BinaryOp::Greater => "greater",
        BinaryOp::GreaterEqual => "greater_equal",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
    }
}

/// The sign users write for a primitive, or its name.
pub(super) fn sign_of(name: &str) -> &str {
    match name {
        "matmul" => "·",
        "multiply" => "*",
        "divide" => "/",
        "add" => "+",
        "subtract" | "negate" => "-",
        "power" => "^",
        "equal" => "==",
        "not_equal" => "!=",
        "less" => "<",
        "less_equal" => "<=",
        "greater" => ">",
        "greater_equal" => ">=",
        "select" => "if",
        "transpose" => ".T",
        other => other,
    }
}

impl Elaborator {
    pub fn binary(&mut self, op: BinaryOp, span: Span, left: (Value, Span), right: (Value, Span)) -> Value {
        match (&left.0, &right.0) {
            (Value::Unknown, _) | (_, Value::Unknown) => return Value::Unknown,
            (Value::Bool(a), Value::Bool(b)) => match op {
                BinaryOp::And => return Value::Bool(*a && *b),
                BinaryOp::Or => return Value::Bool(*a || *b),
                BinaryOp::Equal => return Value::Bool(a == b),
                BinaryOp::NotEqual => return Value::Bool(a != b),
                _ => {}
            },
            (Value::Parameters(_) | Value::Model { .. }, _)
            | (_, Value::Parameters(_) | Value::Model { .. }) => {
                return self.parameters_binary(op, span, left, right);
            }
            (Value::Text(a), Value::Text(b)) => match op {
                BinaryOp::Equal => return Value::Bool(a == b),
                BinaryOp::NotEqual => return Value::Bool(a != b),
                _ => {}
            },
            _ => {}
        }
        let known = known_result(op, left.0.known(), right.0.known());
        let is_variable = matches!(left.0, Value::Variable(_)) || matches!(right.0, Value::Variable(_));
        if let (Some(value), false) = (&known, is_variable) {
            return value.clone();
        }
        let Some(a) = self.node_of(&left.0, left.1) else { return Value::Unknown };
        let Some(b) = self.node_of(&right.0, right.1) else { return Value::Unknown };
        let scales = |node| self.graph.ty(node).shape.is_scalar();
        let name = match op {
            // A number before anything is a factor, as in mathematics.
            BinaryOp::MatMul if scales(a) || scales(b) => "multiply",
            op => primitive_of(op),
        };
        let result =
            self.primitive(name, &[(a, left.1), (b, right.1)], span).map_or(Value::Unknown, Value::Node);
        with_node(known, result)
    }

    /// Models are vectors of their parameters: sums and differences of two, products with a number.
    fn parameters_binary(
        &mut self,
        op: BinaryOp,
        span: Span,
        left: (Value, Span),
        right: (Value, Span),
    ) -> Value {
        match (self.as_parameters(&left.0), self.as_parameters(&right.0)) {
            (Some(a), Some(b)) if matches!(op, BinaryOp::Add | BinaryOp::Subtract) => {
                if a.model != b.model {
                    self.report(
                        Diagnostic::error(
                            Slug::TypeMismatch,
                            span,
                            "the parameters of two different models meet",
                        )
                        .here("here")
                        .label(left.1, "these parameters")
                        .label(right.1, "and these"),
                    );
                    return Value::Unknown;
                }
                // A part is a vector that is 0 elsewhere.
                let part = if a.part == b.part { a.part.clone() } else { String::new() };
                let mut entries = a.entries;
                for (path, second) in b.entries {
                    let first = entries.get(&path).copied();
                    let sum = match (first, op) {
                        (Some(first), _) => {
                            self.primitive(primitive_of(op), &[(first, left.1), (second, right.1)], span)
                        }
                        (None, BinaryOp::Subtract) => self.primitive("negate", &[(second, right.1)], span),
                        (None, _) => Some(second),
                    };
                    let Some(sum) = sum else { return Value::Unknown };
                    entries.insert(path, sum);
                }
                Value::Parameters(Parameters { model: a.model, part, entries })
            }
            (Some(a), None) if matches!(op, BinaryOp::Multiply | BinaryOp::Divide) => {
                let Some(factor) = self.scalar_node(&right.0, right.1) else { return Value::Unknown };
                self.map_parameters(a, |elaborator, node| {
                    elaborator.primitive(primitive_of(op), &[(node, left.1), (factor, right.1)], span)
                })
            }
            (None, Some(b)) if op == BinaryOp::Multiply => {
                let Some(factor) = self.scalar_node(&left.0, left.1) else { return Value::Unknown };
                self.map_parameters(b, |elaborator, node| {
                    elaborator.primitive(primitive_of(op), &[(factor, left.1), (node, right.1)], span)
                })
            }
            _ => {
                let sign = sign_of(primitive_of(op));
                self.report(
                    Diagnostic::error(
                        Slug::TypeMismatch,
                        span,
                        format!("`{sign}` does not apply to {} and {}", left.0.kind(), right.0.kind()),
                    )
                    .here("here")
                    .note(
                        "vectors of parameters are added, subtracted, and multiplied or divided by numbers",
                    ),
                );
                Value::Unknown
            }
        }
    }

    fn scalar_node(&mut self, value: &Value, span: Span) -> Option<NodeId> {
        let node = self.node_of(value, span)?;
        let ty = self.graph.ty(node);
        if ty.shape.is_scalar() && ty.batch.is_none() {
            return Some(node);
        }
        let found = ty.to_string();
        self.report(
            Diagnostic::error(
                Slug::ShapeMismatch,
                span,
                format!("parameters are scaled by one number, found `{found}`"),
            )
            .here(format!("this is `{found}`")),
        );
        None
    }

    pub(super) fn map_parameters(
        &mut self,
        mut parameters: Parameters,
        mut each: impl FnMut(&mut Elaborator, NodeId) -> Option<NodeId>,
    ) -> Value {
        for node in parameters.entries.values_mut() {
            match each(self, *node) {
                Some(result) => *node = result,
                None => return Value::Unknown,
            }
        }
        Value::Parameters(parameters)
    }
}

/// What is known of the result of an operator on what is known.
fn known_result(op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    if let (Value::Int(a), Value::Int(b)) = (a, b)
        && let Some(value) = integers(op, a, b)
    {
        return Some(value);
    }
    numbers(op, a.as_number()?, b.as_number()?)
}

/// Whole numbers stay whole where the result is.
fn integers(op: BinaryOp, a: &Size, b: &Size) -> Option<Value> {
    let both = a.known().zip(b.known());
    match op {
        BinaryOp::Add => a.add(b).map(Value::Int),
        BinaryOp::Subtract => a.sub(b).map(Value::Int),
        BinaryOp::Multiply | BinaryOp::MatMul => a.mul(b).map(Value::Int),
        BinaryOp::Divide => a.div(b).map(Value::Int),
        BinaryOp::Power => {
            let (a, b) = both?;
            a.checked_pow(u32::try_from(b).ok()?).map(|n| Value::Int(Size::Known(n)))
        }
        BinaryOp::Equal if a == b => Some(Value::Bool(true)),
        BinaryOp::NotEqual if a == b => Some(Value::Bool(false)),
        BinaryOp::Equal => both.map(|(a, b)| Value::Bool(a == b)),
        BinaryOp::NotEqual => both.map(|(a, b)| Value::Bool(a != b)),
        BinaryOp::Less => both.map(|(a, b)| Value::Bool(a < b)),
        BinaryOp::LessEqual => both.map(|(a, b)| Value::Bool(a <= b)),
        BinaryOp::Greater => both.map(|(a, b)| Value::Bool(a > b)),
        BinaryOp::GreaterEqual => both.map(|(a, b)| Value::Bool(a >= b)),
        BinaryOp::And | BinaryOp::Or => None,
    }
}

/// Numbers known now are computed now, in f64.
fn numbers(op: BinaryOp, a: f64, b: f64) -> Option<Value> {
    Some(match op {
        BinaryOp::Add => Value::Number(a + b),
        BinaryOp::Subtract => Value::Number(a - b),
        BinaryOp::Multiply | BinaryOp::MatMul => Value::Number(a * b),
        BinaryOp::Divide => Value::Number(a / b),
        BinaryOp::Power => Value::Number(a.powf(b)),
        BinaryOp::Equal => Value::Bool(a == b),
        BinaryOp::NotEqual => Value::Bool(a != b),
        BinaryOp::Less => Value::Bool(a < b),
        BinaryOp::LessEqual => Value::Bool(a <= b),
        BinaryOp::Greater => Value::Bool(a > b),
        BinaryOp::GreaterEqual => Value::Bool(a >= b),
        BinaryOp::And => Value::Bool(a != 0.0 && b != 0.0),
        BinaryOp::Or => Value::Bool(a != 0.0 || b != 0.0),
    })
}

impl Elaborator {
    /// A condition that decides which statements are elaborated. `None` if only a use knows it, or it is a
    /// mistake (reported): then both branches are.
    pub(super) fn known_condition(&mut self, value: &Value, span: Span) -> Option<bool> {
        match value.known() {
            Value::Bool(value) => Some(*value),
            Value::Number(_) | Value::Int(Size::Known(_)) => value.as_number().map(|number| number != 0.0),
            Value::Unknown => None,
            other if self.is_open(other) => None,
            _ => {
                self.report(problem::not_known(span, "a condition that chooses statements"));
                None
            }
        }
    }

    /// Whether a value will be known at a use of the definition under way: it is made of names of sizes.
    pub(super) fn is_open(&self, value: &Value) -> bool {
        let Value::Node(node) = value else { return matches!(value, Value::Int(Size::Symbolic(_))) };
        let (mut open, mut has_size) = (vec![*node], false);
        let mut seen = std::collections::HashSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match &self.graph.node(id).operation {
                Operation::Leaf(Leaf::Size(_)) => has_size = true,
                Operation::Leaf(Leaf::Number(_)) => {}
                Operation::Leaf(_) => return false,
                Operation::Apply(_) => open.extend(self.graph.node(id).inputs.iter().copied()),
            }
        }
        has_size
    }
}

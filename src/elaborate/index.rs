//! Elements and slices, and lists as tensors.

use std::sync::Arc;

use super::value::Value;
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::graph::{Constant, Leaf, NodeId, ShapeProblem};
use crate::ops;
use crate::syntax::tree::{Expr, ExprKind, IndexItem, TextPart};
use crate::types::{Shape, Size, TensorType};

impl Elaborator {
    /// `x[i]`, `x[a:b]`, `A[i, 1:3]`; positions count from 0, slices are half open.
    pub(super) fn index(&mut self, object: &Expr, indices: &[IndexItem], span: Span) -> Value {
        let value = self.expr(object);
        let known = match (value.known(), indices) {
            (Value::List(items), [IndexItem::At(at)]) => Some(self.list_item(items, at, object.span)),
            _ => None,
        };
        match (&value, known) {
            (Value::Variable(_), Some(known)) if known.as_number().is_some() => {
                let node = self.index_node(&value, object, indices, span);
                return super::value::with_node(Some(known), node);
            }
            (Value::Variable(_), Some(Value::Unknown)) => return Value::Unknown,
            (Value::Variable(_), _) | (_, None) => {}
            (_, Some(known)) => return known,
        }
        self.index_node(&value, object, indices, span)
    }

    fn index_node(&mut self, value: &Value, object: &Expr, indices: &[IndexItem], span: Span) -> Value {
        if let (Value::Record(_), [IndexItem::At(Expr { kind: ExprKind::Text(parts), .. })]) =
            (value.known(), indices)
            && let [TextPart::Literal(field)] = parts.as_slice()
        {
            let kind = value.kind();
            let pieces = vec![Piece::Source(object.span), Piece::Text(format!(".{field}"))];
            self.report(
                Diagnostic::error(Slug::TypeMismatch, span, format!("{kind} has fields, not positions"))
                    .here("no position")
                    .note(format!("a field is asked for by its name: `.{field}`"))
                    .try_fix(Candidate::replace("the field of that name", span, pieces)),
            );
            return Value::Unknown;
        }
        let Some(mut node) = self.node_of(value, object.span) else { return Value::Unknown };
        let rank = self.graph.ty(node).shape.rank();
        if indices.len() > rank {
            let shape = self.graph.ty(node).shape.to_string();
            self.report(
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    span,
                    format!("{} positions for `{shape}`, which has {}", indices.len(), axes(rank)),
                )
                .here("too many positions")
                .label(object.span, format!("this is `{shape}`")),
            );
            return Value::Unknown;
        }
        let mut axis = 0;
        for item in indices {
            let Some((result, kept)) = self.index_axis(node, object.span, item, axis) else {
                return Value::Unknown;
            };
            node = result;
            axis += usize::from(kept);
        }
        Value::Node(node)
    }

    /// One position or slice along an axis; tells whether the axis is still there.
    fn index_axis(
        &mut self,
        node: NodeId,
        object: Span,
        item: &IndexItem,
        axis: usize,
    ) -> Option<(NodeId, bool)> {
        let dim = self.graph.ty(node).shape.0.get(axis)?.clone();
        match item {
            IndexItem::At(at) => {
                let position = self.expr(at);
                if let Value::Node(position) = position {
                    return self
                        .element_at_run(node, object, position, at.span, &dim)
                        .map(|node| (node, false));
                }
                let at_size = self.size_of(&position, at.span)?;
                let next = at_size.add(&Size::Known(1))?;
                self.slice(node, object, axis, (at_size, next, true), at.span).map(|node| (node, false))
            }
            IndexItem::Slice { from, to, span } => {
                let from = self.bound(from.as_ref(), Size::Known(0))?;
                let to = self.bound(to.as_ref(), dim)?;
                self.slice(node, object, axis, (from, to, false), *span).map(|node| (node, true))
            }
        }
    }

    fn bound(&mut self, expr: Option<&Expr>, default: Size) -> Option<Size> {
        let Some(expr) = expr else { return Some(default) };
        let value = self.expr(expr);
        self.size_of(&value, expr.span)
    }

    fn slice(
        &mut self,
        node: NodeId,
        object: Span,
        axis: usize,
        (from, to, drop): (Size, Size, bool),
        span: Span,
    ) -> Option<NodeId> {
        let dim = self.graph.ty(node).shape.0.get(axis).and_then(Size::known);
        if let (Some(from), Some(to), Some(dim)) = (from.known(), to.known(), dim)
            && (from < 0 || from > to || to > dim)
        {
            self.report(outside(&self.graph.ty(node).shape, object, (from, to, drop), dim, span));
            return None;
        }
        match self.graph.apply(ops::slice(axis, from, to, drop), &[node]) {
            Ok(result) => Some(result),
            Err(facts) => {
                self.report_operation("[ ]", span, &[(node, object)], &facts);
                None
            }
        }
    }

    /// An element of a vector at a position that only the run knows: `Σ x * one_hot(i)`.
    fn element_at_run(
        &mut self,
        node: NodeId,
        object: Span,
        position: NodeId,
        span: Span,
        dim: &Size,
    ) -> Option<NodeId> {
        let vector = self.graph.ty(node).shape.rank() == 1;
        let number = self.graph.ty(position).shape.is_scalar();
        if !vector || !number {
            self.report(problem::not_known(span, "a position in a matrix"));
            return None;
        }
        let built: Result<NodeId, ShapeProblem> = (|| {
            let mask = self.graph.apply(ops::one_hot(dim.clone()), &[position])?;
            let masked = crate::ops::build::mul(&mut self.graph, node, mask);
            self.graph.apply(ops::reduce(crate::tensor::Fold::Sum, crate::tensor::Axis::All), &[masked])
        })();
        match built {
            Ok(node) => Some(node),
            Err(facts) => {
                self.report_operation("[ ]", span, &[(node, object), (position, span)], &facts);
                None
            }
        }
    }

    fn list_item(&mut self, items: &[Value], at: &Expr, object: Span) -> Value {
        let position = self.expr(at);
        if let Value::Node(_) = position {
            let Some(node) = self.list_node(items, object) else { return Value::Unknown };
            let Value::Node(position) = position else { return Value::Unknown };
            let dim = Size::from(items.len());
            return self
                .element_at_run(node, object, position, at.span, &dim)
                .map_or(Value::Unknown, Value::Node);
        }
        let Some(size) = self.size_of(&position, at.span) else { return Value::Unknown };
        if !matches!(size, Size::Known(_)) {
            return self.any_item(items);
        }
        match size.count().and_then(|n| items.get(n)) {
            Some(value) => value.clone(),
            None => {
                let headline = format!(
                    "position {size} is outside a list of {}: {}",
                    items.len(),
                    positions(items.len() as i64)
                );
                let found = Diagnostic::error(Slug::ShapeMismatch, at.span, headline)
                    .here("outside")
                    .label(object, format!("{} items", items.len()));
                self.report(in_range(found, &size, items.len(), at.span));
                Value::Unknown
            }
        }
    }

    /// What stands for an item at a position that a check does not know, such as that of a loop.
    fn any_item(&mut self, items: &[Value]) -> Value {
        let Some(constant) = constant_of(items) else { return Value::Unknown };
        let shape = Shape::known(constant.shape.get(1..).unwrap_or_default());
        Value::Node(self.new_slot("item", TensorType::plain(shape)).1)
    }

    /// `[1, 2]` is a vector, `[[1, 2], [3, 4]]` a matrix of rows; items may be nodes.
    pub(super) fn list_node(&mut self, items: &[Value], span: Span) -> Option<NodeId> {
        if let Some(constant) = constant_of(items).filter(|_| !has_variable(items)) {
            let shape = Shape::known(&constant.shape);
            return Some(self.graph.leaf(Leaf::Tensor(Arc::new(constant)), TensorType::plain(shape)));
        }
        if items.iter().any(Value::is_unknown) {
            return None;
        }
        if items.is_empty() {
            self.report(
                Diagnostic::error(Slug::TypeMismatch, span, "an empty list is no vector")
                    .here("has no numbers"),
            );
            return None;
        }
        let nodes: Vec<NodeId> = items.iter().map(|item| self.node_of(item, span)).collect::<Option<_>>()?;
        match self.graph.apply(ops::stack(), &nodes) {
            Ok(node) => Some(node),
            Err(ShapeProblem::Differ { left, right }) => {
                let shape = |at: usize| {
                    nodes.get(at).map_or(String::new(), |node| self.graph.ty(*node).shape.to_string())
                };
                let headline = format!(
                    "the items of a list of numbers have one shape: found `{}` and `{}`",
                    shape(left),
                    shape(right)
                );
                self.report(
                    Diagnostic::error(Slug::ShapeMismatch, span, headline)
                        .here(format!("items {left} and {right} differ")),
                );
                None
            }
            Err(facts) => {
                let operands: Vec<(NodeId, Span)> = nodes.iter().map(|node| (*node, span)).collect();
                self.report_operation("[ ]", span, operands.get(..2).unwrap_or(&operands), &facts);
                None
            }
        }
    }
}

/// What a position outside was probably meant as: counted from the end, or from 1.
fn in_range(found: Diagnostic, at: &Size, count: usize, span: Span) -> Diagnostic {
    let (Some(at), Ok(count)) = (at.known(), i64::try_from(count)) else { return found };
    let instead =
        |title: &str, position: i64| Candidate::replace(title, span, vec![Piece::Text(position.to_string())]);
    if at < 0 && at >= -count {
        return found
            .note("positions are not counted from the end")
            .try_fix(instead("counted from the start", count + at));
    }
    if at == count {
        return found
            .note("positions are counted from 0, and a range includes both its ends: `0..2` is 0, 1, 2")
            .try_fix(instead("the last one", count - 1));
    }
    found
}

fn axes(rank: usize) -> String {
    match rank {
        0 => "no axes".to_string(),
        1 => "one axis".to_string(),
        rank => format!("{rank} axes"),
    }
}

fn positions(count: i64) -> String {
    match count {
        0 => "it is empty".to_string(),
        1 => "the only position is 0".to_string(),
        count => format!("positions go from 0 to {}", count - 1),
    }
}

/// A position or a slice that is not inside an axis of `dim` places.
fn outside(
    shape: &Shape,
    object: Span,
    (from, to, drop): (i64, i64, bool),
    dim: i64,
    span: Span,
) -> Diagnostic {
    let headline = if drop {
        format!("position {from} is outside `{shape}`: {}", positions(dim))
    } else if from > to {
        format!("the slice {from}:{to} ends before it begins")
    } else {
        format!("the slice {from}:{to} is outside `{shape}`: it goes from 0 to {dim} at most")
    };
    Diagnostic::error(Slug::ShapeMismatch, span, headline)
        .here("outside")
        .label(object, format!("this is `{shape}`"))
}

fn has_variable(items: &[Value]) -> bool {
    items.iter().any(|item| match item {
        Value::Variable(_) => true,
        Value::List(items) => has_variable(items),
        _ => false,
    })
}

/// A list of numbers, or of lists of equally many, as column-major numbers.
pub fn constant_of(items: &[Value]) -> Option<Constant> {
    if items.is_empty() {
        return None;
    }
    if let Some(values) = items.iter().map(Value::as_number).collect::<Option<Vec<f64>>>() {
        return Some(Constant { shape: vec![values.len()], values });
    }
    let rows: Vec<Vec<f64>> = items
        .iter()
        .map(|item| match item.known() {
            Value::List(row) => row.iter().map(Value::as_number).collect(),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let n_columns = rows.first()?.len();
    if n_columns == 0 || rows.iter().any(|row| row.len() != n_columns) {
        return None;
    }
    let values = (0..n_columns)
        .flat_map(|column| rows.iter().filter_map(move |row| row.get(column).copied()))
        .collect();
    Some(Constant { shape: vec![rows.len(), n_columns], values })
}

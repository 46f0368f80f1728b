//! Proposals for mending shapes that do not fit: each is tried by the session before anyone sees it.

use super::Elaborator;
use super::value::Value;
use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece};
use crate::graph::{Leaf, NodeId, Operation, ShapeProblem, SlotId};
use crate::ops;
use crate::syntax::tree::{TypeExpr, TypeExprKind};
use crate::types::{Shape, Size};

/// Where the shape of a slot is written, so that it can be changed there.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The sizes of a declared shape, one by one.
    pub dims: Vec<Span>,
    /// The declared shape as a whole.
    pub shape: Option<Span>,
    /// What is given and not chosen: an input.
    pub is_input: bool,
    /// The expression of the columns of a dataset.
    pub columns: Option<Span>,
}

fn text(text: impl Into<String>) -> Piece {
    Piece::Text(text.into())
}

impl Elaborator {
    /// Remembers where the shape of a slot is written.
    pub fn set_origin(&mut self, slot: SlotId, origin: Origin) {
        self.origins.insert(slot, origin);
    }

    /// Remembers the type that a value was declared with.
    pub(super) fn set_declared(&mut self, node: NodeId, ty: &TypeExpr, is_input: bool) {
        let (TypeExprKind::Shape(dims), Operation::Leaf(Leaf::Slot { id, .. })) =
            (&ty.kind, &self.graph.node(node).operation)
        else {
            return;
        };
        let dims = dims.iter().map(|dim| dim.span).collect();
        let origin = Origin { dims, shape: Some(ty.span), is_input, ..Origin::default() };
        self.origins.insert(*id, origin);
    }

    pub(super) fn origin_of(&self, node: NodeId) -> Option<&Origin> {
        match &self.graph.node(node).operation {
            Operation::Leaf(Leaf::Slot { id, .. }) => self.origins.get(id),
            Operation::Leaf(_) | Operation::Apply(_) => None,
        }
    }

    /// A second place for an operand: where its value was made, if that is not the operand itself.
    pub(super) fn label_origin(&self, diagnostic: Diagnostic, operand: (NodeId, Span)) -> Diagnostic {
        let (node, span) = operand;
        let born = self.born(node);
        let place = self.place_of_birth(born);
        let shape = self.graph.ty(node).shape.clone();
        let known = |place: Span| {
            diagnostic.primary.span == place || diagnostic.labels.iter().any(|label| label.span == place)
        };
        match place {
            Some(place) if !span.contains(place) && !place.contains(span) && !known(place) => {
                diagnostic.label(place, format!("`{shape}` comes from here"))
            }
            Some(_) | None => diagnostic,
        }
    }

    /// Where the shape of a value that was born here is written, or else where it was made.
    pub(super) fn place_of_birth(&self, born: NodeId) -> Option<Span> {
        let declared = self.origin_of(born).and_then(|origin| origin.columns.or(origin.shape));
        declared.or_else(|| self.user_span(born))
    }

    /// The value that first had this shape: back through operations that keep it.
    pub(super) fn born(&self, node: NodeId) -> NodeId {
        let shape = &self.graph.ty(node).shape;
        let mut at = node;
        if shape.is_scalar() {
            return at;
        }
        while let Some(input) =
            self.graph.node(at).inputs.iter().find(|input| self.graph.ty(**input).shape == *shape)
        {
            at = *input;
        }
        at
    }

    /// What could be meant by an operator whose operands do not fit.
    pub(super) fn operator_candidates(
        &self,
        mut diagnostic: Diagnostic,
        name: &str,
        span: Span,
        operands: &[(NodeId, Span)],
        facts: &ShapeProblem,
    ) -> Diagnostic {
        let [(left, left_span), (right, right_span)] = *operands else { return diagnostic };
        let whole = left_span.to(right_span);
        let (a, b) = (&self.graph.ty(left).shape, &self.graph.ty(right).shape);
        if name == "matmul" {
            if self.multiplies(b, a) {
                let pieces = vec![Piece::Operand(right_span), text(" · "), Piece::Operand(left_span)];
                diagnostic =
                    diagnostic.try_fix(Candidate::replace("multiply the other way round", whole, pieces));
                if a.rank() == 1 && b.rank() == 2 {
                    diagnostic =
                        diagnostic.note("a vector is a column: the matrix stands before it, `W · x`");
                }
            }
            if a == b {
                let candidate = Candidate::replace("multiply element by element", span, vec![text("*")]);
                diagnostic = diagnostic.try_fix(candidate);
            }
        } else if self.multiplies(a, b) && name == "multiply" {
            diagnostic = diagnostic.try_fix(Candidate::replace("the matrix product", span, vec![text("·")]));
        }
        diagnostic = self.elementwise_candidates(diagnostic, name, operands);
        diagnostic = self.declaration_candidates(diagnostic, left, right, facts);
        diagnostic = self.use_candidates(diagnostic, left, right, facts);
        if a.rank() == 2 {
            let pieces = vec![Piece::Operand(left_span), text(".T")];
            diagnostic = diagnostic.try_fix(Candidate::replace("transpose the left side", left_span, pieces));
        }
        if b.rank() == 2 {
            let pieces = vec![Piece::Operand(right_span), text(".T")];
            diagnostic =
                diagnostic.try_fix(Candidate::replace("transpose the right side", right_span, pieces));
        }
        for (node, at, other) in [(left, left_span, right), (right, right_span, left)] {
            let wanted = self.graph.ty(other).shape.clone();
            diagnostic = self.width_candidates(diagnostic, node, &wanted.0);
            diagnostic = self.scope_candidates(diagnostic, at, &wanted, [node, other]);
        }
        diagnostic
    }

    fn multiplies(&self, a: &Shape, b: &Shape) -> bool {
        let (a, b) = (crate::types::TensorType::plain(a.clone()), crate::types::TensorType::plain(b.clone()));
        ops::matmul().shape(&[&a, &b]).is_ok()
    }

    /// Another size, or the sizes the other way round, where a parameter was declared.
    fn declaration_candidates(
        &self,
        mut diagnostic: Diagnostic,
        left: NodeId,
        right: NodeId,
        facts: &ShapeProblem,
    ) -> Diagnostic {
        for (node, other) in [(left, right), (right, left)] {
            let Some(Origin { dims, shape, is_input, .. }) = self.origin_of(node).cloned() else { continue };
            let rank = |candidate: Candidate| Candidate { is_last_resort: is_input, ..candidate };
            if let ([first, second], Some(whole)) = (dims.as_slice(), shape) {
                let (first, second) = (Piece::Source(*first), Piece::Source(*second));
                let pieces = vec![text("["), second, text(", "), first, text("]")];
                let title = "the sizes look swapped where it is declared";
                diagnostic = diagnostic.try_fix(rank(Candidate::replace(title, whole, pieces)));
            }
            let Some((mine, wanted)) = self.sizes_that_meet(node, other, node == left, facts) else {
                continue;
            };
            let sizes = &self.graph.ty(node).shape.0;
            for (dim, span) in sizes.iter().zip(&dims).filter(|(dim, _)| *dim == mine) {
                let title = format!("{wanted} in place of {dim} where it is declared");
                let change = match dim {
                    // Only where the number itself is written: a name there stands for other numbers elsewhere.
                    Size::Known(from) => {
                        Change::Number { within: *span, from: *from, to: wanted.to_string(), only_last: true }
                    }
                    Size::Symbolic(_) => {
                        Change::Replace { span: *span, pieces: vec![text(wanted.to_string())] }
                    }
                };
                diagnostic = diagnostic.try_fix(rank(Candidate::all(title, vec![change])));
            }
        }
        diagnostic
    }

    /// The sizes of two operands that had to be the same, that of `node` first.
    fn sizes_that_meet<'a>(
        &'a self,
        node: NodeId,
        other: NodeId,
        is_left: bool,
        facts: &'a ShapeProblem,
    ) -> Option<(&'a Size, &'a Size)> {
        match facts {
            ShapeProblem::Inner { left_dim, right_dim } if is_left => Some((left_dim, right_dim)),
            ShapeProblem::Inner { left_dim, right_dim } => Some((right_dim, left_dim)),
            _ => self.graph.ty(node).shape.0.first().zip(self.graph.ty(other).shape.0.first()),
        }
    }

    /// Another number where the layer under way is used.
    fn use_candidates(
        &self,
        mut diagnostic: Diagnostic,
        left: NodeId,
        right: NodeId,
        facts: &ShapeProblem,
    ) -> Diagnostic {
        let uses: Vec<Span> =
            self.frames.iter().filter(|frame| !frame.is_definition).map(|frame| frame.call_span).collect();
        for (node, other) in [(left, right), (right, left)] {
            let Some((Size::Known(from), to)) = self.sizes_that_meet(node, other, node == left, facts) else {
                continue;
            };
            for within in &uses {
                let title = format!("{to} in place of {from} where it is used");
                let change =
                    Change::Number { within: *within, from: *from, to: to.to_string(), only_last: true };
                diagnostic = diagnostic.try_fix(Candidate::all(title, vec![change]));
            }
        }
        diagnostic
    }

    /// For operands that meet number by number: a column as a vector, a vector beside each column or row, the skip
    /// of a block brought to its width.
    fn elementwise_candidates(
        &self,
        mut diagnostic: Diagnostic,
        name: &str,
        operands: &[(NodeId, Span)],
    ) -> Diagnostic {
        let [left, right] = *operands else { return diagnostic };
        if name == "matmul" {
            return diagnostic;
        }
        for ((node, span), (other, _)) in [(left, right), (right, left)] {
            let (mine, wanted) = (&self.graph.ty(node).shape, &self.graph.ty(other).shape);
            if mine.rank() >= 2 && wanted.rank() == 1 && mine.len() == wanted.0.first().cloned() {
                let pieces = vec![text("flatten("), Piece::Source(span), text(")")];
                diagnostic = diagnostic.try_fix(Candidate::replace("a vector of its numbers", span, pieces));
            }
            if let ([n], [rows, columns]) = (mine.0.as_slice(), wanted.0.as_slice()) {
                if n == rows {
                    let pieces = vec![Piece::Operand(span), text(format!(" · ones({columns}).T"))];
                    let title = "the vector once for each column";
                    diagnostic = diagnostic.try_fix(Candidate::replace(title, span, pieces));
                } else if n == columns {
                    let pieces = vec![text(format!("ones({rows}) · ")), Piece::Operand(span), text(".T")];
                    let title = "the vector as each row";
                    diagnostic = diagnostic.try_fix(Candidate::replace(title, span, pieces));
                }
            }
            if let ([_], [width], true) = (mine.0.as_slice(), wanted.0.as_slice(), self.leads_to(node, other))
            {
                let pieces = vec![text("dense("), Piece::Source(span), text(format!(", {width})"))];
                let title = format!("project the skip to {width}");
                diagnostic = diagnostic.try_fix(Candidate::replace(title, span, pieces).last_resort());
            }
        }
        diagnostic
    }

    /// Another width for the layer that made a vector: the last such number in the line that made it.
    pub(super) fn width_candidates(
        &self,
        diagnostic: Diagnostic,
        node: NodeId,
        wanted: &[Size],
    ) -> Diagnostic {
        let mine = &self.graph.ty(node).shape;
        let born = self.born(node);
        let within = self.user_span(born).filter(|_| self.origin_of(born).is_none());
        let ([Size::Known(from)], [to], Some(within)) = (mine.0.as_slice(), wanted, within) else {
            return diagnostic;
        };
        let title = format!("make it {to} wide");
        let change = Change::Number { within, from: *from, to: to.to_string(), only_last: true };
        diagnostic.try_fix(Candidate::all(title, vec![change]))
    }

    /// The innermost text of the user's own that made a value: the use of a layer rather than the layer.
    pub(super) fn user_span(&self, node: NodeId) -> Option<Span> {
        let place = self.graph.node(node).span?;
        let uses = self.made_in.get(&node).copied();
        Some(uses.unwrap_or(place))
    }

    /// Another value in scope that has the shape.
    pub(super) fn scope_candidates(
        &self,
        mut diagnostic: Diagnostic,
        span: Span,
        wanted: &Shape,
        but: [NodeId; 2],
    ) -> Diagnostic {
        // Arguments are held to their parameters inside the call: the names are those of the text around it.
        let inside = |frame: &&super::scope::Frame| !frame.is_definition && frame.call_span.contains(span);
        let around = self.frames.iter().rev().find(|frame| !inside(frame));
        // Values of the script are nodes of its own graph.
        if around.is_none() && self.home.is_some() {
            return diagnostic;
        }
        let locals = around.map_or(&self.globals, |frame| &frame.locals);
        for (name, binding) in locals.iter().rev() {
            let Value::Node(node) = binding.value else { continue };
            if !but.contains(&node) && self.graph.ty(node).shape == *wanted && !wanted.is_scalar() {
                let title = format!("`{name}` fits");
                diagnostic = diagnostic.try_fix(Candidate::replace(title, span, vec![text(name.clone())]));
            }
        }
        diagnostic
    }

    /// What could be meant by an argument of another shape than its parameter.
    pub(super) fn argument_candidates(
        &self,
        mut diagnostic: Diagnostic,
        declared: &Shape,
        declared_span: Span,
        argument: (NodeId, Span),
    ) -> Diagnostic {
        let (node, span) = argument;
        let given = self.graph.ty(node).shape.clone();
        let as_given =
            Candidate::replace(format!("take `{given}`"), declared_span, vec![text(given.to_string())]);
        if declared.rank() == 1 && given.rank() >= 2 {
            if let Some(columns) = self.origin_of(node).and_then(|origin| origin.columns) {
                let pieces = vec![text("flatten("), Piece::Source(columns), text(")")];
                diagnostic = diagnostic.try_fix(Candidate::replace("flatten the data", columns, pieces));
            }
            let before = vec![Piece::Operand(span), text(" |> flatten")];
            diagnostic = diagnostic.try_fix(Candidate::replace("flatten it", span, before));
            let call = vec![text("flatten("), Piece::Source(span), text(")")];
            diagnostic = diagnostic.try_fix(Candidate::replace("flatten it", span, call));
        }
        if given.rank() == 2 && given.0.iter().rev().eq(declared.0.iter()) {
            let pieces = vec![Piece::Operand(span), text(".T")];
            diagnostic = diagnostic.try_fix(Candidate::replace("transpose it", span, pieces));
        }
        diagnostic = self.scope_candidates(diagnostic, span, declared, [node, node]);
        diagnostic = self.width_candidates(diagnostic, node, &declared.0);
        // How many examples there are does not belong into a shape.
        let is_data = self.origin_of(node).is_some_and(|origin| origin.columns.is_some());
        let is_count =
            is_data || self.counted_examples(declared, &given).is_some() && declared.rank() > given.rank();
        diagnostic.try_fix(if is_count { as_given } else { as_given.last_resort() })
    }
}

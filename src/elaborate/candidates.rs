//! Proposals for mending shapes that do not fit: each is tried by the session before anyone sees it.

use super::Elaborator;
use super::value::Value;
use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece};
use crate::graph::{Leaf, NodeId, Operation, ShapeProblem, SlotId};
use crate::ops;
use crate::types::{Shape, Size};

/// Where the shape of a slot is written, so that it can be changed there.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The sizes of a declared shape, one by one.
    pub dims: Vec<Span>,
    /// The expression of the columns of a dataset.
    pub columns: Option<Span>,
    /// The name that was declared.
    pub name: Option<Span>,
}

fn text(text: impl Into<String>) -> Piece {
    Piece::Text(text.into())
}

impl Elaborator {
    /// Remembers where the shape of a slot is written.
    pub fn set_origin(&mut self, slot: SlotId, origin: Origin) {
        self.origins.insert(slot, origin);
    }

    fn origin_of(&self, node: NodeId) -> Option<&Origin> {
        match &self.graph.node(node).operation {
            Operation::Leaf(Leaf::Slot { id, .. }) => self.origins.get(id),
            Operation::Leaf(_) | Operation::Apply(_) => None,
        }
    }

    /// A second place for an operand: where its value was made, if that is not the operand itself.
    pub(super) fn label_origin(&self, diagnostic: Diagnostic, operand: (NodeId, Span)) -> Diagnostic {
        let (node, span) = operand;
        let born = self.born(node);
        let place = match self.origin_of(born) {
            Some(Origin { columns: Some(columns), .. }) => Some(*columns),
            Some(Origin { name: Some(name), .. }) => Some(*name),
            Some(_) | None => self.user_span(born),
        };
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

    /// `1568 = 32 × 7 × 7`, of a vector that was made of a value of higher rank.
    pub(super) fn product_of(&self, node: NodeId) -> Option<String> {
        let born = self.born(node);
        let [input] = self.graph.node(born).inputs.as_slice() else { return None };
        let (flat, whole) = (&self.graph.ty(born).shape, &self.graph.ty(*input).shape);
        (whole.rank() > 1).then(|| arithmetic(flat, whole)).flatten()
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
            }
            if a == b {
                let candidate = Candidate::replace("multiply element by element", span, vec![text("*")]);
                diagnostic = diagnostic.try_fix(candidate);
            }
        } else if self.multiplies(a, b) && name == "multiply" {
            diagnostic = diagnostic.try_fix(Candidate::replace("the matrix product", span, vec![text("·")]));
        }
        if a.rank() == 2 {
            let pieces = vec![Piece::Operand(left_span), text(".T")];
            diagnostic = diagnostic.try_fix(Candidate::replace("transpose the left side", left_span, pieces));
        }
        if b.rank() == 2 {
            let pieces = vec![Piece::Operand(right_span), text(".T")];
            diagnostic =
                diagnostic.try_fix(Candidate::replace("transpose the right side", right_span, pieces));
        }
        diagnostic = self.declaration_candidates(diagnostic, left, right, facts);
        for (node, at, other) in [(left, left_span, right), (right, right_span, left)] {
            diagnostic = self.width_candidates(diagnostic, node, other);
            diagnostic =
                self.scope_candidates(diagnostic, at, &self.graph.ty(other).shape.clone(), [node, other]);
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
            let Some(dims) = self.origin_of(node).map(|origin| origin.dims.clone()) else { continue };
            if let [first, second] = dims.as_slice() {
                let changes = vec![
                    Change::Replace { span: *first, pieces: vec![Piece::Source(*second)] },
                    Change::Replace { span: *second, pieces: vec![Piece::Source(*first)] },
                ];
                let title = "the sizes look swapped where it is declared".to_string();
                diagnostic = diagnostic.try_fix(Candidate::all(title, changes));
            }
            let (mine, wanted) = match facts {
                ShapeProblem::Inner { left_dim, right_dim } if node == left => (left_dim, right_dim),
                ShapeProblem::Inner { left_dim, right_dim } => (right_dim, left_dim),
                _ => match (self.graph.ty(node).shape.0.first(), self.graph.ty(other).shape.0.first()) {
                    (Some(mine), Some(wanted)) => (mine, wanted),
                    _ => continue,
                },
            };
            let sizes = &self.graph.ty(node).shape.0;
            for (dim, span) in sizes.iter().zip(&dims).filter(|(dim, _)| *dim == mine) {
                let title = format!("{wanted} in place of {dim} where it is declared");
                diagnostic =
                    diagnostic.try_fix(Candidate::replace(title, *span, vec![text(wanted.to_string())]));
            }
        }
        diagnostic
    }

    /// Another width for the layer that made a vector: the last such number in the line that made it.
    fn width_candidates(&self, diagnostic: Diagnostic, node: NodeId, other: NodeId) -> Diagnostic {
        let (mine, wanted) = (&self.graph.ty(node).shape, &self.graph.ty(other).shape);
        let within = self.user_span(self.born(node));
        let ([Size::Known(from)], [to], Some(within)) = (mine.0.as_slice(), wanted.0.as_slice(), within)
        else {
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
        let flattens =
            declared.rank() == 1 && given.rank() == 2 && given.len() == declared.0.first().cloned();
        if flattens || (declared.rank() == 1 && given.rank() == 2) {
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
        if let ([Size::Known(from)], [Size::Known(to)]) = (given.0.as_slice(), declared.0.as_slice())
            && let Some(within) = self.user_span(self.born(node))
        {
            let change = Change::Number { within, from: *from, to: to.to_string(), only_last: true };
            diagnostic = diagnostic.try_fix(Candidate::all(format!("make it {to} wide"), vec![change]));
        }
        diagnostic.try_fix(as_given.last_resort())
    }
}

/// How two sizes could be related, if it is likely to be the cause.
pub(super) fn arithmetic(a: &Shape, b: &Shape) -> Option<String> {
    for (one, other) in [(a, b), (b, a)] {
        if one.rank() == 1
            && other.rank() > 1
            && let (Some(Size::Known(n)), Some(dims)) = (one.0.first(), other.dims())
            && dims.iter().product::<usize>() as i64 == *n
        {
            let product: Vec<String> = dims.iter().map(usize::to_string).collect();
            return Some(format!("{n} = {}: `flatten` makes one vector of them", product.join(" × ")));
        }
    }
    if a.rank() == 2 && a.0.iter().rev().eq(b.0.iter()) && a != b {
        return Some(format!("`{a}` transposed is `{b}`"));
    }
    for (one, other) in [(a, b), (b, a)] {
        if let Some((first, rest)) = one.0.split_first()
            && !rest.is_empty()
            && rest == other.0.as_slice()
        {
            return Some(format!(
                "`{one}` is {first} examples of `{other}`: a shape is that of one example, and how many there are is left out"
            ));
        }
    }
    if let ([n, Size::Known(1)], [m]) | ([m], [n, Size::Known(1)]) = (a.0.as_slice(), b.0.as_slice())
        && n == m
    {
        return Some(format!(
            "`[{n}, 1]` is a matrix of one column, `[{m}]` a vector: nothing is repeated to make them fit"
        ));
    }
    if a.is_scalar() || b.is_scalar() {
        let other = if a.is_scalar() { b } else { a };
        return Some(format!("`[]` is a number: `sum` or `mean` of all makes `{other}` into one"));
    }
    let ([Size::Known(m)], [Size::Known(n)]) = (a.0.as_slice(), b.0.as_slice()) else { return None };
    let (small, large) = (*m.min(n), *m.max(n));
    if small > 1 && large - small == 1 {
        return Some(format!("{large} is one more than {small}"));
    }
    if small > 1 && large % small == 0 {
        let ratio = large / small;
        let sum = vec![small.to_string(); ratio.min(8) as usize].join(" + ");
        return Some(if ratio <= 4 {
            format!("{large} = {sum} = {ratio} × {small}")
        } else {
            format!("{large} = {ratio} × {small}")
        });
    }
    None
}

/// `448 = 16 × 28, 14944 = 16 × 934`: sizes that were made of the same number.
pub(super) fn common_factor(a: &Size, b: &Size) -> Option<String> {
    let (Size::Known(m), Size::Known(n)) = (a, b) else { return None };
    let (mut factor, mut rest) = (*m.max(n), *m.min(n));
    while rest > 0 {
        (factor, rest) = (rest, factor % rest);
    }
    let said = factor >= 8 && factor < *m && factor < *n;
    said.then(|| format!("{m} = {factor} × {}, {n} = {factor} × {}", m / factor, n / factor))
}

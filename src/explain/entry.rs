//! One entry of a formula with numbers in place of names: `0.4 · 1.2 − 0.3 · 1.4 + 0.1`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::term::{Id, Term};
use super::write::{Level, Piece, Sign, Writer};
use crate::graph::Attribute;
use crate::tensor::{Axis, Tensor};

/// Longer sums are not written out.
pub const MAX_TERMS: usize = 6;

/// The values of names, and which entry is written.
pub struct Numbers<'t> {
    pub values: &'t HashMap<Id, Tensor>,
    pub at: RefCell<Vec<usize>>,
    pub show: fn(f64, usize) -> String,
    pub digits: usize,
    /// Set where an entry cannot be written by itself.
    pub failed: Cell<bool>,
}

/// Functions that make one entry of all entries.
fn is_whole(name: &str) -> bool {
    matches!(name, "softmax" | "log_softmax" | "log_sum_exp" | "argmax" | "concat" | "stop_gradient")
        || name.starts_with('_')
}

impl Numbers<'_> {
    fn value(&self, id: Id) -> Option<f64> {
        let tensor = self.values.get(&id)?;
        let at = self.at.borrow();
        let place = match (tensor.shape.as_slice(), at.as_slice()) {
            ([], _) => 0,
            ([n], [i, ..]) if i < n => *i,
            ([n, m], [i, j, ..]) if i < n && j < m => i + j * n,
            _ => return None,
        };
        tensor.data.get(place)
    }
}

fn fail(numbers: &Numbers<'_>) -> Piece {
    numbers.failed.set(true);
    Piece::atom("")
}

impl Writer<'_> {
    /// What is different with numbers: names, sums over entries, products of matrices.
    pub(super) fn entry(&self, numbers: &Numbers<'_>, id: Id) -> Option<Piece> {
        match self.terms.term(id) {
            Term::Name(_) => {
                let Some(value) = numbers.value(id) else { return Some(fail(numbers)) };
                let text = (numbers.show)(value.abs(), numbers.digits);
                Some(match value < 0.0 {
                    true => Piece::new(self.notation.minus(&self.notation.number(&text)), Level::Sum),
                    false => Piece::atom(self.notation.number(&text)),
                })
            }
            Term::Apply("transpose", _, inputs) => {
                let &[x] = inputs.as_slice() else { return None };
                let turned = match (numbers.at.borrow().as_slice(), self.terms.ty(x).shape.rank()) {
                    (&[_, j], 1) => vec![j],
                    (&[i, j], _) => vec![j, i],
                    _ => return None,
                };
                Some(self.elsewhere(numbers, turned, x))
            }
            Term::Apply("matmul", _, inputs) => {
                let &[a, b] = inputs.as_slice() else { return None };
                Some(self.products(numbers, a, b).unwrap_or_else(|| fail(numbers)))
            }
            Term::Apply(name @ ("sum" | "mean"), attributes, inputs) => {
                let &[x] = inputs.as_slice() else { return None };
                Some(self.added(numbers, name, attributes, x).unwrap_or_else(|| fail(numbers)))
            }
            // Written as the logarithm of the probabilities.
            Term::Apply("log_softmax", _, inputs)
                if inputs
                    .first()
                    .and_then(|z| self.terms.find("softmax", *z))
                    .is_some_and(|p| self.terms.is_name(p)) =>
            {
                None
            }
            Term::Apply(name, _, _) if is_whole(name) => Some(fail(numbers)),
            Term::Fill(inner) => Some(self.piece(*inner)),
            Term::Number(_)
            | Term::Size(_)
            | Term::Count(_)
            | Term::Sum(_)
            | Term::Product(_)
            | Term::Apply(..) => None,
        }
    }

    fn elsewhere(&self, numbers: &Numbers<'_>, at: Vec<usize>, id: Id) -> Piece {
        let outer = numbers.at.replace(at);
        let piece = self.piece(id);
        numbers.at.replace(outer);
        piece
    }

    fn products(&self, numbers: &Numbers<'_>, a: Id, b: Id) -> Option<Piece> {
        let (left, right) = (self.terms.ty(a).shape.dims()?, self.terms.ty(b).shape.dims()?);
        let at = numbers.at.borrow().clone();
        let inner = match (left.len(), right.len()) {
            (2, _) => left[1],
            (1, 1) => left[0],
            _ => 1,
        };
        let places = (0..inner).map(|k| {
            let row = match left.len() {
                2 => vec![at.first().copied().unwrap_or(0), k],
                _ if right.len() == 1 => vec![k],
                _ => vec![at.first().copied().unwrap_or(0)],
            };
            let column = match right.len() {
                2 => vec![if left.len() == 2 { k } else { 0 }, at.get(1).copied().unwrap_or(0)],
                _ => vec![k],
            };
            (row, column)
        });
        if inner > MAX_TERMS {
            return None;
        }
        let terms: Vec<Piece> = places
            .map(|(row, column)| {
                let (x, y) = (self.elsewhere(numbers, row, a), self.elsewhere(numbers, column, b));
                // A minus in front stays in front: −0.3 · 1.4.
                let is_negative = self.is_negative(&x);
                let level = if is_negative { Level::Sum } else { Level::Product };
                let x = if is_negative { x.text } else { self.factor(x) };
                Piece::new(format!("{x}{}{}", self.notation.sign(Sign::MatMul), self.factor(y)), level)
            })
            .collect();
        Some(self.plus(terms))
    }

    fn factor(&self, piece: Piece) -> String {
        self.notation.within(piece, Level::Power)
    }

    fn plus(&self, terms: Vec<Piece>) -> Piece {
        if let [only] = terms.as_slice() {
            return only.clone();
        }
        let mut text = String::new();
        for piece in terms {
            self.append(&mut text, &piece.text);
        }
        Piece::new(text, Level::Sum)
    }

    /// Adds a term to a sum; one with a minus in front is taken off.
    /// Whether a piece is one number with a minus.
    fn is_negative(&self, piece: &Piece) -> bool {
        let rest = piece.text.strip_prefix(&self.notation.minus(""));
        rest.is_some_and(|rest| !rest.contains([' ', '(']) && !rest.contains("<mo"))
    }

    pub(super) fn append(&self, sum: &mut String, term: &str) {
        let minus = self.notation.minus("");
        match (sum.is_empty(), term.strip_prefix(&minus)) {
            (true, _) => {}
            (false, Some(_)) => sum.push_str(self.notation.sign(Sign::Minus)),
            (false, None) => sum.push_str(self.notation.sign(Sign::Plus)),
        }
        sum.push_str(if sum.is_empty() { term } else { term.strip_prefix(&minus).unwrap_or(term) });
    }

    fn added(&self, numbers: &Numbers<'_>, name: &str, attributes: &[Attribute], x: Id) -> Option<Piece> {
        let dims = self.terms.ty(x).shape.dims()?;
        let ([Attribute::Axis(Axis::All)], [n]) = (attributes, dims.as_slice()) else { return None };
        if *n > MAX_TERMS {
            return None;
        }
        let terms: Vec<Piece> = (0..*n).map(|k| self.elsewhere(numbers, vec![k], x)).collect();
        let sum = self.plus(terms);
        if name == "sum" || *n == 1 {
            return Some(sum);
        }
        Some(self.notation.quotient(sum, Piece::atom(self.notation.number(&n.to_string()))))
    }
}

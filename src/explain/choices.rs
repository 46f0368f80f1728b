//! Conditions and choices: `if c then a else b`, and conditions as numbers, `[z > 0]`.

use super::term::{Id, Term, Terms};
use crate::graph::Real;
use crate::types::TensorType;

/// Functions of one value that a choice can be decided inside of.
const ELEMENTWISE: &[&str] = &[
    "exp", "expm1", "sigmoid", "softplus", "tanh", "erf", "log", "log1p", "abs", "sign", "relu", "power",
    "sin", "cos",
];

/// The comparison that holds where another does not.
fn complement(name: &str) -> Option<&'static str> {
    Some(match name {
        "less" => "greater_equal",
        "greater_equal" => "less",
        "greater" => "less_equal",
        "less_equal" => "greater",
        "equal" => "not_equal",
        "not_equal" => "equal",
        _ => return None,
    })
}

impl Terms {
    pub fn choice(&mut self, condition: Id, a: Id, b: Id, ty: &TensorType) -> Id {
        if let Some(value) = self.number(condition) {
            return self.fill(if value == 0.0 { b } else { a }, ty);
        }
        let (a, b) = (self.decided(a, condition, true), self.decided(b, condition, false));
        let (a, b) = (self.bare_number(a), self.bare_number(b));
        if a == b {
            return self.fill(a, ty);
        }
        let result = match (self.number(a), self.number(b)) {
            (Some(1.0), Some(0.0)) if self.is_condition(condition) => condition,
            (Some(0.0), Some(1.0)) if self.is_condition(condition) => self.negation(condition),
            (Some(0.0), None) if self.is_rectified(condition, b, "less_equal") => self.rectifier(b),
            (None, Some(0.0)) if self.is_rectified(condition, a, "greater") => self.rectifier(a),
            (Some(0.0), None) if self.is_condition(condition) && !self.is_guarded(b) => {
                let holds = self.negation(condition);
                self.multiply(b, holds)
            }
            (None, Some(0.0)) if self.is_condition(condition) && !self.is_guarded(a) => {
                self.multiply(a, condition)
            }
            _ => self.intern(Term::Apply("select", Vec::new(), vec![condition, a, b]), ty.clone()),
        };
        self.fill(result, ty)
    }

    fn bare_number(&self, id: Id) -> Id {
        if self.number(id).is_some() { self.bare(id) } else { id }
    }

    fn rectifier(&mut self, x: Id) -> Id {
        let ty = self.ty(x).clone();
        self.intern(Term::Apply("relu", Vec::new(), vec![x]), ty)
    }

    /// Whether the condition compares the value itself with 0.
    fn is_rectified(&self, condition: Id, value: Id, comparison: &str) -> bool {
        match self.applied(condition, comparison) {
            Some(&[x, zero]) => x == value && self.number(zero) == Some(0.0),
            Some(_) | None => false,
        }
    }

    /// A comparison, which is 1 or 0.
    fn is_condition(&self, id: Id) -> bool {
        match self.term(id) {
            Term::Apply(name, _, _) => complement(name).is_some() || *name == "not",
            Term::Name(_)
            | Term::Number(_)
            | Term::Size(_)
            | Term::Count(_)
            | Term::Sum(_)
            | Term::Product(_)
            | Term::Fill(_) => false,
        }
    }

    fn negation(&mut self, condition: Id) -> Id {
        let (term, ty) = (self.term(condition).clone(), self.ty(condition).clone());
        if let Term::Apply(name, attributes, inputs) = &term {
            if *name == "not"
                && let Some(&inner) = inputs.first()
            {
                return inner;
            }
            if let Some(opposite) = complement(name) {
                return self.intern(Term::Apply(opposite, attributes.clone(), inputs.clone()), ty);
            }
        }
        self.intern(Term::Apply("not", Vec::new(), vec![condition]), ty)
    }

    /// Whether a value may be infinite where a choice avoids it.
    fn is_guarded(&self, id: Id) -> bool {
        let own = match self.term(id) {
            Term::Product(factors) => factors.iter().any(|(_, power)| *power < 2),
            Term::Apply(name, _, _) => matches!(*name, "log" | "log1p" | "power" | "select" | "exp"),
            Term::Name(_)
            | Term::Number(_)
            | Term::Size(_)
            | Term::Count(_)
            | Term::Sum(_)
            | Term::Fill(_) => false,
        };
        own || self.parts(id).into_iter().any(|part| self.is_guarded(part))
    }

    /// A branch, in which the condition is known.
    fn decided(&mut self, id: Id, condition: Id, truth: bool) -> Id {
        let ty = self.ty(id).clone();
        let answer = |terms: &mut Terms, holds: bool| {
            let value = terms.constant(f64::from(u8::from(holds)));
            terms.fill(value, &ty)
        };
        if id == condition {
            return answer(self, truth);
        }
        if self.is_condition(condition) && self.is_condition(id) && self.negation(condition) == id {
            return answer(self, !truth);
        }
        match self.term(id).clone() {
            Term::Sum(terms) => {
                let inside: Vec<(f64, Id)> = terms
                    .iter()
                    .map(|(factor, term)| (factor.0, self.decided(*term, condition, truth)))
                    .collect();
                self.sum(&inside, &ty)
            }
            Term::Product(factors) => {
                let inside: Vec<(Id, i32)> = factors
                    .iter()
                    .map(|(base, power)| (self.decided(*base, condition, truth), *power))
                    .collect();
                let product = self.product(1.0, &inside);
                self.fill(product, &ty)
            }
            Term::Apply("select", _, inputs) => {
                let &[inner, a, b] = inputs.as_slice() else { return id };
                if inner == condition {
                    return self.decided(if truth { a } else { b }, condition, truth);
                }
                let (a, b) = (self.decided(a, condition, truth), self.decided(b, condition, truth));
                self.choice(inner, a, b, &ty)
            }
            Term::Apply(name, attributes, inputs) if ELEMENTWISE.contains(&name) => {
                let inside = inputs.iter().map(|input| self.decided(*input, condition, truth)).collect();
                self.apply(name, attributes, inside, &ty)
            }
            Term::Name(_)
            | Term::Number(_)
            | Term::Size(_)
            | Term::Count(_)
            | Term::Apply(..)
            | Term::Fill(_) => id,
        }
    }

    /// `g a [c] + g b [not c]` is `g (if c then a else b)`.
    pub(super) fn join_choices(&mut self, flat: &mut Vec<(f64, Id)>) {
        let mut at = 0;
        while at < flat.len() {
            let joined = (at + 1..flat.len()).find_map(|other| {
                let (first, second) = (*flat.get(at)?, *flat.get(other)?);
                Some((other, self.joined(first, second)?))
            });
            match joined {
                Some((other, term)) => {
                    flat.remove(other);
                    flat.remove(at);
                    flat.push((1.0, term));
                    at = 0;
                }
                None => at += 1,
            }
        }
    }

    fn joined(&mut self, (f1, t1): (f64, Id), (f2, t2): (f64, Id)) -> Option<Id> {
        let (mut first, mut second) = (self.monomial(t1).bases, self.monomial(t2).bases);
        let conditions: Vec<Id> =
            first.iter().filter(|(base, _)| self.is_condition(*base)).map(|(base, _)| *base).collect();
        let condition = conditions.into_iter().find(|condition| {
            let opposite = self.negation(*condition);
            second.iter().any(|(base, _)| *base == opposite)
        })?;
        let opposite = self.negation(condition);
        first.retain(|(base, _)| *base != condition);
        second.retain(|(base, _)| *base != opposite);
        let shared: Vec<(Id, i32)> = first.iter().copied().filter(|factor| second.contains(factor)).collect();
        first.retain(|factor| !shared.contains(factor));
        second.retain(|factor| !shared.contains(factor));
        let (a, b) = (self.product(f1, &first), self.product(f2, &second));
        let ty = self.wide([condition, a, b]);
        let choice = self.choice(condition, a, b, &ty);
        let mut factors = shared;
        factors.push((choice, 2));
        Some(self.product(1.0, &factors))
    }

    /// Whether a term is a number other than these.
    pub fn is_number(&self, id: Id) -> bool {
        matches!(self.term(self.bare(id)), Term::Number(Real(_)))
    }
}

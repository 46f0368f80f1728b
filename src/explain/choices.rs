//! Conditions and choices: `if c then a else b`, and conditions as numbers, `[z > 0]`.

use super::algebra::Power;
use super::term::{Id, Term, Terms};
use crate::graph::Real;
use crate::types::TensorType;

/// Functions of one value that a choice can be decided inside of.
const ELEMENTWISE: &[&str] = &[
    "exp", "expm1", "sigmoid", "softplus", "tanh", "erf", "log", "log1p", "abs", "sign", "relu", "min",
    "power", "sin", "cos",
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
        let (a, b) = (self.best(a), self.best(b));
        let (a, b) = (self.bare_number(a), self.bare_number(b));
        if a == b {
            return self.fill(a, ty);
        }
        // One choice after another, not within another.
        if self.applied(a, "select").is_some()
            && self.applied(b, "select").is_none()
            && self.as_apply(condition).is_some_and(|(name, ..)| complement(name).is_some())
        {
            let opposite = self.negation(condition);
            return self.choice(opposite, b, a, ty);
        }
        let result = match (self.number(a), self.number(b)) {
            (Some(1.0), Some(0.0)) if self.is_condition(condition) => condition,
            (Some(0.0), Some(1.0)) if self.is_condition(condition) => self.negation(condition),
            (Some(k), Some(0.0)) if self.is_condition(condition) => self.scale(k, condition),
            (Some(0.0), Some(k)) if self.is_condition(condition) => {
                let holds = self.negation(condition);
                self.scale(k, holds)
            }
            (Some(0.0), None) if self.is_rectified(condition, b, "greater") => self.smaller(b, a),
            (None, Some(0.0)) if self.is_rectified(condition, a, "less") => self.smaller(a, b),
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

    fn smaller(&mut self, x: Id, zero: Id) -> Id {
        let ty = self.ty(x).clone();
        self.intern(Term::Apply("min", Vec::new(), vec![x, zero]), ty)
    }

    /// Whether the condition compares the value itself with 0.
    fn is_rectified(&self, condition: Id, value: Id, comparison: &str) -> bool {
        match self.applied(condition, comparison) {
            Some(&[x, zero]) => x == value && self.number(zero) == Some(0.0),
            Some(_) | None => false,
        }
    }

    /// A comparison, which is 1 or 0.
    pub(super) fn is_condition(&self, id: Id) -> bool {
        self.as_apply(id).is_some_and(|(name, ..)| complement(name).is_some() || name == "not")
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
            Term::Product(factors) => factors.iter().any(|(base, power)| {
                let is_count = matches!(self.term(*base), Term::Size(_) | Term::Count(_));
                *power < 2 && !is_count
            }),
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

    /// One choice in place of two by the same condition, if that is shorter.
    fn joined(&mut self, first: (f64, Id), second: (f64, Id)) -> Option<Id> {
        let (c1, a1, b1, mut rest1) = self.as_choice(first.1)?;
        let (c2, a2, b2, mut rest2) = self.as_choice(second.1)?;
        let (a2, b2) = if c1 == c2 {
            (a2, b2)
        } else if self.is_condition(c2) && self.negation(c2) == c1 {
            (b2, a2)
        } else {
            return None;
        };
        let shared: Vec<(Id, i32)> = rest1.iter().copied().filter(|factor| rest2.contains(factor)).collect();
        rest1.retain(|factor| !shared.contains(factor));
        rest2.retain(|factor| !shared.contains(factor));
        let mut branch = |x: Id, y: Id| {
            let (mut left, mut right) = (rest1.clone(), rest2.clone());
            left.push((x, 2));
            right.push((y, 2));
            let (left, right) = (self.product(first.0, &left), self.product(second.0, &right));
            let sum = self.add(left, right);
            self.best(sum)
        };
        let (a, b) = (branch(a1, a2), branch(b1, b2));
        let ty = self.wide([c1, a, b]);
        let choice = self.choice(c1, a, b, &ty);
        let mut factors = shared;
        factors.push((choice, 2));
        let result = self.product(1.0, &factors);
        let before = self.weight(first.1) + self.weight(second.1);
        (self.weight(result) <= before).then_some(result)
    }

    /// A term as a choice times the rest: the condition, both branches, the other factors.
    fn as_choice(&mut self, term: Id) -> Option<(Id, Id, Id, Vec<Power>)> {
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        let mut rest = self.monomial(term).bases;
        let at = rest.iter().position(|(base, power)| {
            *power == 2 && (self.is_condition(*base) || self.applied(*base, "select").is_some())
        })?;
        let (base, _) = rest.remove(at);
        match self.applied(base, "select") {
            Some(&[c, a, b]) => Some((c, a, b, rest)),
            Some(_) | None => Some((base, one, zero, rest)),
        }
    }

    pub fn is_number(&self, id: Id) -> bool {
        matches!(self.term(self.bare(id)), Term::Number(Real(_)))
    }
}

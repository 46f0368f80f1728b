//! Conditions and choices: `if c then a else b`, and conditions as numbers, `[z > 0]`.

use super::algebra::{Monomial, Power};
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

/// A choice times other factors.
struct Choice {
    condition: Id,
    then: Id,
    otherwise: Id,
    rest: Vec<Power>,
}

impl Terms {
    pub fn choice(&mut self, condition: Id, a: Id, b: Id, ty: &TensorType) -> Id {
        if let Some(value) = self.number(condition) {
            return self.fill(if value == 0.0 { b } else { a }, ty);
        }
        let otherwise = self.negation(condition);
        let (a, b) = (self.decided(a, condition), self.decided(b, otherwise));
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
            return self.choice(otherwise, b, a, ty);
        }
        let result = match (self.number(a), self.number(b)) {
            (Some(1.0), Some(0.0)) if self.is_condition(condition) => condition,
            (Some(0.0), Some(1.0)) if self.is_condition(condition) => self.negation(condition),
            (Some(k), Some(0.0)) if self.is_condition(condition) => self.scale(k, condition),
            (Some(0.0), Some(k)) if self.is_condition(condition) => {
                let holds = self.negation(condition);
                self.scale(k, holds)
            }
            (None, None) if self.is_size(condition, a, b) => self.function("abs", a),
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
            _ => return self.plain_choice(condition, a, b, ty),
        };
        self.fill(result, ty)
    }

    /// A choice that nothing simpler is known for: as the program has asked, numbers in front, one case after another.
    fn plain_choice(&mut self, condition: Id, a: Id, b: Id, ty: &TensorType) -> Id {
        let otherwise = self.negation(condition);
        if self.asked.contains_key(&otherwise)
            && !self.asked.contains_key(&condition)
            && self.applied(b, "select").is_none()
        {
            return self.choice(otherwise, b, a, ty);
        }
        let (f, g) = (self.monomial(a).factor, self.monomial(b).factor);
        let is_common = f.abs() == g.abs() && (f.abs() != 1.0 || f < 0.0 && g < 0.0);
        if is_common && self.number(a).is_none() && self.number(b).is_none() {
            let front = if f < 0.0 && g < 0.0 { f } else { f.abs() };
            let (a, b) = (self.scale(1.0 / front, a), self.scale(1.0 / front, b));
            let choice = self.choice(condition, a, b, ty);
            let scaled = self.scale(front, choice);
            return self.fill(scaled, ty);
        }
        let b = self.as_case(b, condition);
        if let Some(&[inner, value, rest]) = self.applied(b, "select")
            && self.asked_outside(inner, condition)
            && self.says(condition, inner) == Some(false)
        {
            let rest = self.choice(condition, a, rest, ty);
            return self.intern(Term::Apply("select", Vec::new(), vec![inner, value, rest]), ty.clone());
        }
        self.intern(Term::Apply("select", Vec::new(), vec![condition, a, b]), ty.clone())
    }

    /// `if c then x else 0` of `x [c]`, and what else is a choice, as the program has asked; after a condition.
    fn as_case(&mut self, id: Id, after: Id) -> Id {
        let ty = self.ty(id).clone();
        let cut = match self.as_apply(id) {
            Some(("relu", _, &[x])) => Some((x, "greater")),
            Some(("min", _, &[x, zero])) if self.number(zero) == Some(0.0) => Some((x, "less")),
            _ => None,
        };
        let case = match cut {
            Some((x, comparison)) => {
                let (zero, condition) = (self.constant(0.0), self.compared_with_0(comparison, x, id));
                if !self.is_of_same(condition, after) {
                    return id;
                }
                self.intern(Term::Apply("select", Vec::new(), vec![condition, x, zero]), ty.clone())
            }
            None => self.product_as_case(id),
        };
        let Some(&[condition, value, rest]) = self.applied(case, "select") else { return case };
        let opposite = self.negation(condition);
        match self.asked.contains_key(&opposite) && self.applied(value, "select").is_none() {
            true => self.intern(Term::Apply("select", Vec::new(), vec![opposite, rest, value]), ty),
            false => case,
        }
    }

    fn product_as_case(&mut self, id: Id) -> Id {
        let Monomial { factor, mut bases } = self.monomial(id);
        let mut conditions = bases.iter().filter(|(base, _)| self.is_condition(*base));
        let (Some(&(condition, 2)), None) = (conditions.next(), conditions.next()) else { return id };
        bases.retain(|(base, _)| *base != condition);
        if bases.is_empty() {
            return id;
        }
        let ty = self.ty(id).clone();
        let (value, zero) = (self.product(factor, &bases), self.constant(0.0));
        self.intern(Term::Apply("select", Vec::new(), vec![condition, value, zero]), ty)
    }

    /// Remembers how the program has asked, so that its derivative asks alike.
    pub(super) fn ask(&mut self, condition: Id) {
        let (opposite, count) = (self.negation(condition), self.asked.len());
        if !self.asked.contains_key(&opposite) {
            self.decisions.clear();
            self.asked.entry(condition).or_insert(count);
        }
    }

    /// Whether the program asks one condition before it asks the other: a graph has the inner choice first.
    fn asked_outside(&self, first: Id, second: Id) -> bool {
        match (self.asked.get(&first), self.asked.get(&second)) {
            (Some(first), Some(second)) => first > second,
            (Some(_) | None, _) => false,
        }
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
    fn is_rectified(&mut self, condition: Id, value: Id, comparison: &'static str) -> bool {
        self.is_condition(condition) && self.compared_with_0(comparison, value, condition) == condition
    }

    /// `|x|` of `if x > 0 then x else −x`.
    fn is_size(&mut self, condition: Id, a: Id, b: Id) -> bool {
        let is_above =
            self.is_rectified(condition, a, "greater") || self.is_rectified(condition, a, "greater_equal");
        is_above && self.scale(-1.0, a) == b
    }

    /// The comparison of a value with 0, of the type of another.
    pub(super) fn compared_with_0(&mut self, comparison: &'static str, value: Id, like: Id) -> Id {
        let (zero, ty) = (self.constant(0.0), self.ty(like).clone());
        self.comparison(comparison, value, zero, &ty)
    }

    /// A comparison, which is 1 or 0.
    pub(super) fn is_condition(&self, id: Id) -> bool {
        self.as_apply(id).is_some_and(|(name, ..)| complement(name).is_some() || name == "not")
    }

    pub(super) fn negation(&mut self, condition: Id) -> Id {
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
        self.any_inside(id, |part| self.is_guarded_itself(part))
    }

    fn is_guarded_itself(&self, id: Id) -> bool {
        match self.term(id) {
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
        }
    }

    /// A branch, in which a condition is known to hold.
    fn decided(&mut self, id: Id, known: Id) -> Id {
        if let Some(&found) = self.decisions.get(&(id, known)) {
            return found;
        }
        let found = self.decided_anew(id, known);
        self.decisions.insert((id, known), found);
        found
    }

    fn decided_anew(&mut self, id: Id, known: Id) -> Id {
        let ty = self.ty(id).clone();
        if let Some(holds) = self.says(known, id) {
            let value = self.constant(f64::from(u8::from(holds)));
            return self.fill(value, &ty);
        }
        match self.term(id).clone() {
            Term::Sum(terms) => {
                let inside: Vec<(f64, Id)> =
                    terms.iter().map(|(factor, term)| (factor.0, self.decided(*term, known))).collect();
                self.sum(&inside, &ty)
            }
            Term::Product(factors) => {
                let inside: Vec<(Id, i32)> =
                    factors.iter().map(|(base, power)| (self.decided(*base, known), *power)).collect();
                let product = self.product(1.0, &inside);
                self.fill(product, &ty)
            }
            Term::Apply("select", _, inputs) => {
                let &[inner, a, b] = inputs.as_slice() else { return id };
                if let Some(holds) = self.says(known, inner) {
                    return self.decided(if holds { a } else { b }, known);
                }
                let (a, b) = (self.decided(a, known), self.decided(b, known));
                self.choice(inner, a, b, &ty)
            }
            Term::Apply(name, attributes, inputs) if ELEMENTWISE.contains(&name) => {
                if let Some(side) = self.bounded_side(id, known) {
                    return self.fill(side, &ty);
                }
                let inside = inputs.iter().map(|input| self.decided(*input, known)).collect();
                self.apply(name, attributes, inside, &ty)
            }
            // A value of the program that is cut off is what it is cut off from.
            Term::Name(_) => match self.bounded_side(self.resolve(id), known) {
                Some(side) if self.weight(side) == 1 => self.fill(side, &ty),
                Some(_) | None => id,
            },
            Term::Number(_) | Term::Size(_) | Term::Count(_) | Term::Apply(..) | Term::Fill(_) => id,
        }
    }

    /// Which of its two sides `min(x, n)`, `max(x, n)` or `relu(x)` is, where that is known.
    fn bounded_side(&mut self, id: Id, known: Id) -> Option<Id> {
        let zero = self.constant(0.0);
        let (x, limit, comparison) = match self.as_apply(id)? {
            ("min", _, &[x, limit]) => (x, limit, "less_equal"),
            ("max", _, &[x, limit]) => (x, limit, "greater_equal"),
            ("relu", _, &[x]) => (x, zero, "greater_equal"),
            _ => return None,
        };
        self.number(limit)?;
        let ty = self.ty(known).clone();
        let asked = self.comparison(comparison, x, limit, &ty);
        let is_x = self.says(known, asked)?;
        Some(if is_x { x } else { limit })
    }

    /// `g a [c] + g b [not c]` is `g (if c then a else b)`.
    pub(super) fn join_choices(&mut self, flat: &mut Vec<(f64, Id)>) {
        if flat.iter().filter(|(_, term)| self.has_choices(*term)).count() < 2 {
            return;
        }
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
        let (ones, others) = (self.as_choices(first.1), self.as_choices(second.1));
        for one in &ones {
            for other in &others {
                let Some(found) = self.joined_by((first.0, one), (second.0, other)) else { continue };
                let before = self.weight(first.1) + self.weight(second.1);
                if self.weight(found) <= before {
                    return Some(found);
                }
            }
        }
        None
    }

    fn joined_by(&mut self, (f, one): (f64, &Choice), (g, other): (f64, &Choice)) -> Option<Id> {
        let c1 = one.condition;
        let (a2, b2) = if c1 == other.condition {
            (other.then, other.otherwise)
        } else if self.is_condition(other.condition) && self.negation(other.condition) == c1 {
            (other.otherwise, other.then)
        } else {
            return None;
        };
        let (mut rest1, mut rest2) = (one.rest.clone(), other.rest.clone());
        let shared: Vec<(Id, i32)> = rest1.iter().copied().filter(|factor| rest2.contains(factor)).collect();
        rest1.retain(|factor| !shared.contains(factor));
        rest2.retain(|factor| !shared.contains(factor));
        let mut branch = |x: Id, y: Id| {
            let (mut left, mut right) = (rest1.clone(), rest2.clone());
            left.push((x, 2));
            right.push((y, 2));
            let (left, right) = (self.product(f, &left), self.product(g, &right));
            let sum = self.add(left, right);
            self.best(sum)
        };
        let (a, b) = (branch(one.then, a2), branch(one.otherwise, b2));
        let ty = self.wide([c1, a, b]);
        let choice = self.choice(c1, a, b, &ty);
        let mut factors = shared;
        factors.push((choice, 2));
        Some(self.product(1.0, &factors))
    }

    fn has_choices(&self, term: Id) -> bool {
        let is_choice = |base: Id| self.applied(base, "select").is_some() || self.is_condition(base);
        self.monomial(term).bases.iter().any(|(base, power)| *power == 2 && is_choice(*base))
    }

    /// The ways to read a term as a choice times the rest.
    fn as_choices(&mut self, term: Id) -> Vec<Choice> {
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        let bases = self.monomial(term).bases;
        let mut found = Vec::new();
        for (at, (base, power)) in bases.iter().enumerate() {
            let mut rest = bases.clone();
            rest.remove(at);
            let (condition, then, otherwise) = match self.applied(*base, "select") {
                _ if *power != 2 => continue,
                Some(&[condition, then, otherwise]) => (condition, then, otherwise),
                Some(_) | None if self.is_condition(*base) => (*base, one, zero),
                Some(_) | None => continue,
            };
            found.push(Choice { condition, then, otherwise, rest });
        }
        found
    }

    pub fn is_number(&self, id: Id) -> bool {
        matches!(self.term(self.bare(id)), Term::Number(Real(_)))
    }
}

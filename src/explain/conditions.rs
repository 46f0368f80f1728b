//! Comparisons with numbers: `x + 3 > 0` is `x > −3`, and what one of them says of another.

use super::algebra::Power;
use super::term::{Id, Term, Terms};
use crate::graph::Real;
use crate::types::TensorType;

/// The comparison of the same two the other way round.
fn mirrored(name: &'static str) -> &'static str {
    match name {
        "less" => "greater",
        "greater" => "less",
        "less_equal" => "greater_equal",
        "greater_equal" => "less_equal",
        same => same,
    }
}

/// Numbers from one to another, with whether each end belongs to them.
struct Between {
    low: (f64, bool),
    high: (f64, bool),
}

impl Between {
    fn of(comparison: &str, limit: f64) -> Option<Between> {
        let (least, most) = ((f64::NEG_INFINITY, false), (f64::INFINITY, false));
        Some(match comparison {
            "less" => Between { low: least, high: (limit, false) },
            "less_equal" => Between { low: least, high: (limit, true) },
            "greater" => Between { low: (limit, false), high: most },
            "greater_equal" => Between { low: (limit, true), high: most },
            "equal" => Between { low: (limit, true), high: (limit, true) },
            _ => return None,
        })
    }

    fn is_within(&self, other: &Between) -> bool {
        let fits =
            |own: (f64, bool), end: (f64, bool), inside: bool| inside || own.0 == end.0 && (end.1 || !own.1);
        fits(self.low, other.low, self.low.0 > other.low.0)
            && fits(self.high, other.high, self.high.0 < other.high.0)
    }

    fn is_apart(&self, other: &Between) -> bool {
        let below =
            |a: &Between, b: &Between| a.high.0 < b.low.0 || a.high.0 == b.low.0 && !(a.high.1 && b.low.1);
        below(self, other) || below(other, self)
    }
}

impl Terms {
    /// A comparison: what is compared with a number stands alone on the left.
    pub(super) fn comparison(&mut self, name: &'static str, a: Id, b: Id, ty: &TensorType) -> Id {
        let (name, a, b) = match (self.number(a), self.number(b)) {
            (Some(_), None) => (mirrored(name), b, a),
            _ => (name, a, b),
        };
        let (name, a, b) = match self.number(b) {
            Some(limit) => self.alone(name, a, limit),
            None => (name, a, b),
        };
        self.intern(Term::Apply(name, Vec::new(), vec![a, b]), ty.clone())
    }

    /// `x > −3` of `x + 3 > 0`, `x < 1` of `1 − x > 0`.
    fn alone(&mut self, name: &'static str, a: Id, limit: f64) -> (&'static str, Id, Id) {
        let one = self.constant(1.0);
        let (numbers, rest): (Vec<_>, Vec<_>) = self.linear(a).into_iter().partition(|(_, it)| *it == one);
        let moved = limit - numbers.iter().map(|(number, _)| number).sum::<f64>();
        match rest.as_slice() {
            &[(factor, x)] if factor.abs() == 1.0 || moved == 0.0 => {
                let name = if factor < 0.0 { mirrored(name) } else { name };
                (name, x, self.constant(moved / factor))
            }
            _ => (name, a, self.constant(limit)),
        }
    }

    /// A comparison with a number: which one, of what, with which number.
    fn bounded(&self, condition: Id) -> Option<(&'static str, Id, f64)> {
        let (name, _, inputs) = self.as_apply(condition).filter(|_| self.is_condition(condition))?;
        let &[x, limit] = inputs else { return None };
        Some((name, x, self.number(limit)?))
    }

    /// Whether two comparisons with numbers are of the same value.
    pub(super) fn is_of_same(&self, one: Id, other: Id) -> bool {
        match (self.bounded(one), self.bounded(other)) {
            (Some((_, x, _)), Some((_, y, _))) => x == y,
            (Some(_) | None, _) => false,
        }
    }

    /// What a comparison that holds says of another: that it holds, or that it does not.
    pub(super) fn says(&self, known: Id, asked: Id) -> Option<bool> {
        if known == asked {
            return Some(true);
        }
        let is_not = |terms: &Terms, a: Id, b: Id| terms.applied(a, "not") == Some(&[b]);
        if is_not(self, known, asked) || is_not(self, asked, known) {
            return Some(false);
        }
        let ((name, x, limit), (other, y, number)) = (self.bounded(known)?, self.bounded(asked)?);
        if x != y {
            return None;
        }
        let range = Between::of(name, limit)?;
        let (asked, is_opposite) = match other {
            "not_equal" => (Between::of("equal", number)?, true),
            _ => (Between::of(other, number)?, false),
        };
        let found =
            if range.is_within(&asked) { Some(true) } else { range.is_apart(&asked).then_some(false) };
        found.map(|holds| holds != is_opposite)
    }

    /// The factor that two conditions are, if one of them says the other: `None` inside where both never hold.
    pub(super) fn both(&mut self, a: Id, b: Id) -> Option<Option<Id>> {
        match (self.says(a, b), self.says(b, a)) {
            (Some(false), _) | (_, Some(false)) => return Some(None),
            (Some(true), _) => return Some(Some(a)),
            (_, Some(true)) => return Some(Some(b)),
            (None, None) => {}
        }
        self.around_zero(a, b, ["less", "less_equal"]).map(Some)
    }

    /// `|x| < n` of `x > −n` and `x < n`; the other way round `|x| > n`.
    pub(super) fn around_zero(&mut self, a: Id, b: Id, of: [&'static str; 2]) -> Option<Id> {
        let ((first, x, low), (second, y, high)) = (self.bounded(a)?, self.bounded(b)?);
        let (first, second, low, high) =
            if low < high { (first, second, low, high) } else { (second, first, high, low) };
        if x != y || low != -high || !of.contains(&second) || first != mirrored(second) {
            return None;
        }
        let size = self.function("abs", x);
        let (limit, ty) = (self.constant(high), self.ty(a).clone());
        Some(self.comparison(second, size, limit, &ty))
    }

    /// Conditions among factors: each once, and one in place of two. Whether they can hold together.
    pub(super) fn known_conditions(&mut self, bases: &mut Vec<Power>) -> bool {
        for (base, power) in bases.iter_mut() {
            if *power > 2 && self.is_condition(*base) {
                *power = 2;
            }
        }
        let mut at = 0;
        while let Some(&(first, power)) = bases.get(at) {
            let is_one = |terms: &Terms, base: Id, power: i32| power == 2 && terms.is_condition(base);
            let mut others: Vec<Id> = Vec::new();
            if is_one(self, first, power) {
                let rest = bases[at + 1..].iter().filter(|(base, power)| is_one(self, *base, *power));
                others.extend(rest.map(|(base, _)| *base));
            }
            let found = others.into_iter().find_map(|other| Some((other, self.both(first, other)?)));
            match found {
                None => at += 1,
                Some((_, None)) => return false,
                Some((other, Some(one))) => {
                    bases.retain(|(base, _)| *base != first && *base != other);
                    bases.push((one, 2));
                    at = 0;
                }
            }
        }
        true
    }

    /// `[x > n] + [x < −n]` is `[|x| > n]`.
    pub(super) fn either(&mut self, flat: &[(f64, Id)]) -> Option<Id> {
        let &[(f, a), (g, b)] = flat else { return None };
        if f != g || !self.is_condition(a) || !self.is_condition(b) {
            return None;
        }
        let one = self.around_zero(a, b, ["greater", "greater_equal"])?;
        Some(self.plain_sum(&[(f, one)]))
    }

    /// A choice that is mostly between numbers takes a number before it: `2 (if c then 1 else 3)`.
    pub(super) fn scaled_choice(&mut self, factor: f64, bases: &[Power]) -> Option<Id> {
        let at = bases.iter().position(|(base, power)| *power == 2 && self.is_among_numbers(*base))?;
        let scaled = self.scaled_branches(factor, bases[at].0);
        let mut bases = bases.to_vec();
        bases[at].0 = scaled;
        Some(self.product(1.0, &bases))
    }

    fn is_among_numbers(&self, id: Id) -> bool {
        let (mut numbers, mut others, mut rest) = (0, 0, id);
        let mut count = |terms: &Terms, id: Id| match terms.number(id) {
            Some(_) => numbers += 1,
            None => others += 1,
        };
        if self.applied(id, "select").is_none() {
            return false;
        }
        while let Some(&[_, value, otherwise]) = self.applied(rest, "select") {
            count(self, value);
            rest = otherwise;
        }
        count(self, rest);
        numbers > others
    }

    fn scaled_branches(&mut self, factor: f64, id: Id) -> Id {
        let Some(&[condition, value, otherwise]) = self.applied(id, "select") else {
            return match self.term(self.bare(id)) {
                Term::Number(Real(number)) => {
                    let scaled = factor * number;
                    self.constant(scaled)
                }
                _ => self.scale(factor, id),
            };
        };
        let ty = self.ty(id).clone();
        let (value, otherwise) =
            (self.scaled_branches(factor, value), self.scaled_branches(factor, otherwise));
        self.choice(condition, value, otherwise, &ty)
    }
}

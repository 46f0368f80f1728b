//! Sums and products in normal form: like terms collected, numbers in front, the same mathematics the same term.
//!
//! `lift` builds terms with these. What is multiplied out and what is put in front is decided in `normal`, the order in
//! `order`; identities of particular functions are in `patterns`.

use super::constant::{is_readable, shortest, written};
use super::term::{Id, Term, Terms};
use crate::graph::Real;
use crate::types::TensorType;

/// A base with twice its power.
pub type Power = (Id, i32);

/// A number times bases with twice their powers.
#[derive(Clone, Debug)]
pub struct Monomial {
    pub factor: f64,
    pub bases: Vec<(Id, i32)>,
}

impl Terms {
    /// A term as a sum of terms with numbers before them; the number alone stands before 1.
    pub fn linear(&mut self, id: Id) -> Vec<(f64, Id)> {
        let one = self.constant(1.0);
        let id = self.bare(id);
        match self.term(id) {
            Term::Number(Real(value)) => vec![(*value, one)],
            Term::Sum(terms) => terms.iter().map(|(factor, term)| (factor.0, *term)).collect(),
            Term::Name(_)
            | Term::Size(_)
            | Term::Count(_)
            | Term::Product(_)
            | Term::Apply(..)
            | Term::Fill(_) => vec![(1.0, id)],
        }
    }

    pub fn monomial(&self, id: Id) -> Monomial {
        let id = self.bare(id);
        match self.term(id) {
            Term::Number(Real(value)) => Monomial { factor: *value, bases: Vec::new() },
            Term::Product(factors) => Monomial { factor: 1.0, bases: factors.clone() },
            Term::Sum(terms) => match terms.as_slice() {
                [(factor, term)] => {
                    let inside = self.monomial(*term);
                    Monomial { factor: factor.0 * inside.factor, bases: inside.bases }
                }
                _ => Monomial { factor: 1.0, bases: vec![(id, 2)] },
            },
            Term::Name(_) | Term::Size(_) | Term::Count(_) | Term::Apply(..) | Term::Fill(_) => {
                Monomial { factor: 1.0, bases: vec![(id, 2)] }
            }
        }
    }

    /// The sum of terms with numbers before them, of a type.
    pub fn sum(&mut self, terms: &[(f64, Id)], ty: &TensorType) -> Id {
        let mut flat: Vec<(f64, Id)> = Vec::new();
        for &(factor, term) in terms {
            for (inner, part) in self.linear(term) {
                let total = factor * inner;
                let is_sum = matches!(self.term(part), Term::Sum(_));
                let parts = if is_sum && total.abs() == 1.0 { self.linear(part) } else { vec![(1.0, part)] };
                for (innermost, part) in parts {
                    collect(&mut flat, total * innermost, part);
                }
            }
        }
        flat.retain(|(factor, _)| *factor != 0.0);
        self.join_choices(&mut flat);
        let sum = self.plain_sum(&flat);
        self.fill(sum, ty)
    }

    /// Of collected terms.
    pub fn plain_sum(&mut self, flat: &[(f64, Id)]) -> Id {
        let one = self.constant(1.0);
        match flat {
            [] => self.constant(0.0),
            [(factor, term)] if *term == one => self.constant(*factor),
            [(factor, term)] if *factor == 1.0 => *term,
            _ => {
                if let Some(known) = self.known_sum(flat).or_else(|| self.either(flat)) {
                    return known;
                }
                let ty = self.wide(flat.iter().map(|(_, term)| *term));
                let terms = flat.iter().map(|(factor, term)| (Real(*factor), *term)).collect();
                self.intern(Term::Sum(terms), ty)
            }
        }
    }

    pub fn add(&mut self, a: Id, b: Id) -> Id {
        let ty = self.wide([a, b]);
        self.sum(&[(1.0, a), (1.0, b)], &ty)
    }

    pub fn subtract(&mut self, a: Id, b: Id) -> Id {
        let ty = self.wide([a, b]);
        self.sum(&[(1.0, a), (-1.0, b)], &ty)
    }

    pub fn scale(&mut self, factor: f64, a: Id) -> Id {
        self.product(factor, &[(a, 2)])
    }

    pub fn multiply(&mut self, a: Id, b: Id) -> Id {
        self.product(1.0, &[(a, 2), (b, 2)])
    }

    /// A number times bases with twice their powers.
    pub fn product(&mut self, factor: f64, given: &[(Id, i32)]) -> Id {
        self.tried += 1;
        let ty = self.wide(given.iter().map(|(base, _)| *base));
        let mut bases: Vec<(Id, i32)> = Vec::new();
        let mut total = factor;
        for &(base, power) in given {
            total *= self.gather(base, power, &mut bases);
        }
        bases.retain(|(_, power)| *power != 0);
        if total == 0.0 || !self.known_conditions(&mut bases) {
            let zero = self.constant(0.0);
            return self.fill(zero, &ty);
        }
        self.known_factors(&mut total, &mut bases);
        if total != 1.0
            && let Some(scaled) = self.scaled_choice(total, &bases)
        {
            return self.fill(scaled, &ty);
        }
        let result = match bases.as_slice() {
            [] => self.constant(total),
            [(base, 2)] if total == 1.0 => *base,
            [(base, 2)] if total == -1.0 && matches!(self.term(*base), Term::Sum(_)) => {
                let flipped: Vec<(f64, Id)> = self.linear(*base).iter().map(|(f, t)| (-f, *t)).collect();
                self.plain_sum(&flipped)
            }
            [(base, 2)] => self.plain_sum(&[(total, *base)]),
            _ => {
                let inner = self.wide(bases.iter().map(|(base, _)| *base));
                let product = self.intern(Term::Product(bases), inner);
                self.plain_sum(&[(total, product)])
            }
        };
        self.fill(result, &ty)
    }

    /// Puts a base to a power into a list of bases, and gives the number that comes out.
    fn gather(&mut self, base: Id, power: i32, bases: &mut Vec<(Id, i32)>) -> f64 {
        let base = self.bare(base);
        if let Some(value) = self.number(base) {
            let result = value.powf(f64::from(power) / 2.0);
            if result.is_finite() && (power % 2 == 0 || value > 0.0) {
                return result;
            }
        }
        let inside = self.monomial(base);
        let is_single = matches!(inside.bases.as_slice(), [(only, 2)] if *only == base);
        let whole = power % 2 == 0;
        let factor = inside.factor.powf(f64::from(power) / 2.0);
        if !is_single && factor.is_finite() && (whole || inside.factor > 0.0) {
            // A root of a product is taken apart only where no factor is under a root's sign of its own.
            if whole {
                let mut total = factor;
                for (inner, inner_power) in inside.bases {
                    let both = inner_power.saturating_mul(power / 2);
                    total *= self.gather_one(inner, both, bases);
                }
                return total;
            }
            if inside.factor != 1.0 {
                let rest = self.product(1.0, &inside.bases);
                return factor * self.gather_one(rest, power, bases);
            }
        }
        self.gather_one(base, power, bases)
    }

    fn gather_one(&mut self, base: Id, power: i32, bases: &mut Vec<(Id, i32)>) -> f64 {
        let (base, number) = if power % 2 == 0 { self.primitive(base) } else { (base, 1.0) };
        match bases.iter_mut().find(|(known, _)| *known == base) {
            Some((_, known)) => *known = known.saturating_add(power),
            None => bases.push((base, power)),
        }
        number.powi(power / 2)
    }

    /// A sum with the number that all its terms have in common before it, and its sign.
    pub(super) fn primitive(&mut self, base: Id) -> (Id, f64) {
        let (base, sign) = self.signed(base);
        let Term::Sum(terms) = self.term(base) else { return (base, sign) };
        let common = terms.iter().map(|(factor, _)| factor.0.abs()).reduce(common_number).unwrap_or(1.0);
        let goes_into = |(factor, _): &(Real, Id)| {
            let times = factor.0 / common;
            (times - times.round()).abs() < 1e-12 * times.abs()
        };
        if terms.len() < 2 || common == 1.0 || !terms.iter().all(goes_into) {
            return self.readable(base, sign);
        }
        // What is left are whole numbers, but for rounding.
        let rest = terms.iter().map(|(factor, term)| ((factor.0 / common).round(), *term));
        let rest: Vec<(f64, Id)> = rest.collect();
        (self.plain_sum(&rest), sign * common)
    }

    /// A sum in which a number is not read easily, with one of its numbers before it if all others are then read
    /// easily: `√(2/π) · (x + 0.044715 · x³)`.
    pub(super) fn readable(&mut self, base: Id, sign: f64) -> (Id, f64) {
        let Term::Sum(terms) = self.term(base) else { return (base, sign) };
        let terms = terms.clone();
        let numbers: Vec<f64> = terms.iter().map(|(factor, _)| factor.0.abs()).collect();
        if terms.len() < 2 || numbers.iter().all(|number| is_readable(*number)) {
            return (base, sign);
        }
        let shares = |by: f64| numbers.iter().map(|number| rounded(number / by)).collect::<Vec<f64>>();
        let fits = |by: &f64| shares(*by).into_iter().all(is_short);
        let Some(common) = numbers.iter().copied().filter(|number| *number != 1.0).find(fits) else {
            return (base, sign);
        };
        let rest = terms.iter().map(|(factor, term)| (rounded(factor.0 / common), *term));
        let rest: Vec<(f64, Id)> = rest.collect();
        (self.plain_sum(&rest), sign * common)
    }

    /// A sum with the sign that it has as a factor: more terms added than taken off, else the first one added.
    pub(super) fn signed(&mut self, base: Id) -> (Id, f64) {
        let Term::Sum(terms) = self.term(base) else { return (base, 1.0) };
        if terms.len() < 2 {
            return (base, 1.0);
        }
        let negative = terms.iter().filter(|(factor, _)| factor.0 < 0.0).count();
        let least =
            terms.iter().min_by(|a, b| self.leads(**a, **b)).is_some_and(|(factor, _)| factor.0 < 0.0);
        if negative * 2 < terms.len() || (negative * 2 == terms.len() && !least) {
            return (base, 1.0);
        }
        let flipped: Vec<(f64, Id)> = terms.iter().map(|(f, t)| (-f.0, *t)).collect();
        (self.plain_sum(&flipped), -1.0)
    }
}

/// The greatest number that goes into both: of whole numbers, of two that are equal, or a fraction such as 1/6 that
/// goes into the other.
fn common_number(a: f64, b: f64) -> f64 {
    let (mut a, mut b) = (a.max(b), a.min(b));
    if a == b {
        return a;
    }
    if b > 0.0 && written(b).below.is_some() {
        let times = a / b;
        return if (times - times.round()).abs() < 1e-12 && times < 1e3 { b } else { 1.0 };
    }
    if a.fract() != 0.0 || b.fract() != 0.0 || a > 1e9 {
        return 1.0;
    }
    while b != 0.0 {
        (a, b) = (b, a % b);
    }
    a
}

fn is_short(number: f64) -> bool {
    shortest(number).len() <= 8
}

/// A number without what rounding has left at its end.
pub(super) fn rounded(number: f64) -> f64 {
    let short: f64 = format!("{number:.13e}").parse().unwrap_or(number);
    if is_short(short.abs()) { short } else { number }
}

fn collect(flat: &mut Vec<(f64, Id)>, factor: f64, term: Id) {
    match flat.iter_mut().find(|(_, known)| *known == term) {
        Some((sum, _)) => *sum += factor,
        None => flat.push((factor, term)),
    }
}

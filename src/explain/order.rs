//! The order in which terms and factors are written. It follows from what they are, not from how the program wrote
//! them, so that the same mathematics prints the same.
//!
//! Factors: sizes, errors that flow back, products of matrices, names, sums, conditions, functions. Terms: errors,
//! products of matrices, powers of names with the highest first and quotients after them, functions; a 1 goes before
//! functions, other numbers go last.

use std::cmp::Ordering;

use super::term::{Id, Term, Terms};
use crate::graph::Real;

impl Terms {
    /// A term with its parts in order.
    pub(super) fn in_order(&self, term: &Term) -> Term {
        match term {
            Term::Sum(terms) => {
                let mut terms = terms.clone();
                terms.sort_by(|a, b| self.terms_in_order(*a, *b));
                Term::Sum(terms)
            }
            Term::Product(factors) => {
                let mut factors = factors.clone();
                factors.sort_by(|a, b| self.factors_in_order(*a, *b));
                Term::Product(factors)
            }
            Term::Name(_)
            | Term::Number(_)
            | Term::Size(_)
            | Term::Count(_)
            | Term::Apply(..)
            | Term::Fill(_) => term.clone(),
        }
    }

    /// Any two terms. Equal ones are one, so the first parts that differ decide.
    pub(super) fn compare(&self, a: Id, b: Id) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        let (first, second) = (self.term(a), self.term(b));
        let found = match (first, second) {
            (Term::Name(x), Term::Name(y)) => names(x, y),
            (Term::Number(x), Term::Number(y)) => x.0.total_cmp(&y.0),
            (Term::Size(x), Term::Size(y)) => x.to_string().cmp(&y.to_string()),
            (Term::Sum(x), Term::Sum(y)) => {
                self.each(x, y, |(f, t), (g, u)| self.compare(*t, *u).then(f.0.total_cmp(&g.0)))
            }
            (Term::Product(x), Term::Product(y)) => {
                self.each(x, y, |(t, p), (u, q)| self.powers(*t, *p, *u, *q))
            }
            (Term::Apply(f, own, x), Term::Apply(g, others, y)) => f
                .cmp(g)
                .then_with(|| self.each(x, y, |t, u| self.compare(*t, *u)))
                .then_with(|| format!("{own:?}").cmp(&format!("{others:?}"))),
            (Term::Fill(x), Term::Fill(y)) => self.compare(*x, *y),
            _ => kind(first).cmp(&kind(second)),
        };
        found.then_with(|| self.ty(a).to_string().cmp(&self.ty(b).to_string()))
    }

    /// The term of a difference that is best added, `1` of `1 − s` and `ŷ` of `ŷ − t`: a 1, else the first that is no
    /// target.
    pub(super) fn leads(&self, a: (Real, Id), b: (Real, Id)) -> Ordering {
        let rank = |(factor, id): (Real, Id)| match self.term(id) {
            Term::Number(_) if factor.0.abs() == 1.0 => 0,
            Term::Name(name) if &**name == "t" => 2,
            _ => 1,
        };
        rank(a).cmp(&rank(b)).then_with(|| self.terms_in_order(a, b))
    }

    fn each<T>(&self, a: &[T], b: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
        let first = a.iter().zip(b).map(|(x, y)| compare(x, y)).find(|found| found.is_ne());
        first.unwrap_or_else(|| a.len().cmp(&b.len()))
    }

    /// The same base with the higher power first.
    fn powers(&self, a: Id, power: i32, b: Id, other: i32) -> Ordering {
        self.compare(a, b).then(other.cmp(&power))
    }

    fn factors_in_order(&self, (a, power): (Id, i32), (b, other): (Id, i32)) -> Ordering {
        let class = |id: Id| (!self.is_scalar(id), self.factor_class(id));
        class(a).cmp(&class(b)).then_with(|| self.powers(a, power, b, other))
    }

    fn factor_class(&self, id: Id) -> u8 {
        match self.term(id) {
            Term::Number(_) | Term::Size(_) | Term::Count(_) => 0,
            Term::Name(name) if is_error(name) => 1,
            Term::Apply("matmul", ..) => 2,
            Term::Name(_) | Term::Apply("transpose", ..) => 3,
            Term::Sum(_) | Term::Product(_) => 4,
            Term::Apply("select", ..) => 7,
            Term::Apply(..) if self.is_condition(id) => 5,
            Term::Apply(..) => 6,
            Term::Fill(inner) => self.factor_class(*inner),
        }
    }

    fn terms_in_order(&self, (f, a): (Real, Id), (g, b): (Real, Id)) -> Ordering {
        let (x, y) = (self.place(f, a), self.place(g, b));
        x.cmp(&y)
            .then_with(|| {
                self.each(&self.monomial(a).bases, &self.monomial(b).bases, |(t, p), (u, q)| {
                    self.powers(*t, *p, *u, *q)
                })
            })
            .then_with(|| self.compare(a, b))
    }

    /// What a term of a sum is ordered by: its class, whether it is a quotient, minus its degree, its weight.
    fn place(&self, factor: Real, id: Id) -> (u8, bool, i32, usize) {
        if self.number(id).is_some() {
            return (if factor.0.abs() == 1.0 { 3 } else { 5 }, false, 0, 0);
        }
        let bases = self.monomial(id).bases;
        let class = |wanted: fn(u8) -> bool| bases.iter().any(|(base, _)| wanted(self.factor_class(*base)));
        if class(|class| class == 1) && !class(|class| class == 2) {
            return (0, false, 0, self.weight(id));
        }
        if class(|class| class == 2) {
            return (1, false, 0, self.weight(id));
        }
        if !class(|class| class > 4) {
            let named = bases.iter().filter(|(base, _)| self.factor_class(*base) > 0);
            let is_quotient = bases.iter().any(|(_, power)| *power < 0);
            return (2, is_quotient, -named.map(|(_, power)| *power).sum::<i32>(), 0);
        }
        (4, false, 0, self.weight(id))
    }
}

fn kind(term: &Term) -> u8 {
    match term {
        Term::Number(_) => 0,
        Term::Size(_) => 1,
        Term::Count(_) => 2,
        Term::Name(_) => 3,
        Term::Product(_) => 4,
        Term::Sum(_) => 5,
        Term::Apply(..) => 6,
        Term::Fill(_) => 7,
    }
}

/// `δ2`, `∂L/∂h`
fn is_error(name: &str) -> bool {
    name.starts_with(['δ', '∂'])
}

/// Alphabetically, with numbers by their size: `h2` before `h10`.
fn names(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.chars().peekable(), b.chars().peekable());
    loop {
        match (x.peek().copied(), y.peek().copied()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(c), Some(d)) if c.is_ascii_digit() && d.is_ascii_digit() => {
                let number = |letters: &mut std::iter::Peekable<std::str::Chars<'_>>| {
                    let mut value = 0u64;
                    while let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(10)) {
                        value = value.saturating_mul(10).saturating_add(u64::from(digit));
                        letters.next();
                    }
                    value
                };
                let found = number(&mut x).cmp(&number(&mut y));
                if found.is_ne() {
                    return found;
                }
            }
            (Some(c), Some(d)) => {
                let found = c.to_lowercase().cmp(d.to_lowercase());
                if found.is_ne() {
                    return found;
                }
                x.next();
                y.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_as_in_a_dictionary() {
        let mut all = ["h10", "x", "h2", "W", "δ", "w", "a", "ŷ"];
        all.sort_by(|a, b| names(a, b));
        assert_eq!(all, ["a", "h2", "h10", "W", "w", "x", "ŷ", "δ"]);
    }
}

//! Sums as polynomials of what stands in them, and which sums divide them: `a c + a d + b c + b d` is
//! `(a + b) (c + d)`.

use std::collections::BTreeMap;

use super::algebra::Power;
use super::term::{Id, Term, Terms};

/// Divisors that are tried.
const MAX_DIVISORS: usize = 12;
/// Steps of a division.
const MAX_STEPS: usize = 64;

/// Numbers before powers of the variables, by their exponents.
type Polynomial = BTreeMap<Vec<i32>, f64>;

impl Terms {
    /// A sum as a product, if one of the sums that stand before a variable divides it.
    pub(super) fn divided(&mut self, id: Id) -> Option<Id> {
        let terms = self.linear(id);
        if terms.len() < 3 {
            return None;
        }
        let mut variables: Vec<Id> = Vec::new();
        for (_, term) in &terms {
            for (base, power) in self.monomial(*term).bases {
                if power < 2 || power % 2 != 0 {
                    return None;
                }
                if !variables.contains(&base) {
                    variables.push(base);
                }
            }
        }
        variables.sort_by(|a, b| self.compare(*a, *b));
        let whole = self.polynomial(id, &variables)?;
        for divisor in self.divisors(&whole, &variables) {
            let Some(by) = self.polynomial(divisor, &variables).filter(|by| by.len() > 1) else { continue };
            if let Some(quotient) = quotient(&whole, &by) {
                let quotient = self.written_out(&quotient, &variables);
                let quotient = self.best(quotient);
                return Some(self.multiply(divisor, quotient));
            }
        }
        None
    }

    /// The factors of what stands before each power of each variable.
    fn divisors(&mut self, whole: &Polynomial, variables: &[Id]) -> Vec<Id> {
        let mut found: Vec<Id> = Vec::new();
        for at in 0..variables.len() {
            let mut parts: BTreeMap<i32, Polynomial> = BTreeMap::new();
            for (exponents, factor) in whole {
                let mut rest = exponents.clone();
                let power = std::mem::take(&mut rest[at]);
                parts.entry(power).or_default().insert(rest, *factor);
            }
            let smaller = parts.values().filter(|part| part.len() > 1 && part.len() < whole.len());
            for part in smaller.cloned().collect::<Vec<_>>() {
                let part = self.written_out(&part, variables);
                let part = self.best(part);
                for (base, _) in self.monomial(part).bases {
                    let (base, _) = self.primitive(base);
                    if matches!(self.term(base), Term::Sum(_)) && !found.contains(&base) {
                        found.push(base);
                    }
                }
            }
        }
        found.truncate(MAX_DIVISORS);
        found
    }

    fn polynomial(&mut self, id: Id, variables: &[Id]) -> Option<Polynomial> {
        let mut found = Polynomial::new();
        for (factor, term) in self.linear(id) {
            let monomial = self.monomial(term);
            let mut exponents = vec![0; variables.len()];
            for (base, power) in monomial.bases {
                *exponents.get_mut(variables.iter().position(|known| *known == base)?)? += power;
            }
            *found.entry(exponents).or_insert(0.0) += factor * monomial.factor;
        }
        Some(found)
    }

    fn written_out(&mut self, polynomial: &Polynomial, variables: &[Id]) -> Id {
        let mut terms = Vec::new();
        for (exponents, factor) in polynomial {
            let bases: Vec<Power> = variables.iter().copied().zip(exponents.iter().copied()).collect();
            terms.push((*factor, self.product(1.0, &bases)));
        }
        let ty = self.wide(terms.iter().map(|(_, term)| *term));
        let sum = self.sum(&terms, &ty);
        self.bare(sum)
    }
}

/// The quotient of a division without remainder.
fn quotient(whole: &Polynomial, by: &Polynomial) -> Option<Polynomial> {
    let (lead, lead_factor) = by.last_key_value()?;
    let mut rest = whole.clone();
    let mut found = Polynomial::new();
    for _ in 0..MAX_STEPS {
        let Some((top, factor)) = rest.last_key_value() else { return Some(found) };
        let exponents: Vec<i32> = top.iter().zip(lead).map(|(a, b)| a - b).collect();
        if exponents.iter().any(|power| *power < 0) {
            return None;
        }
        let factor = factor / lead_factor;
        for (other, number) in by {
            let place: Vec<i32> = other.iter().zip(&exponents).map(|(a, b)| a + b).collect();
            let left = rest.entry(place.clone()).or_insert(0.0);
            *left -= factor * number;
            if *left == 0.0 {
                rest.remove(&place);
            }
        }
        found.insert(exponents, factor);
    }
    None
}

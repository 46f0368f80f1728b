//! Factors that several products have in common get a name and a line, as `(x − μ) / √(v + ε)` of a normalisation.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use super::algebra::Power;
use super::derivation::Line;
use super::term::{Id, Term, Terms};

/// Products beyond these are not compared with each other.
const MAX_PRODUCTS: usize = 80;

/// What is to be put in place of factors.
pub(super) struct Shared {
    pub factors: Vec<Power>,
    pub name: Id,
}

/// The factors that save most reading if they get a name, if any weigh enough.
pub(super) fn largest_in_common(terms: &Terms, lines: &[Line], least: usize) -> Option<Vec<Power>> {
    let mut found = BTreeSet::new();
    lines.iter().for_each(|line| add_inside(terms, line.meaning, &mut found));
    let products = found.iter().filter(|id| matches!(terms.term(**id), Term::Product(_)));
    let all: Vec<Vec<Power>> = products.take(MAX_PRODUCTS).map(|id| terms.monomial(*id).bases).collect();
    let mut candidates: Vec<Vec<Power>> = Vec::new();
    for (at, one) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            let common = in_common(one, other);
            if common.len() > 1 && weight(terms, &common) >= least && !candidates.contains(&common) {
                candidates.push(common);
            }
        }
    }
    let saved = |factors: &Vec<Power>| {
        let uses = all.iter().filter(|bases| without(bases, factors).is_some()).count();
        uses.saturating_sub(1) * weight(terms, factors)
    };
    candidates.into_iter().max_by(|a, b| saved(a).cmp(&saved(b)).then_with(|| in_order(terms, b, a)))
}

fn in_order(terms: &Terms, a: &[Power], b: &[Power]) -> Ordering {
    let pairs = a.iter().zip(b).map(|(x, y)| terms.compare(x.0, y.0).then(x.1.cmp(&y.1)));
    pairs.fold(a.len().cmp(&b.len()), Ordering::then)
}

/// A term and the terms inside it.
fn add_inside(terms: &Terms, id: Id, found: &mut BTreeSet<Id>) {
    if found.insert(id) {
        terms.parts(id).into_iter().for_each(|part| add_inside(terms, part, found));
    }
}

fn weight(terms: &Terms, factors: &[Power]) -> usize {
    factors.iter().map(|(base, power)| terms.weight(*base) + usize::from(*power != 2)).sum()
}

/// Equal powers, and roots of what is divided by: one of `1 / v` and `1 / √v`.
fn in_common(one: &[Power], other: &[Power]) -> Vec<Power> {
    let shared = one.iter().filter_map(|&(base, power)| {
        let (_, found) = *other.iter().find(|(known, _)| *known == base)?;
        let nearest = power.max(found);
        (power == found || nearest == -1).then_some((base, nearest))
    });
    shared.collect()
}

/// The bases that are left without these factors, if they are all there.
fn without(bases: &[Power], factors: &[Power]) -> Option<Vec<Power>> {
    let mut rest = bases.to_vec();
    for (base, power) in factors {
        let found = rest.iter_mut().find(|(known, _)| known == base)?;
        if (found.1 > 0) != (*power > 0) || found.1.abs() < power.abs() {
            return None;
        }
        found.1 -= power;
    }
    rest.retain(|(_, power)| *power != 0);
    Some(rest)
}

/// The line whose value is the product of exactly these factors.
pub(super) fn line_of(terms: &Terms, lines: &[Line], factors: &[Power]) -> Option<usize> {
    let is_it = |line: &Line| match terms.term(line.meaning) {
        // What is asked for stands by itself.
        _ if line.is_result => false,
        Term::Product(bases) => without(bases, factors).is_some_and(|rest| rest.is_empty()),
        _ => false,
    };
    lines.iter().position(is_it)
}

/// Whether the factors stand somewhere in a term.
pub(super) fn has_factors(terms: &Terms, id: Id, factors: &[Power]) -> bool {
    terms.any_inside(
        id,
        |part| matches!(terms.term(part), Term::Product(bases) if without(bases, factors).is_some()),
    )
}

impl Shared {
    /// A term with the name in place of the factors.
    pub(super) fn put_into(&self, terms: &mut Terms, id: Id, memo: &mut HashMap<Id, Id>) -> Id {
        if let Some(&known) = memo.get(&id) {
            return known;
        }
        let (term, ty) = (terms.term(id).clone(), terms.ty(id).clone());
        let mut inside = |part: Id| self.put_into(terms, part, memo);
        let term = match term {
            Term::Sum(parts) => {
                Term::Sum(parts.into_iter().map(|(factor, part)| (factor, inside(part))).collect())
            }
            Term::Product(bases) => {
                let bases = self.in_product(terms, bases);
                let mut inside = |part: Id| self.put_into(terms, part, memo);
                let bases: Vec<Power> =
                    bases.into_iter().map(|(base, power)| (inside(base), power)).collect();
                match bases.as_slice() {
                    &[(only, 2)] => {
                        memo.insert(id, only);
                        return only;
                    }
                    _ => Term::Product(bases),
                }
            }
            Term::Apply(name, attributes, parts) => {
                Term::Apply(name, attributes, parts.into_iter().map(inside).collect())
            }
            Term::Fill(part) => Term::Fill(inside(part)),
            leaf @ (Term::Name(_) | Term::Number(_) | Term::Size(_) | Term::Count(_)) => leaf,
        };
        let result = terms.intern_as_is(term, ty);
        memo.insert(id, result);
        result
    }

    fn in_product(&self, terms: &mut Terms, bases: Vec<Power>) -> Vec<Power> {
        let mut bases = match without(&bases, &self.factors) {
            Some(mut rest) => {
                rest.push((self.name, 2));
                rest
            }
            None => bases,
        };
        for at in 0..bases.len() {
            if bases[at].1 == 2
                && let Some((mean, rest)) = self.in_mean(terms, &bases, at)
            {
                bases = rest;
                bases.push((mean, 2));
                break;
            }
        }
        bases
    }

    /// A sum or mean that takes in what stands before it, if that makes the factors complete: `mean(g ⊙ (x − μ)) / √v`
    /// is `mean(g ⊙ (x − μ) / √v)`.
    fn in_mean(&self, terms: &mut Terms, bases: &[Power], at: usize) -> Option<(Id, Vec<Power>)> {
        let (base, ty) = (bases[at].0, terms.ty(bases[at].0).clone());
        let (name, attributes, inputs) = terms.as_apply(base)?;
        let (name, attributes, inputs) = (name, attributes.to_vec(), inputs.to_vec());
        let (&[inner], "mean" | "sum" | "batch_mean" | "batch_sum") = (inputs.as_slice(), name) else {
            return None;
        };
        let Term::Product(own) = terms.term(inner) else { return None };
        let own = own.clone();
        let mut missing = Vec::new();
        for (factor, power) in &self.factors {
            match own.iter().find(|(known, _)| known == factor) {
                Some((_, found)) if found == power => {}
                Some(_) => return None,
                None => missing.push((*factor, *power)),
            }
        }
        let is_fixed = |(base, _): &Power| match name {
            "mean" | "sum" => terms.is_scalar(*base),
            _ => terms.ty(*base).batch.is_none(),
        };
        if missing.is_empty() || missing.len() == self.factors.len() || !missing.iter().all(is_fixed) {
            return None;
        }
        let mut rest = bases.to_vec();
        rest.remove(at);
        let rest = without(&rest, &missing)?;
        let mut inside = without(&[own, missing].concat(), &self.factors)?;
        inside.push((self.name, 2));
        let inner_ty = terms.ty(inner).clone();
        let inside = match inside.as_slice() {
            &[(only, 2)] => only,
            _ => terms.intern_as_is(Term::Product(inside), inner_ty),
        };
        Some((terms.intern_as_is(Term::Apply(name, attributes, vec![inside]), ty), rest))
    }
}

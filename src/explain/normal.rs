//! What is multiplied out and what is put in front: of everything a term can be written as, the shortest.
//!
//! A term is multiplied out first, and what is common is put in front from there, so that it does not matter how the
//! program wrote it. Only what has no shorter form than the program's own stays as it is.

use super::algebra::{Monomial, Power, rounded};
use super::term::{Id, Term, Terms};
use crate::graph::Real;

/// Terms that an expansion may have.
const MAX_EXPANDED: usize = 32;
/// Of longer sums only what most terms have in common is put in front of a few.
const MAX_GROUPED: usize = 8;
/// Higher powers of sums stay powers.
const MAX_POWER: i32 = 4;
const ROUNDS: usize = 6;
/// Products that may be tried for one formula, and for all of one program: the ways to group sums grow exponentially
/// with how deep these stand in each other.
const MAX_TRIED: usize = 250_000;
const MAX_TRIED_IN_ALL: usize = 1_000_000;

impl Terms {
    /// A term as it is best written.
    pub fn best(&mut self, id: Id) -> Id {
        let ty = self.ty(id).clone();
        let bare = self.bare(id);
        let best = match self.normal.get(&bare) {
            Some(&known) => known,
            None if self.is_spent() => bare,
            None => {
                let outer = self.room;
                // One formula takes a part of what is left, so that something is left for the next.
                let left = MAX_TRIED_IN_ALL.saturating_sub(self.tried);
                self.room = outer.or(Some(self.tried + MAX_TRIED.min(left / 4)));
                self.normal.insert(bare, bare);
                let found = self.normalised(bare);
                self.normal.insert(bare, found);
                self.room = outer;
                found
            }
        };
        self.fill(best, &ty)
    }

    /// Whether enough has been tried for the formula under way: what was found so far is good enough then.
    fn is_spent(&self) -> bool {
        self.room.is_some_and(|room| self.tried >= room)
    }

    fn normalised(&mut self, id: Id) -> Id {
        if !matches!(self.term(id), Term::Sum(_) | Term::Product(_)) {
            return id;
        }
        let expanded = self.expanded(id).unwrap_or(id);
        let best = self.shortest_form(id, expanded);
        let room = usize::from(self.as_sum(best).is_some_and(|terms| terms.len() > 1));
        match self.mixed(expanded) {
            Some(mixed) if self.weight(mixed) <= self.weight(best) + room => mixed,
            Some(_) | None => best,
        }
    }

    fn shortest_form(&mut self, id: Id, expanded: Id) -> Id {
        let found = self.shortened(expanded);
        let own = self.shortened(id);
        let Some(parts) = self.components(expanded) else { return self.shorter(found, own) };
        let parts: Vec<(f64, Id)> = parts.into_iter().map(|part| (1.0, self.best(part))).collect();
        let ty = self.ty(id).clone();
        let sum = self.sum(&parts, &ty);
        let sum = self.bare(sum);
        let is_flat = self.parentheses(sum) == 0;
        if self.cost(sum) < self.cost(found) || is_flat && self.cost(sum) == self.cost(found) {
            return self.shorter(sum, own);
        }
        self.shorter(found, own)
    }

    /// What is found by putting in front what is common, again and again.
    fn shortened(&mut self, id: Id) -> Id {
        let mut best = id;
        for _ in 0..ROUNDS {
            if self.is_spent() {
                break;
            }
            let mut found = best;
            // A product rather than a sum that is as long: g (1 − s) for g − g s.
            if let Some(factored) = self.factored(best)
                && self.cost(factored) + self.is_left_over(best, factored) <= self.cost(best)
            {
                found = factored;
            }
            let candidates = [
                self.together(best),
                self.squared(best),
                self.divided(best),
                self.grouped(best),
                self.reflected(best),
            ];
            for candidate in candidates.into_iter().flatten() {
                found = self.shorter(found, candidate);
            }
            if found == best {
                break;
            }
            best = found;
        }
        best
    }

    /// The parts of a sum that have nothing in common with each other, if there are several, and one is a sum.
    fn components(&mut self, id: Id) -> Option<Vec<Id>> {
        let terms = self.linear(id);
        let mut groups: Vec<Group> = Vec::new();
        for (factor, term) in terms {
            let bases: Vec<Id> = self.monomial(term).bases.iter().map(|(base, _)| *base).collect();
            let number = factor.abs().to_bits();
            let is_shared = |(_, known, numbers): &Group| {
                factor.abs() != 1.0 && numbers.contains(&number)
                    || bases.iter().any(|base| known.contains(base))
            };
            let (touched, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_shared);
            groups = apart;
            let mut one = (vec![(factor, term)], bases, vec![number]);
            for (terms, bases, numbers) in touched {
                one.0.extend(terms);
                one.1.extend(bases);
                one.2.extend(numbers);
            }
            groups.push(one);
        }
        if groups.len() < 2 || groups.iter().all(|(terms, ..)| terms.len() < 2) {
            return None;
        }
        let sums = groups.into_iter().map(|(terms, ..)| {
            let ty = self.wide(terms.iter().map(|(_, term)| *term));
            let sum = self.sum(&terms, &ty);
            self.bare(sum)
        });
        Some(sums.collect())
    }

    /// The shorter of two, the first if they are as long.
    fn shorter(&self, first: Id, second: Id) -> Id {
        if self.cost(second) < self.cost(first) { second } else { first }
    }

    /// How much there is to read, parentheses inside a sum included.
    fn cost(&self, id: Id) -> usize {
        self.weight(id) + self.parentheses(id)
    }

    /// The terms of a sum that hold sums as factors.
    fn parentheses(&self, id: Id) -> usize {
        let terms = self.as_sum(id).filter(|terms| terms.len() > 1).unwrap_or_default();
        let is_nested = |(_, term): &&(Real, Id)| {
            let bases = self.monomial(*term).bases;
            bases.len() > 1 && bases.iter().any(|(base, power)| *power == 2 && self.as_sum(*base).is_some())
        };
        terms.iter().filter(is_nested).count()
    }

    /// All products of sums multiplied out.
    pub(super) fn expanded(&mut self, id: Id) -> Option<Id> {
        let mut id = id;
        for _ in 0..ROUNDS {
            let next = self.expanded_once(id)?;
            if next == id {
                break;
            }
            id = next;
        }
        Some(id)
    }

    fn expanded_once(&mut self, id: Id) -> Option<Id> {
        let ty = self.ty(id).clone();
        let mut result: Vec<(f64, Id)> = Vec::new();
        for (factor, term) in self.linear(id) {
            let monomial = self.monomial(term);
            let mut partial = vec![Monomial { factor: factor * monomial.factor, bases: Vec::new() }];
            for (base, power) in monomial.bases {
                let parts = self.linear(base);
                if parts.len() < 2 || !(2..=MAX_POWER).contains(&power) || power % 2 != 0 {
                    // A sum that stays a factor is written as it is by itself.
                    let base = if parts.len() < 2 { base } else { self.best(base) };
                    partial.iter_mut().for_each(|m| m.bases.push((base, power)));
                    continue;
                }
                for _ in 0..power / 2 {
                    partial = multiplied(&partial, &parts);
                    if partial.len() > MAX_EXPANDED {
                        return None;
                    }
                }
            }
            for monomial in partial {
                result.push((1.0, self.product(monomial.factor, &monomial.bases)));
            }
            if result.len() > MAX_EXPANDED {
                return None;
            }
        }
        let sum = self.sum(&result, &ty);
        Some(self.bare(sum))
    }

    /// What all terms of a sum have in common, before the rest.
    fn factored(&mut self, id: Id) -> Option<Id> {
        let terms = self.linear(id);
        let (first, others) = terms.split_first().filter(|(_, others)| !others.is_empty())?;
        let mut common = self.monomial(first.1).bases;
        for (_, other) in others {
            let bases = self.monomial(*other).bases;
            for (base, power) in &mut common {
                let found = power_of(&bases, *base);
                *power = if (*power > 0) == (found > 0) && found != 0 {
                    if *power > 0 { (*power).min(found) } else { (*power).max(found) }
                } else {
                    0
                };
            }
        }
        common.retain(|(_, power)| *power != 0);
        let size = first.0.abs();
        let number = match others.iter().all(|(factor, _)| factor.abs() == size) {
            true => size,
            false => self.readable(id, 1.0).1,
        };
        if common.is_empty() && number == 1.0 {
            return None;
        }
        Some(self.before(&terms, number, common))
    }

    /// 2 where a sum of functions or quotients still has a factor inside that was put in front: `x² sin(y) + x / y` is
    /// not `x (x sin(y) + 1 / y)`; else 0.
    fn is_left_over(&self, sum: Id, product: Id) -> usize {
        let terms = self.as_sum(sum).unwrap_or_default();
        let is_power = |(base, power): &Power| *power > 0 && (self.is_name(*base) || self.is_count(*base));
        let bases = |term: Id| self.monomial(term).bases;
        if terms.iter().all(|(_, term)| bases(*term).iter().all(is_power)) {
            return 0;
        }
        let front = bases(product);
        let left = front.iter().filter(|(base, _)| self.as_sum(*base).is_none()).any(|(base, power)| {
            terms.iter().any(|(_, term)| power_of(&bases(*term), *base).abs() > power.abs())
        });
        if left { 2 } else { 0 }
    }

    fn is_count(&self, id: Id) -> bool {
        matches!(self.term(id), Term::Size(_) | Term::Count(_))
    }

    /// A part of one and the rest of another: `a b + (1 − a) c` of `a b − a c + c`, and what a gate lets through.
    fn mixed(&mut self, id: Id) -> Option<Id> {
        let terms = self.linear(id);
        if terms.len() < 3 || terms.len() > MAX_EXPANDED {
            return None;
        }
        let one = self.constant(1.0);
        for (at, &(factor, term)) in terms.iter().enumerate() {
            for (part, power) in self.monomial(term).bases {
                if power != 2 || self.is_count(part) {
                    continue;
                }
                let whole = self.product(1.0, &[(term, 2), (part, -2)]);
                let found = terms.iter().position(|known| *known == (-factor, whole) && whole != one);
                let Some(found) = found else { continue };
                let mut rest = terms.clone();
                rest.retain(|known| *known != (factor, term) && *known != (-factor, whole));
                let is_gate = self.under(part, "sigmoid").is_some();
                let is_shared = |other: Id| power_of(&self.monomial(other).bases, part) == 2;
                if !is_gate && !rest.iter().any(|(_, other)| is_shared(*other)) {
                    continue;
                }
                let left = self.subtract(one, part);
                rest.insert(at.min(found).min(rest.len()), (-factor, self.multiply(left, whole)));
                let ty = self.ty(id).clone();
                let sum = self.sum(&rest, &ty);
                return Some(self.bare(sum));
            }
        }
        None
    }

    /// `softplus(−z)` beside `softplus(z)` is `softplus(z) − z`.
    fn reflected(&mut self, id: Id) -> Option<Id> {
        let terms = self.linear(id);
        let bases: Vec<Id> =
            terms.iter().flat_map(|(_, term)| self.monomial(*term).bases).map(|(base, _)| base).collect();
        let (minus, z, plus) = bases.iter().find_map(|base| {
            let z = self.under(*base, "softplus").and_then(|inner| self.opposite(inner))?;
            let plus = self.find("softplus", z).filter(|plus| bases.contains(plus))?;
            Some((*base, z, plus))
        })?;
        let mut result = Vec::new();
        for (factor, term) in terms {
            if power_of(&self.monomial(term).bases, minus) != 2 {
                result.push((factor, term));
                continue;
            }
            for (sign, other) in [(1.0, plus), (-1.0, z)] {
                result.push((sign * factor, self.product(1.0, &[(term, 2), (minus, -2), (other, 2)])));
            }
        }
        let ty = self.ty(id).clone();
        let sum = self.sum(&result, &ty);
        Some(self.bare(sum))
    }

    /// `number · common · (terms / (number · common))`
    fn before(&mut self, terms: &[(f64, Id)], number: f64, common: Vec<Power>) -> Id {
        let inverse: Vec<Power> = common.iter().map(|(base, power)| (*base, -power)).collect();
        let rests: Vec<(f64, Id)> = terms
            .iter()
            .map(|(factor, term)| {
                let bases = [vec![(*term, 2)], inverse.clone()].concat();
                (rounded(factor / number), self.product(1.0, &bases))
            })
            .collect();
        let ty = self.wide(rests.iter().map(|(_, rest)| *rest));
        let rest = self.sum(&rests, &ty);
        let rest = self.best(rest);
        self.product(number, &[common, vec![(rest, 2)]].concat())
    }

    /// All terms over one denominator.
    fn together(&mut self, id: Id) -> Option<Id> {
        let terms = self.linear(id);
        if terms.len() < 2 {
            return None;
        }
        let mut below: Vec<Power> = Vec::new();
        for (_, term) in &terms {
            for (base, power) in self.monomial(*term).bases {
                if power >= 0 || power % 2 != 0 {
                    continue;
                }
                match below.iter_mut().find(|(known, _)| *known == base) {
                    Some((_, least)) => *least = power.min(*least),
                    None => below.push((base, power)),
                }
            }
        }
        // One denominator under all terms alike is common to them.
        let is_common = |(base, power): &Power| {
            terms.iter().all(|(_, term)| power_of(&self.monomial(*term).bases, *base) == *power)
        };
        if below.iter().all(is_common) {
            return None;
        }
        Some(self.before(&terms, 1.0, below))
    }

    /// `a² + 2 a b + b²` is `(a + b)²`.
    fn squared(&mut self, id: Id) -> Option<Id> {
        let terms = self.linear(id);
        if terms.len() != 3 {
            return None;
        }
        for at in 0..3 {
            let (factor, cross) = terms.get(at).copied()?;
            let others: Vec<(f64, Id)> =
                terms.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, term)| *term).collect();
            let &[(f, a), (g, b)] = others.as_slice() else { return None };
            if f * g <= 0.0 {
                continue;
            }
            let (Some(a), Some(b)) = (self.root(a), self.root(b)) else { continue };
            let product = self.multiply(a, b);
            let ratio = (g / f).sqrt();
            if product == cross && factor.abs() == 2.0 * f.abs() * ratio {
                let ty = self.wide([a, b]);
                let root = self.sum(&[(1.0, a), (ratio * (factor / f).signum(), b)], &ty);
                return Some(self.product(f, &[(root, 4)]));
            }
        }
        None
    }

    /// `a b` of `a² b²`.
    fn root(&mut self, id: Id) -> Option<Id> {
        let monomial = self.monomial(id);
        let is_square = monomial.factor == 1.0 && monomial.bases.iter().all(|(_, power)| power % 4 == 0);
        let bases: Vec<Power> = monomial.bases.iter().map(|(base, power)| (*base, power / 2)).collect();
        is_square.then(|| self.product(1.0, &bases))
    }

    /// What some terms have in common before the rest of those, which may then have it in common with others.
    fn grouped(&mut self, id: Id) -> Option<Id> {
        let terms = self.linear(id);
        if terms.len() < 3 || terms.len() > MAX_EXPANDED {
            return None;
        }
        let mut counts: Vec<(Common, usize)> = Vec::new();
        for (factor, term) in &terms {
            let bases = self.monomial(*term).bases;
            let number = (factor.abs() != 1.0).then(|| Common::Number(Real(factor.abs())));
            for common in bases.into_iter().map(Common::Base).chain(number) {
                match counts.iter_mut().find(|(known, _)| *known == common) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((common, 1)),
                }
            }
        }
        counts.retain(|(_, count)| *count > 1 && *count < terms.len());
        // The order is that of the terms, which is the same however the program wrote them.
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts.truncate(if terms.len() > MAX_GROUPED { 2 } else { MAX_GROUPED });
        let mut best: Option<Id> = None;
        for (common, _) in counts {
            let found = self.grouped_by(&terms, &common);
            best = Some(best.map_or(found, |best| self.shorter(best, found)));
        }
        best
    }

    fn grouped_by(&mut self, terms: &[(f64, Id)], common: &Common) -> Id {
        let (inside, outside): (Vec<_>, Vec<_>) =
            terms.iter().copied().partition(|(factor, term)| match common {
                Common::Base((base, power)) => power_of(&self.monomial(*term).bases, *base) == *power,
                Common::Number(number) => factor.abs() == number.0,
            });
        let front = match common {
            Common::Base(power) => self.before(&inside, 1.0, vec![*power]),
            Common::Number(number) => self.before(&inside, number.0, Vec::new()),
        };
        let ty = self.wide(outside.iter().map(|(_, term)| *term));
        let rest = self.sum(&outside, &ty);
        let rest = self.best(rest);
        let sum = self.add(front, rest);
        self.factored(sum).map_or(sum, |factored| self.shorter(sum, factored))
    }
}

/// Terms that have something in common, with their bases and the numbers before them.
type Group = (Vec<(f64, Id)>, Vec<Id>, Vec<u64>);

/// What terms may have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Common {
    Base(Power),
    Number(Real),
}

fn power_of(bases: &[Power], base: Id) -> i32 {
    bases.iter().find(|(known, _)| *known == base).map_or(0, |(_, power)| *power)
}

/// Each of some products times each term of a sum.
fn multiplied(products: &[Monomial], sum: &[(f64, Id)]) -> Vec<Monomial> {
    let times = |product: &Monomial| {
        let product = product.clone();
        sum.iter().map(move |(factor, part)| {
            let bases = product.bases.iter().copied().chain([(*part, 2)]).collect();
            Monomial { factor: product.factor * factor, bases }
        })
    };
    products.iter().flat_map(times).collect()
}

//! Subexpressions that are written more than once get a name and a line of their own.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::algebra::Power;
use super::derivation::Line;
use super::factors::{Shared, has_factors, largest_in_common, line_of};
use super::lift::made_up;
use super::names::Taken;
use super::term::{Id, Term, Terms};

/// Less than this is quicker read than looked up.
const MIN_WEIGHT: usize = 5;
/// Names that are made up at most, or as many as there are lines.
const MAX_NAMES: usize = 24;

/// Names what is shared, largest first, and adds the names to those that were made up.
pub fn name_shared(terms: &mut Terms, lines: &mut Vec<Line>, made: &mut Vec<String>) {
    let most = made.len() + MAX_NAMES.max(lines.len());
    for _ in made.len()..most {
        let Some(shared) = largest_shared(terms, lines) else { break };
        if use_line(terms, lines, shared) {
            continue;
        }
        let name = made_up(made.len());
        made.push(name.clone());
        let name_id = terms.define(&name, shared);
        // Names are put in for this term alone: others may have their line further down.
        let mut memo = HashMap::from([(shared, name_id)]);
        let first = first_with(terms, lines, shared);
        for line in lines.iter_mut() {
            line.meaning = rebuilt(terms, line.meaning, &mut memo);
        }
        let is_backward = lines.get(first).is_some_and(|line| line.is_backward);
        let line =
            Line { name: name_id, meaning: shared, is_backward, is_result: false, call: None, node: None };
        lines.insert(first, line);
    }
    for _ in made.len()..most {
        let Some(factors) = largest_in_common(terms, lines, MIN_WEIGHT) else { break };
        let name = made_up(made.len());
        if name_factors(terms, lines, factors, &name) {
            made.push(name);
        }
    }
}

/// The names to show for those that were made up, in the order of the lines.
pub fn shown_names(
    terms: &Terms,
    lines: &[Line],
    made: &[String],
    taken: &mut Taken,
) -> HashMap<String, String> {
    let mut shown = HashMap::new();
    for line in lines.iter() {
        if let Term::Name(name) = terms.term(line.name)
            && made.iter().any(|known| **known == **name)
        {
            shown.insert(name.to_string(), taken.unique("a"));
        }
    }
    shown
}

/// Puts the name of a line in place of its whole value further down. Whether there is such a line.
fn use_line(terms: &mut Terms, lines: &mut [Line], shared: Id) -> bool {
    let first = first_with(terms, lines, shared);
    let Some(name) = lines.get(first).filter(|line| line.meaning == shared && !line.is_result) else {
        return false;
    };
    let mut memo = HashMap::from([(shared, name.name)]);
    for line in lines.iter_mut().skip(first + 1) {
        line.meaning = rebuilt(terms, line.meaning, &mut memo);
    }
    true
}

/// Puts the name of a line in place of factors, or one that is made up. Whether it was.
fn name_factors(terms: &mut Terms, lines: &mut Vec<Line>, factors: Vec<Power>, made: &str) -> bool {
    let known = line_of(terms, lines, &factors);
    let first = lines.iter().position(|line| has_factors(terms, line.meaning, &factors)).unwrap_or(0);
    let is_made = known != Some(first);
    if is_made {
        let bases: Vec<Id> = factors.iter().map(|(base, _)| *base).collect();
        let ty = terms.wide(bases);
        let meaning = terms.intern_as_is(Term::Product(factors.clone()), ty);
        let name = terms.define(made, meaning);
        let is_backward = lines.get(first).is_some_and(|line| line.is_backward);
        let line = Line { name, meaning, is_backward, is_result: false, call: None, node: None };
        lines.insert(first, line);
    }
    let shared = Shared { factors, name: lines[first].name };
    let mut memo = HashMap::new();
    for line in lines.iter_mut().skip(first + 1) {
        line.meaning = shared.put_into(terms, line.meaning, &mut memo);
    }
    is_made
}

/// The first line with a term in it.
fn first_with(terms: &Terms, lines: &[Line], wanted: Id) -> usize {
    let mut seen = HashSet::new();
    let is_in = |line: &Line| terms.any_inside_anew(line.meaning, &mut seen, |part| part == wanted);
    lines.iter().position(is_in).unwrap_or(0)
}

fn largest_shared(terms: &Terms, lines: &[Line]) -> Option<Id> {
    let mut counts: BTreeMap<Id, usize> = BTreeMap::new();
    for line in lines {
        count(terms, line.meaning, &mut counts);
    }
    let worth = |id: &Id| match terms.term(*id) {
        Term::Name(_) | Term::Number(_) | Term::Size(_) | Term::Count(_) | Term::Fill(_) => false,
        Term::Apply("transpose", _, _) => false,
        Term::Sum(parts) if parts.len() == 1 && parts.iter().all(|(factor, _)| factor.0 == -1.0) => false,
        Term::Apply(..) if terms.is_condition(*id) => false,
        Term::Sum(_) | Term::Product(_) | Term::Apply(..) => terms.weight(*id) >= MIN_WEIGHT,
    };
    let shared = counts.into_iter().filter(|(id, uses)| *uses >= 2 && worth(id));
    shared
        .map(|(id, _)| id)
        .max_by(|a, b| terms.weight(*a).cmp(&terms.weight(*b)).then_with(|| terms.compare(*b, *a)))
}

/// Uses of each term; what is inside a term counts once however often that is used.
fn count(terms: &Terms, id: Id, counts: &mut BTreeMap<Id, usize>) {
    let uses = counts.entry(id).or_insert(0);
    *uses += 1;
    if *uses > 1 {
        return;
    }
    for part in terms.parts(id) {
        count(terms, part, counts);
    }
}

/// The term with what is known in place of what it was.
fn rebuilt(terms: &mut Terms, id: Id, memo: &mut HashMap<Id, Id>) -> Id {
    if let Some(&known) = memo.get(&id) {
        return known;
    }
    let parts = terms.parts(id);
    if parts.iter().all(|part| rebuilt(terms, *part, memo) == *part) {
        memo.insert(id, id);
        return id;
    }
    let (term, ty) = (terms.term(id).clone(), terms.ty(id).clone());
    let term = match term {
        Term::Sum(parts) => {
            Term::Sum(parts.into_iter().map(|(f, part)| (f, rebuilt(terms, part, memo))).collect())
        }
        Term::Product(parts) => {
            Term::Product(parts.into_iter().map(|(part, p)| (rebuilt(terms, part, memo), p)).collect())
        }
        Term::Apply(name, attributes, parts) => {
            Term::Apply(name, attributes, parts.into_iter().map(|part| rebuilt(terms, part, memo)).collect())
        }
        Term::Fill(part) => Term::Fill(rebuilt(terms, part, memo)),
        leaf @ (Term::Name(_) | Term::Number(_) | Term::Size(_) | Term::Count(_)) => leaf,
    };
    let result = terms.intern_as_is(term, ty);
    memo.insert(id, result);
    result
}

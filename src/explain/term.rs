//! Terms: formulas as a DAG in which equal ones are one, each with its type.

use std::collections::HashSet;
use std::sync::Arc;

use super::constant::is_readable;
use crate::base::FastMap;
use crate::graph::{Attribute, Real};
use crate::tensor::Axis;
use crate::types::{BatchId, Shape, Size, TensorType};

/// A term of one [`Terms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u32);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// `W1`
    Name(Arc<str>),
    Number(Real),
    /// A size used as a number.
    Size(Size),
    /// How many examples the batch has.
    Count(BatchId),
    /// `2 a + b - 1`: at least one term; a single one has a factor other than 1.
    Sum(Vec<(Real, Id)>),
    /// `a² b / √c`: bases with twice their powers, so that roots are whole.
    Product(Vec<(Id, i32)>),
    /// A function or operator by its name in the language, and some that only formulas have: `sigmoid'`, `tanh'`.
    Apply(&'static str, Vec<Attribute>, Vec<Id>),
    /// One number or example for all places of the type.
    Fill(Id),
}

/// The arena. Terms are made through `algebra`, which keeps them in normal form.
#[derive(Debug, Default)]
pub struct Terms {
    terms: Vec<(Term, TensorType, usize)>,
    index: FastMap<(Term, TensorType), Id>,
    /// What names stand for, and the names of terms.
    definitions: FastMap<Id, Id>,
    named: FastMap<Id, Id>,
    /// Terms as they are best written.
    pub(super) normal: FastMap<Id, Id>,
    /// Terms where a condition is known to hold.
    pub(super) decisions: FastMap<(Id, Id), Id>,
    /// Products made so far, which is how much has been tried.
    pub(super) tried: usize,
    /// While the best way to write a term is sought: how many products there may be until it is found.
    pub(super) room: Option<usize>,
    /// Conditions as the program has them, and in which order.
    pub(super) asked: FastMap<Id, usize>,
}

impl Terms {
    pub fn term(&self, id: Id) -> &Term {
        &self.terms[id.0 as usize].0
    }

    pub fn ty(&self, id: Id) -> &TensorType {
        &self.terms[id.0 as usize].1
    }

    pub fn is_scalar(&self, id: Id) -> bool {
        self.ty(id).shape.is_scalar()
    }

    pub fn number(&self, id: Id) -> Option<f64> {
        if let Term::Number(Real(value)) = self.term(self.bare(id)) { Some(*value) } else { None }
    }

    pub fn as_name(&self, id: Id) -> Option<&str> {
        if let Term::Name(name) = self.term(id) { Some(name) } else { None }
    }

    /// The terms of a sum with their numbers.
    pub fn as_sum(&self, id: Id) -> Option<&[(Real, Id)]> {
        if let Term::Sum(terms) = self.term(id) { Some(terms) } else { None }
    }

    pub fn as_apply(&self, id: Id) -> Option<(&'static str, &[Attribute], &[Id])> {
        if let Term::Apply(name, attributes, inputs) = self.term(id) {
            Some((name, attributes, inputs))
        } else {
            None
        }
    }

    pub fn is_name(&self, id: Id) -> bool {
        matches!(self.term(id), Term::Name(_))
    }

    /// What a name stands for; other terms are themselves.
    pub fn resolve(&self, id: Id) -> Id {
        let mut id = id;
        while let Some(&definition) = self.definitions.get(&id) {
            id = definition;
        }
        id
    }

    /// The inputs of a term that is this function.
    pub fn applied(&self, id: Id, name: &str) -> Option<&[Id]> {
        self.as_apply(id).filter(|(found, ..)| *found == name).map(|(_, _, inputs)| inputs)
    }

    /// The one input of a term, or of what a name stands for, that is this function of everything in one example.
    pub fn under(&self, id: Id, name: &str) -> Option<Id> {
        let (found, attributes, inputs) = self.as_apply(self.resolve(id))?;
        let whole = attributes.is_empty() || *attributes == [Attribute::Axis(Axis::All)];
        match inputs {
            &[only] if whole && found == name => Some(only),
            _ => None,
        }
    }

    /// The terms directly inside one; names have nothing inside.
    pub fn parts(&self, id: Id) -> Vec<Id> {
        inside(self.term(id))
    }

    /// Whether something holds of a term or of one inside it. Each is looked at once, however often it is used.
    pub fn any_inside(&self, id: Id, holds: impl FnMut(Id) -> bool) -> bool {
        self.any_inside_anew(id, &mut HashSet::new(), holds)
    }

    /// The same, leaving out the terms that were looked at before.
    pub fn any_inside_anew(&self, id: Id, seen: &mut HashSet<Id>, mut holds: impl FnMut(Id) -> bool) -> bool {
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            if holds(id) {
                return true;
            }
            waiting.extend(self.parts(id));
        }
        false
    }

    /// How much there is to read.
    pub fn weight(&self, id: Id) -> usize {
        self.terms[id.0 as usize].2
    }

    fn measured(&self, term: &Term) -> usize {
        let own = match term {
            Term::Sum(terms) => {
                let is_number = |id: &Id| matches!(self.term(*id), Term::Number(_));
                let numbers = terms.iter().filter(|(_, term)| !is_number(term));
                numbers.map(|(factor, _)| reading(factor.0)).sum()
            }
            Term::Product(factors) => factors.iter().filter(|(_, power)| *power != 2).count(),
            Term::Name(_) | Term::Number(_) | Term::Size(_) | Term::Count(_) | Term::Apply(..) => 1,
            Term::Fill(_) => 0,
        };
        inside(term).into_iter().fold(own, |sum, part| sum.saturating_add(self.weight(part)))
    }

    /// Adds a term that is in normal form. Sums and products are equal in any order.
    pub fn intern(&mut self, term: Term, ty: TensorType) -> Id {
        let id = self.intern_as_is(term, ty);
        self.shown(id)
    }

    /// The name of a term, if it has one.
    pub fn shown(&self, id: Id) -> Id {
        self.named.get(&id).copied().unwrap_or(id)
    }

    /// As [`Terms::intern`], without putting a name in the term's place.
    pub fn intern_as_is(&mut self, term: Term, ty: TensorType) -> Id {
        let key = (self.in_order(&term), ty.clone());
        if let Some(&id) = self.index.get(&key) {
            return id;
        }
        let id = Id(self.terms.len() as u32);
        let weight = self.measured(&term);
        self.terms.push((key.0.clone(), ty, weight));
        self.index.insert(key, id);
        id
    }

    pub fn name(&mut self, text: &str, ty: TensorType) -> Id {
        self.intern(Term::Name(text.into()), ty)
    }

    /// A name for a term, which from now on shows in its place.
    pub fn define(&mut self, text: &str, meaning: Id) -> Id {
        let ty = self.ty(meaning).clone();
        let name = self.name(text, ty);
        if name != meaning {
            self.normal.clear();
            self.decisions.clear();
            self.definitions.insert(name, meaning);
            self.named.entry(meaning).or_insert(name);
        }
        name
    }

    pub fn constant(&mut self, value: f64) -> Id {
        // -0 reads as 0 in a formula.
        self.intern(Term::Number(Real(value + 0.0)), TensorType::number())
    }

    pub fn size(&mut self, size: &Size) -> Id {
        match size.known() {
            Some(known) => self.constant(known as f64),
            None => self.intern(Term::Size(size.clone()), TensorType::number()),
        }
    }

    /// A term repeated to a type, if it has not that type.
    pub fn fill(&mut self, id: Id, ty: &TensorType) -> Id {
        if self.ty(id) == ty {
            return id;
        }
        let source = self.bare(id);
        if self.ty(source) == ty {
            return source;
        }
        self.intern(Term::Fill(source), ty.clone())
    }

    /// The function of one value, if a term has it or a name stands for it.
    pub fn find(&self, name: &'static str, z: Id) -> Option<Id> {
        let key = (Term::Apply(name, Vec::new(), vec![z]), self.ty(z).clone());
        let found = self.index.get(&key)?;
        Some(self.named.get(found).copied().unwrap_or(*found))
    }

    /// What is repeated, where it is only repeated.
    pub fn bare(&self, id: Id) -> Id {
        if let Term::Fill(inner) = self.term(id) { *inner } else { id }
    }

    /// The type of an elementwise operation on these.
    pub fn wide(&self, ids: impl IntoIterator<Item = Id>) -> TensorType {
        let mut ty = TensorType { shape: Shape::scalar(), batch: None };
        for id in ids {
            let other = self.ty(id);
            if ty.shape.is_scalar() {
                ty.shape = other.shape.clone();
            }
            ty.batch = ty.batch.or(other.batch);
        }
        ty
    }
}

/// How much there is to read in a number before a term.
fn reading(factor: f64) -> usize {
    match factor.abs() {
        1.0 => 0,
        number if is_readable(number) => 1,
        _ => 3,
    }
}

fn inside(term: &Term) -> Vec<Id> {
    match term {
        Term::Name(_) | Term::Number(_) | Term::Size(_) | Term::Count(_) => Vec::new(),
        Term::Sum(terms) => terms.iter().map(|(_, term)| *term).collect(),
        Term::Product(factors) => factors.iter().map(|(factor, _)| *factor).collect(),
        Term::Apply(_, _, inputs) => inputs.clone(),
        Term::Fill(inner) => vec![*inner],
    }
}

//! The forward pass as steps that feed one another: what pictures of networks are made of.

use std::collections::HashSet;

use super::derivation::Derivation;
use super::term::{Id, Term, Terms};
use super::write::Format;
use crate::types::TensorType;

/// A value on the way from the inputs to the result.
#[derive(Clone, Debug)]
pub struct FlowStep {
    pub name: String,
    /// In plain text; empty for an input.
    pub formula: String,
    pub ty: TensorType,
    /// Earlier steps that it is made of.
    pub inputs: Vec<usize>,
    /// Parameters that it is made of.
    pub parameters: Vec<String>,
    /// The one weight matrix, and the step that it is multiplied with.
    pub weights: Option<(String, usize)>,
    /// The function that is applied last.
    pub function: Option<&'static str>,
}

impl Derivation {
    /// The inputs, then every line of the forward pass up to the prediction. `inputs` are the names that are fed.
    pub fn flow(&self, inputs: &[String]) -> Vec<FlowStep> {
        let writer = self.writer(Format::Unicode);
        let mut steps: Vec<(Id, FlowStep)> = Vec::new();
        for (id, _) in &self.leaves {
            let Term::Name(name) = self.terms.term(*id) else { continue };
            if inputs.iter().any(|input| **input == **name) {
                let step = FlowStep {
                    name: writer.text(*id),
                    formula: String::new(),
                    ty: self.terms.ty(*id).clone(),
                    inputs: Vec::new(),
                    parameters: Vec::new(),
                    weights: None,
                    function: None,
                };
                steps.push((*id, step));
            }
        }
        for line in self.lines.iter().filter(|line| !line.is_backward) {
            let mut names = Vec::new();
            names_in(&self.terms, line.meaning, &mut HashSet::new(), &mut names);
            let place = |name: &Id| steps.iter().position(|(known, _)| known == name);
            let inputs: Vec<usize> = names.iter().filter_map(place).collect();
            let parameters = names.iter().filter(|name| place(name).is_none());
            let mut products = Vec::new();
            products_in(&self.terms, line.meaning, &mut HashSet::new(), &mut products);
            let weights = match products.as_slice() {
                &[(w, v)] if place(&w).is_none() => place(&v).map(|at| (writer.text(w), at)),
                _ => None,
            };
            let step = FlowStep {
                name: writer.text(line.name),
                formula: writer.text(line.meaning),
                ty: self.terms.ty(line.name).clone(),
                parameters: parameters.map(|name| writer.text(*name)).collect(),
                inputs,
                weights,
                function: self.terms.as_apply(line.meaning).map(|(name, ..)| name),
            };
            steps.push((line.name, step));
        }
        steps.into_iter().map(|(_, step)| step).collect()
    }
}

/// The names inside a term, each once, in the order they are written.
fn names_in(terms: &Terms, id: Id, seen: &mut HashSet<Id>, found: &mut Vec<Id>) {
    if !seen.insert(id) {
        return;
    }
    if terms.is_name(id) {
        found.push(id);
    }
    for part in terms.parts(id) {
        names_in(terms, part, seen, found);
    }
}

/// The products of a matrix with a vector, both of which have names; others as a pair of themselves.
fn products_in(terms: &Terms, id: Id, seen: &mut HashSet<Id>, found: &mut Vec<(Id, Id)>) {
    if !seen.insert(id) {
        return;
    }
    if let Some(&[a, b]) = terms.applied(id, "matmul") {
        let plain = terms.is_name(a) && terms.is_name(b) && terms.ty(a).shape.rank() == 2;
        found.push(if plain { (a, b) } else { (id, id) });
    }
    for part in terms.parts(id) {
        products_in(terms, part, seen, found);
    }
}

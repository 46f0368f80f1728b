//! A derivation step by step: for each gradient the chain rule, the rules it used, and what comes of them.

use super::derivation::{Derivation, Line};
use super::partial::partial;
use super::term::{Id, Term, Terms};
use super::write::{Format, Writer};

/// Ways from a value to the result that are written out.
const MAX_WAYS: usize = 8;

impl Derivation {
    /// Every gradient in the order it is found.
    pub fn steps(&self) -> String {
        let writer = self.writer(Format::Unicode);
        let mut text = String::from("step by step\n");
        for (at, line) in self.lines.iter().filter(|line| line.is_backward).enumerate() {
            text.push_str(&self.step(&writer, at + 1, line));
        }
        text
    }

    fn step(&self, writer: &Writer<'_>, number: usize, line: &Line) -> String {
        let (name, formula) = (writer.text(line.name), writer.text(line.meaning));
        let shape = self.terms.ty(line.name).to_string();
        let Some(value) = self.value_of(line.name) else {
            return format!("\n{number}. {name} = {formula}   {shape}\n   used more than once\n");
        };
        let mut ways = Vec::new();
        self.ways(&value, String::new(), Vec::new(), &mut ways);
        let slope = format!("∂{}/∂{value}", writer.text(self.result));
        let mut text = format!("\n{number}. {name}");
        if name != slope {
            text.push_str(&format!(" = {slope}"));
        }
        let chains: Vec<String> = ways.iter().map(|(chain, _)| chain.clone()).collect();
        let chain = chains.join(" + ");
        if !chain.is_empty() && chain != name && chain != slope {
            text.push_str(&format!("\n   = {chain}"));
        }
        text.push_str(&format!("\n   = {formula}   {shape}\n"));
        let mut told: Vec<String> = Vec::new();
        for rule in ways.into_iter().flat_map(|(_, rules)| rules) {
            if !told.contains(&rule) {
                text.push_str(&format!("   {rule}\n"));
                told.push(rule);
            }
        }
        if chains.len() > 1 {
            text.push_str("   it is used in more than one place: the ways are added up\n");
        }
        text
    }

    /// The value whose gradient has this name.
    fn value_of(&self, gradient: Id) -> Option<String> {
        let Term::Name(name) = self.terms.term(gradient) else { return None };
        let of_error =
            self.errors.iter().find(|(error, _)| **error == **name).map(|(_, value)| value.clone());
        of_error.or_else(|| partial(name).and_then(|found| found.by.first().map(|(by, _)| by.to_string())))
    }

    /// The name of a value's gradient, if that has a line.
    fn known_gradient(&self, value: &str, before: usize) -> Option<Id> {
        let known = self.lines.iter().take(before).filter(|line| line.is_backward);
        known.map(|line| line.name).find(|name| self.value_of(*name).is_some_and(|found| found == value))
    }

    /// Each way from a value to the result: the factors of the chain rule, and the rules.
    fn ways(&self, value: &str, after: String, rules: Vec<String>, found: &mut Vec<(String, Vec<String>)>) {
        let writer = self.writer(Format::Unicode);
        let forward = self.lines.iter().filter(|line| !line.is_backward);
        for user in forward.filter(|line| mentions(&self.terms, line.meaning, value)) {
            if found.len() >= MAX_WAYS {
                return;
            }
            let user_name = writer.text(user.name);
            let slope = format!("∂{user_name}/∂{value}");
            let chain = if after.is_empty() { slope } else { format!("{slope} · {after}") };
            let formula = writer.text(user.meaning);
            let mut rules = rules.clone();
            rules.push(format!("{user_name} = {formula}: {}", rule(&self.terms, user.meaning, value)));
            if user.name == self.result {
                found.push((chain, rules));
            } else if let Some(gradient) = self.known_gradient(&user_name, self.lines.len()) {
                found.push((format!("{} · {chain}", writer.text(gradient)), rules));
            } else {
                self.ways(&user_name, chain, rules, found);
            }
        }
    }
}

/// Whether a term has a name in it, itself or in what is written in its place.
fn mentions(terms: &Terms, id: Id, name: &str) -> bool {
    match terms.term(id) {
        Term::Name(found) => **found == *name,
        Term::Number(_)
        | Term::Size(_)
        | Term::Count(_)
        | Term::Sum(_)
        | Term::Product(_)
        | Term::Apply(..)
        | Term::Fill(_) => terms.parts(id).into_iter().any(|part| mentions(terms, part, name)),
    }
}

/// The rule by which a gradient goes through a formula to one of its values.
fn rule(terms: &Terms, id: Id, name: &str) -> String {
    let inside = |part: &Id| mentions(terms, *part, name);
    match terms.term(id) {
        Term::Name(_) => "passed on".to_string(),
        Term::Sum(parts) => match parts.iter().find(|(_, part)| inside(part)) {
            Some((_, part)) if terms.is_name(*part) => "a sum passes it on to each term".to_string(),
            Some((_, part)) => rule(terms, *part, name),
            None => String::new(),
        },
        Term::Product(factors) => {
            let touched: Vec<&(Id, i32)> = factors.iter().filter(|(factor, _)| inside(factor)).collect();
            match touched.as_slice() {
                [(factor, 2)] if terms.is_name(*factor) => "a product gives the other factors".to_string(),
                [(factor, 2)] => rule(terms, *factor, name),
                [(_, 4)] => "a square gives twice what is squared, times its derivative".to_string(),
                [(_, 1)] => "a root gives one over twice the root, times the derivative inside".to_string(),
                [_] => "a power gives the exponent times the power below, times the derivative".to_string(),
                _ => "a product: the derivative of each factor times the others, added up".to_string(),
            }
        }
        Term::Apply("matmul", _, inputs) => match inputs.first().is_some_and(inside) {
            true => "a matrix product gives the left side · (the right side)ᵀ".to_string(),
            false => "a matrix product gives (the left side)ᵀ · the rest".to_string(),
        },
        Term::Apply("sum" | "mean", _, inputs) => {
            let inner =
                inputs.first().filter(|part| !terms.is_name(**part)).map(|part| rule(terms, *part, name));
            match inner {
                Some(inner) => format!("a sum or mean goes to every entry; {inner}"),
                None => "a sum or mean goes to every entry".to_string(),
            }
        }
        Term::Apply("log_softmax", _, _) => {
            "the logarithm of softmax cancels: what is left is the probabilities less the target".to_string()
        }
        Term::Apply("select", _, _) => "through the side that was chosen".to_string(),
        Term::Apply(function, _, inputs) => {
            let chain = format!("chain rule: the derivative of {function}");
            match inputs.iter().find(|part| inside(part)) {
                Some(part) if !terms.is_name(*part) => format!("{chain}, times that inside"),
                Some(_) | None => chain,
            }
        }
        Term::Fill(inner) => rule(terms, *inner, name),
        Term::Number(_) | Term::Size(_) | Term::Count(_) => String::new(),
    }
}

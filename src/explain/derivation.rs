//! A derivative as lines: the forward pass, the errors that flow back, the gradients.

use std::collections::{HashMap, HashSet};

use super::lift::{Lifter, needed};
use super::names::{Named, Taken};
use super::partial::partial;
use super::shared::{name_shared, shown_names};
use super::term::{Id, Term, Terms};
use super::write::{Format, Writer};
use crate::graph::{Constant, Graph, Leaf, NodeId, Operation};
use crate::ops::rules;

/// What is to be shown, with the gradients that have been derived.
#[derive(Debug)]
pub struct Question<'g> {
    pub graph: &'g Graph,
    /// What is differentiated, and what it is called.
    pub result: NodeId,
    pub result_name: String,
    /// How the result is written as a call: `mse(ŷ, t)`.
    pub call: Option<String>,
    pub prediction: Option<NodeId>,
    /// Names of inputs, targets and parameters.
    pub leaves: HashMap<NodeId, String>,
    /// Named values with their gradients, in the order of the graph.
    pub values: Vec<(Named, NodeId)>,
    /// What was asked for: a name, the node, its gradient.
    pub gradients: Vec<(String, NodeId, NodeId)>,
    /// A target whose numbers are taken to sum to 1.
    pub unit: Option<NodeId>,
    /// Whether subexpressions that are written twice get a name.
    pub share: bool,
    pub taken: Taken,
}

/// One line: a name and what it stands for.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: Id,
    pub meaning: Id,
    pub is_backward: bool,
    /// One of the gradients that were asked for.
    pub is_result: bool,
    pub call: Option<String>,
    /// Where the value is computed; a subexpression with a name of ours has no place of its own.
    pub node: Option<NodeId>,
}

/// Formulas ready to be written.
#[derive(Debug)]
pub struct Derivation {
    pub(super) terms: Terms,
    pub(super) lines: Vec<Line>,
    /// Leaves in order: name, type, and the numbers of constants.
    pub(super) leaves: Vec<(Id, Option<std::sync::Arc<Constant>>)>,
    pub(super) result: Id,
    /// Names of errors, and the values whose gradients they are.
    pub(super) errors: Vec<(String, String)>,
    /// Names to show in place of others.
    renamed: HashMap<String, String>,
    pub used_unit: bool,
    /// Safe rewritings: the rule, the sentence, the name of the value it is in.
    pub rules: Vec<(&'static str, &'static str, String)>,
}

/// Reads the graph of a question as formulas.
pub fn derivation(question: Question<'_>) -> Derivation {
    let Question {
        graph,
        result,
        result_name,
        call,
        prediction,
        leaves,
        values,
        gradients,
        unit,
        share,
        mut taken,
    } = question;
    let all: Vec<NodeId> = std::iter::once(result).chain(gradients.iter().map(|(_, _, g)| *g)).collect();
    let constants = name_constants(graph, &all, &leaves, &mut taken);
    let mut names = leaves.clone();
    names.extend(constants.iter().map(|(node, name, _)| (*node, name.clone())));
    let forward: HashSet<NodeId> = needed(graph, result).into_iter().collect();
    let uses = count_uses(graph, &all);
    for (value, gradient) in values.iter().rev() {
        names.entry(value.node).or_insert_with(|| value.name.clone());
        let is_shared = uses.get(gradient).copied().unwrap_or(0) >= 2;
        if (value.is_layer || is_shared) && !forward.contains(gradient) {
            names.entry(*gradient).or_insert_with(|| value.gradient.clone());
        }
    }
    let mut lifter = Lifter::new(graph, &names, uses, unit);
    if let Some(prediction) = prediction {
        lifter.lift(prediction);
    }
    let lifted = lifter.lift(result);
    let meaning = lifter.terms.best(lifted);
    let result_id = lifter.terms.name(&taken.unique(&result_name), graph.ty(result).clone());
    let mut lines: Vec<Line> = Vec::new();
    drain(&mut lifter, &mut lines, false);
    lines.push(Line {
        name: result_id,
        meaning,
        is_backward: false,
        is_result: false,
        call,
        node: Some(result),
    });
    // An error that the loss has computed already is named from here on.
    let errors = values.iter().rev().filter(|(value, gradient)| value.is_layer && forward.contains(gradient));
    for (value, gradient) in errors {
        lifter.name_later(*gradient, &value.gradient);
    }
    drain(&mut lifter, &mut lines, true);
    for (name, _, gradient) in &gradients {
        let lifted = lifter.lift(*gradient);
        let meaning = lifter.terms.best(lifted);
        drain(&mut lifter, &mut lines, true);
        let name = lifter.terms.name(name, graph.ty(*gradient).clone());
        lines.push(Line {
            name,
            meaning,
            is_backward: true,
            is_result: true,
            call: None,
            node: Some(*gradient),
        });
    }
    let used_unit = lifter.used_unit;
    let named_errors: Vec<(String, String)> =
        values.iter().map(|(value, _)| (value.gradient.clone(), value.name.clone())).collect();
    let rules = safe_rules(graph, &all, &names, (result, &result_name));
    let Lifter { mut terms, mut made, .. } = lifter;
    if share {
        name_shared(&mut terms, &mut lines, &mut made);
    }
    let renamed = shown_names(&terms, &lines, &made, &mut taken);
    let shown = prediction.and_then(|node| names.get(&node)).map(String::as_str);
    keep_needed(&terms, &mut lines, result_id, shown);
    let listed = listed_leaves(graph, &all, &names, &constants, &mut terms);
    Derivation {
        terms,
        lines,
        leaves: listed,
        result: result_id,
        errors: named_errors,
        renamed,
        used_unit,
        rules,
    }
}

fn drain(lifter: &mut Lifter<'_>, lines: &mut Vec<Line>, is_backward: bool) {
    for (name, meaning, node) in std::mem::take(&mut lifter.defined) {
        lines.push(Line { name, meaning, is_backward, is_result: false, call: None, node: Some(node) });
    }
}

fn count_uses(graph: &Graph, roots: &[NodeId]) -> HashMap<NodeId, usize> {
    let mut seen = HashSet::new();
    let mut uses = HashMap::new();
    for &root in roots {
        *uses.entry(root).or_insert(0) += 1;
        for node in needed(graph, root) {
            if seen.insert(node) {
                for &input in &graph.node(node).inputs {
                    *uses.entry(input).or_insert(0) += 1;
                }
            }
        }
    }
    uses
}

type NamedConstant = (NodeId, String, Option<std::sync::Arc<Constant>>);

/// Literals and random numbers, which have no name in the program.
fn name_constants(
    graph: &Graph,
    roots: &[NodeId],
    leaves: &HashMap<NodeId, String>,
    taken: &mut Taken,
) -> Vec<NamedConstant> {
    let mut found: Vec<NamedConstant> = Vec::new();
    for &root in roots {
        for node in needed(graph, root) {
            if leaves.contains_key(&node) || found.iter().any(|(known, ..)| *known == node) {
                continue;
            }
            let given = graph.name(node).map(str::to_string);
            match &graph.node(node).operation {
                Operation::Leaf(Leaf::Tensor(constant)) => {
                    let name = taken.unique(given.as_deref().unwrap_or("c"));
                    found.push((node, name, Some(constant.clone())));
                }
                Operation::Leaf(Leaf::Random { .. }) => {
                    found.push((node, taken.unique(given.as_deref().unwrap_or("r")), None));
                }
                Operation::Leaf(Leaf::Slot { name, .. }) => found.push((node, taken.unique(name), None)),
                Operation::Leaf(Leaf::Number(_) | Leaf::Size(_) | Leaf::BatchCount(_))
                | Operation::Apply(_) => {}
            }
        }
    }
    found
}

fn listed_leaves(
    graph: &Graph,
    roots: &[NodeId],
    names: &HashMap<NodeId, String>,
    constants: &[NamedConstant],
    terms: &mut Terms,
) -> Vec<(Id, Option<std::sync::Arc<Constant>>)> {
    let mut nodes: Vec<NodeId> = roots.iter().flat_map(|root| needed(graph, *root)).collect();
    nodes.sort();
    nodes.dedup();
    let leaves = nodes.into_iter().filter(|node| matches!(graph.node(*node).operation, Operation::Leaf(_)));
    leaves
        .filter_map(|node| {
            let id = terms.name(names.get(&node)?, graph.ty(node).clone());
            let value =
                constants.iter().find(|(known, ..)| *known == node).and_then(|(.., value)| value.clone());
            Some((id, value))
        })
        .collect()
}

/// The rules that made formulas safe: each with its sentence and the value it is in.
fn safe_rules(
    graph: &Graph,
    roots: &[NodeId],
    names: &HashMap<NodeId, String>,
    result: (NodeId, &str),
) -> Vec<(&'static str, &'static str, String)> {
    let mut found = Vec::new();
    let mut nodes: Vec<NodeId> = roots.iter().flat_map(|root| needed(graph, *root)).collect();
    nodes.sort();
    nodes.dedup();
    let place = |node: NodeId| {
        if let Some(name) = names.get(&node) {
            return name.clone();
        }
        // The first value with a name that is made of it: graphs only grow.
        let later = nodes.iter().filter(|user| **user > node);
        let named = later.filter_map(|user| Some((*user, names.get(user)?)));
        let mut users = named.filter(|(user, _)| needed(graph, *user).contains(&node));
        let name = users.next().filter(|(user, _)| *user < result.0).map(|(_, name)| name.clone());
        name.unwrap_or_else(|| result.1.to_string())
    };
    for node in &nodes {
        let Some(rule) = graph.rule(*node) else { continue };
        let sentence =
            rules::all().find(|(_, known)| known.name == rule).map_or("", |(_, known)| known.sentence);
        let at = place(*node);
        if !found.iter().any(|(known, _, place)| *known == rule && *place == at) {
            found.push((rule, sentence, at));
        }
    }
    found
}

/// Drops lines that nothing needs, but keeps the result.
fn keep_needed(terms: &Terms, lines: &mut Vec<Line>, result: Id, prediction: Option<&str>) {
    let mut wanted: HashSet<Id> = HashSet::from([result]);
    let mut keep = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate().rev() {
        let is_prediction = matches!(terms.term(line.name), Term::Name(name) if Some(&**name) == prediction);
        if line.is_result || is_prediction || wanted.contains(&line.name) {
            keep[at] = true;
            needs(terms, line.meaning, &mut wanted);
        }
    }
    let mut at = 0;
    lines.retain(|_| {
        at += 1;
        keep[at - 1]
    });
}

/// Adds a term and what is inside it, and the names that notations put in.
pub(super) fn needs(terms: &Terms, id: Id, wanted: &mut HashSet<Id>) {
    if !wanted.insert(id) || terms.is_name(id) {
        return;
    }
    if let Term::Apply(name, _, inputs) = terms.term(id)
        && let &[z] = inputs.as_slice()
    {
        let by = match *name {
            "sigmoid'" => Some("sigmoid"),
            "tanh'" => Some("tanh"),
            "log_softmax" => Some("softmax"),
            _ => None,
        };
        if let Some(found) = by.and_then(|by| terms.find(by, z)) {
            needs(terms, found, wanted);
        }
    }
    for part in terms.parts(id) {
        needs(terms, part, wanted);
    }
}

impl Derivation {
    /// Errors in which the loss and the last function cancel: `δ2 = ŷ − t`.
    pub fn cancelled(&self) -> Vec<String> {
        let writer = self.writer(Format::Unicode);
        let is_difference = |line: &&Line| match self.terms.as_sum(line.meaning) {
            Some([(a, one), (b, other)]) => {
                a.0 + b.0 == 0.0 && self.terms.is_name(*one) && self.terms.is_name(*other)
            }
            Some(_) | None => false,
        };
        // Where the loss takes the prediction as it is, nothing had to cancel.
        let function = |id: Id| match self.terms.as_apply(self.terms.resolve(id))? {
            (name @ ("softmax" | "sigmoid"), ..) => Some(name),
            _ => None,
        };
        let shown = |line: &&Line| {
            let parts = self.terms.as_sum(line.meaning)?;
            parts.iter().find_map(|(_, part)| function(*part))
        };
        let backward = self.lines.iter().filter(|line| line.is_backward && !line.is_result);
        let lines = backward.filter(is_difference).filter_map(|line| Some((line, shown(&line)?)));
        let text = lines.map(|(line, function)| {
            let loss = self.lines.iter().find(|line| line.name == self.result);
            let call = loss.and_then(|line| line.call.as_deref()).and_then(|call| call.split('(').next());
            format!(
                "{function} with {}: {} = {}, its derivative cancels that of the logarithm",
                call.unwrap_or("the loss"),
                writer.text(line.name),
                writer.text(line.meaning)
            )
        });
        text.collect()
    }

    /// Whether a second derivative is multiplied with a direction.
    pub fn has_directions(&self) -> bool {
        let name = |line: &Line| {
            let found = self.terms.as_name(line.name).and_then(partial);
            found.is_some_and(|found| found.along.is_some())
        };
        self.lines.iter().any(name)
    }

    /// The nodes whose values a trace shows.
    pub fn nodes(&self) -> Vec<NodeId> {
        self.lines.iter().filter_map(|line| line.node).collect()
    }

    pub(super) fn writer(&self, format: Format) -> Writer<'_> {
        let mut writer = Writer::new(&self.terms, format, &self.renamed);
        let batched = self.leaves.iter().find(|(id, _)| self.terms.ty(*id).batch.is_some());
        writer.batched = batched.map(|(id, _)| writer.text(*id));
        writer
    }
}

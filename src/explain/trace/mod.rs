//! A step of training with all its numbers: forward, loss, errors, gradients, update.

mod text;
mod value;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::derivation::{Derivation, Line};
use super::entry::Numbers;
use super::term::{Id, Term};
use super::write::{Format, Writer};
use crate::graph::NodeId;
use crate::tensor::Tensor;
use value::{row_by_row, written};

/// More entries than this are summarised, without the numbers put in.
const MAX_ENTRIES: usize = 12;

/// What a trace is made of.
pub struct Traced<'t> {
    pub derivation: &'t Derivation,
    /// Values of the nodes of lines.
    pub values: &'t HashMap<NodeId, Tensor>,
    /// Values of inputs, targets and parameters by their names in formulas.
    pub leaves: &'t HashMap<String, Tensor>,
    pub prediction: Option<NodeId>,
    pub target: Option<&'t str>,
    /// Parameters after one step of gradient descent, and the loss with them.
    pub updated: &'t [(String, Tensor)],
    pub loss_after: Option<f64>,
    pub rate: f64,
    pub digits: usize,
    pub show: fn(f64, usize) -> String,
}

/// A trace, written in one format.
#[derive(Clone, Debug)]
pub struct Trace {
    pub given: Vec<Item>,
    pub forward: Vec<Item>,
    /// Output, target and error of each place.
    pub errors: Vec<[String; 3]>,
    pub backward: Vec<Item>,
    /// Parameters after one step of gradient descent, `w − rate · ∂L/∂w`.
    pub updated: Vec<Item>,
    pub loss_after: Option<String>,
    pub rate: f64,
}

/// A value with its formula.
#[derive(Clone, Debug)]
pub struct Item {
    pub name: String,
    /// None for what is given.
    pub formula: Option<String>,
    /// Each entry by itself, if they are few.
    pub entries: Vec<Entry>,
    /// All of it, or a summary of a large one.
    pub value: String,
}

/// One entry: `z1[0] = 0.4 · 1.2 − 0.3 · 1.4 + 0.1 = 0.16`.
#[derive(Clone, Debug)]
pub struct Entry {
    pub place: String,
    /// The formula with its numbers, where that says more than the result.
    pub put_in: Option<String>,
    pub result: String,
}

/// The trace as plain text.
pub fn trace(traced: &Traced<'_>) -> String {
    text::written(&traced_in(traced, Format::Unicode))
}

/// The trace with formulas and values in a format.
pub fn traced_in(traced: &Traced<'_>, format: Format) -> Trace {
    let derivation = traced.derivation;
    let values = values_by_name(traced);
    let plain = derivation.writer(format);
    let named = |name: &str, value: &Tensor| Item {
        name: plain.notation.name(name),
        formula: None,
        entries: Vec::new(),
        value: written(traced, value, format),
    };
    let given = derivation.leaves.iter().filter_map(|(id, _)| {
        let value = values.get(id)?;
        Some(Item { name: plain.text(*id), ..named("", value) })
    });
    let items = |is_backward: bool| -> Vec<Item> {
        let lines = derivation.lines.iter().filter(|line| line.is_backward == is_backward);
        lines.map(|line| item(traced, &plain, line, &values)).collect()
    };
    Trace {
        given: given.collect(),
        forward: items(false),
        errors: errors(traced),
        backward: items(true),
        updated: traced.updated.iter().map(|(name, value)| named(name, value)).collect(),
        loss_after: traced.loss_after.map(|loss| signed((traced.show)(loss, traced.digits))),
        rate: traced.rate,
    }
}

fn values_by_name(traced: &Traced<'_>) -> HashMap<Id, Tensor> {
    let derivation = traced.derivation;
    let mut values: HashMap<Id, Tensor> = HashMap::new();
    for (id, _) in &derivation.leaves {
        if let Term::Name(name) = derivation.terms.term(*id)
            && let Some(value) = traced.leaves.get(&**name)
        {
            values.insert(*id, value.clone());
        }
    }
    for line in &derivation.lines {
        if let Some(value) = line.node.and_then(|node| traced.values.get(&node)) {
            values.insert(line.name, value.clone());
        }
    }
    values
}

/// A line: the formula, each entry with its numbers, the value.
fn item(traced: &Traced<'_>, plain: &Writer<'_>, line: &Line, values: &HashMap<Id, Tensor>) -> Item {
    let formula = Some(plain.text(line.meaning));
    let name = plain.text(line.name);
    let Some(value) = values.get(&line.name) else {
        return Item { name, formula, entries: Vec::new(), value: String::new() };
    };
    let mut entries = Vec::new();
    if value.data.len() <= MAX_ENTRIES {
        let mut writer = traced.derivation.writer(plain.format);
        writer.numbers = Some(Numbers {
            values,
            at: RefCell::new(Vec::new()),
            show: traced.show,
            digits: traced.digits,
            failed: Cell::new(false),
        });
        let numbers = row_by_row(value).into_iter();
        entries.extend(numbers.map(|(at, number)| entry(traced, (&writer, plain), line, at, number)));
    }
    Item { name, formula, entries, value: written(traced, value, plain.format) }
}

fn entry(
    traced: &Traced<'_>,
    (writer, plain): (&Writer<'_>, &Writer<'_>),
    line: &Line,
    at: Vec<usize>,
    number: f64,
) -> Entry {
    let index: Vec<String> = at.iter().map(usize::to_string).collect();
    if let Some(numbers) = &writer.numbers {
        numbers.at.replace(at);
    }
    let text = writer.text(line.meaning);
    let failed = writer.numbers.as_ref().is_some_and(|numbers| numbers.failed.replace(false));
    let result = value::number(plain.notation, &(traced.show)(number, traced.digits));
    let says_more = !failed && text != result && text != plain.text(line.meaning);
    let place = if index.is_empty() { String::new() } else { format!("[{}]", index.join(", ")) };
    Entry { place, put_in: says_more.then_some(text), result }
}

/// The prediction beside the target.
fn errors(traced: &Traced<'_>) -> Vec<[String; 3]> {
    let prediction = traced.prediction.and_then(|node| traced.values.get(&node));
    let target = traced.target.and_then(|name| traced.leaves.get(name));
    let (Some(prediction), Some(target)) = (prediction, target) else { return Vec::new() };
    let (p, t) = (prediction.data.to_f64(), target.data.to_f64());
    let show = |number: f64| signed((traced.show)(number, traced.digits));
    let pairs = p.iter().zip(&t).take(MAX_ENTRIES);
    pairs.map(|(p, t)| [*p, *t, tidy(p - t, p.abs().max(t.abs()), traced.digits)].map(show)).collect()
}

/// A difference that the digits shown of both values do not show is 0.
fn tidy(difference: f64, scale: f64, digits: usize) -> f64 {
    let digits = i32::try_from(digits).unwrap_or(17);
    if difference.abs() < 0.5 * scale * 10f64.powi(-digits) { 0.0 } else { difference }
}

/// With the sign of mathematics.
fn signed(number: String) -> String {
    number.strip_prefix('-').map_or(number.clone(), |rest| format!("−{rest}"))
}

//! A step of training with all its numbers: forward, loss, errors, gradients, update.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::derivation::{Derivation, Line};
use super::entry::Numbers;
use super::term::{Id, Term};
use super::write::{Format, Writer};
use crate::graph::NodeId;
use crate::tensor::Tensor;

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

/// The trace as text.
pub fn trace(traced: &Traced<'_>) -> String {
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
    let plain = derivation.writer(Format::Unicode);
    let mut text = String::from("given\n");
    for (id, _) in &derivation.leaves {
        if let Some(value) = values.get(id) {
            text.push_str(&format!("  {} = {}\n", plain.text(*id), shown(traced, value)));
        }
    }
    text.push_str("\nforward\n");
    let is_forward = |line: &&Line| !line.is_backward;
    for line in derivation.lines.iter().filter(is_forward) {
        text.push_str(&one(traced, &plain, line, &values));
    }
    text.push_str(&errors(traced, &values));
    text.push_str("\nbackward\n");
    for line in derivation.lines.iter().filter(|line| line.is_backward) {
        text.push_str(&one(traced, &plain, line, &values));
    }
    text.push_str(&updates(traced));
    text
}

/// A line: the formula, each entry with its numbers, the value.
fn one(traced: &Traced<'_>, plain: &Writer<'_>, line: &Line, values: &HashMap<Id, Tensor>) -> String {
    let (name, formula) = (plain.text(line.name), plain.text(line.meaning));
    let Some(value) = values.get(&line.name) else { return format!("  {name} = {formula}\n") };
    let mut text = format!("  {name} = {formula}\n");
    let count = value.data.len();
    if count <= MAX_ENTRIES {
        let mut writer = traced.derivation.writer(Format::Unicode);
        writer.numbers = Some(Numbers {
            values,
            at: RefCell::new(Vec::new()),
            show: traced.show,
            digits: traced.digits,
            failed: Cell::new(false),
        });
        for (at, number) in row_by_row(value) {
            if let Some(numbers) = &writer.numbers {
                numbers.at.replace(at.clone());
            }
            let entry = writer.text(line.meaning);
            let failed = writer.numbers.as_ref().is_some_and(|numbers| numbers.failed.replace(false));
            let result = signed((traced.show)(number, traced.digits));
            let index: Vec<String> = at.iter().map(usize::to_string).collect();
            let index = if index.is_empty() { String::new() } else { format!("[{}]", index.join(", ")) };
            let put_in = if failed || entry == result || entry == plain.text(line.meaning) {
                String::new()
            } else {
                format!("{entry} = ")
            };
            text.push_str(&format!("    {name}{index} = {put_in}{result}\n"));
        }
        return text;
    }
    text.push_str(&format!("    {}\n", shown(traced, value)));
    text
}

/// The places and numbers of a value, row by row.
fn row_by_row(value: &Tensor) -> Vec<(Vec<usize>, f64)> {
    let numbers = value.data.to_f64();
    match value.shape.as_slice() {
        [] => numbers.first().map(|n| (Vec::new(), *n)).into_iter().collect(),
        [rows, columns] => (0..*rows)
            .flat_map(|i| (0..*columns).map(move |j| (i, j)))
            .filter_map(|(i, j)| numbers.get(i + j * rows).map(|n| (vec![i, j], *n)))
            .collect(),
        _ => numbers.iter().enumerate().map(|(at, n)| (vec![at], *n)).collect(),
    }
}

/// A value, or what there is to say about a large one.
fn shown(traced: &Traced<'_>, value: &Tensor) -> String {
    let show = |number: f64| (traced.show)(number, traced.digits);
    let numbers = value.data.to_f64();
    if numbers.len() > 24 {
        let (lo, hi) =
            numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), n| (lo.min(*n), hi.max(*n)));
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        let first: Vec<String> = row_by_row(value).iter().take(4).map(|(_, n)| show(*n)).collect();
        let shape: Vec<String> = value.shape.iter().map(usize::to_string).collect();
        return format!(
            "[{}] from {} to {}, mean {}: {}, ...",
            shape.join(", "),
            show(lo),
            show(hi),
            show(mean),
            first.join(", ")
        );
    }
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    match value.shape.as_slice() {
        [] => numbers.first().map_or(String::new(), |n| show(*n)),
        [rows, columns] => list(
            (0..*rows)
                .map(|i| {
                    list((0..*columns).filter_map(|j| numbers.get(i + j * rows)).map(|n| show(*n)).collect())
                })
                .collect(),
        ),
        _ => list(numbers.iter().map(|n| show(*n)).collect()),
    }
}

/// The prediction beside the target.
fn errors(traced: &Traced<'_>, values: &HashMap<Id, Tensor>) -> String {
    let _ = values;
    let prediction = traced.prediction.and_then(|node| traced.values.get(&node));
    let target = traced.target.and_then(|name| traced.leaves.get(name));
    let (Some(prediction), Some(target)) = (prediction, target) else { return String::new() };
    let mut text = String::from("\nerrors\n");
    let (p, t) = (prediction.data.to_f64(), target.data.to_f64());
    let show = |number: f64| signed((traced.show)(number, traced.digits));
    for (at, (p, t)) in p.iter().zip(&t).enumerate().take(MAX_ENTRIES) {
        text.push_str(&format!(
            "  [{at}] output {}, target {}, error {}\n",
            show(*p),
            show(*t),
            show(tidy(p - t, p.abs().max(t.abs()), traced.digits))
        ));
    }
    text
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

fn updates(traced: &Traced<'_>) -> String {
    let mut text = format!("\nafter one step of gradient descent, w − {} · ∂L/∂w\n", traced.rate);
    for (name, value) in traced.updated {
        text.push_str(&format!("  {name} = {}\n", shown(traced, value)));
    }
    if let Some(loss) = traced.loss_after {
        text.push_str(&format!("  L = {}\n", (traced.show)(loss, traced.digits)));
    }
    text
}

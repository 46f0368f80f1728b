//! A trace as plain text.

use super::{Item, Trace};

pub fn written(trace: &Trace) -> String {
    let mut text = String::from("given\n");
    for item in &trace.given {
        text.push_str(&format!("  {} = {}\n", item.name, item.value));
    }
    text.push_str("\nforward\n");
    trace.forward.iter().for_each(|item| text.push_str(&one(item)));
    if !trace.errors.is_empty() {
        text.push_str("\nerrors\n");
    }
    for (at, [output, target, error]) in trace.errors.iter().enumerate() {
        text.push_str(&format!("  [{at}] output {output}, target {target}, error {error}\n"));
    }
    text.push_str("\nbackward\n");
    trace.backward.iter().for_each(|item| text.push_str(&one(item)));
    text.push_str(&format!("\nafter one step of gradient descent, w − {} · ∂L/∂w\n", trace.rate));
    for item in &trace.updated {
        text.push_str(&format!("  {} = {}\n", item.name, item.value));
    }
    if let Some(loss) = &trace.loss_after {
        text.push_str(&format!("  L = {loss}\n"));
    }
    text
}

fn one(item: &Item) -> String {
    let name = &item.name;
    let mut text = format!("  {name} = {}\n", item.formula.as_deref().unwrap_or_default());
    for entry in &item.entries {
        let put_in = entry.put_in.as_ref().map_or(String::new(), |put_in| format!("{put_in} = "));
        text.push_str(&format!("    {name}{} = {put_in}{}\n", entry.place, entry.result));
    }
    if item.entries.is_empty() && !item.value.is_empty() {
        text.push_str(&format!("    {}\n", item.value));
    }
    text
}

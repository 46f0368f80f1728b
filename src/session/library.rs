//! What a name of the library means, from its declaration.

use super::state::standard_prelude;
use crate::elaborate::{METHODS, MethodRow, OptionKind, nearest};
use crate::graph::{Doc, Param};
use crate::ops;

/// The page of a prelude item or primitive.
///
/// # Errors
/// The nearest known name, if there is no such item.
pub fn doc(name: &str) -> Result<String, Option<String>> {
    let (sources, functions, _) = standard_prelude();
    if let Some(function) = functions.iter().find(|function| function.name.name == name) {
        let source = sources.get(function.span.source);
        let mut text: String = function.doc.iter().map(|line| format!("{}\n", line.trim())).collect();
        text.push_str(&format!("\n{}\n", source.slice(function.span)));
        return Ok(text);
    }
    if let Some(primitive) = ops::find(name) {
        return Ok(primitive_page(primitive.name, primitive.aliases, primitive.params, primitive.doc));
    }
    if let Some(row) = METHODS.iter().find(|row| row.name == name) {
        return Ok(method_page(row));
    }
    let known = functions.iter().map(|function| function.name.name.clone());
    Err(nearest(name, known.chain(ops::catalogue().iter().map(|primitive| primitive.name.to_string()))))
}

/// The declaration of a library item, as the library has it.
pub fn library_source(name: &str) -> Option<String> {
    let (sources, functions, _) = standard_prelude();
    let function = functions.iter().find(|function| function.name.name == name)?;
    Some(sources.get(function.span.source).slice(function.span).to_string())
}

/// A method that training carries out, with its options and what they are if not given.
fn method_page(row: &MethodRow) -> String {
    let mut text: String = row.doc.iter().map(|line| format!("{line}\n")).collect();
    text.push_str("\noptions:\n");
    for option in row.options {
        let default = match option.kind {
            OptionKind::Flag => (option.default != 0.0).to_string(),
            OptionKind::Positive | OptionKind::NotNegative | OptionKind::Count => option.default.to_string(),
        };
        text.push_str(&format!("  {} = {default}: {}\n", option.name, option.doc));
    }
    text
}

fn primitive_page(name: &str, aliases: &[&str], params: &[Param], doc: &Doc) -> String {
    let params: Vec<String> = params
        .iter()
        .map(|param| match param.default {
            Some(default) => format!("{} = {default}", param.name),
            None => param.name.to_string(),
        })
        .collect();
    let also = if aliases.is_empty() { String::new() } else { format!("also: {}\n", aliases.join(", ")) };
    let example = if doc.example.is_empty() {
        String::new()
    } else {
        format!("\n{}\n#> {}\n", doc.example, doc.result)
    };
    format!("{name}({})\n{}\n{}\n{also}{example}", params.join(", "), doc.sentence, doc.formula)
}

//! The reference: every name of the library with all that its declaration says, and what follows from it.
//!
//! [`Entry`] is plain data for `nn doc`, its pages and the prompt. Examples and derivatives are not written down
//! anywhere: `examples` runs them.

mod curves;
mod entry;
mod examples;
mod hints;
mod statements;

pub(super) use entry::one_line;
pub use entry::{Entry, entries, entry, library_names, library_source};
pub use examples::Example;
pub(super) use statements::options_of;

use crate::elaborate::{METHODS, MethodRow, OptionKind};

/// The page of a prelude item, a primitive, a statement or an option of one, as text.
///
/// # Errors
/// Where to look instead, if there is no such item.
pub fn doc(name: &str) -> Result<String, Option<String>> {
    match METHODS.iter().find(|row| row.name == name) {
        Some(row) => Ok(method_page(row)),
        None => entry(name).map(|entry| text(&entry)).or_else(|_| {
            let statement = statements::page(name).or_else(|| statements::option(name));
            statement.ok_or_else(|| hints::hint(name))
        }),
    }
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

/// Signature, sentence, formula, example, derivative, source.
fn text(entry: &Entry) -> String {
    let mut text = format!("{}\n\n{}\n\n", entry.signature, entry.sentence);
    let mut row = |key: &str, value: &str| text.push_str(&format!("{key:9}{value}\n"));
    row("kind", entry.kind);
    if !entry.aliases.is_empty() {
        row("also", &entry.aliases.join(", "));
    }
    row("formula", &entry.formula);
    if let Some(citation) = &entry.citation {
        row("from", citation);
    }
    if let Some(example) = entry.example() {
        let output: String = example.output.lines().map(|line| format!("#> {line}\n")).collect();
        text.push_str(&format!("\nexample\n\n{}{}", indented(&example.program), indented(&output)));
    }
    if let Some(derivative) = entry.derivative() {
        text.push_str(&format!("\nderivative\n\n{}", indented(&derivative)));
    }
    if let Some(source) = &entry.source {
        text.push_str(&format!("\nsource\n\n{}", indented(source)));
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}").trim_end().to_string() + "\n").collect()
}

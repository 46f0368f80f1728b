//! The reference: every name of the library with all that its declaration says, and what follows from it.
//!
//! [`Entry`] is plain data for `nn doc`, its pages and the prompt. Examples and derivatives are not written down
//! anywhere: `examples` runs them.

mod curves;
mod entry;
mod examples;
mod hints;
mod keywords;
mod statements;
mod topics;

pub(super) use entry::one_line;
pub use entry::{Entry, entries, entry, library_names, library_source};
pub use examples::Example;
pub(super) use statements::options_of;
pub use topics::{Topic, topics};

/// The page of an item of the library, a method, a primitive, a statement, a source of data, or an option, as text. A
/// name that means several things has a page of all.
///
/// # Errors
/// Where to look instead, if there is no such item.
pub fn doc(name: &str) -> Result<String, Option<String>> {
    let item = entry(name).ok().map(|entry| text(&entry));
    let is_item = item.is_some();
    let topics = topics::topics().into_iter().filter(|topic| topic.name == name);
    let topics = topics.map(|topic| match is_item {
        true => format!("in {}\n\n{}", topic.place(), indented(&topic.page())),
        false => topic.page(),
    });
    let pages: Vec<String> = item.into_iter().chain(topics).chain(statements::option(name)).collect();
    match pages.is_empty() {
        true => Err(hints::hint(name)),
        false => Ok(pages.join("\n")),
    }
}

/// All names that have a page, each once.
pub fn documented_names() -> Vec<&'static str> {
    let topics = topics::topics().into_iter().map(|topic| topic.name);
    let mut names: Vec<&'static str> = Vec::new();
    for name in library_names().chain(topics) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
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
    if !entry.options.is_empty() {
        let options: String = entry.options.iter().map(|option| format!("  {option}\n")).collect();
        text.push_str(&format!("\noptions\n\n{options}"));
    }
    if let Some(example) = entry.example() {
        text.push_str(&format!("\nexample\n\n{}", indented(&example.tested)));
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

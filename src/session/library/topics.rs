//! What is no item of the library: words, statements and built-in functions, sources of data and what encodes columns.
//! The pages are made of the rows that declare them.

use super::keywords::KEYWORDS;
use super::statements::{ROWS, StatementRow, options};
use crate::check::ENCODERS;
use crate::data::{DataSource, OptionSpec, SOURCES};
use crate::elaborate::{CONSTANTS, FUNCTIONS, INSIDE, WordRow};

/// A name that has a page beside those of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub name: &'static str,
    /// `statements`, `built in`, `data` or `columns`.
    pub group: &'static str,
    pub usage: Vec<String>,
    pub sentence: &'static str,
    /// What stands below, each with its sentence.
    options: String,
}

/// All of them, group by group.
pub fn topics() -> Vec<Topic> {
    let statements = ROWS.iter().chain(KEYWORDS).map(of_statement);
    let built_in = FUNCTIONS.iter().chain(CONSTANTS).chain(INSIDE).map(|row| of_word(row, "built in"));
    let sources = SOURCES.iter().map(|source| of_source(*source));
    let columns = ENCODERS.iter().map(|row| of_word(row, "columns"));
    statements.chain(built_in).chain(sources).chain(columns).collect()
}

impl Topic {
    /// Where its name means this, for names that are items of the library as well.
    pub(super) fn place(&self) -> &'static str {
        match self.group {
            "columns" => "`input` and `target` of `data`",
            "data" => "`data`",
            _ => "scripts",
        }
    }

    pub(super) fn page(&self) -> String {
        let lines = self.usage.iter().flat_map(|usage| usage.lines());
        let usage: String = lines.map(|line| format!("    {line}\n")).collect();
        format!("{}\n\n{usage}{}", self.sentence, self.options)
    }
}

fn of_statement(row: &StatementRow) -> Topic {
    Topic {
        name: row.name,
        group: "statements",
        usage: row.usage.iter().map(|usage| (*usage).to_string()).collect(),
        sentence: row.sentence,
        options: options(row.name),
    }
}

fn of_word(row: &WordRow, group: &'static str) -> Topic {
    let usage = row.usage.iter().map(|usage| (*usage).to_string()).collect();
    Topic { name: row.name, group, usage, sentence: row.sentence, options: String::new() }
}

fn of_source(source: &'static dyn DataSource) -> Topic {
    let specs = source.options();
    // The rows of examples are written in braces.
    let is_rows = specs.iter().any(|spec| spec.name == crate::data::examples::ROWS);
    let (usage, shown) = match is_rows {
        true => ("data d = examples { [1, 2] -> [3], [2, 1] -> [0] }".to_string(), &specs[..0]),
        false => (format!("data d = {}", call(source)), specs),
    };
    let rows = shown.iter().map(|spec| format!("  {:11} {}\n", spec.name, spec.doc));
    let rows: String = rows.collect();
    let options = if rows.is_empty() { String::new() } else { format!("\noptions\n\n{rows}") };
    Topic { name: source.name(), group: "data", usage: vec![usage], sentence: source.doc(), options }
}

/// `csv("FILE", separator = ",", header = true)`, with the options as they are if not given.
fn call(source: &dyn DataSource) -> String {
    let given = |spec: &OptionSpec| match spec.required {
        true => Some(format!("\"FILE.{}\"", source.name())),
        false => (!spec.default.is_empty()).then(|| format!("{} = {}", spec.name, spec.default)),
    };
    let mut given: Vec<String> = source.options().iter().filter_map(given).collect();
    if source.takes_fields() {
        let file = |name: &str| format!("{name} = \"{name}.{}\"", source.name());
        given.splice(..0, [file("images"), file("labels")]);
    }
    format!("{}({})", source.name(), given.join(", "))
}

//! Tables of text, by the `csv` crate: separators, quotes, headers, missing cells, and where each cell is.
//!
//! A column is numbers if every cell that isn't missing is one, else categories. The file is read twice: once
//! for the kinds of the columns, once for their values. What columns are used for is not decided here.

mod cells;
mod doubts;
mod lines;
mod scan;

use std::sync::Arc;

use super::problem::{Problem, Site};
use super::source::{Context, DataSource, OptionKind, OptionSpec, Options};
use super::table::{Loaded, Schema, Table};
use cells::Dialect;
pub use lines::Lines;

/// `csv("data/iris.csv", separator = ";")`
pub struct Csv;

const OPTIONS: &[OptionSpec] = &[
    option("path", OptionKind::Text, "", true, "the file, relative to the script"),
    option("separator", OptionKind::Character, "\",\"", false, "what stands between two cells"),
    option(
        "header",
        OptionKind::Flag,
        "true",
        false,
        "whether the first line names the columns; else they are c0, c1, ...",
    ),
    option("decimal", OptionKind::Character, "\".\"", false, "the decimal sign of numbers, \".\" or \",\""),
    option(
        "quote",
        OptionKind::Character,
        "\"\\\"\"",
        false,
        "what encloses cells that hold separators or line ends",
    ),
    option("comment", OptionKind::Character, "", false, "lines that begin with it are skipped"),
    option(
        "missing",
        OptionKind::Texts,
        "[]",
        false,
        "cells that mean no value, besides the empty one, NA, NaN, ?, null and -",
    ),
];

const fn option(
    name: &'static str,
    kind: OptionKind,
    default: &'static str,
    required: bool,
    doc: &'static str,
) -> OptionSpec {
    OptionSpec { name, kind, default, required, doc }
}

impl DataSource for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn doc(&self) -> &'static str {
        "A table in a text file: a line an example, its cells between separators."
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn inspect(&self, options: &Options, context: &mut Context<'_>) -> Result<Schema, Vec<Problem>> {
        read(options, context).map(|(schema, _)| schema)
    }

    fn load(&self, options: &Options, context: &mut Context<'_>) -> Result<Loaded, Vec<Problem>> {
        read(options, context).map(|(schema, table)| Loaded { schema, table })
    }
}

/// Both steps at once: even the facts of a table need all of its cells.
fn read(options: &Options, context: &mut Context<'_>) -> Result<(Schema, Table), Vec<Problem>> {
    let Some(path) = options.text("path") else { return Ok((Schema::default(), empty_table())) };
    let bytes = context.read(&path)?;
    if let Some(problem) = doubts::not_text(&bytes, &path) {
        return Err(vec![problem]);
    }
    let dialect = Dialect::new(options);
    let file: Arc<str> = Arc::from(path.value);
    let source = context.keep_text(path.value, &bytes);
    let text = source.map(|id| context.sources.get(id).text.clone());
    let lines = Lines::new(file, source.zip(text), &dialect);
    let call = options.span;
    let site = Site {
        path: path.span,
        header: options.span_of("header"),
        has_missing: options.span_of("missing").is_some(),
    };
    if let Some(problem) = doubts::wrong_separator(&bytes, &dialect, &lines, call, options) {
        return Err(vec![problem]);
    }
    let scan = scan::scan(&bytes, &dialect, lines, &site)?;
    Ok(scan.into_parts(&bytes, &dialect))
}

fn empty_table() -> Table {
    Table { columns: Vec::new(), n_rows: 0, places: super::table::Places::Rows(Arc::from("")) }
}

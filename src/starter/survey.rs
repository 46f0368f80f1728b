//! Reads a table and decides what each column is for.

use std::path::Path;

use super::roles::{Role, Task, guess_target, rare, role_of, task_of};
use crate::base::{Sources, Span, Spanned};
use crate::data::problem::{Problem, TextProblem};
use crate::data::table::HeaderDoubt;
use crate::data::{Column, Context, Files, OptionValue, Options, Schema, find_source};
use crate::diagnostics::{Diagnostic, Slug};

/// A table and what is to be made of it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// What stands behind the path in `csv(...)`: `separator = ";"`.
    pub options: Vec<(&'static str, String)>,
    pub n_rows: usize,
    pub columns: Vec<SurveyColumn>,
    /// Which column is to be predicted.
    pub target: usize,
    pub task: Task,
    /// A class that so few rows have that the training part may lack it.
    pub rare: Option<(String, usize)>,
    /// Why that column, unless it was asked for.
    pub guessed: Option<&'static str>,
}

/// A column and what it is for.
#[derive(Clone, Debug)]
pub struct SurveyColumn {
    pub name: String,
    /// `0.1 to 6.9`, `3 kinds: setosa, versicolor, virginica`
    pub facts: String,
    pub n_missing: usize,
    pub role: Role,
}

/// A table of fewer rows makes no model and no test of one.
const FEWEST_ROWS: usize = 10;
/// So many columns are told why they are left out, where none is left.
const MOST_REASONS: usize = 4;
/// How the file is given on the command line, for messages.
const PLACE: &str = "--from";

/// Reads a table, finds out how it is written, and decides what its columns are for. `target` names the column to
/// predict; without it, one is guessed.
///
/// # Errors
/// What is wrong with the file or the name of the target, with the texts that messages point into.
pub fn survey(
    files: &dyn Files,
    path: &Path,
    target: Option<&str>,
) -> Result<Survey, (Sources, Vec<Diagnostic>)> {
    let mut sources = Sources::default();
    let shown = path.display().to_string();
    let id = sources.add(PLACE, shown.clone());
    let span = Span::new(id, 0, shown.len());
    let mut context = Context { files, sources: &mut sources, folder: Path::new("") };
    let found = read(&shown, span, &mut context);
    match found.and_then(|(schema, options)| decide(&schema, options, target, span)) {
        Ok(survey) => Ok(survey),
        Err(diagnostics) => Err((sources, diagnostics)),
    }
}

type Written = Vec<(&'static str, String)>;

/// The facts of the columns. What a message about the file proposes is done.
fn read(path: &str, span: Span, context: &mut Context<'_>) -> Result<(Schema, Written), Vec<Diagnostic>> {
    let mut options: Written = Vec::new();
    // Separator, decimal sign and header can each be found out once.
    for _ in 0..3 {
        match inspect(path, span, context, &options) {
            Ok(schema) => match &schema.header {
                HeaderDoubt::LooksLikeData(_) if !has(&options, "header") => {
                    options.push(("header", "false".to_string()));
                }
                _fine => return Ok((schema, options)),
            },
            Err(problems) if problems.iter().any(are_names_data) && !has(&options, "header") => {
                options.push(("header", "false".to_string()));
            }
            Err(problems) => {
                let separators = problems.iter().find_map(|problem| match problem {
                    Problem::Text(TextProblem::WrongSeparator(facts)) => Some(facts.clone()),
                    _other => None,
                });
                let Some(facts) = separators.filter(|_| !has(&options, "separator")) else {
                    return Err(diagnostics(&problems));
                };
                options.push(("separator", facts.found.to_string()));
                if facts.decimal_comma {
                    options.push(("decimal", ",".to_string()));
                }
            }
        }
    }
    inspect(path, span, context, &options)
        .map(|schema| (schema, options))
        .map_err(|problems| diagnostics(&problems))
}

fn are_names_data(problem: &Problem) -> bool {
    matches!(problem, Problem::Text(TextProblem::NamesAreData { .. }))
}

/// The messages; what they say of scripts does not apply to a file that is named on the command line.
fn diagnostics(problems: &[Problem]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = problems.iter().map(Problem::diagnostic).collect();
    for diagnostic in &mut found {
        diagnostic.notes.retain(|note| !note.contains("script"));
    }
    found
}

fn has(options: &Written, name: &str) -> bool {
    options.iter().any(|(known, _)| *known == name)
}

fn inspect(
    path: &str,
    span: Span,
    context: &mut Context<'_>,
    options: &Written,
) -> Result<Schema, Vec<Problem>> {
    let Some(source) = find_source("csv") else { return Err(Vec::new()) };
    let path = Spanned::new(OptionValue::Text(path.to_string()), span);
    let named = options.iter().map(|(name, value)| {
        let value = match *name {
            "header" => OptionValue::Flag(value == "true"),
            _text => OptionValue::Text(value.clone()),
        };
        (Spanned::new((*name).to_string(), span), Spanned::new(value, span))
    });
    let options = Options::bind(source, span, 0, vec![path], named.collect())?;
    source.inspect(&options, context)
}

/// What each column is for.
fn decide(
    schema: &Schema,
    options: Written,
    target: Option<&str>,
    span: Span,
) -> Result<Survey, Vec<Diagnostic>> {
    if schema.n_rows < FEWEST_ROWS {
        return Err(vec![too_few_rows(schema.n_rows, span)]);
    }
    let (at, guessed) = match target {
        Some(name) => match schema.columns.iter().position(|column| column.name == name) {
            Some(at) => (at, None),
            None => return Err(vec![no_such_column(schema, name, span)]),
        },
        None => match guess_target(schema) {
            Some((at, why)) => (at, Some(why)),
            None => return Err(vec![no_target(span)]),
        },
    };
    let Some(column) = schema.columns.get(at) else { return Err(Vec::new()) };
    let Some(task) = task_of(column, schema.n_rows) else {
        let headline = format!("`{}` cannot be predicted: nearly every row has another text", column.name);
        return Err(vec![
            Diagnostic::error(Slug::DataFile, span, headline)
                .here("in this file")
                .help("name the column to predict: `--target COLUMN`"),
        ]);
    };
    let columns: Vec<SurveyColumn> = schema
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| SurveyColumn {
            name: column.name.clone(),
            facts: super::words::facts(column),
            n_missing: column.n_missing,
            role: if index == at { Role::Target } else { role_of(column, schema.n_rows) },
        })
        .collect();
    if !columns.iter().any(|column| column.role.is_input()) {
        let headline = "no column is left that a model could predict from";
        let reasons = columns.iter().take(MOST_REASONS).filter_map(|column| match &column.role {
            Role::LeftOut(reason) => Some(format!("`{}` is left out: {reason}", column.name)),
            Role::Target | Role::Number | Role::Category(_) => None,
        });
        let diagnostic = Diagnostic::error(Slug::DataFile, span, headline).here("in this file");
        return Err(vec![reasons.fold(diagnostic, Diagnostic::note)]);
    }
    let rare = rare(column).map(|(class, count)| (class.to_string(), count));
    Ok(Survey { options, n_rows: schema.n_rows, columns, target: at, task, rare, guessed })
}

fn no_such_column(schema: &Schema, name: &str, span: Span) -> Diagnostic {
    let names: Vec<&str> = schema.columns.iter().map(|column: &Column| column.name.as_str()).collect();
    let diagnostic =
        Diagnostic::error(Slug::UnknownColumn, span, format!("there is no column `{name}` to predict"))
            .here("in this file");
    match crate::data::problem::nearest(name, names.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `--target {near}`?")),
        None => {
            let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
            diagnostic.note(format!("the columns are {}", shown.join(", ")))
        }
    }
}

fn too_few_rows(n_rows: usize, span: Span) -> Diagnostic {
    let rows = match n_rows {
        0 => "no rows".to_string(),
        1 => "one row".to_string(),
        n => format!("{n} rows"),
    };
    Diagnostic::error(Slug::DataFile, span, format!("the table has {rows}: too few to learn from"))
        .here("in this file")
        .note(format!("some are set aside to tell how good the model is: {FEWEST_ROWS} are the least"))
}

fn no_target(span: Span) -> Diagnostic {
    Diagnostic::error(Slug::DataFile, span, "no column looks like what is to be predicted")
        .here("in this file")
        .note("every column is text that differs in each row, or always the same")
}

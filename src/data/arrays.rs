//! Sources whose files hold one array each: a file a field, examples along the first axis.
//!
//! `idx` and `npy` give a header reader and a data reader; the rest (several fields, their counts, facts for the
//! check) is the same for both and stands here.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::problem::{Problem, SourceProblem};
use super::source::{Context, Options};
use super::table::{
    Column, ColumnKind, NumberFacts, Place, Places, Schema, Table, TableColumn, Values, Whole,
};
use crate::base::Spanned;

/// Arrays with at most this many numbers are read at check time, for the classes of labels.
const LARGEST_SCANNED: usize = 1 << 24;
const MOST_WHOLES: usize = 1024;

/// Why a file isn't an array.
#[derive(Debug)]
pub enum ArrayError {
    Io(io::Error),
    Format { expected: String, found: String },
}

/// A format of one array a file.
pub trait ArrayFormat {
    /// `idx`
    const NAME: &'static str;
    /// The shape, examples first, checked against the size of the file.
    fn shape(context: &Context<'_>, path: &str) -> Result<Vec<usize>, ArrayError>;
    /// Shape and values in reading order.
    fn read(context: &Context<'_>, path: &str) -> Result<(Vec<usize>, Values), ArrayError>;
}

impl From<io::Error> for ArrayError {
    fn from(error: io::Error) -> ArrayError {
        ArrayError::Io(error)
    }
}

/// A format error of two texts.
pub fn mismatch(expected: impl Into<String>, found: impl Into<String>) -> ArrayError {
    ArrayError::Format { expected: expected.into(), found: found.into() }
}

/// How many numbers a shape holds, if that can be counted.
pub fn count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size))
}

/// The facts of all fields: shapes from headers, and the labels themselves where there is one number an example.
pub fn inspect<F: ArrayFormat>(options: &Options, context: &Context<'_>) -> Result<Schema, Vec<Problem>> {
    let fields = fields::<F>(options)?;
    let mut problems = Vec::new();
    let mut columns = Vec::new();
    let mut counts = Vec::new();
    for (name, path) in fields {
        match inspect_field::<F>(name, &path, context) {
            Ok((column, n_rows)) => {
                columns.push(column);
                counts.push((path.span, name.to_owned(), n_rows));
            }
            Err(error) => problems.push(problem::<F>(error, &path, context)),
        }
    }
    problems.extend(count_problem(&counts));
    if !problems.is_empty() {
        return Err(problems);
    }
    let n_rows = counts.first().map_or(0, |(_, _, n_rows)| *n_rows);
    let name = fields_name(options);
    Ok(Schema { name, columns, n_rows, ..Schema::default() })
}

/// The values of all fields.
pub fn load<F: ArrayFormat>(options: &Options, context: &Context<'_>) -> Result<Table, Vec<Problem>> {
    let mut columns = Vec::new();
    let mut counts = Vec::new();
    for (name, path) in fields::<F>(options)? {
        let (shape, values) =
            F::read(context, path.value).map_err(|error| vec![problem::<F>(error, &path, context)])?;
        let (n_rows, shape) = split_shape(&shape);
        counts.push((path.span, name.to_owned(), n_rows));
        columns.push(TableColumn { name: name.to_owned(), shape, values });
    }
    if let Some(problem) = count_problem(&counts) {
        return Err(vec![problem]);
    }
    let n_rows = counts.first().map_or(0, |(_, _, n_rows)| *n_rows);
    Ok(Table { columns, n_rows, places: Places::Rows(Arc::from(fields_name(options))) })
}

fn fields<F: ArrayFormat>(options: &Options) -> Result<Vec<(&str, Spanned<&str>)>, Vec<Problem>> {
    let fields = options.all_texts();
    let none = || vec![SourceProblem::MissingFields { span: options.span, source: F::NAME }.into()];
    if fields.is_empty() { Err(none()) } else { Ok(fields) }
}

/// What messages call the whole: its first file.
fn fields_name(options: &Options) -> String {
    options.all_texts().first().map_or(String::new(), |(_, path)| path.value.to_owned())
}

fn split_shape(shape: &[usize]) -> (usize, Vec<usize>) {
    match shape.split_first() {
        Some((n_rows, rest)) => (*n_rows, rest.to_vec()),
        None => (1, Vec::new()),
    }
}

fn inspect_field<F: ArrayFormat>(
    name: &str,
    path: &Spanned<&str>,
    context: &Context<'_>,
) -> Result<(Column, usize), ArrayError> {
    let whole = F::shape(context, path.value)?;
    let (n_rows, shape) = split_shape(&whole);
    let scanned = shape.is_empty() && n_rows <= LARGEST_SCANNED;
    let facts = if scanned { facts(&F::read(context, path.value)?.1, path.value) } else { Facts::default() };
    let kind = ColumnKind::Number(facts.numbers);
    let name = name.to_owned();
    Ok((Column { name, shape, kind, n_missing: facts.n_missing, first_missing: facts.first_missing }, n_rows))
}

#[derive(Default)]
struct Facts {
    numbers: NumberFacts,
    n_missing: usize,
    first_missing: Option<Place>,
}

fn facts(values: &Values, file: &str) -> Facts {
    let file: Arc<str> = Arc::from(file);
    let place = |row: usize| Place { file: file.clone(), line: row as u64 + 1, column: None, span: None };
    let numbers: Box<dyn Iterator<Item = f64>> = match values {
        Values::U8(values) => Box::new(values.iter().map(|v| f64::from(*v))),
        Values::F32(values) => Box::new(values.iter().map(|v| f64::from(*v))),
        Values::F64(values) => Box::new(values.iter().copied()),
        Values::Category { .. } => return Facts::default(),
    };
    let mut facts = Facts::default();
    let mut wholes: Option<BTreeMap<i64, (usize, usize)>> = Some(BTreeMap::new());
    for (row, value) in numbers.enumerate() {
        if !value.is_finite() {
            facts.n_missing += 1;
            facts.first_missing.get_or_insert_with(|| place(row));
            continue;
        }
        let (least, most) = facts.numbers.range.unwrap_or((value, value));
        facts.numbers.range = Some((least.min(value), most.max(value)));
        if let Some(known) = &mut wholes {
            if value.fract() == 0.0 && value.abs() < 9e15 && known.len() <= MOST_WHOLES {
                known.entry(value as i64).or_insert((0, row)).0 += 1;
            } else {
                wholes = None;
            }
        }
    }
    let whole =
        |(value, (count, row)): (i64, (usize, usize))| Whole { value, count, first: Some(place(row)) };
    facts.numbers.wholes = wholes.map(|wholes| wholes.into_iter().map(whole).collect());
    facts
}

fn count_problem(counts: &[(crate::base::Span, String, usize)]) -> Option<Problem> {
    let first = counts.first()?;
    if let Some(other) = counts.iter().find(|other| other.2 != first.2) {
        return Some(SourceProblem::FieldCounts { first: first.clone(), other: other.clone() }.into());
    }
    (first.2 == 0).then_some(SourceProblem::NoExamples { span: first.0 }.into())
}

fn problem<F: ArrayFormat>(error: ArrayError, path: &Spanned<&str>, context: &Context<'_>) -> Problem {
    match error {
        ArrayError::Io(error) => context.file_problem(path, &error),
        ArrayError::Format { expected, found } => {
            let (span, path) = (path.span, path.value.to_owned());
            SourceProblem::BadFormat { span, path, format: F::NAME, expected, found }.into()
        }
    }
}

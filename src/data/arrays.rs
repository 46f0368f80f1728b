//! Sources whose files hold one array each: a file a field, examples along the first axis.
//!
//! `idx` and `npy` give a header reader and a data reader; the rest (several fields, their counts, facts for the
//! check) is the same for both and stands here.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::problem::{Problem, SourceProblem};
use super::source::{Context, OptionKind, OptionSpec, Options};
use super::table::{
    Column, ColumnKind, Loaded, MissingOption, NumberFacts, Place, Places, Schema, Table, TableColumn,
    Values, Whole,
};
use crate::base::Spanned;

/// Arrays with at most this many numbers are read at check time, for the classes of labels.
const LARGEST_SCANNED: usize = 1 << 24;
const MOST_WHOLES: usize = 1024;
/// As in NumPy.
const MOST_AXES: usize = 64;

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
    /// What its numbers can be by their type, if that says something.
    fn range(_context: &Context<'_>, _path: &str) -> Option<(f64, f64)> {
        None
    }
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

/// Whether a shape has few enough axes and sizes whose product can be counted, even where one of them is 0.
pub fn is_countable(shape: &[usize]) -> bool {
    let nonzero = shape.iter().filter(|size| **size != 0);
    let bytes = nonzero.copied().try_fold(8usize, usize::checked_mul);
    shape.len() <= MOST_AXES && bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok())
}

/// The option of both formats for labels that mean "unknown".
pub const MISSING: OptionSpec = OptionSpec {
    name: "missing",
    kind: OptionKind::Number(f64::MIN, f64::MAX),
    default: "",
    required: false,
    doc: "the label that means no label, in fields of one number an example: missing = 255",
};

/// The facts of all fields: shapes from headers, and the labels themselves where there is one number an example.
pub fn inspect<F: ArrayFormat>(options: &Options, context: &Context<'_>) -> Result<Schema, Vec<Problem>> {
    let shapes = each_field::<F, _>(options, context, |path| {
        let shape = F::shape(context, path)?;
        let scanned = shape.len() == 1 && shape.iter().all(|n_rows| *n_rows <= LARGEST_SCANNED);
        let values = if scanned { Some(F::read(context, path)?.1) } else { None };
        let range = if scanned { None } else { F::range(context, path) };
        Ok((shape, (values, range)))
    })?;
    let n_rows = shapes.first().map_or(0, |(_, _, (shape, _))| split_shape(shape).0);
    let columns = shapes.into_iter().map(|(name, path, (shape, (values, range)))| {
        let values = values.map(|values| mark_missing(values, options));
        let mut column = column(name, path.value, split_shape(&shape).1, values.as_ref());
        if let (ColumnKind::Number(facts), Some(range)) = (&mut column.kind, range) {
            facts.range = Some(range);
        }
        column
    });
    let columns = columns.collect();
    Ok(Schema { columns, ..schema_of(options, n_rows) })
}

/// The values of all fields, and their facts.
pub fn load<F: ArrayFormat>(options: &Options, context: &Context<'_>) -> Result<Loaded, Vec<Problem>> {
    let arrays = each_field::<F, _>(options, context, |path| F::read(context, path))?;
    let n_rows = arrays.first().map_or(0, |(_, _, (shape, _))| split_shape(shape).0);
    let (mut columns, mut table) = (Vec::new(), Vec::new());
    for (name, path, (whole, values)) in arrays {
        let (n_rows, shape) = split_shape(&whole);
        let labels = shape.is_empty();
        let values = if labels { mark_missing(values, options) } else { values };
        let scanned = labels && n_rows <= LARGEST_SCANNED;
        columns.push(column(name, path.value, shape.clone(), scanned.then_some(&values)));
        table.push(TableColumn { name: name.to_owned(), shape, values });
    }
    let places = Places::Rows(Arc::from(fields_name(options)));
    let schema = Schema { columns, ..schema_of(options, n_rows) };
    Ok(Loaded { schema, table: Table { columns: table, n_rows, places } })
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

/// A value with a shape, for every field: all of as many examples.
type Field<'a, T> = (&'a str, Spanned<&'a str>, (Vec<usize>, T));

fn each_field<'a, F: ArrayFormat, T>(
    options: &'a Options,
    context: &Context<'_>,
    read: impl Fn(&str) -> Result<(Vec<usize>, T), ArrayError>,
) -> Result<Vec<Field<'a, T>>, Vec<Problem>> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let mut counts = Vec::new();
    for (name, path) in fields::<F>(options)? {
        match read(path.value) {
            Ok((shape, value)) => {
                counts.push((path.span, name.to_owned(), split_shape(&shape).0));
                found.push((name, path, (shape, value)));
            }
            Err(error) => problems.push(problem::<F>(error, &path, context)),
        }
    }
    problems.extend(count_problem(&counts));
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn schema_of(options: &Options, n_rows: usize) -> Schema {
    let missing_option = MissingOption::Number;
    Schema { name: fields_name(options), n_rows, missing_option, ..Schema::default() }
}

/// The label that means "unknown" as a missing number.
fn mark_missing(values: Values, options: &Options) -> Values {
    let Some(missing) = options.given_number(MISSING.name) else { return values };
    let mark = |value: f64| if value == missing { f64::NAN } else { value };
    match values {
        Values::U8(values) => Values::F32(values.iter().map(|v| mark(f64::from(*v)) as f32).collect()),
        Values::F32(values) => Values::F32(values.iter().map(|v| mark(f64::from(*v)) as f32).collect()),
        Values::F64(values) => Values::F64(values.into_iter().map(mark).collect()),
        Values::Category { values, codes } => Values::Category { values, codes },
    }
}

fn column(name: &str, file: &str, shape: Vec<usize>, values: Option<&Values>) -> Column {
    let facts = values.map_or_else(Facts::default, |values| facts(values, file));
    Column {
        name: name.to_owned(),
        shape,
        kind: ColumnKind::Number(facts.numbers),
        n_missing: facts.n_missing,
        first_missing: facts.first_missing,
    }
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

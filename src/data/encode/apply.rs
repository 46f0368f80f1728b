//! Encoders at work: the values of some rows of a table, and the field they are stored in.

use std::collections::HashMap;

use super::{Encoder, Encoding, Labels};
use crate::base::Span;
use crate::data::field::{Field, Meaning, Storage};
use crate::data::infer::Classes;
use crate::data::problem::{MOST_SHOWN, Problem, Unseen, ValueProblem, column_text};
use crate::data::table::{MISSING, Table, TableColumn, Values};
use crate::data::weights::column_major_order;
use crate::tensor::Precision;

/// More bytes than this for one field are a mistake.
const LARGEST_FIELD: u128 = 1 << 34;
/// How many numbers are evaluated at once, and how many rows at most.
const CHUNK_NUMBERS: usize = 1 << 20;
const CHUNK_ROWS: usize = 1024;

/// How many rows of some width are evaluated at once.
pub(super) fn chunk_of(width: usize) -> usize {
    (CHUNK_NUMBERS / width.max(1)).clamp(1, CHUNK_ROWS)
}

/// Some rows of a table and the name of the part they are, for messages.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub rows: &'a [u32],
    pub part: &'a str,
}

impl Encoding {
    /// The field of some rows. `span` is the expression or the call that asks, for messages.
    pub fn apply(
        &self,
        table: &Table,
        rows: Rows<'_>,
        precision: Precision,
        span: Span,
    ) -> Result<Field, Vec<Problem>> {
        let shape = self.field_type.shape.clone();
        if let Encoder::OneHot(labels) = &self.encoder {
            let storage = Storage::Labels(class_of_rows(labels, table, rows, span)?);
            return Ok(Field { shape, storage });
        }
        let width = self.encoder.width();
        let bytes = width as u128 * rows.rows.len() as u128 * 8;
        if bytes > LARGEST_FIELD {
            return Err(vec![ValueProblem::TooLarge { span, bytes }.into()]);
        }
        let order = column_major_order(&shape);
        if let Some((column, meaning)) = self.encoder.of_bytes(table).filter(|_| width > 0) {
            let values = pick(column, width, rows, order.as_deref());
            if meaning.iter().all(|value| value.is_finite()) {
                return Ok(Field {
                    shape,
                    storage: Storage::Bytes { values, meaning: Box::new(Meaning::new(meaning)) },
                });
            }
        }
        let mut storage = match precision {
            Precision::F32 => Storage::F32(Vec::with_capacity(width * rows.rows.len())),
            Precision::F64 => Storage::F64(Vec::with_capacity(width * rows.rows.len())),
        };
        for chunk in rows.rows.chunks(chunk_of(width)) {
            let part = Rows { rows: chunk, ..rows };
            let mut values = self.encoder.evaluate(table, part, span)?;
            check_finite(&values, width, table, part, precision, span)?;
            if let Some(order) = &order {
                values = reorder(&values, order);
            }
            match &mut storage {
                Storage::F32(all) => all.extend(values.iter().map(|value| *value as f32)),
                Storage::F64(all) => all.extend(values),
                Storage::Bytes { .. } | Storage::Labels(_) => {}
            }
        }
        Ok(Field { shape, storage })
    }
}

impl Encoder {
    /// Values in reading order, one example after another.
    pub(super) fn evaluate(
        &self,
        table: &Table,
        rows: Rows<'_>,
        span: Span,
    ) -> Result<Vec<f64>, Vec<Problem>> {
        match self {
            Encoder::Column { name, shape, fill } => numbers(table, name, shape, *fill, rows, span),
            Encoder::Constant(value) => Ok(vec![*value; rows.rows.len()]),
            Encoder::Flatten(of) => of.evaluate(table, rows, span),
            Encoder::Concat(items) => {
                let parts: Vec<(usize, Vec<f64>)> = items
                    .iter()
                    .map(|item| Ok((item.width(), item.evaluate(table, rows, span)?)))
                    .collect::<Result<_, Vec<Problem>>>()?;
                Ok(interleave(&parts, rows.rows.len()))
            }
            Encoder::Scale { of, offset, scale } => {
                let mut values = of.evaluate(table, rows, span)?;
                for row in values.chunks_exact_mut(offset.len().max(1)) {
                    row.iter_mut()
                        .zip(offset)
                        .zip(scale)
                        .for_each(|((v, offset), scale)| *v = (*v - offset) / scale);
                }
                Ok(values)
            }
            Encoder::Arith { op, lhs, rhs } => {
                let (a, b) = (lhs.evaluate(table, rows, span)?, rhs.evaluate(table, rows, span)?);
                let width = self.width().max(1);
                let (a_step, b_step) = (width / lhs.width().max(1), width / rhs.width().max(1));
                Ok((0..rows.rows.len() * width).map(|at| op.apply(a[at / a_step], b[at / b_step])).collect())
            }
            Encoder::OneHot(labels) => {
                let classes = labels.classes.len();
                let mut values = vec![0.0; rows.rows.len() * classes];
                let found = class_of_rows(labels, table, rows, span)?;
                for (row, class) in values.chunks_exact_mut(classes.max(1)).zip(found) {
                    row[class as usize] = 1.0;
                }
                Ok(values)
            }
            Encoder::Label(labels) => {
                Ok(class_of_rows(labels, table, rows, span)?.into_iter().map(f64::from).collect())
            }
        }
    }

    /// If it is a function of single bytes of one column: the column, and what each byte becomes.
    fn of_bytes<'a>(&self, table: &'a Table) -> Option<(&'a [u8], [f64; 256])> {
        match self {
            Encoder::Column { name, shape, .. } => {
                let (_, column) = table.column(name).filter(|(_, column)| column.shape == *shape)?;
                match &column.values {
                    Values::U8(values) => Some((values, std::array::from_fn(|byte| byte as f64))),
                    Values::F32(_) | Values::F64(_) | Values::Category { .. } => None,
                }
            }
            Encoder::Flatten(of) => of.of_bytes(table),
            Encoder::Arith { op, lhs, rhs } => match (lhs.as_ref(), rhs.as_ref()) {
                (of, Encoder::Constant(b)) => {
                    of.of_bytes(table).map(|(v, map)| (v, map.map(|a| op.apply(a, *b))))
                }
                (Encoder::Constant(a), of) => {
                    of.of_bytes(table).map(|(v, map)| (v, map.map(|b| op.apply(*a, b))))
                }
                _both_vary => None,
            },
            Encoder::Constant(_)
            | Encoder::Concat(_)
            | Encoder::Scale { .. }
            | Encoder::OneHot(_)
            | Encoder::Label(_) => None,
        }
    }
}

/// The class of each row, or the first value that is none.
pub(super) fn class_of_rows(
    labels: &Labels,
    table: &Table,
    rows: Rows<'_>,
    span: Span,
) -> Result<Vec<u32>, Vec<Problem>> {
    let Encoder::Column { name, .. } = labels.of.as_ref() else {
        return whole_classes(labels, table, rows, span);
    };
    let (at, column) = find(table, name, span)?;
    match (&column.values, &labels.classes) {
        (Values::Category { values, codes }, Classes::Text(classes)) => {
            let known: HashMap<&str, u32> =
                (0..).zip(classes).map(|(class, text)| (text.as_str(), class)).collect();
            let is_seen = |class: &u32| labels.seen.get(*class as usize) == Some(&true);
            let class_of: Vec<Option<u32>> =
                values.iter().map(|text| known.get(text.as_str()).copied().filter(is_seen)).collect();
            let mut found = Vec::with_capacity(rows.rows.len());
            let mut strangers = Strangers::default();
            for row in rows.rows {
                let code = codes.get(*row as usize).copied().unwrap_or(MISSING);
                let place = || table.place(*row as usize, at);
                match (class_of.get(code as usize).copied().flatten(), values.get(code as usize)) {
                    (Some(class), _) => found.push(class),
                    (None, Some(value)) => strangers.add(value.clone(), place),
                    (None, None) => {
                        let problem = ValueProblem::Missing {
                            span,
                            place: place(),
                            column: name.clone(),
                            is_text: true,
                            was_dropped: false,
                        };
                        return Err(vec![problem.into()]);
                    }
                }
            }
            strangers.or(found, labels, rows.part, span)
        }
        (Values::Category { .. }, Classes::Whole(_)) => Err(vec![changed(column, false, span)]),
        // A column of text of which new data happens to have only numbers.
        (Values::U8(_) | Values::F32(_) | Values::F64(_), Classes::Text(_) | Classes::Whole(_)) => {
            whole_classes(labels, table, rows, span)
        }
    }
}

fn whole_classes(
    labels: &Labels,
    table: &Table,
    rows: Rows<'_>,
    span: Span,
) -> Result<Vec<u32>, Vec<Problem>> {
    let known: HashMap<String, u32> = (0..)
        .zip(labels.classes.names())
        .filter(|(class, _)| labels.seen.get(*class as usize) == Some(&true))
        .map(|(class, name)| (name, class))
        .collect();
    let mut classes = Vec::with_capacity(rows.rows.len());
    let mut strangers = Strangers::default();
    for chunk in rows.rows.chunks(chunk_of(1)) {
        let values = labels.of.evaluate(table, Rows { rows: chunk, ..rows }, span)?;
        // Labels come in runs and few kinds: the last few answers are nearly always enough.
        let mut last: Option<(f64, u32)> = None;
        for (row, value) in chunk.iter().zip(values) {
            let class = last.filter(|(seen, _)| *seen == value).map(|(_, class)| class);
            let Some(class) = class.or_else(|| known.get(&(value + 0.0).to_string()).copied()) else {
                strangers.add(value.to_string(), || table.place(*row as usize, column_of(&labels.of, table)));
                continue;
            };
            last = Some((value, class));
            classes.push(class);
        }
    }
    strangers.or(classes, labels, rows.part, span)
}

/// Values that were not learned: the first few with their places, and how many rows.
#[derive(Default)]
struct Strangers {
    first: Vec<(String, crate::data::table::Place)>,
    n_rows: usize,
}

impl Strangers {
    fn add(&mut self, value: String, place: impl FnOnce() -> crate::data::table::Place) {
        self.n_rows += 1;
        if self.first.len() < MOST_SHOWN {
            self.first.push((value, place()));
        }
    }

    /// The classes, if there are no strangers.
    fn or(
        self,
        classes: Vec<u32>,
        labels: &Labels,
        part: &str,
        span: Span,
    ) -> Result<Vec<u32>, Vec<Problem>> {
        if self.n_rows == 0 {
            return Ok(classes);
        }
        let names = labels.classes.names().into_iter().zip(&labels.seen);
        let known = names.filter(|(_, seen)| **seen).map(|(name, _)| name).collect();
        let Strangers { first, n_rows } = self;
        let unseen = Unseen { span, first, n_rows, part: part.to_owned(), known, drop: None };
        Err(vec![ValueProblem::Unseen(unseen).into()])
    }
}

/// The column that an encoder reads first, for the place of a message.
fn column_of(encoder: &Encoder, table: &Table) -> usize {
    match encoder {
        Encoder::Column { name, .. } => table.column(name).map_or(0, |(at, _)| at),
        Encoder::Constant(_) => 0,
        Encoder::Concat(items) => items.first().map_or(0, |item| column_of(item, table)),
        Encoder::Flatten(of) | Encoder::Scale { of, .. } => column_of(of, table),
        Encoder::Arith { lhs, rhs, .. } => match lhs.as_ref() {
            Encoder::Constant(_) => column_of(rhs, table),
            _varies => column_of(lhs, table),
        },
        Encoder::OneHot(labels) | Encoder::Label(labels) => column_of(&labels.of, table),
    }
}

fn find<'a>(table: &'a Table, name: &str, span: Span) -> Result<(usize, &'a TableColumn), Vec<Problem>> {
    table.column(name).ok_or_else(|| {
        let known = table.columns.iter().map(|column| column.name.clone()).collect();
        let file = table.place(0, 0).file.to_string();
        vec![ValueProblem::ColumnGone { span, column: name.to_owned(), file, known }.into()]
    })
}

fn changed(column: &TableColumn, expected_text: bool, span: Span) -> Problem {
    let is_text = matches!(column.values, Values::Category { .. });
    let expected = column_text(expected_text, &[]);
    let found = column_text(is_text, &column.shape);
    ValueProblem::ColumnChanged { span, column: column.name.clone(), expected, found }.into()
}

/// The numbers of a column for some rows, missing ones filled.
fn numbers(
    table: &Table,
    name: &str,
    shape: &[usize],
    fill: Option<f64>,
    rows: Rows<'_>,
    span: Span,
) -> Result<Vec<f64>, Vec<Problem>> {
    let (at, column) = find(table, name, span)?;
    if column.shape != shape || matches!(column.values, Values::Category { .. }) {
        let is_text = matches!(column.values, Values::Category { .. });
        let (expected, found) = (column_text(false, shape), column_text(is_text, &column.shape));
        let column = name.to_owned();
        return Err(vec![ValueProblem::ColumnChanged { span, column, expected, found }.into()]);
    }
    let width: usize = shape.iter().product();
    let mut out = Vec::with_capacity(width * rows.rows.len());
    for row in rows.rows {
        let range = *row as usize * width..(*row as usize + 1) * width;
        match &column.values {
            Values::U8(values) => out.extend(values[range].iter().map(|v| f64::from(*v))),
            Values::F32(values) => out.extend(values[range].iter().map(|v| f64::from(*v))),
            Values::F64(values) => out.extend_from_slice(&values[range]),
            Values::Category { .. } => {}
        }
    }
    for (place, value) in out.iter_mut().enumerate().filter(|(_, value)| !value.is_finite()) {
        let Some(fill) = fill else {
            let row = rows.rows.get(place / width.max(1)).copied().unwrap_or(0);
            let place = table.place(row as usize, at);
            return Err(vec![
                ValueProblem::Missing {
                    span,
                    place,
                    column: name.to_owned(),
                    is_text: false,
                    was_dropped: false,
                }
                .into(),
            ]);
        };
        *value = fill;
    }
    Ok(out)
}

fn interleave(parts: &[(usize, Vec<f64>)], n_rows: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(parts.iter().map(|(_, values)| values.len()).sum());
    for row in 0..n_rows {
        parts
            .iter()
            .for_each(|(width, values)| out.extend_from_slice(&values[row * width..(row + 1) * width]));
    }
    out
}

/// Bytes of some examples, in the order that the field wants.
fn pick(values: &[u8], width: usize, rows: Rows<'_>, order: Option<&[usize]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(width * rows.rows.len());
    for row in rows.rows {
        let example = &values[*row as usize * width..(*row as usize + 1) * width];
        match order {
            None => out.extend_from_slice(example),
            Some(order) => out.extend(order.iter().map(|at| example[*at])),
        }
    }
    out
}

fn reorder(values: &[f64], order: &[usize]) -> Vec<f64> {
    values.chunks_exact(order.len().max(1)).flat_map(|example| order.iter().map(|at| example[*at])).collect()
}

fn check_finite(
    values: &[f64],
    width: usize,
    table: &Table,
    rows: Rows<'_>,
    precision: Precision,
    span: Span,
) -> Result<(), Vec<Problem>> {
    let is_finite = |value: &f64| match precision {
        Precision::F32 => (*value as f32).is_finite(),
        Precision::F64 => value.is_finite(),
    };
    let Some(at) = values.iter().position(|value| !is_finite(value)) else { return Ok(()) };
    let row = rows.rows.get(at / width.max(1)).copied().unwrap_or(0);
    let place = table.place(row as usize, 0);
    Err(vec![ValueProblem::NotFinite { span, place, part: rows.part.to_owned() }.into()])
}

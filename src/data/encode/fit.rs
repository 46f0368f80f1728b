//! What expressions of columns learn from the training part: means, deviations, ranges, classes.
//!
//! Sums run in f64 in the order of the rows, twice for a variance, so the result is the same on every machine.

use super::apply::{Rows, chunk_of, class_of_rows};
use super::{Encoder, Encoding, Labels};
use crate::base::Span;
use crate::data::expr::{ColumnExpr, ColumnExprKind};
use crate::data::infer::{Classes, FieldKind, FieldType, Missing, all_but, infer};
use crate::data::problem::{Problem, Site};
use crate::data::table::{Schema, Table, Values};

/// Learns an expression on some rows of a table.
pub fn fit(
    expr: &ColumnExpr,
    schema: &Schema,
    table: &Table,
    rows: Rows<'_>,
    missing: Missing,
) -> Result<Encoding, Vec<Problem>> {
    let field_type = infer(expr, schema, &site(expr), missing)?;
    let fit = Fit { schema, table, rows, missing };
    Ok(Encoding { field_type, encoder: fit.expr(expr)? })
}

struct Fit<'a> {
    schema: &'a Schema,
    table: &'a Table,
    rows: Rows<'a>,
    missing: Missing,
}

impl Fit<'_> {
    fn expr(&self, expr: &ColumnExpr) -> Result<Encoder, Vec<Problem>> {
        Ok(match &expr.kind {
            ColumnExprKind::Column(name) => match self.schema.groups.get(name) {
                Some(group) => Encoder::Concat(group.iter().map(|name| self.column(name)).collect()),
                None => self.column(name),
            },
            ColumnExprKind::All { except } => Encoder::Concat(
                all_but(self.schema, except).map(|column| self.column(&column.name)).collect(),
            ),
            ColumnExprKind::List(items) => {
                Encoder::Concat(items.iter().map(|item| self.expr(item)).collect::<Result<_, _>>()?)
            }
            ColumnExprKind::Standardize(of) => self.standardize(self.expr(of)?, of.span)?,
            ColumnExprKind::MinMax(of) => self.minmax(self.expr(of)?, of.span)?,
            ColumnExprKind::OneHot { of, classes } => {
                Encoder::OneHot(self.labels(expr, of, classes.is_some())?)
            }
            ColumnExprKind::Label(of) => {
                // A label has the classes that one_hot of the same column would have.
                let kind = ColumnExprKind::OneHot { of: of.clone(), classes: None };
                Encoder::Label(self.labels(&ColumnExpr { span: expr.span, kind }, of, false)?)
            }
            ColumnExprKind::Flatten(of) => Encoder::Flatten(Box::new(self.expr(of)?)),
            ColumnExprKind::Number(value) => Encoder::Constant(*value),
            ColumnExprKind::Arith { op, lhs, rhs } => {
                let (lhs, rhs) = (Box::new(self.expr(lhs)?), Box::new(self.expr(rhs)?));
                Encoder::Arith { op: *op, lhs, rhs }
            }
        })
    }

    fn column(&self, name: &str) -> Encoder {
        let found = self.table.column(name);
        let shape = found.map_or_else(Vec::new, |(_, column)| column.shape.clone());
        let has_missing = self.schema.column(name).is_some_and(|column| column.n_missing > 0);
        let fill = match (self.missing, found) {
            (Missing::Mean, Some((_, column))) if has_missing => mean_of_present(&column.values, self.rows),
            (Missing::Mean | Missing::Drop | Missing::Error, _) => None,
        };
        Encoder::Column { name: name.to_owned(), shape, fill }
    }

    /// Mean and population deviation of each number; a deviation of 0 counts as 1, so constant columns become 0.
    fn standardize(&self, of: Encoder, span: Span) -> Result<Encoder, Vec<Problem>> {
        let width = of.width();
        let n = self.rows.rows.len().max(1) as f64;
        let mut mean = vec![0.0; width];
        self.each_chunk(&of, span, |values| {
            values
                .chunks_exact(width.max(1))
                .for_each(|row| mean.iter_mut().zip(row).for_each(|(m, v)| *m += v));
        })?;
        mean.iter_mut().for_each(|sum| *sum /= n);
        let mut scale = vec![0.0; width];
        self.each_chunk(&of, span, |values| {
            for row in values.chunks_exact(width.max(1)) {
                scale.iter_mut().zip(row).zip(&mean).for_each(|((s, v), m)| *s += (v - m) * (v - m));
            }
        })?;
        scale.iter_mut().for_each(|sum| *sum = or_one((*sum / n).sqrt()));
        Ok(Encoder::Scale { of: Box::new(of), offset: mean, scale })
    }

    /// Least value and range of each number; a range of 0 counts as 1.
    fn minmax(&self, of: Encoder, span: Span) -> Result<Encoder, Vec<Problem>> {
        let width = of.width();
        let (mut least, mut most) = (vec![f64::INFINITY; width], vec![f64::NEG_INFINITY; width]);
        self.each_chunk(&of, span, |values| {
            for row in values.chunks_exact(width.max(1)) {
                least.iter_mut().zip(row).for_each(|(least, v)| *least = least.min(*v));
                most.iter_mut().zip(row).for_each(|(most, v)| *most = most.max(*v));
            }
        })?;
        let scale = least.iter().zip(&most).map(|(least, most)| or_one(most - least)).collect();
        Ok(Encoder::Scale { of: Box::new(of), offset: least, scale })
    }

    fn labels(&self, one_hot: &ColumnExpr, of: &ColumnExpr, given: bool) -> Result<Labels, Vec<Problem>> {
        let field_type: FieldType = infer(one_hot, self.schema, &site(one_hot), self.missing)?;
        let classes = match field_type.kind {
            FieldKind::OneHot(classes) => classes,
            FieldKind::Numbers => Classes::Whole(Vec::new()),
        };
        let mut labels = Labels { of: Box::new(self.expr(of)?), seen: vec![true; classes.len()], classes };
        if !given {
            let found = class_of_rows(&labels, self.table, self.rows, one_hot.span)?;
            labels.seen.fill(false);
            found.into_iter().for_each(|class| labels.seen[class as usize] = true);
        }
        Ok(labels)
    }

    fn each_chunk(&self, of: &Encoder, span: Span, mut see: impl FnMut(&[f64])) -> Result<(), Vec<Problem>> {
        for rows in self.rows.rows.chunks(chunk_of(of.width())) {
            see(&of.evaluate(self.table, Rows { rows, ..self.rows }, span)?);
        }
        Ok(())
    }
}

/// The check has found all problems; none is shown from here.
fn site(expr: &ColumnExpr) -> Site {
    Site { path: expr.span, header: None, has_missing: false }
}

fn or_one(scale: f64) -> f64 {
    if scale > 0.0 { scale } else { 1.0 }
}

/// The mean of the numbers that aren't missing; 0 if all are.
fn mean_of_present(values: &Values, rows: Rows<'_>) -> Option<f64> {
    let at = |row: &u32| match values {
        Values::U8(values) => values.get(*row as usize).map(|v| f64::from(*v)),
        Values::F32(values) => values.get(*row as usize).map(|v| f64::from(*v)),
        Values::F64(values) => values.get(*row as usize).copied(),
        Values::Category { .. } => None,
    };
    let present = || rows.rows.iter().filter_map(at).filter(|value| value.is_finite());
    let n = present().count().max(1);
    Some(present().sum::<f64>() / n as f64)
}

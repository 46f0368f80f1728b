//! The type of an expression of columns, from the facts of a file alone: what `nn check` knows of data.
//!
//! Values are not touched here. What an erroneous part of an expression is stays unknown and raises nothing more.

use super::arrays::count;
use super::expr::{ArithOp, ColumnExpr, ColumnExprKind};
use super::problem::{
    ColumnProblem, DropSite, LabelCounts, Problem, Site, TextFacts, UnknownColumn, Wanted, shape_text,
};
use super::table::{CategoryFacts, Column, ColumnKind, Schema, Whole};
use crate::base::{Span, Spanned};

/// More classes than this are a mistake.
pub const MOST_CLASSES: usize = 1_000_000;
const DEEPEST: usize = 64;

/// What an expression of columns is for one example.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldType {
    pub shape: Vec<usize>,
    pub kind: FieldKind,
    /// A name for each number of a vector or number; empty for tensors.
    pub names: Vec<String>,
}

/// Numbers, or one-hot vectors that are stored as labels.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    Numbers,
    OneHot(Classes),
}

/// The classes of a one-hot vector, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Classes {
    Text(Vec<String>),
    Whole(Vec<i64>),
}

/// What is done about missing values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    #[default]
    Error,
    /// Rows with a missing value in a column that is used are left out.
    Drop,
    /// The mean of the training part stands for it.
    Mean,
}

/// What is known of the numbers of a field before it is loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldFacts {
    /// The least and the greatest.
    pub range: Option<(f64, f64)>,
    /// How many labels it could be: whole numbers from 0 without a gap, one an example.
    pub labels: Option<usize>,
}

/// The type of an expression.
pub fn infer(
    expr: &ColumnExpr,
    schema: &Schema,
    site: &Site,
    missing: Missing,
) -> Result<FieldType, Vec<Problem>> {
    infer_with_facts(expr, schema, site, missing).map(|(ty, _)| ty)
}

/// The type of an expression, and what is known of its numbers.
pub fn infer_with_facts(
    expr: &ColumnExpr,
    schema: &Schema,
    site: &Site,
    missing: Missing,
) -> Result<(FieldType, FieldFacts), Vec<Problem>> {
    let mut inference =
        Inference { schema, site, end: expr.span.at_end(), missing, problems: Vec::new(), depth: 0 };
    let typed = inference.typed(expr);
    match typed {
        Some(typed) if inference.problems.is_empty() => {
            let facts = typed.facts();
            Ok((typed.into_field_type(), facts))
        }
        Some(_) | None => Err(inference.problems.into_iter().map(Problem::Column).collect()),
    }
}

/// The names of the columns that an expression reads, without those that don't exist.
pub fn columns_read(expr: &ColumnExpr, schema: &Schema) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    collect_columns(expr, schema, &mut names);
    names.sort();
    names.dedup();
    names
}

fn collect_columns(expr: &ColumnExpr, schema: &Schema, names: &mut Vec<String>) {
    match &expr.kind {
        ColumnExprKind::Column(name) => match schema.groups.get(name) {
            Some(group) => names.extend(group.iter().cloned()),
            None => names.push(name.clone()),
        },
        ColumnExprKind::All { except } => {
            names.extend(all_but(schema, except).map(|column| column.name.clone()))
        }
        ColumnExprKind::List(items) => items.iter().for_each(|item| collect_columns(item, schema, names)),
        ColumnExprKind::Standardize(of)
        | ColumnExprKind::MinMax(of)
        | ColumnExprKind::Flatten(of)
        | ColumnExprKind::Label(of)
        | ColumnExprKind::OneHot { of, .. } => collect_columns(of, schema, names),
        ColumnExprKind::Number(_) => {}
        ColumnExprKind::Arith { lhs, rhs, .. } => {
            collect_columns(lhs, schema, names);
            collect_columns(rhs, schema, names);
        }
    }
}

/// The columns that `columns(except = ...)` stands for.
pub fn all_but<'a>(schema: &'a Schema, except: &'a [Spanned<String>]) -> impl Iterator<Item = &'a Column> {
    let group_holds = |name: &str, column: &str| {
        schema.groups.get(name).is_some_and(|group| group.iter().any(|member| member == column))
    };
    schema.columns.iter().filter(move |column| {
        !except.iter().any(|name| name.value == column.name || group_holds(&name.value, &column.name))
    })
}

impl Classes {
    pub fn len(&self) -> usize {
        match self {
            Classes::Text(values) => values.len(),
            Classes::Whole(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The classes as text, for tables and messages.
    pub fn names(&self) -> Vec<String> {
        match self {
            Classes::Text(values) => values.clone(),
            Classes::Whole(values) => values.iter().map(i64::to_string).collect(),
        }
    }
}

/// A type with what only inference needs.
#[derive(Clone, Debug)]
struct Typed {
    shape: Vec<usize>,
    names: Vec<String>,
    classes: Option<Classes>,
    /// The distinct whole values, if it is one number an example and they are known.
    wholes: Option<Vec<Whole>>,
    range: Option<(f64, f64)>,
    /// A number of the script, the same for all examples.
    constant: Option<f64>,
}

/// The column of text that an expression is, if it is one.
fn category<'a>(expr: &ColumnExpr, schema: &'a Schema) -> Option<(&'a Column, &'a CategoryFacts)> {
    let ColumnExprKind::Column(name) = &expr.kind else { return None };
    let column = schema.column(name)?;
    match &column.kind {
        ColumnKind::Category(facts) => Some((column, facts)),
        ColumnKind::Number(_) => None,
    }
}

struct Inference<'a> {
    schema: &'a Schema,
    site: &'a Site,
    /// The end of the whole expression.
    end: Span,
    missing: Missing,
    problems: Vec<ColumnProblem>,
    depth: usize,
}

impl Typed {
    fn numbers(shape: Vec<usize>, names: Vec<String>) -> Typed {
        Typed { shape, names, classes: None, wholes: None, range: None, constant: None }
    }

    fn facts(&self) -> FieldFacts {
        let wholes = self.wholes.iter().find(|wholes| {
            wholes.len() > 1 && wholes.iter().enumerate().all(|(at, whole)| whole.value == at as i64)
        });
        FieldFacts { range: self.range, labels: wholes.map(Vec::len) }
    }

    fn into_field_type(self) -> FieldType {
        let kind = self.classes.map_or(FieldKind::Numbers, FieldKind::OneHot);
        FieldType { shape: self.shape, kind, names: self.names }
    }
}

impl Inference<'_> {
    fn typed(&mut self, expr: &ColumnExpr) -> Option<Typed> {
        self.depth += 1;
        let typed = if self.depth > DEEPEST {
            self.problem(ColumnProblem::TooDeep { span: expr.span })
        } else {
            self.typed_kind(expr)
        };
        self.depth -= 1;
        typed
    }

    fn typed_kind(&mut self, expr: &ColumnExpr) -> Option<Typed> {
        let span = expr.span;
        match &expr.kind {
            ColumnExprKind::Column(name) => self.named(name, span),
            ColumnExprKind::All { except } => self.all(except, span),
            ColumnExprKind::List(items) => self.list(items, span),
            ColumnExprKind::Standardize(of) => self.scaled(of, "standardize"),
            ColumnExprKind::MinMax(of) => {
                self.scaled(of, "minmax").map(|typed| Typed { range: Some((0.0, 1.0)), ..typed })
            }
            ColumnExprKind::OneHot { of, classes } => self.one_hot(of, classes.as_ref(), span),
            ColumnExprKind::Label(of) => self.one_hot(of, None, span).map(|typed| {
                let name = self.name_of(of);
                let most = typed.shape.first().map_or(0, |n| n.saturating_sub(1));
                Typed { range: Some((0.0, most as f64)), ..Typed::numbers(Vec::new(), vec![name]) }
            }),
            ColumnExprKind::Flatten(of) => {
                let inner = self.typed(of)?;
                let n = count(&inner.shape)?;
                let names = if inner.shape.len() <= 1 { inner.names } else { Vec::new() };
                Some(Typed { range: inner.range, ..Typed::numbers(vec![n], names) })
            }
            ColumnExprKind::Number(value) => {
                Some(Typed { constant: Some(*value), ..Typed::numbers(Vec::new(), vec![value.to_string()]) })
            }
            ColumnExprKind::Arith { op, lhs, rhs } => self.arith(*op, lhs, rhs, span),
        }
    }

    fn problem<T>(&mut self, problem: ColumnProblem) -> Option<T> {
        self.problems.push(problem);
        None
    }

    /// A column or a group of columns.
    fn named(&mut self, name: &str, span: Span) -> Option<Typed> {
        let schema = self.schema;
        if let Some(group) = schema.groups.get(name) {
            let columns = group.iter().map(|name| schema.column(name));
            let range = union(columns.map(|column| column?.kind.range()));
            return Some(Typed { range, ..Typed::numbers(vec![group.len()], group.clone()) });
        }
        let Some(column) = schema.column(name) else { return self.unknown(name, span) };
        self.check_missing(column, span);
        if column.shape.contains(&0) {
            return self.problem(ColumnProblem::NoColumns { span });
        }
        match &column.kind {
            ColumnKind::Category(facts) => self.text(column, facts, Wanted::Number, span),
            ColumnKind::Number(facts) => Some(Typed {
                wholes: facts.wholes.clone().filter(|_| column.shape.is_empty()),
                range: facts.range,
                ..Typed::numbers(column.shape.clone(), vec![column.name.clone()])
            }),
        }
    }

    fn unknown<T>(&mut self, name: &str, span: Span) -> Option<T> {
        self.problem(ColumnProblem::Unknown(UnknownColumn {
            span,
            name: name.to_owned(),
            known: self.schema.names().into_iter().map(str::to_owned).collect(),
            heads: self.schema.heads.clone(),
            file: self.schema.name.clone(),
            header: self.schema.header.clone(),
            site: self.site.clone(),
            others: Vec::new(),
        }))
    }

    fn text<T>(&mut self, column: &Column, facts: &CategoryFacts, wanted: Wanted, span: Span) -> Option<T> {
        let facts = TextFacts {
            n_text: facts.n_text,
            n_rows: self.schema.n_rows,
            first: facts.first_text.clone(),
            decimal_comma: facts.decimal_comma,
            values: facts.values.clone(),
            header: self.schema.header.clone(),
        };
        let (column, site) = (column.name.clone(), self.site.clone());
        self.problem(ColumnProblem::TextAsNumber { span, column, facts, wanted, site })
    }

    fn check_missing(&mut self, column: &Column, span: Span) {
        let name = column.name.clone();
        let is_text = matches!(column.kind, ColumnKind::Category(_));
        match self.missing {
            _ if column.n_missing == 0 => {}
            Missing::Drop => {}
            Missing::Mean if !is_text => {}
            Missing::Mean => self.problems.push(ColumnProblem::MeanOfText { span, column: name }),
            Missing::Error => self.problems.push(ColumnProblem::Missing {
                span,
                column: name,
                count: column.n_missing,
                n_rows: self.schema.n_rows,
                first: column.first_missing.clone(),
                drop: self.drop_site(),
            }),
        }
    }

    /// `columns(except = ...)`: one message for all columns of text among them.
    fn all(&mut self, except: &[Spanned<String>], span: Span) -> Option<Typed> {
        let schema = self.schema;
        let known = schema.names();
        let unknown: Vec<&Spanned<String>> =
            except.iter().filter(|name| !known.contains(&name.value.as_str())).collect();
        for name in &unknown {
            self.unknown::<()>(&name.value, name.span);
        }
        let columns: Vec<&Column> = all_but(schema, except).collect();
        columns.iter().for_each(|column| self.check_missing(column, span));
        let texts: Vec<(&Column, &CategoryFacts)> = columns
            .iter()
            .filter_map(|column| match &column.kind {
                ColumnKind::Category(facts) => Some((*column, facts)),
                ColumnKind::Number(_) => None,
            })
            .collect();
        // The message names the last of them, so that the list to leave out reads in the order of the file.
        if let Some(((column, facts), others)) = texts.split_last().filter(|_| unknown.is_empty()) {
            let others = others.iter().map(|(column, _)| column.name.clone());
            let except = except.iter().map(|name| name.value.clone()).chain(others).collect();
            return self.text(column, facts, Wanted::Among { except }, span);
        }
        if let Some(tensor) = columns.iter().find(|column| !column.shape.is_empty()) {
            return self.problem(ColumnProblem::TensorInList { span, shape: tensor.shape.clone() });
        }
        match columns.len() {
            _ if !unknown.is_empty() => None,
            0 => self.problem(ColumnProblem::NoColumns { span }),
            n => {
                let range = union(columns.iter().map(|column| column.kind.range()));
                let names = columns.iter().map(|column| column.name.clone()).collect();
                Some(Typed { range, ..Typed::numbers(vec![n], names) })
            }
        }
    }

    fn list(&mut self, items: &[ColumnExpr], span: Span) -> Option<Typed> {
        let typed: Vec<Option<Typed>> = items.iter().map(|item| self.typed(item)).collect();
        let mut names = Vec::new();
        let mut size = 0usize;
        let range = union(typed.iter().map(|typed| typed.as_ref()?.range));
        for (item, typed) in items.iter().zip(typed) {
            let typed = typed?;
            if typed.shape.len() > 1 {
                return self.problem(ColumnProblem::TensorInList { span: item.span, shape: typed.shape });
            }
            size = size.checked_add(count(&typed.shape)?)?;
            names.extend(typed.names);
        }
        if size == 0 {
            return self.problem(ColumnProblem::NoColumns { span });
        }
        Some(Typed { range, ..Typed::numbers(vec![size], names) })
    }

    fn scaled(&mut self, of: &ColumnExpr, function: &'static str) -> Option<Typed> {
        let inner = self.typed(of)?;
        if inner.classes.is_some() {
            return self.problem(ColumnProblem::Encoded { span: of.span, function });
        }
        Some(Typed::numbers(inner.shape, inner.names))
    }

    fn arith(&mut self, op: ArithOp, lhs: &ColumnExpr, rhs: &ColumnExpr, span: Span) -> Option<Typed> {
        let (a, b) = (self.typed(lhs), self.typed(rhs));
        let (a, b) = (a?, b?);
        if op == ArithOp::Div && b.constant == Some(0.0) {
            return self.problem(ColumnProblem::DivisionByZero { span: rhs.span });
        }
        if a.shape != b.shape && !a.shape.is_empty() && !b.shape.is_empty() {
            let (lhs, rhs) = ((lhs.span, a.shape), (rhs.span, b.shape));
            return self.problem(ColumnProblem::Shapes { span, lhs, rhs });
        }
        let (wholes, range) = match (a.constant, b.constant) {
            (None, Some(b)) => (map_wholes(&a, |v| op.apply(v, b)), map_range(&a, |v| op.apply(v, b))),
            (Some(a), None) => (map_wholes(&b, |v| op.apply(a, v)), map_range(&b, |v| op.apply(a, v))),
            (Some(_), Some(_)) | (None, None) => (None, None),
        };
        let constant = a.constant.zip(b.constant).map(|(a, b)| op.apply(a, b));
        let wide = if a.shape.is_empty() && (!b.shape.is_empty() || a.constant.is_some()) { b } else { a };
        Some(Typed { wholes, range, constant, ..Typed::numbers(wide.shape, wide.names) })
    }

    fn name_of(&self, expr: &ColumnExpr) -> String {
        match &expr.kind {
            ColumnExprKind::Column(name) => name.clone(),
            ColumnExprKind::Arith { lhs, .. } => self.name_of(lhs),
            ColumnExprKind::All { .. }
            | ColumnExprKind::List(_)
            | ColumnExprKind::Standardize(_)
            | ColumnExprKind::MinMax(_)
            | ColumnExprKind::OneHot { .. }
            | ColumnExprKind::Label(_)
            | ColumnExprKind::Flatten(_)
            | ColumnExprKind::Number(_) => String::new(),
        }
    }

    fn one_hot(&mut self, of: &ColumnExpr, given: Option<&Spanned<usize>>, span: Span) -> Option<Typed> {
        let most = MOST_CLASSES;
        if let Some(given) = given.filter(|given| given.value == 0 || given.value > most) {
            return self.problem(ColumnProblem::TooManyClasses { span: given.span, most });
        }
        let classes = match category(of, self.schema) {
            Some((column, facts)) => {
                self.check_missing(column, of.span);
                let found = facts.values.len();
                if let Some(given) = given.filter(|given| given.value != found) {
                    let (span, given, column) = (given.span, given.value, column.name.clone());
                    return self.problem(ColumnProblem::ClassCount { span, given, found, column });
                }
                Classes::Text(facts.values.clone())
            }
            None => self.whole_classes(of, given, span)?,
        };
        let prefix = self.name_of(of);
        let names = classes.names().iter().map(|class| format!("{prefix}={class}")).collect();
        let typed = Typed::numbers(vec![classes.len()], names);
        Some(Typed { classes: Some(classes), range: Some((0.0, 1.0)), ..typed })
    }

    /// The classes of whole numbers: 0 to n - 1 where a count is given, else those that occur.
    fn whole_classes(
        &mut self,
        of: &ColumnExpr,
        given: Option<&Spanned<usize>>,
        span: Span,
    ) -> Option<Classes> {
        let inner = self.typed(of)?;
        if inner.classes.is_some() {
            return self.problem(ColumnProblem::Encoded { span: of.span, function: "one_hot" });
        }
        if !inner.shape.is_empty() {
            let (span, shape) = (of.span, inner.shape);
            return self.problem(ColumnProblem::NotOneColumn { span, function: "one_hot", shape });
        }
        match (inner.wholes, given) {
            (Some(wholes), Some(given)) => {
                self.check_labels(of, given, &wholes);
                Some(Classes::Whole((0..given.value as i64).collect()))
            }
            (Some(wholes), None) => {
                self.check_unknown_label(of.span, &wholes);
                Some(Classes::Whole(wholes.iter().map(|whole| whole.value).collect()))
            }
            (None, Some(given)) if inner.range.is_none() => {
                Some(Classes::Whole((0..given.value as i64).collect()))
            }
            (None, None) if inner.range.is_none() => self.problem(ColumnProblem::ClassesUnknown { span }),
            (None, _) => {
                let range = inner.range;
                self.problem(ColumnProblem::NotWhole { span: of.span, function: "one_hot", range })
            }
        }
    }

    /// Labels must be 0 to n - 1.
    fn check_labels(&mut self, of: &ColumnExpr, given: &Spanned<usize>, wholes: &[Whole]) {
        let is_outside =
            |whole: &&Whole| usize::try_from(whole.value).map_or(true, |label| label >= given.value);
        let outside: Vec<&Whole> = wholes.iter().filter(is_outside).collect();
        let (Some(worst), Some(least), Some(most)) = (outside.last(), wholes.first(), wholes.last()) else {
            return;
        };
        let n_outside = outside.iter().map(|whole| whole.count).sum();
        self.problems.push(ColumnProblem::LabelOutside {
            span: given.span,
            operand: of.span,
            label: worst.value,
            place: worst.first.clone(),
            classes: given.value,
            counts: LabelCounts { n_outside, least: least.value, most: most.value },
            site: self.site.clone(),
            drop: self.drop_site(),
        });
    }

    /// -1 or 255 beside labels that run from 0 without a gap means "unknown" in many files.
    fn check_unknown_label(&mut self, span: Span, wholes: &[Whole]) {
        let is_unknown = |whole: &&Whole| whole.value == -1 || whole.value == 255;
        let rest: Vec<i64> =
            wholes.iter().filter(|whole| !is_unknown(whole)).map(|whole| whole.value).collect();
        let from_zero = rest.len() > 1 && rest.iter().enumerate().all(|(at, value)| *value == at as i64);
        let Some(unknown) = wholes.iter().find(is_unknown).filter(|_| from_zero && rest.len() != 255) else {
            return;
        };
        self.problems.push(ColumnProblem::LabelUnknown {
            span,
            label: unknown.value,
            place: unknown.first.clone(),
            count: unknown.count,
            n_rows: self.schema.n_rows,
            site: self.site.clone(),
            drop: self.drop_site(),
        });
    }

    fn drop_site(&self) -> DropSite {
        let after = (self.missing == Missing::Error).then_some(self.end);
        DropSite { after, option: self.schema.missing_option }
    }
}

fn map_wholes(typed: &Typed, map: impl Fn(f64) -> f64) -> Option<Vec<Whole>> {
    let mut wholes = Vec::new();
    for whole in typed.wholes.as_ref()? {
        let value = map(whole.value as f64);
        if value.fract() != 0.0 || value.abs() > 9e15 {
            return None;
        }
        wholes.push(Whole { value: value as i64, ..whole.clone() });
    }
    wholes.sort_by_key(|whole| whole.value);
    wholes.dedup_by(|later, first| {
        let same = later.value == first.value;
        first.count += if same { later.count } else { 0 };
        same
    });
    Some(wholes)
}

/// The range of all, if each has one.
fn union(ranges: impl Iterator<Item = Option<(f64, f64)>>) -> Option<(f64, f64)> {
    let ends = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    ranges.reduce(|a, b| Some(ends(a?, b?))).flatten()
}

fn map_range(typed: &Typed, map: impl Fn(f64) -> f64) -> Option<(f64, f64)> {
    let (a, b) = typed.range.map(|(least, most)| (map(least), map(most)))?;
    Some((a.min(b), a.max(b)))
}

/// A type as users read it: `[4]`, `one-hot [3]`.
impl std::fmt::Display for FieldType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            FieldKind::Numbers => f.write_str(&shape_text(&self.shape)),
            FieldKind::OneHot(_) => write!(f, "one-hot {}", shape_text(&self.shape)),
        }
    }
}

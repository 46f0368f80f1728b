//! A declaration of data, checked and then loaded: source, columns, split, encoders, parts.
//!
//! The session translates the tree into a [`DatasetSpec`] and calls [`inspect`] while checking and [`load`] while
//! running. Training reads the parts; what encoders learned is kept with a model.

use indexmap::IndexMap;

use super::encode::{Encoders, Encoding, Precision, Rows, fit};
use super::expr::{ColumnExpr, ColumnExprKind};
use super::field::Field;
use super::infer::{FieldFacts, FieldType, Missing, columns_read, infer_with_facts};
use super::problem::{
    ColumnProblem, DropSite, Problem, Site, SourceProblem, TextProblem, ValueProblem, diagnostics,
};
use super::source::{Context, DataSource, Options};
use super::split::{self, Split};
use super::table::{Cells, ColumnKind, HeaderDoubt, MISSING, Schema, Table, Usual, Values};
use crate::base::Span;
use crate::diagnostics::Diagnostic;
use crate::tensor::random::Stream;

/// `data NAME = SOURCE(OPTIONS) { input = ..., target = ..., split = ..., missing = ... }`
#[derive(Clone)]
pub struct DatasetSpec {
    pub name: String,
    /// The name in the declaration.
    pub span: Span,
    pub source: &'static dyn DataSource,
    pub options: Options,
    pub input: Option<ColumnExpr>,
    pub target: Option<ColumnExpr>,
    pub split: Split,
    pub missing: Missing,
}

/// What is known of a dataset without loading it.
#[derive(Clone, Debug)]
pub struct Inspected {
    pub schema: Schema,
    /// Nothing where the declaration is wrong.
    pub input: Option<FieldType>,
    pub target: Option<FieldType>,
    pub input_facts: FieldFacts,
    pub target_facts: FieldFacts,
    /// Names and sizes of the parts. Sizes are the most there can be where rows may be dropped.
    pub parts: IndexMap<String, usize>,
    pub diagnostics: Vec<Diagnostic>,
}

/// A loaded dataset.
#[derive(Clone, Debug)]
pub struct Dataset {
    pub name: String,
    pub parts: IndexMap<String, Part>,
    pub encoders: Encoders,
    /// Where each of its rows stands in the file.
    pub cells: Cells,
}

/// One part of a dataset, encoded.
#[derive(Clone, Debug)]
pub struct Part {
    pub input: Field,
    pub target: Option<Field>,
    pub n_examples: usize,
    /// The row of the table that each example is; empty where there is no table.
    pub rows: Vec<u32>,
}

impl Dataset {
    /// The only part, where there is one: the dataset used by its bare name.
    pub fn only(&self) -> Option<&Part> {
        if self.parts.len() == 1 { self.parts.values().next() } else { None }
    }
}

/// The facts of a dataset and every mistake in its declaration.
pub fn inspect(spec: &DatasetSpec, context: &mut Context<'_>) -> Inspected {
    match spec.source.inspect(&spec.options, context) {
        Ok(schema) => inspect_schema(spec, schema),
        Err(problems) => Inspected {
            schema: Schema::default(),
            input: None,
            target: None,
            input_facts: FieldFacts::default(),
            target_facts: FieldFacts::default(),
            parts: IndexMap::new(),
            diagnostics: diagnostics(&problems),
        },
    }
}

/// Loads, splits, fits on the training part, and encodes all parts. With `encoders_from` nothing is learned: the
/// encoders of another dataset are applied.
pub fn load(
    spec: &DatasetSpec,
    precision: Precision,
    encoders_from: Option<&Encoders>,
    context: &mut Context<'_>,
) -> Result<Dataset, Vec<Diagnostic>> {
    let loaded = spec.source.load(&spec.options, context).map_err(|found| diagnostics(&found))?;
    let inspected = inspect_schema(spec, loaded.schema);
    if inspected.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(inspected.diagnostics);
    }
    let encoded = encode_parts(spec, &inspected.schema, &loaded.table, precision, encoders_from);
    encoded.map_err(|mut found| {
        for problem in &mut found {
            advise(problem, spec, &inspected.schema);
        }
        diagnostics(&found)
    })
}

/// How rows with unseen values can be left out.
fn advise(problem: &mut Problem, spec: &DatasetSpec, schema: &Schema) {
    if let Problem::Value(ValueProblem::Unseen(unseen)) = problem {
        let after = (spec.missing == Missing::Error).then_some(unseen.span.at_end());
        unseen.drop = Some((site(spec), DropSite { after, option: schema.missing_option }));
    }
}

fn inspect_schema(spec: &DatasetSpec, schema: Schema) -> Inspected {
    let site = site(spec);
    let mut problems = Vec::new();
    let mut typed = |expr: &Option<ColumnExpr>| {
        let found = infer_with_facts(expr.as_ref()?, &schema, &site, spec.missing);
        found.map_err(|found| problems.extend(found)).ok()
    };
    let (input_expr, target_expr) = (input_expr(spec, &schema), target_expr(spec, &schema));
    let (input, target) = (typed(&input_expr), typed(&target_expr));
    if input_expr.is_none() {
        let columns = schema.columns.iter().map(|column| column.name.clone()).collect();
        problems.push(ColumnProblem::NoInput { span: spec.span, columns }.into());
    }
    let parts =
        split::sizes(&spec.split, schema.n_rows).map_err(|found| problems.extend(found)).unwrap_or_default();
    // A doubt about the header is the cause of most other mistakes, and is told there.
    if problems.is_empty() {
        problems.extend(header_warning(&schema.header, &site));
    }
    join_unknown(&mut problems);
    let (input, input_facts) = input.unzip();
    let (target, target_facts) = target.unzip();
    Inspected {
        input,
        target,
        input_facts: input_facts.unwrap_or_default(),
        target_facts: target_facts.unwrap_or_default(),
        parts: parts.into_iter().collect(),
        diagnostics: diagnostics(&problems),
        schema,
    }
}

/// One message for all columns that are unknown because names and data of the first line were taken for each other.
fn join_unknown(problems: &mut Vec<Problem>) {
    let is_doubt = |problem: &Problem| matches!(problem, Problem::Column(ColumnProblem::Unknown(facts)) if facts.is_of_header());
    let Some(first) = problems.iter().position(is_doubt) else { return };
    let mut others: Vec<(Span, String)> = Vec::new();
    let mut at = 0;
    problems.retain(|problem| {
        at += 1;
        match problem {
            Problem::Column(ColumnProblem::Unknown(facts)) if is_doubt(problem) && at > first + 1 => {
                others.push((facts.span, facts.name.clone()));
                false
            }
            _ => true,
        }
    });
    if let Some(Problem::Column(ColumnProblem::Unknown(facts))) = problems.get_mut(first) {
        facts.others = others;
    }
}

fn header_warning(header: &HeaderDoubt, site: &Site) -> Option<Problem> {
    let site = site.clone();
    match header.clone() {
        HeaderDoubt::None => None,
        HeaderDoubt::LooksLikeData(place) => Some(TextProblem::LooksLikeData { site, place }.into()),
        HeaderDoubt::LooksLikeNames(place, names) => {
            Some(TextProblem::LooksLikeNames { site, place, names }.into())
        }
    }
}

/// Where the options stand that a message may want to change.
fn site(spec: &DatasetSpec) -> Site {
    let path = spec.options.text("path").map(|path| path.span);
    let file = path.or_else(|| spec.options.all_texts().last().map(|(_, path)| path.span));
    Site {
        path: file.unwrap_or(spec.options.span),
        header: spec.options.span_of("header"),
        has_missing: spec.options.span_of("missing").is_some(),
    }
}

fn input_expr(spec: &DatasetSpec, schema: &Schema) -> Option<ColumnExpr> {
    spec.input.clone().or_else(|| schema.default_input.as_ref().map(|usual| usual_expr(usual, spec.span)))
}

/// The default target goes with the default input: who writes one without the other wants no target.
fn target_expr(spec: &DatasetSpec, schema: &Schema) -> Option<ColumnExpr> {
    let usual = schema.default_target.as_ref().map(|usual| usual_expr(usual, spec.span));
    spec.target.clone().or(usual)
}

fn usual_expr(usual: &Usual, span: Span) -> ColumnExpr {
    match usual {
        Usual::Column(name) => ColumnExpr::column(span, name.clone()),
        Usual::List(name) => {
            ColumnExpr::new(span, ColumnExprKind::List(vec![ColumnExpr::column(span, name.clone())]))
        }
        Usual::OneHot(name) => {
            let of = Box::new(ColumnExpr::column(span, name.clone()));
            ColumnExpr::new(span, ColumnExprKind::OneHot { of, classes: None })
        }
    }
}

fn encode_parts(
    spec: &DatasetSpec,
    schema: &Schema,
    table: &Table,
    precision: Precision,
    encoders_from: Option<&Encoders>,
) -> Result<Dataset, Vec<Problem>> {
    let (input, target) = (input_expr(spec, schema), target_expr(spec, schema));
    let Some(input) = input else {
        return Err(vec![ColumnProblem::NoInput { span: spec.span, columns: Vec::new() }.into()]);
    };
    let kept = kept_rows(spec, schema, table, [Some(&input), target.as_ref()]);
    if kept.is_empty() {
        return Err(vec![SourceProblem::NoExamples { span: spec.options.span }.into()]);
    }
    let stream = Stream::new(spec.options.seed, &format!("split {}", spec.name));
    let parts = split::cut(&spec.split, kept, stream)?;
    let learned = match encoders_from {
        Some(encoders) => encoders.clone(),
        None => learn(spec, schema, table, &parts, &input, target.as_ref())?,
    };
    let encoded = Encoded { table, precision, encoders: &learned };
    let target_span = target.as_ref().map_or(spec.span, |target| target.span);
    let parts = parts
        .iter()
        .map(|(name, rows)| {
            Ok((name.clone(), encoded.part(Rows { rows, part: name }, input.span, target_span)?))
        })
        .collect::<Result<IndexMap<String, Part>, Vec<Problem>>>()?;
    Ok(Dataset { name: spec.name.clone(), parts, encoders: learned, cells: table.cells() })
}

fn learn(
    spec: &DatasetSpec,
    schema: &Schema,
    table: &Table,
    parts: &[(String, Vec<u32>)],
    input: &ColumnExpr,
    target: Option<&ColumnExpr>,
) -> Result<Encoders, Vec<Problem>> {
    let Some((name, rows)) = split::training_part(parts) else {
        return Err(vec![SourceProblem::NoExamples { span: spec.options.span }.into()]);
    };
    let fit = |expr: &ColumnExpr| fit(expr, schema, table, Rows { rows, part: name }, spec.missing);
    Ok(Encoders { input: fit(input)?, target: target.map(fit).transpose()? })
}

struct Encoded<'a> {
    table: &'a Table,
    precision: Precision,
    encoders: &'a Encoders,
}

impl Encoded<'_> {
    fn part(&self, rows: Rows<'_>, input_span: Span, target_span: Span) -> Result<Part, Vec<Problem>> {
        let field = |encoding: &Encoding, span| encoding.apply(self.table, rows, self.precision, span);
        let input = field(&self.encoders.input, input_span)?;
        let target = self.encoders.target.as_ref().map(|target| field(target, target_span)).transpose()?;
        Ok(Part { input, target, n_examples: rows.rows.len(), rows: rows.rows.to_vec() })
    }
}

/// All rows, without those that lack a value that is used where the script says to drop them.
fn kept_rows(
    spec: &DatasetSpec,
    schema: &Schema,
    table: &Table,
    exprs: [Option<&ColumnExpr>; 2],
) -> Vec<u32> {
    let mut keep = vec![true; table.n_rows];
    if spec.missing == Missing::Drop {
        for name in exprs.into_iter().flatten().flat_map(|expr| columns_read(expr, schema)) {
            if let Some((_, column)) = table.column(&name) {
                drop_missing(&column.values, &mut keep);
            }
        }
    }
    (0..).zip(keep).filter(|(_, keep)| *keep).map(|(row, _)| row).collect()
}

fn drop_missing(values: &Values, keep: &mut [bool]) {
    let width = values.len().checked_div(keep.len()).unwrap_or(0).max(1);
    match values {
        Values::U8(_) => {}
        Values::F32(values) => {
            let rows = values.chunks_exact(width).zip(keep);
            rows.for_each(|(row, keep)| *keep &= row.iter().all(|value| value.is_finite()));
        }
        Values::F64(values) => {
            let rows = values.chunks_exact(width).zip(keep);
            rows.for_each(|(row, keep)| *keep &= row.iter().all(|value| value.is_finite()));
        }
        Values::Category { codes, .. } => {
            codes.iter().zip(keep).for_each(|(code, keep)| *keep &= *code != MISSING)
        }
    }
}

/// New rows under encoders that were learned before: the input of `predict` on a file. Of rows with missing values,
/// `missing` says what the training made.
pub fn encode_new(
    encoding: &Encoding,
    source: &dyn DataSource,
    options: &Options,
    precision: Precision,
    missing: Missing,
    context: &mut Context<'_>,
) -> Result<Field, Vec<Diagnostic>> {
    let table = source.load(options, context).map_err(|found| diagnostics(&found))?.table;
    let n_rows = u32::try_from(table.n_rows).map_err(|_| {
        let bytes = table.n_rows as u128;
        vec![Problem::from(ValueProblem::TooLarge { span: options.span, bytes }).diagnostic()]
    })?;
    let rows: Vec<u32> = (0..n_rows).collect();
    encoding.apply(&table, Rows { rows: &rows, part: "new" }, precision, options.span).map_err(|mut found| {
        found.iter_mut().for_each(|problem| problem.know_missing(missing));
        diagnostics(&found)
    })
}

/// Whether a schema has text columns: what `one_hot` can be offered for.
pub fn text_columns(schema: &Schema) -> Vec<&str> {
    let is_text = |kind: &ColumnKind| matches!(kind, ColumnKind::Category(_));
    schema.columns.iter().filter(|column| is_text(&column.kind)).map(|column| column.name.as_str()).collect()
}

//! Examples written in the script: `examples { [1.2, 1.4] -> [3.2] }`.

use std::sync::Arc;

use super::problem::{Problem, SourceProblem};
use super::source::{Context, DataSource, Literal, OptionKind, OptionSpec, Options, Pair};
use super::table::{
    Column, ColumnKind, Loaded, NumberFacts, Place, Places, Schema, Table, TableColumn, Usual, Values, Whole,
};

/// `examples { x -> y }`, with columns `x` and `y`.
pub struct Examples;

/// The option that holds the rows; the session fills it from the braces.
pub const ROWS: &str = "rows";
const NAME: &str = "examples";
const OPTIONS: &[OptionSpec] = &[OptionSpec {
    name: ROWS,
    kind: OptionKind::Pairs,
    default: "",
    required: true,
    doc: "the rows `x -> y`",
}];

impl DataSource for Examples {
    fn name(&self) -> &'static str {
        NAME
    }

    fn doc(&self) -> &'static str {
        "Examples written in the script, one a line: input -> target."
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn inspect(&self, options: &Options, _context: &mut Context<'_>) -> Result<Schema, Vec<Problem>> {
        let pairs = checked(options)?;
        let mut columns = vec![column("x", &pairs.iter().map(|pair| &pair.x).collect::<Vec<_>>())];
        let targets = targets(pairs);
        if !targets.is_empty() {
            columns.push(column("y", &targets));
        }
        Ok(Schema {
            name: NAME.to_owned(),
            default_input: Some(Usual::Column("x".to_owned())),
            default_target: (!targets.is_empty()).then(|| Usual::Column("y".to_owned())),
            columns,
            n_rows: pairs.len(),
            ..Schema::default()
        })
    }

    fn load(&self, options: &Options, context: &mut Context<'_>) -> Result<Loaded, Vec<Problem>> {
        let schema = self.inspect(options, context)?;
        let pairs = checked(options)?;
        let mut columns = vec![table_column("x", &pairs.iter().map(|pair| &pair.x).collect::<Vec<_>>())];
        let targets = targets(pairs);
        if !targets.is_empty() {
            columns.push(table_column("y", &targets));
        }
        let spans = pairs.iter().map(|pair| pair.span).collect();
        let places = Places::Script(Arc::from(NAME), spans);
        Ok(Loaded { schema, table: Table { columns, n_rows: pairs.len(), places } })
    }
}

/// The pairs, all of one shape, all with a target or all without.
fn checked(options: &Options) -> Result<&[Pair], Vec<Problem>> {
    let pairs = options.pairs(ROWS);
    let Some(first) = pairs.first() else {
        return Err(vec![SourceProblem::NoExamples { span: options.span }.into()]);
    };
    let mut problems: Vec<Problem> = Vec::new();
    let mut compare = |a: &Literal, b: &Literal| {
        if a.shape != b.shape {
            let (first, other) = ((a.span, a.shape.clone()), (b.span, b.shape.clone()));
            problems.push(SourceProblem::ExampleShapes { first, other }.into());
        }
    };
    for pair in pairs {
        compare(&first.x, &pair.x);
        if let (Some(a), Some(b)) = (&first.y, &pair.y) {
            compare(a, b);
        }
    }
    let with = pairs.iter().find(|pair| pair.y.is_some());
    let without = pairs.iter().find(|pair| pair.y.is_none());
    if let (Some(with), Some(without)) = (with, without) {
        problems.push(SourceProblem::ExampleTargets { with: with.span, without: without.span }.into());
    }
    if problems.is_empty() { Ok(pairs) } else { Err(problems) }
}

fn targets(pairs: &[Pair]) -> Vec<&Literal> {
    pairs.iter().filter_map(|pair| pair.y.as_ref()).collect()
}

fn column(name: &str, literals: &[&Literal]) -> Column {
    let shape = literals.first().map_or_else(Vec::new, |literal| literal.shape.clone());
    let values = || literals.iter().flat_map(|literal| literal.values.iter().copied());
    let range = values().map(|v| (v, v)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let all_whole = shape.is_empty() && values().all(|v| v.fract() == 0.0 && v.abs() < 9e15);
    let wholes = all_whole.then(|| {
        let mut wholes: Vec<Whole> = Vec::new();
        for literal in literals {
            let value = literal.values.first().copied().unwrap_or(0.0) as i64;
            match wholes.iter_mut().find(|whole| whole.value == value) {
                Some(whole) => whole.count += 1,
                None => {
                    let place =
                        Place { file: Arc::from(NAME), line: 1, column: None, span: Some(literal.span) };
                    wholes.push(Whole { value, count: 1, first: Some(place) });
                }
            }
        }
        wholes.sort_by_key(|whole| whole.value);
        wholes
    });
    let kind = ColumnKind::Number(NumberFacts { range, wholes });
    Column { name: name.to_owned(), shape, kind, n_missing: 0, first_missing: None }
}

fn table_column(name: &str, literals: &[&Literal]) -> TableColumn {
    let shape = literals.first().map_or_else(Vec::new, |literal| literal.shape.clone());
    let values = literals.iter().flat_map(|literal| literal.values.iter().copied()).collect();
    TableColumn { name: name.to_owned(), shape, values: Values::F64(values) }
}

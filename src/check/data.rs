//! `data NAME = SOURCE(...) { ... }`: translated from the tree into what the data room takes.

use super::encoders::{ALL_COLUMNS, ENCODERS};
use super::options::{OptionRow, check_names, is_meant, wrong};
use crate::base::{Span, Spanned};
use crate::data::{
    ArithOp, ColumnExpr, ColumnExprKind, DatasetSpec, Literal, Missing, OptionValue, Options, Pair, SOURCES,
    Split, find_source,
};
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::elaborate::{Elaborator, Value, called_here, nearest};
use crate::syntax::tree::{
    Argument, BinaryOp, DataDecl, DataSource, Expr, ExprKind, Ident, OptionItem, PostfixOp, Stage, TextPart,
    UnaryOp,
};

/// The options of `data`.
pub const DATA_OPTIONS: &[OptionRow] = &[
    OptionRow { name: "input", required: false, doc: "what the model is given, from the columns" },
    OptionRow { name: "target", required: false, doc: "what it should answer, from the columns" },
    OptionRow { name: "split", required: false, doc: "parts by share, such as `[train: 0.8, test: 0.2]`" },
    OptionRow {
        name: "missing",
        required: false,
        doc: "what to do about missing values: `error`, `drop` or `mean`",
    },
    OptionRow {
        name: "encoders",
        required: false,
        doc: "a dataset whose encoders are used in place of own ones",
    },
];

/// A declaration of data, checked as far as the text alone allows.
pub struct DataRequest {
    pub spec: DatasetSpec,
    /// The dataset whose encoders apply.
    pub encoders: Option<(String, Span)>,
}

/// Translates a declaration; mistakes are reported. `None` if there is no usable source.
pub fn data_request(elaborator: &mut Elaborator, decl: &DataDecl, seed: u64) -> Option<DataRequest> {
    check_names(elaborator, "data", (decl.name.span, decl.name.span), &decl.options, DATA_OPTIONS, None);
    let (source, options) = match &decl.source {
        DataSource::Call { name, args, span } => source_call(elaborator, name, args, *span, seed)?,
        DataSource::Examples { rows, span } => example_rows(elaborator, rows, *span, seed)?,
    };
    let option = |name: &str| decl.options.iter().find(|item| item.name.name == name);
    if option("input").is_none() && is_meant(&decl.options, "input") {
        return None;
    }
    let input = option("input").map(|item| column_expr(elaborator, &item.value));
    let target = option("target").map(|item| column_expr(elaborator, &item.value));
    let spec = DatasetSpec {
        name: decl.name.name.clone(),
        span: decl.name.span,
        source,
        options,
        input: all_or_nothing(input)?,
        target: all_or_nothing(target)?,
        split: option("split").map_or(Some(Split::None), |item| split(elaborator, item))?,
        missing: option("missing").map_or(Some(Missing::Error), |item| missing(elaborator, item))?,
    };
    let encoders = match option("encoders") {
        Some(OptionItem { value: Expr { kind: ExprKind::Name(name), span, .. }, .. }) => {
            Some((name.clone(), *span))
        }
        Some(item) => {
            elaborator.report(wrong("encoders", item.value.span, "the name of a dataset", "an expression"));
            None
        }
        None => None,
    };
    Some(DataRequest { spec, encoders })
}

/// `None` for an option that is wrong, `Some(None)` for one that is not given.
fn all_or_nothing<T>(option: Option<Option<T>>) -> Option<Option<T>> {
    match option {
        Some(None) => None,
        Some(Some(value)) => Some(Some(value)),
        None => Some(None),
    }
}

type Source = &'static dyn crate::data::DataSource;

fn source_call(
    elaborator: &mut Elaborator,
    name: &Ident,
    args: &[Argument],
    span: Span,
    seed: u64,
) -> Option<(Source, Options)> {
    let Some(source) = find_source(&name.name) else {
        let names: Vec<String> = SOURCES.iter().map(|source| format!("`{}`", source.name())).collect();
        let mut diagnostic = Diagnostic::error(
            Slug::UnknownName,
            name.span,
            format!("there is no source of data called `{}`", name.name),
        )
        .here("no such source")
        .note(format!("the sources are {}", names.join(", ")));
        let known = |near: &str| SOURCES.iter().any(|source| source.name() == near);
        let same = called_here(&name.name).filter(|same| known(same)).map(str::to_string);
        if let Some(near) =
            same.or_else(|| nearest(&name.name, SOURCES.iter().map(|source| source.name().to_string())))
        {
            diagnostic = diagnostic.fix(format!("did you mean `{near}`?"), name.span, near);
        }
        elaborator.report(diagnostic);
        return None;
    };
    let (mut positional, mut named) = (Vec::new(), Vec::new());
    for argument in args {
        let value = elaborator.expr(&argument.value);
        let value = Spanned::new(option_value(elaborator, &value, argument.value.span)?, argument.value.span);
        match &argument.name {
            Some(name) => named.push((Spanned::new(name.name.clone(), name.span), value)),
            None => positional.push(value),
        }
    }
    let options = bind(elaborator, source, span, seed, positional, named)?;
    Some((source, options))
}

fn bind(
    elaborator: &mut Elaborator,
    source: Source,
    span: Span,
    seed: u64,
    positional: Vec<Spanned<OptionValue>>,
    named: Vec<(Spanned<String>, Spanned<OptionValue>)>,
) -> Option<Options> {
    match Options::bind(source, span, seed, positional, named) {
        Ok(options) => Some(options),
        Err(problems) => {
            for problem in &problems {
                elaborator.report(problem.diagnostic());
            }
            None
        }
    }
}

fn option_value(elaborator: &mut Elaborator, value: &Value, span: Span) -> Option<OptionValue> {
    match value.known() {
        Value::Text(text) => Some(OptionValue::Text(text.to_string())),
        Value::Bool(flag) => Some(OptionValue::Flag(*flag)),
        Value::Number(number) => Some(OptionValue::Number(*number)),
        Value::Int(size) => size.known().map(|n| OptionValue::Number(n as f64)),
        Value::List(items) => {
            let texts = items.iter().map(|item| match item {
                Value::Text(text) => Some(text.to_string()),
                _ => None,
            });
            match texts.collect() {
                Some(texts) => Some(OptionValue::Texts(texts)),
                None => {
                    elaborator.report(wrong("an option of data", span, "a list of texts", "another list"));
                    None
                }
            }
        }
        Value::Unknown => None,
        other => {
            elaborator.report(wrong("an option of data", span, "a text, a number or a flag", other.kind()));
            None
        }
    }
}

/// `examples { [1, 2] -> [3] }`
fn example_rows(
    elaborator: &mut Elaborator,
    rows: &[(Expr, Expr)],
    span: Span,
    seed: u64,
) -> Option<(Source, Options)> {
    let source = find_source("examples")?;
    let mut pairs = Vec::new();
    for (x, y) in rows {
        let (left, right) = (literal(elaborator, x), literal(elaborator, y));
        pairs.push(Pair { x: left?, y: Some(right?), span: x.span.to(y.span) });
    }
    let value = Spanned::new(OptionValue::Pairs(pairs), span);
    let options = bind(elaborator, source, span, seed, vec![value], Vec::new())?;
    Some((source, options))
}

/// Numbers known before running, in reading order.
fn literal(elaborator: &mut Elaborator, expr: &Expr) -> Option<Literal> {
    let value = elaborator.expr(expr);
    if let Some(number) = value.as_number() {
        return Some(Literal { shape: Vec::new(), values: vec![number], span: expr.span });
    }
    let constant = match value.known() {
        Value::List(items) => crate::elaborate::constant_of(items),
        _ => None,
    };
    let Some(constant) = constant else {
        if !has_unknown(&value) {
            elaborator.report(wrong("an example", expr.span, "numbers, such as `[1, 2]`", value.kind()));
        }
        return None;
    };
    let values = crate::data::weights::to_row_major(&constant.shape, &constant.values);
    Some(Literal { shape: constant.shape, values, span: expr.span })
}

/// Whether a mistake that was reported is part of it.
fn has_unknown(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(has_unknown),
        other => other.is_unknown(),
    }
}

/// Stages of a pipeline of columns: they become calls in calls.
const MOST_STAGES: usize = 64;

/// `price |> standardize` as `standardize(price)`.
fn as_calls(first: &Expr, stages: &[Stage]) -> Expr {
    stages.iter().fold(first.clone(), |value, stage| {
        let span = value.span.to(stage.to.span);
        let (callee, rest) = match &stage.to.kind {
            ExprKind::Call { callee, args } => (callee.clone(), args.clone()),
            _ => (Box::new(stage.to.clone()), Vec::new()),
        };
        let args = std::iter::once(Argument { name: None, value }).chain(rest).collect();
        Expr { id: stage.id, span, kind: ExprKind::Call { callee, args } }
    })
}

/// What stands behind `input =` and `target =`.
fn column_expr(elaborator: &mut Elaborator, expr: &Expr) -> Option<ColumnExpr> {
    let kind = match &expr.kind {
        ExprKind::Name(name) => ColumnExprKind::Column(name.clone()),
        ExprKind::Text(parts) if quoted_column(parts).is_some() => {
            ColumnExprKind::Column(quoted_column(parts).unwrap_or_default())
        }
        ExprKind::Number { value, .. } => ColumnExprKind::Number(*value),
        ExprKind::List(items) => ColumnExprKind::List(
            items.iter().map(|item| column_expr(elaborator, item)).collect::<Option<_>>()?,
        ),
        ExprKind::Call { callee, args } => column_call(elaborator, callee, args, expr.span)?,
        ExprKind::Pipe { first, stages } if stages.len() <= MOST_STAGES => {
            return column_expr(elaborator, &as_calls(first, stages));
        }
        ExprKind::Pipe { .. } => {
            return refuse(
                elaborator,
                expr.span,
                &format!("columns go through at most {MOST_STAGES} stages"),
            );
        }
        ExprKind::Binary { op, lhs, rhs, op_span } => {
            let Some(op) = arithmetic(*op) else {
                return refuse(elaborator, *op_span, "columns know `+`, `-`, `*` and `/`");
            };
            let (lhs, rhs) = (column_expr(elaborator, lhs)?, column_expr(elaborator, rhs)?);
            ColumnExprKind::Arith { op, lhs: Box::new(lhs), rhs: Box::new(rhs) }
        }
        ExprKind::Unary { op: UnaryOp::Negate, operand } => {
            let zero = ColumnExpr::new(expr.span, ColumnExprKind::Number(0.0));
            let rhs = column_expr(elaborator, operand)?;
            ColumnExprKind::Arith { op: ArithOp::Sub, lhs: Box::new(zero), rhs: Box::new(rhs) }
        }
        ExprKind::Postfix { op: PostfixOp::Square, operand } => {
            let of = column_expr(elaborator, operand)?;
            ColumnExprKind::Arith { op: ArithOp::Mul, lhs: Box::new(of.clone()), rhs: Box::new(of) }
        }
        ExprKind::Error => return None,
        _ => return refuse(elaborator, expr.span, "this is not an expression of columns"),
    };
    Some(ColumnExpr::new(expr.span, kind))
}

/// A column whose name is not one of the language: `"sepal length (cm)"`.
fn quoted_column(parts: &[TextPart]) -> Option<String> {
    match parts {
        [TextPart::Literal(name)] => Some(name.clone()),
        _other => None,
    }
}

fn refuse<T>(elaborator: &mut Elaborator, span: Span, headline: &str) -> Option<T> {
    elaborator.report(
        Diagnostic::error(Slug::TypeMismatch, span, headline)
            .here("here")
            .help("columns are named, listed, calculated with, and wrapped in `standardize`, `minmax`, `one_hot`, `label` and `flatten`"),
    );
    None
}

fn arithmetic(op: BinaryOp) -> Option<ArithOp> {
    match op {
        BinaryOp::Add => Some(ArithOp::Add),
        BinaryOp::Subtract => Some(ArithOp::Sub),
        BinaryOp::Multiply => Some(ArithOp::Mul),
        BinaryOp::Divide => Some(ArithOp::Div),
        BinaryOp::MatMul
        | BinaryOp::Power
        | BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::And
        | BinaryOp::Or => None,
    }
}

/// `standardize(x)`, `minmax(x)`, `one_hot(x, 3)`, `label(x)`, `flatten(x)`, `columns(except = y)`
fn column_call(
    elaborator: &mut Elaborator,
    callee: &Expr,
    args: &[Argument],
    span: Span,
) -> Option<ColumnExprKind> {
    let ExprKind::Name(name) = &callee.kind else {
        return refuse(elaborator, span, "this is not an expression of columns");
    };
    if name == ALL_COLUMNS {
        return all_columns(elaborator, args, span);
    }
    let is_encoder = |name: &str| ENCODERS.iter().any(|row| row.name == name);
    if !is_encoder(name) {
        let mut diagnostic =
            Diagnostic::error(Slug::UnknownName, callee.span, format!("columns have no function `{name}`"))
                .here("not known for columns")
                .note(
                    "`standardize`, `minmax`, `one_hot`, `label`, `flatten` and `columns(except = ...)` are",
                );
        let same = called_here(name).filter(|same| is_encoder(same)).map(str::to_string);
        if let Some(near) = same.or_else(|| nearest(name, ENCODERS.iter().map(|row| row.name.to_string()))) {
            diagnostic = diagnostic.fix(format!("did you mean `{near}`?"), callee.span, near);
        }
        // `area (m²)` is read as a call.
        let pieces = [Piece::Text("\"".to_string()), Piece::Source(span), Piece::Text("\"".to_string())];
        let quoted = Candidate::replace("a column of that name is written in quotes", span, pieces.to_vec());
        elaborator.report(diagnostic.try_fix(quoted));
        return None;
    }
    let Some((first, rest)) = args.split_first() else {
        return refuse(elaborator, span, &format!("`{name}` needs a column"));
    };
    let of = Box::new(column_expr(elaborator, &first.value)?);
    let classes = match (name.as_str(), rest) {
        ("one_hot", [classes]) => {
            let value = elaborator.expr(&classes.value);
            let count = super::whole_option(elaborator, "classes", &value, classes.value.span, 1)?;
            Some(Spanned::new(count, classes.value.span))
        }
        (_, []) => None,
        (_, [extra, ..]) => {
            return refuse(elaborator, extra.value.span, &format!("`{name}` takes one column"));
        }
    };
    Some(match name.as_str() {
        "standardize" => ColumnExprKind::Standardize(of),
        "minmax" => ColumnExprKind::MinMax(of),
        "one_hot" => ColumnExprKind::OneHot { of, classes },
        "label" => ColumnExprKind::Label(of),
        _ => ColumnExprKind::Flatten(of),
    })
}

fn all_columns(elaborator: &mut Elaborator, args: &[Argument], span: Span) -> Option<ColumnExprKind> {
    let mut except = Vec::new();
    for argument in args {
        if argument.name.as_ref().is_some_and(|name| name.name != "except") {
            return refuse(elaborator, span, "`columns` takes `except = name` or `except = [a, b]`");
        }
        let items = match &argument.value.kind {
            ExprKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&argument.value),
        };
        for item in items {
            match &item.kind {
                ExprKind::Name(name) => except.push(Spanned::new(name.clone(), item.span)),
                ExprKind::Text(parts) if quoted_column(parts).is_some() => {
                    except.push(Spanned::new(quoted_column(parts).unwrap_or_default(), item.span));
                }
                _ => return refuse(elaborator, item.span, "a column is named here"),
            }
        }
    }
    Some(ColumnExprKind::All { except })
}

/// `[train: 0.8, test: 0.2]`, or `none`
fn split(elaborator: &mut Elaborator, item: &OptionItem) -> Option<Split> {
    match &item.value.kind {
        ExprKind::Name(name) if name == "none" => Some(Split::None),
        ExprKind::Entries(entries) => {
            let mut parts = Vec::new();
            for (name, share) in entries {
                let value = elaborator.expr(share);
                let Some(number) = value.as_number() else {
                    if !value.is_unknown() {
                        elaborator.report(wrong("split", share.span, "a share such as 0.8", value.kind()));
                    }
                    return None;
                };
                parts.push((Spanned::new(name.name.clone(), name.span), Spanned::new(number, share.span)));
            }
            Some(Split::Parts(parts))
        }
        ExprKind::Error => None,
        _ => {
            let value = elaborator.expr(&item.value);
            let found = value.as_number().map_or(value.kind().to_string(), |share| format!("`{share}`"));
            let mut diagnostic =
                wrong("split", item.value.span, "parts such as `[train: 0.8, test: 0.2]`", &found);
            if let ExprKind::List(shares) = &item.value.kind {
                diagnostic = named_parts(diagnostic, item.value.span, shares);
            }
            if let Some(share) = value.as_number().filter(|share| *share > 0.0 && *share < 1.0) {
                // As it is written in decimals: the rest of 0.8 is 0.2.
                let rest = ((1.0 - share) * 1e6).round() / 1e6;
                let parts = format!("[train: {share}, test: {rest}]");
                diagnostic = diagnostic.fix("the share of the training part", item.value.span, parts);
            }
            elaborator.report(diagnostic);
            None
        }
    }
}

/// `[0.8, 0.2]` with the names that parts mostly have.
fn named_parts(diagnostic: Diagnostic, span: Span, shares: &[Expr]) -> Diagnostic {
    let names: &[&str] = if shares.len() == 3 { &["train", "valid", "test"] } else { &["train", "test"] };
    if shares.len() != names.len() {
        return diagnostic;
    }
    let mut pieces = vec![Piece::Text("[".to_string())];
    for (at, (name, share)) in names.iter().zip(shares).enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        pieces.push(Piece::Text(format!("{comma}{name}: ")));
        pieces.push(Piece::Source(share.span));
    }
    pieces.push(Piece::Text("]".to_string()));
    diagnostic.try_fix(Candidate::replace("each share with the name of its part", span, pieces))
}

/// `missing = error`, `drop` or `mean`
fn missing(elaborator: &mut Elaborator, item: &OptionItem) -> Option<Missing> {
    let text = match &item.value.kind {
        ExprKind::Text(parts) => quoted_column(parts),
        _ => None,
    };
    let word = match &item.value.kind {
        ExprKind::Name(name) => name.as_str(),
        _ => "",
    };
    match word {
        "error" => Some(Missing::Error),
        "drop" => Some(Missing::Drop),
        "mean" => Some(Missing::Mean),
        _ => {
            let found = match &text {
                Some(text) => format!("the text `{text}`"),
                None if word.is_empty() => "an expression".to_string(),
                None => format!("`{word}`"),
            };
            let diagnostic = wrong("missing", item.value.span, "`error`, `drop` or `mean`", &found);
            let all = ["error", "drop", "mean"].map(str::to_string);
            let near = nearest(text.as_deref().unwrap_or(word), all);
            elaborator.report(match near {
                Some(near) => {
                    let title = format!("`{near}` is meant");
                    diagnostic.try_fix(Candidate::replace(title, item.value.span, vec![Piece::Text(near)]))
                }
                None => ["drop", "mean"].iter().fold(diagnostic, |diagnostic, word| {
                    let pieces = vec![Piece::Text(word.to_string())];
                    diagnostic.try_fix(Candidate::replace(format!("write `{word}`"), item.value.span, pieces))
                }),
            });
            None
        }
    }
}

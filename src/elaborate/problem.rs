//! What the elaborator finds wrong, each as a diagnostic made from facts.

use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};
use crate::graph::ShapeProblem;
use crate::syntax::tree::{BinaryOp, Expr, ExprKind};
use crate::types::{Shape, TensorType, UnifyError};

use super::Upcoming;
use super::foreign::Meant;
use super::value::Value;

/// An operand as messages need it.
pub(super) struct Operand {
    pub span: Span,
    pub ty: TensorType,
}

/// The nearest known name, if it is near enough to be right.
pub fn nearest(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let length = name.chars().count();
    let limit = if length <= 4 { 1 } else { 2.max(length / 4) };
    let lower = name.to_lowercase();
    let distance = |candidate: &str| match candidate.to_lowercase() == lower {
        true => 0,
        false => strsim::damerau_levenshtein(name, candidate),
    };
    // Of short names many are near one another: the first letter is mostly right.
    let begins_alike =
        |candidate: &str| length > 4 || candidate.to_lowercase().chars().next() == lower.chars().next();
    // The rest of a longer word counts as one slip: `d.training` for `d.train`.
    let goes_on =
        |one: &str, other: &str| one.len() > 3 && other.starts_with(one) && other.len() <= 2 * one.len();
    // And so does a word before it: `make_moons` for `moons`.
    let is_last_word = |candidate: &str| {
        candidate.len() > 3 && name.strip_suffix(candidate).is_some_and(|rest| rest.ends_with('_'))
    };
    let is_part =
        |candidate: &str| goes_on(candidate, name) || goes_on(name, candidate) || is_last_word(candidate);
    let distance = |candidate: &str| match is_part(candidate) {
        true => distance(candidate).min(2),
        false => distance(candidate),
    };
    known
        .into_iter()
        .filter(|candidate| candidate != name)
        .map(|candidate| (distance(&candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance == 0
                || is_last_word(candidate)
                || *distance <= limit
                    && *distance < candidate.chars().count().min(length)
                    && begins_alike(candidate)
        })
        // A letter left out is likelier than a wrong one: `sgn` is `sign`, not `sgd`.
        .min_by_key(|(distance, candidate)| (*distance, !is_within(name, candidate)))
        .map(|(_, candidate)| candidate)
}

/// Whether the letters of a name stand in another in the same order.
fn is_within(name: &str, other: &str) -> bool {
    let mut letters = other.chars();
    name.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// The nearest of the known options, or the one that other libraries call so.
pub fn near_option(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let known: Vec<String> = known.into_iter().collect();
    let same = super::foreign::options(name).iter().find(|same| known.iter().any(|one| one == *same));
    same.map(|same| same.to_string()).or_else(|| nearest(name, known))
}

fn suggest(diagnostic: Diagnostic, span: Span, near: Option<String>) -> Diagnostic {
    match near {
        Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
        None => diagnostic,
    }
}

pub(super) fn unknown_name(name: &str, span: Span, near: Option<String>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Slug::UnknownName, span, format!("nothing is called `{name}`"))
        .here("not declared");
    match super::foreign::name(name) {
        Some(row) => row.advise(diagnostic, span),
        None => suggest(diagnostic, span, near),
    }
}

/// An expression alone on its line; a comparison is probably meant to bind.
pub(super) fn no_effect(expr: &Expr) -> Diagnostic {
    if let ExprKind::Binary { op: BinaryOp::Equal, op_span, lhs, .. } = &expr.kind
        && let ExprKind::Name(name) = &lhs.kind
    {
        return Diagnostic::error(Slug::NoEffect, *op_span, "`==` compares, and nobody takes the answer")
            .here("`=` gives a name a value")
            .fix(format!("give `{name}` the value"), *op_span, "=");
    }
    let warning = Diagnostic::warning(Slug::NoEffect, expr.span, "this line has no effect")
        .here("nobody takes this value")
        .help("give it a name, `name = ...`, or print it, `print(...)`");
    let ExprKind::Pipe { first, .. } = &expr.kind else { return warning };
    let ExprKind::Name(name) = &first.kind else { return warning };
    let pieces = vec![Piece::Text(format!("{name} = ")), Piece::Source(expr.span)];
    warning.try_fix(Candidate::replace(format!("`{name}` goes on as what comes out"), expr.span, pieces))
}

/// `here` is the statement that uses it.
pub(super) fn declared_later(name: &str, span: Span, later: Upcoming, here: Option<Span>) -> Diagnostic {
    if later.was_left {
        let headline = format!("`{name}` has no value: a mistake ended the run before it got one");
        return Diagnostic::error(Slug::UnknownName, span, headline)
            .here("without a value")
            .label(later.name, "not done");
    }
    let diagnostic =
        Diagnostic::error(Slug::UnknownName, span, format!("`{name}` is used before it is declared"))
            .here("not declared yet")
            .label(later.name, "declared here")
            .help(format!("move the declaration of `{name}` above this line"));
    let Some(here) = here.filter(|here| here.end <= later.stmt.start) else { return diagnostic };
    let moved = vec![Piece::Source(later.stmt), Piece::Text("\n".to_string()), Piece::Source(here)];
    let changes = vec![
        Change::Replace { span: here, pieces: moved },
        Change::Replace { span: later.stmt, pieces: Vec::new() },
    ];
    diagnostic.try_fix(Candidate::all(format!("declare `{name}` first"), changes).last_resort())
}

/// Whether a field is called as parts of a dataset mostly are.
pub(super) fn is_part_name(name: &str) -> bool {
    ["train", "training", "valid", "validation", "val", "test"].contains(&name)
}

/// `iris.train` of data that is not split.
pub(super) fn no_parts(data: &str, field: &crate::syntax::tree::Ident) -> Diagnostic {
    let headline = format!("`{data}` has no parts, so no `{}`", field.name);
    Diagnostic::error(Slug::UnknownName, field.span, headline)
        .here("no such part")
        .help("cut it where it is declared: `split = [train: 0.8, test: 0.2]`")
}

/// A function where a value is needed: mostly a layer that was not given its input.
pub(super) fn without_input(span: Span, found: &Value) -> Diagnostic {
    let pieces = vec![Piece::Text("x |> ".to_string()), Piece::Source(span)];
    kind(span, "a number, vector or matrix", found).try_fix(Candidate::replace("give it `x`", span, pieces))
}

pub(super) fn unknown_field(object: &str, field: &str, span: Span, known: &[String]) -> Diagnostic {
    // A kind of value is no name: `a number`.
    let object = if object.contains(' ') { object.to_string() } else { format!("`{object}`") };
    let diagnostic = Diagnostic::error(Slug::UnknownName, span, format!("{object} has no field `{field}`"))
        .here("no such field");
    let diagnostic = match known {
        [] => diagnostic,
        known => diagnostic.note(format!("its fields are {}", code_list(known))),
    };
    match super::foreign::field(field, known) {
        Some(Meant::Here(here)) => suggest(diagnostic, span, Some(here)),
        Some(Meant::Advice(help)) => diagnostic.help(help),
        None => suggest(diagnostic, span, nearest(field, known.iter().cloned())),
    }
}

/// `a`, `b` and `c`, cut after a dozen.
pub(super) fn code_list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(12) {
        Some(rest) if rest > 0 => format!("{} and {rest} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

/// A value of the wrong kind.
pub(super) fn kind(span: Span, expected: &str, found: &Value) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Slug::TypeMismatch, span, format!("expected {expected}, found {}", found.kind()))
            .here(format!("this is {}", found.kind()));
    let diagnostic = meant(diagnostic, span, expected, found);
    match (found, expected.contains("number")) {
        (Value::Text(_) | Value::Template(_), true) => {
            diagnostic.help("values stand inside of a text: `\"the loss is {l}\"`")
        }
        _ => diagnostic,
    }
}

/// What a value of the wrong kind could have been meant as: a text without its quotes, a flag for 0 or 1, an axis for
/// its number, a whole number for a fraction.
pub fn meant(diagnostic: Diagnostic, span: Span, expected: &str, found: &Value) -> Diagnostic {
    let instead = |text: String| {
        Candidate::replace(format!("`{text}` is meant"), span, vec![Piece::Text(text.clone())])
    };
    let number = if matches!(found, Value::Bool(_)) { None } else { found.as_number() };
    match (found.known(), number) {
        (Value::Text(text), _) if !text.is_empty() && !text.contains(['"', '\n']) => {
            diagnostic.try_fix(instead(text.to_string()))
        }
        (_, Some(number)) if expected.contains("`true`") => {
            diagnostic.try_fix(instead((number != 0.0).to_string()))
        }
        (_, Some(number)) if expected.contains("`rows`") => {
            diagnostic.try_fix(instead(if number == 0.0 { "rows" } else { "columns" }.to_string()))
        }
        (_, Some(number)) if expected.contains("whole number") && number.fract() != 0.0 => {
            diagnostic.try_fix(instead(number.round().to_string()))
        }
        _ => diagnostic,
    }
}

pub(super) fn not_known(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Slug::TypeMismatch, span, format!("{what} must be known before running"))
        .here("only a run knows this")
}

pub(super) fn limit(span: Span, headline: String) -> Diagnostic {
    Diagnostic::error(Slug::Limit, span, headline).here("too large")
}

/// An operator that does not fit its operands.
pub(super) fn operation(sign: &str, span: Span, operands: &[Operand], problem: &ShapeProblem) -> Diagnostic {
    let ty = |at: usize| operands.get(at).map_or(String::new(), |operand| operand.ty.to_string());
    let shape = |at: usize| operands.get(at).map_or(String::new(), |operand| operand.ty.shape.to_string());
    let (slug, headline) = match problem {
        ShapeProblem::Differ { left, right } => (
            Slug::ShapeMismatch,
            format!("`{sign}` needs equal shapes: `{}` and `{}`", shape(*left), shape(*right)),
        ),
        ShapeProblem::Inner { left_dim, right_dim } => (
            Slug::ShapeMismatch,
            format!(
                "`{}` {sign} `{}`: the inner sizes {left_dim} and {right_dim} differ",
                shape(0),
                shape(1)
            ),
        ),
        ShapeProblem::Rank { input, expected } => {
            (Slug::ShapeMismatch, format!("`{sign}` expected {expected}, found `{}`", shape(*input)))
        }
        ShapeProblem::Dim { input, expected, found, .. } => (
            Slug::ShapeMismatch,
            format!("`{sign}` expected a size of {expected}, found {found} in `{}`", shape(*input)),
        ),
        ShapeProblem::Bounds { input, index, size } => (
            Slug::ShapeMismatch,
            format!("position {index} is outside `{}`: positions go from 0 to {size} - 1", shape(*input)),
        ),
        ShapeProblem::Count { input, expected, found } => (
            Slug::ShapeMismatch,
            format!("`{sign}` of `{}`: {found} numbers cannot fill {expected} places", shape(*input)),
        ),
        ShapeProblem::Batches { .. } => {
            (Slug::BatchMismatch, format!("`{sign}` mixes values of two different batches"))
        }
        ShapeProblem::NoBatch { input } => (
            Slug::BatchMismatch,
            format!("`{sign}` looks across the examples of a batch, and `{}` is one example", ty(*input)),
        ),
        ShapeProblem::Arity { expected, found } => (
            Slug::Arity,
            format!(
                "`{sign}` takes {}, found {found}",
                if *expected == 1 { "a value".to_string() } else { format!("{expected} values") }
            ),
        ),
        ShapeProblem::NotKnown { size } => {
            (Slug::TypeMismatch, format!("the size {size} must be known here"))
        }
        ShapeProblem::Negative { size } => {
            (Slug::OptionValue, format!("a size of `{sign}` cannot be {size}"))
        }
        ShapeProblem::Empty { input } => {
            (Slug::ShapeMismatch, format!("`{sign}` of no numbers: `{}` is empty", shape(*input)))
        }
        ShapeProblem::Overflow => (Slug::Limit, format!("a size of `{sign}` is too large")),
    };
    operands.iter().fold(Diagnostic::error(slug, span, headline).here("here"), |diagnostic, operand| {
        diagnostic.label(operand.span, format!("this is `{}`", operand.ty))
    })
}

/// An argument whose shape is not the declared one.
pub(super) fn argument_shape(
    function: &str,
    param: &str,
    declared: &Shape,
    declared_span: Span,
    given: &TensorType,
    span: Span,
    error: &UnifyError,
) -> Diagnostic {
    let why = match error {
        UnifyError::Rank { .. } => String::new(),
        UnifyError::Dim { expected, found, .. } => format!(": {expected} and {found} differ"),
    };
    Diagnostic::error(
        Slug::ShapeMismatch,
        span,
        format!("`{param}` of `{function}` expected `{declared}`, found `{}`{why}", given.shape),
    )
    .here(format!("this is `{given}`"))
    .label(declared_span, format!("`{param}` is declared `{declared}` here"))
}

pub(super) fn result_shape(
    function: &str,
    declared: &Shape,
    declared_span: Span,
    found: &TensorType,
    span: Span,
) -> Diagnostic {
    Diagnostic::error(
        Slug::ShapeMismatch,
        span,
        format!("the result of `{function}` expected `{declared}`, found `{}`", found.shape),
    )
    .here(format!("this is `{found}`"))
    .label(declared_span, format!("declared `{declared}` here"))
    .try_fix(Candidate::replace(
        format!("declare `{}`", found.shape),
        declared_span,
        vec![Piece::Text(found.shape.to_string())],
    ))
}

pub(super) fn missing_argument(
    function: &str,
    param: &str,
    span: Span,
    declared: Option<Span>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(Slug::Arity, span, format!("`{function}` needs `{param}`"))
        .here(format!("`{param}` is missing"));
    match declared {
        Some(declared) => diagnostic.label(declared, "declared here"),
        None => diagnostic,
    }
}

/// A declaration without what its kind is applied to.
pub(super) fn missing_subject(name: &str, span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Slug::Arity, span, what.to_string()).here(format!("`{name}` takes less"))
}

pub(super) fn too_many_arguments(function: &str, limit: usize, found: usize, span: Span) -> Diagnostic {
    let plural = if limit == 1 { "argument" } else { "arguments" };
    Diagnostic::error(Slug::Arity, span, format!("`{function}` takes {limit} {plural}, found {found}"))
        .here("one too many")
}

/// A metric or loss that is named with more than its options: `metrics = [accuracy(3)]`.
pub(super) fn too_many_options(function: &str, options: &[String], span: Span) -> Diagnostic {
    let headline = match options.len() {
        0 => format!("`{function}` has no options"),
        1 => format!("`{function}` has one option, `{}`", options.concat()),
        n => format!("`{function}` has {n} options: {}", code_list(options)),
    };
    Diagnostic::error(Slug::Arity, span, headline)
        .here("no option")
        .note(format!("what `{function}` works on is given by whoever uses it: here it takes options only"))
}

pub(super) fn unknown_argument(function: &str, name: &str, span: Span, known: &[String]) -> Diagnostic {
    let near = near_option(name, known.iter().cloned());
    let mut diagnostic =
        Diagnostic::error(Slug::UnknownOption, span, format!("`{function}` has no option `{name}`"))
            .here("no such option");
    if !known.is_empty() {
        diagnostic = diagnostic.note(format!("`{function}` takes {}", code_list(known)));
    }
    match super::foreign::option_elsewhere(name).filter(|_| near.is_none()) {
        Some(help) => diagnostic.help(help),
        None => suggest(diagnostic, span, near),
    }
}

pub(super) fn argument_twice(function: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Slug::Arity, span, format!("`{name}` of `{function}` is given twice"))
        .here("second time")
        .label(first, "first time")
}

pub(super) fn not_callable(span: Span, found: &Value) -> Diagnostic {
    Diagnostic::error(Slug::TypeMismatch, span, format!("{} cannot be called", found.kind()))
        .here("not a function")
}

pub(super) fn not_here(span: Span, headline: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Slug::NotAllowedHere, span, headline).here("not here")
}

/// `round` are the calls that come back to the same function, in order.
pub(super) fn recursion(name: &str, span: Span, declared: Span, round: &[String]) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Slug::Recursion, span, format!("`{name}` calls itself without an end in reach"))
            .here("this call does not end")
            .label(declared, "declared here")
            .note(format!("calls go {} levels deep at most", super::elaborator::MAX_CALL_DEPTH))
            .help("a recursion ends by a number known before running: `if n == 0 then ... else ...`");
    if round.len() < 2 {
        return diagnostic;
    }
    let round: Vec<String> = round.iter().chain(round.first()).map(|name| format!("`{name}`")).collect();
    diagnostic.note(format!("the calls go round: {}", round.join(" → ")))
}

pub(super) fn duplicate(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Slug::DuplicateName, span, format!("`{name}` is declared twice"))
        .here("second declaration")
        .label(first, "first declared here")
}

/// The promise that a kind of function makes is not kept.
pub(super) fn promise(
    function: &str,
    span: Span,
    promise: &str,
    found: &TensorType,
    declared: Span,
) -> Diagnostic {
    Diagnostic::error(
        Slug::ShapeMismatch,
        span,
        format!("{promise}, and `{function}` gives `{}`", found.shape),
    )
    .here(format!("this is `{found}`"))
    .label(declared, "declared here")
}

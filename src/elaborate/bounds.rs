//! Ranges of options: what a declaration says of the numbers its parameters take, `rate: real >= 0 <= 1`.

use super::Elaborator;
use super::arguments::Bound as Given;
use super::value::Value;
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::syntax::tree::{BinaryOp, Bound, Expr, ExprKind, Function, FunctionKind, ParamDecl, TypeExprKind};

impl Elaborator {
    /// Reports arguments outside the range that is declared for them; `None` if there are any. What only a run knows,
    /// such as a schedule, is not looked at.
    pub(super) fn within_bounds(&mut self, function: &Function, given: &Given, call: Span) -> Option<()> {
        let mut all = Some(());
        for (param, value) in function.params.iter().zip(given) {
            let Some((value, span)) = value else { continue };
            if takes_number(param) && matches!(value.known(), Value::Text(_) | Value::Template(_)) {
                let (name, of) = (&param.name.name, &function.name.name);
                let mut diagnostic = super::problem::kind(*span, "a number", value);
                diagnostic.headline = format!("`{name}` of `{of}` expected a number, found a text");
                diagnostic.helps.clear();
                self.report(diagnostic);
                all = None;
                continue;
            }
            let Some(number) = value.known().as_number() else { continue };
            if !param.bounds.iter().all(|bound| holds(bound, number)) {
                let mut diagnostic = outside(&function.name.name, param, number, *span);
                if let Some(shape) = width_follows(function).filter(|_| number.fract() == 0.0 && number > 1.0)
                {
                    let name = &function.name.name;
                    diagnostic = diagnostic
                        .note(format!(
                            "the width follows from the layer before: `{name}` keeps the shape of its `{shape}`"
                        ))
                        .try_fix(Candidate::replace(
                            "leave the number out",
                            call,
                            vec![Piece::Text(name.clone())],
                        ));
                    for candidate in diagnostic.candidates.iter_mut().rev().skip(1) {
                        candidate.is_last_resort = true;
                    }
                }
                self.report(diagnostic);
                all = None;
            }
        }
        all
    }

    /// Reports bounds that no default keeps and ranges that hold nothing.
    pub(super) fn check_bounds(&mut self, function: &Function) {
        for param in &function.params {
            let Some((first, last)) = param.bounds.first().zip(param.bounds.last()) else { continue };
            let span = first.span.to(last.span);
            let (lo, hi) = ends(&param.bounds);
            let is_empty = match (&lo, &hi) {
                (Some(lo), Some(hi)) => lo.0 > hi.0 || (lo.0 == hi.0 && (lo.1 || hi.1)),
                _ => false,
            };
            if is_empty {
                let headline = format!("no number is in the range of `{}`", param.name.name);
                self.report(Diagnostic::error(Slug::OptionValue, span, headline).here("an empty range"));
                continue;
            }
            let Some(default) = &param.default else { continue };
            let value = match &default.kind {
                ExprKind::Number { value, .. } => *value,
                _ => continue,
            };
            if !param.bounds.iter().all(|bound| holds(bound, value)) {
                self.report(outside(&function.name.name, param, value, default.span));
            }
        }
    }
}

/// Whether a parameter says that it is a number, by its range, its type or what it is without being given.
fn takes_number(param: &ParamDecl) -> bool {
    let by_type = matches!(&param.ty, Some(ty) if matches!(ty.kind, TypeExprKind::Real | TypeExprKind::Int));
    let by_default = matches!(&param.default, Some(Expr { kind: ExprKind::Number { .. }, .. }));
    by_type || by_default || !param.bounds.is_empty()
}

/// The declared input of a layer that is as wide as what it is given.
fn width_follows(function: &Function) -> Option<&str> {
    let is_count = |param: &ParamDecl| matches!(&param.ty, Some(ty) if ty.kind == TypeExprKind::Int);
    let follows = function.kind == FunctionKind::Layer && !function.params.iter().any(is_count);
    let first = function.params.first().filter(|_| follows)?;
    match &first.ty.as_ref()?.kind {
        TypeExprKind::Shape(dims) if !dims.is_empty() => Some(first.name.name.as_str()),
        _ => None,
    }
}

fn holds(bound: &Bound, number: f64) -> bool {
    match bound.op {
        BinaryOp::Less => number < bound.value,
        BinaryOp::LessEqual => number <= bound.value,
        BinaryOp::Greater => number > bound.value,
        BinaryOp::GreaterEqual => number >= bound.value,
        _ => true,
    }
}

/// The ends of a range, and whether each is left out.
type Ends = (Option<(f64, bool)>, Option<(f64, bool)>);

fn ends(bounds: &[Bound]) -> Ends {
    let (mut lo, mut hi): Ends = (None, None);
    for bound in bounds {
        let is_open = matches!(bound.op, BinaryOp::Less | BinaryOp::Greater);
        match bound.op {
            BinaryOp::Greater | BinaryOp::GreaterEqual if lo.is_none_or(|(end, _)| bound.value >= end) => {
                lo = Some((bound.value, is_open));
            }
            BinaryOp::Less | BinaryOp::LessEqual if hi.is_none_or(|(end, _)| bound.value <= end) => {
                hi = Some((bound.value, is_open));
            }
            _ => {}
        }
    }
    (lo, hi)
}

/// `a number from 0 to 1`, `a number above 0`
fn in_words(bounds: &[Bound]) -> String {
    let low = |(end, is_open): (f64, bool)| match is_open {
        true => format!("above {end}"),
        false => format!("of at least {end}"),
    };
    match ends(bounds) {
        (Some((lo, false)), Some((hi, false))) => format!("a number from {lo} to {hi}"),
        (Some((lo, false)), Some((hi, true))) => format!("a number of at least {lo} and below {hi}"),
        (Some((lo, true)), Some((hi, open))) => {
            format!("a number above {lo} and {} {hi}", if open { "below" } else { "up to" })
        }
        (Some(lo), None) => format!("a number {}", low(lo)),
        (None, Some((hi, true))) => format!("a number below {hi}"),
        (None, Some((hi, false))) => format!("a number of at most {hi}"),
        (None, None) => "a number".to_string(),
    }
}

fn outside(function: &str, param: &ParamDecl, found: f64, span: Span) -> Diagnostic {
    let (name, range) = (&param.name.name, in_words(&param.bounds));
    let headline = format!("`{name}` of `{function}` expected {range}, found {found}");
    let mut diagnostic =
        Diagnostic::error(Slug::OptionValue, span, headline).here(format!("expected {range}"));
    if let Some((first, last)) = param.bounds.first().zip(param.bounds.last()) {
        diagnostic = diagnostic.label(first.span.to(last.span), "its range is declared here");
    }
    let (lo, hi) = ends(&param.bounds);
    let closed = [lo, hi].into_iter().flatten().filter(|(_, is_open)| !is_open).map(|(end, _)| end);
    let nearest = closed.min_by(|a, b| (a - found).abs().total_cmp(&(b - found).abs()));
    // A sign too many, a percentage, the default, or the nearest end.
    let percent = if found >= 2.0 { found / 100.0 } else { f64::NAN };
    for guess in [-found, percent] {
        if guess != 0.0 && param.bounds.iter().all(|bound| holds(bound, guess)) {
            let text = format!("{guess}");
            let title = format!("`{text}` is in the range");
            return diagnostic.try_fix(Candidate::replace(title, span, vec![Piece::Text(text)]));
        }
    }
    if let Some(default) = &param.default {
        let title = format!("the default of `{name}`");
        diagnostic = diagnostic.try_fix(Candidate::replace(title, span, vec![Piece::Source(default.span)]));
    }
    if let Some(end) = nearest {
        let title = format!("{end} is the nearest that is allowed");
        diagnostic = diagnostic
            .try_fix(Candidate::replace(title, span, vec![Piece::Text(end.to_string())]).last_resort());
    }
    diagnostic
}

//! Options by name: unknown ones, missing ones, values of the wrong kind or outside their range.

use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};
use crate::elaborate::{Elaborator, Value, meant, near_option, nearest, option_elsewhere};
use crate::syntax::tree::{ExprKind, OptionItem};

/// An option of a statement.
#[derive(Clone, Copy, Debug)]
pub struct OptionRow {
    pub name: &'static str,
    pub required: bool,
    /// One sentence for the reference.
    pub doc: &'static str,
}

/// Reports names that are not options, options given twice, and required ones that are missing, together with what is
/// missing `also`: its name and what it is for. The places are that of the whole statement and of its first word.
pub fn check_names(
    elaborator: &mut Elaborator,
    statement: &str,
    (span, short): (Span, Span),
    given: &[OptionItem],
    known: &[OptionRow],
    also: Option<(&str, &str)>,
) {
    for (at, item) in given.iter().enumerate() {
        let name = &item.name.name;
        if !known.iter().any(|row| row.name == name) {
            let diagnostic = match owner(elaborator, given, at) {
                Some(owner) => belongs(unknown_name(statement, item, known), given, at, owner),
                None => unknown(statement, item, known),
            };
            elaborator.report(diagnostic);
        }
        if let Some(first) = given.iter().take(at).find(|other| other.name.name == *name) {
            elaborator.report(
                Diagnostic::error(Slug::DuplicateName, item.name.span, format!("`{name}` is given twice"))
                    .here("second time")
                    .label(first.name.span, "first time"),
            );
        }
    }
    let missing: Vec<&OptionRow> =
        known.iter().filter(|row| row.required && !is_meant(given, row.name)).collect();
    let names = missing.iter().map(|row| format!("`{}`", row.name));
    let shown: Vec<String> = names.chain(also.map(|(name, _)| name.to_string())).collect();
    if shown.is_empty() {
        return;
    }
    let shown = match shown.as_slice() {
        [first, rest @ .., last] if !rest.is_empty() => format!("{first}, {} and {last}", rest.join(", ")),
        short => short.join(" and "),
    };
    let place = if missing.is_empty() { short } else { span };
    let diagnostic = Diagnostic::error(Slug::MissingOption, place, format!("`{statement}` needs {shown}"))
        .here(format!("no {shown}"));
    let helps = missing.iter().map(|row| format!("`{}`: {}", row.name, row.doc));
    let helps = helps.chain(also.map(|(_, help)| help.to_string()));
    let diagnostic = helps.fold(diagnostic, Diagnostic::help);
    // The usual values, which the sentences about the options give.
    let usual = missing.iter().filter_map(|row| Some(format!("{} = {}", row.name, usual_value(row.doc)?)));
    let usual = usual.chain(also.and_then(|(_, help)| usual_value(help).map(str::to_string)));
    let usual: Vec<String> = usual.collect();
    let candidate = match given.last() {
        Some(last) => {
            let pieces = vec![Piece::Source(last.value.span), Piece::Text(format!(", {}", usual.join(", ")))];
            Candidate::replace(format!("add `{}`", usual.join(", ")), last.value.span, pieces)
        }
        None => {
            let pieces = vec![Piece::Source(span), Piece::Text(format!(" {{ {} }}", usual.join(", ")))];
            Candidate::replace(format!("add `{}`", usual.join(", ")), span, pieces)
        }
    };
    elaborator.report(diagnostic.try_fix(candidate.last_resort()));
}

/// What stands in the first backquotes of a sentence.
fn usual_value(doc: &str) -> Option<&str> {
    doc.split('`').nth(1)
}

/// Whether an option is given, under its name or under one that is nearly it.
pub(super) fn is_meant(given: &[OptionItem], name: &str) -> bool {
    let is_near = |found: &str| nearest(found, [name.to_string()]).is_some();
    given.iter().any(|item| item.name.name == name || is_near(&item.name.name))
}

/// The option whose value takes an option of this name: `lr` is one of the optimizer's.
fn owner<'g>(elaborator: &Elaborator, given: &'g [OptionItem], at: usize) -> Option<&'g OptionItem> {
    let name = &given.get(at)?.name.name;
    given.iter().find(|other| {
        let callee = match &other.value.kind {
            ExprKind::Call { callee, .. } => callee,
            _ => &other.value,
        };
        matches!(&callee.kind, ExprKind::Name(function) if elaborator.takes(function, name))
    })
}

/// The option, moved to where it belongs.
fn belongs(diagnostic: Diagnostic, given: &[OptionItem], at: usize, owner: &OptionItem) -> Diagnostic {
    let Some(item) = given.get(at) else { return diagnostic };
    let place = owner.value.span;
    let diagnostic = diagnostic
        .label(place, format!("`{}` is an option of this", item.name.name))
        .note(format!("`{}` belongs to the `{}`", item.name.name, owner.name.name));
    let set = vec![Piece::Text(format!("{} = ", item.name.name)), Piece::Source(item.value.span)];
    let (open, inside) = match &owner.value.kind {
        ExprKind::Call { args, .. } => {
            let end = Span { start: place.end.saturating_sub(1), ..place };
            (end, if args.is_empty() { "" } else { ", " })
        }
        _ => (place.at_end(), "("),
    };
    let mut pieces = vec![Piece::Text(inside.to_string())];
    pieces.extend(set);
    pieces.push(Piece::Text(")".to_string()));
    let whole = item.name.span.to(item.value.span);
    let before = at.checked_sub(1).and_then(|before| given.get(before));
    let gone = match (before, given.get(at + 1)) {
        (Some(before), _) => Span { start: before.value.span.end, ..whole },
        (None, Some(after)) => Span { end: after.name.span.start, ..whole },
        (None, None) => whole,
    };
    let changes =
        vec![Change::Replace { span: open, pieces }, Change::Replace { span: gone, pieces: Vec::new() }];
    diagnostic.try_fix(Candidate::all(format!("give it to the `{}`", owner.name.name), changes))
}

fn unknown_name(statement: &str, item: &OptionItem, known: &[OptionRow]) -> Diagnostic {
    let name = &item.name.name;
    let names: Vec<String> = known.iter().map(|row| format!("`{}`", row.name)).collect();
    Diagnostic::error(Slug::UnknownOption, item.name.span, format!("`{statement}` has no option `{name}`"))
        .here("no such option")
        .note(format!("its options are {}", names.join(", ")))
}

fn unknown(statement: &str, item: &OptionItem, known: &[OptionRow]) -> Diagnostic {
    let name = &item.name.name;
    let diagnostic = unknown_name(statement, item, known);
    if let Some(help) = option_elsewhere(name) {
        return diagnostic.help(help);
    }
    match near_option(name, known.iter().map(|row| row.name.to_string())) {
        Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), item.name.span, near),
        None => diagnostic,
    }
}

/// A whole number of at least `least`. `None` where it is wrong (reported) or only known later.
pub fn whole_option(
    elaborator: &mut Elaborator,
    name: &str,
    value: &Value,
    span: Span,
    least: i64,
) -> Option<usize> {
    let found = match value.known() {
        Value::Unknown | Value::Node(_) => return None,
        Value::Int(size) => size.known()?,
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => *number as i64,
        other => {
            let report = wrong(name, span, "a whole number", &describe(other));
            elaborator.report(meant(report, span, "a whole number", other));
            return None;
        }
    };
    if found < least {
        elaborator.report(
            wrong(name, span, &format!("a whole number of at least {least}"), &found.to_string()).try_fix(
                Candidate::replace(
                    format!("{least} is the least that is allowed"),
                    span,
                    vec![Piece::Text(least.to_string())],
                ),
            ),
        );
        return None;
    }
    usize::try_from(found).ok()
}

/// A number between two bounds, both included.
pub fn number_option(
    elaborator: &mut Elaborator,
    name: &str,
    value: &Value,
    span: Span,
    (low, high): (f64, f64),
) -> Option<f64> {
    let number = if matches!(value.known(), Value::Bool(_)) { None } else { value.as_number() };
    let Some(found) = number else {
        if !matches!(value.known(), Value::Unknown | Value::Node(_) | Value::Int(_)) {
            let report = wrong(name, span, "a number", &describe(value));
            elaborator.report(meant(report, span, "a number", value));
        }
        return None;
    };
    if !(low..=high).contains(&found) {
        let range = if low == f64::MIN_POSITIVE && high.is_infinite() {
            "a number above 0".to_string()
        } else if high.is_infinite() {
            format!("a number of at least {low}")
        } else {
            format!("a number from {low} to {high}")
        };
        let near = if low == f64::MIN_POSITIVE && found <= 0.0 {
            if found < 0.0 { -found } else { 1.0 }
        } else {
            found.clamp(low, high)
        };
        elaborator.report(wrong(name, span, &range, &found.to_string()).try_fix(Candidate::replace(
            format!("{near} is allowed"),
            span,
            vec![Piece::Text(near.to_string())],
        )));
        return None;
    }
    Some(found)
}

/// `true` or `false`.
pub fn flag_option(elaborator: &mut Elaborator, name: &str, value: &Value, span: Span) -> Option<bool> {
    match value.known() {
        Value::Bool(value) => Some(*value),
        Value::Unknown => None,
        other => {
            let report = wrong(name, span, "`true` or `false`", &describe(other));
            elaborator.report(meant(report, span, "`true` or `false`", other));
            None
        }
    }
}

/// A text known now.
pub fn text_option(elaborator: &mut Elaborator, name: &str, value: &Value, span: Span) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Unknown => None,
        other => {
            elaborator.report(wrong(name, span, "a text in double quotes", &describe(other)));
            None
        }
    }
}

fn describe(value: &Value) -> String {
    let number = if matches!(value.known(), Value::Bool(_)) { None } else { value.as_number() };
    match number {
        Some(number) => number.to_string(),
        None => value.kind().to_string(),
    }
}

pub fn wrong(name: &str, span: Span, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::error(Slug::OptionValue, span, format!("`{name}` expected {expected}, found {found}"))
        .here(format!("expected {expected}"))
}

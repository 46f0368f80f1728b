//! What may have been meant where the grammar stopped: the sign that is missed, written before what stands there or in
//! its place. Called by [`super::problem`]; the session tries each and shows what mends.

use super::problem::Found;
use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece};

/// Where the grammar stopped.
pub(super) struct Stop<'a> {
    pub at: Span,
    /// The bracket that closes the one found there.
    pub closer: Option<Span>,
    /// The token before.
    pub before: Option<Span>,
    pub wanted: &'a [&'static str],
    pub found: &'a Found,
}

/// The message with the edits that may mend it.
pub(super) fn propose(diagnostic: Diagnostic, stop: &Stop<'_>) -> Diagnostic {
    let all =
        stop.wanted.iter().flat_map(|wanted| of_sign(stop, wanted)).chain(of_line(stop)).chain(less(stop));
    all.fold(diagnostic, Diagnostic::try_fix)
}

fn put(title: String, span: Span, text: String) -> Candidate {
    Candidate::replace(title, span, vec![Piece::Text(text)])
}

/// The sign that was expected.
fn of_sign(stop: &Stop<'_>, wanted: &str) -> Vec<Candidate> {
    let Some(sign) = wanted.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) else {
        return if wanted.starts_with("a type") { squared(stop) } else { Vec::new() };
    };
    let found = match stop.found {
        Found::Text(found) => found,
        Found::LineEnd | Found::End if sign == "else" => {
            return vec![put("say what it is otherwise".into(), stop.at.at_end(), " else 0".into())];
        }
        Found::LineEnd | Found::End => {
            return vec![put(format!("write `{sign}`"), stop.at.at_end(), format!(" {sign}"))];
        }
    };
    let spaced = match sign {
        "," | ":" | "(" | "[" | ")" | "]" => format!("{sign} "),
        _ => format!(" {sign} "),
    };
    let start = Span { end: stop.at.start, ..stop.at };
    // Where a separator stands before: `a ,b`.
    let place = match stop.before.filter(|_| matches!(sign, "," | ":" | ")" | "]")) {
        Some(before) => Span { start: before.end, ..start },
        None => start,
    };
    let mut all = vec![put(format!("write `{sign}`"), place, spaced.trim_start().to_string())];
    if found.chars().all(|character| !character.is_alphanumeric() && !"([{\"_".contains(character)) {
        all.push(put(format!("write `{sign}` in place of `{found}`"), stop.at, sign.to_string()));
    }
    all
}

/// A shape in round brackets or braces.
fn squared(stop: &Stop<'_>) -> Vec<Candidate> {
    let Some(closer) = stop.closer else { return Vec::new() };
    let change = |span, text: &str| Change::Replace { span, pieces: vec![Piece::Text(text.to_string())] };
    let changes = vec![change(stop.at, "["), change(closer, "]")];
    vec![Candidate::all("a shape stands in `[` and `]`", changes)]
}

/// Two statements on one line, or a stage without its `|>`.
fn of_line(stop: &Stop<'_>) -> Vec<Candidate> {
    if !stop.wanted.contains(&"the end of the line") || !matches!(stop.found, Found::Text(_)) {
        return Vec::new();
    }
    let Some(before) = stop.before.filter(|before| before.end <= stop.at.start) else { return Vec::new() };
    let between = Span { start: before.end, end: stop.at.start, ..stop.at };
    vec![
        put("`;` between two statements on one line".into(), between, "; ".into()),
        put("`,` between them".into(), between, ", ".into()),
        put("go on with `|>`".into(), between, " |> ".into()),
    ]
}

/// One word less, where nothing else mends.
fn less(stop: &Stop<'_>) -> Vec<Candidate> {
    let Found::Text(found) = stop.found else { return Vec::new() };
    let without = |title: String, span: Span| put(title, span, String::new()).last_resort();
    let before = stop.before.filter(|before| before.end == stop.at.start);
    // Of two operators, or of `1.2.3`, nobody knows which is too much.
    if found.starts_with(|one: char| one.is_ascii_digit() || "+-*/^@·".contains(one)) {
        return Vec::new();
    }
    let glued = before.map(|before| without("leave out what stands before it".into(), before));
    glued.into_iter().chain([without(format!("leave out `{found}`"), stop.at)]).collect()
}

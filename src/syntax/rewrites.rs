//! Spellings of other languages whose mending moves parts of the statement: calls without brackets, remainders,
//! choices, anonymous functions. Called by [`super::foreign`].

use super::foreign::{Fix, Stopped};
use super::quotient;
use super::tokens::{Token, TokenKind};

/// From which token to which, and what to write there.
type Rewritten = Option<((Token, Token), String)>;

pub(super) fn of(fix: Fix, at: &Stopped<'_>, marked: usize) -> Rewritten {
    match fix {
        Fix::Call => call(at, marked),
        Fix::Remainder => remainder(at, marked),
        Fix::Choice => choice(at, marked),
        Fix::Lambda => lambda(at, marked),
        _ => None,
    }
}

/// The text from one token to another, both included.
fn text<'t>(at: &Stopped<'t>, first: usize, last: usize) -> Option<&'t str> {
    let (first, last) = (at.tokens.get(first)?, at.tokens.get(last)?);
    at.text.get(first.start as usize..last.end as usize)
}

fn is(at: &Stopped<'_>, token: usize, sign: &str) -> bool {
    at.tokens.get(token).is_some_and(|token| token.text(at.text) == sign)
}

/// The last token that is no line end.
fn last(at: &Stopped<'_>) -> Option<usize> {
    at.tokens.iter().rposition(|token| token.kind != TokenKind::Newline)
}

fn between(at: &Stopped<'_>, first: usize, last: usize, written: String) -> Rewritten {
    Some(((*at.tokens.get(first)?, *at.tokens.get(last)?), written))
}

/// `print x`
fn call(at: &Stopped<'_>, name: usize) -> Rewritten {
    let last = last(at)?;
    let written = format!("{}({})", text(at, name, name)?, text(at, name + 1, last)?);
    between(at, name, last, written)
}

/// `a % b`
fn remainder(at: &Stopped<'_>, sign: usize) -> Rewritten {
    let (first, last) = quotient::operands(at.text, at.tokens, sign)?;
    let (a, b) = (text(at, first, sign.checked_sub(1)?)?, text(at, sign + 1, last)?);
    between(at, first, last, format!("({a} - {b} * floor({a} / {b}))"))
}

/// Where an expression around a token begins or ends, going one way: before a bracket or a sign that ends it.
fn edge(at: &Stopped<'_>, from: usize, ends: &[&str], is_forward: bool) -> Option<usize> {
    let mut depth = 0i64;
    let mut reached = from;
    loop {
        let next = if is_forward { reached + 1 } else { reached.wrapping_sub(1) };
        let Some(token) = at.tokens.get(next) else { return Some(reached) };
        let opens = token.kind == if is_forward { TokenKind::Open } else { TokenKind::Close };
        let closes = token.kind == if is_forward { TokenKind::Close } else { TokenKind::Open };
        let is_end = token.kind == TokenKind::Newline || ends.contains(&token.text(at.text));
        if depth == 0 && (closes || is_end) {
            return Some(reached);
        }
        depth += i64::from(opens) - i64::from(closes);
        reached = next;
    }
}

/// `c ? a : b`, `a if c else b`
fn choice(at: &Stopped<'_>, sign: usize) -> Rewritten {
    let is_question = is(at, sign, "?");
    let middle = if is_question { ":" } else { "else" };
    let first = edge(at, sign, &["=", ",", "|>", "return"], false)?;
    let turn = edge(at, sign, &[middle, ",", "then"], true)? + 1;
    if first >= sign || !is(at, turn, middle) {
        return None;
    }
    let last = edge(at, turn, &[",", "|>"], true)?;
    let (one, two, three) =
        (text(at, first, sign - 1)?, text(at, sign + 1, turn - 1)?, text(at, turn + 1, last)?);
    let (condition, then) = if is_question { (one, two) } else { (two, one) };
    let choice = format!("if {condition} then {then} else {three}");
    let is_part = first.checked_sub(1).is_none_or(|before| !is(at, before, "="));
    between(at, first, last, if is_part { format!("({choice})") } else { choice })
}

/// `f = lambda x, y: x + y`
fn lambda(at: &Stopped<'_>, word: usize) -> Rewritten {
    if word != 2 || !is(at, 1, "=") {
        return None;
    }
    let colon = (word..at.tokens.len()).find(|&token| is(at, token, ":"))?;
    let last = last(at).filter(|&last| last > colon)?;
    let parameters = if colon > word + 1 { text(at, word + 1, colon - 1)? } else { "" };
    let written = format!("fn {}({parameters}) = {}", text(at, 0, 0)?, text(at, colon + 1, last)?);
    between(at, 0, last, written)
}

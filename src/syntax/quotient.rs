//! `7 // 2`: elsewhere a whole quotient, elsewhere a comment, and here neither. Which one was meant is told from what
//! stands around it, and the quotient is written as it is here.

use super::tokens::{Token, TokenKind};

/// Whether `//` behind a token divides by what follows: a number or a name that was met before, and then no more words.
/// `next` are the two tokens that follow on its line.
pub fn divides(text: &str, before: Option<Token>, at: usize, next: &[Token]) -> bool {
    let is_value = |token: Token| match token.kind {
        TokenKind::Number | TokenKind::Name => true,
        TokenKind::Close => token.text(text) != "}",
        _ => false,
    };
    let Some(before) = before.filter(|token| is_value(*token)) else { return false };
    let Some((first, rest)) = next.split_first() else { return false };
    let ends = rest.first().is_none_or(|second| {
        let operator = second.kind == TokenKind::Operator && second.text(text) != ".";
        operator || matches!(second.kind, TokenKind::Close | TokenKind::Separator | TokenKind::Newline)
    });
    let is_known = || {
        let earlier = text.get(..at).unwrap_or("");
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        earlier.split(|c| !is_part(c)).any(|word| word == first.text(text))
    };
    let divisor = first.kind == TokenKind::Number || first.kind == TokenKind::Name && is_known();
    ends && divisor && before.end as usize <= at
}

/// The tokens of `a * b // c` around its sign: the product before and the factor after.
pub fn operands(text: &str, tokens: &[Token], sign: usize) -> Option<(usize, usize)> {
    let mut first = factor_before(text, tokens, sign)?;
    while let Some(before) = first.checked_sub(1)
        && matches!(tokens.get(before)?.text(text), "*" | "/" | "@" | "·" | "⊙")
        && let Some(more) = factor_before(text, tokens, before)
    {
        first = more;
    }
    Some((first, factor_after(text, tokens, sign)?))
}

/// The first token of the factor that ends before a place: a name, a number, a call, a group.
fn factor_before(text: &str, tokens: &[Token], end: usize) -> Option<usize> {
    let mut at = end.checked_sub(1)?;
    loop {
        let token = tokens.get(at)?;
        match token.kind {
            TokenKind::Close => {
                let mut open = 0;
                let start = (0..=at).rev().find(|&one| {
                    open += depth(tokens, one);
                    open == 0
                })?;
                let call = start.checked_sub(1).filter(|&name| touches(tokens, name));
                match call.filter(|&name| tokens.get(name).is_some_and(|one| one.kind == TokenKind::Name)) {
                    Some(name) => at = name,
                    None => return Some(start),
                }
            }
            TokenKind::Name | TokenKind::Number => {
                let point =
                    at.checked_sub(1).filter(|&one| tokens.get(one).is_some_and(|one| one.text(text) == "."));
                match point.and_then(|point| point.checked_sub(1)) {
                    Some(object) => at = object,
                    None => return Some(at),
                }
            }
            _ => return None,
        }
    }
}

/// The last token of the factor that begins after a place.
fn factor_after(text: &str, tokens: &[Token], sign: usize) -> Option<usize> {
    let mut at = sign + 1;
    tokens.get(at).filter(|token| matches!(token.kind, TokenKind::Name | TokenKind::Number))?;
    loop {
        let next = tokens.get(at + 1);
        if next.is_some_and(|next| next.text(text) == ".") && tokens.get(at + 2).is_some() {
            at += 2;
        } else if next.is_some_and(|next| next.kind == TokenKind::Open) && touches(tokens, at) {
            let mut open = 0;
            at = (at + 1..tokens.len()).find(|&one| {
                open += depth(tokens, one);
                open == 0
            })?;
        } else {
            return Some(at);
        }
    }
}

fn depth(tokens: &[Token], at: usize) -> i64 {
    tokens.get(at).map_or(0, |token| match token.kind {
        TokenKind::Open => 1,
        TokenKind::Close => -1,
        _ => 0,
    })
}

/// Whether a token stands right before the next.
fn touches(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).zip(tokens.get(at + 1)).is_some_and(|(one, next)| one.end == next.start)
}

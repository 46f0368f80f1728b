//! What is read off the text because the tree does not keep it: signs, brackets around expressions, blank lines.
//!
//! Called by the printers of this room.

use crate::base::{Source, Span};
use crate::syntax::cut::is_comment;
use crate::syntax::keywords::is_keyword;
use crate::syntax::tokens::{Token, TokenKind, tokens};

/// Which of two twins is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signs {
    /// Each as it stands.
    #[default]
    Kept,
    /// `@ != <= >= -> <- .T sqrt`
    Ascii,
    /// `· ≠ ≤ ≥ → ← ᵀ`; `sqrt(x)` and `√x` stay as they stand.
    Unicode,
}

/// ASCII, Unicode. `*` and `-` stay in both: `⊙` and `−` only have a twin to be read as.
const TWINS: &[(&str, &str)] =
    &[("@", "·"), ("@=", "·="), ("!=", "≠"), ("<=", "≤"), (">=", "≥"), ("->", "→"), ("<-", "←"), (".T", "ᵀ")];
/// Unicode signs that are written only because somebody likes them.
const ONLY_ASCII: &[(&str, &str)] =
    &[("*", "⊙"), ("*=", "⊙="), ("-", "−"), ("-=", "−="), ("@", "⋅"), ("@=", "⋅=")];

impl Signs {
    /// The sign in place of the one that was written.
    pub fn of(self, written: &str) -> &str {
        let known = |table: &'static [(&str, &str)],
                     other: fn(&(&'static str, &'static str)) -> [&'static str; 2]| {
            table.iter().map(other).find(|[from, _]| *from == written).map(|[_, to]| to)
        };
        match self {
            Signs::Kept => written,
            Signs::Ascii => known(TWINS, |pair| [pair.1, pair.0])
                .or_else(|| known(ONLY_ASCII, |pair| [pair.1, pair.0]))
                .unwrap_or(written),
            Signs::Unicode => known(TWINS, |pair| [pair.0, pair.1]).unwrap_or(written),
        }
    }
}

/// The tokens of a text with their brackets paired.
pub struct Written<'a> {
    pub source: &'a Source,
    tokens: Vec<Token>,
    /// For an opening bracket the closing one.
    partner: Vec<usize>,
    /// Whether the bracket around a token makes line ends meaningless.
    joined: Vec<bool>,
}

impl<'a> Written<'a> {
    pub fn new(source: &'a Source) -> Written<'a> {
        let tokens = tokens(&source.text);
        let mut partner = vec![usize::MAX; tokens.len()];
        let mut joined = Vec::with_capacity(tokens.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if token.kind == TokenKind::Close
                && let Some(slot) = open.pop().and_then(|opener| partner.get_mut(opener))
            {
                *slot = at;
            }
            let around = open.last().and_then(|&opener| tokens.get(opener));
            joined.push(around.is_some_and(|opener| opener.text(&source.text) != "{"));
            if token.kind == TokenKind::Open {
                open.push(at);
            }
        }
        Written { source, tokens, partner, joined }
    }

    pub fn slice(&self, span: Span) -> &'a str {
        self.source.slice(span)
    }

    pub fn between(&self, from: u32, to: u32) -> &'a str {
        self.source.text.get(from as usize..to as usize).unwrap_or("")
    }

    pub fn same_line(&self, from: u32, to: u32) -> bool {
        !self.between(from, to).contains('\n')
    }

    /// The first token from a place on.
    fn from(&self, place: u32) -> usize {
        self.tokens.partition_point(|token| token.start < place)
    }

    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text(&self.source.text))
    }

    fn is_blank(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Newline || is_comment(token.kind))
    }

    /// The sign after a place: `+=`, `<-`.
    pub fn sign_after(&self, place: u32) -> &'a str {
        let mut at = self.from(place);
        while self.is_blank(at) {
            at += 1;
        }
        self.text(at)
    }

    /// The sign before a place, brackets left out: `->`.
    pub fn sign_before(&self, place: u32) -> &'a str {
        let mut at = self.from(place);
        while let Some(before) = at.checked_sub(1) {
            at = before;
            if !self.is_blank(at) && self.text(at) != "(" {
                return self.text(at);
            }
        }
        ""
    }

    /// Whether an empty line stands before a place.
    pub fn blank_before(&self, place: u32) -> bool {
        let at = self.from(place);
        let is_line_end = |back: usize| {
            let token = at.checked_sub(back).and_then(|at| self.tokens.get(at));
            token.is_some_and(|token| token.kind == TokenKind::Newline)
        };
        is_line_end(1) && is_line_end(2)
    }

    /// Whether an expression was written in round brackets of its own.
    pub fn in_brackets(&self, span: Span) -> bool {
        let after = self.from(span.end);
        let mut at = self.from(span.start);
        while let Some(before) = at.checked_sub(1) {
            at = before;
            if self.is_blank(at) {
                continue;
            }
            if self.text(at) != "(" {
                return false;
            }
            let close = self.partner.get(at).copied().unwrap_or(usize::MAX);
            let only_closes = || (after..close).all(|at| self.text(at) == ")" || self.is_blank(at));
            if close != usize::MAX && close >= after && only_closes() && !self.is_call(at) {
                return true;
            }
        }
        false
    }

    /// Whether the round bracket belongs to the value before it.
    fn is_call(&self, opener: usize) -> bool {
        let joined = self.joined.get(opener).copied().unwrap_or_default();
        let mut at = opener;
        loop {
            let Some(before) = at.checked_sub(1) else { return false };
            at = before;
            if !self.is_blank(at) {
                break;
            }
            if !joined {
                return false;
            }
        }
        let Some(token) = self.tokens.get(at) else { return false };
        match token.kind {
            TokenKind::Name | TokenKind::Number | TokenKind::Text | TokenKind::Close => true,
            TokenKind::Operator => matches!(self.text(at), "²" | "³" | "ᵀ"),
            TokenKind::Keyword => {
                let takes_value = matches!(
                    self.text(at),
                    "if" | "then" | "else" | "and" | "or" | "not" | "in" | "on" | "while" | "train" | "as"
                );
                !takes_value || at.checked_sub(1).is_some_and(|before| self.text(before) == ".")
            }
            TokenKind::Comment
            | TokenKind::DocComment
            | TokenKind::UnfinishedText
            | TokenKind::Open
            | TokenKind::Separator
            | TokenKind::Newline
            | TokenKind::Foreign
            | TokenKind::Error => false,
        }
    }
}

/// Whether a name stands alone only in brackets: a declaring word used as a name.
pub fn is_word(name: &str) -> bool {
    is_keyword(name)
}

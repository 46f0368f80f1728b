//! Texts: escapes, doubled braces, values put in.

use pest::iterators::Pair;

use super::Built;
use crate::syntax::Rule;
use crate::syntax::recover::Reader;
use crate::syntax::tree::{ExprKind, TextPart};

impl Reader<'_> {
    pub(super) fn text(&mut self, pair: Pair<'_, Rule>) -> Built {
        let span = self.at(&pair);
        let (parts, depth) = self.text_parts(pair);
        self.node(span, ExprKind::Text(parts), depth)
    }

    /// The parts of a text, neighbouring literals joined, and how deep its values are.
    pub(super) fn text_parts(&mut self, pair: Pair<'_, Rule>) -> (Vec<TextPart>, usize) {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut deepest = 0;
        for piece in pair.into_inner() {
            match piece.as_rule() {
                Rule::literal => literal.push_str(piece.as_str()),
                Rule::escape => literal.push(escaped(piece.as_str())),
                Rule::brace_pair => literal.extend(piece.as_str().chars().next()),
                Rule::interpolation => {
                    if !literal.is_empty() {
                        parts.push(TextPart::Literal(std::mem::take(&mut literal)));
                    }
                    let (value, depth) = self.interpolation(piece);
                    deepest = deepest.max(depth);
                    parts.push(value);
                }
                // The quotes.
                _ => {}
            }
        }
        if !literal.is_empty() {
            parts.push(TextPart::Literal(literal));
        }
        (parts, deepest)
    }

    /// `{l:.4}`
    fn interpolation(&mut self, pair: Pair<'_, Rule>) -> (TextPart, usize) {
        let mut built = None;
        let mut format = None;
        for part in pair.into_inner() {
            if part.as_rule() == Rule::expr {
                built = Some(self.expr(part));
            } else if part.as_rule() == Rule::format {
                format = Some(part.as_str().trim_start_matches(':').trim().to_string());
            }
        }
        let built = built.unwrap_or_else(|| Built { expr: self.missing(), depth: 1 });
        (TextPart::Value { expr: built.expr, format }, built.depth)
    }
}

fn escaped(escape: &str) -> char {
    match escape.chars().nth(1) {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some(other) => other,
        None => '\\',
    }
}

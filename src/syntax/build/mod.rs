//! From what the grammar matched to the tree.
//!
//! The other half of [`Reader`](super::recover::Reader): it numbers expressions, keeps spans, bounds the depth of
//! the tree, and reports what the grammar cannot say (unknown types, chained comparisons). It makes no decision
//! about meaning.

mod expr;
mod operators;
mod stmt;
mod text;

use pest::iterators::Pair;

use super::Rule;
use super::limits::MAX_DEPTH;
use super::problem::Problem;
use super::recover::Reader;
use super::tree::{Expr, ExprId, ExprKind, Ident};
use crate::base::Span;

/// An expression and how deep its tree is.
pub(super) struct Built {
    pub expr: Expr,
    pub depth: usize,
}

impl Reader<'_> {
    /// Where a match stands in the source.
    pub(super) fn at(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let end = self.cut.source.text.len();
        let place = |offset: usize| (self.base + offset).min(end);
        Span::new(self.cut.source.id, place(span.start()), place(self.trimmed_end(pair)))
    }

    /// The end of a match without the spaces after its last part.
    fn trimmed_end(&self, pair: &Pair<'_, Rule>) -> usize {
        pair.as_span().start() + pair.as_str().trim_end().len()
    }

    pub(super) fn ident(&self, pair: &Pair<'_, Rule>) -> Ident {
        Ident { name: pair.as_str().trim_end().to_string(), span: self.at(pair) }
    }

    pub(super) fn next_id(&mut self) -> ExprId {
        let id = ExprId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        id
    }

    /// A new node over parts of at most the given depth.
    pub(super) fn node(&mut self, span: Span, kind: ExprKind, depth: usize) -> Built {
        let id = self.next_id();
        if depth < MAX_DEPTH {
            return Built { expr: Expr { id, span, kind }, depth: depth + 1 };
        }
        if !self.deep {
            self.deep = true;
            let span = span.at_end();
            self.problems.push(Problem::TooDeep { span, limit: MAX_DEPTH });
        }
        Built { expr: Expr { id, span, kind: ExprKind::Error }, depth: 1 }
    }
}

//! Two values that are each what the other should be.

use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};
use crate::elaborate::Value;

/// `expected` is what the first should be, `why` says the order.
pub fn swapped(one: (&Value, Span), other: (&Value, Span), expected: &str, why: &str) -> Diagnostic {
    let turned = vec![
        Change::Replace { span: one.1, pieces: vec![Piece::Source(other.1)] },
        Change::Replace { span: other.1, pieces: vec![Piece::Source(one.1)] },
    ];
    let headline = format!("expected {expected}, found {}: the two look swapped", one.0.kind());
    Diagnostic::error(Slug::TypeMismatch, one.1, headline)
        .here(format!("this is {}", one.0.kind()))
        .label(other.1, format!("and this {}", other.0.kind()))
        .note(why)
        .try_fix(Candidate::all("the other way round", turned))
}

//! Texts with interpolations.

use super::Elaborator;
use super::value::Value;
use crate::syntax::tree::TextPart;

/// A piece of a text that a run completes.
#[derive(Clone, Debug)]
pub enum TextPiece {
    Literal(String),
    /// The value and its format, `.4`.
    Value(Value, Option<String>),
}

impl Elaborator {
    pub(super) fn text(&mut self, parts: &[TextPart]) -> Value {
        let pieces: Vec<TextPiece> = parts
            .iter()
            .map(|part| match part {
                TextPart::Literal(text) => TextPiece::Literal(text.clone()),
                TextPart::Value { expr, format } => TextPiece::Value(self.expr(expr), format.clone()),
            })
            .collect();
        match pieces.as_slice() {
            [] => Value::Text("".into()),
            [TextPiece::Literal(text)] => Value::Text(text.as_str().into()),
            _ => Value::Template(pieces.into()),
        }
    }
}

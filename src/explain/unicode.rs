//! Formulas as plain text with the signs of mathematics.

use super::notation::{Level, Notation, Piece};
use super::source::Source;
use super::term::Id;
use super::write::Writer;
use crate::graph::Attribute;
use crate::types::Shape;

pub struct Unicode;

impl Notation for Unicode {
    fn name(&self, text: &str) -> String {
        text.to_string()
    }

    fn signs(&self) -> &'static [&'static str; 13] {
        &[" + ", " − ", " · ", " ⊙ ", " · ", " = ", " ≠ ", " < ", " ≤ ", " > ", " ≥ ", " ∧ ", " ∨ "]
    }

    fn minus(&self, text: &str) -> String {
        format!("−{text}")
    }

    fn power(&self, base: Piece, exponent: Piece) -> Piece {
        let sign = match exponent.text.as_str() {
            "2" => Some("²"),
            "3" => Some("³"),
            "4" => Some("⁴"),
            _ => None,
        };
        let base = self.within(base, Level::Atom);
        let text = match sign {
            Some(sign) => format!("{base}{sign}"),
            None => format!("{base}^{}", self.within(exponent, Level::Atom)),
        };
        Piece::new(text, Level::Power)
    }

    fn root(&self, inside: Piece) -> Piece {
        let plain = inside.level == Level::Atom && inside.text.chars().all(char::is_alphanumeric);
        Piece::atom(if plain { format!("√{}", inside.text) } else { format!("√({})", inside.text) })
    }

    fn transpose(&self, inside: Piece) -> Piece {
        Piece::new(format!("{}ᵀ", self.within(inside, Level::Atom)), Level::Power)
    }

    fn call(&self, name: &str, arguments: &[String]) -> Piece {
        match (name, arguments) {
            ("abs", [x]) => Piece::atom(format!("|{x}|")),
            ("norm", [x]) => Piece::atom(format!("‖{x}‖")),
            ("log1p", [x]) => Piece::atom(format!("log(1 + {x})")),
            ("expm1", [x]) => Piece::new(format!("exp({x}) − 1"), Level::Sum),
            ("not", [x]) => Piece::atom(format!("¬{x}")),
            _ => Piece::atom(format!("{name}({})", arguments.join(", "))),
        }
    }

    fn indicator(&self, condition: &str) -> Piece {
        Piece::atom(format!("[{condition}]"))
    }

    fn slice(&self, inside: &str, part: &str) -> Piece {
        Piece::atom(format!("{inside}{part}"))
    }

    fn other(
        &self,
        writer: &Writer<'_>,
        name: &str,
        attributes: &[Attribute],
        inputs: &[Id],
        id: Id,
    ) -> Piece {
        match (name, inputs) {
            ("stop_gradient" | "_repeat", &[x]) => writer.piece(x),
            ("_pad", &[x]) => Piece::atom(format!("pad({})", writer.text(x))),
            ("_reshape", &[x]) => {
                let shape = &writer.terms.ty(id).shape;
                Piece::atom(format!("reshape({}, {shape})", writer.text(x)))
            }
            ("eye", []) => Piece::atom(self.identity()),
            _ => Source.other(writer, name, attributes, inputs, id),
        }
    }

    fn fill(&self, writer: &Writer<'_>, inside: Id, shape: &Shape) -> Piece {
        match writer.terms.number(inside) {
            Some(1.0) => Piece::atom(format!("ones{shape}").replace('[', "(").replace(']', ")")),
            Some(_) | None => writer.piece(inside),
        }
    }
}

//! Formulas as MathML, which browsers draw.

use super::notation::{Level, Notation, Piece, stem_and_index};
use super::partial::partial;
use super::term::Id;
use super::write::Writer;
use crate::types::Shape;

pub struct Mathml;

impl Notation for Mathml {
    fn name(&self, text: &str) -> String {
        let Some(found) = partial(text) else { return symbol(text) };
        let times = |base: String, count: usize| match count {
            0 | 1 => base,
            count => format!("<msup>{}<mn>{count}</mn></msup>", row(&base)),
        };
        let above = times("<mo>∂</mo>".to_string(), found.order) + &symbol(found.of);
        let below = found.by.iter().map(|(name, count)| format!("<mo>∂</mo>{}", times(symbol(name), *count)));
        let fraction = format!("<mfrac>{}{}</mfrac>", row(&above), row(&below.collect::<String>()));
        let along = found.along.map_or(String::new(), |along| format!("<mo>·</mo>{}", symbol(along)));
        fraction + &along
    }

    fn number(&self, digits: &str) -> String {
        match digits.split_once('e') {
            Some((mantissa, exponent)) => {
                let power = format!("<msup><mn>10</mn><mn>{}</mn></msup>", exponent.replace('-', "−"));
                if mantissa == "1" { power } else { format!("<mn>{mantissa}</mn><mo>·</mo>{power}") }
            }
            None => format!("<mn>{}</mn>", if digits == "inf" { "∞" } else { digits }),
        }
    }

    fn signs(&self) -> &'static [&'static str; 13] {
        &[
            "<mo>+</mo>",
            "<mo>−</mo>",
            "<mspace width=\"0.17em\"/>",
            "<mo>⊙</mo>",
            "<mo>·</mo>",
            "<mo>=</mo>",
            "<mo>≠</mo>",
            "<mo>&lt;</mo>",
            "<mo>≤</mo>",
            "<mo>&gt;</mo>",
            "<mo>≥</mo>",
            "<mo>∧</mo>",
            "<mo>∨</mo>",
        ]
    }

    fn minus(&self, text: &str) -> String {
        format!("<mo form=\"prefix\">−</mo>{text}")
    }

    fn group(&self, text: &str) -> String {
        row(&format!("<mo>(</mo>{text}<mo>)</mo>"))
    }

    fn quotient(&self, above: Piece, below: Piece) -> Piece {
        Piece::new(format!("<mfrac>{}{}</mfrac>", row(&above.text), row(&below.text)), Level::Power)
    }

    fn power(&self, base: Piece, exponent: Piece) -> Piece {
        let base = row(&self.within(base, Level::Atom));
        Piece::new(format!("<msup>{base}{}</msup>", row(&exponent.text)), Level::Power)
    }

    fn root(&self, inside: Piece) -> Piece {
        Piece::atom(format!("<msqrt>{}</msqrt>", inside.text))
    }

    fn transpose(&self, inside: Piece) -> Piece {
        let base = row(&self.within(inside, Level::Atom));
        Piece::new(format!("<msup>{base}<mi>⊤</mi></msup>"), Level::Power)
    }

    fn call(&self, name: &str, arguments: &[String]) -> Piece {
        let inside = arguments.join("<mo>,</mo>");
        match (name, arguments) {
            ("abs", [x]) => Piece::atom(row(&format!("<mo>|</mo>{x}<mo>|</mo>"))),
            ("norm", [x]) => Piece::atom(row(&format!("<mo>‖</mo>{x}<mo>‖</mo>"))),
            ("exp", [x]) => Piece::new(format!("<msup><mi>e</mi>{}</msup>", row(x)), Level::Power),
            ("expm1", [x]) => {
                Piece::new(format!("<msup><mi>e</mi>{}</msup><mo>−</mo><mn>1</mn>", row(x)), Level::Sum)
            }
            ("log1p", [x]) => function("ln", &format!("<mn>1</mn><mo>+</mo>{x}")),
            ("not", [x]) => Piece::atom(format!("<mo>¬</mo>{x}")),
            ("log", _) => function("ln", &inside),
            ("sigmoid", _) => function("σ", &inside),
            ("sigmoid'", _) => function("σ′", &inside),
            ("tanh'", _) => function("tanh′", &inside),
            _ => function(name, &inside),
        }
    }

    fn choice(&self, cases: &[(String, String)], otherwise: &str) -> Piece {
        let line = |value: &str, when: &str| {
            format!(
                "<mtr><mtd style=\"text-align:left\">{value}</mtd><mtd style=\"text-align:left\">{when}</mtd></mtr>"
            )
        };
        let cases = cases
            .iter()
            .map(|(condition, value)| line(value, &format!("<mtext>if&#160;</mtext>{condition}")));
        let lines = cases.collect::<String>() + &line(otherwise, "<mtext>else</mtext>");
        // A border in place of a brace: that grows only in fonts that were made for mathematics.
        let brace =
            "border-collapse:separate;border-left:1.5px solid;border-radius:.6em 0 0 .6em;padding-left:.2em";
        Piece::atom(row(&format!("<mtable style=\"{brace}\">{lines}</mtable>")))
    }

    fn indicator(&self, condition: &str) -> Piece {
        Piece::atom(row(&format!("<mo>[</mo>{condition}<mo>]</mo>")))
    }

    fn size(&self, text: &str) -> Piece {
        Piece::atom(format!("<mi>{text}</mi>"))
    }

    fn pi(&self) -> &'static str {
        "<mi>π</mi>"
    }

    fn identity(&self) -> &'static str {
        "<mi>I</mi>"
    }

    fn slice(&self, inside: &str, part: &str) -> Piece {
        Piece::new(format!("<msub>{}<mtext>{part}</mtext></msub>", row(inside)), Level::Power)
    }

    fn fill(&self, writer: &Writer<'_>, inside: Id, _shape: &Shape) -> Piece {
        match writer.terms.number(inside) {
            Some(1.0) => Piece::atom("<mn mathvariant=\"bold\">1</mn>"),
            Some(_) | None => writer.piece(inside),
        }
    }
}

fn row(text: &str) -> String {
    format!("<mrow>{text}</mrow>")
}

fn function(name: &str, inside: &str) -> Piece {
    Piece::atom(row(&format!("<mi>{name}</mi><mo>(</mo>{inside}<mo>)</mo>")))
}

/// A name with its index below the line.
fn symbol(text: &str) -> String {
    let (stem, index) = stem_and_index(text);
    // Letters with a hat are not among the slanted ones.
    let letter = match stem {
        "ŷ" => Some("y"),
        "p̂" => Some("p"),
        _ => None,
    };
    let hat =
        |letter| format!("<mover accent=\"true\"><mi>{letter}</mi><mo stretchy=\"false\">^</mo></mover>");
    let body = letter.map_or_else(|| format!("<mi>{stem}</mi>"), hat);
    if index.is_empty() { body } else { format!("<msub>{body}<mtext>{index}</mtext></msub>") }
}

//! Formulas as LaTeX.

use super::notation::{Level, Notation, Piece, stem_and_index};
use super::partial::partial;
use super::term::Id;
use super::write::Writer;
use crate::types::Shape;

pub struct Latex;

impl Notation for Latex {
    fn name(&self, text: &str) -> String {
        if let Some(found) = partial(text) {
            let times = |count: usize| if count > 1 { format!("^{count}") } else { String::new() };
            let below = found.by.iter().map(|(name, count)| {
                let name = symbol(name);
                let inside = if *count > 1 { format!("{{{name}}}") } else { name };
                format!("\\partial {inside}{}", times(*count))
            });
            let below = below.collect::<Vec<_>>().join(" \\, ");
            let along = found.along.map_or(String::new(), |along| format!(" \\cdot {}", symbol(along)));
            let above = format!("\\partial{} {}", times(found.order), symbol(found.of));
            return format!("\\frac{{{above}}}{{{below}}}{along}");
        }
        symbol(text)
    }

    fn number(&self, digits: &str) -> String {
        match digits.split_once('e') {
            Some(("1", exponent)) => format!("10^{{{exponent}}}"),
            Some((mantissa, exponent)) => format!("{mantissa} \\cdot 10^{{{exponent}}}"),
            None if digits == "inf" => "\\infty".to_string(),
            None => digits.to_string(),
        }
    }

    fn signs(&self) -> &'static [&'static str; 13] {
        &[
            " + ", " - ", " \\, ", " \\odot ", " \\cdot ", " = ", " \\neq ", " < ", " \\leq ", " > ",
            " \\geq ", " \\land ", " \\lor ",
        ]
    }

    fn minus(&self, text: &str) -> String {
        format!("-{text}")
    }

    fn group(&self, text: &str) -> String {
        format!("\\left({text}\\right)")
    }

    fn quotient(&self, above: Piece, below: Piece) -> Piece {
        Piece::new(format!("\\frac{{{}}}{{{}}}", above.text, below.text), Level::Power)
    }

    fn power(&self, base: Piece, exponent: Piece) -> Piece {
        Piece::new(format!("{}^{{{}}}", self.within(base, Level::Atom), exponent.text), Level::Power)
    }

    fn root(&self, inside: Piece) -> Piece {
        Piece::atom(format!("\\sqrt{{{}}}", inside.text))
    }

    fn transpose(&self, inside: Piece) -> Piece {
        Piece::new(format!("{}^{{\\top}}", self.within(inside, Level::Atom)), Level::Power)
    }

    fn call(&self, name: &str, arguments: &[String]) -> Piece {
        let inside = arguments.join(", ");
        match (name, arguments) {
            ("abs", [x]) => Piece::atom(format!("\\left|{x}\\right|")),
            ("norm", [x]) => Piece::atom(format!("\\left\\lVert {x}\\right\\rVert")),
            ("exp", [x]) => Piece::new(format!("e^{{{x}}}"), Level::Power),
            ("expm1", [x]) => Piece::new(format!("e^{{{x}}} - 1"), Level::Sum),
            ("log1p", [x]) => Piece::atom(format!("\\ln\\left(1 + {x}\\right)")),
            ("not", [x]) => Piece::atom(format!("\\lnot {x}")),
            ("log", _) => Piece::atom(format!("\\ln\\left({inside}\\right)")),
            ("sigmoid", _) => Piece::atom(format!("\\sigma\\left({inside}\\right)")),
            ("sigmoid'", _) => Piece::atom(format!("\\sigma'\\left({inside}\\right)")),
            ("tanh" | "sin" | "cos" | "sinh" | "cosh" | "tan" | "max" | "min", _) => {
                Piece::atom(format!("\\{name}\\left({inside}\\right)"))
            }
            ("tanh'", _) => Piece::atom(format!("\\tanh'\\left({inside}\\right)")),
            _ => Piece::atom(format!("\\operatorname{{{}}}\\left({inside}\\right)", escaped(name))),
        }
    }

    fn choice(&self, cases: &[(String, String)], otherwise: &str) -> Piece {
        let cases =
            cases.iter().map(|(condition, value)| format!("{value} & \\text{{if }} {condition} \\\\ "));
        let cases: String = cases.collect();
        Piece::atom(format!("\\begin{{cases}} {cases}{otherwise} & \\text{{else}} \\end{{cases}}"))
    }

    fn indicator(&self, condition: &str) -> Piece {
        Piece::atom(format!("\\left[{condition}\\right]"))
    }

    fn size(&self, text: &str) -> Piece {
        let level = if text.contains(' ') { Level::Sum } else { Level::Atom };
        Piece::new(text.replace('*', "\\,"), level)
    }

    fn pi(&self) -> &'static str {
        "\\pi"
    }

    fn stack(&self, _name: &str, parts: &[String]) -> Piece {
        Piece::atom(format!("\\begin{{bmatrix}} {} \\end{{bmatrix}}", parts.join(" \\\\ ")))
    }

    fn slice(&self, inside: &str, part: &str) -> Piece {
        let part = part.trim_matches(['[', ']']);
        Piece::new(format!("{{{inside}}}_{{[{part}]}}"), Level::Power)
    }

    fn fill(&self, writer: &Writer<'_>, inside: Id, _shape: &Shape) -> Piece {
        match writer.terms.number(inside) {
            Some(1.0) => Piece::atom("\\mathbf{1}"),
            Some(_) | None => writer.piece(inside),
        }
    }
}

/// A name with its index below the line.
fn symbol(text: &str) -> String {
    let (stem, index) = stem_and_index(text);
    let body = match stem {
        "ŷ" => "\\hat{y}".to_string(),
        "p̂" => "\\hat{p}".to_string(),
        one if one.chars().count() == 1 => one.to_string(),
        many => format!("\\mathit{{{}}}", escaped(many)),
    };
    match index.chars().all(|c| c.is_ascii_digit()) {
        _ if index.is_empty() => body,
        true => format!("{body}_{{{index}}}"),
        false => format!("{body}_{{\\text{{{}}}}}", escaped(&index)),
    }
}

fn escaped(text: &str) -> String {
    text.replace('_', "\\_")
}

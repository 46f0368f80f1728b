//! Formulas as LaTeX.

use super::partial::partial;
use super::term::Id;
use super::write::{Level, Notation, Piece, Sign, Writer, within};
use crate::graph::Attribute;
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

    fn sign(&self, sign: Sign) -> &'static str {
        match sign {
            Sign::Plus => " + ",
            Sign::Minus => " - ",
            Sign::Times => " \\, ",
            Sign::MatMul => " \\cdot ",
            Sign::Hadamard => " \\odot ",
            Sign::Equal => " = ",
            Sign::NotEqual => " \\neq ",
            Sign::Less => " < ",
            Sign::LessEqual => " \\leq ",
            Sign::Greater => " > ",
            Sign::GreaterEqual => " \\geq ",
            Sign::And => " \\land ",
            Sign::Or => " \\lor ",
        }
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
        Piece::new(format!("{}^{{{}}}", within(self, base, Level::Atom), exponent.text), Level::Power)
    }

    fn root(&self, inside: Piece) -> Piece {
        Piece::atom(format!("\\sqrt{{{}}}", inside.text))
    }

    fn transpose(&self, inside: Piece) -> Piece {
        Piece::new(format!("{}^{{\\top}}", within(self, inside, Level::Atom)), Level::Power)
    }

    fn call(&self, name: &str, arguments: &[String]) -> Piece {
        let inside = arguments.join(", ");
        match (name, arguments) {
            ("abs", [x]) => Piece::atom(format!("\\left|{x}\\right|")),
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

    fn choice(&self, condition: &str, a: &str, b: &str) -> Piece {
        let cases = format!(
            "\\begin{{cases}} {a} & \\text{{if }} {condition} \\\\ {b} & \\text{{else}} \\end{{cases}}"
        );
        Piece::atom(cases)
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

    fn other(
        &self,
        writer: &Writer<'_>,
        name: &str,
        attributes: &[Attribute],
        inputs: &[Id],
        _id: Id,
    ) -> Piece {
        match (name, inputs) {
            ("stop_gradient" | "_repeat", &[x]) => writer.piece(x),
            ("_slice", &[x]) => {
                let part = super::source::slice_text(attributes);
                let part = part.trim_matches(['[', ']']);
                Piece::new(format!("{{{}}}_{{[{part}]}}", writer.at(x, Level::Atom)), Level::Power)
            }
            ("eye", []) => Piece::atom("I"),
            ("_stack" | "concat", _) => {
                let rows: Vec<String> = inputs.iter().map(|input| writer.text(*input)).collect();
                Piece::atom(format!("\\begin{{bmatrix}} {} \\end{{bmatrix}}", rows.join(" \\\\ ")))
            }
            ("_pad" | "_reshape", &[x]) => self.call(name.trim_start_matches('_'), &[writer.text(x)]),
            _ => {
                let texts: Vec<String> = inputs.iter().map(|input| writer.text(*input)).collect();
                self.call(name.trim_start_matches('_'), &texts)
            }
        }
    }

    fn fill(&self, writer: &Writer<'_>, inside: Id, _shape: &Shape) -> Piece {
        match writer.terms.number(inside) {
            Some(1.0) => Piece::atom("\\mathbf{1}"),
            Some(_) | None => writer.piece(inside),
        }
    }
}

/// A name with its digits or what follows `_` below the line.
fn symbol(text: &str) -> String {
    let (stem, index) = match text.split_once('_') {
        Some((stem, index)) if !stem.is_empty() => (stem, index),
        Some(_) | None => {
            let stem = text.trim_end_matches(|c: char| c.is_ascii_digit() || is_subscript(c));
            if stem.is_empty() { (text, "") } else { (stem, &text[stem.len()..]) }
        }
    };
    let body = match stem {
        "ŷ" => "\\hat{y}".to_string(),
        "p̂" => "\\hat{p}".to_string(),
        one if one.chars().count() == 1 => one.to_string(),
        many => format!("\\mathit{{{}}}", escaped(many)),
    };
    let index: String = index.chars().map(plain_digit).collect();
    match index.chars().all(|c| c.is_ascii_digit()) {
        _ if index.is_empty() => body,
        true => format!("{body}_{{{index}}}"),
        false => format!("{body}_{{\\text{{{}}}}}", escaped(&index)),
    }
}

fn is_subscript(c: char) -> bool {
    ('₀'..='₉').contains(&c)
}

fn plain_digit(c: char) -> char {
    if is_subscript(c) { char::from(b'0' + (c as u32 - '₀' as u32) as u8) } else { c }
}

fn escaped(text: &str) -> String {
    text.replace('_', "\\_")
}

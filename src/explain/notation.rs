//! What a notation is: names, numbers and signs, and how pieces of text are put together.

use super::source;
use super::term::Id;
use super::write::Writer;
use crate::graph::Attribute;
use crate::types::Shape;

/// How formulas are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Unicode,
    Latex,
    Mathml,
    /// Source text of the language.
    Source,
}

/// How tightly a piece of text holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Choice,
    Sum,
    /// A product of matrices, which shows its parentheses among other products.
    MatMul,
    Product,
    Power,
    Atom,
}

#[derive(Clone, Debug)]
pub struct Piece {
    pub text: String,
    pub level: Level,
}

impl Piece {
    pub fn new(text: impl Into<String>, level: Level) -> Piece {
        Piece { text: text.into(), level }
    }

    pub fn atom(text: impl Into<String>) -> Piece {
        Piece::new(text, Level::Atom)
    }
}

/// The signs between two things, in the order in which notations list theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Plus,
    Minus,
    /// A number times something.
    Times,
    /// Elementwise.
    Hadamard,
    MatMul,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}

/// One way to write formulas. What is not said otherwise is written as in plain text.
pub trait Notation {
    fn name(&self, text: &str) -> String;
    /// One for each [`Sign`].
    fn signs(&self) -> &'static [&'static str; 13];
    fn minus(&self, text: &str) -> String;
    fn power(&self, base: Piece, exponent: Piece) -> Piece;
    fn root(&self, inside: Piece) -> Piece;
    fn transpose(&self, inside: Piece) -> Piece;
    fn call(&self, name: &str, arguments: &[String]) -> Piece;
    /// A condition as a number.
    fn indicator(&self, condition: &str) -> Piece;
    /// A part of a value: `x[1:3]`.
    fn slice(&self, inside: &str, part: &str) -> Piece;
    fn fill(&self, writer: &Writer<'_>, inside: Id, shape: &Shape) -> Piece;

    fn sign(&self, sign: Sign) -> &'static str {
        self.signs()[sign as usize]
    }

    fn number(&self, digits: &str) -> String {
        digits.to_string()
    }

    fn group(&self, text: &str) -> String {
        format!("({text})")
    }

    fn quotient(&self, above: Piece, below: Piece) -> Piece {
        let (above, below) = (self.within(above, Level::Product), self.within(below, Level::Power));
        Piece::new(format!("{above} / {below}"), Level::Product)
    }

    /// The value of the first condition that holds, or what is else.
    fn choice(&self, cases: &[(String, String)], otherwise: &str) -> Piece {
        let cases = cases.iter().map(|(condition, value)| format!("if {condition} then {value} else "));
        Piece::new(cases.collect::<String>() + otherwise, Level::Choice)
    }

    fn size(&self, text: &str) -> Piece {
        let level = if text.contains(' ') { Level::Sum } else { Level::Atom };
        Piece::new(text, level)
    }

    fn pi(&self) -> &'static str {
        "π"
    }

    /// Parts under each other.
    fn stack(&self, name: &str, parts: &[String]) -> Piece {
        self.call(name.trim_start_matches('_'), parts)
    }

    fn identity(&self) -> &'static str {
        "I"
    }

    /// What has no notation of its own: slices, concatenations.
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
            ("_slice", &[x]) => self.slice(&writer.at(x, Level::Atom), &source::slice_text(attributes)),
            ("eye", []) => Piece::atom(self.identity()),
            ("_stack" | "concat", _) => self.stack(name, &writer.texts(inputs)),
            _ => self.call(name.trim_start_matches('_'), &writer.texts(inputs)),
        }
    }

    /// Parentheses around what holds together less tightly than needed.
    fn within(&self, piece: Piece, least: Level) -> String {
        if piece.level < least { self.group(&piece.text) } else { piece.text }
    }
}

/// `W` and `1` of `W1`, `W` and `hidden` of `W_hidden`: a name, and what stands below the line.
pub fn stem_and_index(text: &str) -> (&str, String) {
    let (stem, index) = match text.split_once('_') {
        Some((stem, index)) if !stem.is_empty() => (stem, index),
        Some(_) | None => {
            let stem = text.trim_end_matches(|c: char| c.is_ascii_digit() || ('₀'..='₉').contains(&c));
            if stem.is_empty() { (text, "") } else { (stem, &text[stem.len()..]) }
        }
    };
    let plain = |c: char| match c {
        '₀'..='₉' => char::from(b'0' + (c as u32 - '₀' as u32) as u8),
        c => c,
    };
    (stem, index.chars().map(plain).collect())
}

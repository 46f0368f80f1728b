//! Formulas as source text of the language, which reads back and means the same.

use super::notation::{Level, Notation, Piece};
use super::partial::partial;
use super::term::Id;
use super::write::Writer;
use crate::graph::Attribute;
use crate::types::{Shape, Size};

pub struct Source;

impl Notation for Source {
    /// `∂L/∂W1` is `dL_dW1`.
    fn name(&self, text: &str) -> String {
        let Some(found) = partial(text) else { return text.to_string() };
        let times = |count: usize| if count > 1 { count.to_string() } else { String::new() };
        let by = found.by.iter().map(|(name, count)| format!("_d{name}{}", times(*count)));
        let along = found.along.map_or(String::new(), |along| format!("_{along}"));
        format!("d{}{}{}{along}", times(found.order), found.of, by.collect::<String>())
    }

    fn number(&self, digits: &str) -> String {
        match digits {
            "inf" => "∞".to_string(),
            digits => digits.to_string(),
        }
    }

    fn signs(&self) -> &'static [&'static str; 13] {
        &[" + ", " - ", " * ", " * ", " · ", " == ", " != ", " < ", " <= ", " > ", " >= ", " and ", " or "]
    }

    fn minus(&self, text: &str) -> String {
        format!("-{text}")
    }

    fn power(&self, base: Piece, exponent: Piece) -> Piece {
        let text = format!("{}^{}", self.within(base, Level::Atom), self.within(exponent, Level::Atom));
        Piece::new(text, Level::Power)
    }

    fn root(&self, inside: Piece) -> Piece {
        Piece::atom(format!("sqrt({})", inside.text))
    }

    fn transpose(&self, inside: Piece) -> Piece {
        Piece::atom(format!("{}.T", self.within(inside, Level::Atom)))
    }

    fn call(&self, name: &str, arguments: &[String]) -> Piece {
        match (name, arguments) {
            ("not", [x]) => Piece::atom(format!("(not {x})")),
            _ => Piece::atom(format!("{name}({})", arguments.join(", "))),
        }
    }

    fn indicator(&self, condition: &str) -> Piece {
        Piece::atom(format!("({condition})"))
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
        let ty = writer.terms.ty(id);
        let texts = writer.texts(inputs);
        let source = inputs.first().map(|input| writer.terms.ty(*input).shape.clone()).unwrap_or_default();
        match (name, inputs, attributes) {
            ("_slice", &[x], _) => self.slice(&writer.at(x, Level::Atom), &slice_text(attributes)),
            (
                "_pad",
                &[_],
                [
                    Attribute::Index(axis),
                    Attribute::Size(before),
                    Attribute::Size(after),
                    Attribute::Flag(grow),
                ],
            ) => padded(&texts[0], &source, *axis, (before, after), *grow),
            ("_repeat", &[x], [Attribute::Index(axis), Attribute::Size(size)]) => {
                let x = writer.at(x, Level::Atom);
                match axis {
                    0 => Piece::new(format!("ones({size}) · {x}.T"), Level::Product),
                    _ => Piece::new(format!("{x} · ones({size}).T"), Level::Product),
                }
            }
            ("_reshape", &[x], _) => {
                let inside = writer.at(x, Level::Atom);
                let turned = if source.rank() >= 2 { format!("{inside}.T") } else { inside };
                let reversed = Shape(ty.shape.0.iter().rev().cloned().collect());
                let text = format!("reshape({turned}, {reversed})");
                Piece::atom(if ty.shape.rank() >= 2 { format!("{text}.T") } else { text })
            }
            ("_stack", _, _) => Piece::atom(format!("[{}]", texts.join(", "))),
            ("concat", _, [Attribute::Index(1)]) => {
                Piece::atom(format!("concat({}, axis = columns)", texts.join(", ")))
            }
            ("concat", _, _) => Piece::atom(format!("concat({})", texts.join(", "))),
            ("one_hot", &[_], [Attribute::Size(classes)]) => {
                Piece::atom(format!("one_hot({}, {classes})", texts.join(", ")))
            }
            ("range" | "eye", [], [Attribute::Size(len)]) => Piece::atom(format!("{name}({len})")),
            _ => Piece::atom(format!("{}({})", name.trim_start_matches('_'), texts.join(", "))),
        }
    }

    fn fill(&self, writer: &Writer<'_>, inside: Id, shape: &Shape) -> Piece {
        if writer.terms.ty(inside).shape == *shape {
            return writer.piece(inside);
        }
        match writer.terms.number(inside) {
            Some(0.0) => Piece::atom(format!("zeros({})", dims(shape))),
            Some(1.0) => Piece::atom(format!("ones({})", dims(shape))),
            Some(_) | None => {
                let text = format!("{} * ones({})", writer.at(inside, Level::Product), dims(shape));
                Piece::new(text, Level::Product)
            }
        }
    }
}

fn dims(shape: &Shape) -> String {
    shape.0.iter().map(Size::to_string).collect::<Vec<_>>().join(", ")
}

/// `[2]`, `[1:3]`, `[:, 0]`
pub(super) fn slice_text(attributes: &[Attribute]) -> String {
    let [Attribute::Index(axis), Attribute::Size(from), Attribute::Size(to), Attribute::Flag(drop)] =
        attributes
    else {
        return String::new();
    };
    let part = if *drop { from.to_string() } else { format!("{from}:{to}") };
    format!("[{}{part}]", ":, ".repeat(*axis))
}

/// A value between zeros; `grow` makes it an item of a new axis first.
fn padded(inside: &str, source: &Shape, axis: usize, (before, after): (&Size, &Size), grow: bool) -> Piece {
    let across: Vec<String> = source
        .0
        .iter()
        .enumerate()
        .filter(|(at, _)| grow || *at != axis)
        .map(|(_, d)| d.to_string())
        .collect();
    let zeros = |count: &Size| {
        let mut sizes = across.clone();
        sizes.insert(axis.min(sizes.len()), count.to_string());
        format!("zeros({})", sizes.join(", "))
    };
    let inside = match (grow, source.rank(), axis) {
        (true, 1, 0) => format!("({inside}).T"),
        (true, 1, _) => format!("reshape({inside}, [{}, 1])", across.join(", ")),
        (_, _, _) => inside.to_string(),
    };
    let mut parts = Vec::new();
    if *before != Size::Known(0) {
        parts.push(zeros(before));
    }
    parts.push(inside);
    if *after != Size::Known(0) {
        parts.push(zeros(after));
    }
    if parts.len() == 1 && source.rank() == 0 {
        return Piece::atom(format!("reshape({}, [1])", parts.concat()));
    }
    let axis = if axis == 1 { ", axis = columns" } else { "" };
    Piece::atom(format!("concat({}{axis})", parts.join(", ")))
}

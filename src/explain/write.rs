//! Terms as text: the walk that is the same in all notations. What a notation is stands in `notation`, the notations in
//! `unicode`, `latex`, `mathml` and `source`.

use std::collections::HashMap;

use super::constant::{Digits, is_square, shortest, written};
use super::entry::Numbers;
pub use super::notation::{Format, Level, Notation, Piece, Sign};
use super::term::{Id, Term, Terms};
use super::{latex, mathml, source, unicode};
use crate::graph::{Attribute, Real};
use crate::tensor::Axis;

pub struct Writer<'t> {
    pub terms: &'t Terms,
    pub notation: &'static dyn Notation,
    pub format: Format,
    renamed: &'t HashMap<String, String>,
    /// A name that runs over the batch, for its count.
    pub batched: Option<String>,
    /// Numbers in place of names: one entry of the formula.
    pub numbers: Option<Numbers<'t>>,
}

impl<'t> Writer<'t> {
    pub fn new(terms: &'t Terms, format: Format, renamed: &'t HashMap<String, String>) -> Writer<'t> {
        let notation: &'static dyn Notation = match format {
            Format::Unicode => &unicode::Unicode,
            Format::Latex => &latex::Latex,
            Format::Mathml => &mathml::Mathml,
            Format::Source => &source::Source,
        };
        Writer { terms, notation, format, renamed, batched: None, numbers: None }
    }

    pub fn text(&self, id: Id) -> String {
        self.piece(id).text
    }

    pub fn texts(&self, ids: &[Id]) -> Vec<String> {
        ids.iter().map(|id| self.text(*id)).collect()
    }

    pub fn at(&self, id: Id, least: Level) -> String {
        self.notation.within(self.piece(id), least)
    }

    pub fn piece(&self, id: Id) -> Piece {
        if let Some(numbers) = &self.numbers
            && let Some(piece) = self.entry(numbers, id)
        {
            return piece;
        }
        match self.terms.term(id) {
            Term::Name(name) => {
                Piece::atom(self.notation.name(self.renamed.get(&**name).map_or(&**name, String::as_str)))
            }
            Term::Number(Real(value)) => self.monomial(*value, &[]),
            Term::Size(size) => self.notation.size(&size.to_string()),
            Term::Count(_) => match &self.batched {
                Some(name) if self.format == Format::Source => {
                    self.notation.call("batch_count", std::slice::from_ref(name))
                }
                Some(_) | None => Piece::atom(self.notation.name("B")),
            },
            Term::Sum(terms) => match terms.as_slice() {
                [(factor, term)] => self.scaled(factor.0, *term),
                _ => self.sum(terms),
            },
            Term::Product(factors) => self.monomial(1.0, factors),
            Term::Apply(name, attributes, inputs) => self.applied(id, name, attributes, inputs),
            Term::Fill(inside) => self.notation.fill(self, *inside, &self.terms.ty(id).shape),
        }
    }

    fn scaled(&self, factor: f64, term: Id) -> Piece {
        let monomial = self.terms.monomial(term);
        self.monomial(factor * monomial.factor, &monomial.bases)
    }

    fn sum(&self, terms: &[(Real, Id)]) -> Piece {
        // A term that is added comes first if there is one.
        let first = terms.iter().position(|(factor, _)| factor.0 > 0.0).unwrap_or(0);
        let order = std::iter::once(first).chain((0..terms.len()).filter(|at| *at != first));
        let mut text = String::new();
        for (place, at) in order.enumerate() {
            let Some((factor, term)) = terms.get(at) else { continue };
            let piece = self.scaled(factor.0.abs(), *term);
            if self.numbers.is_some() && factor.0 > 0.0 && piece.level >= Level::Sum {
                self.append(&mut text, &piece.text);
                continue;
            }
            let body = self.notation.within(piece, Level::MatMul);
            match (place, factor.0 < 0.0) {
                (0, false) => text.push_str(&body),
                (0, true) => text.push_str(&self.notation.minus(&body)),
                (_, true) => text = format!("{text}{}{body}", self.notation.sign(Sign::Minus)),
                (_, false) => text = format!("{text}{}{body}", self.notation.sign(Sign::Plus)),
            }
        }
        Piece::new(text, Level::Sum)
    }

    /// A number times powers: the numbers first, as one fraction, then the vectors and matrices.
    fn monomial(&self, factor: f64, bases: &[(Id, i32)]) -> Piece {
        let number = written(factor.abs());
        // A minus goes into a difference: −(t − p) is p − t, −sum(t − p) is sum(p − t).
        let flip = bases
            .iter()
            .filter(|(base, power)| factor < 0.0 && *power == 2 && self.is_difference(*base))
            .map(|(base, _)| *base)
            .next_back();
        let (scalars, tensors): (Vec<_>, Vec<_>) = bases
            .iter()
            .copied()
            .partition(|(base, _)| self.numbers.is_some() || self.terms.is_scalar(*base));
        let number_above: Vec<Piece> = number.above.iter().map(|digits| self.digits(digits)).collect();
        let number_below: Vec<Piece> = number.below.iter().map(|digits| self.digits(digits)).collect();
        let side = |bases: &[(Id, i32)], above: bool| -> Vec<Piece> {
            let chosen = bases.iter().filter(|(_, power)| (*power > 0) == above);
            chosen
                .map(|(base, power)| match Some(*base) == flip {
                    true => self.flipped(*base),
                    false => self.powered(*base, power.abs()),
                })
                .collect()
        };
        let scalars_above = [number_above, side(&scalars, true)].concat();
        let scalars_below = [number_below, side(&scalars, false)].concat();
        let (above, below) = (side(&tensors, true), side(&tensors, false));
        let body = self.fraction_of(scalars_above, scalars_below, above, below);
        if factor < 0.0 && flip.is_none() {
            let inside = self.notation.within(body, Level::MatMul);
            return Piece::new(self.notation.minus(&inside), Level::Sum);
        }
        body
    }

    /// A difference, or a sum or mean of one.
    fn is_difference(&self, id: Id) -> bool {
        match self.terms.term(id) {
            Term::Sum(terms) => terms.len() > 1 && terms.iter().any(|(factor, _)| factor.0 < 0.0),
            Term::Apply("sum" | "mean" | "batch_sum" | "batch_mean", _, inputs) => {
                let is_sum = |id: &Id| self.terms.as_sum(*id).is_some();
                self.numbers.is_none() && inputs.iter().all(|id| is_sum(id) && self.is_difference(*id))
            }
            _ => false,
        }
    }

    /// The same with the other sign.
    fn flipped(&self, id: Id) -> Piece {
        match self.terms.term(id) {
            Term::Sum(terms) => {
                let terms: Vec<(Real, Id)> =
                    terms.iter().map(|(factor, term)| (Real(-factor.0), *term)).collect();
                self.sum(&terms)
            }
            Term::Apply(name, attributes, inputs) => {
                let inside = inputs.iter().map(|input| self.flipped(*input).text).collect();
                self.reduced(name, attributes, inside)
            }
            _ => self.piece(id),
        }
    }

    /// A sum, mean or extreme of everything, or along an axis.
    fn reduced(&self, name: &str, attributes: &[Attribute], inside: Vec<String>) -> Piece {
        let mut arguments = inside;
        if let [Attribute::Axis(Axis::Only(axis))] = attributes {
            arguments.push(axis_text(self.format, *axis));
        }
        self.notation.call(name.trim_start_matches('_'), &arguments)
    }

    fn fraction_of(
        &self,
        scalars_above: Vec<Piece>,
        scalars_below: Vec<Piece>,
        above: Vec<Piece>,
        below: Vec<Piece>,
    ) -> Piece {
        let one = || Piece::atom(self.notation.number("1"));
        let quotient = |above: Piece, below: Vec<Piece>, sign: Sign| match below.is_empty() {
            true => above,
            false => self.notation.quotient(above, self.joined(below, sign)),
        };
        if above.is_empty() && below.is_empty() {
            let top = if scalars_above.is_empty() { one() } else { self.joined(scalars_above, Sign::Times) };
            return quotient(top, scalars_below, Sign::Times);
        }
        if above.is_empty() {
            let top = if scalars_above.is_empty() { one() } else { self.joined(scalars_above, Sign::Times) };
            let below = [scalars_below, vec![self.joined(below, Sign::Hadamard)]].concat();
            return self.notation.quotient(top, self.joined(below, Sign::Times));
        }
        let body = self.joined(above, Sign::Hadamard);
        if scalars_above.is_empty() {
            let below = match below.is_empty() {
                true => scalars_below,
                false => [scalars_below, vec![self.joined(below, Sign::Hadamard)]].concat(),
            };
            return quotient(body, below, Sign::Times);
        }
        let front = quotient(self.joined(scalars_above, Sign::Times), scalars_below, Sign::Times);
        let body = quotient(body, below, Sign::Hadamard);
        let front = self.notation.within(front, Level::Product);
        let body = self.notation.within(body, Level::MatMul);
        Piece::new(format!("{front}{}{body}", self.notation.sign(Sign::Times)), Level::Product)
    }

    fn joined(&self, pieces: Vec<Piece>, sign: Sign) -> Piece {
        let mut pieces = pieces;
        if pieces.len() == 1 {
            return pieces.remove(0);
        }
        // Two numbers beside each other would be read as one.
        let sign = if self.numbers.is_some() && sign == Sign::Times { Sign::MatMul } else { sign };
        let separator = self.notation.sign(sign);
        let last = pieces.len();
        let texts: Vec<String> = pieces
            .into_iter()
            .enumerate()
            .map(|(at, piece)| {
                // Products associate to the left: only the first factor may be a product itself.
                let least = if at == 0 && last > 1 { Level::Product } else { Level::Power };
                self.notation.within(piece, least)
            })
            .collect();
        Piece::new(texts.join(separator), Level::Product)
    }

    fn digits(&self, digits: &Digits) -> Piece {
        match digits {
            Digits::Plain(text) => Piece::atom(self.notation.number(text)),
            Digits::Root(n) if is_square(*n) => {
                Piece::atom(self.notation.number(&shortest(f64::from(*n).sqrt())))
            }
            Digits::Root(n) => self.notation.root(Piece::atom(self.notation.number(&n.to_string()))),
            Digits::RootOf(n, below) => {
                let below = match &**below {
                    Digits::RootPi(m) => self.times_pi(*m),
                    Digits::Root(m) | Digits::Log(m) => Piece::atom(self.notation.number(&m.to_string())),
                    other => self.digits(other),
                };
                let n = Piece::atom(self.notation.number(&n.to_string()));
                self.notation.root(self.notation.quotient(n, below))
            }
            Digits::Log(n) => self.notation.call("log", &[self.notation.number(&n.to_string())]),
            Digits::Pi(n) => self.times_pi(*n),
            Digits::RootPi(n) => self.notation.root(self.times_pi(*n)),
        }
    }

    fn times_pi(&self, n: u32) -> Piece {
        let pi = Piece::atom(self.notation.pi());
        if n == 1 {
            return pi;
        }
        self.joined(vec![Piece::atom(self.notation.number(&n.to_string())), pi], Sign::Times)
    }

    /// `x` of `√(sum(x²))`, which is its norm.
    fn normed(&self, base: Id) -> Option<Id> {
        let (name, attributes, inputs) = self.terms.as_apply(base)?;
        let (&[square], "sum", [Attribute::Axis(Axis::All)]) = (inputs, name, attributes) else {
            return None;
        };
        let Term::Product(bases) = self.terms.term(square) else { return None };
        let &[(x, 4)] = bases.as_slice() else { return None };
        (self.numbers.is_none() && self.terms.ty(x).shape.rank() == 1).then_some(x)
    }

    fn powered(&self, base: Id, twice: i32) -> Piece {
        if let Some(x) = self.normed(base).filter(|_| twice == 1) {
            return self.notation.call("norm", &[self.text(x)]);
        }
        let piece = self.piece(base);
        match twice {
            1 => self.notation.root(piece),
            2 => piece,
            _ if twice % 2 == 0 => {
                let exponent = Piece::atom(self.notation.number(&(twice / 2).to_string()));
                self.notation.power(piece, exponent)
            }
            _ => {
                let exponent = Piece::atom(self.notation.number(&format!("{}.5", twice / 2)));
                self.notation.power(piece, exponent)
            }
        }
    }

    fn applied(&self, id: Id, name: &str, attributes: &[Attribute], inputs: &[Id]) -> Piece {
        if let (Some(sign), &[a, b]) = (comparison(name), inputs) {
            let text = self.condition_text(sign, a, b);
            return self.notation.indicator(&text);
        }
        match (name, inputs) {
            ("matmul", &[a, b]) => {
                let left = self.piece(a);
                let least = if left.level == Level::MatMul { Level::MatMul } else { Level::Power };
                let left = self.notation.within(left, least);
                let text = format!("{left}{}{}", self.notation.sign(Sign::MatMul), self.at(b, Level::Power));
                Piece::new(text, Level::MatMul)
            }
            ("transpose", &[x]) => self.notation.transpose(self.piece(x)),
            ("power", &[a, b]) => self.notation.power(self.piece(a), self.piece(b)),
            ("select", &[_, _, _]) => self.choice(id),
            ("sum" | "mean" | "_max" | "_min" | "argmax", &[x]) => {
                self.reduced(name, attributes, vec![self.text(x)])
            }
            ("log_softmax", &[z]) => {
                match self.terms.find("softmax", z).filter(|found| self.terms.is_name(*found)) {
                    Some(probabilities) => self.notation.call("log", &[self.text(probabilities)]),
                    None => self.notation.call(name, &[self.text(z)]),
                }
            }
            _ if attributes.is_empty() && !name.starts_with('_') && name != "stop_gradient" => {
                let texts = self.texts(inputs);
                match name {
                    "sigmoid'" | "tanh'" if self.format == Format::Source => self.slope(name, inputs),
                    _ => self.notation.call(name, &texts),
                }
            }
            _ => self.notation.other(self, name, attributes, inputs, id),
        }
    }

    /// A choice, and those that stand where its condition does not hold.
    fn choice(&self, id: Id) -> Piece {
        let mut cases = Vec::new();
        let mut rest = id;
        while let Some(&[condition, value, otherwise]) = self.terms.applied(rest, "select") {
            cases.push((self.condition(condition), self.text(value)));
            rest = otherwise;
        }
        self.notation.choice(&cases, &self.text(rest))
    }

    /// The derivative of a function, spelled out by its value.
    fn slope(&self, name: &str, inputs: &[Id]) -> Piece {
        let Some(&z) = inputs.first() else { return Piece::atom("0") };
        let function = name.trim_end_matches('\'');
        let value = match self.terms.find(if function == "tanh" { "tanh" } else { "sigmoid" }, z) {
            Some(found) => self.at(found, Level::Power),
            None => format!("{function}({})", self.text(z)),
        };
        match function {
            "tanh" => Piece::new(format!("1 - {value}^2"), Level::Sum),
            _ => Piece::new(format!("{value} * (1 - {value})"), Level::Product),
        }
    }

    /// A condition where one is expected.
    pub fn condition(&self, id: Id) -> String {
        if let Term::Apply(name, _, inputs) = self.terms.term(id)
            && let (Some(sign), &[a, b]) = (comparison(name), inputs.as_slice())
        {
            return self.condition_text(sign, a, b);
        }
        self.text(id)
    }

    fn condition_text(&self, sign: Sign, a: Id, b: Id) -> String {
        let is_joined = matches!(sign, Sign::And | Sign::Or);
        let side = |id: Id| match self.terms.as_apply(id).and_then(|(name, ..)| comparison(name)) {
            Some(_) if is_joined => self.condition(id),
            Some(_) | None => self.at(self.terms.bare(id), Level::Sum),
        };
        format!("{}{}{}", side(a), self.notation.sign(sign), side(b))
    }
}

fn comparison(name: &str) -> Option<Sign> {
    Some(match name {
        "equal" => Sign::Equal,
        "not_equal" => Sign::NotEqual,
        "less" => Sign::Less,
        "less_equal" => Sign::LessEqual,
        "greater" => Sign::Greater,
        "greater_equal" => Sign::GreaterEqual,
        "and" => Sign::And,
        "or" => Sign::Or,
        _ => return None,
    })
}

/// `axis = rows`
fn axis_text(format: Format, axis: usize) -> String {
    let word = if axis == 0 { "rows" } else { "columns" };
    match format {
        Format::Unicode | Format::Source => format!("axis = {word}"),
        Format::Latex => format!("\\text{{{word}}}"),
        Format::Mathml => format!("<mtext>{word}</mtext>"),
    }
}

//! Names that are neither declared nor operators: constants, arrays, gradients, and the actions of a script.

use super::arguments::Given;
use super::value::Value;
use super::words::{CONSTANTS, FUNCTIONS, WordRow};
use super::{Elaborator, method, problem};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::graph::{Constant, Distribution, Leaf};
use crate::ops;
use crate::tensor::Axis;
use crate::types::{Shape, Size, TensorType};

/// What a script does: calls that only statements may contain, done by whoever walks them.
pub const ACTIONS: &[&str] = &[
    "print",
    "show",
    "evaluate",
    "predict",
    "save",
    "load",
    "batches",
    "assert",
    "derive",
    "trace",
    "check_gradients",
    "assert_gradient",
    "plot",
];

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let words = |rows: &'static [WordRow]| rows.iter().map(|row| row.name);
    words(FUNCTIONS)
        .chain(ACTIONS.iter().copied())
        .chain(words(CONSTANTS))
        .chain(method::METHODS.iter().map(|row| row.name))
}

pub(super) fn find(name: &str) -> Option<Value> {
    if let Some(row) = method::row(name) {
        return Some(Value::builtin(row.name));
    }
    match name {
        "π" | "pi" => return Some(Value::Number(std::f64::consts::PI)),
        "∞" | "inf" => return Some(Value::Number(f64::INFINITY)),
        "rows" => return Some(Value::Axis(Axis::Only(0))),
        "columns" => return Some(Value::Axis(Axis::Only(1))),
        "∇" => return Some(Value::builtin("grad")),
        _ => {}
    }
    let functions = FUNCTIONS.iter().map(|row| row.name);
    functions.chain(ACTIONS.iter().copied()).find(|known| *known == name).map(Value::builtin)
}

impl Elaborator {
    pub(super) fn call_builtin(&mut self, name: &'static str, given: &[Given], span: Span) -> Value {
        if let Some(row) = method::row(name) {
            return self.method_call(row, given);
        }
        if name == "grad" {
            return self.gradient_call(given, span);
        }
        let given = &super::arguments::known(given);
        match name {
            "zeros" | "ones" => self.filled(f64::from(u8::from(name == "ones")), given, span),
            "random_uniform" => self.random(Distribution::Uniform, given, span),
            "random_normal" => self.random(Distribution::Normal, given, span),
            "random_like" => self.random_like(given, span),
            "count" => self.count(given, span),
            "batch_count" => self.batch_count(given, span),
            "load" => self.load(given, span),
            _ => {
                self.report(problem::not_here(span, format!("`{name}` is a statement of the script")));
                Value::Unknown
            }
        }
    }

    /// The sizes in the arguments, or the shape that an initializer fills.
    pub(super) fn shape_argument(&mut self, given: &[Given]) -> Option<Shape> {
        if let [Given { value: Value::Shape(shape), .. }] = given {
            return Some(shape.clone());
        }
        if let [Given { value: value @ Value::List(_), span, .. }] = given {
            return self.shape_of(value, *span);
        }
        let mut dims = Vec::new();
        for argument in given {
            dims.extend(self.shape_of(&argument.value, argument.span)?.0);
        }
        Some(Shape(dims))
    }

    fn filled(&mut self, number: f64, given: &[Given], span: Span) -> Value {
        let Some(shape) = self.shape_argument(given) else { return Value::Unknown };
        if self.too_large(&shape, span) {
            return Value::Unknown;
        }
        let node = self.graph.constant(number);
        let ty = TensorType::plain(shape);
        self.graph.apply(ops::expand_to(ty), &[node]).map_or(Value::Unknown, Value::Node)
    }

    /// Refuses a literal shape that no memory holds.
    pub(super) fn too_large(&mut self, shape: &Shape, span: Span) -> bool {
        let fits = shape.len().is_some_and(|len| len.known().is_none_or(|n| n <= 1 << 33));
        if !fits {
            self.report(problem::limit(span, format!("`{shape}` is too large for memory")));
        }
        !fits
    }

    /// `random_uniform(n, m)` in `[0, 1)`; `random_uniform(shape, -a, a)` between bounds;
    /// `random_normal(shape, mean, deviation)`.
    fn random(&mut self, distribution: Distribution, given: &[Given], span: Span) -> Value {
        let (sizes, moments) = match given {
            [first @ Given { value: Value::Shape(_) | Value::List(_), .. }, rest @ ..] => {
                (std::slice::from_ref(first), rest)
            }
            all => (all, [].as_slice()),
        };
        let Some(shape) = self.shape_argument(sizes) else { return Value::Unknown };
        if self.too_large(&shape, span) {
            return Value::Unknown;
        }
        let name = self.stream_name(span);
        let leaf = Leaf::Random { name: name.as_str().into(), distribution };
        let node = Value::Node(self.graph.leaf(leaf, TensorType::plain(shape)));
        let [a, b] = moments else {
            if !moments.is_empty() {
                self.report(problem::missing_argument("random", "the second bound", span, None));
                return Value::Unknown;
            }
            return node;
        };
        use crate::syntax::tree::BinaryOp::{Add, Multiply, Subtract};
        let (a, b) = ((a.value.clone(), a.span), (b.value.clone(), b.span));
        let (start, scale) = match distribution {
            Distribution::Uniform => (a.clone(), (self.binary(Subtract, span, b, a), span)),
            Distribution::Normal => (a, b),
        };
        let scaled = self.binary(Multiply, span, scale, (node, span));
        self.binary(Add, span, start, (scaled, span))
    }

    /// Even random numbers in `[0, 1)` of the type of a value, its batch included: independent for each example.
    fn random_like(&mut self, given: &[Given], span: Span) -> Value {
        let [argument] = given else {
            self.report(problem::missing_argument("random_like", "x", span, None));
            return Value::Unknown;
        };
        let Some(node) = self.node_of(&argument.value, argument.span) else { return Value::Unknown };
        let ty = self.graph.ty(node).clone();
        let name = self.stream_name(span);
        let leaf = Leaf::Random { name: name.as_str().into(), distribution: Distribution::Uniform };
        Value::Node(self.graph.leaf(leaf, ty))
    }

    /// How many numbers one example has, or how many items a list.
    fn count(&mut self, given: &[Given], span: Span) -> Value {
        let [argument, rest @ ..] = given else {
            self.report(problem::missing_argument("count", "x", span, None));
            return Value::Unknown;
        };
        let Some(node) = self.node_of(&argument.value, argument.span) else { return Value::Unknown };
        let shape = self.graph.ty(node).shape.clone();
        let size = match rest {
            [] => shape.len(),
            [Given { value: Value::Axis(Axis::Only(axis)), .. }] => shape.0.get(*axis).cloned(),
            [other, ..] => {
                self.report(problem::kind(other.span, "`rows` or `columns`", &other.value));
                return Value::Unknown;
            }
        };
        size.map_or(Value::Unknown, Value::Int)
    }

    /// How many examples the batch has that a value runs over; 1 if it runs over none.
    fn batch_count(&mut self, given: &[Given], span: Span) -> Value {
        let [argument] = given else {
            self.report(problem::missing_argument("batch_count", "x", span, None));
            return Value::Unknown;
        };
        let Some(node) = self.node_of(&argument.value, argument.span) else { return Value::Unknown };
        match self.graph.ty(node).batch {
            Some(batch) => Value::Node(self.graph.leaf(Leaf::BatchCount(batch), TensorType::number())),
            None => Value::Int(Size::Known(1)),
        }
    }

    /// `load("w.npy")`: an array that the session has read; `outputs = columns` turns a matrix of weights around.
    fn load(&mut self, given: &[Given], span: Span) -> Value {
        let [Given { value: Value::Text(path), span: path_span, .. }, options @ ..] = given else {
            if !given.iter().any(|argument| argument.value.is_unknown()) {
                self.report(problem::missing_argument("load", "path", span, None));
            }
            return Value::Unknown;
        };
        let Some(outputs) = self.outputs_option(options) else { return Value::Unknown };
        match self.loaded.get(&**path).cloned() {
            Some(mut constant) => {
                if let (Some(Axis::Only(1)), [rows, columns]) = (outputs, constant.shape.as_slice()) {
                    let (rows, columns) = (*rows, *columns);
                    let values = crate::elaborate::turned(&constant.values, rows);
                    constant = Constant { shape: vec![columns, rows], values }.into();
                }
                let ty = TensorType::plain(Shape::known(&constant.shape));
                Value::Node(self.graph.leaf(Leaf::Tensor(constant), ty))
            }
            None => {
                let headline = format!("`{path}` cannot be read as an array");
                self.report(Diagnostic::error(Slug::File, *path_span, headline).here("not loaded"));
                Value::Unknown
            }
        }
    }

    /// `outputs = rows` or `columns`: along which axis of a matrix of weights in a file its outputs lie. `None` after
    /// a report.
    pub fn outputs_option(&mut self, options: &[Given]) -> Option<Option<Axis>> {
        self.reject_unknown("load", options, ["outputs"].into_iter())?;
        match options {
            [] => Some(None),
            [Given { name: Some(_), value: Value::Axis(axis), .. }] => Some(Some(*axis)),
            [Given { name: Some(_), value, span }] => {
                self.report(problem::kind(*span, "`rows` or `columns`", value));
                None
            }
            [extra, ..] => {
                self.report(problem::too_many_arguments("load", 1, 1 + options.len(), extra.span));
                None
            }
        }
    }
}

/// The numbers of a matrix with so many rows, stored column by column, as those of its transpose.
pub fn turned<T: Copy>(values: &[T], rows: usize) -> Vec<T> {
    (0..rows).flat_map(|row| values.iter().skip(row).step_by(rows.max(1)).copied()).collect()
}

/// A matrix from a file of which the shape does not say which side is which.
pub fn unknown_layout(span: Span, which: &str) -> Diagnostic {
    Diagnostic::warning(
        Slug::LayoutUnknown,
        span,
        format!("{which}: the shape of a square matrix does not say whether its outputs are rows or columns"),
    )
    .here("rows or columns?")
    .note("in `W · x` the outputs are the rows, as PyTorch stores them; Keras and NumPy code mostly has them as columns")
    .fix("the outputs are the rows", span.at_end(), ", outputs = rows")
    .fix("the outputs are the columns: turn it around", span.at_end(), ", outputs = columns")
}

//! Models: their parameters, where they are kept, and calls of them.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::arguments::{Binding, Given};
use super::call::join;
use super::elaborator::Definition;
use super::scope::{Frame, Owner};
use super::value::{FunctionValue, Parameters, Target, Value};
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::graph::{Leaf, NodeId, Operation, SlotId};
use crate::ops;
use crate::syntax::tree::{Expr, ExprKind, Function, FunctionKind, Ident, TypeExpr, TypeExprKind};
use crate::types::{Shape, Size, TensorType};

/// A model of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId(pub usize);

/// A parameter or state that a model keeps.
#[derive(Clone, Debug)]
pub struct Stored {
    /// `net.hidden.W`
    pub name: String,
    /// Holds its present value.
    pub slot: SlotId,
    pub shape: Vec<usize>,
    /// A parameter; otherwise a state.
    pub is_parameter: bool,
    /// Its first value; taken by whoever makes it.
    pub init: Option<NodeId>,
    pub span: Span,
    /// Where the script asks for it: its declaration, or the use of the layer that declares it.
    pub place: Span,
}

/// A row of a model's summary.
#[derive(Clone, Debug)]
pub struct LayerRow {
    pub layer: String,
    pub output: Shape,
    /// Arithmetic operations that one example takes.
    pub operations: usize,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub name: String,
    pub function: Arc<Function>,
    /// By path within the model: `hidden.W`.
    pub stored: IndexMap<String, Stored>,
    pub inputs: Vec<Shape>,
    pub output: Shape,
    /// Arithmetic operations that one example takes.
    pub operations: usize,
    /// By path: `net.dense1`.
    pub rows: IndexMap<String, LayerRow>,
}

impl Model {
    /// `model net: [4] -> [3]`
    pub fn signature(&self) -> String {
        let inputs: Vec<String> = self.inputs.iter().map(Shape::to_string).collect();
        format!("model {}: {} -> {}", self.name, inputs.join(", "), self.output)
    }

    /// The parameters under a path; all for the empty one.
    pub fn parameters(&self, part: &str) -> impl Iterator<Item = (&String, &Stored)> {
        let part = part.to_string();
        self.stored.iter().filter(move |(key, stored)| stored.is_parameter && is_under(key, &part))
    }

    /// How many numbers there are under each path; under the empty one all.
    pub fn parameter_counts(&self) -> HashMap<&str, usize> {
        let mut counts = HashMap::new();
        for (key, stored) in self.parameters("") {
            let ends = key.match_indices('.').map(|(at, _)| at).chain([0, key.len()]);
            for end in ends {
                *counts.entry(&key[..end]).or_default() += stored.shape.iter().product::<usize>();
            }
        }
        counts
    }

    pub fn parameter_count(&self) -> usize {
        self.parameters("").map(|(_, stored)| stored.shape.iter().product::<usize>()).sum()
    }
}

/// Whether a path is, or lies under, another.
pub(super) fn is_under(key: &str, part: &str) -> bool {
    part.is_empty() || key == part || key.strip_prefix(part).is_some_and(|rest| rest.starts_with('.'))
}

impl Elaborator {
    /// Declares a model: all sizes must be known; its parameters get slots, their first values nodes.
    pub(super) fn declare_model(&mut self, function: &Arc<Function>) -> Option<Definition> {
        let id = ModelId(self.models.len());
        self.models.push(Model {
            name: function.name.name.clone(),
            function: function.clone(),
            stored: IndexMap::new(),
            inputs: Vec::new(),
            output: Shape::scalar(),
            operations: 0,
            rows: IndexMap::new(),
        });
        // A use of the model inside itself is a recursion, not an unknown name.
        let value = Value::Model { id, part: String::new() };
        let binding = super::Binding { value, span: function.name.span };
        self.globals.insert(function.name.name.clone(), binding);
        let before = self.problem_count();
        let outer = std::mem::replace(&mut self.training, false);
        let made_before = self.graph.len();
        let output = self.try_model(id, function);
        self.models[id.0].operations = self.operations_since(made_before);
        self.training = true;
        if self.problem_count() == before {
            // The rows of the summary are those of a prediction.
            let rows = self.models[id.0].rows.clone();
            let updates = self.state_updates.clone();
            self.try_model(id, function);
            self.state_updates = updates;
            self.models[id.0].rows = rows;
        }
        self.training = outer;
        let output = output?;
        if self.problem_count() > before {
            return None;
        }
        self.models[id.0].output = output;
        Some(Definition::Model(id))
    }

    /// Elaborates the body once with an input of its own; gives the shape of the output.
    fn try_model(&mut self, id: ModelId, function: &Arc<Function>) -> Option<Shape> {
        let batch = self.new_batch();
        let mut given = Vec::new();
        let mut inputs = Vec::new();
        for param in &function.params {
            let shape = self.model_input(function, &param.name, param.ty.as_ref())?;
            let (_, node) = self.new_slot(&param.name.name, TensorType::batched(shape.clone(), batch));
            if let Some(ty) = &param.ty {
                self.set_declared(node, ty, true);
            }
            inputs.push(shape);
            given.push(Some((Value::Node(node), param.name.span)));
        }
        self.models[id.0].inputs = inputs;
        self.models[id.0].rows.clear();
        let frame = Frame::new(FunctionKind::Model, &function.name.name, function.head_span);
        let mut frame = frame.owned_by(Owner::Model(id), &function.name.name);
        frame.is_definition = true;
        self.frames.push(frame);
        let value = self.run_in_frame(function, given, function.head_span);
        self.frames.pop();
        let node = self.node_of(&value, function.name.span)?;
        Some(self.graph.ty(node).shape.clone())
    }

    fn model_input(&mut self, function: &Function, name: &Ident, ty: Option<&TypeExpr>) -> Option<Shape> {
        let Some(ty) = ty else {
            self.report(
                Diagnostic::error(
                    Slug::TypeMismatch,
                    name.span,
                    format!(
                        "the shape of `{}` must be known: `{}` is a model",
                        name.name, function.name.name
                    ),
                )
                .here("no shape")
                .help(format!("write `{}: [4]`, or `{}: like DATA.input`", name.name, name.name)),
            );
            return None;
        };
        if let TypeExprKind::Shape(dims) = &ty.kind {
            let unbound = dims.iter().find_map(|dim| match &dim.kind {
                crate::syntax::tree::ExprKind::Name(name) if self.lookup(name).is_none() => {
                    Some((name, dim.span))
                }
                _ => None,
            });
            if let Some((size, span)) = unbound {
                self.report(
                    Diagnostic::error(Slug::UnknownName, span, format!("the size `{size}` of a model must be known"))
                        .here("not declared")
                        .help("a model stores its parameters, so every size is a number; a layer may leave sizes open"),
                );
                return None;
            }
        }
        self.body_shape(ty)
    }

    /// `net(x)`
    pub(super) fn call_model(&mut self, id: ModelId, given: &[Given], span: Span) -> Value {
        let Some(model) = self.models.get(id.0) else { return Value::Unknown };
        let function = model.function.clone();
        let Some(binding) = self.bind(&function, &[], given, true, span) else { return Value::Unknown };
        let Binding::Full(bound) = binding else { return Value::Unknown };
        if bound.iter().flatten().any(|(value, _)| value.is_unknown()) {
            return Value::Unknown;
        }
        if self.broken.contains(&function.head_span) {
            return Value::Unknown;
        }
        if self.frames.len() >= super::elaborator::MAX_CALL_DEPTH {
            self.broken.insert(function.head_span);
            self.report(problem::recursion(
                &function.name.name,
                span,
                function.head_span,
                &self.round_of(&function.name.name),
            ));
            self.give_up_calls();
            return Value::Unknown;
        }
        if !self.enter_call(span) {
            return Value::Unknown;
        }
        let name = self.models[id.0].name.clone();
        let frame = Frame::new(FunctionKind::Model, &name, span).owned_by(Owner::Model(id), &name);
        self.frames.push(frame);
        let value = self.run_in_frame(&function, bound, span);
        self.frames.pop();
        self.leave_call();
        value
    }

    /// `param W: [n, m] = init`
    pub(super) fn param(&mut self, name: &Ident, ty: &TypeExpr, init: &Expr) -> Value {
        let Some(shape) = self.body_shape(ty) else {
            self.bind_local(&name.name, Value::Unknown, name.span);
            return Value::Unknown;
        };
        if let Some(first) = self.declared_before(name) {
            self.report(problem::duplicate(&name.name, name.span, first));
            return Value::Nothing;
        }
        let value = self.stored(name, shape, init, true);
        if let Some(node) = value {
            self.set_declared(node, ty, false);
        }
        let value = value.map_or(Value::Unknown, Value::Node);
        self.bind_local(&name.name, value, name.span);
        Value::Nothing
    }

    /// Where this body declares a parameter of that name already.
    fn declared_before(&self, name: &Ident) -> Option<Span> {
        let frame = self.frames.last()?;
        let binding = frame.locals.get(&name.name).filter(|binding| binding.span != name.span)?;
        let Value::Node(node) = &binding.value else { return None };
        let Operation::Leaf(Leaf::Slot { name: slot, .. }) = &self.graph.node(*node).operation else {
            return None;
        };
        let full = join(frame.path.as_deref().unwrap_or(""), &name.name);
        (**slot == *full).then_some(binding.span)
    }

    /// `state s: [n] = init`; in an optimizer, of the parameter's shape if none is given.
    pub(super) fn state(&mut self, name: &Ident, ty: Option<&TypeExpr>, init: &Expr) -> Value {
        if self.frames.last().is_some_and(|frame| frame.kind == FunctionKind::Optimizer) {
            return self.optimizer_state(name, ty, init);
        }
        let shape = match ty {
            Some(ty) => self.body_shape(ty),
            None => Some(Shape::scalar()),
        };
        let value =
            shape.and_then(|shape| self.stored(name, shape, init, false)).map_or(Value::Unknown, Value::Node);
        let key = self
            .frames
            .last()
            .and_then(|frame| frame.path.as_deref())
            .map(|path| local_key(path, &name.name));
        if let (Some(frame), Some(key)) = (self.frames.last_mut(), key) {
            frame.states.insert(name.name.clone(), key);
        }
        self.bind_local(&name.name, value, name.span);
        Value::Nothing
    }

    /// The node of a parameter or state, made at its first elaboration.
    fn stored(&mut self, name: &Ident, shape: Shape, init: &Expr, is_parameter: bool) -> Option<NodeId> {
        let frame = self.frames.last()?;
        let (owner, path) = (frame.owner, frame.path.clone());
        if !matches!(frame.kind, FunctionKind::Layer | FunctionKind::Model) {
            self.report(problem::not_here(name.span, "only layers and models have parameters and states"));
            return None;
        }
        let path = path.unwrap_or_default();
        let full = join(&path, &name.name);
        match owner {
            Owner::Nobody => None,
            Owner::Definition => {
                self.initial(init, &shape, &full)?;
                Some(self.new_slot(&full, TensorType::plain(shape)).1)
            }
            Owner::Model(id) => {
                let key = local_key(&path, &name.name);
                let found =
                    self.models.get(id.0)?.stored.get(&key).map(|stored| (stored.slot, stored.shape.clone()));
                if let Some((slot, known)) = found {
                    return self.stored_again(name, slot, &full, &Shape::known(&known), &shape);
                }
                let Some(dims) = shape.dims() else {
                    self.report(problem::not_known(
                        name.span,
                        &format!("the shape `{shape}` of a parameter"),
                    ));
                    return None;
                };
                if self.too_large(&shape, name.span) {
                    return None;
                }
                let init = self.initial(init, &shape, &full)?;
                let (slot, node) = self.new_slot(&full, TensorType::plain(shape));
                let uses = self.frames.iter().find(|frame| !frame.is_definition);
                let place = uses.map_or(name.span, |frame| frame.call_span);
                let (init, span) = (Some(init), name.span);
                let stored = Stored { name: full, slot, shape: dims, is_parameter, init, span, place };
                self.models[id.0].stored.insert(key, stored);
                Some(node)
            }
        }
    }

    /// A shared layer meets its parameters again: the shape must be the same.
    fn stored_again(
        &mut self,
        name: &Ident,
        slot: SlotId,
        full: &str,
        known: &Shape,
        shape: &Shape,
    ) -> Option<NodeId> {
        if known != shape {
            self.report(
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    name.span,
                    format!("`{full}` is shared: expected `{known}`, found `{shape}`"),
                )
                .here(format!("`{shape}` here"))
                .note("a layer that is used twice under one name has one set of parameters"),
            );
            return None;
        }
        if let Some(&updated) = self.state_updates.get(&slot) {
            return Some(updated);
        }
        Some(self.graph.leaf(Leaf::Slot { id: slot, name: full.into() }, TensorType::plain(shape.clone())))
    }

    /// The first value of a parameter: an initializer, a number for all places, or a literal of the shape.
    fn initial(&mut self, init: &Expr, shape: &Shape, full: &str) -> Option<NodeId> {
        let value = self.expr(init);
        self.warn_of_layout(init, shape);
        let value = match value {
            Value::Function(function) => self.run_init(&function, shape, full, init.span),
            other => other,
        };
        self.fill(&value, shape, init.span)
    }

    /// A square matrix of weights from a file, taken as it is.
    fn warn_of_layout(&mut self, init: &Expr, shape: &Shape) {
        let [rows, columns] = shape.0.as_slice() else { return };
        if let ExprKind::Call { callee, args } = &init.kind
            && let (ExprKind::Name(name), [path]) = (&callee.kind, args.as_slice())
            && name == "load"
            && rows == columns
            && rows.known().is_some_and(|rows| rows > 1)
        {
            self.report(super::unknown_layout(path.value.span, &format!("`{shape}` from a file")));
        }
    }

    /// A number repeated to a shape; a tensor must have it.
    pub(super) fn fill(&mut self, value: &Value, shape: &Shape, span: Span) -> Option<NodeId> {
        let node = self.node_of(value, span)?;
        let ty = self.graph.ty(node).clone();
        if ty.shape == *shape {
            return Some(node);
        }
        if ty.shape.is_scalar() && ty.batch.is_none() {
            return self.graph.apply(ops::expand_to(TensorType::plain(shape.clone())), &[node]).ok();
        }
        self.report(
            Diagnostic::error(
                Slug::ShapeMismatch,
                span,
                format!("the first value expected `{shape}`, found `{}`", ty.shape),
            )
            .here(format!("this is `{}`", ty.shape)),
        );
        None
    }

    /// Calls an initializer: it knows `shape`, `fan_in` and `fan_out`.
    fn run_init(&mut self, function: &FunctionValue, shape: &Shape, full: &str, span: Span) -> Value {
        let declared = match &function.target {
            Target::Declared(declared) if declared.kind == FunctionKind::Init => declared.clone(),
            Target::Builtin(name @ ("zeros" | "ones")) => {
                return Value::Number(f64::from(u8::from(*name == "ones")));
            }
            _ => {
                self.report(problem::kind(span, "an initializer", &Value::Function(function.clone())));
                return Value::Unknown;
            }
        };
        if shape.rank() != 2 && MATRIX_INITS.contains(&declared.name.name.as_str()) {
            let name = &declared.name.name;
            self.report(
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    span,
                    format!("`{name}` is a first value for matrices, and this is `{shape}`"),
                )
                .here(format!("`{shape}` is no matrix"))
                .help("a vector mostly begins with `zeros` or `normal(0, 0.1)`"),
            );
            return Value::Unknown;
        }
        let (fan_in, fan_out) = fans(shape);
        let known = [
            ("shape", Value::Shape(shape.clone())),
            ("fan_in", Value::Int(fan_in)),
            ("fan_out", Value::Int(fan_out)),
        ];
        let mut preset = function.preset.clone();
        preset.extend(known.iter().map(|(name, value)| (name.to_string(), value.clone(), span)));
        let params: Vec<String> = declared.params.iter().map(|param| param.name.name.clone()).collect();
        let bound = params.iter().map(|param| {
            preset.iter().rfind(|(name, ..)| name == param).map(|(_, value, span)| (value.clone(), *span))
        });
        let bound = bound.collect();
        let mut frame = Frame::new(FunctionKind::Init, &declared.name.name, span);
        frame.path = Some(full.to_string());
        frame.owner = self.frames.last().map_or(Owner::Nobody, |outer| outer.owner);
        for (name, value) in known {
            frame.bind(name, value, span);
        }
        self.frames.push(frame);
        let value = self.run_in_frame(&declared, bound, span);
        self.frames.pop();
        value
    }

    /// `net.W1`, `net.hidden`, `net.hidden.W`
    pub(super) fn model_field(&mut self, id: ModelId, part: &str, field: &Ident) -> Value {
        let key = join(part, &field.name);
        let Some(model) = self.models.get(id.0) else { return Value::Unknown };
        if let Some(stored) = model.stored.get(&key) {
            let leaf = Leaf::Slot { id: stored.slot, name: stored.name.as_str().into() };
            let ty = TensorType::plain(Shape::known(&stored.shape));
            return Value::Node(self.graph.leaf(leaf, ty));
        }
        if model.stored.keys().any(|path| is_under(path, &key)) {
            return Value::Model { id, part: key };
        }
        let known = known_parts(model.stored.keys(), part);
        let object = join(&model.name.clone(), part);
        let object = object.trim_end_matches('.').to_string();
        self.report(problem::unknown_field(&object, &field.name, field.span, &known));
        Value::Unknown
    }

    /// The path of the parameter that a node is, if it is one of this model.
    pub fn parameter_key(&self, id: ModelId, node: NodeId) -> Option<String> {
        let Operation::Leaf(Leaf::Slot { id: slot, .. }) = &self.graph.node(node).operation else {
            return None;
        };
        let model = self.models.get(id.0)?;
        model.stored.iter().find(|(_, stored)| stored.slot == *slot).map(|(key, _)| key.clone())
    }

    pub(super) fn parameters_field(&mut self, parameters: &Parameters, field: &Ident) -> Value {
        let path = join(&parameters.part, &field.name);
        if let Some(node) = parameters.entries.get(&path) {
            return Value::Node(*node);
        }
        let under = parameters.entries.iter().filter(|(key, _)| is_under(key, &path));
        let entries: IndexMap<String, NodeId> = under.map(|(key, node)| (key.clone(), *node)).collect();
        if entries.is_empty() {
            let known = known_parts(parameters.entries.keys(), &parameters.part);
            self.report(problem::unknown_field("the parameters", &field.name, field.span, &known));
            return Value::Unknown;
        }
        Value::Parameters(Parameters { model: parameters.model, part: path, entries })
    }

    /// A model, or part of one, as the vector of its present parameters.
    pub(super) fn as_parameters(&mut self, value: &Value) -> Option<Parameters> {
        match value {
            Value::Parameters(parameters) => Some(parameters.clone()),
            Value::Model { id, part } => {
                let model = self.models.get(id.0)?;
                let found: Vec<(String, Leaf, TensorType)> = model
                    .parameters(part)
                    .map(|(key, stored)| {
                        let leaf = Leaf::Slot { id: stored.slot, name: stored.name.as_str().into() };
                        (key.clone(), leaf, TensorType::plain(Shape::known(&stored.shape)))
                    })
                    .collect();
                let entries =
                    found.into_iter().map(|(key, leaf, ty)| (key, self.graph.leaf(leaf, ty))).collect();
                Some(Parameters { model: *id, part: part.clone(), entries })
            }
            _ => None,
        }
    }
}

/// The names that can stand after the dot of a path.
fn known_parts<'k>(keys: impl Iterator<Item = &'k String>, part: &str) -> Vec<String> {
    let prefix = if part.is_empty() { String::new() } else { format!("{part}.") };
    let mut known: Vec<String> = Vec::new();
    for path in keys.filter_map(|path| path.strip_prefix(prefix.as_str())) {
        let first = path.split('.').next().unwrap_or(path).to_string();
        if !known.contains(&first) {
            known.push(first);
        }
    }
    known
}

/// The path of a parameter within its model: `net.hidden` and `W` give `hidden.W`.
fn local_key(path: &str, name: &str) -> String {
    match path.split_once('.') {
        Some((_, rest)) => join(rest, name),
        None => name.to_string(),
    }
}

/// Initializers of the library that only a matrix can have.
const MATRIX_INITS: [&str; 1] = ["orthogonal"];

/// `[out, in]` has a fan-in of `in` and a fan-out of `out`; a vector counts as both.
fn fans(shape: &Shape) -> (Size, Size) {
    match shape.0.as_slice() {
        [] => (Size::Known(1), Size::Known(1)),
        [n] => (n.clone(), n.clone()),
        [out, rest @ ..] => {
            let fan_in = rest.iter().try_fold(Size::Known(1), |product, dim| product.mul(dim));
            (fan_in.unwrap_or(Size::Known(1)), out.clone())
        }
    }
}

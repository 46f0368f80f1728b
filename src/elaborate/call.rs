//! Calls: what is called, with what, and the frame it runs in.

use std::sync::Arc;

use indexmap::map::Entry;

use super::arguments::{Binding, Bound, Given};
use super::elaborator::MAX_CALL_DEPTH;
use super::model::{LayerRow, ModelId};
use super::scope::{Frame, Owner};
use super::value::{FunctionValue, Target, Value, with_node};
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::graph::NodeId;
use crate::graph::ParamKind;
use crate::ops::{ArgValue, Primitive};
use crate::syntax::tree::{Argument, Body, Function, FunctionKind, Ident};
use crate::types::{Shape, Size};

/// Values of the graph with their places, and attributes.
type PrimitiveArguments = (Vec<(NodeId, Span)>, Vec<ArgValue>);

/// A call as written.
pub(super) struct CallSite<'a> {
    pub span: Span,
    pub callee_span: Span,
    pub args: &'a [Argument],
    /// What stands left of `|>`.
    pub piped: Option<(Value, Span)>,
    /// `as name`
    pub use_name: Option<&'a Ident>,
}

impl Elaborator {
    pub(super) fn call(&mut self, callee: Value, site: CallSite<'_>) -> Value {
        let is_piped = site.piped.is_some();
        let given = self.given(site.piped, site.args);
        if let Some(name) = site.use_name {
            return self.call_as(callee, name, &given, is_piped, site.span);
        }
        self.call_value(&callee, &given, is_piped, site.span, site.callee_span)
    }

    /// Calls a value with arguments, from a statement.
    pub fn apply_value(&mut self, callee: &Value, given: &[Given], span: Span) -> Value {
        self.call_value(callee, given, true, span, span)
    }

    /// Calls any value that can be called.
    pub(super) fn call_value(
        &mut self,
        callee: &Value,
        given: &[Given],
        is_piped: bool,
        span: Span,
        callee_span: Span,
    ) -> Value {
        match callee {
            Value::Unknown => Value::Unknown,
            Value::Function(function) => self.call_function(function, given, is_piped, span),
            Value::Model { id, part } if part.is_empty() => self.call_model(*id, given, span),
            other => {
                self.report(problem::not_callable(callee_span, other));
                Value::Unknown
            }
        }
    }

    fn call_function(
        &mut self,
        callee: &FunctionValue,
        given: &[Given],
        is_piped: bool,
        span: Span,
    ) -> Value {
        match &callee.target {
            Target::Opaque => Value::Unknown,
            Target::Primitive(primitive) => self.call_primitive(primitive, given, span),
            Target::Builtin(name) => self.call_builtin(name, given, span),
            Target::Declared(function) => {
                let function = function.clone();
                self.call_declared(&function, &callee.preset, given, is_piped, span, None)
            }
            Target::Use { function, path, preset_args } => {
                let (function, path, preset) = (function.clone(), path.clone(), preset_args.clone());
                self.call_declared(&function, &preset, given, is_piped, span, Some(path))
            }
        }
    }

    /// `dense(128) as hidden`: remembers the use under its name, then calls it.
    fn call_as(&mut self, callee: Value, name: &Ident, given: &[Given], is_piped: bool, span: Span) -> Value {
        let Value::Function(FunctionValue { target: Target::Declared(function), preset }) = callee else {
            if !callee.is_unknown() {
                self.report(problem::not_here(name.span, "`as` names a use of a layer"));
            }
            return Value::Unknown;
        };
        if function.kind != FunctionKind::Layer {
            self.report(problem::not_here(name.span, "`as` names a use of a layer"));
            return Value::Unknown;
        }
        let Some(binding) = self.bind(&function, &preset, given, is_piped, span) else {
            return Value::Unknown;
        };
        let Some(owner) = self.owner_frame() else {
            self.report(owns_parameters(&function, span));
            return Value::Unknown;
        };
        let path = join(self.frames[owner].path.as_deref().unwrap_or(""), &name.name);
        let preset_args = match &binding {
            Binding::Full(bound) => options_of(&function, bound),
            Binding::Options(options) => options.clone(),
        };
        let known = self.frames.last().and_then(|frame| frame.locals.get(&name.name));
        if let Some(first) = known.filter(|known| known.span != name.span).map(|known| known.span) {
            self.report(
                Diagnostic::error(
                    Slug::DuplicateName,
                    name.span,
                    format!("`{}` is a name already", name.name),
                )
                .here("named again")
                .label(first, "named first here")
                .note("a use that shares its parameters is a call of the name, without `as`"),
            );
            return Value::Unknown;
        }
        let target = Target::Use { function: function.clone(), path: path.clone(), preset_args };
        let value = Value::Function(FunctionValue { target, preset: Vec::new() });
        if let Some(frame) = self.frames.last_mut() {
            frame.bind(&name.name, value.clone(), name.span);
        }
        match binding {
            Binding::Full(bound) => self.run(&function, bound, span, Some(path)),
            Binding::Options(_) => value,
        }
    }

    fn call_declared(
        &mut self,
        function: &Arc<Function>,
        preset: &[(String, Value, Span)],
        given: &[Given],
        is_piped: bool,
        span: Span,
        path: Option<String>,
    ) -> Value {
        match self.bind(function, preset, given, is_piped, span) {
            None => Value::Unknown,
            // What is wrong with an argument was said where it stands.
            Some(Binding::Full(bound)) if bound.iter().flatten().any(|(value, _)| value.is_unknown()) => {
                Value::Unknown
            }
            Some(Binding::Full(bound)) => self.run(function, bound, span, path),
            Some(Binding::Options(preset)) => {
                Value::Function(FunctionValue { target: Target::Declared(function.clone()), preset })
            }
        }
    }

    /// Elaborates the body of a function with its arguments.
    pub(super) fn run(
        &mut self,
        function: &Arc<Function>,
        bound: Bound,
        span: Span,
        path: Option<String>,
    ) -> Value {
        if self.broken.contains(&function.head_span) {
            return Value::Unknown;
        }
        let is_under_way = |frame: &Frame| frame.name == function.name.name && frame.kind == function.kind;
        if self.undecided > 0 && self.frames.iter().any(is_under_way) {
            return Value::Unknown;
        }
        if self.has_given_up_calls() {
            return Value::Unknown;
        }
        if self.frames.len() >= MAX_CALL_DEPTH {
            // Two calls in one body would be tried two to the depth times.
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
        let mut frame = Frame::new(function.kind, &function.name.name, span);
        if function.kind == FunctionKind::Layer && !self.own(&mut frame, function, path, span) {
            return Value::Unknown;
        }
        if !self.enter_call(span) {
            return Value::Unknown;
        }
        let row = self.begin_row(&frame);
        self.frames.push(frame);
        let made_before = self.graph.len();
        let value = self.run_in_frame(function, bound, span);
        if function.head_span.source != span.source {
            let made: Vec<NodeId> = self.graph.ids().skip(made_before).collect();
            self.made_in.extend(made.into_iter().map(|node| (node, span)));
        }
        self.frames.pop();
        self.leave_call();
        self.end_row(row, &value, made_before);
        value
    }

    /// The names of the calls under way since the last one of a function.
    pub(super) fn round_of(&self, name: &str) -> Vec<String> {
        let last = self.frames.iter().rposition(|frame| frame.name == name).unwrap_or(0);
        self.frames.iter().skip(last).map(|frame| frame.name.clone()).collect()
    }

    /// While a model is declared, each use of a layer is a row of its summary.
    fn begin_row(&mut self, frame: &Frame) -> Option<(ModelId, usize)> {
        let Owner::Model(id) = frame.owner else { return None };
        let (true, Some(path)) = (self.frames.first()?.is_definition, &frame.path) else { return None };
        let rows = &mut self.models.get_mut(id.0)?.rows;
        let Entry::Vacant(row) = rows.entry(path.clone()) else { return None };
        let at = row.index();
        row.insert(LayerRow { layer: frame.name.clone(), output: Shape::scalar(), operations: 0 });
        Some((id, at))
    }

    fn end_row(&mut self, row: Option<(ModelId, usize)>, value: &Value, made_before: usize) {
        let operations = if row.is_some() { self.operations_since(made_before) } else { 0 };
        if let (Some((id, at)), Value::Node(node)) = (row, value)
            && let Some(row) =
                self.models.get_mut(id.0).and_then(|model| model.rows.get_index_mut(at).map(|(_, row)| row))
        {
            row.output = self.graph.ty(*node).shape.clone();
            row.operations = operations;
        }
    }

    /// Gives a layer's frame its path; `false` where nobody can keep parameters.
    fn own(&mut self, frame: &mut Frame, function: &Function, path: Option<String>, span: Span) -> bool {
        let Some(owner) = self.owner_frame() else {
            self.report(owns_parameters(function, span));
            return false;
        };
        let parent = &mut self.frames[owner];
        frame.owner = parent.owner;
        frame.path = Some(path.unwrap_or_else(|| {
            let count = parent.uses.entry(function.name.name.clone()).or_insert(0);
            *count += 1;
            join(parent.path.as_deref().unwrap_or(""), &format!("{}{count}", function.name.name))
        }));
        true
    }

    /// The frame is on the stack: binds the parameters, walks the body, holds the result to its promise.
    pub(super) fn run_in_frame(&mut self, function: &Arc<Function>, bound: Bound, span: Span) -> Value {
        let is_library =
            self.prelude.get(&function.name.name).is_some_and(|known| Arc::ptr_eq(known, function));
        if let Some(frame) = self.frames.last_mut() {
            frame.is_library = is_library;
            frame.text = Some(function.span);
        }
        let Some(signature) = self.enter(function, bound, span) else { return Value::Unknown };
        if self.over_limit(span) {
            return Value::Unknown;
        }
        let (value, value_span) = match &function.body {
            Body::Expr(expr) => (self.expr(expr), expr.span),
            Body::Block(block) => self.body(block),
        };
        self.leave(function, &signature, value, value_span)
    }

    fn call_primitive(&mut self, primitive: &'static Primitive, given: &[Given], span: Span) -> Value {
        let Some((tensors, attributes)) = self.primitive_arguments(primitive, given, span) else {
            return Value::Unknown;
        };
        let nodes: Vec<NodeId> = tensors.iter().map(|(node, _)| *node).collect();
        match (primitive.build)(&mut self.graph, &nodes, &attributes) {
            Ok(node) => {
                let shape = self.graph.ty(node).shape.clone();
                if self.too_large(&shape, span) {
                    return Value::Unknown;
                }
                with_node(whole_of(primitive.name, given), Value::Node(node))
            }
            Err(facts) => {
                self.report_operation(primitive.name, span, &tensors, &facts);
                Value::Unknown
            }
        }
    }

    /// Sorts the arguments of a primitive into values of the graph and attributes.
    fn primitive_arguments(
        &mut self,
        primitive: &'static Primitive,
        given: &[Given],
        span: Span,
    ) -> Option<PrimitiveArguments> {
        let mut positional = given.iter().filter(|argument| argument.name.is_none());
        let (mut tensors, mut attributes) = (Vec::new(), Vec::new());
        for param in primitive.params {
            let named = given
                .iter()
                .find(|argument| argument.name.as_ref().is_some_and(|(name, _)| name == param.name));
            if param.kind == ParamKind::Tensors {
                for argument in positional.by_ref() {
                    tensors.push((self.node_of(&argument.value, argument.span)?, argument.span));
                }
                continue;
            }
            if param.kind == ParamKind::Sizes {
                let rest: Vec<Given> = positional.by_ref().cloned().collect();
                let rest = super::arguments::known(&rest);
                attributes.push(ArgValue::Shape(self.shape_argument(&rest)?));
                continue;
            }
            match (named.or_else(|| positional.next()), param.default) {
                (Some(argument), _) if param.kind == ParamKind::Tensor => {
                    tensors.push((self.node_of(&argument.value, argument.span)?, argument.span));
                }
                (Some(argument), _) => attributes.push(self.attribute(param.kind, argument)?),
                (None, Some(default)) => attributes.extend(default_attribute(param.kind, default)),
                (None, None) => {
                    self.report(problem::missing_argument(primitive.name, param.name, span, None));
                    return None;
                }
            }
        }
        if let Some(extra) = positional.next() {
            let (limit, found) = (primitive.params.len(), given.len());
            self.report(problem::too_many_arguments(primitive.name, limit, found, extra.span));
            return None;
        }
        self.reject_unknown(primitive.name, given, primitive.params.iter().map(|param| param.name))?;
        Some((tensors, attributes))
    }

    /// Reports the first named argument that is not among `known`.
    pub(super) fn reject_unknown<'n>(
        &mut self,
        function: &str,
        given: &[Given],
        known: impl Iterator<Item = &'n str>,
    ) -> Option<()> {
        let known: Vec<String> = known.map(str::to_string).collect();
        let names = given.iter().filter_map(|argument| argument.name.as_ref());
        if let Some((name, span)) = names.into_iter().find(|(name, _)| !known.contains(name)) {
            self.report(problem::unknown_argument(function, name, *span, &known));
            return None;
        }
        Some(())
    }

    fn attribute(&mut self, kind: ParamKind, argument: &Given) -> Option<ArgValue> {
        match kind {
            ParamKind::Axis => match argument.value.known() {
                Value::Axis(axis) => Some(ArgValue::Axis(*axis)),
                Value::Unknown => None,
                other => {
                    self.report(problem::kind(argument.span, "`rows` or `columns`", other));
                    None
                }
            },
            ParamKind::Int => self.size_of(&argument.value, argument.span).map(ArgValue::Int),
            ParamKind::Shape => self.shape_of(&argument.value, argument.span).map(ArgValue::Shape),
            ParamKind::Sizes | ParamKind::Tensor | ParamKind::Tensors => None,
        }
    }

    /// `[2, 3]`, or a single size, as a shape.
    pub(super) fn shape_of(&mut self, value: &Value, span: Span) -> Option<Shape> {
        match value.known() {
            Value::Shape(shape) => Some(shape.clone()),
            Value::List(items) => {
                items.iter().map(|item| self.dim_of(item, span)).collect::<Option<_>>().map(Shape)
            }
            other => self.dim_of(other, span).map(|dim| Shape(vec![dim])),
        }
    }

    fn dim_of(&mut self, value: &Value, span: Span) -> Option<Size> {
        let size = self.size_of(value, span)?;
        if size.known().is_some_and(|n| n < 0) {
            self.report(
                Diagnostic::error(Slug::OptionValue, span, format!("a size cannot be {size}"))
                    .here("negative size"),
            );
            return None;
        }
        Some(size)
    }
}

fn default_attribute(kind: ParamKind, default: &str) -> Option<ArgValue> {
    match kind {
        ParamKind::Axis => match default {
            "rows" => Some(ArgValue::Axis(crate::tensor::Axis::Only(0))),
            "columns" => Some(ArgValue::Axis(crate::tensor::Axis::Only(1))),
            // All axes are what a primitive takes when it is given none: `max(a, b)` compares, `max(a)` reduces.
            _ => None,
        },
        ParamKind::Int => default.parse().ok().map(|n| ArgValue::Int(Size::Known(n))),
        ParamKind::Shape | ParamKind::Sizes | ParamKind::Tensor | ParamKind::Tensors => None,
    }
}

/// The whole number that a known number is rounded to: a size can be made of it.
fn whole_of(primitive: &str, given: &[Given]) -> Option<Value> {
    let [Given { name: None, value, .. }] = given else { return None };
    let number = value.as_number()?;
    let whole = match primitive {
        "floor" => number.floor(),
        "ceil" => number.ceil(),
        "round" => number.round_ties_even(),
        _ => return None,
    };
    (whole.abs() < 9.0e15).then(|| Value::Int(Size::Known(whole as i64)))
}

fn owns_parameters(function: &Function, span: Span) -> Diagnostic {
    problem::not_here(
        span,
        format!("`{}` owns parameters: it can be used in a model or a layer", function.name.name),
    )
    .label(function.head_span, "declared as a layer here")
}

/// The options among bound arguments: everything but the subject.
fn options_of(function: &Function, bound: &Bound) -> Vec<(String, Value, Span)> {
    let params = function.params.iter().zip(bound).skip(super::arguments::subject_count(function));
    params
        .filter_map(|(param, value)| {
            value.clone().map(|(value, span)| (param.name.name.clone(), value, span))
        })
        .collect()
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

impl Frame {
    pub(super) fn owned_by(mut self, owner: Owner, path: &str) -> Frame {
        self.owner = owner;
        self.path = Some(path.to_string());
        self
    }
}

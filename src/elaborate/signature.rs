//! Parameters and results: declared types against given values.

use std::sync::Arc;

use indexmap::IndexMap;

use super::arguments::Bound;
use super::value::{FunctionValue, Target, Value};
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::graph::Constant;
use crate::syntax::tree::{BinaryOp, Expr, ExprKind, Function, FunctionKind, TypeExpr, TypeExprKind};
use crate::types::{Bindings, Shape, Size, SizeVar};

/// The named sizes of a declaration during one call, and what they stand for.
pub(super) struct Signature {
    vars: IndexMap<String, SizeVar>,
    bindings: Bindings,
    /// The first parameter, for the promise of an activation.
    subject: Option<Value>,
}

/// A declared type with its named sizes resolved.
pub(super) enum Declared {
    Shape(Shape),
    Int,
    Bool,
    Text,
    Fn,
}

fn is_grad(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Name(name) if name == "grad" || name == "∇")
}

impl Elaborator {
    /// Binds the parameters of `function` as locals of the current frame.
    pub(super) fn enter(&mut self, function: &Arc<Function>, bound: Bound, call: Span) -> Option<Signature> {
        let mut signature = Signature { vars: IndexMap::new(), bindings: Bindings::default(), subject: None };
        self.bind_counts(function, &bound, &mut signature)?;
        let asks_gradient =
            function.kind == FunctionKind::Fn && self.home.is_none() && function.any(&is_grad);
        for (param, value) in function.params.iter().zip(bound) {
            let (value, span) = match (value, &param.default) {
                (Some((value, span)), _) => (value, span),
                (None, Some(default)) => (self.expr(default), default.span),
                (None, None) => {
                    self.report(problem::missing_argument(
                        &function.name.name,
                        &param.name.name,
                        call,
                        Some(param.name.span),
                    ));
                    return None;
                }
            };
            let value = match &param.ty {
                Some(ty) => self.accept(function, &param.name.name, ty, value, span, &mut signature)?,
                None => value,
            };
            let value = if asks_gradient { self.argument_variable(&param.name.name, value) } else { value };
            if signature.subject.is_none() {
                signature.subject = Some(value.clone());
            }
            self.bind_sizes(&signature, param.name.span);
            // What is handed over keeps the name it has outside.
            if let Some(frame) = self.frames.last_mut() {
                frame.bind(&param.name.name, value, param.name.span);
            }
        }
        Some(signature)
    }

    /// A number given to a function that asks for gradients, as something a gradient can be asked of.
    fn argument_variable(&mut self, name: &str, value: Value) -> Value {
        let constant = match &value {
            Value::List(items) => super::constant_of(items),
            Value::Number(number) => Some(Constant { shape: Vec::new(), values: vec![*number] }),
            Value::Int(Size::Known(n)) => Some(Constant { shape: Vec::new(), values: vec![*n as f64] }),
            _ => None,
        };
        let Some(constant) = constant else { return value };
        let (slot, node) =
            self.new_slot(name, crate::types::TensorType::plain(Shape::known(&constant.shape)));
        self.known_slots.insert(slot, constant);
        super::value::with_node(Some(value), Value::Node(node))
    }

    /// `n: int` parameters are sizes that shapes before them may use.
    fn bind_counts(&mut self, function: &Function, bound: &Bound, signature: &mut Signature) -> Option<()> {
        for (param, value) in function.params.iter().zip(bound) {
            if !matches!(&param.ty, Some(TypeExpr { kind: TypeExprKind::Int, .. })) {
                continue;
            }
            let var = self.new_size(&param.name.name);
            signature.vars.insert(param.name.name.clone(), var.clone());
            if let Some((value, _)) = value
                && let Value::Int(size) = value.known()
            {
                signature.bindings.bind(var, size.clone());
            } else if value.is_none()
                && let Some(Expr { kind: ExprKind::Number { value, whole: true }, .. }) = &param.default
            {
                signature.bindings.bind(var, Size::Known(*value as i64));
            }
        }
        Some(())
    }

    /// A value against the declared type of its parameter; tensors become nodes, names of sizes are bound.
    fn accept(
        &mut self,
        function: &Function,
        param: &str,
        ty: &TypeExpr,
        value: Value,
        span: Span,
        signature: &mut Signature,
    ) -> Option<Value> {
        let declared = self.declared(ty, signature)?;
        let value = match &declared {
            Declared::Shape(_) => value,
            _ => value.known().clone(),
        };
        let value = match (&declared, &value) {
            (_, Value::Unknown) => match &declared {
                Declared::Shape(shape) => self.stand_in(param, shape, signature)?,
                _ => Value::Unknown,
            },
            (Declared::Shape(shape), _) => {
                let node = self.node_of(&value, span)?;
                let given = self.graph.ty(node).clone();
                let flexible: Vec<SizeVar> = signature.vars.values().cloned().collect();
                if let Err(error) = signature.bindings.unify(shape, &given.shape, &flexible) {
                    let name = &function.name.name;
                    let shown = signature.bindings.apply_shape(shape).unwrap_or_else(|| shape.clone());
                    let mut diagnostic =
                        problem::argument_shape(name, param, &shown, ty.span, &given, span, &error);
                    diagnostic = self.label_origin(diagnostic, (node, span));
                    if let Some(note) = super::causes::given_counts(&shown, &given.shape) {
                        diagnostic = diagnostic.note(note);
                    }
                    diagnostic = self.explain(diagnostic, (&shown, &given.shape), &[node]);
                    let diagnostic = self.argument_candidates(diagnostic, &shown, ty.span, (node, span));
                    self.report(diagnostic);
                    return None;
                }
                // A number stays known, so that it can decide what is built.
                if value.as_number().is_some() { value } else { Value::Node(node) }
            }
            (Declared::Int, Value::Int(_))
            | (Declared::Bool, Value::Bool(_))
            | (Declared::Text, Value::Text(_) | Value::Template(_))
            | (Declared::Fn, Value::Function(_) | Value::Model { .. }) => value,
            (Declared::Int, Value::Node(_)) => {
                self.report(problem::not_known(span, &format!("`{param}`")));
                return None;
            }
            (Declared::Int, _) => return self.wrong_kind(span, "a whole number", &value, param, ty),
            (Declared::Bool, _) => return self.wrong_kind(span, "`true` or `false`", &value, param, ty),
            (Declared::Text, _) => return self.wrong_kind(span, "a text", &value, param, ty),
            (Declared::Fn, _) => return self.wrong_kind(span, "a function", &value, param, ty),
        };
        Some(value)
    }

    fn wrong_kind(
        &mut self,
        span: Span,
        expected: &str,
        value: &Value,
        param: &str,
        ty: &TypeExpr,
    ) -> Option<Value> {
        self.report(
            problem::kind(span, expected, value).label(ty.span, format!("`{param}` is declared here")),
        );
        None
    }

    /// An input of the declared shape for an argument that is itself a mistake, so that the rest is still checked;
    /// nothing where the mistake leaves a size open, about which there would only be a second message.
    fn stand_in(&mut self, param: &str, shape: &Shape, signature: &Signature) -> Option<Value> {
        let shape = signature.bindings.apply_shape(shape).unwrap_or_else(|| shape.clone());
        shape.dims()?;
        let (_, node) = self.new_slot(param, crate::types::TensorType::plain(shape));
        Some(Value::Node(node))
    }

    fn bind_sizes(&mut self, signature: &Signature, span: Span) {
        let known: Vec<(String, Size)> = signature
            .vars
            .iter()
            .map(|(name, var)| {
                (name.clone(), signature.bindings.get(var).cloned().unwrap_or_else(|| Size::var(var.clone())))
            })
            .collect();
        for (name, size) in known {
            if self.frames.last().is_some_and(|frame| !frame.locals.contains_key(&name)) {
                self.bind_local(&name, Value::Int(size), span);
            }
        }
    }

    pub(super) fn bind_local(&mut self, name: &str, value: Value, span: Span) {
        if let Value::Node(node) = &value {
            self.graph.set_name(*node, name);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.bind(name, value, span);
        }
    }

    /// A type of a signature; names of sizes met for the first time are bound there.
    fn declared(&mut self, ty: &TypeExpr, signature: &mut Signature) -> Option<Declared> {
        Some(match &ty.kind {
            TypeExprKind::Real => Declared::Shape(Shape::scalar()),
            TypeExprKind::Int => Declared::Int,
            TypeExprKind::Bool => Declared::Bool,
            TypeExprKind::Text => Declared::Text,
            TypeExprKind::Fn => Declared::Fn,
            TypeExprKind::Like(expr) => Declared::Shape(self.shape_like(expr)?),
            TypeExprKind::Shape(dims) => {
                let sizes =
                    dims.iter().map(|dim| self.signature_size(dim, signature)).collect::<Option<_>>()?;
                Declared::Shape(Shape(sizes))
            }
            TypeExprKind::Error => return None,
        })
    }

    /// `like iris.input`: the shape of one example of a value.
    pub(super) fn shape_like(&mut self, expr: &Expr) -> Option<Shape> {
        let value = self.expr(expr);
        let node = self.node_of(&value, expr.span)?;
        Some(self.graph.ty(node).shape.clone())
    }

    fn signature_size(&mut self, expr: &Expr, signature: &mut Signature) -> Option<Size> {
        match &expr.kind {
            ExprKind::Name(name) => {
                let var = match signature.vars.get(name) {
                    Some(var) => var.clone(),
                    None => {
                        let var = self.new_size(name);
                        signature.vars.insert(name.clone(), var.clone());
                        var
                    }
                };
                Some(Size::var(var))
            }
            ExprKind::Binary { op, lhs, rhs, .. } => {
                let (a, b) = (self.signature_size(lhs, signature)?, self.signature_size(rhs, signature)?);
                let size = match op {
                    BinaryOp::Add => a.add(&b),
                    BinaryOp::Subtract => a.sub(&b),
                    BinaryOp::Multiply => a.mul(&b),
                    BinaryOp::Divide => a.div(&b),
                    _ => {
                        self.report(problem::not_here(
                            expr.span,
                            "a size is made with `+`, `-`, `*` and `/`",
                        ));
                        return None;
                    }
                };
                if size.is_none() {
                    self.report(problem::limit(
                        expr.span,
                        "this size is not a whole number in range".to_string(),
                    ));
                }
                size
            }
            _ => {
                let value = self.expr(expr);
                self.size_of(&value, expr.span)
            }
        }
    }

    /// The type of a `param`, `state` or such in a body: all its names must be known.
    pub(super) fn body_shape(&mut self, ty: &TypeExpr) -> Option<Shape> {
        match &ty.kind {
            TypeExprKind::Real => Some(Shape::scalar()),
            TypeExprKind::Like(expr) => self.shape_like(expr),
            TypeExprKind::Shape(dims) => {
                let dims = dims.iter().map(|dim| {
                    let value = self.expr(dim);
                    let size = self.size_of(&value, dim.span)?;
                    if size.known().is_some_and(|n| n < 0) {
                        self.report(problem::limit(dim.span, format!("a size cannot be {size}")));
                        return None;
                    }
                    Some(size)
                });
                dims.collect::<Option<_>>().map(Shape)
            }
            TypeExprKind::Int | TypeExprKind::Bool | TypeExprKind::Text | TypeExprKind::Fn => {
                self.report(problem::not_here(ty.span, "a shape is needed here, such as `[3]` or `real`"));
                None
            }
            TypeExprKind::Error => None,
        }
    }

    /// Holds the result of a body to the declared result type and to the promise of its kind.
    pub(super) fn leave(
        &mut self,
        function: &Function,
        signature: &Signature,
        value: Value,
        span: Span,
    ) -> Value {
        if value.is_unknown() {
            return value;
        }
        if matches!(value, Value::Nothing) && function.kind != FunctionKind::Optimizer {
            let name = &function.name;
            self.report(
                Diagnostic::error(Slug::TypeMismatch, name.span, format!("`{}` has no result", name.name))
                    .here("its last line gives no value")
                    .help("end it with the expression that is its result"),
            );
            return Value::Unknown;
        }
        if let Some(ty) = &function.result
            && let Some(result) = self.accept_result(function, ty, signature, &value, span)
        {
            return result;
        }
        self.keep_promise(function, signature, value, span)
    }

    fn accept_result(
        &mut self,
        function: &Function,
        ty: &TypeExpr,
        signature: &Signature,
        value: &Value,
        span: Span,
    ) -> Option<Value> {
        let mut signature = Signature {
            vars: signature.vars.clone(),
            bindings: signature.bindings.clone(),
            subject: signature.subject.clone(),
        };
        let Declared::Shape(shape) = self.declared(ty, &mut signature)? else { return None };
        let Some(node) = self.node_of(value, span) else { return Some(Value::Unknown) };
        let found = self.graph.ty(node).clone();
        if matches!(ty.kind, TypeExprKind::Like(_)) && shape.is_scalar() && found.shape == Shape::known(&[1])
        {
            // `like data.target` where the target is a number: one output is that number.
            let first = crate::ops::slice(0, Size::Known(0), Size::Known(1), true);
            return self.graph.apply(first, &[node]).ok().map(Value::Node);
        }
        let flexible: Vec<SizeVar> = signature.vars.values().cloned().collect();
        if signature.bindings.unify(&shape, &found.shape, &flexible).is_err() {
            let shown = signature.bindings.apply_shape(&shape).unwrap_or(shape);
            let diagnostic = problem::result_shape(&function.name.name, &shown, ty.span, &found, span);
            let diagnostic = self.explain(diagnostic, (&shown, &found.shape), &[node]);
            let mut diagnostic = self.width_candidates(diagnostic, node, &shown.0);
            // Other candidates come first: what is declared is what is wanted.
            if let Some(declared) = diagnostic.candidates.first_mut() {
                declared.is_last_resort = true;
            }
            self.report(diagnostic);
            return Some(Value::Unknown);
        }
        None
    }

    fn keep_promise(
        &mut self,
        function: &Function,
        signature: &Signature,
        value: Value,
        span: Span,
    ) -> Value {
        let found = match &value {
            Value::Node(node) => self.graph.ty(*node).clone(),
            Value::List(_) if function.kind != FunctionKind::Fn => match self.node_of(&value, span) {
                Some(node) => self.graph.ty(node).clone(),
                None => return Value::Unknown,
            },
            _ => return value,
        };
        let broken = match function.kind {
            FunctionKind::Activation => match &signature.subject {
                Some(Value::Node(input)) if self.graph.ty(*input).shape != found.shape => {
                    Some("an activation keeps the shape of its input")
                }
                _ => None,
            },
            FunctionKind::Loss | FunctionKind::Metric if !found.shape.is_scalar() => {
                Some("a loss or metric is one number, `[]`, for each example")
            }
            FunctionKind::Schedule if !found.shape.is_scalar() => Some("a schedule gives one number"),
            _ => None,
        };
        if let Some(promise) = broken {
            let diagnostic = problem::promise(&function.name.name, span, promise, &found, function.head_span);
            let diagnostic = self.promise_candidates(diagnostic, function, &value, span);
            self.report(diagnostic);
            return Value::Unknown;
        }
        value
    }

    /// The value a parameter has while a definition is checked by itself.
    pub(super) fn symbolic_argument(
        &mut self,
        name: &str,
        ty: &TypeExpr,
        vars: &mut IndexMap<String, SizeVar>,
        batch: Option<crate::types::BatchId>,
    ) -> Option<Value> {
        let mut signature =
            Signature { vars: std::mem::take(vars), bindings: Bindings::default(), subject: None };
        let declared = self.declared(ty, &mut signature);
        *vars = signature.vars;
        Some(match declared? {
            Declared::Shape(shape) => {
                let (_, node) = self.new_slot(name, crate::types::TensorType { shape, batch });
                self.set_declared(node, ty, true);
                Value::Node(node)
            }
            Declared::Int => {
                let var = match vars.get(name) {
                    Some(var) => var.clone(),
                    None => self.new_size(name),
                };
                vars.insert(name.to_string(), var.clone());
                Value::Int(Size::var(var))
            }
            Declared::Bool | Declared::Text => Value::Unknown,
            Declared::Fn => Value::Function(FunctionValue { target: Target::Opaque, preset: Vec::new() }),
        })
    }
}

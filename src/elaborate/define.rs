//! Declarations: what can be checked once, at the definition, with symbolic sizes.

use std::sync::Arc;

use indexmap::IndexMap;

use super::arguments::Bound;
use super::elaborator::Definition;
use super::scope::{Frame, Owner};
use super::value::Value;
use super::{Binding, Elaborator, problem};
use crate::graph::Graph;
use crate::syntax::tree::{Expr, ExprKind, Function, FunctionKind, TypeExprKind};
use crate::types::TensorType;

/// Flags of one function that are turned when its definition is checked.
const MAX_TURNED: usize = 8;

impl Elaborator {
    /// Declares a function, layer, model or the like under its name.
    pub fn declare(&mut self, function: &Arc<Function>) -> Option<Definition> {
        self.check_parameters(function);
        self.check_bounds(function);
        self.check_subject(function);
        let name = &function.name;
        if function.kind == FunctionKind::Model {
            let definition = self.declare_model(function);
            let value = match &definition {
                Some(Definition::Model(id)) => Value::Model { id: *id, part: String::new() },
                Some(Definition::Function(_)) | None => Value::Unknown,
            };
            self.globals.insert(name.name.clone(), Binding { value, span: name.span });
            return definition;
        }
        let value = Value::declared(function.clone());
        self.globals.insert(name.name.clone(), Binding { value, span: name.span });
        self.check_definition(function);
        Some(Definition::Function(function.clone()))
    }

    fn check_parameters(&mut self, function: &Function) {
        for (at, param) in function.params.iter().enumerate() {
            let first = function.params.iter().take(at).find(|other| other.name.name == param.name.name);
            if let Some(first) = first {
                self.report(problem::duplicate(&param.name.name, param.name.span, first.name.span));
            }
        }
    }

    /// What a kind of declaration is applied to comes first among its parameters.
    fn check_subject(&mut self, function: &Function) {
        let (least, what) = match function.kind {
            FunctionKind::Activation => (1, "an activation takes what it is applied to: `(x)`"),
            FunctionKind::Layer => (1, "a layer takes what it is applied to: `(x: [n])`"),
            FunctionKind::Loss => (2, "a loss takes a prediction and a target: `(p, t)`"),
            FunctionKind::Metric => (2, "a metric takes a prediction and a target: `(p, t)`"),
            FunctionKind::Schedule => (1, "a schedule takes the step: `(t)`"),
            FunctionKind::Fn | FunctionKind::Model | FunctionKind::Optimizer | FunctionKind::Init => return,
        };
        if function.params.len() < least {
            let name = &function.name;
            self.report(problem::missing_subject(&name.name, name.span, what));
        }
    }

    /// Elaborates a declaration once by itself; parameters that do not say what they are agree with everything. A
    /// mistake found here is reported here, and uses of the declaration are no longer checked.
    pub fn check_definition(&mut self, function: &Arc<Function>) {
        let is_optimizer = function.kind == FunctionKind::Optimizer;
        let before = self.problem_count();
        let home = self.leave_home();
        let made = std::mem::take(&mut self.made_in);
        let (training, updates) = (self.training, std::mem::take(&mut self.state_updates));
        self.training = true;
        let frames = std::mem::take(&mut self.frames);
        if is_optimizer {
            self.try_optimizer(function);
        } else if function.kind == FunctionKind::Init {
            self.try_initializer(function);
        } else {
            for flags in flag_variants(function) {
                self.try_definition(function, &flags, 1);
            }
        }
        self.frames = frames;
        self.come_home(home);
        self.made_in = made;
        self.training = training;
        self.state_updates = updates;
        if self.problem_count() > before {
            self.broken.insert(function.head_span);
        }
    }

    /// An initializer may be for matrices or vectors only: it must fit one of them.
    fn try_initializer(&mut self, function: &Arc<Function>) {
        let before = (self.problems.mark(), self.reported.clone());
        let unknown = self.unknown.clone();
        self.try_definition(function, &[], 2);
        if self.problems.mark() == before.0 {
            return;
        }
        let found = self.problems.since(before.0);
        let reported = std::mem::replace(&mut self.reported, before.1);
        self.unknown = unknown;
        self.try_definition(function, &[], 1);
        if self.problems.mark() != before.0 {
            self.problems.since(before.0);
            self.problems.extend(found);
            self.reported = reported;
        }
    }

    fn try_definition(&mut self, function: &Arc<Function>, flags: &[(String, bool)], rank: usize) {
        let mut frame = Frame::new(function.kind, &function.name.name, function.head_span);
        frame.is_definition = true;
        frame = match function.kind {
            FunctionKind::Layer => frame.owned_by(Owner::Definition, &function.name.name),
            FunctionKind::Fn => Frame { owner: Owner::Definition, ..frame },
            FunctionKind::Init => {
                let names = ["n", "m"].iter().take(rank);
                let dims = names.map(|name| crate::types::Size::var(self.new_size(name))).collect();
                let shape = crate::types::Shape(dims);
                frame.bind("shape", Value::Shape(shape), function.name.span);
                for name in ["fan_in", "fan_out"] {
                    let size = crate::types::Size::var(self.new_size(name));
                    frame.bind(name, Value::Int(size), function.name.span);
                }
                frame
            }
            FunctionKind::Model
            | FunctionKind::Activation
            | FunctionKind::Loss
            | FunctionKind::Metric
            | FunctionKind::Optimizer
            | FunctionKind::Schedule => frame,
        };
        self.frames.push(frame);
        if let Some(bound) = self.symbolic_arguments(function, flags) {
            self.run_in_frame(function, bound, function.head_span);
        }
        self.frames.pop();
    }

    /// Annotated parameters as inputs with symbolic sizes; the others keep their defaults.
    fn symbolic_arguments(&mut self, function: &Function, flags: &[(String, bool)]) -> Option<Bound> {
        let over_batch = !matches!(function.kind, FunctionKind::Schedule | FunctionKind::Init);
        let batch = over_batch.then(|| self.new_batch());
        let mut vars = IndexMap::new();
        let mut bound = Bound::new();
        for param in &function.params {
            let flag = flags.iter().find(|(name, _)| *name == param.name.name);
            if let Some((_, flag)) = flag {
                bound.push(Some((Value::Bool(*flag), param.name.span)));
                continue;
            }
            let value = match (&param.ty, &param.default) {
                (_, Some(_)) => None,
                (Some(ty), None) => {
                    Some((self.symbolic_argument(&param.name.name, ty, &mut vars, batch)?, param.name.span))
                }
                // Agrees with everything: names and promises of the body are looked at all the same.
                (None, None) => Some((Value::Unknown, param.name.span)),
            };
            bound.push(value);
        }
        Some(bound)
    }

    /// An optimizer against a vector of parameters of unknown length.
    fn try_optimizer(&mut self, function: &Arc<Function>) {
        let size = crate::types::Size::var(self.new_size("n"));
        let ty = TensorType::plain(crate::types::Shape(vec![size]));
        let (_, weight) = self.new_slot("w", ty.clone());
        let (_, gradient) = self.new_slot("g", ty);
        let (_, step) = self.new_slot("t", TensorType::number());
        let needs = function.params.iter().filter(|param| param.default.is_none());
        let stand_ins: Vec<(String, Value, crate::base::Span)> = needs
            .map(|param| {
                let (_, node) = self.new_slot(&param.name.name, TensorType::number());
                (param.name.name.clone(), Value::Node(node), param.name.span)
            })
            .collect();
        self.run_optimizer(
            function,
            &stand_ins,
            super::optimizer::Update { weight, gradient, step },
            true,
            function.head_span,
        );
    }

    /// A fresh graph for a statement; the old one is given back.
    pub fn replace_graph(&mut self, graph: Graph) -> Graph {
        self.made_in.clear();
        self.brought.clear();
        std::mem::replace(&mut self.graph, graph)
    }
}

/// What a definition is checked with: its flags as they are by default, then each one turned.
fn flag_variants(function: &Function) -> Vec<Vec<(String, bool)>> {
    let flags =
        function.params.iter().filter(|param| matches!(&param.ty, Some(ty) if ty.kind == TypeExprKind::Bool));
    let flags = flags.filter_map(|param| match &param.default {
        None => Some((param.name.name.clone(), true)),
        Some(Expr { kind: ExprKind::Bool(value), .. }) => Some((param.name.name.clone(), *value)),
        Some(_) => None,
    });
    let usual: Vec<(String, bool)> = flags.take(MAX_TURNED).collect();
    let turned = (0..usual.len()).map(|at| {
        let mut variant = usual.clone();
        variant[at].1 = !variant[at].1;
        variant
    });
    std::iter::once(usual.clone()).chain(turned).collect()
}

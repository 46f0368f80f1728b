//! The state of an elaboration: the graph, the names, the models, the calls under way, the mistakes found.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::model::Model;
use super::problems::Problems;
use super::scope::{Binding, Frame, Owner};
use super::value::{FunctionValue, Target, Value};
use super::{builtin, constant_of, problem};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::graph::{Graph, Leaf, NodeId, SlotId};
use crate::ops;
use crate::syntax::tree::{BinaryOp, Expr, ExprId, ExprKind, Function, Ident};
use crate::types::{BatchId, Size, SizeVar, TensorType};

/// Calls inside calls; more is a recursion that does not end.
pub(super) const MAX_CALL_DEPTH: usize = 64;
/// Calls that one call of a script may lead to: a recursion that branches makes more than anyone waits for.
const MAX_CALLS: usize = 250_000;
/// Nodes of one elaboration; more would not fit any plan.
pub(super) const MAX_NODES: usize = 4_000_000;

/// Lives as long as a session; mistakes are taken out after each statement. A clone is a session to try things in.
#[derive(Clone, Debug, Default)]
pub struct Elaborator {
    pub graph: Graph,
    pub globals: IndexMap<String, Binding>,
    pub models: Vec<Model>,
    /// What `training` is for the expressions being elaborated.
    pub training: bool,
    /// States that the expressions elaborated so far update, with their new values.
    pub state_updates: IndexMap<SlotId, NodeId>,
    /// Type of each expression at its first elaboration, when asked for.
    pub facts: Option<IndexMap<ExprId, Fact>>,
    pub(super) prelude: IndexMap<String, Arc<Function>>,
    pub(super) frames: Vec<Frame>,
    pub(super) broken: HashSet<Span>,
    /// How large the graph was when this statement began.
    pub(super) nodes_at_start: usize,
    /// Calls since the outermost one that is under way.
    calls: CallCount,
    /// States made by the optimizer that is being inlined.
    pub(super) optimizer_states: Vec<super::optimizer::OptimizerState>,
    /// Sums made by the metric that is being elaborated for a step.
    pub(super) metric_totals: Option<Vec<(SlotId, NodeId)>>,
    /// Where the shapes of slots are written.
    pub(super) origins: HashMap<SlotId, super::candidates::Origin>,
    /// Numbers of examples: a size that is one of them was probably meant to be left out.
    pub example_counts: Vec<super::ExampleCount>,
    /// Bindings that nobody uses.
    pub unused: Vec<super::UnusedName>,
    /// For values that library code made: the use of it in the user's text.
    pub(super) made_in: HashMap<NodeId, Span>,
    /// The session's graph while another one is built.
    pub(super) home: Option<Graph>,
    /// Nodes of the session's graph that stand in the other one as slots.
    pub(super) brought: IndexMap<NodeId, (SlotId, Arc<str>)>,
    pub(super) problems: Problems,
    pub(super) reported: HashSet<(Slug, Span)>,
    /// Names that were reported as unknown, and in which declaration.
    pub(super) unknown: HashSet<(String, Option<Span>)>,
    /// Branches under way of which only a use will know whether they are taken.
    pub(super) undecided: usize,
    /// Names that later statements declare.
    pub upcoming: IndexMap<String, Upcoming>,
    /// The statement of the script that is being walked.
    pub statement: Option<Span>,
    /// Values of slots that no statement made: arguments that a gradient was asked of.
    pub known_slots: HashMap<SlotId, crate::graph::Constant>,
    next: Counters,
    /// Random values that statements have made since the graph was begun, where a session counts them.
    draws: Option<u64>,
    /// Values of actions and trainings inside the statement, done before it is elaborated.
    pub results: HashMap<ExprId, Value>,
    /// Arrays that `load("w.npy")` in the program refers to, read by the session.
    pub loaded: HashMap<String, Arc<crate::graph::Constant>>,
}

/// What was found out about an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub span: Span,
    pub ty: String,
    /// Where its shape was born.
    pub origin: Option<Span>,
}

/// Where a later statement declares a name, or one that a run did not come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upcoming {
    pub name: Span,
    pub stmt: Span,
    /// The run ended with a mistake in this statement or before.
    pub was_left: bool,
}

/// What the next slot, size and batch are numbered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    slot: u32,
    size: u32,
    batch: u32,
}

/// What [`Elaborator::declare`] made of a declaration.
#[derive(Clone, Debug)]
pub enum Definition {
    Function(Arc<Function>),
    Model(super::ModelId),
}

/// How much one call of a script has led to.
#[derive(Clone, Copy, Debug, Default)]
struct CallCount {
    open: usize,
    made: usize,
    given_up: bool,
}

impl Elaborator {
    /// An elaborator that knows the given prelude.
    pub fn new(prelude: impl IntoIterator<Item = Arc<Function>>) -> Elaborator {
        let prelude = prelude.into_iter().map(|function| (function.name.name.clone(), function)).collect();
        Elaborator { prelude, ..Elaborator::default() }
    }

    /// The mistakes found since the last call, in order of place.
    pub fn take_problems(&mut self) -> Vec<Diagnostic> {
        self.problems.take()
    }

    /// So many more errors were taken and will be told; beyond [`MOST_TOLD`](crate::diagnostics::MOST_TOLD) in all,
    /// further ones are only counted.
    pub fn add_taken(&mut self, errors: usize) {
        self.problems.add_taken(errors);
    }

    /// Counts from the first error again; how many were only counted so far.
    pub fn begin_again(&mut self) -> usize {
        std::mem::take(&mut self.problems).error_count()
    }

    pub fn has_problems(&self) -> bool {
        self.problems.has_errors()
    }

    /// Whether a part of this text could not be read, as far as that was not taken out yet.
    pub fn has_syntax_error_in(&self, span: Span) -> bool {
        self.problems.iter().any(|one| one.slug == Slug::Syntax && span.contains(one.primary.span))
    }

    pub(super) fn problem_count(&self) -> usize {
        self.problems.error_count()
    }

    /// Reports a mistake once. Inside a call, the outermost use outside the callee's text becomes the primary
    /// place and the place inside a second one.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if !self.reported.insert((diagnostic.slug, diagnostic.primary.span)) {
            return;
        }
        let diagnostic = self.at_use(diagnostic);
        self.problems.push(diagnostic);
    }

    /// A value that nobody takes.
    pub fn report_no_effect(&mut self, expr: &Expr) {
        let diagnostic = problem::no_effect(expr);
        if self.reported.insert((diagnostic.slug, diagnostic.primary.span)) {
            self.problems.push(diagnostic);
        }
    }

    /// `x == 3` alone on its line, where nothing is called `x`: reported, and the name that was meant to be bound.
    pub fn meant_binding(&mut self, expr: &Expr) -> Option<Ident> {
        let ExprKind::Binary { op: BinaryOp::Equal, lhs, .. } = &expr.kind else { return None };
        let ExprKind::Name(name) = &lhs.kind else { return None };
        if self.lookup(name).is_some() {
            return None;
        }
        self.report_no_effect(expr);
        Some(Ident { name: name.clone(), span: lhs.span })
    }

    /// Takes back what was found since there were so many errors: a better account of it follows.
    pub(super) fn drop_problems(&mut self, errors: usize) {
        self.problems.drop_to(errors);
    }

    /// Forgets what was reported, so that the same mistake in the next input of a prompt is reported again.
    pub fn forget_reported(&mut self) {
        self.unknown.clear();
        self.reported.clear();
    }

    fn in_definition(&self) -> bool {
        self.frames.first().is_some_and(|frame| frame.is_definition)
    }

    fn at_use(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let calls: Vec<&Frame> = self.frames.iter().filter(|frame| !frame.is_definition).collect();
        let Some(outermost) = calls.first() else { return diagnostic };
        let inside = diagnostic.primary.clone();
        if outermost.call_span == inside.span {
            return diagnostic;
        }
        let in_use = format!("in this use of `{}`", outermost.name);
        if !calls.iter().any(|frame| frame.text.is_some_and(|text| text.contains(inside.span))) {
            // It is in the user's text already: an argument.
            return diagnostic.label(outermost.call_span, in_use);
        }
        for frame in calls.iter().skip(1).rev().take(3) {
            if diagnostic.labels.iter().any(|label| label.span == frame.call_span) {
                continue;
            }
            diagnostic = diagnostic.label(frame.call_span, format!("in `{}`, used here", frame.name));
        }
        diagnostic.labels.insert(0, inside);
        diagnostic.primary.span = outermost.call_span;
        diagnostic.primary.text = in_use;
        diagnostic
    }

    /// From here on random values of statements are counted from 1: those of one round are told apart by their number,
    /// rounds by their step.
    pub fn count_draws(&mut self) {
        self.draws = Some(0);
    }

    /// Where numbering stands.
    pub fn counters(&self) -> Counters {
        self.next
    }

    /// Goes on numbering from there.
    pub fn set_counters(&mut self, counters: Counters) {
        self.next = counters;
    }

    /// Slots made so far; the next one has this number.
    pub fn slot_count(&self) -> u32 {
        self.next.slot
    }

    pub fn new_slot(&mut self, name: &str, ty: TensorType) -> (SlotId, NodeId) {
        let id = SlotId(self.next.slot);
        self.next.slot += 1;
        (id, self.graph.leaf(Leaf::Slot { id, name: name.into() }, ty))
    }

    pub fn new_batch(&mut self) -> BatchId {
        self.next.batch += 1;
        BatchId(self.next.batch)
    }

    pub fn new_size(&mut self, name: &str) -> SizeVar {
        self.next.size += 1;
        SizeVar { id: self.next.size, name: name.into() }
    }

    /// Finds a name: locals of the call, globals, prelude, primitives, functions of the session.
    pub fn lookup(&mut self, name: &str) -> Option<Value> {
        if let Some(value) = self.frames.last().and_then(|frame| frame.locals.get(name)) {
            return Some(value.value.clone());
        }
        let sees_script = self.frames.last().is_none_or(|frame| !frame.is_library);
        if sees_script && let Some(binding) = self.globals.get(name) {
            let value = binding.value.clone();
            return Some(self.bring(&value));
        }
        if let Some(function) = self.prelude.get(name) {
            return Some(Value::declared(function.clone()));
        }
        if let Some(value) = builtin::find(name) {
            return Some(value);
        }
        let primitive = ops::find(name)?;
        Some(Value::Function(FunctionValue { target: Target::Primitive(primitive), preset: Vec::new() }))
    }

    pub fn lookup_or_report(&mut self, name: &str, span: Span) -> Value {
        if name == super::words::TRAINING {
            return Value::Bool(self.training);
        }
        match self.lookup(name) {
            Some(value) => value,
            None => {
                let place = self.frames.first().and_then(|frame| frame.text.or(Some(frame.call_span)));
                if !self.unknown.insert((name.to_string(), place.filter(|_| self.in_definition()))) {
                    return Value::Unknown;
                }
                let near = match self.problems.is_full() {
                    true => None,
                    false => problem::nearest(name, self.known_names()),
                };
                self.report(match self.upcoming.get(name) {
                    Some(later) => problem::declared_later(name, span, *later, self.statement),
                    None => problem::unknown_name(name, span, near),
                });
                Value::Unknown
            }
        }
    }

    /// All names that can be used here.
    pub fn known_names(&self) -> Vec<String> {
        let locals = self.frames.last().into_iter().flat_map(|frame| frame.locals.keys().cloned());
        let rest = self.globals.keys().chain(self.prelude.keys()).cloned();
        let fixed = builtin::names()
            .chain(ops::catalogue().iter().map(|primitive| primitive.name))
            .map(str::to_string);
        locals.chain(rest).chain(fixed).collect()
    }

    /// Whether the library or a primitive has this name.
    pub fn is_in_library(&self, name: &str) -> bool {
        let has_no_sign = super::arith::sign_of(name) == name;
        self.prelude.contains_key(name)
            || builtin::find(name).is_some()
            || has_no_sign && ops::find(name).is_some()
    }

    /// Whether a function of this name has a parameter of that one.
    pub fn takes(&self, function: &str, parameter: &str) -> bool {
        let declared = self.prelude.get(function);
        declared.is_some_and(|function| function.params.iter().any(|param| param.name.name == parameter))
    }

    pub fn prelude_functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.prelude.values()
    }

    /// A value as a node of the graph; what cannot be one is reported.
    pub fn node_of(&mut self, value: &Value, span: Span) -> Option<NodeId> {
        match value {
            Value::Node(id) => Some(*id),
            Value::Variable(variable) => Some(variable.node),
            Value::Number(number) => Some(self.graph.constant(*number)),
            Value::Bool(value) => Some(self.graph.constant(f64::from(u8::from(*value)))),
            Value::Int(Size::Known(n)) => Some(self.graph.constant(*n as f64)),
            Value::Int(size) => Some(self.graph.leaf(Leaf::Size(size.clone()), TensorType::number())),
            Value::Unknown => None,
            Value::List(items) => self.list_node(items, span),
            Value::Function(_) => {
                self.report(problem::without_input(span, value));
                None
            }
            Value::Nothing
            | Value::Text(_)
            | Value::Template(_)
            | Value::Model { .. }
            | Value::Parameters(_)
            | Value::Axis(_)
            | Value::Shape(_)
            | Value::Record(_)
            | Value::Range { .. }
            | Value::Word(_) => {
                self.report(problem::kind(span, "a number, vector or matrix", value));
                None
            }
        }
    }

    /// The type a value would have as a node, as messages and hints show it.
    pub fn describe(&self, value: &Value) -> String {
        match value {
            Value::Node(id) if *self.graph.ty(*id) == TensorType::number() => "real".to_string(),
            Value::Node(id) => self.graph.ty(*id).to_string(),
            Value::Variable(variable) => self.describe(&variable.known),
            Value::List(items) => match constant_of(items) {
                Some(constant) => crate::types::Shape::known(&constant.shape).to_string(),
                None => value.kind().to_string(),
            },
            Value::Number(_) => "real".to_string(),
            Value::Int(_) => "int".to_string(),
            Value::Bool(_) => "bool".to_string(),
            Value::Text(_) | Value::Template(_) => "text".to_string(),
            Value::Function(function) => format!("fn {}", function.name()),
            Value::Model { id, .. } => self.models.get(id.0).map_or("model".to_string(), Model::signature),
            Value::Unknown
            | Value::Nothing
            | Value::Parameters(_)
            | Value::Axis(_)
            | Value::Shape(_)
            | Value::Record(_)
            | Value::Range { .. }
            | Value::Word(_) => value.kind().to_string(),
        }
    }

    pub(super) fn note_fact(&mut self, id: ExprId, span: Span, value: &Value) {
        if self.facts.is_none() || value.is_unknown() {
            return;
        }
        let ty = self.describe(value);
        let origin = match value {
            Value::Node(node) => self.place_of_birth(self.born(*node)),
            _ => None,
        };
        if let Some(facts) = &mut self.facts {
            facts.entry(id).or_insert(Fact { span, ty, origin });
        }
    }

    /// Begins a call; false where the outermost one under way has led to more than it may, or into a recursion without
    /// an end: then nothing more is called until it is left.
    pub(super) fn enter_call(&mut self, span: Span) -> bool {
        if self.calls.open == 0 {
            self.calls = CallCount::default();
        }
        if self.calls.given_up {
            return false;
        }
        self.calls.made += 1;
        if self.calls.made > MAX_CALLS {
            self.calls.given_up = true;
            self.report(problem::limit(span, format!("this leads to more than {MAX_CALLS} calls")));
            return false;
        }
        self.calls.open += 1;
        true
    }

    pub(super) fn has_given_up_calls(&self) -> bool {
        self.calls.open > 0 && self.calls.given_up
    }

    pub(super) fn leave_call(&mut self) {
        self.calls.open -= 1;
    }

    /// A recursion without an end was reported: its other branches have none either.
    pub(super) fn give_up_calls(&mut self) {
        self.calls.given_up = true;
    }

    /// Whether the graph has grown past what any run could hold; reported once.
    pub(super) fn over_limit(&mut self, span: Span) -> bool {
        if self.graph.len().saturating_sub(self.nodes_at_start) < MAX_NODES {
            return false;
        }
        self.report(problem::limit(span, format!("this unrolls to more than {MAX_NODES} operations")));
        true
    }

    /// The innermost frame that keeps parameters; functions pass through to it.
    pub(super) fn owner_frame(&self) -> Option<usize> {
        self.frames.iter().rposition(|frame| frame.owner != Owner::Nobody)
    }

    /// A name for the next random numbers asked for here. In a step and in a definition it is the same at every
    /// elaboration of the same text; in statements every value that is made has its own, so that two calls differ and
    /// one value stays what it is.
    pub(super) fn stream_name(&mut self, span: Span) -> String {
        let is_statement = self.home.is_none() && !self.frames.iter().any(|frame| frame.is_definition);
        let draws = self.draws.as_mut().filter(|_| is_statement).map(|draws| {
            *draws += 1;
            *draws
        });
        match self.owner_frame() {
            Some(at) => {
                let frame = &mut self.frames[at];
                frame.randoms += 1;
                let name = format!("{}#{}", frame.path.as_deref().unwrap_or(""), frame.randoms);
                draws.map_or(name.clone(), |draw| format!("{name}@{draw}"))
            }
            None => draws.map_or_else(|| format!("@{}", span.start), |draw| format!("draw {draw}")),
        }
    }
}

//! A place to evaluate expressions of the language on given numbers, by both evaluators.

use std::sync::{Arc, OnceLock};

use nn::base::{Sources, Span};
use nn::diagnostics::Diagnostic;
use nn::elaborate::{Binding, Elaborator, Stored, Value};
use nn::exec;
use nn::exec::reference::Environment;
use nn::grad::{GradProblem, differentiate};
use nn::graph::NodeId;
use nn::ops::build;
use nn::syntax;
use nn::syntax::tree::{Function, StmtKind};
use nn::tensor::{Axis, Buffer, Precision, Tensor};
use nn::types::{BatchId, Shape, TensorType};

use super::array::{Array, compare};

/// How far the planned executor may be from the plain evaluator, in doubles; sums are taken in another order.
const BETWEEN_EVALUATORS: f64 = 1e-11;

pub struct Bench {
    pub elaborator: Elaborator,
    pub environment: Environment,
    sources: Sources,
    next_id: u32,
    batch: BatchId,
}

fn library() -> &'static [Arc<Function>] {
    static LIBRARY: OnceLock<Vec<Arc<Function>>> = OnceLock::new();
    LIBRARY.get_or_init(|| crate::prelude::items().0)
}

impl Bench {
    /// An empty one, in double precision.
    pub fn new() -> Bench {
        let mut elaborator = Elaborator::new(library().iter().cloned());
        let batch = elaborator.new_batch();
        Bench {
            elaborator,
            environment: Environment { precision: Precision::F64, ..Environment::default() },
            sources: Sources::default(),
            next_id: 1_000_000,
            batch,
        }
    }

    /// A name for a number, vector or matrix.
    pub fn set(&mut self, name: &str, array: &Array) -> NodeId {
        let ty = TensorType::plain(Shape::known(&array.shape));
        self.supply(name, ty, &array.shape, None, array.by_columns())
    }

    /// A name for examples, one for each of the first axis.
    pub fn set_batch(&mut self, name: &str, array: &Array) -> NodeId {
        let (count, shape) = (array.shape[0], &array.shape[1..]);
        let each = shape.iter().product::<usize>();
        let examples = array
            .data
            .chunks(each.max(1))
            .flat_map(|example| Array { shape: shape.to_vec(), data: example.to_vec() }.by_columns());
        let data = examples.collect();
        self.environment.examples.insert(self.batch, count);
        let ty = TensorType::batched(Shape::known(shape), self.batch);
        self.supply(name, ty, shape, Some(count), data)
    }

    fn supply(
        &mut self,
        name: &str,
        ty: TensorType,
        shape: &[usize],
        examples: Option<usize>,
        data: Vec<f64>,
    ) -> NodeId {
        let (slot, node) = self.elaborator.new_slot(name, ty);
        let tensor = Tensor { shape: shape.to_vec(), examples, data: Buffer::F64(data) };
        self.environment.slots.insert(slot, tensor);
        self.bind(name, Value::Node(node));
        node
    }

    /// A place in an empty text.
    pub fn span(&mut self) -> Span {
        let id = self.sources.add("test", "");
        Span::new(id, 0, 0)
    }

    /// A name for a value.
    pub fn bind(&mut self, name: &str, value: Value) {
        let span = self.span();
        self.elaborator.globals.insert(name.to_string(), Binding { value, span });
    }

    /// Walks declarations and bindings; gives the value of the last expression.
    pub fn run(&mut self, text: &str) -> Result<Value, String> {
        let id = self.sources.add("test", text);
        let parsed = syntax::parse(self.sources.get(id), self.next_id);
        self.next_id = parsed.next_id;
        let mut last = Value::Nothing;
        for stmt in &parsed.ast.stmts {
            match &stmt.kind {
                StmtKind::Function(function) => {
                    self.elaborator.declare(function);
                }
                StmtKind::Expr(expr) => last = self.elaborator.expr(expr),
                StmtKind::Bind { name, value } => {
                    let value = self.elaborator.expr(value);
                    let binding = Binding { value, span: name.span };
                    self.elaborator.globals.insert(name.name.clone(), binding);
                }
                other => return Err(format!("unexpected {other:?}")),
            }
        }
        let mut problems: Vec<Diagnostic> = parsed.problems;
        problems.extend(self.elaborator.take_problems());
        match problems.iter().find(|problem| problem.is_error()) {
            None => Ok(last),
            Some(problem) => {
                Err(format!("{text}: {} ({}) {:?}", problem.headline, problem.primary.text, problem.labels))
            }
        }
    }

    /// The first value of a parameter or state.
    pub fn first(&self, stored: &Stored) -> Result<Tensor, String> {
        let init = stored.init.ok_or("no first value")?;
        let environment =
            Environment { precision: Precision::F64, seed: self.environment.seed, ..Environment::default() };
        let found = exec::reference::evaluate(&self.elaborator.graph, &[init], &environment);
        found.map(|mut found| found.remove(0)).map_err(|problem| problem.to_string())
    }

    fn model(&mut self, name: &str) -> Result<Vec<(String, Stored)>, String> {
        match self.run(name)? {
            Value::Model { id, .. } => {
                let stored = &self.elaborator.models[id.0].stored;
                Ok(stored.iter().map(|(key, stored)| (key.clone(), stored.clone())).collect())
            }
            other => Err(format!("`{name}` is {}", other.kind())),
        }
    }

    /// Gives parameters and states of a model values, and all that have none yet their first ones.
    pub fn set_model(&mut self, name: &str, values: &[(&str, Array)]) -> Result<(), String> {
        for (key, stored) in self.model(name)? {
            let given = values.iter().find(|(given, _)| *given == key);
            let tensor = match given {
                Some((_, array)) => Tensor {
                    shape: array.shape.clone(),
                    examples: None,
                    data: Buffer::F64(array.by_columns()),
                },
                None if self.environment.slots.contains_key(&stored.slot) => continue,
                None => self.first(&stored)?,
            };
            self.environment.slots.insert(stored.slot, tensor);
        }
        Ok(())
    }

    /// Gives parameters and states values as they are kept, by columns.
    pub fn set_columns(&mut self, name: &str, keys: &[String], values: &[Vec<f64>]) -> Result<(), String> {
        for (key, stored) in self.model(name)? {
            let at = keys.iter().position(|known| *known == key).ok_or_else(|| format!("no `{key}`"))?;
            let data = Buffer::F64(values[at].clone());
            self.environment
                .slots
                .insert(stored.slot, Tensor { shape: stored.shape.clone(), examples: None, data });
        }
        Ok(())
    }

    /// The first value of a parameter by its path.
    pub fn first_value(&mut self, model: &str, key: &str) -> Result<Vec<f64>, String> {
        let stored = self.model(model)?.into_iter().find(|(found, _)| found == key);
        let (_, stored) = stored.ok_or_else(|| format!("no `{key}`"))?;
        self.first(&stored).map(|tensor| tensor.data.to_f64())
    }

    /// The node of an expression.
    pub fn node(&mut self, text: &str) -> Result<NodeId, String> {
        let value = self.run(text)?;
        let span = self.span();
        self.elaborator.node_of(&value, span).ok_or_else(|| format!("{text} is {}", value.kind()))
    }

    /// The gradient of the sum of an expression by a name.
    pub fn gradient(&mut self, text: &str, wrt: &str) -> Result<NodeId, String> {
        let wrt = self.node(wrt)?;
        self.gradient_by(text, wrt)
    }

    /// The gradient of the sum of an expression by a node; zeros where only conditions and steps lead to it, which
    /// the language reports and other libraries pass over.
    pub fn gradient_by(&mut self, text: &str, wrt: NodeId) -> Result<NodeId, String> {
        let value = self.node(text)?;
        let graph = &mut self.elaborator.graph;
        let mut total = build::sum(graph, value, Axis::All);
        if graph.ty(total).batch.is_some() {
            total = build::batch_sum(graph, total);
        }
        match differentiate(graph, total, &[wrt]) {
            Ok(gradients) => Ok(gradients[0]),
            Err(GradProblem::NotDifferentiable { .. }) => {
                let ty = graph.ty(wrt).clone();
                Ok(build::zeros(graph, &ty))
            }
            Err(problem) => Err(format!("{problem:?}")),
        }
    }

    /// A name for the sum of all products of pairs of names.
    pub fn bind_sum(&mut self, name: &str, pairs: &[(&str, &str)]) -> Result<(), String> {
        let mut total = build::number(&mut self.elaborator.graph, 0.0);
        for (a, b) in pairs {
            let (a, b) = (self.node(a)?, self.node(b)?);
            let graph = &mut self.elaborator.graph;
            let product = build::mul(graph, a, b);
            let sum = build::sum(graph, product, Axis::All);
            total = build::add(graph, total, sum);
        }
        self.bind(name, Value::Node(total));
        Ok(())
    }

    /// Numbers of nodes by the plain evaluator, after the planned executor agreed. Column-major, example by example.
    pub fn numbers(&self, nodes: &[NodeId]) -> Result<Vec<Vec<f64>>, String> {
        let plain = self.plain(nodes)?;
        let planned = exec::evaluate(&self.elaborator.graph, nodes, &self.environment);
        let planned = planned.map_err(|problem| problem.to_string())?;
        // What cancels to nothing is compared with what it was made of: the largest number of them all.
        let finite = plain.iter().flatten().filter(|v| v.is_finite());
        let floor = finite.fold(0.0f64, |most, v| most.max(v.abs()));
        for (at, (plain, planned)) in plain.iter().zip(&planned).enumerate() {
            compare(&format!("planned {at}"), &planned.data.to_f64(), plain, BETWEEN_EVALUATORS, floor)?;
        }
        Ok(plain)
    }

    fn plain(&self, nodes: &[NodeId]) -> Result<Vec<Vec<f64>>, String> {
        let tensors = exec::reference::evaluate(&self.elaborator.graph, nodes, &self.environment);
        let tensors = tensors.map_err(|problem| problem.to_string())?;
        Ok(tensors.into_iter().map(|tensor| tensor.data.to_f64()).collect())
    }

    /// The numbers of one expression.
    pub fn value(&mut self, text: &str) -> Result<Vec<f64>, String> {
        let node = self.node(text)?;
        self.numbers(&[node]).map(|mut values| values.remove(0))
    }

    /// An expression compared with what is wanted, in the order of rows for a matrix.
    pub fn check(&mut self, text: &str, wanted: &Array, relative: f64, floor: f64) -> Result<(), String> {
        let found = self.value(text)?;
        compare(text, &found, &wanted.by_columns(), relative, floor)
    }

    /// As [`Bench::check`], for one that runs over the batch.
    pub fn check_batch(
        &mut self,
        text: &str,
        wanted: &Array,
        relative: f64,
        floor: f64,
    ) -> Result<(), String> {
        let found = self.value(text)?;
        compare(text, &found, &wanted.data, relative, floor)
    }
}

//! From nodes to numbers: what a run needs to know now.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::state::{FieldRef, Session};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::Value;
use crate::exec::{self, Environment, EvaluateProblem};
use crate::graph::{NodeId, SlotId};
use crate::tensor::{Buffer, Precision, Tensor};
use crate::types::BatchId;

impl Session<'_> {
    /// The numbers of nodes. Pending values of the script that are numbers are worked out along with them, since
    /// they mostly share their making. `None` after a report.
    pub(super) fn force(&mut self, nodes: &[NodeId], span: Span) -> Option<Vec<Tensor>> {
        let missing: Vec<NodeId> =
            nodes.iter().copied().filter(|node| !self.computed.contains_key(node)).collect();
        if !missing.is_empty() {
            let mut wanted: Vec<NodeId> = missing;
            if self.is_running() {
                wanted.extend(self.pending_numbers());
            }
            let mut seen = HashSet::new();
            wanted.retain(|node| seen.insert(*node));
            let values = self.evaluate(&wanted, span)?;
            self.computed.extend(wanted.into_iter().zip(values));
        }
        nodes.iter().map(|node| self.computed.get(node).cloned()).collect()
    }

    fn pending_numbers(&self) -> Vec<NodeId> {
        let named = self.elaborator.globals.values().filter_map(|binding| match &binding.value {
            Value::Node(node) => Some(*node),
            _ => None,
        });
        named
            .filter(|node| {
                let ty = self.elaborator.graph.ty(*node);
                ty.shape.is_scalar() && ty.batch.is_none() && !self.computed.contains_key(node)
            })
            .collect()
    }

    fn evaluate(&mut self, nodes: &[NodeId], span: Span) -> Option<Vec<Tensor>> {
        let (slots, batches) = self.elaborator.graph.needs(nodes);
        let mut environment = Environment {
            slots: IndexMap::new(),
            examples: IndexMap::new(),
            precision: self.precision,
            seed: self.seed,
            step: self.rounds,
        };
        for slot in slots {
            let tensor = self.tensor(slot)?;
            environment.slots.insert(slot, tensor);
        }
        for batch in batches {
            let count = *self.batches.get(&batch)?;
            environment.examples.insert(batch, count);
        }
        match exec::evaluate(&self.elaborator.graph, nodes, &environment) {
            Ok(values) => {
                debug_assert!(nodes.iter().zip(&values).all(|(node, tensor)| {
                    let ty = self.elaborator.graph.ty(*node);
                    ty.shape.dims().as_deref() == Some(tensor.shape.as_slice())
                        && ty.batch.is_some() == tensor.examples.is_some()
                        && tensor.data.len()
                            == tensor.shape.iter().product::<usize>() * tensor.examples.unwrap_or(1)
                }));
                Some(values)
            }
            Err(problem) => {
                self.report(evaluate_problem(&problem, span));
                None
            }
        }
    }

    /// The present value of a slot.
    pub(super) fn tensor(&self, slot: SlotId) -> Option<Tensor> {
        if let Some(tensor) = self.values.get(&slot) {
            return Some(tensor.clone());
        }
        if let Some(constant) = self.elaborator.known_slots.get(&slot) {
            let data = self.buffer(constant.values.clone());
            return Some(Tensor { shape: constant.shape.clone(), examples: None, data });
        }
        self.field_tensor(self.fields.get(&slot)?)
    }

    /// All examples of a field, or the rows of a batch.
    fn field_tensor(&self, reference: &FieldRef) -> Option<Tensor> {
        let part = self.datasets.get(&reference.dataset)?.parts.get(&reference.part)?;
        let field = if reference.is_input { &part.input } else { part.target.as_ref()? };
        let all: Vec<u32>;
        let rows: &[u32] = match &reference.rows {
            Some(rows) => rows,
            None => {
                all = (0..part.n_examples as u32).collect();
                &all
            }
        };
        let len = field.shape.iter().product::<usize>() * rows.len();
        let data = match self.precision {
            Precision::F32 => {
                let mut out = vec![0.0f32; len];
                field.gather_into(rows, &mut out);
                Buffer::F32(out)
            }
            Precision::F64 => {
                let mut out = vec![0.0f64; len];
                field.gather_into(rows, &mut out);
                Buffer::F64(out)
            }
        };
        Some(Tensor { shape: field.shape.clone(), examples: Some(rows.len()), data })
    }

    /// A value as a number, worked out if it must be.
    pub(super) fn number(&mut self, value: &Value, span: Span) -> Option<f64> {
        if let Some(number) = value.as_number() {
            return Some(number);
        }
        let node = self.elaborator.node_of(value, span)?;
        let tensor = self.force(&[node], span)?.pop()?;
        if tensor.shape.is_empty() && tensor.examples.is_none() {
            return tensor.data.get(0);
        }
        let ty = self.elaborator.graph.ty(node).to_string();
        self.report(
            Diagnostic::error(Slug::ShapeMismatch, span, format!("expected one number, found `{ty}`"))
                .here(format!("this is `{ty}`")),
        );
        None
    }

    /// A condition: known, or worked out by a run; `None` while checking what only a run knows.
    pub(super) fn truth(&mut self, value: &Value, span: Span) -> Option<bool> {
        match value.known() {
            Value::Bool(truth) => Some(*truth),
            Value::Unknown => None,
            other if self.is_running() => self.number(other, span).map(|number| number != 0.0),
            other => {
                let node = self.elaborator.node_of(other, span)?;
                let ty = self.elaborator.graph.ty(node).clone();
                if !ty.shape.is_scalar() || ty.batch.is_some() {
                    self.report(
                        Diagnostic::error(
                            Slug::ShapeMismatch,
                            span,
                            format!("a condition is one truth, found `{ty}`"),
                        )
                        .here(format!("this is `{ty}`")),
                    );
                }
                None
            }
        }
    }

    /// A slot that holds a tensor, as a node.
    pub(super) fn slot_of(&mut self, name: &str, tensor: Tensor, batch: Option<BatchId>) -> NodeId {
        let shape = crate::types::Shape::known(&tensor.shape);
        let ty = crate::types::TensorType { shape, batch };
        let (slot, node) = self.elaborator.new_slot(name, ty);
        if let (Some(batch), Some(count)) = (batch, tensor.examples) {
            self.batches.insert(batch, count);
        }
        self.values.insert(slot, tensor);
        node
    }

    /// A number as a node whose value is known.
    pub(super) fn number_slot(&mut self, name: &str, number: f64) -> NodeId {
        let data = self.buffer(vec![number]);
        self.slot_of(name, Tensor { shape: Vec::new(), examples: None, data }, None)
    }

    /// Numbers in the precision of the script.
    pub(super) fn buffer(&self, values: Vec<f64>) -> Buffer {
        match self.precision {
            Precision::F32 => Buffer::F32(values.into_iter().map(|value| value as f32).collect()),
            Precision::F64 => Buffer::F64(values),
        }
    }
}

pub(super) fn evaluate_problem(problem: &EvaluateProblem, span: Span) -> Diagnostic {
    Diagnostic::error(Slug::Limit, span, format!("this cannot be worked out: {problem}")).here("here")
}

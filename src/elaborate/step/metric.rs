//! Metrics of a step, each with how it is averaged over all examples.
//!
//! Called by the step for each metric that is asked for.

use super::StepRequest;
use crate::base::Span;
use crate::elaborate::value::{FunctionValue, Target, Value};
use crate::elaborate::{Elaborator, problem};
use crate::graph::{NodeId, SlotId};
use crate::syntax::tree::FunctionKind;
use crate::tensor::Fold;
use crate::types::{BatchId, TensorType};

/// How a metric is averaged over all examples.
#[derive(Clone, Debug)]
pub struct MetricPlan {
    pub name: String,
    /// Sums over the examples of a batch, to be added over batches.
    pub sums: Vec<NodeId>,
    /// The slots that take the sums, and the result made of them; without it, the one sum over the count.
    pub finish: Option<(Vec<SlotId>, NodeId)>,
    /// Where the metric compares examples with each other: `sums` are predictions and targets, kept and not added.
    pub whole: Option<Whole>,
}

/// A metric of all examples at once.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    /// All examples that are measured.
    pub batch: BatchId,
    /// Take the predictions and the targets.
    pub slots: [SlotId; 2],
    pub result: NodeId,
}

impl Elaborator {
    pub(super) fn metric(
        &mut self,
        metric: &Value,
        span: Span,
        prediction: NodeId,
        truth: Option<NodeId>,
        request: &StepRequest,
    ) -> Option<MetricPlan> {
        let name = match metric {
            Value::Function(FunctionValue { target: Target::Declared(function), .. })
                if matches!(function.kind, FunctionKind::Metric | FunctionKind::Loss | FunctionKind::Fn) =>
            {
                function.name.name.clone()
            }
            Value::Unknown => return None,
            other => {
                self.report(problem::kind(span, "a metric, such as `accuracy`", other));
                return None;
            }
        };
        let outer = self.metric_totals.replace(Vec::new());
        let value = self.per_example(metric, span, prediction, truth, request);
        let totals = std::mem::replace(&mut self.metric_totals, outer).unwrap_or_default();
        let node = value?;
        if totals.is_empty() && self.graph.ty(node).batch.is_none() && self.depends(node, prediction, truth) {
            return self.whole_metric(metric, span, prediction, truth?, request);
        }
        if totals.is_empty() {
            let batch = self.graph.ty(prediction).batch?;
            let sum = self.over_batch(Fold::Sum, node, batch, span)?;
            return Some(MetricPlan { name, sums: vec![sum], finish: None, whole: None });
        }
        let (slots, sums) = totals.into_iter().unzip();
        Some(MetricPlan { name, sums, finish: Some((slots, node)), whole: None })
    }

    /// A metric that is one number of a whole batch, such as the area under a curve: of all examples, whatever the
    /// batches are, since their predictions and targets are kept.
    pub(super) fn whole_metric(
        &mut self,
        metric: &Value,
        span: Span,
        prediction: NodeId,
        truth: NodeId,
        request: &StepRequest,
    ) -> Option<MetricPlan> {
        let batch = self.new_batch();
        let [answers, targets] = [("p", prediction), ("t", truth)].map(|(name, node)| {
            let shape = self.graph.ty(node).shape.clone();
            self.new_slot(name, TensorType::batched(shape, batch))
        });
        let result = self.per_example(metric, span, answers.1, Some(targets.1), request)?;
        let Value::Function(FunctionValue { target: Target::Declared(function), .. }) = metric else {
            return None;
        };
        let whole = Whole { batch, slots: [answers.0, targets.0], result };
        let (name, sums) = (function.name.name.clone(), vec![prediction, truth]);
        Some(MetricPlan { name, sums, finish: None, whole: Some(whole) })
    }

    /// Whether a value is made of the prediction or of its target.
    pub(super) fn depends(&self, value: NodeId, prediction: NodeId, truth: Option<NodeId>) -> bool {
        let (mut open, mut seen) = (vec![value], std::collections::HashSet::new());
        while let Some(id) = open.pop() {
            if id == prediction || Some(id) == truth {
                return true;
            }
            if seen.insert(id) {
                open.extend(self.graph.node(id).inputs.iter().copied());
            }
        }
        false
    }

    /// Inside a step, a total is a slot that takes the sum over all batches; elsewhere it is the sum itself.
    pub(in crate::elaborate) fn total_stand_in(&mut self, name: &str, sum: NodeId) -> NodeId {
        if self.metric_totals.is_none() {
            return sum;
        }
        let ty = self.graph.ty(sum).clone();
        let (slot, node) = self.new_slot(name, ty);
        if let Some(totals) = &mut self.metric_totals {
            totals.push((slot, sum));
        }
        node
    }
}

/// Of a metric that is asked for more than once, each has the values of its options behind its name: `top_k_1`; where
/// those are the same, a count.
pub(super) fn name_apart(plans: &mut [MetricPlan], asked: &[(Value, Span)]) {
    let names: Vec<String> = plans.iter().map(|plan| plan.name.clone()).collect();
    let is_repeated = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
    for (plan, (metric, _)) in plans.iter_mut().zip(asked).filter(|(plan, _)| is_repeated(&plan.name)) {
        let Value::Function(function) = metric else { continue };
        let values = function.preset.iter().filter_map(|(_, value, _)| value.as_number());
        let parts = std::iter::once(plan.name.clone()).chain(values.map(|value| value.to_string()));
        // A name is letters, digits and `_`.
        plan.name = parts.collect::<Vec<_>>().join("_").replace('-', "minus").replace('.', "_");
    }
    for at in 1..plans.len() {
        let (before, rest) = plans.split_at_mut(at);
        let Some(plan) = rest.first_mut() else { continue };
        let (plain, mut count) = (plan.name.clone(), 1);
        while before.iter().any(|other| other.name == plan.name) {
            count += 1;
            plan.name = format!("{plain}_{count}");
        }
    }
}

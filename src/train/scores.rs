//! Sums of losses and metrics over batches, and the means they become.

use indexmap::IndexMap;

use super::Runner;
use crate::elaborate::{MetricPlan, Step, Whole};
use crate::exec::{self, Environment};
use crate::graph::NodeId;
use crate::tensor::{Buffer, Precision, Tensor};

/// Sums so far, in f64 whatever the precision of the script.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    n_examples: usize,
    loss: f64,
    /// For each metric, each of its sums.
    metrics: Vec<Vec<Vec<f64>>>,
}

/// The nodes whose values [`Sums::add`] reads, in its order.
pub fn outputs(step: &Step) -> Vec<NodeId> {
    let sums = step.metrics.iter().flat_map(|metric| metric.sums.iter().copied());
    let descent = step.descent.iter();
    let descent = descent.flat_map(|descent| {
        std::iter::once(descent.objective).chain(descent.gradients.iter().map(|(_, node)| *node))
    });
    step.loss.iter().copied().chain(sums).chain(descent).collect()
}

/// How many of them are loss and metrics; what a method reads follows.
pub(super) fn measured(step: &Step) -> usize {
    usize::from(step.loss.is_some()) + step.metrics.iter().map(|metric| metric.sums.len()).sum::<usize>()
}

impl Sums {
    /// Adds the outputs of a run over `n_examples`.
    pub fn add(&mut self, step: &Step, runner: &Runner<'_>, n_examples: usize) {
        self.n_examples += n_examples;
        let mut at = 0;
        if step.loss.is_some() {
            self.loss += runner.number(0);
            at = 1;
        }
        if step.metrics.is_empty() {
            return;
        }
        if self.metrics.is_empty() {
            self.metrics = step.metrics.iter().map(|metric| vec![Vec::new(); metric.sums.len()]).collect();
        }
        let mut keeps = step.metrics.iter().flat_map(|plan| plan.sums.iter().map(|_| plan.whole.is_some()));
        for sum in self.metrics.iter_mut().flatten() {
            let values = runner.output(at).map_or_else(Vec::new, |tensor| tensor.data.to_f64());
            at += 1;
            if keeps.next() == Some(true) {
                sum.extend(values);
                continue;
            }
            sum.resize(values.len(), 0.0);
            sum.iter_mut().zip(values).for_each(|(total, value)| *total += value);
        }
    }

    pub fn mean_loss(&self) -> f64 {
        self.loss / self.n_examples.max(1) as f64
    }

    pub fn metrics(&self, step: &Step) -> IndexMap<String, f64> {
        let plans = step.metrics.iter().zip(&self.metrics);
        plans.map(|(plan, sums)| (plan.name.clone(), self.finish(step, plan, sums))).collect()
    }

    /// A metric of all examples at once, from what was kept of them.
    fn of_all(&self, step: &Step, plan: &MetricPlan, whole: &Whole, kept: &[Vec<f64>]) -> f64 {
        let slots = whole.slots.iter().zip(&plan.sums).zip(kept).map(|((slot, node), values)| {
            let shape = step.graph.ty(*node).shape.dims().unwrap_or_default();
            (*slot, Tensor { shape, examples: Some(self.n_examples), data: Buffer::F64(values.clone()) })
        });
        let environment = Environment {
            slots: slots.collect(),
            examples: IndexMap::from([(whole.batch, self.n_examples)]),
            precision: Precision::F64,
            seed: 0,
            step: 0,
        };
        let value = exec::evaluate(&step.graph, &[whole.result], &environment);
        value.ok().and_then(|values| values.first().and_then(|tensor| tensor.data.get(0))).unwrap_or(f64::NAN)
    }

    /// A mean over examples, or the metric's own expression of its sums.
    fn finish(&self, step: &Step, plan: &MetricPlan, sums: &[Vec<f64>]) -> f64 {
        if let Some(whole) = &plan.whole {
            return self.of_all(step, plan, whole, sums);
        }
        let Some((slots, node)) = &plan.finish else {
            let sum = sums.first().and_then(|sum| sum.first()).copied().unwrap_or(f64::NAN);
            return sum / self.n_examples.max(1) as f64;
        };
        let slots = slots.iter().zip(&plan.sums).zip(sums).map(|((slot, node), sum)| {
            let shape = step.graph.ty(*node).shape.dims().unwrap_or_default();
            (*slot, Tensor { shape, examples: None, data: Buffer::F64(sum.clone()) })
        });
        let environment = Environment {
            slots: slots.collect(),
            examples: IndexMap::new(),
            precision: Precision::F64,
            seed: 0,
            step: 0,
        };
        let value = exec::reference::evaluate(&step.graph, &[*node], &environment);
        value.ok().and_then(|values| values.first().and_then(|tensor| tensor.data.get(0))).unwrap_or(f64::NAN)
    }
}

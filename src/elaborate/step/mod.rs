//! The training step as one graph: forward, loss, gradient, optimizer, metrics.

mod compared;
mod descent;
mod metric;

pub use descent::Descent;
pub use metric::{MetricPlan, Whole};

use super::arguments::Given;
use super::candidates::Origin;
use super::optimizer::OptimizerState;
use super::value::{FieldOrigin, Value};
use super::warnings::Compared;
use super::{Elaborator, ModelId, Plateau};
use crate::base::Span;
use crate::graph::{Graph, Leaf, NodeId, ShapeProblem, SlotId};
use crate::ops;
use crate::tensor::Fold;
use crate::types::{BatchId, Shape, TensorType};

/// What a training or an evaluation asks for.
#[derive(Clone, Debug)]
pub struct StepRequest {
    pub model: ModelId,
    pub model_span: Span,
    /// Paths of the parameters to train; empty for all.
    pub only: Vec<String>,
    /// Shape of one input and one target.
    pub input: Shape,
    pub target: Option<Shape>,
    pub data_span: Span,
    /// Where the columns of input and target are written.
    pub input_origin: FieldOrigin,
    pub target_origin: FieldOrigin,
    pub loss: Option<(Value, Span)>,
    pub optimizer: Option<(Value, Span)>,
    /// A schedule in place of the optimizer's `lr`.
    pub schedule: Option<(Value, Span)>,
    pub metrics: Vec<(Value, Span)>,
    /// The largest norm of all gradients together.
    pub clip: Option<f64>,
    /// The largest size of each number of a gradient.
    pub clip_value: Option<f64>,
    pub plateau: Option<Plateau>,
    pub l1: f64,
    pub l2: f64,
    /// How many examples a step of training sees, and where that is written.
    pub batch: Option<(usize, Span)>,
}

/// A compiled request: a graph with its slots.
#[derive(Debug)]
pub struct Step {
    pub graph: Graph,
    pub batch: BatchId,
    pub input: SlotId,
    pub target: Option<SlotId>,
    /// The count of the step, from 1.
    pub count: SlotId,
    /// The loss summed over the examples of the batch.
    pub loss: Option<NodeId>,
    pub metrics: Vec<MetricPlan>,
    /// New values of parameters and of the states of layers and of the optimizer.
    pub updates: Vec<(SlotId, NodeId)>,
    pub states: Vec<OptimizerState>,
    pub prediction: NodeId,
    /// The `lr` of the optimizer at this step, if it has one that is a number.
    pub rate: Option<NodeId>,
    /// When the rate is reduced, and the slot of what is kept for that.
    pub plateau: Option<(Plateau, SlotId)>,
    /// Where a method moves the parameters, and not an optimizer inside the step.
    pub descent: Option<Descent>,
}

impl Step {
    /// Everything that a run of the step works out.
    pub fn outputs(&self) -> Vec<NodeId> {
        let measured = self.metrics.iter();
        let measured = measured.flat_map(|plan| {
            let finish = plan.finish.as_ref().map(|(_, node)| node);
            plan.sums.iter().chain(finish).chain(plan.whole.as_ref().map(|whole| &whole.result))
        });
        let updates = self.updates.iter().map(|(_, node)| node);
        let states = self.states.iter().map(|state| &state.init);
        let descent = self.descent.iter();
        let descent = descent
            .flat_map(|d| std::iter::once(&d.objective).chain(d.gradients.iter().map(|(_, node)| node)));
        [&self.prediction]
            .into_iter()
            .chain(descent)
            .chain(&self.loss)
            .chain(measured)
            .chain(updates)
            .chain(states)
            .copied()
            .collect()
    }
}

impl Elaborator {
    /// One step of training: with an optimizer, `training` is true.
    pub fn step(&mut self, request: &StepRequest) -> Option<Step> {
        let home = self.leave_home();
        let request = &self.bring_request(request);
        let made = std::mem::take(&mut self.made_in);
        let outer_updates = std::mem::take(&mut self.state_updates);
        let outer_training = std::mem::replace(&mut self.training, request.optimizer.is_some());
        let step = self.build_step(request);
        self.training = outer_training;
        self.state_updates = outer_updates;
        let graph = self.come_home(home);
        self.made_in = made;
        step.map(|step| Step { graph, ..step })
    }

    /// The functions of a request with what they hold on to in the graph of the step.
    fn bring_request(&mut self, request: &StepRequest) -> StepRequest {
        let mut brought = request.clone();
        let single = [&mut brought.loss, &mut brought.optimizer, &mut brought.schedule];
        for (value, _) in single.into_iter().flatten().chain(&mut brought.metrics) {
            *value = self.bring(value);
        }
        brought
    }

    fn build_step(&mut self, request: &StepRequest) -> Option<Step> {
        let batch = self.new_batch();
        let (count, count_node) = self.new_slot("t", TensorType::number());
        let (input, x) = self.new_slot("x", TensorType::batched(request.input.clone(), batch));
        self.set_origin(input, Origin { columns: request.input_origin.span, ..Origin::default() });
        let target =
            request.target.clone().map(|shape| self.new_slot("y", TensorType::batched(shape, batch)));
        let given = [Given { name: None, value: Value::Node(x), span: request.data_span }];
        let prediction_value = self.call_model(request.model, &given, request.model_span);
        let prediction = self.node_of(&prediction_value, request.model_span)?;
        let mut step = Step {
            graph: Graph::default(),
            batch,
            input,
            target: target.map(|(slot, _)| slot),
            count,
            loss: None,
            metrics: Vec::new(),
            updates: Vec::new(),
            states: Vec::new(),
            prediction,
            rate: None,
            plateau: None,
            descent: None,
        };
        let truth = target.map(|(_, node)| node);
        if let Some((loss, span)) = &request.loss {
            let per_example = self.per_example(loss, *span, prediction, truth, request)?;
            step.loss = Some(self.over_batch(Fold::Sum, per_example, batch, *span)?);
            if let Some((optimizer, optimizer_span)) = &request.optimizer {
                let compared = Compared { input: x, prediction, loss: per_example, loss_span: *span };
                let trained = self.trained(request);
                self.warn_of_step(request, &compared, &trained);
                let mean = self.batch_mean(per_example, *span)?;
                let objective = self.with_penalty(mean, request)?;
                self.optimise(&mut step, request, objective, (optimizer, *optimizer_span), count_node)?;
            }
        }
        for (metric, span) in &request.metrics {
            step.metrics.push(self.metric(metric, *span, prediction, truth, request)?);
        }
        metric::name_apart(&mut step.metrics, &request.metrics);
        step.updates.extend(std::mem::take(&mut self.state_updates));
        Some(step)
    }

    fn over_batch(&mut self, fold: Fold, node: NodeId, batch: BatchId, span: Span) -> Option<NodeId> {
        if self.graph.ty(node).batch.is_some() {
            let built = self.graph.apply(ops::batch_reduce(fold), &[node]);
            return self.built("batch_sum", built, &[(node, span)], span);
        }
        // The same for all examples: counts once for each.
        let count = self.graph.leaf(Leaf::BatchCount(batch), TensorType::number());
        self.primitive("multiply", &[(node, span), (count, span)], span)
    }

    fn batch_mean(&mut self, node: NodeId, span: Span) -> Option<NodeId> {
        if self.graph.ty(node).batch.is_none() {
            return Some(node);
        }
        self.primitive("batch_mean", &[(node, span)], span)
    }

    fn built(
        &mut self,
        sign: &str,
        built: Result<NodeId, ShapeProblem>,
        operands: &[(NodeId, Span)],
        span: Span,
    ) -> Option<NodeId> {
        built.map_err(|facts| self.report_operation(sign, span, operands, &facts)).ok()
    }
}

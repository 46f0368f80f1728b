//! The training step as one graph: forward, loss, gradient, optimizer, metrics.

use super::arguments::Given;
use super::call::join;
use super::candidates::Origin;
use super::optimizer::{OptimizerState, Update};
use super::value::{FieldOrigin, FunctionValue, Target, Value};
use super::warnings::Compared;
use super::{Elaborator, Lbfgs, ModelId, Plateau, problem};
use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};
use crate::graph::{Graph, Leaf, NodeId, ShapeProblem, SlotId};
use crate::ops;
use crate::syntax::tree::{Function, FunctionKind};
use crate::tensor::{Axis, Fold};
use crate::types::{BatchId, Shape, Size, TensorType};

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

/// What a method needs of a step.
#[derive(Clone, Debug)]
pub struct Descent {
    pub method: Lbfgs,
    /// The mean loss with its penalties.
    pub objective: NodeId,
    /// Its gradient by each parameter that is trained.
    pub gradients: Vec<(SlotId, NodeId)>,
}

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
        step.updates.extend(std::mem::take(&mut self.state_updates));
        Some(step)
    }

    /// A loss or metric of a prediction and its target: one number for each example.
    fn per_example(
        &mut self,
        function: &Value,
        span: Span,
        prediction: NodeId,
        truth: Option<NodeId>,
        request: &StepRequest,
    ) -> Option<NodeId> {
        let Some(truth) = truth else {
            self.report(
                Diagnostic::error(Slug::MissingOption, request.data_span, "this data has no target")
                    .here("only inputs")
                    .label(span, "this compares predictions with targets"),
            );
            return None;
        };
        let given = [
            Given { name: None, value: Value::Node(prediction), span: request.model_span },
            Given { name: None, value: Value::Node(truth), span: request.data_span },
        ];
        let before = self.problem_count();
        let (answer, wanted) = (self.graph.ty(prediction).shape.clone(), self.graph.ty(truth).shape.clone());
        let is_one = answer.is_scalar() || answer == Shape::known(&[1]);
        if wanted.is_scalar() && !is_one && self.is_library(function, request) {
            // One number would be compared with each output.
            self.report_target(prediction, &answer, &wanted, span, request);
            return None;
        }
        let value = self.call_value(function, &given, true, span, span);
        if self.problem_count() > before && answer != wanted {
            self.drop_problems(before);
            self.report_target(prediction, &answer, &wanted, span, request);
            return None;
        }
        let node = self.node_of(&value, span)?;
        let ty = self.graph.ty(node).clone();
        if !ty.shape.is_scalar() {
            self.report(
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    span,
                    format!("a loss or metric is one number for each example, found `{}`", ty.shape),
                )
                .here(format!("this gives `{}`", ty.shape))
                .help("reduce it: `mean(...)` or `sum(...)`"),
            );
            return None;
        }
        Some(node)
    }

    /// A loss or metric of the library compares number by number; one of the script may mean something else.
    fn is_library(&self, function: &Value, request: &StepRequest) -> bool {
        let Value::Function(FunctionValue { target: Target::Declared(function), .. }) = function else {
            return false;
        };
        function.head_span.source != request.model_span.source
            && self.prelude.contains_key(&function.name.name)
    }

    /// Prediction and target of different shapes: where each was born.
    fn report_target(
        &mut self,
        prediction: NodeId,
        answer: &Shape,
        wanted: &Shape,
        span: Span,
        request: &StepRequest,
    ) {
        let Some(model) = self.models.get(request.model.0) else { return };
        let (name, whole, result) =
            (model.name.clone(), model.function.span, model.function.result.as_ref().map(|ty| ty.span));
        let made = self.user_span(self.born(prediction)).unwrap_or(whole);
        let headline = format!("`{name}` gives `{answer}`, and the target is `{wanted}`");
        let target = &request.target_origin;
        let is_what = target.meaning.as_ref().map_or(String::new(), |meaning| format!(", {meaning}"));
        let mut diagnostic = Diagnostic::error(Slug::ShapeMismatch, made, headline)
            .here(format!("the prediction is `{answer}`"))
            .label(target.span.unwrap_or(request.data_span), format!("the target is `{wanted}`{is_what}"))
            .label(span, "compared here");
        if let Some(meaning) = &target.meaning {
            diagnostic = diagnostic.note(format!("the target has {meaning}"));
        }
        if target.is_input {
            diagnostic =
                diagnostic.note(format!("the target is the input: the output is `{wanted}` as well"));
        }
        let is_class = wanted.is_scalar() && answer.rank() == 1 && *answer != Shape::known(&[1]);
        if !is_class && target.meaning.is_none() && !target.is_input {
            diagnostic = self.explain(diagnostic, (answer, wanted), &[prediction]);
        }
        let one = [Size::Known(1)];
        let wanted_sizes = if wanted.is_scalar() { one.as_slice() } else { wanted.0.as_slice() };
        let mut is_label = false;
        if let ([Size::Known(classes)], true, Some(span)) = (answer.0.as_slice(), is_class, target.span) {
            let written = [Piece::Text("one_hot(".to_string()), Piece::Source(span)];
            let plain = written.clone().into_iter().chain([Piece::Text(")".to_string())]).collect();
            let counted = written.into_iter().chain([Piece::Text(format!(", {classes})"))]).collect();
            is_label =
                target.labels.and_then(|labels| i64::try_from(labels).ok()).is_some_and(|n| n == *classes);
            let what = match is_label {
                true => format!(
                    "the target is one of {classes} whole numbers from 0: a class, which `one_hot` makes a vector of {classes}"
                ),
                false => format!(
                    "the target is one number: a class, which `one_hot` makes a vector of {classes}, or a quantity, \
                     which one output predicts"
                ),
            };
            diagnostic = diagnostic
                .note(what)
                .try_fix(Candidate::replace("the number is a class", span, plain))
                .try_fix(Candidate::replace(
                    format!("the number is one of {classes} classes"),
                    span,
                    counted,
                ));
        }
        if let ([Size::Known(from)], [to]) = (answer.0.as_slice(), wanted_sizes) {
            let number = |within: Span, only_last| Change::Number {
                within,
                from: *from,
                to: to.to_string(),
                only_last,
            };
            let mut changes = vec![number(made, true)];
            changes.extend(result.map(|span| number(span, true)));
            let last = Candidate::all(format!("make the last layer {to} wide"), changes);
            let everywhere = Candidate::all(format!("make it {to} wide"), vec![number(whole, false)]);
            let like = result.map(|span| {
                let pieces = vec![
                    Piece::Text("like ".to_string()),
                    Piece::Source(request.data_span),
                    Piece::Text(".target".to_string()),
                ];
                let changes = vec![number(made, true), Change::Replace { span, pieces }];
                Candidate::all("the same, and the width of the target with `like`", changes)
            });
            for candidate in [Some(last), Some(everywhere), like].into_iter().flatten() {
                diagnostic = diagnostic.try_fix(Candidate { is_last_resort: is_label, ..candidate });
            }
        }
        if let (true, true, Some(span)) = (wanted.is_scalar(), *answer == Shape::known(&[1]), target.span) {
            let pieces =
                vec![Piece::Text("[".to_string()), Piece::Source(span), Piece::Text("]".to_string())];
            diagnostic = diagnostic.try_fix(Candidate::replace("a vector of one number", span, pieces));
        }
        diagnostic = self.joined_candidates(diagnostic, prediction, wanted, made);
        self.report(diagnostic);
    }

    /// For values that were put together where each of them alone has the shape: their mean, or one of them.
    fn joined_candidates(
        &self,
        diagnostic: Diagnostic,
        joined: NodeId,
        wanted: &Shape,
        made: Span,
    ) -> Diagnostic {
        let born = self.born(joined);
        let Some(node) = self.graph.op_named(born, "concat") else { return diagnostic };
        let spans: Vec<Span> = node.inputs.iter().filter_map(|input| self.user_span(*input)).collect();
        let is_one = |input: &NodeId| self.graph.ty(*input).shape == *wanted;
        if node.inputs.len() < 2 || spans.len() < node.inputs.len() || !node.inputs.iter().all(is_one) {
            return diagnostic;
        }
        let widths: Vec<Shape> =
            node.inputs.iter().map(|input| self.graph.ty(*input).shape.clone()).collect();
        let mut pieces = vec![Piece::Text("(".to_string())];
        for (at, span) in spans.iter().enumerate() {
            let sign = if at == 0 { "" } else { " + " };
            pieces.extend([Piece::Text(sign.to_string()), Piece::Source(*span)]);
        }
        pieces.push(Piece::Text(format!(") / {}", spans.len())));
        let diagnostic = diagnostic.note(format!(
            "{}: joined, they are as long as all together; two targets take two losses",
            sum_of(&widths, &self.graph.ty(joined).shape)
        ));
        diagnostic.try_fix(Candidate::replace("the mean of them", made, pieces))
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

    /// Adds `l1 Σ|w| + l2 Σw²` over the trained parameters.
    fn with_penalty(&mut self, mean: NodeId, request: &StepRequest) -> Option<NodeId> {
        let span = request.model_span;
        let mut objective = mean;
        for (factor, name) in [(request.l1, "abs"), (request.l2, "square")] {
            if factor == 0.0 {
                continue;
            }
            for (_, _, weight) in self.trained(request) {
                let magnitude = self.primitive(name, &[(weight, span)], span)?;
                let summed = self.graph.apply(ops::reduce(Fold::Sum, Axis::All), &[magnitude]);
                let sum = self.built("sum", summed, &[(magnitude, span)], span)?;
                let factor = self.graph.constant(factor);
                let term = self.primitive("multiply", &[(factor, span), (sum, span)], span)?;
                objective = self.primitive("add", &[(objective, span), (term, span)], span)?;
            }
        }
        Some(objective)
    }

    /// The parameters to train: name, slot, node.
    fn trained(&mut self, request: &StepRequest) -> Vec<(String, SlotId, NodeId)> {
        let Some(model) = self.models.get(request.model.0) else { return Vec::new() };
        let chosen = |key: &str| {
            request.only.is_empty() || request.only.iter().any(|part| super::model::is_under(key, part))
        };
        let found: Vec<(String, SlotId, Shape)> = model
            .parameters("")
            .filter(|(key, _)| chosen(key))
            .map(|(_, stored)| (stored.name.clone(), stored.slot, Shape::known(&stored.shape)))
            .collect();
        found
            .into_iter()
            .map(|(name, slot, shape)| {
                let leaf = Leaf::Slot { id: slot, name: name.as_str().into() };
                let node = self.graph.leaf(leaf, TensorType::plain(shape));
                (name, slot, node)
            })
            .collect()
    }

    fn optimise(
        &mut self,
        step: &mut Step,
        request: &StepRequest,
        objective: NodeId,
        (optimizer, span): (&Value, Span),
        count: NodeId,
    ) -> Option<()> {
        if let Some(method) = Elaborator::as_method(optimizer) {
            return self.descend(step, request, objective, method, span);
        }
        let (function, mut options) = self.as_optimizer(optimizer, span)?;
        if let Some((schedule, at)) = &request.schedule {
            options.push(("lr".to_string(), schedule.clone(), *at));
        }
        if let Some(plateau) = request.plateau {
            let (slot, rate) = self.reduced_rate(&function, &options, count, span)?;
            options.push(("lr".to_string(), Value::Node(rate), span));
            step.plateau = Some((plateau, slot));
        }
        let trained = self.trained(request);
        let nodes: Vec<NodeId> = trained.iter().map(|(_, _, node)| *node).collect();
        let gradients = self.gradients_of(objective, &nodes, span)?;
        let gradients = self.held(gradients, request.clip_value, span)?;
        let gradients = self.clipped(gradients, request.clip, span)?;
        for ((name, slot, weight), gradient) in trained.into_iter().zip(gradients) {
            let update = Update { weight, gradient, step: count };
            let mut updated = self.run_optimizer(&function, &options, update, false, span)?;
            step.updates.push((slot, updated.weight));
            for state in &mut updated.states {
                step.updates.push((state.slot, state.next));
                state.name = join(&name, &state.name);
            }
            step.states.extend(updated.states);
        }
        // Worked out last: what the updates are made of keeps its place in the graph.
        if !step.updates.is_empty() {
            let rate = self.rate_of(&function, &options, count);
            step.rate = rate.and_then(|(value, at)| self.node_of(&value, at)).filter(|node| {
                let ty = self.graph.ty(*node);
                ty.shape.is_scalar() && ty.batch.is_none()
            });
        }
        Some(())
    }

    /// The `lr` that an optimizer is given or has by default, at this step; none if it has no such option.
    fn rate_of(
        &mut self,
        function: &Function,
        options: &[(String, Value, Span)],
        count: NodeId,
    ) -> Option<(Value, Span)> {
        let param = function.params.iter().find(|param| param.name.name == "lr")?;
        match options.iter().rfind(|(name, ..)| name == "lr") {
            Some((_, Value::Function(schedule), at)) => {
                Some((self.scheduled(&schedule.clone(), count, *at)?, *at))
            }
            Some((_, value, at)) => Some((value.clone(), *at)),
            None => param.default.as_ref().map(|default| (self.expr(default), default.span)),
        }
    }

    /// The rate of an optimizer times the part of it that a plateau leaves, and the slot of what is kept for it.
    fn reduced_rate(
        &mut self,
        function: &Function,
        options: &[(String, Value, Span)],
        count: NodeId,
        span: Span,
    ) -> Option<(SlotId, NodeId)> {
        let Some((rate, _)) = self.rate_of(function, options, count) else {
            let headline = "`plateau` reduces `lr`, which is not given";
            self.report(Diagnostic::error(Slug::OptionValue, span, headline).here("no `lr` here"));
            return None;
        };
        let rate = self.node_of(&rate, span)?;
        let (slot, kept) = self.new_slot("plateau", TensorType::plain(Shape::known(&[Plateau::START.len()])));
        let first = self.graph.apply(ops::slice(0, 0.into(), 1.into(), true), &[kept]);
        let part = self.built("slice", first, &[(kept, span)], span)?;
        Some((slot, self.primitive("multiply", &[(rate, span), (part, span)], span)?))
    }

    /// What a method needs in place of an update.
    fn descend(
        &mut self,
        step: &mut Step,
        request: &StepRequest,
        objective: NodeId,
        method: Lbfgs,
        span: Span,
    ) -> Option<()> {
        let trained = self.trained(request);
        let nodes: Vec<NodeId> = trained.iter().map(|(_, _, node)| *node).collect();
        let gradients = self.gradients_of(objective, &nodes, span)?;
        let slots = trained.into_iter().map(|(_, slot, _)| slot);
        step.descent = Some(Descent { method, objective, gradients: slots.zip(gradients).collect() });
        Some(())
    }

    /// Each number of the gradients, but never larger than `limit`; PyTorch's `clip_grad_value_`.
    fn held(&mut self, gradients: Vec<NodeId>, limit: Option<f64>, span: Span) -> Option<Vec<NodeId>> {
        let Some(limit) = limit else { return Some(gradients) };
        let (most, least) = (self.graph.constant(limit), self.graph.constant(-limit));
        let held = gradients.into_iter().map(|gradient| {
            let low = self.primitive("max", &[(gradient, span), (least, span)], span)?;
            self.primitive("min", &[(low, span), (most, span)], span)
        });
        held.collect()
    }

    /// Scales all gradients so that their norm together is at most `limit`; PyTorch's `clip_grad_norm_`.
    fn clipped(&mut self, gradients: Vec<NodeId>, limit: Option<f64>, span: Span) -> Option<Vec<NodeId>> {
        let Some(limit) = limit else { return Some(gradients) };
        let mut total = self.graph.constant(0.0);
        for &gradient in &gradients {
            let square = self.primitive("square", &[(gradient, span)], span)?;
            let summed = self.graph.apply(ops::reduce(Fold::Sum, Axis::All), &[square]);
            let sum = self.built("sum", summed, &[(square, span)], span)?;
            total = self.primitive("add", &[(total, span), (sum, span)], span)?;
        }
        let norm = self.primitive("sqrt", &[(total, span)], span)?;
        let (limit, tiny, one) =
            (self.graph.constant(limit), self.graph.constant(1e-6), self.graph.constant(1.0));
        let padded = self.primitive("add", &[(norm, span), (tiny, span)], span)?;
        let ratio = self.primitive("divide", &[(limit, span), (padded, span)], span)?;
        let small = self.primitive("less", &[(ratio, span), (one, span)], span)?;
        let factor = self.primitive("select", &[(small, span), (ratio, span), (one, span)], span)?;
        gradients
            .into_iter()
            .map(|g| self.primitive("multiply", &[(g, span), (factor, span)], span))
            .collect()
    }

    fn metric(
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
    fn whole_metric(
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
    fn depends(&self, value: NodeId, prediction: NodeId, truth: Option<NodeId>) -> bool {
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
    pub(super) fn total_stand_in(&mut self, name: &str, sum: NodeId) -> NodeId {
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

/// `6 = 3 + 3`
fn sum_of(parts: &[Shape], whole: &Shape) -> String {
    let size = |shape: &Shape| shape.0.first().map_or("1".to_string(), Size::to_string);
    let parts: Vec<String> = parts.iter().map(size).collect();
    format!("{} = {}", size(whole), parts.join(" + "))
}

//! Warnings of a training step by ranges and flow: what is allowed, and rarely meant.
//!
//! `step.rs` asks for them once the loss of a training is made. They change nothing.

use super::step::StepRequest;
use super::value::Value;
use super::{Elaborator, ranges};
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::graph::{Leaf, Node, NodeId, Operation, Range, SlotId};
use crate::types::Size;

/// What a step compares.
pub(super) struct Compared {
    pub input: NodeId,
    pub prediction: NodeId,
    pub loss: NodeId,
    pub loss_span: Span,
}

/// A binding that nobody uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedName {
    pub name: String,
    pub span: Span,
    /// What is bound to it.
    pub value: Span,
    /// The names it is made of.
    pub parts: Vec<String>,
    /// Places where it could have been meant.
    pub candidates: Vec<Candidate>,
}

impl Elaborator {
    /// Everything to be said about a training step that is not wrong.
    pub(super) fn warn_of_step(
        &mut self,
        request: &StepRequest,
        compared: &Compared,
        trained: &[(String, SlotId, NodeId)],
    ) {
        let needed = self.needed(compared.loss);
        let mut found = self.untrained(request, compared, trained);
        let squashed = self.squashed_twice(request, compared, &needed);
        // The logarithm of probabilities of probabilities needs no second warning.
        let logs = if squashed.is_empty() { self.logarithms(request, compared, &needed) } else { Vec::new() };
        let unreachable = self.out_of_reach(request, compared);
        if squashed.is_empty() && logs.is_empty() && unreachable.is_none() {
            found.extend(self.never_negative(request, compared));
        }
        found.extend(unreachable);
        found.extend(self.unscaled(request, compared.input));
        found.extend(self.batch_as_size(request));
        found.extend(self.other_loss(request, compared));
        found.extend(squashed);
        found.extend(logs);
        found.extend(self.dropped_last(request, compared));
        found.extend(self.alone_in_batch(request, compared, &needed));
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// Whether each node leads to this one by a way that a gradient takes.
    fn needed(&self, from: NodeId) -> Vec<bool> {
        let mut needed = vec![false; self.graph.len()];
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            let Some(mark) = needed.get_mut(id.index()) else { continue };
            if std::mem::replace(mark, true) || self.graph.op_named(id, "stop_gradient").is_some() {
                continue;
            }
            open.extend(&self.graph.node(id).inputs);
        }
        needed
    }

    /// The user's text for a value of a step, or the model where the value is the library's own.
    pub(super) fn place_of(&self, node: NodeId, request: &StepRequest) -> Span {
        let script = request.model_span.source;
        self.user_span(node).filter(|span| span.source == script).unwrap_or(request.model_span)
    }

    /// Parameters that the loss does not depend on.
    fn untrained(
        &self,
        request: &StepRequest,
        compared: &Compared,
        trained: &[(String, SlotId, NodeId)],
    ) -> Vec<Diagnostic> {
        let needed = self.needed(compared.loss);
        let Some(model) = self.models.get(request.model.0) else { return Vec::new() };
        let lost = trained.iter().filter(|(_, _, node)| !needed.get(node.index()).copied().unwrap_or(false));
        lost.map(|(name, slot, _)| {
            let stored = model.stored.values().find(|stored| stored.slot == *slot);
            let place =
                stored.map(|stored| stored.place).filter(|span| span.source == request.model_span.source);
            let headline = format!("`{name}` never trains: the loss does not depend on it");
            let warning =
                Diagnostic::warning(Slug::NeverTrains, place.unwrap_or(request.model_span), headline)
                    .here("its gradient is 0")
                    .label(request.model_span, "trained here")
                    .label(compared.loss_span, "by this loss");
            let local = name.rsplit('.').next().unwrap_or(name);
            let lost = self.unused.iter().filter(|unused| {
                let is_part = unused.parts.iter().any(|part| part == local);
                place.is_some_and(|place| {
                    unused.value.contains(place) || is_part && place.start < unused.span.start
                })
            });
            lost.fold(warning, |warning, unused| {
                let warning =
                    warning.label(unused.span, format!("`{}` depends on it and is never used", unused.name));
                unused.candidates.iter().cloned().fold(warning, Diagnostic::try_fix)
            })
        })
        .collect()
    }

    /// A softmax of a softmax, a sigmoid of a sigmoid: mostly because the loss applies one itself.
    fn squashed_twice(&self, request: &StepRequest, compared: &Compared, needed: &[bool]) -> Vec<Diagnostic> {
        let in_step = self.graph.ids().filter(|id| needed.get(id.index()).copied().unwrap_or(false));
        let mut found = Vec::new();
        for id in in_step {
            let (slug, inner, name) = if self.graph.op_named(id, "exp").is_some() {
                let Some(inner) = self.softmax_under(id) else { continue };
                (Slug::SoftmaxTwice, inner, "softmax")
            } else if ["sigmoid", "softplus"].iter().any(|name| self.graph.op_named(id, name).is_some()) {
                let Some(inner) = self.sigmoid_under(id) else { continue };
                (Slug::SigmoidTwice, inner, "sigmoid")
            } else {
                continue;
            };
            let first = self.place_of(inner, request);
            let again = self.place_of(id, request);
            let again = if again == first { compared.loss_span } else { again };
            let headline = format!("`{name}` is applied twice: these are probabilities already");
            let warning = Diagnostic::warning(slug, first, headline)
                .here(format!("`{name}` here"))
                .label(again, format!("and again here, by `{name}` or a loss that applies it"))
                .note("the second one makes all probabilities nearly equal, so that training is slow and never sure")
                .help("leave one of them out: the loss that applies it takes the scores before it")
                .try_fix(Candidate::leave_out(first));
            found.push(warning);
        }
        found
    }

    /// For the exponential of a softmax, the probabilities below it.
    fn softmax_under(&self, exp: NodeId) -> Option<NodeId> {
        let below = *self.graph.node(exp).inputs.first()?;
        let shifted = self.graph.op_named(below, "subtract").and_then(|node| node.inputs.first().copied());
        [Some(below), shifted].into_iter().flatten().find(|&id| self.is_softmax(id))
    }

    /// The entropy of one class among several on outputs that are not, and the other way round.
    fn other_loss(&self, request: &StepRequest, compared: &Compared) -> Option<Diagnostic> {
        let (Value::Function(loss), _) = request.loss.as_ref()? else { return None };
        let output = compared.prediction;
        let is_one = matches!(self.graph.ty(output).shape.0.as_slice(), [] | [Size::Known(1)]);
        let is_sigmoid = self.graph.op_named(output, "sigmoid").is_some();
        let (what, note, instead) = match loss.name() {
            "cross_entropy" if is_one => (
                "`cross_entropy` compares classes, and there is one output",
                "it is smallest where the output is always 1; yes or no is what `binary_cross_entropy` compares",
                "binary_cross_entropy",
            ),
            "cross_entropy" if is_sigmoid => (
                "`cross_entropy` is of classes of which one is right, and each of these is right or not by itself",
                "outputs of `sigmoid` don't add up to 1: all of them can grow to 1 and the loss is 0",
                "binary_cross_entropy",
            ),
            "binary_cross_entropy" if self.is_softmax(output) && !is_one => (
                "`binary_cross_entropy` is of answers that are right or not by themselves, and of these one is right",
                "outputs of `softmax` are classes that exclude one another: `cross_entropy` compares them",
                "cross_entropy",
            ),
            _ => return None,
        };
        let place = self.place_of(output, request);
        let instead = Candidate::replace(
            format!("`{instead}` is for these outputs"),
            compared.loss_span,
            vec![Piece::Text(instead.to_string())],
        );
        Some(
            Diagnostic::warning(Slug::WrongLoss, compared.loss_span, what)
                .here("this loss")
                .label(place, "these are the outputs")
                .note(note)
                .try_fix(instead),
        )
    }

    fn is_softmax(&self, id: NodeId) -> bool {
        let Some(Node { inputs, .. }) = self.graph.op_named(id, "divide") else { return false };
        let [top, bottom] = inputs.as_slice() else { return false };
        let sums = self.graph.op_named(*bottom, "sum").is_some_and(|node| node.inputs.first() == Some(top));
        sums && self.graph.op_named(*top, "exp").is_some()
    }

    fn sigmoid_under(&self, id: NodeId) -> Option<NodeId> {
        let below = *self.graph.node(id).inputs.first()?;
        let turned = self.graph.op_named(below, "negate").and_then(|node| node.inputs.first().copied());
        [Some(below), turned].into_iter().flatten().find(|&id| self.graph.op_named(id, "sigmoid").is_some())
    }

    /// Logarithms of what a model can make 0 or negative.
    fn logarithms(&self, request: &StepRequest, compared: &Compared, needed: &[bool]) -> Vec<Diagnostic> {
        let ranges = ranges::of_graph(&self.graph);
        let guarded = self.guarded();
        let mut found: Vec<Diagnostic> = Vec::new();
        for id in self.graph.ids().filter(|id| needed.get(id.index()).copied().unwrap_or(false)) {
            let Some(Node { inputs, .. }) = self.graph.op_named(id, "log") else { continue };
            let Some(&x) = inputs.first() else { continue };
            let range = ranges.get(x.index()).copied().unwrap_or(Range::ANY);
            let may_be_zero = range.lo < 0.0 || (range.lo == 0.0 && !range.lo_open);
            let is_known = range.lo.is_finite() || x == compared.prediction;
            if !may_be_zero || !is_known || guarded.contains(&x) || !self.has_parameters(x) {
                continue;
            }
            let place = self.place_of(x, request);
            if found.iter().any(|warning| warning.primary.span == place) {
                continue;
            }
            let values = if range.lo == 0.0 { "can be 0" } else { "can be 0 or negative" };
            let is_one = matches!(self.graph.ty(x).shape.0.as_slice(), [] | [Size::Known(1)]);
            let last = if is_one { "sigmoid" } else { "softmax" };
            let instead = Candidate::replace(
                format!("`{last}` gives probabilities"),
                place,
                vec![Piece::Text(last.to_string())],
            );
            let after = Candidate::replace(
                format!("`{last}` gives probabilities"),
                place,
                vec![Piece::Source(place), Piece::Text(format!(" |> {last}"))],
            );
            let warning = Diagnostic::warning(
                Slug::LogOfZero,
                place,
                format!("the logarithm of a value that {values}"),
            )
            .here(format!("this {values}"))
            .label(compared.loss_span, "the logarithm is taken here")
            .note("the logarithm of 0 is infinite, and of a negative number there is none")
            .try_fix(instead)
            .try_fix(after.last_resort());
            found.push(warning);
        }
        found
    }

    /// Values that a choice compares: whoever looks first knows what may come.
    fn guarded(&self) -> Vec<NodeId> {
        let choices = self.graph.ids().filter_map(|id| self.graph.op_named(id, "select"));
        let conditions = choices.filter_map(|node| node.inputs.first());
        conditions.flat_map(|condition| self.graph.node(*condition).inputs.iter().copied()).collect()
    }

    fn has_parameters(&self, from: NodeId) -> bool {
        let parameters: Vec<SlotId> =
            self.models.iter().flat_map(|model| model.stored.values().map(|stored| stored.slot)).collect();
        let needed = self.needed(from);
        self.graph.ids().filter(|id| needed.get(id.index()).copied().unwrap_or(false)).any(|id| {
            matches!(&self.graph.node(id).operation, Operation::Leaf(Leaf::Slot { id, .. }) if parameters.contains(id))
        })
    }

    /// A rectifier as the last operation.
    fn never_negative(&self, request: &StepRequest, compared: &Compared) -> Option<Diagnostic> {
        let node = self.graph.op_named(compared.prediction, "select")?;
        let [condition, then, otherwise] = node.inputs.as_slice() else { return None };
        let compares = self.graph.node(*condition).inputs.first() == Some(otherwise);
        if !compares || self.graph.number(*then) != Some(0.0) {
            return None;
        }
        let place = self.place_of(compared.prediction, request);
        let headline = "the prediction is never negative, and has no slope where it is 0";
        Some(
            Diagnostic::warning(Slug::ReluOutput, place, headline)
                .here("the last operation cuts at 0")
                .label(compared.loss_span, "compared with targets here")
                .note("an output that is 0 for all examples stays 0: nothing pulls it back")
                .help("leave it out; for targets above 0, `softplus` has a slope everywhere")
                .try_fix(Candidate::leave_out(place)),
        )
    }

    /// Dropout behind the last layer: outputs are set to 0 at random.
    fn dropped_last(&self, request: &StepRequest, compared: &Compared) -> Option<Diagnostic> {
        let mut open = vec![compared.prediction];
        while let Some(id) = open.pop() {
            let node = self.graph.node(id);
            let is_mask = self.graph.op_named(id, "greater_equal").is_some()
                && node.inputs.iter().any(|&input| {
                    matches!(self.graph.node(input).operation, Operation::Leaf(Leaf::Random { .. }))
                });
            if is_mask {
                let place = self.place_of(id, request);
                let headline = "dropout is the last operation: outputs are set to 0 at random";
                return Some(
                    Diagnostic::warning(Slug::DropoutLast, place, headline)
                        .here("nothing comes after it")
                        .label(compared.loss_span, "compared with targets here")
                        .help("dropout stands between layers, not behind the last one")
                        .try_fix(Candidate::leave_out(place)),
                );
            }
            if self.graph.op_named(id, "multiply").is_some() {
                open.extend(&node.inputs);
            }
        }
        None
    }

    /// A normalisation over a batch of one example.
    fn alone_in_batch(
        &self,
        request: &StepRequest,
        compared: &Compared,
        needed: &[bool],
    ) -> Option<Diagnostic> {
        let (_, batch_span) = request.batch.filter(|(size, _)| *size == 1)?;
        let below = self.needed(compared.prediction);
        let is_reduced = |id: &NodeId| {
            let is_in = |marks: &[bool]| marks.get(id.index()).copied().unwrap_or(false);
            let node = self.graph.node(*id);
            let was_batched = node.inputs.iter().any(|&input| self.graph.ty(input).batch.is_some());
            is_in(needed) && is_in(&below) && was_batched && node.ty.batch.is_none()
        };
        let place = self.place_of(self.graph.ids().find(is_reduced)?, request);
        Some(
            Diagnostic::warning(
                Slug::BatchOfOne,
                batch_span,
                "a mean over a batch of one example is that example",
            )
            .here("one example in each batch")
            .label(place, "this looks across the examples of a batch")
            .note("a normalisation over one example gives the same for every input")
            .help("`batch = 32`, or a normalisation within one example such as `layer_norm`")
            .try_fix(Candidate::replace(
                "32 examples",
                batch_span,
                vec![Piece::Text("32".to_string())],
            )),
        )
    }
}

//! A prediction against its target: the loss or metric of each example, and what is said where the two do not fit.
//!
//! Called by the step for its loss and by its metrics.

use super::StepRequest;
use crate::base::Span;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};
use crate::elaborate::Elaborator;
use crate::elaborate::arguments::Given;
use crate::elaborate::value::{FunctionValue, Target, Value};
use crate::graph::NodeId;
use crate::types::{Shape, Size};

impl Elaborator {
    /// A loss or metric of a prediction and its target: one number for each example.
    pub(super) fn per_example(
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
        let classes = match answer.0.as_slice() {
            [Size::Known(classes)] if is_class => Some(*classes),
            _ => None,
        };
        let labelled = classes.and_then(|classes| Some((classes, target.span?)));
        let is_label = target.labels.is_some_and(|labels| i64::try_from(labels).ok() == classes);
        if let Some((classes, span)) = labelled {
            diagnostic = class_candidates(diagnostic, classes, span, is_label);
        }
        let places = Widths { made, whole, result, data: request.data_span };
        for candidate in width_candidates(answer, wanted, &places) {
            let is_last_resort = labelled.is_some() && is_label;
            diagnostic = diagnostic.try_fix(Candidate { is_last_resort, ..candidate });
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
}

/// One number as the target of several outputs: a class, or a quantity.
fn class_candidates(diagnostic: Diagnostic, classes: i64, target: Span, is_label: bool) -> Diagnostic {
    let written = [Piece::Text("one_hot(".to_string()), Piece::Source(target)];
    let plain = written.clone().into_iter().chain([Piece::Text(")".to_string())]).collect();
    let counted = written.into_iter().chain([Piece::Text(format!(", {classes})"))]).collect();
    let what = match is_label {
        true => format!(
            "the target is one of {classes} whole numbers from 0: a class, which `one_hot` makes a vector of {classes}"
        ),
        false => format!(
            "the target is one number: a class, which `one_hot` makes a vector of {classes}, or a quantity, which one \
             output predicts"
        ),
    };
    diagnostic
        .note(what)
        .try_fix(Candidate::replace("the number is a class", target, plain))
        .try_fix(Candidate::replace(format!("the number is one of {classes} classes"), target, counted))
}

/// Where the width of an output may be written.
struct Widths {
    /// Where the prediction was made, and the whole model.
    made: Span,
    whole: Span,
    /// The declared shape of the result.
    result: Option<Span>,
    data: Span,
}

/// Another width for the output: in the last layer, everywhere, or as the data has it.
fn width_candidates(answer: &Shape, wanted: &Shape, places: &Widths) -> Vec<Candidate> {
    let one = [Size::Known(1)];
    let wanted = if wanted.is_scalar() { one.as_slice() } else { wanted.0.as_slice() };
    let ([Size::Known(from)], [to]) = (answer.0.as_slice(), wanted) else { return Vec::new() };
    let number =
        |within: Span, only_last| Change::Number { within, from: *from, to: to.to_string(), only_last };
    let mut changes = vec![number(places.made, true)];
    changes.extend(places.result.map(|span| number(span, true)));
    let last = Candidate::all(format!("make the last layer {to} wide"), changes);
    let everywhere = Candidate::all(format!("make it {to} wide"), vec![number(places.whole, false)]);
    let like = places.result.map(|span| {
        let pieces = vec![
            Piece::Text("like ".to_string()),
            Piece::Source(places.data),
            Piece::Text(".target".to_string()),
        ];
        let changes = vec![number(places.made, true), Change::Replace { span, pieces }];
        Candidate::all("the same, and the width of the target with `like`", changes)
    });
    [last, everywhere].into_iter().chain(like).collect()
}

/// `6 = 3 + 3`
fn sum_of(parts: &[Shape], whole: &Shape) -> String {
    let size = |shape: &Shape| shape.0.first().map_or("1".to_string(), Size::to_string);
    let parts: Vec<String> = parts.iter().map(size).collect();
    format!("{} = {}", size(whole), parts.join(" + "))
}

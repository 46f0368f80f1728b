//! A derivation of what was set up, as often as it was asked for.

use std::collections::HashMap;

use super::super::state::Session;
use super::{Setup, Style};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::explain::{self, Derivation, Named, Question, Taken};
use crate::graph::NodeId;
use crate::ops;
use crate::tensor::Axis;
use crate::types::TensorType;

impl Session<'_> {
    /// The derivation of what was set up.
    pub(in crate::session) fn derivation(
        &mut self,
        setup: Setup,
        style: Style,
        span: Span,
    ) -> Option<Derivation> {
        self.question(setup, style, span).map(explain::derivation)
    }

    /// What is to be written down, the gradients derived.
    pub(super) fn question(&mut self, setup: Setup, style: Style, span: Span) -> Option<Question<'_>> {
        let Setup {
            result,
            result_name,
            call,
            mut leaves,
            targets,
            prediction,
            subject,
            target,
            mut taken,
            unit,
            ..
        } = setup;
        let values: Vec<Named> = explain::forward_names(
            &self.elaborator.graph,
            result,
            prediction,
            &leaves,
            &result_name,
            &mut taken,
        );
        let call = call.map(|call| match (subject, target) {
            (Some(node), Some(target)) => {
                let shown = values.iter().find(|value| value.node == node).map(|value| value.name.as_str());
                format!(
                    "{call}({}, {})",
                    shown.unwrap_or("ŷ"),
                    leaves.get(&target).map_or("t", String::as_str)
                )
            }
            _ => call,
        });
        let nodes: Vec<NodeId> =
            targets.iter().map(|(_, node)| *node).chain(values.iter().map(|value| value.node)).collect();
        let found = self.elaborator.gradients_of(result, &nodes, span)?;
        let (asked, inner) = found.split_at(targets.len().min(found.len()));
        let mut gradients: Vec<Gradient> = targets
            .iter()
            .zip(asked)
            .map(|((name, node), gradient)| {
                (explain::derivative_name(&result_name, name, 1), *node, *gradient)
            })
            .collect();
        if style.order > 1 {
            gradients =
                self.higher(&gradients, style.order, (&result_name, &mut leaves, &mut taken), span)?;
        }
        let values = values.into_iter().zip(inner.iter().copied()).collect();
        let unit = unit.filter(|_| !style.exact);
        let graph = &self.elaborator.graph;
        Some(Question {
            graph,
            result,
            result_name,
            call,
            prediction: prediction.map(|(node, _)| node),
            leaves,
            values,
            gradients,
            unit,
            share: style.share,
            taken,
        })
    }

    /// Adds the higher derivatives: by numbers as often as asked for and by each other, by vectors and matrices the
    /// second along a direction, which is the Hessian times a vector.
    fn higher(
        &mut self,
        first: &[Gradient],
        order: usize,
        (result, leaves, taken): (&str, &mut HashMap<NodeId, String>, &mut Taken),
        span: Span,
    ) -> Option<Vec<Gradient>> {
        let mut all = first.to_vec();
        let are_numbers: Vec<bool> = first
            .iter()
            .map(|(_, node, _)| {
                let ty = self.elaborator.graph.ty(*node);
                ty.shape.is_scalar() && ty.batch.is_none()
            })
            .collect();
        let mut directions: Vec<(TensorType, NodeId, String)> = Vec::new();
        for (at, (_, node, gradient)) in first.iter().enumerate() {
            let by = leaves.get(node).cloned().unwrap_or_else(|| "x".to_string());
            if are_numbers[at] {
                let mut slope = *gradient;
                for times in 2..=order {
                    slope = *self.elaborator.gradients_of(slope, &[*node], span)?.first()?;
                    all.push((explain::derivative_name(result, &by, times), *node, slope));
                }
                let others = first.iter().zip(&are_numbers).skip(at + 1);
                for ((_, other, _), _) in others.filter(|(_, is_number)| **is_number) {
                    let mixed = *self.elaborator.gradients_of(*gradient, &[*other], span)?.first()?;
                    let and = leaves.get(other).map_or("x", String::as_str);
                    all.push((format!("∂²{result}/∂{by}∂{and}"), *other, mixed));
                }
                continue;
            }
            if order > 2 {
                let headline =
                    format!("`{by}` is no number: its derivatives of order {order} have no form to write");
                self.report(
                    Diagnostic::error(Slug::OptionValue, span, headline)
                        .here("of this")
                        .help("`order = 2` gives the second derivative along a direction"),
                );
                return None;
            }
            let ty = self.elaborator.graph.ty(*node).clone();
            let known =
                directions.iter().find(|(of, ..)| *of == ty).map(|(_, node, name)| (*node, name.clone()));
            let (direction, name) = known.unwrap_or_else(|| {
                let name = taken.unique("v");
                let (_, direction) = self.elaborator.new_slot(&name, ty.clone());
                leaves.insert(direction, name.clone());
                directions.push((ty.clone(), direction, name.clone()));
                (direction, name)
            });
            let graph = &mut self.elaborator.graph;
            let product = ops::build::mul(graph, *gradient, direction);
            let mut along = ops::build::sum(graph, product, Axis::All);
            if ty.batch.is_some() {
                along = ops::build::batch_sum(graph, along);
            }
            let second = *self.elaborator.gradients_of(along, &[*node], span)?.first()?;
            all.push((format!("{}·{name}", explain::derivative_name(result, &by, 2)), *node, second));
        }
        Some(all)
    }
}

/// The name of a gradient, by what it is, and the gradient.
type Gradient = (String, NodeId, NodeId);

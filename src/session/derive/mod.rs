//! `derive`: a loss on a model, a function or a value, its gradient as formulas.
//!
//! What was asked for is in `request`, what is differentiated in `setup`, `function` and `targets`, how often in
//! `order`. Here it is printed.

mod function;
mod order;
mod request;
mod setup;
mod targets;

use std::collections::HashMap;

use super::state::Session;
use crate::base::Span;
use crate::elaborate::{Given, Value};
use crate::explain::{Derivation, Format, Taken};
use crate::graph::NodeId;
use crate::types::BatchId;
use request::Request;

/// A result with everything around it that has a name.
pub(in crate::session) struct Setup {
    pub result: NodeId,
    pub result_name: String,
    pub call: Option<String>,
    pub leaves: HashMap<NodeId, String>,
    /// What gradients are asked of: in formulas, and in the program.
    pub targets: Vec<(String, NodeId)>,
    pub prediction: Option<(NodeId, &'static str)>,
    /// What the loss is given.
    pub subject: Option<NodeId>,
    pub target: Option<NodeId>,
    /// The inputs of the model.
    pub inputs: Vec<NodeId>,
    /// Lines that say which name is which parameter.
    pub legend: Vec<String>,
    pub title: String,
    pub batch: Option<BatchId>,
    pub unit: Option<NodeId>,
    pub taken: Taken,
}

/// How a derivation is made.
#[derive(Clone, Copy, Debug)]
pub(in crate::session) struct Style {
    /// How often it is differentiated.
    pub order: usize,
    /// Whether nothing is taken for granted, such as that a target sums to 1.
    pub exact: bool,
    /// Whether what is written twice gets a name.
    pub share: bool,
}

impl Session<'_> {
    /// `derive(mse, net)`, `derive(f)`, `derive(l, wrt = x)`
    pub(in crate::session) fn derive(&mut self, given: &[Given], span: Span) -> Value {
        let Some(request) = self.derive_request(given, span) else { return Value::Nothing };
        if !self.is_running() {
            self.check_derivation(&request, span);
        } else if let Some(text) = self.derived_text(&request, span)
            && !self.has_errors()
        {
            self.world.print(text.trim_end());
        }
        Value::Nothing
    }

    /// Whether there are gradients to write down; they are not.
    fn check_derivation(&mut self, request: &Request, span: Span) {
        self.in_scratch(true, |session| {
            if let Some(setup) = session.per_example_or_batch(request, span) {
                session.question(setup, style(request), span);
            }
        });
    }

    /// The text of a derivation.
    pub(in crate::session) fn derivation_of(&mut self, given: &[Given], span: Span) -> Option<String> {
        let request = self.derive_request(given, span)?;
        self.derived_text(&request, span)
    }

    fn derived_text(&mut self, request: &Request, span: Span) -> Option<String> {
        self.in_scratch(true, |session| {
            let setup = session.per_example_or_batch(request, span)?;
            session.formulas(request, setup, span)
        })
    }

    /// Works on a copy of the graph, as in training.
    pub(in crate::session) fn in_scratch<T>(
        &mut self,
        training: bool,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let graph = self.elaborator.graph.clone();
        let updates = std::mem::take(&mut self.elaborator.state_updates);
        let training = std::mem::replace(&mut self.elaborator.training, training);
        let result = work(self);
        self.elaborator.graph = graph;
        self.elaborator.state_updates = updates;
        self.elaborator.training = training;
        result
    }

    fn formulas(&mut self, request: &Request, setup: Setup, span: Span) -> Option<String> {
        let (legend, title, batch) = (setup.legend.clone(), setup.title.clone(), setup.batch);
        let is_loss = setup.target.is_some();
        let derivation = self.derivation(setup, style(request), span)?;
        let mut text = String::new();
        if request.format == Format::Unicode {
            let scope = match (is_loss, batch) {
                (true, None) => ", for one example; a batch takes the mean over its examples",
                (true, Some(_)) => ", over a batch of B examples",
                (false, _) => "",
            };
            text.push_str(&format!("{title}{scope}\n"));
            if request.order > 1 && derivation.has_directions() {
                text.push_str("  ∂²…·v is the second derivative along v: the Hessian times v\n");
            }
            for line in legend {
                text.push_str(&format!("  {line}\n"));
            }
            if derivation.used_unit {
                text.push_str("  sum(t) = 1: the target holds probabilities\n");
            }
            text.push('\n');
        }
        text.push_str(&derivation.write(request.format));
        if request.steps {
            text.push_str(&format!("\n{}", derivation.steps(request.format)));
        }
        if request.explain {
            let told = stability(&derivation);
            // Beside formulas that are read by another program, it is a comment.
            let mark = match request.format {
                Format::Unicode => "",
                Format::Latex => "% ",
                Format::Source => "# ",
                Format::Mathml => "",
            };
            match request.format {
                Format::Mathml => text.push_str(&format!("<!--{told}-->\n")),
                _ => told
                    .lines()
                    .for_each(|line| text.push_str(&format!("{}\n", format!("{mark}{line}").trim_end()))),
            }
        }
        Some(text)
    }
}

fn style(request: &Request) -> Style {
    Style { order: request.order, exact: request.format == Format::Source, share: true }
}

/// Which rules made the formulas safe and where, and what cancels.
fn stability(derivation: &Derivation) -> String {
    let mut text = match derivation.rules.is_empty() {
        true => "\nno formula had to be rewritten to be safe\n".to_string(),
        false => "\nmade safe against overflow and lost digits:\n".to_string(),
    };
    for (rule, sentence, place) in &derivation.rules {
        text.push_str(&format!("  {rule}, in {place}: {sentence}\n"));
    }
    let cancelled = derivation.cancelled();
    if !cancelled.is_empty() {
        text.push_str("simplified:\n");
    }
    cancelled.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    text
}

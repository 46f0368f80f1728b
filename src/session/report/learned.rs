//! What a training did: its curves, the weights and gradients after it, the answers of the model.

use std::collections::HashMap;

use super::super::plot::{View, map_of};
use super::super::state::Session;
use crate::base::Span;
use crate::check::TrainRequest;
use crate::elaborate::{Given, ModelId, Value};
use crate::graph::SlotId;
use crate::plot::{self, Figure, Plot, svg};
use crate::report::{Drawing, Section};
use crate::tensor::Tensor;
use crate::train::History;

/// Examples that gradients are taken over.
const EXAMPLES: usize = 256;
/// Parameters that are drawn.
const MAX_PARAMETERS: usize = 12;
/// A matrix of at most so many numbers is a map, a larger one a histogram.
const MAX_CELLS: usize = 4096;

/// The size of a plot among others.
const SMALL: svg::Size = svg::Size { width: 420.0, height: 280.0 };

impl Session<'_> {
    pub(super) fn sections_after(&mut self) -> Vec<Section> {
        let mut sections = Vec::new();
        if !self.histories.is_empty() {
            sections.push(self.curves_section());
        }
        for id in (0..self.elaborator.models.len()).map(ModelId) {
            let name = self.elaborator.models.get(id.0).map_or(String::new(), |model| model.name.clone());
            let of = if self.elaborator.models.len() > 1 { format!(" by {name}") } else { String::new() };
            let file = if of.is_empty() { String::new() } else { format!("-{name}") };
            // The last training of a model is the one that its parameters come from.
            let trained = self.histories.iter().rev().find(|(request, _)| request.step.model == id);
            let request = trained.map(|(request, _)| request.clone());
            sections.extend(self.weights_section(id, request.as_ref(), (&of, &file)));
            sections.extend(request.and_then(|request| self.answers_section(&request, (&of, &file))));
        }
        sections
    }

    /// The curves of every training.
    fn curves_section(&self) -> Section {
        let mut section = Section::new("Training");
        for (at, (request, history)) in self.histories.iter().enumerate() {
            let model =
                self.elaborator.models.get(request.step.model.0).map_or("", |model| model.name.as_str());
            let caption = format!("{model} on {}", request.data.name);
            let series: Vec<(String, Vec<f64>)> = History::series(history).into_iter().collect();
            section.draw(
                &format!("curves{}", at + 1),
                &caption,
                Drawing::Figure(plot::history(&series), SMALL),
            );
        }
        section
    }

    /// The parameters at the end of the script; `of` is what headings end with, `file` what names of pictures end with.
    fn weights_section(
        &mut self,
        id: ModelId,
        request: Option<&TrainRequest>,
        (of, file): (&str, &str),
    ) -> Option<Section> {
        let model = self.elaborator.models.get(id.0)?.clone();
        let mut weights = Vec::new();
        for (_, stored) in model.parameters("") {
            weights.push((stored.name.clone(), self.tensor(stored.slot)?));
        }
        if weights.is_empty() {
            return None;
        }
        let gradients = request.and_then(|request| self.gradients_after(request)).unwrap_or_default();
        let mut section = Section::new(match request {
            Some(_) => {
                if of.is_empty() {
                    "What it learned".to_string()
                } else {
                    format!("What was learned{of}")
                }
            }
            None => format!("The parameters{}", of.replace(" by ", " of ")),
        });
        let omitted = weights.len().saturating_sub(MAX_PARAMETERS);
        weights.truncate(MAX_PARAMETERS);
        let caption = match request {
            Some(_) => "Parameters after the training",
            None => "Parameters as the script leaves them",
        };
        section.draw(&format!("weights{file}"), caption, Drawing::Figure(figure_of(&weights), SMALL));
        if !gradients.is_empty() {
            let shown: Vec<(String, Tensor)> = gradients.into_iter().take(MAX_PARAMETERS).collect();
            let caption = "Gradients of the loss after the training, a mean over examples";
            section.draw(&format!("gradients{file}"), caption, Drawing::Figure(figure_of(&shown), SMALL));
        }
        if omitted > 0 {
            section.say(format!("{omitted} more parameters are not drawn."));
        }
        Some(section)
    }

    /// The gradient by each parameter over the first examples of the training data.
    fn gradients_after(&mut self, request: &TrainRequest) -> Option<Vec<(String, Tensor)>> {
        let (loss, loss_span) = request.step.loss.clone()?;
        let span = request.step.model_span;
        let given = |value: Value, span: Span| Given { name: None, value, span };
        let loss = given(loss, loss_span);
        let model = given(Value::Model { id: request.step.model, part: String::new() }, span);
        self.in_scratch(false, |session| {
            let batch = session.elaborator.new_batch();
            let setup = session.loss_setup(&loss, &model, None, Some(batch))?;
            let count = session.parts.get(request.data.handle)?.count.min(EXAMPLES);
            let rows: Vec<usize> = (0..count).collect();
            let numbers: HashMap<SlotId, Tensor> = session.rows(&setup, &request.data, &rows, true, span)?;
            let wrt: Vec<_> = setup.targets.iter().map(|(_, node)| *node).collect();
            let gradients = session.elaborator.gradients_of(setup.result, &wrt, span)?;
            let values = session.numbers_of(&gradients, &numbers, span)?;
            Some(setup.targets.iter().map(|(name, _)| format!("∂L/∂{name}")).zip(values).collect())
        })
    }

    fn answers_section(&mut self, request: &TrainRequest, (of, file): (&str, &str)) -> Option<Section> {
        let data = request.validate.clone().unwrap_or_else(|| request.data.clone());
        let usual = self.usual_view(&data)?;
        let mut section = Section::new(match of {
            "" => "What it answers".to_string(),
            of => format!("What is answered{of}"),
        });
        let mut views = vec![usual];
        if usual == View::Boundary && self.has_classes(&data) {
            views.push(View::Confusion);
        }
        for view in views {
            let (name, caption) = match view {
                View::Boundary => ("boundary", format!("The answer at each place, with {}", data.name)),
                View::Confusion => ("confusion", format!("Answers on {}", data.name)),
                View::Fit => ("fit", format!("The model beside {}", data.name)),
                View::Answers => ("answers", format!("Answers over truths of {}", data.name)),
            };
            let figure = self.answers_figure(request.step.model, &data, view, request.step.model_span)?;
            let size = match view {
                View::Boundary => svg::Size { width: 560.0, height: 460.0 },
                View::Confusion | View::Fit | View::Answers => svg::Size { width: 520.0, height: 400.0 },
            };
            section.draw(&format!("{name}{file}"), &caption, Drawing::Figure(figure, size));
        }
        Some(section)
    }
}

/// Small matrices as maps, all else as histograms.
fn figure_of(tensors: &[(String, Tensor)]) -> Figure {
    let plots = tensors.iter().map(|(name, tensor)| {
        let count = tensor.data.len();
        match tensor.shape.len() {
            0..=2 if (2..=MAX_CELLS).contains(&count) && tensor.shape.len() == 2 => map_of(name, tensor),
            1 if count <= 16 => map_of(name, tensor),
            _ => Plot { title: name.clone(), ..plot::histogram("value", &tensor.data.to_f64()) },
        }
    });
    Figure { title: String::new(), plots: plots.collect() }
}

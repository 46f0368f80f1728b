//! `nn draw` and `nn report`: a script's network as a picture, and everything there is to see of its first training
//! as a document.
//!
//! A report walks the script twice, as a run does: once without running it, for the formulas and the numbers of an
//! example before the training, and once running it, for the curves and what was learned. Of a model that no `train`
//! trains there are the network, the formulas and the parameters that the script leaves.

mod formulas;
mod learned;
mod network;
mod recorder;

use std::path::Path;

use super::by_hand::ByHand;
use super::formulas::rate_of;
use super::program::{Report, check_text, folder_of, read};
use super::state::{Mode, Session};
use super::world::World;
use crate::base::Span;
use crate::check::{PartRef, TrainRequest};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, ModelId, Value, nearest};
use crate::plot::Network;
use crate::report::{Block, Cell, Document, Drawing, Section, Table};
use crate::syntax::tree::Ast;
use crate::train::History;
use recorder::Recorder;

/// The network of a script as a picture: of the model with this name, or of the one that is trained first. The
/// script is not run.
pub fn draw_file(world: &mut dyn World, path: &Path, model: Option<&str>) -> (Report, Option<Network>) {
    let text = match read(world, path) {
        Ok(text) => text,
        Err(report) => return (*report, None),
    };
    let mut session = Session::new(world, Mode::Prepare, folder_of(path).to_path_buf());
    let (ast, source) = session.parse_script(&path.display().to_string(), &text);
    session.walk(&ast);
    let mut network = None;
    if !session.has_errors()
        && let Some((id, data)) = session.model_to_draw(model, Span::new(source, 0, 0))
    {
        network = session.network(id, data.as_ref(), Span::new(source, 0, 0));
    }
    (session.into_report(), network)
}

/// Runs a script and tells all about its first training.
pub fn report_file(world: &mut dyn World, path: &Path) -> (Report, Option<Document>) {
    let text = match read(world, path) {
        Ok(text) => text,
        Err(report) => return (*report, None),
    };
    let (name, folder) = (path.display().to_string(), folder_of(path));
    let checked = check_text(world, &name, &text, folder);
    if checked.has_errors() {
        return (checked, None);
    }
    let mut before = Session::new(world, Mode::Prepare, folder.to_path_buf());
    let (ast, source) = before.parse_script(&name, &text);
    before.walk(&ast);
    let sections =
        if before.has_errors() { None } else { before.sections_before(&ast, Span::new(source, 0, 0)) };
    let report = before.into_report();
    let Some(mut sections) = sections.filter(|_| !report.has_errors()) else { return (report, None) };
    let mut recorder = Recorder::new(world);
    let mut session = Session::new(&mut recorder, Mode::Run, folder.to_path_buf());
    let (ast, _) = session.parse_script(&name, &text);
    session.walk(&ast);
    if !session.has_errors() {
        sections.extend(session.sections_after());
    }
    let subtitle = session.subtitle();
    let report = session.into_report();
    let mut script = Section::new("The script");
    if !recorder.lines.is_empty() {
        script.say("What it prints:");
        script.blocks.push(Block::Code(recorder.lines.join("\n")));
        script.say("The whole of it:");
    }
    script.blocks.push(Block::Code(text));
    sections.push(script);
    let stem = path.file_stem().map_or(name.clone(), |stem| stem.to_string_lossy().into_owned());
    let document = Document { title: stem, subtitle, sections };
    let found = (!report.has_errors()).then_some(document);
    (report, found)
}

/// `1 epoch`, `2 epochs`
fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

impl Session<'_> {
    /// The model that is named, or the one that is trained first, or the last one declared; with its data.
    fn model_to_draw(&mut self, name: Option<&str>, script: Span) -> Option<(ModelId, Option<PartRef>)> {
        let trained = |id: ModelId| {
            let request = self.trainings.iter().find(|request| request.step.model == id);
            request.map(|request| request.data.clone())
        };
        let first = self.trainings.first().map(|request| request.step.model);
        let found = match name {
            Some(name) => self.elaborator.models.iter().position(|model| model.name == name).map(ModelId),
            None => first.or_else(|| self.elaborator.models.len().checked_sub(1).map(ModelId)),
        };
        if let Some(id) = found {
            return Some((id, trained(id)));
        }
        let headline = match name {
            Some(name) => format!("this script declares no model `{name}`"),
            None => "this script declares no model".to_string(),
        };
        let mut report = Diagnostic::error(Slug::UnknownName, script, headline).here("in this script");
        let names = self.elaborator.models.iter().map(|model| model.name.clone());
        if let Some(near) = name.and_then(|name| nearest(name, names)) {
            report = report.help(format!("did you mean `--model {near}`?"));
        }
        self.report(report);
        None
    }

    /// What is known before running: of the first training everything, of other models their networks and formulas.
    fn sections_before(&mut self, ast: &Ast, script: Span) -> Option<Vec<Section>> {
        let request = self.trainings.first().cloned();
        let mut sections = request.as_ref().map_or_else(Vec::new, |request| self.training_before(request));
        let trained = request.map(|request| request.step.model);
        for id in (0..self.elaborator.models.len()).map(ModelId).filter(|id| Some(*id) != trained) {
            let is_only = self.elaborator.models.len() == 1;
            let by_hand = match trained {
                None => self.by_hand(ast, Some(id)),
                Some(_) => None,
            };
            sections.extend(self.model_before(id, is_only, by_hand, script));
        }
        if sections.is_empty() {
            let headline = "there is nothing to report: this script declares no model";
            self.report(Diagnostic::error(Slug::UnknownName, script, headline).here("in this script"));
            return None;
        }
        Some(sections)
    }

    /// The network, the formulas, one example with its numbers.
    fn training_before(&mut self, request: &TrainRequest) -> Vec<Section> {
        let span = request.step.model_span;
        let mut sections = vec![self.summary_section(request)];
        if let Some(network) = self.network(request.step.model, Some(&request.data), span) {
            sections[0].draw("network", "The network", Drawing::Network(network));
        }
        sections[0].blocks.extend(self.layers_table(request.step.model));
        let Some((loss, loss_span)) = request.step.loss.clone() else { return sections };
        let model = Value::Model { id: request.step.model, part: String::new() };
        let given = |value: Value, span: Span| Given { name: None, value, span };
        let (loss, model) = (given(loss, loss_span), given(model, span));
        sections.extend(self.formula_sections(&[loss.clone(), model.clone()], "", span));
        if let Some(data) = self.part_value(request.data.handle) {
            let data = given(data, request.data.span);
            let rate = request.step.optimizer.as_ref().and_then(|(optimizer, _)| rate_of(optimizer));
            sections.extend(self.trace_section(&[loss, model, data], rate, span));
        }
        sections
    }

    /// A model that is not the first one trained: its network and its formulas.
    fn model_before(
        &mut self,
        id: ModelId,
        is_only: bool,
        by_hand: Option<ByHand>,
        span: Span,
    ) -> Vec<Section> {
        let Some(model) = self.elaborator.models.get(id.0).cloned() else { return Vec::new() };
        let of = if is_only { String::new() } else { format!(" of {}", model.name) };
        let mut section =
            Section::new(if is_only { "The network".to_string() } else { format!("The network{of}") });
        let facts = [
            ("Model", model.signature().trim_start_matches("model ").to_string()),
            ("Parameters", model.parameter_count().to_string()),
        ];
        let rows = facts.map(|(name, text)| vec![Cell::Text(name.to_string()), Cell::Text(text)]);
        section.blocks.push(Block::Table(Table { head: Vec::new(), rows: rows.to_vec() }));
        let request = self.trainings.iter().find(|request| request.step.model == id).cloned();
        if let Some(network) = self.network(id, request.as_ref().map(|request| &request.data), span) {
            let name = if is_only { "network".to_string() } else { format!("network-{}", model.name) };
            section.draw(&name, &format!("The network{of}"), Drawing::Network(network));
        }
        section.blocks.extend(self.layers_table(id));
        let given = |value: Value, span: Span| Given { name: None, value, span };
        let loss = request.and_then(|request| request.step.loss).map(|(loss, span)| given(loss, span));
        let loss = loss.or_else(|| by_hand.as_ref().map(|found| found.loss.clone()));
        let subject = given(Value::Model { id, part: String::new() }, span);
        let subjects: Vec<Given> = loss.into_iter().chain([subject]).collect();
        let mut sections = vec![section];
        sections.extend(self.formula_sections(&subjects, &of, span));
        if let Some(ByHand { loss, model, data: Some(data), rate }) = by_hand {
            sections.extend(self.trace_section(&[loss, model, data], rate, span));
        }
        sections
    }

    /// The training as a table of facts.
    fn summary_section(&mut self, request: &TrainRequest) -> Section {
        let mut section = Section::new("The network");
        let mut rows: Vec<(&str, String)> = Vec::new();
        if let Some(model) = self.elaborator.models.get(request.step.model.0) {
            rows.push(("Model", model.signature().trim_start_matches("model ").to_string()));
            rows.push(("Parameters", model.parameter_count().to_string()));
        }
        let count = self.parts.get(request.data.handle).map_or(0, |part| part.count);
        rows.push(("Data", format!("{}, {}", request.data.name, counted(count, "example"))));
        let written = |span: Span| {
            let text = self.sources.get(span.source).text.get(span.start as usize..span.end as usize);
            text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let options = [("Loss", &request.step.loss), ("Optimizer", &request.step.optimizer)];
        rows.extend(
            options.into_iter().filter_map(|(name, option)| Some((name, written(option.as_ref()?.1)))),
        );
        let length = match (request.steps, request.epochs) {
            (Some(steps), _) => counted(steps, "step"),
            (None, epochs) => counted(epochs.unwrap_or(1), "epoch"),
        };
        rows.push(("Length", format!("{length}, batches of {}", request.batch)));
        let rows = rows.into_iter().map(|(name, text)| vec![Cell::Text(name.to_string()), Cell::Text(text)]);
        section.blocks.push(Block::Table(Table { head: Vec::new(), rows: rows.collect() }));
        section
    }

    fn layers_table(&self, id: ModelId) -> Option<Block> {
        let model = self.elaborator.models.get(id.0).filter(|model| !model.rows.is_empty())?;
        let counts = model.parameter_counts();
        let rows = model.rows.iter().map(|(path, row)| {
            let prefix = path.split_once('.').map_or("", |(_, rest)| rest);
            let count = counts.get(prefix).copied().unwrap_or(0);
            let texts = [prefix.to_string(), row.layer.clone(), row.output.to_string()];
            texts.into_iter().map(Cell::Text).chain([Cell::Number(count.to_string())]).collect()
        });
        let head = ["Layer", "Kind", "Output", "Parameters"].map(str::to_string).to_vec();
        Some(Block::Table(Table { head, rows: rows.collect() }))
    }

    /// The last numbers of the first training, in a line.
    fn subtitle(&self) -> String {
        if self.histories.is_empty() {
            return "without a training".to_string();
        }
        let last = self.histories.first().and_then(|(_, history)| history.rows.last());
        let numbers = last.map_or_else(Vec::new, |row| row.named());
        let texts =
            numbers.into_iter().map(|(name, value)| format!("{name} {}", crate::plot::short(value, 4)));
        let epochs =
            self.histories.first().map_or(0, |(_, history): &(TrainRequest, History)| history.rows.len());
        format!("after {}: {}", counted(epochs, "epoch"), texts.collect::<Vec<_>>().join(", "))
    }
}

//! What stands at each boundary between stages, as text: `nn check --show`.

use std::fmt::Write;
use std::path::Path;

use super::bench::results;
use super::program::{Report, folder_of, read};
use super::state::{Mode, Session};
use super::world::World;
use crate::base::{SourceId, Span};
use crate::check::TrainRequest;
use crate::elaborate::{Fact, Step, StepRequest, Value};
use crate::exec;
use crate::graph::{self, NodeId};
use crate::passes;
use crate::syntax;
use crate::train;

/// A boundary between two stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// The tree, as S-expressions.
    Ast,
    /// Every expression with its type.
    Types,
    /// The expressions of the models, each with its type and where its size comes from.
    Shapes,
    /// The graph of each training: model, loss and metrics. Of the script, where nothing is trained.
    Graph,
    /// The graph of the whole step of each training, with gradient and optimizer.
    Grad,
    /// The instructions of each training's step for one full batch.
    Plan,
}

/// The passes over graphs, by name and in order, each with what it does.
pub fn pass_names() -> Vec<(&'static str, &'static str)> {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for pass in passes::PIPELINE {
        if !names.iter().any(|(name, _)| *name == pass.name) {
            names.push((pass.name, pass.sentence));
        }
    }
    names
}

/// Checks a script and prints what stands at a boundary; graphs after the first pass of a name, if one is given.
pub fn show_file(
    world: &mut dyn World,
    path: &Path,
    boundary: Boundary,
    after: Option<&str>,
) -> (Report, String) {
    let text = match read(world, path) {
        Ok(text) => text,
        Err(report) => return (*report, String::new()),
    };
    let mut session = Session::new(world, Mode::Check, folder_of(path).to_path_buf());
    let (ast, source) = session.parse_script(&path.display().to_string(), &text);
    if matches!(boundary, Boundary::Types | Boundary::Shapes) {
        session.elaborator.facts = Some(indexmap::IndexMap::new());
    }
    session.walk(&ast);
    let shown = match boundary {
        Boundary::Ast => syntax::sexpr(&ast),
        Boundary::Types => session.types(source),
        Boundary::Shapes => session.shapes(source),
        Boundary::Graph if session.trainings.is_empty() => session.script_graph(after),
        Boundary::Graph => session.step_graphs(after, false),
        Boundary::Grad | Boundary::Plan => {
            if session.trainings.is_empty() && !session.has_errors() {
                session.report_no_training(Span::new(source, 0, 0), "show the step of");
            }
            if boundary == Boundary::Plan { session.plans() } else { session.step_graphs(after, true) }
        }
    };
    (session.into_report(), shown)
}

impl Session<'_> {
    /// A line for each expression of a text: place, type, and the expression itself.
    fn types(&mut self, source: SourceId) -> String {
        let facts = self.facts_of(source);
        let source = self.sources.get(source);
        let rows: Vec<(String, &str, &str)> = facts
            .iter()
            .map(|fact| {
                let (line, column) = source.line_column(fact.span.start);
                let text = source.slice(fact.span).lines().next().unwrap_or_default();
                (format!("{line}:{column}"), fact.ty.as_str(), text)
            })
            .collect();
        let place = rows.iter().map(|(place, ..)| place.len()).max().unwrap_or(0);
        let ty = rows.iter().map(|(_, ty, _)| ty.chars().count()).max().unwrap_or(0).min(40);
        let mut shown = String::new();
        for (at, of, text) in rows {
            // Writing to a string cannot fail.
            let _ = writeln!(shown, "{at:place$}  {of:ty$}  {text}");
        }
        shown
    }

    fn facts_of(&mut self, source: SourceId) -> Vec<Fact> {
        let facts = self.elaborator.facts.take().unwrap_or_default();
        let mut facts: Vec<Fact> = facts.into_values().filter(|fact| fact.span.source == source).collect();
        facts.sort_by_key(|fact| (fact.span.start, std::cmp::Reverse(fact.span.end)));
        facts
    }

    /// A line for each expression of a model: place, type, the expression, and where its size comes from.
    fn shapes(&mut self, source: SourceId) -> String {
        let models: Vec<Span> = self.elaborator.models.iter().map(|model| model.function.span).collect();
        let mut facts = self.facts_of(source);
        facts.retain(|fact| models.iter().any(|model| model.contains(fact.span)) && fact.ty.starts_with('['));
        let place = |span: Span| {
            let (line, column) = self.sources.get(span.source).line_column(span.start);
            format!("{line}:{column}")
        };
        let code = |span: Span| self.sources.get(span.source).slice(span).lines().next().unwrap_or_default();
        let rows: Vec<[String; 4]> = facts
            .iter()
            .map(|fact| {
                let origin = fact.origin.filter(|origin| *origin != fact.span);
                let from = origin
                    .map_or(String::new(), |origin| format!("from `{}` at {}", code(origin), place(origin)));
                [place(fact.span), fact.ty.clone(), code(fact.span).to_string(), from]
            })
            .collect();
        let width = |at: usize| {
            rows.iter()
                .filter_map(|row| row.get(at))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
                .min(40)
        };
        let (at, ty, text) = (width(0), width(1), width(2));
        let lines = rows.iter().map(|[place, of, code, from]| {
            format!("{}\n", format!("{place:at$}  {of:ty$}  {code:text$}  {from}").trim_end())
        });
        lines.collect()
    }

    fn script_graph(&mut self, after: Option<&str>) -> String {
        let named = self.elaborator.globals.values().filter_map(|binding| match &binding.value {
            Value::Node(node) => Some(*node),
            _other => None,
        });
        let outputs: Vec<NodeId> = named.collect();
        printed(&self.elaborator.graph, &outputs, after)
    }

    fn step_graphs(&mut self, after: Option<&str>, with_gradient: bool) -> String {
        let mut shown = String::new();
        let trainings = self.trainings.clone();
        for request in &trainings {
            if trainings.len() > 1 {
                let span = request.step.model_span;
                let (line, _) = self.sources.get(span.source).line_column(span.start);
                let _ = writeln!(shown, "# the training in line {line}");
            }
            if let Some((step, outputs)) = self.step_to_show(request, with_gradient) {
                shown.push_str(&printed(&step.graph, &outputs, after));
            }
        }
        shown
    }

    fn plans(&mut self) -> String {
        let mut shown = String::new();
        for request in &self.trainings.clone() {
            let span = request.step.model_span;
            let Some(step) = self.elaborator.step(&request.step) else { continue };
            let examples = self.parts.get(request.data.handle).map_or(1, |part| part.count);
            let sums = step.metrics.iter().flat_map(|metric| metric.sums.iter().copied());
            let wanted = step.loss.into_iter().chain(sums).collect();
            let mut plan = exec::Request::new(wanted, self.precision);
            plan.updates.clone_from(&step.updates);
            let plan = plan.examples(step.batch, request.batch.min(examples)).threads(self.world.threads());
            match exec::Plan::new(&step.graph, &plan) {
                Ok(plan) => shown.push_str(&plan.describe()),
                Err(problem) => {
                    let problem = train::TrainProblem::Step(problem);
                    self.report(super::training::problem_of(&problem, span));
                }
            }
        }
        shown
    }

    fn step_to_show(&mut self, request: &TrainRequest, with_gradient: bool) -> Option<(Step, Vec<NodeId>)> {
        let request = match with_gradient {
            true => request.step.clone(),
            false => StepRequest { optimizer: None, schedule: None, ..request.step.clone() },
        };
        let step = self.elaborator.step(&request)?;
        let mut outputs = results(&step);
        if !with_gradient {
            outputs.insert(0, step.prediction);
        }
        Some((step, outputs))
    }
}

fn printed(graph: &graph::Graph, outputs: &[NodeId], after: Option<&str>) -> String {
    // A step's graph also holds what the script made before it: without a pass, only what is needed is shown.
    let pass = after.unwrap_or("live");
    match passes::optimise_until(pass, graph, outputs) {
        Some((graph, outputs)) => graph::print(&graph, &outputs),
        None => graph::print(graph, outputs),
    }
}

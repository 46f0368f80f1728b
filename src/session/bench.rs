//! The step of a script's first training, made ready and timed. `nn bench` shows what comes of it.

use std::path::Path;

use indexmap::IndexSet;

use super::program::{Report, folder_of, read};
use super::state::{Mode, Session};
use super::world::World;
use crate::base::Span;
use crate::check::TrainRequest;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::Step;
use crate::graph::{Graph, NodeId};
use crate::tensor::{Precision, peak};
use crate::train::{self, History, Job, Length, Profiled, Timing};

/// What a step costs.
#[derive(Clone, Debug)]
pub struct Benchmark {
    pub timing: Timing,
    pub batch: usize,
    pub parameters: usize,
    /// Threads that the step takes.
    pub threads: usize,
    pub precision: Precision,
    /// Multiplications and additions in the products of a step, counted separately; 0 if it has no product.
    pub product_flops: f64,
    /// What the multiply-adds of the step's threads could do at best, measured, in thousand millions a second.
    pub peak_gflops: f64,
    /// Bytes that the instructions of a step read and write, each of its numbers counted once an instruction.
    pub bytes_moved: f64,
    /// Each instruction of the step, if it was asked for.
    pub profile: Vec<Spending>,
}

/// What is to be measured.
#[derive(Clone, Copy, Debug)]
pub struct BenchOptions {
    pub seconds: f64,
    /// Also each instruction by itself.
    pub profile: bool,
}

/// What one instruction of a step costs, and where it comes from.
#[derive(Clone, Debug)]
pub struct Spending {
    /// As the plan shows it.
    pub text: String,
    /// `train.nn:12`, one for each line that it computes something of.
    pub places: Vec<String>,
    pub busy_us: f64,
    pub waiting_us: f64,
}

/// Walks a script without running it, loads what its first training needs, and times the steps of that training.
pub fn bench_file(world: &mut dyn World, path: &Path, options: BenchOptions) -> (Report, Option<Benchmark>) {
    let text = match read(world, path) {
        Ok(text) => text,
        Err(report) => return (*report, None),
    };
    let mut session = Session::new(world, Mode::Prepare, folder_of(path).to_path_buf());
    let (ast, source) = session.parse_script(&path.display().to_string(), &text);
    session.walk(&ast);
    let benchmark = match session.trainings.first().cloned() {
        _ if session.has_errors() => None,
        Some(request) => session.bench(&request, options),
        None => {
            session.report_no_training(Span::new(source, 0, 0), "time");
            None
        }
    };
    (session.into_report(), benchmark)
}

impl Session<'_> {
    pub(super) fn report_no_training(&mut self, span: Span, what: &str) {
        let headline = format!("this script has no `train`, so there is nothing to {what}");
        self.report(
            Diagnostic::error(Slug::NoTraining, span, headline)
                .here("no training from here to the end")
                .help("write a `train` statement, such as `train net on data { loss = mse, optimizer = sgd(lr = 0.1), epochs = 1 }`"),
        );
    }

    fn bench(&mut self, request: &TrainRequest, options: BenchOptions) -> Option<Benchmark> {
        let span = request.step.model_span;
        let step = self.elaborator.step(&request.step)?;
        let (dataset, part) = self.loaded_part(request.data.handle)?;
        let data = dataset.parts.get(&part)?;
        let values = self.step_values(&step, request.step.model, span);
        let model = self.elaborator.models.get(request.step.model.0)?;
        let parameters = model.parameter_count();
        let known = |name: &String| values.as_ref().is_some_and(|values| values.contains_key(name));
        if let Some(missing) = model.stored.values().find(|stored| !known(&stored.name)) {
            let headline = format!("the first value of `{}` is known only to a run", missing.name);
            let place = missing.span;
            self.report(Diagnostic::error(Slug::Runtime, place, headline).here("cannot be timed without it"));
            return None;
        }
        let mut values = values?;
        values.extend(self.optimizer_states(&step, span)?);
        let threads = self.world.threads();
        let kept = self.let_go(request.step.model, &values);
        let mut job = Job {
            step: &step,
            data,
            validate: None,
            length: Length::Epochs(1),
            batch: if step.descent.is_some() { data.n_examples.max(1) } else { request.batch },
            shuffle: request.shuffle,
            patience: None,
            seed: request.seed.unwrap_or(self.seed),
            name: request.data.name.clone(),
            precision: self.precision,
            threads,
            values,
            kept,
            start: (0, History::default()),
        };
        let batch = request.batch.min(data.n_examples);
        let timing = match train::time_steps(&mut job, options.seconds, options.profile) {
            Ok(Some(timing)) => timing,
            Ok(None) => {
                let headline = "the loss stops being a number at once: there is no step worth timing";
                self.report(Diagnostic::error(Slug::Diverged, span, headline).here("this training"));
                return None;
            }
            Err(problem) => {
                self.report(super::training::problem_of(&problem, span));
                return None;
            }
        };
        let precision = self.precision;
        let measured = train::step_plan(&job).and_then(|plan| match options.profile {
            true => Ok((plan, train::profile_steps(&job, options.seconds)?)),
            false => Ok((plan, Vec::new())),
        });
        let (plan, profiled) = match measured {
            Ok(measured) => measured,
            Err(problem) => {
                self.report(super::training::problem_of(&problem, span));
                return None;
            }
        };
        let (width, peak) = match precision {
            Precision::F32 => (4.0, peak::gflops::<f32>()),
            Precision::F64 => (8.0, peak::gflops::<f64>()),
        };
        let peak_gflops = peak * plan.workers() as f64;
        let bytes_moved = plan.lines().iter().map(|line| line.touched as f64 * width).sum();
        let profile = profiled.into_iter().map(|line| self.spending(line, &step.graph)).collect();
        Some(Benchmark {
            timing,
            batch,
            parameters,
            threads: plan.workers(),
            precision,
            product_flops: plan.product_flops(),
            peak_gflops,
            bytes_moved,
            profile,
        })
    }

    fn spending(&self, profiled: Profiled, graph: &Graph) -> Spending {
        let Profiled { line, busy_us, waiting_us } = profiled;
        let spans = line.made.iter().filter_map(|&node| graph.node(node).span);
        let places = spans.map(|span| {
            let source = self.sources.get(span.source);
            format!("{}:{}", source.name, source.line_column(span.start).0)
        });
        let places: IndexSet<String> = places.collect();
        Spending { text: line.text, places: places.into_iter().collect(), busy_us, waiting_us }
    }
}

/// What a step computes, for counting and for printing: its outputs and its updates.
pub(super) fn results(step: &Step) -> Vec<NodeId> {
    let sums = step.metrics.iter().flat_map(|metric| metric.sums.iter().copied());
    let updates = step.updates.iter().map(|(_, node)| *node);
    step.loss.into_iter().chain(sums).chain(updates).collect()
}

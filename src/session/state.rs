//! What a session keeps: names, values of slots, datasets, and what went wrong.

use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use super::world::World;
use crate::base::{Sources, Span};
use crate::check::TrainRequest;
use crate::data::{DataSource, Dataset, FieldType, Options};
use crate::diagnostics::{Diagnostic, Label, Severity, Slug};
use crate::elaborate::Elaborator;
use crate::graph::{NodeId, SlotId};
use crate::prelude;
use crate::syntax;
use crate::syntax::tree::{Function, StmtKind};
use crate::tensor::{Precision, Tensor};
use crate::train::History;
use crate::types::BatchId;

/// Whether statements are looked at or done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Check,
    /// As a check, but data is loaded and parameters get their first values: all that a training needs.
    Prepare,
    Run,
}

/// A walk over statements and what it leaves behind.
pub struct Session<'w> {
    pub sources: Sources,
    pub elaborator: Elaborator,
    pub(super) world: &'w mut dyn World,
    pub(super) mode: Mode,
    /// The folder that paths are relative to.
    pub(super) folder: PathBuf,
    pub(super) seed: u64,
    pub(super) precision: Precision,
    /// Values of slots: parameters, states, results.
    pub(super) values: HashMap<SlotId, Tensor>,
    /// Slots whose value is a field of a dataset, made when asked for.
    pub(super) fields: HashMap<SlotId, FieldRef>,
    pub(super) batches: HashMap<BatchId, usize>,
    /// Parts by handle.
    pub(super) parts: Vec<PartEntry>,
    pub(super) datasets: IndexMap<String, Rc<Dataset>>,
    /// Nodes of the present graph whose value is known.
    pub(super) computed: HashMap<NodeId, Tensor>,
    /// Which dataset a model was trained on, for its encoders.
    pub(super) trained_on: HashMap<usize, Rc<Dataset>>,
    pub(super) declared: HashMap<String, Span>,
    pub(super) imported: Vec<PathBuf>,
    /// Files that the script writes: a check does not look for them.
    pub(super) saved: Vec<PathBuf>,
    /// The trainings that were met without running them.
    pub(super) trainings: Vec<TrainRequest>,
    /// The trainings that were run, with what was seen.
    pub(super) histories: Vec<(TrainRequest, History)>,
    /// Where each dataset comes from.
    pub(super) origins: IndexMap<String, DataOrigin>,
    /// What the input and the target of each dataset are.
    pub(super) field_types: IndexMap<String, (FieldType, Option<FieldType>)>,
    pub(super) next_expr: u32,
    /// Counts evaluations, so that random numbers of a statement differ from one time to the next.
    pub(super) evaluations: u64,
    /// Loops over `batches` that are being walked: they are training.
    pub(super) training_loops: usize,
    /// How many times the batches of each part were gone through.
    pub(super) passes: HashMap<usize, u64>,
    /// The value of the last expression that stood alone.
    pub last: Option<crate::elaborate::Value>,
    /// Declarations may replace one another, as at a prompt.
    pub(super) may_redeclare: bool,
    diagnostics: Vec<Diagnostic>,
}

/// The source of a dataset and its options, as the script gives them.
#[derive(Clone)]
pub(super) struct DataOrigin {
    pub source: &'static dyn DataSource,
    pub options: Options,
}

/// One field of one part of a dataset.
#[derive(Clone, Debug)]
pub(super) struct FieldRef {
    pub dataset: String,
    pub part: String,
    pub is_input: bool,
    /// The rows, for a batch; all of them otherwise.
    pub rows: Option<Rc<[u32]>>,
}

#[derive(Clone, Debug)]
pub(super) struct PartEntry {
    pub dataset: String,
    pub part: String,
    pub count: usize,
}

/// Whether the next statement is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Go,
    Stop,
}

impl<'w> Session<'w> {
    pub fn new(world: &'w mut dyn World, mode: Mode, folder: PathBuf) -> Session<'w> {
        let (sources, functions, next_expr) = standard_prelude().clone();
        Session {
            sources,
            elaborator: Elaborator::new(functions),
            world,
            mode,
            folder,
            seed: 0,
            precision: Precision::F32,
            values: HashMap::new(),
            fields: HashMap::new(),
            batches: HashMap::new(),
            parts: Vec::new(),
            datasets: IndexMap::new(),
            computed: HashMap::new(),
            trained_on: HashMap::new(),
            declared: HashMap::new(),
            imported: Vec::new(),
            saved: Vec::new(),
            trainings: Vec::new(),
            histories: Vec::new(),
            origins: IndexMap::new(),
            field_types: IndexMap::new(),
            next_expr,
            evaluations: 0,
            training_loops: 0,
            passes: HashMap::new(),
            last: None,
            may_redeclare: false,
            diagnostics: Vec::new(),
        }
    }

    /// Lets later inputs declare names again.
    pub fn at_prompt(mut self) -> Session<'w> {
        self.may_redeclare = true;
        self
    }

    pub fn is_running(&self) -> bool {
        self.mode == Mode::Run
    }

    /// Whether data is loaded and parameters have values.
    pub(super) fn has_values(&self) -> bool {
        self.mode != Mode::Check
    }

    /// What was found wrong since the last call, in order of place.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        self.collect();
        let mut found = std::mem::take(&mut self.diagnostics);
        found.sort_by_key(|diagnostic| diagnostic.primary.span);
        // A name that nobody uses is said once: with the parameter that never trains because of it.
        let told: Vec<Span> = found
            .iter()
            .filter(|one| one.slug == Slug::NeverTrains)
            .flat_map(|one| one.labels.iter().map(|label| label.span))
            .collect();
        found.retain(|one| one.slug != Slug::Unused || !told.contains(&one.primary.span));
        found.retain(|diagnostic| diagnostic.is_error() || !self.is_allowed(diagnostic));
        found
    }

    /// Whether the line of a warning, or the one before it, has `# nn: allow SLUG`.
    fn is_allowed(&self, warning: &Diagnostic) -> bool {
        let span = warning.primary.span;
        let source = self.sources.get(span.source);
        let line = source.line_column(span.start).0;
        let allows = |line: &str| {
            let comment = line.split_once("# nn: allow ").map(|(_, slugs)| slugs);
            comment
                .is_some_and(|slugs| slugs.split([' ', ',']).any(|slug| slug.trim() == warning.slug.as_str()))
        };
        source.text.lines().skip(line.saturating_sub(2)).take(line.min(2)).any(allows)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.elaborator.report(diagnostic);
    }

    pub(super) fn collect(&mut self) {
        let found = self.elaborator.take_problems();
        let found = found.into_iter().map(|mut diagnostic| {
            let chain = std::mem::take(&mut diagnostic.chain);
            if !chain.is_empty() {
                diagnostic.notes.push(self.way_of(&chain));
            }
            diagnostic
        });
        let found: Vec<Diagnostic> = found.collect();
        self.diagnostics.extend(found);
    }

    /// `the sizes come this way: `[784]` (`[a, b]`, line 1) → `[128]` (`dense(128)`, line 12)`
    fn way_of(&self, chain: &[Label]) -> String {
        let steps = chain.iter().map(|step| {
            let source = self.sources.get(step.span.source);
            let (line, _) = source.line_column(step.span.start);
            let code = source.slice(step.span);
            let code = code.lines().next().filter(|first| first.len() == code.len() && code.len() <= 24);
            let code =
                code.filter(|code| *code != step.text).map_or(String::new(), |code| format!("`{code}`, "));
            format!("`{}` ({code}line {line})", step.text)
        });
        format!("the way of the sizes: {}", steps.collect::<Vec<_>>().join(" → "))
    }

    /// Whether anything was wrong so far.
    pub(super) fn has_errors(&self) -> bool {
        self.elaborator.has_problems()
            || self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

type Prelude = (Sources, Vec<Arc<Function>>, u32);

/// The prelude, read once.
pub(super) fn standard_prelude() -> &'static Prelude {
    static PRELUDE: OnceLock<Prelude> = OnceLock::new();
    PRELUDE.get_or_init(|| {
        let mut sources = Sources::default();
        let (mut functions, mut next_expr) = (Vec::new(), 0);
        for (name, text) in prelude::sources() {
            let id = sources.add(*name, *text);
            let parsed = syntax::parse(sources.get(id), next_expr);
            next_expr = parsed.next_id;
            debug_assert!(parsed.problems.is_empty(), "the prelude does not parse: {:?}", parsed.problems);
            functions.extend(parsed.ast.stmts.into_iter().filter_map(|stmt| match stmt.kind {
                StmtKind::Function(function) => Some(function),
                _ => None,
            }));
        }
        (sources, functions, next_expr)
    })
}

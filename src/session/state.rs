//! What a session keeps: names, values of slots, datasets, and what went wrong.

use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use super::world::World;
use crate::base::{Sources, Span};
use crate::check::TrainRequest;
use crate::data::{DataSource, Dataset, FieldType, Options, Schema};
use crate::diagnostics::{Diagnostic, Label, Severity, Slug, count_errors};
use crate::elaborate::Elaborator;
use crate::graph::{NodeId, SlotId};
use crate::prelude;
use crate::syntax;
use crate::syntax::tree::{Expr, ExprId, Function, StmtKind};
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
    /// Rounds of loops, so that random numbers of a statement differ from one round to the next.
    pub(super) rounds: u64,
    /// The loops that are being walked, with the rounds that each has done.
    pub(super) loops: Vec<u64>,
    /// Whoever runs it has asked to stop: these loops end with their present round.
    pub(super) is_leaving: bool,
    /// Of each loop over a list that is being walked, the items that are still to come, the next one last.
    pub(super) waiting: Vec<Vec<crate::elaborate::Value>>,
    /// A training or loop was ended by hand since this was last asked.
    pub(super) was_stopped: bool,
    /// Loops over `batches` that are being walked: they are training.
    pub(super) training_loops: usize,
    /// How many times the batches of each part were gone through.
    pub(super) passes: HashMap<usize, u64>,
    /// The value of the last expression that stood alone.
    pub last: Option<crate::elaborate::Value>,
    /// Values of the script that a setting stands in place of, with their names, by the setting's expression.
    pub(super) replaced: HashMap<ExprId, (String, Expr)>,
    /// What asserts gave, where all of them are wanted.
    pub(super) asserts: Option<Asserts>,
    /// Declarations may replace one another, as at a prompt.
    pub(super) may_redeclare: bool,
    /// What whoever declared something again should know.
    pub(super) notes: Vec<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What the asserts of a test gave.
#[derive(Clone, Debug, Default)]
pub(super) struct Asserts {
    pub held: usize,
    pub failed: Vec<Diagnostic>,
}

/// The source of a dataset and its options, as the script gives them.
#[derive(Clone)]
pub(super) struct DataOrigin {
    pub source: &'static dyn DataSource,
    pub options: Options,
    /// The columns, as far as they were looked at.
    pub schema: Rc<Schema>,
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
        let mut elaborator = Elaborator::new(functions);
        elaborator.count_draws();
        Session {
            sources,
            elaborator,
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
            rounds: 0,
            loops: Vec::new(),
            is_leaving: false,
            was_stopped: false,
            waiting: Vec::new(),
            training_loops: 0,
            passes: HashMap::new(),
            last: None,
            replaced: HashMap::new(),
            asserts: None,
            may_redeclare: false,
            notes: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Lets later inputs declare names again.
    pub fn at_prompt(mut self) -> Session<'w> {
        self.may_redeclare = true;
        self
    }

    /// What was noted since the last call.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Whether a training or loop was ended by hand since the last call.
    pub fn take_stopped(&mut self) -> bool {
        std::mem::take(&mut self.was_stopped)
    }

    pub fn is_running(&self) -> bool {
        self.mode == Mode::Run
    }

    /// Whether data is loaded and parameters have values.
    pub(super) fn has_values(&self) -> bool {
        self.mode != Mode::Check
    }

    /// Whether a part of this text could not be read.
    pub(super) fn has_syntax_error_in(&self, span: Span) -> bool {
        self.diagnostics.iter().any(|one| one.slug == Slug::Syntax && span.contains(one.primary.span))
            || self.elaborator.has_syntax_error_in(span)
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
        self.elaborator.add_taken(count_errors(&found));
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

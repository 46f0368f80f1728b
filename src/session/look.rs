//! Looking without touching: what a text would come to, with the session as it was afterwards.
//!
//! The prompt asks this at every key, so nothing here runs: the text is checked against what the session knows, in a
//! copy of its names and its graph. Values of slots are not copied: a check makes none that outlive it.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::mend::mend_by;
use super::program::Report;
use super::state::{DataOrigin, FieldRef, Mode, PartEntry, Session};
use crate::base::{Sources, Span};
use crate::check::TrainRequest;
use crate::data::FieldType;
use crate::diagnostics::Diagnostic;
use crate::elaborate::{Elaborator, Value};
use crate::syntax::tree::{Ast, StmtKind};
use crate::tensor::Precision;
use crate::types::BatchId;

/// What a text would come to.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// The type of the value of its last statement: `[3] × 120`.
    pub ty: Option<String>,
    /// What is wrong with it, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub sources: Sources,
}

/// What a check may change.
struct Kept {
    elaborator: Elaborator,
    sources: Sources,
    mode: Mode,
    seed: u64,
    precision: Precision,
    fields: HashMap<crate::graph::SlotId, FieldRef>,
    batches: HashMap<BatchId, usize>,
    parts: Vec<PartEntry>,
    declared: HashMap<String, Span>,
    trainings: Vec<TrainRequest>,
    origins: IndexMap<String, DataOrigin>,
    field_types: IndexMap<String, (FieldType, Option<FieldType>)>,
    imported: usize,
    saved: usize,
    next_expr: u32,
    rounds: u64,
    last: Option<Value>,
}

impl Session<'_> {
    /// Checks a text as the next input, without any effect.
    pub fn look(&mut self, name: &str, text: &str) -> Looked {
        self.without_effect(|session| {
            let (ast, _) = session.parse(name, text);
            session.walk(&ast);
            let diagnostics = session.take_diagnostics();
            let is_wrong = diagnostics.iter().any(Diagnostic::is_error);
            let ty = if is_wrong { None } else { session.type_of_last(&ast) };
            Looked { ty, diagnostics, sources: session.sources.clone() }
        })
    }

    /// Looks at the next input, and tries the fixes of its mistakes.
    pub fn check_input(&mut self, name: &str, text: &str) -> Looked {
        let Looked { ty, diagnostics, sources } = self.look(name, text);
        let mut report = Report { sources, diagnostics, models: Vec::new() };
        let has_candidates = report.diagnostics.iter().any(|found| !found.candidates.is_empty());
        let source =
            report.sources.iter().filter(|source| source.name == name).last().map(|source| source.id);
        if let Some(source) = source.filter(|_| has_candidates) {
            mend_by(&mut |mended| self.look(name, mended).diagnostics, text, source, &mut report);
        }
        Looked { ty, diagnostics: report.diagnostics, sources: report.sources }
    }

    /// Works in a check, and forgets what came of it.
    pub(super) fn without_effect<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let newest = self.elaborator.graph.ids().next_back();
        let (n_computed, n_values) = (self.computed.len(), self.values.len());
        let kept = self.keep();
        let slots_before = self.elaborator.slot_count();
        self.mode = Mode::Check;
        self.last = None;
        self.elaborator.forget_reported();
        let result = work(self);
        let counters = self.elaborator.counters();
        self.put_back(kept);
        // Slots are never numbered twice, so that what a check left behind means nothing.
        self.elaborator.set_counters(counters);
        if self.computed.len() > n_computed {
            self.computed.retain(|node, _| newest.is_some_and(|newest| *node <= newest));
        }
        if self.values.len() > n_values {
            self.values.retain(|slot, _| slot.0 < slots_before);
        }
        result
    }

    fn keep(&self) -> Kept {
        Kept {
            elaborator: self.elaborator.clone(),
            sources: self.sources.clone(),
            mode: self.mode,
            seed: self.seed,
            precision: self.precision,
            fields: self.fields.clone(),
            batches: self.batches.clone(),
            parts: self.parts.clone(),
            declared: self.declared.clone(),
            trainings: self.trainings.clone(),
            origins: self.origins.clone(),
            field_types: self.field_types.clone(),
            imported: self.imported.len(),
            saved: self.saved.len(),
            next_expr: self.next_expr,
            rounds: self.rounds,
            last: self.last.clone(),
        }
    }

    fn put_back(&mut self, kept: Kept) {
        self.take_diagnostics();
        self.elaborator = kept.elaborator;
        self.sources = kept.sources;
        self.mode = kept.mode;
        self.seed = kept.seed;
        self.precision = kept.precision;
        self.fields = kept.fields;
        self.batches = kept.batches;
        self.parts = kept.parts;
        self.declared = kept.declared;
        self.trainings = kept.trainings;
        self.origins = kept.origins;
        self.field_types = kept.field_types;
        self.imported.truncate(kept.imported);
        self.saved.truncate(kept.saved);
        self.next_expr = kept.next_expr;
        self.rounds = kept.rounds;
        self.last = kept.last;
    }

    /// The type of what the last statement gives or names.
    fn type_of_last(&mut self, ast: &Ast) -> Option<String> {
        let value = match &ast.stmts.last()?.kind {
            StmtKind::Expr(_) => self.last.clone()?,
            StmtKind::Bind { name, .. } | StmtKind::Compound { name, .. } => self.value_named(&name.name)?,
            StmtKind::Function(function) => self.value_named(&function.name.name)?,
            StmtKind::Data(decl) => self.value_named(&decl.name.name)?,
            _other => return None,
        };
        self.type_text(&value)
    }

    /// The value of a name of the session.
    pub fn value_named(&self, name: &str) -> Option<Value> {
        self.elaborator.globals.get(name).map(|binding| binding.value.clone())
    }
}

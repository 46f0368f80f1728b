//! Declaring again, as a prompt allows: models keep their weights where their declaration is the same, data that is
//! still in use stays, and what nobody can reach any more is let go.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use indexmap::IndexMap;

use super::program::Report;
use super::state::{Session, standard_prelude};
use crate::base::Span;
use crate::data::Files;
use crate::elaborate::{Binding, Elaborator, ModelId, Value};
use crate::graph::{Graph, NodeId, SlotId};
use crate::syntax::tree::Function;
use crate::syntax::{TokenKind, tokens};
use crate::tensor::Precision;

/// Nodes from which on the way values were made is forgotten between two inputs.
const MOST_NODES: usize = 50_000;

impl Session<'_> {
    /// The model that a declaration replaces, if it says the same.
    pub(super) fn same_model(&self, function: &Function) -> Option<ModelId> {
        if !self.may_redeclare || !self.is_running() {
            return None;
        }
        let Some(Value::Model { id, part }) = self.value_named(&function.name.name) else { return None };
        let before = self.elaborator.models.get(id.0)?;
        let is_same = part.is_empty() && self.words(&before.function) == self.words(function);
        is_same.then_some(id)
    }

    /// The tokens of a declaration: comments and spaces do not count.
    fn words(&self, function: &Function) -> Vec<&str> {
        let text = self.sources.get(function.span.source).slice(function.span);
        let counts = |kind| !matches!(kind, TokenKind::Comment | TokenKind::DocComment | TokenKind::Newline);
        tokens(text).into_iter().filter(|token| counts(token.kind)).map(|token| token.text(text)).collect()
    }

    /// Gives a model the values of another one whose parameters and states are the same by name and shape; whether
    /// they were.
    pub(super) fn take_over(&mut self, from: ModelId, to: ModelId) -> bool {
        let models = &self.elaborator.models;
        let (Some(old), Some(new)) = (models.get(from.0), models.get(to.0)) else { return false };
        let fits = old.stored.len() == new.stored.len()
            && new.stored.iter().all(|(key, stored)| {
                old.stored.get(key).is_some_and(|before| {
                    before.shape == stored.shape && self.values.contains_key(&before.slot)
                })
            });
        if !fits {
            return false;
        }
        let pairs: Vec<(SlotId, SlotId)> = new
            .stored
            .iter()
            .filter_map(|(key, stored)| Some((old.stored.get(key)?.slot, stored.slot)))
            .collect();
        for (old, new) in pairs {
            if let Some(tensor) = self.values.get(&old).cloned() {
                self.values.insert(new, tensor);
            }
        }
        if let Some(model) = self.elaborator.models.get_mut(to.0) {
            model.stored.values_mut().for_each(|stored| stored.init = None);
        }
        if let Some(dataset) = self.trained_on.get(&from.0).cloned() {
            self.trained_on.insert(to.0, dataset);
        }
        true
    }

    /// Gives a model its first values again; whether there is such a model.
    pub fn start_model_again(&mut self, name: &str) -> bool {
        let Some(Value::Model { id, .. }) = self.value_named(name) else { return false };
        let Some(model) = self.elaborator.models.get(id.0) else { return false };
        let function = model.function.clone();
        self.elaborator.forget_reported();
        if let Some(crate::elaborate::Definition::Model(fresh)) = self.elaborator.declare(&function) {
            self.initialise(fresh);
        }
        true
    }

    /// Before a dataset is declared again: values of the old one go on meaning the old one.
    pub(super) fn set_aside(&mut self, name: &str) {
        let Some(old) = self.datasets.shift_remove(name) else { return };
        let aside =
            (0..).map(|at| format!("{name} (before {at})")).find(|key| !self.datasets.contains_key(key));
        let Some(aside) = aside else { return };
        for field in self.fields.values_mut().filter(|field| field.dataset == name) {
            field.dataset.clone_from(&aside);
        }
        for part in self.parts.iter_mut().filter(|part| part.dataset == name) {
            part.dataset.clone_from(&aside);
        }
        self.datasets.insert(aside, old);
    }

    /// Between two inputs: lets go of values, models and data that no name can reach.
    pub fn tidy(&mut self) {
        if self.elaborator.graph.len() > MOST_NODES {
            self.settle();
        }
        let mut reached = Reached::default();
        for binding in self.elaborator.globals.values() {
            reached.see(&binding.value);
        }
        let (mut slots, _) = self.elaborator.graph.needs(&reached.nodes);
        for id in &reached.models {
            if let Some(model) = self.elaborator.models.get(*id) {
                slots.extend(model.stored.values().map(|stored| stored.slot));
            }
        }
        let slots: HashSet<SlotId> = slots.into_iter().collect();
        self.values.retain(|slot, _| slots.contains(slot));
        self.fields.retain(|slot, _| slots.contains(slot));
        self.trained_on.retain(|id, _| reached.models.contains(id));
        let nodes = behind(&self.elaborator.graph, &reached.nodes);
        self.computed.retain(|node, _| nodes.contains(node));
        let parts = &self.parts;
        let in_use = |name: &str| {
            self.fields.values().any(|field| field.dataset == name)
                || reached.handles.iter().any(|at| parts.get(*at).is_some_and(|part| part.dataset == name))
        };
        let kept: Vec<(String, Rc<_>)> = self
            .datasets
            .iter()
            .filter(|(name, _)| self.elaborator.globals.contains_key(*name) || in_use(name))
            .map(|(name, dataset)| (name.clone(), dataset.clone()))
            .collect();
        self.datasets = kept.into_iter().collect();
    }
}

impl Session<'_> {
    /// Forgets everything but the world and the folder.
    pub fn start_again(&mut self) {
        let fresh = standard_prelude().clone();
        // Every field by name, so that a new one is not forgotten here.
        let Session {
            sources,
            elaborator,
            world: _,
            mode: _,
            folder: _,
            seed,
            precision,
            values,
            fields,
            batches,
            parts,
            datasets,
            computed,
            trained_on,
            declared,
            imported,
            saved,
            trainings,
            histories,
            origins,
            field_types,
            next_expr,
            rounds,
            loops,
            is_leaving,
            was_stopped,
            waiting,
            training_loops,
            passes,
            last,
            replaced,
            asserts,
            may_redeclare: _,
            notes,
            diagnostics,
        } = self;
        let functions;
        (*sources, functions, *next_expr) = fresh;
        *elaborator = Elaborator::new(functions);
        elaborator.count_draws();
        (*seed, *precision, *rounds, *training_loops) = (0, Precision::F32, 0, 0);
        (*values, *fields, *batches, *computed) = Default::default();
        (*parts, *datasets, *trained_on, *declared) = Default::default();
        (*imported, *saved, *trainings, *origins) = Default::default();
        histories.clear();
        *field_types = IndexMap::new();
        (*passes, *last, *notes, *diagnostics) = Default::default();
        (*loops, *is_leaving, *was_stopped) = Default::default();
        (*replaced, *asserts, *waiting) = Default::default();
    }

    /// From here on paths are relative to another folder; gives the one before.
    pub fn set_folder(&mut self, folder: PathBuf) -> PathBuf {
        std::mem::replace(&mut self.folder, folder)
    }

    /// The folder that paths are relative to.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files that the session reads.
    pub fn files(&self) -> &dyn Files {
        self.world.files()
    }

    /// The text of a script.
    ///
    /// # Errors
    /// A report, where it cannot be read.
    pub fn read(&self, path: &Path) -> Result<String, Box<Report>> {
        super::program::read(self.world, path)
    }

    /// Whether there is a file of this path.
    pub fn has_file(&self, path: &Path) -> bool {
        self.world.files().size(path).is_ok()
    }

    /// Checks a script in the same world, apart from this session.
    pub fn check_script(&mut self, name: &str, text: &str, folder: &Path) -> Report {
        super::program::check_text(self.world, name, text, folder)
    }

    /// Makes `_` the value that was shown last.
    pub fn remember(&mut self, value: Value, span: Span) {
        self.elaborator.globals.insert("_".to_string(), Binding { value, span });
    }
}

/// The nodes that these are made of, and these.
fn behind(graph: &Graph, nodes: &[NodeId]) -> HashSet<NodeId> {
    let mut seen = HashSet::new();
    let mut open = nodes.to_vec();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(graph.node(id).inputs.iter().copied());
        }
    }
    seen
}

/// What the names of a session lead to.
#[derive(Default)]
struct Reached {
    nodes: Vec<NodeId>,
    models: HashSet<usize>,
    handles: HashSet<usize>,
}

impl Reached {
    fn see(&mut self, value: &Value) {
        match value {
            Value::Node(node) => self.nodes.push(*node),
            Value::Variable(variable) => {
                self.nodes.push(variable.node);
                self.see(&variable.known);
            }
            Value::Parameters(parameters) => {
                self.nodes.extend(parameters.entries.values().copied());
                self.models.insert(parameters.model.0);
            }
            Value::Model { id, .. } => {
                self.models.insert(id.0);
            }
            Value::List(items) => items.iter().for_each(|item| self.see(item)),
            Value::Record(record) => {
                self.handles.extend(record.handle);
                record.fields.values().for_each(|field| self.see(field));
            }
            Value::Function(function) => function.preset.iter().for_each(|(_, value, _)| self.see(value)),
            Value::Template(pieces) => pieces.iter().for_each(|piece| {
                if let crate::elaborate::TextPiece::Value(value, _) = piece {
                    self.see(value);
                }
            }),
            Value::Unknown
            | Value::Nothing
            | Value::Number(_)
            | Value::Int(_)
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Axis(_)
            | Value::Shape(_)
            | Value::Range { .. }
            | Value::Word(_) => {}
        }
    }
}

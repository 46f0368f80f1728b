//! What can stand where someone types: names, fields of values, options, columns. For whoever completes a word.

use super::library::options_of;
use super::state::{DataOrigin, Session};
use crate::check::{DATA_OPTIONS, TRAIN_OPTIONS};
use crate::data::SOURCES;
use crate::elaborate::{FunctionValue, METHODS, ModelId, RecordKind, Target, Value};
use crate::syntax::tree::{FunctionKind, StmtKind};

/// Signs of calls that the library uses for itself.
fn is_public(name: &str) -> bool {
    !name.starts_with('_')
}

impl Session<'_> {
    /// All names that can be used: those of the session first, then those of the library.
    pub fn names(&self) -> Vec<String> {
        let own = self.own_names().into_iter();
        let mut rest: Vec<String> =
            self.elaborator.known_names().into_iter().filter(|name| is_public(name)).collect();
        rest.sort();
        let mut all: Vec<String> = own.chain(rest).collect();
        let mut seen = std::collections::HashSet::new();
        all.retain(|name| seen.insert(name.clone()));
        all
    }

    /// The names that the session has given, the newest last.
    pub fn own_names(&self) -> Vec<String> {
        self.elaborator.globals.keys().filter(|name| is_public(name)).cloned().collect()
    }

    pub fn model_names(&self) -> Vec<String> {
        self.names_of(|value| matches!(value, Value::Model { .. }))
    }

    pub fn data_names(&self) -> Vec<String> {
        self.names_of(|value| matches!(value, Value::Record(record) if record.kind == RecordKind::Data))
    }

    fn names_of(&self, is_wanted: fn(&Value) -> bool) -> Vec<String> {
        let globals = self.elaborator.globals.iter();
        let wanted = globals.filter(|(name, binding)| is_wanted(&binding.value) && is_public(name));
        wanted.map(|(name, _)| name.clone()).collect()
    }

    /// The functions of a kind: losses where a loss is wanted.
    pub fn functions_of(&self, kind: FunctionKind) -> Vec<String> {
        let own = self.elaborator.globals.values().filter_map(|binding| match &binding.value {
            Value::Function(FunctionValue { target: Target::Declared(function), .. }) => Some(function),
            _ => None,
        });
        let all = own.chain(self.elaborator.prelude_functions());
        let mut names: Vec<String> =
            all.filter(|function| function.kind == kind).map(|function| function.name.name.clone()).collect();
        if kind == FunctionKind::Optimizer {
            names.extend(METHODS.iter().map(|row| row.name.to_string()));
        }
        names.sort();
        names.dedup();
        names
    }

    /// What can stand behind `path.`: parts of a model, fields of data and of histories.
    pub fn fields(&self, path: &[&str]) -> Vec<String> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let Some(mut value) = self.value_named(first) else { return Vec::new() };
        for name in rest {
            let next = match &value {
                Value::Record(record) => record.fields.get(*name).cloned(),
                Value::Model { id, part } => {
                    let part = if part.is_empty() { (*name).to_string() } else { format!("{part}.{name}") };
                    Some(Value::Model { id: *id, part })
                }
                _ => None,
            };
            match next {
                Some(next) => value = next,
                None => return Vec::new(),
            }
        }
        match &value {
            Value::Record(record) => record.fields.keys().cloned().collect(),
            Value::Model { id, part } => self.parts_of_model(id.0, part),
            Value::Node(_) | Value::Variable(_) | Value::List(_) => vec!["T".to_string()],
            _ => Vec::new(),
        }
    }

    fn parts_of_model(&self, id: usize, part: &str) -> Vec<String> {
        let Some(model) = self.elaborator.models.get(id) else { return Vec::new() };
        let mut found: Vec<String> = Vec::new();
        for key in model.stored.keys() {
            let rest = match part {
                "" => Some(key.as_str()),
                part => key.strip_prefix(part).and_then(|rest| rest.strip_prefix('.')),
            };
            if let Some(next) = rest.and_then(|rest| rest.split('.').next())
                && !found.iter().any(|known| known == next)
            {
                found.push(next.to_string());
            }
        }
        found
    }

    /// The parameters under a part of a model, with their shapes.
    pub fn parameter_shapes(&self, id: ModelId, part: &str) -> Vec<(String, String)> {
        let Some(model) = self.elaborator.models.get(id.0) else { return Vec::new() };
        let rows = model.parameters(part);
        rows.map(|(key, stored)| (key.clone(), crate::types::Shape::known(&stored.shape).to_string()))
            .collect()
    }

    /// The columns that a declaration of data can speak of, from its source alone: `data d = csv("iris.csv")`.
    pub fn columns_of(&mut self, declaration: &str) -> Vec<String> {
        self.without_effect(|session| {
            let (ast, _) = session.parse("columns", declaration);
            let Some(StmtKind::Data(decl)) = ast.stmts.last().map(|stmt| &stmt.kind) else {
                return Vec::new();
            };
            session.data(decl);
            session.origins.get(&decl.name.name).map(DataOrigin::columns).unwrap_or_default()
        })
    }
}

impl DataOrigin {
    fn columns(&self) -> Vec<String> {
        let groups = self.schema.groups.keys().cloned();
        self.schema.columns.iter().map(|column| column.name.clone()).chain(groups).collect()
    }
}

/// The options of `train`, each with a sentence.
pub fn train_options() -> impl Iterator<Item = (&'static str, &'static str)> {
    TRAIN_OPTIONS.iter().map(|row| (row.name, row.doc))
}

/// The options of `data`, each with a sentence.
pub fn data_options() -> impl Iterator<Item = (&'static str, &'static str)> {
    DATA_OPTIONS.iter().map(|row| (row.name, row.doc))
}

/// The options of an action such as `print`, each with a sentence.
pub fn action_options(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_statement = matches!(name, "train" | "data");
    let rows = if is_statement { &[] } else { options_of(name) };
    rows.iter().map(|row| (row.name, row.doc))
}

/// The sources of data.
pub fn data_sources() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|source| source.name())
}

/// The options of one source of data.
pub fn source_options(name: &str) -> Vec<&'static str> {
    let source = SOURCES.iter().find(|source| source.name() == name);
    source.map(|source| source.options().iter().map(|option| option.name).collect()).unwrap_or_default()
}

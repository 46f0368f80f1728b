//! What a source of data is: a name, its options, and two steps of access.
//!
//! `inspect` is cheap and runs when a script is checked; `load` brings the values. A new format is one file with
//! a value of [`DataSource`] and one word in [`SOURCES`]. Which tree of the language means which source is the
//! session's business.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::files::Files;
use super::problem::{Problem, SourceProblem};
use super::table::{Loaded, Schema};
use crate::base::{Sources, Span, Spanned};

/// Every source, in the order documentation shows them.
pub const SOURCES: &[&dyn DataSource] = &[
    &super::csv::Csv,
    &super::idx::Idx,
    &super::npy::NpySource,
    &super::examples::Examples,
    &super::generators::SPIRAL,
    &super::generators::MOONS,
    &super::generators::CIRCLES,
    &super::generators::XOR,
    &super::generators::SINE,
    &super::random::Random,
];

/// A kind of data: a file format, examples in the script, or a generator.
pub trait DataSource: Sync {
    fn name(&self) -> &'static str;
    /// One sentence for the reference.
    fn doc(&self) -> &'static str;
    /// Its options; positional arguments fill them in this order.
    fn options(&self) -> &'static [OptionSpec];
    /// Whether other options are names of fields with a file each: `idx(images = "a", labels = "b")`.
    fn takes_fields(&self) -> bool {
        false
    }
    /// The facts of the columns.
    fn inspect(&self, options: &Options, context: &mut Context<'_>) -> Result<Schema, Vec<Problem>>;
    /// The values of the columns, and their facts again: nothing is read twice.
    fn load(&self, options: &Options, context: &mut Context<'_>) -> Result<Loaded, Vec<Problem>>;
}

/// What an option is called, takes and means.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    pub name: &'static str,
    pub kind: OptionKind,
    /// As a user would write it; empty if there is none.
    pub default: &'static str,
    pub required: bool,
    pub doc: &'static str,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptionKind {
    Text,
    /// A text of one character.
    Character,
    Flag,
    /// A number from a least to a greatest value.
    Number(f64, f64),
    /// A whole number from a least to a greatest value.
    Count(u64, u64),
    Texts,
    Pairs,
}

/// A value given to an option.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionValue {
    Text(String),
    Number(f64),
    Flag(bool),
    Texts(Vec<String>),
    /// The rows of `examples { x -> y }`.
    Pairs(Vec<Pair>),
}

/// `x -> y` in the script, or `x` alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub x: Literal,
    pub y: Option<Literal>,
    pub span: Span,
}

/// Numbers written in the script, in reading order.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
    pub span: Span,
}

/// The options of one use of a source, checked by [`Options::bind`].
#[derive(Clone, Debug)]
pub struct Options {
    /// The call: `csv("data/iris.csv")`.
    pub span: Span,
    /// The seed of the script, for generators.
    pub seed: u64,
    values: IndexMap<String, Spanned<OptionValue>>,
}

/// What sources read from.
pub struct Context<'a> {
    pub files: &'a dyn Files,
    /// Small text files are added here, so that messages can point into them.
    pub sources: &'a mut Sources,
    /// The folder that paths are relative to: the script's.
    pub folder: &'a Path,
}

/// The source of that name.
pub fn find_source(name: &str) -> Option<&'static dyn DataSource> {
    SOURCES.iter().copied().find(|source| source.name() == name)
}

impl OptionValue {
    /// Examples of the script as if they stood at one place.
    fn without_places(&self) -> OptionValue {
        let OptionValue::Pairs(pairs) = self else { return self.clone() };
        let Some(Pair { span: nowhere, .. }) = pairs.first().cloned() else { return self.clone() };
        let literal = |one: &Literal| Literal { span: nowhere, ..one.clone() };
        let pairs = pairs.iter().map(|pair| Pair {
            x: literal(&pair.x),
            y: pair.y.as_ref().map(literal),
            span: nowhere,
        });
        OptionValue::Pairs(pairs.collect())
    }
}

impl Options {
    /// Checks names and kinds of the arguments of a source. Names and counts are facts of [`DataSource::options`].
    pub fn bind(
        source: &dyn DataSource,
        span: Span,
        seed: u64,
        positional: Vec<Spanned<OptionValue>>,
        named: Vec<(Spanned<String>, Spanned<OptionValue>)>,
    ) -> Result<Options, Vec<Problem>> {
        let mut problems: Vec<SourceProblem> = Vec::new();
        let mut options = Options { span, seed, values: IndexMap::new() };
        let specs = source.options();
        for (at, value) in positional.into_iter().enumerate() {
            match specs.get(at) {
                Some(spec) => options.insert(spec, spec.name.to_owned(), value, &mut problems),
                // Said once.
                None if problems.iter().any(|one| matches!(one, SourceProblem::TooManyArguments { .. })) => {}
                None => problems.push(SourceProblem::TooManyArguments {
                    span: value.span,
                    source: source.name(),
                    names: specs.iter().map(|spec| spec.name).collect(),
                }),
            }
        }
        for (name, value) in named {
            let field =
                OptionSpec { name: "", kind: OptionKind::Text, default: "", required: false, doc: "" };
            let spec = specs.iter().find(|spec| spec.name == name.value);
            match spec.or(source.takes_fields().then_some(&field)) {
                _ if options.values.contains_key(&name.value) => {
                    problems.push(SourceProblem::OptionTwice { span: name.span, name: name.value });
                }
                Some(spec) => options.insert(spec, name.value, value, &mut problems),
                None => problems.push(SourceProblem::UnknownOption {
                    span: name.span,
                    name: name.value,
                    source: source.name(),
                    known: specs.iter().map(|spec| spec.name).collect(),
                }),
            }
        }
        for spec in specs.iter().filter(|spec| spec.required) {
            if !options.values.contains_key(spec.name) && problems.is_empty() {
                problems.push(SourceProblem::MissingArgument {
                    span,
                    source: source.name(),
                    name: spec.name,
                });
            }
        }
        if problems.is_empty() {
            Ok(options)
        } else {
            Err(problems.into_iter().map(Problem::Source).collect())
        }
    }

    fn insert(
        &mut self,
        spec: &OptionSpec,
        name: String,
        value: Spanned<OptionValue>,
        problems: &mut Vec<SourceProblem>,
    ) {
        if spec.kind.takes(&value.value) {
            self.values.insert(name, value);
        } else {
            problems.push(SourceProblem::OptionValue {
                span: value.span,
                name,
                kind: spec.kind,
                given: value.value,
            });
        }
    }

    pub fn text(&self, name: &str) -> Option<Spanned<&str>> {
        match self.values.get(name) {
            Some(Spanned { value: OptionValue::Text(text), span }) => Some(Spanned::new(text, *span)),
            _other => None,
        }
    }

    /// Whether others say the same, wherever they stand, leaving out some names.
    pub fn is_same(&self, other: &Options, except: &[&str]) -> bool {
        let of = |options: &Options| -> Vec<(String, OptionValue)> {
            let kept = options.values.iter().filter(|(name, _)| !except.contains(&name.as_str()));
            let mut values: Vec<_> =
                kept.map(|(name, value)| (name.clone(), value.value.without_places())).collect();
            values.sort_by(|(a, _), (b, _)| a.cmp(b));
            values
        };
        self.seed == other.seed && of(self) == of(other)
    }

    /// The same options with another text for one of them.
    pub fn with_text(mut self, name: &str, text: Spanned<String>) -> Options {
        let value = Spanned::new(OptionValue::Text(text.value), text.span);
        self.values.insert(name.to_owned(), value);
        self
    }

    /// The one character of a checked option.
    pub fn character(&self, name: &str, default: u8) -> u8 {
        self.text(name).and_then(|text| text.value.bytes().next()).unwrap_or(default)
    }

    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.values.get(name).map(|value| &value.value) {
            Some(OptionValue::Flag(flag)) => *flag,
            _other => default,
        }
    }

    pub fn number(&self, name: &str, default: f64) -> f64 {
        self.given_number(name).unwrap_or(default)
    }

    /// A number, if the script gives it.
    pub fn given_number(&self, name: &str) -> Option<f64> {
        match self.values.get(name).map(|value| &value.value) {
            Some(OptionValue::Number(number)) => Some(*number),
            _other => None,
        }
    }

    /// Where the value of an option stands.
    pub fn span_of(&self, name: &str) -> Option<Span> {
        self.values.get(name).map(|value| value.span)
    }

    /// A whole number that [`OptionKind::Count`] has checked.
    pub fn count(&self, name: &str, default: u32) -> u32 {
        self.number(name, f64::from(default)) as u32
    }

    pub fn texts(&self, name: &str) -> Option<&[String]> {
        match self.values.get(name).map(|value| &value.value) {
            Some(OptionValue::Texts(texts)) => Some(texts),
            _other => None,
        }
    }

    pub fn pairs(&self, name: &str) -> &[Pair] {
        match self.values.get(name).map(|value| &value.value) {
            Some(OptionValue::Pairs(pairs)) => pairs,
            _other => &[],
        }
    }

    /// Every option that is a text, in order: the files of a source with fields.
    pub fn all_texts(&self) -> Vec<(&str, Spanned<&str>)> {
        self.values.keys().filter_map(|name| Some((name.as_str(), self.text(name)?))).collect()
    }
}

impl OptionKind {
    fn takes(self, value: &OptionValue) -> bool {
        match (self, value) {
            (OptionKind::Text, OptionValue::Text(_))
            | (OptionKind::Flag, OptionValue::Flag(_))
            | (OptionKind::Texts, OptionValue::Texts(_))
            | (OptionKind::Pairs, OptionValue::Pairs(_)) => true,
            (OptionKind::Character, OptionValue::Text(text)) => text.len() == 1 && text.is_ascii(),
            (OptionKind::Number(least, most), OptionValue::Number(x)) => (least..=most).contains(x),
            (OptionKind::Count(least, most), OptionValue::Number(x)) => {
                x.fract() == 0.0 && (least as f64..=most as f64).contains(x)
            }
            (
                OptionKind::Text
                | OptionKind::Character
                | OptionKind::Flag
                | OptionKind::Number(..)
                | OptionKind::Count(..)
                | OptionKind::Texts
                | OptionKind::Pairs,
                OptionValue::Text(_)
                | OptionValue::Number(_)
                | OptionValue::Flag(_)
                | OptionValue::Texts(_)
                | OptionValue::Pairs(_),
            ) => false,
        }
    }
}

impl Context<'_> {
    /// A path of the script as a path of the files.
    pub fn resolve(&self, path: &str) -> PathBuf {
        if self.folder.as_os_str().is_empty() { PathBuf::from(path) } else { self.folder.join(path) }
    }

    /// A whole file, or the problem with it.
    pub fn read(&self, path: &Spanned<&str>) -> Result<Vec<u8>, Vec<Problem>> {
        let resolved = self.resolve(path.value);
        self.files.read(&resolved).map_err(|error| vec![self.file_problem(path, &error)])
    }

    /// What went wrong with a file, with the nearest name in its folder.
    pub fn file_problem(&self, path: &Spanned<&str>, error: &std::io::Error) -> Problem {
        let span = path.span;
        if error.kind() != std::io::ErrorKind::NotFound {
            return SourceProblem::Unreadable {
                span,
                path: path.value.to_owned(),
                reason: error.to_string(),
            }
            .into();
        }
        let resolved = self.resolve(path.value);
        let wanted = resolved.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let names = self.files.names_in(resolved.parent().unwrap_or(Path::new("")));
        let folder = path.value.strip_suffix(wanted).unwrap_or("");
        let near = super::problem::nearest(wanted, names.iter().map(String::as_str));
        let near = near.map(|name| format!("{folder}{name}"));
        let is_alike = |name: &&String| {
            resolved.extension().is_some() && Path::new(name.as_str()).extension() == resolved.extension()
        };
        let others = names.iter().filter(is_alike).map(|name| format!("{folder}{name}")).collect();
        SourceProblem::FileNotFound { span, path: path.value.to_owned(), near, others }.into()
    }

    /// Keeps the text of a small data file for messages; the same text is kept once.
    pub fn keep_text(&mut self, name: &str, bytes: &[u8]) -> Option<crate::base::SourceId> {
        const LARGEST: usize = 4 << 20;
        if bytes.len() > LARGEST {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let same = self.sources.iter().find(|source| source.name == name && *source.text == *text);
        let known = same.map(|source| source.id);
        Some(known.unwrap_or_else(|| self.sources.add(name, text)))
    }
}

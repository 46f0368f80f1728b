//! What the declarations say of each name.

use std::sync::Arc;

use crate::elaborate::{METHODS, MethodOption, MethodRow, OptionKind, nearest};
use crate::graph::ParamKind;
use crate::ops::{self, Primitive};
use crate::session::state::standard_prelude;
use crate::syntax::tree::{Function, FunctionKind};

/// A name of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// Other names and signs for it.
    pub aliases: Vec<String>,
    /// `layer`, `activation`, `primitive`, ...
    pub kind: &'static str,
    /// The page of the reference it stands on: `layers`, `primitives`, ...
    pub group: String,
    pub signature: String,
    pub sentence: String,
    pub formula: String,
    /// Where it comes from.
    pub citation: Option<String>,
    /// An expression or a line that shows it, as its declaration has it.
    pub shown: Option<String>,
    /// The declaration, if it is written in the language.
    pub source: Option<String>,
    /// The options of a method: `lr = 1: the length of a step before the search`.
    pub options: Vec<String>,
}

/// Every name of the library: primitives first, then the prelude in its order, then the methods.
pub fn entries() -> Vec<Entry> {
    let (_, functions, _) = standard_prelude();
    let primitives = ops::catalogue().iter().map(|primitive| of_primitive(primitive));
    primitives.chain(functions.iter().map(of_function)).chain(METHODS.iter().map(of_method)).collect()
}

/// The names of all entries, in their order.
pub fn library_names() -> impl Iterator<Item = &'static str> {
    let (_, functions, _) = standard_prelude();
    let primitives = ops::catalogue().iter().map(|primitive| primitive.name);
    let functions = functions.iter().map(|function| function.name.name.as_str());
    primitives.chain(functions).chain(METHODS.iter().map(|row| row.name))
}

/// The entry of a name or of one of its other names.
///
/// # Errors
/// The nearest known name, if there is none.
pub fn entry(name: &str) -> Result<Entry, Option<String>> {
    let (_, functions, _) = standard_prelude();
    if let Some(function) = functions.iter().find(|function| function.name.name == name) {
        return Ok(of_function(function));
    }
    if let Some(primitive) = ops::find(name) {
        return Ok(of_primitive(primitive));
    }
    if let Some(row) = METHODS.iter().find(|row| row.name == name) {
        return Ok(of_method(row));
    }
    let known = functions.iter().map(|function| function.name.name.clone());
    let known = known.chain(METHODS.iter().map(|row| row.name.to_string()));
    Err(nearest(name, known.chain(ops::catalogue().iter().map(|primitive| primitive.name.to_string()))))
}

/// The declaration of a library item, as the library has it.
pub fn library_source(name: &str) -> Option<String> {
    let (sources, functions, _) = standard_prelude();
    let function = functions.iter().find(|function| function.name.name == name)?;
    Some(sources.get(function.span.source).slice(function.span).to_string())
}

/// The lines of documentation of a declaration: prose, and some that begin with what they are.
struct Lines<'a>(Vec<&'a str>);

impl Lines<'_> {
    fn keyed(&self, key: &str) -> Option<String> {
        self.0.iter().find_map(|line| line.strip_prefix(key)).map(|text| text.trim().to_string())
    }

    fn prose(&self) -> String {
        let keys = ["formula:", "source:", "example:", "gives:"];
        let is_prose = |line: &&&str| !keys.iter().any(|key| line.starts_with(key));
        self.0.iter().filter(is_prose).copied().collect::<Vec<_>>().join(" ")
    }
}

fn of_function(function: &Arc<Function>) -> Entry {
    let (sources, ..) = standard_prelude();
    let source = sources.get(function.span.source);
    let lines = Lines(function.doc.iter().map(|line| line.trim()).collect());
    Entry {
        name: function.name.name.clone(),
        aliases: Vec::new(),
        kind: kind_word(function.kind),
        group: source.name.trim_start_matches("prelude/").trim_end_matches(".nn").to_string(),
        signature: one_line(source.slice(function.head_span)),
        sentence: lines.prose(),
        formula: lines.keyed("formula:").unwrap_or_default(),
        citation: lines.keyed("source:"),
        shown: lines.keyed("example:"),
        source: Some(source.slice(function.span).trim_end().to_string()),
        options: Vec::new(),
    }
}

/// A declaration's head without its line ends.
pub fn one_line(head: &str) -> String {
    let words: Vec<&str> = head.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")").replace("[ ", "[").replace(", ]", "]")
}

fn of_primitive(primitive: &Primitive) -> Entry {
    let params: Vec<String> = primitive
        .params
        .iter()
        .map(|param| match (param.kind, param.default) {
            (ParamKind::Tensors | ParamKind::Sizes, _) => format!("{}...", param.name),
            (_, Some(default)) => format!("{} = {default}", param.name),
            (_, None) => param.name.to_string(),
        })
        .collect();
    let doc = primitive.doc;
    Entry {
        name: primitive.name.to_string(),
        aliases: primitive.aliases.iter().map(|alias| (*alias).to_string()).collect(),
        kind: "primitive",
        group: "primitives".to_string(),
        signature: format!("{}({})", primitive.name, params.join(", ")),
        sentence: doc.sentence.to_string(),
        formula: doc.formula.to_string(),
        citation: None,
        shown: (!doc.example.is_empty()).then(|| doc.example.to_string()),
        source: None,
        options: Vec::new(),
    }
}

/// A method that training carries out, with its options and what they are if not given.
fn of_method(row: &MethodRow) -> Entry {
    let lines = Lines(row.doc.to_vec());
    let set = |option: &MethodOption| {
        let default = match option.kind {
            OptionKind::Flag => (option.default != 0.0).to_string(),
            OptionKind::Positive | OptionKind::NotNegative | OptionKind::Part | OptionKind::Count => {
                option.default.to_string()
            }
        };
        format!("{} = {default}", option.name)
    };
    let options: Vec<String> = row.options.iter().map(set).collect();
    Entry {
        name: row.name.to_string(),
        aliases: Vec::new(),
        kind: "method",
        group: "methods".to_string(),
        signature: format!("{}({})", row.name, options.join(", ")),
        sentence: lines.prose(),
        formula: lines.keyed("formula:").unwrap_or_default(),
        citation: lines.keyed("source:"),
        shown: lines.keyed("example:"),
        source: None,
        options: row.options.iter().map(|option| format!("{}: {}", set(option), option.doc)).collect(),
    }
}

fn kind_word(kind: FunctionKind) -> &'static str {
    match kind {
        FunctionKind::Fn => "fn",
        FunctionKind::Layer => "layer",
        FunctionKind::Model => "model",
        FunctionKind::Activation => "activation",
        FunctionKind::Loss => "loss",
        FunctionKind::Metric => "metric",
        FunctionKind::Optimizer => "optimizer",
        FunctionKind::Schedule => "schedule",
        FunctionKind::Init => "init",
    }
}

//! What the declarations say of each name.

use std::sync::Arc;

use crate::elaborate::nearest;
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
}

/// Every name of the library: primitives first, then the prelude in its order.
pub fn entries() -> Vec<Entry> {
    let (_, functions, _) = standard_prelude();
    let primitives = ops::catalogue().iter().map(|primitive| of_primitive(primitive));
    primitives.chain(functions.iter().map(of_function)).collect()
}

/// The names of all entries, in their order.
pub fn library_names() -> impl Iterator<Item = &'static str> {
    let (_, functions, _) = standard_prelude();
    let primitives = ops::catalogue().iter().map(|primitive| primitive.name);
    primitives.chain(functions.iter().map(|function| function.name.name.as_str()))
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
    let known = functions.iter().map(|function| function.name.name.clone());
    Err(nearest(name, known.chain(ops::catalogue().iter().map(|primitive| primitive.name.to_string()))))
}

/// The declaration of a library item, as the library has it.
pub fn library_source(name: &str) -> Option<String> {
    let (sources, functions, _) = standard_prelude();
    let function = functions.iter().find(|function| function.name.name == name)?;
    Some(sources.get(function.span.source).slice(function.span).to_string())
}

fn of_function(function: &Arc<Function>) -> Entry {
    let (sources, ..) = standard_prelude();
    let source = sources.get(function.span.source);
    let line = |key: &str| {
        let mut lines = function.doc.iter().filter_map(|line| line.trim().strip_prefix(key));
        lines.next().map(|text| text.trim().to_string())
    };
    let is_keyed =
        |line: &&str| ["formula:", "source:", "example:", "gives:"].iter().any(|key| line.starts_with(key));
    let prose: Vec<&str> =
        function.doc.iter().map(|line| line.trim()).filter(|line| !is_keyed(line)).collect();
    Entry {
        name: function.name.name.clone(),
        aliases: Vec::new(),
        kind: kind_word(function.kind),
        group: source.name.trim_start_matches("prelude/").trim_end_matches(".nn").to_string(),
        signature: one_line(source.slice(function.head_span)),
        sentence: prose.join(" "),
        formula: line("formula:").unwrap_or_default(),
        citation: line("source:"),
        shown: line("example:"),
        source: Some(source.slice(function.span).trim_end().to_string()),
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

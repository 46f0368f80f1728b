//! What is wrong with the call of a source: its name, options and files.

use super::{counted, list, nearest, shape_text};
use crate::base::Span;
use crate::data::source::{OptionKind, OptionValue};
use crate::diagnostics::{Diagnostic, Slug};

/// A mistake in the call of a source.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceProblem {
    /// `csv("iris.cvs")`
    FileNotFound {
        span: Span,
        path: String,
        near: Option<String>,
        /// The files of its kind that are there.
        others: Vec<String>,
    },
    Unreadable {
        span: Span,
        path: String,
        reason: String,
    },
    /// A file that isn't in its format.
    BadFormat {
        span: Span,
        path: String,
        format: &'static str,
        expected: String,
        found: String,
    },
    /// `csv("a.csv", seperator = ";")`
    UnknownOption {
        span: Span,
        name: String,
        source: &'static str,
        known: Vec<&'static str>,
    },
    OptionTwice {
        span: Span,
        name: String,
    },
    /// `csv()`
    MissingArgument {
        span: Span,
        source: &'static str,
        name: &'static str,
    },
    /// `idx()`
    MissingFields {
        span: Span,
        source: &'static str,
    },
    TooManyArguments {
        span: Span,
        source: &'static str,
        names: Vec<&'static str>,
    },
    /// `csv("a.csv", header = 3)`
    OptionValue {
        span: Span,
        name: String,
        kind: OptionKind,
        given: OptionValue,
    },
    /// Images and labels of different number: name, count and place of each.
    FieldCounts {
        first: (Span, String, usize),
        other: (Span, String, usize),
    },
    /// `[1, 2] -> [3]` beside `[1, 2, 3] -> [3]`
    ExampleShapes {
        first: (Span, Vec<usize>),
        other: (Span, Vec<usize>),
    },
    /// Some examples have a target and others have none.
    ExampleTargets {
        with: Span,
        without: Span,
    },
    NoExamples {
        span: Span,
    },
}

/// Other files that could be meant; the only one is a fix.
fn there_is(found: Diagnostic, span: Span, others: &[String]) -> Diagnostic {
    match others {
        [] => found,
        [one] => found.fix(format!("read `{one}`"), span, format!("{one:?}")),
        others => found.note(format!("of its kind there is {}", list(others))),
    }
}

impl SourceProblem {
    pub(super) fn diagnostic(&self) -> Diagnostic {
        use SourceProblem as P;
        match self {
            P::FileNotFound { span, path, near, others } => {
                let found = Diagnostic::error(Slug::File, *span, format!("there is no file `{path}`"));
                match near {
                    Some(near) => found.here(format!("did you mean `{near}`?")).fix(
                        format!("read `{near}`"),
                        *span,
                        format!("{near:?}"),
                    ),
                    None => {
                        there_is(found.note("paths are relative to the folder of the script"), *span, others)
                    }
                }
            }
            P::Unreadable { span, path, reason } => {
                Diagnostic::error(Slug::File, *span, format!("`{path}` cannot be read: {reason}"))
            }
            P::BadFormat { span, path, format, expected, found } => {
                Diagnostic::error(Slug::DataFile, *span, format!("`{path}` is not a whole {format} file"))
                    .here(format!("expected {expected}, found {found}"))
            }
            P::UnknownOption { span, name, source, known } => unknown_option(*span, name, source, known),
            P::OptionTwice { span, name } => {
                Diagnostic::error(Slug::DuplicateName, *span, format!("option `{name}` is given twice"))
            }
            P::MissingArgument { span, source, name } => {
                Diagnostic::error(Slug::MissingOption, *span, format!("`{source}` needs `{name}`"))
            }
            P::MissingFields { span, source } => {
                Diagnostic::error(Slug::MissingOption, *span, format!("`{source}` needs a file"))
                    .help(format!("`{source}(images = \"images.{source}\", labels = \"labels.{source}\")`"))
            }
            P::TooManyArguments { span, source, names } => {
                let most = counted(names.len(), "argument");
                Diagnostic::error(Slug::Arity, *span, format!("`{source}` takes at most {most}"))
                    .note(format!("its options are {}", list(names)))
            }
            P::OptionValue { span, name, kind, given } => {
                let headline = format!("`{name}` takes {}, found {}", kind_text(*kind), value_text(given));
                Diagnostic::error(Slug::OptionValue, *span, headline)
            }
            P::FieldCounts { first, other } => {
                let (a, b) = (counted(first.2, "example"), counted(other.2, "example"));
                let headline = format!("`{}` has {a}, `{}` has {b}", first.1, other.1);
                Diagnostic::error(Slug::DataFile, other.0, headline).here(b).label(first.0, a)
            }
            P::ExampleShapes { first, other } => {
                let (a, b) = (shape_text(&first.1), shape_text(&other.1));
                Diagnostic::error(
                    Slug::ShapeMismatch,
                    other.0,
                    format!("expected an example of shape `{a}`, found `{b}`"),
                )
                .here(format!("`{b}`"))
                .label(first.0, format!("the first example is `{a}`"))
            }
            P::ExampleTargets { with, without } => {
                Diagnostic::error(Slug::DataValue, *without, "this example has no target, others have one")
                    .label(*with, "has a target")
                    .help("write `x -> y` for all examples, or `x` for all")
            }
            P::NoExamples { span } => Diagnostic::error(Slug::DataValue, *span, "there are no examples")
                .help("`examples { [1, 2] -> [3] }`"),
        }
    }
}

fn unknown_option(span: Span, name: &str, source: &str, known: &[&str]) -> Diagnostic {
    let headline = format!("`{source}` has no option `{name}`");
    let found = Diagnostic::error(Slug::UnknownOption, span, headline)
        .note(format!("its options are {}", list(known)));
    match nearest(name, known.iter().copied()) {
        Some(near) => found.here(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), span, near),
        None => found,
    }
}

fn kind_text(kind: OptionKind) -> String {
    match kind {
        OptionKind::Text => "a text".to_owned(),
        OptionKind::Character => "a text of one ASCII character".to_owned(),
        OptionKind::Flag => "`true` or `false`".to_owned(),
        OptionKind::Number(least, most) if most.is_finite() => format!("a number from {least} to {most}"),
        OptionKind::Number(least, _) => format!("a number of at least {least}"),
        OptionKind::Count(least, most) => format!("a whole number from {least} to {most}"),
        OptionKind::Texts => "a list of texts".to_owned(),
        OptionKind::Pairs => "examples".to_owned(),
    }
}

fn value_text(value: &OptionValue) -> String {
    match value {
        OptionValue::Text(text) => format!("{text:?}"),
        OptionValue::Number(number) => number.to_string(),
        OptionValue::Flag(flag) => flag.to_string(),
        OptionValue::Texts(texts) => format!("{texts:?}"),
        OptionValue::Pairs(pairs) => counted(pairs.len(), "example"),
    }
}

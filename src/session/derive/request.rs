//! The arguments of `derive`.

use super::super::state::Session;
use crate::base::Span;
use crate::check::whole_option;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, Value};
use crate::explain::{Format, MAX_ORDER};

const FORMATS: &str = "formats are `unicode`, `latex`, `mathml` and `nn`";

/// What a call of `derive` asks for.
pub struct Request {
    pub subjects: Vec<Given>,
    pub wrt: Option<Given>,
    pub format: Format,
    pub explain: bool,
    pub steps: bool,
    pub order: usize,
}

impl Default for Request {
    fn default() -> Request {
        Request {
            subjects: Vec::new(),
            wrt: None,
            format: Format::Unicode,
            explain: false,
            steps: false,
            order: 1,
        }
    }
}

impl Session<'_> {
    pub(super) fn derive_request(&mut self, given: &[Given], span: Span) -> Option<Request> {
        let subjects: Vec<Given> = given.iter().filter(|g| g.name.is_none()).cloned().collect();
        let mut request = Request { subjects, ..Request::default() };
        for argument in given {
            let Some((name, at)) = &argument.name else { continue };
            match (name.as_str(), &argument.value) {
                ("wrt", _) => request.wrt = Some(argument.clone()),
                ("format", Value::Text(text)) => match format_of(text) {
                    Some(format) => request.format = format,
                    None => {
                        let headline = format!("there is no format `{text}`");
                        self.report(
                            Diagnostic::error(Slug::OptionValue, argument.span, headline)
                                .here("not a format")
                                .note(FORMATS),
                        );
                        return None;
                    }
                },
                ("explain", Value::Bool(explain)) => request.explain = *explain,
                ("steps", Value::Bool(steps)) => request.steps = *steps,
                ("order", value) => {
                    let order = whole_option(&mut self.elaborator, "order", value, argument.span, 1)?;
                    if order > MAX_ORDER {
                        let headline = format!("`order` is at most {MAX_ORDER}, found {order}");
                        self.report(
                            Diagnostic::error(Slug::OptionValue, argument.span, headline).here("too high"),
                        );
                        return None;
                    }
                    request.order = order;
                }
                (_, Value::Unknown) => return None,
                (option @ ("format" | "explain" | "steps"), value) => {
                    let expected =
                        if option == "format" { "a text such as \"latex\"" } else { "`true` or `false`" };
                    let headline = format!("`{option}` is {expected}, found {}", value.kind());
                    let report = Diagnostic::error(Slug::OptionValue, argument.span, headline)
                        .here(format!("this is {}", value.kind()));
                    self.report(match option {
                        "format" => report.note(FORMATS),
                        _ => report,
                    });
                    return None;
                }
                _ => {
                    let (name, at) = (name.clone(), *at);
                    self.no_option("derive", &name, at);
                    return None;
                }
            }
        }
        if request.subjects.is_empty() || request.subjects.len() > 2 {
            self.report(
                Diagnostic::error(Slug::Arity, span, "`derive` takes a function, or a loss and a model")
                    .here("of what?")
                    .help("`derive(mse, net)`, `derive(gelu)`"),
            );
            return None;
        }
        Some(request)
    }
}

fn format_of(text: &str) -> Option<Format> {
    Some(match text {
        "unicode" | "text" => Format::Unicode,
        "latex" | "tex" => Format::Latex,
        "mathml" => Format::Mathml,
        "nn" | "source" => Format::Source,
        _ => return None,
    })
}

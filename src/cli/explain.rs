//! `nn explain SLUG`: the page of a diagnostic, on standard output.

use std::process::ExitCode;

use super::output::{Output, complain};
use crate::diagnostics::Slug;
use crate::session;

/// The page of a diagnostic; the list of all without a name.
pub fn explain(name: Option<&str>, output: &Output) -> ExitCode {
    let Some(name) = name else {
        for slug in Slug::ALL {
            output.line(&format!("{:18} {}", slug.as_str(), slug.meaning()));
        }
        return ExitCode::SUCCESS;
    };
    let name = inside_brackets(name);
    if let Some(slug) = Slug::ALL.iter().find(|slug| slug.as_str() == name) {
        output.text(slug.page());
        return ExitCode::SUCCESS;
    }
    let near = session::near_name(name, Slug::ALL.iter().map(|slug| slug.as_str().to_string()));
    let hint = match near {
        Some(near) => format!("did you mean `nn explain {near}`?"),
        None => "`nn explain` lists them".to_string(),
    };
    complain(&format!("no diagnostic is called `{name}`; {hint}"));
    ExitCode::from(1)
}

/// `shape-mismatch` of `error[shape-mismatch]`, as messages show it.
fn inside_brackets(name: &str) -> &str {
    let inside = name.split_once('[').and_then(|(_, rest)| rest.split(']').next());
    inside.unwrap_or(name).trim()
}

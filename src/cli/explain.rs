//! `nn explain SLUG` and `nn doc NAME`: pages on standard output.

use std::process::ExitCode;

use super::output::{Output, complain, say};
use crate::diagnostics::Slug;
use crate::session;

/// The page of a diagnostic.
pub fn explain(name: &str, output: &Output) -> ExitCode {
    if let Some(slug) = Slug::ALL.iter().find(|slug| slug.as_str() == name) {
        output.text(slug.page());
        return ExitCode::SUCCESS;
    }
    complain(&format!("no diagnostic is called `{name}`; they are"));
    Slug::ALL.iter().for_each(|slug| say(&format!("  {:18} {}", slug.as_str(), slug.meaning())));
    ExitCode::from(1)
}

/// What a name of the library means.
pub fn doc(name: &str, output: &Output) -> ExitCode {
    match session::doc(name) {
        Ok(text) => {
            output.text(&text);
            ExitCode::SUCCESS
        }
        Err(near) => {
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            complain(&format!("nothing in the library is called `{name}`{near}"));
            ExitCode::from(1)
        }
    }
}

//! Where to look for a name that the library does not have.

use std::collections::BTreeSet;

use super::entry::{Entry, entries};
use super::topics::topics;
use crate::check::{DATA_OPTIONS, TRAIN_OPTIONS};
use crate::elaborate::{called_here, nearest};
use crate::session::state::standard_prelude;
use crate::syntax::tree::ParamDecl;

/// More than these are no hint.
const MOST: usize = 4;

/// The names it is a part of, what has it as an option, or a name that is near.
pub(super) fn hint(name: &str) -> Option<String> {
    if let Some(here) = called_here(name) {
        return Some(format!("here it is called `{here}`"));
    }
    // Of names that are as near, one of the prelude is meant rather than a primitive.
    let (prelude, primitives): (Vec<Entry>, Vec<Entry>) =
        entries().into_iter().partition(|entry| entry.source.is_some());
    let names: Vec<String> = prelude.into_iter().chain(primitives).map(|entry| entry.name).collect();
    let within: Vec<&str> =
        names.iter().map(String::as_str).filter(|known| known.split('_').any(|part| part == name)).collect();
    let owners: Vec<String> = owners(name).into_iter().collect();
    match (within.as_slice(), owners.as_slice()) {
        ([], []) => {
            nearest(name, names.iter().cloned().chain(topics().iter().map(|topic| topic.name.to_string())))
                .map(|near| format!("did you mean `{near}`?"))
        }
        ([one], []) => Some(format!("there is `{one}`")),
        ([one], [_, ..]) if owners.len() <= MOST => {
            Some(format!("there is `{one}`, and it is an option of {}", listed(&owners)))
        }
        ([_, ..], _) if within.len() <= MOST => Some(format!("there are {}", listed(&within))),
        (_, [_, ..]) if owners.len() <= MOST => Some(format!("it is an option of {}", listed(&owners))),
        _ => None,
    }
}

/// What has an option of that name.
fn owners(name: &str) -> BTreeSet<String> {
    let (_, functions, _) = standard_prelude();
    let has =
        |params: &[ParamDecl]| params.iter().any(|param| param.default.is_some() && param.name.name == name);
    let functions = functions.iter().filter(|function| has(&function.params));
    let mut found: BTreeSet<String> = functions.map(|function| function.name.name.clone()).collect();
    for (statement, rows) in [("train", TRAIN_OPTIONS), ("data", DATA_OPTIONS)] {
        if rows.iter().any(|row| row.name == name) {
            found.insert(statement.to_string());
        }
    }
    found
}

/// `a`, `b` and `c`.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

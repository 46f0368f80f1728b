//! Applying the fixes of a report: one mistake after the other, each checked before the next.

use std::path::Path;

use super::program::{Report, check_text, folder_of, read};
use super::world::World;
use crate::base::Span;
use crate::diagnostics::apply;

/// Rounds of fixing; each removes a mistake.
const MOST_ROUNDS: usize = 50;

/// A script before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    pub before: String,
    pub after: String,
    /// What was done.
    pub titles: Vec<String>,
}

/// Applies, for each mistake in turn, its first fix, as long as mistakes become fewer. Nothing is written. The
/// report is of the script afterwards; `None` if there was nothing to apply.
pub fn fix_file(world: &mut dyn World, path: &Path) -> (Report, Option<Fixed>) {
    let before = match read(world, path) {
        Ok(text) => text,
        Err(report) => return (*report, None),
    };
    let (name, folder) = (path.display().to_string(), folder_of(path));
    let mut text = before.clone();
    let mut titles = Vec::new();
    let mut report = check_text(world, &name, &text, folder);
    for _ in 0..MOST_ROUNDS {
        let Some((title, mended, after)) = one_fix(world, (&name, &text), folder, &report) else { break };
        titles.push(title);
        text = mended;
        report = after;
    }
    if titles.is_empty() {
        return (report, None);
    }
    (report, Some(Fixed { before, after: text, titles }))
}

/// The first fix that makes mistakes fewer.
fn one_fix(
    world: &mut dyn World,
    (name, text): (&str, &str),
    folder: &Path,
    report: &Report,
) -> Option<(String, String, Report)> {
    let source = report.sources.iter().find(|source| source.name == name)?.id;
    let errors =
        |report: &Report| report.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    for diagnostic in report.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
        for fix in &diagnostic.fixes {
            let Some(mended) = apply(fix, Span::new(source, 0, 0), text) else { continue };
            let after = check_text(world, name, &mended, folder);
            if errors(&after) < errors(report) {
                return Some((fix.title.clone(), mended, after));
            }
        }
    }
    None
}

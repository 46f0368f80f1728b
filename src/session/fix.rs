//! Applying the fixes of a report: one mistake after the other, each checked before the next.

use std::path::Path;

use super::program::{Report, check_text, folder_of, read};
use super::world::World;
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Fix, Slug, apply, count_errors, count_warnings};

/// Rounds of fixing; each removes a mistake.
const MOST_ROUNDS: usize = 50;

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of errors, and those of warnings that change nothing of what the script computes.
    Safe,
    /// Those of all errors and warnings.
    All,
}

impl Reach {
    fn takes(self, diagnostic: &Diagnostic, fix: &Fix) -> bool {
        // A name that nobody uses can go, if it isn't another one misspelt: then that would be the first fix.
        let removes = fix.edits.iter().all(|edit| edit.text.is_empty());
        let is_first = diagnostic.fixes.first() == Some(fix);
        let is_idle = diagnostic.slug == Slug::Unused && removes && is_first;
        self == Reach::All || diagnostic.is_error() || is_idle
    }
}

/// A script before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    pub before: String,
    pub after: String,
    /// What was done, each with its line in the script as it was.
    pub titles: Vec<String>,
}

/// Applies, for each mistake in turn, its first fix, as long as mistakes become fewer. Nothing is written. The
/// report is of the script afterwards; `None` if there was nothing to apply.
pub fn fix_file(world: &mut dyn World, path: &Path, reach: Reach) -> (Report, Option<Fixed>) {
    let before = match read(world, path) {
        Ok(text) => text,
        Err(report) => return (*report, None),
    };
    let (name, folder) = (path.display().to_string(), folder_of(path));
    let mut text = before.clone();
    let mut titles = Vec::new();
    let mut moved = Moved::default();
    let mut report = check_text(world, &name, &text, folder);
    for _ in 0..MOST_ROUNDS {
        let Some((fix, mended, after)) = one_fix(world, (&name, &text), folder, (&report, reach)) else {
            break;
        };
        titles.push(format!("line {}: {}", moved.add(&fix, &text, &mended), fix.title));
        text = mended;
        report = after;
    }
    if titles.is_empty() {
        return (report, None);
    }
    (report, Some(Fixed { before, after: text, titles }))
}

/// The first fix that makes mistakes fewer; of errors first, then of warnings where nothing else changes.
fn one_fix(
    world: &mut dyn World,
    (name, text): (&str, &str),
    folder: &Path,
    (report, reach): (&Report, Reach),
) -> Option<(Fix, String, Report)> {
    let source = report.sources.iter().find(|source| source.name == name)?.id;
    let (errors, warnings): (Vec<_>, Vec<_>) = report.diagnostics.iter().partition(|one| one.is_error());
    for diagnostic in errors.into_iter().chain(warnings) {
        for fix in diagnostic.fixes.iter().filter(|fix| reach.takes(diagnostic, fix)) {
            let Some(mended) = apply(fix, Span::new(source, 0, 0), text) else { continue };
            let after = check_text(world, name, &mended, folder);
            let is_better = match diagnostic.is_error() {
                true => count(&after, true) < count(report, true),
                false => {
                    count(&after, false) < count(report, false) && count(&after, true) <= count(report, true)
                }
            };
            if is_better {
                return Some((fix.clone(), mended, after));
            }
        }
    }
    None
}

/// How many errors there are, or how many warnings.
fn count(report: &Report, errors: bool) -> usize {
    let count = if errors { count_errors } else { count_warnings };
    count(&report.diagnostics)
}

/// How fixes have moved the lines of a script: at which line, and by how many.
#[derive(Default)]
struct Moved(Vec<(usize, usize, usize)>);

impl Moved {
    /// The line of a fix in the script as it was before all of them.
    fn add(&mut self, fix: &Fix, before: &str, after: &str) -> usize {
        let start = fix.edits.iter().map(|edit| edit.span.start as usize).min().unwrap_or(0);
        let line = before.get(..start).unwrap_or_default().matches('\n').count() + 1;
        let original = self.0.iter().rev().fold(line, |line, (at, old, new)| match line >= *at {
            true => (line + old).saturating_sub(*new).max(*at),
            false => line,
        });
        self.0.push((line, before.lines().count(), after.lines().count()));
        original
    }
}

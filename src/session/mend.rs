//! Fix by search: each candidate is applied and the whole program checked again; what mends is shown.

use std::path::Path;

use super::program::{Report, plain_check};
use super::world::World;
use crate::base::{SourceId, Span};
use crate::diagnostics::{Diagnostic, Fix, Slug, apply};

/// Checks that one report may cost.
const MOST_TRIES: usize = 40;
/// Fixes shown for one mistake.
const MOST_SHOWN: usize = 2;

/// Turns the candidates of a report's errors into fixes that were tried.
pub(super) fn mend(
    world: &mut dyn World,
    script: (&str, &str, SourceId),
    folder: &Path,
    report: &mut Report,
) {
    let (name, text, source) = script;
    let errors_before = count(&report.diagnostics);
    let before: Vec<(Slug, String)> =
        report.diagnostics.iter().map(|diagnostic| (diagnostic.slug, diagnostic.headline.clone())).collect();
    let mut tries = 0;
    let mut diagnostics = std::mem::take(&mut report.diagnostics);
    for diagnostic in &mut diagnostics {
        let mut fixes: Vec<Fix> =
            diagnostic.candidates.iter().filter_map(|candidate| candidate.resolve(&report.sources)).collect();
        fixes.sort_by_key(size);
        for fix in fixes {
            if diagnostic.fixes.len() >= MOST_SHOWN || tries >= MOST_TRIES {
                break;
            }
            let whole = Span::new(source, 0, 0);
            let Some(mended) = apply(&fix, whole, text) else { continue };
            tries += 1;
            let after = plain_check(world, name, &mended, folder);
            let is_new = |other: &Diagnostic| !before.contains(&(other.slug, other.headline.clone()));
            let worse = after.diagnostics.iter().any(|other| other.is_error() && is_new(other));
            if !worse && count(&after.diagnostics) < errors_before && !diagnostic.fixes.contains(&fix) {
                diagnostic.fixes.push(fix);
            }
        }
        diagnostic.candidates.clear();
    }
    report.diagnostics = diagnostics;
}

fn count(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count()
}

/// How much a fix changes: the smaller comes first.
fn size(fix: &Fix) -> usize {
    let changed = fix.edits.iter().map(|edit| {
        let old = (edit.span.end - edit.span.start) as usize;
        edit.text.len().abs_diff(old) + edit.text.len().min(old) / 4
    });
    changed.sum::<usize>() + 4 * fix.edits.len()
}

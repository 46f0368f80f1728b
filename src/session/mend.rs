//! Fix by search: each candidate is applied and the whole program checked again; what mends is shown.

use std::path::Path;

use super::program::{Report, plain_check};
use super::world::World;
use crate::base::{SourceId, Sources, Span};
use crate::diagnostics::{Diagnostic, Edit, Fix, Label, Slug, apply};

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
        let candidates = diagnostic.candidates.iter();
        let resolved = candidates.filter_map(|one| Some((one.is_last_resort, one.resolve(&report.sources)?)));
        let mut fixes: Vec<(bool, Fix)> = resolved.collect();
        fixes.sort_by_key(|(is_last, fix)| (*is_last, size(fix)));
        let had_fixes = !diagnostic.fixes.is_empty();
        for (_, fix) in fixes {
            if diagnostic.fixes.len() >= MOST_SHOWN || tries >= MOST_TRIES {
                break;
            }
            let whole = Span::new(source, 0, 0);
            let Some(mended) = apply(&fix, whole, text) else { continue };
            tries += 1;
            let after = plain_check(world, name, &mended, folder);
            let is_new = |other: &Diagnostic| !before.contains(&(other.slug, other.headline.clone()));
            let worse = after.diagnostics.iter().any(|other| other.is_error() && is_new(other));
            let fewer = match diagnostic.is_error() {
                true => count(&after.diagnostics) < errors_before,
                false => after.diagnostics.len() < before.len(),
            };
            if !worse && fewer && !diagnostic.fixes.contains(&fix) {
                diagnostic.fixes.push(fix);
            }
        }
        diagnostic.candidates.clear();
        if !had_fixes {
            mark_change(diagnostic, &report.sources);
        }
    }
    report.diagnostics = diagnostics;
}

/// Moves the first mark to the text that the first fix changes: that is where one has to look. What was marked before
/// becomes one of the other places.
fn mark_change(diagnostic: &mut Diagnostic, sources: &Sources) {
    let Some(Fix { edits, title }) = diagnostic.fixes.first() else { return };
    let Some(span) = edits.iter().filter_map(|edit| changed(edit, sources)).reduce(Span::to) else { return };
    let one_place = sources.get(span.source).slice(span).lines().count() <= 1 && edits.len() <= 2;
    if !one_place || span == diagnostic.primary.span {
        return;
    }
    let text = diagnostic
        .labels
        .iter()
        .filter(|label| label.span.contains(span) || span.contains(label.span))
        .min_by_key(|label| label.span.end - label.span.start)
        .map_or_else(|| title.clone(), |label| label.text.clone());
    diagnostic.labels.retain(|label| label.span != span);
    let before = std::mem::replace(&mut diagnostic.primary, Label { span, text });
    if !before.text.is_empty() && !diagnostic.labels.iter().any(|label| label.span == before.span) {
        diagnostic.labels.insert(0, before);
    }
}

/// What an edit changes of what is written: without what stays at both ends. Where it only adds, the text beside it.
fn changed(edit: &Edit, sources: &Sources) -> Option<Span> {
    let old = sources.get(edit.span.source).slice(edit.span);
    if old.is_empty() || edit.text.contains(old) {
        return Some(edit.span);
    }
    (old != edit.text).then_some(edit.span)
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
    changed.sum::<usize>() + 3 + fix.edits.len()
}

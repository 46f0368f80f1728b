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
    mend_by(&mut |mended| plain_check(world, name, mended, folder).diagnostics, text, source, report);
}

/// The same for a text that is checked in some way of its own.
pub(super) fn mend_by(
    check: &mut dyn FnMut(&str) -> Vec<Diagnostic>,
    text: &str,
    source: SourceId,
    report: &mut Report,
) {
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
        let mut advice = Vec::new();
        if diagnostic.is_error() && tries < MOST_TRIES / 4 {
            let key = (diagnostic.slug, diagnostic.headline.clone());
            diagnostic.fixes.retain(|fix| {
                let Some(mended) = apply(fix, Span::new(source, 0, 0), text) else { return true };
                tries += 1;
                let after = check(&mended);
                let remains = after.iter().any(|one| (one.slug, one.headline.clone()) == key);
                let is_new = |one: &Diagnostic| !before.contains(&(one.slug, one.headline.clone()));
                let breaks =
                    after.iter().any(|one| one.is_error() && is_new(one) && is_beside(one, fix, text));
                let mends = count(&after) < errors_before || !remains && !breaks;
                // It says what this place should be, and more has to change.
                if !mends && !remains {
                    advice.push(fix.title.clone());
                }
                mends
            });
        }
        diagnostic.helps.extend(advice);
        let mut is_sure = false;
        for (is_last, fix) in fixes {
            if diagnostic.fixes.len() >= MOST_SHOWN || tries >= MOST_TRIES {
                break;
            }
            let whole = Span::new(source, 0, 0);
            let Some(mended) = apply(&fix, whole, text) else { continue };
            tries += 1;
            let after = check(&mended);
            let is_new = |other: &Diagnostic| !before.contains(&(other.slug, other.headline.clone()));
            let worse = after.iter().any(|other| other.is_error() && is_new(other));
            let fewer = match diagnostic.is_error() {
                true => count(&after) < errors_before,
                false => after.len() < before.len(),
            };
            if !worse && fewer && !diagnostic.fixes.iter().any(|known| is_same(known, &fix)) {
                is_sure |= diagnostic.fixes.is_empty() && !is_last;
                diagnostic.fixes.push(fix);
            }
        }
        diagnostic.candidates.clear();
        if !had_fixes && is_sure && diagnostic.is_error() {
            mark_change(diagnostic, &report.sources);
        }
    }
    report.diagnostics = diagnostics;
}

/// Moves the first mark to the text that the first fix changes first: that is where one has to look. What was marked
/// before becomes one of the other places, and so does what the fix changes besides.
fn mark_change(diagnostic: &mut Diagnostic, sources: &Sources) {
    let Some(Fix { edits, title }) = diagnostic.fixes.first() else { return };
    let one_line = |edit: &&Edit| sources.get(edit.span.source).slice(edit.span).lines().count() == 1;
    let spans: Vec<Span> = edits.iter().filter(one_line).map(|edit| edit.span).collect();
    let Some((&span, others)) = spans.split_first() else { return };
    // Where something is put between two words, the word behind stays marked.
    if span.start < span.end && sources.get(span.source).slice(span).trim().is_empty() {
        return;
    }
    if span != diagnostic.primary.span {
        let before = diagnostic.primary.clone();
        let all = std::iter::once(&before).chain(&diagnostic.labels);
        let around = all
            .filter(|label| label.span.contains(span) && !label.text.is_empty())
            .min_by_key(|label| label.span.end - label.span.start)
            .cloned();
        let text = around.as_ref().map_or_else(|| title.clone(), |label| label.text.clone());
        diagnostic.primary = Label { span, text };
        // What was said of the text around it is said of it now.
        let said = around.map_or(span, |label| label.span);
        diagnostic.labels.retain(|label| label.span != span && label.span != said);
        let is_known = diagnostic.labels.iter().any(|label| label.span == before.span);
        if !before.text.is_empty() && before.span != said && !is_known {
            diagnostic.labels.insert(0, before);
        }
    }
    for &other in others.iter().take(2) {
        if !diagnostic.labels.iter().any(|label| label.span == other) {
            diagnostic.labels.push(Label { span: other, text: "and here".to_string() });
        }
    }
}

/// Whether a mistake stands on a line that a fix changes, which is then no mending.
fn is_beside(found: &Diagnostic, fix: &Fix, text: &str) -> bool {
    let line = |at: u32| text.get(..at as usize).map(|before| before.matches('\n').count());
    let at = found.primary.span;
    let mut written = fix.edits.iter().filter(|edit| !edit.text.is_empty());
    written.any(|edit| edit.span.source == at.source && line(edit.span.start) == line(at.start))
}

/// Whether two fixes change the same in the end.
fn is_same(one: &Fix, other: &Fix) -> bool {
    let sorted = |fix: &Fix| {
        let mut edits = fix.edits.clone();
        edits.sort_by_key(|edit| edit.span);
        edits
    };
    sorted(one) == sorted(other)
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

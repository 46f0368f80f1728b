//! Fix by search: each candidate is applied and the whole program checked again; what mends is shown.

use std::path::Path;

use super::program::{Report, plain_check};
use super::world::World;
use crate::base::{SourceId, Sources, Span};
use crate::diagnostics::{Diagnostic, Edit, Fix, Label, Slug, apply, count_errors, count_warnings};

/// Checks that one report may cost.
const MOST_TRIES: usize = 40;
/// Bytes that those checks may read, beside the first one.
const MOST_READ: usize = 1 << 20;
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
    let mut trials = Trials {
        check,
        text,
        whole: Span::new(source, 0, 0),
        before: report.diagnostics.iter().map(key).collect(),
        errors: count_errors(&report.diagnostics),
        warnings: count_warnings(&report.diagnostics),
        done: 0,
        most: (MOST_READ / text.len().max(1)).clamp(1, MOST_TRIES),
    };
    let mut diagnostics = std::mem::take(&mut report.diagnostics);
    for diagnostic in &mut diagnostics {
        let had_fixes = !diagnostic.fixes.is_empty();
        trials.keep_what_mends(diagnostic);
        let is_sure = trials.try_candidates(diagnostic, &report.sources);
        if !had_fixes && is_sure && diagnostic.is_error() {
            mark_change(diagnostic, &report.sources);
        }
    }
    report.diagnostics = diagnostics;
}

/// What a mistake is known by, after a change of the text.
type Key = (Slug, String);

fn key(found: &Diagnostic) -> Key {
    (found.slug, found.headline.clone())
}

/// Checks of a text with one fix or another, against what was found before.
struct Trials<'a> {
    check: &'a mut dyn FnMut(&str) -> Vec<Diagnostic>,
    text: &'a str,
    whole: Span,
    before: Vec<Key>,
    errors: usize,
    warnings: usize,
    done: usize,
    most: usize,
}

impl Trials<'_> {
    /// What is found with a fix; `None` if it changes another text.
    fn after(&mut self, fix: &Fix) -> Option<Vec<Diagnostic>> {
        let mended = apply(fix, self.whole, self.text)?;
        self.done += 1;
        Some((self.check)(&mended))
    }

    /// Of the fixes that an error comes with, leaves those after which it is gone. One that puts another mistake in
    /// its place says what this place should be, and becomes advice.
    fn keep_what_mends(&mut self, diagnostic: &mut Diagnostic) {
        if !diagnostic.is_error() || self.done >= self.most.div_ceil(4) {
            return;
        }
        let own = key(diagnostic);
        let mut advice = Vec::new();
        diagnostic.fixes.retain(|fix| {
            let Some(after) = self.after(fix) else { return true };
            let remains = after.iter().any(|one| key(one) == own);
            let mut new = after.iter().filter(|one| self.is_new_error(one));
            let breaks = new.any(|one| is_beside(one, fix, self.text));
            let mends = count_errors(&after) < self.errors || !remains && !breaks;
            if !mends && !remains {
                advice.push(fix.title.clone());
            }
            mends
        });
        diagnostic.helps.extend(advice);
    }

    /// Turns the candidates that mend into fixes; whether the first one is no last resort.
    fn try_candidates(&mut self, diagnostic: &mut Diagnostic, sources: &Sources) -> bool {
        let candidates = std::mem::take(&mut diagnostic.candidates);
        let resolved = candidates.iter().filter_map(|one| Some((one.is_last_resort, one.resolve(sources)?)));
        let mut fixes: Vec<(bool, Fix)> = resolved.collect();
        fixes.sort_by_key(|(is_last, fix)| (*is_last, size(fix)));
        let mut is_sure = false;
        for (is_last, fix) in fixes {
            if diagnostic.fixes.len() >= MOST_SHOWN || self.done >= self.most {
                break;
            }
            let Some(after) = self.after(&fix) else { continue };
            let is_worse = after.iter().any(|one| self.is_new_error(one));
            let are_fewer = match diagnostic.is_error() {
                true => count_errors(&after) < self.errors,
                false => count_warnings(&after) < self.warnings,
            };
            if !is_worse && are_fewer && !diagnostic.fixes.iter().any(|known| is_same(known, &fix)) {
                is_sure |= diagnostic.fixes.is_empty() && !is_last;
                diagnostic.fixes.push(fix);
            }
        }
        is_sure
    }

    /// Whether this error was not there before. One that only counts others is never new.
    fn is_new_error(&self, found: &Diagnostic) -> bool {
        found.is_error() && found.more.is_none() && !self.before.contains(&key(found))
    }
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

/// How much a fix changes: the smaller comes first.
fn size(fix: &Fix) -> usize {
    let changed = fix.edits.iter().map(|edit| {
        let old = (edit.span.end - edit.span.start) as usize;
        edit.text.len().abs_diff(old) + edit.text.len().min(old) / 4
    });
    changed.sum::<usize>() + 3 + fix.edits.len()
}

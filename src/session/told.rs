//! What is told of what was found wrong: in order, without what only follows, and no more than anyone reads.
//!
//! Called at the end of a program and of each input of a prompt.

use indexmap::IndexMap;

use super::state::Session;
use crate::base::{Sources, Span};
use crate::check::allowed_in;
use crate::diagnostics::{Diagnostic, MOST_TOLD, Slug};

impl Session<'_> {
    /// What was found wrong since the last call, in order of place. Of errors, and of warnings of one kind, the first
    /// [`MOST_TOLD`] are told and the others counted.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        self.collect();
        let mut found = std::mem::take(&mut self.diagnostics);
        let untold = self.elaborator.begin_again();
        found.sort_by_key(|diagnostic| diagnostic.primary.span);
        drop_consequences(&mut found, &self.sources);
        // A name that nobody uses is said once: with the parameter that never trains because of it.
        let told: Vec<Span> = found
            .iter()
            .filter(|one| one.slug == Slug::NeverTrains)
            .flat_map(|one| one.labels.iter().map(|label| label.span))
            .collect();
        found.retain(|one| one.slug != Slug::Unused || !told.contains(&one.primary.span));
        found.retain(|diagnostic| diagnostic.is_error() || !is_allowed(diagnostic, &self.sources));
        count_warnings_beyond(&mut found);
        let last = found.iter().rfind(|one| one.is_error()).map(|one| one.primary.span);
        if let Some(last) = last.filter(|_| untold > 0) {
            found.push(Diagnostic::more_errors(untold, last));
        }
        found
    }
}

/// Whether the line of a warning, the one before it, or the comments that the file begins with have
/// `# nn: allow SLUG`.
fn is_allowed(warning: &Diagnostic, sources: &Sources) -> bool {
    let span = warning.primary.span;
    let text = &*sources.get(span.source).text;
    let allows = |line: &str| {
        allowed_in(line).is_some_and(|mut slugs| slugs.any(|slug| slug == warning.slug.as_str()))
    };
    let mut head = text.lines().take_while(|line| line.trim().is_empty() || line.starts_with('#'));
    let at = text.floor_char_boundary(span.start as usize);
    let (before, rest) = text.split_at(at);
    let mut above = before.rsplit('\n');
    let line = above.next().unwrap_or_default().to_string() + rest.lines().next().unwrap_or_default();
    head.any(allows) || allows(&line) || above.next().is_some_and(allows)
}

/// Leaves the first warnings of each kind, and of the others how many they are.
fn count_warnings_beyond(found: &mut Vec<Diagnostic>) {
    let mut kinds: IndexMap<Slug, (usize, Span)> = IndexMap::new();
    found.retain(|one| {
        if one.is_error() {
            return true;
        }
        let (count, last) = kinds.entry(one.slug).or_insert((0, one.primary.span));
        *count += 1;
        if *count <= MOST_TOLD {
            *last = one.primary.span;
        }
        *count <= MOST_TOLD
    });
    for (slug, (count, last)) in kinds.into_iter().filter(|(_, (count, _))| *count > MOST_TOLD) {
        found.push(Diagnostic::more_warnings(slug, count - MOST_TOLD, last));
    }
}

/// Drops what follows from text that could not be read: what is wrong with the lines under a head that is a mistake,
/// which were meant to be its body.
fn drop_consequences(found: &mut Vec<Diagnostic>, sources: &Sources) {
    let heads: Vec<Span> =
        found.iter().filter(|one| one.slug == Slug::Syntax).map(|one| one.primary.span).collect();
    let under = heads.iter().filter_map(|head| body_under(*head, sources));
    let inside = heads.iter().filter_map(|head| rest_of_braces(*head, sources));
    let bodies: Vec<Span> = under.chain(inside).collect();
    found.retain(|one| !bodies.iter().any(|body| body.contains(one.primary.span)));
}

/// What is between braces that have no meaning, as far as it is on one line.
fn rest_of_braces(head: Span, sources: &Sources) -> Option<Span> {
    let source = sources.get(head.source);
    let rest = source.slice(head).starts_with('{').then(|| source.text.get(head.end as usize..))??;
    let line = rest.split('\n').next()?;
    let end = line.rfind('}')?;
    Some(Span::new(head.source, head.end as usize, head.end as usize + end + 1))
}

/// The lines under a place that are further in, and an `end` behind them.
fn body_under(head: Span, sources: &Sources) -> Option<Span> {
    let source = sources.get(head.source);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let start = source.text.get(..head.start as usize)?.rfind('\n').map_or(0, |end| end + 1);
    let mut lines = source.text.get(start..)?.split_inclusive('\n');
    let first = lines.next()?;
    // A body between braces was read as such.
    if first.trim_end().ends_with(['{', '(', '[', ',']) {
        return None;
    }
    let (from, mut to) = (start + first.len(), start + first.len());
    for line in lines {
        let is_end = line.trim() == "end" && indent(line) == indent(first);
        if !is_end && !line.trim().is_empty() && indent(line) <= indent(first) {
            break;
        }
        to += line.len();
        if is_end {
            break;
        }
    }
    (to > from).then(|| Span::new(head.source, from, to))
}

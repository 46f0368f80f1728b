//! `# nn: allow SLUG`: the warnings that a comment switches off, and slugs that do not exist.

use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::nearest;
use crate::syntax::tree::Comment;

/// The slugs after `# nn: allow` in a line, with commas or spaces between them; nothing if it does not say so.
pub fn allowed_in(line: &str) -> Option<impl Iterator<Item = &str>> {
    let (_, comment) = line.split_once('#')?;
    let order = comment.trim_start_matches('#').trim_start().strip_prefix("nn:")?;
    let slugs = order.trim_start().strip_prefix("allow")?.strip_prefix([' ', '\t'])?;
    Some(slugs.split([' ', '\t', ',']).map(str::trim).filter(|slug| !slug.is_empty()))
}

/// Slugs in comments that no warning has: the first word, and further ones that nearly are one, since a reason may
/// follow.
pub fn unknown_slugs(comments: &[Comment]) -> Vec<Diagnostic> {
    let unknown = |comment: &Comment| {
        let slugs = allowed_in(&comment.text).into_iter().flatten().enumerate();
        let wrong = slugs.filter(|(_, slug)| Slug::ALL.iter().all(|known| known.as_str() != *slug));
        let found = wrong.filter_map(|(at, slug)| {
            let near = nearest(slug, Slug::ALL.iter().map(|known| known.as_str().to_string()));
            (at == 0 || near.is_some()).then(|| problem(comment, slug, near))
        });
        found.collect::<Vec<_>>()
    };
    comments.iter().flat_map(unknown).collect()
}

fn problem(comment: &Comment, slug: &str, near: Option<String>) -> Diagnostic {
    let start = comment.span.start as usize + comment.text.find(slug).unwrap_or_default();
    let span = Span::new(comment.span.source, start, start + slug.len());
    let headline = format!("no warning is called `{slug}`, so this allows nothing");
    let found = Diagnostic::warning(Slug::UnknownWarning, span, headline).here("no such warning");
    match near {
        Some(near) => found.fix(format!("did you mean `{near}`?"), span, near),
        None => found.help("the name of a warning stands in brackets in its first line: `warning[unused]`"),
    }
}

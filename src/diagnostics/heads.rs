//! The lines `├─[ file:line:column ]` of a picture, put right.
//!
//! ariadne begins another group of lines where a label stands above the one before it or in another file, and writes the
//! place of the whole message above each group of the same file.

use super::Diagnostic;
use super::render::clamp;
use crate::base::{SourceId, Sources};

/// The picture with the place of its first label above each group.
pub(super) fn with_right_places(picture: &str, diagnostic: &Diagnostic, sources: &Sources) -> String {
    let places = group_places(diagnostic, sources);
    let is_head = |line: &&str| place_in(line).is_some();
    if picture.lines().filter(is_head).count() != places.len() {
        return picture.to_string();
    }
    let mut places = places.into_iter();
    let lines = picture.lines().map(|line| {
        let Some((start, end)) = place_in(line) else { return format!("{line}\n") };
        let (row, column) = places.next().unwrap_or_default();
        let (before, after) = (line.get(..start), line.get(end..));
        format!("{}:{row}:{column}{}\n", before.unwrap_or_default(), after.unwrap_or_default())
    });
    lines.collect()
}

/// Line and column of the first label of each group.
fn group_places(diagnostic: &Diagnostic, sources: &Sources) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut before: Option<(SourceId, usize)> = None;
    for label in diagnostic.places() {
        let source = sources.get(label.span.source);
        let range = clamp(source, label.span);
        let last = if range.is_empty() { range.start } else { range.end - 1 };
        let last_line = source.line_column(last as u32).0;
        let goes_on = before.is_some_and(|(id, line)| id == source.id && line <= last_line);
        if !goes_on {
            places.push(source.line_column(range.start as u32));
        }
        before = Some((source.id, last_line));
    }
    places
}

/// Where `:line:column` stands in the head of a group.
fn place_in(line: &str) -> Option<(usize, usize)> {
    let plain = super::width::without_colors(line);
    let head = plain.trim_start();
    if !head.starts_with("╭─[ ") && !head.starts_with("├─[ ") {
        return None;
    }
    // Behind the place only the bracket follows, in whatever colour.
    let end = line.rfind(' ')?;
    let column = line.get(..end)?.rfind(':')?;
    let row = line.get(..column)?.rfind(':')?;
    Some((row, end))
}

#[cfg(test)]
mod tests {
    use crate::base::{Sources, Span};
    use crate::diagnostics::width::without_colors;
    use crate::diagnostics::{Diagnostic, RenderOptions, Slug, render};

    #[test]
    fn each_group_has_the_place_of_its_first_label() {
        let mut sources = Sources::default();
        let script = sources.add("a.nn", "first\nä second\nthird\n");
        let data = sources.add("d.csv", "é,é,é\né,é,é\nx,bad\n");
        let diagnostic = Diagnostic::error(Slug::DataValue, Span::new(script, 9, 15), "head")
            .label(Span::new(script, 1, 3), "above")
            .label(Span::new(data, 20, 23), "the cell");
        for color in [false, true] {
            let drawn = without_colors(&render(&diagnostic, &sources, RenderOptions { color, width: 80 }));
            for (place, next) in [("a.nn:2:3 ", "second"), ("a.nn:1:2 ", "first"), ("d.csv:3:3 ", "bad")] {
                let at = drawn.find(place).unwrap_or_else(|| panic!("{place}\n{drawn}"));
                assert!(drawn[at..].contains(next), "{place}\n{drawn}");
            }
        }
    }
}

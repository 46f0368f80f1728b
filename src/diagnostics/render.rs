//! Draws diagnostics: as a picture for the terminal, as a line, as JSON.
//!
//! Called by the faces. The only file that makes spans fit a source.

use std::fmt::Write;
use std::ops::Range;

use serde_json::{Value, json};

use super::escape::escape_line;
use super::picture::{Masked, picture};
use super::width::{columns, wrapped};
use super::{Diagnostic, Edit, Label, Severity};
use crate::base::{Source, Sources, Span};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    pub color: bool,
    /// Columns at which notes and helps are wrapped.
    pub width: usize,
}

impl Default for RenderOptions {
    fn default() -> RenderOptions {
        RenderOptions { color: false, width: 100 }
    }
}

/// Lines longer than this are not drawn whole.
const LONG_LINE: usize = 400;

/// Draws the messages about some sources.
pub struct Renderer<'a> {
    sources: &'a Sources,
    options: RenderOptions,
    masked: Masked,
}

impl<'a> Renderer<'a> {
    pub fn new(sources: &'a Sources, options: RenderOptions) -> Renderer<'a> {
        Renderer { sources, options, masked: Masked::default() }
    }

    /// The message as a picture of the source with its labels, ending with a line end. Where the picture would be
    /// wider than the terminal, labels are numbers that stand below it.
    pub fn render(&mut self, diagnostic: &Diagnostic) -> String {
        let options = self.options;
        let drawn = self.draw(diagnostic, options);
        if excess(drawn.lines(), options) == 0 {
            return drawn;
        }
        let numbered = numbered(diagnostic);
        // A long line of the source stays as wide as it is; what stands below it is wrapped.
        let bare = self.draw(&without_notes(&numbered), options).lines().count();
        let mut wrapping = options;
        loop {
            let drawn = self.draw(&numbered, wrapping);
            let more = excess(drawn.lines().skip(bare.saturating_sub(1)), options);
            if more == 0 || wrapping.width < options.width / 2 {
                return drawn;
            }
            // Arrows of places over several lines stand before the notes too.
            wrapping.width = wrapping.width.saturating_sub(more);
        }
    }

    fn draw(&mut self, diagnostic: &Diagnostic, options: RenderOptions) -> String {
        let sources = self.sources;
        if diagnostic.places().all(|label| sources.get(label.span.source).text.is_empty()) {
            return about_a_file(diagnostic, sources, options);
        }
        if diagnostic.places().any(|label| on_long_line(sources.get(label.span.source), label.span)) {
            return without_picture(diagnostic, sources, options);
        }
        match picture(diagnostic, sources, options, &mut self.masked) {
            Some(picture) => headline(diagnostic, options.color) + &picture,
            None => without_picture(diagnostic, sources, options),
        }
    }
}

/// One message, as by [`Renderer::render`].
pub fn render(diagnostic: &Diagnostic, sources: &Sources, options: RenderOptions) -> String {
    Renderer::new(sources, options).render(diagnostic)
}

/// By how many columns the widest line is too wide; the first is the headline.
fn excess<'t>(drawn: impl Iterator<Item = &'t str>, options: RenderOptions) -> usize {
    let widest = drawn.skip(1).map(columns).max().unwrap_or(0);
    widest.saturating_sub(options.width)
}

fn without_notes(diagnostic: &Diagnostic) -> Diagnostic {
    Diagnostic { notes: Vec::new(), helps: Vec::new(), fixes: Vec::new(), ..diagnostic.clone() }
}

/// The same with `(1)`, `(2)`, ... beside the places, and what they say as notes.
fn numbered(diagnostic: &Diagnostic) -> Diagnostic {
    let mut short = diagnostic.clone();
    let mut notes = Vec::new();
    let places = std::iter::once(&mut short.primary).chain(&mut short.labels);
    for (at, label) in places.filter(|label| !label.text.is_empty()).enumerate() {
        let number = format!("({})", at + 1);
        notes.push(format!("{number} {}", label.text));
        label.text = number;
    }
    short.notes.splice(0..0, notes);
    short
}

/// `path:line:column: error[slug]: headline`, without a line end.
pub fn render_short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let span = diagnostic.primary.span;
    let source = sources.get(span.source);
    let (line, column) = source.line_column(clamp(source, span).start as u32);
    let (name, headline) = (escape_line(&source.name), escape_line(&diagnostic.headline));
    format!("{name}:{line}:{column}: {}[{}]: {headline}", severity(diagnostic), diagnostic.slug)
}

/// The message as data; lines and columns from 1, columns in characters, `start` and `end` in bytes.
pub fn to_json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let fixes = diagnostic.fixes.iter().map(|fix| {
        let edits: Vec<Value> = fix.edits.iter().map(|edit| edit_json(edit, sources)).collect();
        json!({ "title": fix.title, "edits": edits })
    });
    json!({
        "slug": diagnostic.slug.as_str(),
        "severity": severity(diagnostic),
        "headline": diagnostic.headline,
        "primary": label_json(&diagnostic.primary, sources),
        "labels": diagnostic.labels.iter().map(|label| label_json(label, sources)).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "helps": diagnostic.helps,
        "fixes": fixes.collect::<Vec<_>>(),
    })
}

/// `error[slug]: headline`, in place of ariadne's first line.
fn headline(diagnostic: &Diagnostic, color: bool) -> String {
    let kind = format!("{}[{}]", severity(diagnostic), diagnostic.slug);
    let headline = escape_line(&diagnostic.headline);
    let code = match diagnostic.severity {
        Severity::Error => 31,
        Severity::Warning => 33,
    };
    if color {
        format!("\u{1b}[1;{code}m{kind}\u{1b}[0m: {headline}\n")
    } else {
        format!("{kind}: {headline}\n")
    }
}

fn label_json(label: &Label, sources: &Sources) -> Value {
    place_json(label.span, sources, &label.text)
}

fn edit_json(edit: &Edit, sources: &Sources) -> Value {
    place_json(edit.span, sources, &edit.text)
}

fn place_json(span: Span, sources: &Sources, text: &str) -> Value {
    let source = sources.get(span.source);
    let range = clamp(source, span);
    let (line, column) = source.line_column(range.start as u32);
    let (end_line, end_column) = source.line_column(range.end as u32);
    json!({
        "path": source.name, "start": range.start, "end": range.end, "line": line, "column": column,
        "end_line": end_line, "end_column": end_column, "text": text,
    })
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The helps, and the fixes as helps.
pub(super) fn helps(diagnostic: &Diagnostic, sources: &Sources) -> Vec<String> {
    let is_fix = |help: &&String| diagnostic.fixes.iter().any(|fix| fix.title == **help);
    let mut helps: Vec<String> = diagnostic.helps.iter().filter(|help| !is_fix(help)).cloned().collect();
    for fix in &diagnostic.fixes {
        let mended = match fix.edits.as_slice() {
            [edit] => mended_line(edit, sources).filter(|line| !fix.title.contains(line.as_str())),
            _ => None,
        };
        helps.push(match mended {
            Some(line) => format!("{}: `{line}`", fix.title),
            None => fix.title.clone(),
        });
    }
    let mut said = std::collections::HashSet::new();
    helps.retain(|help| said.insert(help.clone()));
    helps
}

/// The line of an edit with the edit made, if it is short enough to be shown.
fn mended_line(edit: &Edit, sources: &Sources) -> Option<String> {
    let source = sources.get(edit.span.source);
    let range = clamp(source, edit.span);
    let removed = source.text.get(range.clone())?;
    // Where a whole line goes, its neighbour is not what was mended.
    if edit.text.is_empty() && (removed.starts_with('\n') || removed.ends_with('\n')) {
        return None;
    }
    let before = source.text.get(..range.start)?;
    let after = source.text.get(range.end..)?;
    let before = before.rsplit('\n').next().unwrap_or("");
    let after = after.split('\n').next().unwrap_or("");
    let line = format!("{before}{}{after}", edit.text);
    let line = line.trim();
    (line.len() <= 100 && !line.contains('\n') && !line.is_empty()).then(|| line.to_string())
}

/// A span as bytes of its source: inside it, and at whole characters.
pub(super) fn clamp(source: &Source, span: Span) -> Range<usize> {
    let length = source.text.len();
    let start = source.text.floor_char_boundary((span.start as usize).min(length));
    let end = source.text.ceil_char_boundary((span.end as usize).min(length));
    start..end.max(start)
}

fn on_long_line(source: &Source, span: Span) -> bool {
    let range = clamp(source, span);
    let line_around = |at: usize| {
        let before = source
            .text
            .get(..at)
            .map_or(0, |before| before.len() - before.rfind('\n').map_or(0, |end| end + 1));
        let after = source.text.get(at..).map_or(0, |after| after.find('\n').unwrap_or(after.len()));
        before + after
    };
    line_around(range.start) > LONG_LINE || line_around(range.end) > LONG_LINE
}

/// The message alone: it is about a whole file, of which there is nothing to draw.
fn about_a_file(diagnostic: &Diagnostic, sources: &Sources, options: RenderOptions) -> String {
    let mut text = headline(diagnostic, options.color);
    for note in &diagnostic.notes {
        let _ = writeln!(text, "  note: {}", wrapped(note, options.width));
    }
    for help in helps(diagnostic, sources) {
        let _ = writeln!(text, "  help: {}", wrapped(&help, options.width));
    }
    text
}

/// The message in words, with a piece of the line: for lines too long to be drawn.
fn without_picture(diagnostic: &Diagnostic, sources: &Sources, options: RenderOptions) -> String {
    let mut text = render_short(diagnostic, sources) + "\n";
    for label in diagnostic.places() {
        let source = sources.get(label.span.source);
        let range = clamp(source, label.span);
        let (line, column) = source.line_column(range.start as u32);
        let from = source.text.floor_char_boundary(range.start.saturating_sub(30));
        let to = source.text.ceil_char_boundary((range.start + 30).min(source.text.len()));
        let piece = source.text.get(from..to).unwrap_or("").split('\n').next().unwrap_or("");
        let name = escape_line(&source.name);
        let _ = writeln!(
            text,
            "  {name}:{line}:{column}: … {} … {}",
            escape_line(piece),
            escape_line(&label.text)
        );
    }
    for note in &diagnostic.notes {
        let _ = writeln!(text, "  note: {}", wrapped(note, options.width));
    }
    for help in helps(diagnostic, sources) {
        let _ = writeln!(text, "  help: {}", wrapped(&help, options.width));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Slug;

    fn one(text: &str, start: usize, end: usize) -> (Sources, Diagnostic) {
        let mut sources = Sources::default();
        let id = sources.add("a\u{1b}.nn", text);
        let span = Span::new(id, start, end);
        let other = Span::new(id, end, start);
        let diagnostic = Diagnostic::error(Slug::Syntax, span, "head\u{202e}line")
            .here("here")
            .label(other, "there")
            .note("a note")
            .fix("mend it", span, "x");
        (sources, diagnostic)
    }

    #[test]
    fn every_span_of_a_strange_text_is_drawn() {
        let text = "δ = W·x\u{302}\r\n\t漢字 👩‍👩‍👧\u{1b}[31m\rz\u{2028}\n\u{202e}";
        for text in [text, "", "\n", "a\n"] {
            in_another_source(text);
            for start in 0..text.len() + 3 {
                for end in 0..text.len() + 3 {
                    let (sources, diagnostic) = one(text, start, end);
                    let drawn = render(&diagnostic, &sources, RenderOptions::default());
                    assert!(drawn.starts_with("error[syntax]: head"), "{drawn}");
                    assert!(!drawn.contains(['\u{1b}', '\u{202e}', '\u{2028}', '\r']), "{drawn:?}");
                    assert!(render_short(&diagnostic, &sources).contains(": error[syntax]: head"));
                    assert_eq!(to_json(&diagnostic, &sources)["slug"], "syntax");
                }
            }
        }
    }

    fn in_another_source(text: &str) {
        let mut sources = Sources::default();
        let (script, data) = (sources.add("a.nn", "x = 1\n"), sources.add("ß.csv", text));
        for start in 0..text.len() + 3 {
            let diagnostic = Diagnostic::error(Slug::Syntax, Span::new(script, 0, 1), "head")
                .here("here")
                .label(Span::new(data, start, start + 1), "there");
            let drawn = render(&diagnostic, &sources, RenderOptions::default());
            assert!(drawn.starts_with("error[syntax]: head"), "{drawn}");
        }
    }

    /// Without what sets colours.
    fn plain(text: &str) -> String {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or("").to_string();
        parts.fold(first, |all, part| all + part.split_once('m').map_or("", |(_, rest)| rest))
    }

    #[test]
    fn every_width_has_its_picture_with_and_without_colour() {
        let text = "δ = W·x\u{302} + b\n\ty = 漢字(δ)\n# שלום\nz = y |> dense(16)\n";
        for (start, end) in [(0, 2), (5, 9), (19, 25), (30, 31), (41, 46), (50, 60)] {
            let (sources, diagnostic) = one(text, start, end);
            let words = "one two three four five six seven eight nine ten ".repeat(4);
            let diagnostic = diagnostic.note(words.trim_end()).help("δ̂ 漢字 ".repeat(30));
            let label = diagnostic.primary.span;
            let diagnostic =
                diagnostic.label(label, "a label of some length that narrow windows do not hold");
            for width in (60..=200).step_by(20) {
                let black = render(&diagnostic, &sources, RenderOptions { color: false, width });
                let color = render(&diagnostic, &sources, RenderOptions { color: true, width });
                assert!(color.contains('\u{1b}') && !black.contains('\u{1b}'));
                assert_eq!(plain(&color).replace(' ', ""), black.replace(' ', ""), "width {width}");
                for line in black.lines() {
                    assert!(columns(line) <= width, "{} columns at {width}:\n{black}", columns(line));
                }
                for part in ["here", "there", "a label of some length", "four five"] {
                    let words = black.split(['│', '\n']).map(str::trim).collect::<Vec<_>>().join(" ");
                    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert!(words.contains(part), "{part} at {width}:\n{black}");
                }
            }
        }
    }

    #[test]
    fn the_parts_are_in_the_picture() {
        let (sources, diagnostic) = one("a = b\nc = d\n", 10, 11);
        let drawn = render(&diagnostic, &sources, RenderOptions::default());
        for part in ["syntax", "head", "2:5", "here", "there", "a note", "mend it: `c = x`", "c = d"] {
            assert!(drawn.contains(part), "{part}\n{drawn}");
        }
        assert_eq!(render_short(&diagnostic, &sources), "a\\u{1b}.nn:2:5: error[syntax]: head\\u{202e}line");
        assert!(render(&diagnostic, &sources, RenderOptions { color: true, width: 80 }).contains('\u{1b}'));
    }

    #[test]
    fn a_long_line_is_cut() {
        let (sources, diagnostic) = one(&"x + ".repeat(10_000), 20_000, 20_001);
        assert!(render(&diagnostic, &sources, RenderOptions::default()).len() < 1_000);
    }
}

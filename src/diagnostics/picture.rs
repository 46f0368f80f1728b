//! The picture of a diagnostic: lines of the source with its labels below them.
//!
//! Called by [`super::render`]. The only file that knows ariadne.

use std::fmt;
use std::ops::Range;

use ariadne::{Cache, Color, Config, IndexType, Report, ReportKind};

use super::escape::{escape_line, mask};
use super::heads::with_right_places;
use super::render::{clamp, helps};
use super::width::wrapped;
use super::{Diagnostic, RenderOptions, Severity};
use crate::base::{SourceId, Sources, Span};

/// The picture below the headline; `None` if it could not be drawn.
pub(super) fn picture(
    diagnostic: &Diagnostic,
    sources: &Sources,
    options: RenderOptions,
    masked: &mut Masked,
) -> Option<String> {
    masked.add(diagnostic, sources);
    let color = match diagnostic.severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    };
    let config =
        Config::default().with_index_type(IndexType::Char).with_color(options.color).with_tab_width(4);
    let mut report =
        Report::build(ReportKind::Error, place(sources, diagnostic.primary.span)).with_config(config);
    for (order, label) in diagnostic.places().enumerate() {
        let primary = order == 0;
        let drawn = ariadne::Label::new(place(sources, label.span))
            .with_color(if primary { color } else { Color::Blue })
            .with_priority(i32::from(primary))
            .with_order(order as i32);
        // A label without text would not be underlined.
        let text = if label.text.is_empty() { "here" } else { &label.text };
        report.add_label(drawn.with_message(escape_line(text)));
    }
    for note in &diagnostic.notes {
        report.add_note(wrapped(note, options.width));
    }
    for help in helps(diagnostic, sources) {
        report.add_help(wrapped(&help, options.width));
    }
    let mut drawn = Vec::new();
    report.finish().write(masked, &mut drawn).ok()?;
    let drawn = String::from_utf8_lossy(&drawn);
    let (_, picture) = drawn.split_once('\n')?;
    Some(with_right_places(&trim_lines(picture), diagnostic, sources))
}

fn trim_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A place as ariadne wants it: in characters, since its bytes are not always those of a character's beginning.
#[derive(Clone, Debug)]
struct Place {
    file: File,
    range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    id: SourceId,
    name: String,
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn place(sources: &Sources, span: Span) -> Place {
    let source = sources.get(span.source);
    let file = File { id: source.id, name: escape_line(&source.name) };
    let range = clamp(source, span);
    let count = |end: usize| source.text.get(..end).map_or(0, |before| before.chars().count());
    Place { file, range: count(range.start)..count(range.end) }
}

impl ariadne::Span for Place {
    type SourceId = File;

    fn source(&self) -> &File {
        &self.file
    }

    fn start(&self) -> usize {
        self.range.start
    }

    fn end(&self) -> usize {
        self.range.end
    }
}

/// The texts of sources that were drawn already, masked. A text is masked once for all its messages.
#[derive(Default)]
pub(super) struct Masked {
    texts: Vec<(SourceId, ariadne::Source<String>)>,
}

impl Masked {
    fn add(&mut self, diagnostic: &Diagnostic, sources: &Sources) {
        for label in diagnostic.places() {
            let id = label.span.source;
            if !self.texts.iter().any(|(known, _)| *known == id) {
                self.texts.push((id, ariadne::Source::from(mask(&sources.get(id).text))));
            }
        }
    }
}

impl Cache<File> for &mut Masked {
    type Storage = String;

    fn fetch(&mut self, file: &File) -> Result<&ariadne::Source<String>, impl fmt::Debug> {
        let found = self.texts.iter().find(|(id, _)| *id == file.id).map(|(_, text)| text);
        found.ok_or("a source of another session")
    }

    fn display<'a>(&self, file: &'a File) -> Option<impl fmt::Display + 'a> {
        Some(file)
    }
}

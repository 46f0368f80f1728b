//! Fixes that have not been tried: stages propose, the session applies each and checks again, and only what mends
//! the mistake is shown.

use super::{Edit, Fix};
use crate::base::{Sources, Span};

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub title: String,
    pub changes: Vec<Change>,
    /// It is taken only after all others, however small it is.
    pub is_last_resort: bool,
}

/// One change of the text, in terms of other places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Puts pieces in place of a span.
    Replace { span: Span, pieces: Vec<Piece> },
    /// Writes another whole number for each one equal to `from` in a span; or for the last alone.
    Number { within: Span, from: i64, to: String, only_last: bool },
    /// Leaves out a stage of a pipeline with its `|>`, or a call, of which its argument stays.
    Leave { span: Span },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// What is written there.
    Source(Span),
    /// The same, in parentheses if it is more than one word.
    Operand(Span),
}

impl Candidate {
    /// `title`, and one replacement.
    pub fn replace(title: impl Into<String>, span: Span, pieces: Vec<Piece>) -> Candidate {
        Candidate::all(title, vec![Change::Replace { span, pieces }])
    }

    /// `title`, and several changes at once.
    pub fn all(title: impl Into<String>, changes: Vec<Change>) -> Candidate {
        Candidate { title: title.into(), changes, is_last_resort: false }
    }

    /// `title`, and an operation that is left out.
    pub fn leave_out(span: Span) -> Candidate {
        Candidate::all("leave it out", vec![Change::Leave { span }])
    }

    /// The same, to be taken only where nothing else mends.
    pub fn last_resort(self) -> Candidate {
        Candidate { is_last_resort: true, ..self }
    }

    /// As edits of the text; `None` if a number is not there.
    pub fn resolve(&self, sources: &Sources) -> Option<Fix> {
        let mut edits = Vec::new();
        for change in &self.changes {
            match change {
                Change::Replace { span, pieces } => {
                    let text: String = pieces.iter().map(|piece| piece_text(piece, sources)).collect();
                    let span = balanced(*span, sources);
                    let span = if text.is_empty() { with_line(span, sources) } else { span };
                    edits.push(Edit { span, text });
                }
                Change::Leave { span } => edits.push(left_out(*span, sources)?),
                Change::Number { within, from, to, only_last } => {
                    let mut places = numbers(sources, *within, *from);
                    if places.is_empty() {
                        return None;
                    }
                    if *only_last {
                        places = places.split_off(places.len() - 1);
                    }
                    edits.extend(places.into_iter().map(|span| Edit { span, text: to.clone() }));
                }
            }
        }
        Some(Fix { title: self.title.clone(), edits })
    }
}

/// `x |> dense(3) |> softmax` without its last stage, `softmax(z)` as `z`.
fn left_out(span: Span, sources: &Sources) -> Option<Edit> {
    let text = &sources.get(span.source).text;
    let before = text.get(..span.start as usize)?.trim_end();
    if let Some(before) = before.strip_suffix("|>") {
        return Some(Edit {
            span: Span::new(span.source, before.trim_end().len(), span.end as usize),
            text: String::new(),
        });
    }
    let (name, inside) = sources.get(span.source).slice(span).split_once('(')?;
    let inside = inside.strip_suffix(')')?;
    let is_name = !name.is_empty() && name.chars().all(|one| one.is_alphanumeric() || one == '_');
    let is_whole = inside.chars().try_fold(0i64, |open, one| match one {
        '(' => Some(open + 1),
        ')' => Some(open - 1).filter(|open| *open >= 0),
        _ => Some(open),
    });
    (is_name && is_whole == Some(0)).then(|| Edit { span, text: inside.to_string() })
}

/// A span with the rest of its lines, if nothing else stands on them: what is removed leaves no empty line.
fn with_line(span: Span, sources: &Sources) -> Span {
    let text = &sources.get(span.source).text;
    let before = text.get(..span.start as usize).unwrap_or("");
    let after = text.get(span.end as usize..).unwrap_or("");
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let rest = after.find('\n').map_or(after.len(), |at| at + 1);
    let is_blank = |text: Option<&str>| text.is_some_and(|text| text.trim().is_empty());
    match is_blank(before.get(start..)) && is_blank(after.get(..rest)) {
        true => Span::new(span.source, start, span.end as usize + rest),
        false => span,
    }
}

fn piece_text(piece: &Piece, sources: &Sources) -> String {
    match piece {
        Piece::Text(text) => text.clone(),
        Piece::Source(span) => {
            let span = balanced(*span, sources);
            sources.get(span.source).slice(span).to_string()
        }
        Piece::Operand(span) => {
            let span = balanced(*span, sources);
            let text = sources.get(span.source).slice(span);
            let is_group = text.starts_with('(') && text.ends_with(')');
            if !is_group && text.contains(char::is_whitespace) {
                format!("({text})")
            } else {
                text.to_string()
            }
        }
    }
}

/// A span with the round brackets that belong to it: an expression that begins with a group is known from inside it.
fn balanced(span: Span, sources: &Sources) -> Span {
    let source = sources.get(span.source);
    let (mut open, mut lacking) = (0i64, 0i64);
    for character in source.slice(span).chars() {
        match character {
            '(' => open += 1,
            ')' if open == 0 => lacking += 1,
            ')' => open -= 1,
            _ => {}
        }
    }
    let (mut start, mut end) = (span.start as usize, span.end as usize);
    let mut before = source.text.get(..start).unwrap_or("");
    while lacking > 0 && before.trim_end_matches(' ').ends_with('(') {
        before = before.trim_end_matches(' ').strip_suffix('(').unwrap_or("");
        start = before.len();
        lacking -= 1;
    }
    let mut after = source.text.get(end..).unwrap_or("");
    while open > 0 && after.trim_start_matches(' ').starts_with(')') {
        after = after.trim_start_matches(' ').strip_prefix(')').unwrap_or("");
        end = source.text.len() - after.len();
        open -= 1;
    }
    Span::new(span.source, start, end)
}

/// The places of a whole number, standing alone, inside a span.
fn numbers(sources: &Sources, within: Span, number: i64) -> Vec<Span> {
    let source = sources.get(within.source);
    let (text, wanted) = (source.slice(within), number.to_string());
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(&wanted)
        .filter(|(at, _)| {
            let before = text.get(..*at).and_then(|before| before.chars().next_back());
            let after = text.get(at + wanted.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
        .map(|(at, _)| {
            let start = within.start as usize + at;
            Span::new(within.source, start, start + wanted.len())
        })
        .collect()
}

/// A text with a fix applied; edits must not overlap.
pub fn apply(fix: &Fix, source: Span, text: &str) -> Option<String> {
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span.start);
    let mut result = String::new();
    let mut at = 0;
    for edit in edits {
        if edit.span.source != source.source || (edit.span.start as usize) < at {
            return None;
        }
        result.push_str(text.get(at..edit.span.start as usize)?);
        result.push_str(&edit.text);
        at = edit.span.end as usize;
        // A line of which nothing is left is left out.
        let line = result.rfind('\n').map_or(0, |end| end + 1);
        let rest = text.get(at..)?;
        let ends = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let is_blank = |text: Option<&str>| text.is_some_and(|text| text.trim().is_empty());
        if edit.text.is_empty() && is_blank(result.get(line..)) && is_blank(rest.get(..ends)) {
            result.truncate(line);
            at += ends;
        }
    }
    result.push_str(text.get(at..)?);
    Some(result)
}

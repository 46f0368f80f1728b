//! The `#>` comments of a script: which statement each belongs to, and the script with other ones.

use super::Compared;
use crate::base::{Source, Sources, Span};
use crate::syntax;
use crate::syntax::tree::Comment;

/// The sign of an expected output.
const SIGN: &str = "#>";

/// The expected outputs of a script.
pub struct Expectations {
    /// One for each statement of the top level.
    places: Vec<Place>,
    /// Comments that no statement stands before, or that stand inside one.
    pub misplaced: Vec<Span>,
}

/// A statement, what is expected of it and what it prints.
struct Place {
    span: Span,
    /// Where the next statement begins, if it stands on the line that this one ends on.
    next: Option<usize>,
    line: usize,
    statement: String,
    /// The comments, in order. Nothing is expected where there are none.
    comments: Vec<Comment>,
    /// Whether the first stands on the line of the statement.
    is_beside: bool,
    /// `None` until the statements have run.
    printed: Option<Vec<String>>,
}

impl Expectations {
    pub fn read(name: &str, text: &str) -> Expectations {
        let mut sources = Sources::default();
        let id = sources.add(name, text);
        let source = sources.get(id);
        let parsed = syntax::parse(source, 0);
        let mut places: Vec<Place> = Vec::new();
        for stmt in &parsed.ast.stmts {
            let (line, _) = source.line_column(stmt.span.start);
            if let Some(last) = places.last_mut()
                && source.line_column(last.span.end).0 == line
            {
                last.next = Some(stmt.span.start as usize);
            }
            places.push(Place::new(source, stmt.span));
        }
        let mut misplaced = Vec::new();
        for comment in parsed.comments.iter().filter(|comment| comment.text.starts_with(SIGN)) {
            let at = places.partition_point(|place| place.span.start < comment.span.start);
            match at.checked_sub(1).and_then(|at| places.get_mut(at)) {
                Some(place) if place.span.end <= comment.span.start => place.add(source, comment),
                Some(_) | None => misplaced.push(comment.span),
            }
        }
        Expectations { places, misplaced }
    }

    pub fn expects(&self) -> bool {
        self.places.iter().any(|place| !place.comments.is_empty())
    }

    /// A statement has run and printed these lines.
    pub fn printed(&mut self, span: Span, lines: Vec<String>) {
        let place =
            self.places.iter_mut().find(|place| place.span.start <= span.start && span.end <= place.span.end);
        if let Some(place) = place {
            place.printed.get_or_insert_default().extend(lines);
        }
    }

    /// What was expected of the statements that ran.
    pub fn compared(&self) -> Vec<Compared> {
        let ran = self.places.iter().filter(|place| !place.comments.is_empty());
        ran.filter_map(|place| {
            let found = place.printed.clone()?;
            let expected = place.expected(&found);
            Some(Compared { line: place.line, statement: place.statement.clone(), expected, found })
        })
        .collect()
    }

    /// The script with outputs as they were printed; with `fill`, of every statement that prints. Nothing else
    /// changes.
    pub fn updated(&self, text: &str, fill: bool) -> String {
        let mut new = String::with_capacity(text.len());
        let mut at = 0;
        for place in &self.places {
            let Some(printed) = &place.printed else { continue };
            let wanted = !place.comments.is_empty() || fill && !printed.is_empty();
            if !wanted || place.expected(printed) == *printed && !place.comments.is_empty() {
                continue;
            }
            let (from, to) = place.range(text);
            new.push_str(text.get(at..from).unwrap_or_default());
            new.push_str(&place.outputs(text, printed));
            if place.next.is_some() {
                new.push('\n');
            }
            // What stood between the comments stays, below.
            for line in text.get(from..to).unwrap_or_default().lines().skip(1) {
                if !line.trim_start().starts_with(SIGN) && !line.trim().is_empty() {
                    new.push_str(&format!("\n{line}"));
                }
            }
            at = to;
        }
        new.push_str(text.get(at..).unwrap_or_default());
        new
    }
}

impl Place {
    fn new(source: &Source, span: Span) -> Place {
        let statement = source.slice(span).lines().next().unwrap_or_default().to_string();
        let (line, _) = source.line_column(span.start);
        Place { span, next: None, line, statement, comments: Vec::new(), is_beside: false, printed: None }
    }

    fn add(&mut self, source: &Source, comment: &Comment) {
        let between = source.text.get(self.span.end as usize..comment.span.start as usize);
        if self.comments.is_empty() {
            self.is_beside = !between.unwrap_or_default().contains('\n');
        }
        self.comments.push(comment.clone());
    }

    /// The expected lines. A lone empty sign stands for no line as well as for an empty one.
    fn expected(&self, found: &[String]) -> Vec<String> {
        let lines = self.comments.iter().map(|comment| {
            let line = comment.text.strip_prefix(SIGN).unwrap_or_default();
            line.strip_prefix(' ').unwrap_or(line).trim_end().to_string()
        });
        let lines: Vec<String> = lines.collect();
        if found.is_empty() && lines == [""] { Vec::new() } else { lines }
    }

    /// What is written anew: from the end of the statement's line, or from its comment, to the last comment; what parts
    /// it from the next statement of its line.
    fn range(&self, text: &str) -> (usize, usize) {
        let end = self.span.end as usize;
        let rest = text.get(end..).unwrap_or_default();
        let line_end = end + rest.find('\n').unwrap_or(rest.len());
        if let Some(next) = self.next {
            return (end, next);
        }
        let last = self.comments.last().map_or(line_end, |comment| comment.span.end as usize);
        match self.comments.first() {
            Some(first) => {
                let before = text.get(..first.span.start as usize).unwrap_or_default();
                (before.trim_end().len(), last)
            }
            None => (text.get(..line_end).unwrap_or_default().trim_end().len(), line_end),
        }
    }

    /// The lines as comments, with what parts them from the text before.
    fn outputs(&self, text: &str, printed: &[String]) -> String {
        let comment = |line: &String| format!("{SIGN} {line}").trim_end().to_string();
        match printed {
            [] if self.is_beside => format!("  {SIGN}"),
            [] => format!("\n{SIGN}"),
            [line] if self.is_beside => {
                let start = self.comments.first().map_or(0, |comment| comment.span.start as usize);
                let before = text.get(..start).unwrap_or_default();
                let blanks = before.len() - before.trim_end().len();
                format!("{}{}", " ".repeat(blanks), comment(line))
            }
            lines => lines.iter().map(|line| format!("\n{}", comment(line))).collect(),
        }
    }
}

//! A small algebra of documents: text that knows where it may be broken.
//!
//! Called by the printers of this room. A group stands on one line if it fits; if not, its own lines break and
//! those of the groups inside are decided anew. It knows nothing of the language but that a comment ends a line.

/// The longest line, in characters; only what cannot be broken is longer.
pub const WIDTH: usize = 100;
/// One step of indentation.
const STEP: usize = 4;

#[derive(Clone, Debug)]
pub enum Doc {
    Text(String),
    /// Lines as they were written; all but the first keep their own indentation.
    Verbatim(Vec<String>),
    /// A space, or a line end in a broken group.
    Line,
    /// Nothing, or a line end in a broken group.
    Soft,
    /// Always a line end.
    Hard,
    /// An empty line: one more line end.
    Blank,
    /// Only in a broken group: the comma after the last item, the space before a short number.
    Broken(String),
    /// A space, or in a broken group a line end where the next piece does not fit.
    Fill,
    /// A comment after code; ends the line.
    Comment(String),
    Concat(Vec<Doc>),
    Nest(Box<Doc>),
    Group(Box<Doc>),
}

pub fn text(text: impl Into<String>) -> Doc {
    Doc::Text(text.into())
}

pub fn concat(docs: impl IntoIterator<Item = Doc>) -> Doc {
    Doc::Concat(docs.into_iter().collect())
}

impl Doc {
    pub fn nest(self) -> Doc {
        Doc::Nest(Box::new(self))
    }

    pub fn group(self) -> Doc {
        Doc::Group(Box::new(self))
    }

    /// Whether the first word of the text is one of these.
    pub fn begins_with_word(&self, words: &[&str]) -> bool {
        let mut doc = self;
        loop {
            match doc {
                Doc::Text(text) => {
                    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
                    return text.get(..end).is_some_and(|word| words.contains(&word));
                }
                Doc::Concat(docs) => match docs.first() {
                    Some(first) => doc = first,
                    None => return false,
                },
                Doc::Nest(inner) | Doc::Group(inner) => doc = inner,
                Doc::Verbatim(_)
                | Doc::Line
                | Doc::Soft
                | Doc::Hard
                | Doc::Blank
                | Doc::Broken(_)
                | Doc::Fill
                | Doc::Comment(_) => return false,
            }
        }
    }

    /// The text on one line, if it can stand on one.
    pub fn flat(&self) -> Option<String> {
        let mut out = String::new();
        let mut work = vec![self];
        while let Some(doc) = work.pop() {
            match doc {
                Doc::Text(text) => out.push_str(text),
                Doc::Verbatim(lines) => match lines.as_slice() {
                    [line] => out.push_str(line),
                    _ => return None,
                },
                Doc::Line | Doc::Fill => out.push(' '),
                Doc::Soft | Doc::Broken(_) => {}
                Doc::Hard | Doc::Blank | Doc::Comment(_) => return None,
                Doc::Concat(docs) => work.extend(docs.iter().rev()),
                Doc::Nest(inner) | Doc::Group(inner) => work.push(inner),
            }
        }
        Some(out)
    }
}

/// A line of the result: its code and the comment after it.
#[derive(Default)]
struct Row {
    code: String,
    width: usize,
    comment: Option<String>,
}

impl Row {
    fn push(&mut self, text: &str) {
        self.code.push_str(text);
        self.width += text.chars().count();
    }
}

#[derive(Clone, Copy)]
struct Work<'a> {
    indent: usize,
    flat: bool,
    doc: &'a Doc,
}

/// The document as text, with comments that follow each other aligned.
pub fn render(doc: &Doc) -> String {
    let mut rows = vec![Row::default()];
    let mut work = vec![Work { indent: 0, flat: false, doc }];
    // What a line is indented with once something stands on it.
    let mut pending = 0;
    while let Some(Work { indent, flat, doc }) = work.pop() {
        let Some(row) = rows.last_mut() else { break };
        let breaks = match doc {
            Doc::Line | Doc::Soft => !flat,
            Doc::Fill => !flat && !fits(row.width + 1, &work, None),
            Doc::Hard | Doc::Blank => true,
            Doc::Text(_)
            | Doc::Verbatim(_)
            | Doc::Broken(_)
            | Doc::Comment(_)
            | Doc::Concat(_)
            | Doc::Nest(_)
            | Doc::Group(_) => false,
        };
        if breaks {
            rows.push(Row::default());
            pending = indent;
            continue;
        }
        match doc {
            Doc::Text(text) => put(row, &mut pending, text),
            Doc::Broken(text) if !flat => put(row, &mut pending, text),
            Doc::Broken(_) | Doc::Soft | Doc::Hard | Doc::Blank => {}
            Doc::Line | Doc::Fill => row.push(" "),
            Doc::Comment(text) => row.comment = Some(text.clone()),
            Doc::Verbatim(lines) => {
                let mut lines = lines.iter();
                put(row, &mut pending, lines.next().map_or("", String::as_str));
                for line in lines {
                    let mut row = Row::default();
                    row.push(line);
                    rows.push(row);
                }
            }
            Doc::Concat(docs) => work.extend(docs.iter().rev().map(|doc| Work { indent, flat, doc })),
            Doc::Nest(inner) => work.push(Work { indent: indent + STEP, flat, doc: inner }),
            Doc::Group(inner) => {
                let at = if row.width == 0 { pending } else { row.width };
                let group = Work { indent, flat: true, doc: inner };
                let flat = flat || fits(at, &work, Some(group));
                work.push(Work { indent, flat, doc: inner });
            }
        }
    }
    join(&rows)
}

fn put(row: &mut Row, pending: &mut usize, text: &str) {
    if row.width == 0 && !text.is_empty() {
        row.push(&" ".repeat(*pending));
        *pending = 0;
    }
    row.push(text);
}

/// Whether what comes next stands on this line, up to the first place where it may end.
fn fits<'a>(mut at: usize, after: &[Work<'a>], group: Option<Work<'a>>) -> bool {
    let mut own: Vec<Work<'a>> = group.into_iter().collect();
    let mut rest = after.iter().rev().copied();
    while at <= WIDTH {
        let Some(Work { indent, flat, doc }) = own.pop().or_else(|| rest.next()) else { return true };
        match doc {
            Doc::Text(text) => at += text.chars().count(),
            Doc::Verbatim(lines) => {
                if lines.len() > 1 {
                    return !flat;
                }
                at += lines.first().map_or(0, |line| line.chars().count());
            }
            Doc::Line | Doc::Fill if flat => at += 1,
            Doc::Soft | Doc::Broken(_) if flat => {}
            Doc::Broken(text) => at += text.chars().count(),
            Doc::Fill | Doc::Line | Doc::Soft => return true,
            Doc::Hard | Doc::Blank => return !flat,
            Doc::Comment(_) => return !flat,
            Doc::Concat(docs) => own.extend(docs.iter().rev().map(|doc| Work { indent, flat, doc })),
            Doc::Nest(inner) | Doc::Group(inner) => own.push(Work { indent, flat, doc: inner }),
        }
    }
    false
}

fn join(rows: &[Row]) -> String {
    let mut out = String::new();
    let mut column = 0;
    for (at, row) in rows.iter().enumerate() {
        out.push_str(row.code.trim_end());
        if let Some(comment) = &row.comment {
            let before = at.checked_sub(1).and_then(|before| rows.get(before));
            if !before.is_some_and(|before| aligned(before, row)) {
                let run = rows.iter().skip(at);
                let first = run.clone().next();
                let run = first.into_iter().chain(run.skip(1).take_while(|next| aligned(row, next)));
                column = run.map(|row| row.width).max().unwrap_or_default() + 2;
            }
            out.push_str(&" ".repeat(column.saturating_sub(row.width)));
            out.push_str(comment);
        }
        out.push('\n');
    }
    let text = out.trim_matches('\n');
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

/// Whether the comments of two lines that follow each other stand in one column.
fn aligned(a: &Row, b: &Row) -> bool {
    let indent = |row: &Row| row.code.chars().take_while(|character| *character == ' ').count();
    a.comment.is_some() && b.comment.is_some() && indent(a) == indent(b)
}

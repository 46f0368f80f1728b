//! What was entered, as a script that does the same.
//!
//! At a prompt a name can be declared again; in a script a declaration stands once. So of every declaration the last
//! one is written, and what used one that was replaced later is left out, and said to be.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::base::{Source, Sources};
use crate::syntax::tree::{Expr, ExprKind, FunctionKind, Stmt, StmtKind};
use crate::syntax::{self, TokenKind, tokens};

/// One input.
#[derive(Clone, Debug)]
pub struct Entry {
    pub text: String,
    /// Its last expression was shown.
    pub is_shown: bool,
    /// How much of the text ran: all of it, or what stands before the statement that went wrong.
    pub done: usize,
    /// A training or loop in it was ended by hand.
    pub is_stopped: bool,
    /// A model's declaration that stands for its first parameters: `:reset net`.
    pub is_fresh: bool,
    /// The folder that its paths are relative to.
    pub folder: PathBuf,
}

/// The inputs of a session, in order.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: Vec<Entry>,
}

/// A session as a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub text: String,
    /// First lines of statements that are left out: they used what was declared anew later.
    pub left_out: Vec<String>,
    /// First lines of statements that were ended by hand: the script does all of them.
    pub stopped: Vec<String>,
}

/// One statement of the session.
struct Piece {
    text: String,
    /// What it declares or binds.
    name: Option<String>,
    /// A declaration: in a script it stands once.
    is_declaration: bool,
    is_function: bool,
    is_model: bool,
    is_expression: bool,
    /// `net -= ...`
    is_change: bool,
    is_shown: bool,
    /// `_` is its value from here on: what was shown is, and the history of a training.
    is_last_value: bool,
    is_stopped: bool,
    is_fresh: bool,
    used: HashSet<String>,
    folder: PathBuf,
}

impl Entry {
    /// The statements that ran.
    fn done(&self) -> &str {
        self.text.get(..self.done).unwrap_or(&self.text)
    }

    fn is_whole(&self) -> bool {
        self.done >= self.text.len()
    }
}

impl Log {
    pub fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// A model began again: as if it were declared anew, and what was done with it before is not to be repeated.
    pub fn start_again(&mut self, model: &str, folder: &Path) {
        let Some(text) = self.source_of(model) else { return };
        let (done, folder) = (text.len(), folder.to_path_buf());
        self.entries.push(Entry { text, is_shown: false, done, is_stopped: false, is_fresh: true, folder });
    }

    pub fn last_text(&self) -> Option<&str> {
        self.entries.last().map(|entry| entry.text.as_str())
    }

    /// What the last input gave a value to: a name, or `None` within for `_`. `None` if it gave none.
    pub fn last_value(&self) -> Option<Option<String>> {
        let entry = self.entries.last().filter(|entry| entry.is_whole())?;
        let piece = pieces(entry).pop()?;
        if piece.is_expression {
            return entry.is_shown.then_some(None);
        }
        (!piece.is_declaration).then_some(piece.name).flatten().map(Some)
    }

    /// The newest text that declares or binds a name.
    pub fn source_of(&self, name: &str) -> Option<String> {
        let entries = self.entries.iter().rev();
        entries
            .filter_map(|entry| {
                pieces(entry)
                    .into_iter()
                    .rev()
                    .find(|piece| !piece.is_change && piece.name.as_deref() == Some(name))
            })
            .next()
            .map(|piece| piece.text)
    }

    /// A script that does what the session did; `folder` is where it will lie.
    pub fn script(&self, folder: &Path) -> Script {
        let all: Vec<Piece> = self.entries.iter().flat_map(pieces).collect();
        let keep = kept(&all);
        let first_line = |text: &str| text.lines().next().unwrap_or_default().to_string();
        let mut script = Script::default();
        let broken = self.entries.iter().filter(|entry| !entry.is_whole());
        script.left_out.extend(
            broken.map(|entry| first_line(entry.text.get(entry.done..).unwrap_or_default().trim_start())),
        );
        for (at, piece) in all.iter().enumerate() {
            match keep[at] {
                Fate::Kept => {
                    let text = with_paths(&piece.text, &piece.folder, folder);
                    script.text.push_str(&as_statement(piece, &text, is_last_value_used(&all, &keep, at)));
                    script.text.push('\n');
                    if piece.is_stopped {
                        script.stopped.push(first_line(&piece.text));
                    }
                }
                // A replaced declaration is not missed.
                Fate::Replaced => {}
                Fate::LeftOut => {
                    script.left_out.push(first_line(&piece.text));
                }
            }
        }
        script
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Kept,
    Replaced,
    LeftOut,
}

/// What becomes of each statement.
fn kept(all: &[Piece]) -> Vec<Fate> {
    let mut fates = vec![Fate::Kept; all.len()];
    for (at, piece) in all.iter().enumerate() {
        if !piece.is_declaration || fates[at] != Fate::Kept {
            continue;
        }
        let again = |later: &&(usize, &Piece)| later.1.is_declaration && later.1.name == piece.name;
        let Some((later, other)) = all.iter().enumerate().skip(at + 1).find(|later| again(&later)) else {
            continue;
        };
        if is_again(piece, other) {
            // Declared again as it was: a model went on with its parameters.
            fates[later] = Fate::Replaced;
            // What is after it is looked at from this one, which stays.
            let rest = kept_from(all, at, later + 1, &mut fates);
            if let Some(later) = rest {
                replace(all, at, later, &mut fates);
            }
            continue;
        }
        replace(all, at, later, &mut fates);
    }
    fates
}

/// Whether a declaration says what an earlier one of its name says, so that nothing began anew.
fn is_again(earlier: &Piece, later: &Piece) -> bool {
    !later.is_fresh && words(&earlier.text) == words(&later.text)
}

/// The next declaration of the same name from `from` on that is not the same; those that are go.
fn kept_from(all: &[Piece], at: usize, from: usize, fates: &mut [Fate]) -> Option<usize> {
    for later in from..all.len() {
        if !all[later].is_declaration || all[later].name != all[at].name {
            continue;
        }
        if !is_again(&all[at], &all[later]) {
            return Some(later);
        }
        fates[later] = Fate::Replaced;
    }
    None
}

/// Drops a declaration, and what used it before its name was declared anew.
fn replace(all: &[Piece], at: usize, later: usize, fates: &mut [Fate]) {
    fates[at] = Fate::Replaced;
    let mut tainted: HashSet<&str> = all[at].name.as_deref().into_iter().collect();
    for (between, piece) in all.iter().enumerate().take(later).skip(at + 1) {
        // What is not written takes no name back.
        if fates[between] == Fate::Replaced {
            continue;
        }
        // A function means what its names mean when it is called.
        let is_late = piece.is_function && !piece.is_model;
        let uses = piece.used.iter().any(|name| tainted.contains(name.as_str()));
        if uses && !is_late {
            if fates[between] == Fate::Kept {
                fates[between] = Fate::LeftOut;
            }
            tainted.extend(piece.name.as_deref());
            if piece.is_expression {
                tainted.insert("_");
            }
        } else if let Some(name) = &piece.name {
            tainted.remove(name.as_str());
        } else if piece.is_shown {
            tainted.remove("_");
        }
    }
    // Values that were made of it live on under their names.
    tainted.retain(|name| all[at].name.as_deref() != Some(*name));
    for (after, piece) in all.iter().enumerate().skip(later) {
        if piece.used.iter().any(|name| tainted.contains(name.as_str())) && fates[after] == Fate::Kept {
            fates[after] = Fate::LeftOut;
            tainted.extend(piece.name.as_deref());
        } else if let Some(name) = &piece.name {
            tainted.remove(name.as_str());
        }
    }
}

/// Whether `_`, set by this statement, is asked for before the next value.
fn is_last_value_used(all: &[Piece], fates: &[Fate], at: usize) -> bool {
    if !all[at].is_last_value {
        return false;
    }
    for (later, piece) in all.iter().enumerate().skip(at + 1) {
        if fates[later] == Fate::Kept && piece.used.contains("_") {
            return true;
        }
        if piece.is_last_value {
            return false;
        }
    }
    false
}

/// What was shown is printed; what `_` was goes by that name.
fn as_statement(piece: &Piece, text: &str, is_used: bool) -> String {
    match (piece.is_expression && (piece.is_shown || is_used), is_used, piece.is_shown) {
        (false, ..) => text.to_string(),
        (true, false, _) => format!("print({text})"),
        (true, true, true) => format!("_ = {text}\nprint(_)"),
        (true, true, false) => format!("_ = {text}"),
    }
}

/// The statements of an input.
fn pieces(entry: &Entry) -> Vec<Piece> {
    let mut sources = Sources::default();
    let id = sources.add("input", entry.done());
    let source = sources.get(id);
    let parsed = syntax::parse(source, 0);
    let count = parsed.ast.stmts.len();
    let mut found = Vec::new();
    for (at, stmt) in parsed.ast.stmts.iter().enumerate() {
        let (name, kind) = named(stmt);
        let mut text = String::new();
        for line in doc_of(stmt) {
            text.push_str(&format!("## {}\n", line.trim()));
        }
        text.push_str(source.slice(stmt.span));
        let is_last = at + 1 == count;
        let is_training =
            matches!(&stmt.kind, StmtKind::Expr(expr) if matches!(expr.kind, ExprKind::Train { .. }));
        found.push(Piece {
            used: used_by(stmt, source, name.as_deref()),
            text,
            name,
            is_declaration: matches!(stmt.kind, StmtKind::Function(_) | StmtKind::Data(_)),
            is_function: kind.is_some(),
            is_model: kind == Some(FunctionKind::Model),
            is_expression: matches!(stmt.kind, StmtKind::Expr(_)),
            is_change: matches!(stmt.kind, StmtKind::Compound { .. }),
            is_shown: entry.is_shown && is_last,
            is_last_value: is_last && (entry.is_shown || is_training && entry.is_whole()),
            is_stopped: entry.is_stopped && takes_time(stmt),
            is_fresh: entry.is_fresh,
            folder: entry.folder.clone(),
        });
    }
    found
}

/// Whether a statement can be ended by hand: it loops or trains.
fn takes_time(stmt: &Stmt) -> bool {
    let (exprs, blocks) = stmt.parts();
    let trains = |expr: &Expr| matches!(expr.kind, ExprKind::Train { .. });
    !blocks.is_empty() && !matches!(stmt.kind, StmtKind::Function(_))
        || exprs.into_iter().any(|expr| expr.any(&trains))
}

fn doc_of(stmt: &Stmt) -> &[String] {
    match &stmt.kind {
        StmtKind::Function(function) => &function.doc,
        StmtKind::Data(decl) => &decl.doc,
        _ => &[],
    }
}

fn named(stmt: &Stmt) -> (Option<String>, Option<FunctionKind>) {
    match &stmt.kind {
        StmtKind::Function(function) => (Some(function.name.name.clone()), Some(function.kind)),
        StmtKind::Data(decl) => (Some(decl.name.name.clone()), None),
        StmtKind::Bind { name, .. } | StmtKind::Compound { name, .. } => (Some(name.name.clone()), None),
        _ => (None, None),
    }
}

/// The names that a statement is made of; what it is called itself is none of them.
fn used_by(stmt: &Stmt, source: &Source, own: Option<&str>) -> HashSet<String> {
    if let StmtKind::Bind { value, .. } = &stmt.kind {
        return used(source.slice(value.span));
    }
    let mut found = used(source.slice(stmt.span));
    if let (StmtKind::Function(_) | StmtKind::Data(_), Some(own)) = (&stmt.kind, own) {
        found.remove(own);
    }
    found
}

/// The names in a text, but those behind a dot.
fn used(text: &str) -> HashSet<String> {
    let all = tokens(text);
    let mut found: HashSet<String> = HashSet::new();
    let mut is_field = false;
    for token in all {
        match token.kind {
            TokenKind::Name if !is_field => {
                found.insert(token.text(text).to_string());
            }
            // Values inside a text: `"{net.out}"`.
            TokenKind::Text => found.extend(
                token.text(text).split('{').skip(1).filter_map(|rest| rest.split('}').next()).flat_map(used),
            ),
            _ => {}
        }
        is_field = token.text(text) == ".";
    }
    found
}

/// The tokens of a text without comments and spaces.
fn words(text: &str) -> Vec<&str> {
    let counts = |kind| !matches!(kind, TokenKind::Comment | TokenKind::DocComment | TokenKind::Newline);
    tokens(text).into_iter().filter(|token| counts(token.kind)).map(|token| token.text(text)).collect()
}

/// Paths of files that are there, as they are called from another folder.
fn with_paths(text: &str, from: &Path, to: &Path) -> String {
    let same = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    if same(from) == same(to) {
        return text.to_string();
    }
    let mut out = String::new();
    let mut done = 0;
    for token in tokens(text).into_iter().filter(|token| token.kind == TokenKind::Text) {
        let path = token.text(text).trim_matches('"');
        let full = from.join(path);
        let is_file = !path.is_empty()
            && !path.contains(['{', '\\'])
            && Path::new(path).is_relative()
            && full.is_file();
        if is_file && let Ok(absolute) = std::path::absolute(&full) {
            out.push_str(&text[done..token.start as usize]);
            out.push_str(&format!("\"{}\"", absolute.display()));
            done = token.end as usize;
        }
    }
    out.push_str(&text[done..]);
    out
}

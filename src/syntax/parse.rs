//! From a source to its tree: the driver of this room.
//!
//! Called by the session, the checker's tests and every face. It strings cutting, reading and building together
//! and keeps the problems in order of place.

use super::cut::{Cut, Item, MAX_PROBLEMS, cut, is_comment};
use super::problem::Problem;
use super::recover::Reader;
use super::tree::{Ast, Comment, Stmt, StmtKind};
use crate::base::{Source, Span};
use crate::diagnostics::Diagnostic;

/// The longest text that is read, in bytes.
pub const MAX_SOURCE: usize = 16 << 20;

/// What could be read of a text, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    pub ast: Ast,
    /// All comments, in order.
    pub comments: Vec<Comment>,
    /// In order of place.
    pub problems: Vec<Diagnostic>,
    /// The first expression id that was not used.
    pub next_id: u32,
}

/// Reads a text. Expressions are numbered from `first_id`.
///
/// What cannot be read is a [`StmtKind::Error`] and a problem; everything else is in the tree. If it would have bound
/// a name, it is a statement that binds the name to an error, so that the name's uses are no mistakes of their own.
pub fn parse(source: &Source, first_id: u32) -> Parsed {
    if source.text.len() > MAX_SOURCE {
        return too_long(source, first_id);
    }
    let cut = cut(source);
    let mut reader = Reader::new(&cut, first_id);
    let mut stmts = Vec::with_capacity(cut.items.len());
    let mut problems = cut.problems.clone();
    for item in &cut.items {
        let stmt = statement(&mut reader, &cut, item);
        stmts.push(stmt);
        if problems.len() + reader.problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    let next_id = reader.next_id;
    problems.append(&mut reader.problems);
    let problems = told(&problems);
    Parsed { ast: Ast { stmts }, comments: comments(&cut), problems, next_id }
}

/// The problems in order of place, and where reading ended if there were too many.
fn told(problems: &[Problem]) -> Vec<Diagnostic> {
    let mut told: Vec<Diagnostic> = problems.iter().map(Problem::to_diagnostic).collect();
    told.sort_by_key(|problem| (problem.primary.span.start, problem.primary.span.end));
    if problems.len() >= MAX_PROBLEMS {
        told.truncate(MAX_PROBLEMS);
        let end = told.last().map(|last| last.primary.span.at_end());
        told.extend(end.map(|at| Problem::TooMany { at, limit: MAX_PROBLEMS }.to_diagnostic()));
    }
    told.dedup();
    told
}

fn statement(reader: &mut Reader<'_>, cut: &Cut<'_>, item: &Item) -> Stmt {
    let span = reader.span_of_tokens(item.first, item.last);
    let tokens = item.first..item.last;
    if item.hopeless {
        return reader.broken(&tokens, span);
    }
    reader.enter_item(cut, item);
    match reader.statement(tokens.clone(), &item.suffix) {
        Some(stmt) => stmt,
        None => reader.broken(&tokens, span),
    }
}

fn comments(cut: &Cut<'_>) -> Vec<Comment> {
    let tokens = cut.tokens.iter().filter(|token| is_comment(token.kind));
    let comment = |token: &super::Token| Comment {
        span: Span { source: cut.source.id, start: token.start, end: token.end },
        text: token.text(&cut.source.text).trim_end().to_string(),
    };
    tokens.map(comment).collect()
}

fn too_long(source: &Source, next_id: u32) -> Parsed {
    let start = source_span(source);
    let problem = Problem::TooLong { span: start, what: "the text", limit: MAX_SOURCE };
    let stmts = vec![Stmt { span: start, kind: StmtKind::Error }];
    Parsed { ast: Ast { stmts }, comments: Vec::new(), problems: vec![problem.to_diagnostic()], next_id }
}

fn source_span(source: &Source) -> Span {
    Span::new(source.id, 0, 0)
}

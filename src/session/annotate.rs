//! `nn fmt --annotate`: the type of each name that a model or layer binds, as a comment `#: [16]` behind it.
//!
//! What another comment on the line says stays behind the type, `#: [16] # hidden layer`. Types that are not true any
//! more are written anew, and those that stand where nothing is bound are taken away.

use std::collections::BTreeMap;
use std::path::Path;

use super::program::{Report, folder_of};
use super::state::{Mode, Session};
use super::world::World;
use crate::base::Source;
use crate::diagnostics::Diagnostic;
use crate::syntax;
use crate::syntax::tree::{Ast, Block, Body, Comment, Expr, ExprId, FunctionKind, StmtKind};

/// The sign of a type.
const SIGN: &str = "#: ";

/// A script with the types of its bindings as comments.
///
/// # Errors
/// What is wrong with the script: types are only known of one without mistakes.
pub fn annotate(world: &mut dyn World, path: &Path, text: &str) -> Result<String, Box<Report>> {
    let name = path.display().to_string();
    let mut session = Session::new(world, Mode::Check, folder_of(path).to_path_buf());
    session.elaborator.facts = Some(indexmap::IndexMap::new());
    let (ast, id) = session.parse(&name, text);
    session.walk(&ast);
    let facts = session.elaborator.facts.take().unwrap_or_default();
    let mut report = session.into_report();
    if report.has_errors() {
        report.diagnostics.retain(Diagnostic::is_error);
        return Err(Box::new(report));
    }
    let source = report.sources.get(id);
    let comments = syntax::parse(source, 0).comments;
    let of = |id: &ExprId| facts.get(id).and_then(|fact| type_of(&fact.ty));
    let mut wanted: BTreeMap<u32, String> = BTreeMap::new();
    for value in bindings(&ast) {
        if let Some(ty) = of(&value.id) {
            wanted.insert(value.span.end, ty);
        }
    }
    Ok(written(source, &comments, &wanted))
}

/// A type without the batch; nothing where it says little.
fn type_of(described: &str) -> Option<String> {
    let ty = described.split(" ×").next().unwrap_or(described);
    let is_type = ty.starts_with('[') || matches!(ty, "real" | "int" | "bool");
    is_type.then(|| if ty == "[]" { "real".to_string() } else { ty.to_string() })
}

/// What the names in the bodies of models and layers are bound to, in order.
fn bindings(ast: &Ast) -> Vec<&Expr> {
    let mut found = Vec::new();
    for stmt in &ast.stmts {
        if let StmtKind::Function(function) = &stmt.kind
            && matches!(function.kind, FunctionKind::Model | FunctionKind::Layer)
            && let Body::Block(block) = &function.body
        {
            bindings_of(block, &mut found);
        }
    }
    found
}

fn bindings_of<'t>(block: &'t Block, found: &mut Vec<&'t Expr>) {
    for stmt in &block.stmts {
        if let StmtKind::Bind { value, .. } = &stmt.kind {
            found.push(value);
        }
        stmt.parts().1.into_iter().for_each(|inner| bindings_of(inner, found));
    }
}

/// The text with these types behind the values that end at these places, and no others.
fn written(source: &Source, comments: &[Comment], wanted: &BTreeMap<u32, String>) -> String {
    let text: &str = &source.text;
    let line_end = |at: usize| text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| at + n);
    // One for each line: what stands behind the last value on it.
    let mut of_lines: BTreeMap<usize, (u32, &String)> = BTreeMap::new();
    for (at, ty) in wanted {
        of_lines.insert(line_end(*at as usize), (*at, ty));
    }
    let mut edits: BTreeMap<usize, (usize, String)> = BTreeMap::new();
    for (end, (at, ty)) in &of_lines {
        let beside =
            comments.iter().find(|comment| comment.span.start >= *at && comment.span.end as usize <= *end);
        // A value inside brackets that go on: a comment could stand there, but reads badly.
        let rest = text.get(*at as usize..beside.map_or(*end, |comment| comment.span.start as usize));
        if !rest.unwrap_or_default().trim().is_empty() {
            continue;
        }
        match beside {
            Some(comment) => {
                let said = said(&comment.text).map_or(String::new(), |said| format!(" {said}"));
                edits.insert(
                    comment.span.start as usize,
                    (comment.span.end as usize, format!("{SIGN}{ty}{said}")),
                );
            }
            None => {
                let place = text.get(..*end).unwrap_or_default().trim_end().len();
                edits.insert(place, (*end, format!("  {SIGN}{ty}")));
            }
        }
    }
    for comment in comments.iter().filter(|comment| annotation(&comment.text).is_some()) {
        let start = comment.span.start as usize;
        let left = said(&comment.text).unwrap_or_default().to_string();
        edits.entry(start).or_insert((comment.span.end as usize, left));
    }
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for (start, (end, replacement)) in edits {
        new.push_str(text.get(at..start).unwrap_or_default());
        new.push_str(&replacement);
        at = end;
    }
    new.push_str(text.get(at..).unwrap_or_default());
    new
}

/// The type in a comment of ours, and what stands behind it.
fn annotation(comment: &str) -> Option<(&str, &str)> {
    let rest = comment.strip_prefix(SIGN)?.trim_start();
    let end = match rest.strip_prefix('[') {
        Some(inside) => inside.find(']')? + 2,
        None => rest.find(' ').unwrap_or(rest.len()),
    };
    let (ty, behind) = rest.split_at_checked(end)?;
    let is_type = ty.starts_with('[') || matches!(ty, "real" | "int" | "bool");
    (is_type && (behind.is_empty() || behind.trim_start().starts_with('#'))).then(|| (ty, behind.trim()))
}

/// What a comment says besides a type.
fn said(comment: &str) -> Option<&str> {
    match annotation(comment) {
        Some((_, "")) => None,
        Some((_, behind)) => Some(behind),
        None => Some(comment),
    }
}

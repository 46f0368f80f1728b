//! Names that are bound and never used, most often because one of the two is misspelt.
//!
//! The session asks for them once for each program that it checks. In a body every binding counts; at the top level
//! those of a script that does something. A script that only gives names may be there for a prompt: of it only a name
//! counts that is nearly one it is made of, `imagees = flatten(images)`. Functions, data and models may be for later.

use std::collections::HashSet;

use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, MOST_TOLD, Piece, Slug};
use crate::elaborate::{UnusedName, nearest};
use crate::syntax::tree::{
    Ast, Block, Body, DataSource, Expr, ExprKind, Function, FunctionKind, Ident, Stmt, StmtKind, TextPart,
    TypeExpr, TypeExprKind,
};

/// One for each, in order of place.
pub fn unused_names(ast: &Ast) -> Vec<(UnusedName, Diagnostic)> {
    let mut top = Names::default();
    let mut found = Vec::new();
    for stmt in &ast.stmts {
        if let StmtKind::Function(function) = &stmt.kind {
            found.extend(unused_in(function));
        }
        top.stmt(stmt);
    }
    let near = top_names(&top).filter(|(_, parts)| parts.near.is_some());
    found.extend(each(near, |(bound, parts), is_told| unused(bound, is_told.then_some(&parts.names), &top)));
    found.sort_by_key(|(unused, _)| unused.span);
    found
}

/// The others of the top level, of a script that does something: one that only gives names is there for a prompt. Asked
/// where nothing is wrong, since a line that cannot be read may be the one that uses them.
pub fn idle_names(ast: &Ast) -> Vec<Diagnostic> {
    let mut top = Names::default();
    ast.stmts.iter().for_each(|stmt| top.stmt(stmt));
    if !ast.stmts.iter().any(acts) {
        return Vec::new();
    }
    let idle = top_names(&top).filter(|(_, parts)| parts.near.is_none());
    each(idle, |(bound, parts), is_told| unused(bound, is_told.then_some(&parts.names), &top).1).collect()
}

/// One for each, and whether it will be told or only counted.
fn each<T, W>(found: impl Iterator<Item = T>, warn: impl Fn(T, bool) -> W) -> impl Iterator<Item = W> {
    found.enumerate().map(move |(order, one)| warn(one, order < MOST_TOLD))
}

/// What a name is made of.
struct Parts {
    names: Vec<String>,
    /// The one that is nearly it.
    near: Option<String>,
}

/// The names of the top level that nobody uses.
fn top_names<'n>(top: &'n Names<'_>) -> impl Iterator<Item = (&'n Bound<'n>, Parts)> {
    let idle = top.bound.iter().filter(|bound| {
        let name = bound.name.name.as_str();
        !top.used.contains(name) && !name.starts_with('_')
    });
    idle.map(|bound| {
        let mut parts = Names::default();
        parts.expr(bound.value);
        let names: Vec<String> = parts.used.iter().map(|part| part.to_string()).collect();
        let near = nearest(&bound.name.name, names.iter().cloned());
        (bound, Parts { names, near })
    })
}

/// Whether a statement of the top level is there for what it does.
fn acts(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Expr(_) | StmtKind::Compound { .. } => true,
        StmtKind::Bind { value, .. } => value.any(&|inner| matches!(inner.kind, ExprKind::Train { .. })),
        StmtKind::For { body, .. } | StmtKind::While { body, .. } => body.stmts.iter().any(acts),
        StmtKind::If { then, otherwise, .. } => {
            then.stmts.iter().chain(otherwise.iter().flat_map(|block| &block.stmts)).any(acts)
        }
        StmtKind::Function(_)
        | StmtKind::Data(_)
        | StmtKind::Import { .. }
        | StmtKind::Seed(_)
        | StmtKind::Precision(_)
        | StmtKind::Update { .. }
        | StmtKind::Param { .. }
        | StmtKind::State { .. }
        | StmtKind::Total { .. }
        | StmtKind::Error => false,
    }
}

fn is_broken(stmt: &Stmt) -> bool {
    let (exprs, blocks) = stmt.parts();
    matches!(stmt.kind, StmtKind::Error)
        || exprs.into_iter().any(|expr| expr.any(&|inner| matches!(inner.kind, ExprKind::Error)))
        || blocks.into_iter().any(|block| block.stmts.iter().any(is_broken))
}

fn unused_in(function: &Function) -> Vec<(UnusedName, Diagnostic)> {
    let mut names = Names::default();
    let Body::Block(block) = &function.body else { return Vec::new() };
    if block.stmts.iter().any(is_broken) {
        // What could not be read may be what uses them.
        return Vec::new();
    }
    names.block(block);
    names.used.extend(function.params.iter().map(|param| param.name.name.as_str()));
    if function.kind == FunctionKind::Optimizer {
        names.used.insert("w");
    }
    let mut seen = HashSet::new();
    // A last line that binds is a body without a result, which is said otherwise.
    let last = block.stmts.last().map(|stmt| stmt.span);
    let bound = names.bound.iter().filter(|bound| {
        let name = bound.name;
        !last.is_some_and(|last| last.contains(name.span))
            && !names.used.contains(name.name.as_str())
            && !name.name.starts_with('_')
            && seen.insert(name.name.as_str())
    });
    let known: HashSet<&str> = names.bound.iter().map(|bound| bound.name.name.as_str()).collect();
    let missing: Vec<String> =
        names.used.iter().filter(|name| !known.contains(*name)).map(|name| name.to_string()).collect();
    each(bound, |bound, is_told| unused(bound, is_told.then_some(&missing), &names)).collect()
}

/// Later uses of one of its parts that are tried with the name itself.
const MOST_USES: usize = 3;

/// `missing` are names that are used and not declared; without them, it is just said.
fn unused(bound: &Bound<'_>, missing: Option<&Vec<String>>, names: &Names<'_>) -> (UnusedName, Diagnostic) {
    let Bound { name, value, span } = *bound;
    let mut inside = Names::default();
    inside.expr(value);
    let parts = inside.used.iter().map(|part| part.to_string()).collect();
    let mut unused = UnusedName {
        name: name.name.clone(),
        span: name.span,
        value: value.span,
        parts,
        candidates: Vec::new(),
    };
    let mut diagnostic =
        Diagnostic::warning(Slug::Unused, name.span, format!("`{}` is never used", name.name))
            .here("nobody asks for it");
    let Some(missing) = missing else { return (unused, diagnostic) };
    let later: Vec<(&str, Span)> = names
        .uses
        .iter()
        .filter(|(part, at)| at.start >= span.end && inside.used.contains(part))
        .copied()
        .collect();
    let meant = later.iter().take(MOST_USES).map(|(part, at)| {
        let title = format!("`{}` in place of `{part}`", name.name);
        Candidate::replace(title, *at, vec![Piece::Text(name.name.clone())])
    });
    let meant: Vec<Candidate> = meant.collect();
    let near = nearest(&name.name, missing.iter().cloned());
    let next_use = near.as_ref().and_then(|near| later.iter().find(|(part, _)| part == near));
    if let Some((part, at)) = next_use.or(later.first()) {
        diagnostic = diagnostic.label(*at, format!("`{part}` is used here"));
    }
    diagnostic = match near {
        Some(near) => {
            let rename = Candidate::replace(
                format!("did you mean `{near}`?"),
                name.span,
                vec![Piece::Text(near.clone())],
            );
            diagnostic.help(format!("did you mean `{near}`, which is used?")).try_fix(rename)
        }
        None => diagnostic.help(format!("remove the line, or call it `_{}`", name.name)),
    };
    diagnostic = meant.iter().cloned().fold(diagnostic, Diagnostic::try_fix);
    let remove = Candidate::replace("remove the line", span, Vec::new()).last_resort();
    unused.candidates = meant;
    (unused, diagnostic.try_fix(remove))
}

/// A name with what is bound to it.
#[derive(Clone, Copy)]
struct Bound<'a> {
    name: &'a Ident,
    value: &'a Expr,
    /// The statement.
    span: Span,
}

/// The names that statements bind and use.
#[derive(Default)]
struct Names<'a> {
    bound: Vec<Bound<'a>>,
    used: HashSet<&'a str>,
    /// Every use of a name, in order.
    uses: Vec<(&'a str, Span)>,
}

impl<'a> Names<'a> {
    fn block(&mut self, block: &'a Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            // What does something is not done for its value alone.
            StmtKind::Bind { name, value }
                if !value.any(&|inner| matches!(inner.kind, ExprKind::Train { .. } | ExprKind::Error)) =>
            {
                self.bound.push(Bound { name, value, span: stmt.span });
            }
            StmtKind::Compound { name, .. } | StmtKind::Update { name, .. } => {
                self.used.insert(&name.name);
            }
            StmtKind::Param { ty, .. } => self.ty(ty),
            StmtKind::State { ty, .. } => ty.iter().for_each(|ty| self.ty(ty)),
            StmtKind::Function(function) => self.function(function),
            StmtKind::Data(decl) => {
                decl.options.iter().for_each(|item| self.expr(&item.value));
                match &decl.source {
                    DataSource::Call { args, .. } => {
                        args.iter().for_each(|argument| self.expr(&argument.value))
                    }
                    DataSource::Examples { rows, .. } => rows.iter().for_each(|(x, y)| {
                        self.expr(x);
                        self.expr(y);
                    }),
                }
            }
            StmtKind::Bind { .. }
            | StmtKind::Import { .. }
            | StmtKind::Seed(_)
            | StmtKind::Precision(_)
            | StmtKind::Total { .. }
            | StmtKind::For { .. }
            | StmtKind::While { .. }
            | StmtKind::If { .. }
            | StmtKind::Expr(_)
            | StmtKind::Error => {}
        }
        let (exprs, blocks) = stmt.parts();
        exprs.into_iter().for_each(|expr| self.expr(expr));
        blocks.into_iter().for_each(|block| self.block(block));
    }

    /// A declaration uses names of the script; those it binds are its own.
    fn function(&mut self, function: &'a Function) {
        let mut inner = Names::default();
        for param in &function.params {
            param.ty.iter().for_each(|ty| inner.ty(ty));
            param.default.iter().for_each(|default| inner.expr(default));
        }
        function.result.iter().for_each(|ty| inner.ty(ty));
        match &function.body {
            Body::Expr(expr) => inner.expr(expr),
            Body::Block(block) => inner.block(block),
        }
        self.used.extend(inner.used);
        self.uses.extend(inner.uses);
    }

    fn ty(&mut self, ty: &'a TypeExpr) {
        match &ty.kind {
            TypeExprKind::Shape(dims) => dims.iter().for_each(|dim| self.expr(dim)),
            TypeExprKind::Like(of) => self.expr(of),
            TypeExprKind::Real
            | TypeExprKind::Int
            | TypeExprKind::Bool
            | TypeExprKind::Text
            | TypeExprKind::Fn
            | TypeExprKind::Error => {}
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.used.insert(name);
                self.uses.push((name, expr.span));
            }
            ExprKind::Text(parts) => {
                for part in parts {
                    if let TextPart::Value { expr, .. } = part {
                        self.expr(expr);
                    }
                }
            }
            ExprKind::Number { .. }
            | ExprKind::Bool(_)
            | ExprKind::List(_)
            | ExprKind::Entries(_)
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Postfix { .. }
            | ExprKind::If { .. }
            | ExprKind::Call { .. }
            | ExprKind::Named { .. }
            | ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::Range { .. }
            | ExprKind::Train { .. }
            | ExprKind::Error => expr.children().into_iter().for_each(|child| self.expr(child)),
        }
    }
}

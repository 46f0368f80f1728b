//! Actions inside expressions: done first, in the order they are written, and put in as values.

use super::state::Session;
use crate::base::Span;
use crate::elaborate::{ACTIONS, Given, Value};
use crate::syntax::tree::{Argument, Block, Body, Expr, ExprKind, Function, Stmt, StmtKind, TextPart};

impl Session<'_> {
    /// The value of an expression of a statement.
    pub(super) fn value(&mut self, expr: &Expr) -> Value {
        self.do_actions(expr);
        self.elaborator.expr(expr)
    }

    /// Does every action in `expr`, innermost first.
    fn do_actions(&mut self, expr: &Expr) {
        for child in expr.children() {
            self.do_actions(child);
        }
        if let ExprKind::Train { model, data, options } = &expr.kind {
            let result = self.train(model, data, options, expr.span);
            self.elaborator.results.insert(expr.id, result);
            return;
        }
        let Some((name, callee, piped, args)) = call_parts(expr) else { return };
        let is_shadowed = self.elaborator.globals.contains_key(name);
        let Some(action) = ACTIONS.iter().find(|action| **action == name) else { return };
        if is_shadowed {
            return;
        }
        let piped = piped.map(|left| (self.elaborator.expr(left), left.span));
        let given = match *action {
            "derive" => self.given_by_name(piped, args),
            _ => self.elaborator.given(piped, args),
        };
        if let Some(result) = self.action(action, &given, expr.span, callee.span) {
            self.elaborator.results.insert(expr.id, result);
        }
    }
}

/// Whether an expression does something, besides having a value.
pub(super) fn acts(expr: &Expr) -> bool {
    expr.any(&|inner| match &inner.kind {
        ExprKind::Train { .. } | ExprKind::Error => true,
        _ => call_parts(inner).is_some_and(|(name, ..)| ACTIONS.contains(&name)),
    })
}

impl Session<'_> {
    /// Arguments of `derive`: `wrt = x` may name an input that only the function knows.
    fn given_by_name(&mut self, piped: Option<(Value, crate::base::Span)>, args: &[Argument]) -> Vec<Given> {
        let (mut plain, mut words) = (Vec::new(), Vec::new());
        for argument in args {
            let is_wrt = argument.name.as_ref().is_some_and(|name| name.name == "wrt");
            match &argument.value.kind {
                ExprKind::Name(name) if is_wrt && self.elaborator.lookup(name).is_none() => {
                    let name_of = argument.name.as_ref().map(|name| (name.name.clone(), name.span));
                    let value = Value::Word(name.as_str().into());
                    words.push(Given { name: name_of, value, span: argument.value.span });
                }
                _ => plain.push(argument.clone()),
            }
        }
        let mut given = self.elaborator.given(piped, &plain);
        given.extend(words);
        given
    }
}

/// The callee's name, and the arguments, of a call or a pipe into one.
fn call_parts(expr: &Expr) -> Option<(&str, &Expr, Option<&Expr>, &[Argument])> {
    let (callee, piped, args) = match &expr.kind {
        ExprKind::Call { callee, args } => (&**callee, None, args.as_slice()),
        ExprKind::Pipe { lhs, rhs } => match &rhs.kind {
            ExprKind::Call { callee, args } => (&**callee, Some(&**lhs), args.as_slice()),
            _ => (&**rhs, Some(&**lhs), [].as_slice()),
        },
        _ => return None,
    };
    match &callee.kind {
        ExprKind::Name(name) => Some((name, callee, piped, args)),
        _ => None,
    }
}

impl Session<'_> {
    /// Reads the arrays that the body of a declaration names, as in `param W: [4, 3] = load("w.npy")`.
    pub(super) fn load_arrays_of(&mut self, function: &Function) {
        let mut found = Vec::new();
        let defaults = function.params.iter().filter_map(|param| param.default.as_ref());
        defaults.for_each(|default| arrays_in(default, &mut found));
        match &function.body {
            Body::Expr(expr) => arrays_in(expr, &mut found),
            Body::Block(block) => block.stmts.iter().for_each(|stmt| arrays_of_stmt(stmt, &mut found)),
        }
        for (path, span) in found {
            self.load_array(path, span);
        }
    }
}

fn arrays_of_stmt<'t>(stmt: &'t Stmt, found: &mut Vec<(&'t str, Span)>) {
    let mut blocks: Vec<&Block> = Vec::new();
    match &stmt.kind {
        StmtKind::Bind { value, .. }
        | StmtKind::Compound { value, .. }
        | StmtKind::Update { value, .. }
        | StmtKind::Total { value, .. }
        | StmtKind::Param { init: value, .. }
        | StmtKind::State { init: value, .. }
        | StmtKind::Seed(value)
        | StmtKind::Expr(value) => arrays_in(value, found),
        StmtKind::For { iter, body, .. } => {
            arrays_in(iter, found);
            blocks.push(body);
        }
        StmtKind::While { condition, body } => {
            arrays_in(condition, found);
            blocks.push(body);
        }
        StmtKind::If { condition, then, otherwise } => {
            arrays_in(condition, found);
            blocks.push(then);
            blocks.extend(otherwise);
        }
        StmtKind::Function(_)
        | StmtKind::Data(_)
        | StmtKind::Import { .. }
        | StmtKind::Precision(_)
        | StmtKind::Error => {}
    }
    for block in blocks {
        block.stmts.iter().for_each(|stmt| arrays_of_stmt(stmt, found));
    }
}

fn arrays_in<'t>(expr: &'t Expr, found: &mut Vec<(&'t str, Span)>) {
    expr.children().into_iter().for_each(|child| arrays_in(child, found));
    if let Some(("load", _, None, [Argument { name: None, value, .. }, ..])) = call_parts(expr)
        && let ExprKind::Text(parts) = &value.kind
        && let [TextPart::Literal(path)] = parts.as_slice()
    {
        found.push((path, value.span));
    }
}

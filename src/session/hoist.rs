//! Actions inside expressions: done first, in the order they are written, and put in as values.

use super::state::Session;
use crate::base::Span;
use crate::elaborate::{ACTIONS, Given, Value};
use crate::syntax::tree::{
    Argument, Block, Body, Expr, ExprId, ExprKind, Function, Stage, Stmt, StmtKind, TextPart,
};

impl Session<'_> {
    /// The value of an expression of a statement.
    pub(super) fn value(&mut self, expr: &Expr) -> Value {
        self.do_actions(expr);
        self.elaborator.expr(expr)
    }

    /// Does every action in `expr`, innermost first.
    fn do_actions(&mut self, expr: &Expr) {
        if let ExprKind::Pipe { first, stages } = &expr.kind {
            return self.do_piped_actions(first, stages);
        }
        self.do_actions_inside(expr);
        if let ExprKind::Train { model, data, options } = &expr.kind {
            let result = self.train(model, data, options, expr.span);
            self.elaborator.results.insert(expr.id, result);
        } else if let Some(called) = call_parts(expr) {
            self.do_action(called, None, (expr.id, expr.span));
        }
    }

    fn do_actions_inside(&mut self, expr: &Expr) {
        expr.children().into_iter().for_each(|child| self.do_actions(child));
    }

    /// The actions of a pipeline, each on what comes before it.
    fn do_piped_actions(&mut self, first: &Expr, stages: &[Stage]) {
        self.do_actions(first);
        let mut before = first.span;
        for (at, stage) in stages.iter().enumerate() {
            self.do_actions_inside(&stage.to);
            let span = first.span.to(stage.to.span);
            if let Some(called) = stage_parts(&stage.to).filter(|(name, ..)| ACTIONS.contains(name)) {
                let value = self.elaborator.pipeline(first, stages.get(..at).unwrap_or_default());
                self.do_action(called, Some((value, before)), (stage.id, span));
            }
            before = span;
        }
    }

    /// Keeps what an action gives for the expression that asks for it.
    fn do_action(
        &mut self,
        (name, callee, args): CallParts<'_>,
        piped: Option<(Value, Span)>,
        (id, span): (ExprId, Span),
    ) {
        let is_shadowed = self.elaborator.globals.contains_key(name);
        let Some(action) = ACTIONS.iter().find(|action| **action == name && !is_shadowed) else { return };
        let given = match *action {
            "derive" => self.given_by_name(piped, args),
            _ => self.elaborator.given(piped, args),
        };
        if let Some(result) = self.action(action, &given, span, callee.span) {
            self.elaborator.results.insert(id, result);
        }
    }
}

/// Whether an expression does something, besides having a value.
pub(super) fn acts(expr: &Expr) -> bool {
    let is_action = |(name, ..): CallParts<'_>| ACTIONS.contains(&name);
    expr.any(&|inner| match &inner.kind {
        ExprKind::Train { .. } | ExprKind::Error => true,
        ExprKind::Pipe { stages, .. } => {
            stages.iter().filter_map(|stage| stage_parts(&stage.to)).any(is_action)
        }
        _ => call_parts(inner).is_some_and(is_action),
    })
}

impl Session<'_> {
    /// Arguments of `derive`: `wrt = x` may name an input that only the function knows.
    fn given_by_name(&mut self, piped: Option<(Value, crate::base::Span)>, args: &[Argument]) -> Vec<Given> {
        let (mut plain, mut words) = (Vec::new(), Vec::new());
        for argument in args {
            let is_wrt = argument.name.as_ref().is_some_and(|name| name.name == "wrt");
            let value = if is_wrt { self.by_word(&argument.value) } else { None };
            match value {
                Some(value) => {
                    let name = argument.name.as_ref().map(|name| (name.name.clone(), name.span));
                    words.push(Given { name, value, span: argument.value.span });
                }
                None => plain.push(argument.clone()),
            }
        }
        let mut given = self.elaborator.given(piped, &plain);
        given.extend(words);
        given
    }
}

impl Session<'_> {
    /// A name that the script does not know, or a list with such names, as words.
    fn by_word(&mut self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Name(name) if self.elaborator.lookup(name).is_none() => {
                Some(Value::Word(name.as_str().into()))
            }
            ExprKind::List(items) => {
                let words: Vec<Option<Value>> = items.iter().map(|item| self.by_word(item)).collect();
                if words.iter().all(Option::is_none) {
                    return None;
                }
                let values = items.iter().zip(words);
                Some(Value::List(
                    values.map(|(item, word)| word.unwrap_or_else(|| self.elaborator.expr(item))).collect(),
                ))
            }
            _ => None,
        }
    }
}

/// The callee's name, the callee, and the arguments.
type CallParts<'t> = (&'t str, &'t Expr, &'t [Argument]);

/// Those of a call.
fn call_parts(expr: &Expr) -> Option<CallParts<'_>> {
    let ExprKind::Call { callee, args } = &expr.kind else { return None };
    let ExprKind::Name(name) = &callee.kind else { return None };
    Some((name, callee, args))
}

/// Those of a stage of a pipeline, which need not have arguments of its own.
fn stage_parts(to: &Expr) -> Option<CallParts<'_>> {
    match &to.kind {
        ExprKind::Name(name) => Some((name, to, &[])),
        _ => call_parts(to),
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
    if let Some(("load", _, [Argument { name: None, value, .. }, ..])) = call_parts(expr)
        && let ExprKind::Text(parts) = &value.kind
        && let [TextPart::Literal(path)] = parts.as_slice()
    {
        found.push((path, value.span));
    }
}

//! Names of a body that nothing uses. `statements.rs` asks for them where a function, layer or model is declared.

use std::cell::RefCell;

use super::near_name;
use super::state::Session;
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::syntax::tree::{Block, Body, Expr, ExprKind, Function, Ident, StmtKind};

impl Session<'_> {
    pub(super) fn warn_of_unused(&mut self, function: &Function) {
        let Body::Block(block) = &function.body else { return };
        let uses: RefCell<Vec<(String, Span)>> = RefCell::default();
        let note = |expr: &Expr| {
            if let ExprKind::Name(name) = &expr.kind {
                uses.borrow_mut().push((name.clone(), expr.span));
            }
            false
        };
        block.any(&note);
        let uses = uses.into_inner();
        let mut bound = Vec::new();
        bindings(block, &mut bound);
        for name in bound.iter().filter(|name| !uses.iter().any(|(used, _)| *used == name.name)) {
            let params = function.params.iter().map(|param| param.name.name.clone());
            let others = params.chain(bound.iter().map(|other| other.name.clone()));
            let near = near_name(&name.name, others.filter(|other| *other != name.name));
            self.report(unused(name, near.as_deref(), &uses));
        }
    }
}

/// Names that get a value, in order. `h = f(h)` uses the name.
fn bindings<'t>(block: &'t Block, found: &mut Vec<&'t Ident>) {
    for stmt in &block.stmts {
        if let StmtKind::Bind { name, .. } = &stmt.kind {
            found.push(name);
        }
        stmt.parts().1.into_iter().for_each(|inner| bindings(inner, found));
    }
}

fn unused(name: &Ident, near: Option<&str>, uses: &[(String, Span)]) -> Diagnostic {
    let headline = format!("`{}` is never used", name.name);
    let warning = Diagnostic::warning(Slug::UnusedName, name.span, headline).here("nothing below reads this");
    // The near name where it is used later: there, this one is probably meant.
    let later = near.and_then(|near| {
        uses.iter()
            .rev()
            .find(|(used, span)| used == near && span.start > name.span.end)
            .map(|(_, span)| (near, *span))
    });
    match later {
        Some((near, span)) => warning
            .label(span, format!("`{near}` is used here: is `{}` meant?", name.name))
            .try_fix(Candidate::replace(
                format!("use `{}`", name.name),
                span,
                vec![Piece::Text(name.name.clone())],
            )),
        None => warning,
    }
}

//! Actions inside expressions: done first, in the order they are written, and put in as values.

use super::state::Session;
use crate::elaborate::{ACTIONS, Given, Value};
use crate::syntax::tree::{Argument, Expr, ExprKind};

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

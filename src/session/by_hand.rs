//! What a script without `train` differentiates: the loss of a model's answer, as in `mse(net(x), t)`, and the data that
//! it goes through. Commands that look at a training look at that instead.

use super::state::Session;
use crate::base::Span;
use crate::elaborate::{Given, ModelId, Value};
use crate::syntax::tree::{Ast, BinaryOp, Block, Expr, ExprKind, Stmt, StmtKind};

/// A loss on a model, as the script writes it by hand.
pub(super) struct ByHand {
    pub loss: Given,
    pub model: Given,
    pub data: Option<Given>,
    /// The number before the gradient: 0.1 of `net -= 0.1 * grad(l, net)`.
    pub rate: Option<f64>,
}

impl Session<'_> {
    /// The first loss of a model's answer in a script; `of` asks for one model.
    pub(super) fn by_hand(&mut self, ast: &Ast, of: Option<ModelId>) -> Option<ByHand> {
        let (mut exprs, mut stmts) = (Vec::new(), Vec::new());
        ast.stmts.iter().for_each(|stmt| everything_in(stmt, &mut exprs, &mut stmts));
        let (loss, model) = exprs.iter().find_map(|expr| self.loss_of_answer(expr, of))?;
        let batched = exprs.iter().find_map(|expr| match called(expr) {
            Some(("batches", args)) => args.first().copied(),
            _ => None,
        });
        let data = match batched {
            Some(expr) => Some(Given { name: None, value: self.elaborator.expr(expr), span: expr.span }),
            None => stmts.iter().find_map(|stmt| self.declared_data(stmt)),
        };
        let data = data.filter(|data| matches!(data.value, Value::Record(_)));
        let rate = stmts.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Compound { op: BinaryOp::Subtract, value, .. } => match &value.kind {
                ExprKind::Binary { op: BinaryOp::Multiply, lhs, .. } => self.elaborator.expr(lhs).as_number(),
                _ => None,
            },
            _ => None,
        });
        Some(ByHand { loss, model, data, rate })
    }

    /// `mse` and `net` of `mse(net(x), t)`.
    fn loss_of_answer(&mut self, expr: &Expr, of: Option<ModelId>) -> Option<(Given, Given)> {
        let (name, args) = called(expr)?;
        let &[answer, _] = args.as_slice() else { return None };
        let (model, _) = called(answer)?;
        let loss = self.elaborator.lookup(name).filter(|value| matches!(value, Value::Function(_)))?;
        let is_asked =
            |value: &Value| matches!(value, Value::Model { id, .. } if of.is_none_or(|wanted| *id == wanted));
        let found = self.elaborator.lookup(model).filter(is_asked)?;
        let given = |value: Value, span: Span| Given { name: None, value, span };
        Some((given(loss, expr.span), given(found, answer.span)))
    }

    fn declared_data(&mut self, stmt: &Stmt) -> Option<Given> {
        let StmtKind::Data(data) = &stmt.kind else { return None };
        let value = self.elaborator.lookup(&data.name.name)?;
        Some(Given { name: None, value, span: data.name.span })
    }
}

/// A call of a name, with its arguments.
fn called(expr: &Expr) -> Option<(&str, Vec<&Expr>)> {
    let ExprKind::Call { callee, args } = &expr.kind else { return None };
    let ExprKind::Name(name) = &callee.kind else { return None };
    Some((name.as_str(), args.iter().map(|argument| &argument.value).collect()))
}

/// The statements in a statement, and the expressions, from the outside inwards.
fn everything_in<'t>(stmt: &'t Stmt, exprs: &mut Vec<&'t Expr>, stmts: &mut Vec<&'t Stmt>) {
    stmts.push(stmt);
    let (inside, blocks): (Vec<&Expr>, Vec<&Block>) = stmt.parts();
    let mut open = inside;
    while let Some(expr) = open.pop() {
        exprs.push(expr);
        open.extend(expr.children());
    }
    blocks.into_iter().flat_map(|block| &block.stmts).for_each(|inner| everything_in(inner, exprs, stmts));
}

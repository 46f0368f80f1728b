//! Expressions: from the flat match to the tree with precedence.

use pest::iterators::Pair;

use super::Built;
use super::operators::{PRECEDENCE, binary, compares};
use crate::base::Span;
use crate::syntax::Rule;
use crate::syntax::problem::Problem;
use crate::syntax::recover::Reader;
use crate::syntax::tree::{Argument, Expr, ExprKind, IndexItem, OptionItem, PostfixOp, Stage, UnaryOp};

impl Reader<'_> {
    pub(in crate::syntax) fn build_expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let built = self.expr(pair);
        self.deepest = self.deepest.max(built.depth);
        built.expr
    }

    /// `name = value`
    pub(in crate::syntax) fn build_option(&mut self, pair: Pair<'_, Rule>) -> OptionItem {
        let mut parts = pair.into_inner();
        let name = parts.next().map(|name| self.ident(&name));
        let value = parts.find(|part| part.as_rule() == Rule::expr).map(|value| self.build_expr(value));
        let error = self.missing();
        let value = value.unwrap_or(error);
        let name = name.unwrap_or_else(|| self.no_name(value.span));
        OptionItem { name, value }
    }

    /// `{ loss = mse ... }`
    pub(super) fn options(&mut self, pair: Pair<'_, Rule>) -> Vec<OptionItem> {
        if let Some(brace) = self.blanked(self.at(&pair).start as usize) {
            return self.options_inside(brace);
        }
        let options = pair.into_inner().filter(|part| part.as_rule() == Rule::option);
        options.map(|option| self.build_option(option)).collect()
    }

    /// An expression the grammar promised but did not give; never seen by users.
    pub(super) fn missing(&mut self) -> Expr {
        let span = Span::new(self.cut.source.id, self.base, self.base);
        self.node(span, ExprKind::Error, 0).expr
    }

    pub(super) fn no_name(&self, span: Span) -> super::Ident {
        super::Ident { name: String::new(), span: Span { end: span.start, ..span } }
    }

    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>) -> Built {
        let mut parts = pair.into_inner().filter(|part| part.as_rule() != Rule::pipe);
        let Some(first) = parts.next() else { return Built { expr: self.missing(), depth: 1 } };
        let first = self.part(first);
        let (mut span, mut depth) = (first.expr.span, first.depth);
        let mut stages = Vec::new();
        for part in parts {
            let stage = self.part(part);
            depth = depth.max(stage.depth);
            span = span.to(stage.expr.span);
            stages.push(Stage { id: self.next_id(), to: stage.expr });
        }
        if stages.is_empty() {
            return first;
        }
        self.node(span, ExprKind::Pipe { first: Box::new(first.expr), stages }, depth)
    }

    fn part(&mut self, pair: Pair<'_, Rule>) -> Built {
        if pair.as_rule() == Rule::choice { self.choice(pair) } else { self.operation(pair) }
    }

    /// `if c then a else b`
    fn choice(&mut self, pair: Pair<'_, Rule>) -> Built {
        let span = self.at(&pair);
        let parts = pair
            .into_inner()
            .filter(|part| matches!(part.as_rule(), Rule::expr | Rule::choice | Rule::operation));
        let mut depth = 0;
        let mut made = Vec::with_capacity(3);
        for part in parts {
            let built = if part.as_rule() == Rule::expr { self.expr(part) } else { self.part(part) };
            depth = depth.max(built.depth);
            made.push(Box::new(built.expr));
        }
        let Ok([condition, then, otherwise]) = <[Box<Expr>; 3]>::try_from(made) else {
            return Built { expr: self.missing(), depth: 1 };
        };
        self.node(span, ExprKind::If { condition, then, otherwise }, depth)
    }

    fn operation(&mut self, pair: Pair<'_, Rule>) -> Built {
        let reader = std::cell::RefCell::new(self);
        PRECEDENCE
            .map_primary(|atom| reader.borrow_mut().atom(atom))
            .map_prefix(|sign, operand| reader.borrow_mut().prefix(&sign, operand))
            .map_postfix(|operand, sign| reader.borrow_mut().postfix(operand, sign))
            .map_infix(|left, sign, right| reader.borrow_mut().infix(left, &sign, right))
            .parse(pair.into_inner())
    }

    fn prefix(&mut self, sign: &Pair<'_, Rule>, operand: Built) -> Built {
        let sign_span = self.at(sign);
        let span = sign_span.to(operand.expr.span);
        let depth = operand.depth;
        let kind = match sign.as_rule() {
            Rule::root => {
                let callee = Box::new(self.node(sign_span, ExprKind::Name("sqrt".into()), 0).expr);
                ExprKind::Call { callee, args: vec![Argument { name: None, value: operand.expr }] }
            }
            Rule::negation => ExprKind::Unary { op: UnaryOp::Not, operand: Box::new(operand.expr) },
            _ => ExprKind::Unary { op: UnaryOp::Negate, operand: Box::new(operand.expr) },
        };
        self.node(span, kind, depth)
    }

    fn infix(&mut self, left: Built, sign: &Pair<'_, Rule>, right: Built) -> Built {
        let span = left.expr.span.to(right.expr.span);
        let depth = left.depth.max(right.depth);
        let op_span = self.at(sign);
        let (lhs, rhs) = (Box::new(left.expr), Box::new(right.expr));
        let Some(op) = binary(sign.as_rule()) else {
            return self.node(span, ExprKind::Range { from: lhs, to: rhs }, depth);
        };
        if compares(op) {
            self.check_chain(&lhs, op_span);
        }
        self.node(span, ExprKind::Binary { op, op_span, lhs, rhs }, depth)
    }

    /// `a < b < c` would compare `c` with 0 or 1.
    fn check_chain(&mut self, lhs: &Expr, second: Span) {
        if let ExprKind::Binary { op, op_span, rhs, .. } = &lhs.kind
            && compares(*op)
            && rhs.span.end == lhs.span.end
            && !self.closes_before(lhs.span.end, second.start)
        {
            let middle = self.cut.source.slice(rhs.span).to_string();
            self.problems.push(Problem::ChainedComparison { first: *op_span, second, middle });
        }
    }

    /// Whether a closing bracket stands between two places, so that what is before was in brackets.
    fn closes_before(&self, from: u32, to: u32) -> bool {
        self.cut.source.text.get(from as usize..to as usize).is_some_and(|between| between.contains(')'))
    }

    pub(super) fn postfix(&mut self, operand: Built, pair: Pair<'_, Rule>) -> Built {
        let sign = self.at(&pair);
        let span = operand.expr.span.to(sign);
        let object = Box::new(operand.expr);
        let mut depth = operand.depth;
        let kind = match pair.as_rule() {
            Rule::transpose => ExprKind::Postfix { op: PostfixOp::Transpose, operand: object },
            Rule::square => ExprKind::Postfix { op: PostfixOp::Square, operand: object },
            Rule::cube => ExprKind::Postfix { op: PostfixOp::Cube, operand: object },
            Rule::arguments => {
                let (args, inner) = self.arguments(pair);
                depth = depth.max(inner);
                ExprKind::Call { callee: object, args }
            }
            Rule::index => {
                let (indices, inner) = self.indices(pair);
                depth = depth.max(inner);
                ExprKind::Index { object, indices }
            }
            rule => {
                let name = pair.into_inner().last().map(|name| self.ident(&name));
                let name = name.unwrap_or_else(|| self.no_name(sign));
                if rule == Rule::naming {
                    ExprKind::Named { expr: object, name }
                } else {
                    ExprKind::Field { object, field: name }
                }
            }
        };
        self.node(span, kind, depth)
    }

    /// The arguments of a call, and how deep they are.
    pub(super) fn arguments(&mut self, pair: Pair<'_, Rule>) -> (Vec<Argument>, usize) {
        let mut deepest = 0;
        let arguments = pair.into_inner().filter(|part| part.as_rule() == Rule::argument);
        let args = arguments.map(|argument| {
            let mut name = None;
            let mut value = None;
            for part in argument.into_inner() {
                if part.as_rule() == Rule::label {
                    name = Some(self.ident(&part));
                } else if part.as_rule() == Rule::expr {
                    let built = self.expr(part);
                    deepest = deepest.max(built.depth);
                    value = Some(built.expr);
                }
            }
            let value = value.unwrap_or_else(|| self.missing());
            Argument { name, value }
        });
        let args = args.collect();
        (args, deepest)
    }

    fn indices(&mut self, pair: Pair<'_, Rule>) -> (Vec<IndexItem>, usize) {
        let mut deepest = 0;
        let mut items = Vec::new();
        for item in pair.into_inner().filter(|part| part.as_rule() == Rule::index_item) {
            let span = self.at(&item);
            let (mut from, mut to, mut slice) = (None, None, false);
            for part in item.into_inner() {
                if part.as_rule() == Rule::colon {
                    slice = true;
                    continue;
                }
                let built = self.expr(part);
                deepest = deepest.max(built.depth);
                *(if slice { &mut to } else { &mut from }) = Some(built.expr);
            }
            items.push(match from {
                Some(at) if !slice => IndexItem::At(at),
                from => IndexItem::Slice { from, to, span },
            });
        }
        (items, deepest)
    }

    pub(super) fn access(&mut self, pair: Pair<'_, Rule>) -> Built {
        let mut parts = pair.into_inner();
        let mut made = match parts.next() {
            Some(first) => self.atom(first),
            None => Built { expr: self.missing(), depth: 1 },
        };
        for part in parts {
            made = self.postfix(made, part);
        }
        made
    }

    fn atom(&mut self, pair: Pair<'_, Rule>) -> Built {
        let span = self.at(&pair);
        match pair.as_rule() {
            Rule::number => self.number(&pair, span),
            Rule::boolean => self.node(span, ExprKind::Bool(pair.as_str().trim() == "true"), 0),
            Rule::text => self.text(pair),
            Rule::group => {
                let inner = pair.into_inner().find(|part| part.as_rule() == Rule::expr);
                inner
                    .map(|inner| self.expr(inner))
                    .unwrap_or_else(|| Built { expr: self.missing(), depth: 1 })
            }
            Rule::list => {
                let mut deepest = 0;
                let mut items = Vec::new();
                for item in pair.into_inner().filter(|part| part.as_rule() == Rule::expr) {
                    let built = self.expr(item);
                    deepest = deepest.max(built.depth);
                    items.push(built.expr);
                }
                self.node(span, ExprKind::List(items), deepest)
            }
            Rule::entries => self.entries(pair, span),
            Rule::train => self.train(pair, span),
            _ => {
                let name = pair.as_str().trim();
                let name = if name == "√" { "sqrt" } else { name };
                self.node(span, ExprKind::Name(name.into()), 0)
            }
        }
    }

    fn number(&mut self, pair: &Pair<'_, Rule>, span: Span) -> Built {
        let digits: String = pair.as_str().trim().chars().filter(|&character| character != '_').collect();
        let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        let value: f64 = digits.parse().unwrap_or(f64::NAN);
        if !value.is_finite() {
            self.problems.push(Problem::NumberTooLarge { span });
            return self.node(span, ExprKind::Error, 0);
        }
        self.node(span, ExprKind::Number { value, whole }, 0)
    }

    fn entries(&mut self, pair: Pair<'_, Rule>, span: Span) -> Built {
        let mut deepest = 0;
        let mut entries = Vec::new();
        for entry in pair.into_inner().filter(|part| part.as_rule() == Rule::entry) {
            let mut parts = entry.into_inner();
            let name = parts.next().map(|name| self.ident(&name));
            let value = parts.find(|part| part.as_rule() == Rule::expr).map(|value| self.expr(value));
            if let (Some(name), Some(value)) = (name, value) {
                deepest = deepest.max(value.depth);
                entries.push((name, value.expr));
            }
        }
        self.node(span, ExprKind::Entries(entries), deepest)
    }

    fn train(&mut self, pair: Pair<'_, Rule>, span: Span) -> Built {
        let mut ends = Vec::with_capacity(2);
        let mut depth = 0;
        let mut options = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::access {
                let built = self.access(part);
                depth = depth.max(built.depth);
                ends.push(Box::new(built.expr));
            } else if part.as_rule() == Rule::options {
                let around = std::mem::take(&mut self.deepest);
                options = self.options(part);
                depth = depth.max(self.deepest);
                self.deepest = self.deepest.max(around);
            }
        }
        let Ok([model, data]) = <[Box<Expr>; 2]>::try_from(ends) else {
            return Built { expr: self.missing(), depth: 1 };
        };
        self.node(span, ExprKind::Train { model, data, options }, depth)
    }
}

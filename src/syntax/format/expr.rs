//! Expressions: brackets where precedence or the writer asks for them, lines broken where the language lets them.

use super::Printer;
use super::doc::{Doc, concat, text};
use super::signs::{Signs, is_word};
use crate::base::Span;
use crate::syntax::tree::{
    Argument, BinaryOp, Expr, ExprKind, IndexItem, OptionItem, PostfixOp, Stage, UnaryOp,
};

const PIPE: u8 = 0;
const CHOICE: u8 = 1;
const NOT: u8 = 4;
const RANGE: u8 = 6;
const PREFIX: u8 = 9;
const POWER: u8 = 10;
const POSTFIX: u8 = 11;
const ATOM: u8 = 12;

fn tightness(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 2,
        BinaryOp::And => 3,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual => 5,
        BinaryOp::Add | BinaryOp::Subtract => 7,
        BinaryOp::MatMul | BinaryOp::Multiply | BinaryOp::Divide => 8,
        BinaryOp::Power => POWER,
    }
}

impl<'a> Printer<'a> {
    fn tightness(&self, expr: &Expr) -> u8 {
        match &expr.kind {
            ExprKind::Pipe { .. } | ExprKind::Train { .. } => PIPE,
            ExprKind::If { .. } => CHOICE,
            ExprKind::Binary { op, .. } => tightness(*op),
            ExprKind::Range { .. } => RANGE,
            ExprKind::Unary { op: UnaryOp::Not, .. } => NOT,
            ExprKind::Unary { op: UnaryOp::Negate, .. } => PREFIX,
            ExprKind::Call { callee, args } if self.root_of(callee, args).is_some() => PREFIX,
            ExprKind::Postfix { .. }
            | ExprKind::Call { .. }
            | ExprKind::Named { .. }
            | ExprKind::Field { .. }
            | ExprKind::Index { .. } => POSTFIX,
            ExprKind::Number { .. }
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Name(_)
            | ExprKind::List(_)
            | ExprKind::Entries(_)
            | ExprKind::Error => ATOM,
        }
    }

    /// What stands under `√` where that is written without brackets.
    fn root_of<'e>(&self, callee: &Expr, args: &'e [Argument]) -> Option<&'e Expr> {
        let [Argument { name: None, value }] = args else { return None };
        let plain = matches!(value.kind, ExprKind::Name(_) | ExprKind::Number { .. });
        let bare = plain && self.signs != Signs::Ascii && self.written.slice(callee.span).trim() == "√";
        (bare && !self.written.between(callee.span.end, value.span.start).contains('(')).then_some(value)
    }

    pub fn expr(&mut self, expr: &Expr) -> Doc {
        self.operand(expr, PIPE)
    }

    /// An expression that must bind at least so tightly.
    fn operand(&mut self, expr: &Expr, least: u8) -> Doc {
        let tightness = self.tightness(expr);
        let is_word = matches!(&expr.kind, ExprKind::Name(name) if is_word(name));
        let wanted = (tightness < POSTFIX || is_word) && self.written.in_brackets(expr.span);
        let inside = self.bare(expr);
        if tightness < least || wanted { round(inside) } else { inside }
    }

    fn bare(&mut self, expr: &Expr) -> Doc {
        match &expr.kind {
            ExprKind::Number { .. } | ExprKind::Text(_) | ExprKind::Error => {
                text(self.written.slice(expr.span).trim())
            }
            ExprKind::Bool(value) => text(value.to_string()),
            ExprKind::Name(name) => text(self.name(name, expr.span)),
            ExprKind::List(items) => self.list(items, expr.span),
            ExprKind::Entries(entries) => {
                let span = |(name, value): &(crate::syntax::tree::Ident, Expr)| name.span.to(value.span);
                self.bracketed(("[", "]"), entries, expr.span.end, span, |printer, (name, value)| {
                    concat([text(format!("{}: ", name.name)), printer.expr(value)])
                })
            }
            ExprKind::Unary { op: UnaryOp::Not, operand } => {
                concat([text("not "), self.operand(operand, NOT)])
            }
            ExprKind::Unary { op: UnaryOp::Negate, operand } => {
                let written = self.written.slice(expr.span);
                let sign = if written.starts_with('−') { self.sign("−") } else { "-".into() };
                concat([text(sign), self.operand(operand, PREFIX)])
            }
            ExprKind::Binary { op: BinaryOp::Power, lhs, rhs, .. } => {
                let least = if matches!(rhs.kind, ExprKind::Unary { op: UnaryOp::Negate, .. }) {
                    PREFIX
                } else {
                    POWER
                };
                concat([self.operand(lhs, POWER + 1), text("^"), self.operand(rhs, least)])
            }
            ExprKind::Binary { op, .. } => self.chain(expr, *op),
            ExprKind::Postfix { op, operand } => {
                let sign = match op {
                    PostfixOp::Transpose if self.written.slice(expr.span).trim_end().ends_with('T') => {
                        self.sign(".T")
                    }
                    PostfixOp::Transpose => self.sign("ᵀ"),
                    PostfixOp::Square => "²".into(),
                    PostfixOp::Cube => "³".into(),
                };
                concat([self.operand(operand, POSTFIX), text(sign)])
            }
            ExprKind::If { .. } => self.choice_of(expr),
            ExprKind::Call { callee, args } => match self.root_of(callee, args) {
                Some(value) => concat([text("√"), self.bare(value)]),
                None => concat([self.operand(callee, POSTFIX), self.arguments(args, expr.span.end)]),
            },
            ExprKind::Named { expr, name } => {
                concat([self.operand(expr, POSTFIX), text(format!(" as {}", name.name))])
            }
            ExprKind::Field { object, field } => {
                // `.T` would be the transpose.
                let dot = if field.name == "T" { ". " } else { "." };
                concat([self.operand(object, POSTFIX), text(format!("{dot}{}", field.name))])
            }
            ExprKind::Index { object, indices } => {
                let object = self.operand(object, POSTFIX);
                let span = |item: &IndexItem| match item {
                    IndexItem::At(at) => at.span,
                    IndexItem::Slice { span, .. } => *span,
                };
                let inside = self.bracketed(("[", "]"), indices, expr.span.end, span, Printer::index);
                concat([object, inside])
            }
            ExprKind::Pipe { first, stages } => self.pipeline(first, stages),
            ExprKind::Range { from, to } => {
                concat([self.operand(from, RANGE), text(".."), self.operand(to, RANGE + 1)])
            }
            ExprKind::Train { model, data, options } => {
                let head = concat([text("train "), self.access(model), text(" on "), self.access(data)]);
                let open = self.written.slice(expr.span).trim_end().ends_with('}') && !options.is_empty();
                if !open {
                    return head;
                }
                concat([head, text(" "), self.options(options, data.span.end, expr.span.end)])
            }
        }
    }

    fn name(&self, name: &str, span: Span) -> String {
        let written = self.written.slice(span).trim();
        match self.signs {
            Signs::Kept | Signs::Unicode if written == "√" => written.to_string(),
            Signs::Kept | Signs::Ascii | Signs::Unicode => name.to_string(),
        }
    }

    /// `a + b - c`, broken after the signs.
    fn chain(&mut self, expr: &Expr, op: BinaryOp) -> Doc {
        let own = tightness(op);
        let mut right = Vec::new();
        let mut left = expr;
        while let ExprKind::Binary { op, op_span, lhs, rhs } = &left.kind
            && tightness(*op) == own
            && (right.is_empty() || own != tightness(BinaryOp::Equal) && !self.written.in_brackets(left.span))
        {
            right.push((*op_span, &**rhs));
            left = lhs;
        }
        let is_comparison = own == tightness(BinaryOp::Equal);
        let first = self.operand(left, if is_comparison { own + 1 } else { own });
        let mut rest = Vec::new();
        for (sign, value) in right.into_iter().rev() {
            let sign = self.sign(self.written.slice(sign));
            rest.extend([text(format!(" {sign}")), Doc::Line, self.operand(value, own + 1)]);
        }
        concat([first, Doc::Concat(rest).nest()]).group()
    }

    /// `if a then b else if c then d else e`: each `else` on a line of its own, or none.
    fn choice_of(&mut self, expr: &Expr) -> Doc {
        let mut docs = vec![text("if ")];
        let mut rest = expr;
        while let ExprKind::If { condition, then, otherwise } = &rest.kind {
            let condition = self.operand(condition, CHOICE);
            let then = concat([Doc::Line, text("then "), self.operand(then, PIPE)]);
            docs.extend([condition, then.nest().group(), Doc::Line, text("else ")]);
            rest = otherwise;
            if self.written.in_brackets(rest.span) || !matches!(rest.kind, ExprKind::If { .. }) {
                docs.push(self.operand(rest, CHOICE));
                break;
            }
            docs.push(text("if "));
        }
        Doc::Concat(docs).nest().group()
    }

    /// `x |> f |> g`, all broken or none.
    fn pipeline(&mut self, first: &Expr, stages: &[Stage]) -> Doc {
        let mut last = first.span.end;
        let least = if matches!(first.kind, ExprKind::Train { .. }) { CHOICE } else { PIPE };
        let first = self.operand(first, least);
        let mut rest = Vec::new();
        for stage in stages.iter().map(|stage| &stage.to) {
            for comment in self.comments_before(stage.span.start) {
                if self.written.same_line(last, comment.span.start) {
                    rest.push(Doc::Comment(comment.text.clone()));
                } else {
                    rest.extend([Doc::Hard, text(comment.text.clone())]);
                }
                last = comment.span.end;
            }
            rest.extend([Doc::Line, text("|> "), self.operand(stage, CHOICE)]);
            last = stage.span.end;
        }
        concat([first, Doc::Concat(rest).nest()]).group()
    }

    /// The arguments of a call; a lone list stays at its brackets.
    pub fn arguments(&mut self, args: &[Argument], end: u32) -> Doc {
        if let [Argument { name: None, value }] = args
            && matches!(value.kind, ExprKind::List(_) | ExprKind::Entries(_))
            && !self.has_comment_before(value.span.start)
        {
            return round(self.expr(value));
        }
        let span = |argument: &Argument| {
            argument.name.as_ref().map_or(argument.value.span, |name| name.span.to(argument.value.span))
        };
        self.bracketed(("(", ")"), args, end, span, |printer, argument| {
            let name = argument.name.as_ref().map(|name| text(format!("{} = ", name.name)));
            concat(name.into_iter().chain([printer.expr(&argument.value)]))
        })
    }

    fn index(&mut self, item: &IndexItem) -> Doc {
        match item {
            IndexItem::At(at) => self.expr(at),
            IndexItem::Slice { from, to, .. } => {
                let from = from.as_ref().map(|from| self.expr(from));
                let to = to.as_ref().map(|to| self.expr(to));
                concat(from.into_iter().chain([text(":")]).chain(to))
            }
        }
    }

    /// A vector, or a matrix whose rows stay rows, numbers below each other.
    fn list(&mut self, items: &[Expr], span: Span) -> Doc {
        let of = |item: &Expr| item.span;
        let is_matrix = !items.is_empty() && items.iter().all(|item| matches!(item.kind, ExprKind::List(_)));
        if is_matrix {
            let inside = items
                .first()
                .zip(items.last())
                .map_or("", |(first, last)| self.written.between(first.span.start, last.span.end));
            let must_break = items.len() > 1 && inside.contains('\n')
                || items.first().is_some_and(|first| !self.written.same_line(span.start, first.span.start));
            let widths = self.column_widths(items);
            let mut print = |printer: &mut Self, row: &Expr| match &widths {
                Some(widths) => printer.row(row, widths),
                None => printer.expr(row),
            };
            return self.broken_where(("[", "]"), items, span.end, of, &mut print, (must_break, Doc::Line));
        }
        let numbers = !items.is_empty() && items.iter().all(|item| self.number(item).is_some());
        let between = if numbers { Doc::Fill } else { Doc::Line };
        let mut print = |printer: &mut Self, item: &Expr| printer.expr(item);
        self.broken_where(("[", "]"), items, span.end, of, &mut print, (false, between))
    }

    /// A number as written, with its sign.
    fn number(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Number { .. } => Some(self.written.slice(expr.span).trim().to_string()),
            ExprKind::Unary { op: UnaryOp::Negate, operand }
                if matches!(operand.kind, ExprKind::Number { .. })
                    && !self.written.in_brackets(expr.span) =>
            {
                let sign = if self.written.slice(expr.span).starts_with('−') {
                    self.sign("−")
                } else {
                    "-".into()
                };
                Some(format!("{sign}{}", self.number(operand)?))
            }
            _other => None,
        }
    }

    /// How wide each column of a matrix of numbers is; nothing if it is none.
    fn column_widths(&self, rows: &[Expr]) -> Option<Vec<usize>> {
        let mut widths: Vec<usize> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let ExprKind::List(items) = &row.kind else { return None };
            if self.peek().is_some_and(|comment| row.span.contains(comment.span)) {
                return None;
            }
            let own: Option<Vec<usize>> =
                items.iter().map(|item| Some(self.number(item)?.chars().count())).collect();
            let own = own?;
            if at == 0 {
                widths = own;
            } else if own.len() == widths.len() {
                widths.iter_mut().zip(own).for_each(|(widest, own)| *widest = own.max(*widest));
            } else {
                return None;
            }
        }
        Some(widths)
    }

    fn row(&mut self, row: &Expr, widths: &[usize]) -> Doc {
        let ExprKind::List(items) = &row.kind else { return self.expr(row) };
        if self.has_comment_before(row.span.end) || widths.iter().sum::<usize>() + 2 * widths.len() > 90 {
            return self.expr(row);
        }
        let mut docs = vec![text("[")];
        for (at, (item, width)) in items.iter().zip(widths).enumerate() {
            let number = self.number(item).unwrap_or_default();
            if at > 0 {
                docs.push(text(", "));
            }
            docs.push(Doc::Broken(" ".repeat(width.saturating_sub(number.chars().count()))));
            docs.push(text(number));
        }
        docs.push(text("]"));
        Doc::Concat(docs)
    }

    /// `{ name = value ... }`, a line each, the values below each other.
    pub fn options(&mut self, options: &[OptionItem], open: u32, end: u32) -> Doc {
        let span = |option: &OptionItem| option.name.span.to(option.value.span);
        self.braces(options, open, end, span, |printer, option| {
            let rest = printer.or_verbatim(option.value.span, |printer| printer.expr(&option.value));
            super::items::Made { head: Some(option.name.name.clone()), rest: concat([text(" = "), rest]) }
        })
    }

    /// What may stand after `train`, `on` and `like`; anything else in brackets.
    pub fn access(&mut self, expr: &Expr) -> Doc {
        let mut inner = expr;
        let plain = loop {
            match &inner.kind {
                ExprKind::Field { object, .. } | ExprKind::Index { object, .. } => inner = object,
                ExprKind::Call { callee, args } if self.root_of(callee, args).is_none() => inner = callee,
                ExprKind::Name(name) => break !is_word(name),
                _other => break inner.id != expr.id && self.tightness(inner) < POSTFIX,
            }
        };
        let wanted = self.tightness(expr) < POSTFIX && self.written.in_brackets(expr.span);
        let inside = self.bare(expr);
        if plain && !wanted { inside } else { round(inside) }
    }
}

/// In round brackets.
pub fn round(inside: Doc) -> Doc {
    concat([text("("), inside, text(")")])
}

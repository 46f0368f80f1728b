//! Statements, declarations and blocks.

use super::Printer;
use super::doc::{Doc, concat, text};
use super::expr::round;
use super::items::Made;
use crate::base::Span;
use crate::syntax::keywords::DECLARING;
use crate::syntax::print::{kind_word, sign};
use crate::syntax::tree::{
    Ast, Block, Body, Bound, DataDecl, DataSource, Expr, ExprKind, Function, Ident, ParamDecl, Stmt,
    StmtKind, TypeExpr, TypeExprKind,
};

impl Printer<'_> {
    pub fn program(&mut self, ast: &Ast) -> Doc {
        self.lines(&ast.stmts, u32::MAX, |stmt| stmt.span, Printer::made)
    }

    fn made(&mut self, stmt: &Stmt) -> Made {
        let first = self.next;
        if let Some(made) = self.aligned(stmt)
            && !self.has_comment_before(stmt.span.end)
        {
            return made;
        }
        self.next = first;
        let rest = self.or_verbatim(stmt.span, |printer| printer.stmt(stmt));
        Made { head: None, rest }
    }

    /// `param W: [n, m] = init`, with its neighbours' values below each other.
    fn aligned(&mut self, stmt: &Stmt) -> Option<Made> {
        let (word, name, ty, init) = match &stmt.kind {
            StmtKind::Param { name, ty, init } => ("param", name, ty, init),
            StmtKind::State { name, ty: Some(ty), init } => ("state", name, ty, init),
            _other => return None,
        };
        let head = concat([text(format!("{word} {}: ", name.name)), self.ty(ty)]).flat()?;
        Some(Made { head: Some(head), rest: concat([text(" = "), self.expr(init)]) })
    }

    fn stmt(&mut self, stmt: &Stmt) -> Doc {
        match &stmt.kind {
            StmtKind::Function(function) => self.function(function),
            StmtKind::Data(data) => self.data(data),
            StmtKind::Import { path_span, .. } => {
                text(format!("import {}", self.written.slice(*path_span).trim()))
            }
            StmtKind::Seed(value) => concat([text("seed "), self.expr(value)]),
            StmtKind::Precision(name) => text(format!("precision {}", name.name)),
            StmtKind::Bind { name, value } => concat([text(format!("{} = ", name.name)), self.expr(value)]),
            StmtKind::Compound { target, op, value, .. } => {
                let written = self.written.sign_after(target.span.end);
                let written =
                    if written.ends_with('=') { self.sign(written) } else { format!("{}=", sign(*op)) };
                concat([self.expr(target), text(format!(" {written} ")), self.expr(value)])
            }
            StmtKind::Update { name, value } => {
                let arrow = self.sign(self.written.sign_after(name.span.end));
                concat([text(format!("{} {arrow} ", name.name)), self.expr(value)])
            }
            StmtKind::Total { name, value } => {
                concat([text(format!("total {} = ", name.name)), self.expr(value)])
            }
            StmtKind::Param { name, ty, init } => {
                concat([text(format!("param {}: ", name.name)), self.ty(ty), text(" = "), self.expr(init)])
            }
            StmtKind::State { name, ty, init } => {
                let ty = ty.as_ref().map(|ty| concat([text(": "), self.ty(ty)]));
                let head = [text(format!("state {}", name.name))].into_iter().chain(ty);
                concat(head.chain([text(" = "), self.expr(init)]))
            }
            StmtKind::For { var, iter, body } => {
                let head = concat([text(format!("for {} in ", var.name)), self.condition(iter), text(" ")]);
                concat([head, self.block(body)])
            }
            StmtKind::While { condition, body } => {
                concat([text("while "), self.condition(condition), text(" "), self.block(body)])
            }
            StmtKind::If { condition, then, otherwise } => self.choice(condition, then, otherwise.as_ref()),
            StmtKind::Expr(value) => {
                let inside = self.expr(value);
                // What begins with a declaring word would be read as a declaration.
                let declares =
                    self.written.slice(stmt.span).starts_with('(') && inside.begins_with_word(DECLARING);
                if declares { round(inside) } else { inside }
            }
            StmtKind::Error => {
                Doc::Verbatim(self.written.slice(stmt.span).lines().map(str::to_string).collect())
            }
        }
    }

    fn choice(&mut self, condition: &Expr, then: &Block, otherwise: Option<&Block>) -> Doc {
        let head = concat([text("if "), self.condition(condition), text(" "), self.block(then)]);
        let Some(otherwise) = otherwise else { return head };
        let inner = match otherwise.stmts.as_slice() {
            [Stmt { kind: StmtKind::If { condition, then, otherwise: last }, .. }]
                if !self.written.slice(otherwise.span).starts_with('{') =>
            {
                self.choice(condition, then, last.as_ref())
            }
            _block => self.block(otherwise),
        };
        concat([head, text(" else "), inner])
    }

    /// An expression before a block: a training without options would take the block for them.
    fn condition(&mut self, expr: &Expr) -> Doc {
        let trains = matches!(expr.kind, ExprKind::Train { .. });
        let inside = self.expr(expr);
        if trains && !self.written.in_brackets(expr.span) { round(inside) } else { inside }
    }

    /// A block; one of a single short statement stays on its line if it was written on one.
    fn block(&mut self, block: &Block) -> Doc {
        let one_line = !self.written.slice(block.span).contains('\n');
        if let [stmt] = block.stmts.as_slice()
            && one_line
            && !self.has_comment_before(block.span.end)
        {
            let inside = self.stmt(stmt);
            let room = super::WIDTH.saturating_sub(40);
            if let Some(line) = inside.flat().filter(|line| line.chars().count() <= room) {
                return text(format!("{{ {line} }}"));
            }
            return concat([text("{"), concat([Doc::Hard, inside]).nest(), Doc::Hard, text("}")]);
        }
        self.braces(&block.stmts, block.span.start, block.span.end, |stmt| stmt.span, Printer::made)
    }

    fn function(&mut self, function: &Function) -> Doc {
        let head = text(format!("{} {}", kind_word(function.kind), function.name.name));
        let span = |param: &ParamDecl| {
            let ty = param.ty.as_ref().map_or(param.name.span, |ty| param.name.span.to(ty.span));
            let range = param.bounds.last().map_or(ty, |bound| ty.to(bound.span));
            param.default.as_ref().map_or(range, |default| range.to(default.span))
        };
        let params_end = function.result.as_ref().map_or(function.head_span.end, |result| result.span.start);
        let params = self.bracketed(("(", ")"), &function.params, params_end, span, Printer::param);
        let result = function.result.as_ref().map(|result| {
            let arrow = self.sign(self.written.sign_before(result.span.start));
            // The parameters are broken before the shape of the result is.
            let ty = self.ty(result);
            let short = ty.flat().filter(|line| line.chars().count() <= super::WIDTH / 2);
            concat([text(format!(" {arrow} ")), short.map_or(ty, text)])
        });
        let body = match &function.body {
            Body::Expr(value) => concat([text(" = "), self.expr(value)]),
            Body::Block(block) => concat([text(" "), self.block(block)]),
        };
        concat([head, params].into_iter().chain(result).chain([body]))
    }

    fn param(&mut self, param: &ParamDecl) -> Doc {
        let ty = param.ty.as_ref().map(|ty| concat([text(": "), self.ty(ty)]));
        let bounds: Vec<Doc> = param.bounds.iter().map(|bound| self.bound(bound)).collect();
        let default = param.default.as_ref().map(|default| concat([text(" = "), self.expr(default)]));
        concat([text(param.name.name.clone())].into_iter().chain(ty).chain(bounds).chain(default))
    }

    /// `>= 0`, with the sign and the number as they are written.
    fn bound(&mut self, bound: &Bound) -> Doc {
        let written = self.written.slice(bound.span);
        let at =
            written.find(|c: char| c.is_ascii_digit() || matches!(c, '-' | '−')).unwrap_or(written.len());
        let (sign, number) = written.split_at(at);
        let number: String = number.split_whitespace().collect();
        concat([text(format!(" {} {number}", sign.trim()))])
    }

    fn ty(&mut self, ty: &TypeExpr) -> Doc {
        match &ty.kind {
            TypeExprKind::Shape(sizes) => {
                self.bracketed(("[", "]"), sizes, ty.span.end, |size| size.span, Printer::expr)
            }
            TypeExprKind::Real => text("real"),
            TypeExprKind::Int => text("int"),
            TypeExprKind::Bool => text("bool"),
            TypeExprKind::Text => text("text"),
            TypeExprKind::Fn => text("fn"),
            TypeExprKind::Like(of) => concat([text("like "), self.access(of)]),
            TypeExprKind::Error => text(self.written.slice(ty.span).trim()),
        }
    }

    fn data(&mut self, data: &DataDecl) -> Doc {
        let head = text(format!("data {} = ", data.name.name));
        let (source, end) = match &data.source {
            DataSource::Call { name, args, span } => (self.source(name, args, *span), span.end),
            DataSource::Examples { rows, span } => (self.examples(rows, *span), span.end),
        };
        if data.options.is_empty() {
            return concat([head, source]);
        }
        concat([head, source, text(" "), self.options(&data.options, end, data.span.end)])
    }

    fn source(&mut self, name: &Ident, args: &[crate::syntax::tree::Argument], span: Span) -> Doc {
        concat([text(name.name.clone()), self.arguments(args, span.end)])
    }

    fn examples(&mut self, rows: &[(Expr, Expr)], span: Span) -> Doc {
        let of = |(input, target): &(Expr, Expr)| input.span.to(target.span);
        let rows = self.braces(rows, span.start, span.end, of, |printer, (input, target)| {
            let arrow = printer.sign(printer.written.sign_before(target.span.start));
            let rest = printer.or_verbatim(input.span.to(target.span), |printer| {
                concat([printer.expr(input), text(format!(" {arrow} ")), printer.expr(target)])
            });
            Made { head: None, rest }
        });
        concat([text("examples "), rows])
    }
}

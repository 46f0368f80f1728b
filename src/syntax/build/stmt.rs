//! Statements and declarations.

use std::sync::Arc;

use pest::iterators::Pair;

use super::operators::compound;
use crate::base::Span;
use crate::syntax::Rule;
use crate::syntax::problem::Problem;
use crate::syntax::recover::Reader;
use crate::syntax::tokens::TokenKind;
use crate::syntax::tree::{
    BinaryOp, Block, Body, Bound, DataDecl, DataSource, Expr, ExprKind, Function, FunctionKind, Ident,
    ParamDecl, Stmt, StmtKind, TextPart, TypeExpr, TypeExprKind,
};

/// The parts of a match by what they are; a statement takes what its rule promised.
#[derive(Default)]
struct Parts<'i> {
    names: Vec<Ident>,
    types: Vec<TypeExpr>,
    exprs: Vec<Expr>,
    blocks: Vec<Block>,
    sign: Option<Pair<'i, Rule>>,
}

impl Reader<'_> {
    pub(in crate::syntax) fn build_statement(&mut self, pair: Pair<'_, Rule>) -> Stmt {
        let span = self.at(&pair);
        let kind = match pair.as_rule() {
            Rule::function => self.function(pair, span),
            Rule::data => self.data(pair, span),
            Rule::import => self.import(pair),
            _ => self.simple(pair),
        };
        Stmt { span, kind: kind.unwrap_or(StmtKind::Error) }
    }

    /// `[1, 2] -> [3]`
    pub(in crate::syntax) fn build_row(&mut self, pair: Pair<'_, Rule>) -> (Expr, Expr) {
        let mut exprs = self.parts(pair).exprs.into_iter();
        let input = exprs.next();
        let target = exprs.next();
        (input.unwrap_or_else(|| self.missing()), target.unwrap_or_else(|| self.missing()))
    }

    fn simple(&mut self, pair: Pair<'_, Rule>) -> Option<StmtKind> {
        let rule = pair.as_rule();
        let parts = self.parts(pair);
        let sign = parts.sign.map(|sign| compound(sign.as_str().trim()));
        let (mut names, mut types, mut exprs) =
            (parts.names.into_iter(), parts.types.into_iter(), parts.exprs.into_iter());
        let mut blocks = parts.blocks.into_iter();
        Some(match rule {
            Rule::seed => StmtKind::Seed(exprs.next()?),
            Rule::precision => StmtKind::Precision(names.next()?),
            Rule::param => StmtKind::Param { name: names.next()?, ty: types.next()?, init: exprs.next()? },
            Rule::state => StmtKind::State { name: names.next()?, ty: types.next(), init: exprs.next()? },
            Rule::total => StmtKind::Total { name: names.next()?, value: exprs.next()? },
            Rule::for_loop => StmtKind::For { var: names.next()?, iter: exprs.next()?, body: blocks.next()? },
            Rule::while_loop => StmtKind::While { condition: exprs.next()?, body: blocks.next()? },
            Rule::if_else => return if_else(exprs.collect(), blocks.collect()),
            Rule::compound => {
                let target = exprs.next()?;
                StmtKind::Compound { name: root_of(&target)?, target, op: sign?, value: exprs.next()? }
            }
            Rule::update => StmtKind::Update { name: names.next()?, value: exprs.next()? },
            Rule::bind => StmtKind::Bind { name: names.next()?, value: exprs.next()? },
            Rule::bare => StmtKind::Expr(exprs.next()?),
            _ => return None,
        })
    }

    fn parts<'i>(&mut self, pair: Pair<'i, Rule>) -> Parts<'i> {
        let mut parts = Parts::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => parts.names.push(self.ident(&part)),
                Rule::r#type => parts.types.push(self.type_expr(part)),
                Rule::expr => parts.exprs.push(self.build_expr(part)),
                Rule::target => parts.exprs.push(self.access(part).expr),
                Rule::block => parts.blocks.push(self.block(part)),
                Rule::compound_sign => parts.sign = Some(part),
                // Words and signs.
                _ => {}
            }
        }
        parts
    }

    fn block(&mut self, pair: Pair<'_, Rule>) -> Block {
        let span = self.at(&pair);
        if let Some(brace) = self.blanked(span.start as usize) {
            return Block { span, stmts: self.statements_inside(brace) };
        }
        let is_sign = |rule| matches!(rule, Rule::open_brace | Rule::close_brace);
        let statements = pair.into_inner().filter(|part| !is_sign(part.as_rule()));
        Block { span, stmts: statements.map(|statement| self.build_statement(statement)).collect() }
    }

    fn function(&mut self, pair: Pair<'_, Rule>, span: Span) -> Option<StmtKind> {
        let doc = self.doc_before(span.start);
        let mut parts = pair.into_inner();
        let head = parts.next()?;
        let head_span = self.at(&head);
        let (mut kind, mut name, mut params, mut result) = (None, None, Vec::new(), None);
        for part in head.into_inner() {
            match part.as_rule() {
                Rule::function_kind => kind = function_kind(part.as_str().trim()),
                Rule::name | Rule::setting_name => name = Some(self.ident(&part)),
                Rule::parameters => params = self.parameters(part),
                Rule::r#type => result = Some(self.type_expr(part)),
                // The arrow.
                _ => {}
            }
        }
        let body = parts.find_map(|part| match part.as_rule() {
            Rule::expr => Some(Body::Expr(self.build_expr(part))),
            Rule::block => Some(Body::Block(self.block(part))),
            _ => None,
        })?;
        let function = Function { kind: kind?, name: name?, params, result, body, doc, span, head_span };
        Some(StmtKind::Function(Arc::new(function)))
    }

    fn parameters(&mut self, pair: Pair<'_, Rule>) -> Vec<ParamDecl> {
        let mut params = Vec::new();
        for parameter in pair.into_inner().filter(|part| part.as_rule() == Rule::parameter) {
            let (mut name, mut ty, mut default) = (None, None, None);
            let mut bounds = Vec::new();
            for part in parameter.into_inner() {
                match part.as_rule() {
                    Rule::label => name = Some(self.ident(&part)),
                    Rule::r#type => ty = Some(self.type_expr(part)),
                    Rule::bound => bounds.extend(self.bound(part)),
                    Rule::expr => default = Some(self.build_expr(part)),
                    // Signs.
                    _ => {}
                }
            }
            params.extend(name.map(|name| ParamDecl { name, ty, bounds, default }));
        }
        params
    }

    /// `>= 0`
    fn bound(&mut self, pair: Pair<'_, Rule>) -> Option<Bound> {
        let span = self.at(&pair);
        let (mut op, mut sign, mut value) = (None, 1.0, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::less => op = Some(BinaryOp::Less),
                Rule::less_equal => op = Some(BinaryOp::LessEqual),
                Rule::greater => op = Some(BinaryOp::Greater),
                Rule::greater_equal => op = Some(BinaryOp::GreaterEqual),
                Rule::minus => sign = -1.0,
                Rule::number => value = part.as_str().replace('_', "").parse::<f64>().ok(),
                // Nothing else stands there.
                _ => {}
            }
        }
        Some(Bound { op: op?, value: sign * value?, span })
    }

    fn type_expr(&mut self, pair: Pair<'_, Rule>) -> TypeExpr {
        let span = self.at(&pair);
        let kind = pair.into_inner().next().map(|inner| match inner.as_rule() {
            Rule::shape => {
                let sizes = inner.into_inner().filter(|part| part.as_rule() == Rule::expr);
                TypeExprKind::Shape(sizes.map(|size| self.build_expr(size)).collect())
            }
            Rule::like => {
                let of = inner.into_inner().find(|part| part.as_rule() == Rule::access);
                of.map_or(TypeExprKind::Error, |of| TypeExprKind::Like(Box::new(self.access(of).expr)))
            }
            _ => self.type_name(inner.as_str().trim(), span),
        });
        TypeExpr { span, kind: kind.unwrap_or(TypeExprKind::Error) }
    }

    fn type_name(&mut self, name: &str, span: Span) -> TypeExprKind {
        match name {
            "real" => TypeExprKind::Real,
            "int" => TypeExprKind::Int,
            "bool" => TypeExprKind::Bool,
            "text" => TypeExprKind::Text,
            "fn" => TypeExprKind::Fn,
            _ => {
                self.problems.push(Problem::UnknownType { span, name: name.into() });
                TypeExprKind::Error
            }
        }
    }

    fn data(&mut self, pair: Pair<'_, Rule>, span: Span) -> Option<StmtKind> {
        let doc = self.doc_before(span.start);
        let (mut name, mut source, mut options) = (None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.ident(&part)),
                Rule::source => source = self.data_source(part),
                Rule::examples => source = Some(self.examples(part)),
                Rule::options => options = self.options(part),
                // The word and the sign.
                _ => {}
            }
        }
        Some(StmtKind::Data(Arc::new(DataDecl { name: name?, source: source?, options, doc, span })))
    }

    fn data_source(&mut self, pair: Pair<'_, Rule>) -> Option<DataSource> {
        let span = self.at(&pair);
        let mut parts = pair.into_inner();
        let name = parts.next().map(|name| self.ident(&name))?;
        let args = parts.next().map(|arguments| self.arguments(arguments).0)?;
        Some(DataSource::Call { name, args, span })
    }

    fn examples(&mut self, pair: Pair<'_, Rule>) -> DataSource {
        let span = self.at(&pair);
        let brace = pair.clone().into_inner().find(|part| part.as_rule() == Rule::open_brace);
        let blanked = brace.and_then(|brace| self.blanked(self.at(&brace).start as usize));
        if let Some(brace) = blanked {
            return DataSource::Examples { rows: self.rows_inside(brace), span };
        }
        let rows = pair.into_inner().filter(|part| part.as_rule() == Rule::row);
        DataSource::Examples { rows: rows.map(|row| self.build_row(row)).collect(), span }
    }

    fn import(&mut self, pair: Pair<'_, Rule>) -> Option<StmtKind> {
        let text = pair.into_inner().find(|part| part.as_rule() == Rule::text)?;
        let path_span = self.at(&text);
        let (parts, _) = self.text_parts(text);
        let path = match parts.as_slice() {
            [] => String::new(),
            [TextPart::Literal(path)] => path.clone(),
            _ => {
                self.problems.push(Problem::ComputedImport { span: path_span });
                return None;
            }
        };
        Some(StmtKind::Import { path, path_span })
    }

    /// The doc comments on the lines right above a place.
    fn doc_before(&self, start: u32) -> Vec<String> {
        let text = &self.cut.source.text;
        let index = self.cut.tokens.partition_point(|token| token.start < start);
        let mut lines = Vec::new();
        let mut line_ends = 0;
        for token in self.cut.tokens.iter().take(index).rev() {
            if token.kind == TokenKind::DocComment {
                let line = token.text(text).trim_start_matches('#').trim_end();
                lines.push(line.strip_prefix(' ').unwrap_or(line).to_string());
                line_ends = 0;
            } else if token.kind == TokenKind::Newline && line_ends == 0 {
                line_ends = 1;
            } else {
                break;
            }
        }
        lines.reverse();
        lines
    }
}

/// The name that a path begins with.
fn root_of(target: &Expr) -> Option<Ident> {
    match &target.kind {
        ExprKind::Name(name) => Some(Ident { name: name.clone(), span: target.span }),
        ExprKind::Field { object, .. } => root_of(object),
        _other => None,
    }
}

/// `if a { } else if b { } else { }` as choices inside each other.
fn if_else(conditions: Vec<Expr>, mut blocks: Vec<Block>) -> Option<StmtKind> {
    let mut otherwise = if blocks.len() > conditions.len() { blocks.pop() } else { None };
    let mut branches: Vec<(Expr, Block)> = conditions.into_iter().zip(blocks).collect();
    let (first_condition, first) = if branches.is_empty() { return None } else { branches.remove(0) };
    for (condition, then) in branches.into_iter().rev() {
        let end = otherwise.as_ref().map_or(then.span, |block| block.span);
        let span = condition.span.to(end);
        let kind = StmtKind::If { condition, then, otherwise: otherwise.take() };
        otherwise = Some(Block { span, stmts: vec![Stmt { span, kind }] });
    }
    Some(StmtKind::If { condition: first_condition, then: first, otherwise })
}

fn function_kind(word: &str) -> Option<FunctionKind> {
    Some(match word {
        "fn" => FunctionKind::Fn,
        "layer" => FunctionKind::Layer,
        "model" => FunctionKind::Model,
        "activation" => FunctionKind::Activation,
        "loss" => FunctionKind::Loss,
        "metric" => FunctionKind::Metric,
        "optimizer" => FunctionKind::Optimizer,
        "schedule" => FunctionKind::Schedule,
        "init" => FunctionKind::Init,
        _ => return None,
    })
}

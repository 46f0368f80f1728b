//! The tree as one line a statement, for tests and `nn check --show ast`. Spans and ids are left out.

use std::fmt::Write;

use super::tree::{
    Argument, Ast, BinaryOp, Block, Body, DataSource, Expr, ExprKind, FunctionKind, IndexItem, OptionItem,
    ParamDecl, PostfixOp, Stmt, StmtKind, TextPart, TypeExpr, TypeExprKind, UnaryOp,
};

/// The tree as S-expressions, a top-level statement a line.
pub fn sexpr(ast: &Ast) -> String {
    ast.stmts.iter().map(|one| stmt(one) + "\n").collect()
}

fn stmt(stmt: &Stmt) -> String {
    match &stmt.kind {
        StmtKind::Function(function) => {
            let params = join(&function.params, param);
            let result =
                function.result.as_ref().map_or(String::new(), |result| format!(" -> {}", ty(result)));
            let body = match &function.body {
                Body::Expr(value) => expr(value),
                Body::Block(body) => block(body),
            };
            let doc = if function.doc.is_empty() {
                String::new()
            } else {
                format!(" {:?}", function.doc.join("\n"))
            };
            format!("({} {}{doc} ({params}){result} {body})", kind_word(function.kind), function.name.name)
        }
        StmtKind::Data(data) => {
            let source = match &data.source {
                DataSource::Call { name, args, .. } => format!("({}{})", name.name, lead(args, argument)),
                DataSource::Examples { rows, .. } => {
                    format!("(examples{})", lead(rows, |(x, y)| format!("({} -> {})", expr(x), expr(y))))
                }
            };
            let doc = if data.doc.is_empty() { String::new() } else { format!(" {:?}", data.doc.join("\n")) };
            format!("(data {}{doc} {source}{})", data.name.name, options(&data.options))
        }
        StmtKind::Import { path, .. } => format!("(import {path:?})"),
        StmtKind::Seed(value) => format!("(seed {})", expr(value)),
        StmtKind::Precision(name) => format!("(precision {})", name.name),
        StmtKind::Bind { name, value } => format!("(= {} {})", name.name, expr(value)),
        StmtKind::Compound { target, op, value, .. } => {
            format!("({}= {} {})", sign(*op), expr(target), expr(value))
        }
        StmtKind::Update { name, value } => format!("(<- {} {})", name.name, expr(value)),
        StmtKind::Param { name, ty: of, init } => format!("(param {} {} {})", name.name, ty(of), expr(init)),
        StmtKind::State { name, ty: of, init } => {
            let of = of.as_ref().map_or(String::new(), |of| format!(" {}", ty(of)));
            format!("(state {}{of} {})", name.name, expr(init))
        }
        StmtKind::Total { name, value } => format!("(total {} {})", name.name, expr(value)),
        StmtKind::For { var, iter, body } => format!("(for {} {} {})", var.name, expr(iter), block(body)),
        StmtKind::While { condition, body } => format!("(while {} {})", expr(condition), block(body)),
        StmtKind::If { condition, then, otherwise } => {
            let otherwise = otherwise.as_ref().map_or(String::new(), |body| format!(" {}", block(body)));
            format!("(if {} {}{otherwise})", expr(condition), block(then))
        }
        StmtKind::Expr(value) => expr(value),
        StmtKind::Error => "(error)".into(),
    }
}

fn block(block: &Block) -> String {
    format!("{{{}}}", join(&block.stmts, stmt))
}

fn param(param: &ParamDecl) -> String {
    let mut text = param.name.name.clone();
    if let Some(of) = &param.ty {
        let _ = write!(text, ": {}", ty(of));
    }
    for bound in &param.bounds {
        let _ = write!(text, " {} {}", sign(bound.op), bound.value);
    }
    if let Some(default) = &param.default {
        let _ = write!(text, " = {}", expr(default));
    }
    if param.ty.is_none() && param.default.is_none() { text } else { format!("({text})") }
}

fn ty(of: &TypeExpr) -> String {
    match &of.kind {
        TypeExprKind::Shape(sizes) => format!("[{}]", join(sizes, expr)),
        TypeExprKind::Real => "real".into(),
        TypeExprKind::Int => "int".into(),
        TypeExprKind::Bool => "bool".into(),
        TypeExprKind::Text => "text".into(),
        TypeExprKind::Fn => "fn".into(),
        TypeExprKind::Like(value) => format!("(like {})", expr(value)),
        TypeExprKind::Error => "(error)".into(),
    }
}

fn expr(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Number { value, whole: true } => format!("{value}"),
        ExprKind::Number { value, whole: false } => format!("{value:?}"),
        ExprKind::Text(parts) => format!("(text{})", lead(parts, text_part)),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::List(items) => format!("[{}]", join(items, expr)),
        ExprKind::Entries(entries) => {
            format!("[{}]", join(entries, |(name, value)| format!("({}: {})", name.name, expr(value))))
        }
        ExprKind::Unary { op, operand } => {
            let sign = match op {
                UnaryOp::Negate => "neg",
                UnaryOp::Not => "not",
            };
            format!("({sign} {})", expr(operand))
        }
        ExprKind::Binary { op, lhs, rhs, .. } => format!("({} {} {})", sign(*op), expr(lhs), expr(rhs)),
        ExprKind::Postfix { op, operand } => {
            let sign = match op {
                PostfixOp::Transpose => "T",
                PostfixOp::Square => "²",
                PostfixOp::Cube => "³",
            };
            format!("({sign} {})", expr(operand))
        }
        ExprKind::If { condition, then, otherwise } => {
            format!("(if {} {} {})", expr(condition), expr(then), expr(otherwise))
        }
        ExprKind::Call { callee, args } => format!("(call {}{})", expr(callee), lead(args, argument)),
        ExprKind::Named { expr: named, name } => format!("(as {} {})", expr(named), name.name),
        ExprKind::Field { object, field } => format!("(. {} {})", expr(object), field.name),
        ExprKind::Index { object, indices } => format!("(at {}{})", expr(object), lead(indices, index)),
        ExprKind::Pipe { first, stages } => {
            let rest: String = stages.iter().map(|stage| format!(" {})", expr(&stage.to))).collect();
            format!("{}{}{rest}", "(|> ".repeat(stages.len()), expr(first))
        }
        ExprKind::Range { from, to } => format!("(.. {} {})", expr(from), expr(to)),
        ExprKind::Train { model, data, options: given } => {
            format!("(train {} {}{})", expr(model), expr(data), options(given))
        }
        ExprKind::Error => "(error)".into(),
    }
}

fn text_part(part: &TextPart) -> String {
    match part {
        TextPart::Literal(text) => format!("{text:?}"),
        TextPart::Value { expr: value, format: None } => expr(value),
        TextPart::Value { expr: value, format: Some(format) } => format!("({} {format:?})", expr(value)),
    }
}

fn argument(argument: &Argument) -> String {
    match &argument.name {
        Some(name) => format!("({}= {})", name.name, expr(&argument.value)),
        None => expr(&argument.value),
    }
}

fn index(item: &IndexItem) -> String {
    let end = |end: &Option<Expr>| end.as_ref().map_or("_".into(), expr);
    match item {
        IndexItem::At(at) => expr(at),
        IndexItem::Slice { from, to, .. } => format!("(: {} {})", end(from), end(to)),
    }
}

fn options(options: &[OptionItem]) -> String {
    lead(options, |option| format!("({}= {})", option.name.name, expr(&option.value)))
}

pub(super) fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::MatMul => "@",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Power => "^",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
    }
}

pub(super) fn kind_word(kind: FunctionKind) -> &'static str {
    match kind {
        FunctionKind::Fn => "fn",
        FunctionKind::Layer => "layer",
        FunctionKind::Model => "model",
        FunctionKind::Activation => "activation",
        FunctionKind::Loss => "loss",
        FunctionKind::Metric => "metric",
        FunctionKind::Optimizer => "optimizer",
        FunctionKind::Schedule => "schedule",
        FunctionKind::Init => "init",
    }
}

fn join<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}

/// Each item after a space.
fn lead<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(|item| format!(" {}", show(item))).collect()
}

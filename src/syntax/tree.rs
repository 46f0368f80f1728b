//! The tree of a program: what was written, with spans, and nothing that was found out about it.
//!
//! A node is an id, a span and a kind. Comments are kept beside the tree, see [`super::Parsed`].

use std::sync::Arc;

use crate::base::Span;

/// Names an expression across all sources of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// A program or one input of the prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ast {
    pub stmts: Vec<Stmt>,
}

/// A name as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident {
    pub name: String,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub id: ExprId,
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `3`, `0.5`, `1e-3`, `1_000`; `whole` if written without point and exponent.
    Number { value: f64, whole: bool },
    /// `"epoch {e}: {l:.4}"`
    Text(Vec<TextPart>),
    /// `true`
    Bool(bool),
    /// `x`, `σ`
    Name(String),
    /// `[1, 2]`, `[[1, 2], [3, 4]]`, `[accuracy]`
    List(Vec<Expr>),
    /// `[train: 0.8, test: 0.2]`
    Entries(Vec<(Ident, Expr)>),
    /// `-x`, `not c`
    Unary { op: UnaryOp, operand: Box<Expr> },
    /// `a + b`; `op_span` is the sign's
    Binary { op: BinaryOp, op_span: Span, lhs: Box<Expr>, rhs: Box<Expr> },
    /// `x.T`, `xᵀ`, `x²`, `x³`
    Postfix { op: PostfixOp, operand: Box<Expr> },
    /// `if c then a else b`
    If { condition: Box<Expr>, then: Box<Expr>, otherwise: Box<Expr> },
    /// `f(a, n = 2)`
    Call { callee: Box<Expr>, args: Vec<Argument> },
    /// `dense(128) as hidden`
    Named { expr: Box<Expr>, name: Ident },
    /// `net.W1`, `iris.train`
    Field { object: Box<Expr>, field: Ident },
    /// `x[0]`, `x[1:3]`, `A[0, 1:3]`
    Index { object: Box<Expr>, indices: Vec<IndexItem> },
    /// `x |> relu |> dense(16)`; flat, so that nothing recurses over its stages, however many they are
    Pipe { first: Box<Expr>, stages: Vec<Stage> },
    /// `1..10`, both ends included
    Range { from: Box<Expr>, to: Box<Expr> },
    /// `train net on iris.train { loss = mse, ... }`
    Train { model: Box<Expr>, data: Box<Expr>, options: Vec<OptionItem> },
    /// Text that could not be read; agrees with everything.
    Error,
}

/// What follows one `|>`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Of the pipeline up to and with this stage.
    pub id: ExprId,
    /// `relu`, `dense(16)`, `dense(16) as hidden`
    pub to: Expr,
}

/// A piece of a text with interpolations.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPart {
    Literal(String),
    /// `{l:.4}`: the expression and what stands after the colon.
    Value {
        expr: Expr,
        format: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Negate,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PostfixOp {
    Transpose,
    Square,
    Cube,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `@`, `·`
    MatMul,
    /// `*`, `⊙`
    Multiply,
    Divide,
    Add,
    Subtract,
    /// `^`
    Power,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}

/// One argument of a call: `x` or `axis = rows`.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub enum IndexItem {
    /// `x[i]`
    At(Expr),
    /// `x[a:b]`, `x[:b]`, `x[a:]`, `x[:]`
    Slice { from: Option<Expr>, to: Option<Expr>, span: Span },
}

/// `name = value` inside the braces of `train` or `data`.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionItem {
    pub name: Ident,
    pub value: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `fn`, `layer`, `model`, `activation`, `loss`, `metric`, `optimizer`, `schedule`, `init`
    Function(Arc<Function>),
    /// `data iris = csv("iris.csv") { ... }`
    Data(Arc<DataDecl>),
    /// `import "blocks.nn"`
    Import { path: String, path_span: Span },
    /// `seed 7`
    Seed(Expr),
    /// `precision f64`
    Precision(Ident),
    /// `name = expr`
    Bind { name: Ident, value: Expr },
    /// `net -= 0.1 * g`, `net.W -= 0.1 * g`; `op` is the arithmetic sign, `name` what the target begins with
    Compound { name: Ident, target: Expr, op: BinaryOp, value: Expr },
    /// `s <- expr`
    Update { name: Ident, value: Expr },
    /// `param W: [n, m] = glorot_uniform`
    Param { name: Ident, ty: TypeExpr, init: Expr },
    /// `state m = 0`, `state s: [n] = zeros`
    State { name: Ident, ty: Option<TypeExpr>, init: Expr },
    /// `total tp = expr`, in a metric
    Total { name: Ident, value: Expr },
    /// `for i in 1..4 { ... }`
    For { var: Ident, iter: Expr, body: Block },
    /// `while c { ... }`
    While { condition: Expr, body: Block },
    /// `if c { ... } else { ... }`
    If { condition: Expr, then: Block, otherwise: Option<Block> },
    /// An expression alone on its line.
    Expr(Expr),
    /// Text that could not be read.
    Error,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub span: Span,
    pub stmts: Vec<Stmt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    Fn,
    Layer,
    Model,
    Activation,
    Loss,
    Metric,
    Optimizer,
    Schedule,
    Init,
}

/// Anything declared with parameters and a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub kind: FunctionKind,
    pub name: Ident,
    pub params: Vec<ParamDecl>,
    pub result: Option<TypeExpr>,
    pub body: Body,
    /// The `##` lines above, without the signs.
    pub doc: Vec<String>,
    /// From the keyword to the end of the body.
    pub span: Span,
    /// From the keyword to the end of the parameters and result type.
    pub head_span: Span,
}

/// `= expr` or `{ ... }`; the last expression statement of a block is its result.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Expr(Expr),
    Block(Block),
}

/// `x: [m]`, `slope: real = 0.01`, `rate: real >= 0 <= 1 = 0.5`
#[derive(Clone, Debug, PartialEq)]
pub struct ParamDecl {
    pub name: Ident,
    pub ty: Option<TypeExpr>,
    pub bounds: Vec<Bound>,
    pub default: Option<Expr>,
}

/// An end of the range of a parameter: `>= 0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// `Less`, `LessEqual`, `Greater` or `GreaterEqual`
    pub op: BinaryOp,
    pub value: f64,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    pub span: Span,
    pub kind: TypeExprKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// `[n, 2 * m]`; `[]` is a number
    Shape(Vec<Expr>),
    /// `real`
    Real,
    /// `int`
    Int,
    /// `bool`
    Bool,
    /// `text`
    Text,
    /// `fn`
    Fn,
    /// `like iris.input`
    Like(Box<Expr>),
    Error,
}

/// `data NAME = SOURCE { options }`
#[derive(Clone, Debug, PartialEq)]
pub struct DataDecl {
    pub name: Ident,
    pub source: DataSource,
    pub options: Vec<OptionItem>,
    pub doc: Vec<String>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DataSource {
    /// `csv("iris.csv", separator = ";")`, `spiral(n = 300)`
    Call { name: Ident, args: Vec<Argument>, span: Span },
    /// `examples { [1, 2] -> [3] ... }`
    Examples { rows: Vec<(Expr, Expr)>, span: Span },
}

/// `# ...` or `## ...`, with its signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub span: Span,
    pub text: String,
}

impl Expr {
    /// The expressions directly inside, in order.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number { .. } | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Error => Vec::new(),
            ExprKind::Text(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    TextPart::Value { expr, .. } => Some(expr),
                    TextPart::Literal(_) => None,
                })
                .collect(),
            ExprKind::List(items) => items.iter().collect(),
            ExprKind::Entries(entries) => entries.iter().map(|(_, value)| value).collect(),
            ExprKind::Unary { operand, .. } | ExprKind::Postfix { operand, .. } => vec![operand],
            ExprKind::Binary { lhs, rhs, .. } => vec![lhs, rhs],
            ExprKind::Pipe { first, stages } => {
                std::iter::once(&**first).chain(stages.iter().map(|stage| &stage.to)).collect()
            }
            ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
            ExprKind::Call { callee, args } => {
                std::iter::once(&**callee).chain(args.iter().map(|argument| &argument.value)).collect()
            }
            ExprKind::Named { expr, .. } => vec![expr],
            ExprKind::Field { object, .. } => vec![object],
            ExprKind::Index { object, indices } => {
                let inside = indices.iter().flat_map(|item| match item {
                    IndexItem::At(at) => vec![at],
                    IndexItem::Slice { from, to, .. } => from.iter().chain(to).collect(),
                });
                std::iter::once(&**object).chain(inside).collect()
            }
            ExprKind::Range { from, to } => vec![from, to],
            ExprKind::Train { model, data, options } => {
                [&**model, &**data].into_iter().chain(options.iter().map(|item| &item.value)).collect()
            }
        }
    }

    /// Whether it or anything inside holds.
    pub fn any(&self, holds: &impl Fn(&Expr) -> bool) -> bool {
        holds(self) || self.children().into_iter().any(|child| child.any(holds))
    }
}

impl Stmt {
    /// The expressions directly inside, and the blocks.
    pub fn parts(&self) -> (Vec<&Expr>, Vec<&Block>) {
        match &self.kind {
            StmtKind::Seed(value)
            | StmtKind::Bind { value, .. }
            | StmtKind::Compound { value, .. }
            | StmtKind::Update { value, .. }
            | StmtKind::Total { value, .. }
            | StmtKind::Expr(value)
            | StmtKind::Param { init: value, .. }
            | StmtKind::State { init: value, .. } => (vec![value], Vec::new()),
            StmtKind::For { iter, body, .. } => (vec![iter], vec![body]),
            StmtKind::While { condition, body } => (vec![condition], vec![body]),
            StmtKind::If { condition, then, otherwise } => {
                (vec![condition], std::iter::once(then).chain(otherwise).collect())
            }
            StmtKind::Function(_)
            | StmtKind::Data(_)
            | StmtKind::Import { .. }
            | StmtKind::Precision(_)
            | StmtKind::Error => (Vec::new(), Vec::new()),
        }
    }
}

impl Block {
    /// Whether any expression of its statements holds.
    pub fn any(&self, holds: &impl Fn(&Expr) -> bool) -> bool {
        self.stmts.iter().any(|stmt| {
            let (exprs, blocks) = stmt.parts();
            exprs.into_iter().any(|expr| expr.any(holds)) || blocks.into_iter().any(|block| block.any(holds))
        })
    }
}

impl Function {
    /// Whether any expression of the body holds.
    pub fn any(&self, holds: &impl Fn(&Expr) -> bool) -> bool {
        match &self.body {
            Body::Expr(expr) => expr.any(holds),
            Body::Block(block) => block.any(holds),
        }
    }
}

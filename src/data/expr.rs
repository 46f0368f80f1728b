//! Expressions of columns: what the script writes behind `input =` and `target =`.
//!
//! The session builds them from the tree; `infer` gives their types, `encode` fits and evaluates them.

use crate::base::{Span, Spanned};

/// An expression of columns and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnExpr {
    pub span: Span,
    pub kind: ColumnExprKind,
}

/// The kinds of expressions of columns.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnExprKind {
    /// `sepal_length`
    Column(String),
    /// `columns(except = species)`
    All { except: Vec<Spanned<String>> },
    /// `[sepal_length, sepal_width]`
    List(Vec<ColumnExpr>),
    /// `standardize(age)`
    Standardize(Box<ColumnExpr>),
    /// `minmax(age)`
    MinMax(Box<ColumnExpr>),
    /// `one_hot(species)`, `one_hot(labels, 10)`
    OneHot { of: Box<ColumnExpr>, classes: Option<Spanned<usize>> },
    /// `label(species)`: the number of the class
    Label(Box<ColumnExpr>),
    /// `flatten(images)`
    Flatten(Box<ColumnExpr>),
    /// `255`
    Number(f64),
    /// `images / 255`
    Arith { op: ArithOp, lhs: Box<ColumnExpr>, rhs: Box<ColumnExpr> },
}

/// An elementwise operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArithOp {
    Add,
    Sub,
    Mul,
    Div,
}

impl ColumnExpr {
    pub fn new(span: Span, kind: ColumnExprKind) -> ColumnExpr {
        ColumnExpr { span, kind }
    }

    pub fn column(span: Span, name: impl Into<String>) -> ColumnExpr {
        ColumnExpr { span, kind: ColumnExprKind::Column(name.into()) }
    }
}

impl ArithOp {
    pub fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            ArithOp::Add => a + b,
            ArithOp::Sub => a - b,
            ArithOp::Mul => a * b,
            ArithOp::Div => a / b,
        }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            ArithOp::Add => "+",
            ArithOp::Sub => "-",
            ArithOp::Mul => "*",
            ArithOp::Div => "/",
        }
    }

    pub fn of_symbol(symbol: &str) -> Option<ArithOp> {
        [ArithOp::Add, ArithOp::Sub, ArithOp::Mul, ArithOp::Div].into_iter().find(|op| op.symbol() == symbol)
    }
}

//! The table of operators: how tightly each binds, and what it is in the tree.
//!
//! This is the one place where precedence is written.

use std::sync::LazyLock;

use pest::pratt_parser::{Assoc, Op, PrattParser};

use crate::syntax::Rule;
use crate::syntax::tree::BinaryOp;

/// Loosest first. `|>` and `if` are looser than all of these and stand in the grammar.
pub static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::or))
        .op(left(Rule::and))
        .op(Op::prefix(Rule::negation))
        .op(left(Rule::equal)
            | left(Rule::not_equal)
            | left(Rule::less)
            | left(Rule::less_equal)
            | left(Rule::greater)
            | left(Rule::greater_equal))
        .op(left(Rule::range))
        .op(left(Rule::add) | left(Rule::subtract))
        .op(left(Rule::matmul) | left(Rule::multiply) | left(Rule::divide))
        .op(Op::prefix(Rule::minus) | Op::prefix(Rule::root))
        .op(Op::infix(Rule::power, Assoc::Right))
        .op(Op::postfix(Rule::transpose)
            | Op::postfix(Rule::square)
            | Op::postfix(Rule::cube)
            | Op::postfix(Rule::field)
            | Op::postfix(Rule::arguments)
            | Op::postfix(Rule::index)
            | Op::postfix(Rule::naming))
});

const BINARY: &[(Rule, BinaryOp)] = &[
    (Rule::power, BinaryOp::Power),
    (Rule::matmul, BinaryOp::MatMul),
    (Rule::multiply, BinaryOp::Multiply),
    (Rule::divide, BinaryOp::Divide),
    (Rule::add, BinaryOp::Add),
    (Rule::subtract, BinaryOp::Subtract),
    (Rule::equal, BinaryOp::Equal),
    (Rule::not_equal, BinaryOp::NotEqual),
    (Rule::less, BinaryOp::Less),
    (Rule::less_equal, BinaryOp::LessEqual),
    (Rule::greater, BinaryOp::Greater),
    (Rule::greater_equal, BinaryOp::GreaterEqual),
    (Rule::and, BinaryOp::And),
    (Rule::or, BinaryOp::Or),
];

/// What an infix sign is in the tree; nothing for `..`, which makes a range.
pub fn binary(rule: Rule) -> Option<BinaryOp> {
    BINARY.iter().find(|(known, _)| *known == rule).map(|(_, op)| *op)
}

/// What the sign of `net -= g` does.
pub fn compound(sign: &str) -> BinaryOp {
    match sign.trim_end_matches('=') {
        "+" => BinaryOp::Add,
        "-" | "−" => BinaryOp::Subtract,
        "*" | "⊙" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "^" => BinaryOp::Power,
        _ => BinaryOp::MatMul,
    }
}

/// Whether the operator compares.
pub fn compares(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual => true,
        BinaryOp::MatMul
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Power
        | BinaryOp::And
        | BinaryOp::Or => false,
    }
}

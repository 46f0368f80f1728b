//! Textbook logarithms that overflow or lose digits, and what is computed instead.

use super::pattern::{beside_number, is_number, pair, under};
use super::rules;
use super::safety::{FINITE, axis_of, finite, shift_by};
use crate::graph::{Graph, Leaf, NodeId, Operation};
use crate::ops::build::{
    abs, add, exp, expm1, less, log, log1p, max, min, mul, neg, number, select, sinh, softplus, square, sub,
    sum,
};

rules! {
    LOG {
        "log of exp": "log(exp(x)) is x", FINITE, Safer, |g, site| under(g, site.one()?, "exp");
        "log of softmax": "log(exp(u) / s) is u - log(s)", FINITE, Safer, |g, site| {
            let (top, s) = pair(g, site.one()?, "divide")?;
            let u = under(g, top, "exp")?;
            let log_s = log(g, s);
            Some(sub(g, u, log_s))
        };
        "log of a sum of exponentials": "log(sum(exp(z))) is m + log(sum(exp(z - m))) with m = max(z)",
            FINITE, Safer, |g, site| {
            let total = site.one()?;
            let z = under(g, under(g, total, "sum")?, "exp")?;
            let (shifted, m) = shift_by(g, z, axis_of(g, total)?, finite)?;
            let powers = exp(g, shifted);
            let total = sum(g, powers, axis_of(g, total)?);
            let rest = log(g, total);
            Some(add(g, m, rest))
        };
        "log of a scaled sum of exponentials": "log(c sum(exp(z))) is log(c) + log(sum(exp(z))) for a number c",
            FINITE, Safer, |g, site| {
            let (total, c, is_divided) = scaled(g, site.one()?)?;
            under(g, under(g, total, "sum")?, "exp")?;
            let (log_total, log_c) = (log(g, total), log(g, c));
            Some(if is_divided { sub(g, log_total, log_c) } else { add(g, log_total, log_c) })
        };
        "log of two exponentials": "log(exp(a) + exp(b)) is m + softplus(n - m) with m the larger and n the smaller",
            FINITE, Safer, |g, site| {
            let (a, b) = pair(g, site.one()?, "add")?;
            let (a, b) = (under(g, a, "exp")?, under(g, b, "exp")?);
            let (larger, smaller) = (max(g, a, b), min(g, a, b));
            let apart = sub(g, smaller, larger);
            let rest = softplus(g, apart);
            Some(add(g, larger, rest))
        };
        "log of an item": "log(p[i]) is log(p)[i] where the logarithm of p is safe", FINITE, Safer, |g, site| {
            let item = site.one()?;
            let p = under(g, item, "_slice").filter(|&p| is_safe_below_log(g, p))?;
            let logs = log(g, p);
            same_item(g, item, logs)
        };
        "log of odds": "log(sigmoid(z) / (1 - sigmoid(z))) is z", FINITE, Safer, |g, site| {
            let (s, rest) = pair(g, site.one()?, "divide")?;
            let (one, other) = pair(g, rest, "subtract")?;
            (is_number(g, one, 1.0) && other == s).then(|| under(g, s, "sigmoid"))?
        };
        "log of cosh": "log(cosh(z)) is |z| + softplus(-2 |z|) - log(2), and log1p(2 sinh(z / 2)²) near 0",
            FINITE, Safer, |g, site| {
            let z = under(g, site.one()?, "cosh")?;
            let (size, one, two) = (abs(g, z), number(g, 1.0), number(g, 2.0));
            // A choice that is not taken must be finite too: its slope is multiplied by 0.
            let (half, held) = (number(g, 0.5), min(g, size, one));
            let half = mul(g, half, held);
            let squared = sinh(g, half);
            let squared = square(g, squared);
            let twice = mul(g, two, squared);
            let near = log1p(g, twice);
            let down = number(g, -2.0);
            let down = mul(g, down, size);
            let soft = softplus(g, down);
            let (far, log_2) = (add(g, size, soft), number(g, std::f64::consts::LN_2));
            let far = sub(g, far, log_2);
            let is_near = less(g, size, one);
            Some(select(g, is_near, near, far))
        };
        "log of 1 - exp": "log(1 - exp(z)) is log(-expm1(z)) near 0 and log1p(-exp(z)) below", FINITE, Safer, |g, site| {
            let (one, power) = pair(g, site.one()?, "subtract").filter(|&(one, _)| is_number(g, one, 1.0))?;
            let z = under(g, power, "exp").filter(|_| is_number(g, one, 1.0))?;
            let edge = number(g, -std::f64::consts::LN_2);
            let (gap, held) = (expm1(g, z), min(g, z, edge));
            let (gap, power) = (neg(g, gap), exp(g, held));
            let opposite = neg(g, power);
            let (near, below) = (log(g, gap), log1p(g, opposite));
            let is_below = less(g, z, edge);
            Some(select(g, is_below, below, near))
        };
        "log of sigmoid": "log(sigmoid(z)) is -softplus(-z)", FINITE, Safer, |g, site| {
            let z = under(g, site.one()?, "sigmoid")?;
            let z = neg(g, z);
            let soft = softplus(g, z);
            Some(neg(g, soft))
        };
        "log of 1 - sigmoid": "log(1 - sigmoid(z)) is -softplus(z), of an item too", FINITE, Safer, |g, site| {
            let (one, s) = pair(g, site.one()?, "subtract")?;
            let z = is_number(g, one, 1.0).then(|| score_of(g, s))??;
            let soft = softplus(g, z);
            Some(neg(g, soft))
        };
        "log of 1 + exp": "log(1 + exp(z)) is softplus(z)", FINITE, Safer, |g, site| {
            let power = beside_number(g, site.one()?, "add", 1.0)?;
            let z = under(g, power, "exp")?;
            Some(softplus(g, z))
        };
    }
    LOG1P {
        "log1p of exp": "log1p(exp(z)) is softplus(z)", FINITE, Safer, |g, site| {
            let z = under(g, site.one()?, "exp")?;
            Some(softplus(g, z))
        };
        "log1p of -sigmoid": "log1p(-sigmoid(z)) is -softplus(z)", FINITE, Safer, |g, site| {
            let z = under(g, under(g, site.one()?, "negate")?, "sigmoid")?;
            let soft = softplus(g, z);
            Some(neg(g, soft))
        };
    }
}

/// Whether the rules above look for this function inside others. It stays a function of a known number until they
/// have seen it; the pass `fold` computes it in the end.
pub(in crate::ops) fn is_looked_into(function: &str) -> bool {
    matches!(function, "exp" | "sigmoid" | "cosh")
}

/// A value times a positive number or divided by one, which a size is too: the value, the number, and whether it
/// divides.
fn scaled(graph: &Graph, id: NodeId) -> Option<(NodeId, NodeId, bool)> {
    let is_positive = |c: NodeId| match &graph.node(c).operation {
        Operation::Leaf(Leaf::Size(_)) => true,
        _ => graph.number(c).is_some_and(|c| c > 0.0),
    };
    if let Some((x, c)) = pair(graph, id, "divide") {
        return is_positive(c).then_some((x, c, true));
    }
    let (a, b) = pair(graph, id, "multiply")?;
    match (is_positive(a), is_positive(b)) {
        (true, _) => Some((b, a, false)),
        (false, true) => Some((a, b, false)),
        (false, false) => None,
    }
}

/// Of another value the same item.
fn same_item(graph: &mut Graph, item: NodeId, of: NodeId) -> Option<NodeId> {
    let Operation::Apply(slice) = graph.node(item).operation.clone() else { return None };
    graph.apply(slice, &[of]).ok()
}

/// `z` of `sigmoid(z)`, and `z[i]` of `sigmoid(z)[i]`.
fn score_of(graph: &mut Graph, s: NodeId) -> Option<NodeId> {
    if let Some(z) = under(graph, s, "sigmoid") {
        return Some(z);
    }
    let z = under(graph, under(graph, s, "_slice")?, "sigmoid")?;
    same_item(graph, s, z)
}

/// Whether a rule above makes the logarithm of this value safe: a softmax, or a sigmoid or 1 less it.
fn is_safe_below_log(graph: &Graph, p: NodeId) -> bool {
    let is_softmax = pair(graph, p, "divide").is_some_and(|(top, _)| under(graph, top, "exp").is_some());
    let is_rest = pair(graph, p, "subtract")
        .is_some_and(|(one, s)| is_number(graph, one, 1.0) && under(graph, s, "sigmoid").is_some());
    is_softmax || is_rest || under(graph, p, "sigmoid").is_some()
}

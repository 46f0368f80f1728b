//! Textbook quotients and differences that overflow or lose digits, and what is computed instead.
//!
//! Those under a logarithm are in `logarithm`.

use super::algebra::keep;
use super::pattern::{attributes, beside_number, is_number, pair, under};
use super::{Floats, rules};
use crate::graph::{Attribute, Graph, NodeId};
use crate::ops::build::{
    abs, batch_sum, div, equal, exp, mul, neg, number, quotient, reciprocal, reduce, select, sigmoid, square,
    stop_gradient, sub, sum, tanh,
};
use crate::ops::reduce::spread;
use crate::tensor::{Axis, Fold};

pub(super) const FINITE: Floats =
    Floats::Except("a number where the formula as written overflows; else the last bits");

rules! {
    RECIPROCAL {
        "logistic function": "1 / (1 + exp(-z)) is sigmoid(z)", FINITE, Safer, |g, site| {
            let power = beside_number(g, site.one()?, "add", 1.0)?;
            let opposite = under(g, power, "exp")?;
            let z = neg(g, opposite);
            Some(sigmoid(g, z))
        };
        "reciprocal of a reciprocal": "1 / (1 / x) is x", Floats::Except("two roundings fewer; 1 / x may overflow"),
            Smaller, |g, site| under(g, site.one()?, "reciprocal");
    }
    DIVIDE {
        "divide by one": "x / 1 is x", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            keep(g, a, b, 1.0)
        };
        "one divided": "1 / x is the reciprocal", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            is_number(g, a, 1.0).then(|| reciprocal(g, b))
        };
        "direction of a vector": "x / norm(x) is 0 where the norm is 0", FINITE, Safer, |g, site| {
            let (x, length) = site.two()?;
            let squares = under(g, under(g, length, "sqrt")?, "sum")?;
            (under(g, squares, "square")? == x).then(|| quotient(g, x, length))
        };
        "sign of a quotient": "(-a) / b is -(a / b)", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            let a = under(g, a, "negate")?;
            let quotient = div(g, a, b);
            Some(neg(g, quotient))
        };
        "hyperbolic tangent": "(exp(z) - exp(-z)) / (exp(z) + exp(-z)) is tanh(z)", FINITE, Safer, |g, site| {
            let (top, below) = site.two()?;
            let (up, down) = pair(g, top, "subtract")?;
            let same = pair(g, below, "add").filter(|&(a, b)| (a, b) == (up, down) || (b, a) == (up, down));
            let (z, opposite) = same.and_then(|_| Some((under(g, up, "exp")?, under(g, down, "exp")?)))?;
            (neg(g, z) == opposite).then(|| tanh(g, z))
        };
        "hyperbolic tangent, other form": "(exp(z) - 1) / (exp(z) + 1) is tanh(z / 2)", FINITE, Safer, |g, site| {
            let (top, below) = site.two()?;
            let (power, one) = pair(g, top, "subtract").filter(|&(_, one)| is_number(g, one, 1.0))?;
            let z = under(g, power, "exp").filter(|_| pair(g, below, "add").is_some_and(|(a, b)| {
                (a, b) == (power, one) || (b, a) == (power, one)
            }))?;
            let half = number(g, 0.5);
            let half = mul(g, half, z);
            Some(tanh(g, half))
        };
        "logistic function as a factor": "y / (1 + exp(-z)) is y sigmoid(z)", FINITE, Safer, |g, site| {
            let (y, below) = site.two()?;
            let power = beside_number(g, below, "add", 1.0)?;
            let opposite = under(g, power, "exp").filter(|_| y != power)?;
            let z = neg(g, opposite);
            let s = sigmoid(g, z);
            Some(mul(g, y, s))
        };
        "logistic function, other form": "exp(z) / (1 + exp(z)) is sigmoid(z)", FINITE, Safer, |g, site| {
            let (top, below) = site.two()?;
            let z = under(g, top, "exp")?;
            (beside_number(g, below, "add", 1.0)? == top).then(|| sigmoid(g, z))
        };
        "softmax": "exp(z) / sum(exp(z)) is exp(z - m) / sum(exp(z - m)) with m = max(z)", FINITE, Safer, |g, site| {
            let (top, total) = site.two()?;
            let z = under(g, top, "exp")?;
            if under(g, total, "sum")? != top || axis_of(g, total)? != Axis::All {
                return None;
            }
            let (shifted, _) = shift(g, z, Axis::All)?;
            let powers = exp(g, shifted);
            let total = sum(g, powers, Axis::All);
            Some(div(g, powers, total))
        };
    }
}

/// `mean((x - mean(x))²)` for `mean(x²) - mean(x)²`, over an axis or the batch.
pub(super) fn variance(g: &mut Graph, (of_squares, squared): (NodeId, NodeId)) -> Option<NodeId> {
    let mean = under(g, squared, "square")?;
    let ((squares, n), (total, count)) = (pair(g, of_squares, "divide")?, pair(g, mean, "divide")?);
    let fold = ["sum", "batch_sum"].into_iter().find(|fold| under(g, squares, fold).is_some())?;
    let x = under(g, under(g, squares, fold)?, "square")?;
    let axis = (fold == "sum").then(|| axis_of(g, total)).flatten();
    if n != count || under(g, total, fold)? != x || axis != axis_of(g, squares) {
        return None;
    }
    let wide = g.ty(x).clone();
    let over = axis.map_or(mean, |axis| spread(g, mean, axis, &wide));
    let off = sub(g, x, over);
    let off = square(g, off);
    let total = match axis {
        Some(axis) => sum(g, off, axis),
        None => batch_sum(g, off),
    };
    Some(div(g, total, n))
}

/// The axis of a reduction.
pub(super) fn axis_of(graph: &Graph, id: NodeId) -> Option<Axis> {
    match attributes(graph, id).as_slice() {
        [Attribute::Axis(axis)] => Some(*axis),
        _ => None,
    }
}

/// `z - m` and `m`, the largest of `z` along the axis, as a constant to gradients. Nothing where that has been
/// done already, or `z` has no numbers or is one.
fn shift(graph: &mut Graph, z: NodeId, axis: Axis) -> Option<(NodeId, NodeId)> {
    shift_by(graph, z, axis, |_, largest| largest)
}

/// As [`shift`], by what is made of the largest.
pub(super) fn shift_by(
    graph: &mut Graph,
    z: NodeId,
    axis: Axis,
    of: fn(&mut Graph, NodeId) -> NodeId,
) -> Option<(NodeId, NodeId)> {
    if graph.ty(z).shape.is_scalar() || is_shifted(graph, z) {
        return None;
    }
    let op = crate::ops::reduce(Fold::Max, axis);
    op.shape(&[graph.ty(z)]).ok()?;
    let largest = reduce(graph, Fold::Max, axis, z);
    let by = of(graph, largest);
    let m = stop_gradient(graph, by);
    let wide = graph.ty(z).clone();
    let over = spread(graph, m, axis, &wide);
    Some((sub(graph, z, over), m))
}

/// A number, or 0 where it is infinite: so that `∞ - ∞` is not taken.
pub(super) fn finite(graph: &mut Graph, x: NodeId) -> NodeId {
    let (size, infinity, zero) = (abs(graph, x), number(graph, f64::INFINITY), number(graph, 0.0));
    let is_infinite = equal(graph, size, infinity);
    select(graph, is_infinite, zero, x)
}

/// `x` of what `finite` makes of it.
pub fn finite_part(graph: &Graph, id: NodeId) -> Option<NodeId> {
    let &[condition, zero, x] = graph.op_named(id, "select")?.inputs.as_slice() else { return None };
    let (a, b) = pair(graph, condition, "equal")?;
    let is_infinite = |size: NodeId, limit: NodeId| {
        is_number(graph, limit, f64::INFINITY) && under(graph, size, "abs") == Some(x)
    };
    (is_number(graph, zero, 0.0) && (is_infinite(a, b) || is_infinite(b, a))).then_some(x)
}

/// Whether `z` is `u - max(u)`, as careful users write it and as [`shift`] does.
fn is_shifted(graph: &Graph, z: NodeId) -> bool {
    let Some((u, mut m)) = pair(graph, z, "subtract") else { return false };
    while let Some(inner) = under(graph, m, "stop_gradient")
        .or_else(|| under(graph, m, "_repeat"))
        .or_else(|| under(graph, m, "_expand"))
        .or_else(|| finite_part(graph, m))
    {
        m = inner;
    }
    under(graph, m, "_max") == Some(u)
}

//! What values can come out of each operation of a graph, from the ranges that operators declare.
//!
//! Warnings read it. Choices are looked at more closely than operators can: behind `x <= 0` an `x` is above 0.

use crate::graph::{Graph, Leaf, NodeId, Operation, Range};

/// The range of every node, by its index.
pub(super) fn of_graph(graph: &Graph) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::with_capacity(graph.len());
    for id in graph.ids() {
        let node = graph.node(id);
        let of = |id: &NodeId| ranges.get(id.index()).copied().unwrap_or(Range::ANY);
        let range = match &node.operation {
            Operation::Leaf(Leaf::Number(real)) => Range::closed(real.0, real.0),
            Operation::Leaf(Leaf::Tensor(constant)) => {
                let values = || constant.values.iter().copied();
                Range::closed(
                    values().fold(f64::INFINITY, f64::min),
                    values().fold(f64::NEG_INFINITY, f64::max),
                )
            }
            Operation::Leaf(Leaf::BatchCount(_)) => Range::closed(1.0, f64::INFINITY),
            Operation::Leaf(Leaf::Slot { .. } | Leaf::Size(_) | Leaf::Random { .. }) => Range::ANY,
            Operation::Apply(op) => {
                let mut inputs: Vec<Range> = node.inputs.iter().map(of).collect();
                if op.name() == "select"
                    && let ([condition, then, otherwise], [_, a, b]) =
                        (node.inputs.as_slice(), inputs.as_mut_slice())
                {
                    *a = where_it_holds(graph, *condition, *then, *a, &of, true);
                    *b = where_it_holds(graph, *condition, *otherwise, *b, &of, false);
                }
                let range = op.range(&inputs);
                match (op.name(), inputs.first(), node.inputs.first()) {
                    // A sum of nothing is 0; one of positive numbers is not.
                    ("sum", Some(summed), Some(input)) if !graph.ty(*input).shape.is_empty() => {
                        Range { lo_open: range.lo_open || (summed.lo >= 0.0 && summed.lo_open), ..range }
                    }
                    _ => range,
                }
            }
        };
        // No operation gives an infinite number, unless something went wrong before.
        ranges.push(Range {
            lo_open: range.lo_open || range.lo == f64::NEG_INFINITY,
            hi_open: range.hi_open || range.hi == f64::INFINITY,
            ..range
        });
    }
    ranges
}

/// The range of a value where a comparison of that very value is true, or is not.
fn where_it_holds(
    graph: &Graph,
    condition: NodeId,
    value: NodeId,
    range: Range,
    of: &impl Fn(&NodeId) -> Range,
    holds: bool,
) -> Range {
    let Operation::Apply(op) = &graph.node(condition).operation else { return range };
    let [left, right] = graph.node(condition).inputs.as_slice() else { return range };
    // As if it stood on the left.
    let (other, is_left) = match (*left == value, *right == value) {
        (true, false) => (of(right), true),
        (false, true) => (of(left), false),
        _ => return range,
    };
    let (below, or_equal) = match op.name() {
        "less" => (true, false),
        "less_equal" => (true, true),
        "greater" => (false, false),
        "greater_equal" => (false, true),
        _ => return range,
    };
    let below = below == is_left;
    let (below, is_open) = if holds { (below, !or_equal) } else { (!below, or_equal) };
    if below && other.hi < range.hi {
        return Range { hi: other.hi, hi_open: is_open || other.hi_open, ..range };
    }
    if !below && other.lo > range.lo {
        return Range { lo: other.lo, lo_open: is_open || other.lo_open, ..range };
    }
    range
}

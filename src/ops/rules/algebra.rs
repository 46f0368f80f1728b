//! Sums, products, powers and choices that have a shorter form.

use super::pattern::{is_number, pair, under};
use super::safety::variance;
use super::{Floats, Site, rules};
use crate::graph::{Graph, NodeId};
use crate::ops::build::{abs, add, mul, neg, number, ones, reciprocal, sqrt, square, sub};

const ZERO_SIGN: Floats = Floats::Except("a result of 0 may get the other sign");

rules! {
    ADD {
        "add zero": "x + 0 is x", Floats::Except("-0 + 0 is 0, and becomes -0"), Smaller, |g, site| {
            let (a, b) = site.two()?;
            keep(g, a, b, 0.0).or_else(|| keep(g, b, a, 0.0))
                .or_else(|| keep(g, a, b, -0.0)).or_else(|| keep(g, b, a, -0.0))
        };
        "add negative": "a + (-b) is a - b", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            if let Some(b) = under(g, b, "negate") {
                return Some(sub(g, a, b));
            }
            let a = under(g, a, "negate")?;
            Some(sub(g, b, a))
        };
        "add to itself": "x + x is 2 x", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            let two = (a == b).then(|| number(g, 2.0))?;
            Some(mul(g, two, a))
        };
    }
    SUBTRACT {
        "variance of nearly equal numbers": "mean(x²) - mean(x)² is mean((x - mean(x))²)", super::safety::FINITE, Safer,
            |g, site| variance(g, site.two()?);
        "subtract zero": "x - 0 is x", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            keep(g, a, b, 0.0)
        };
        "subtract from zero": "0 - x is -x", ZERO_SIGN, Smaller, |g, site| {
            let (a, b) = site.two()?;
            is_number(g, a, 0.0).then(|| neg(g, b))
        };
        "subtract negative": "a - (-b) is a + b", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            let b = under(g, b, "negate")?;
            Some(add(g, a, b))
        };
    }
    MULTIPLY {
        "multiply by one": "x * 1 is x", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            keep(g, a, b, 1.0).or_else(|| keep(g, b, a, 1.0))
        };
        "multiply by minus one": "x * (-1) is -x", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            if is_number(g, b, -1.0) {
                return Some(neg(g, a));
            }
            is_number(g, a, -1.0).then(|| neg(g, b))
        };
        "sign of a product": "(-a) * b is -(a * b)", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            let product = match (under(g, a, "negate"), under(g, b, "negate")) {
                (Some(a), Some(b)) => return Some(mul(g, a, b)),
                (Some(a), None) => mul(g, a, b),
                (None, Some(b)) => mul(g, a, b),
                (None, None) => return None,
            };
            Some(neg(g, product))
        };
        "multiply by itself": "x * x is x²", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            (a == b).then(|| square(g, a))
        };
        "collect scalars": "s (r x) is (s r) x for numbers s and r and a larger x",
            Floats::Except("rounded in another order; s r may leave the range"), Smaller, |g, site| {
            let (a, b) = site.two()?;
            collect(g, a, b).or_else(|| collect(g, b, a))
        };
    }
    POWER {
        "power 0": "x ^ 0 is 1", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            let ty = is_number(g, b, 0.0).then(|| g.ty(a).clone())?;
            Some(ones(g, &ty))
        };
        "power 1": "x ^ 1 is x", Floats::Equal, Smaller, |g, site| {
            let (a, b) = site.two()?;
            keep(g, a, b, 1.0)
        };
        "power 2": "x ^ 2 is x²", Floats::Except("the last bit of the power function"), Smaller, |g, site| {
            let (a, b) = site.two()?;
            is_number(g, b, 2.0).then(|| square(g, a))
        };
        "power 0.5": "x ^ 0.5 is √x", Floats::Except("-0 gives -0, and -∞ gives no number"), Smaller, |g, site| {
            let (a, b) = site.two()?;
            is_number(g, b, 0.5).then(|| sqrt(g, a))
        };
        "power -1": "x ^ (-1) is 1 / x", Floats::Except("the last bit of the power function"), Smaller, |g, site| {
            let (a, b) = site.two()?;
            is_number(g, b, -1.0).then(|| reciprocal(g, a))
        };
    }
    NEGATE {
        "negate twice": "-(-x) is x", Floats::Equal, Smaller, |g, site| under(g, site.one()?, "negate");
    }
    ABS {
        "size of a size": "|-x| and ||x|| are |x|", Floats::Equal, Smaller, |g, site| {
            let x = without_sign(g, site.one()?)?;
            Some(abs(g, x))
        };
    }
    SQUARE {
        "square without sign": "(-x)² and |x|² are x²", Floats::Equal, Smaller, |g, site| {
            let x = without_sign(g, site.one()?)?;
            Some(square(g, x))
        };
    }
    SELECT {
        "choose by not": "`if not c then a else b` is `if c then b else a`", Floats::Equal, Smaller, |g, site: &Site<'_>| {
            let &[condition, a, b] = site.inputs else { return None };
            let condition = under(g, condition, "not")?;
            Some(crate::ops::build::select(g, condition, b, a))
        };
    }
}

/// `a` where `b` is the number that changes nothing, provided that `b` being a number adds nothing to the type.
pub(super) fn keep(graph: &Graph, a: NodeId, b: NodeId, neutral: f64) -> Option<NodeId> {
    is_number(graph, b, neutral).then_some(a)
}

fn without_sign(graph: &Graph, x: NodeId) -> Option<NodeId> {
    under(graph, x, "negate").or_else(|| under(graph, x, "abs"))
}

/// `s (r x)` with the two numbers first, so that one product runs over all elements and not two. A product that the
/// program has a name for stays.
fn collect(graph: &mut Graph, s: NodeId, product: NodeId) -> Option<NodeId> {
    let scalar = |graph: &Graph, id| graph.ty(id).shape.is_scalar();
    let (a, b) = pair(graph, product, "multiply")?;
    if !scalar(graph, s) || graph.name(product).is_some() {
        return None;
    }
    let (r, x) = match (scalar(graph, a), scalar(graph, b)) {
        (true, false) => (a, b),
        (false, true) => (b, a),
        // Of two numbers times a number, those that are constants go together.
        (true, true) if graph.number(s).is_some() && graph.number(a).is_some() => (a, b),
        (true, true) if graph.number(s).is_some() && graph.number(b).is_some() => (b, a),
        (true, true) | (false, false) => return None,
    };
    let factor = match (graph.number(s), graph.number(r)) {
        // A constant that leaves the range would turn numbers into none.
        (Some(s), Some(r)) => Some(s * r).filter(|c| c.is_normal()).map(|c| number(graph, c))?,
        (Some(_) | None, Some(_) | None) => mul(graph, s, r),
    };
    Some(mul(graph, factor, x))
}

//! The operators of arithmetic, rounding, and the larger or smaller of two values.

use super::build::{
    add, div, equal, greater, log, mul, neg, number, pow, quotient, select, sign, square, sub,
};
use super::elementwise::{Point, elementwise1, elementwise2, of};
use super::{ranges, rules};
use crate::graph::{Gradient, Graph, NodeId, Range};
use crate::tensor::maps;

elementwise1! { UNARY, UNARY_OPS;
    NEGATE "negate" [], maps::NEGATE;
        "The opposite number.", "−x", "-3" => "-3";
        "−{0}", "-{0}", None;
        range ranges::negate; grad |g, p| of(neg(g, p.dy)); rules rules::NEGATE;
    SQUARE "square" [], maps::SQUARE;
        "Each number times itself.", "x²", "square(3)" => "9";
        "{0}²", "{0}^2", None;
        range |x| { let a = ranges::absolute(x); Range { lo: a.lo * a.lo, hi: a.hi * a.hi, ..a } };
        grad |g, p| { let two = number(g, 2.0); let slope = mul(g, two, p.x[0]); of(mul(g, p.dy, slope)) };
        rules rules::SQUARE;
    RECIPROCAL "reciprocal" [], maps::RECIPROCAL;
        "One divided by each number.", "1 / x", "reciprocal(4)" => "0.25";
        "1 / {0}", "\\frac{1}{{0}}", None;
        range ranges::reciprocal;
        grad |g, p| { let slope = square(g, p.y); let dx = mul(g, p.dy, slope); of(neg(g, dx)) };
        rules rules::RECIPROCAL;
    ABS "abs" [], maps::ABS;
        "The size of each number, without its sign; the slope at 0 is taken as 0.", "|x|", "abs(-3)" => "3";
        "|{0}|", "\\left|{0}\\right|", Some("sign");
        range ranges::absolute; grad |g, p| { let slope = sign(g, p.x[0]); of(mul(g, p.dy, slope)) }; rules rules::ABS;
    SIGN "sign" [], maps::SIGN;
        "1 for numbers above 0, -1 for numbers below, and 0 for 0.", "sign(x)", "sign(-3)" => "-1";
        "sign({0})", "\\operatorname{sign}({0})", None;
        range |_| Range::closed(-1.0, 1.0); grad flat; rules &[];
    FLOOR "floor" [], maps::FLOOR;
        "The largest whole number that is not above.", "⌊x⌋", "floor(2.7)" => "2";
        "⌊{0}⌋", "\\lfloor {0} \\rfloor", None;
        range |x| ranges::stepping(f64::floor, x); grad flat; rules &[];
    CEIL "ceil" [], maps::CEIL;
        "The smallest whole number that is not below.", "⌈x⌉", "ceil(2.2)" => "3";
        "⌈{0}⌉", "\\lceil {0} \\rceil", None;
        range |x| ranges::stepping(f64::ceil, x); grad flat; rules &[];
    ROUND "round" [], maps::ROUND;
        "The nearest whole number; halves go to the even one.", "round(x)", "round(2.5)" => "2";
        "round({0})", "\\operatorname{round}({0})", None;
        range |x| ranges::stepping(f64::round_ties_even, x); grad flat; rules &[];
}

elementwise2! { BINARY, BINARY_OPS;
    ADD "add" [], maps::ADD;
        "The sum of two values, element by element.", "a + b", "[1, 2] + [3, 4]" => "[4, 6]";
        "{0} + {1}", "{0} + {1}";
        range ranges::add; grad |_, p| of(p.dy), |_, p| of(p.dy); rules rules::ADD;
    SUBTRACT "subtract" [], maps::SUBTRACT;
        "The difference of two values, element by element.", "a − b", "[3, 4] - 1" => "[2, 3]";
        "{0} − {1}", "{0} - {1}";
        range |a, b| ranges::add(a, ranges::negate(b));
        grad |_, p| of(p.dy), |g, p| of(neg(g, p.dy)); rules rules::SUBTRACT;
    MULTIPLY "multiply" [], maps::MULTIPLY;
        "The product of two values, element by element.", "a ⊙ b", "[1, 2] * [3, 4]" => "[3, 8]";
        "{0} ⊙ {1}", "{0} \\odot {1}";
        range ranges::multiply;
        grad |g, p| of(mul(g, p.dy, p.x[1])), |g, p| of(mul(g, p.dy, p.x[0])); rules rules::MULTIPLY;
    DIVIDE "divide" [], maps::DIVIDE;
        "The quotient of two values, element by element.", "a / b", "[6, 8] / 2" => "[3, 4]";
        "{0} / {1}", "\\frac{{0}}{{1}}";
        range |a, b| ranges::multiply(a, ranges::reciprocal(b));
        grad |g, p| of(div(g, p.dy, p.x[1])),
             |g, p| { let back = mul(g, p.dy, p.y); let back = div(g, back, p.x[1]); of(neg(g, back)) };
        rules rules::DIVIDE;
    QUOTIENT "quotient" [], maps::QUOTIENT;
        "The quotient of two values, element by element, and 0 where the second is 0.", "a / b if b ≠ 0, else 0",
        "quotient([6, 1], [2, 0])" => "[3, 0]";
        "{0} / {1}", "\\frac{{0}}{{1}}";
        range |a, b| ranges::union(ranges::multiply(a, ranges::reciprocal(b)), Range::closed(0.0, 0.0));
        grad |g, p| of(quotient(g, p.dy, p.x[1])),
             |g, p| { let back = mul(g, p.dy, p.y); let back = quotient(g, back, p.x[1]); of(neg(g, back)) };
        rules &[];
    POWER "power" [], maps::POWER;
        "The first value to the power of the second, element by element.", "a^b", "[1, 2, 3] ^ 2" => "[1, 4, 9]";
        "{0}^{1}", "{0}^{{1}}";
        range |a, _| if a.lo >= 0.0 { ranges::NOT_NEGATIVE } else { Range::ANY };
        grad power_base, power_exponent; rules rules::POWER;
}

elementwise2! {
    #[expect(dead_code, reason = "users reach these through the reductions of the same name")]
    EXTREMES, EXTREMES_OPS;
    MIN "min" [], maps::MIN;
        "The smaller of two values, element by element; between equals the gradient is halved.",
        "min(a, b)", "min([1, 4], [3, 2])" => "[1, 2]";
        "min({0}, {1})", "\\min({0}, {1})";
        range |a, b| Range { hi: a.hi.min(b.hi), ..ranges::union(a, b) };
        grad |g, p| { let m = mask(g, p.x[1], p.x[0]); of(mul(g, p.dy, m)) },
             |g, p| { let m = mask(g, p.x[0], p.x[1]); of(mul(g, p.dy, m)) };
        rules &[];
    MAX "max" [], maps::MAX;
        "The larger of two values, element by element; between equals the gradient is halved.",
        "max(a, b)", "max([1, 4], [3, 2])" => "[3, 4]";
        "max({0}, {1})", "\\max({0}, {1})";
        range |a, b| Range { lo: a.lo.max(b.lo), ..ranges::union(a, b) };
        grad |g, p| { let m = mask(g, p.x[0], p.x[1]); of(mul(g, p.dy, m)) },
             |g, p| { let m = mask(g, p.x[1], p.x[0]); of(mul(g, p.dy, m)) };
        rules &[];
}

/// The derivative of a function made of steps.
fn flat(_: &mut Graph, _: Point<1>) -> Gradient {
    Gradient::Zero
}

/// `∂(a^b)/∂a = b a^(b−1)`, and 0 where b is 0, whatever a is.
fn power_base(g: &mut Graph, Point { x: [a, b], dy, .. }: Point<2>) -> Gradient {
    let one = number(g, 1.0);
    let lower = sub(g, b, one);
    let lower = pow(g, a, lower);
    let mut slope = mul(g, b, lower);
    if g.number(b).is_none() {
        let zero = number(g, 0.0);
        let constant = equal(g, b, zero);
        slope = select(g, constant, zero, slope);
    }
    of(mul(g, dy, slope))
}

/// `∂(a^b)/∂b = a^b log(a)`. Where a is 0 the logarithm is taken of 1, so that this and its derivatives are 0.
fn power_exponent(g: &mut Graph, Point { x: [a, _], y, dy }: Point<2>) -> Gradient {
    let (zero, one) = (number(g, 0.0), number(g, 1.0));
    let at_zero = equal(g, a, zero);
    let safe = select(g, at_zero, one, a);
    let log_a = log(g, safe);
    let slope = mul(g, y, log_a);
    of(mul(g, dy, slope))
}

/// 1 where `a` is larger, ½ where they are equal.
fn mask(g: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    let larger = greater(g, a, b);
    let tie = equal(g, a, b);
    let half = number(g, 0.5);
    let shared = mul(g, half, tie);
    add(g, larger, shared)
}

//! Sine, cosine, tangent and their inverses.

use super::build::{add, cos, div, mul, neg, number, sin, sqrt, square, sub};
use super::elementwise::{elementwise1, of};
use super::ranges;
use crate::graph::{Graph, NodeId, Range};
use crate::tensor::maps;

elementwise1! { UNARY, UNARY_OPS;
    SIN "sin" [], maps::SIN;
        "The sine of each number, in radians.", "sin(x)", "sin(0)" => "0";
        "sin({0})", "\\sin({0})", Some("cos");
        range |_| Range::closed(-1.0, 1.0);
        grad |g, p| { let slope = cos(g, p.x[0]); of(mul(g, p.dy, slope)) }; rules &[];
    COS "cos" [], maps::COS;
        "The cosine of each number, in radians.", "cos(x)", "cos(0)" => "1";
        "cos({0})", "\\cos({0})", Some("−sin");
        range |_| Range::closed(-1.0, 1.0);
        grad |g, p| { let slope = sin(g, p.x[0]); let dx = mul(g, p.dy, slope); of(neg(g, dx)) }; rules &[];
    TAN "tan" [], maps::TAN;
        "The tangent of each number, in radians.", "tan(x)", "tan(0)" => "0";
        "tan({0})", "\\tan({0})", None;
        range |_| Range::ANY;
        grad |g, p| {
            let one = number(g, 1.0);
            let squared = square(g, p.y);
            let slope = add(g, one, squared);
            of(mul(g, p.dy, slope))
        };
        rules &[];
    ASIN "asin" [], maps::ASIN;
        "The angle with this sine; numbers outside -1 to 1 have none (NaN).", "arcsin(x)", "asin(0)" => "0";
        "asin({0})", "\\arcsin({0})", None;
        range |_| Range::closed(-std::f64::consts::FRAC_PI_2, std::f64::consts::FRAC_PI_2);
        grad |g, p| { let below = other_leg(g, p.x[0]); of(div(g, p.dy, below)) }; rules &[];
    ACOS "acos" [], maps::ACOS;
        "The angle with this cosine; numbers outside -1 to 1 have none (NaN).", "arccos(x)", "acos(1)" => "0";
        "acos({0})", "\\arccos({0})", None;
        range |_| Range::closed(0.0, std::f64::consts::PI);
        grad |g, p| { let below = other_leg(g, p.x[0]); let dx = div(g, p.dy, below); of(neg(g, dx)) }; rules &[];
    ATAN "atan" [], maps::ATAN;
        "The angle with this tangent.", "arctan(x)", "atan(0)" => "0";
        "atan({0})", "\\arctan({0})", None;
        range |x| ranges::rising(f64::atan, x);
        grad |g, p| {
            let one = number(g, 1.0);
            let squared = square(g, p.x[0]);
            let below = add(g, one, squared);
            of(div(g, p.dy, below))
        };
        rules &[];
}

/// `√(1 − x²)`
fn other_leg(g: &mut Graph, x: NodeId) -> NodeId {
    let one = number(g, 1.0);
    let squared = square(g, x);
    let rest = sub(g, one, squared);
    sqrt(g, rest)
}

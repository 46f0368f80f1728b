//! Exponentials, logarithms, roots, and what is made of them.

use super::build::{add, cosh, div, exp, mul, neg, number, quotient, sigmoid, sinh, square, sub};
use super::elementwise::{elementwise1, of};
use super::{ranges, rules};
use crate::graph::Range;
use crate::tensor::maps;

elementwise1! { UNARY, UNARY_OPS;
    EXP "exp" [], maps::EXP;
        "e to the power of each number.", "eˣ", "exp(0)" => "1";
        "exp({0})", "e^{{0}}", Some("exp");
        range |x| Range { lo_open: x.lo_open || x.lo == f64::NEG_INFINITY, ..ranges::rising(f64::exp, x) };
        grad |g, p| of(mul(g, p.dy, p.y)); rules &[];
    LOG "log" ["ln"], maps::LOG;
        "The natural logarithm of each number; of numbers below 0 there is none (NaN).", "ln(x)", "log(1)" => "0";
        "log({0})", "\\log({0})", None;
        range |x| ranges::rising(f64::ln, x); grad |g, p| of(div(g, p.dy, p.x[0])); rules rules::LOG;
    LOG1P "log1p" [], maps::LOG1P;
        "The logarithm of 1 + x, exact for x near 0.", "ln(1 + x)", "log1p(0)" => "0";
        "log(1 + {0})", "\\log(1 + {0})", None;
        range |x| ranges::rising(f64::ln_1p, x);
        grad |g, p| { let one = number(g, 1.0); let below = add(g, one, p.x[0]); of(div(g, p.dy, below)) };
        rules rules::LOG1P;
    EXPM1 "expm1" [], maps::EXPM1;
        "exp(x) - 1, exact for x near 0.", "eˣ − 1", "expm1(0)" => "0";
        "(exp({0}) − 1)", "(e^{{0}} - 1)", Some("exp");
        range |x| ranges::rising(f64::exp_m1, x);
        grad |g, p| { let slope = exp(g, p.x[0]); of(mul(g, p.dy, slope)) }; rules &[];
    SQRT "sqrt" ["√"], maps::SQRT;
        "The square root of each number; of numbers below 0 there is none (NaN). The slope at 0 is taken as 0, so that a norm has a gradient there.", "√x", "sqrt(9)" => "3";
        "√({0})", "\\sqrt{{0}}", None;
        range |x| Range { lo: x.lo.max(0.0).sqrt(), ..ranges::rising(f64::sqrt, x) };
        grad |g, p| { let two = number(g, 2.0); let below = mul(g, two, p.y); of(quotient(g, p.dy, below)) }; rules &[];
    ERF "erf" [], maps::ERF;
        "The error function of each number.", "2/√π ∫₀ˣ exp(−t²) dt", "erf(0)" => "0";
        "erf({0})", "\\operatorname{erf}({0})", Some("erf'");
        range |x| ranges::rising(libm::erf, x);
        grad |g, p| {
            let factor = number(g, std::f64::consts::FRAC_2_SQRT_PI);
            let squared = square(g, p.x[0]);
            let falling = neg(g, squared);
            let bell = exp(g, falling);
            let slope = mul(g, factor, bell);
            of(mul(g, p.dy, slope))
        };
        rules &[];
    SIGMOID "sigmoid" ["σ"], maps::SIGMOID;
        "The logistic function: from 0 to 1, one half at 0.", "1 / (1 + e⁻ˣ)", "sigmoid(0)" => "0.5";
        "sigmoid({0})", "\\sigma({0})", Some("sigmoid'");
        range |x| Range { lo_open: true, hi_open: true, ..ranges::rising(maps::SIGMOID.reference, x) };
        grad |g, p| {
            let one = number(g, 1.0);
            let rest = sub(g, one, p.y);
            let slope = mul(g, p.y, rest);
            of(mul(g, p.dy, slope))
        };
        rules &[];
    SOFTPLUS "softplus" [], maps::SOFTPLUS;
        "A smooth ramp, log(1 + exp(x)) without overflow.", "ln(1 + eˣ)", "softplus(0) == log(2)" => "1";
        "softplus({0})", "\\operatorname{softplus}({0})", Some("sigmoid");
        range |x| ranges::rising(maps::SOFTPLUS.reference, x);
        grad |g, p| { let slope = sigmoid(g, p.x[0]); of(mul(g, p.dy, slope)) }; rules &[];
    SINH "sinh" [], maps::SINH;
        "The hyperbolic sine of each number.", "(eˣ − e⁻ˣ) / 2", "sinh(0)" => "0";
        "sinh({0})", "\\sinh({0})", Some("cosh");
        range |x| ranges::rising(f64::sinh, x);
        grad |g, p| { let slope = cosh(g, p.x[0]); of(mul(g, p.dy, slope)) }; rules &[];
    COSH "cosh" [], maps::COSH;
        "The hyperbolic cosine of each number.", "(eˣ + e⁻ˣ) / 2", "cosh(0)" => "1";
        "cosh({0})", "\\cosh({0})", Some("sinh");
        range |_| Range::closed(1.0, f64::INFINITY);
        grad |g, p| { let slope = sinh(g, p.x[0]); of(mul(g, p.dy, slope)) }; rules &[];
    TANH "tanh" [], maps::TANH;
        "The hyperbolic tangent of each number: from -1 to 1.", "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", "tanh(0)" => "0";
        "tanh({0})", "\\tanh({0})", Some("tanh'");
        range |x| ranges::rising(f64::tanh, x);
        grad |g, p| {
            let one = number(g, 1.0);
            let squared = square(g, p.y);
            let slope = sub(g, one, squared);
            of(mul(g, p.dy, slope))
        };
        rules &[];
}

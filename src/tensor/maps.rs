//! The elementwise functions: for each, the scalar judge in f64 and the loops of both precisions.

use super::kernel::{Map1, Map2, Map3};

/// One loop over slices, cut to the shortest.
macro_rules! map1 {
    ($($static:ident $name:literal $f64:expr, $f32:expr;)*) => {$(
        pub static $static: Map1 = Map1 {
            name: $name,
            reference: $f64,
            f32: |x, out| { let f: fn(f32) -> f32 = $f32; for (o, &x) in out.iter_mut().zip(x) { *o = f(x); } },
            f64: |x, out| { let f: fn(f64) -> f64 = $f64; for (o, &x) in out.iter_mut().zip(x) { *o = f(x); } },
        };
    )*
    /// All functions of one number.
    pub static ALL_MAP1: &[&Map1] = &[$(&$static,)*];
    };
}

macro_rules! map2 {
    ($($static:ident $name:literal $f64:expr, $f32:expr;)*) => {$(
        pub static $static: Map2 = Map2 {
            name: $name,
            reference: $f64,
            f32: |x, y, out| {
                let f: fn(f32, f32) -> f32 = $f32;
                for ((o, &x), &y) in out.iter_mut().zip(x).zip(y) { *o = f(x, y); }
            },
            f64: |x, y, out| {
                let f: fn(f64, f64) -> f64 = $f64;
                for ((o, &x), &y) in out.iter_mut().zip(x).zip(y) { *o = f(x, y); }
            },
        };
    )*
    /// All functions of two numbers.
    pub static ALL_MAP2: &[&Map2] = &[$(&$static,)*];
    };
}

map1! {
    NEGATE "negate" |x| -x, |x| -x;
    EXP "exp" f64::exp, f32::exp;
    LOG "log" f64::ln, f32::ln;
    LOG1P "log1p" f64::ln_1p, f32::ln_1p;
    EXPM1 "expm1" f64::exp_m1, f32::exp_m1;
    SQRT "sqrt" f64::sqrt, f32::sqrt;
    SQUARE "square" |x| x * x, |x| x * x;
    RECIPROCAL "reciprocal" |x| 1.0 / x, |x| 1.0 / x;
    ABS "abs" f64::abs, f32::abs;
    SIGN "sign" |x| if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x },
                |x| if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x };
    SIN "sin" f64::sin, f32::sin;
    COS "cos" f64::cos, f32::cos;
    TAN "tan" f64::tan, f32::tan;
    ASIN "asin" f64::asin, f32::asin;
    ACOS "acos" f64::acos, f32::acos;
    ATAN "atan" f64::atan, f32::atan;
    SINH "sinh" f64::sinh, f32::sinh;
    COSH "cosh" f64::cosh, f32::cosh;
    TANH "tanh" f64::tanh, f32::tanh;
    ERF "erf" libm::erf, libm::erff;
    SIGMOID "sigmoid" |x| if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { let e = x.exp(); e / (1.0 + e) },
                      |x| if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { let e = x.exp(); e / (1.0 + e) };
    SOFTPLUS "softplus" |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), |x| x.max(0.0) + (-x.abs()).exp().ln_1p();
    FLOOR "floor" f64::floor, f32::floor;
    CEIL "ceil" f64::ceil, f32::ceil;
    ROUND "round" f64::round_ties_even, f32::round_ties_even;
    NOT "not" |x| if x == 0.0 { 1.0 } else { 0.0 }, |x| if x == 0.0 { 1.0 } else { 0.0 };
}

map2! {
    ADD "add" |x, y| x + y, |x, y| x + y;
    SUBTRACT "subtract" |x, y| x - y, |x, y| x - y;
    MULTIPLY "multiply" |x, y| x * y, |x, y| x * y;
    DIVIDE "divide" |x, y| x / y, |x, y| x / y;
    POWER "power" f64::powf, f32::powf;
    MIN "min" |x, y| if x < y || x.is_nan() { x } else { y }, |x, y| if x < y || x.is_nan() { x } else { y };
    MAX "max" |x, y| if x > y || x.is_nan() { x } else { y }, |x, y| if x > y || x.is_nan() { x } else { y };
    EQUAL "equal" |x, y| f64::from(x == y), |x, y| f32::from(x == y);
    NOT_EQUAL "not_equal" |x, y| f64::from(x != y), |x, y| f32::from(x != y);
    LESS "less" |x, y| f64::from(x < y), |x, y| f32::from(x < y);
    LESS_EQUAL "less_equal" |x, y| f64::from(x <= y), |x, y| f32::from(x <= y);
    GREATER "greater" |x, y| f64::from(x > y), |x, y| f32::from(x > y);
    GREATER_EQUAL "greater_equal" |x, y| f64::from(x >= y), |x, y| f32::from(x >= y);
    AND "and" |x, y| f64::from(x != 0.0 && y != 0.0), |x, y| f32::from(x != 0.0 && y != 0.0);
    OR "or" |x, y| f64::from(x != 0.0 || y != 0.0), |x, y| f32::from(x != 0.0 || y != 0.0);
}

/// `if c then a else b`, element by element.
pub static SELECT: Map3 = Map3 {
    name: "select",
    reference: |c, a, b| if c != 0.0 { a } else { b },
    f32: |c, a, b, out| {
        for (((o, &c), &a), &b) in out.iter_mut().zip(c).zip(a).zip(b) {
            *o = if c != 0.0 { a } else { b };
        }
    },
    f64: |c, a, b, out| {
        for (((o, &c), &a), &b) in out.iter_mut().zip(c).zip(a).zip(b) {
            *o = if c != 0.0 { a } else { b };
        }
    },
};

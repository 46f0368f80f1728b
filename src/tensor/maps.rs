//! The elementwise functions: for each, the scalar judge in f64 and the loops of both precisions.

use super::functions as fun;
use super::kernel::{Map1, Map2, Map3};
use super::loops::{scalar_loop, vector_loop};

/// Rows of `NAME "name" kind reference, f64, f32`; `vector` functions are straight-line code, `scalar` ones are not.
macro_rules! map1 {
    ($($static:ident $name:literal $kind:ident $reference:expr, $f64:expr, $f32:expr;)*) => {$(
        pub static $static: Map1 = Map1 {
            name: $name,
            reference: $reference,
            f32: map1!(@ $kind f32, $f32),
            f64: map1!(@ $kind f64, $f64),
        };
    )*
    /// All functions of one number.
    pub static ALL_MAP1: &[&Map1] = &[$(&$static,)*];
    };
    (@ vector $T:ident, $f:expr) => { vector_loop!($T, $f, x) };
    (@ scalar $T:ident, $f:expr) => { scalar_loop!($T, $f, x) };
    (@ narrow f32, $f:expr) => { vector_loop!(f32, $f, x) };
    (@ narrow f64, $f:expr) => { scalar_loop!(f64, $f, x) };
}

macro_rules! map2 {
    ($($static:ident $name:literal $kind:ident $f64:expr, $f32:expr;)*) => {$(
        pub static $static: Map2 = Map2 {
            name: $name,
            reference: $f64,
            f32: map2!(@ $kind f32, $f32),
            f64: map2!(@ $kind f64, $f64),
        };
    )*
    /// All functions of two numbers.
    pub static ALL_MAP2: &[&Map2] = &[$(&$static,)*];
    };
    (@ vector $T:ident, $f:expr) => { vector_loop!($T, $f, x, y) };
    (@ scalar $T:ident, $f:expr) => { scalar_loop!($T, $f, x, y) };
}

map1! {
    NEGATE "negate" vector |x| -x, |x: f64| -x, |x: f32| -x;
    EXP "exp" vector libm::exp, fun::exp_f64, fun::exp_f32;
    LOG "log" vector libm::log, fun::log_f64, fun::log_f32;
    LOG1P "log1p" vector libm::log1p, fun::log1p_f64, fun::log1p_f32;
    EXPM1 "expm1" vector libm::expm1, fun::expm1_f64, fun::expm1_f32;
    SQRT "sqrt" vector f64::sqrt, f64::sqrt, f32::sqrt;
    SQUARE "square" vector |x| x * x, |x: f64| x * x, |x: f32| x * x;
    RECIPROCAL "reciprocal" vector |x| 1.0 / x, |x: f64| 1.0 / x, |x: f32| 1.0 / x;
    ABS "abs" vector f64::abs, f64::abs, f32::abs;
    SIGN "sign" vector |x| if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x },
        |x: f64| if x.abs() > 0.0 { 1.0_f64.copysign(x) } else { x },
        |x: f32| if x.abs() > 0.0 { 1.0_f32.copysign(x) } else { x };
    SIN "sin" scalar libm::sin, libm::sin, libm::sinf;
    COS "cos" scalar libm::cos, libm::cos, libm::cosf;
    TAN "tan" scalar libm::tan, libm::tan, libm::tanf;
    ASIN "asin" scalar libm::asin, libm::asin, libm::asinf;
    ACOS "acos" scalar libm::acos, libm::acos, libm::acosf;
    ATAN "atan" scalar libm::atan, libm::atan, libm::atanf;
    SINH "sinh" scalar libm::sinh, libm::sinh, libm::sinhf;
    COSH "cosh" scalar libm::cosh, libm::cosh, libm::coshf;
    TANH "tanh" vector libm::tanh, fun::tanh_f64, fun::tanh_f32;
    ERF "erf" narrow libm::erf, libm::erf, fun::erf_f32;
    SIGMOID "sigmoid" vector |x| if x >= 0.0 { 1.0 / (1.0 + libm::exp(-x)) } else { let e = libm::exp(x); e / (1.0 + e) },
        fun::sigmoid_f64, fun::sigmoid_f32;
    SOFTPLUS "softplus" vector |x| if x.is_nan() { x } else { x.max(0.0) + libm::log1p(libm::exp(-x.abs())) },
        fun::softplus_f64, fun::softplus_f32;
    FLOOR "floor" vector f64::floor, f64::floor, f32::floor;
    CEIL "ceil" vector f64::ceil, f64::ceil, f32::ceil;
    ROUND "round" vector f64::round_ties_even, f64::round_ties_even, f32::round_ties_even;
    NOT "not" vector |x| f64::from(x == 0.0), |x: f64| if x == 0.0 { 1.0 } else { 0.0 }, |x: f32| if x == 0.0 { 1.0 } else { 0.0 };
}

map2! {
    ADD "add" vector |x: f64, y: f64| x + y, |x: f32, y: f32| x + y;
    SUBTRACT "subtract" vector |x: f64, y: f64| x - y, |x: f32, y: f32| x - y;
    MULTIPLY "multiply" vector |x: f64, y: f64| x * y, |x: f32, y: f32| x * y;
    DIVIDE "divide" vector |x: f64, y: f64| x / y, |x: f32, y: f32| x / y;
    QUOTIENT "quotient" vector |x: f64, y: f64| if y == 0.0 { 0.0 } else { x / y }, |x: f32, y: f32| if y == 0.0 { 0.0 } else { x / y };
    POWER "power" scalar libm::pow, libm::powf;
    MIN "min" vector |x: f64, y: f64| if x < y || x.is_nan() { x } else { y }, |x: f32, y: f32| if x < y || x.is_nan() { x } else { y };
    MAX "max" vector |x: f64, y: f64| if x > y || x.is_nan() { x } else { y }, |x: f32, y: f32| if x > y || x.is_nan() { x } else { y };
    EQUAL "equal" vector |x: f64, y: f64| if x == y { 1.0 } else { 0.0 }, |x: f32, y: f32| if x == y { 1.0 } else { 0.0 };
    NOT_EQUAL "not_equal" vector |x: f64, y: f64| if x != y { 1.0 } else { 0.0 }, |x: f32, y: f32| if x != y { 1.0 } else { 0.0 };
    LESS "less" vector |x: f64, y: f64| if x < y { 1.0 } else { 0.0 }, |x: f32, y: f32| if x < y { 1.0 } else { 0.0 };
    LESS_EQUAL "less_equal" vector |x: f64, y: f64| if x <= y { 1.0 } else { 0.0 }, |x: f32, y: f32| if x <= y { 1.0 } else { 0.0 };
    GREATER "greater" vector |x: f64, y: f64| if x > y { 1.0 } else { 0.0 }, |x: f32, y: f32| if x > y { 1.0 } else { 0.0 };
    GREATER_EQUAL "greater_equal" vector |x: f64, y: f64| if x >= y { 1.0 } else { 0.0 }, |x: f32, y: f32| if x >= y { 1.0 } else { 0.0 };
    AND "and" vector |x: f64, y: f64| if x != 0.0 && y != 0.0 { 1.0 } else { 0.0 }, |x: f32, y: f32| if x != 0.0 && y != 0.0 { 1.0 } else { 0.0 };
    OR "or" vector |x: f64, y: f64| if x != 0.0 || y != 0.0 { 1.0 } else { 0.0 }, |x: f32, y: f32| if x != 0.0 || y != 0.0 { 1.0 } else { 0.0 };
}

macro_rules! map3 {
    ($($(#[$doc:meta])* $static:ident $name:literal $f64:expr, $f32:expr;)*) => {$(
        $(#[$doc])*
        pub static $static: Map3 = Map3 {
            name: $name,
            reference: $f64,
            f32: vector_loop!(f32, $f32, x, y, z),
            f64: vector_loop!(f64, $f64, x, y, z),
        };
    )*
    /// All functions of three numbers.
    pub static ALL_MAP3: &[&Map3] = &[$(&$static,)*];
    };
}

map3! {
    /// `if c then a else b`, element by element.
    SELECT "select" |c: f64, a: f64, b: f64| if c != 0.0 { a } else { b }, |c: f32, a: f32, b: f32| if c != 0.0 { a } else { b };
}

//! Functions of the elementwise loops that are two or three in one, and which two each is made of.
//!
//! A step of a loop is a pass over a tile: where only the next step reads its result, one pass does for both. Each part is
//! rounded as it would be alone, so no bit changes. `exec/plan/pairs.rs` applies the table.

use super::kernel::{Map2, Map3, Map4};
use super::loops::vector_loop;
use super::machine::Function;
use super::maps::{ADD, DIVIDE, MULTIPLY, SQRT, SQUARE, SUBTRACT};

/// A step that goes into the one that reads it.
pub struct Join {
    pub first: Function,
    pub second: Function,
    /// Which inputs of the second may be the result of the first.
    pub places: &'static [usize],
    /// Takes the inputs of the first, and then the others of the second.
    pub joined: Function,
}

macro_rules! joined {
    ($($static:ident $map:ident $name:literal ($($x:ident),+) $value:expr;)*) => {$(
        pub static $static: $map = $map {
            name: $name,
            reference: |$($x: f64),+| $value,
            f32: vector_loop!(f32, |$($x: f32),+| $value, $($x),+),
            f64: vector_loop!(f64, |$($x: f64),+| $value, $($x),+),
        };
    )*};
}

joined! {
    MULTIPLY_ADD Map3 "multiply_add" (x, y, z) x * y + z;
    MULTIPLY_SUBTRACT Map3 "multiply_subtract" (x, y, z) x * y - z;
    SUBTRACT_PRODUCT Map3 "subtract_product" (x, y, z) z - x * y;
    MULTIPLY_MULTIPLY Map3 "multiply_multiply" (x, y, z) x * y * z;
    MULTIPLY_DIVIDE Map3 "multiply_divide" (x, y, z) x * y / z;
    DIVIDE_ADD Map3 "divide_add" (x, y, z) x / y + z;
    DIVIDE_MULTIPLY Map3 "divide_multiply" (x, y, z) x / y * z;
    SUBTRACT_QUOTIENT Map3 "subtract_quotient" (x, y, z) z - x / y;
    ADD_MULTIPLY Map3 "add_multiply" (x, y, z) (x + y) * z;
    SUBTRACT_MULTIPLY Map3 "subtract_multiply" (x, y, z) (x - y) * z;
    SQUARE_ADD Map2 "square_add" (x, y) x * x + y;
    SQUARE_MULTIPLY Map2 "square_multiply" (x, y) x * x * y;
    ROOT_ADD Map2 "root_add" (x, y) x.sqrt() + y;
    ROOT_DIVIDE Map2 "root_divide" (x, y) x.sqrt() / y;
    ROOT_DIVIDE_ADD Map3 "root_divide_add" (x, y, z) x.sqrt() / y + z;
    ADD_PRODUCTS Map4 "add_products" (x, y, z, w) z * w + x * y;
    ADD_SQUARE_PRODUCT Map4 "add_square_product" (x, y, z, w) z * w + x * x * y;
    SUBTRACT_FRACTION Map4 "subtract_fraction" (x, y, z, w) w - x * y / z;
}

macro_rules! joins {
    ($($first:ident $a:ident, $second:ident $b:ident $places:expr => $third:ident $c:ident;)*) => {
        /// Every pair of steps that becomes one.
        pub static JOINS: &[Join] = &[$(Join {
            first: Function::$first(&$a),
            second: Function::$second(&$b),
            places: &$places,
            joined: Function::$third(&$c),
        },)*];
    };
}

joins! {
    Two MULTIPLY, Two ADD [0, 1] => Three MULTIPLY_ADD;
    Two MULTIPLY, Two SUBTRACT [0] => Three MULTIPLY_SUBTRACT;
    Two MULTIPLY, Two SUBTRACT [1] => Three SUBTRACT_PRODUCT;
    Two MULTIPLY, Two MULTIPLY [0, 1] => Three MULTIPLY_MULTIPLY;
    Two MULTIPLY, Two DIVIDE [0] => Three MULTIPLY_DIVIDE;
    Two DIVIDE, Two ADD [0, 1] => Three DIVIDE_ADD;
    Two DIVIDE, Two MULTIPLY [0, 1] => Three DIVIDE_MULTIPLY;
    Two DIVIDE, Two SUBTRACT [1] => Three SUBTRACT_QUOTIENT;
    Two ADD, Two MULTIPLY [0, 1] => Three ADD_MULTIPLY;
    Two SUBTRACT, Two MULTIPLY [0, 1] => Three SUBTRACT_MULTIPLY;
    One SQUARE, Two ADD [0, 1] => Two SQUARE_ADD;
    One SQUARE, Two MULTIPLY [0, 1] => Two SQUARE_MULTIPLY;
    One SQRT, Two ADD [0, 1] => Two ROOT_ADD;
    One SQRT, Two DIVIDE [0] => Two ROOT_DIVIDE;
    Two ROOT_DIVIDE, Two ADD [0, 1] => Three ROOT_DIVIDE_ADD;
    Two MULTIPLY, Three MULTIPLY_ADD [2] => Four ADD_PRODUCTS;
    Two SQUARE_MULTIPLY, Three MULTIPLY_ADD [2] => Four ADD_SQUARE_PRODUCT;
    Three MULTIPLY_DIVIDE, Two SUBTRACT [1] => Four SUBTRACT_FRACTION;
}

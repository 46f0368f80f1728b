//! Comparisons and conditions: 1 where something holds, 0 where it does not.

use super::elementwise::{Point, elementwise1, elementwise2};
use super::ranges;
use crate::graph::{Gradient, Graph};
use crate::tensor::maps;

elementwise2! { BINARY, BINARY_OPS;
    EQUAL "equal" [], maps::EQUAL;
        "1 where two values are equal, else 0.", "a = b", "[1, 2] == [1, 3]" => "[1, 0]";
        "{0} = {1}", "{0} = {1}";
        range |_, _| ranges::ZERO_TO_ONE; grad no_slope, no_slope; rules &[];
    NOT_EQUAL "not_equal" [], maps::NOT_EQUAL;
        "1 where two values differ, else 0.", "a ≠ b", "[1, 2] != [1, 3]" => "[0, 1]";
        "{0} ≠ {1}", "{0} \\neq {1}";
        range |_, _| ranges::ZERO_TO_ONE; grad no_slope, no_slope; rules &[];
    LESS "less" [], maps::LESS;
        "1 where the first value is smaller, else 0.", "a < b", "[1, 2] < 2" => "[1, 0]";
        "{0} < {1}", "{0} < {1}";
        range |_, _| ranges::ZERO_TO_ONE; grad no_slope, no_slope; rules &[];
    LESS_EQUAL "less_equal" [], maps::LESS_EQUAL;
        "1 where the first value is smaller or equal, else 0.", "a ≤ b", "[1, 3] <= 2" => "[1, 0]";
        "{0} ≤ {1}", "{0} \\leq {1}";
        range |_, _| ranges::ZERO_TO_ONE; grad no_slope, no_slope; rules &[];
    GREATER "greater" [], maps::GREATER;
        "1 where the first value is larger, else 0.", "a > b", "[1, 3] > 2" => "[0, 1]";
        "{0} > {1}", "{0} > {1}";
        range |_, _| ranges::ZERO_TO_ONE; grad no_slope, no_slope; rules &[];
    GREATER_EQUAL "greater_equal" [], maps::GREATER_EQUAL;
        "1 where the first value is larger or equal, else 0.", "a ≥ b", "[1, 2] >= 2" => "[0, 1]";
        "{0} ≥ {1}", "{0} \\geq {1}";
        range |_, _| ranges::ZERO_TO_ONE; grad no_slope, no_slope; rules &[];
    AND "and" [], maps::AND;
        "1 where both values are not 0, else 0.", "a ∧ b", "1 < 2 and 2 < 3" => "1";
        "{0} ∧ {1}", "{0} \\land {1}";
        range |_, _| ranges::ZERO_TO_ONE; grad no_slope, no_slope; rules &[];
    OR "or" [], maps::OR;
        "1 where one of two values is not 0, else 0.", "a ∨ b", "1 > 2 or 2 < 3" => "1";
        "{0} ∨ {1}", "{0} \\lor {1}";
        range |_, _| ranges::ZERO_TO_ONE; grad no_slope, no_slope; rules &[];
}

elementwise1! { UNARY, UNARY_OPS;
    NOT "not" [], maps::NOT;
        "1 where a value is 0, else 0.", "¬x", "not 1 < 2" => "0";
        "¬{0}", "\\lnot {0}", None;
        range |_| ranges::ZERO_TO_ONE; grad no_slope; rules &[];
}

fn no_slope<const N: usize>(_: &mut Graph, _: Point<N>) -> Gradient {
    Gradient::None("a condition has no slope")
}

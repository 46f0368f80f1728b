//! What stands around columns in `input` and `target` of `data`.

use crate::elaborate::WordRow;

/// All columns but some.
pub(super) const ALL_COLUMNS: &str = "columns";

/// The functions of columns.
pub const ENCODERS: &[WordRow] = &[
    WordRow {
        name: "standardize",
        usage: &["input = standardize([length, width])"],
        sentence: "Each column less its mean, over its deviation, as the training part has them.",
    },
    WordRow {
        name: "minmax",
        usage: &["input = minmax([length, width])"],
        sentence: "Each column from 0 to 1, by the least and greatest value of the training part.",
    },
    WordRow {
        name: "one_hot",
        usage: &["target = one_hot(kind)", "target = one_hot(digit, 10)"],
        sentence: "A vector with a 1 at the place of the class and 0 elsewhere, of text or whole numbers.",
    },
    WordRow {
        name: "label",
        usage: &["target = label(kind)"],
        sentence: "The place of the class as a number, counted from 0, of text or whole numbers.",
    },
    WordRow {
        name: "flatten",
        usage: &["input = flatten(images)"],
        sentence: "All numbers of a matrix or larger array of each example as one vector.",
    },
    WordRow {
        name: ALL_COLUMNS,
        usage: &["input = columns(except = kind)", "input = standardize(columns(except = [name, kind]))"],
        sentence: "All columns of the table but those named, in their order.",
    },
];

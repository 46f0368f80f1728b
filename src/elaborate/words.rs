//! What the functions, constants and words say of themselves that the elaborator knows without a declaration.

/// A name, how it is written, and what it is.
#[derive(Clone, Copy, Debug)]
pub struct WordRow {
    pub name: &'static str,
    pub usage: &'static [&'static str],
    pub sentence: &'static str,
}

const fn row(name: &'static str, usage: &'static [&'static str], sentence: &'static str) -> WordRow {
    WordRow { name, usage, sentence }
}

/// Functions that the elaborator itself knows.
pub const FUNCTIONS: &[WordRow] = &[
    row("zeros", &["zeros(3)", "zeros(2, 3)", "param b: [4] = zeros"], "Zeros of a shape."),
    row("ones", &["ones(3)", "ones(2, 3)", "param g: [4] = ones"], "Ones of a shape."),
    row(
        "random_uniform",
        &["random_uniform(3)", "random_uniform(2, 3)", "random_uniform([3], -1, 1)"],
        "Even random numbers of a shape, from 0 up to 1 or between two bounds.",
    ),
    row(
        "random_normal",
        &["random_normal(3)", "random_normal(2, 3)", "random_normal([3], 0, 0.1)"],
        "Normal random numbers of a shape, of mean 0 and deviation 1 or of those that are given.",
    ),
    row(
        "random_like",
        &["random_like([1, 2, 3])"],
        "Even random numbers from 0 up to 1, of the shape of a value and for each of its examples.",
    ),
    row(
        "count",
        &["count([1, 2, 3])", "count([[1, 2, 3], [4, 5, 6]])", "count([[1, 2, 3], [4, 5, 6]], rows)"],
        "How many numbers a value has for one example; with `rows` or `columns`, along that side.",
    ),
    row(
        "batch_count",
        &["batch_count(x)"],
        "How many examples the batch has that a value runs over; 1 if it runs over none.",
    ),
    row(
        "grad",
        &["grad(l, net)", "grad(l, net.W1)", "net -= 0.1 * grad(l, net)"],
        "The gradient of a number by a parameter, an input, a model or a list of them, as a value.",
    ),
    row(
        "load",
        &["load(net, \"net.safetensors\")", "load(\"w.npy\")"],
        "Reads the parameters of a model from a file, or a file as a value.",
    ),
];

/// Constants, and the names of the sides of a matrix.
pub const CONSTANTS: &[WordRow] = &[
    row("π", &["2 * π"], "The number pi, 3.14159265358979..."),
    row("pi", &["2 * pi"], "The number π, 3.14159265358979..."),
    row("∞", &["min(x, ∞)"], "A number larger than all others."),
    row("inf", &["min(x, inf)"], "A number larger than all others, ∞."),
    row("rows", &["sum(W, rows)", "count(W, rows)"], "The first side of a matrix: along its rows."),
    row(
        "columns",
        &["sum(W, columns)", "count(W, columns)"],
        "The second side of a matrix: along its columns.",
    ),
];

/// What is true while a layer works on examples to learn from.
pub const TRAINING: &str = "training";

/// Words that have a value inside some declarations only.
pub const INSIDE: &[WordRow] = &[
    row(
        TRAINING,
        &["if training then dropout(x, 0.5) else x"],
        "In a model or layer: whether it is being trained, and not asked for answers.",
    ),
    row("shape", &["init small() = 0.01 * random_normal(shape)"], "In an `init`: the shape that is filled."),
    row(
        "fan_in",
        &["init mine() = random_normal(shape) / sqrt(fan_in)"],
        "In an `init`: how many numbers go into each output of the parameter that is filled.",
    ),
    row(
        "fan_out",
        &["init mine() = random_normal(shape) / sqrt(fan_out)"],
        "In an `init`: how many outputs each number of the input goes into.",
    ),
];

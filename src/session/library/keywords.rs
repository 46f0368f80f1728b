//! What `nn doc` says of the words of the language.

use super::statements::StatementRow;

const fn row(name: &'static str, usage: &'static [&'static str], sentence: &'static str) -> StatementRow {
    StatementRow { name, usage, sentence, options: &[] }
}

pub(super) const KEYWORDS: &[StatementRow] = &[
    row(
        "model",
        &["model net(x: [2]) -> [3] { x |> dense(16, act = relu) |> dense(3) |> softmax }"],
        "Declares a model: what it is given, the shape of its answer, and how it gets there. It owns its parameters.",
    ),
    row(
        "layer",
        &["layer scaled(x: [n]) -> [n] {\n    param g: [n] = ones\n    g * x\n}"],
        "Declares a layer, a part of models: each use of it has parameters of its own.",
    ),
    row("fn", &["fn square(x) = x * x"], "Declares a function, without parameters that are learned."),
    row(
        "activation",
        &["activation bent(x) = max(x, 0.1 * x)"],
        "Declares an activation: a function of each number.",
    ),
    row(
        "loss",
        &["loss cubic(p, t) = mean(abs(p - t)^3)"],
        "Declares a loss of a prediction and its target.",
    ),
    row(
        "metric",
        &["metric near(p, t) = mean(if abs(p - t) < 0.1 then 1 else 0)"],
        "Declares a measure that a training or `evaluate` tells and does not learn from.",
    ),
    row(
        "optimizer",
        &["optimizer plain(lr = 0.01) { w -= lr * g }"],
        "Declares the update of a parameter `w` by its gradient `g`.",
    ),
    row(
        "schedule",
        &["schedule halved(t, base) = base * 0.5^floor(t / 100)"],
        "Declares how the learning rate goes on with the steps.",
    ),
    row("init", &["init small() = 0.01 * random_normal(shape)"], "Declares the first values of a parameter."),
    row(
        "param",
        &["model line(x: [2]) -> [1] {\n    param W: [1, 2] = glorot_uniform\n    W · x\n}"],
        "In a model or layer: numbers that are learned, with their shape and first values.",
    ),
    row(
        "state",
        &["optimizer heavy(lr = 0.01) {\n    state v = 0\n    v <- 0.9 * v + g\n    w -= lr * v\n}"],
        "Numbers that are kept from step to step and not learned; `<-` gives them their next value.",
    ),
    row(
        "total",
        &["total hits = sum(right)"],
        "In a metric: a sum over all examples, of which the metric is worked out at the end.",
    ),
    row(
        "on",
        &["train net on lesson { loss = mse, optimizer = sgd(lr = 0.1), epochs = 10 }"],
        "In `train`: between the model and its data.",
    ),
    row(
        "for",
        &["for i in 1..3 { print(i) }", "for v in [1, 2, 3] { print(v) }"],
        "A loop over a range, a list, the rows of a matrix or `batches`.",
    ),
    row("in", &["for i in 1..3 { print(i) }"], "In `for`: between the name and what it goes over."),
    row("while", &["while l > 0.1 { ... }"], "A loop as long as a condition holds."),
    row(
        "if",
        &["if 2 > 1 { print(\"yes\") } else { print(\"no\") }", "y = if x > 0 then x else 0"],
        "A choice: of statements in braces, or of values with `then` and `else`.",
    ),
    row(
        "then",
        &["y = if x > 0 then x else 0"],
        "In a choice of values: before the one that is taken where the condition holds.",
    ),
    row(
        "else",
        &["y = if x > 0 then x else 0"],
        "In a choice: before what is taken where the condition does not hold.",
    ),
    row(
        "seed",
        &["seed 7"],
        "A statement: where all random numbers of the script begin; the same seed gives the same numbers.",
    ),
    row(
        "precision",
        &["precision f64"],
        "A statement: whether all numbers have 32 bits, `f32`, as without it, or 64, `f64`.",
    ),
    row("import", &["import \"blocks.nn\""], "Takes the declarations of another script."),
    row("and", &["a > 0 and b > 0"], "Whether both hold."),
    row("or", &["a > 0 or b > 0"], "Whether at least one holds."),
    row("not", &["not a > 0"], "Whether it does not hold."),
    row("true", &["bias = true"], "What a condition is that holds."),
    row("false", &["bias = false"], "What a condition is that does not hold."),
    row("as", &["x |> dense(4) as first |> dense(2)"], "Gives a stage of a pipeline a name."),
    row(
        "like",
        &["model net(x: like iris.input) -> [3] { x |> dense(3) }"],
        "The type of something else, in place of a shape.",
    ),
];

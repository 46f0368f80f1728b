//! Names of other languages and libraries, as a table: what they are here.
//!
//! Asked where a name is unknown. A row adds a name; there is no code a row.

use crate::base::Span;
use crate::diagnostics::Diagnostic;

/// A name that people bring.
pub(super) struct Row {
    names: &'static [&'static str],
    /// The name here, if it is another one for the same.
    here: Option<&'static str>,
    help: &'static str,
}

const fn same(names: &'static [&'static str], here: &'static str) -> Row {
    Row { names, here: Some(here), help: "" }
}

const fn other(names: &'static [&'static str], help: &'static str) -> Row {
    Row { names, here: None, help }
}

const TABLE: &[Row] = &[
    same(&["True"], "true"),
    same(&["False"], "false"),
    same(&["Linear", "Dense", "FullyConnected"], "dense"),
    same(&["Dropout"], "dropout"),
    same(&["Embedding"], "embedding"),
    same(&["BatchNorm1d", "BatchNorm", "BatchNormalization"], "batch_norm"),
    same(&["LayerNorm", "LayerNormalization"], "layer_norm"),
    same(&["Flatten"], "flatten"),
    same(&["Softmax"], "softmax"),
    same(&["ReLU"], "relu"),
    same(&["MSELoss", "mean_squared_error"], "mse"),
    same(&["L1Loss", "mean_absolute_error"], "mae"),
    same(&["categorical_crossentropy", "nll_loss", "NLLLoss"], "cross_entropy"),
    same(&["CrossEntropyLoss"], "softmax_cross_entropy"),
    same(&["binary_crossentropy", "BCELoss"], "binary_cross_entropy"),
    same(&["BCEWithLogitsLoss"], "sigmoid_cross_entropy"),
    same(&["SGD"], "sgd"),
    same(&["Adam"], "adam"),
    same(&["AdamW"], "adamw"),
    same(&["read_csv", "load_csv", "CSV"], "csv"),
    same(&["normalize", "zscore", "StandardScaler"], "standardize"),
    same(&["MinMaxScaler", "rescale"], "minmax"),
    same(&["OneHotEncoder", "onehot", "to_categorical"], "one_hot"),
    same(&["println", "printf", "disp", "echo"], "print"),
    same(&["randn"], "random_normal"),
    same(&["rand"], "random_uniform"),
    same(&["cat", "hcat", "vcat", "concatenate"], "concat"),
    same(&["length", "len"], "count"),
    same(&["xavier_uniform", "xavier"], "glorot_uniform"),
    same(&["kaiming_uniform"], "he_uniform"),
    same(&["kaiming_normal"], "he_normal"),
    other(
        &["np", "numpy", "torch", "tf", "jnp", "jax", "keras", "nn", "math", "F"],
        "mathematics is built in: `exp(x)`, `sum(x)`, `dense(16)`, without a prefix",
    ),
    other(
        &["matmul", "mm", "bmm", "einsum", "dot"],
        "the product of matrices and vectors is `A · B`, or `A @ B`",
    ),
    other(
        &["Sequential", "Chain"],
        "layers follow one another by `|>`: `x |> dense(16) |> relu |> dense(3)`",
    ),
    other(&["Tensor", "tensor", "array", "Matrix"], "a vector is `[1, 2]`, a matrix `[[1, 2], [3, 4]]`"),
    other(&["None", "null", "nil", "nothing"], "there is no such value: leave the option out"),
    other(&["self", "this"], "a model names its inputs and parameters as they are: `param W: [n, m] = ...`"),
    other(&["pass"], "a body is never empty: its last expression is its result"),
    other(&["end"], "a body stands between `{` and `}`"),
    other(&["break", "continue"], "a loop runs to its end: put a condition into it, `if c { ... }`"),
    other(&["no_grad"], "nothing is recorded: `stop_gradient(x)` keeps a gradient out"),
    other(
        &["Conv2d", "Conv2D", "LSTM", "GRU"],
        "there is no such layer; layers are declared with `layer name(x: [n]) -> [m] { ... }`",
    ),
    other(&["enumerate", "zip"], "a loop goes over a range or batches: `for i in 1..10 { ... }`"),
];

/// Options as other libraries call them, and what they are here: the first that is known is meant.
const OPTIONS: &[(&str, &[&str])] = &[
    ("dim", &["axis"]),
    ("learning_rate", &["lr"]),
    ("rate", &["lr"]),
    ("weight_decay", &["decay", "l2"]),
    ("activation", &["act"]),
    ("use_bias", &["bias"]),
    ("kernel_initializer", &["init"]),
    ("units", &["n"]),
    ("out_features", &["n"]),
    ("p", &["rate"]),
    ("epsilon", &["eps"]),
    ("betas", &["beta1"]),
    ("batch_size", &["batch", "size"]),
    ("n_epochs", &["epochs"]),
    ("num_epochs", &["epochs"]),
    ("criterion", &["loss"]),
    ("validation_data", &["validate"]),
    ("validation", &["validate"]),
    ("early_stopping", &["patience"]),
    ("clipnorm", &["clip"]),
    ("clipvalue", &["clip_value"]),
    ("sep", &["separator"]),
    ("delimiter", &["separator"]),
    ("na_values", &["missing"]),
    ("filename", &["path"]),
    ("file", &["path"]),
    ("count", &["n"]),
    ("n_samples", &["n"]),
    ("x", &["input"]),
    ("y", &["target"]),
    ("features", &["input"]),
    ("label", &["target"]),
    ("labels", &["target"]),
];

/// What an option of another library is called here.
pub(super) fn options(name: &str) -> &'static [&'static str] {
    OPTIONS.iter().find(|(other, _)| *other == name).map_or(&[], |(_, here)| here)
}

/// The row of a name.
pub(super) fn name(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.names.contains(&name))
}

/// What a name of another library is called here.
pub fn called_here(other: &str) -> Option<&'static str> {
    name(other).and_then(|row| row.here)
}

impl Row {
    pub fn advise(&self, diagnostic: Diagnostic, span: Span) -> Diagnostic {
        match self.here {
            Some(here) => diagnostic.fix(format!("here it is called `{here}`"), span, here),
            None => diagnostic.help(self.help),
        }
    }
}

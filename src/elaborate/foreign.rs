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
    same(&["True", "TRUE", "yes", "Yes"], "true"),
    same(&["False", "FALSE", "no", "No"], "false"),
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
    same(&["acc"], "accuracy"),
    other(
        &["scatter", "histogram", "heat_map", "boundary", "curves"],
        "a kind of plot is a text: `plot(x, y, kind = \"scatter\")`",
    ),
    same(&["swish", "Swish", "SiLU"], "silu"),
    same(&["l_bfgs", "LBFGS", "L_BFGS"], "lbfgs"),
    same(&["ReduceLROnPlateau"], "reduce_on_plateau"),
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
        &[
            "Conv1d",
            "Conv2d",
            "Conv2D",
            "Conv",
            "conv",
            "conv1d",
            "conv2d",
            "MaxPool2d",
            "MaxPooling2D",
            "MaxPool",
            "maxpool",
            "maxpool2d",
            "max_pool",
            "AvgPool2d",
            "avgpool",
            "LSTM",
            "lstm",
            "GRU",
            "gru",
            "RNN",
            "rnn",
            "attention",
            "MultiheadAttention",
            "Transformer",
            "transformer",
        ],
        "there is no such layer; layers are declared with `layer name(x: [n]) -> [m] { ... }`",
    ),
    other(
        &["f32", "f64", "float", "double", "Float32", "Float64", "float32", "float64"],
        "all numbers of a script have one precision: the statement `precision f64` at its start sets it",
    ),
    other(
        &["int", "str", "bool"],
        "numbers, texts and conditions are not turned into one another; `floor(x)` rounds",
    ),
    other(
        &["linspace", "arange"],
        "`a..b` counts in whole numbers, both ends included: `for i in 0..9 { print(i / 9) }`",
    ),
    other(
        &["fit", "compile"],
        "a training is a statement: `train net on data { loss = mse, optimizer = adam(lr = 0.001), epochs = 10 }`",
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

/// Options of other libraries that something else does here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &["validation_split", "test_size", "val_split", "valid_split"],
        "the data is cut where it is declared, `split = [train: 0.8, test: 0.2]`; then `train net on d.train { validate = d.test }`",
    ),
    (
        &["callbacks", "callback"],
        "`patience`, `checkpoint`, `plateau` and `schedule` are options of their own",
    ),
    (&["verbose", "progress"], "how a training is told of is said to the command: `nn run --help`"),
    (&["device", "gpu", "cuda", "num_workers", "workers", "n_jobs"], "leave it out: all cores are used"),
    (&["input_shape", "input_dim", "in_features"], "leave it out: it follows from what the layer is given"),
    (&["random_state", "random_seed"], "the statement `seed 7` at the start of the script"),
];

/// What is done here in place of an option of another library.
pub fn option_elsewhere(name: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(names, _)| names.contains(&name)).map(|(_, help)| *help)
}

/// Fields and methods as other libraries call them, and what is done here: another field, if it is there, or advice.
const FIELDS: &[(&[&str], &str, &str)] = &[
    (&["weight", "weights", "kernel"], "W", ""),
    (&["bias", "biases"], "b", ""),
    (&["validation_loss", "valid_loss"], "val_loss", "a training has it with the option `validate = d.test`"),
    (&["val_loss", "val_accuracy"], "", "a training has it with the option `validate = d.test`"),
    (&["accuracy", "acc"], "", "a training has it with the option `metrics = [accuracy]`"),
    (&["data", "inputs", "features", "X"], "input", ""),
    (&["label", "labels", "targets", "Y"], "target", ""),
    (&["length", "len", "n", "n_rows", "rows"], "count", ""),
    (&["fit", "train", "compile"], "", "a training is a statement: `train net on data { loss = mse, ... }`"),
    (
        &["backward", "grad", "gradient"],
        "",
        "a gradient is asked for: `grad(l, x)`, of a number by what it is made of",
    ),
    (&["step", "zero_grad"], "", "`train` does the steps; by hand, `net -= 0.1 * grad(l, net)`"),
    (
        &["forward", "call", "predict", "apply"],
        "",
        "a model is called as it is: `net([1, 2])`; `predict(net, data)` for many",
    ),
    (&["evaluate", "score"], "", "`evaluate(net, data, metrics = [accuracy])`"),
    (&["parameters", "state_dict", "summary"], "", "`show(net)` lists them"),
    (&["shape", "size", "ndim", "dtype"], "", "`show(x)` tells the shape; shapes are known before running"),
    (
        &["numpy", "detach", "item", "tolist", "cpu", "cuda", "to", "eval"],
        "",
        "leave it out: there is one kind of values",
    ),
    (
        &["view", "reshape", "flatten", "sum", "mean", "max", "min", "abs", "exp", "sqrt"],
        "",
        "it is called with the value: `sum(x)`, or `x |> sum`",
    ),
    (&["transpose", "t"], "", "a matrix is transposed with `.T`"),
    (&["dot", "matmul", "mm"], "", "the product of matrices and vectors is `A · B`, or `A @ B`"),
    (&["append", "push", "pop", "extend", "insert"], "", "a list does not grow: `concat(a, b)` joins two"),
    (&["save"], "", "`save(net, \"net.safetensors\")`"),
];

/// What a field of another library is here.
pub(super) enum Meant {
    Here(String),
    Advice(&'static str),
}

/// The row of a field that this value does not have.
pub(super) fn field(name: &str, known: &[String]) -> Option<Meant> {
    let mut rows = FIELDS.iter().filter(|(names, ..)| names.contains(&name));
    rows.find_map(|(_, here, advice)| match known.iter().any(|one| one == here) {
        true => Some(Meant::Here(here.to_string())),
        false if advice.is_empty() => None,
        false => Some(Meant::Advice(advice)),
    })
}

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

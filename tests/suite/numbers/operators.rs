//! 2,488 samples of single operators: those that the language can say, with gradient and second order.

use serde_json::Value;

use super::array::{Array, number};
use super::compared::{self, Trial};
use super::tally::{Case, Tally, lines};
use super::{flat, forms};

const FILE: &str = "op_samples.jsonl";

pub fn replay() -> Tally {
    let mut tally = Tally::default();
    for line in lines(FILE) {
        let sample: Value = serde_json::from_str(&line).expect("a line of JSON");
        let name = format!(
            "{} {} {}",
            sample["op"].as_str().unwrap_or(""),
            sample["variant"].as_str().unwrap_or(""),
            sample["n"]
        );
        tally.case(&name, operator(&sample));
    }
    tally
}

/// A tensor among the arguments, or a list of them.
pub fn tensor(value: &Value) -> Option<Array> {
    let shape: Vec<usize> =
        value["shape"].as_array()?.iter().map(|dim| dim.as_u64().unwrap_or(0) as usize).collect();
    let data = value["data"].as_array()?.iter().map(number).collect::<Option<Vec<f64>>>()?;
    (shape.iter().product::<usize>() == data.len()).then_some(Array { shape, data })
}

/// What is written, and how its result is laid out.
struct Said {
    text: String,
}

fn said(text: impl Into<String>) -> Option<Said> {
    Some(Said { text: text.into() })
}

/// PyTorch's functions of the same shape as theirs, in our words.
const PLAIN: &[(&str, &str)] = &[
    ("abs", "abs({0})"),
    ("acos", "acos({0})"),
    ("asin", "asin({0})"),
    ("atan", "atan({0})"),
    ("ceil", "ceil({0})"),
    ("positive", "{0}"),
    ("cos", "cos({0})"),
    ("cosh", "cosh({0})"),
    ("exp", "exp({0})"),
    ("expm1", "expm1({0})"),
    ("exp2", "2 ^ {0}"),
    ("floor", "floor({0})"),
    ("log", "log({0})"),
    ("log1p", "log1p({0})"),
    ("log10", "log({0}) / log(10)"),
    ("log2", "log({0}) / log(2)"),
    ("neg", "-{0}"),
    ("reciprocal", "1 / {0}"),
    ("rsqrt", "1 / sqrt({0})"),
    ("sqrt", "sqrt({0})"),
    ("square", "{0}²"),
    ("sin", "sin({0})"),
    ("sinh", "sinh({0})"),
    ("sign", "sign({0})"),
    ("tan", "tan({0})"),
    ("tanh", "tanh({0})"),
    ("sigmoid", "sigmoid({0})"),
    ("erf", "erf({0})"),
    ("erfc", "1 - erf({0})"),
    ("erfinv", "inverse_erf({0})"),
    ("logit", "log({0} / (1 - {0}))"),
    ("nn.functional.relu", "relu({0})"),
    ("nn.functional.relu6", "relu6({0})"),
    ("nn.functional.selu", "selu({0})"),
    ("nn.functional.elu", "elu({0})"),
    ("nn.functional.celu", "celu({0})"),
    ("nn.functional.silu", "silu({0})"),
    ("nn.functional.mish", "mish({0})"),
    ("nn.functional.hardswish", "hard_swish({0})"),
    ("nn.functional.logsigmoid", "log_sigmoid({0})"),
    ("nn.functional.softsign", "softsign({0})"),
    ("nn.functional.tanhshrink", "tanh_shrink({0})"),
    ("nn.functional.hardsigmoid", "their_hard_sigmoid({0})"),
    ("nn.functional.leaky_relu", "leaky_relu({0})"),
    ("mul", "{0} * {1}"),
    ("true_divide", "{0} / {1}"),
    ("pow", "{0} ^ {1}"),
    ("maximum", "max({0}, {1})"),
    ("minimum", "min({0}, {1})"),
    ("dot", "{0} · {1}"),
    ("vdot", "{0} · {1}"),
    ("inner", "{0} · {1}"),
    ("mv", "{0} · {1}"),
    ("mm", "{0} · {1}"),
    ("matmul", "{0} · {1}"),
    ("outer", "{0} · {1}.T"),
    ("xlogy", "xlogy({0}, {1})"),
    ("hypot", "sqrt({0}² + {1}²)"),
    ("logaddexp", "max({0}, {1}) + log1p(exp(-abs({0} - {1})))"),
    ("t", "{0}.T"),
    ("trace", "sum({0} * eye(count({0}[:, 0])))"),
];

fn expression(sample: &Value, arrays: &[Array]) -> Option<Said> {
    let op = sample["op"].as_str()?;
    let variant = sample["variant"].as_str().unwrap_or("");
    let (args, kwargs) = (&sample["args"], &sample["kwargs"]);
    let no_options = kwargs.as_object().is_none_or(|kwargs| kwargs.keys().all(|key| key == "dtype"));
    let rank = arrays.first().map_or(0, |array| array.shape.len());
    let keepdim = kwargs["keepdim"] == true;
    let given = |key: &str, default: f64| kwargs[key].as_f64().unwrap_or(default);
    if let Some((_, text)) = PLAIN.iter().find(|(theirs, _)| *theirs == op) {
        let fits = match op {
            "matmul" if rank == 1 && arrays.get(1)?.shape.len() == 2 => return said("a1.T · a0"),
            "t" => rank == 2,
            "inner" => rank == 1,
            _ => true,
        };
        let full = text.replace("{0}", "a0").replace("{1}", "a1");
        return (no_options && fits).then_some(Said { text: full });
    }
    match op {
        "eye" => {
            let (rows, columns) = (args[0].as_u64()?, args[1].as_u64().or(args[0].as_u64())?);
            said(format!("eye({})[0:{rows}, 0:{columns}]", rows.max(columns)))
        }
        "add" | "sub" | "rsub" => {
            let alpha = given("alpha", 1.0);
            let (x, y) = if op == "rsub" { ("a1", "a0") } else { ("a0", "a1") };
            said(format!("{x} {} {alpha:?} * {y}", if op == "add" { "+" } else { "-" }))
        }
        "div" if variant == "no_rounding_mode" => said("a0 / a1"),
        "div" if variant == "floor_rounding" => said("floor(a0 / a1)"),
        "div" => said("sign(a0 / a1) * floor(abs(a0 / a1))"),
        "max" | "min" if variant == "binary" => said(format!("{op}(a0, a1)")),
        "round" if variant.is_empty() || variant == "decimals_0" => said("round(a0)"),
        "addmm" => said(format!("{:?} * a0 + {:?} * (a1 · a2)", given("beta", 1.0), given("alpha", 1.0))),
        "addmv" if arrays[0].shape == [1] => None,
        "addmv" => said(format!("{:?} * a0 + {:?} * (a1 · a2)", given("beta", 1.0), given("alpha", 1.0))),
        "sum" | "mean" | "amax" | "amin" | "argmax" | "argmin" | "count_nonzero" | "std" | "var" => {
            reduction(op, args, kwargs, rank, keepdim)
        }
        "norm" | "linalg.norm" | "linalg.vector_norm" if rank == 1 => vector_norm(args, kwargs, keepdim),
        "linalg.norm"
            if (args[1].is_null() || args[1] == "fro" || args[1] == 2.0) && arrays[0].data.is_empty() =>
        {
            (!keepdim).then(|| Said { text: "norm(a0)".into() })
        }
        "linalg.det" if arrays[0].data.is_empty() => None,
        "norm" if variant == "fro" || variant.is_empty() && args.as_array()?.len() == 1 => said("norm(a0)"),
        "logsumexp" => match (dims(&args[1]).as_slice(), rank) {
            ([1], 2) if args[2] != true => said("log(sum(exp(a0), axis = columns))"),
            ([-2], 2) if args[2] != true => said("log(sum(exp(a0), axis = rows))"),
            ([0, 1], 2) if args[2] != true => said("log_sum_exp(a0)"),
            ([0], 0) => said("log_sum_exp(a0)"),
            _ => None,
        },
        "softmax" | "log_softmax" | "nn.functional.softmin" => {
            let sign = if op.ends_with("softmin") { "-" } else { "" };
            let name = if op == "log_softmax" { "log_softmax" } else { "softmax" };
            (rank == 1).then(|| Said { text: format!("{name}({sign}a0)") })
        }
        "transpose" => match rank {
            2 => said("a0.T"),
            _ => said("a0"),
        },
        "permute" | "squeeze" | "fill" | "sort" | "cumsum" | "logcumsumexp" if rank == 0 && op != "fill" => {
            said("a0")
        }
        "where" if sample["args"][0]["T"] == "float64" => said("if a1 then a0 else a2"),
        "lerp" => match args[2].as_f64() {
            Some(weight) => said(format!("a0 + {weight:?} * (a1 - a0)")),
            None => said("a0 + a2 * (a1 - a0)"),
        },
        "select" => said(format!("a0[{}]", args[2])),
        "flatten" if rank == 1 => said("flatten(a0)"),
        "linalg.det" if rank == 2 && arrays[0].shape == [2, 2] => {
            said("a0[0, 0] * a0[1, 1] - a0[0, 1] * a0[1, 0]")
        }
        "tril" | "triu" => None,
        "cat" if arrays.iter().all(|a| a.shape.len() == 1 && a.shape[0] > 0) => {
            let names: Vec<String> = (0..arrays.len()).map(|at| format!("a{at}")).collect();
            said(format!("concat({})", names.join(", ")))
        }
        _ => functional(op, args, kwargs, arrays),
    }
}

fn dims(value: &Value) -> Vec<i64> {
    let list = if value["list"].is_array() { &value["list"] } else { value };
    match list {
        Value::Array(items) => items.iter().filter_map(Value::as_i64).collect(),
        single => single.as_i64().into_iter().collect(),
    }
}

fn reduction(op: &str, args: &Value, kwargs: &Value, rank: usize, keepdim: bool) -> Option<Said> {
    let name = match op {
        "amax" => "max",
        "amin" => "min",
        "count_nonzero" => "",
        "std" => "deviation",
        "var" => "variance",
        same => same,
    };
    let dim = dims(if kwargs["dim"].is_null() { &args[1] } else { &kwargs["dim"] });
    let of = if name.is_empty() { "sum(a0 != 0" } else { "" };
    let call = |axis: &str| match (name, op) {
        ("", _) => format!("{of}{axis})"),
        ("argmin", _) => format!("argmax(-a0{axis})"),
        _ => format!("{name}(a0{axis})"),
    };
    match (rank, dim.as_slice()) {
        (0, _) if matches!(name, "max" | "min" | "sum" | "mean") => said("a0"),
        (1, _) if keepdim => None,
        // A position in a matrix counts down the columns here.
        (2, []) if name.starts_with("arg") => None,
        (_, []) | (1, _) => said(call("")),
        (2, [-1 | 1]) if !keepdim => said(call(", axis = columns")),
        (2, [0 | -2]) if !keepdim => said(call(", axis = rows")),
        _ => None,
    }
}

fn vector_norm(args: &Value, kwargs: &Value, keepdim: bool) -> Option<Said> {
    let order = if args[1].is_null() { &kwargs["ord"] } else { &args[1] };
    if keepdim {
        return None;
    }
    match (order.as_f64(), order.as_str()) {
        (Some(2.0), _) => said("norm(a0)"),
        (None, None) if order.is_null() => said("norm(a0)"),
        (None, Some("fro")) => said("norm(a0)"),
        (Some(1.0), _) => said("sum(abs(a0))"),
        (Some(0.0), _) => said("sum(a0 != 0)"),
        (None, Some("inf")) => said("max(abs(a0))"),
        (None, Some("-inf")) => said("min(abs(a0))"),
        // Of others, PyTorch takes the order in single precision on part of the way.
        (Some(p), _) if p.fract().abs() == 0.5 || p.fract() == 0.0 => {
            said(format!("sum(abs(a0) ^ {0:?}) ^ (1 / {0:?})", p))
        }
        _ => None,
    }
}

/// Losses and activations with options.
fn functional(op: &str, args: &Value, kwargs: &Value, arrays: &[Array]) -> Option<Said> {
    let given = |key: &str, default: f64| kwargs[key].as_f64().unwrap_or(default);
    let unweighted = kwargs["weight"].is_null() && kwargs["pos_weight"].is_null();
    let numbers: usize = arrays.first()?.shape.iter().product();
    let rank = arrays.first()?.shape.len();
    // Ours is a mean over the numbers of one example; the whole array is one.
    let reduced = |call: String| match kwargs["reduction"].as_str().unwrap_or("mean") {
        "mean" => said(call),
        "sum" => said(format!("{numbers} * {call}")),
        _ if numbers == 1 && rank == 0 => said(call),
        _ => None,
    };
    match op.strip_prefix("nn.functional.")? {
        "mse_loss" => reduced("mse(a0, a1)".into()),
        "l1_loss" => reduced("mae(a0, a1)".into()),
        "smooth_l1_loss" => reduced(format!("smooth_l1(a0, a1, beta = {})", given("beta", 1.0))),
        "huber_loss" => reduced(format!("huber(a0, a1, delta = {})", given("delta", 1.0))),
        "binary_cross_entropy" if unweighted => reduced("binary_cross_entropy(a0, a1)".into()),
        "binary_cross_entropy_with_logits" if unweighted => reduced("sigmoid_cross_entropy(a0, a1)".into()),
        "soft_margin_loss" => reduced("soft_margin(a0, a1)".into()),
        "hinge_embedding_loss" => {
            reduced(format!("hinge_embedding(a0, a1, margin = {})", given("margin", 1.0)))
        }
        "poisson_nll_loss" => reduced(format!(
            "poisson(a0, a1, of_log = {}, full = {})",
            kwargs["log_input"] != false,
            kwargs["full"] == true
        )),
        "kl_div" => {
            let target = if kwargs["log_target"] == true { "exp(a1)" } else { "a1" };
            let rows = arrays[0].shape.first().copied().unwrap_or(1);
            let call = format!("kl_divergence(exp(a0), {target})");
            match kwargs["reduction"].as_str() {
                Some("sum") => said(call),
                Some("batchmean") => said(format!("{call} / {rows}")),
                Some("mean") | None => said(format!("{call} / {numbers}")),
                _ => None,
            }
        }
        "margin_ranking_loss" => {
            let margin = given("margin", 0.0);
            let each = format!("relu(-a2 * (a0 - a1) + {margin:?})");
            match kwargs["reduction"].as_str() {
                Some("sum") => said(format!("sum({each})")),
                Some("none") => said(each),
                _ => said(format!("mean({each})")),
            }
        }
        "cosine_similarity" if rank == 1 => {
            said(format!("cosine_similarity(a0, a1, eps = {})", given("eps", 1e-8)))
        }
        "pairwise_distance" if kwargs["p"].is_null() && kwargs["keepdim"].is_null() => {
            said(format!("norm(a0 - a1 + {:?})", given("eps", 1e-6)))
        }
        "softplus" => {
            let (beta, threshold) = (given("beta", 1.0), given("threshold", 20.0));
            said(format!("if a0 * {beta:?} > {threshold:?} then a0 else softplus(a0 * {beta:?}) / {beta:?}"))
        }
        "softshrink" => said(format!("soft_shrink(a0, width = {})", given("lambd", 0.5))),
        "hardshrink" => said(format!("hard_shrink(a0, width = {})", given("lambd", 0.5))),
        "hardtanh" if given("min_val", -1.0) < given("max_val", 1.0) => {
            said(format!("hold(a0, {}, {})", given("min_val", -1.0), given("max_val", 1.0)))
        }
        "threshold" => said(format!("if a0 > {} then a0 else {}", args[1], args[2])),
        "gelu" => said(if kwargs["approximate"] == "tanh" { "gelu_tanh(a0)" } else { "gelu(a0)" }),
        "linear" if rank == 1 && arrays.len() == 3 => said("a1 · a0 + a2"),
        "linear" if rank == 1 => said("a1 · a0"),
        "prelu" if arrays.get(1).is_some_and(|slope| slope.shape.is_empty()) => {
            said("if a0 > 0 then a0 else a1 * a0")
        }
        "glu" if rank == 1 && args[1] == 0 => {
            let half = arrays[0].shape[0] / 2;
            said(format!("a0[0:{half}] * sigmoid(a0[{half}:{}])", 2 * half))
        }
        "layer_norm" if rank == 1 && arrays.len() >= 3 && arrays[0].shape[0] > 0 => {
            let eps = args[4].as_f64().unwrap_or(1e-5);
            said(format!("a1 * (a0 - mean(a0)) / sqrt(variance(a0) + {eps:?}) + a2"))
        }
        _ => None,
    }
}

/// The arrays among the arguments; those of whole numbers choose elements and stay out.
fn tensors(sample: &Value) -> Vec<&Value> {
    let mut values: Vec<&Value> = Vec::new();
    for arg in sample["args"].as_array().into_iter().flatten() {
        match arg["list"].as_array().or(arg.as_array()) {
            Some(items) => values.extend(items.iter().filter(|item| item["T"].is_string())),
            None if arg["T"].is_string() => values.push(arg),
            None => {}
        }
    }
    let named = ["running_mean", "running_var", "weight", "bias", "pos_weight", "var"];
    let named = named.iter().map(|key| &sample["kwargs"][*key]);
    values.extend(named.filter(|value| value["T"].is_string()));
    values.retain(|value| value["T"] != "int64");
    values
}

fn operator(sample: &Value) -> Result<Case, String> {
    let skip = |reason: &str| Ok(Case::Skip(reason.to_string()));
    let values = tensors(sample);
    let arrays: Option<Vec<Array>> = values.iter().map(|value| tensor(value)).collect();
    let Some(arrays) = arrays else { return skip("numbers that are not real") };
    if let Some(reason) = left_out(sample, &arrays) {
        return skip(reason);
    }
    // Nothing can be written out number by number where there are none.
    let is_empty = arrays.iter().any(|array| array.data.is_empty());
    if is_plain(sample, &arrays)
        && let Some(wanted) = tensor(result(&sample["out"]))
        && let Some(text) = expression(sample, &arrays)
            .map(|said| said.text)
            .or_else(|| if is_empty { None } else { forms::written(sample, &arrays) })
    {
        let trial =
            Trial { sample, values: &values, arrays, lines: Vec::new(), text, wanted, cotangent: None };
        return compared::check(&trial).map(|()| Case::Holds);
    }
    if is_empty {
        return skip("a fold over no elements: no function of the library in this form");
    }
    let Some(written) = flat::written(sample, &values) else { return skip(unsaid(sample)) };
    compared::check(&Trial::flat(sample, &values, &arrays, written)?).map(|()| Case::Holds)
}

/// Samples in which there is nothing to compare, or nothing that is a number of both.
fn left_out(sample: &Value, arrays: &[Array]) -> Option<&'static str> {
    if tensor(result(&sample["out"])).is_some_and(|array| array.data.is_empty()) {
        return Some("a result of no elements: nothing to compare");
    }
    let order = sample["args"][1].as_f64().filter(|&order| order != 1.0 && order != 2.0);
    let is_vector = arrays.first().is_some_and(|array| array.shape.len() == 1 && array.shape[0] > 0);
    if sample["variant"] == "subgradients_at_zero" && is_vector && order.is_some() {
        return Some("the slope of a power at 0, which is infinite; PyTorch puts 0 in its place");
    }
    let singular = sample["op"] == "linalg.det" && sample["variant"] == "singular";
    if singular && arrays[0].shape.last().is_some_and(|&n| n > 4) {
        return Some("the slope of a determinant that is 0 but for rounding: all of it is rounding");
    }
    None
}

/// Whether arrays are as the language has them: of two axes at most, and of equal shapes where they meet.
fn is_plain(sample: &Value, arrays: &[Array]) -> bool {
    if sample["max_rank"].as_u64().unwrap_or(9) > 2 || has_choices(sample) {
        return false;
    }
    // PyTorch takes one variance for each row here, where shapes alone would say for each column.
    let by_rows = arrays.len() > 2 && arrays[2].shape.len() == 1 && arrays[0].shape.len() == 2;
    if sample["op"] == "nn.functional.gaussian_nll_loss" && by_rows {
        return false;
    }
    let meets = |array: &Array| !array.shape.is_empty() && array.shape != arrays[0].shape;
    !(is_elementwise(sample) && !arrays[0].shape.is_empty() && arrays.iter().any(meets))
}

/// Whether arrays of whole numbers choose elements.
fn has_choices(sample: &Value) -> bool {
    let args = sample["args"].as_array().into_iter().flatten();
    args.into_iter().any(|arg| arg["T"] == "int64")
}

/// The numbers among the results, where the others are positions.
pub fn result(out: &Value) -> &Value {
    let results = out.as_array().or(out["list"].as_array());
    match results.map(Vec::as_slice) {
        Some([first, rest @ ..]) if rest.iter().all(|other| other["T"] == "int64") => first,
        _ => out,
    }
}

/// Why the language has no words for it.
fn unsaid(sample: &Value) -> &'static str {
    let order = if sample["args"][1].is_null() { &sample["kwargs"]["ord"] } else { &sample["args"][1] };
    match sample["op"].as_str().unwrap_or_default() {
        "norm" | "linalg.norm" | "linalg.matrix_norm"
            if order == "nuc" || order.as_f64().is_some_and(|p| p.abs() == 2.0) =>
        {
            "singular values: not in the library"
        }
        _ => "not a function of the library in this form",
    }
}

fn is_elementwise(sample: &Value) -> bool {
    matches!(
        sample["op"].as_str().unwrap_or_default(),
        "add"
            | "sub"
            | "mul"
            | "div"
            | "true_divide"
            | "atan2"
            | "pow"
            | "max"
            | "maximum"
            | "min"
            | "minimum"
            | "rsub"
            | "hypot"
            | "xlogy"
            | "lerp"
            | "fmod"
            | "remainder"
            | "addmm"
            | "where"
    ) && (sample["op"] != "addmm"
        || sample["args"][0]["shape"].as_array().is_some_and(|shape| !shape.is_empty())
            && sample["args"][0]["shape"] != sample["out"]["shape"])
}

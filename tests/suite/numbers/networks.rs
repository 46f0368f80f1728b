//! 200 random networks: output, loss, and the gradient of the input and of every parameter.

use serde_json::Value;

use super::array::{Array, compare};
use super::bench::Bench;
use super::tally::{Tally, text};

const FILE: &str = "random_networks.jsonl";

pub fn replay() -> Tally {
    let mut tally = Tally::default();
    for line in text(FILE).unwrap_or_default().lines() {
        let case: Value = serde_json::from_str(line).expect("a line of JSON");
        tally.holds(&format!("network {}", case["n"]), network(&case));
    }
    tally.note(HARD_SIGMOID_NOTE);
    tally
}

/// PyTorch differentiates `hardsigmoid` with one sixth in single precision, also in double precision. This has the
/// value of ours and that slope.
pub const HARD_SIGMOID: &str = "fn their_hard_sigmoid(a) = stop_gradient(hard_sigmoid(a) - 0.1666666716337204 * hold(a + 3, 0, 6)) + 0.1666666716337204 * hold(a + 3, 0, 6)";

/// Why some networks are compared with it.
pub const HARD_SIGMOID_NOTE: &str = "PyTorch's slope of `hardsigmoid` is 1/6 rounded to single precision; it is put in where the function occurs, ours is exact";

fn network(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.run(HARD_SIGMOID)?;
    bench.set_batch("x", &Array::read(&case["x"]));
    let params = case["params"].as_object().expect("params");
    for (name, value) in params {
        bench.set(name, &Array::read(value));
    }
    let mut last = "x".to_string();
    for (at, layer) in case["layers"].as_array().expect("layers").iter().enumerate() {
        last = add_layer(&mut bench, at, layer, &last)?;
    }
    let loss = set_loss(&mut bench, case, &last);
    let mut nodes =
        vec![bench.node(&last)?, bench.node(&format!("l = {loss}\nl"))?, bench.node("grad(l, x)")?];
    for name in params.keys() {
        nodes.push(bench.node(&format!("grad(l, {name})"))?);
    }
    let numbers = bench.numbers(&nodes)?;
    let rows = |value: &Value| Array { shape: Vec::new(), data: Array::read(value).data };
    // Numbers that cancel are compared with the largest of their kind.
    let gradients =
        std::iter::once(&case["grad_x"]).chain(case["grads"].as_object().expect("grads").values());
    let largest = gradients.flat_map(|g| Array::read(g).data).fold(0.0f64, |most, v| most.max(v.abs()));
    let close = |what: &str, found: &[f64], wanted: &Array| {
        compare(what, found, &wanted.by_columns(), 1e-10, 1e-3 * largest)
    };
    close("output", &numbers[0], &rows(&case["output"]))?;
    close("loss", &numbers[1], &rows(&case["value"]))?;
    close("gradient of x", &numbers[2], &rows(&case["grad_x"]))?;
    for (name, found) in params.keys().zip(&numbers[3..]) {
        close(name, found, &Array::read(&case["grads"][name]))?;
    }
    Ok(())
}

/// Binds `h{at}` to what a layer makes of `input`, and gives the name.
fn add_layer(bench: &mut Bench, at: usize, layer: &Value, input: &str) -> Result<String, String> {
    let bias = if layer["bias"] == true { format!(" + b{at}") } else { String::new() };
    let mut text = format!("W{at} · {input}{bias}");
    if let Some(norm) = layer["norm"].as_str() {
        bench.run(&format!("z{at} = {text}"))?;
        let z = format!("z{at}");
        let (mean, variance) = if norm.starts_with("batchnorm") {
            (format!("batch_mean({z})"), format!("batch_mean(({z} - batch_mean({z}))²)"))
        } else {
            (format!("mean({z})"), format!("variance({z})"))
        };
        text = format!("g{at} * ({z} - {mean}) / sqrt({variance} + 1e-5) + c{at}");
    }
    if let Some(act) = layer["act"].as_str() {
        bench.run(&format!("a{at} = {text}"))?;
        text = match act {
            "exp_neg_sq" => format!("exp(-a{at}²)"),
            "hardtanh" => format!("hard_tanh(a{at})"),
            "hardsigmoid" => format!("their_hard_sigmoid(a{at})"),
            "leaky_relu(0.01)" => format!("leaky_relu(a{at}, slope = 0.01)"),
            same => format!("{same}(a{at})"),
        };
    }
    if layer["residual"] == true {
        text = format!("{text} + {input}");
    }
    bench.run(&format!("h{at} = {text}"))?;
    Ok(format!("h{at}"))
}

/// Supplies targets and gives the text of the mean loss.
fn set_loss(bench: &mut Bench, case: &Value, output: &str) -> String {
    if let Some(target) = case.get("target") {
        bench.set_batch("t", &Array::read(target));
    }
    if let Some(classes) = case.get("classes") {
        let n = Array::read(&case["output"]).shape[1];
        bench.set_batch("t", &one_hot(&Array::read(classes), n));
    }
    if let Some(weights) = case.get("class_weight") {
        bench.set("class_weights", &Array::read(weights));
    }
    let mut text = match case["loss"].as_str().unwrap_or_default() {
        "ce" => format!("batch_mean(softmax_cross_entropy({output}, t))"),
        "ce_weighted" => format!(
            "batch_sum(softmax_cross_entropy({output}, t, weights = class_weights)) / batch_sum(class_weights · t)"
        ),
        "nll_of_log_softmax" => format!("batch_mean(-(t · log_softmax({output})))"),
        "bce_logits" => format!("batch_mean(sigmoid_cross_entropy({output}, t))"),
        "kl" => format!("batch_mean(kl_divergence(softmax({output}), t))"),
        "sum" => format!("batch_sum(sum({output}))"),
        "mae" => format!("batch_mean(mae({output}, t))"),
        "huber" => format!("batch_mean(huber({output}, t))"),
        _ => format!("batch_mean(mse({output}, t))"),
    };
    let squares = case["loss"] == "mse+l2";
    if squares || case["loss"] == "mse+l1" {
        for name in case["params"].as_object().expect("params").keys().filter(|name| name.starts_with('W')) {
            let each = if squares { format!("{name}²") } else { format!("abs({name})") };
            text = format!("{text} + 0.01 * sum({each})");
        }
    }
    text
}

/// Class numbers as vectors of 0 and 1, one for each example.
pub fn one_hot(classes: &Array, n: usize) -> Array {
    let data =
        classes.data.iter().flat_map(|&class| (0..n).map(move |at| f64::from(u8::from(at as f64 == class))));
    Array { shape: vec![classes.data.len(), n], data: data.collect() }
}

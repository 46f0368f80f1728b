//! Losses with their reductions, class weights, ignored labels, label smoothing and extreme scores; and gradients.

use serde_json::Value;

use super::array::Array;
use super::bench::Bench;
use super::networks::one_hot;
use super::tally::{Case, Tally, cases, json};

/// What PyTorch's losses are in ours: for each number, unless it is one for each example.
fn expression(name: &str, kwargs: &Value, input: &Array) -> Result<(String, bool), String> {
    let given = |key: &str, default: f64| kwargs[key].as_f64().unwrap_or(default);
    let each = |text: String| Ok((text, false));
    let example = |text: &str| Ok((text.to_string(), true));
    match name {
        "mse_loss" => each("mse(p, t)".into()),
        "l1_loss" => each("mae(p, t)".into()),
        "smooth_l1_loss" => each(format!("smooth_l1(p, t, beta = {})", given("beta", 1.0))),
        "huber_loss" => each(format!("huber(p, t, delta = {})", given("delta", 1.0))),
        "binary_cross_entropy" if is_certain(input) => each("mean(stopped_entropy(p, t))".into()),
        "binary_cross_entropy" => each("binary_cross_entropy(p, t)".into()),
        "binary_cross_entropy_with_logits" if !kwargs["pos_weight"].is_null() => {
            let weight = Array::read(&kwargs["pos_weight"]).literal();
            Ok((format!("sigmoid_cross_entropy(p, t, positive_weight = {weight})"), false))
        }
        "binary_cross_entropy_with_logits" => each("sigmoid_cross_entropy(p, t)".into()),
        "cross_entropy" | "nll_loss" => {
            let p = if name == "nll_loss" { "exp(p)" } else { "softmax(p)" };
            let weights = match &kwargs["weight"] {
                Value::Null => String::new(),
                weight => format!(", weights = {}", Array::read(weight).literal()),
            };
            let smoothing = given("label_smoothing", 0.0);
            Ok((format!("cross_entropy({p}, t, label_smoothing = {smoothing}{weights})"), true))
        }
        "kl_div" if kwargs["log_target"] == true => each("kl_divergence(exp(p), exp(t))".into()),
        "kl_div" => each("kl_divergence(exp(p), t)".into()),
        "hinge_embedding_loss" => each(format!("hinge_embedding(p, t, margin = {})", given("margin", 1.0))),
        "soft_margin_loss" => each("soft_margin(p, t)".into()),
        "multi_margin_loss" => example("multi_margin(p, t)"),
        "multilabel_soft_margin_loss" => example("sigmoid_cross_entropy(p, t)"),
        "poisson_nll_loss" => {
            let of_log = kwargs["log_input"] != false;
            let full = kwargs["full"] == true;
            each(format!("poisson(p, t, of_log = {of_log}, full = {full})"))
        }
        "gaussian_nll_loss" => {
            let variance = Array::read(&kwargs["var"]).data[0];
            each(format!("gaussian(p, t, variance = {variance})"))
        }
        "cosine_embedding_loss" => {
            // PyTorch adds 1e-12 to both sums of squares.
            let cosine = "sum(p * t) / sqrt((sum(p²) + 1e-12) * (sum(t²) + 1e-12))";
            example(&format!("if t3 == 1 then 1 - {cosine} else relu({cosine})"))
        }
        "margin_ranking_loss" => {
            let margin = given("margin", 0.0);
            each(format!("relu(-t3 * (p - t) + {margin:?})"))
        }
        "triplet_margin_loss" => example("relu(norm(p - t + 1e-6) - norm(p - t3 + 1e-6) + 1)"),
        other => Err(format!("`{other}` is no loss of the library")),
    }
}

pub fn replay() -> Tally {
    let mut tally = Tally::default();
    tally.note("a probability of exactly 0 or 1 that is wrong is an infinite loss in ours; PyTorch's stops at 100, and its slope divides by 1e-12 at least: written so in the language where it occurs");
    tally.note("losses of three values, `cosine_embedding_loss`, `margin_ranking_loss` and `triplet_margin_loss`, are written in the language: a loss of the library compares a prediction with a target");
    for (at, case) in cases("losses.json").iter().enumerate() {
        let name = case["name"].as_str().unwrap_or_default();
        let reduction = case["reduction"].as_str().unwrap_or_default();
        let label = format!("{at} {name} {reduction} {}", case["kwargs"]);
        tally.case(&label, loss(name, reduction, case));
    }
    tally
}

/// PyTorch's logarithms stop at -100, and its slope divides by 1e-12, in single precision, at least; ours is as the
/// formula.
const STOPPED: &str = "
fn stopped_entropy(p, t) {
    value = -(t * max(log(p), -100) + (1 - t) * max(log(1 - p), -100))
    slope = (p - t) / max(p * (1 - p), 9.999999960041972e-13)
    stop_gradient(value) + (p - stop_gradient(p)) * stop_gradient(slope)
}";

fn is_certain(probabilities: &Array) -> bool {
    probabilities.data.iter().any(|&p| p == 0.0 || p == 1.0)
}

/// The value as it is reduced, and the gradient of the sum.
fn loss(name: &str, reduction: &str, case: &Value) -> Result<Case, String> {
    let kwargs = &case["kwargs"];
    let (text, per_example) = match expression(name, kwargs, &Array::read(&case["input"])) {
        Ok(found) => found,
        Err(reason) => return Ok(Case::Skip(reason)),
    };
    let mut bench = Bench::new();
    let p = Array::read(&case["input"]);
    bench.set_batch("p", &p);
    let target = Array::read(&case["target"]);
    let is_class = per_example && target.shape.len() < p.shape.len();
    let mut t = if is_class { one_hot(&target, p.shape[1]) } else { target.clone() };
    let ignored = kwargs["ignore_index"].as_f64();
    if let (true, Some(ignored)) = (is_class, ignored) {
        // A target of zeros is a row that does not count.
        for (row, &label) in target.data.iter().enumerate() {
            if label == ignored {
                t.data[row * p.shape[1]..(row + 1) * p.shape[1]].fill(0.0);
            }
        }
    }
    bench.set_batch("t", &t);
    for third in [&kwargs["target"], &kwargs["negative"]].into_iter().filter(|third| third.is_array()) {
        bench.set_batch("t3", &Array::read(third));
    }
    bench.run(STOPPED)?;
    let columns = p.shape.get(1).copied().unwrap_or(1) as f64;
    let total = match (reduction, per_example, name) {
        (_, true, "cross_entropy" | "nll_loss") if reduction == "mean" => {
            let weights = match &kwargs["weight"] {
                Value::Null => "1".to_string(),
                weight => Array::read(weight).literal(),
            };
            format!("batch_sum({text}) / batch_sum(sum({weights} * t))")
        }
        ("mean", ..) if name == "kl_div" => format!("batch_sum({text}) / (batch_count(p) * {columns})"),
        ("mean" | "batchmean", ..) => format!("batch_sum({text}) / batch_count(p)"),
        // The sum over all numbers; ours is a mean over those of an example.
        (_, false, n) if n != "kl_div" => format!("batch_sum({text}) * {columns}"),
        _ => format!("batch_sum({text})"),
    };
    let wanted = Array::read(&case["value"]);
    let sum = wanted.data.iter().sum::<f64>();
    let wanted_total = Array { shape: Vec::new(), data: vec![sum] };
    let floor = if wanted.shape.is_empty() { 1e-300 } else { wanted.data.iter().map(|v| v.abs()).sum() };
    bench.check(&total, &wanted_total, 1e-12, floor)?;
    if reduction == "none" && per_example {
        bench.check_batch(&text, &wanted, 1e-12, 1e-300)?;
    }
    let wanted = Array::read(&case["grad_input_of_sum"]);
    bench.check_batch(&format!("grad({total}, p)"), &wanted, 1e-12, 1e-3)?;
    Ok(Case::Holds)
}

/// optax's losses: those for each number are compared number by number, as a batch of single ones.
pub fn replay_optax() -> Tally {
    let mut tally = Tally::default();
    let Some(file) = json("optax/losses.json") else { return tally };
    let p = Array::read(&file["logits_or_pred"]);
    let labels = one_hot(&Array::read(&file["labels"]), p.shape[1]);
    for (name, wanted) in file["losses"].as_object().into_iter().flatten() {
        let (text, target) = match name.as_str() {
            "softmax_cross_entropy_with_integer_labels" => ("softmax_cross_entropy(p, t)", labels.clone()),
            "softmax_cross_entropy" => ("softmax_cross_entropy(p, t)", Array::read(&file["target_softmax"])),
            "sigmoid_binary_cross_entropy" => ("sigmoid_cross_entropy(p, t)", positive(&file)),
            "l2_loss" => ("mse(p, t) / 2", Array::read(&file["target"])),
            "huber_loss" => ("huber(p, t)", Array::read(&file["target"])),
            "log_cosh" => ("log_cosh(p, t)", Array::read(&file["target"])),
            "hinge_loss" => ("hinge(p, t)", sign(&Array::read(&file["target"]))),
            "cosine_distance" => ("cosine_distance(p, t)", Array::read(&file["target"])),
            "kl_divergence" => ("kl_divergence(softmax(p), t)", Array::read(&file["target_softmax"])),
            "poisson_nll_loss" => ("poisson(p, t)", Array::read(&file["target"])),
            "sigmoid_focal_loss" => ("2 * focal(sigmoid(p), t, alpha = 0.5)", positive(&file)),
            "smooth_labels_0.1" => ("smooth_labels(t, 0.1)", labels.clone()),
            other => {
                tally.skip(other, "not a loss of the library");
                continue;
            }
        };
        tally.holds(name, optax_loss(text, &p, &target, &Array::read(wanted)));
    }
    tally
}

fn sign(array: &Array) -> Array {
    Array { shape: array.shape.clone(), data: array.data.iter().map(|v| v.signum()).collect() }
}

/// 1 where a target is above 0.
fn positive(file: &Value) -> Array {
    let target = Array::read(&file["target"]);
    let data = target.data.iter().map(|v| f64::from(u8::from(*v > 0.0)));
    Array { shape: target.shape.clone(), data: data.collect() }
}

fn optax_loss(text: &str, p: &Array, t: &Array, wanted: &Array) -> Result<(), String> {
    let mut bench = Bench::new();
    let singles = |array: &Array| Array { shape: vec![array.data.len()], data: array.data.clone() };
    let is_each = wanted.shape.len() == 2 && !text.starts_with("smooth_labels");
    for (name, array) in [("p", p), ("t", t)] {
        if is_each {
            bench.set_batch(name, &singles(array));
        } else {
            bench.set_batch(name, array);
        }
    }
    bench.check_batch(text, wanted, 1e-12, 1e-3)
}

/// A target of zeros is a row that does not count, with label smoothing and class weights too: no loss, no gradient, and
/// the others have what they have without it.
#[test]
fn ignored_rows_stay_out_of_smoothed_losses() {
    let mut bench = Bench::new();
    bench.set_batch(
        "z",
        &Array { shape: vec![3, 3], data: vec![0.3, -1.0, 2.0, 1000.0, -1000.0, 0.5, 0.1, 0.2, -0.4] },
    );
    bench.set_batch(
        "t",
        &Array { shape: vec![3, 3], data: vec![0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0] },
    );
    // The same without the row of zeros.
    let mut rest = Bench::new();
    rest.set_batch("z", &Array { shape: vec![2, 3], data: vec![0.3, -1.0, 2.0, 0.1, 0.2, -0.4] });
    rest.set_batch("t", &Array { shape: vec![2, 3], data: vec![0.0, 1.0, 0.0, 1.0, 0.0, 0.0] });
    let loss = "l = softmax_cross_entropy(z, t, label_smoothing = 0.1, weights = [0.2, 1, 3])";
    for bench in [&mut bench, &mut rest] {
        bench.run(loss).expect("a loss");
    }
    let (all, kept) = (bench.value("l").expect("l"), rest.value("l").expect("l"));
    assert_eq!(all, [kept[0], 0.0, kept[1]]);
    let slopes = bench.value("grad(batch_sum(l), z)").expect("slopes");
    let others = rest.value("grad(batch_sum(l), z)").expect("slopes");
    assert_eq!(slopes, [&others[..3], &[0.0; 3], &others[3..]].concat());
}

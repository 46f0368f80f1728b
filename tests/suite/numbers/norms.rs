//! Batch and layer normalisation with their running statistics, clipping, and the bounds of initializers.

use serde_json::Value;

use super::array::{Array, compare};
use super::bench::Bench;
use super::tally::{Tally, cases};
use super::trainer::{Setup, Trained};

fn cosines(shape: &[usize]) -> Array {
    let len = shape.iter().product::<usize>();
    Array { shape: shape.to_vec(), data: (0..len).map(|at| (at as f64).cos()).collect() }
}

pub fn replay() -> Tally {
    let mut tally = Tally::default();
    for (at, case) in cases("norms_clip.json").iter().enumerate() {
        let name = case["name"].as_str().unwrap_or_default();
        let label = format!("{at} {name}");
        match name {
            "BatchNorm1d" => tally.holds(&label, batch_norm(case)),
            "LayerNorm" => tally.holds(&label, layer_norm(case)),
            "LayerNorm_constant_rows" => tally.holds(&label, constant_rows(case)),
            "clip_grad_norm" => tally.holds(&label, clipped(case, case["max_norm"].as_f64(), None)),
            "clip_grad_value" => tally.holds(&label, clipped(case, None, case["clip_value"].as_f64())),
            _ => tally.skip(&label, "unknown"),
        }
    }
    tally
}

fn parameters(case: &Value) -> Vec<(&'static str, Array)> {
    [("weight", "batch_norm1.scale"), ("bias", "batch_norm1.shift")]
        .iter()
        .filter(|(theirs, _)| !case[*theirs].is_null())
        .map(|(theirs, ours)| (*ours, Array::read(&case[*theirs])))
        .collect()
}

/// Values and gradients in training by expressions; running statistics and evaluation by the layer itself.
fn batch_norm(case: &Value) -> Result<(), String> {
    let (momentum, eps) = (case["momentum"].as_f64().unwrap_or(0.1), case["eps"].as_f64().unwrap_or(1e-5));
    let cumulative = case["momentum"].is_null();
    let model = format!(
        "model net(x: [4]) -> [4] {{ x |> batch_norm(momentum = {momentum:?}, eps = {eps:?}, cumulative = {cumulative}) }}\nloss none(p, t) = 0 * sum(p)"
    );
    let steps: Vec<&Value> = case["train_steps"].as_array().into_iter().flatten().collect();
    let inputs: Vec<Array> = steps.iter().map(|step| Array::read(&step["x"])).collect();
    let rows = inputs.iter().map(|input| input.shape[0]).sum::<usize>();
    let input =
        Array { shape: vec![rows, 4], data: inputs.iter().flat_map(|input| input.data.clone()).collect() };
    let target = Array { shape: vec![rows, 4], data: vec![0.0; rows * 4] };
    let setup = Setup {
        model: &model,
        loss: "none",
        optimizer: "sgd(lr = 0)",
        input: &input,
        target: &target,
        clip: None,
    };
    let trained = Trained::new(&setup, &parameters(case))?;
    let mut from = 0;
    let batches: Vec<Vec<u32>> = inputs
        .iter()
        .map(|input| {
            let rows = (from..from + input.shape[0] as u32).collect();
            from += input.shape[0] as u32;
            rows
        })
        .collect();
    let mut statistics = (Vec::new(), Vec::new());
    trained.steps(&batches, 1, |at, _, value| {
        let (mean, variance) = (value("batch_norm1.running_mean"), value("batch_norm1.running_variance"));
        compare("running mean", &mean, &Array::read(&steps[at]["running_mean"]).data, 1e-12, 1e-3)?;
        compare("running variance", &variance, &Array::read(&steps[at]["running_var"]).data, 1e-12, 1e-3)?;
        statistics = (mean, variance);
        Ok(())
    })?;
    for step in &steps {
        check_step(case, step, &model)?;
    }
    let mut bench = Bench::new();
    bench.run(&model)?;
    bench.set_model("net", &parameters(case))?;
    let plain = |data: &[f64]| Array { shape: vec![data.len()], data: data.to_vec() };
    bench.set_model(
        "net",
        &[
            ("batch_norm1.running_mean", plain(&statistics.0)),
            ("batch_norm1.running_variance", plain(&statistics.1)),
        ],
    )?;
    bench.set_batch("x", &Array::read(&case["eval_x"]));
    bench.check_batch("net(x)", &Array::read(&case["eval_y"]), 1e-12, 1e-3)
}

fn check_step(case: &Value, step: &Value, model: &str) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.run(model)?;
    bench.set_model("net", &parameters(case))?;
    let x = Array::read(&step["x"]);
    bench.set_batch("x", &x);
    bench.set_batch("c", &cosines(&x.shape));
    bench.elaborator.training = true;
    bench.run("y = net(x)\nl = batch_sum(y · c)")?;
    bench.check_batch("y", &Array::read(&step["y"]), 1e-12, 1e-3)?;
    let names = ["x", "net.batch_norm1.scale", "net.batch_norm1.shift"];
    for (name, wanted) in names.iter().zip(step["vjp"].as_array().into_iter().flatten()) {
        bench.check_batch(&format!("grad(l, {name})"), &Array::read(wanted), 1e-12, 1e-1)?;
    }
    Ok(())
}

fn layer_norm(case: &Value) -> Result<(), String> {
    let eps = case["eps"].as_f64().unwrap_or(1e-5);
    let mut bench = Bench::new();
    bench.run(&format!("model net(x: [4]) -> [4] {{ x |> layer_norm(eps = {eps:?}) }}"))?;
    bench.set_model(
        "net",
        &[
            ("layer_norm1.scale", Array::read(&case["weight"])),
            ("layer_norm1.shift", Array::read(&case["bias"])),
        ],
    )?;
    let x = Array::read(&case["x"]);
    bench.set_batch("x", &x);
    bench.set_batch("c", &cosines(&x.shape));
    bench.run("y = net(x)\nl = batch_sum(y · c)")?;
    bench.check_batch("y", &Array::read(&case["y"]), 1e-12, 1e-3)?;
    let names = ["x", "net.layer_norm1.scale", "net.layer_norm1.shift"];
    for (name, wanted) in names.iter().zip(case["vjp"].as_array().into_iter().flatten()) {
        bench.check_batch(&format!("grad(l, {name})"), &Array::read(wanted), 1e-12, 1e-1)?;
    }
    Ok(())
}

fn constant_rows(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.run("model net(x: [4]) -> [4] { x |> layer_norm }")?;
    bench.set_model("net", &[])?;
    bench.set_batch("x", &Array::read(&case["x"]));
    bench.check_batch("net(x)", &Array::read(&case["y"]), 1e-12, 1e-3)?;
    bench.check_batch("grad(batch_sum(sum(net(x))), x)", &Array::read(&case["vjp_of_sum"]), 1e-12, 1e-3)
}

/// One step of length 1 from 0 shows the gradient with the other sign.
fn clipped(case: &Value, norm: Option<f64>, value: Option<f64>) -> Result<(), String> {
    let flat = |value: &Value| match value[0] {
        Value::Array(_) => value.as_array().into_iter().flatten().map(Array::read).collect(),
        _ => vec![Array::read(value)],
    };
    let (grads, wanted): (Vec<Array>, Vec<Array>) = (flat(&case["grads"]), flat(&case["clipped"]));
    let all: Vec<f64> = grads.iter().flat_map(|g| g.data.clone()).collect();
    let mut from = 0;
    let (mut params, mut sum) = (String::new(), String::from("0"));
    for (at, g) in grads.iter().enumerate() {
        let n = g.data.len();
        params = format!("{params}param w{at}: [{n}] = zeros\n");
        sum = format!("{sum} + w{at} · x[{from}:{}]", from + n);
        from += n;
    }
    let model = format!("model net(x: [{from}]) -> [] {{ {params} {sum} }}\nloss itself(p, t) = p");
    let input = Array { shape: vec![1, from], data: all };
    let target = Array { shape: vec![1], data: vec![0.0] };
    let setup = Setup {
        model: &model,
        loss: "itself",
        optimizer: "sgd(lr = 1)",
        input: &input,
        target: &target,
        clip: norm,
    };
    let trained = Trained::with_value_clip(&setup, value)?;
    trained.steps(&[vec![0]], 1, |_, _, value| {
        for (at, wanted) in wanted.iter().enumerate() {
            let found: Vec<f64> = value(&format!("w{at}")).iter().map(|v| -v).collect();
            compare(&format!("gradient {at}"), &found, &wanted.data, 1e-12, 1e-300)?;
        }
        Ok(())
    })
}

/// Bounds and deviations in closed form, from a draw at which they can be read.
pub fn replay_inits() -> Tally {
    let mut tally = Tally::default();
    for case in cases("inits.json") {
        let shape = Array::read(&case["weight_shape_out_in"]).data;
        for (key, wanted) in case.as_object().into_iter().flatten() {
            let label = format!("{shape:?} {key}");
            let Some(expr) = closed_form(key) else {
                if key.starts_with("sample_") {
                    tally.skip(&label, "a draw of another generator: moments are in a test of their own");
                }
                continue;
            };
            tally.holds(&label, spread(&shape, &expr, wanted.as_f64().unwrap_or(f64::NAN)));
        }
    }
    tally
}

/// What we write for a closed form: the initializer, and whether it is a deviation and not a bound.
fn closed_form(key: &str) -> Option<(String, bool)> {
    let gain = |act: &str| match act {
        "tanh" => Some("5 / 3"),
        "relu" => Some("sqrt(2)"),
        "leaky_relu" => Some("sqrt(2 / (1 + 0.01^2))"),
        "selu" => Some("0.75"),
        "linear" | "sigmoid" => Some("1"),
        _ => None,
    };
    let slope = |act: &str| match act {
        "relu" => Some("0"),
        "leaky_relu" => Some("0.01"),
        _ => None,
    };
    let found = match key {
        "xavier_uniform_bound" => ("glorot_uniform".to_string(), false),
        "xavier_normal_std" => ("glorot_normal".to_string(), true),
        "lecun_normal_std" => ("lecun_normal".to_string(), true),
        "lecun_uniform_bound" => ("lecun_uniform".to_string(), false),
        "torch_linear_default_bound_weight_and_bias" => ("he_uniform(slope = sqrt(5))".to_string(), false),
        _ => {
            if let Some(act) = key.strip_prefix("xavier_uniform_bound_gain_") {
                (format!("glorot_uniform(gain = {})", gain(act)?), false)
            } else if let Some(act) = key.strip_prefix("kaiming_normal_std_") {
                (format!("he_normal(slope = {})", slope(act.strip_suffix("_fan_in")?)?), true)
            } else if let Some(act) = key.strip_prefix("kaiming_uniform_bound_") {
                (format!("he_uniform(slope = {})", slope(act.strip_suffix("_fan_in")?)?), false)
            } else {
                return None;
            }
        }
    };
    Some(found)
}

/// The constants of the graph of a first value hold the bound or the deviation: the same stream drawn with a known
/// one has the same numbers but for that factor.
fn spread(shape: &[f64], (expr, is_deviation): &(String, bool), wanted: f64) -> Result<(), String> {
    let (n, m) = (shape[0], shape[1]);
    let known = if *is_deviation { "normal" } else { "uniform(-1, 1)" };
    let draw = |init: &str| {
        let mut bench = Bench::new();
        bench.run(&format!("model net(x: [{m}]) -> [{n}] {{ param W: [{n}, {m}] = {init}\n W · x }}"))?;
        bench.first_value("net", "W")
    };
    let (found, unit) = (draw(expr)?, draw(known)?);
    let at = (0..unit.len()).max_by(|&a, &b| unit[a].abs().total_cmp(&unit[b].abs())).unwrap_or(0);
    compare(expr, &[found[at] / unit[at]], &[wanted], 4e-15, 1e-300)
}

//! Whole trainings on real data: the loss before every step, and what is there at the end.

use std::path::{Path, PathBuf};

use nn::data::table::Values;
use serde_json::Value;

use super::array::{Array, compare};
use super::networks::one_hot;
use super::optimizers::optimizer;
use super::tally::{Tally, kept, whole};
use super::trainer::{Setup, Trained};

/// Where the runs are: all of them, or those kept here.
fn folder() -> PathBuf {
    whole().unwrap_or_else(kept).join("training_runs")
}

pub fn replay() -> Tally {
    let mut tally = Tally::default();
    let mut runs: Vec<PathBuf> =
        std::fs::read_dir(folder()).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    runs.sort();
    for path in runs.into_iter().filter(|path| path.is_dir()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path.join("run.json")).expect("a description");
        let run: Value = serde_json::from_str(&text).expect("JSON");
        tally.holds(&name, replay_run(&path, &run));
    }
    tally.note("NAdam: PyTorch kept the product of its momenta in single precision there; it is rounded so after each step, ours is not");
    tally
}

/// The numbers of a `.npy` file, by the reader of the language.
fn npy(path: &Path) -> Result<Array, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let array = nn::data::npy::parse(&bytes).map_err(|problem| format!("{}: {problem:?}", path.display()))?;
    match array.values {
        Values::F64(data) => Ok(Array { shape: array.shape, data }),
        other => Err(format!("{}: {other:?}", path.display())),
    }
}

/// The rows of one of the examples' csv files; a column of names as numbers, in order of appearance.
pub fn table(name: &str) -> Result<Vec<Vec<f64>>, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/data/{name}.csv"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut labels: Vec<String> = Vec::new();
    let mut number = |cell: &str| {
        cell.parse().unwrap_or_else(|_| match labels.iter().position(|label| label == cell) {
            Some(at) => at as f64,
            None => {
                labels.push(cell.to_string());
                (labels.len() - 1) as f64
            }
        })
    };
    Ok(text.lines().skip(1).map(|line| line.split(',').map(&mut number).collect()).collect())
}

/// Inputs and targets of rows, each column less its mean over some of the rows, divided by its deviation there; the
/// target too where it is a number.
pub fn standardized(rows: &[Vec<f64>], learn: &[usize], with_target: bool) -> (Array, Array) {
    let mut rows = rows.to_vec();
    let columns = rows[0].len() - 1;
    for column in 0..if with_target { columns + 1 } else { columns } {
        let n = learn.len() as f64;
        let mean = learn.iter().map(|&at| rows[at][column]).sum::<f64>() / n;
        let variance = learn.iter().map(|&at| (rows[at][column] - mean).powi(2)).sum::<f64>() / n;
        let deviation = if variance == 0.0 { 1.0 } else { variance.sqrt() };
        rows.iter_mut().for_each(|row| row[column] = (row[column] - mean) / deviation);
    }
    let input = rows.iter().flat_map(|row| row[..columns].to_vec()).collect();
    let target = rows.iter().map(|row| row[columns]).collect();
    (
        Array { shape: vec![rows.len(), columns], data: input },
        Array { shape: vec![rows.len(), 1], data: target },
    )
}

/// Classes as vectors of 0 and 1.
pub fn one_hot_targets(classes: &Array) -> Array {
    one_hot(classes, 1 + classes.data.iter().fold(0.0f64, |most, v| most.max(*v)) as usize)
}

/// Inputs and targets of a run.
fn examples(run: &Value) -> Result<(Array, Array), String> {
    let rows = table(run["data"].as_str().unwrap_or_default())?;
    let preprocess = run["preprocess"].as_str().unwrap_or_default();
    let columns = rows.first().map_or(0, Vec::len) - 1;
    let (input, target) = if preprocess.starts_with("z-score") {
        let all: Vec<usize> = (0..rows.len()).collect();
        standardized(&rows, &all, preprocess.contains("target"))
    } else {
        let pixels = rows.iter().flat_map(|row| row[..columns].iter().map(|pixel| pixel / 16.0)).collect();
        let target = rows.iter().map(|row| row[columns]).collect();
        (
            Array { shape: vec![rows.len(), columns], data: pixels },
            Array { shape: vec![rows.len(), 1], data: target },
        )
    };
    let n_out = run["layers"].as_array().and_then(|layers| layers.last()).and_then(Value::as_u64).unwrap_or(1)
        as usize;
    let target = if n_out > 1 { one_hot(&target, n_out) } else { target };
    Ok((input, target))
}

/// The model, and the names of PyTorch's modules for its parameters.
fn model(run: &Value) -> (String, Vec<(String, String)>) {
    let sizes: Vec<u64> = run["layers"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let hidden: Vec<&str> =
        run["hidden"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut text = "x".to_string();
    let mut names = Vec::new();
    let (mut module, mut norms) = (0, 0);
    for (at, n_out) in sizes.iter().skip(1).enumerate() {
        text = format!("{text} |> dense({n_out})");
        names.push((format!("{module}.weight"), format!("dense{}.W", at + 1)));
        names.push((format!("{module}.bias"), format!("dense{}.b", at + 1)));
        module += 1;
        for part in hidden.get(at).into_iter().flat_map(|act| act.split('+')) {
            let layer = match part {
                "bn" => "batch_norm",
                "ln" => "layer_norm",
                act => act,
            };
            text = format!("{text} |> {layer}");
            if layer.ends_with("_norm") {
                norms += 1;
                names.push((format!("{module}.weight"), format!("{layer}{norms}.scale")));
                names.push((format!("{module}.bias"), format!("{layer}{norms}.shift")));
                if layer == "batch_norm" {
                    names.push((format!("{module}.running_mean"), format!("{layer}{norms}.running_mean")));
                    names.push((format!("{module}.running_var"), format!("{layer}{norms}.running_variance")));
                }
            }
            module += 1;
        }
    }
    let (n_in, n_out) = (sizes[0], sizes[sizes.len() - 1]);
    (
        format!(
            "model net(x: [{n_in}]) -> [{n_out}] {{ {text} }}\nloss smoothed(z, t) = softmax_cross_entropy(z, t, label_smoothing = 0.1)"
        ),
        names,
    )
}

/// `nadam` with the product of its momenta in single precision: taking a number off its multiple by 2²⁹ + 1 and back
/// leaves 24 binary digits of it.
const THEIR_NADAM: &str = "
fn single(x) { c = x * 536870913
    c - (c - x) }
optimizer their_nadam(lr, beta1: real = 0.9, beta2: real = 0.999, eps: real = 1e-8, decay: real = 0, momentum_decay: real = 0.004) {
    state m = 0
    state v = 0
    state product: real = 1
    d = if decay == 0 then g else g + decay * w
    μ = beta1 * (1 - 0.5 * 0.96^(t * momentum_decay))
    next = beta1 * (1 - 0.5 * 0.96^((t + 1) * momentum_decay))
    product <- single(product * single(μ))
    m <- beta1 * m + (1 - beta1) * d
    v <- beta2 * v + (1 - beta2) * d²
    spread = sqrt(v / (1 - beta2^t)) + eps
    w -= lr * (1 - μ) / (1 - product) * d / spread
    w -= lr * next / (1 - product * next) * m / spread
}";

fn replay_run(path: &Path, run: &Value) -> Result<(), String> {
    let (input, target) = examples(run)?;
    let (model, names) = model(run);
    let loss = match run["loss"].as_str().unwrap_or_default() {
        "mse" => "mse",
        "l1" => "mae",
        "ce_ls0.1" => "smoothed",
        text if text.starts_with("sigmoid") => "sigmoid_cross_entropy",
        _ => "softmax_cross_entropy",
    };
    let optimizer = optimizer(run["optimizer"].as_str().unwrap_or_default(), &run["args"])?;
    let optimizer = optimizer.replace("nadam(", "their_nadam(");
    let model = if optimizer.starts_with("their") { format!("{model}{THEIR_NADAM}") } else { model };
    let setup =
        Setup { model: &model, loss, optimizer: &optimizer, input: &input, target: &target, clip: None };
    let mut first = Vec::new();
    for (theirs, ours) in &names {
        first.push((ours.as_str(), npy(&path.join(format!("init_{theirs}.npy")))?));
    }
    let losses = Array::read(&run["float64"]["loss_per_step"]).data;
    let names: Vec<(&str, &str)> =
        names.iter().map(|(theirs, ours)| (theirs.as_str(), ours.as_str())).collect();
    let here = walk(run, &setup, &first, &names, losses.len())?;
    let tolerance = if optimizer.starts_with("lbfgs") { 1e-5 } else { 1e-8 };
    compare("loss", &here.0, &losses, tolerance, 1e-300)?;
    for ((theirs, _), found) in names.iter().zip(&here.1) {
        let wanted = npy(&path.join(format!("final_{theirs}.npy")))?.by_columns();
        compare(theirs, found, &wanted, tolerance, 1e-2)?;
    }
    Ok(())
}

/// The loss of every step, and the parameters and states at the end.
fn walk(
    run: &Value,
    setup: &Setup<'_>,
    first: &[(&str, Array)],
    names: &[(&str, &str)],
    n_steps: usize,
) -> Result<(Vec<f64>, Vec<Vec<f64>>), String> {
    let trained = Trained::new(setup, first)?;
    let (mut losses, mut last) = (Vec::new(), Vec::new());
    let mut look = |_: usize, loss: f64, value: &dyn Fn(&str) -> Vec<f64>| {
        losses.push(loss);
        if losses.len() == n_steps {
            last = names.iter().map(|(_, ours)| value(ours)).collect();
        }
        Ok(())
    };
    let n = setup.input.shape[0];
    match run["batch"].as_u64() {
        None => trained.run((n, n_steps), &mut look)?,
        Some(batch) => {
            let rows: Vec<u32> = (0..n as u32).collect();
            let epoch = rows.chunks(batch as usize).map(<[u32]>::to_vec);
            let epochs = run["epochs"].as_u64().unwrap_or(1) as usize;
            let batches: Vec<Vec<u32>> = epoch.cycle().take(n.div_ceil(batch as usize) * epochs).collect();
            trained.steps(&batches, 1, &mut look)?;
        }
    }
    Ok((losses, last))
}

/// A whole script, as a user writes it, against the final weights of the same run.
#[test]
fn scripts_reach_the_final_weights() {
    for (name, hidden, optimizer, epochs, tolerance) in
        [("iris_tanh_sgd", 10, "sgd(lr = 0.1)", 200, 1e-8), ("iris_lbfgs", 5, "lbfgs", 5, 1e-5)]
    {
        let path = folder().join(name);
        let at = |file: &str| path.join(file).display().to_string();
        let batch = if optimizer == "lbfgs" { "" } else { "batch = 150, " };
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/iris.csv");
        let text = format!(
            "precision f64
data iris = csv(\"{}\") {{
    input = standardize(columns(except = species)), target = one_hot(species)
}}
model net(x: [4]) -> [3] {{
    param W0: [{hidden}, 4] = load(\"{}\")
    param b0: [{hidden}] = load(\"{}\")
    param W2: [3, {hidden}] = load(\"{}\")
    param b2: [3] = load(\"{}\")
    softmax(W2 · tanh(W0 · x + b0) + b2)
}}
run = train net on iris {{ loss = cross_entropy, optimizer = {optimizer}, epochs = {epochs}, {batch}shuffle = false }}
print(net.W0, digits = 17, all = true)
print(net.b2, digits = 17, all = true)",
            data.display(),
            at("init_0.weight.npy"),
            at("init_0.bias.npy"),
            at("init_2.weight.npy"),
            at("init_2.bias.npy")
        );
        let lines = printed(&text);
        for (line, file) in lines.iter().zip(["final_0.weight.npy", "final_2.bias.npy"]) {
            let plain = line.replace(['[', ']'], "");
            let found: Vec<f64> = plain.split(", ").map(|text| text.parse().expect("a number")).collect();
            let wanted = npy(&path.join(file)).expect("final weights").data;
            compare(name, &found, &wanted, tolerance, 1e-2).unwrap_or_else(|problem| panic!("{problem}"));
        }
        assert_eq!(lines.len(), 2);
    }
}

fn printed(text: &str) -> Vec<String> {
    let mut world = crate::examples::Disk::default();
    let report = nn::session::run_text(&mut world, "test", text, Path::new(""));
    assert!(!report.has_errors(), "{text}\n{}", crate::examples::problems(&report));
    world.lines
}

/// What belongs to steps over batches is refused beside a method that looks at all examples.
#[test]
fn options_that_do_not_go_with_a_method_are_refused() {
    let program = |optimizer: &str, options: &str| {
        format!(
            "data d = examples {{ [1] -> [0] }}\nmodel net(x: [1]) -> [1] {{ x |> dense(1) }}\ntrain net on d {{ loss = mse, optimizer = {optimizer}, epochs = 1{options} }}"
        )
    };
    let refused = |text: &str| {
        let mut world = nn::session::MemoryWorld::default();
        nn::session::check_text(&mut world, "test", text, Path::new("")).has_errors()
    };
    assert!(!refused(&program("lbfgs(iterations = 5)", "")));
    for option in ["batch = 3", "clip = 1", "clip_value = 1", "checkpoint = \"c\""] {
        assert!(refused(&program("lbfgs", &format!(", {option}"))), "{option}");
    }
    for optimizer in
        ["lbfgs(5)", "lbfgs(iterations = 0)", "lbfgs(lr = -1)", "lbfgs(itrations = 5)", "reduce_on_plateau"]
    {
        assert!(refused(&program(optimizer, "")), "{optimizer}");
    }
}

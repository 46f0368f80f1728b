//! Worked examples from teaching, and scikit-learn's by hand.

use serde_json::Value;

use super::array::{Array, compare};
use super::bench::Bench;
use super::case_study;
use super::optimizers;
use super::tally::{Tally, json};
use super::trainer::{Setup, Trained};

fn plain(data: &[f64]) -> Array {
    Array { shape: vec![data.len()], data: data.to_vec() }
}

fn matrix(rows: usize, data: &[f64]) -> Array {
    Array { shape: vec![rows, data.len() / rows], data: data.to_vec() }
}

fn transposed(array: &Array) -> Array {
    Array { shape: array.shape.iter().rev().copied().collect(), data: array.by_columns() }
}

pub fn replay() -> Tally {
    let mut tally = Tally::default();
    let Some(file) = json("teaching.json") else { return tally };
    let mazur_steps = [1, 2, 3, 10, 100, 1000, 10_000];
    tally.holds("Mazur: forward pass", mazur_forward(&file["mazur"]));
    tally.holds(&format!("Mazur: after {mazur_steps:?} steps"), mazur(&file["mazur"]));
    for (name, text, wrt, key) in CIRCUITS {
        tally.holds(&format!("CS231n: {name}"), circuit(&file["cs231n_circuits"], text, wrt, key));
    }
    tally.holds("CS231n: staged", staged(&file["cs231n_staged"]));
    tally.holds("CS231n: gradient of softmax", softmax_gradient(&file["cs231n_circuits"]["softmax_grad"]));
    tally.holds("CS231n: case study, linear", case_study::linear(&file["cs231n_case_study"]));
    tally.holds("CS231n: case study, network", case_study::network(&file["cs231n_case_study"]));
    tally.note(
        "CS231n's network trains by steps of 1: up to step 3000 its losses agree to 1e-9, up to 9000 to 1e-4",
    );
    tally.holds("micrograd", micrograd(&file["micrograd_readme"]));
    tally.holds("Goodfellow: XOR", xor(&file["goodfellow_xor"]));
    tally
}

const MAZUR: &str = "model net(x: [2]) -> [2] {
    param W: [2, 2] = [[0.15, 0.20], [0.25, 0.30]]
    param V: [2, 2] = [[0.40, 0.45], [0.50, 0.55]]
    sigmoid(V · sigmoid(W · x + 0.35) + 0.60)
}
loss half(p, t) = sum(0.5 * (t - p)²)";

fn mazur_forward(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.set("x", &Array::read(&case["x"]));
    bench.set("t", &Array::read(&case["target"]));
    bench.run(MAZUR)?;
    bench.set_model("net", &[])?;
    let wanted = &case["recomputed"];
    bench.check("net(x)", &Array::read(&wanted["outputs"]), 1e-12, 1e-300)?;
    bench.check("sigmoid(net.W · x + 0.35)", &Array::read(&wanted["hidden"]), 1e-12, 1e-300)?;
    bench.check("half(net(x), t)", &Array::read(&wanted["E0"]), 1e-12, 1e-300)
}

fn mazur(case: &Value) -> Result<(), String> {
    let (input, target) = (Array::read(&case["x"]), Array::read(&case["target"]));
    let (input, target) = (matrix(1, &input.data), matrix(1, &target.data));
    let setup = Setup {
        model: MAZUR,
        loss: "half",
        optimizer: "sgd(lr = 0.5)",
        input: &input,
        target: &target,
        clip: None,
    };
    let after = &case["recomputed"]["after_step"];
    let trained = Trained::new(&setup, &[])?;
    trained.steps(&vec![vec![0]; 10_001], 1, |at, loss, value| {
        // The loss is that before the step: after the one before.
        if let Some(error) = after[at.to_string()]["total_error"].as_f64() {
            compare(&format!("error after {at}"), &[loss], &[error], 1e-10, 1e-300)?;
        }
        let here = &after[(at + 1).to_string()];
        if !here.is_null() {
            let w = matrix(2, &Array::read(&here["w1..w4"]).data).by_columns();
            let v = matrix(2, &Array::read(&here["w5..w8"]).data).by_columns();
            let tolerance = if at < 10 { 1e-12 } else { 1e-10 };
            compare(&format!("W after {}", at + 1), &value("W"), &w, tolerance, 1e-300)?;
            compare(&format!("V after {}", at + 1), &value("V"), &v, tolerance, 1e-300)?;
        }
        Ok(())
    })
}

/// Name, expression, what it is differentiated by, and where the numbers are.
type Circuit = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);
const CIRCUITS: [Circuit; 4] = [
    ("(x + y) z", "(x + y) * z", &[("x", "df.x"), ("y", "df.y"), ("z", "df.z")], "mul_add"),
    ("a neuron", "sigmoid(w[0] * x[0] + w[1] * x[1] + w[2])", &[("x", "dx"), ("w", "dw")], "sigmoid_neuron"),
    ("a product", "x * y", &[("x", "dx"), ("y", "dy")], "simple.mul"),
    ("the larger", "max(x, y)", &[("x", "dx"), ("y", "dy")], "simple.max"),
];

fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, key| &value[key])
}

fn circuit(circuits: &Value, text: &str, wrt: &[(&str, &str)], key: &str) -> Result<(), String> {
    let case = at(circuits, key);
    let mut bench = Bench::new();
    for name in ["x", "y", "z", "w"] {
        if !case[name].is_null() {
            bench.set(name, &Array::read(&case[name]));
        }
    }
    bench.check(text, &Array::read(&case["f"]), 1e-12, 1e-300)?;
    for (name, key) in wrt {
        bench.check(&format!("grad({text}, {name})"), &Array::read(at(case, key)), 1e-12, 1e-300)?;
    }
    Ok(())
}

fn staged(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.set("x", &Array::read(&case["x"]));
    bench.set("y", &Array::read(&case["y"]));
    bench.run("f = (x + sigmoid(y)) / (sigmoid(x) + (x + y)²)")?;
    bench.check("f", &Array::read(&case["f"]), 1e-12, 1e-300)?;
    bench.check("grad(f, x)", &Array::read(&case["dx"]), 1e-12, 1e-300)?;
    bench.check("grad(f, y)", &Array::read(&case["dy"]), 1e-12, 1e-300)
}

fn softmax_gradient(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    let p = Array::read(&case["p"]);
    bench.set("z", &plain(&p.data.iter().map(|p| p.ln()).collect::<Vec<_>>()));
    let class = case["class"].as_u64().unwrap_or(0);
    bench.run(&format!("l = softmax_cross_entropy(z, one_hot({class}, 3))"))?;
    bench.check("grad(l, z)", &Array::read(&case["dscores"]), 1e-12, 1e-3)
}

fn micrograd(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.set("a", &Array::read(&case["a"]));
    bench.set("b", &Array::read(&case["b"]));
    bench.run("c = a + b\nd = a * b + b³\nc = c + c + 1\nc = 1 + c + c - a\nd = d + d * 2 + relu(b + a)\nd = d + 3 * d + relu(b - a)")?;
    bench.run("e = c - d\nf = e²\ng = f / 2 + 10 / f")?;
    bench.check("g", &Array::read(&case["value"]), 1e-12, 1e-300)?;
    let differences = Array::read(&case["finite_diff"]).data;
    bench.check("grad(g, a)", &Array { shape: Vec::new(), data: vec![differences[0]] }, 1e-7, 1e-300)?;
    bench.check("grad(g, b)", &Array { shape: Vec::new(), data: vec![differences[1]] }, 1e-7, 1e-300)
}

fn xor(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.set_batch("x", &Array::read(&case["X"]));
    for name in ["W", "c", "w", "b"] {
        bench.set(name, &Array::read(&case[name]));
    }
    bench.check_batch("relu(W.T · x + c)", &Array::read(&case["hidden"]), 1e-15, 1e-300)?;
    bench.check_batch("w · relu(W.T · x + c) + b", &Array::read(&case["y"]), 1e-15, 1e-300)
}

pub fn replay_sklearn() -> Tally {
    let mut tally = Tally::default();
    let Some(file) = json("sklearn_mlp_worked_examples.json") else { return tally };
    tally.holds("one step by hand", one_step(&file["test_fit"]));
    for case in file["test_gradient"]["cases"].as_array().into_iter().flatten() {
        let name = format!("gradient, {} classes, {}", case["n_classes"], case["activation"]);
        tally.holds(&name, gradient(case));
    }
    optimizers::sklearn(&mut tally, &file);
    for (at, case) in file["log_loss_edges"].as_array().into_iter().flatten().enumerate() {
        tally.holds(&format!("log loss at the edge {at}"), log_loss(case));
    }
    tally.note("log loss at the edge: scikit-learn holds probabilities between 2.2e-16 and 1 less that, and so does the comparison; ours is as the formula, infinite where a probability of exactly 0 or 1 is wrong, and finite behind a sigmoid or softmax");
    tally
}

/// scikit-learn's log loss, which holds probabilities off 0 and 1.
fn log_loss(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.set_batch("p", &Array::read(&case["p"]));
    bench.set_batch("t", &Array::read(&case["y"]));
    let (loss, wanted) = match case["sklearn"].is_number() {
        true => ("cross_entropy", &case["sklearn"]),
        false => ("binary_cross_entropy", &case["sklearn_binary"]),
    };
    let held = format!("clamp(p, {0:?}, 1 - {0:?})", f64::EPSILON);
    bench.check(&format!("batch_mean({loss}({held}, t))"), &Array::read(wanted), 1e-10, 1e-300)
}

fn one_step(case: &Value) -> Result<(), String> {
    let model = "model net(x: [3]) -> [1] {
        param W1: [2, 3] = zeros
        param b1: [2] = zeros
        param W2: [1, 2] = zeros
        param b2: [1] = zeros
        sigmoid(W2 · sigmoid(W1 · x + b1) + b2)
    }
    loss penalised(p, t) = binary_cross_entropy(p, t) + 0.05 * (sum(net.W1²) + sum(net.W2²))";
    let first: Vec<(&str, Array)> = ["W1", "b1", "W2", "b2"]
        .iter()
        .map(|name| {
            let array = Array::read(&case[*name]);
            (*name, if array.shape.len() == 2 { transposed(&array) } else { array })
        })
        .collect();
    let (input, target) =
        (Array::read(&case["x"]), Array { shape: vec![1, 1], data: Array::read(&case["y"]).data });
    let setup = Setup {
        model,
        loss: "penalised",
        optimizer: "sgd(lr = 0.1)",
        input: &input,
        target: &target,
        clip: None,
    };
    let wanted = &case["sklearn_exact"];
    Trained::new(&setup, &first)?.steps(&[vec![0]], 1, |_, loss, value| {
        compare("loss", &[loss], &[wanted["loss"].as_f64().unwrap_or(f64::NAN)], 1e-10, 1e-300)?;
        for name in ["W1", "b1", "W2", "b2"] {
            // Rows of theirs are columns of ours, so the order in memory is the same.
            compare(name, &value(name), &Array::read(&wanted[name]).data, 1e-10, 1e-300)?;
        }
        Ok(())
    })
}

fn gradient(case: &Value) -> Result<(), String> {
    let mut bench = Bench::new();
    let x = Array::read(&case["X"]);
    bench.set_batch("x", &x);
    let y = Array::read(&case["Y"]);
    bench.set_batch("t", &y);
    for name in ["W1", "W2"] {
        bench.set(name, &transposed(&Array::read(&case[name])));
    }
    for name in ["b1", "b2"] {
        bench.set(name, &Array::read(&case[name]));
    }
    let act = match case["activation"].as_str().unwrap_or_default() {
        "logistic" => "sigmoid",
        other => other,
    };
    let loss =
        if case["out_activation"] == "softmax" { "softmax_cross_entropy" } else { "sigmoid_cross_entropy" };
    let (alpha, n) = (case["alpha"].as_f64().unwrap_or(0.0), x.shape[0]);
    bench.run(&format!(
        "z = W2 · {act}(W1 · x + b1) + b2\nl = batch_mean({loss}(z, t)) + 0.5 * {alpha:?} * (sum(W1²) + sum(W2²)) / {n}"
    ))?;
    bench.check("l", &Array::read(&case["loss"]), 1e-10, 1e-300)?;
    for (name, key) in [("W1", "dW1"), ("W2", "dW2"), ("b1", "db1"), ("b2", "db2")] {
        let wanted = Array::read(&case[key]);
        let found = bench.value(&format!("grad(l, {name})"))?;
        compare(key, &found, &wanted.data, 1e-10, 1e-3)?;
    }
    Ok(())
}

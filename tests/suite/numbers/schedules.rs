//! Schedules: 25 of PyTorch over 100 epochs, and optax's.

use nn::elaborate::Plateau;
use serde_json::Value;

use super::array::{Array, compare};
use super::bench::Bench;
use super::tally::{Tally, cases, json};

/// PyTorch's name and what it is in ours; `t` is the number of steps done.
const PYTORCH: &[(&str, &str)] = &[
    ("StepLR", "step_decay(t, 0.1, every = 10)"),
    ("StepLR_half", "step_decay(t, 0.1, every = 7, factor = 0.5)"),
    ("MultiStepLR", "multi_step(t, 0.1, at = [5, 20, 21, 60], factor = 0.3)"),
    ("ConstantLR", "constant_rate(t, 0.1, factor = 1 / 3, steps = 5)"),
    ("LinearLR", "linear(t, 0.1, steps = 10, first = 1 / 3, last = 1)"),
    ("LinearLR_down", "linear(t, 0.1, steps = 30, first = 1, last = 0.1)"),
    ("ExponentialLR", "exponential(t, 0.1, factor = 0.95)"),
    ("PolynomialLR", "polynomial(t, 0.1, steps = 40, power = 2)"),
    ("CosineAnnealingLR", "cosine(t, 0.1, steps = 50, end = 0.001)"),
    ("CosineAnnealingLR_periodic", "cosine(t, 0.1, steps = 10)"),
    ("CosineAnnealingWarmRestarts", "cosine_restarts(t, 0.1, steps = 10, times = 2, end = 0.0001)"),
    ("CyclicLR_triangular", "triangular(t, 0.001, high = 0.1, half = 10)"),
    ("CyclicLR_triangular2", "triangular(t, 0.001, high = 0.1, half = 10, shrink = 0.5)"),
    ("CyclicLR_exp_range", "triangular(t, 0.001, high = 0.1, half = 10, decay = 0.99)"),
    ("OneCycleLR_cos", "one_cycle(t, 0.1, steps = 100)"),
    ("OneCycleLR_linear", "one_cycle(t, 0.1, steps = 100, straight = true)"),
    ("OneCycleLR_3phase", "one_cycle(t, 0.1, steps = 100, phases = 3)"),
    ("LambdaLR_inv", "inverse(t, 0.1, steps = 10)"),
    ("MultiplicativeLR", "exponential(t, 0.1, factor = 0.97)"),
    (
        "Sequential_warmup_cosine",
        "sequence(t, linear(0.1, steps = 10, first = 0.1, last = 1), cosine(0.1, steps = 80), at = 10)",
    ),
    ("Chained", "product(t, exponential(0.1, factor = 0.9), constant_rate(1, factor = 0.1, steps = 5))"),
];

pub fn replay() -> Tally {
    let mut tally = Tally::default();
    for case in cases("lr_schedules.json") {
        let name = case["name"].as_str().unwrap_or_default();
        let wanted = Array::read(&case["lr"]);
        if name == "ReduceLROnPlateau" {
            tally.holds(&format!("{name} {}", case["args"]), plateau(&case, &wanted));
            continue;
        }
        match PYTORCH.iter().find(|(theirs, _)| *theirs == name) {
            Some((_, ours)) => tally.holds(name, schedule(ours, &wanted)),
            None => tally.skip(name, "not a schedule of the library"),
        }
    }
    tally
}

fn schedule(text: &str, wanted: &Array) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.run(SGDR)?;
    let steps: Vec<f64> = (0..wanted.data.len()).map(|step| step as f64).collect();
    bench.set_batch("t", &Array { shape: vec![steps.len()], data: steps });
    let found = bench.value(text)?;
    // A rate that has come down to nothing is compared with the rate it began with.
    compare(
        text,
        &found,
        &wanted.data,
        1e-12,
        wanted.data.iter().fold(0.0, |m: f64, v| m.max(v.abs())) * 1e-3,
    )
}

/// The rule that `plateau = reduce_on_plateau(...)` follows, on given losses.
fn plateau(case: &Value, wanted: &Array) -> Result<(), String> {
    let (args, base) = (&case["args"], case["base_lr"].as_f64().unwrap_or(0.1));
    let given = |key: &str, default: f64| args[key].as_f64().unwrap_or(default);
    let plateau = Plateau {
        factor: given("factor", 0.1),
        patience: given("patience", 10.0),
        threshold: given("threshold", 1e-4),
        is_absolute: args["threshold_mode"] == "abs",
        cooldown: given("cooldown", 0.0),
        least: given("min_lr", 0.0) / base,
        change: 1e-8 / base,
    };
    let mut kept = Plateau::START;
    let mut found = Vec::new();
    for &loss in Array::read(&case["metric"]).data.iter().take(wanted.data.len()) {
        found.push(base * kept[0]);
        kept = plateau.next(kept, loss);
    }
    compare("rate", &found, &wanted.data, 1e-12, 1e-300)
}

/// A training whose loss cannot fall keeps its parameters ever longer at the same rate, then at smaller ones.
#[test]
fn a_training_reduces_its_rate_on_a_plateau() {
    let program = |plateau: &str| {
        format!(
            "precision f64\ndata d = examples {{ [1] -> [0] }}\nloss up(p, t) = -sum(p)\nmodel net(x: [1]) -> [1] {{ param w: [1] = zeros\n stop_gradient(w) * 0 + w - stop_gradient(w) }}\nrun = train net on d {{ loss = up, optimizer = sgd(lr = 1), epochs = 4{plateau} }}\nprint(net.w, digits = 17)"
        )
    };
    let printed = |text: &str| {
        let mut world = nn::session::MemoryWorld::default();
        let report = nn::session::run_text(&mut world, "test", text, std::path::Path::new(""));
        assert!(!report.has_errors(), "{text}: {:?}", report.diagnostics);
        world.lines.join("\n")
    };
    assert_eq!(printed(&program("")), "[4]");
    // The first epoch is the best, the second is borne, the third is not: the fourth has half the rate.
    assert_eq!(printed(&program(", plateau = reduce_on_plateau(factor = 0.5, patience = 1)")), "[3.5]");
}

/// What is kept of a plateau is kept in a checkpoint: a training that is stopped and resumed does what a whole one does.
#[test]
fn a_plateau_goes_on_after_a_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("part.safetensors");
    let printed = |epochs: usize, checkpoint: &str| {
        let text = format!(
            "precision f64\ndata d = examples {{ [1] -> [0] }}\nloss up(p, t) = -sum(p)\nmodel net(x: [1]) -> [1] {{ param w: [1] = zeros\n stop_gradient(w) * 0 + w - stop_gradient(w) }}\nrun = train net on d {{ loss = up, optimizer = sgd(lr = 1), epochs = {epochs}, plateau = reduce_on_plateau(factor = 0.5, patience = 1){checkpoint} }}\nprint(net.w, digits = 17)"
        );
        let mut world = crate::examples::Disk::default();
        let report = nn::session::run_text(&mut world, "test", &text, folder.path());
        assert!(!report.has_errors(), "{text}: {}", crate::examples::problems(&report));
        world.lines.join("\n")
    };
    let kept = format!(", checkpoint = \"{}\", resume = true", path.display());
    let whole = printed(8, "");
    // The first epoch is the best; then every second one that is no better halves the rate: 3 · 1 + 2 · ½ + 2 · ¼ + ⅛.
    assert_eq!(whole, "[4.625]");
    for stop in [2, 3, 5] {
        let _ = std::fs::remove_file(&path);
        printed(stop, &kept);
        assert_eq!(printed(8, &kept), whole, "stopped after {stop}");
    }
}

const OPTAX: &[(&str, &str)] = &[
    ("cosine_decay", "cosine(min(t, 50), 0.1, steps = 50, end = 0.001)"),
    ("warmup_cosine", "warmup(min(t, 80), cosine(0.1, steps = 70, end = 0.001), steps = 10)"),
    ("exponential", "exponential(t, 0.1, factor = 0.5^0.1)"),
    ("exponential_staircase", "max(0.01, step_decay(max(t - 5, 0), 0.1, every = 10, factor = 0.5))"),
    ("polynomial", "polynomial(max(t - 5, 0), 0.1, steps = 40, power = 2, end = 0.001)"),
    ("linear", "linear(t, 0.1, steps = 30, first = 1, last = 0.1)"),
    (
        "piecewise_constant",
        "multi_step(t, 0.1, at = [10], factor = 0.5) * multi_step(t, 1, at = [30], factor = 0.1)",
    ),
    ("join", "sequence(t, linear(0.1, steps = 10), constant_rate(0.05), at = 10)"),
    ("sgdr", "sgdr(t)"),
    (
        "cosine_onecycle",
        "if t <= 30 then glide(0.004, 0.1, min(t / 30, 1)) else glide(0.1, 4e-7, (t - 30) / 70)",
    ),
    ("linear_onecycle", "their_line(t)"),
];

/// What the library's pieces make of optax's `sgdr_schedule` and of its one-cycle schedule in straight lines.
const SGDR: &str =
    "fn sgdr_cycle(t, peak, from, steps) = warmup(t - from, cosine(peak, steps = steps), steps = 5)
fn sgdr(t) = if t < 25 then sgdr_cycle(t, 0.1, 0, 20) else if t < 75 then sgdr_cycle(t, 0.05, 25, 45) else 0
fn their_line(t) = if t <= 30 then glide(0.004, 0.1, min(t / 30, 1), straight = true)
    else if t <= 85 then glide(0.1, 0.004, (t - 30) / 55, straight = true)
    else glide(0.004, 4e-7, (t - 85) / 15, straight = true)";

pub fn replay_optax() -> Tally {
    let mut tally = Tally::default();
    let Some(file) = json("optax/schedules.json") else { return tally };
    for (name, wanted) in file.as_object().into_iter().flatten() {
        match OPTAX.iter().find(|(theirs, _)| theirs == name) {
            Some((_, ours)) => tally.holds(name, schedule(ours, &Array::read(wanted))),
            None => tally.skip(name, "the peak is one step later than PyTorch's, which is ours"),
        }
    }
    tally
}

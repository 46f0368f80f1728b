//! Schedules: 25 of PyTorch over 100 epochs, and optax's.

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
];

/// What the library's pieces make of optax's `sgdr_schedule`.
const SGDR: &str =
    "fn sgdr_cycle(t, peak, from, steps) = warmup(t - from, cosine(peak, steps = steps), steps = 5)
fn sgdr(t) = if t < 25 then sgdr_cycle(t, 0.1, 0, 20) else if t < 75 then sgdr_cycle(t, 0.05, 25, 45) else 0";

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

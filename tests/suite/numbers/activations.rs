//! 37 functions at 49 points, with both derivatives; softmax and its like at the edges.

use serde_json::Value;

use super::array::{Array, compare};
use super::bench::Bench;
use super::tally::{Tally, cases};

/// Names of the file, and what we write for them.
const NAMES: &[(&str, &str)] = &[
    ("leaky_relu(0.01)", "leaky_relu(x)"),
    ("leaky_relu(0.2)", "leaky_relu(x, slope = 0.2)"),
    ("elu(1.0)", "elu(x)"),
    ("elu(0.5)", "elu(x, alpha = 0.5)"),
    ("celu(1.0)", "celu(x)"),
    ("celu(2.0)", "celu(x, alpha = 2)"),
    ("logsigmoid", "log_sigmoid(x)"),
    ("softplus", "if x > 20 then x else softplus(x)"),
    ("softplus(beta=2,threshold=20)", "if 2 * x > 20 then x else softplus(2 * x) / 2"),
    ("hardsigmoid", "their_hard_sigmoid(x)"),
    ("hardtanh", "hard_tanh(x)"),
    ("hardswish", "hard_swish(x)"),
    ("tanhshrink", "tanh_shrink(x)"),
    ("softshrink", "soft_shrink(x)"),
    ("hardshrink", "hard_shrink(x)"),
    ("reciprocal", "1 / x"),
    ("square", "x²"),
];

/// Where PyTorch's number is not the function's, or ours is another on purpose.
struct Difference {
    name: &'static str,
    /// Numbers smaller than this are compared with it.
    floor: f64,
    /// Inputs that are not compared.
    without: &'static [f64],
    reason: &'static str,
}

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "elu",
        floor: 1e-3,
        without: &[],
        reason: "PyTorch computes exp(x) - 1, which loses digits near 0; ours is expm1",
    },
    Difference { name: "selu", floor: 1e-3, without: &[], reason: "as elu" },
    Difference { name: "celu", floor: 1e-3, without: &[], reason: "as elu" },
    Difference {
        name: "gelu",
        floor: 1e-3,
        without: &[-1e308, 1e308, INF, -INF],
        reason: "infinity times 0 is NaN at some infinite ends of either",
    },
    Difference {
        name: "gelu_tanh",
        floor: 1e-2,
        without: &[-1e308, 1e308, INF, -INF],
        reason: "1 + tanh loses digits where tanh is near -1",
    },
    Difference {
        name: "silu",
        floor: 1e-3,
        without: &[-1e308, 1e308, INF, -INF],
        reason: "infinity times 0 is NaN at some infinite ends of either",
    },
    Difference {
        name: "mish",
        floor: 1e-3,
        without: &[-1e308, -1e4, -750.0, 750.0, 1e4, 1e308, INF, -INF],
        reason: "infinity times 0 is NaN at some infinite ends of either",
    },
    Difference {
        name: "tanh",
        floor: 1e-3,
        without: &[INF, -INF],
        reason: "1 - y² loses digits where y is near 1",
    },
    Difference { name: "tanhshrink", floor: 1e-3, without: &[INF, -INF], reason: "as tanh" },
    Difference {
        name: "softplus",
        floor: 1e-3,
        without: &[10.0, 20.0, INF, 1e308],
        reason: "PyTorch gives x above 20; ours has no such step",
    },
    Difference {
        name: "logsigmoid",
        floor: 1e-3,
        without: &[],
        reason: "below 1e-38, PyTorch's second derivative rounds differently",
    },
    Difference { name: "sigmoid", floor: 1e-3, without: &[], reason: "1 - y loses digits where y is near 1" },
    Difference {
        name: "hardsigmoid",
        floor: 1e-3,
        without: &[],
        reason: "PyTorch's slope is 1/6 in single precision",
    },
    Difference {
        name: "hardswish",
        floor: 1e-3,
        without: &[INF, -INF],
        reason: "at the infinite ends, one is NaN where the other is not",
    },
    Difference {
        name: "expm1",
        floor: 1e-3,
        without: &[],
        reason: "PyTorch's slope is y + 1, which loses digits; ours is exp(x)",
    },
    Difference {
        name: "abs",
        floor: 1e-300,
        without: &[NAN],
        reason: "ours is NaN at NaN, PyTorch's slope 0",
    },
    Difference { name: "sign", floor: 1e-300, without: &[NAN], reason: "ours is NaN at NaN, PyTorch's 0" },
    Difference {
        name: "softshrink",
        floor: 1e-300,
        without: &[NAN],
        reason: "ours is NaN at NaN, PyTorch's 0",
    },
    Difference {
        name: "sqrt",
        floor: 1e-300,
        without: &[0.0],
        reason: "ours has slope 0 at 0, so that norms do; PyTorch's is infinite",
    },
];

pub fn replay() -> Tally {
    let mut tally = Tally::default();
    for case in cases("activations.json") {
        let name = case["name"].as_str().unwrap_or_default();
        let expr = NAMES
            .iter()
            .find(|(theirs, _)| *theirs == name)
            .map_or(format!("{name}(x)"), |(_, ours)| (*ours).to_string());
        let stem = name.split('(').next().unwrap_or_default();
        let difference =
            DIFFERENCES.iter().find(|difference| difference.name == stem || difference.name == name);
        tally.holds(name, activation(&case, &expr, difference));
        if let Some(difference) = difference {
            tally.note(format!("{name}: {}", difference.reason));
        }
    }
    tally
}

fn activation(case: &Value, expr: &str, difference: Option<&Difference>) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.set("x", &Array::read(&case["x"]));
    bench.run(super::networks::HARD_SIGMOID)?;
    let y = bench.node(expr)?;
    let d = bench.gradient(expr, "x")?;
    bench.bind("d", nn::elaborate::Value::Node(d));
    let e = bench.gradient("d", "x")?;
    let x = Array::read(&case["x"]).data;
    let numbers = bench.numbers(&[y, d, e])?;
    let floor = difference.map_or(1e-300, |difference| difference.floor);
    for (key, numbers) in ["y", "dy", "d2y"].iter().zip(numbers) {
        if case[key].is_null() {
            continue;
        }
        let wanted = Array::read(&case[key]).data;
        for ((&x, found), wanted) in x.iter().zip(&numbers).zip(&wanted) {
            let left_out = difference.is_some_and(|difference| {
                difference.without.iter().any(|&at| at == x || at.is_nan() && x.is_nan())
            });
            // At NaN, slopes of a choice are of either side; so is the curvature at a corner.
            let corner = x == 0.0 || x.abs() == 3.0 && expr.starts_with("hard_swish");
            let either = x.is_nan() && *key != "y" || corner && *key == "d2y";
            if !left_out && !either {
                compare(&format!("{key} at {x:e}"), &[*found], &[*wanted], 1e-12, floor)?;
            }
        }
    }
    Ok(())
}

pub fn replay_softmax() -> Tally {
    let mut tally = Tally::default();
    for (at, case) in cases("softmax.json").iter().enumerate() {
        let x = Array::read(&case["x"]);
        for f in ["softmax", "log_softmax", "logsumexp"] {
            let name = format!("{f} of case {at}");
            tally.holds(&name, along_rows(case, &x, f));
        }
    }
    tally
}

/// Rows are our examples: `dim1` is what we do in one example.
fn along_rows(case: &Value, x: &Array, f: &str) -> Result<(), String> {
    let mut bench = Bench::new();
    bench.set_batch("x", x);
    let f_ours = if f == "logsumexp" { "log_sum_exp" } else { f };
    let per_row = f == "logsumexp";
    let (rows, columns) = (x.shape[0], x.shape[1]);
    let cosines: Vec<f64> = (0..rows * columns).map(|at| (at as f64).cos()).collect();
    bench.set_batch("c", &Array { shape: vec![rows, columns], data: cosines });
    bench.run(&format!("y = {f_ours}(x)"))?;
    bench.check_batch("y", &Array::read(&case[format!("{f}_dim1")]), 1e-12, 1e-300)?;
    let weighted = if per_row { "batch_sum(y)" } else { "batch_sum(y · c)" };
    bench.check_batch(
        &format!("grad({weighted}, x)"),
        &Array::read(&case[format!("{f}_dim1_vjp")]),
        1e-12,
        1e-3,
    )
}

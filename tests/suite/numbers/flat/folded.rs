//! Lanes taken to one number each, or to a number for each.

use serde_json::Value;

use super::field::{Field, joined, list};
use super::{Sample, axis, integers};

/// The axes that are folded: all, unless some are named.
fn axes(dims: &Value, rank: usize) -> Vec<usize> {
    match integers(dims).as_slice() {
        [] => (0..rank).collect(),
        _ if rank == 0 => Vec::new(),
        dims => dims.iter().map(|&dim| axis(dim, rank)).collect(),
    }
}

/// Each lane taken to one cell; folded axes of one are in the shape where the sample's result has them.
fn folded(sample: &Sample<'_>, x: &Field, dims: &Value, each: impl Fn(&[&str]) -> String) -> Field {
    let (_, lanes) = x.lanes(&axes(dims, x.rank()));
    Field { shape: sample.wanted(), cells: lanes.iter().map(|lane| each(lane)).collect() }
}

pub fn written(sample: &Sample<'_>) -> Option<Vec<Field>> {
    let x = sample.first()?;
    let dims = sample.either(1, "dim");
    let fold = |each: &dyn Fn(&[&str]) -> String| Some(vec![folded(sample, x, dims, each)]);
    match sample.op() {
        "sum" | "mean" => fold(&|lane| format!("{}({})", sample.op(), list(lane))),
        "nansum" => fold(&|lane| {
            let each: Vec<String> =
                lane.iter().map(|cell| format!("(if {cell} == {cell} then {cell} else 0)")).collect();
            format!("sum({})", list(&each))
        }),
        "amax" | "max" => fold(&|lane| format!("max({})", list(lane))),
        "amin" | "min" => fold(&|lane| format!("min({})", list(lane))),
        "median" => fold(&|lane| {
            format!("{}[{}]", sample.bind(&format!("sort({})", list(lane))), (lane.len() - 1) / 2)
        }),
        "argmax" => fold(&|lane| format!("argmax({})", list(lane))),
        "argmin" => fold(&|lane| format!("argmax(-{})", list(lane))),
        "count_nonzero" => fold(&|lane| format!("sum({} != 0)", list(lane))),
        "logsumexp" => fold(&|lane| format!("log_sum_exp({})", list(lane))),
        "prod" => fold(&|lane| joined(lane, " * ")),
        "std" | "var" | "std_mean" | "var_mean" => spread(sample, x),
        "norm" => normed(sample, x, sample.arg(1), sample.arg(2)),
        "linalg.vector_norm" => normed(sample, x, sample.either(1, "ord"), sample.either(2, "dim")),
        // Of a matrix, an order is that of its rows and columns.
        "linalg.norm"
            if sample.either(1, "ord").is_null()
                || integers(sample.either(2, "dim")).len() == 1
                || x.rank() == 1 =>
        {
            normed(sample, x, sample.either(1, "ord"), sample.either(2, "dim"))
        }
        "softmax" | "log_softmax" | "nn.functional.softmin" | "cumsum" | "cumprod" | "logcumsumexp" => {
            let dim = axis(dims.as_i64()?, x.rank());
            Some(vec![x.along(&[dim], |lane| kept(sample, lane))])
        }
        "nn.functional.normalize" => {
            let dim = axis(dims.as_i64().unwrap_or(1), x.rank());
            let order = norm(&Value::from(sample.number("p", 2.0)))?;
            Some(vec![x.along(&[dim], |lane| {
                let length = sample.bind(&format!("max({}, 1e-12)", order(lane)));
                lane.iter().map(|cell| format!("{cell} / {length}")).collect()
            })])
        }
        _ => None,
    }
}

/// As many numbers as the lane has.
fn kept(sample: &Sample<'_>, lane: &[&str]) -> Vec<String> {
    let whole = |text: String| sample.bind_vector(&text, lane.len());
    let begun = |each: &dyn Fn(&[&str]) -> String| (1..=lane.len()).map(|upto| each(&lane[..upto])).collect();
    match sample.op() {
        "cumsum" => begun(&|part| joined(part, " + ")),
        "cumprod" => begun(&|part| joined(part, " * ")),
        "logcumsumexp" => begun(&|part| format!("log_sum_exp({})", list(part))),
        "nn.functional.softmin" => whole(format!("softmax(-{})", list(lane))),
        op => whole(format!("{op}({})", list(lane))),
    }
}

/// Variances and deviations, which divide by one less than the count unless it says otherwise.
fn spread(sample: &Sample<'_>, x: &Field) -> Option<Vec<Field>> {
    let less = match (
        sample.option("correction").as_f64(),
        sample.arg(1) == false || sample.option("unbiased") == false,
    ) {
        (Some(less), _) => less,
        (None, true) => 0.0,
        (None, false) => 1.0,
    };
    let dims = sample.option("dim");
    let variance = |lane: &[&str]| {
        let n = lane.len() as f64;
        let variance = format!("{:?} * variance({})", n, list(lane));
        let biased = format!("{variance} / {:?}", n - less);
        if sample.op().starts_with("std") { format!("sqrt({biased})") } else { biased }
    };
    let mut found = vec![folded(sample, x, dims, variance)];
    if sample.op().ends_with("_mean") {
        found.push(folded(sample, x, dims, |lane| format!("mean({})", list(lane))));
    }
    Some(found)
}

fn normed(sample: &Sample<'_>, x: &Field, order: &Value, dims: &Value) -> Option<Vec<Field>> {
    let norm = norm(order)?;
    Some(vec![folded(sample, x, dims, norm)])
}

/// The norm of a lane, of an order.
pub fn norm(order: &Value) -> Option<impl Fn(&[&str]) -> String + use<>> {
    let number = match (order.as_f64(), order.as_str()) {
        (Some(order), _) => order,
        (None, None | Some("fro")) => 2.0,
        (None, Some("inf")) => f64::INFINITY,
        (None, Some("-inf")) => f64::NEG_INFINITY,
        (None, Some(_)) => return None,
    };
    Some(move |lane: &[&str]| {
        let lane = list(lane);
        match number {
            2.0 => format!("norm({lane})"),
            1.0 => format!("sum(abs({lane}))"),
            0.0 => format!("sum({lane} != 0)"),
            f64::INFINITY => format!("max(abs({lane}))"),
            f64::NEG_INFINITY => format!("min(abs({lane}))"),
            p if f64::from(p as f32) == p => format!("sum(abs({lane}) ^ ({p:?})) ^ (1 / ({p:?}))"),
            p => half_single(&lane, p),
        }
    })
}

/// PyTorch rounds an order to single precision for the norm, and has its slopes by the order as it is, from that norm
/// `N`: `dN = Σ |x|^(p - 1) N^(1 - p) dx`. What has these slopes is `(Σ |x|^p + c)^(1/p)`, with the number `c` that makes
/// it `N`.
fn half_single(lane: &str, p: f64) -> String {
    let (sum, q) = (format!("sum(abs({lane}) ^ ({p:?}))"), f64::from(p as f32));
    let rest = format!("sum(abs({lane}) ^ ({q:?})) ^ ({p:?} / ({q:?})) - {sum}");
    format!("({sum} + stop_gradient({rest})) ^ (1 / ({p:?}))")
}

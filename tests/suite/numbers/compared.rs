//! A sample of an operator beside what the language makes of it: the result, the gradient, and the second order.

use nn::elaborate::Value as Static;
use nn::graph::NodeId;
use serde_json::Value;

use super::array::{Array, compare};
use super::bench::Bench;
use super::flat::Written;
use super::operators::tensor;

/// `cos(1 + 0.7 i + 0.3 k)` in the order of rows.
fn direction(shape: &[usize], k: usize) -> Array {
    let len = shape.iter().product::<usize>();
    let data = (0..len).map(|at| (1.0 + 0.7 * at as f64 + 0.3 * k as f64).cos());
    Array { shape: shape.to_vec(), data: data.collect() }
}

/// A sample as the language says it.
pub struct Trial<'a> {
    pub sample: &'a Value,
    /// The arrays among the arguments, as the file and as the language have them.
    pub values: &'a [&'a Value],
    pub arrays: Vec<Array>,
    /// What is run first, and the result.
    pub lines: Vec<String>,
    pub text: String,
    pub wanted: Array,
    /// What the result is multiplied by before it is summed, if not `direction` of its own shape.
    pub cotangent: Option<Array>,
}

/// An array in the order of rows, as a vector; one number stays one.
fn flattened(array: &Array) -> Array {
    let shape = if array.shape.is_empty() { Vec::new() } else { vec![array.data.len()] };
    Array { shape, data: array.data.clone() }
}

impl<'a> Trial<'a> {
    /// Written out number by number; several results one after the other.
    pub fn flat(
        sample: &'a Value,
        values: &'a [&'a Value],
        arrays: &[Array],
        written: Written,
    ) -> Result<Trial<'a>, String> {
        let out = &sample["out"];
        let outs: Vec<&Value> = match out["list"].as_array().or(out.as_array()) {
            Some(results) => results.iter().take(written.results.len()).collect(),
            None => vec![out],
        };
        let (mut wanted, mut cotangent) = (Vec::new(), Vec::new());
        for (k, out) in outs.iter().enumerate() {
            let array = tensor(out).ok_or("a result that is no array")?;
            let directed = direction(&[array.data.len()], k).data;
            cotangent.extend(directed.into_iter().map(|v| if out["grad"] == true { v } else { 0.0 }));
            wanted.extend(array.data);
        }
        let cells: Vec<&String> = written.results.iter().flat_map(|field| &field.cells).collect();
        let is_number = written.results.len() == 1 && written.results[0].shape.is_empty();
        let shape = if is_number { Vec::new() } else { vec![cells.len()] };
        let text = if is_number {
            cells[0].clone()
        } else {
            format!("[{}]", cells.into_iter().cloned().collect::<Vec<_>>().join(", "))
        };
        Ok(Trial {
            sample,
            values,
            arrays: arrays.iter().map(flattened).collect(),
            lines: written.lines,
            text,
            wanted: Array { shape: shape.clone(), data: wanted },
            cotangent: Some(Array { shape, data: cotangent }),
        })
    }

    /// An array of the file in the order of the language's.
    fn ordered(&self, array: &Array) -> Vec<f64> {
        if self.cotangent.is_some() { array.data.clone() } else { array.by_columns() }
    }

    /// The beginning of what was said, for messages.
    fn title(&self) -> String {
        format!("{:.160}", self.text)
    }
}

/// The result, its gradient and what is given of the second order.
pub fn check(trial: &Trial<'_>) -> Result<(), String> {
    let (sample, values, wanted) = (trial.sample, trial.values, &trial.wanted);
    let mut bench = Bench::new();
    bench.run(super::networks::HARD_SIGMOID)?;
    let mut nodes = Vec::new();
    for (at, array) in trial.arrays.iter().enumerate() {
        nodes.push(bench.set(&format!("a{at}"), array));
    }
    for line in &trial.lines {
        bench.run(line)?;
    }
    let out = bench.node(&trial.text)?;
    let floor = wanted.data.iter().filter(|v| v.is_finite()).fold(0.0f64, |most, v| most.max(v.abs())) * 1e-3;
    let shape = bench.elaborator.graph.ty(out).shape.dims().unwrap_or_default();
    let columns = |array: &Array| Array { shape: shape.clone(), ..array.clone() }.by_columns();
    let found = bench.numbers(&[out])?.remove(0);
    compare(&trial.title(), &found, &columns(wanted), 1e-10, floor.max(1e-4))?;
    let Some(gradients) = sample["vjp"].as_array().filter(|vjp| !vjp.is_empty()) else { return Ok(()) };
    let inputs: Vec<NodeId> =
        nodes.iter().zip(values).filter(|(_, value)| value["grad"] == true).map(|(node, _)| *node).collect();
    let cotangent = trial.cotangent.clone().unwrap_or_else(|| direction(&shape, 0));
    bench.set("cotangent", &cotangent);
    bench.bind("out", Static::Node(out));
    bench.bind_sum("first", &[("out", "cotangent")])?;
    let mut second = Vec::new();
    let mut first_order = Vec::new();
    for (at, &input) in inputs.iter().enumerate() {
        let gradient = bench.gradient_by("first", input)?;
        let name = format!("g{at}");
        bench.bind(&name, Static::Node(gradient));
        let shape = bench.elaborator.graph.ty(input).shape.dims().unwrap_or_default();
        bench.set(&format!("v{at}"), &direction(&shape, at + 5));
        second.push((name, format!("v{at}")));
        first_order.push(gradient);
    }
    let found = bench.numbers(&first_order)?;
    // What cancels is compared with the largest of all gradients.
    let all = gradients.iter().filter_map(tensor).flat_map(|array| array.data);
    let floor = all.filter(|v| v.is_finite()).fold(1e-3f64, |most, v| most.max(v.abs())) * 1e-3;
    for (at, (found, wanted)) in found.iter().zip(gradients).enumerate() {
        let Some(wanted) = tensor(wanted) else { continue };
        // A slope that is 0 but for rounding.
        let floor = if wanted.data.iter().all(|v| v.abs() < 1e-12) { floor.max(1e-2) } else { floor };
        let what = format!("{}, gradient {at}", trial.title());
        compare(&what, found, &trial.ordered(&wanted), 1e-10, floor)?;
    }
    let Some(hessians) = sample["hvp"].as_array() else { return Ok(()) };
    let pairs: Vec<(&str, &str)> = second.iter().map(|(g, v)| (g.as_str(), v.as_str())).collect();
    bench.bind_sum("second", &pairs)?;
    let mut products = Vec::new();
    for &input in &inputs {
        products.push(bench.gradient_by("second", input)?);
    }
    let found = bench.numbers(&products)?;
    for (at, (found, wanted)) in found.iter().zip(hessians).enumerate() {
        let Some(wanted) = tensor(wanted) else { continue };
        // PyTorch's is NaN where a norm is 0, ours 0.
        if sample["variant"] == "subgradients_at_zero" && wanted.data.iter().any(|v| v.is_nan()) {
            continue;
        }
        let largest = wanted.data.iter().fold(0.0f64, |most, v| most.max(v.abs()));
        // The directions are of numbers near 1, and so is what cancels; more so where all of it does.
        let floor = if largest < 1e-10 { 0.1 } else { (largest * 1e-3).max(1e-3) };
        let what = format!("{}, second order {at}", trial.title());
        compare(&what, found, &trial.ordered(&wanted), 1e-9, floor)?;
    }
    Ok(())
}

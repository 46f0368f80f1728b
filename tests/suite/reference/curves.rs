//! Curves of activations with their slopes, and of schedules, as small pictures.

use nn::plot::svg::{Size, document};
use nn::plot::{Axis, Mark, Plot, Series};

use super::shown::{lines, rates};

/// From -5 to 5.
const POINTS: usize = 81;
/// Primitives that are activations.
pub const PRIMITIVES: [&str; 3] = ["sigmoid", "tanh", "softplus"];

fn places() -> Vec<f64> {
    (0..POINTS).map(|at| 10.0 * at as f64 / (POINTS - 1) as f64 - 5.0).collect()
}

fn numbers(line: &str) -> Vec<f64> {
    line.replace(['[', ']', '\n'], " ").split([',', ' ']).filter_map(|word| word.parse().ok()).collect()
}

fn curve(name: &str, at: &[f64], values: &[f64], color: usize) -> Mark {
    assert_eq!(at.len(), values.len(), "{name}");
    let points = at.iter().copied().zip(values.iter().copied()).collect();
    Mark::Curve(Series { name: name.to_string(), points, color, dashed: color > 0 })
}

fn drawn(x: &str, y: &str, marks: Vec<Mark>) -> String {
    let plot = Plot { title: String::new(), x: Axis::named(x), y: Axis::named(y), marks };
    document(&plot.alone(), Size { width: 360.0, height: 220.0 })
}

/// An activation and its slope; of one of a vector, the first number of `[x, 0]`.
pub fn activation(name: &str, of_vectors: bool) -> String {
    let at = places();
    let list = at.iter().map(|x| format!("{x:?}")).collect::<Vec<_>>().join(", ");
    let program = if of_vectors {
        let pairs = |call: &str| {
            at.iter().map(|x| call.replace("@", &format!("[{x:?}, 0]"))).collect::<Vec<_>>().join(", ")
        };
        let value = pairs(&format!("{name}(@)[0]"));
        format!(
            "precision f64\nfn first(v: [2]) = {name}(v)[0]\nprint([{value}], digits = 5, all = true)\n{}",
            at.iter()
                .map(|x| format!("v = [{x:?}, 0]\nprint(grad(first(v), v)[0], digits = 5)"))
                .collect::<Vec<_>>()
                .join("\n")
        )
    } else {
        format!(
            "precision f64\nx = [{list}]\nprint({name}(x), digits = 5, all = true)\nprint(grad(sum({name}(x)), x), digits = 5, all = true)"
        )
    };
    let lines = lines(&program).unwrap_or_else(|problem| panic!("{problem}"));
    let (values, slopes) = (numbers(&lines[0]), numbers(&lines[1..].join(" ")));
    let shown = if of_vectors { format!("{name}([x, 0])[0]") } else { name.to_string() };
    drawn("x", "", vec![curve(&shown, &at, &values, 0), curve("slope", &at, &slopes, 1)])
}

/// A schedule over the first steps of its example.
pub fn schedule(name: &str, example: &str) -> String {
    let steps: Vec<u32> = (0..=120).map(|at| at * 10).collect();
    let values = numbers(&rates(example, &steps));
    let at: Vec<f64> = steps.iter().map(|step| f64::from(*step)).collect();
    drawn("step", "rate", vec![curve(name, &at, &values, 0)])
}

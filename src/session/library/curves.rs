//! What an activation and its slope, and a schedule, look like: programs that ask for their values, as curves.

use super::Entry;
use super::examples::output_of;
use crate::plot::{Axis, Figure, Mark, Plot, Series};

/// Places from -5 to 5.
const POINTS: usize = 81;
/// The first steps of a schedule, and how many lie between two places.
const STEPS: u32 = 1200;
const STRIDE: usize = 10;
/// Primitives that are activations.
const PRIMITIVES: [&str; 3] = ["sigmoid", "tanh", "softplus"];

impl Entry {
    /// The curve of an activation with its slope, or of a schedule over the first steps of its example.
    pub fn curve(&self) -> Option<Figure> {
        match self.kind {
            "activation" => self.activation(),
            "primitive" if PRIMITIVES.contains(&self.name.as_str()) => self.activation(),
            "schedule" => self.schedule(),
            _other => None,
        }
    }

    /// Of one of a vector, the first number of `[x, 0]`.
    fn activation(&self) -> Option<Figure> {
        let name = &self.name;
        let at: Vec<f64> = (0..POINTS).map(|at| 10.0 * at as f64 / (POINTS - 1) as f64 - 5.0).collect();
        // A head that gives its input a type is of a vector.
        let is_of_vectors =
            self.signature.split_once('(').is_some_and(|(_, params)| params.starts_with("x:"));
        let program = if is_of_vectors { by_vectors(name, &at) } else { by_numbers(name, &at) };
        let found = numbers(&output_of(&program)?);
        let (values, slopes) = found.split_at_checked(POINTS)?;
        let shown = if is_of_vectors { format!("{name}([x, 0])[0]") } else { name.clone() };
        let marks = vec![series(&shown, &at, values, 0)?, series("slope", &at, slopes, 1)?];
        Some(drawn(Axis::named("x"), Axis::default(), marks))
    }

    fn schedule(&self) -> Option<Figure> {
        let rate = self.shown.as_deref()?.strip_prefix("lr = ")?;
        let at: Vec<u32> = (0..=STEPS).step_by(STRIDE).collect();
        let calls: Vec<String> = at.iter().map(|step| format!("rate({step})")).collect();
        let calls = calls.join(", ");
        let program = format!("precision f64\nrate = {rate}\nprint([{calls}], digits = 5, all = true)");
        let rates = numbers(&output_of(&program)?);
        let at: Vec<f64> = at.into_iter().map(f64::from).collect();
        Some(drawn(Axis::named("step"), Axis::named("rate"), vec![series(&self.name, &at, &rates, 0)?]))
    }
}

fn by_numbers(name: &str, at: &[f64]) -> String {
    let list: Vec<String> = at.iter().map(|x| format!("{x:?}")).collect();
    let list = list.join(", ");
    format!(
        "precision f64\nx = [{list}]\nprint({name}(x), digits = 5, all = true)\nprint(grad(sum({name}(x)), x), digits = 5, all = true)"
    )
}

fn by_vectors(name: &str, at: &[f64]) -> String {
    let values: Vec<String> = at.iter().map(|x| format!("{name}([{x:?}, 0])[0]")).collect();
    let slopes = at.iter().map(|x| format!("v = [{x:?}, 0]\nprint(grad(first(v), v)[0], digits = 5)\n"));
    let (values, slopes) = (values.join(", "), slopes.collect::<String>());
    format!(
        "precision f64\nfn first(v: [2]) = {name}(v)[0]\nprint([{values}], digits = 5, all = true)\n{slopes}"
    )
}

/// The numbers that were printed.
fn numbers(printed: &str) -> Vec<f64> {
    printed.replace(['[', ']', '\n'], " ").split([',', ' ']).filter_map(|word| word.parse().ok()).collect()
}

fn series(name: &str, at: &[f64], values: &[f64], color: usize) -> Option<Mark> {
    let points = at.iter().copied().zip(values.iter().copied()).collect();
    let series = Series { name: name.to_string(), points, color, dashed: color > 0 };
    (at.len() == values.len()).then_some(Mark::Curve(series))
}

fn drawn(x: Axis, y: Axis, marks: Vec<Mark>) -> Figure {
    Plot { title: String::new(), x, y, marks }.alone()
}

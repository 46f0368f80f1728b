//! The library against numbers that others computed: activations, losses, optimizers, schedules, with gradients.
//! The numbers are in `tests/data/library.json`. The examples of the library give what they say.

use std::path::Path;

use nn::session;
use serde_json::Value;

use super::examples::{Disk, problems};
use super::prelude::items;

/// Relative, where numbers are larger than 1; else absolute.
const TOLERANCE: f64 = 1e-12;

fn reference() -> Value {
    serde_json::from_str(include_str!("../data/library.json")).expect("the numbers read")
}

/// What a program prints.
fn lines(program: &str) -> Vec<String> {
    let mut world = Disk::default();
    let report = session::run_text(&mut world, "test", program, Path::new("."));
    assert!(!report.has_errors(), "{program}\n{}", problems(&report));
    world.lines
}

/// A printed number, vector or matrix, in reading order.
fn read(line: &str) -> Vec<f64> {
    let plain = line.replace(['[', ']'], "");
    plain.split(", ").map(|text| text.parse().unwrap_or_else(|_| panic!("`{line}` is numbers"))).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_f64).collect(),
        single => single.as_f64().into_iter().collect(),
    }
}

fn check_near(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= TOLERANCE * b.abs().max(1.0), "{what}: {a} is not {b}");
    }
}

fn cases(key: &str) -> Vec<Value> {
    let found = reference()[key].as_array().cloned().unwrap_or_default();
    assert!(found.len() > 10, "{} cases of {key}", found.len());
    found
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn activations_have_the_right_numbers_and_slopes() {
    for case in cases("activations") {
        let call = text(&case["call"]);
        let program = format!(
            "precision f64\nx = {}\ny = {call}\nprint(y, digits = 17)\nprint(grad(sum(y), x), digits = 17)",
            case["x"]
        );
        let lines = lines(&program);
        check_near(call, &read(&lines[0]), &numbers(&case["y"]));
        check_near(&format!("the slope of {call}"), &read(&lines[1]), &numbers(&case["dy"]));
    }
}

#[test]
fn losses_have_the_right_numbers_and_gradients() {
    for case in cases("losses") {
        let call = text(&case["call"]);
        let program = format!(
            "precision f64\np = {}\nt = {}\nl = {call}\nprint(l, digits = 17)\nprint(grad(l, p), digits = 17)",
            case["p"], case["t"]
        );
        let lines = lines(&program);
        check_near(call, &read(&lines[0]), &numbers(&case["value"]));
        check_near(&format!("the gradient of {call}"), &read(&lines[1]), &numbers(&case["gradient"]));
    }
}

#[test]
fn optimizers_take_the_right_steps() {
    let gradients = reference()["gradients"].as_array().cloned().unwrap_or_default();
    for case in cases("optimizers") {
        let call = text(&case["call"]);
        for (steps, expected) in case["after"].as_object().into_iter().flatten() {
            let count: usize = steps.parse().expect("a count");
            let rows: String =
                gradients.iter().take(count).map(|row| format!("    {row} -> [0]\n")).collect();
            let program = format!(
                "precision f64\ndata given = examples {{\n{rows}}}\nloss straight(p, t) = p\n\
                 model net(x: [4]) -> [] {{\n    param w: [4] = {}\n    sum(w * x)\n}}\n\
                 train net on given {{ loss = straight, optimizer = {call}, epochs = 1, batch = 1, shuffle = false }}\n\
                 print(net.w, digits = 17)",
                case["start"]
            );
            let lines = lines(&program);
            check_near(&format!("{call} after {steps} steps"), &read(&lines[0]), &numbers(expected));
        }
    }
}

#[test]
fn schedules_have_the_right_rates() {
    for case in cases("schedules") {
        let call = text(&case["call"]);
        for (step, rate) in case["rates"].as_object().into_iter().flatten() {
            let lines = lines(&format!("precision f64\nt = {step}\nprint({call}, digits = 17)"));
            check_near(&format!("{call} at {step}"), &read(&lines[0]), &numbers(rate));
        }
    }
}

/// Where the documentation of an item says what its example gives, it gives that.
#[test]
fn examples_of_the_library_give_what_they_say() {
    let mut count = 0;
    for item in items().0 {
        let line = |key: &str| item.doc.iter().find_map(|line| line.trim().strip_prefix(key)).map(str::trim);
        let (Some(example), Some(gives)) = (line("example:"), line("gives:")) else { continue };
        let lines = lines(&format!("precision f64\nprint({example}, digits = 17)"));
        check_near(example, &read(&lines[0].replace("true", "1")), &read(gives));
        count += 1;
    }
    assert!(count > 40, "{count} examples");
}

/// Actions, statements and their options are explained where the library is.
#[test]
fn actions_and_options_have_pages() {
    for action in nn::elaborate::ACTIONS {
        assert!(session::doc(action).is_ok_and(|page| page.contains(action)), "{action}");
    }
    assert!(session::doc("train").expect("a page").contains("clip_value"));
    assert!(session::doc("clip_value").expect("a page").contains("an option of `train`"));
    assert!(session::doc("grad").is_ok() && session::doc("data").is_ok());
}

/// What training carries out itself has a page as well, with its options.
#[test]
fn methods_have_pages() {
    let page = session::doc("lbfgs").expect("a page");
    for part in [
        "curvature",
        "formula  w ← w + t · d",
        "J. Nocedal",
        "history = 100",
        "search = true",
        "gradient_tolerance = 0.0000001",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(session::doc("reduce_on_plateau").expect("a page").contains("patience = 10"));
}

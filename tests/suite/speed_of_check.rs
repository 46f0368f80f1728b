//! How long a check takes. The limits are those of a release build times ten, since this one is not optimised.

use std::time::{Duration, Instant};

use nn::session::check_text;

use super::corpus::{TestWorld, with_stack};
use super::examples::root;

fn checks_within(text: &str, limit: Duration) {
    let text = text.to_string();
    with_stack(move || {
        let folder = root().join("examples");
        // Once for the library, which is read with the first script.
        check_text(&mut TestWorld::default(), "first.nn", "x = 1\nprint(x)", &folder);
        let start = Instant::now();
        let report = check_text(&mut TestWorld::default(), "main.nn", &text, &folder);
        let taken = start.elapsed();
        assert!(!report.has_errors(), "{:?}", report.diagnostics);
        assert!(taken < limit, "{taken:?}");
    });
}

#[test]
fn a_model_of_a_thousand_layers_is_checked_within_a_second() {
    let model = "\
data d = examples { [1, 2, 3, 4, 5, 6, 7, 8] -> [1] }
model net(x: [8]) -> [1] {
    for i in 1..1000 { x = x |> dense(8, act = tanh) }
    x |> dense(1)
}
train net on d { loss = mse, optimizer = adam(lr = 0.01), epochs = 1 }
";
    checks_within(model, Duration::from_secs(10));
}

#[test]
fn an_ordinary_script_is_checked_within_fifty_milliseconds() {
    let script = std::fs::read_to_string(root().join("examples/iris.nn")).expect("the script");
    checks_within(&script, Duration::from_millis(500));
}

/// A pipeline is a chain and no nesting: it may be as long as one likes, on one line or on many.
#[test]
fn a_pipeline_of_ten_thousand_stages_is_checked() {
    let stages = "\n        |> dense(4)".repeat(10_000);
    checks_within(&format!("model net(x: [4]) -> [4] {{\n    x{stages}\n}}\n"), Duration::from_secs(120));
    let stages = " |> tanh".repeat(10_000);
    checks_within(&format!("x = 0.5{stages}\nprint(x)\n"), Duration::from_secs(60));
}

#[test]
fn a_pipeline_in_a_pipeline_is_nesting() {
    let nested = (0..400).fold("x".to_string(), |inside, _| format!("({inside} |> tanh)"));
    let text = format!("fn f(x: [2]) = {nested}\nprint(f([1, 2]))\n");
    with_stack(move || {
        let report = check_text(&mut TestWorld::default(), "main.nn", &text, &root());
        let slugs: Vec<&str> = report.diagnostics.iter().map(|found| found.slug.as_str()).collect();
        assert!(slugs.contains(&"too-deep"), "{slugs:?}");
    });
}

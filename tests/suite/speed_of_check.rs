//! How long a check takes. The limits are those of a release build times ten, since this one is not optimised.

use std::time::{Duration, Instant};

use nn::diagnostics::{MOST_TOLD, Slug, count_errors, count_warnings};
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

/// The first mistakes are told, the others counted; and none of them takes long.
#[test]
fn ten_thousand_mistakes_are_counted() {
    let unknown: String = (0..10_000).map(|n| format!("a{n} = b{n}\n")).collect();
    let inside = format!("fn f(x: [2]) -> [2] {{\n{unknown}x\n}}\nprint(f([1, 2]))\n");
    let shapes = "x = [1, 2] + [1, 2, 3]\n".repeat(10_000);
    let columns: Vec<String> = (0..10_000).map(|n| format!("c{n}")).collect();
    let columns = format!("data d = csv(\"data/iris.csv\") {{ input = [{}] }}\n", columns.join(", "));
    for text in [unknown, inside, shapes, columns] {
        with_stack(move || {
            let start = Instant::now();
            let folder = root().join("examples");
            let report = check_text(&mut TestWorld::default(), "main.nn", &text, &folder);
            let taken = start.elapsed();
            let begin = text.get(..20).unwrap_or_default();
            let told = report.diagnostics.iter().filter(|one| one.is_error() && one.more.is_none()).count();
            assert_eq!(told, MOST_TOLD, "{begin}");
            assert!(count_errors(&report.diagnostics) >= 10_000, "{begin}");
            let last = report.diagnostics.last().expect("the one that counts the others");
            let more = format!("{} more mistakes: the first 100 are shown", last.more.unwrap_or_default());
            assert_eq!((last.slug, &last.headline), (Slug::Limit, &more), "{begin}");
            assert!(taken < Duration::from_secs(30), "{begin}: {taken:?}");
        });
    }
}

#[test]
fn warnings_of_one_kind_are_counted_and_can_be_allowed() {
    let lines: String = (0..150).map(|n| format!("    u{n} = x\n")).collect();
    let text = format!("fn f(x: [2]) -> [2] {{\n{lines}    x\n}}\nprint(f([1, 2]))\n");
    let warnings = |text: &str| {
        let text = text.to_string();
        let report = check_text(&mut TestWorld::default(), "main.nn", &text, &root());
        let last = report.diagnostics.last().map(|one| (one.slug, one.more));
        (report.diagnostics.len(), count_warnings(&report.diagnostics), last)
    };
    assert_eq!(warnings(&text), (MOST_TOLD + 1, 150, Some((Slug::Unused, Some(50)))));
    assert_eq!(warnings(&format!("# nn: allow unused\n{text}")), (0, 0, None));
}

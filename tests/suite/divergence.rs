//! What is said of a training that leaves the numbers: the expression, the batch, the example and its place in the data.

use std::fs;

use nn::diagnostics::Diagnostic;
use nn::session::{Report, run_text};

use super::corpus::{TestWorld, with_stack};

const MODEL: &str = "\
seed 1
data d = csv(\"d.csv\") { input = [a, b], target = y }
";

/// The message of a run, with its report.
fn diverged(table: &str, script: &str) -> (Report, Diagnostic) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("d.csv"), table).expect("a file");
    let report = run_text(&mut TestWorld::default(), "main.nn", &format!("{MODEL}{script}"), folder.path());
    let found = report.diagnostics.iter().find(|found| found.slug.as_str() == "diverged").cloned();
    let found = found.unwrap_or_else(|| panic!("{:?}", report.diagnostics));
    (report, found)
}

/// `d.csv:4:5` with its text, of the label that is in the data.
fn cell(report: &Report, found: &Diagnostic) -> String {
    let in_data =
        found.labels.iter().find(|label| report.sources.get(label.span.source).name.ends_with("d.csv"));
    let label = in_data.unwrap_or_else(|| panic!("no label in the data: {found:?}"));
    let source = report.sources.get(label.span.source);
    let (line, column) = source.line_column(label.span.start);
    format!("{line}:{column} `{}` {}", source.slice(label.span), label.text)
}

const FAR: &str = "a,b,y\n0.1,0.2,0\n0.3,0.1,1\n0.2,1e30,1\n0.5,0.4,0\n0.4,0.3,1\n";
const TRAIN: &str =
    "train net on d { loss = mse, optimizer = sgd(lr = 0.1), epochs = 3, batch = 2, shuffle = false }";

#[test]
fn a_value_far_from_the_others_is_marked_in_its_cell() {
    with_stack(|| {
        let script = format!("model net(x: [2]) -> [1] {{ x |> dense(4) |> dense(1) }}\n{TRAIN}\n");
        let (report, found) = diverged(FAR, &script);
        assert_eq!(found.headline, "the loss became inf in epoch 1, batch 2 (step 2)");
        assert_eq!(cell(&report, &found), "4:5 `1e30` d.csv:4:5: `b` of this example is far from the others");
        assert!(found.notes.iter().any(|note| note.contains("`b` is 1e30")), "{:?}", found.notes);
        assert!(!found.helps.iter().any(|help| help.contains("learning rate")), "{:?}", found.helps);
    });
}

#[test]
fn a_number_that_an_operation_does_not_take_is_marked_in_its_cell() {
    with_stack(|| {
        let table = "a,b,y\n0.1,0.2,0\n0.3,-1,1\n0.2,0.5,1\n0.5,0.4,0\n";
        let script = format!("model net(x: [2]) -> [1] {{ log(x) |> dense(1) }}\n{TRAIN}\n");
        let (report, found) = diverged(table, &script);
        assert_eq!(found.headline, "the loss became NaN in epoch 1, batch 1 (step 1)");
        assert_eq!(cell(&report, &found), "3:5 `-1` d.csv:3:5: this example");
        assert!(found.labels.iter().any(|label| label.text == "`log` of [0.3, -1] gives NaN"), "{found:?}");
        assert!(found.notes.iter().any(|note| note.contains("of a negative number there is none")));
    });
}

#[test]
fn steps_that_are_too_long_are_said_to_be() {
    with_stack(|| {
        let table = "a,b,y\n1,2,0\n3,1,1\n2,4,1\n5,4,0\n";
        let script = "model net(x: [2]) -> [1] { x |> dense(4) |> dense(1) }\n\
            train net on d { loss = mse, optimizer = sgd(lr = 1e4), epochs = 30, batch = 2 }\n";
        let (report, found) = diverged(table, script);
        assert!(found.helps.iter().any(|help| help.contains("learning rate")), "{:?}", found.helps);
        assert!(cell(&report, &found).ends_with("this example"));
    });
}

#[test]
fn a_slope_that_is_no_number_is_found_where_the_loss_still_is_one() {
    with_stack(|| {
        let table = "a,b,y\n0,0,0\n0,0,0\n";
        // This power of 0 is 0, and its slope infinite: the parameters are spoilt by a step whose loss is finite.
        let script = "model net(x: [2]) -> [1] {\n    param w: [1, 2] = zeros\n    w · x\n}\n\
            loss rooted(p, t) = sum((p - t)^0.3)\n\
            train net on d { loss = rooted, optimizer = sgd(lr = 0.1), epochs = 1, batch = 2 }\n";
        let (_, found) = diverged(table, script);
        assert_eq!(found.headline, "a parameter stopped being finite in epoch 1, batch 1 (step 1)");
        assert!(found.labels.iter().any(|label| label.text.contains("of 0 and -0.7 gives inf")), "{found:?}");
    });
}

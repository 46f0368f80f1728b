//! Metrics that compare examples with each other: exact, whatever the batches are.

use std::path::Path;

use nn::session;

use crate::examples::{Disk, problems};

fn printed(text: &str) -> Vec<String> {
    let mut world = Disk::default();
    let report = session::run_text(&mut world, "test", text, Path::new(""));
    assert!(!report.has_errors(), "{text}\n{}", problems(&report));
    world.lines
}

fn program(rows: &[(f64, f64)], rest: &str) -> String {
    let rows: String = rows.iter().map(|(p, t)| format!("    [{p}] -> [{t}]\n")).collect();
    format!(
        "precision f64\ndata d = examples {{\n{rows}}}\nmodel net(x: [1]) -> [1] {{ param w: [1] = ones\n w * x }}\n{rest}"
    )
}

/// Of pairs of a positive and a negative example, the part in which the positive one is predicted higher.
fn by_pairs(rows: &[(f64, f64)]) -> f64 {
    let (mut above, mut pairs) = (0.0, 0.0);
    for (p, _) in rows.iter().filter(|(_, t)| *t == 1.0) {
        for (q, _) in rows.iter().filter(|(_, t)| *t == 0.0) {
            pairs += 1.0;
            above += if p > q {
                1.0
            } else if p == q {
                0.5
            } else {
                0.0
            };
        }
    }
    above / pairs
}

#[test]
fn the_area_under_the_curve_is_exact_over_batches_of_any_size() {
    // scikit-learn's documentation of `roc_auc_score` has 0.75 for the first four.
    let small = [(0.1, 0.0), (0.4, 0.0), (0.35, 1.0), (0.8, 1.0)];
    assert_eq!(by_pairs(&small), 0.75);
    let ties = [(0.5, 0.0), (0.5, 1.0), (0.2, 0.0), (0.9, 1.0), (0.5, 1.0), (0.2, 1.0), (0.5, 0.0)];
    for rows in [&small[..], &ties[..]] {
        let wanted = by_pairs(rows);
        let lines =
            printed(&program(rows, "s = evaluate(net, d, metrics = [auc])\nprint(s.auc, digits = 17)"));
        let found: f64 = lines[0].parse().expect("a number");
        assert!((found - wanted).abs() < 1e-15, "{found} is not {wanted}");
        for batch in 1..=rows.len() {
            let train = format!(
                "run = train net on d {{ loss = mse, optimizer = sgd(lr = 1e-300), epochs = 1, batch = {batch}, metrics = [auc] }}\nprint(run.auc, digits = 17)"
            );
            let lines = printed(&program(rows, &train));
            let found: f64 = lines[0].trim_matches(['[', ']']).parse().expect("a number");
            assert!((found - wanted).abs() < 1e-15, "batches of {batch}: {found} is not {wanted}");
        }
    }
    let all_positive = [(0.1, 1.0), (0.4, 1.0)];
    assert_eq!(printed(&program(&all_positive, "print(evaluate(net, d, metrics = [auc]).auc)")), ["0.5"]);
}

/// A metric of a script that looks across examples is of all of them, too.
#[test]
fn a_metric_across_examples_is_of_all_of_them() {
    let rows = [(1.0, 0.0), (2.0, 0.0), (4.0, 0.0)];
    for batch in 1..=3 {
        let text = program(
            &rows,
            &format!(
                "metric spread(p, t) = batch_max(sum(p)) - batch_min(sum(p))\n\
                 run = train net on d {{ loss = mse, optimizer = sgd(lr = 1e-300), epochs = 1, batch = {batch}, metrics = [spread] }}\nprint(run.spread)"
            ),
        );
        assert_eq!(printed(&text), ["[3]"], "batches of {batch}");
    }
}

//! Metrics that compare examples with each other: exact, whatever the batches are.

use std::path::Path;

use nn::session;

use crate::examples::{Disk, problems};

pub fn printed(text: &str) -> Vec<String> {
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

/// Targets far from 0 against their spread. Squares of the differences are 4 · 0.1² = 0.04; the mean of the targets is
/// 1001.5, and the squares around it are 2 (1.4² + 0.6²) = 4.64: 1 − 0.04 / 4.64.
#[test]
fn the_part_of_the_variance_keeps_its_digits() {
    let wanted = 1.0 - 0.04 / 4.64;
    let rows = |shift: f64| {
        [(1000.0, 1000.1), (1001.0, 1000.9), (1002.0, 1002.1), (1003.0, 1002.9)]
            .map(|(p, t)| (p + shift, t + shift))
    };
    // The numbers themselves are rounded to 3e-5 and 7e-9, which is that part of a difference of 0.1.
    for (precision, shift, tolerance) in [("f32", 0.0, 1e-5), ("f64", 0.0, 1e-12), ("f64", 1e8, 1e-8)] {
        let rows = rows(shift);
        let of = |rest: &str| {
            let text = program(&rows, rest).replace("precision f64", &format!("precision {precision}"));
            let found = printed(&text)[0].trim_matches(['[', ']']).parse::<f64>().expect("a number");
            assert!((found - wanted).abs() < tolerance, "{text}: {found} is not {wanted}");
        };
        of("print(evaluate(net, d, metrics = [r2]).r2, digits = 17)");
        for batch in 1..=rows.len() {
            of(&format!(
                "run = train net on d {{ loss = mse, optimizer = sgd(lr = 0), epochs = 1, batch = {batch}, metrics = [r2] }}\nprint(run.r2, digits = 17)"
            ));
        }
    }
}

/// A target that is the same for all examples, as scikit-learn's `r2_score` has it: 1 if it is predicted exactly, else
/// 0. Three times 0.1 has a mean that is not 0.1.
#[test]
fn a_constant_target_is_explained_or_not() {
    let evaluated = "print(evaluate(net, d, metrics = [r2]))";
    assert_eq!(printed(&program(&[(0.1, 0.1), (0.1, 0.1), (0.1, 0.1)], evaluated)), ["r2 1"]);
    assert_eq!(printed(&program(&[(0.1, 0.1), (0.1, 0.1), (0.2, 0.1)], evaluated)), ["r2 0"]);
    // Columns: explained but for 0.5 of 2, constant and exact, constant and not.
    let text = "precision f64\ndata d = examples {\n [1, 3, 5] -> [1, 3, 4]\n [2, 3, 5] -> [2.5, 3, 4]\n [3, 3, 5] -> [2.5, 3, 4] }\n\
                model net(x: [3]) -> [3] { param w: [3] = ones\n w * x }\nprint(evaluate(net, d, metrics = [r2]).r2, digits = 17)";
    let found: f64 = printed(text)[0].parse().expect("a number");
    // Σ (t − t̄)² of 1, 2.5, 2.5 is 1 + 0.25 + 0.25.
    let wanted = (1.0 - 0.5 / 1.5 + 1.0 + 0.0) / 3.0;
    assert!((found - wanted).abs() < 1e-15, "{found} is not {wanted}");
}

//! Replays the reference numbers of other implementations: all of them where the folder is present beside the
//! checkout, the part kept in `tests/data/reference` everywhere.

mod accuracy;
mod activations;
pub mod array;
pub mod bench;
mod case_study;
mod compared;
mod flat;
mod forms;
mod losses;
mod measures;
mod networks;
mod norms;
mod operators;
mod optimizers;
mod programs;
mod randomness;
mod runs;
mod safety;
mod schedules;
mod slopes;
mod tally;
mod teaching;
mod trainer;

use std::fmt::Write;
use std::path::Path;
use std::sync::OnceLock;

use tally::Tally;

/// A file of the folder and how it is replayed.
struct Replay {
    file: &'static str,
    tolerance: &'static str,
    /// Replayed once, however often it is asked for.
    result: fn() -> &'static Tally,
}

macro_rules! replays {
    ($($test:ident: $file:literal, $tolerance:literal, $replay:path;)*) => {
        static REPLAYS: &[Replay] = &[$(
            Replay {
                file: $file,
                tolerance: $tolerance,
                result: || {
                    static RESULT: OnceLock<Tally> = OnceLock::new();
                    RESULT.get_or_init($replay)
                },
            },
        )*];

        $(
            #[test]
            fn $test() {
                check_holds($file);
            }
        )*
    };
}

replays! {
    random_networks: "random_networks.jsonl.gz", "1e-10", networks::replay;
    operators: "op_samples.jsonl.gz", "1e-10, second order 1e-9", operators::replay;
    activation_functions: "activations.json", "1e-12", activations::replay;
    softmax: "softmax.json", "1e-12", activations::replay_softmax;
    losses: "losses.json", "1e-12", losses::replay;
    optax_losses: "optax/losses.json", "1e-12", losses::replay_optax;
    optimizers: "optim_raw.json", "1e-12", optimizers::replay_raw;
    optax_optimizers: "optax/optim_raw.json", "1e-12", optimizers::replay_optax;
    trajectories: "optimizer_trajectories.json", "1e-9", optimizers::replay_trajectories;
    schedules: "lr_schedules.json", "1e-12", schedules::replay;
    optax_schedules: "optax/schedules.json", "1e-12", schedules::replay_optax;
    teaching: "teaching.json", "1e-12", teaching::replay;
    scikit_learn: "sklearn_mlp_worked_examples.json", "1e-10", teaching::replay_sklearn;
    norms_and_clipping: "norms_clip.json", "1e-12", norms::replay;
    initializers: "inits.json", "4e-15", norms::replay_inits;
    training_runs: "training_runs", "1e-8; L-BFGS 1e-5", runs::replay;
}

fn check_holds(file: &str) {
    let replay = REPLAYS.iter().find(|replay| replay.file == file).expect("a row of the table");
    let tally = (replay.result)();
    println!("{file}: {} of {}, skipped {:?}", tally.passed, tally.total, tally.skipped);
    assert!(tally.total > 0, "{file}: nothing to replay");
    assert!(
        tally.failed.is_empty(),
        "{file} at {}: {} of {} fail\n{}",
        replay.tolerance,
        tally.failed.len(),
        tally.total,
        tally.failed.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// `docs/correctness.md`: how many of how many, and each case that is skipped with its reason.
fn table() -> String {
    let mut text = String::from(
        "# How right the numbers are\n\n\
         Numbers that other implementations computed (PyTorch 1.13.1 in f64, optax 0.2.8, scikit-learn 1.9.1) are\n\
         replayed by the tests, each value by the planned executor and by the plain evaluator. This page is written by\n\
         the test `numbers::correctness_page` (`UPDATE=1`) and fails when it is stale.\n\n\
         | file | relative error asked | hold | of | skipped |\n|---|---|---|---|---|\n",
    );
    for replay in REPLAYS {
        let tally = (replay.result)();
        let skipped: usize = tally.skipped.values().map(Vec::len).sum();
        let row = format!(
            "| `{}` | {} | {} | {} | {skipped} |",
            replay.file, replay.tolerance, tally.passed, tally.total
        );
        let _ = writeln!(text, "{row}");
    }
    text.push_str("\nDefinitions that differ between libraries are PyTorch's here; where they are not, it is said below.\n");
    for replay in REPLAYS {
        let tally = (replay.result)();
        if tally.skipped.is_empty() && tally.notes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n## `{}`\n", replay.file);
        for (reason, names) in &tally.skipped {
            let _ = writeln!(text, "* {} skipped: {reason}: {}", names.len(), grouped(names));
        }
        for note in &tally.notes {
            let _ = writeln!(text, "* {note}");
        }
    }
    text
}

/// Names without the number of the sample, each with how many there are.
fn grouped(names: &[String]) -> String {
    let mut counts: indexmap::IndexMap<&str, usize> = indexmap::IndexMap::new();
    for name in names {
        *counts.entry(name.trim_end_matches(|c: char| c.is_ascii_digit()).trim()).or_default() += 1;
    }
    let each = counts.iter().map(|(name, count)| match count {
        1 => format!("`{name}`"),
        count => format!("`{name}` × {count}"),
    });
    each.collect::<Vec<_>>().join(", ")
}

#[test]
fn correctness_page() {
    // Only the whole folder says how many of how many.
    if tally::whole().is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/correctness.md");
    let (fresh, kept) = (table(), std::fs::read_to_string(&path).unwrap_or_default());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, fresh).expect("docs can be written");
    } else {
        assert!(fresh == kept, "docs/correctness.md is stale: run the tests with UPDATE=1");
    }
}

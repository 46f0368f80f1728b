//! Replays the reference numbers of other implementations: all of them where the folder is present beside the
//! checkout, the part kept in `tests/data/reference` everywhere.

mod activations;
pub mod array;
pub mod bench;
mod losses;
mod networks;
mod norms;
mod optimizers;
mod runs;
mod schedules;
mod tally;
mod teaching;
mod trainer;

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

//! The same script and seed give the same bits: for any number of threads, run after run, in debug and in release.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A network wide enough that its products are cut over threads, by columns and by rows, with a last batch of three
/// examples; and every bit of what it learned.
const SCRIPT: &str = r#"
seed 3
data points = random(n = 643, inputs = 96, classes = 10)
model net(x: [96]) -> [10] {
    x |> dense(256) |> gelu |> batch_norm |> dropout(0.1) |> dense(1032) |> tanh |> dense(10)
}
run = train net on points {
    loss      = softmax_cross_entropy
    optimizer = adam(lr = 0.001)
    epochs    = 2
    batch     = 128
}
print(run.loss, digits = 17)
print(sum(net.dense1.W), sum(net.dense2.W), sum(net.dense3.W), sum(net.dense3.b), digits = 17)
"#;

/// Steps of some microseconds, long enough to be tried both by threads and by one alone, as the clock has it.
const SHORT_STEPS: &str = r#"
seed 4
data points = random(n = 643, inputs = 64, classes = 10)
model net(x: [64]) -> [10] { x |> dense(64) |> relu |> dense(32) |> relu |> dense(10) }
run = train net on points {
    loss      = softmax_cross_entropy
    optimizer = adam(lr = 0.001)
    epochs    = 600
    batch     = 32
}
print(run.loss, digits = 17)
print(sum(net.dense1.W), sum(net.dense2.W), sum(net.dense3.W), digits = 17)
"#;

/// What a build prints for the script with so many threads.
fn output(program: &Path, threads: usize) -> String {
    output_of(SCRIPT, program, threads)
}

fn output_of(text: &str, program: &Path, threads: usize) -> String {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("bits.nn");
    std::fs::write(&script, text).unwrap();
    let threads = threads.to_string();
    let done =
        Command::new(program).args(["run", "--quiet", "--threads", &threads]).arg(&script).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn this_build() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_nn"))
}

#[test]
fn one_two_and_four_threads_agree_run_after_run() {
    let expected = output(&this_build(), 1);
    assert_eq!(expected.lines().count(), 2, "{expected}");
    for threads in [1, 2, 4, 2, 4] {
        assert_eq!(output(&this_build(), threads), expected, "{threads} threads");
    }
}

#[test]
fn steps_by_threads_and_by_one_alone_agree() {
    let expected = output_of(SHORT_STEPS, &this_build(), 1);
    assert_eq!(expected.lines().count(), 2, "{expected}");
    for threads in [2, 3] {
        assert_eq!(output_of(SHORT_STEPS, &this_build(), threads), expected, "{threads} threads");
    }
}

/// `.ci/run` builds the release before the tests; a plain `cargo test` compares with it where it is there.
#[test]
fn debug_and_release_agree() {
    let release = this_build().parent().unwrap().parent().unwrap().join("release/nn");
    assert!(release.exists() || std::env::var_os("CI").is_none(), "CI builds {} first", release.display());
    if release.exists() {
        assert_eq!(output(&release, 2), output(&this_build(), 2));
    }
}

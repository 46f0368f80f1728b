//! `nn bench --compare OLD`: this build against another one, in turns, so that both see the same machine.

use std::path::Path;
use std::process::{Command, ExitCode};

use super::arguments::Bench;
use super::bench::time;
use super::output::{Output, complain};

/// Turns of each build.
const ROUNDS: usize = 5;
/// A step that takes so much longer is a regression.
const TOLERATED: f64 = 1.10;

/// Times the script in both builds. Fails when this one is more than a tenth slower, or one cannot be timed.
pub fn compare(arguments: &Bench, old: &Path, output: &Output) -> ExitCode {
    let new = match std::env::current_exe() {
        Ok(path) => path,
        Err(error) => return failed(&format!("this build cannot be found: {error}")),
    };
    let mut best = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (best, program) in best.iter_mut().zip([old, &new]) {
            match step_us(program, arguments) {
                Ok(us) => *best = best.min(us),
                Err(why) => return failed(&format!("{} cannot be timed: {why}", program.display())),
            }
        }
    }
    let [old_us, new_us] = best;
    let ratio = new_us / old_us;
    output.line(&format!("old      {} at best of {ROUNDS} turns", time(old_us)));
    output.line(&format!("new      {} at best of {ROUNDS} turns", time(new_us)));
    output.line(&format!("ratio    {ratio:.3}"));
    if ratio > TOLERATED {
        return failed(&format!(
            "a step takes {:.0} % longer than in {}",
            (ratio - 1.0) * 100.0,
            old.display()
        ));
    }
    ExitCode::SUCCESS
}

fn failed(what: &str) -> ExitCode {
    complain(what);
    ExitCode::from(1)
}

/// Microseconds of a step at best, as `nn bench --json` of a build tells.
fn step_us(program: &Path, arguments: &Bench) -> Result<f64, String> {
    let seconds = (arguments.seconds / ROUNDS as f64).to_string();
    let threads = arguments.threads.count().to_string();
    let found = Command::new(program)
        .arg("bench")
        .arg(&arguments.file)
        .args(["--json", "--seconds", &seconds, "--threads", &threads])
        .output()
        .map_err(|error| error.to_string())?;
    if !found.status.success() {
        return Err(String::from_utf8_lossy(&found.stderr).trim().to_string());
    }
    let facts: serde_json::Value =
        serde_json::from_slice(&found.stdout).map_err(|error| error.to_string())?;
    facts["step_us_best"].as_f64().ok_or_else(|| "it tells no time of a step".to_string())
}

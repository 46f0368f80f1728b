//! Fuzzing on the stable compiler: made-up and damaged input against what reads it.
//!
//! `nn-fuzz TARGET SECONDS [--seed N] [--slow SECONDS]` or `nn-fuzz TARGET --replay FILE`; see README.md.

mod dice;
mod driver;
mod mutate;
mod targets;

use std::process::ExitCode;

use targets::TARGETS;

/// What the deepest programs that the limits allow need, as the command line has it.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let run = std::thread::Builder::new().stack_size(STACK).spawn(move || start(&arguments));
    match run.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(0))) => ExitCode::SUCCESS,
        Ok(Ok(Ok(findings))) => {
            eprintln!("{findings} findings");
            ExitCode::FAILURE
        }
        Ok(Ok(Err(problem))) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
        Ok(Err(_)) | Err(_) => ExitCode::from(101),
    }
}

/// The number of findings.
fn start(arguments: &[String]) -> Result<usize, String> {
    let usage = || {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        format!(
            "nn-fuzz TARGET SECONDS [--seed N] [--slow SECONDS] | TARGET --replay FILE; targets: {}, all",
            names.join(", ")
        )
    };
    let name = arguments.first().ok_or_else(usage)?;
    let option =
        |key: &str| arguments.iter().position(|word| word == key).and_then(|at| arguments.get(at + 1));
    let number = |key: &str, default: u64| option(key).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seed, most) = (number("--seed", 1), number("--slow", driver::MOST));
    let chosen: Vec<_> = TARGETS.iter().filter(|target| name == "all" || target.name == name).collect();
    if chosen.is_empty() {
        return Err(usage());
    }
    if let Some(file) = option("--replay") {
        let bytes = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
        return Ok(chosen.iter().filter(|target| driver::replay(target, &bytes, most)).count());
    }
    let seconds = arguments.get(1).and_then(|text| text.parse().ok()).ok_or_else(usage)?;
    let bounds = driver::Bounds { seconds, seed, most };
    Ok(chosen.iter().map(|target| driver::run(target, &bounds)).sum())
}

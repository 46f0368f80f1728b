//! What `nn --version` says of the build: compiler, target, profile, and the commit where it can be known.
//!
//! Nothing here depends on the time or the machine, so the same sources give the same bytes. The commit is looked for
//! in a release build only: a new one would build everything again while someone works on it.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let profile = variable("PROFILE");
    say("NN_RUSTC", &output(&variable("RUSTC"), &["--version"]).unwrap_or_default());
    say("NN_TARGET", &variable("TARGET"));
    say("NN_PROFILE", &profile);
    say("NN_FEATURES", &variable("CARGO_CFG_TARGET_FEATURE"));
    println!("cargo::rerun-if-env-changed=NN_COMMIT");
    let commit = match profile.as_str() {
        "release" => commit().unwrap_or_default(),
        _being_worked_on => variable("NN_COMMIT"),
    };
    say("NN_COMMIT", &commit);
}

fn say(name: &str, value: &str) {
    println!("cargo::rustc-env={name}={}", value.lines().next().unwrap_or_default());
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let done = Command::new(program).args(arguments).output().ok().filter(|done| done.status.success())?;
    String::from_utf8(done.stdout).ok().map(|text| text.trim().to_string())
}

/// `NN_COMMIT` from whoever builds; else the commit of a published package, or of a checkout.
fn commit() -> Option<String> {
    let given = variable("NN_COMMIT");
    if !given.is_empty() {
        return Some(given);
    }
    published().or_else(checked_out)
}

/// A package of the registry brings the commit that it was made of.
fn published() -> Option<String> {
    let facts = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, after) = facts.split_once("\"sha1\"")?;
    let hash = after.split('"').nth(1)?;
    Some(hash.chars().take(12).collect())
}

/// The commit of this repository, and whether the sources were changed since. A tree that only lies inside another
/// repository has none.
fn checked_out() -> Option<String> {
    let git = |arguments: &[&str]| output("git", arguments);
    let top = std::fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok()?;
    if top != std::fs::canonicalize(variable("CARGO_MANIFEST_DIR")).ok()? {
        return None;
    }
    for file in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]).filter(|path| Path::new(path).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let sources = ["src", "grammar", "Cargo.toml", "Cargo.lock"];
    sources.iter().for_each(|path| println!("cargo::rerun-if-changed={path}"));
    let hash = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&[&["status", "--porcelain", "--"][..], &sources[..]].concat())?;
    Some(if changed.is_empty() { hash } else { format!("{hash}, changed since") })
}

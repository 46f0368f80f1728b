//! `nn watch FILE`: checks and runs a script, and does it again whenever it or a file that it reads has changed.
//!
//! Files are asked for their times ten times a second, which costs next to nothing for the few that a script reads,
//! works on every file system, and needs no dependency.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::arguments::{Format, Settings, Threads};
use super::files::CommandFiles;
use super::output::{Output, Screen, complain, say};
use super::world::{LOOK_MS, Terminal};
use super::{WRONG_USAGE, interrupt, messages};
use crate::session;

#[derive(Args)]
pub struct Watch {
    /// The script
    pub file: PathBuf,
    /// Only check it
    #[arg(short, long)]
    pub check: bool,
    /// Say nothing about trainings
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub threads: Threads,
}

pub fn watch(arguments: &Watch, output: &Output, screen: Screen) -> ExitCode {
    if CommandFiles::is_stdin(&arguments.file) {
        complain("standard input does not change: `nn watch` takes a file");
        return ExitCode::from(WRONG_USAGE);
    }
    interrupt::watch();
    loop {
        let changed = once(arguments, output, screen);
        let Some(changed) = changed else { return ExitCode::SUCCESS };
        say(&format!("\n── {} has changed ──", changed.display()));
        settle(&changed);
    }
}

/// One run, and the wait for a change. Nothing if Ctrl-C ended the wait.
fn once(arguments: &Watch, output: &Output, screen: Screen) -> Option<PathBuf> {
    let mut world = Terminal::new(output.clone(), screen, arguments.threads.count())
        .warning_in(Format::Full, screen)
        .with_settings(&arguments.settings.values)
        .ended_by_changes();
    if arguments.quiet {
        world = world.quiet();
    }
    let report = match arguments.check {
        true => session::check_file(&mut world, &arguments.file),
        false => session::run_file(&mut world, &arguments.file),
    };
    output.flush();
    if let Some(changed) = world.seen().changed() {
        return Some(changed);
    }
    messages::show(&report, Format::Full, output, screen);
    let what = match (report.has_errors(), arguments.check) {
        (true, _) => "mended",
        (false, true) => "changed; no mistakes found",
        (false, false) => "changed",
    };
    let files = match world.seen().count() {
        0 | 1 => arguments.file.display().to_string(),
        n => format!("{} or one of {} other files", arguments.file.display(), n - 1),
    };
    say(&format!("── waiting for {files} to be {what} (Ctrl-C ends) ──"));
    loop {
        if interrupt::heeded() {
            say("");
            return None;
        }
        std::thread::sleep(Duration::from_millis(LOOK_MS));
        if let Some(changed) = world.seen().changed() {
            return Some(changed);
        }
    }
}

/// Editors write a file in pieces, or take it away and put another in its place.
fn settle(path: &std::path::Path) {
    for _ in 0..10 {
        std::thread::sleep(Duration::from_millis(LOOK_MS / 2));
        if path.exists() {
            return;
        }
    }
}

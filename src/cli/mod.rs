//! The command `nn`: arguments in, a session's answers out. The only room that exits.

mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::diagnostics::{RenderOptions, render};
use crate::session::{self, Report};
use world::Terminal;

/// A language for neural networks.
#[derive(Parser)]
#[command(name = "nn", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check a script, then run it
    Run { file: PathBuf },
    /// Find everything that is wrong with a script without running it
    Check { file: PathBuf },
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // Deep programs recurse: a thread with room for the deepest that the limits allow.
    let work = std::thread::Builder::new().stack_size(256 << 20).spawn(command);
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) | Err(_) => ExitCode::from(101),
    }
}

fn command() -> ExitCode {
    let arguments = Arguments::parse();
    let mut terminal = Terminal::new();
    let report = match &arguments.command {
        Command::Run { file } => session::run_file(&mut terminal, file),
        Command::Check { file } => session::check_file(&mut terminal, file),
    };
    show(&report);
    if report.has_errors() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

fn show(report: &Report) {
    for diagnostic in &report.diagnostics {
        let text = render(diagnostic, &report.sources, RenderOptions { color: false, width: 100 });
        anstream::eprintln!("{text}");
    }
}

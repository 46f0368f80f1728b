//! `nn fmt FILE...`: writes scripts in the one style.

use std::path::Path;
use std::process::ExitCode;

use super::arguments::{Fmt, Format, SignsChoice};
use super::files::CommandFiles;
use super::fix::write;
use super::messages;
use super::output::{Output, Screen, complain, say};
use super::world::Terminal;
use crate::diagnostics::Diagnostic;
use crate::session::{self, Report};
use crate::syntax::{self, Signs};

pub fn format(arguments: &Fmt, output: &Output, screen: Screen) -> ExitCode {
    let mut worst = ExitCode::SUCCESS;
    for path in &arguments.files {
        let code = one(path, arguments, output, screen);
        if code != ExitCode::SUCCESS {
            worst = code;
        }
    }
    worst
}

fn one(path: &Path, arguments: &Fmt, output: &Output, screen: Screen) -> ExitCode {
    let mut world = Terminal::new(output.clone(), screen, 1).quiet();
    let before = match session::read_script(&world, path) {
        Ok(text) => text,
        Err(report) => return messages::show(&report, Format::Full, output, screen),
    };
    let text = match arguments.annotate {
        false => before.clone(),
        true => match session::annotate(&mut world, path, &before) {
            Ok(text) => text,
            Err(report) => return messages::show(&report, Format::Full, output, screen),
        },
    };
    let mut report = Report::default();
    let id = report.sources.add(path.display().to_string(), text);
    let parsed = syntax::parse(report.sources.get(id), 0);
    if parsed.problems.iter().any(Diagnostic::is_error) {
        report.diagnostics = parsed.problems;
        return messages::show(&report, Format::Full, output, screen);
    }
    let Some(after) = syntax::format(report.sources.get(id), &parsed, signs(arguments)) else {
        complain(&format!("`{}` is left as it is: formatted it would mean something else", path.display()));
        say("This is a mistake of nn. Please report it, with the script if you can.");
        return ExitCode::from(messages::OUR_MISTAKE);
    };
    if arguments.check {
        if before == after {
            return ExitCode::SUCCESS;
        }
        say(&format!("not formatted: {}", path.display()));
        return ExitCode::from(1);
    }
    if CommandFiles::is_stdin(path) {
        output.text(&after);
    } else if before != after {
        if let Err(error) = write(path, &after) {
            complain(&format!("`{}` cannot be written: {error}", path.display()));
            return ExitCode::from(1);
        }
        say(&format!("formatted: {}", path.display()));
    }
    ExitCode::SUCCESS
}

fn signs(arguments: &Fmt) -> Signs {
    match arguments.signs {
        None => Signs::Kept,
        Some(SignsChoice::Ascii) => Signs::Ascii,
        Some(SignsChoice::Unicode) => Signs::Unicode,
    }
}

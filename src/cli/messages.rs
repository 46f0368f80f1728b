//! What is wrong with a script, on standard error, and the exit code that goes with it.

use std::process::ExitCode;

use serde_json::json;

use super::arguments::Format;
use super::output::{Output, Screen, say, say_text};
use crate::diagnostics::{
    Diagnostic, RenderOptions, Renderer, Slug, count_errors, count_warnings, render_short, to_json,
};
use crate::session::Report;

/// A mistake of nn itself.
pub const OUR_MISTAKE: u8 = 101;

/// Shows all diagnostics and how many there are; gives the exit code.
pub fn show(report: &Report, format: Format, output: &Output, screen: Screen) -> ExitCode {
    output.flush();
    match format {
        Format::Full => {
            let options = RenderOptions { color: screen.color, width: screen.width };
            let mut renderer = Renderer::new(&report.sources, options);
            for diagnostic in &report.diagnostics {
                say_text(&renderer.render(diagnostic));
                say("");
            }
        }
        Format::Short => {
            for diagnostic in &report.diagnostics {
                say(&render_short(diagnostic, &report.sources));
            }
        }
        Format::Json => {
            let all: Vec<_> = report.diagnostics.iter().map(|one| to_json(one, &report.sources)).collect();
            let (errors, warnings) = counts(&report.diagnostics);
            output.line(&json!({ "diagnostics": all, "errors": errors, "warnings": warnings }).to_string());
            output.flush();
        }
    }
    if format != Format::Json && !report.diagnostics.is_empty() {
        say(&summary(&report.diagnostics));
    }
    code(report)
}

pub fn code(report: &Report) -> ExitCode {
    if report.diagnostics.iter().any(|found| found.slug == Slug::Internal) {
        say(ASK_FOR_A_REPORT);
        return ExitCode::from(OUR_MISTAKE);
    }
    if report.has_errors() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

fn counts(diagnostics: &[Diagnostic]) -> (usize, usize) {
    (count_errors(diagnostics), count_warnings(diagnostics))
}

/// `2 errors, 1 warning`
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let (errors, warnings) = counts(diagnostics);
    let count = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    };
    let both: Vec<String> =
        [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    both.join(", ")
}

const ASK_FOR_A_REPORT: &str = "\
This is a mistake of nn, not of your script. Please report it, with the lines above, what
`nn --version` prints, and the script if you can: that is enough to find and mend it.";

/// Says whose fault a panic is.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let what = panic
            .payload()
            .downcast_ref::<&str>()
            .map(|text| (*text).to_string())
            .or_else(|| panic.payload().downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let place = panic.location().map_or(String::new(), ToString::to_string);
        say("");
        say("==== nn stopped: internal mistake ====");
        say(&format!("{what}\nat {place}, version {}", env!("CARGO_PKG_VERSION")));
        say("");
        say(ASK_FOR_A_REPORT);
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            say(&std::backtrace::Backtrace::force_capture().to_string());
        }
    }));
}

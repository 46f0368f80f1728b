//! `nn test PATH...`: runs scripts and holds them to their asserts and expected outputs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::arguments::{Format, Settings, Threads};
use super::diff::{Change, diff};
use super::files::CommandFiles;
use super::fix::write;
use super::output::{Output, Screen, complain, say};
use super::world::Terminal;
use super::{STOPPED, interrupt, messages, test_json};
use crate::session::{self, Compared, Outcome, Tested};

#[derive(Args)]
pub struct Test {
    /// Scripts and folders of scripts, or `-`; this folder without any
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write the outputs as they are in place of those that differ
    #[arg(short, long)]
    pub update: bool,
    /// With `--update`: behind every statement that prints, also where nothing is expected yet
    #[arg(long, requires = "update")]
    pub fill: bool,
    /// How what came of it is told; with `json` an object a line: each script, and at last how many passed
    #[arg(long, value_enum, default_value_t = Format::Full)]
    pub format: Format,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub threads: Threads,
}

/// What came of all scripts.
#[derive(Default)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub only_checked: usize,
    pub updated: usize,
    pub asserts: usize,
    pub outputs: usize,
}

pub fn test(arguments: &Test, output: &Output, screen: Screen) -> ExitCode {
    let begun = Instant::now();
    interrupt::watch();
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &here[..] } else { &arguments.paths };
    let mut scripts = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = scripts.len();
            scripts_in(path, 0, &mut scripts);
            if scripts.len() == before {
                complain(&format!("there is no script in `{}`", path.display()));
                return ExitCode::from(1);
            }
        } else {
            scripts.push(path.clone());
        }
    }
    let mut tally = Tally::default();
    for script in &scripts {
        let mut world = Terminal::new(output.clone(), screen, arguments.threads.count())
            .quiet()
            .with_settings(&arguments.settings.values);
        let tested = session::test_file(&mut world, script, arguments.fill);
        if tested.outcome == Outcome::Stopped {
            output.flush();
            say("stopped by Ctrl-C");
            return ExitCode::from(STOPPED);
        }
        if !show(script, &tested, arguments, &mut tally, output, screen) {
            return ExitCode::from(1);
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    match arguments.format {
        Format::Json => arguments.say(&test_json::end(&tally, seconds), output),
        Format::Full | Format::Short => {
            arguments.say(&format!("{} in {seconds:.2} s", tally.summary()), output);
        }
    }
    ExitCode::from(u8::from(tally.failed > 0))
}

/// The scripts of a folder and of those in it, in order; not of hidden ones.
fn scripts_in(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    /// Deeper is a loop of links.
    const DEEPEST: usize = 32;
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_hidden {
            continue;
        }
        if path.is_dir() {
            if depth < DEEPEST && !path.is_symlink() {
                scripts_in(&path, depth + 1, found);
            }
        } else if path.extension().is_some_and(|end| end == "nn") {
            found.push(path.strip_prefix(".").map_or(path.clone(), Path::to_path_buf));
        }
    }
}

/// Writes what is to be updated, counts a script and tells of it; false if an update cannot be written.
fn show(
    path: &Path,
    tested: &Tested,
    arguments: &Test,
    tally: &mut Tally,
    output: &Output,
    screen: Screen,
) -> bool {
    let name = path.display().to_string();
    let update = tested.updated.as_ref().filter(|text| arguments.update && **text != tested.text);
    if arguments.update && CommandFiles::is_stdin(path) {
        output.text(update.unwrap_or(&tested.text));
    } else if let Some(text) = update {
        if let Err(error) = write(path, text) {
            complain(&format!("`{name}` cannot be written: {error}"));
            return false;
        }
        tally.updated += 1;
    }
    let outputs_hold = arguments.update && tested.updated.is_some();
    let holds = !tested.report.has_errors() && (outputs_hold || tested.passed());
    tally.asserts += tested.asserts_held;
    tally.outputs += tested.compared.iter().filter(|one| outputs_hold || one.holds()).count();
    let result = match (holds, tested.outcome) {
        (true, Outcome::OnlyChecked) => "checked",
        (true, _) if update.is_some() => "updated",
        (true, _) => "ok",
        (false, _) => "failed",
    };
    match result {
        "checked" => tally.only_checked += 1,
        "failed" => tally.failed += 1,
        _passed => tally.passed += 1,
    }
    if arguments.format == Format::Json {
        arguments.say(&test_json::script(&name, result, tested), output);
        return true;
    }
    tell(&name, result, tested, arguments, output);
    if result == "failed" && !outputs_hold {
        for one in tested.compared.iter().filter(|one| !one.holds()) {
            match arguments.format {
                Format::Short => output.line(&short_difference(path, one)),
                Format::Full | Format::Json => show_difference(path, one, output),
            }
        }
    }
    messages::show(&tested.report, arguments.format, output, screen);
    true
}

/// The line of a script.
fn tell(name: &str, result: &str, tested: &Tested, arguments: &Test, output: &Output) {
    let is_updated = arguments.update && tested.updated.as_ref().is_some_and(|text| *text != tested.text);
    if is_updated {
        arguments.say(&format!("updated  {name}"), output);
    }
    let facts = counts(&[(tested.asserts_held, "assert"), (tested.compared.len(), "output")]);
    match result {
        "checked" => arguments
            .say(&format!("checked  {name}  (it asserts and expects nothing, so it was not run)"), output),
        "failed" => arguments.say(&format!("FAILED   {name}"), output),
        "ok" => arguments.say(&format!("ok       {name}  {facts}"), output),
        _updated => {}
    }
}

impl Test {
    /// A line about the tests: not among the script where that is what is written.
    fn say(&self, line: &str, output: &Output) {
        let writes_script = self.update && self.paths.iter().any(|path| CommandFiles::is_stdin(path));
        if writes_script { say(line) } else { output.line(line) }
    }
}

/// The expected lines against the printed ones.
fn show_difference(path: &Path, compared: &Compared, output: &Output) {
    output.line(&format!("  {}:{}: `{}` prints", path.display(), compared.line, compared.statement));
    for change in diff(&compared.expected, &compared.found) {
        output.line(&match change {
            Change::Kept(line) => format!("      {line}"),
            Change::Removed(line) => output.red(&format!("    - {line}")),
            Change::Added(line) => output.green(&format!("    + {line}")),
            Change::Skipped(count) => format!("      ... {count} lines alike"),
        });
    }
    output.line("    (- expected, + printed; `nn test --update` takes what is printed)");
}

/// The first line that differs: `a.nn:4: expected [2, 5], printed [2, 4]`.
fn short_difference(path: &Path, compared: &Compared) -> String {
    let Compared { expected, found, .. } = compared;
    let at = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
    let shown = |lines: &[String]| lines.get(at).map_or("nothing".to_string(), String::clone);
    let which = if at > 0 { format!(" as line {} of its output", at + 1) } else { String::new() };
    let place = format!("{}:{}", path.display(), compared.line);
    format!("{place}: expected {}{which}, printed {}", shown(expected), shown(found))
}

/// `2 asserts, 1 output`
fn counts(all: &[(usize, &str)]) -> String {
    let texts = all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    });
    texts.collect::<Vec<_>>().join(", ")
}

impl Tally {
    fn summary(&self) -> String {
        let mut parts = vec![format!("{} passed", self.passed)];
        for (n, what) in
            [(self.failed, "failed"), (self.updated, "updated"), (self.only_checked, "only checked")]
        {
            if n > 0 {
                parts.push(format!("{n} {what}"));
            }
        }
        let held = counts(&[(self.asserts, "assert"), (self.outputs, "output")]);
        match held.is_empty() {
            true => parts.join(", "),
            false => format!("{}; {held} as said", parts.join(", ")),
        }
    }
}

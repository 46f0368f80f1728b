//! The command `nn`: arguments in, a session's answers out. The only room that exits.
//!
//! Diagnostics and the progress of trainings go to standard error, what scripts print to standard output. Nothing
//! here knows the language.

mod arguments;
mod bench;
mod compare;
mod diff;
mod doc;
mod editor;
mod explain;
mod files;
mod fix;
mod format;
mod formulas;
mod html;
mod interrupt;
mod messages;
mod new;
mod numbers;
mod output;
mod picture;
mod predict;
mod progress;
mod progress_json;
mod repl;
mod shell;
mod test;
mod test_json;
mod version;
mod watch;
mod world;

use std::process::ExitCode;

use crate::session::{self, BenchOptions, PredictRequest};
use crate::tensor::return_large_pieces;
use arguments::{Arguments, Bench, Check, Command, Format, Predict, Run};
use output::{Output, Screen, complain, say};
use progress::Telling;
use world::Terminal;

/// A mistake on the command line.
const WRONG_USAGE: u8 = 2;
const STOPPED: u8 = 130;
/// Deep programs recurse: room for the deepest that the limits allow.
const STACK_BYTES: usize = 256 << 20;

/// Runs the command line.
pub fn main() -> ExitCode {
    messages::install_panic_hook();
    return_large_pieces();
    let work = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(command);
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic hook has said what there is to say.
        Ok(Err(_)) => ExitCode::from(messages::OUR_MISTAKE),
        Err(error) => {
            complain(&format!("no thread could be started: {error}"));
            ExitCode::from(1)
        }
    }
}

fn command() -> ExitCode {
    let Arguments { command } = arguments::read(std::env::args_os().collect());
    let (output, screen) = (Output::new(), Screen::of_stderr());
    let code = match command {
        Command::Run(arguments) => run(&arguments, &output, screen),
        Command::Check(arguments) => check(&arguments, &output, screen),
        Command::Predict(arguments) => predictions(&arguments, &output, screen),
        Command::Repl(arguments) => repl::repl(&arguments, &output, screen),
        Command::Bench(arguments) => benchmark(&arguments, &output, screen),
        Command::Fix(arguments) => fix::fix(&arguments, &output, screen),
        Command::Fmt(arguments) => format::format(&arguments, &output, screen),
        Command::Derive(arguments) => formulas::derive(&arguments, &output, screen),
        Command::Trace(arguments) => formulas::trace(&arguments, &output, screen),
        Command::Draw(arguments) => picture::draw(&arguments, &output, screen),
        Command::Report(arguments) => picture::report(&arguments, &output, screen),
        Command::Explain { slug } => explain::explain(slug.as_deref(), &output),
        Command::Doc(arguments) => doc::doc(&arguments, &output),
        Command::Test(arguments) => test::test(&arguments, &output, screen),
        Command::Watch(arguments) => watch::watch(&arguments, &output, screen),
        Command::New(arguments) => new::new(&arguments, &output, screen),
        Command::Completions(arguments) => shell::completions(&arguments, &output),
        Command::Man(arguments) => shell::man(&arguments, &output),
    };
    output.flush();
    code
}

fn run(arguments: &Run, output: &Output, screen: Screen) -> ExitCode {
    interrupt::watch();
    let telling = Telling {
        is_quiet: arguments.quiet,
        is_live: arguments.live,
        is_json: arguments.format == Format::Json,
    };
    let mut world = Terminal::new(output.clone(), screen, arguments.threads.count())
        .told(telling)
        .warning_in(arguments.format, screen)
        .with_settings(&arguments.settings.values);
    let strictness = arguments.warnings.strictness();
    let report = session::run_file_strictly(&mut world, &arguments.file, &strictness);
    let code = messages::show(&report, arguments.format, output, screen);
    if world.stopped().get() {
        say("stopped by Ctrl-C");
        return ExitCode::from(STOPPED);
    }
    code
}

fn check(arguments: &Check, output: &Output, screen: Screen) -> ExitCode {
    let passes = session::pass_names();
    if let Some(pass) = arguments.after.as_ref().filter(|pass| !passes.iter().any(|(name, _)| name == pass)) {
        complain(&format!("there is no pass `{pass}`; the passes are, in order:"));
        passes.iter().for_each(|(name, sentence)| say(&format!("  {name:10} {sentence}")));
        return ExitCode::from(WRONG_USAGE);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut world =
        Terminal::new(output.clone(), screen, threads).quiet().with_settings(&arguments.settings.values);
    let mut report = match arguments.show {
        Some(show) => {
            let after = arguments.after.as_deref();
            let (report, text) = session::show_file(&mut world, &arguments.file, show.boundary(), after);
            output.text(&text);
            report
        }
        None => session::check_file(&mut world, &arguments.file),
    };
    report.hold_to(&arguments.warnings.strictness());
    if !report.has_errors() && arguments.show.is_none() && arguments.format == Format::Full {
        report.models.iter().for_each(|table| output.text(&format!("{table}\n")));
    }
    let code = messages::show(&report, arguments.format, output, screen);
    if report.diagnostics.is_empty() && arguments.show.is_none() && arguments.format == Format::Full {
        say("no mistakes found");
    }
    code
}

fn predictions(arguments: &Predict, output: &Output, screen: Screen) -> ExitCode {
    let mut world = Terminal::new(output.clone(), screen, arguments.threads.count())
        .quiet()
        .with_settings(&arguments.settings.values);
    let request = PredictRequest {
        script: &arguments.file,
        weights: &arguments.weights,
        data: &arguments.data,
        model: arguments.model.as_deref(),
    };
    let (report, found) = session::predict_file(&mut world, &request);
    if let Some(found) = found {
        match &arguments.output {
            None => predict::print(&found, output),
            Some(path) => {
                if let Err(error) = predict::write_csv(&found, path) {
                    complain(&format!("`{}` cannot be written: {error}", path.display()));
                    return ExitCode::from(1);
                }
            }
        }
    }
    messages::show(&report, Format::Full, output, screen)
}

fn benchmark(arguments: &Bench, output: &Output, screen: Screen) -> ExitCode {
    if let Some(old) = &arguments.compare {
        return compare::compare(arguments, old, output);
    }
    let mut world = Terminal::new(output.clone(), screen, arguments.threads.count())
        .quiet()
        .with_settings(&arguments.settings.values);
    let (report, found) = {
        let options = BenchOptions { seconds: arguments.seconds, profile: arguments.profile };
        session::bench_file(&mut world, &arguments.file, options)
    };
    if let Some(found) = found {
        bench::print(arguments, &found, output);
    }
    messages::show(&report, Format::Full, output, screen)
}

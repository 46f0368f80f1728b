//! `nn repl`: the prompt on this terminal, or on whatever is piped in.

use std::cell::Cell;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use super::arguments::{Format, Repl};
use super::messages::{self, summary};
use super::output::{Output, Screen, complain, say, say_text};
use super::world::Terminal;
use super::{STOPPED, interrupt};
use crate::base::Sources;
use crate::diagnostics::{Diagnostic, RenderOptions, render};
use crate::repl::{self, Face, Lines, PipedLines, PromptLines};
use crate::session::{Mode, Session, read_script};

pub fn repl(arguments: &Repl, output: &Output, screen: Screen) -> ExitCode {
    interrupt::watch();
    let mut world = Terminal::new(output.clone(), screen, arguments.threads.count());
    if arguments.quiet {
        world = world.quiet();
    }
    let script = match arguments.file.as_deref().map(|path| (path, read_script(&world, path))) {
        None => None,
        Some((path, Ok(text))) => Some((path, text)),
        Some((_, Err(report))) => return messages::show(&report, Format::Full, output, screen),
    };
    let is_typed = io::stdin().is_terminal();
    let mut lines: Box<dyn Lines> = match is_typed {
        true => match PromptLines::new(history_file()) {
            Ok(lines) => Box::new(lines),
            Err(error) => {
                complain(&format!("this terminal cannot be used: {error}"));
                return ExitCode::from(1);
            }
        },
        false => Box::new(PipedLines::new(io::stdin().lock())),
    };
    if is_typed {
        output.line(&format!("nn {}, Ctrl-D ends", env!("CARGO_PKG_VERSION")));
    }
    let folder = script.as_ref().and_then(|(path, _)| path.parent()).unwrap_or(Path::new(""));
    let stopped = world.stopped();
    let mut session = Session::new(&mut world, Mode::Run, folder.to_path_buf()).at_prompt();
    let mut face = Prompt { output: output.clone(), screen, stopped, was_stopped: false };
    if let Some((path, text)) = &script {
        repl::enter(&mut session, &path.display().to_string(), text, &mut face);
    }
    let tally = repl::run(&mut session, lines.as_mut(), &mut face);
    output.flush();
    match (is_typed, face.was_stopped) {
        (true, _) => ExitCode::SUCCESS,
        (false, true) => ExitCode::from(STOPPED),
        // What is piped in is a script: whoever runs it wants to know.
        (false, false) => ExitCode::from(u8::from(tally.mistaken > 0)),
    }
}

struct Prompt {
    output: Output,
    screen: Screen,
    /// Set by Ctrl-C in a loop.
    stopped: Rc<Cell<bool>>,
    was_stopped: bool,
}

impl Face for Prompt {
    fn value(&mut self, text: &str) {
        self.output.line(text);
    }

    fn input_done(&mut self) {
        if self.stopped.take() {
            self.was_stopped = true;
            say("stopped");
        }
    }

    fn problems(&mut self, found: &[Diagnostic], sources: &Sources) {
        self.output.flush();
        let options = RenderOptions { color: self.screen.color, width: self.screen.width };
        for diagnostic in found {
            say_text(&render(diagnostic, sources, options));
            say("");
        }
        if found.len() > 1 {
            say(&summary(found));
        }
    }
}

/// `$XDG_STATE_HOME/nn/history`, or the same under the home folder.
fn history_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    let own = state.join("nn");
    std::fs::create_dir_all(&own).ok()?;
    Some(own.join("history"))
}

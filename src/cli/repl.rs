//! `nn repl`: the prompt on this terminal, or on whatever is piped in.

use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use super::arguments::{Format, Repl};
use super::messages::{self, summary};
use super::output::{Output, Screen, complain, say, say_text};
use super::progress::Telling;
use super::world::Terminal;
use super::{STOPPED, editor, interrupt};
use crate::base::Sources;
use crate::diagnostics::{Diagnostic, RenderOptions, Renderer};
use crate::repl::{self, Conversation, EditorOptions, Face, Lines, PipedLines, PromptLines, colored};
use crate::session::{Mode, Session, read_script};

const GREY: &str = "\x1b[90m";
const PLAIN: &str = "\x1b[0m";

pub fn repl(arguments: &Repl, output: &Output, screen: Screen) -> ExitCode {
    interrupt::watch();
    let telling = Telling { is_quiet: arguments.quiet, is_live: arguments.live, ..Telling::default() };
    let mut world = Terminal::new(output.clone(), screen, arguments.threads.count()).told(telling);
    let script = match arguments.file.as_deref().map(|path| (path, read_script(&world, path))) {
        None => None,
        Some((path, Ok(text))) => Some((path, text)),
        Some((_, Err(report))) => return messages::show(&report, Format::Full, output, screen),
    };
    let is_typed = io::stdin().is_terminal();
    if is_typed {
        interrupt::guard_session();
    }
    let mut face = Prompt {
        output: output.clone(),
        screen,
        stopped: world.stopped(),
        telling: world.telling(),
        was_stopped: false,
        is_typed,
    };
    let folder = script.as_ref().and_then(|(path, _)| path.parent()).unwrap_or(Path::new(""));
    let session = Session::new(&mut world, Mode::Run, folder.to_path_buf());
    let talk = Rc::new(RefCell::new(Conversation::new(session)));
    let options =
        EditorOptions { history: history_file(), has_colors: screen.color, width: Screen::width_now };
    let mut lines: Box<dyn Lines + '_> = match is_typed {
        true => match PromptLines::new(&talk, options) {
            Ok(lines) => Box::new(lines),
            Err(error) => {
                complain(&format!("this terminal cannot be used: {error}"));
                return ExitCode::from(1);
            }
        },
        false => Box::new(PipedLines::new(io::stdin().lock())),
    };
    if is_typed {
        output.line(&format!("nn {}: `:help` lists the commands, Ctrl-D ends", env!("CARGO_PKG_VERSION")));
    }
    if let Some((path, text)) = &script {
        face.input_begins();
        talk.borrow_mut().enter_as(&path.display().to_string(), text, &mut face);
        face.input_done();
    }
    let tally = repl::run(&talk, lines.as_mut(), &mut face);
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
    telling: Rc<Cell<Telling>>,
    was_stopped: bool,
    is_typed: bool,
}

impl Face for Prompt {
    fn value(&mut self, text: &str) {
        self.output.line(text);
    }

    fn code(&mut self, text: &str) {
        match self.screen.color && self.is_typed {
            true => self.output.line(&colored(text, None)),
            false => self.output.line(text),
        }
    }

    fn note(&mut self, text: &str) {
        self.output.flush();
        match self.screen.color {
            true => say(&format!("{GREY}{text}{PLAIN}")),
            false => say(text),
        }
    }

    fn complain(&mut self, text: &str) {
        self.output.flush();
        say(text);
    }

    fn width(&self) -> usize {
        if self.is_typed { Screen::width_now() } else { self.screen.width }
    }

    fn switch(&mut self, name: &str, to: Option<bool>) -> bool {
        let mut telling = self.telling.get();
        let place = match name {
            "quiet" => &mut telling.is_quiet,
            _live => &mut telling.is_live,
        };
        *place = to.unwrap_or(*place);
        let is_on = *place;
        self.telling.set(telling);
        is_on
    }

    fn write(&mut self, path: &Path, text: &str) -> Result<(), String> {
        std::fs::write(path, text).map_err(|error| error.to_string())
    }

    fn edit(&mut self, text: &str) -> Result<String, String> {
        self.output.flush();
        editor::edit(text)
    }

    fn edit_file(&mut self, path: &Path) -> Result<(), String> {
        self.output.flush();
        editor::edit_file(path)
    }

    fn input_begins(&mut self) {
        interrupt::forget();
    }

    fn input_done(&mut self) {
        if self.stopped.take() {
            self.was_stopped = true;
            say("stopped");
        }
    }

    fn problems(&mut self, found: &[Diagnostic], sources: &Sources) {
        self.output.flush();
        let options = RenderOptions { color: self.screen.color, width: self.width() };
        let mut renderer = Renderer::new(sources, options);
        for diagnostic in found {
            say_text(&renderer.render(diagnostic));
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

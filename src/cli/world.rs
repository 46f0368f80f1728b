//! The terminal as a world: files on disk, lines on standard output, trainings on standard error.

use std::cell::Cell;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use super::arguments::Format;
use super::files::CommandFiles;
use super::interrupt;
use super::output::{Output, Screen, say};
use super::progress::{Telling, Watcher};
use super::{messages, progress_json};
use crate::data::Files;
use crate::plot::terminal;
use crate::session::{Report, World};
use crate::train::{Ended, History, Progress};

pub struct Terminal {
    files: CommandFiles,
    output: Output,
    watcher: Watcher,
    telling: Rc<Cell<Telling>>,
    threads: usize,
    /// Something was told to stop and has not said that it did.
    stopped: Rc<Cell<bool>>,
    /// Values for names of the script.
    settings: Vec<String>,
    /// How warnings are shown before a run.
    warnings: Option<(Format, Screen)>,
    /// Whether a change of a file ends the run.
    watched: Option<Watched>,
}

/// When files were last looked at for changes, and whether there was one.
struct Watched {
    looked: Cell<Instant>,
    is_changed: Cell<bool>,
}

/// Between two looks at the files of a run.
pub const LOOK_MS: u64 = 100;

impl Terminal {
    /// A world that tells how trainings go.
    pub fn new(output: Output, screen: Screen, threads: usize) -> Terminal {
        let telling: Rc<Cell<Telling>> = Rc::default();
        let watcher = Watcher::new(screen, output.clone(), telling.clone());
        Terminal {
            files: CommandFiles::default(),
            output,
            watcher,
            telling,
            threads,
            stopped: Rc::default(),
            settings: Vec::new(),
            warnings: None,
            watched: None,
        }
    }

    /// The same with values for names of the script.
    pub fn with_settings(self, settings: &[String]) -> Terminal {
        Terminal { settings: settings.to_vec(), ..self }
    }

    /// The same, showing warnings before a run.
    pub fn warning_in(self, format: Format, screen: Screen) -> Terminal {
        Terminal { warnings: Some((format, screen)), ..self }
    }

    /// The same, ending the run when a file changes that it has read.
    pub fn ended_by_changes(self) -> Terminal {
        let watched = Watched { looked: Cell::new(Instant::now()), is_changed: Cell::new(false) };
        Terminal { watched: Some(watched), ..self }
    }

    /// The files that were read.
    pub fn seen(&self) -> &CommandFiles {
        &self.files
    }

    /// The same, which tells in this way.
    pub fn told(self, telling: Telling) -> Terminal {
        self.telling.set(telling);
        self
    }

    /// The same without a word about trainings.
    pub fn quiet(self) -> Terminal {
        self.told(Telling { is_quiet: true, ..Telling::default() })
    }

    /// Whether something other than a training was stopped by Ctrl-C.
    pub fn stopped(&self) -> Rc<Cell<bool>> {
        self.stopped.clone()
    }

    /// How trainings are told of; may be changed between two of them.
    pub fn telling(&self) -> Rc<Cell<Telling>> {
        self.telling.clone()
    }
}

impl World for Terminal {
    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn print(&mut self, line: &str) {
        match self.telling.get().is_json {
            true => self.output.line(&progress_json::print(line)),
            false => self.output.line(line),
        }
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.files.written(path);
        std::fs::write(path, bytes)
    }

    fn screen(&self) -> terminal::Screen {
        let (width, color) = self.output.screen();
        terminal::Screen { width, color, height: (width / 5).clamp(10, 20) }
    }

    fn warned(&mut self, checked: &Report) -> bool {
        // What is for machines comes at the end as one object.
        let Some((format, screen)) = self.warnings.filter(|(format, _)| *format != Format::Json) else {
            return false;
        };
        messages::show(checked, format, &self.output, screen);
        true
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        self.watcher.progress(progress);
    }

    fn training_ended(&mut self, ended: &Ended, history: &History) {
        if *ended == Ended::Interrupted {
            self.stopped.set(false);
        }
        self.watcher.ended(ended, history);
    }

    fn loop_left(&mut self, line: usize, rounds: u64) {
        self.stopped.set(false);
        if self.telling.get().is_json {
            self.output.line(&progress_json::loop_left(line, rounds));
            return;
        }
        self.output.flush();
        say(&format!(
            "stopped after round {rounds} of the loop at line {line}: names and parameters are as it left them"
        ));
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn settings(&self) -> &[String] {
        &self.settings
    }

    fn wrote(&mut self, path: &Path) {
        self.files.written(path);
    }

    fn abandoned(&self) -> bool {
        let Some(watched) = &self.watched else { return false };
        let is_time = watched.looked.get().elapsed().as_millis() >= u128::from(LOOK_MS);
        if is_time && !watched.is_changed.get() {
            watched.looked.set(Instant::now());
            watched.is_changed.set(self.files.changed().is_some());
        }
        watched.is_changed.get()
    }

    fn interrupted(&self) -> bool {
        if self.abandoned() {
            return true;
        }
        let heeded = interrupt::heeded();
        if heeded {
            self.stopped.set(true);
        }
        heeded
    }
}

//! The terminal as a world: files on disk, lines on standard output, trainings on standard error.

use std::cell::Cell;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use super::files::CommandFiles;
use super::interrupt;
use super::output::{Output, Screen};
use super::progress::{Telling, Watcher};
use super::progress_json;
use crate::data::Files;
use crate::plot::terminal;
use crate::session::World;
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
    /// When files were last looked at for changes, if a change ends the run.
    watched: Option<Cell<Instant>>,
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
            watched: None,
        }
    }

    /// The same with values for names of the script.
    pub fn with_settings(self, settings: &[String]) -> Terminal {
        Terminal { settings: settings.to_vec(), ..self }
    }

    /// The same, ending the run when a file changes that it has read.
    pub fn ended_by_changes(self) -> Terminal {
        Terminal { watched: Some(Cell::new(Instant::now())), ..self }
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

    fn progress(&mut self, progress: &Progress<'_>) {
        self.watcher.progress(progress);
    }

    fn training_ended(&mut self, ended: &Ended, history: &History) {
        if *ended == Ended::Interrupted {
            self.stopped.set(false);
        }
        self.watcher.ended(ended, history);
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
        let Some(last) = &self.watched else { return false };
        if last.get().elapsed().as_millis() < u128::from(LOOK_MS) {
            return false;
        }
        last.set(Instant::now());
        self.files.changed().is_some()
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

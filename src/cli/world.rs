//! The terminal as a world: files on disk, lines on standard output, trainings on standard error.

use std::cell::Cell;
use std::io;
use std::path::Path;
use std::rc::Rc;

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
}

impl Terminal {
    /// A world that tells how trainings go.
    pub fn new(output: Output, screen: Screen, threads: usize) -> Terminal {
        let telling: Rc<Cell<Telling>> = Rc::default();
        let watcher = Watcher::new(screen, output.clone(), telling.clone());
        Terminal { files: CommandFiles::default(), output, watcher, telling, threads, stopped: Rc::default() }
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

    fn interrupted(&self) -> bool {
        let heeded = interrupt::heeded();
        if heeded {
            self.stopped.set(true);
        }
        heeded
    }
}

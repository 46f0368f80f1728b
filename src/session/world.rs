//! What a session needs of the outside: files to read, a place to write lines to, a watcher of trainings.

use std::io;
use std::path::Path;

use super::Report;
use crate::data::{Files, MemoryFiles};
use crate::plot::terminal::Screen;
use crate::train::{Ended, History, Progress};

pub trait World {
    fn files(&self) -> &dyn Files;

    /// A line that the script prints.
    fn print(&mut self, line: &str);

    /// Writes a whole file: a picture, a report.
    ///
    /// # Errors
    /// What the system says, or that this world has no files to write.
    fn write(&mut self, _path: &Path, _bytes: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// What pictures among the lines have room for.
    fn screen(&self) -> Screen {
        Screen::default()
    }

    /// The check found warnings and nothing worse, and the run begins. Whether they are shown now: then they are not in
    /// the report of the run.
    fn warned(&mut self, _checked: &Report) -> bool {
        false
    }

    /// A training has come this far.
    fn progress(&mut self, progress: &Progress<'_>);

    /// A training is over: why, and what was seen. Not called where it ended with a mistake of the script.
    fn training_ended(&mut self, _ended: &Ended, _history: &History) {}

    /// A loop of the script was left after so many rounds, as was asked for. Its line counts from 1.
    fn loop_left(&mut self, _line: usize, _rounds: u64) {}

    /// How many threads a training may use.
    fn threads(&self) -> usize;

    /// Values from outside for names of the script, `epochs=5`.
    fn settings(&self) -> &[String] {
        &[]
    }

    /// The script has written a file.
    fn wrote(&mut self, _path: &Path) {}

    /// Whether nobody wants the rest of the script any more; once it is so, it stays so.
    fn abandoned(&self) -> bool {
        false
    }

    /// Whether whoever runs it has asked to stop after this step.
    fn interrupted(&self) -> bool {
        false
    }
}

/// A world in memory: for tests, documents and faces without a disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld {
    pub files: MemoryFiles,
    pub lines: Vec<String>,
}

impl World for MemoryWorld {
    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn print(&mut self, line: &str) {
        self.lines.push(line.to_string());
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.files.insert(path.display().to_string(), bytes);
        Ok(())
    }

    fn progress(&mut self, _progress: &Progress<'_>) {}

    fn threads(&self) -> usize {
        1
    }
}

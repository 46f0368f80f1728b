//! The terminal as a world: files on disk, lines on standard output, trainings on standard error.

use crate::data::{DiskFiles, Files};
use crate::session::World;
use crate::train::Progress;

pub struct Terminal {
    files: DiskFiles,
}

impl Terminal {
    pub fn new() -> Terminal {
        Terminal { files: DiskFiles }
    }
}

impl World for Terminal {
    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn print(&mut self, line: &str) {
        anstream::println!("{line}");
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        if let Some(row) = progress.row {
            let numbers: Vec<String> =
                row.named().iter().map(|(name, value)| format!("{name} {value:.4}")).collect();
            anstream::eprintln!("epoch {}/{}  {}", progress.epoch, progress.epochs, numbers.join("  "));
        }
    }

    fn threads(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }
}

//! The world of a test: a folder on disk, lines kept, and an end to what takes too long.

use std::path::Path;
use std::time::{Duration, Instant};

use nn::data::{DiskFiles, Files};
use nn::session::World;
use nn::train::Progress;

pub struct TestWorld {
    pub lines: Vec<String>,
    deadline: Instant,
}

impl TestWorld {
    /// A world that asks to stop after so long.
    pub fn until(limit: Duration) -> TestWorld {
        TestWorld { lines: Vec::new(), deadline: Instant::now() + limit }
    }
}

impl Default for TestWorld {
    fn default() -> TestWorld {
        TestWorld::until(Duration::from_secs(60))
    }
}

impl World for TestWorld {
    fn files(&self) -> &dyn Files {
        &DiskFiles
    }

    fn print(&mut self, line: &str) {
        self.lines.push(line.to_string());
    }

    /// Pictures are made and dropped.
    fn write(&mut self, _path: &Path, _bytes: &[u8]) -> std::io::Result<()> {
        Ok(())
    }

    fn progress(&mut self, _progress: &Progress<'_>) {}

    fn threads(&self) -> usize {
        1
    }

    fn interrupted(&self) -> bool {
        self.abandoned()
    }

    fn abandoned(&self) -> bool {
        Instant::now() > self.deadline
    }
}

//! A world that keeps what a script prints in place of showing it.

use std::io;
use std::path::Path;

use crate::data::Files;
use crate::plot::terminal::Screen;
use crate::session::World;
use crate::train::{Ended, History, Progress};

pub struct Recorder<'w> {
    world: &'w mut dyn World,
    pub lines: Vec<String>,
}

impl<'w> Recorder<'w> {
    pub fn new(world: &'w mut dyn World) -> Recorder<'w> {
        Recorder { world, lines: Vec::new() }
    }
}

impl World for Recorder<'_> {
    fn files(&self) -> &dyn Files {
        self.world.files()
    }

    fn print(&mut self, line: &str) {
        self.lines.push(line.to_string());
    }

    fn settings(&self) -> &[String] {
        self.world.settings()
    }

    fn wrote(&mut self, path: &Path) {
        self.world.wrote(path);
    }

    fn abandoned(&self) -> bool {
        self.world.abandoned()
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.world.write(path, bytes)
    }

    fn screen(&self) -> Screen {
        Screen::default()
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        self.world.progress(progress);
    }

    fn training_ended(&mut self, ended: &Ended, history: &History) {
        self.world.training_ended(ended, history);
    }

    fn loop_left(&mut self, line: usize, rounds: u64) {
        self.world.loop_left(line, rounds);
    }

    fn threads(&self) -> usize {
        self.world.threads()
    }

    fn interrupted(&self) -> bool {
        self.world.interrupted()
    }
}

//! The files of the machine, and `-` for standard input.

use std::cell::OnceCell;
use std::io::{self, Cursor, Read};
use std::path::Path;

use crate::data::{DiskFiles, Files};

#[derive(Default)]
pub struct CommandFiles {
    disk: DiskFiles,
    /// Standard input, read once to its end.
    stdin: OnceCell<Vec<u8>>,
}

impl CommandFiles {
    /// Whether a path stands for standard input.
    pub fn is_stdin(path: &Path) -> bool {
        path == Path::new("-")
    }

    fn stdin(&self) -> io::Result<&[u8]> {
        if self.stdin.get().is_none() {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            let _ = self.stdin.set(bytes);
        }
        Ok(self.stdin.get().map_or(&[], Vec::as_slice))
    }
}

impl Files for CommandFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if Self::is_stdin(path) { Ok(self.stdin()?.to_vec()) } else { self.disk.read(path) }
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        if Self::is_stdin(path) { Ok(Box::new(Cursor::new(self.stdin()?))) } else { self.disk.open(path) }
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        if Self::is_stdin(path) { Ok(self.stdin()?.len() as u64) } else { self.disk.size(path) }
    }

    fn names_in(&self, folder: &Path) -> Vec<String> {
        self.disk.names_in(folder)
    }
}

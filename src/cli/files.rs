//! The files of the machine, and `-` for standard input.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::data::{DiskFiles, Files};

#[derive(Default)]
pub struct CommandFiles {
    disk: DiskFiles,
    /// Standard input, read once to its end.
    stdin: OnceCell<Vec<u8>>,
    /// The files that were asked for, with what they were then. Those that the script writes itself have none.
    seen: RefCell<BTreeMap<PathBuf, Option<Stamp>>>,
}

/// What tells that a file is another one: when it was written and how long it is; neither if there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp(Option<(SystemTime, u64)>);

impl Stamp {
    fn of(path: &Path) -> Stamp {
        let facts = std::fs::metadata(path).ok();
        Stamp(facts.and_then(|facts| Some((facts.modified().ok()?, facts.len()))))
    }
}

impl CommandFiles {
    /// Whether a path stands for standard input.
    pub fn is_stdin(path: &Path) -> bool {
        path == Path::new("-")
    }

    fn note(&self, path: &Path) {
        self.seen.borrow_mut().entry(path.to_path_buf()).or_insert_with(|| Some(Stamp::of(path)));
    }

    /// The script writes this file: that it changes means nothing.
    pub fn written(&self, path: &Path) {
        self.seen.borrow_mut().insert(path.to_path_buf(), None);
    }

    /// A file that is not what it was when it was read.
    pub fn changed(&self) -> Option<PathBuf> {
        let seen = self.seen.borrow();
        let mut read = seen.iter().filter_map(|(path, stamp)| Some((path, (*stamp)?)));
        read.find(|(path, stamp)| Stamp::of(path) != *stamp).map(|(path, _)| path.clone())
    }

    /// How many files were read.
    pub fn count(&self) -> usize {
        self.seen.borrow().values().flatten().count()
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
        if Self::is_stdin(path) {
            return Ok(self.stdin()?.to_vec());
        }
        self.note(path);
        self.disk.read(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        if Self::is_stdin(path) {
            return Ok(Box::new(Cursor::new(self.stdin()?)));
        }
        self.note(path);
        self.disk.open(path)
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        if Self::is_stdin(path) {
            return Ok(self.stdin()?.len() as u64);
        }
        self.note(path);
        self.disk.size(path)
    }

    fn names_in(&self, folder: &Path) -> Vec<String> {
        self.disk.names_in(folder)
    }

    fn has_folder(&self, folder: &Path) -> bool {
        self.disk.has_folder(folder)
    }
}

//! Where data files come from: the disk, or memory in tests and in faces without a disk.
//!
//! Sources and weights read through [`Files`]; nothing in this room opens a path by itself.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::Path;

use indexmap::IndexMap;

/// Read access to files.
pub trait Files {
    /// The whole file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// The file as a stream.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + '_>>;
    /// Its length in bytes.
    fn size(&self, path: &Path) -> io::Result<u64>;
    /// The names in a folder, sorted; for suggestions. Empty if it can't be read.
    fn names_in(&self, folder: &Path) -> Vec<String>;
    /// Whether a file can be made in this folder, as far as it must be there.
    fn has_folder(&self, _folder: &Path) -> bool {
        true
    }
}

/// The files of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskFiles;

/// Files that exist only in memory, by their path.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: IndexMap<String, Vec<u8>>,
}

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(io::BufReader::new(fs::File::open(path)?)))
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        let facts = fs::metadata(path)?;
        if facts.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
        }
        Ok(facts.len())
    }

    fn names_in(&self, folder: &Path) -> Vec<String> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn has_folder(&self, folder: &Path) -> bool {
        folder.as_os_str().is_empty() || folder.is_dir()
    }
}

impl MemoryFiles {
    pub fn new() -> MemoryFiles {
        MemoryFiles::default()
    }

    /// The same files and one more.
    pub fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> MemoryFiles {
        self.files.insert(path.into(), bytes.into());
        self
    }

    /// One more, or another in place of one.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    fn find(&self, path: &Path) -> io::Result<&[u8]> {
        let found = self.files.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, bytes)| bytes.as_slice()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.find(path).map(<[u8]>::to_vec)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(Cursor::new(self.find(path)?)))
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        self.find(path).map(|bytes| bytes.len() as u64)
    }

    fn names_in(&self, folder: &Path) -> Vec<String> {
        let inside = self.files.keys().map(Path::new).filter(|path| path.parent() == Some(folder));
        let mut names: Vec<String> =
            inside.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
        names.sort();
        names
    }
}

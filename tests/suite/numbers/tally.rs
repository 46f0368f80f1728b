//! How many cases of a file hold, which were not tried and why, which failed.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The result of replaying one file.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub total: usize,
    pub passed: usize,
    /// Reason, and the cases skipped for it.
    pub skipped: indexmap::IndexMap<String, Vec<String>>,
    pub failed: Vec<String>,
    /// What holds with a difference that is stated, and why.
    pub notes: Vec<String>,
}

/// What came of one case.
pub enum Case {
    Holds,
    /// The language has no such thing, or says so on purpose.
    Skip(String),
}

impl Tally {
    pub fn case(&mut self, name: &str, result: Result<Case, String>) {
        self.total += 1;
        match result {
            Ok(Case::Holds) => self.passed += 1,
            Ok(Case::Skip(reason)) => self.skipped.entry(reason).or_default().push(name.to_string()),
            Err(problem) => self.failed.push(format!("{name}: {problem}")),
        }
    }

    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// A case that cannot be skipped.
    pub fn holds(&mut self, name: &str, result: Result<(), String>) {
        self.case(name, result.map(|()| Case::Holds));
    }

    pub fn skip(&mut self, name: &str, reason: &str) {
        self.case(name, Ok(Case::Skip(reason.to_string())));
    }
}

/// The whole reference folder, where it is present beside the checkout.
pub fn whole() -> Option<PathBuf> {
    // So that the part that is kept can be tried where the whole is present.
    if std::env::var_os("NN_KEPT_ONLY").is_some() {
        return None;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.ancestors().skip(1).take(3).map(|up| up.join("shared/reference")).find(|path| path.is_dir())
}

/// The part of it that is kept here.
pub fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/reference")
}

/// The text of a file of the folder; what is kept here is packed.
pub fn text(name: &str) -> Option<String> {
    let candidates = whole().into_iter().chain([kept()]);
    let paths = candidates.flat_map(|folder| [folder.join(name), folder.join(format!("{name}.gz"))]);
    for path in paths {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if path.extension().is_some_and(|ext| ext == "gz") {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).ok()?;
            return Some(text);
        }
        return String::from_utf8(bytes).ok();
    }
    None
}

/// The lines of a packed file.
pub fn lines(name: &str) -> Vec<String> {
    text(name).unwrap_or_default().lines().map(str::to_string).collect()
}

pub fn json(name: &str) -> Option<Value> {
    serde_json::from_str(&text(name)?).ok()
}

/// The list under `cases`.
pub fn cases(name: &str) -> Vec<Value> {
    let value = json(name);
    value.and_then(|value| value["cases"].as_array().cloned()).unwrap_or_default()
}

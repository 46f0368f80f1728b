//! Programs through the check and, where nothing is found wrong, a short run.

use std::path::Path;
use std::time::{Duration, Instant};

use nn::data::{Files, MemoryFiles};
use nn::diagnostics::{Slug, render_short, to_json};
use nn::session::{Report, World, check_text, run_text};
use nn::train::Progress;

use super::{Target, words};
use crate::driver::{Signs, sign};
use crate::mutate;

pub const TARGET: Target = Target {
    name: "checker",
    more: words::programs,
    make: |pool, dice| mutate::text(pool, words::WORDS, dice),
    run,
};

/// Memory, and an end to what takes long.
pub struct Brief {
    pub files: MemoryFiles,
    deadline: Instant,
}

impl Brief {
    pub fn new(files: MemoryFiles) -> Brief {
        Brief { files, deadline: Instant::now() + Duration::from_millis(200) }
    }
}

impl World for Brief {
    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn print(&mut self, _line: &str) {}

    fn progress(&mut self, _progress: &Progress<'_>) {}

    fn threads(&self) -> usize {
        1
    }

    fn interrupted(&self) -> bool {
        Instant::now() > self.deadline
    }
}

fn run(input: &[u8]) -> Result<Signs, String> {
    let text = String::from_utf8_lossy(input);
    // What writes files is left to tests with folders of their own.
    if ["save", "checkpoint", "export"].iter().any(|word| text.contains(word)) {
        return Ok(Vec::new());
    }
    tried(&text, &MemoryFiles::new())
}

/// Signs of what is said of a program, checked and run.
pub fn tried(text: &str, files: &MemoryFiles) -> Result<Signs, String> {
    let folder = Path::new("");
    let checked = check_text(&mut Brief::new(files.clone()), "main.nn", text, folder);
    let mut signs = said(&checked)?;
    if !checked.has_errors() {
        let ran = run_text(&mut Brief::new(files.clone()), "main.nn", text, folder);
        signs.extend(said(&ran)?.iter().map(|sign| sign ^ 1));
    }
    Ok(signs)
}

fn said(report: &Report) -> Result<Signs, String> {
    let mut signs = Vec::new();
    for found in &report.diagnostics {
        let short = render_short(found, &report.sources);
        to_json(found, &report.sources);
        if found.slug == Slug::Internal {
            return Err(format!("a mistake of ours: {short}"));
        }
        signs.push(sign(&found.headline));
        signs.push(sign(&format!("{:?} {} {}", found.slug, found.labels.len(), found.fixes.len())));
    }
    Ok(signs)
}

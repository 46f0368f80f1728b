//! A whole program: read, checked, run. The first file to show people.

use std::path::Path;

use super::mend::mend;
use super::model::costs;
use super::state::{Mode, Session};
use super::strictness::Strictness;
use super::world::World;
use crate::base::{SourceId, Sources, Span};
use crate::check;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::nearest;
use crate::syntax;
use crate::syntax::tree::Ast;

/// What came of a program: the texts that were read, and what is to be said about them.
#[derive(Debug, Default)]
pub struct Report {
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
    /// A table for each model of a script that was checked: layers, outputs, parameters, operations.
    pub models: Vec<String>,
}

impl Report {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Everything that can be known before running.
pub fn check_file(world: &mut dyn World, path: &Path) -> Report {
    match read(world, path) {
        Ok(text) => check_text(world, &path.display().to_string(), &text, folder_of(path)),
        Err(report) => *report,
    }
}

/// Checks a program, and runs it if nothing is wrong.
pub fn run_file(world: &mut dyn World, path: &Path) -> Report {
    run_file_strictly(world, path, &Strictness::default())
}

/// The same, where some warnings stop it before it runs.
pub fn run_file_strictly(world: &mut dyn World, path: &Path, strictness: &Strictness) -> Report {
    match read(world, path) {
        Ok(text) => {
            run_text_strictly(world, (&path.display().to_string(), &text), folder_of(path), strictness)
        }
        Err(report) => *report,
    }
}

pub fn check_text(world: &mut dyn World, name: &str, text: &str, folder: &Path) -> Report {
    let mut report = plain_check(world, name, text, folder);
    if report.diagnostics.iter().any(|found| !found.candidates.is_empty() || !found.fixes.is_empty()) {
        let script = report.sources.iter().find(|source| source.name == name).map(|source| source.id);
        if let Some(id) = script {
            mend(world, (name, text, id), folder, &mut report);
        }
    }
    report
}

/// A check without trying fixes.
pub(super) fn plain_check(world: &mut dyn World, name: &str, text: &str, folder: &Path) -> Report {
    let mut session = Session::new(world, Mode::Check, folder.to_path_buf());
    let (ast, _) = session.parse_script(name, text);
    session.walk(&ast);
    session.into_report()
}

pub fn run_text(world: &mut dyn World, name: &str, text: &str, folder: &Path) -> Report {
    run_text_strictly(world, (name, text), folder, &Strictness::default())
}

fn run_text_strictly(
    world: &mut dyn World,
    (name, text): (&str, &str),
    folder: &Path,
    strictness: &Strictness,
) -> Report {
    let mut checked = check_text(world, name, text, folder);
    checked.hold_to(strictness);
    if checked.has_errors() {
        return checked;
    }
    if !checked.diagnostics.is_empty() && world.warned(&checked) {
        checked.diagnostics.clear();
    }
    let mut session = Session::new(world, Mode::Run, folder.to_path_buf());
    let (ast, _) = session.parse_script(name, text);
    session.walk(&ast);
    let ran = session.into_report();
    // Sources are added in the same order in both walks, so spans of the check mean the same places.
    let mut diagnostics = checked.diagnostics;
    diagnostics.extend(ran.diagnostics.into_iter().filter(Diagnostic::is_error));
    Report { sources: ran.sources, diagnostics, models: checked.models }
}

impl Session<'_> {
    /// Reads a text; its mistakes are kept with the others.
    pub fn parse(&mut self, name: &str, text: &str) -> (Ast, SourceId) {
        let id = self.sources.add(name, text);
        let parsed = syntax::parse(self.sources.get(id), self.next_expr);
        self.next_expr = parsed.next_id;
        // The reading has a limit of its own.
        self.diagnostics.extend(parsed.problems);
        check::unknown_slugs(&parsed.comments).into_iter().for_each(|problem| self.report(problem));
        (parsed.ast, id)
    }

    pub fn into_report(mut self) -> Report {
        let diagnostics = self.take_diagnostics();
        let models = self.elaborator.models.iter().map(|model| costs(model).join("\n")).collect();
        Report { sources: self.sources, diagnostics, models }
    }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// The text of a script; a file that cannot be read is a report of its own.
pub fn read(world: &dyn World, path: &Path) -> Result<String, Box<Report>> {
    let problem = match world.files().size(path) {
        Ok(size) if size > syntax::MAX_SOURCE as u64 => {
            format!("it is larger than {} bytes", syntax::MAX_SOURCE)
        }
        Ok(_) => match world.files().read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => return Ok(text),
                Err(error) => not_text(error.as_bytes(), error.utf8_error().valid_up_to()),
            },
            Err(error) => reason(&error),
        },
        Err(error) => reason(&error),
    };
    let mut sources = Sources::default();
    let id = sources.add(path.display().to_string(), "");
    let headline = format!("`{}` cannot be read: {problem}", path.display());
    let mut diagnostic = Diagnostic::error(Slug::File, Span::new(id, 0, 0), headline);
    if world.files().size(path).is_err()
        && let Some(near) = near_file(world, path, "nn")
    {
        diagnostic = diagnostic.help(format!("did you mean `{}`?", near.display()));
    }
    Err(Box::new(Report { sources, diagnostics: vec![diagnostic], models: Vec::new() }))
}

/// Where a file stops being text, in the words of an editor.
fn not_text(bytes: &[u8], at: usize) -> String {
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    format!("it is not UTF-8 text (byte 0x{byte:02x} in line {line})")
}

/// Why, without the number that the system gives it.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_string(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        std::io::ErrorKind::PermissionDenied => "there is no permission to".to_string(),
        _other => error.to_string(),
    }
}

/// A file of that kind beside it with nearly that name.
pub(super) fn near_file(world: &dyn World, path: &Path, extension: &str) -> Option<std::path::PathBuf> {
    let wanted = path.file_name()?.to_str()?;
    let names = world.files().names_in(folder_of(path));
    let files: Vec<String> = names
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == extension))
        .collect();
    let exact =
        files.iter().find(|name| Path::new(name).file_stem().is_some_and(|stem| stem == wanted)).cloned();
    let near = exact.or_else(|| nearest(wanted, files))?;
    Some(folder_of(path).join(near))
}

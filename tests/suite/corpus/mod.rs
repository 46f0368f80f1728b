//! The language by example: every file of `tests/corpus/` is a program and what must come of it.
//!
//! A file begins with a line that says why it exists. Its sections are headed `# NAME`, each with one fenced block:
//! SOURCE, FILES (blocks headed `## path`), PROBLEMS, TYPES, GRAPH, OUTPUT. No PROBLEMS means that there are none;
//! of the others only those present are compared. `UPDATE=1` rewrites what is compared.

mod case;
mod fuzz;
mod world;

use std::path::{Path, PathBuf};

use nn::session::{Mode, check_text, run_text};

use case::Case;
pub use world::TestWorld;

/// Room for the deepest programs that the limits allow, as the command line has it.
const STACK: usize = 256 << 20;

/// Runs a test with a large stack.
pub fn with_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(test).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_under(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn corpus() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"), &mut found);
    found
}

/// The sources of all cases.
pub fn programs() -> Vec<String> {
    let cases = corpus().into_iter().map(|path| std::fs::read_to_string(path).expect("a case"));
    cases.filter_map(|text| Case::read(&text).ok()).map(|case| case.source).collect()
}

/// The sources of the cases that print something and train nothing: those that end soon.
pub fn short_runs() -> Vec<String> {
    let cases = corpus().into_iter().map(|path| std::fs::read_to_string(path).expect("a case"));
    let cases = cases.filter_map(|text| Case::read(&text).ok());
    let short =
        |case: &Case| case.output.is_some() && case.files.is_empty() && !case.source.contains("train");
    cases.filter(short).map(|case| case.source).collect()
}

/// Texts that may be programs: damaged cases and words in any order.
pub fn mangled(count: usize) -> Vec<String> {
    fuzz::texts(&programs(), count)
}

/// A folder with the files of a case.
fn folder_of(case: &Case) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in &case.files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

/// What a program gives now, in the sections that the case has.
fn outcome(case: &Case) -> Case {
    let folder = folder_of(case);
    let mut now = case.clone();
    let mut world = TestWorld::default();
    let report = match case.output.is_some() {
        true => run_text(&mut world, "main.nn", &case.source, folder.path()),
        false => check_text(&mut world, "main.nn", &case.source, folder.path()),
    };
    let problems: Vec<String> =
        report.diagnostics.iter().map(|problem| case::problem_line(problem, &report.sources)).collect();
    now.problems = (!problems.is_empty()).then(|| problems.join("\n"));
    now.output = case.output.is_some().then(|| world.lines.join("\n"));
    if case.types.is_some() || case.graph.is_some() {
        let (types, graph) = case::facts(&case.source, folder.path(), Mode::Check);
        let lines: Vec<String> = types.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        now.types = case.types.is_some().then(|| lines.join("\n"));
        now.graph = case.graph.is_some().then_some(graph);
    }
    now
}

#[test]
fn corpus_holds() {
    with_stack(|| {
        let update = std::env::var_os("UPDATE").is_some();
        let only = std::env::var("CASE").unwrap_or_default();
        let mut wrong = Vec::new();
        let files = corpus();
        assert!(files.len() > 200, "the corpus is there");
        for path in files.iter().filter(|path| path.display().to_string().contains(&only)) {
            let text = std::fs::read_to_string(path).expect("a case");
            let case = Case::read(&text).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
            let now = std::panic::catch_unwind(|| outcome(&case))
                .unwrap_or_else(|_| panic!("{} makes it panic", path.display()));
            if now.written() == text {
                continue;
            }
            if update {
                std::fs::write(path, now.written()).expect("a case");
            } else {
                wrong.push(format!("--- {}\n{}", path.display(), case::difference(&text, &now.written())));
            }
        }
        assert!(wrong.is_empty(), "{} cases differ\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// A type that a check leaves open (`[epochs]`) is known only by a run.
fn is_open(ty: &str) -> bool {
    let inside =
        ty.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
    inside.chars().any(char::is_alphabetic)
}

#[test]
fn checked_types_are_those_of_the_run() {
    with_stack(|| {
        for path in corpus() {
            let Ok(case) = Case::read(&std::fs::read_to_string(&path).expect("a case")) else { continue };
            if case.output.is_none() || case.problems.is_some() {
                continue;
            }
            let folder = folder_of(&case);
            let (checked, _) = case::facts(&case.source, folder.path(), Mode::Check);
            let (ran, _) = case::facts(&case.source, folder.path(), Mode::Run);
            for (name, ty) in checked.iter().filter(|(_, ty)| !is_open(ty)) {
                let Some((_, found)) = ran.iter().find(|(other, _)| other == name) else { continue };
                assert_eq!(ty, found, "{}: `{name}`", path.display());
            }
        }
    });
}

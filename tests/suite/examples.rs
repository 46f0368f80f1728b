//! Every example runs and keeps its promises, which it states as assertions.

use std::fs;
use std::path::{Path, PathBuf};

use nn::data::{DiskFiles, Files};
use nn::session::{self, Report, World};
use nn::train::Progress;

/// The disk, with what is printed kept.
#[derive(Default)]
pub struct Disk {
    files: DiskFiles,
    pub lines: Vec<String>,
}

impl World for Disk {
    fn files(&self) -> &dyn Files {
        &self.files
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
        2
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What is wrong with a program, a line each.
pub fn problems(report: &Report) -> String {
    let lines = report.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).map(|diagnostic| {
        let source = report.sources.get(diagnostic.primary.span.source);
        let (line, column) = source.line_column(diagnostic.primary.span.start);
        format!("{}:{line}:{column}: {} ({})\n", source.name, diagnostic.headline, diagnostic.primary.text)
    });
    lines.collect()
}

/// Runs an example and gives what it printed.
fn check_runs(path: &Path) -> Vec<String> {
    let mut world = Disk::default();
    let report = session::run_file(&mut world, path);
    let problems = problems(&report);
    assert!(problems.is_empty(), "{}\n{}\n{problems}", path.display(), world.lines.join("\n"));
    world.lines
}

/// Whether an example reads the digits of MNIST, which are not in the repository.
pub fn reads_mnist(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mnist"))
}

/// The examples that need nothing that is not in the repository.
fn examples() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("examples")).expect("the folder of examples");
    let mut paths: Vec<PathBuf> = folder
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "nn"))
        .filter(|path| !reads_mnist(path))
        .collect();
    paths.sort();
    paths
}

#[test]
fn every_example_runs() {
    let paths = examples();
    assert!(paths.len() >= 9, "{paths:?}");
    for path in paths {
        let lines = check_runs(&path);
        assert!(!lines.is_empty(), "{} shows something", path.display());
    }
}

/// Its data is not here, so that only the files are missing.
#[test]
fn the_mnist_examples_lack_nothing_but_their_data() {
    for name in ["mnist", "mnist_30", "mnist_100", "mnist_dropout"] {
        let path = root().join(format!("examples/{name}.nn"));
        if root().join("examples/mnist").exists() {
            check_runs(&path);
            continue;
        }
        let mut world = Disk::default();
        let report = session::check_file(&mut world, &path);
        let errors: Vec<_> = report.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
        assert!(!errors.is_empty());
        for error in errors {
            assert_eq!(error.slug, nn::diagnostics::Slug::File, "{}", problems(&report));
        }
    }
}

/// What they say of their accuracy holds for five seeds. Asked for by `NN_ACCURACY`, where the digits are found in
/// `data/mnist` of a folder `shared` beside the checkout, or in `examples/mnist`; better in a release build.
#[test]
fn the_mnist_examples_reach_their_accuracy_from_five_seeds() {
    let beside =
        root().ancestors().skip(1).take(3).map(|up| up.join("shared/data/mnist")).find(|path| path.is_dir());
    let found = beside.or_else(|| Some(root().join("examples/mnist")).filter(|path| path.is_dir()));
    let Some(digits) = found.filter(|_| std::env::var_os("NN_ACCURACY").is_some()) else { return };
    for name in ["mnist_30", "mnist_100", "mnist_dropout"] {
        let text = fs::read_to_string(root().join(format!("examples/{name}.nn"))).expect("an example");
        let text = text.replace("\"mnist/", &format!("\"{}/", digits.display()));
        for seed in 1..=5 {
            let mut world = Disk::default();
            let seeded = text.replace("\nseed 1\n", &format!("\nseed {seed}\n"));
            let report = session::run_text(&mut world, name, &seeded, Path::new(""));
            println!("{name}, seed {seed}: {}", world.lines.join("; "));
            assert!(!report.has_errors(), "{name}, seed {seed}\n{}", problems(&report));
        }
    }
}

/// Warnings are for mistakes: what we ship has none.
#[test]
fn nothing_is_said_about_what_we_ship() {
    let folders = [root().join("examples"), root().join("benches/ladder")];
    let mut count = 0;
    for entry in folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("a folder")) {
        let path = entry.expect("an entry").path();
        // The files of MNIST are not here.
        if path.extension().is_none_or(|end| end != "nn") || reads_mnist(&path) {
            continue;
        }
        let report = nn::session::check_file(&mut Disk::default(), &path);
        let said: Vec<&str> = report.diagnostics.iter().map(|found| found.headline.as_str()).collect();
        assert!(said.is_empty(), "{}: {said:?}", path.display());
        count += 1;
    }
    assert!(count > 15, "{count} scripts");
}

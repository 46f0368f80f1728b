//! Every program in a document is read and checked; those that state their output in a block after them run. So do
//! the commands of `console` blocks, in a folder with the data of the examples and the programs that have a file name.

use std::fs;
use std::path::PathBuf;

use nn::diagnostics::{RenderOptions, render};
use nn::session;

use super::examples::{Disk, problems, root};

/// A fenced block: its language, its text, its line.
struct Fence {
    language: String,
    text: String,
    line: usize,
}

impl Fence {
    /// The file that a program is written to: `nn hello.nn`.
    fn file(&self) -> Option<&str> {
        self.language.strip_prefix("nn ").filter(|name| name.ends_with(".nn"))
    }
}

fn fences(text: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = !inside;
            if inside {
                found.push(Fence { language: language.to_string(), text: String::new(), line: at + 1 });
            }
        } else if inside && let Some(fence) = found.last_mut() {
            fence.text.push_str(line);
            fence.text.push('\n');
        }
    }
    found
}

fn documents() -> Vec<PathBuf> {
    let mut found =
        vec![root().join("README.md"), root().join("CONTRIBUTING.md"), root().join("CHANGELOG.md")];
    let mut open = vec![root().join("docs")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of documents") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                // Pages of mistakes hold programs that are wrong on purpose; their own test reads them.
                if path.file_name().is_none_or(|name| name != "errors") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|end| end == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn programs_in_documents_check() {
    let mut count = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        let is_program = |fence: &&Fence| {
            fence.language == "nn" || fence.file().is_some_and(|name| !name.starts_with("wrong"))
        };
        for fence in fences(&text).iter().filter(is_program) {
            let name = format!("{}:{}", path.display(), fence.line);
            let mut world = Disk::default();
            // Data files of the documents are those of the examples.
            let report = session::check_text(&mut world, &name, &fence.text, &root().join("examples"));
            let problems = problems(&report);
            assert!(problems.is_empty(), "{name}\n{problems}");
            count += 1;
        }
    }
    assert!(count > 10, "{count} programs were found");
}

/// A block `output` after a program is what it prints; after an `nn wrong` one, what is said about it.
/// `UPDATE=1 cargo test` writes them.
#[test]
fn programs_in_documents_print_what_they_say() {
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        let fences = fences(&text);
        let mut updated = text.clone();
        for pair in fences.windows(2) {
            let [program, output] = pair else { continue };
            if !program.language.starts_with("nn") || output.language != "output" {
                continue;
            }
            let name = format!("{}:{}", path.display(), program.line);
            let said = said(&name, program);
            let block = |text: &str| match text.trim_end() {
                "" => "```output\n```".to_string(),
                text => format!("```output\n{text}\n```"),
            };
            updated = updated.replacen(&block(&output.text), &block(&said), 1);
            if std::env::var_os("UPDATE").is_none() {
                assert_eq!(said.trim_end(), output.text.trim_end(), "{name}");
            }
        }
        if updated != text {
            fs::write(&path, updated).expect("the document is written");
        }
    }
}

/// `$ nn run a.nn` in a `console` block, and what comes of it. `UPDATE=1 cargo test` writes it.
#[cfg(unix)]
#[test]
fn commands_in_documents_print_what_they_say() {
    let mut count = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        let fences = fences(&text);
        if !fences.iter().any(|fence| fence.language == "console") {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("data")).expect("a folder");
        for entry in fs::read_dir(root().join("examples/data")).expect("the data").flatten() {
            fs::copy(entry.path(), folder.path().join("data").join(entry.file_name())).expect("a copy");
        }
        let mut updated = text.clone();
        for fence in &fences {
            if let Some(name) = fence.file() {
                fs::write(folder.path().join(name), &fence.text).expect("a script");
            }
            if fence.language != "console" {
                continue;
            }
            let found: String = fence
                .text
                .lines()
                .filter_map(|line| line.strip_prefix("$ "))
                .map(|command| format!("$ {command}\n{}", printed(command, folder.path())))
                .collect();
            let block = |text: &str| format!("```console\n{text}```\n");
            updated = updated.replacen(&block(&fence.text), &block(&found), 1);
            if std::env::var_os("UPDATE").is_none() {
                assert_eq!(found, fence.text, "{}:{}", path.display(), fence.line);
            }
            count += 1;
        }
        if updated != text {
            fs::write(&path, updated).expect("the document is written");
        }
    }
    assert!(count > 10, "{count} blocks of commands");
}

/// What a command of a shell prints, both streams.
fn printed(command: &str, folder: &std::path::Path) -> String {
    let nn = std::path::Path::new(env!("CARGO_BIN_EXE_nn"));
    let own = nn.parent().expect("a folder").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("{{ {command}; }} 2>&1")])
        .current_dir(folder)
        .env("PATH", format!("{own}:{path}"))
        .env("COLUMNS", "100")
        .output()
        .expect("a shell");
    String::from_utf8(output.stdout).expect("text")
}

fn said(name: &str, program: &Fence) -> String {
    let mut world = Disk::default();
    let report = session::run_text(&mut world, "script.nn", &program.text, &root().join("examples"));
    if program.language == "nn wrong" {
        assert!(report.has_errors(), "{name} is said to be wrong");
        let options = RenderOptions { color: false, width: 100 };
        let texts = report.diagnostics.iter().map(|diagnostic| render(diagnostic, &report.sources, options));
        return texts.collect::<Vec<_>>().join("\n");
    }
    assert!(!report.has_errors(), "{name}\n{}", problems(&report));
    world.lines.join("\n")
}

#[test]
fn links_of_documents_lead_somewhere() {
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let folder = path.parent().expect("a folder");
            assert!(folder.join(target).exists(), "{}: `{link}` leads nowhere", path.display());
        }
    }
}

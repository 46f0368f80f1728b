//! Bad programs and what is said about them: each file of `tests/mistakes/` is a list of small ones.
//!
//! A file begins with a line that says what its programs have in common. Then come blocks: `nn before` is put before
//! every program that follows, `file NAME` is a data file, `nn` under a title is a program, and the block after it
//! holds its messages, which `UPDATE=1` writes. A title ends with `(2)` where two messages are right: the default is
//! one, because a mistake is reported once.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use nn::base::Span;
use nn::diagnostics::{Diagnostic, apply};
use nn::session::{Report, check_text};

use super::corpus::{TestWorld, with_stack};
use super::examples::root;

/// As many bad programs are asked for.
const LEAST_PROGRAMS: usize = 300;

/// A block of a file, with the title above it.
struct Block {
    title: String,
    info: String,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let (mut title, mut lines) = (String::new(), text.lines());
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            title = heading.to_string();
        } else if let Some(info) = line.strip_prefix("```") {
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(Block { title: title.clone(), info: info.to_string(), text: inside.join("\n") });
        }
    }
    found
}

/// Line and marked text, lines counted from the end of what is put before.
fn place(span: Span, report: &Report, before: usize) -> String {
    let source = report.sources.get(span.source);
    let (line, _) = source.line_column(span.start);
    let text = source.slice(span).lines().next().unwrap_or("");
    match source.name.rsplit('/').next().unwrap_or("") {
        "main.nn" if line > before => format!("{} `{text}`", line - before),
        "main.nn" => format!("before `{text}`"),
        name => format!("{name}:{line} `{text}`"),
    }
}

fn said(report: &Report, before: usize) -> String {
    let mut text = String::new();
    for found in &report.diagnostics {
        let kind = if found.is_error() { "" } else { "warning " };
        let at = place(found.primary.span, report, before);
        let _ = writeln!(text, "{kind}{} at {at}: {}", found.slug, found.headline);
        for fix in &found.fixes {
            let _ = writeln!(text, "  fix: {}", fix.title);
        }
    }
    text
}

/// Every fix that is shown, applied, leaves fewer messages and makes no error that was not there.
fn fixes_mend(report: &Report, text: &str, folder: &Path) -> Result<(), String> {
    let Some(script) = report.sources.iter().find(|source| source.name == "main.nn") else { return Ok(()) };
    let key = |found: &Diagnostic| (found.slug, found.headline.clone());
    let before: Vec<_> = report.diagnostics.iter().map(key).collect();
    for found in &report.diagnostics {
        for fix in &found.fixes {
            let mended = apply(fix, Span::new(script.id, 0, 0), text).ok_or("a fix cannot be applied")?;
            let after = check_text(&mut TestWorld::default(), "main.nn", &mended, folder);
            let is_gone = after.diagnostics.len() < before.len()
                || !after.diagnostics.iter().any(|other| key(other) == key(found));
            if !is_gone {
                return Err(format!("`{}` does not mend it:\n{mended}", fix.title));
            }
        }
    }
    Ok(())
}

/// How many messages a title asks for.
fn expected(title: &str) -> usize {
    let count = title.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')')?.parse().ok());
    count.unwrap_or(1)
}

/// What a file should be, what is wrong with it, and how many programs it has.
fn look_at(text: &str) -> (String, Vec<String>, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut now = format!("{}\n", text.lines().next().unwrap_or(""));
    let (mut before, mut wrong, mut count) = (String::new(), Vec::new(), 0);
    for block in blocks(text) {
        let Block { title, info, text } = &block;
        if let Some(name) = info.strip_prefix("file ") {
            fs::write(folder.path().join(name), format!("{text}\n")).expect("a file");
            let _ = write!(now, "\n```{info}\n{text}\n```\n");
        } else if info == "nn before" {
            before = if text.is_empty() { String::new() } else { format!("{text}\n") };
            let _ = write!(now, "\n```{info}\n{text}\n```\n");
        } else if info == "nn" {
            count += 1;
            let whole = format!("{before}{text}\n");
            let report = check_text(&mut TestWorld::default(), "main.nn", &whole, folder.path());
            let messages = said(&report, before.lines().count());
            let _ = write!(now, "\n## {title}\n```nn\n{text}\n```\n```\n{messages}```\n");
            if report.diagnostics.len() != expected(title) {
                wrong.push(format!("{title}: {} messages\n{text}\n{messages}", report.diagnostics.len()));
            }
            if let Err(problem) = fixes_mend(&report, &whole, folder.path()) {
                wrong.push(format!("{title}: {problem}"));
            }
        }
    }
    (now, wrong, count)
}

#[test]
fn bad_programs_get_one_message_each_and_fixes_mend() {
    with_stack(|| {
        let update = std::env::var_os("UPDATE").is_some();
        let only = std::env::var("CASE").unwrap_or_default();
        let mut paths: Vec<_> = fs::read_dir(root().join("tests/mistakes"))
            .expect("the mistakes")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        let (mut all, mut count) = (Vec::new(), 0);
        for path in paths.iter().filter(|path| path.to_string_lossy().contains(&only)) {
            let text = fs::read_to_string(path).expect("a file");
            let (now, wrong, programs) = look_at(&text);
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            count += programs;
            all.extend(wrong.into_iter().map(|problem| format!("{name}: {problem}")));
            if now != text && update {
                fs::write(path, &now).expect("a file");
            } else if now != text {
                all.push(format!("{name}: messages changed; `UPDATE=1` writes them\n{now}"));
            }
        }
        assert!(all.is_empty(), "{}", all.join("\n"));
        assert!(count >= LEAST_PROGRAMS || !only.is_empty(), "{count} bad programs");
    });
}

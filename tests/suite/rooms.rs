//! The house keeps its order: which room may name which, how long files and functions are, that modules say what
//! they are for. The table is the one of `docs/architecture.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::examples::root;

/// A room and the rooms it may name. From top to bottom: nothing names what stands below it.
const ROOMS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("diagnostics", &["base"]),
    ("types", &["base"]),
    ("tensor", &["types"]),
    ("graph", &["base", "types", "tensor"]),
    ("ops", &["base", "types", "tensor", "graph"]),
    ("prelude", &[]),
    ("syntax", &["base", "diagnostics"]),
    ("grad", &["base", "types", "tensor", "graph", "ops"]),
    ("passes", &["base", "types", "tensor", "graph", "ops"]),
    ("elaborate", &["base", "diagnostics", "types", "tensor", "graph", "ops", "syntax", "grad"]),
    ("exec", &["base", "types", "tensor", "graph", "passes"]),
    ("data", &["base", "diagnostics", "types", "tensor"]),
    ("check", &["base", "diagnostics", "types", "syntax", "data", "elaborate"]),
    ("train", &["base", "types", "tensor", "graph", "exec", "data", "elaborate"]),
    ("explain", &["base", "types", "tensor", "graph", "ops"]),
    ("plot", &[]),
    ("report", &["plot"]),
    (
        "session",
        &[
            "base",
            "diagnostics",
            "types",
            "tensor",
            "graph",
            "ops",
            "prelude",
            "syntax",
            "grad",
            "passes",
            "elaborate",
            "exec",
            "data",
            "check",
            "train",
            "explain",
            "plot",
            "report",
        ],
    ),
    ("starter", &["base", "diagnostics", "data", "syntax", "session"]),
    ("repl", &["base", "diagnostics", "syntax", "elaborate", "session"]),
    (
        "cli",
        &[
            "base",
            "diagnostics",
            "syntax",
            "data",
            "tensor",
            "train",
            "plot",
            "report",
            "session",
            "starter",
            "repl",
        ],
    ),
];

/// Rooms behind which a dependency lives; elsewhere it is not named.
const BEHIND: &[(&str, &[&str])] = &[
    ("ariadne", &["diagnostics"]),
    ("faer", &["tensor"]),
    ("pulp", &["tensor"]),
    ("pest", &["syntax"]),
    ("pest_derive", &["syntax"]),
    ("logos", &["syntax"]),
    ("flate2", &["data", "plot"]),
    ("tiny_skia", &["plot"]),
    ("ttf_parser", &["plot"]),
    ("csv", &["data"]),
    ("safetensors", &["data"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("rustyline", &["repl"]),
    ("ctrlc", &["cli"]),
    ("terminal_size", &["cli"]),
];

const MOST_LINES: usize = 800;
const MOST_LINES_OF_A_FUNCTION: usize = 100;
/// Functions that may be longer, with the reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[
    ("word", "a flat match over the rules of the grammar"),
    ("other", "a flat match over the kernels of a plan"),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The room of a file, and the path to show.
fn room_of(path: &Path) -> Option<(String, String)> {
    let inside = path.strip_prefix(root().join("src")).ok()?;
    let room = inside.components().next()?.as_os_str().to_str()?.to_string();
    (!room.ends_with(".rs")).then(|| (room, inside.display().to_string()))
}

/// The text without comments, so that prose may name what it likes.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// The words that stand behind `crate::` in a text, inside braces too.
fn named(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => names.push(word(rest)),
            Some(list) => {
                let mut depth = 0;
                let mut item = String::new();
                for letter in list.chars() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => names.push(word(std::mem::take(&mut item).trim())),
                        _ => {}
                    }
                    if depth == 0 && letter != ',' {
                        item.push(letter);
                    }
                }
                names.push(word(item.trim()));
            }
        }
    }
    names.retain(|name| ROOMS.iter().any(|(room, _)| room == name));
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

#[test]
fn rooms_name_only_what_they_may() {
    for path in rust_files(&root().join("src")) {
        let Some((room, shown)) = room_of(&path) else { continue };
        let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            panic!("src/{shown}: the room `{room}` is not in the table");
        };
        let code = code(&fs::read_to_string(&path).expect("a source"));
        for name in named(&code) {
            assert!(
                name == room || may.contains(&name.as_str()),
                "src/{shown}: `{room}` may not name `{name}`"
            );
        }
    }
}

#[test]
fn the_table_points_down() {
    for (at, (room, may)) in ROOMS.iter().enumerate() {
        for name in *may {
            let above = ROOMS.iter().take(at).any(|(other, _)| other == name);
            assert!(above, "`{room}` may name `{name}`, which does not stand above it");
        }
    }
}

#[test]
fn dependencies_live_behind_their_rooms() {
    for path in rust_files(&root().join("src")) {
        let Some((room, shown)) = room_of(&path) else { continue };
        let code = code(&fs::read_to_string(&path).expect("a source"));
        for (dependency, rooms) in BEHIND {
            let path = format!("{dependency}::");
            let is_named = code.match_indices(&path).any(|(at, _)| {
                !code[..at]
                    .ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':')
            });
            assert!(
                !is_named || rooms.contains(&room.as_str()),
                "src/{shown}: `{dependency}` lives in {rooms:?}"
            );
        }
    }
}

#[test]
fn modules_say_what_they_are_for() {
    for path in rust_files(&root().join("src")).iter().chain(&rust_files(&root().join("tests"))) {
        let text = fs::read_to_string(path).expect("a source");
        assert!(text.starts_with("//!"), "{} does not open with `//!`", path.display());
    }
}

#[test]
fn files_and_functions_are_short() {
    for path in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&path).expect("a source");
        let count = text.lines().count();
        assert!(count <= MOST_LINES, "{}: {count} lines, at most {MOST_LINES}", path.display());
        for (name, lines) in functions(&text) {
            let is_allowed = LONG_FUNCTIONS.iter().any(|(allowed, _)| *allowed == name);
            let limit = MOST_LINES_OF_A_FUNCTION;
            assert!(
                lines <= limit || is_allowed,
                "{}: `{name}` has {lines} lines, at most {limit}",
                path.display()
            );
        }
    }
}

/// The functions of a formatted file with their lengths: from `fn` to the brace at the same depth.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let Some(start) = trimmed.find("fn ").filter(|at| {
            let before = &trimmed[..*at];
            before.split_whitespace().all(|word| {
                word.starts_with("pub") || ["const", "unsafe", "super)", "crate)"].contains(&word)
            })
        }) else {
            continue;
        };
        let indent = &line[..line.len() - trimmed.len()];
        let end = lines[at..].iter().position(|line| **line == format!("{indent}}}"));
        if let Some(length) = end.filter(|_| !trimmed.ends_with(';') && !trimmed.ends_with('}')) {
            found.push((word(&trimmed[start + 3..]), length + 1));
        }
    }
    found
}

/// The packages of a lock file: name and version, with what each needs.
fn locked(path: &str) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join(path)).expect("a lock file");
    let packages = text.split("[[package]]").skip(1).map(|package| {
        let value = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
            line.trim_matches(|c| matches!(c, ' ' | '=' | '"')).to_string()
        };
        // The version is only said where there are several.
        let needs = package.lines().filter_map(|line| line.strip_prefix(" \"")?.strip_suffix("\","));
        let needs = needs.filter_map(|need| need.split(' ').next());
        (format!("{} {}", value("name"), value("version")), needs.map(str::to_string).collect())
    });
    packages.collect()
}

/// `fuzz/` has a lock file of its own, which grows stale unseen when a dependency changes.
#[test]
fn the_fuzzer_has_the_dependencies_of_the_crate() {
    let (ours, theirs) = (locked("Cargo.lock"), locked("fuzz/Cargo.lock"));
    for (package, needs) in theirs.iter().filter(|(package, _)| !package.starts_with("nn-fuzz ")) {
        let known =
            ours.get(package).unwrap_or_else(|| panic!("fuzz/Cargo.lock: {package} is not in Cargo.lock"));
        // The crate itself also needs what its tests do.
        let same = if package.starts_with("nn ") {
            needs.iter().all(|need| known.contains(need))
        } else {
            needs == known
        };
        assert!(
            same,
            "fuzz/Cargo.lock: {package} needs {needs:?}, in Cargo.lock {known:?}: run cargo metadata in fuzz/"
        );
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let section = manifest.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next());
    for name in
        section.unwrap_or_default().lines().filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
    {
        assert!(
            theirs.keys().any(|package| package.starts_with(&format!("{name} "))),
            "fuzz/Cargo.lock lacks {name}"
        );
    }
}

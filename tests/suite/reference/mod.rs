//! `docs/reference/` is made of the declarations. `UPDATE=1 cargo test` writes it; otherwise it must be as written.

mod shown;

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use nn::elaborate::METHODS;
use nn::graph::ParamKind;
use nn::ops::{self, Primitive};
use nn::plot::svg;
use nn::prelude;
use nn::session::{self, Entry};
use nn::syntax::tree::{Function, FunctionKind};

use super::examples::root;
use super::prelude::items_of;

/// A page: its file, its title, its text.
struct Page {
    file: String,
    title: String,
    text: String,
}

#[test]
fn reference_pages_are_as_declared() {
    let mut pages = vec![primitives()];
    pages.extend(prelude::sources().iter().map(|(name, text)| library(name, text)));
    pages.push(methods());
    let index = index(&pages);
    pages.push(index);
    pages.extend(pictures());
    let folder = root().join("docs/reference");
    for page in &pages {
        check_written(&folder.join(&page.file), &page.text);
    }
    for entry in fs::read_dir(&folder).expect("the folder of the reference") {
        let name = entry.expect("an entry").file_name().into_string().expect("a plain name");
        let is_made =
            pages.iter().any(|page| page.file == name || page.file.starts_with(&format!("{name}/")));
        assert!(is_made, "docs/reference/{name} is made of nothing");
    }
    for entry in fs::read_dir(folder.join("curves")).expect("the folder of curves") {
        let name = format!("curves/{}", entry.expect("an entry").file_name().to_string_lossy());
        assert!(pages.iter().any(|page| page.file == name), "docs/reference/{name} is made of nothing");
    }
}

/// A curve of each activation and each schedule.
fn pictures() -> Vec<Page> {
    let drawn = |entry: &Entry| {
        let text = svg::document(&entry.curve()?, svg::Size { width: 360.0, height: 220.0 });
        Some(Page { file: format!("curves/{}.svg", entry.name), title: entry.name.clone(), text })
    };
    session::entries().iter().filter_map(drawn).collect()
}

#[test]
fn every_activation_and_schedule_has_a_curve() {
    let has_curve = |entry: &Entry| ["activation", "schedule"].contains(&entry.kind);
    let drawn: Vec<String> = pictures().into_iter().map(|page| page.title).collect();
    let missing: Vec<Entry> =
        session::entries().into_iter().filter(|one| has_curve(one) && !drawn.contains(&one.name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Every example of a primitive gives what it says.
#[test]
fn examples_of_primitives_give_what_they_say() {
    for primitive in ops::catalogue() {
        let doc = primitive.doc;
        let program = format!("precision f64\n{BATCH}\nprint({}, digits = 17)", doc.example);
        let found = shown::lines(&program).unwrap_or_else(|problem| panic!("{problem}")).join(" ");
        let plain = found.replace("true", "1").replace("false", "0");
        assert_eq!(plain, doc.result, "{}", doc.example);
    }
}

/// Writes a generated file when asked to, and compares it otherwise.
pub fn check_written(path: &std::path::Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        fs::write(path, text).expect("the page is written");
        return;
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(written == text, "{} is stale: run `UPDATE=1 cargo test`", path.display());
}

fn index(pages: &[Page]) -> Page {
    let mut text = String::from(
        "# Reference\n\nWritten by the tests from the declarations: do not edit. Primitives are in Rust, all else is in the language.\n\n",
    );
    for page in pages {
        let _ = writeln!(text, "- [{}]({})", page.title, page.file);
    }
    Page { file: "README.md".to_string(), title: "Reference".to_string(), text }
}

/// What the examples of the primitives that look across examples speak of.
const BATCH: &str = "data d = examples { 1 -> 0, 4 -> 0, 1 -> 0 }";

fn primitives() -> Page {
    let mut text = format!(
        "# Primitives\n\nWhat the language is made of; written in Rust. Examples over a batch have this data:\n\n```nn\n{BATCH}\n```\n"
    );
    for primitive in ops::catalogue() {
        let doc = primitive.doc;
        let _ = write!(text, "\n## {}\n\n", primitive.name);
        if !primitive.aliases.is_empty() {
            let _ = write!(text, "Also written {}.\n\n", quoted(primitive.aliases));
        }
        let _ = write!(text, "`{}`\n\n{}\n\n", signature(primitive), doc.sentence);
        let _ = writeln!(text, "- formula: {}", doc.formula);
        if !doc.example.is_empty() {
            let _ = writeln!(text, "- example: `{}` gives `{}`", doc.example, doc.result);
        }
        if session::entry(primitive.name).is_ok_and(|entry| entry.curve().is_some()) {
            let _ = write!(text, "\n![{0} and its slope](curves/{0}.svg)\n", primitive.name);
        }
        text.push_str(&derivative(primitive.name));
    }
    Page { file: "primitives.md".to_string(), title: "Primitives".to_string(), text }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn signature(primitive: &Primitive) -> String {
    let params: Vec<String> = primitive
        .params
        .iter()
        .map(|param| match (param.kind, param.default) {
            (ParamKind::Tensors | ParamKind::Sizes, _) => format!("{}...", param.name),
            (_, Some(default)) => format!("{} = {default}", param.name),
            (_, None) => param.name.to_string(),
        })
        .collect();
    format!("{}({})", primitive.name, params.join(", "))
}

fn library(name: &str, source: &str) -> Page {
    let stem = name.trim_start_matches("prelude/").trim_end_matches(".nn");
    let title = format!("{}{}", stem[..1].to_uppercase(), &stem[1..]);
    let head: Vec<&str> = source
        .lines()
        .take_while(|line| line.starts_with('#') && !line.starts_with("##"))
        .map(|line| line.trim_start_matches('#').trim())
        .collect();
    let mut text = format!("# {title}\n\n{}\n", head.join(" "));
    let items = items_of(name);
    if let Some(context) = items.first().and_then(|item| shown::context(item.kind)) {
        let _ = write!(text, "\n{context}\n");
    }
    for item in items {
        describe(&mut text, &item, source);
    }
    Page { file: format!("{stem}.md"), title, text }
}

/// What training carries out itself, with options and a program that was run.
fn methods() -> Page {
    let mut text = String::from(
        "# Methods\n\nWhat a training carries out itself, because it moves all parameters together or looks at whole epochs; written in \
         Rust. The examples are programs with what they print.\n",
    );
    for row in METHODS {
        let entry = session::entry(row.name).expect("a method has a page");
        let _ = write!(text, "\n## {}\n\n`{}`\n\n{}\n\n", entry.name, entry.signature, entry.sentence);
        let _ = writeln!(text, "- formula: {}", entry.formula);
        let _ = writeln!(text, "- source: {}", entry.citation.as_deref().unwrap_or_default());
        for option in &entry.options {
            let (set, what) = option.split_once(": ").expect("an option with its meaning");
            let _ = writeln!(text, "- option `{set}`: {what}");
        }
        let example = entry.example().expect("the example of a method runs");
        let _ = write!(text, "\n```nn\n{}\n```\n", example.tested.trim_end());
    }
    Page { file: "methods.md".to_string(), title: "Methods".to_string(), text }
}

/// The derivative as formulas, of what has one.
fn derivative(name: &str) -> String {
    let formulas = session::entry(name).ok().and_then(|entry| entry.derivative());
    formulas.map_or(String::new(), |formulas| format!("\n```text\n{}\n```\n", formulas.trim_end()))
}

fn describe(text: &mut String, item: &Arc<Function>, source: &str) {
    let keyed = ["formula:", "source:", "example:", "gives:"];
    let lines = item.doc.iter().map(|line| line.trim());
    let prose: Vec<&str> =
        lines.clone().filter(|line| !keyed.iter().any(|key| line.starts_with(key))).collect();
    let line = |key: &str| lines.clone().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let _ = write!(text, "\n## {}\n\n{}\n\n", item.name.name, prose.join(" "));
    for key in ["formula:", "source:"] {
        let _ = writeln!(text, "- {key} {}", line(key).unwrap_or_default());
    }
    let _ = match line("gives:") {
        Some(result) => {
            writeln!(text, "- example: `{}` gives `{result}`", line("example:").unwrap_or_default())
        }
        None => {
            let example = line("example:").unwrap_or_default();
            writeln!(text, "- example: `{example}` gives `{}`", shown::result(item.kind, example))
        }
    };
    let name = &item.name.name;
    match item.kind {
        FunctionKind::Activation => {
            let _ = write!(text, "\n![{name} and its slope](curves/{name}.svg)\n");
        }
        FunctionKind::Schedule => {
            let _ = write!(text, "\n![{name}](curves/{name}.svg)\n");
        }
        _ => {}
    }
    text.push_str(&derivative(name));
    let declaration = source.get(item.span.start as usize..item.span.end as usize).unwrap_or_default();
    let _ = write!(text, "\n```nn\n{}\n```\n", declaration.trim_end());
}

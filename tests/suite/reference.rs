//! `docs/reference/` is made of the declarations. `UPDATE=1 cargo test` writes it; otherwise it must be as written.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use nn::graph::ParamKind;
use nn::ops::{self, Primitive};
use nn::prelude;
use nn::syntax::tree::Function;

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
    let index = index(&pages);
    pages.push(index);
    let folder = root().join("docs/reference");
    for page in &pages {
        check_written(&folder.join(&page.file), &page.text);
    }
    for entry in fs::read_dir(&folder).expect("the folder of the reference") {
        let name = entry.expect("an entry").file_name().into_string().expect("a plain name");
        assert!(pages.iter().any(|page| page.file == name), "docs/reference/{name} is made of nothing");
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

fn primitives() -> Page {
    let mut text = String::from("# Primitives\n\nWhat the language is made of; written in Rust.\n");
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
    for item in items_of(name) {
        describe(&mut text, &item, source);
    }
    Page { file: format!("{stem}.md"), title, text }
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
        None => writeln!(text, "- example: `{}`", line("example:").unwrap_or_default()),
    };
    let declaration = source.get(item.span.start as usize..item.span.end as usize).unwrap_or_default();
    let _ = write!(text, "\n```nn\n{}\n```\n", declaration.trim_end());
}

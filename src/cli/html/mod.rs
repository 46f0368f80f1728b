//! The reference as static pages: an index that can be searched, and a page for each group of names.
//!
//! Everything is in the pages themselves: no network, no fonts from elsewhere; light or dark as the reader's system is.

mod code;

use std::fmt::Write as _;

use crate::diagnostics::Slug;
use crate::plot::svg;
use crate::session::{self, Entry};
use code::{escaped, highlighted, prose};

/// One file.
pub struct Page {
    pub file: String,
    pub text: String,
}

/// The style of all pages.
const STYLE: &str = include_str!("style.css");
/// The search.
const SCRIPT: &str = include_str!("search.js");

/// The size of the curve of an activation or schedule.
const CURVE: svg::Size = svg::Size { width: 360.0, height: 220.0 };

/// The order of the pages.
const ORDER: [&str; 9] = [
    "layers",
    "activations",
    "losses",
    "metrics",
    "optimizers",
    "methods",
    "schedules",
    "initializers",
    "functions",
];

/// All pages of the reference.
pub fn pages() -> Vec<Page> {
    let entries = session::entries();
    let mut groups: Vec<&str> = Vec::new();
    for entry in &entries {
        if !groups.contains(&entry.group.as_str()) {
            groups.push(&entry.group);
        }
    }
    // What a reader looks for first stands first; groups that are not in the list come last.
    groups.sort_by_key(|group| ORDER.iter().position(|known| known == group).unwrap_or(ORDER.len()));
    let frame = Frame { groups: &groups };
    let mut pages = vec![frame.index(&entries)];
    pages.extend(groups.iter().map(|group| frame.group(group, &entries)));
    pages.push(frame.diagnostics());
    pages.push(Page { file: "names.js".to_string(), text: names(&entries) });
    pages.push(Page { file: "style.css".to_string(), text: format!("{STYLE}{}\n", svg::STYLE) });
    pages.push(Page { file: "search.js".to_string(), text: SCRIPT.to_string() });
    pages
}

/// What stands around every page.
struct Frame<'a> {
    groups: &'a [&'a str],
}

impl Frame<'_> {
    fn page(&self, file: &str, title: &str, body: &str) -> Page {
        let mut links = String::new();
        let all = ["index"].iter().chain(self.groups).chain(&["diagnostics"]);
        for name in all {
            let here = if file == format!("{name}.html") { " aria-current=\"page\"" } else { "" };
            let shown = if *name == "index" { "Reference" } else { name };
            let _ = writeln!(links, "<a href=\"{name}.html\"{here}>{}</a>", title_of(shown));
        }
        let text = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} · nn</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n\
             <nav>\n<p class=\"mark\">nn</p>\n\
             <input id=\"search\" type=\"search\" placeholder=\"Search\" aria-label=\"Search the reference\" autocomplete=\"off\">\n\
             <ol id=\"found\"></ol>\n<div class=\"links\">\n{links}</div>\n</nav>\n<main>\n{body}</main>\n\
             <script src=\"names.js\"></script>\n<script src=\"search.js\"></script>\n</body>\n</html>\n"
        );
        Page { file: file.to_string(), text }
    }

    fn index(&self, entries: &[Entry]) -> Page {
        let mut body = format!(
            "<h1>Reference</h1>\n<p class=\"lead\">Every name of the library, nn {}. Press <kbd>/</kbd> to search.</p>\n",
            env!("CARGO_PKG_VERSION")
        );
        for group in self.groups {
            let _ = writeln!(body, "<h2><a href=\"{group}.html\">{}</a></h2>\n<dl>", title_of(group));
            for entry in entries.iter().filter(|entry| entry.group == **group) {
                let _ = writeln!(
                    body,
                    "<div><dt><a href=\"{group}.html#{name}\"><code>{name}</code></a></dt><dd>{}</dd></div>",
                    prose(first_sentence(&entry.sentence)),
                    name = escaped(&entry.name),
                );
            }
            body.push_str("</dl>\n");
        }
        self.page("index.html", "Reference", &body)
    }

    fn group(&self, group: &str, entries: &[Entry]) -> Page {
        let mut body = format!("<h1>{}</h1>\n", title_of(group));
        for entry in entries.iter().filter(|entry| entry.group == group) {
            describe(&mut body, entry);
        }
        self.page(&format!("{group}.html"), &title_of(group), &body)
    }

    fn diagnostics(&self) -> Page {
        let mut body =
            "<h1>Diagnostics</h1>\n<p class=\"lead\">What messages mean, each with a program that \
                        raises it and the program mended.</p>\n"
                .to_string();
        for slug in Slug::ALL {
            let _ = writeln!(body, "<section id=\"{slug}\">\n<h2><a href=\"#{slug}\">{slug}</a></h2>");
            // The title of the page is the heading above.
            body.push_str(&code::page(slug.page().split_once('\n').map_or("", |(_, rest)| rest)));
            body.push_str("</section>\n");
        }
        self.page("diagnostics.html", "Diagnostics", &body)
    }
}

/// One name: signature, sentence, formula, curve, example, derivative, source.
fn describe(body: &mut String, entry: &Entry) {
    let name = escaped(&entry.name);
    let _ = writeln!(
        body,
        "<section id=\"{name}\">\n<h2><a href=\"#{name}\"><code>{name}</code></a></h2>\n\
         <pre class=\"signature\">{}</pre>\n<p>{}</p>",
        highlighted(&entry.signature),
        prose(&entry.sentence)
    );
    if !entry.aliases.is_empty() {
        let aliases = entry.aliases.iter().map(|alias| format!("<code>{}</code>", escaped(alias)));
        let _ = writeln!(body, "<p>Also written {}.</p>", aliases.collect::<Vec<_>>().join(", "));
    }
    let _ = writeln!(body, "<p class=\"formula\">{}</p>", escaped(&entry.formula));
    if !entry.options.is_empty() {
        let rows = entry.options.iter().map(|option| format!("<li>{}</li>\n", prose(option)));
        let _ = writeln!(body, "<ul>\n{}</ul>", rows.collect::<String>());
    }
    if let Some(curve) = entry.curve() {
        body.push_str(&svg::embedded(&curve, CURVE));
    }
    if let Some(example) = entry.example() {
        let _ = writeln!(
            body,
            "<h3>Example</h3>\n<pre>{}</pre>\n<pre class=\"output\">{}</pre>",
            highlighted(example.program.trim_end()),
            escaped(example.output.trim_end())
        );
    }
    if let Some(derivative) = entry.derivative() {
        let _ = writeln!(
            body,
            "<h3>Derivative</h3>\n<pre class=\"output\">{}</pre>",
            escaped(derivative.trim_end())
        );
    }
    if let Some(source) = &entry.source {
        let _ = writeln!(body, "<h3>Source</h3>\n<pre>{}</pre>", highlighted(source));
    }
    if let Some(citation) = &entry.citation {
        let _ = writeln!(body, "<p class=\"citation\">From: {}</p>", prose(citation));
    }
    body.push_str("</section>\n");
}

/// What the search knows: `[name, kind, address, first sentence]` for each.
fn names(entries: &[Entry]) -> String {
    let mut rows: Vec<serde_json::Value> = entries
        .iter()
        .map(|entry| {
            let address = format!("{}.html#{}", entry.group, entry.name);
            let words = entry.aliases.join(" ");
            serde_json::json!([entry.name, entry.kind, address, first_sentence(&entry.sentence), words])
        })
        .collect();
    rows.extend(Slug::ALL.iter().map(|slug| {
        let address = format!("diagnostics.html#{slug}");
        serde_json::json!([slug.as_str(), "diagnostic", address, slug.meaning(), ""])
    }));
    format!("const NAMES = {};\n", serde_json::Value::Array(rows))
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

fn title_of(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

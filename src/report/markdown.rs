//! A document as Markdown: formulas in LaTeX, pictures as files of their own.

use super::{Block, Cell, Document, Drawing, Picture, Table};
use crate::plot::svg;

/// The text, and the files that it shows.
#[derive(Clone, Debug, Default)]
pub struct Markdown {
    pub text: String,
    /// Names and contents of the pictures.
    pub pictures: Vec<(String, String)>,
}

/// The document; names of pictures begin with `stem`.
pub fn markdown(document: &Document, stem: &str) -> Markdown {
    let text = format!("# {}\n\n{}\n", plain(&document.title), plain(&document.subtitle));
    let mut out = Markdown { text, pictures: Vec::new() };
    for section in &document.sections {
        out.text.push_str(&format!("\n## {}\n", plain(&section.heading)));
        section.blocks.iter().for_each(|one| block(one, stem, &mut out));
    }
    out
}

fn block(one: &Block, stem: &str, out: &mut Markdown) {
    match one {
        Block::Text(text) => out.text.push_str(&format!("\n{}\n", plain(text))),
        Block::Formula(formula) => out.text.push_str(&format!("\n$$\n{}\n$$\n", formula.latex.trim_end())),
        Block::Picture(picture) => {
            let name = format!("{stem}-{}.svg", picture.name);
            out.text.push_str(&format!("\n![{}]({})\n", plain(&picture.caption), name.replace(' ', "%20")));
            out.pictures.push((name, drawn(picture)));
        }
        Block::Table(table) => out.text.push_str(&table_text(table)),
        Block::Code(text) => {
            // A fence longer than any inside.
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            out.text.push_str(&format!("\n{fence}\n{}\n{fence}\n", text.trim_end()));
        }
        Block::Folded(summary, blocks) => {
            out.text.push_str(&format!("\n<details>\n<summary>{}</summary>\n", svg::escaped(summary)));
            blocks.iter().for_each(|one| block(one, stem, out));
            out.text.push_str("\n</details>\n");
        }
    }
}

fn drawn(picture: &Picture) -> String {
    match &picture.drawing {
        Drawing::Figure(figure, size) => svg::document(figure, *size),
        Drawing::Network(network) => svg::network_document(network, &picture.caption),
    }
}

fn table_text(table: &Table) -> String {
    let width = table.rows.iter().map(Vec::len).max().unwrap_or(0).max(table.head.len());
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut head: Vec<String> = table.head.iter().map(|text| plain(text)).collect();
    head.resize(width, String::new());
    let rule = (0..width).map(|at| {
        let is_number =
            table.rows.first().and_then(|row| row.get(at)).is_some_and(|c| matches!(c, Cell::Number(_)));
        if is_number { "--:" } else { "---" }.to_string()
    });
    let mut text = format!("\n{}{}", line(head), line(rule.collect()));
    for row in &table.rows {
        text.push_str(&line(row.iter().map(cell).collect()));
    }
    text
}

fn cell(one: &Cell) -> String {
    match one {
        Cell::Text(text) | Cell::Number(text) => plain(text),
        // A bar would end the cell.
        Cell::Formula(formula) => format!("${}$", formula.latex.trim().replace('|', "\\vert ")),
    }
}

/// Text without what Markdown takes for its own.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

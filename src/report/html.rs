//! A document as one page that needs nothing from elsewhere.

use super::style::PAGE;
use super::{Block, Cell, Document, Drawing, Picture, Section, Table};
use crate::plot::svg::{self, STYLE, escaped};

/// The page.
pub fn html(document: &Document) -> String {
    let title = escaped(&document.title);
    let links: String = document
        .sections
        .iter()
        .map(|section| format!("<a href=\"#{}\">{}</a>\n", section.anchor(), escaped(&section.heading)))
        .collect();
    let sections: String = document.sections.iter().map(section_html).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{title}</title>\n\
         <style>\n{PAGE}{STYLE}\n</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p class=\"subtitle\">{}</p>\n<nav>\n{links}</nav>\n{sections}</main>\n</body>\n</html>\n",
        escaped(&document.subtitle)
    )
}

fn section_html(section: &Section) -> String {
    let blocks: String = section.blocks.iter().map(block).collect();
    format!(
        "<section>\n<h2 id=\"{}\">{}</h2>\n{blocks}</section>\n",
        section.anchor(),
        escaped(&section.heading)
    )
}

fn block(one: &Block) -> String {
    match one {
        Block::Text(text) => format!("<p>{}</p>\n", escaped(text)),
        Block::Formula(formula) => format!("<div class=\"formula\">{}</div>\n", formula.mathml),
        Block::Picture(picture) => drawn(picture),
        Block::Table(table) => table_html(table),
        Block::Code(text) => {
            // Line ends are all that control characters mean here.
            let lines: Vec<String> = text.lines().map(escaped).collect();
            format!("<pre>{}</pre>\n", lines.join("\n"))
        }
        Block::Folded(summary, blocks) => {
            let inside: String = blocks.iter().map(block).collect();
            format!("<details>\n<summary>{}</summary>\n{inside}</details>\n", escaped(summary))
        }
    }
}

fn drawn(picture: &Picture) -> String {
    let svg = match &picture.drawing {
        // Each plot by itself, so that they stand beside each other only where there is room.
        Drawing::Figure(figure, size) => {
            let alone = figure.plots.iter().map(|plot| svg::embedded(&plot.clone().alone(), *size));
            format!("<div class=\"plots\">\n{}</div>\n", alone.collect::<String>())
        }
        Drawing::Network(network) => svg::network_embedded(network, &picture.caption),
    };
    format!("<figure>\n{svg}<figcaption>{}</figcaption>\n</figure>\n", escaped(&picture.caption))
}

fn table_html(table: &Table) -> String {
    let is_number = |column: usize| {
        table.rows.first().and_then(|row| row.get(column)).is_some_and(|cell| matches!(cell, Cell::Number(_)))
    };
    let head: String = table
        .head
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let class = if is_number(at) { " class=\"number\"" } else { "" };
            format!("<th{class}>{}</th>", escaped(text))
        })
        .collect();
    let head = if table.head.is_empty() { String::new() } else { format!("<tr>{head}</tr>\n") };
    let rows: String = table
        .rows
        .iter()
        .map(|row| format!("<tr>{}</tr>\n", row.iter().map(cell).collect::<String>()))
        .collect();
    format!("<div class=\"wide\"><table>\n{head}{rows}</table></div>\n")
}

fn cell(one: &Cell) -> String {
    match one {
        Cell::Text(text) => format!("<td>{}</td>", escaped(text)),
        Cell::Number(text) => format!("<td class=\"number\">{}</td>", escaped(text)),
        Cell::Formula(formula) => format!("<td>{}</td>", formula.mathml),
    }
}

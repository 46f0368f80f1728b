//! Reports: a document of text, formulas, tables and pictures, written as one web page or as Markdown with pictures
//! beside it.
//!
//! `session/` fills a [`Document`]; nothing here knows the language, reads or writes files.

mod html;
mod markdown;
mod style;

use crate::plot::{Figure, Network, svg};

pub use html::html;
pub use markdown::{Markdown, markdown};

/// All of a report.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub title: String,
    pub subtitle: String,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, Default)]
pub struct Section {
    pub heading: String,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
pub enum Block {
    Text(String),
    Formula(Formula),
    Picture(Picture),
    Table(Table),
    Code(String),
    /// Shown when asked for.
    Folded(String, Vec<Block>),
}

/// The same formula for a page and for Markdown.
#[derive(Clone, Debug)]
pub struct Formula {
    pub mathml: String,
    pub latex: String,
}

#[derive(Clone, Debug)]
pub struct Picture {
    /// What its file is called, without an ending.
    pub name: String,
    pub caption: String,
    pub drawing: Drawing,
}

#[derive(Clone, Debug)]
pub enum Drawing {
    Figure(Figure, svg::Size),
    Network(Network),
}

#[derive(Clone, Debug, Default)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug)]
pub enum Cell {
    Text(String),
    /// Stands at the right.
    Number(String),
    Formula(Formula),
}

impl Section {
    pub fn new(heading: impl Into<String>) -> Section {
        Section { heading: heading.into(), blocks: Vec::new() }
    }

    /// Adds a paragraph.
    pub fn say(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    pub fn draw(&mut self, name: &str, caption: &str, drawing: Drawing) {
        let (name, caption) = (name.to_string(), caption.to_string());
        self.blocks.push(Block::Picture(Picture { name, caption, drawing }));
    }

    /// What a link to it is called.
    fn anchor(&self) -> String {
        let letters = self.heading.to_lowercase();
        letters.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect()
    }
}

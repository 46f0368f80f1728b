//! What a source holds: the facts of its columns ([`Schema`]) and their values ([`Table`]).
//!
//! Sources make both; `infer` reads the schema at check time, `encode` reads the table when data is loaded.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Span;

/// A place in a data file, or in the script for data written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the script names it.
    pub file: Arc<str>,
    /// Line from 1; the row from 1 in files that have no lines.
    pub line: u64,
    /// Column from 1 in characters, if known.
    pub column: Option<u64>,
    /// The text of the cell, if the file is small enough to be kept as a source.
    pub span: Option<Span>,
}

/// The columns of a source, as far as they are known without loading it.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The file, or the name of the generator.
    pub name: String,
    pub columns: Vec<Column>,
    pub n_rows: usize,
    /// Names that stand for several columns.
    pub groups: IndexMap<String, Vec<String>>,
    /// Where each column is named, if the file is small enough to be kept as a source.
    pub heads: Vec<Place>,
    /// What the first line looks like, if it isn't what the `header` option says.
    pub header: HeaderDoubt,
    /// How the source is told which values are missing.
    pub missing_option: MissingOption,
    /// What `input` and `target` are if the script doesn't say.
    pub default_input: Option<Usual>,
    pub default_target: Option<Usual>,
}

/// What a column is used as if the script doesn't say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Usual {
    Column(String),
    /// A vector of this one column: `[x]`.
    List(String),
    OneHot(String),
}

/// The form of a source's `missing` option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingOption {
    #[default]
    None,
    /// `missing = ["-1"]`
    Texts,
    /// `missing = -1`
    Number,
}

/// A first line that looks like the other kind of line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HeaderDoubt {
    #[default]
    None,
    /// Read as names, but all of it is numbers.
    LooksLikeData(Place),
    /// Read as data, but it is text above columns of numbers; with the names.
    LooksLikeNames(Place, Vec<String>),
}

/// One column: a number, a category or a whole tensor for each example.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    /// `[]` in tables, `[28, 28]` for images.
    pub shape: Vec<usize>,
    pub kind: ColumnKind,
    pub n_missing: usize,
    pub first_missing: Option<Place>,
}

/// What the cells of a column are.
#[derive(Clone, Debug)]
pub enum ColumnKind {
    Number(NumberFacts),
    Category(CategoryFacts),
}

/// What is known of a column of numbers. Nothing where only the header of a file has been read.
#[derive(Clone, Debug, Default)]
pub struct NumberFacts {
    pub range: Option<(f64, f64)>,
    /// The distinct values in ascending order, if all are whole and there are not too many.
    pub wholes: Option<Vec<Whole>>,
}

/// A whole number in a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub value: i64,
    pub count: usize,
    pub first: Option<Place>,
}

/// What is known of a column of text.
#[derive(Clone, Debug, Default)]
pub struct CategoryFacts {
    /// The distinct values in the order of their bytes.
    pub values: Vec<String>,
    pub counts: Vec<usize>,
    /// The first cell that is not a number.
    pub first_text: Option<(Place, String)>,
    pub n_text: usize,
    /// All cells are numbers if the comma is the decimal sign.
    pub decimal_comma: bool,
}

/// A source that has been read: facts and values.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub schema: Schema,
    pub table: Table,
}

/// Values of columns, as stored.
#[derive(Clone, Debug)]
pub struct Table {
    pub columns: Vec<TableColumn>,
    pub n_rows: usize,
    pub places: Places,
}

/// The values of one column, one example after another, each tensor in reading order (rows as written).
#[derive(Clone, Debug)]
pub struct TableColumn {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Values,
}

/// Numbers as stored in the file, or codes of categories. A missing number is NaN, a missing category [`MISSING`].
#[derive(Clone, Debug)]
pub enum Values {
    U8(Vec<u8>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Category { values: Vec<String>, codes: Vec<u32> },
}

/// The code of a missing category.
pub const MISSING: u32 = u32::MAX;

/// How a row of a table is found again for a message.
#[derive(Clone, Debug)]
pub enum Places {
    /// Lines of a text file; with its text, where each record starts, and how fields are cut.
    Lines(Arc<super::csv::Lines>),
    /// Examples written in the script.
    Script(Arc<str>, Vec<Span>),
    /// Rows of a binary file, or points that were made.
    Rows(Arc<str>),
}

impl Schema {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// All names an expression can use.
    pub fn names(&self) -> Vec<&str> {
        let columns = self.columns.iter().map(|column| column.name.as_str());
        columns.chain(self.groups.keys().map(String::as_str)).collect()
    }
}

impl ColumnKind {
    /// Least and greatest number, if it is numbers and they are known.
    pub fn range(&self) -> Option<(f64, f64)> {
        match self {
            ColumnKind::Number(facts) => facts.range,
            ColumnKind::Category(_) => None,
        }
    }
}

/// Where the cells of a table are, once its values are encoded and gone.
#[derive(Clone, Debug)]
pub struct Cells {
    pub places: Places,
    /// The names of the columns, in the order of the table.
    pub columns: Vec<String>,
}

impl Cells {
    pub fn place(&self, row: u32, column: &str) -> Option<Place> {
        let column = self.columns.iter().position(|name| name == column)?;
        Some(self.places.place(row as usize, column))
    }

    /// A whole row.
    pub fn row(&self, row: u32) -> Place {
        match &self.places {
            Places::Lines(lines) => lines.place_of_row(row as usize),
            Places::Script(..) | Places::Rows(_) => self.places.place(row as usize, 0),
        }
    }
}

impl Table {
    pub fn column(&self, name: &str) -> Option<(usize, &TableColumn)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }

    /// Where a cell is, for messages.
    pub fn place(&self, row: usize, column: usize) -> Place {
        self.places.place(row, column)
    }

    pub fn cells(&self) -> Cells {
        let columns = self.columns.iter().map(|column| column.name.clone()).collect();
        Cells { places: self.places.clone(), columns }
    }
}

impl Places {
    pub fn place(&self, row: usize, column: usize) -> Place {
        match self {
            Places::Lines(lines) => lines.place(row, column),
            Places::Script(name, spans) => Place {
                file: name.clone(),
                line: row as u64 + 1,
                column: None,
                span: spans.get(row).copied(),
            },
            Places::Rows(name) => {
                Place { file: name.clone(), line: row as u64 + 1, column: None, span: None }
            }
        }
    }
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Values::U8(values) => values.len(),
            Values::F32(values) => values.len(),
            Values::F64(values) => values.len(),
            Values::Category { codes, .. } => codes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

//! Where the records and cells of a text table are, for messages that point into the file.

use std::sync::Arc;

use super::cells::Dialect;
use crate::base::{SourceId, Span};
use crate::data::table::Place;

/// The starts of all rows, and the text itself where it is small enough to be kept.
#[derive(Clone, Debug)]
pub struct Lines {
    file: Arc<str>,
    text: Option<(SourceId, Arc<str>)>,
    separator: u8,
    quote: u8,
    /// Byte offset and line of each row.
    rows: Vec<(u64, u64)>,
}

impl Lines {
    pub fn new(file: Arc<str>, text: Option<(SourceId, Arc<str>)>, dialect: &Dialect) -> Lines {
        Lines { file, text, separator: dialect.separator, quote: dialect.quote, rows: Vec::new() }
    }

    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    pub fn push(&mut self, start: u64, line: u64) {
        self.rows.push((start, line));
    }

    /// The place of a cell of a row.
    pub fn place(&self, row: usize, column: usize) -> Place {
        match self.rows.get(row) {
            Some((start, line)) => self.place_at(*start, *line, Some(column)),
            None => Place { file: self.file.clone(), line: 0, column: None, span: None },
        }
    }

    pub fn place_of_row(&self, row: usize) -> Place {
        match self.rows.get(row) {
            Some((start, line)) => self.row_place(*start, *line),
            None => Place { file: self.file.clone(), line: 0, column: None, span: None },
        }
    }

    /// The place of a whole row.
    pub fn row_place(&self, start: u64, line: u64) -> Place {
        self.place_at(start, line, None)
    }

    /// The place of a cell of the record that starts there, or of its line.
    pub fn place_at(&self, start: u64, line: u64, column: Option<usize>) -> Place {
        let mut place = Place { file: self.file.clone(), line, column: None, span: None };
        let Some((source, text)) = &self.text else { return place };
        let Some(record) = text.get(start as usize..) else { return place };
        let (from, to) = match column {
            Some(column) => cell_range(record.as_bytes(), column, self.separator, self.quote),
            None => (0, record.find(['\n', '\r']).unwrap_or(record.len())),
        };
        let before = record.get(..from).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        place.line += before.matches('\n').count() as u64;
        // A byte order mark belongs to no column, and only the first record can stand behind one.
        place.column = Some(before.get(line_start..).unwrap_or("").chars().count() as u64 + 1);
        place.span = Some(Span::new(*source, start as usize + from, start as usize + to));
        place
    }
}

/// The bytes of the n-th cell of a record, blanks around it left out.
fn cell_range(record: &[u8], column: usize, separator: u8, quote: u8) -> (usize, usize) {
    let mut at = 0;
    for _ in 0..column {
        at = cell_end(record, at, separator, quote);
        if record.get(at) != Some(&separator) {
            return (at, at);
        }
        at += 1;
    }
    let end = cell_end(record, at, separator, quote);
    let cell = record.get(at..end).unwrap_or(&[]);
    let from = at + (cell.len() - cell.trim_ascii_start().len());
    (from, from + cell.trim_ascii().len())
}

/// Where a cell ends: at a separator or line end outside quotes.
fn cell_end(record: &[u8], start: usize, separator: u8, quote: u8) -> usize {
    let mut quoted = false;
    for (at, byte) in record.iter().enumerate().skip(start) {
        if *byte == quote {
            quoted = !quoted;
        } else if !quoted && (*byte == separator || *byte == b'\n' || *byte == b'\r') {
            return at;
        }
    }
    record.len()
}

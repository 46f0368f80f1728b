//! What one cell of a text table means, under the options the script gives.

use crate::data::source::Options;

/// How the file writes its cells.
#[derive(Clone, Debug)]
pub struct Dialect {
    pub separator: u8,
    pub quote: u8,
    pub comment: Option<u8>,
    pub decimal: u8,
    pub header: bool,
    missing: Vec<Vec<u8>>,
}

/// The meaning of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    Missing,
    Number(f64),
    Text,
}

/// Cells that mean no value in any file.
const MISSING_CELLS: [&[u8]; 6] = [b"", b"NA", b"NaN", b"?", b"null", b"-"];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Dialect {
    pub fn new(options: &Options) -> Dialect {
        let more = options.texts("missing").unwrap_or(&[]);
        Dialect {
            separator: options.character("separator", b','),
            quote: options.character("quote", b'"'),
            comment: options.text("comment").and_then(|text| text.value.bytes().next()),
            decimal: options.character("decimal", b'.'),
            header: options.flag("header", true),
            missing: more.iter().map(|text| text.trim().as_bytes().to_vec()).collect(),
        }
    }

    /// A reader of the file's records that leaves headers and lengths to us.
    pub fn reader<'a>(&self, bytes: &'a [u8]) -> csv::Reader<&'a [u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .quote(self.quote)
            .comment(self.comment)
            .from_reader(&bytes[body_start(bytes)..])
    }

    /// What a cell means, surrounding blanks aside.
    pub fn cell(&self, cell: &[u8]) -> Cell {
        let cell = cell.trim_ascii();
        if self.is_missing(cell) { Cell::Missing } else { number(cell, self.decimal) }
    }

    pub fn is_missing(&self, cell: &[u8]) -> bool {
        MISSING_CELLS.contains(&cell) || self.missing.iter().any(|text| text == cell)
    }
}

/// Where the text begins: behind the byte order mark that some programs write.
pub fn body_start(bytes: &[u8]) -> usize {
    if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 }
}

/// A finite number, text, or missing where the number is infinite or not a number.
pub fn number(cell: &[u8], decimal: u8) -> Cell {
    let starts_like_one = cell.first().is_some_and(|b| b.is_ascii_digit() || b"+-.,iInN".contains(b));
    if !starts_like_one {
        return Cell::Text;
    }
    let Ok(text) = std::str::from_utf8(cell) else { return Cell::Text };
    let parsed = if decimal == b'.' {
        text.parse::<f64>()
    } else if text.contains('.') {
        return Cell::Text;
    } else {
        text.replace(char::from(decimal), ".").parse::<f64>()
    };
    match parsed {
        Ok(value) if value.is_finite() => Cell::Number(value),
        Ok(_) => Cell::Missing,
        Err(_) => Cell::Text,
    }
}

//! The two passes over a text table: kinds and counts of its columns, then their values.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use csv::ByteRecord;

use super::cells::{Cell, Dialect, body_start, number};
use super::doubts;
use super::lines::Lines;
use crate::base::Span;
use crate::data::problem::{MOST_SHOWN, Problem, Site, SourceProblem, TextProblem};
use crate::data::table::{
    CategoryFacts, Column, ColumnKind, HeaderDoubt, MISSING, MissingOption, NumberFacts, Place, Places,
    Schema, Table, TableColumn, Values, Whole,
};

/// More distinct whole numbers than this are measurements, not labels.
const MOST_WHOLES: usize = 256;
/// Whole numbers of at most this size are exact in f64.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// What the first pass finds.
pub struct Scan {
    heads: Vec<Place>,
    names: Vec<String>,
    columns: Vec<Tally>,
    lines: Lines,
    n_rows: usize,
    header: HeaderDoubt,
}

/// The counts of one column.
#[derive(Clone, Debug)]
pub struct Tally {
    pub n_text: usize,
    /// Row and text of the first cell that is text.
    pub first_text: Option<(usize, String)>,
    /// Text cells that would be numbers with a decimal comma.
    n_comma: usize,
    range: Option<(f64, f64)>,
    /// Count and first row of each whole number; `None` once there is another number or too many.
    wholes: Option<BTreeMap<i64, (usize, usize)>>,
    /// The cell of the first line.
    head: Head,
    /// Whether a text of the first line stands below it again.
    has_head_again: bool,
}

/// What the cell of the first line would be as data.
#[derive(Clone, Debug, PartialEq)]
enum Head {
    Number,
    Text(Vec<u8>),
    Empty,
}

/// Reads every record once. Problems are rows of a wrong length, names given twice, an empty file.
pub fn scan(bytes: &[u8], dialect: &Dialect, lines: Lines, site: &Site) -> Result<Scan, Vec<Problem>> {
    let (file, path) = (lines.file().clone(), site.path);
    let mut scan = Scan {
        heads: Vec::new(),
        names: Vec::new(),
        columns: Vec::new(),
        lines,
        n_rows: 0,
        header: HeaderDoubt::None,
    };
    let mut reader = dialect.reader(bytes);
    let mut record = ByteRecord::new();
    let mut problems = Vec::new();
    let (mut ragged, mut n_ragged) = (Vec::new(), 0usize);
    let mut first = true;
    while next(&mut reader, &mut record, &file, path)? {
        let (start, line) = record_start(bytes, &record, dialect);
        if first {
            first = false;
            problems.extend(scan.name_columns(&record, dialect, (start, line), path));
            if dialect.header {
                continue;
            }
        }
        if record.len() != scan.names.len() {
            n_ragged += 1;
            if ragged.len() < MOST_SHOWN {
                ragged.push((scan.lines.row_place(start, line), record.len()));
            }
            continue;
        }
        scan.lines.push(start, line);
        for (tally, cell) in scan.columns.iter_mut().zip(record.iter()) {
            tally.add(cell, scan.n_rows, dialect);
        }
        scan.n_rows += 1;
    }
    if n_ragged > 0 {
        let expected = scan.names.len();
        let facts = TextProblem::RaggedRows { path, file, expected, first: ragged, n_rows: n_ragged };
        problems.push(facts.into());
    } else if scan.n_rows == 0 || u32::try_from(scan.n_rows).is_err() {
        problems.push(TextProblem::RowCount { path, file, n_rows: scan.n_rows }.into());
    }
    if !dialect.header {
        scan.header = doubts::header_as_data(&scan.columns, &scan.lines);
    } else if scan.columns.iter().any(|tally| tally.head == Head::Number)
        && scan.columns.iter().all(Tally::has_head_like_cells)
        && let Some(place) = scan.heads.first().cloned()
    {
        let is_twice = |problem: &Problem| matches!(problem, Problem::Text(TextProblem::ColumnTwice { .. }));
        if problems.iter().any(is_twice) {
            problems.retain(|problem| !is_twice(problem));
            problems.push(TextProblem::NamesAreData { site: site.clone(), place: place.clone() }.into());
        }
        scan.header = HeaderDoubt::LooksLikeData(place);
    }
    if problems.is_empty() { Ok(scan) } else { Err(problems) }
}

fn next(
    reader: &mut csv::Reader<&[u8]>,
    record: &mut ByteRecord,
    file: &Arc<str>,
    span: Span,
) -> Result<bool, Vec<Problem>> {
    let unreadable = |error: csv::Error| SourceProblem::Unreadable {
        span,
        path: file.to_string(),
        reason: error.to_string(),
    };
    reader.read_byte_record(record).map_err(|error| vec![unreadable(error).into()])
}

/// Byte and line where a record begins: behind the line ends and comments that the reader counts to it.
fn record_start(bytes: &[u8], record: &ByteRecord, dialect: &Dialect) -> (u64, u64) {
    let position = record.position().map_or((0, 1), |at| (at.byte() as usize, at.line()));
    let (mut start, mut line) = (position.0 + body_start(bytes), position.1);
    while let Some(byte) = bytes.get(start) {
        match byte {
            b'\n' => line += 1,
            b'\r' => {}
            byte if Some(*byte) == dialect.comment => {
                let rest = bytes.get(start..).unwrap_or(&[]);
                start += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                continue;
            }
            _cell => break,
        }
        start += 1;
    }
    (start as u64, line)
}

impl Scan {
    fn name_columns(
        &mut self,
        record: &ByteRecord,
        dialect: &Dialect,
        (start, line): (u64, u64),
        path: Span,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        if dialect.header {
            self.heads = (0..record.len()).map(|at| self.lines.place_at(start, line, Some(at))).collect();
        }
        for (at, cell) in record.iter().enumerate() {
            let name = match dialect.header {
                true => String::from_utf8_lossy(cell.trim_ascii()).into_owned(),
                false => format!("c{at}"),
            };
            let name = if name.is_empty() { format!("c{at}") } else { name };
            if self.names.contains(&name) {
                let place = self.lines.place_at(start, line, Some(at));
                problems.push(TextProblem::ColumnTwice { path, place, name: name.clone() }.into());
            }
            self.names.push(name);
        }
        let head = |cell: &[u8]| match dialect.cell(cell) {
            Cell::Number(_) => Head::Number,
            Cell::Text => Head::Text(cell.trim_ascii().to_vec()),
            Cell::Missing => Head::Empty,
        };
        self.columns = record.iter().map(|cell| Tally::new(head(cell))).collect();
        problems
    }

    /// The second pass: facts and values of every column.
    pub fn into_parts(self, bytes: &[u8], dialect: &Dialect) -> (Schema, Table) {
        let mut fills: Vec<Fill> = self.columns.iter().map(|tally| Fill::new(tally, self.n_rows)).collect();
        let mut reader = dialect.reader(bytes);
        let mut record = ByteRecord::new();
        let mut skip = dialect.header;
        // The first pass has read the same bytes without an error.
        while matches!(reader.read_byte_record(&mut record), Ok(true)) {
            if !std::mem::take(&mut skip) {
                fills.iter_mut().zip(record.iter()).for_each(|(fill, cell)| fill.push(cell, dialect));
            }
        }
        let mut columns = Vec::new();
        let mut table = Vec::new();
        for (at, ((name, tally), fill)) in self.names.into_iter().zip(self.columns).zip(fills).enumerate() {
            let (values, counts) = fill.finish();
            columns.push(tally.into_column(name.clone(), at, &values, counts, &self.lines));
            table.push(TableColumn { name, shape: Vec::new(), values });
        }
        let name = self.lines.file().to_string();
        let schema = Schema {
            name,
            columns,
            n_rows: self.n_rows,
            heads: self.heads,
            header: self.header,
            missing_option: MissingOption::Texts,
            ..Schema::default()
        };
        (schema, Table { columns: table, n_rows: self.n_rows, places: Places::Lines(Arc::new(self.lines)) })
    }
}

impl Tally {
    fn new(head: Head) -> Tally {
        let wholes = Some(BTreeMap::new());
        Tally { n_text: 0, first_text: None, n_comma: 0, range: None, wholes, head, has_head_again: false }
    }

    /// Whether the first line may be data here: a number above numbers, or a text that comes again.
    fn has_head_like_cells(&self) -> bool {
        match self.head {
            Head::Number => self.n_text == 0,
            Head::Text(_) => self.has_head_again,
            Head::Empty => false,
        }
    }

    fn add(&mut self, cell: &[u8], row: usize, dialect: &Dialect) {
        match dialect.cell(cell) {
            Cell::Missing => {}
            Cell::Text => {
                self.n_text += 1;
                let cell = cell.trim_ascii();
                self.has_head_again |= matches!(&self.head, Head::Text(head) if head == cell);
                let comma = dialect.decimal == b'.' && matches!(number(cell, b','), Cell::Number(_));
                self.n_comma += usize::from(comma);
                self.first_text.get_or_insert_with(|| (row, String::from_utf8_lossy(cell).into_owned()));
            }
            Cell::Number(value) => {
                let (least, most) = self.range.unwrap_or((value, value));
                self.range = Some((least.min(value), most.max(value)));
                self.add_whole(value, row);
            }
        }
    }

    fn add_whole(&mut self, value: f64, row: usize) {
        let Some(wholes) = &mut self.wholes else { return };
        if value.fract() != 0.0 || value.abs() > LARGEST_WHOLE {
            self.wholes = None;
            return;
        }
        wholes.entry(value as i64).or_insert((0, row)).0 += 1;
        if wholes.len() > MOST_WHOLES {
            self.wholes = None;
        }
    }

    fn into_column(self, name: String, at: usize, values: &Values, counts: Counts, lines: &Lines) -> Column {
        let kind = match values {
            Values::Category { values, .. } => ColumnKind::Category(CategoryFacts {
                values: values.clone(),
                counts: counts.of_values,
                first_text: self.first_text.map(|(row, text)| (lines.place(row, at), text)),
                n_text: self.n_text,
                decimal_comma: self.n_comma == self.n_text,
            }),
            Values::U8(_) | Values::F32(_) | Values::F64(_) => ColumnKind::Number(NumberFacts {
                range: self.range,
                wholes: self.wholes.map(|wholes| {
                    let whole =
                        |(value, (count, row))| Whole { value, count, first: Some(lines.place(row, at)) };
                    wholes.into_iter().map(whole).collect()
                }),
            }),
        };
        let first_missing = counts.first_missing.map(|row| lines.place(row, at));
        Column { name, shape: Vec::new(), kind, n_missing: counts.n_missing, first_missing }
    }
}

/// Values of a column while they are read.
enum Fill {
    Numbers(Vec<f64>),
    Texts { codes: Vec<u32>, known: HashMap<Vec<u8>, u32>, counts: Vec<usize> },
}

/// What the second pass counts: "inf" is a missing number but a good category.
struct Counts {
    of_values: Vec<usize>,
    n_missing: usize,
    first_missing: Option<usize>,
}

impl Fill {
    fn new(tally: &Tally, n_rows: usize) -> Fill {
        if tally.n_text == 0 {
            Fill::Numbers(Vec::with_capacity(n_rows))
        } else {
            Fill::Texts { codes: Vec::with_capacity(n_rows), known: HashMap::new(), counts: Vec::new() }
        }
    }

    fn push(&mut self, cell: &[u8], dialect: &Dialect) {
        match self {
            Fill::Numbers(values) => values.push(match dialect.cell(cell) {
                Cell::Number(value) => value,
                Cell::Missing | Cell::Text => f64::NAN,
            }),
            Fill::Texts { codes, known, counts } => {
                let cell = cell.trim_ascii();
                if dialect.is_missing(cell) {
                    codes.push(MISSING);
                    return;
                }
                let code = known.get(cell).copied().unwrap_or_else(|| {
                    counts.push(0);
                    known.insert(cell.to_vec(), counts.len() as u32 - 1);
                    counts.len() as u32 - 1
                });
                codes.push(code);
                if let Some(count) = counts.get_mut(code as usize) {
                    *count += 1;
                }
            }
        }
    }

    /// The values, categories in the order of their bytes.
    fn finish(self) -> (Values, Counts) {
        match self {
            Fill::Numbers(values) => {
                let n_missing = values.iter().filter(|value| value.is_nan()).count();
                let first_missing = values.iter().position(|value| value.is_nan());
                (Values::F64(values), Counts { of_values: Vec::new(), n_missing, first_missing })
            }
            Fill::Texts { mut codes, known, counts } => {
                let mut sorted: Vec<(Vec<u8>, u32)> = known.into_iter().collect();
                sorted.sort();
                let mut place_of = vec![0u32; sorted.len()];
                let mut of_values = Vec::with_capacity(sorted.len());
                for (place, (_, code)) in sorted.iter().enumerate() {
                    place_of[*code as usize] = place as u32;
                    of_values.push(counts.get(*code as usize).copied().unwrap_or(0));
                }
                let first_missing = codes.iter().position(|code| *code == MISSING);
                let n_missing = codes.iter().filter(|code| **code == MISSING).count();
                for code in codes.iter_mut().filter(|code| **code != MISSING) {
                    *code = place_of[*code as usize];
                }
                let texts = sorted.into_iter().map(|(text, _)| String::from_utf8_lossy(&text).into_owned());
                let values = Values::Category { values: texts.collect(), codes };
                (values, Counts { of_values, n_missing, first_missing })
            }
        }
    }
}

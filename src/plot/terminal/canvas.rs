//! A field of letters in which each is two by four dots, or a sign.

/// The dots of braille from top to bottom, left and right.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
/// Colours of the palette as codes of the terminal: blue, red, green, magenta, yellow, cyan, grey.
const CODES: [&str; 7] = ["34", "31", "32", "35", "33", "36", "90"];

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    dots: u8,
    sign: Option<char>,
    color: Option<usize>,
}

pub struct Canvas {
    pub width: usize,
    pub height: usize,
    cells: Vec<Cell>,
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, height, cells: vec![Cell::default(); width * height] }
    }

    /// The line of a place between 0, below, and 1.
    pub fn row_of(&self, place: f64) -> usize {
        (((1.0 - place) * (self.height * 4 - 1) as f64).round().max(0.0) as usize / 4).min(self.height - 1)
    }

    /// The dot of a place, both from 0 to 1 with 0 at the left and below.
    pub fn dot_of(&self, (x, y): (f64, f64)) -> (i64, i64) {
        let (w, h) = ((self.width * 2 - 1) as f64, (self.height * 4 - 1) as f64);
        ((x * w).round() as i64, ((1.0 - y) * h).round() as i64)
    }

    pub fn dot(&mut self, (x, y): (i64, i64), color: usize) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x >= self.width * 2 || y >= self.height * 4 {
            return;
        }
        let cell = &mut self.cells[y / 4 * self.width + x / 2];
        cell.dots |= DOTS[x % 2][y % 4];
        cell.color = Some(color);
    }

    /// A straight line of dots; a dashed one leaves out some.
    pub fn line_to(&mut self, from: (i64, i64), to: (i64, i64), color: usize, dashed: bool) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        for step in 0..=steps {
            let part = step as f64 / steps as f64;
            let x = from.0 as f64 + (to.0 - from.0) as f64 * part;
            let y = from.1 as f64 + (to.1 - from.1) as f64 * part;
            let dot = (x.round() as i64, y.round() as i64);
            if !dashed || dot.0.rem_euclid(6) < 3 {
                self.dot(dot, color);
            }
        }
    }

    /// A letter in place of dots.
    pub fn sign(&mut self, column: usize, row: usize, sign: char, color: Option<usize>) {
        if column < self.width && row < self.height {
            self.cells[row * self.width + column] = Cell { dots: 0, sign: Some(sign), color };
        }
    }

    /// A line of the field as text.
    pub fn line(&self, row: usize, with_color: bool) -> String {
        let cells = &self.cells[row * self.width..(row + 1) * self.width];
        let mut text = String::new();
        for run in cells.chunk_by(|a, b| a.color == b.color) {
            let letters: String = run.iter().map(letter).collect();
            text.push_str(&colored(&letters, run.first().and_then(|cell| cell.color), with_color));
        }
        if with_color { text } else { text.trim_end().to_string() }
    }
}

fn letter(cell: &Cell) -> char {
    match (cell.sign, cell.dots) {
        (Some(sign), _) => sign,
        (None, 0) => ' ',
        (None, dots) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' '),
    }
}

/// Text in a colour of the palette.
pub fn colored(text: &str, color: Option<usize>, with_color: bool) -> String {
    match color.filter(|_| with_color && !text.trim().is_empty()) {
        Some(color) => format!("\u{1b}[{}m{text}\u{1b}[0m", CODES[color % CODES.len()]),
        None => text.to_string(),
    }
}

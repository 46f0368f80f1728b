//! Cells in rows and columns: matrices, surfaces, regions of classes.

/// Values over a rectangle, row by row, the first row at the lower end of `y`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub columns: usize,
    pub rows: usize,
    pub values: Vec<f64>,
    /// Where the first column begins and the last ends.
    pub x: (f64, f64),
    pub y: (f64, f64),
    /// Whether the first row is on top, as in a matrix.
    pub top_down: bool,
    pub kind: GridKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridKind {
    /// The more, the stronger the colour; below 0 another colour.
    Amount,
    /// The same with the number written into each cell.
    Counts,
    /// The value is the number of a colour.
    Class,
}

/// How a cell is coloured: by which colour and how strongly, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    pub negative: bool,
    pub strength: f64,
}

/// The colours of one grid.
#[derive(Clone, Copy, Debug)]
pub struct Tones {
    most: f64,
}

impl Tones {
    /// The colour of a value; none where it is not a number.
    pub fn of(self, value: f64) -> Option<Tone> {
        let strength = if self.most > 0.0 { (value.abs() / self.most).min(1.0) } else { 0.0 };
        value.is_finite().then_some(Tone { negative: value < 0.0, strength })
    }
}

impl Grid {
    /// A matrix as it is written: the first row on top.
    pub fn matrix(rows: usize, columns: usize, values: Vec<f64>, kind: GridKind) -> Grid {
        let (x, y) = ((0.0, columns as f64), (0.0, rows as f64));
        Grid { columns, rows, values, x, y, top_down: true, kind }
    }

    pub fn value(&self, row: usize, column: usize) -> f64 {
        self.values.get(row * self.columns + column).copied().unwrap_or(f64::NAN)
    }

    /// The least and the greatest finite value.
    pub fn extent(&self) -> Option<(f64, f64)> {
        let finite = self.values.iter().copied().filter(|value| value.is_finite());
        finite.fold(None, |known: Option<(f64, f64)>, value| {
            Some(known.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        })
    }

    /// How values are coloured: the greatest distance from 0 most strongly.
    pub fn tones(&self) -> Tones {
        Tones { most: self.extent().map_or(0.0, |(low, high)| low.abs().max(high.abs())) }
    }

    /// At most this many rows and columns: neighbours are averaged.
    pub fn coarsened(self, most: usize) -> Grid {
        let (by_row, by_column) = (self.rows.div_ceil(most).max(1), self.columns.div_ceil(most).max(1));
        if by_row * by_column == 1 {
            return self;
        }
        let (rows, columns) = (self.rows.div_ceil(by_row), self.columns.div_ceil(by_column));
        let mut values = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            for column in 0..columns {
                let (mut sum, mut count) = (0.0, 0.0);
                for r in (row * by_row..(row + 1) * by_row).take_while(|r| *r < self.rows) {
                    for c in (column * by_column..(column + 1) * by_column).take_while(|c| *c < self.columns)
                    {
                        sum += self.value(r, c);
                        count += 1.0;
                    }
                }
                values.push(sum / count);
            }
        }
        Grid { rows, columns, values, ..self }
    }
}

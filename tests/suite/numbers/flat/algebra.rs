//! Sums of products over named axes; determinants, inverses and solutions of small matrices by elimination.

use std::collections::BTreeMap;

use super::Sample;
use super::field::{Field, joined, places};

pub fn written(sample: &Sample<'_>) -> Option<Field> {
    let args = |from: usize| -> Option<Vec<&Field>> {
        (from..3).map_while(|at| sample.field(sample.arg(at))).map(Some).collect()
    };
    match sample.op() {
        "einsum" => {
            let parts = sample.arg(0)["list"].as_array().or(sample.arg(0).as_array())?;
            let parts: Vec<&Field> = parts.iter().map(|part| sample.field(part)).collect::<Option<_>>()?;
            Some(summed(&sample.arg(1).as_str()?.replace(' ', ""), &parts))
        }
        "matmul" => {
            let both = args(0)?;
            let text = match (both[0].rank(), both[1].rank()) {
                (1, 1) => "i,i->",
                (1, _) => "j,...jk->...k",
                (_, 1) => "...ij,j->...i",
                _ => "...ij,...jk->...ik",
            };
            Some(summed(text, &both))
        }
        "bmm" => Some(summed("aij,ajk->aik", &args(0)?)),
        "baddbmm" => Some(added(sample, &summed("aij,ajk->aik", &args(1)?))),
        "addmv" => Some(added(sample, &summed("ij,j->i", &args(1)?))),
        "tensordot" if sample.option("dims") == 2 => Some(summed("aij,ijb->ab", &args(0)?)),
        "nn.functional.bilinear" => {
            let (x, y, w) = (sample.first()?, sample.field(sample.arg(1))?, sample.field(sample.arg(2))?);
            let found = summed("...i,...j,oij->...o", &[x, y, w]);
            let bias = sample.field(sample.arg(3));
            Some(Field::new(&found.shape.clone(), |place| match bias {
                Some(bias) => format!("({} + {})", found.at(place), bias.spread(place)),
                None => found.at(place).to_string(),
            }))
        }
        "linalg.det" => {
            let x = sample.first()?;
            let (shape, lanes) = x.lanes(&[x.rank() - 2, x.rank() - 1]);
            let n = x.shape[x.rank() - 1];
            let cells = lanes.iter().map(|lane| determinant(lane, n, &(0..n).collect::<Vec<_>>()));
            Some(Field { shape, cells: cells.collect() })
        }
        "linalg.matrix_norm" | "linalg.norm" => matrix_norm(sample),
        "linalg.inv" | "linalg.solve" => solved(sample),
        "linalg.cholesky" => factored(sample),
        _ => None,
    }
}

/// `beta` times the first argument and `alpha` times the product.
fn added(sample: &Sample<'_>, product: &Field) -> Field {
    let (beta, alpha) = (sample.number("beta", 1.0), sample.number("alpha", 1.0));
    let first = sample.first();
    Field::new(&product.shape, |place| {
        let first = first.map_or("0", |first| first.spread(place));
        format!("({beta:?} * {first} + {alpha:?} * {})", product.at(place))
    })
}

/// The sum of products over the axes whose letters the result lacks. What `...` stands for is aligned at its last axis.
fn summed(text: &str, parts: &[&Field]) -> Field {
    let (inputs, output) = text.split_once("->").unwrap_or((text, ""));
    let rest: Vec<usize> = inputs
        .split(',')
        .zip(parts)
        .map(|(input, part)| part.rank() - input.replace("...", "").len())
        .collect();
    let widest = rest.iter().copied().max().unwrap_or(0);
    // Digits stand for the axes of `...`.
    let letters = |text: &str, rest: usize| -> Vec<char> {
        let digits: String = (widest - rest..widest).map(|at| char::from(b'0' + at as u8)).collect();
        text.replace("...", &digits).chars().collect()
    };
    let names: Vec<Vec<char>> =
        inputs.split(',').zip(&rest).map(|(input, &rest)| letters(input, rest)).collect();
    let mut lengths: BTreeMap<char, usize> = BTreeMap::new();
    for (names, part) in names.iter().zip(parts) {
        for (name, &len) in names.iter().zip(&part.shape) {
            let known = lengths.entry(*name).or_insert(len);
            *known = (*known).max(len);
        }
    }
    let output = letters(output, widest);
    let inner: Vec<char> = lengths.keys().copied().filter(|name| !output.contains(name)).collect();
    let sizes = |names: &[char]| names.iter().map(|name| lengths[name]).collect::<Vec<_>>();
    Field::new(&sizes(&output), |place| {
        let terms = places(&sizes(&inner)).map(|within| {
            let at = |name: &char| match output.iter().position(|other| other == name) {
                Some(index) => place[index],
                None => within[inner.iter().position(|other| other == name).unwrap_or(0)],
            };
            let factors: Vec<&str> = names
                .iter()
                .zip(parts)
                .map(|(names, part)| part.spread(&names.iter().map(at).collect::<Vec<_>>()))
                .collect();
            joined(&factors, " * ")
        });
        joined(&terms.collect::<Vec<_>>(), " + ")
    })
}

/// By the first of the rows that are left; `columns` are those that are left.
fn determinant(cells: &[&str], n: usize, columns: &[usize]) -> String {
    let row = n - columns.len();
    if let [last] = columns {
        return cells[row * n + last].to_string();
    }
    let terms = columns.iter().enumerate().map(|(at, column)| {
        let rest: Vec<usize> = columns.iter().copied().filter(|other| other != column).collect();
        format!(
            "{} {} * ({})",
            if at % 2 == 0 { "+" } else { "-" },
            cells[row * n + column],
            determinant(cells, n, &rest)
        )
    });
    format!("0 {}", terms.collect::<Vec<_>>().join(" "))
}

/// Of the rows and columns of each matrix: the root of all squares, or the largest or smallest sum of sizes.
fn matrix_norm(sample: &Sample<'_>) -> Option<Field> {
    let x = sample.first()?;
    let order = sample.either(1, "ord");
    let dims: Vec<usize> =
        super::integers(sample.either(2, "dim")).iter().map(|&dim| super::axis(dim, x.rank())).collect();
    let (down, across) = match *dims.as_slice() {
        [down, across] => (down, across),
        [] if x.rank() == 2 => (0, 1),
        _ => return None,
    };
    let (kind, inner) = match (order.as_f64(), order.as_str()) {
        (_, Some("fro")) => ("norm", None),
        (Some(1.0), _) => ("max", Some(down)),
        (Some(-1.0), _) => ("min", Some(down)),
        (_, Some("inf")) => ("max", Some(across)),
        (_, Some("-inf")) => ("min", Some(across)),
        _ => return None,
    };
    let (_, lanes) = x.lanes(&[down, across]);
    let (rows, columns) = (x.shape[down], x.shape[across]);
    let cells = lanes.iter().map(|lane| {
        let sums = |count: usize, cell: &dyn Fn(usize, usize) -> usize, len: usize| -> Vec<String> {
            let one = |outer: usize| {
                let sizes: Vec<String> =
                    (0..len).map(|at| format!("abs({})", lane[cell(outer, at)])).collect();
                joined(&sizes, " + ")
            };
            (0..count).map(one).collect()
        };
        let parts = match inner {
            None => lane.iter().map(|cell| (*cell).to_string()).collect(),
            Some(axis) if axis == down => sums(columns, &|column, row| row * columns + column, rows),
            Some(_) => sums(rows, &|row, column| row * columns + column, columns),
        };
        format!("{kind}({})", super::field::list(&parts))
    });
    Some(Field { shape: sample.wanted(), cells: cells.collect() })
}

/// The matrices of the first argument, each as rows of cells.
fn matrices(x: &Field) -> Vec<Vec<Vec<String>>> {
    let n = x.shape[x.rank() - 1];
    let rows: Vec<Vec<String>> = x.cells.chunks(n).map(<[String]>::to_vec).collect();
    rows.chunks(n).map(<[Vec<String>]>::to_vec).collect()
}

/// The order of rows in which elimination divides by the largest number that is left.
fn pivots(mut rows: Vec<Vec<f64>>) -> Vec<usize> {
    let n = rows.len();
    let mut order: Vec<usize> = (0..n).collect();
    for column in 0..n {
        let largest = (column..n).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()));
        let largest = largest.unwrap_or(column);
        rows.swap(column, largest);
        order.swap(column, largest);
        for row in column + 1..n {
            let factor = rows[row][column] / rows[column][column];
            let pivot = rows[column].clone();
            rows[row].iter_mut().zip(pivot).for_each(|(cell, above)| *cell -= factor * above);
        }
    }
    order
}

/// `A⁻¹ · B` by elimination, row by row, in the order that the numbers of the sample ask for; `B` is the unit matrix for
/// an inverse.
fn solved(sample: &Sample<'_>) -> Option<Field> {
    let (a, n) = (sample.first()?, *sample.first()?.shape.last()?);
    let numbers: Vec<f64> =
        sample.arg(0)["data"].as_array()?.iter().filter_map(serde_json::Value::as_f64).collect();
    let right = sample.field(sample.arg(1));
    let count = matrices(a).len();
    let width = right.map_or(n, |right| right.cells.len() / count / n);
    let mut cells = Vec::new();
    for (at, mut rows) in matrices(a).into_iter().enumerate() {
        for (row, line) in rows.iter_mut().enumerate() {
            line.extend((0..width).map(|column| match right {
                Some(right) => right.cells[(at * n + row) * width + column].clone(),
                None => if row == column { "1" } else { "0" }.to_string(),
            }));
        }
        let here = numbers[at * n * n..(at + 1) * n * n].chunks(n).map(<[f64]>::to_vec).collect();
        let mut rows: Vec<Vec<String>> = pivots(here).into_iter().map(|row| rows[row].clone()).collect();
        for pivot in 0..n {
            let scaled: Vec<String> = (0..n + width)
                .map(|column| match column > pivot {
                    true => sample.bind(&format!("{} / {}", rows[pivot][column], rows[pivot][pivot])),
                    false => String::new(),
                })
                .collect();
            for row in (0..n).filter(|&row| row != pivot) {
                for column in pivot + 1..n + width {
                    let text = format!("{} - {} * {}", rows[row][column], rows[row][pivot], scaled[column]);
                    rows[row][column] = sample.bind(&text);
                }
            }
            rows[pivot] = scaled;
        }
        cells.extend(rows.into_iter().flat_map(|row| row[n..].to_vec()));
    }
    Some(Field { shape: sample.wanted(), cells })
}

/// Cholesky's factor of a symmetric matrix: half of the matrix and of its transpose, so that both share the slope.
fn factored(sample: &Sample<'_>) -> Option<Field> {
    let mut cells = Vec::new();
    for rows in matrices(sample.first()?) {
        let n = rows.len();
        let mut lower = vec![vec!["0".to_string(); n]; n];
        for column in 0..n {
            for row in column..n {
                let sum: String =
                    (0..column).map(|k| format!(" - {} * {}", lower[row][k], lower[column][k])).collect();
                let left = sample.bind(&format!("({} + {}) / 2{sum}", rows[row][column], rows[column][row]));
                lower[row][column] = sample.bind(&match row == column {
                    true => format!("sqrt({left})"),
                    false => format!("{left} / {}", lower[column][column]),
                });
            }
        }
        let upper = sample.option("upper") == true;
        let cell = |row: usize, column: usize| {
            if upper { lower[column][row].clone() } else { lower[row][column].clone() }
        };
        cells.extend((0..n * n).map(|at| cell(at / n, at % n)));
    }
    Some(Field { shape: sample.wanted(), cells })
}

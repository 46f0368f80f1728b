//! Operators that have no name in the library, written out number by number: `[max(a[0], a[1]), max(a[1], a[2])]`.

use serde_json::Value;

use super::array::Array;

/// Expressions in the order of rows, each of one number.
#[derive(Clone)]
pub struct Cells {
    pub shape: Vec<usize>,
    pub cells: Vec<String>,
}

impl Cells {
    /// The numbers of the argument `a{at}`.
    pub fn of(at: usize, array: &Array) -> Cells {
        let cells = (0..array.data.len()).map(|index| match array.shape.as_slice() {
            [] => format!("a{at}"),
            [_] => format!("a{at}[{index}]"),
            [_, columns] => format!("a{at}[{}, {}]", index / columns, index % columns),
            _ => String::new(),
        });
        Cells { shape: array.shape.clone(), cells: cells.collect() }
    }

    fn new(shape: &[usize], cell: impl Fn(usize, usize) -> String) -> Cells {
        let (rows, columns) = sides(shape);
        let cells = (0..rows * columns).map(|at| cell(at / columns, at % columns)).collect();
        Cells { shape: shape.to_vec(), cells }
    }

    fn one(text: String) -> Cells {
        Cells { shape: Vec::new(), cells: vec![text] }
    }

    /// The cell at a place of a larger shape, repeated along axes of one.
    fn at(&self, row: usize, column: usize) -> &str {
        let (rows, columns) = sides(&self.shape);
        &self.cells[row.min(rows - 1) * columns + column.min(columns - 1)]
    }

    fn map(&self, each: impl Fn(&str) -> String) -> Cells {
        Cells { shape: self.shape.clone(), cells: self.cells.iter().map(|cell| each(cell)).collect() }
    }

    pub fn text(&self) -> String {
        let list = |cells: &[String]| format!("[{}]", cells.join(", "));
        match self.shape.as_slice() {
            [] => self.cells[0].clone(),
            [_] => list(&self.cells),
            _ => list(&self.cells.chunks(self.shape[1]).map(list).collect::<Vec<_>>()),
        }
    }

    /// The numbers along an axis, for each place of the others: a vector as text.
    fn lanes(&self, axis: usize) -> Vec<String> {
        let (rows, columns) = sides(&self.shape);
        let lane = |cells: Vec<&str>| format!("[{}]", cells.join(", "));
        match (self.shape.len(), axis) {
            (2, 0) => (0..columns).map(|c| lane((0..rows).map(|r| self.at(r, c)).collect())).collect(),
            (2, _) => (0..rows).map(|r| lane((0..columns).map(|c| self.at(r, c)).collect())).collect(),
            _ => vec![lane(self.cells.iter().map(String::as_str).collect())],
        }
    }
}

/// Rows and columns; a vector is one row.
fn sides(shape: &[usize]) -> (usize, usize) {
    match *shape {
        [rows, columns] => (rows, columns),
        [length] => (1, length),
        _ => (1, 1),
    }
}

/// The shape that all fit in.
fn wide(all: &[&Cells]) -> Vec<usize> {
    let rank = all.iter().map(|cells| cells.shape.len()).max().unwrap_or(0);
    let (rows, columns) = all
        .iter()
        .map(|cells| sides(&cells.shape))
        .fold((1, 1), |(r, c), (rows, columns)| (r.max(rows), c.max(columns)));
    match rank {
        0 => Vec::new(),
        1 => vec![columns],
        _ => vec![rows, columns],
    }
}

fn joined(all: &[&Cells], each: impl Fn(&[&str]) -> String) -> Cells {
    Cells::new(&wide(all), |row, column| {
        each(&all.iter().map(|cells| cells.at(row, column)).collect::<Vec<_>>())
    })
}

/// An axis counted from either end.
fn axis(dim: i64, rank: usize) -> usize {
    if dim < 0 { (dim + rank as i64).max(0) as usize } else { dim as usize }
}

fn reduction(each: Cells, kind: &Value) -> Cells {
    let count = each.cells.len();
    match kind.as_str().unwrap_or("mean") {
        "none" => each,
        "sum" => Cells::one(format!("({})", each.cells.join(" + "))),
        _ => Cells::one(format!("({}) / {count}", each.cells.join(" + "))),
    }
}

/// The sample as text; nothing if it is not one of these.
pub fn written(sample: &Value, arrays: &[Array]) -> Option<String> {
    let input: Vec<Cells> = arrays.iter().enumerate().map(|(at, array)| Cells::of(at, array)).collect();
    if input.iter().any(|cells| cells.shape.len() > 2) {
        return None;
    }
    let op = sample["op"].as_str()?;
    shapes(op, sample, &input)
        .or_else(|| losses(op, sample, &input))
        .or_else(|| layers(op, sample, &input))
        .map(|cells| cells.text())
}

/// Elements chosen and arranged.
fn shapes(op: &str, sample: &Value, input: &[Cells]) -> Option<Cells> {
    let (args, x) = (&sample["args"], input.first()?);
    let out: Vec<usize> = sample["out"]["shape"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|dim| Some(dim.as_u64()? as usize))
        .collect();
    let (_, columns) = sides(&x.shape);
    let int = |at: usize| args[at].as_i64();
    Some(match op {
        "t" if x.shape.len() < 2 => x.clone(),
        "fill" => x.map(|_| if sample["kwargs"]["value"] == true { "1".into() } else { "0".into() }),
        "diag" => {
            let shift = int(1).unwrap_or(0);
            let place = |at: usize| (at as i64 - shift.min(0), at as i64 + shift.max(0));
            match x.shape.len() {
                2 => Cells::new(&out, |_, at| {
                    let (row, column) = place(at);
                    x.at(row as usize, column as usize).to_string()
                }),
                _ => Cells::new(&out, |row, column| {
                    let found = (0..columns).find(|&at| place(at) == (row as i64, column as i64));
                    found.map_or("0".to_string(), |at| x.cells[at].clone())
                }),
            }
        }
        "cat" => {
            let dim = axis(int(1).or(sample["kwargs"]["dim"].as_i64()).unwrap_or(0), x.shape.len());
            match (x.shape.len(), dim) {
                (2, 1) => Cells::new(&out, |row, column| {
                    let mut left = column;
                    let part = input.iter().find(|part| {
                        let width = part.shape[1];
                        if left < width {
                            true
                        } else {
                            left -= width;
                            false
                        }
                    });
                    part.map_or(String::new(), |part| part.at(row, left).to_string())
                }),
                _ => Cells { shape: out, cells: input.iter().flat_map(|part| part.cells.clone()).collect() },
            }
        }
        _ => return None,
    })
}

/// Losses that are reduced otherwise than by a mean over the numbers of one example, or have weights.
fn losses(op: &str, sample: &Value, input: &[Cells]) -> Option<Cells> {
    let kwargs = &sample["kwargs"];
    let given = |key: &str, default: f64| kwargs[key].as_f64().unwrap_or(default);
    let (p, t) = (input.first()?, input.get(1)?);
    let all: Vec<&Cells> = input.iter().collect();
    let each = |text: &dyn Fn(&[&str]) -> String| joined(&all, |cells| text(cells));
    let rows = |kind: &dyn Fn(&[String]) -> String| {
        let lanes: Vec<Vec<String>> = input.iter().map(|cells| cells.lanes(1)).collect();
        let count = lanes[0].len();
        let texts = (0..count).map(|at| {
            kind(&lanes.iter().map(|lane| lane[at.min(lane.len() - 1)].clone()).collect::<Vec<_>>())
        });
        Cells { shape: if p.shape.len() == 2 { vec![count] } else { Vec::new() }, cells: texts.collect() }
    };
    let losses = match op.strip_prefix("nn.functional.")? {
        "kl_div" => {
            let target =
                |t: &str| if kwargs["log_target"] == true { format!("exp({t})") } else { t.to_string() };
            each(&|c| format!("kl_divergence([exp({})], [{}])", c[0], target(c[1])))
        }
        "multilabel_soft_margin_loss" => {
            let weighted = |lane: &[String]| match lane.get(2) {
                None => format!("sigmoid_cross_entropy({}, {})", lane[0], lane[1]),
                Some(weight) => {
                    format!(
                        "-mean({weight} * ({1} * log(sigmoid({0})) + (1 - {1}) * log(1 - sigmoid({0}))))",
                        lane[0], lane[1]
                    )
                }
            };
            rows(&weighted)
        }
        "cosine_embedding_loss" => {
            let margin = given("margin", 0.0);
            let signs = input.get(2)?;
            let lanes = (p.lanes(1), t.lanes(1));
            let texts = (0..lanes.0.len()).map(|at| {
                let cosine = format!("cosine_similarity({}, {}, eps = 0)", lanes.0[at], lanes.1[at]);
                let sign = &signs.cells[at];
                format!("(if {sign} == 1 then 1 - {cosine} else if {sign} == -1 then relu({cosine} - ({margin:?})) else 0)")
            });
            Cells { shape: signs.shape.clone(), cells: texts.collect() }
        }
        "triplet_margin_loss" => {
            let margin = given("margin", 1.0);
            let order = given("p", 2.0);
            let distance = |a: &str, b: &str| match order {
                2.0 => format!("norm({a} - {b} + 1e-6)"),
                _ => format!("sum(abs({a} - {b} + 1e-6) ^ {order:?}) ^ (1 / {order:?})"),
            };
            let swap = kwargs["swap"] == true;
            rows(&|lane| {
                let apart = distance(&lane[0], &lane[2]);
                let apart =
                    if swap { format!("min({apart}, {})", distance(&lane[1], &lane[2])) } else { apart };
                format!("relu({} - {apart} + {margin:?})", distance(&lane[0], &lane[1]))
            })
        }
        "pairwise_distance" => {
            let keep = kwargs["keepdim"] == true;
            let order = given("p", 2.0);
            let eps = given("eps", 1e-6);
            let found = rows(&|lane| match order {
                2.0 => format!("norm({} - {} + {eps:?})", lane[0], lane[1]),
                _ => format!("sum(abs({} - {} + {eps:?}) ^ {order:?}) ^ (1 / {order:?})", lane[0], lane[1]),
            });
            let shape = if keep { [found.shape.clone(), vec![1]].concat() } else { found.shape.clone() };
            return Some(Cells { shape, ..found });
        }
        _ => return None,
    };
    if op.ends_with("kl_div") && kwargs["reduction"] == "batchmean" {
        let count = sides(&losses.shape);
        let examples = if losses.shape.len() == 2 { count.0 } else { count.1 };
        return Some(Cells::one(format!("({}) / {examples}", losses.cells.join(" + "))));
    }
    Some(reduction(losses, &kwargs["reduction"]))
}

/// Pieces of networks.
fn layers(op: &str, sample: &Value, input: &[Cells]) -> Option<Cells> {
    let (kwargs, x) = (&sample["kwargs"], input.first()?);
    let (rows, columns) = sides(&x.shape);
    match op {
        "nan_to_num" => Some(x.clone()),
        "round" => {
            let scale = 10f64.powi(i32::try_from(kwargs["decimals"].as_i64()?).ok()?);
            // The reciprocal of a power of ten is not one.
            Some(x.map(|cell| {
                if scale >= 1.0 {
                    format!("round({cell} * {scale:?}) / {scale:?}")
                } else {
                    format!("round({cell} / {0:?}) * {0:?}", (1.0 / scale).round())
                }
            }))
        }
        "trapezoid" => {
            let dim = axis(kwargs["dim"].as_i64().unwrap_or(-1), x.shape.len());
            let at = |cells: &Cells, lane: usize, step: usize| {
                let (row, column) = if dim == 0 && x.shape.len() == 2 { (step, lane) } else { (lane, step) };
                cells.at(row, column).to_string()
            };
            let (lanes, steps) =
                if dim == 0 && x.shape.len() == 2 { (columns, rows) } else { (rows, columns) };
            let width = |lane: usize, step: usize| match input.get(1) {
                Some(places) => format!("({} - {})", at(places, lane, step + 1), at(places, lane, step)),
                None => format!("{:?}", kwargs["dx"].as_f64().unwrap_or(1.0)),
            };
            let sum = |lane: usize| {
                let terms = (1..steps).map(|step| {
                    format!(
                        "{} * ({} + {}) / 2",
                        width(lane, step - 1),
                        at(x, lane, step - 1),
                        at(x, lane, step)
                    )
                });
                terms.collect::<Vec<_>>().join(" + ")
            };
            let shape = if x.shape.len() == 2 { vec![lanes] } else { Vec::new() };
            Some(Cells { shape, cells: (0..lanes).map(sum).collect() })
        }
        "nn.functional.linear" => {
            let (weights, bias) = (input.get(1)?, input.get(2));
            let outputs = weights.shape[0];
            Some(Cells::new(&[rows, outputs], |row, column| {
                let products = (0..columns).map(|k| format!("{} * {}", x.at(row, k), weights.at(column, k)));
                let sum = products.collect::<Vec<_>>().join(" + ");
                bias.map_or(sum.clone(), |bias| format!("{sum} + {}", bias.at(0, column)))
            }))
        }
        _ => None,
    }
}

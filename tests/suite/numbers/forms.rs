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

    /// Each lane taken to one number; `axis` none is everything.
    fn reduced(&self, axis: Option<usize>, keep: bool, each: impl Fn(&str) -> String) -> Cells {
        let Some(axis) = axis.filter(|_| !self.shape.is_empty()) else {
            let all = format!("[{}]", self.cells.join(", "));
            let shape = if keep { vec![1; self.shape.len()] } else { Vec::new() };
            return Cells { shape, cells: vec![each(&all)] };
        };
        let mut shape = self.shape.clone();
        shape[axis] = 1;
        if !keep {
            shape.remove(axis);
        }
        Cells { shape, cells: self.lanes(axis).iter().map(|lane| each(lane)).collect() }
    }

    /// Each lane taken to a vector as long.
    fn along(&self, axis: usize, each: impl Fn(&str) -> String) -> Cells {
        let lanes: Vec<String> = self.lanes(axis).iter().map(|lane| each(lane)).collect();
        let cell = |row: usize, column: usize| match (self.shape.len(), axis) {
            (2, 0) => format!("({})[{row}]", lanes[column]),
            (2, _) => format!("({})[{column}]", lanes[row]),
            _ => format!("({})[{}]", lanes[0], row.max(column)),
        };
        Cells::new(&self.shape, cell)
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

/// The axes that are named; none for everything.
fn axes(value: &Value, rank: usize) -> Option<Option<usize>> {
    let list = if value["list"].is_array() { &value["list"] } else { value };
    match list {
        Value::Null => Some(None),
        Value::Array(dims) if dims.is_empty() || dims.len() == rank.max(1) && rank > 1 => Some(None),
        Value::Array(dims) => match dims.as_slice() {
            [one] => Some(Some(axis(one.as_i64()?, rank))),
            _ => None,
        },
        one => Some(Some(axis(one.as_i64()?, rank))),
    }
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
    let x = input.first()?;
    if input.iter().any(|cells| cells.shape.len() > 2) {
        return None;
    }
    let op = sample["op"].as_str()?;
    shapes(op, sample, &input)
        .or_else(|| lanes(op, sample, x))
        .or_else(|| norms(op, sample, x))
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
    let (rows, columns) = sides(&x.shape);
    let int = |at: usize| args[at].as_i64();
    Some(match op {
        "reshape" | "flatten" | "unsqueeze" | "squeeze" => Cells { shape: out, cells: x.cells.clone() },
        "t" if x.shape.len() < 2 => x.clone(),
        "repeat" | "tile" => {
            let padded = Cells {
                shape: if out.len() == 2 { vec![rows, columns] } else { x.shape.clone() },
                ..x.clone()
            };
            Cells::new(&out, |row, column| padded.at(row % rows, column % columns).to_string())
        }
        "fill" => x.map(|_| if sample["kwargs"]["value"] == true { "1".into() } else { "0".into() }),
        "tril" | "triu" => {
            let shift = int(1).unwrap_or(0);
            let stays = |row: usize, column: usize| match op {
                "tril" => column as i64 - row as i64 <= shift,
                _ => column as i64 - row as i64 >= shift,
            };
            Cells::new(
                &x.shape,
                |row, column| if stays(row, column) { x.at(row, column).to_string() } else { "0".into() },
            )
        }
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
        "diff" => {
            let dim = axis(int(2).unwrap_or(-1), x.shape.len());
            // What stands before and after, where it is given.
            let mut others = input.iter().skip(1);
            let mut beside = |at: usize| if args[at]["T"].is_string() { others.next() } else { None };
            let (before, after) = (beside(3), beside(4));
            let parts: Vec<&Cells> = before.into_iter().chain([x]).chain(after).collect();
            // No difference at all leaves out what stands beside, too.
            let mut found = if int(1) == Some(0) { x.clone() } else { concatenated(&parts, dim) };
            for _ in 0..int(1).unwrap_or(1) {
                let mut shape = found.shape.clone();
                shape[dim] = shape[dim].checked_sub(1)?;
                let next = |row: usize, column: usize| {
                    if dim == 0 && shape.len() == 2 { (row + 1, column) } else { (row, column + 1) }
                };
                found = Cells::new(&shape, |row, column| {
                    let (below, beside) = next(row, column);
                    format!("({} - {})", found.at(below, beside), found.at(row, column))
                });
            }
            found
        }
        _ => return None,
    })
}

/// Parts one after another along an axis.
fn concatenated(parts: &[&Cells], dim: usize) -> Cells {
    let mut shape = parts[0].shape.clone();
    shape[dim] = parts.iter().map(|part| part.shape[dim]).sum();
    if dim + 1 < shape.len() || shape.len() == 1 {
        return Cells { shape, cells: parts.iter().flat_map(|part| part.cells.clone()).collect() };
    }
    let rows = (0..shape[0]).flat_map(|row| {
        parts.iter().flat_map(move |part| {
            let columns = part.shape[1];
            part.cells[row * columns..(row + 1) * columns].to_vec()
        })
    });
    Cells { cells: rows.collect(), shape }
}

/// What runs along one axis.
fn lanes(op: &str, sample: &Value, x: &Cells) -> Option<Cells> {
    let (args, kwargs, rank) = (&sample["args"], &sample["kwargs"], x.shape.len());
    let given = if kwargs["dim"].is_null() { &args[1] } else { &kwargs["dim"] };
    let keep = kwargs["keepdim"] == true || args[2] == true;
    let reduced = |each: &dyn Fn(&str) -> String| Some(x.reduced(axes(given, rank)?, keep, each));
    let product = |lane: &str| {
        let inside = lane.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(lane);
        inside
            .split(", a")
            .enumerate()
            .map(|(at, part)| if at == 0 { part.to_string() } else { format!("a{part}") })
            .collect::<Vec<_>>()
            .join(" * ")
    };
    match op {
        "sum" | "mean" => reduced(&|lane| format!("{op}({lane})")),
        "nansum" => reduced(&|lane| format!("sum(if {lane} == {lane} then {lane} else 0)")),
        "amax" | "max" => reduced(&|lane| format!("max({lane})")),
        "amin" | "min" => reduced(&|lane| format!("min({lane})")),
        "median" => reduced(&|lane| format!("sort({lane})[{}]", (lane.matches("a0").count() - 1) / 2)),
        "argmax" => reduced(&|lane| format!("argmax({lane})")),
        "argmin" => reduced(&|lane| format!("argmax(-{lane})")),
        "count_nonzero" => reduced(&|lane| format!("sum({lane} != 0)")),
        "logsumexp" => reduced(&|lane| format!("log_sum_exp({lane})")),
        "prod" => reduced(&product),
        "cumprod" if x.cells.len() == 1 => Some(x.clone()),
        "softmax" | "log_softmax" => {
            Some(x.along(axis(given.as_i64()?, rank), |lane| format!("{op}({lane})")))
        }
        "nn.functional.softmin" => {
            Some(x.along(axis(given.as_i64()?, rank), |lane| format!("softmax(-{lane})")))
        }
        "einsum" => match args[1].as_str()? {
            "i->" => Some(x.reduced(None, false, |lane| format!("sum({lane})"))),
            "ij->i" => Some(x.reduced(Some(1), false, |lane| format!("sum({lane})"))),
            "ij->j" => Some(x.reduced(Some(0), false, |lane| format!("sum({lane})"))),
            _ => None,
        },
        _ => None,
    }
}

/// The norm of a lane, of an order.
fn norm_of(order: &Value) -> Option<impl Fn(&str) -> String> {
    let number = match (order.as_f64(), order.as_str()) {
        (None, None | Some("fro")) => 2.0,
        (None, Some("inf")) => f64::INFINITY,
        (None, Some("-inf")) => f64::NEG_INFINITY,
        (Some(order), _) if (2.0 * order).fract() == 0.0 => order,
        _ => return None,
    };
    Some(move |lane: &str| match number {
        2.0 => format!("norm({lane})"),
        1.0 => format!("sum(abs({lane}))"),
        0.0 => format!("sum({lane} != 0)"),
        f64::INFINITY => format!("max(abs({lane}))"),
        f64::NEG_INFINITY => format!("min(abs({lane}))"),
        p => format!("sum(abs({lane}) ^ ({p:?})) ^ (1 / ({p:?}))"),
    })
}

fn norms(op: &str, sample: &Value, x: &Cells) -> Option<Cells> {
    let (args, kwargs, rank) = (&sample["args"], &sample["kwargs"], x.shape.len());
    let order = if args[1].is_null() { &kwargs["ord"] } else { &args[1] };
    let dims = if args[2].is_null() { &kwargs["dim"] } else { &args[2] };
    let keep = kwargs["keepdim"] == true || args[3] == true;
    match op {
        "norm" | "linalg.vector_norm" => Some(x.reduced(axes(dims, rank)?, keep, norm_of(order)?)),
        "linalg.norm" | "linalg.matrix_norm" if rank == 2 && axes(dims, rank)?.is_none() => {
            // Of rows and columns, the largest or smallest sum of sizes; singular values are no formula.
            let over = |outer: &str, inner: usize| {
                let sums = x.reduced(Some(inner), false, |lane| format!("sum(abs({lane}))"));
                Some(Cells {
                    shape: if keep { vec![1, 1] } else { Vec::new() },
                    cells: vec![format!("{outer}({})", sums.text())],
                })
            };
            let first = dims["list"][0].as_i64().or(dims[0].as_i64()).unwrap_or(-2);
            let (rows, columns) = if axis(first, 2) == 0 { (0, 1) } else { (1, 0) };
            match (order.as_f64(), order.as_str()) {
                (None, None | Some("fro")) => Some(x.reduced(None, keep, |lane| format!("norm({lane})"))),
                (Some(1.0), _) => over("max", rows),
                (Some(-1.0), _) => over("min", rows),
                (None, Some("inf")) => over("max", columns),
                (None, Some("-inf")) => over("min", columns),
                _ => None,
            }
        }
        "linalg.norm" => Some(x.reduced(axes(dims, rank)?, keep, norm_of(order)?)),
        "linalg.det" => Some(Cells::one(determinant(x, &(0..x.shape[0]).collect::<Vec<_>>()))),
        _ => None,
    }
}

/// By the first of the rows that are left; `columns` are those that are left.
pub fn determinant(x: &Cells, columns: &[usize]) -> String {
    let row = x.shape[0] - columns.len();
    if let [last] = columns {
        return x.at(row, *last).to_string();
    }
    let terms = columns.iter().enumerate().map(|(at, column)| {
        let rest: Vec<usize> = columns.iter().copied().filter(|other| other != column).collect();
        format!(
            "{} {} * ({})",
            if at % 2 == 0 { "+" } else { "-" },
            x.at(row, *column),
            determinant(x, &rest)
        )
    });
    format!("0 {}", terms.collect::<Vec<_>>().join(" "))
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
        "huber_loss" => each(&|c| format!("huber({}, {}, delta = {:?})", c[0], c[1], given("delta", 1.0))),
        "hinge_embedding_loss" => {
            each(&|c| format!("hinge_embedding({}, {}, margin = {:?})", c[0], c[1], given("margin", 1.0)))
        }
        "poisson_nll_loss" => each(&|c| {
            format!(
                "poisson({}, {}, of_log = {}, full = {})",
                c[0],
                c[1],
                kwargs["log_input"] != false,
                kwargs["full"] == true
            )
        }),
        "kl_div" => {
            let target =
                |t: &str| if kwargs["log_target"] == true { format!("exp({t})") } else { t.to_string() };
            each(&|c| format!("kl_divergence([exp({})], [{}])", c[0], target(c[1])))
        }
        "binary_cross_entropy" | "binary_cross_entropy_with_logits" => {
            let name = if op.ends_with("logits") { "sigmoid_cross_entropy" } else { "binary_cross_entropy" };
            let extra = |key: &str| kwargs[key]["T"].is_string();
            match (extra("weight"), extra("pos_weight")) {
                (true, false) => each(&|c| format!("{} * {name}({}, {})", c[2], c[0], c[1])),
                (false, true) => each(&|c| format!("{name}({}, {}, positive_weight = {})", c[0], c[1], c[2])),
                (false, false) => each(&|c| format!("{name}({}, {})", c[0], c[1])),
                (true, true) => return None,
            }
        }
        "gaussian_nll_loss" => {
            let constant = if kwargs["full"] == true { " + log(2 * π) / 2" } else { "" };
            // PyTorch holds the variance above `eps`, and differentiates as if it had not.
            let eps = given("eps", 1e-6);
            let held = |v: &str| format!("{v} + stop_gradient(max({v}, {eps:?}) - {v})");
            each(&|c| format!("gaussian({}, {}, variance = {}){constant}", c[0], c[1], held(c[2])))
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
        "cosine_similarity" => {
            let dim = axis(kwargs["dim"].as_i64().unwrap_or(1), p.shape.len());
            let lanes = (p.lanes(dim), t.lanes(dim));
            let eps = given("eps", 1e-8);
            let cells = lanes
                .0
                .iter()
                .zip(&lanes.1)
                .map(|(a, b)| format!("cosine_similarity({a}, {b}, eps = {eps:?})"));
            let mut shape = p.shape.clone();
            shape.remove(dim.min(shape.len().saturating_sub(1)));
            return (p.shape == t.shape && !p.shape.is_empty())
                .then(|| Cells { shape, cells: cells.collect() });
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
    let (args, kwargs, x) = (&sample["args"], &sample["kwargs"], input.first()?);
    let (rows, columns) = sides(&x.shape);
    let int =
        |key: &str, default: i64| kwargs[key].as_i64().or(kwargs[key]["list"][0].as_i64()).unwrap_or(default);
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
        "nn.functional.glu" => {
            let dim = axis(args[1].as_i64().unwrap_or(-1), x.shape.len());
            let mut shape = x.shape.clone();
            shape[dim] /= 2;
            let half = shape[dim];
            let down = dim == 0 && x.shape.len() == 2;
            Some(Cells::new(&shape, |row, column| {
                let gate = if down { x.at(row + half, column) } else { x.at(row, column + half) };
                format!("{} * sigmoid({gate})", x.at(row, column))
            }))
        }
        "nn.functional.prelu" => {
            let slope = input.get(1)?;
            Some(Cells::new(&x.shape, |row, column| {
                format!("(if {0} > 0 then {0} else {1} * {0})", x.at(row, column), slope.at(0, column))
            }))
        }
        "nn.functional.group_norm" => {
            let groups = args[1].as_u64()? as usize;
            let (size, eps) = (columns / groups, kwargs["eps"].as_f64().unwrap_or(1e-5));
            Some(Cells::new(&x.shape, |row, column| {
                let first = column / size * size;
                let lane = format!(
                    "[{}]",
                    (first..first + size).map(|at| x.at(row, at)).collect::<Vec<_>>().join(", ")
                );
                let scaled =
                    format!("({} - mean({lane})) / sqrt(variance({lane}) + {eps:?})", x.at(row, column));
                match (input.get(1), input.get(2)) {
                    (Some(scale), Some(shift)) => {
                        format!("{scaled} * {} + {}", scale.at(0, column), shift.at(0, column))
                    }
                    _ => scaled,
                }
            }))
        }
        "nn.functional.batch_norm" => batch_norm(sample, input),
        "nn.functional.max_pool1d" => {
            let (size, stride, padding, dilation) = (
                int("kernel_size", 1),
                int("stride", int("kernel_size", 1)),
                int("padding", 0),
                int("dilation", 1),
            );
            let out = sample["out"]["shape"]
                .as_array()
                .or(sample["out"]["list"][0]["shape"].as_array())
                .or(sample["out"][0]["shape"].as_array())?;
            let shape: Vec<usize> = out.iter().filter_map(|dim| Some(dim.as_u64()? as usize)).collect();
            Some(Cells::new(&shape, |row, column| {
                let places = (0..size).map(|k| column as i64 * stride - padding + k * dilation);
                let inside = places.filter(|&at| at >= 0 && at < columns as i64);
                format!("max([{}])", inside.map(|at| x.at(row, at as usize)).collect::<Vec<_>>().join(", "))
            }))
        }
        _ => None,
    }
}

/// Each column less its mean over the examples, divided by its deviation.
fn batch_norm(sample: &Value, input: &[Cells]) -> Option<Cells> {
    let (args, kwargs, x) = (&sample["args"], &sample["kwargs"], input.first()?);
    let eps = kwargs["eps"].as_f64().unwrap_or(1e-5);
    // Running mean and variance, weight and bias: those that are given, in this order.
    let mut given = input.iter().skip(1);
    let mut named = |key: &str, at: usize| {
        let found = if kwargs[key].is_null() { &args[at] } else { &kwargs[key] };
        if found["T"].is_string() { given.next() } else { None }
    };
    let (mean, variance) = (named("running_mean", 1), named("running_var", 2));
    let (scale, shift) = (named("weight", 3), named("bias", 4));
    let columns = x.lanes(0);
    let is_training = kwargs["training"] == true;
    if !is_training && mean.is_none() {
        return None;
    }
    Some(Cells::new(&x.shape, |row, column| {
        let lane = &columns[column];
        let (mean, variance) = match (is_training, mean, variance) {
            (false, Some(mean), Some(variance)) => {
                (mean.at(0, column).to_string(), variance.at(0, column).to_string())
            }
            _ => (format!("mean({lane})"), format!("variance({lane})")),
        };
        let mut text = format!("({} - {mean}) / sqrt({variance} + {eps:?})", x.at(row, column));
        if let Some(scale) = scale {
            text = format!("{text} * {}", scale.at(0, column));
        }
        if let Some(shift) = shift {
            text = format!("{text} + {}", shift.at(0, column));
        }
        text
    }))
}

//! Points that are made for learning: spiral, moons, circles, xor, sine.
//!
//! Every number is a function of the script's seed, the generator's name and the row, so the same script makes
//! the same points. Two-dimensional points are columns `x0` and `x1`, together `x`, with a class `label`.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use indexmap::IndexMap;

use super::problem::Problem;
use super::source::{Context, DataSource, OptionKind, OptionSpec, Options};
use super::table::{
    Column, ColumnKind, Loaded, NumberFacts, Places, Schema, Table, TableColumn, Usual, Values, Whole,
};
use crate::tensor::random::Stream;

/// A generator: its facts and the function that makes one point.
pub struct Generator {
    name: &'static str,
    doc: &'static str,
    options: &'static [OptionSpec],
    default_n: u32,
    default_noise: f64,
    make: fn(&Options, row: u32, n: u32) -> Point,
}

/// A point before noise: in the plane with a class, or on a curve.
enum Point {
    Class([f64; 2], u32),
    Curve(f64, f64),
}

const MOST: u64 = 10_000_000;

const fn number(name: &'static str, default: &'static str, least: f64, doc: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Number(least, f64::MAX), default, required: false, doc }
}

const fn n(default: &'static str) -> OptionSpec {
    let doc = "how many points";
    OptionSpec { name: "n", kind: OptionKind::Count(1, MOST), default, required: false, doc }
}

const fn noise(default: &'static str) -> OptionSpec {
    number("noise", default, 0.0, "standard deviation of the normal noise added to each coordinate")
}

pub const SPIRAL: Generator = Generator {
    name: "spiral",
    doc: "Arms of a spiral in the plane, one a class: no straight line separates them.",
    options: &[
        n("300"),
        OptionSpec {
            name: "classes",
            kind: OptionKind::Count(1, 1000),
            default: "3",
            required: false,
            doc: "how many arms",
        },
        noise("0.1"),
        number("turns", "0.75", 0.0, "how often an arm winds around the centre"),
    ],
    default_n: 300,
    default_noise: 0.1,
    make: |options, row, n| {
        let classes = options.count("classes", 3);
        let (class, along) = (row % classes, row / classes);
        let n_of_class = n / classes + u32::from(class < n % classes);
        let radius = f64::from(along + 1) / f64::from(n_of_class.max(1));
        let angle = TAU * (options.number("turns", 0.75) * radius + f64::from(class) / f64::from(classes));
        Point::Class([radius * angle.cos(), radius * angle.sin()], class)
    },
};

pub const MOONS: Generator = Generator {
    name: "moons",
    doc: "Two interleaved half circles, one a class.",
    options: &[n("200"), noise("0.1")],
    default_n: 200,
    default_noise: 0.1,
    make: |_, row, n| {
        let (class, along) = (row % 2, row / 2);
        let angle = PI * f64::from(along) / f64::from((n / 2).saturating_sub(1).max(1));
        let point = [angle.cos(), angle.sin()];
        Point::Class(if class == 0 { point } else { [1.0 - point[0], 0.5 - point[1]] }, class)
    },
};

pub const CIRCLES: Generator = Generator {
    name: "circles",
    doc: "A circle around another, one a class.",
    options: &[
        n("200"),
        noise("0.05"),
        OptionSpec {
            name: "factor",
            kind: OptionKind::Number(0.0, 1.0),
            default: "0.5",
            required: false,
            doc: "radius of the inner circle",
        },
    ],
    default_n: 200,
    default_noise: 0.05,
    make: |options, row, n| {
        let (class, along) = (row % 2, row / 2);
        let angle = TAU * f64::from(along) / f64::from(n.div_ceil(2).max(1));
        let radius = if class == 0 { 1.0 } else { options.number("factor", 0.5) };
        Point::Class([radius * angle.cos(), radius * angle.sin()], class)
    },
};

pub const XOR: Generator = Generator {
    name: "xor",
    doc: "The corners of the unit square; the label is 1 where exactly one coordinate is.",
    options: &[n("4"), noise("0")],
    default_n: 4,
    default_noise: 0.0,
    make: |_, row, _| {
        let (a, b) = (row / 2 % 2, row % 2);
        Point::Class([f64::from(a), f64::from(b)], a ^ b)
    },
};

pub const SINE: Generator = Generator {
    name: "sine",
    doc: "Points of one period of the sine: `x` from -π to π, `y` its sine with noise.",
    options: &[n("200"), noise("0.1")],
    default_n: 200,
    default_noise: 0.1,
    make: |_, row, n| {
        let x = -PI + TAU * f64::from(row) / f64::from(n.saturating_sub(1).max(1));
        Point::Curve(x, x.sin())
    },
};

impl DataSource for Generator {
    fn name(&self) -> &'static str {
        self.name
    }

    fn doc(&self) -> &'static str {
        self.doc
    }

    fn options(&self) -> &'static [OptionSpec] {
        self.options
    }

    fn inspect(&self, options: &Options, _context: &mut Context<'_>) -> Result<Schema, Vec<Problem>> {
        Ok(self.schema(&self.table(options)))
    }

    fn load(&self, options: &Options, _context: &mut Context<'_>) -> Result<Loaded, Vec<Problem>> {
        let table = self.table(options);
        Ok(Loaded { schema: self.schema(&table), table })
    }
}

impl Generator {
    fn schema(&self, table: &Table) -> Schema {
        let columns: Vec<Column> = table.columns.iter().map(column).collect();
        let in_plane = columns.len() == 3;
        let group = vec!["x0".to_owned(), "x1".to_owned()];
        // Two classes are one number between 0 and 1; more need a vector.
        let many_classes =
            columns.last().is_some_and(|label| matches!(label.kind.range(), Some((_, most)) if most > 1.0));
        let usual = if in_plane && many_classes { Usual::OneHot } else { Usual::Column };
        let target = columns.last().map(|column| usual(column.name.clone()));
        Schema {
            name: self.name.to_owned(),
            n_rows: table.n_rows,
            columns,
            groups: if in_plane { IndexMap::from([("x".to_owned(), group)]) } else { IndexMap::new() },
            default_input: Some(if in_plane {
                Usual::Column("x".to_owned())
            } else {
                Usual::List("x".to_owned())
            }),
            default_target: target,
            ..Schema::default()
        }
    }

    fn table(&self, options: &Options) -> Table {
        let n = options.count("n", self.default_n);
        let noise = options.number("noise", self.default_noise);
        let stream = Stream::new(options.seed, self.name);
        let mut columns: [Vec<f64>; 3] = Default::default();
        let mut in_plane = true;
        for row in 0..n {
            let noise = |coordinate: u64| noise * stream.normal(0, 2 * u64::from(row) + coordinate);
            let values = match (self.make)(options, row, n) {
                Point::Class([x0, x1], class) => [x0 + noise(0), x1 + noise(1), f64::from(class)],
                Point::Curve(x, y) => {
                    in_plane = false;
                    [x, y + noise(0), 0.0]
                }
            };
            columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
        }
        let names: &[&str] = if in_plane { &["x0", "x1", "label"] } else { &["x", "y"] };
        let columns = names.iter().zip(columns).map(|(name, values)| TableColumn {
            name: (*name).to_owned(),
            shape: Vec::new(),
            values: Values::F64(values),
        });
        Table { columns: columns.collect(), n_rows: n as usize, places: Places::Rows(Arc::from(self.name)) }
    }
}

fn column(column: &TableColumn) -> Column {
    let values: &[f64] = match &column.values {
        Values::F64(values) => values,
        Values::U8(_) | Values::F32(_) | Values::Category { .. } => &[],
    };
    let range = values.iter().map(|v| (*v, *v)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let wholes = (column.name == "label").then(|| {
        let mut counts: Vec<Whole> = Vec::new();
        for value in values.iter().map(|v| *v as i64) {
            match counts.iter_mut().find(|whole| whole.value == value) {
                Some(whole) => whole.count += 1,
                None => counts.push(Whole { value, count: 1, first: None }),
            }
        }
        counts.sort_by_key(|whole| whole.value);
        counts
    });
    let kind = ColumnKind::Number(NumberFacts { range, wholes });
    let name = column.name.clone();
    Column { name, shape: Vec::new(), kind, n_missing: 0, first_missing: None }
}

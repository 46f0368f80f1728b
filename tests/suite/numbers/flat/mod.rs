//! Operators on arrays of any number of axes, and with axes repeated, written out number by number: every array is a
//! vector, in the order of rows, and each number of the result says which it is made of.

mod algebra;
mod arranged;
mod each;
mod field;
mod folded;
mod losses;
mod norms;
mod windows;

use std::cell::RefCell;

use serde_json::Value;

use field::Field;

/// What is run first, and the results.
pub struct Written {
    pub lines: Vec<String>,
    pub results: Vec<Field>,
}

/// A sample, its arrays as cells, and the lines that are run before its results.
struct Sample<'a> {
    json: &'a Value,
    tensors: Vec<(&'a Value, Field)>,
    lines: RefCell<Vec<String>>,
}

/// The sample as text; nothing if it is not one of these. The arrays are called `a0`, `a1` and so on.
pub fn written(json: &Value, tensors: &[&Value]) -> Option<Written> {
    let fields = tensors.iter().enumerate().map(|(at, value)| (*value, Field::named(at, &sizes(value))));
    let sample = Sample { json, tensors: fields.collect(), lines: RefCell::default() };
    let one = |field: Field| vec![field];
    let results = each::written(&sample)
        .or_else(|| arranged::written(&sample))
        .map(one)
        .or_else(|| folded::written(&sample))
        .or_else(|| windows::written(&sample).map(one))
        .or_else(|| norms::written(&sample))
        .or_else(|| losses::written(&sample).map(one))
        .or_else(|| algebra::written(&sample).map(one))?;
    Some(Written { lines: sample.lines.into_inner(), results })
}

/// The shape of an array of the file.
pub fn sizes(value: &Value) -> Vec<usize> {
    let dims = value["shape"].as_array().into_iter().flatten();
    dims.map(|dim| dim.as_u64().unwrap_or(0) as usize).collect()
}

impl<'a> Sample<'a> {
    fn op(&self) -> &'a str {
        self.json["op"].as_str().unwrap_or_default()
    }

    fn variant(&self) -> &'a str {
        self.json["variant"].as_str().unwrap_or_default()
    }

    fn arg(&self, at: usize) -> &'a Value {
        &self.json["args"][at]
    }

    fn option(&self, name: &str) -> &'a Value {
        &self.json["kwargs"][name]
    }

    /// An argument that is given by its place or by its name.
    fn either(&self, at: usize, name: &str) -> &'a Value {
        if self.arg(at).is_null() { self.option(name) } else { self.arg(at) }
    }

    fn number(&self, name: &str, default: f64) -> f64 {
        self.option(name).as_f64().unwrap_or(default)
    }

    /// The cells of an array among the arguments.
    fn field(&self, value: &Value) -> Option<&Field> {
        self.tensors.iter().find(|(known, _)| std::ptr::eq(*known, value)).map(|(_, field)| field)
    }

    fn first(&self) -> Option<&Field> {
        self.field(self.arg(0))
    }

    /// The shape of the first result.
    fn wanted(&self) -> Vec<usize> {
        let out = &self.json["out"];
        match out["list"].as_array().or(out.as_array()) {
            Some(results) => results.first().map(sizes).unwrap_or_default(),
            None => sizes(out),
        }
    }

    /// A name for what is used more than once.
    fn bind(&self, text: &str) -> String {
        let mut lines = self.lines.borrow_mut();
        let name = format!("s{}", lines.len());
        lines.push(format!("{name} = {text}"));
        name
    }

    /// A vector of so many cells, under a name.
    fn bind_vector(&self, text: &str, len: usize) -> Vec<String> {
        let name = self.bind(text);
        (0..len).map(|at| format!("{name}[{at}]")).collect()
    }
}

/// Whole numbers: one, or a list.
fn integers(value: &Value) -> Vec<i64> {
    let list = if value["list"].is_array() { &value["list"] } else { value };
    match list {
        Value::Array(items) => items.iter().filter_map(Value::as_i64).collect(),
        single => single.as_i64().into_iter().collect(),
    }
}

/// The whole numbers of an array, which choose elements.
fn chosen(value: &Value) -> Option<Vec<i64>> {
    (value["T"] == "int64").then(|| integers(&value["data"]))
}

/// An axis counted from either end.
fn axis(dim: i64, rank: usize) -> usize {
    if dim < 0 { (dim + rank as i64).max(0) as usize } else { dim as usize }
}

//! Arrays of the reference files: nested JSON lists in which what is not finite is a text.

use serde_json::Value;

/// Numbers in the order of rows, with their sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::String(text) => match text.as_str() {
            "nan" => Some(f64::NAN),
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Array {
    /// From nested lists, or one number.
    pub fn read(value: &Value) -> Array {
        match value {
            Value::Array(items) => {
                let parts: Vec<Array> = items.iter().map(Array::read).collect();
                let inner = parts.first().map_or_else(Vec::new, |part| part.shape.clone());
                let shape = std::iter::once(items.len()).chain(inner).collect();
                Array { shape, data: parts.into_iter().flat_map(|part| part.data).collect() }
            }
            single => Array {
                shape: Vec::new(),
                data: vec![number(single).unwrap_or_else(|| panic!("not a number: {single}"))],
            },
        }
    }

    /// In the order of columns, as tensors are kept.
    pub fn by_columns(&self) -> Vec<f64> {
        match self.shape[..] {
            [rows, columns] => {
                (0..rows * columns).map(|at| self.data[(at % rows) * columns + at / rows]).collect()
            }
            _ => self.data.clone(),
        }
    }

    /// A literal of the language.
    pub fn literal(&self) -> String {
        let list = |values: &[f64]| values.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>().join(", ");
        match self.shape[..] {
            [] => format!("{:?}", self.data[0]),
            [_, columns] => {
                let rows: Vec<String> =
                    self.data.chunks(columns.max(1)).map(|row| format!("[{}]", list(row))).collect();
                format!("[{}]", rows.join(", "))
            }
            _ => format!("[{}]", list(&self.data)),
        }
    }
}

/// The first place where two lists differ by more than `relative` of the larger of the wanted number and `floor`.
pub fn compare(what: &str, found: &[f64], wanted: &[f64], relative: f64, floor: f64) -> Result<(), String> {
    if found.len() != wanted.len() {
        return Err(format!("{what}: {} numbers, expected {}", found.len(), wanted.len()));
    }
    for (at, (&found, &wanted)) in found.iter().zip(wanted).enumerate() {
        let same = found == wanted || found.is_nan() && wanted.is_nan();
        let is_near = (found - wanted).abs() <= relative * wanted.abs().max(floor);
        if !same && !is_near {
            return Err(format!("{what}[{at}]: {found:e}, expected {wanted:e}"));
        }
    }
    Ok(())
}

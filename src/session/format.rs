//! Values as text: literals that read back, abbreviated when they are large.

use crate::tensor::Tensor;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    /// Significant digits.
    pub digits: usize,
    /// Write everything, however large.
    pub all: bool,
}

impl Default for NumberFormat {
    fn default() -> NumberFormat {
        NumberFormat { digits: 6, all: false }
    }
}

/// Items of a vector or rows of a matrix shown before `...`.
const SHOWN: usize = 8;
/// Longer than this is abbreviated.
const LONG: usize = 24;

/// One number with so many significant digits, without zeros at its end.
pub fn format_number(number: f64, format: NumberFormat) -> String {
    if number.is_nan() {
        return "nan".to_string();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_string();
    }
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_string();
    }
    let digits = format.digits.clamp(1, 17);
    let scientific = format!("{number:.*e}", digits - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -5 || exponent >= digits.max(16) as i32 {
        return format!("{}e{exponent}", trimmed(mantissa));
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    trimmed(&format!("{number:.decimals$}"))
}

fn trimmed(text: &str) -> String {
    if !text.contains('.') {
        return text.to_string();
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// A number, `[1, 2]`, `[[1, 2], [3, 4]]`, or the examples of a batch one below the other.
pub fn format_tensor(tensor: &Tensor, format: NumberFormat) -> String {
    format_tensor_with(tensor, format, &|number| format_number(number, format))
}

/// The same with each number written in one's own way.
pub fn format_tensor_with(tensor: &Tensor, format: NumberFormat, write: &dyn Fn(f64) -> String) -> String {
    let values = tensor.data.to_f64();
    let Some(count) = tensor.examples else { return format_example(&tensor.shape, &values, format, write) };
    let each = tensor.shape.iter().product::<usize>();
    if each == 0 {
        return format!("{count} examples of nothing");
    }
    let shown = if format.all || count <= LONG { count } else { SHOWN };
    let mut lines: Vec<String> = values
        .chunks(each)
        .take(shown)
        .map(|example| format_example(&tensor.shape, example, format, write))
        .collect();
    if shown < count {
        lines.push(format!("... {count} examples"));
    }
    lines.join("\n")
}

fn format_example(
    shape: &[usize],
    values: &[f64],
    format: NumberFormat,
    write: &dyn Fn(f64) -> String,
) -> String {
    match shape {
        [] => values.first().map_or(String::new(), |number| write(*number)),
        [_] => list(values.iter().map(|number| write(*number)), values.len(), format),
        [rows, rest @ ..] => {
            let items = (0..*rows).map(|row| {
                let inside: Vec<f64> = values.iter().skip(row).step_by(*rows).copied().collect();
                format_example(rest, &inside, format, write)
            });
            list(items, *rows, format)
        }
    }
}

fn list(items: impl Iterator<Item = String>, count: usize, format: NumberFormat) -> String {
    if format.all || count <= LONG {
        return format!("[{}]", items.collect::<Vec<_>>().join(", "));
    }
    let shown: Vec<String> = items.take(SHOWN).collect();
    format!("[{}, ...] ({count})", shown.join(", "))
}

/// A number by the format of an interpolation: `.4`, `.3e`.
pub fn format_by(number: f64, spec: &str) -> Option<String> {
    let (digits, scientific) = match spec.strip_suffix('e') {
        Some(digits) => (digits, true),
        None => (spec, false),
    };
    let digits: usize = digits.strip_prefix('.')?.parse().ok().filter(|n| *n <= 60)?;
    Some(if scientific { format!("{number:.digits$e}") } else { format!("{number:.digits$}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Buffer;

    #[test]
    fn numbers_have_few_digits_and_no_tail() {
        let format = NumberFormat::default();
        for (number, text) in [
            (2.9, "2.9"),
            (f64::from(0.2f32), "0.2"),
            (1e-9, "1e-9"),
            (123456.7, "123457"),
            (-0.5, "-0.5"),
            (3.0, "3"),
        ] {
            assert_eq!(format_number(number, format), text);
        }
        assert_eq!(format_number(0.1, NumberFormat { digits: 17, all: false }), "0.10000000000000001");
    }

    #[test]
    fn a_matrix_reads_by_rows() {
        let tensor =
            Tensor { shape: vec![2, 2], examples: None, data: Buffer::F64(vec![1.0, 3.0, 2.0, 4.0]) };
        assert_eq!(format_tensor(&tensor, NumberFormat::default()), "[[1, 2], [3, 4]]");
    }
}

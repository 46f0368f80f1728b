//! What is said of a training that left the numbers: where, on what, and which cell of the data it may come from.

use super::format::{NumberFormat, format_number};
use crate::base::Span;
use crate::data::outliers::{Far, farthest};
use crate::data::{Dataset, Encoding, Field, Part, Place};
use crate::diagnostics::{Diagnostic, Slug};
use crate::train::FirstBad;

/// Operand values shown.
const SHOWN: usize = 4;
/// Numbers beyond this came of steps that were too long.
const LARGE: f64 = 1e8;

/// The loss of a step, or a parameter after it, is not finite.
pub(super) fn diverged(
    data: (&Dataset, &Part),
    (epoch, step, loss): (usize, u64, Option<f64>),
    first: Option<&FirstBad>,
    span: Span,
) -> Diagnostic {
    let what = match loss {
        Some(loss) => format!("the loss became {loss}"),
        None => "a parameter stopped being finite".to_string(),
    };
    let step = first.map_or(step, |first| first.step);
    let batch = first.map_or(String::new(), |first| format!("batch {} (", first.batch));
    let end = if batch.is_empty() { "" } else { ")" };
    let headline = format!("{what} in epoch {}, {batch}step {step}{end}", epoch + 1);
    let mut found = Diagnostic::error(Slug::Diverged, span, headline).here("this training");
    let Some(first) = first else { return advised(found, false) };
    let happened = what_happened(first);
    let text = if first.is_slope { format!("in the gradient of this, {happened}") } else { happened };
    let place = first.span;
    found = match place {
        Some(place) => found.label(place, text),
        None => found.note(text),
    };
    let why = reason(first);
    found = why.into_iter().fold(found, |found, (reason, ..)| found.note(reason));
    let is_large = first.operands.iter().flatten().any(|value| value.abs() > LARGE);
    let (dataset, part) = data;
    let far = far_of(dataset, part, first, is_large);
    found = match (&far, first.example) {
        (Some(far), _) => far.told(found),
        (None, Some(example)) => {
            let cell = why.and_then(|(_, operand, at)| cell_of(dataset, part, first, operand, at));
            match cell.or_else(|| row_of(dataset, part, example, None)) {
                Some(place) => remark(found, &place, "this example"),
                None => found,
            }
        }
        (None, None) => found,
    };
    advised(found, far.is_none() && is_large).note("the parameters of the start of this epoch are kept")
}

fn advised(found: Diagnostic, has_grown: bool) -> Diagnostic {
    if has_grown { found.help("a smaller learning rate or `clip = 1` often helps") } else { found }
}

/// `` `log` of -1 gives NaN``
fn what_happened(first: &FirstBad) -> String {
    let operands: Vec<String> = first.operands.iter().map(|values| shown(values)).collect();
    let value = first.value;
    match first.operator {
        Some(operator) if !operands.is_empty() => {
            format!("`{operator}` of {} gives {value}", operands.join(" and "))
        }
        Some(operator) => format!("`{operator}` gives {value}"),
        None => format!("this is {value} already"),
    }
}

/// Numbers that an operation has no answer for.
struct Outside {
    /// Which operand.
    at: usize,
    holds: fn(f64) -> bool,
    reason: &'static str,
}

/// Whether it is 0 to a negative power.
fn has_zero_to_negative(first: &FirstBad) -> bool {
    let [base, exponent] = first.operands.as_slice() else { return false };
    let power = |at: usize| exponent.get(at).or(exponent.first()).copied().unwrap_or(0.0);
    base.iter().enumerate().any(|(at, base)| *base == 0.0 && power(at) < 0.0)
}

fn outside(operator: &str, first: &FirstBad) -> Option<Outside> {
    let of = |at, holds, reason| Some(Outside { at, holds, reason });
    match operator {
        "log" => {
            of(0, |x| x <= 0.0, "the logarithm of 0 is infinite, and of a negative number there is none")
        }
        "log1p" => of(0, |x| x <= -1.0, "`log1p(x)` is the logarithm of `1 + x`, which is not above 0"),
        "sqrt" => of(0, |x| x < 0.0, "a negative number has no square root"),
        "divide" => of(1, |x| x == 0.0, "something is divided by 0"),
        "exp" => of(0, |x| x > 88.0, "`exp` of such a number is larger than any that can be written"),
        "power" if has_zero_to_negative(first) => {
            of(0, |x| x == 0.0, "0 to a negative power is 1 divided by 0: the slope is infinite there")
        }
        "power" => of(0, |x| x < 0.0, "a negative number has a power only where the exponent is whole"),
        _ => None,
    }
}

/// Why the operation has no answer, and which number it has none for.
fn reason(first: &FirstBad) -> Option<(&'static str, usize, usize)> {
    let Outside { at, holds, reason } = outside(first.operator?, first)?;
    let place = first.operands.get(at)?.iter().position(|value| holds(*value))?;
    Some((reason, at, place))
}

/// The cell of that number, if it is one of the example's as they are in the data.
fn cell_of(dataset: &Dataset, part: &Part, first: &FirstBad, operand: usize, at: usize) -> Option<Place> {
    let (example, given) = (first.example?, first.operands.get(operand)?);
    let mut values = vec![0.0; part.input.stride()];
    part.input.gather_into(&[example], &mut values);
    let is_same = |(a, b): (&f64, &f64)| *a as f32 == *b as f32;
    let is_input = values.len() == given.len() && values.iter().zip(given).all(is_same);
    let column = dataset.encoders.input.encoder.column_at(at).filter(|_| part.input.shape.len() < 2)?;
    row_of(dataset, part, example, Some(column)).filter(|_| is_input)
}

/// A number far from the others, as it is in the data.
struct FarCell {
    far: Far,
    column: Option<String>,
    place: Option<Place>,
}

/// Looked for in the example that went wrong, then in its batch, and, if the numbers have grown, in all that was seen.
fn far_of(dataset: &Dataset, part: &Part, first: &FirstBad, has_grown: bool) -> Option<FarCell> {
    let example: Vec<u32> = first.example.into_iter().collect();
    let all: Vec<u32> = if has_grown { (0..part.n_examples as u32).collect() } else { Vec::new() };
    let fields: Vec<(&Field, &Encoding)> = std::iter::once((&part.input, &dataset.encoders.input))
        .chain(part.target.as_ref().zip(dataset.encoders.target.as_ref()))
        .collect();
    [&example, &first.rows, &all].into_iter().find_map(|examples| {
        fields.iter().find_map(|(field, encoding)| {
            let far = farthest(field, examples)?;
            // Only vectors are stored in the order of their columns.
            let column = (field.shape.len() < 2).then(|| encoding.encoder.column_at(far.at)).flatten();
            let place = row_of(dataset, part, far.example, column);
            Some(FarCell { far, column: column.map(str::to_string), place })
        })
    })
}

impl FarCell {
    fn told(&self, found: Diagnostic) -> Diagnostic {
        let name = self.column.as_ref().map_or("a number".to_string(), |column| format!("`{column}`"));
        let (least, most) = self.far.usual;
        let found = match &self.place {
            Some(place) => remark(found, place, &format!("{name} of this example is far from the others")),
            None => found,
        };
        found
            .note(format!(
                "{name} is {} there, and from {} to {} in most examples",
                short(self.far.value),
                short(least),
                short(most)
            ))
            .help("a wrong value is mended in the file; `standardize(...)` or `minmax(...)` brings right ones to one scale")
    }
}

/// Where an example stands; the cell of a column, if one is given.
fn row_of(dataset: &Dataset, part: &Part, example: u32, column: Option<&str>) -> Option<Place> {
    let row = *part.rows.get(example as usize)?;
    match column {
        Some(column) => dataset.cells.place(row, column),
        None => Some(dataset.cells.row(row)),
    }
}

fn remark(found: Diagnostic, place: &Place, text: &str) -> Diagnostic {
    crate::data::problem::remark(found, place, text)
}

fn shown(values: &[f64]) -> String {
    let texts: Vec<String> = values.iter().take(SHOWN).map(|value| short(*value)).collect();
    match values.len() {
        1 => texts.concat(),
        n if n > SHOWN => format!("[{}, ...] ({n})", texts.join(", ")),
        _ => format!("[{}]", texts.join(", ")),
    }
}

fn short(value: f64) -> String {
    format_number(value, NumberFormat { digits: 5, all: false })
}

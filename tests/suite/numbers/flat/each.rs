//! Number by number, each with its partners.

use super::Sample;
use super::field::{Field, wide};

/// What is made of the arguments `{0}`, `{1}` and `{2}`.
fn template(sample: &Sample<'_>) -> Option<String> {
    let (op, whole) = (sample.op(), "sign({0} / {1}) * floor(abs({0} / {1}))");
    Some(match op {
        "mul" => "{0} * {1}".into(),
        "add" | "sub" | "rsub" => {
            let (x, y) = if op == "rsub" { ("{1}", "{0}") } else { ("{0}", "{1}") };
            let sign = if op == "add" { "+" } else { "-" };
            format!("{x} {sign} {:?} * {y}", sample.number("alpha", 1.0))
        }
        "true_divide" => "{0} / {1}".into(),
        "div" => match sample.variant() {
            "no_rounding_mode" => "{0} / {1}".into(),
            "floor_rounding" => "floor({0} / {1})".into(),
            _ => whole.into(),
        },
        "fmod" => format!("{{0}} - {{1}} * {whole}"),
        "remainder" => "{0} - {1} * floor({0} / {1})".into(),
        "pow" => "{0} ^ {1}".into(),
        "hypot" => "sqrt({0}² + {1}²)".into(),
        "xlogy" => "xlogy({0}, {1})".into(),
        "atan2" => {
            "(if {1} > 0 then atan({0} / {1}) else if {0} >= 0 then atan({0} / {1}) + π else atan({0} / {1}) - π)".into()
        }
        "max" | "min" if sample.variant() == "binary" => format!("{op}({{0}}, {{1}})"),
        "maximum" => "max({0}, {1})".into(),
        "minimum" => "min({0}, {1})".into(),
        "lerp" => "{0} + {2} * ({1} - {0})".into(),
        "logit" => "log({0} / (1 - {0}))".into(),
        "clamp" => match (sample.arg(1).is_null(), sample.arg(2).is_null()) {
            (false, true) => "(if {0} < {1} then {1} else {0})".into(),
            (false, false) => "min(if {0} < {1} then {1} else {0}, {2})".into(),
            _ => return None,
        },
        _ => return None,
    })
}

pub fn written(sample: &Sample<'_>) -> Option<Field> {
    let template = template(sample)?;
    let arguments = (0..3).take_while(|at| template.contains(&format!("{{{at}}}")));
    let fields: Vec<Field> = arguments
        .map(|at| match sample.field(sample.arg(at)) {
            Some(field) => Some(field.clone()),
            None => sample.arg(at).as_f64().map(|number| Field::one(format!("{number:?}"))),
        })
        .collect::<Option<_>>()?;
    let shape = wide(fields.iter().map(|field| field.shape.as_slice()));
    Some(Field::new(&shape, |place| {
        let filled = fields.iter().enumerate().fold(template.clone(), |text, (at, field)| {
            text.replace(&format!("{{{at}}}"), field.spread(place))
        });
        format!("({filled})")
    }))
}

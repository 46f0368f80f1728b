//! Encoders as JSON and back, for the metadata of saved weights. Numbers keep every bit.

use serde_json::{Map, Value, json};

use super::{Encoder, Encoders, Encoding, Labels};
use crate::data::arrays::count;
use crate::data::expr::ArithOp;
use crate::data::infer::{Classes, FieldKind, FieldType, MOST_CLASSES};

const DEEPEST: usize = 64;

impl Encoders {
    pub fn to_json(&self) -> Value {
        json!({ "input": self.input.to_json(), "target": self.target.as_ref().map(Encoding::to_json) })
    }

    /// The encoders, or nothing if the text isn't what [`Encoders::to_json`] writes.
    pub fn from_json(value: &Value) -> Option<Encoders> {
        let target = match value.get("target")? {
            Value::Null => None,
            target => Some(Encoding::from_json(target)?),
        };
        Some(Encoders { input: Encoding::from_json(value.get("input")?)?, target })
    }
}

impl Encoding {
    pub fn to_json(&self) -> Value {
        let FieldType { shape, names, .. } = &self.field_type;
        json!({ "shape": shape, "names": names, "encoder": encoder_json(&self.encoder) })
    }

    pub fn from_json(value: &Value) -> Option<Encoding> {
        let encoder = encoder_of(value.get("encoder")?, 0)?;
        let kind = match &encoder {
            Encoder::OneHot(labels) => FieldKind::OneHot(labels.classes.clone()),
            Encoder::Column { .. }
            | Encoder::Constant(_)
            | Encoder::Concat(_)
            | Encoder::Flatten(_)
            | Encoder::Scale { .. }
            | Encoder::Arith { .. }
            | Encoder::Label(_) => FieldKind::Numbers,
        };
        let shape = sizes(value.get("shape")?)?;
        let fits = count(&shape) == Some(encoder.width());
        fits.then_some(Encoding {
            field_type: FieldType { shape, kind, names: texts(value.get("names")?)? },
            encoder,
        })
    }
}

fn encoder_json(encoder: &Encoder) -> Value {
    match encoder {
        Encoder::Column { name, shape, fill } => {
            json!({ "is": "column", "name": name, "shape": shape, "fill": fill })
        }
        Encoder::Constant(value) => json!({ "is": "constant", "value": value }),
        Encoder::Concat(items) => {
            json!({ "is": "concat", "of": items.iter().map(encoder_json).collect::<Vec<_>>() })
        }
        Encoder::Flatten(of) => json!({ "is": "flatten", "of": encoder_json(of) }),
        Encoder::Scale { of, offset, scale } => {
            json!({ "is": "scale", "of": encoder_json(of), "offset": offset, "scale": scale })
        }
        Encoder::Arith { op, lhs, rhs } => {
            json!({ "is": "arith", "op": op.symbol(), "lhs": encoder_json(lhs), "rhs": encoder_json(rhs) })
        }
        Encoder::OneHot(labels) => labels_json("one_hot", labels),
        Encoder::Label(labels) => labels_json("label", labels),
    }
}

fn labels_json(name: &str, labels: &Labels) -> Value {
    let classes = match &labels.classes {
        Classes::Text(values) => json!(values),
        Classes::Whole(values) => json!(values),
    };
    json!({ "is": name, "of": encoder_json(&labels.of), "classes": classes, "seen": labels.seen })
}

fn encoder_of(value: &Value, depth: usize) -> Option<Encoder> {
    if depth > DEEPEST {
        return None;
    }
    let fields = value.as_object()?;
    let child = |name: &str| encoder_of(fields.get(name)?, depth + 1).map(Box::new);
    Some(match fields.get("is")?.as_str()? {
        "column" => Encoder::Column {
            name: fields.get("name")?.as_str()?.to_owned(),
            shape: sizes(fields.get("shape")?).filter(|shape| count(shape).is_some_and(|n| n > 0))?,
            fill: fields.get("fill")?.as_f64(),
        },
        "constant" => Encoder::Constant(fields.get("value")?.as_f64()?),
        "concat" => {
            let items = fields.get("of")?.as_array()?;
            Encoder::Concat(items.iter().map(|item| encoder_of(item, depth + 1)).collect::<Option<_>>()?)
        }
        "flatten" => Encoder::Flatten(child("of")?),
        "scale" => scale_of(child("of")?, fields)?,
        "arith" => {
            let (lhs, rhs) = (child("lhs")?, child("rhs")?);
            let (a, b) = (lhs.width(), rhs.width());
            let op = ArithOp::of_symbol(fields.get("op")?.as_str()?)?;
            (a > 0 && b > 0 && (a == b || a == 1 || b == 1)).then_some(Encoder::Arith { op, lhs, rhs })?
        }
        "one_hot" => Encoder::OneHot(labels_of(child("of")?, fields)?),
        "label" => Encoder::Label(labels_of(child("of")?, fields)?),
        _unknown => return None,
    })
}

fn scale_of(of: Box<Encoder>, fields: &Map<String, Value>) -> Option<Encoder> {
    let (offset, scale) = (numbers(fields.get("offset")?)?, numbers(fields.get("scale")?)?);
    let fits = offset.len() == of.width() && scale.len() == of.width();
    fits.then_some(Encoder::Scale { of, offset, scale })
}

fn labels_of(of: Box<Encoder>, fields: &Map<String, Value>) -> Option<Labels> {
    let classes = fields.get("classes")?;
    let whole =
        || Some(Classes::Whole(classes.as_array()?.iter().map(Value::as_i64).collect::<Option<_>>()?));
    let classes = match classes.as_array()?.first() {
        Some(Value::String(_)) => Classes::Text(texts(classes)?),
        Some(_) | None => whole()?,
    };
    let seen: Vec<bool> =
        fields.get("seen")?.as_array()?.iter().map(Value::as_bool).collect::<Option<_>>()?;
    (of.width() == 1 && seen.len() == classes.len() && classes.len() <= MOST_CLASSES).then_some(Labels {
        of,
        classes,
        seen,
    })
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(Value::as_f64).collect()
}

fn sizes(value: &Value) -> Option<Vec<usize>> {
    value.as_array()?.iter().map(|size| usize::try_from(size.as_u64()?).ok()).collect()
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

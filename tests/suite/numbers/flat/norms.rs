//! Normalisations and what else belongs to networks.

use super::field::{Field, list};
use super::{Sample, axis, integers};

pub fn written(sample: &Sample<'_>) -> Option<Vec<Field>> {
    let x = sample.first()?;
    let one = |field: Field| Some(vec![field]);
    match sample.op() {
        "native_layer_norm" | "nn.functional.layer_norm" => layer_norm(sample, x),
        "nn.functional.group_norm" => group_norm(sample, x).map(|field| vec![field]),
        "nn.functional.batch_norm" => batch_norm(sample, x).map(|field| vec![field]),
        "nn.functional.prelu" => {
            let slope = sample.field(sample.either(1, "weight"))?;
            let slope = |place: &[usize]| {
                slope.cells[place.get(1).copied().unwrap_or(0).min(slope.cells.len() - 1)].as_str()
            };
            one(Field::new(&x.shape, |place| {
                format!("(if {0} > 0 then {0} else {1} * {0})", x.at(place), slope(place))
            }))
        }
        "nn.functional.hardtanh" => {
            let (lo, hi) = (sample.number("min_val", -1.0), sample.number("max_val", 1.0));
            let each = |cell: &String| match lo < hi {
                true => format!("hold({cell}, {lo:?}, {hi:?})"),
                false => format!("(0 * {cell} + ({hi:?}))"),
            };
            one(Field { shape: x.shape.clone(), cells: x.cells.iter().map(each).collect() })
        }
        "nn.functional.glu" => {
            let dim = axis(sample.arg(1).as_i64().unwrap_or(-1), x.rank());
            one(Field::new(&sample.wanted(), |place| {
                let mut gate = place.to_vec();
                gate[dim] += x.shape[dim] / 2;
                format!("{} * sigmoid({})", x.at(place), x.at(&gate))
            }))
        }
        "nn.functional.cosine_similarity" => {
            let (a, b) = (x, sample.field(sample.arg(1))?);
            let shape = super::field::wide([a.shape.as_slice(), b.shape.as_slice()].into_iter());
            let dim = axis(sample.option("dim").as_i64().unwrap_or(1), shape.len());
            let (a, b, eps) = (a.widened(&shape), b.widened(&shape), sample.number("eps", 1e-8));
            let (rest, a) = a.lanes(&[dim]);
            let (_, b) = b.lanes(&[dim]);
            let each = a.iter().zip(&b);
            let cells =
                each.map(|(a, b)| format!("cosine_similarity({}, {}, eps = {eps:?})", list(a), list(b)));
            one(Field { shape: rest, cells: cells.collect() })
        }
        _ => None,
    }
}

/// Mean of a lane and one by its deviation, under names.
fn moments(sample: &Sample<'_>, lane: &[&str], eps: f64) -> (String, String) {
    let mean = sample.bind(&format!("mean({})", list(lane)));
    let scale = sample.bind(&format!("1 / sqrt(variance({}) + ({eps:?}))", list(lane)));
    (mean, scale)
}

fn layer_norm(sample: &Sample<'_>, x: &Field) -> Option<Vec<Field>> {
    let (dims, eps) =
        (integers(sample.arg(1)).len(), sample.arg(4).as_f64().unwrap_or(sample.number("eps", 1e-5)));
    let (weight, bias) = (sample.field(sample.arg(2)), sample.field(sample.arg(3)));
    let axes: Vec<usize> = (x.rank() - dims..x.rank()).collect();
    let (_, lanes) = x.lanes(&axes);
    let moments: Vec<(String, String)> = lanes.iter().map(|lane| moments(sample, lane, eps)).collect();
    let len: usize = x.shape[x.rank() - dims..].iter().product();
    let cells = x.cells.iter().enumerate().map(|(at, cell)| {
        let (mean, scale) = &moments[at / len];
        let scaled = format!("({cell} - {mean}) * {scale}");
        let scaled = weight.map_or(scaled.clone(), |weight| format!("{scaled} * {}", weight.cells[at % len]));
        bias.map_or(scaled.clone(), |bias| format!("{scaled} + {}", bias.cells[at % len]))
    });
    let normed = Field { shape: x.shape.clone(), cells: cells.collect() };
    if sample.op() != "native_layer_norm" {
        return Some(vec![normed]);
    }
    let part = |cells: Vec<String>| Field { shape: vec![cells.len()], cells };
    let (means, scales) = moments.into_iter().unzip();
    Some(vec![normed, part(means), part(scales)])
}

fn group_norm(sample: &Sample<'_>, x: &Field) -> Option<Field> {
    let (groups, channels) = (sample.arg(1).as_u64()? as usize, x.shape[1]);
    let (weight, bias) = (sample.field(sample.option("weight")), sample.field(sample.option("bias")));
    // The channels of a group stand together.
    let (inner, room) = (x.cells.len() / x.shape[0] / groups, x.shape[2..].iter().product::<usize>());
    let cells: Vec<&str> = x.cells.iter().map(String::as_str).collect();
    let eps = sample.number("eps", 1e-5);
    let moments: Vec<_> = cells.chunks(inner).map(|lane| moments(sample, lane, eps)).collect();
    let made = cells.iter().enumerate().map(|(at, cell)| {
        let (mean, scale) = &moments[at / inner];
        let channel = at / room % channels;
        affine(&format!("({cell} - {mean}) * {scale}"), weight, bias, channel)
    });
    Some(Field { shape: x.shape.clone(), cells: made.collect() })
}

/// Scaled and shifted by the numbers of a channel, where there are some.
fn affine(text: &str, weight: Option<&Field>, bias: Option<&Field>, channel: usize) -> String {
    let text = weight.map_or(text.to_string(), |weight| format!("{text} * {}", weight.cells[channel]));
    bias.map_or(text.clone(), |bias| format!("{text} + {}", bias.cells[channel]))
}

fn batch_norm(sample: &Sample<'_>, x: &Field) -> Option<Field> {
    let given = |at: usize, name: &str| sample.field(sample.either(at, name));
    let (mean, variance) = (given(1, "running_mean"), given(2, "running_var"));
    let (weight, bias) = (given(3, "weight"), given(4, "bias"));
    let eps = sample.number("eps", 1e-5);
    let others: Vec<usize> = (0..x.rank()).filter(|&axis| axis != 1).collect();
    let (_, lanes) = x.lanes(&others);
    let moments: Vec<(String, String)> = match (sample.option("training") == true, mean, variance) {
        (true, ..) => lanes.iter().map(|lane| moments(sample, lane, eps)).collect(),
        (false, Some(mean), Some(variance)) => mean
            .cells
            .iter()
            .zip(&variance.cells)
            .map(|(mean, variance)| (mean.clone(), format!("(1 / sqrt({variance} + ({eps:?})))")))
            .collect(),
        _ => return None,
    };
    Some(Field::new(&x.shape, |place| {
        let (mean, scale) = &moments[place[1]];
        affine(&format!("({} - {mean}) * {scale}", x.at(place)), weight, bias, place[1])
    }))
}

//! Pooling and convolution: windows that move over the last axes.

use serde_json::Value;

use super::field::{Field, joined, list, places};
use super::{Sample, integers};

/// How windows lie on the last axes.
struct Windows {
    size: Vec<usize>,
    stride: Vec<i64>,
    padding: Vec<i64>,
    dilation: Vec<i64>,
}

/// A number for each of so many axes: the one, or those given.
fn each(value: &Value, axes: usize, default: &[i64]) -> Vec<i64> {
    match integers(value).as_slice() {
        [] => default.to_vec(),
        [one] => vec![*one; axes],
        all => all.to_vec(),
    }
}

impl Windows {
    /// The places of `shape` under the window of an output, with their place in the window.
    fn under(&self, at: &[usize], shape: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
        let found = places(&self.size).filter_map(|inner| {
            let place = (0..shape.len()).map(|axis| {
                let from = at[axis] as i64 * self.stride[axis] - self.padding[axis];
                let place = from + inner[axis] as i64 * self.dilation[axis];
                (place >= 0 && place < shape[axis] as i64).then_some(place as usize)
            });
            place.collect::<Option<Vec<usize>>>().map(|place| (place, inner))
        });
        found.collect()
    }
}

pub fn written(sample: &Sample<'_>) -> Option<Field> {
    let name = sample.op().strip_prefix("nn.functional.")?;
    let axes = match name {
        "max_pool1d" | "avg_pool1d" | "conv1d" => 1,
        "max_pool2d" | "avg_pool2d" | "conv2d" => 2,
        _ => return None,
    };
    match &name[..4] {
        "conv" => convolved(sample, axes),
        kind => pooled(sample, axes, kind == "max_"),
    }
}

fn pooled(sample: &Sample<'_>, axes: usize, largest: bool) -> Option<Field> {
    let x = sample.first()?;
    let size = each(sample.either(1, "kernel_size"), axes, &[]);
    let windows = Windows {
        stride: each(sample.either(2, "stride"), axes, &size),
        padding: each(sample.either(3, "padding"), axes, &vec![0; axes]),
        dilation: each(sample.option("dilation"), axes, &vec![1; axes]),
        size: size.iter().map(|&size| size as usize).collect(),
    };
    let split = x.rank() - axes;
    let (with_padding, by) =
        (sample.either(5, "count_include_pad") != false, sample.either(6, "divisor_override"));
    Some(Field::new(&sample.wanted(), |place| {
        let (channel, at) = place.split_at(split);
        let cells: Vec<String> = windows
            .under(at, &x.shape[split..])
            .into_iter()
            .map(|(inner, _)| x.at(&[channel, &inner].concat()).to_string())
            .collect();
        if largest {
            return format!("max({})", list(&cells));
        }
        // Padding counts, but not what lies beyond it.
        let room = (0..axes).map(|axis| {
            let from = at[axis] as i64 * windows.stride[axis] - windows.padding[axis];
            let end = x.shape[split + axis] as i64 + windows.padding[axis];
            (from + windows.size[axis] as i64).min(end) - from
        });
        let room = if with_padding { room.product() } else { cells.len() as i64 };
        format!(
            "{} / {}",
            joined(&cells, " + "),
            by.as_i64().map_or(room.to_string(), |by| format!("({by})"))
        )
    }))
}

fn convolved(sample: &Sample<'_>, axes: usize) -> Option<Field> {
    let (x, weights, bias) = (sample.first()?, sample.field(sample.arg(1))?, sample.field(sample.arg(2)));
    let size = weights.shape[2..].to_vec();
    let dilation = each(sample.option("dilation"), axes, &vec![1; axes]);
    let padding = match sample.option("padding").as_str() {
        Some("same") => (0..axes).map(|axis| dilation[axis] * (size[axis] as i64 - 1) / 2).collect(),
        Some(_) => vec![0; axes],
        None => each(sample.option("padding"), axes, &vec![0; axes]),
    };
    let stride = each(sample.option("stride"), axes, &vec![1; axes]);
    let groups = sample.option("groups").as_u64().unwrap_or(1) as usize;
    let windows = Windows { size, stride, padding, dilation };
    let (channels, outputs) = (weights.shape[1], weights.shape[0] / groups);
    Some(Field::new(&sample.wanted(), |place| {
        let (example, output, at) = (place[0], place[1], &place[2..]);
        let under = windows.under(at, &x.shape[2..]);
        let products = (0..channels).flat_map(|channel| {
            let from = output / outputs * channels + channel;
            under.iter().map(move |(inner, in_window)| {
                let weight = weights.at(&[&[output, channel], in_window.as_slice()].concat()).to_string();
                format!("{} * {weight}", x.at(&[&[example, from], inner.as_slice()].concat()))
            })
        });
        let sum = joined(&products.collect::<Vec<_>>(), " + ");
        bias.map_or(sum.clone(), |bias| format!("{sum} + {}", bias.at(&[output])))
    }))
}

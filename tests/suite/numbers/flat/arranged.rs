//! Numbers chosen and arranged.

use super::field::{Field, list};
use super::{Sample, axis, chosen, integers, sizes};

pub fn written(sample: &Sample<'_>) -> Option<Field> {
    let out = sample.wanted();
    if sample.op() == "stack" {
        return stacked(sample, &out);
    }
    let x = sample.first()?;
    let rank = x.rank();
    let int = |at: usize| sample.arg(at).as_i64();
    let from = |place: &dyn Fn(&[usize]) -> Vec<usize>| Field::new(&out, |at| x.at(&place(at)).to_string());
    Some(match sample.op() {
        "reshape" | "flatten" | "squeeze" | "unsqueeze" => x.reshaped(&out),
        "broadcast_to" => x.widened(&out),
        "repeat" | "tile" => from(&|place| {
            let own = &place[place.len() - rank..];
            own.iter().zip(&x.shape).map(|(at, size)| at % size).collect()
        }),
        "flip" => {
            let dims: Vec<usize> =
                integers(sample.option("dims")).iter().map(|&dim| axis(dim, rank)).collect();
            let turned = |dim: usize, at: usize| if dims.contains(&dim) { x.shape[dim] - 1 - at } else { at };
            from(&|place| place.iter().enumerate().map(|(dim, &at)| turned(dim, at)).collect())
        }
        "permute" => {
            let order: Vec<usize> = integers(sample.arg(1)).iter().map(|&dim| axis(dim, rank)).collect();
            from(&|place| permuted(place, &order))
        }
        "transpose" => {
            let mut order: Vec<usize> = (0..rank).collect();
            order.swap(axis(int(1)?, rank), axis(int(2)?, rank));
            from(&|place| permuted(place, &order))
        }
        "select" => {
            let dim = axis(int(1)?, rank);
            let at = axis(int(2)?, x.shape[dim]);
            from(&|place| with(place, dim, at))
        }
        "tril" | "triu" => {
            let shift = int(1).unwrap_or(0);
            Field::new(&out, |place| {
                let gap = place[rank - 1] as i64 - place[rank - 2] as i64;
                let stays = if sample.op() == "tril" { gap <= shift } else { gap >= shift };
                if stays { x.at(place).to_string() } else { "0".into() }
            })
        }
        "diff" => differences(sample, x)?,
        "gather" => {
            let (dim, index) = (axis(int(1)?, rank), chosen(sample.arg(2))?);
            let index = |place: &[usize]| {
                let shape = sizes(sample.arg(2));
                index[place.iter().zip(&shape).fold(0, |flat, (&at, &size)| flat * size + at)] as usize
            };
            from(&|place| if rank == 0 { Vec::new() } else { replaced(place, dim, index(place)) })
        }
        "index_select" => {
            let (dim, index) = (axis(int(1)?, rank), chosen(sample.arg(2))?);
            from(&|place| {
                if rank == 0 { Vec::new() } else { replaced(place, dim, index[place[dim]] as usize) }
            })
        }
        "take" => {
            let index = chosen(sample.arg(1))?;
            Field { cells: index.iter().map(|&at| x.cells[at as usize].clone()).collect(), shape: out }
        }
        "nn.functional.embedding" => {
            let rows = chosen(sample.arg(1))?;
            let row = |&at: &i64| (0..x.shape[1]).map(move |column| x.at(&[at as usize, column]).to_string());
            Field { cells: rows.iter().flat_map(row).collect(), shape: out }
        }
        "sort" => {
            let dim = axis(sample.option("dim").as_i64().unwrap_or(-1), rank);
            // Equal numbers keep their order from the largest to the smallest, too.
            let falls = sample.option("descending") == true;
            x.along(&[dim], |lane| {
                let text =
                    if falls { format!("-sort(-{})", list(lane)) } else { format!("sort({})", list(lane)) };
                sample.bind_vector(&text, lane.len())
            })
        }
        _ => return None,
    })
}

fn permuted(place: &[usize], order: &[usize]) -> Vec<usize> {
    let mut own = vec![0; place.len()];
    order.iter().zip(place).for_each(|(&axis, &at)| own[axis] = at);
    own
}

/// A place with one more axis.
fn with(place: &[usize], dim: usize, at: usize) -> Vec<usize> {
    let mut own = place.to_vec();
    own.insert(dim, at);
    own
}

/// A place with another number on one axis.
fn replaced(place: &[usize], dim: usize, at: usize) -> Vec<usize> {
    let mut own = place.to_vec();
    own[dim] = at;
    own
}

fn stacked(sample: &Sample<'_>, out: &[usize]) -> Option<Field> {
    let parts = sample.arg(0)["list"].as_array().or(sample.arg(0).as_array())?;
    let parts: Vec<&Field> = parts.iter().map(|part| sample.field(part)).collect::<Option<_>>()?;
    let dim = axis(sample.arg(1).as_i64()?, out.len());
    Some(Field::new(out, |place| {
        let mut own = place.to_vec();
        let part = own.remove(dim);
        parts[part].at(&own).to_string()
    }))
}

fn differences(sample: &Sample<'_>, x: &Field) -> Option<Field> {
    let (times, dim) =
        (sample.arg(1).as_i64().unwrap_or(1), axis(sample.arg(2).as_i64().unwrap_or(-1), x.rank()));
    let beside = |at: usize| sample.field(sample.arg(at)).filter(|_| times > 0);
    let parts: Vec<&Field> = [beside(3), Some(x), beside(4)].into_iter().flatten().collect();
    let mut shape = x.shape.clone();
    shape[dim] = parts.iter().map(|part| part.shape[dim]).sum();
    let mut found = Field::new(&shape, |place| {
        let (mut own, mut part) = (place.to_vec(), 0);
        while own[dim] >= parts[part].shape[dim] {
            own[dim] -= parts[part].shape[dim];
            part += 1;
        }
        parts[part].at(&own).to_string()
    });
    for _ in 0..times {
        shape[dim] = shape[dim].checked_sub(1)?;
        found = Field::new(&shape, |place| {
            format!("({} - {})", found.at(&replaced(place, dim, place[dim] + 1)), found.at(place))
        });
    }
    Some(found)
}

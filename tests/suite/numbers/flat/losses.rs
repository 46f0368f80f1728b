//! Losses: number by number, and those whose target is the number of a class.

use super::field::{Field, joined, list, wide};
use super::{Sample, chosen, sizes};

pub fn written(sample: &Sample<'_>) -> Option<Field> {
    let name = sample.op().strip_prefix("nn.functional.")?;
    match name {
        "cross_entropy" | "nll_loss" => of_class(sample, name == "nll_loss"),
        "multi_margin_loss" => multi_margin(sample),
        "multilabel_margin_loss" => multilabel_margin(sample),
        _ => each(sample, name),
    }
}

/// The sum or mean of what there is for each number, or all of it.
fn reduced(sample: &Sample<'_>, each: Field) -> Field {
    let sum = joined(&each.cells, " + ");
    match sample.option("reduction").as_str() {
        Some("none") => each,
        Some("sum") => Field::one(sum),
        _ => Field::one(format!("{sum} / {}", each.cells.len())),
    }
}

/// The loss of a number, its target and a third one.
type Each = Box<dyn Fn(&str, &str, &str) -> String>;

fn each(sample: &Sample<'_>, name: &str) -> Option<Field> {
    let given = |key: &str, default: f64| sample.number(key, default);
    let is = |key: &str| sample.option(key) == true;
    let extra = |key: &str| sample.field(sample.option(key));
    let (weight, positive) = (extra("weight"), extra("pos_weight"));
    let text: Each = match name {
        "binary_cross_entropy" => Box::new(|p, t, _| format!("({})", their_entropy(p, t))),
        "binary_cross_entropy_with_logits" if positive.is_some() => {
            Box::new(|p, t, w| format!("sigmoid_cross_entropy({p}, {t}, positive_weight = {w})"))
        }
        "binary_cross_entropy_with_logits" => Box::new(|p, t, _| format!("sigmoid_cross_entropy({p}, {t})")),
        "hinge_embedding_loss" => {
            let margin = given("margin", 1.0);
            Box::new(move |p, t, _| format!("hinge_embedding({p}, {t}, margin = {margin:?})"))
        }
        "huber_loss" => {
            let delta = given("delta", 1.0);
            Box::new(move |p, t, _| format!("huber({p}, {t}, delta = {delta:?})"))
        }
        "margin_ranking_loss" => {
            let margin = given("margin", 0.0);
            Box::new(move |a, b, t| format!("relu(-{t} * ({a} - {b}) + ({margin:?}))"))
        }
        "poisson_nll_loss" => {
            let (of_log, full) = (sample.option("log_input") != false, is("full"));
            Box::new(move |p, t, _| format!("poisson({p}, {t}, of_log = {of_log}, full = {full})"))
        }
        "gaussian_nll_loss" => {
            // PyTorch holds the variance above `eps`, and differentiates as if it had not.
            let (eps, constant) = (given("eps", 1e-6), if is("full") { " + log(2 * π) / 2" } else { "" });
            Box::new(move |p, t, v| {
                let held = format!("{v} + stop_gradient(max({v}, {eps:?}) - {v})");
                format!("(gaussian({p}, {t}, variance = {held}){constant})")
            })
        }
        _ => return None,
    };
    let (p, t) = (sample.first()?, sample.field(sample.arg(1))?);
    let third = sample.field(sample.arg(2)).or(extra("var")).or(positive);
    // One variance for each row, where the shape says so.
    let third = third.map(|v| {
        match name == "gaussian_nll_loss" && v.rank() > 0 && v.shape[..] == p.shape[..p.rank() - 1] {
            true => v.reshaped(&[v.shape.as_slice(), &[1]].concat()),
            false => v.clone(),
        }
    });
    let all = [Some(p), Some(t), third.as_ref()];
    let shape = wide(all.iter().flatten().map(|field| field.shape.as_slice()));
    let losses = Field::new(&shape, |place| {
        let third = third.as_ref().map_or("", |third| third.spread(place));
        let loss = text(p.spread(place), t.spread(place), third);
        weight.map_or(loss.clone(), |weight| format!("{} * {loss}", weight.spread(place)))
    });
    Some(reduced(sample, losses))
}

/// PyTorch's second derivative by the probability, `(t (1 - 2 p) + p²) / (p (1 - p))²`, has 1e-12 added to `p` and to
/// `1 - p` in its divisor. The term that is added here is 0, and so is its slope; its bend is the difference.
fn their_entropy(p: &str, t: &str) -> String {
    let bend = format!("({t} * (1 - 2 * {p}) + {p}²)");
    let theirs = format!("{bend} / (({p} + 1e-12) * (1 - {p} + 1e-12))²");
    let other = format!("{theirs} - {bend} / ({p} * (1 - {p}))²");
    format!("binary_cross_entropy({p}, {t}) + ({p} - stop_gradient({p}))² / 2 * stop_gradient({other})")
}

/// The class of each place, and the scores of all classes there.
fn by_class<'s>(sample: &'s Sample<'_>, x: &'s Field) -> Option<(Vec<i64>, Vec<Vec<&'s str>>)> {
    let classes = if x.rank() == 1 { 0 } else { 1 };
    Some((chosen(sample.arg(1))?, x.lanes(&[classes]).1))
}

fn of_class(sample: &Sample<'_>, of_logarithms: bool) -> Option<Field> {
    let x = sample.first()?;
    let (classes, lanes) = by_class(sample, x)?;
    let weight = sample.field(sample.option("weight"));
    let ignored = sample.option("ignore_index").as_i64();
    let (mut losses, mut counts) = (Vec::new(), Vec::new());
    for (&class, lane) in classes.iter().zip(&lanes) {
        if Some(class) == ignored {
            losses.push("0".to_string());
            continue;
        }
        let at = class as usize;
        let one_hot: Vec<&str> = (0..lane.len()).map(|other| if other == at { "1" } else { "0" }).collect();
        let loss = match of_logarithms {
            true => format!("-{}", lane[at]),
            false => format!("softmax_cross_entropy({}, {})", list(lane), list(&one_hot)),
        };
        let count = weight.map_or("1".to_string(), |weight| weight.cells[at].clone());
        losses.push(format!("{count} * ({loss})"));
        counts.push(count);
    }
    let losses = Field { shape: sizes(sample.arg(1)), cells: losses };
    Some(match sample.option("reduction").as_str() {
        Some("none" | "sum") => reduced(sample, losses),
        _ => Field::one(format!("{} / {}", joined(&losses.cells, " + "), joined(&counts, " + "))),
    })
}

fn multi_margin(sample: &Sample<'_>) -> Option<Field> {
    let x = sample.first()?;
    if x.rank() == 0 {
        return Some(Field::one(format!("multi_margin([{}], [1])", x.cells[0])));
    }
    let (classes, lanes) = by_class(sample, x)?;
    let power = if sample.number("p", 1.0) == 2.0 { "²" } else { "" };
    let losses = classes.iter().zip(&lanes).map(|(&class, lane)| {
        let right = lane[class as usize];
        let others = lane.iter().enumerate().filter(|(at, _)| *at != class as usize);
        let each: Vec<String> =
            others.map(|(_, other)| format!("relu(1 - {right} + {other}){power}")).collect();
        format!("{} / {}", joined(&each, " + "), lane.len())
    });
    let losses = Field { shape: vec![lanes.len()], cells: losses.collect() };
    Some(reduced(sample, losses))
}

fn multilabel_margin(sample: &Sample<'_>) -> Option<Field> {
    let x = sample.first()?;
    let classes = chosen(sample.arg(1))?;
    let width = x.shape.last().copied().unwrap_or(1);
    let rows = x.cells.chunks(width).zip(classes.chunks(width));
    let losses = rows.map(|(row, classes)| {
        // The classes end at the first that is none.
        let right: Vec<usize> =
            classes.iter().take_while(|&&class| class >= 0).map(|&class| class as usize).collect();
        let wrong = (0..width).filter(|at| !right.contains(at));
        let pairs = wrong.flat_map(|at| right.iter().map(move |&class| (class, at)));
        let each: Vec<String> =
            pairs.map(|(class, at)| format!("relu(1 - {} + {})", row[class], row[at])).collect();
        if each.is_empty() {
            format!("0 * {}", row[0])
        } else {
            format!("{} / {width}", joined(&each, " + "))
        }
    });
    let losses = Field { shape: vec![x.cells.len() / width], cells: losses.collect() };
    Some(reduced(sample, losses))
}

//! Pictures of networks.

use super::super::network::{Block, Column, Network, shown};
use super::super::ticks::short;
use super::axes::text;
use super::{STYLE, escaped, number, root};

/// Between the middles of two columns, and of two neurons.
const ACROSS: f64 = 170.0;
const DOWN: f64 = 40.0;
const RADIUS: f64 = 12.0;
/// Blocks: their size, and the room between them.
const WIDE: f64 = 430.0;
const HIGH: f64 = 46.0;
const GAP: f64 = 26.0;
/// More blocks are not drawn.
const MAX_BLOCKS: usize = 120;

/// A file of its own, with its stylesheet.
pub fn network_document(network: &Network, label: &str) -> String {
    drawn(network, label, &format!("<style>{STYLE}</style>\n"))
}

/// A picture inside a page that has [`STYLE`].
pub fn network_embedded(network: &Network, label: &str) -> String {
    drawn(network, label, "")
}

fn drawn(network: &Network, label: &str, style: &str) -> String {
    match network {
        Network::Columns(columns) => columns_drawn(columns, label, style),
        Network::Blocks(blocks) => blocks_drawn(blocks, label, style),
    }
}

fn columns_drawn(columns: &[Column], label: &str, style: &str) -> String {
    let most = columns.iter().map(|column| shown(column.size).len()).max().unwrap_or(1);
    let room = |column: Option<&Column>| {
        let names = column.into_iter().flat_map(|column| &column.names);
        names.map(|name| name.chars().count().min(22)).max().unwrap_or(0) as f64 * 6.9
    };
    let (left, right) = (room(columns.first()).max(44.0) + 34.0, room(columns.last()).max(44.0) + 34.0);
    let (top, height) = (58.0, most as f64 * DOWN);
    let width = left + right + (columns.len().max(1) - 1) as f64 * ACROSS;
    let x = |at: usize| left + at as f64 * ACROSS;
    let y = |size: usize, place: usize| {
        top + height / 2.0 + (place as f64 - (shown(size).len() as f64 - 1.0) / 2.0) * DOWN
    };
    let mut lines = String::new();
    let mut neurons = String::new();
    for (at, column) in columns.iter().enumerate() {
        if let (Some((name, weights)), Some(before)) =
            (&column.weights, at.checked_sub(1).and_then(|at| columns.get(at)))
        {
            lines.push_str(&connections((before, column), (name, weights), (x(at - 1), x(at)), &y));
            let place = ((x(at - 1) + x(at)) / 2.0, top + height + 20.0);
            let matrix = format!("{name} [{}, {}]", column.size, before.size);
            neurons.push_str(&text(place, "soft small", "middle", &matrix));
        }
        for (place, neuron) in shown(column.size).into_iter().enumerate() {
            let middle = (x(at), y(column.size, place));
            neurons.push_str(&neuron_drawn(column, neuron, middle, at, columns.len()));
        }
        neurons.push_str(&text((x(at), 20.0), "title", "middle", &column.title));
        neurons.push_str(&text((x(at), 38.0), "soft", "middle", &column.note));
        let size = column.size.to_string();
        neurons.push_str(&text((x(at), top + height + 20.0), "", "middle", &size));
    }
    let legend = format!(
        "<path class=\"curve s0\" d=\"M{l} {y}h16\"/>{}<path class=\"curve s1\" d=\"M{m} {y}h16\"/>{}",
        text((width / 2.0 - 86.0, top + height + 50.0), "soft small", "start", "weight above 0"),
        text((width / 2.0 + 46.0, top + height + 50.0), "soft small", "start", "below 0, thick: large"),
        l = number(width / 2.0 - 108.0),
        m = number(width / 2.0 + 24.0),
        y = number(top + height + 46.0),
    );
    let inside = lines + &neurons + &legend;
    root((width.max(340.0), top + height + 64.0), label, style, &inside)
}

/// A line for each weight between neurons that are drawn: colour by sign, thickness by size.
fn connections(
    (before, after): (&Column, &Column),
    (name, weights): (&str, &[f64]),
    (from, to): (f64, f64),
    y: &dyn Fn(usize, usize) -> f64,
) -> String {
    let finite = weights.iter().filter(|weight| weight.is_finite());
    let most = finite.fold(0.0f64, |most, weight| most.max(weight.abs()));
    let mut out = String::new();
    for (source, input) in shown(before.size).into_iter().enumerate() {
        for (target, output) in shown(after.size).into_iter().enumerate() {
            let (Some(input), Some(output)) = (input, output) else { continue };
            let Some(weight) = weights.get(input * after.size + output) else { continue };
            let part = if most > 0.0 && weight.is_finite() { weight.abs() / most } else { 0.0 };
            out.push_str(&format!(
                "<path class=\"s{}\" fill=\"none\" stroke-width=\"{}\" stroke-opacity=\"{}\" d=\"M{} {}L{} {}\">\
                 <title>{}[{output}, {input}] = {}</title></path>\n",
                usize::from(*weight < 0.0),
                number(0.5 + 2.7 * part),
                number(0.15 + 0.75 * part),
                number(from + RADIUS),
                number(y(before.size, source)),
                number(to - RADIUS),
                number(y(after.size, target)),
                escaped(name),
                short(*weight, 4),
            ));
        }
    }
    out
}

fn neuron_drawn(
    column: &Column,
    neuron: Option<usize>,
    (x, y): (f64, f64),
    at: usize,
    count: usize,
) -> String {
    let Some(neuron) = neuron else {
        let dots = [-8.0, 0.0, 8.0].map(|dy| {
            format!("<circle class=\"f6\" cx=\"{}\" cy=\"{}\" r=\"2\"/>", number(x), number(y + dy))
        });
        return dots.concat() + "\n";
    };
    let color = if at == 0 {
        6
    } else if at + 1 == count {
        2
    } else {
        0
    };
    let (cx, cy) = (number(x), number(y));
    let mut out = format!(
        "<circle class=\"ground\" cx=\"{cx}\" cy=\"{cy}\" r=\"{RADIUS}\"/>\
         <circle class=\"f{color} s{color}\" fill-opacity=\".22\" stroke-width=\"1.5\" cx=\"{cx}\" cy=\"{cy}\" r=\"{RADIUS}\"/>\n"
    );
    if let Some(name) = column.names.get(neuron) {
        let name: String = name.chars().take(22).collect();
        let (dx, anchor) = if at == 0 { (-20.0, "end") } else { (20.0, "start") };
        out.push_str(&text((x + dx, y + 4.0), "soft", anchor, &name));
    }
    out
}

fn blocks_drawn(blocks: &[Block], label: &str, style: &str) -> String {
    let drawn = blocks.len().min(MAX_BLOCKS);
    let skips =
        blocks.iter().enumerate().flat_map(|(at, block)| block.inputs.iter().map(move |from| (*from, at)));
    let skips: Vec<(usize, usize)> = skips.filter(|(from, at)| from + 1 < *at && *at < drawn).collect();
    let lanes = lanes(&skips);
    let margin = 18.0 * (lanes.iter().max().map_or(0, |most| most + 1)) as f64;
    let y = |at: usize| 10.0 + at as f64 * (HIGH + GAP);
    let mut out = String::from(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path class=\"f6\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
    );
    for (at, block) in blocks.iter().take(drawn).enumerate() {
        if at > 0 && block.inputs.contains(&(at - 1)) {
            let (x, from, to) = (number(10.0 + WIDE / 2.0), number(y(at) - GAP), number(y(at)));
            out.push_str(&format!(
                "<path class=\"axis\" marker-end=\"url(#tip)\" d=\"M{x} {from}V{to}\"/>\n"
            ));
        }
        out.push_str(&block_drawn(block, at, y(at)));
    }
    for ((from, at), lane) in skips.iter().zip(&lanes) {
        let (start, end) = (y(*from) + HIGH * 0.7, y(*at) + HIGH * 0.3);
        let (edge, far) = (10.0 + WIDE, 10.0 + WIDE + 14.0 + 18.0 * *lane as f64);
        out.push_str(&format!(
            "<path class=\"axis\" marker-end=\"url(#tip)\" d=\"M{e} {s}H{f0}Q{f} {s} {f} {s1}V{t1}Q{f} {t} {f0} {t}H{e1}\"/>\n",
            e = number(edge),
            e1 = number(edge + 1.0),
            f0 = number(far - 8.0),
            f = number(far),
            s = number(start),
            s1 = number(start + 8.0),
            t1 = number(end - 8.0),
            t = number(end),
        ));
    }
    let height = y(drawn) - GAP + 10.0 + if drawn < blocks.len() { 30.0 } else { 0.0 };
    if drawn < blocks.len() {
        let words = format!("and {} more", blocks.len() - drawn);
        out.push_str(&text((10.0 + WIDE / 2.0, height - 12.0), "soft", "middle", &words));
    }
    root((WIDE + 24.0 + margin, height), label, style, &out)
}

/// A place at the side for each arrow that goes around others, so that none lie on each other.
fn lanes(skips: &[(usize, usize)]) -> Vec<usize> {
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut found = Vec::new();
    for &(from, at) in skips {
        let lane = taken.iter().position(|lane| lane.iter().all(|(f, a)| *a < from || at < *f));
        let lane = lane.unwrap_or_else(|| {
            taken.push(Vec::new());
            taken.len() - 1
        });
        if let Some(lane) = taken.get_mut(lane) {
            lane.push((from, at));
        }
        found.push(lane);
    }
    found
}

fn block_drawn(block: &Block, at: usize, y: f64) -> String {
    let color = if at == 0 || block.formula.is_empty() { 6 } else { 0 };
    let formula: String = match block.formula.chars().count() > 52 {
        true => block.formula.chars().take(51).chain(['…']).collect(),
        false => block.formula.clone(),
    };
    let words = if formula.is_empty() { "input".to_string() } else { format!("{} = {formula}", block.name) };
    let name = if formula.is_empty() { block.name.clone() } else { String::new() };
    let mut out = format!(
        "<rect class=\"f{color} s{color}\" fill-opacity=\".1\" stroke-width=\"1.2\" rx=\"8\" x=\"10\" y=\"{}\" width=\"{WIDE}\" height=\"{HIGH}\"/>\n",
        number(y)
    );
    let start = if name.is_empty() { 24.0 } else { 36.0 + 7.0 * name.chars().count() as f64 };
    out.push_str(&text((24.0, y + 28.0), "title", "start", &name));
    out.push_str(&text((start, y + 28.0), "", "start", &words));
    out.push_str(&text((10.0 + WIDE - 14.0, y + 28.0), "soft", "end", &block.shape));
    out
}

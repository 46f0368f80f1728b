//! What stands around the marks: lines, ticks, labels, the legend, the bar of colours.

use super::super::frame::Frame;
use super::super::grid::GridKind;
use super::super::scene::{Plot, Series};
use super::super::ticks::short;
use super::{Area, PALETTE, escaped, number};

/// A line of text; `anchor` is `start`, `middle` or `end`.
pub fn text((x, y): (f64, f64), class: &str, anchor: &str, words: &str) -> String {
    let (x, y) = (number(x), number(y));
    format!(
        "<text x=\"{x}\" y=\"{y}\" class=\"{class}\" text-anchor=\"{anchor}\">{}</text>\n",
        escaped(words)
    )
}

/// Lines across at the ticks, under the marks.
pub fn lines(plot: &Plot, frame: &Frame, area: Area) -> String {
    if plot.grids().next().is_some() {
        return String::new();
    }
    let mut path = String::new();
    for tick in &frame.y.ticks {
        let (_, y) = area.at(frame, (frame.x.from, tick.value));
        path.push_str(&format!("M{} {}h{}", number(area.left), number(y), number(area.width)));
    }
    format!("<path class=\"line\" d=\"{path}\"/>\n")
}

/// Texts at the ticks, labels of the axes, the line below.
pub fn ticks(plot: &Plot, frame: &Frame, area: Area) -> String {
    let bottom = area.top + area.height;
    let mut out = String::new();
    let is_grid = plot.grids().next().is_some();
    let (left, width) = (number(area.left), number(area.width));
    match is_grid {
        true => out.push_str(&format!(
            "<rect class=\"line\" x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"{}\"/>\n",
            number(area.top),
            number(area.height)
        )),
        false => out.push_str(&format!("<path class=\"axis\" d=\"M{left} {}h{width}\"/>\n", number(bottom))),
    }
    let widest = frame.x.ticks.iter().map(|tick| tick.text.chars().count()).max().unwrap_or(0) as f64 * 6.9;
    let room = area.width / frame.x.ticks.len().max(1) as f64;
    let stride = (widest / (room - 4.0).max(8.0)).ceil().max(1.0) as usize;
    for tick in frame.x.ticks.iter().step_by(stride) {
        let (x, _) = area.at(frame, (tick.value, frame.y.from));
        out.push_str(&text((x, bottom + 17.0), "soft", "middle", &cut(&tick.text, 24)));
    }
    for tick in &frame.y.ticks {
        let (_, y) = area.at(frame, (frame.x.from, tick.value));
        out.push_str(&text((area.left - 7.0, y + 4.0), "soft", "end", &cut(&tick.text, 24)));
    }
    if !plot.x.label.is_empty() {
        let place = (area.left + area.width / 2.0, bottom + 37.0);
        out.push_str(&text(place, "soft", "middle", &plot.x.label));
    }
    if !plot.y.label.is_empty() {
        let middle = number(area.top + area.height / 2.0);
        let x = number((area.left - 14.0 - tick_width(frame)).max(14.0));
        out.push_str(&format!(
            "<text class=\"soft\" text-anchor=\"middle\" transform=\"translate({x} {middle}) rotate(-90)\">{}</text>\n",
            escaped(&plot.y.label)
        ));
    }
    out
}

/// The room that texts at the left need.
pub fn tick_width(frame: &Frame) -> f64 {
    let widest = frame.y.ticks.iter().map(|tick| tick.text.chars().count().min(24)).max().unwrap_or(0);
    widest as f64 * 6.9
}

fn cut(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text.to_string(),
    }
}

/// Names of series in lines above the plot.
pub struct Legend {
    entries: Vec<(f64, f64, String)>,
    pub height: f64,
}

pub fn legend(plot: &Plot, width: f64) -> Legend {
    let series = plot.legend();
    let single = series.len() < 2 && !plot.title.is_empty();
    let (mut x, mut y) = (0.0, 0.0);
    let mut entries = Vec::new();
    for one in series.iter().filter(|_| !single) {
        let name = cut(&one.name, 40);
        let room = 34.0 + name.chars().count() as f64 * 6.9;
        if x > 0.0 && x + room > width - 80.0 {
            (x, y) = (0.0, y + 18.0);
        }
        entries.push((x, y, swatch(plot, one) + &text((20.0, 4.0), "", "start", &name)));
        x += room;
    }
    let height = if entries.is_empty() { 0.0 } else { y + 26.0 };
    Legend { entries, height }
}

impl Legend {
    pub fn drawn(&self, top: f64, left: f64) -> String {
        let entries = self.entries.iter().map(|(x, y, entry)| {
            let (x, y) = (number(left + x), number(top + y + 12.0));
            format!("<g transform=\"translate({x} {y})\">{entry}</g>\n")
        });
        entries.collect()
    }
}

fn swatch(plot: &Plot, series: &Series) -> String {
    use super::super::scene::Mark;
    let is_line = plot.marks.iter().any(|mark| matches!(mark, Mark::Curve(curve) if curve == series));
    let color = series.color % PALETTE;
    let dash = if series.dashed { " dash" } else { "" };
    match is_line {
        true => format!("<path class=\"curve s{color}{dash}\" d=\"M0 0h15\"/>"),
        false => super::marks::symbol((8.0, 0.0), series.color, 5.0),
    }
}

/// Whether colours mean amounts that need a scale.
pub fn has_bar(plot: &Plot) -> bool {
    plot.grids().any(|grid| grid.kind == GridKind::Amount)
}

/// The scale of colours at the right, from the least value to the greatest.
pub fn color_bar(plot: &Plot, area: Area) -> String {
    let Some(grid) = plot.grids().find(|grid| grid.kind == GridKind::Amount) else { return String::new() };
    let Some((low, high)) = grid.extent() else { return String::new() };
    let (low, high) = if low > 0.0 { (0.0, high) } else { (low, high.max(0.0)) };
    const STEPS: usize = 24;
    let (left, height) = (area.left + area.width + 14.0, area.height / STEPS as f64);
    let mut out = String::new();
    for step in 0..STEPS {
        let value = high + (low - high) * (step as f64 + 0.5) / STEPS as f64;
        if let Some(tone) = grid.tones().of(value) {
            out.push_str(&format!(
                "<rect x=\"{}\" y=\"{}\" width=\"10\" height=\"{}\" class=\"f{}\" fill-opacity=\"{:.2}\"/>\n",
                number(left),
                number(area.top + step as f64 * height),
                number(height + 0.3),
                usize::from(tone.negative),
                tone.strength
            ));
        }
    }
    let ends = [(area.top + 9.0, high), (area.top + area.height, low)];
    for (y, value) in ends {
        out.push_str(&text((left + 14.0, y), "soft small", "start", &short(value, 2)));
    }
    out
}

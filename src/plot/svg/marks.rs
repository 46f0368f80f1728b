//! Curves, dots, bars and cells.

use super::super::frame::Frame;
use super::super::grid::{Grid, GridKind, Tones};
use super::super::scene::{Mark, Plot, Series};
use super::super::ticks::short;
use super::axes::text;
use super::{Area, PALETTE, number};

/// Shades of cells, each one path.
const SHADES: usize = 24;

pub fn mark(mark: &Mark, frame: &Frame, area: Area) -> String {
    match mark {
        Mark::Curve(series) => curve(series, frame, area),
        Mark::Dots(series) => dots(series, frame, area),
        Mark::Bars(series) => bars(series, frame, area),
        Mark::Grid(grid) => cells(grid, frame, area),
    }
}

/// Cells of a small matrix are squares.
pub fn squared(plot: &Plot, area: Area) -> Area {
    let Some(grid) = plot.grids().find(|grid| grid.top_down) else { return area };
    let (columns, rows) = (grid.columns.max(1) as f64, grid.rows.max(1) as f64);
    let side = (area.width / columns).min(area.height / rows);
    if side < 2.0 {
        return area;
    }
    let side = side.min(64.0);
    // Wider where the names below need it.
    let longest = plot.x.names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64;
    let across = side.max((longest * 6.9 + 10.0).min(area.width / columns));
    let (width, height) = (across * columns, side * rows);
    Area { left: area.left + (area.width - width) / 2.0, width, height, ..area }
}

/// A line; of many points at most two for each column of the drawing.
fn curve(series: &Series, frame: &Frame, area: Area) -> String {
    let color = series.color % PALETTE;
    let dash = if series.dashed { " dash" } else { "" };
    let mut path = String::new();
    let mut alone = String::new();
    for run in series.points.split(|(x, y)| !x.is_finite() || !y.is_finite()) {
        let places: Vec<(f64, f64)> = run.iter().map(|point| area.at(frame, *point)).collect();
        if let &[(x, y)] = places.as_slice() {
            alone.push_str(&symbol((x, y), series.color, 3.0));
        }
        for (at, (x, y)) in thinned(&places, area.width).into_iter().enumerate() {
            path.push_str(&format!("{}{} {}", if at == 0 { "M" } else { "L" }, number(x), number(y)));
        }
    }
    format!("<path class=\"curve s{color}{dash}\" d=\"{path}\"/>\n{alone}")
}

/// The lowest and the highest point of each column, in their order.
fn thinned(places: &[(f64, f64)], width: f64) -> Vec<(f64, f64)> {
    if (places.len() as f64) < 3.0 * width {
        return places.to_vec();
    }
    let mut out: Vec<(f64, f64)> = Vec::new();
    for column in places.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (least, most) = (column.iter().min_by(by_height), column.iter().max_by(by_height));
        let mut pair: Vec<(f64, f64)> = least.into_iter().chain(most).copied().collect();
        pair.sort_by(|a, b| a.0.total_cmp(&b.0));
        out.extend(pair);
    }
    out
}

fn dots(series: &Series, frame: &Frame, area: Area) -> String {
    let radius = if series.points.len() > 400 { 2.4 } else { 3.6 };
    let finite = series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    finite.map(|point| symbol(area.at(frame, *point), series.color, radius) + "\n").collect()
}

/// A circle, square, triangle or diamond: colours are not the only difference.
pub fn symbol((x, y): (f64, f64), color: usize, r: f64) -> String {
    let class = format!("class=\"dot f{}\"", color % PALETTE);
    let path = match color % 4 {
        0 => {
            return format!(
                "<circle {class} cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                number(x),
                number(y),
                number(r)
            );
        }
        1 => format!("M{} {}h{s}v{s}h-{s}z", number(x - r * 0.9), number(y - r * 0.9), s = number(r * 1.8)),
        2 => {
            let (w, h) = (number(r * 1.15), number(r * 2.0));
            format!("M{} {}l{w} {h}h-{}z", number(x), number(y - r * 1.2), number(r * 2.3))
        }
        _ => {
            let s = number(r * 1.25);
            format!("M{} {}l{s} {s}l-{s} {s}l-{s} -{s}z", number(x), number(y - r * 1.25))
        }
    };
    format!("<path {class} d=\"{path}\"/>")
}

fn bars(series: &Series, frame: &Frame, area: Area) -> String {
    let mut path = String::new();
    for pair in series.points.windows(2) {
        let &[(from, height), (to, _)] = pair else { continue };
        let ((left, top), (right, bottom)) = (area.at(frame, (from, height)), area.at(frame, (to, 0.0)));
        if height.is_finite() && bottom - top > 0.0 {
            let width = number((right - left - 1.0).max(0.5));
            let (x, y) = (number(left + 0.5), number(top));
            path.push_str(&format!("M{x} {y}h{width}V{}h-{width}z", number(bottom)));
        }
    }
    format!("<path class=\"f{}\" fill-opacity=\".85\" d=\"{path}\"/>\n", series.color % PALETTE)
}

/// One path for each colour and shade; numbers over them where the cells are large enough.
fn cells(grid: &Grid, frame: &Frame, area: Area) -> String {
    let mut paths: Vec<((usize, usize), String)> = Vec::new();
    let mut numbers = String::new();
    let tones = grid.tones();
    let (dx, dy) = (1.0 / grid.columns.max(1) as f64, 1.0 / grid.rows.max(1) as f64);
    for row in 0..grid.rows {
        for column in 0..grid.columns {
            let value = grid.value(row, column);
            let corner = |c: usize, r: usize| {
                let x = grid.x.0 + (grid.x.1 - grid.x.0) * c as f64 * dx;
                let y = grid.y.0 + (grid.y.1 - grid.y.0) * r as f64 * dy;
                area.at(frame, (x, y))
            };
            let ((x0, y0), (x1, y1)) = (corner(column, row), corner(column + 1, row + 1));
            let (left, top, w, h) = (x0.min(x1), y0.min(y1), (x1 - x0).abs(), (y1 - y0).abs());
            let Some(key) = shade(grid.kind, tones, value) else { continue };
            let gap = if grid.kind == GridKind::Counts { 1.0 } else { -0.2 };
            let piece = format!(
                "M{} {}h{w}v{}h-{w}z",
                number(left + gap / 2.0),
                number(top + gap / 2.0),
                number(h - gap),
                w = number(w - gap)
            );
            match paths.iter_mut().find(|(known, _)| *known == key) {
                Some((_, path)) => path.push_str(&piece),
                None => paths.push((key, piece)),
            }
            if grid.kind == GridKind::Counts && w > 14.0 && h > 12.0 {
                let class = if key.1 * 2 > SHADES { "on" } else { "" };
                let middle = (left + w / 2.0, top + h / 2.0 + 4.0);
                numbers.push_str(&text(middle, class, "middle", &short(value, 6)));
            }
        }
    }
    let paths = paths.into_iter().map(|((color, shade), path)| {
        let opacity = shade as f64 / SHADES as f64;
        format!("<path class=\"f{color}\" fill-opacity=\"{opacity:.2}\" d=\"{path}\"/>\n")
    });
    paths.collect::<String>() + &numbers
}

/// The colour and the shade of a cell.
fn shade(kind: GridKind, tones: Tones, value: f64) -> Option<(usize, usize)> {
    if kind == GridKind::Class {
        return (value >= 0.0).then_some((value as usize % PALETTE, SHADES / 5));
    }
    let tone = tones.of(value)?;
    let shade = (tone.strength * SHADES as f64).round() as usize;
    Some((usize::from(tone.negative), shade))
}

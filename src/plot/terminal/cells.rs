//! Matrices: shades, or numbers in a table.

use super::super::grid::{Grid, GridKind, Tone};
use super::super::scene::Plot;
use super::super::ticks::short;
use super::Screen;
use super::canvas::colored;

const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
const BELOW: [char; 5] = [' ', '⠂', '⠒', '⠶', '⣿'];

/// The sign of a cell; values below 0 have signs of their own.
pub fn shade(tone: Tone) -> char {
    let at = (tone.strength * 4.0).round() as usize;
    if tone.negative { BELOW[at.min(4)] } else { SHADES[at.min(4)] }
}

pub fn matrix(plot: &Plot, grid: &Grid, screen: Screen) -> Vec<String> {
    if grid.kind == GridKind::Counts {
        return table(plot, grid, screen);
    }
    let across = screen.width.saturating_sub(6).max(8);
    let wide = if grid.columns * 2 <= across { 2 } else { 1 };
    let grid = grid.clone().coarsened((across / wide).max(1));
    let tones = grid.tones();
    let mut lines = Vec::new();
    lines.push(format!("┌{}┐", "─".repeat(grid.columns * wide)));
    for row in 0..grid.rows {
        let mut line = String::from("│");
        for column in 0..grid.columns {
            let cell = match tones.of(grid.value(row, column)) {
                Some(tone) => {
                    let text = shade(tone).to_string().repeat(wide);
                    colored(&text, Some(usize::from(tone.negative)), screen.color)
                }
                None => "×".repeat(wide),
            };
            line.push_str(&cell);
        }
        lines.push(line + "│");
    }
    lines.push(format!("└{}┘", "─".repeat(grid.columns * wide)));
    if let Some((low, high)) = grid.extent() {
        let mut scale = Vec::new();
        if low < 0.0 {
            scale.push(format!("{} {}", colored("⣿", Some(1), screen.color), short(low, 3)));
        }
        if high > 0.0 || low == 0.0 {
            scale.push(format!("{} {}", colored("█", Some(0), screen.color), short(high, 3)));
        }
        lines.push(format!("{} × {}", plot.y.label, plot.x.label));
        lines.push(scale.join("   "));
    }
    lines
}

/// Numbers with the names of their rows and columns; the diagonal stands out by its colour.
fn table(plot: &Plot, grid: &Grid, screen: Screen) -> Vec<String> {
    let most = ((screen.width / 2) / grid.columns.max(1)).max(3);
    let cut = |text: &str, most: usize| -> String { text.chars().take(most).collect() };
    let rows: Vec<String> = plot.y.names.iter().map(|name| cut(name, screen.width / 3)).collect();
    let columns: Vec<String> = plot.x.names.iter().map(|name| cut(name, most)).collect();
    let left = rows.iter().chain([&plot.y.label]).map(|name| name.chars().count()).max().unwrap_or(0);
    let texts: Vec<String> = grid.values.iter().map(|value| short(*value, 6)).collect();
    let width = texts.iter().chain(&columns).map(|text| text.chars().count()).max().unwrap_or(1) + 2;
    let right = |text: &str, width: usize| format!("{text:>width$}");
    let mut lines = vec![format!("{:left$}  {}", plot.y.label, plot.x.label)];
    let head: String = columns.iter().map(|name| right(name, width)).collect();
    lines.push(format!("{:left$}{head}", ""));
    for (row, name) in rows.iter().enumerate() {
        let mut line = format!("{name:left$}");
        for column in 0..grid.columns {
            let text = texts.get(row * grid.columns + column).map_or("", String::as_str);
            let color = if row == column { 2 } else { 1 };
            let is_shown = row == column || text != "0";
            line.push_str(&colored(&right(text, width), is_shown.then_some(color), screen.color));
        }
        lines.push(line);
    }
    lines
}

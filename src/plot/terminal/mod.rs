//! Figures as lines of text: braille dots, bars of eighths, shades. Colours are the terminal's own sixteen.

mod canvas;
mod cells;
mod marks;

use super::frame::frame;
use super::scene::{Figure, Plot};
use canvas::Canvas;

/// What there is room for, and whether colours may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Letters in a line.
    pub width: usize,
    /// Lines of one plot without what stands around it.
    pub height: usize,
    pub color: bool,
}

impl Default for Screen {
    fn default() -> Screen {
        Screen { width: 80, height: 14, color: false }
    }
}

/// A figure as lines; plots stand below one another.
pub fn draw(figure: &Figure, screen: Screen) -> String {
    let screen = Screen { width: screen.width.clamp(24, 400), height: screen.height.clamp(4, 100), ..screen };
    let mut lines: Vec<String> = Vec::new();
    if !figure.title.is_empty() {
        lines.push(figure.title.clone());
    }
    for plot in &figure.plots {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(panel(plot, screen));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn panel(plot: &Plot, screen: Screen) -> Vec<String> {
    let mut lines = Vec::new();
    if !plot.title.is_empty() {
        lines.push(plot.title.clone());
    }
    if let Some(grid) = plot.grids().find(|grid| grid.top_down) {
        lines.extend(cells::matrix(plot, grid, screen));
        return lines;
    }
    let Some(frame) = frame(plot, (screen.width / 12, screen.height / 3)) else {
        lines.push("no finite numbers to draw".to_string());
        return lines;
    };
    lines.extend(marks::legend(plot, screen));
    let left = frame.y.ticks.iter().map(|tick| tick.text.chars().count()).max().unwrap_or(0);
    let width = screen.width.saturating_sub(left + 2 + marks::room_at_right(plot)).max(8);
    let mut canvas = Canvas::new(width, screen.height);
    plot.marks.iter().for_each(|mark| marks::mark(plot, mark, &frame, &mut canvas));
    let names = marks::names_at_right(plot, &frame, screen.height);
    let mut labels = vec![String::new(); screen.height];
    for tick in &frame.y.ticks {
        let row = canvas.row_of(frame.y.place(tick.value));
        if let Some(label) = labels.get_mut(row) {
            label.clone_from(&tick.text);
        }
    }
    if !plot.y.label.is_empty() {
        lines.push(format!(
            "{}{}",
            " ".repeat(left.saturating_sub(plot.y.label.chars().count())),
            plot.y.label
        ));
    }
    for (row, label) in labels.iter().enumerate() {
        let side = if label.is_empty() { "│" } else { "┤" };
        let pad = " ".repeat(left - label.chars().count());
        let name = names
            .iter()
            .find(|(at, ..)| *at == row)
            .map(|(_, name, color)| format!(" {}", canvas::colored(name, Some(*color), screen.color)));
        lines.push(format!(
            "{pad}{label} {side}{}{}",
            canvas.line(row, screen.color),
            name.unwrap_or_default()
        ));
    }
    lines.extend(below(plot, &frame, left, width));
    lines
}

/// The horizontal axis: a line with ticks, their texts, the label.
fn below(plot: &Plot, frame: &super::frame::Frame, left: usize, width: usize) -> Vec<String> {
    let mut axis: Vec<char> = vec!['─'; width];
    let mut texts: Vec<char> = vec![' '; width + left + 2];
    let mut free = 0;
    for tick in &frame.x.ticks {
        let column =
            ((frame.x.place(tick.value) * (width - 1) as f64).round().max(0.0) as usize).min(width - 1);
        let letters: Vec<char> = tick.text.chars().collect();
        let start = (column + left + 2).saturating_sub(letters.len() / 2);
        let start = start.min(texts.len().saturating_sub(letters.len()));
        if start < free || start + letters.len() > texts.len() {
            continue;
        }
        free = start + letters.len() + 1;
        axis[column] = '┬';
        texts[start..start + letters.len()].copy_from_slice(&letters);
    }
    let mut lines = vec![
        format!("{} └{}", " ".repeat(left), axis.into_iter().collect::<String>()),
        texts.into_iter().collect::<String>().trim_end().to_string(),
    ];
    if !plot.x.label.is_empty() {
        let before = left + 2 + (width.saturating_sub(plot.x.label.chars().count())) / 2;
        lines.push(format!("{}{}", " ".repeat(before), plot.x.label));
    }
    lines
}

//! Figures as SVG, light or dark as the reader's screen is: a stylesheet of its own, no scripts, no fonts to load.

mod axes;
mod marks;
mod network;
mod style;

use super::frame::{Frame, frame};
use super::scene::{Figure, Plot};
pub use network::{network_document, network_embedded};
pub use style::{PALETTE, STYLE, escaped};

/// The size of one plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

impl Default for Size {
    fn default() -> Size {
        Size { width: 640.0, height: 400.0 }
    }
}

/// A rectangle of the drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Area {
    /// The place of a point of the plot.
    pub fn at(&self, frame: &Frame, (x, y): (f64, f64)) -> (f64, f64) {
        (self.left + frame.x.place(x) * self.width, self.top + (1.0 - frame.y.place(y)) * self.height)
    }
}

/// A file of its own, with its stylesheet.
pub fn document(figure: &Figure, size: Size) -> String {
    wrapped(figure, size, &format!("<style>{STYLE}</style>\n"))
}

/// A picture inside a page that has [`STYLE`].
pub fn embedded(figure: &Figure, size: Size) -> String {
    wrapped(figure, size, "")
}

/// Plots beside each other, two in a row.
fn wrapped(figure: &Figure, size: Size, style: &str) -> String {
    let columns = if figure.plots.len() > 1 { 2 } else { 1 };
    let rows = figure.plots.len().div_ceil(columns).max(1);
    let needed = figure.plots.iter().map(|plot| height_of(plot, size)).fold(0.0, f64::max);
    let size = Size { height: if needed > 0.0 { needed } else { size.height }, ..size };
    let head = if figure.title.is_empty() { 0.0 } else { 28.0 };
    let (width, height) = (size.width * columns as f64, size.height * rows as f64 + head);
    let mut inside = String::new();
    if head > 0.0 {
        inside.push_str(&axes::text((width / 2.0, 20.0), "title", "middle", &figure.title));
    }
    for (at, plot) in figure.plots.iter().enumerate() {
        let (x, y) = ((at % columns) as f64 * size.width, (at / columns) as f64 * size.height + head);
        inside.push_str(&format!(
            "<g transform=\"translate({} {})\">\n{}</g>\n",
            number(x),
            number(y),
            panel(plot, size)
        ));
    }
    root((width, height), &label_of(figure), style, &inside)
}

/// The element around a drawing.
pub fn root((width, height): (f64, f64), label: &str, style: &str, inside: &str) -> String {
    let (w, h) = (number(width), number(height));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"nn\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
         role=\"img\" aria-label=\"{}\">\n{style}{inside}</svg>\n",
        escaped(label)
    )
}

/// What a reader who sees no picture is told.
fn label_of(figure: &Figure) -> String {
    let mut names: Vec<&str> = vec![&figure.title];
    for plot in &figure.plots {
        names.push(&plot.title);
        names.extend(plot.legend().iter().map(|series| series.name.as_str()));
        names.extend([plot.y.label.as_str(), plot.x.label.as_str()]);
    }
    names.retain(|name| !name.is_empty());
    names.join(", ")
}

/// Where everything of one plot stands.
struct Layout {
    frame: Frame,
    legend: axes::Legend,
    /// Above the legend.
    top: f64,
    area: Area,
}

fn layout(plot: &Plot, size: Size) -> Option<Layout> {
    let legend = axes::legend(plot, size.width);
    let top = if plot.title.is_empty() { 12.0 } else { 34.0 };
    let counts = ((size.width / 90.0) as usize, (size.height / 60.0) as usize);
    let frame = frame(plot, (counts.0.max(2), counts.1.max(2)))?;
    let y_label = if plot.y.label.is_empty() { 0.0 } else { 20.0 };
    let bar = if axes::has_bar(plot) { 62.0 } else { 0.0 };
    let left = 14.0 + y_label + axes::tick_width(&frame).min(size.width / 3.0);
    let area = Area {
        left,
        top: top + legend.height,
        width: (size.width - left - 16.0 - bar).max(20.0),
        height: (size.height - top - legend.height - below(plot)).max(20.0),
    };
    Some(Layout { area: marks::squared(plot, area), frame, legend, top })
}

/// Room for what stands under the area.
fn below(plot: &Plot) -> f64 {
    if plot.x.label.is_empty() { 30.0 } else { 50.0 }
}

/// The height that a plot needs: less for a matrix of few rows.
fn height_of(plot: &Plot, size: Size) -> f64 {
    layout(plot, size).map_or(size.height, |layout| layout.area.top + layout.area.height + below(plot))
}

fn panel(plot: &Plot, size: Size) -> String {
    let mut text = String::new();
    if !plot.title.is_empty() {
        text.push_str(&axes::text((size.width / 2.0, 22.0), "title", "middle", &plot.title));
    }
    let Some(Layout { frame, legend, top, area }) = layout(plot, size) else {
        let middle = (size.width / 2.0, size.height / 2.0);
        return text + &axes::text(middle, "soft", "middle", "no finite numbers to draw");
    };
    text.push_str(&legend.drawn(top - 4.0, area.left));
    text.push_str(&axes::lines(plot, &frame, area));
    plot.marks.iter().for_each(|mark| text.push_str(&marks::mark(mark, &frame, area)));
    text.push_str(&axes::ticks(plot, &frame, area));
    if axes::has_bar(plot) {
        text.push_str(&axes::color_bar(plot, area));
    }
    text
}

/// A length with at most two decimals.
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

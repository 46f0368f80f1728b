//! The elements of a drawing as pixels.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use super::font::words;
use super::path::outline;
use super::read::{Element, Event, events};
use super::style::Sheet;

/// Pixels for each unit of the drawing.
const SCALE: f32 = 2.0;
/// A drawing that would have more pixels is painted smaller.
const MAX_PIXELS: f32 = 48e6;

struct Painter {
    picture: Pixmap,
    sheet: Sheet,
    /// The transform of each open group, the innermost last.
    places: Vec<Transform>,
}

pub fn painted(drawing: &str) -> Option<Pixmap> {
    let events = events(drawing);
    let Some(Event::Open(root)) = events.first() else { return None };
    let (width, height) = (root.number("width")?, root.number("height")?);
    let scale = SCALE.min((MAX_PIXELS / (width * height).max(1.0)).sqrt());
    let mut picture = Pixmap::new((width * scale).ceil() as u32, (height * scale).ceil() as u32)?;
    picture.fill(Color::WHITE);
    let mut painter =
        Painter { picture, sheet: Sheet::new(), places: vec![Transform::from_scale(scale, scale)] };
    let mut rest = events.iter();
    while let Some(event) = rest.next() {
        match event {
            // What is not to be seen by itself.
            Event::Open(element) if ["style", "title", "defs"].contains(&element.name.as_str()) => {
                rest.find(|event| matches!(event, Event::Close(name) if *name == element.name));
            }
            Event::Open(element) if element.name == "text" => {
                if let Some(Event::Text(text)) = rest.next() {
                    painter.text(element, text);
                }
            }
            Event::Open(element) if element.name == "g" => painter.places.push(painter.place(element)),
            Event::Open(element) => painter.shape(element),
            Event::Close(name) if name == "g" => {
                painter.places.pop();
            }
            Event::Close(_) | Event::Text(_) => {}
        }
    }
    Some(painter.picture)
}

impl Painter {
    /// The transform of an element inside those that are open.
    fn place(&self, element: &Element) -> Transform {
        let mut place = self.places.last().copied().unwrap_or_default();
        for step in element.text("transform").unwrap_or_default().split(')') {
            let Some((name, numbers)) = step.trim().split_once('(') else { continue };
            let numbers: Vec<f32> = numbers.split([' ', ',']).filter_map(|text| text.parse().ok()).collect();
            place = match (name, numbers.as_slice()) {
                ("translate", &[x, y]) => place.pre_translate(x, y),
                ("rotate", &[angle]) => place.pre_rotate(angle),
                _ => place,
            };
        }
        place
    }

    fn shape(&mut self, element: &Element) {
        let number = |name: &str| element.number(name).unwrap_or(0.0);
        let place = self.place(element);
        let path = match element.name.as_str() {
            "circle" => PathBuilder::from_circle(number("cx"), number("cy"), number("r")),
            "rect" => rectangle(number("x"), number("y"), number("width"), number("height"), number("rx")),
            "path" => {
                let found = outline(element.text("d").unwrap_or_default());
                if let (Some(_), Some(end)) = (element.text("marker-end"), found.end) {
                    self.arrow(end, place);
                }
                found.path
            }
            _ => None,
        };
        if let Some(path) = path {
            self.fill(element, &path, place);
            self.stroke(element, &path, place);
        }
    }

    fn fill(&mut self, element: &Element, path: &Path, place: Transform) {
        let color = self.sheet.of(element, "fill").unwrap_or("#000000");
        let opacity = self.sheet.number(element, "fill-opacity").unwrap_or(1.0);
        if let Some(paint) = paint(color, opacity) {
            self.picture.fill_path(path, &paint, FillRule::Winding, place, None);
        }
    }

    fn stroke(&mut self, element: &Element, path: &Path, place: Transform) {
        let Some(color) = self.sheet.of(element, "stroke") else { return };
        let opacity = self.sheet.number(element, "stroke-opacity").unwrap_or(1.0);
        let Some(paint) = paint(color, opacity) else { return };
        let dash = self.sheet.of(element, "stroke-dasharray");
        let dash =
            dash.map(|text| text.split(' ').filter_map(|text| text.parse().ok()).collect::<Vec<f32>>());
        let is_round = self.sheet.of(element, "stroke-linecap") == Some("round");
        let stroke = Stroke {
            width: self.sheet.number(element, "stroke-width").unwrap_or(1.0),
            line_cap: if is_round { LineCap::Round } else { LineCap::Butt },
            line_join: if is_round { LineJoin::Round } else { LineJoin::Miter },
            dash: dash.and_then(|lengths| StrokeDash::new(lengths, 0.0)),
            ..Stroke::default()
        };
        self.picture.stroke_path(path, &paint, &stroke, place, None);
    }

    /// A tip at the end of a line.
    fn arrow(&mut self, ((x0, y0), (x1, y1)): ((f32, f32), (f32, f32)), place: Transform) {
        let angle = (y1 - y0).atan2(x1 - x0).to_degrees();
        let tip = Element::of_class("path", "f6");
        let place = place.pre_translate(x1, y1).pre_rotate(angle);
        if let Some(path) = outline("M-6 -3.5L1 0L-6 3.5z").path {
            self.fill(&tip, &path, place);
        }
    }

    fn text(&mut self, element: &Element, text: &str) {
        let size = self.sheet.number(element, "font-size").unwrap_or(12.0);
        let found = words(text, size);
        let Some(path) = found.path else { return };
        let (x, y) = (element.number("x").unwrap_or(0.0), element.number("y").unwrap_or(0.0));
        let before = match element.text("text-anchor") {
            Some("middle") => found.width / 2.0,
            Some("end") => found.width,
            _ => 0.0,
        };
        let place = self.place(element).pre_translate(x - before, y);
        self.fill(element, &path, place);
        if self.sheet.of(element, "font-weight").is_some() {
            let color = self.sheet.of(element, "fill").unwrap_or("#000000");
            let stroke = Stroke { width: size * 0.035, ..Stroke::default() };
            if let Some(paint) = paint(color, 1.0) {
                self.picture.stroke_path(&path, &paint, &stroke, place, None);
            }
        }
    }
}

/// A colour as `#rgb` or `#rrggbb`; none for `none`.
fn paint(color: &str, opacity: f32) -> Option<Paint<'static>> {
    let digits = color.strip_prefix('#')?;
    let digits = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_string(),
    };
    let number = u32::from_str_radix(&digits, 16).ok()?;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    let part = |shift: u32| ((number >> shift) & 255) as u8;
    paint.set_color_rgba8(part(16), part(8), part(0), (opacity.clamp(0.0, 1.0) * 255.0).round() as u8);
    Some(paint)
}

fn rectangle(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Option<Path> {
    if radius <= 0.0 {
        return Rect::from_xywh(x, y, width, height).map(PathBuilder::from_rect);
    }
    let (r, b, c) = (x + width, y + height, radius);
    let mut path = PathBuilder::new();
    path.move_to(x + c, y);
    path.line_to(r - c, y);
    path.quad_to(r, y, r, y + c);
    path.line_to(r, b - c);
    path.quad_to(r, b, r - c, b);
    path.line_to(x + c, b);
    path.quad_to(x, b, x, b - c);
    path.line_to(x, y + c);
    path.quad_to(x, y, x + c, y);
    path.close();
    path.finish()
}

//! Letters as outlines, one after another.

use tiny_skia::{Path, PathBuilder};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

const FONT: &[u8] = include_bytes!("DejaVuSans.ttf");
/// The fonts that drawings leave room for run a little narrower.
const NARROW: f32 = 0.93;

/// Letters in a row, ready to be painted: they begin at 0 and stand on 0.
pub struct Words {
    pub path: Option<Path>,
    pub width: f32,
}

pub fn words(text: &str, size: f32) -> Words {
    let Ok(face) = Face::parse(FONT, 0) else { return Words { path: None, width: 0.0 } };
    let scale = size * NARROW / f32::from(face.units_per_em());
    let mut pen = Pen { builder: PathBuilder::new(), x: 0.0, scale };
    for letter in text.chars() {
        let glyph = face.glyph_index(letter).or_else(|| face.glyph_index('\u{fffd}')).unwrap_or(GlyphId(0));
        face.outline_glyph(glyph, &mut pen);
        pen.x += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
    }
    Words { width: pen.x, path: pen.builder.finish() }
}

struct Pen {
    builder: PathBuilder,
    x: f32,
    scale: f32,
}

impl Pen {
    /// Letters grow upwards, pictures downwards.
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, -y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.line_to(x, y);
    }

    fn quad_to(&mut self, a: f32, b: f32, x: f32, y: f32) {
        let ((a, b), (x, y)) = (self.at(a, b), self.at(x, y));
        self.builder.quad_to(a, b, x, y);
    }

    fn curve_to(&mut self, a: f32, b: f32, c: f32, d: f32, x: f32, y: f32) {
        let ((a, b), (c, d), (x, y)) = (self.at(a, b), self.at(c, d), self.at(x, y));
        self.builder.cubic_to(a, b, c, d, x, y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}

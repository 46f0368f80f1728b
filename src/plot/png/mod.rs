//! Drawings as PNG: what `svg` draws, on white paper, at twice the size so that it is sharp on screens of today.
//!
//! The drawing is read from the SVG that `svg` wrote, so that there is one place where things are put. Only what `svg`
//! writes is understood. Lines and areas are painted by tiny-skia; letters are outlines of the font that lies here.

mod file;
mod font;
mod paint;
mod path;
mod read;
mod style;

/// The bytes of a file. `None` for what `svg` has not drawn.
pub fn from_svg(drawing: &str) -> Option<Vec<u8>> {
    let picture = paint::painted(drawing)?;
    Some(file::written(picture.width(), picture.height(), picture.data()))
}

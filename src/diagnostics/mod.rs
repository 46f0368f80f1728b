//! What is told to users when something is wrong, and how it is drawn.
//!
//! Stages keep facts in their own `Problem` enums and turn each into a [`Diagnostic`]; terminal, short and
//! JSON output render that one value. Only `picture.rs` knows ariadne.

mod candidate;
mod diagnostic;
mod escape;
mod heads;
mod picture;
mod render;
mod slug;
mod width;

pub use candidate::{Candidate, Change, Piece, apply};
pub use diagnostic::{Diagnostic, Edit, Fix, Label, MOST_TOLD, Severity, count_errors, count_warnings};
pub use escape::{escape, escape_line};
pub use render::{RenderOptions, Renderer, render, render_short, to_json};
pub use slug::Slug;

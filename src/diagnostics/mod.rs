//! What is told to users when something is wrong, and how it is drawn.
//!
//! Stages keep facts in their own `Problem` enums and turn each into a [`Diagnostic`]; terminal, short and
//! JSON output render that one value. Only `render.rs` knows ariadne.

mod candidate;
mod diagnostic;
mod escape;
mod render;
mod slug;

pub use candidate::{Candidate, Change, Piece, apply};
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
pub use escape::{escape, escape_line};
pub use render::{RenderOptions, render, render_short, to_json};
pub use slug::Slug;

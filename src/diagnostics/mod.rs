//! What is told to users when something is wrong, and how it is drawn.
//!
//! Stages keep facts in their own `Problem` enums and turn each into a [`Diagnostic`]; terminal, short and
//! JSON output render that one value. Only `render.rs` knows ariadne.

mod diagnostic;
mod slug;

pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
pub use slug::Slug;

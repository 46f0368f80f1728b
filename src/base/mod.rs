//! Source text, spans in it, and nothing about the language.
//!
//! Every other room may use this one; it uses none.

mod maps;
mod source;

pub use maps::{FastMap, FastSet};
pub use source::{Source, SourceId, Sources, Span, Spanned};

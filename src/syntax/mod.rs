//! The text of a program and its tree.
//!
//! [`parse`] turns a [`Source`](crate::base::Source) into [`Parsed`]: the tree, the comments beside it and what is
//! wrong with the text. Every later stage starts from that; the prompt and the highlighter use [`tokens()`].
//! Nothing here knows what a name means.
//!
//! How a text is read: [`tokens()`] cut it into tokens, `cut` into statements with paired brackets, the grammar
//! (`grammar/nn.pest`) reads each statement, `build` makes the tree, and `recover` reads the pieces of a
//! statement that did not fit as a whole.

mod build;
mod cut;
mod foreign;
mod format;
mod guesses;
pub mod keywords;
mod limits;
mod parse;
mod print;
mod problem;
mod quoted;
mod quotient;
mod recover;
mod rewrites;
mod tokens;
pub mod tree;
mod words;

pub use format::{Signs, WIDTH, format};
pub use parse::{MAX_SOURCE, Parsed, parse};
pub use print::sexpr;
pub use quoted::{name_or_quoted, quoted};
pub use tokens::{Token, TokenKind, is_complete, tokens};

/// The grammar, bound.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/nn.pest"]
struct Grammar;

//! The text form of a graph: one node a line, inputs before users, the results last. It is written for people and
//! reads back in, so that passes are tested without the front end.
//!
//! ```text
//! %0 = slot 0 "x" : [3] × B
//! %1 = number 2.0 : []
//! %2 = multiply(%1, %0) : [3] × B as z1
//! %3 = sum{all}(%2) : [] × B
//! return %3
//! ```
//!
//! Named sizes are told apart by their names alone, and spans are not written.

mod print;
mod read;

pub use print::print;
pub use read::{ReadProblem, read};

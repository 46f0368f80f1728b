//! Running graphs.
//!
//! [`mod@reference`] is the judge: naive, in double precision, one example at a time.

pub mod reference;

pub use reference::{Environment, EvaluateProblem, evaluate};

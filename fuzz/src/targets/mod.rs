//! What is fuzzed: each a way to make inputs and a way to try one.

mod checker;
mod csv;
mod gradient;
mod idx;
mod parser;
mod safetensors;
mod words;

use crate::dice::Dice;
use crate::driver::Signs;

/// One thing that reads input.
pub struct Target {
    pub name: &'static str,
    /// Inputs to begin with, besides the folder of the corpus.
    pub more: fn() -> Vec<Vec<u8>>,
    /// An input made of those in the pool.
    pub make: fn(&[Vec<u8>], &mut Dice) -> Vec<u8>,
    /// Signs of where it led, or what is wrong.
    pub run: fn(&[u8]) -> Result<Signs, String>,
}

pub static TARGETS: &[Target] =
    &[parser::TARGET, checker::TARGET, gradient::TARGET, csv::TARGET, idx::TARGET, safetensors::TARGET];

/// Nothing besides the corpus.
fn nothing() -> Vec<Vec<u8>> {
    Vec::new()
}

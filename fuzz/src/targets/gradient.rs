//! Random programs: gradients against central differences, the plan against the plain evaluator. The programs are
//! those of the tests; an input is the seed of one.

use super::{Target, nothing};
use crate::dice::Dice;
use crate::driver::Signs;

#[path = "../../../tests/suite/numbers/programs.rs"]
#[expect(dead_code, reason = "the tests have a run of their own")]
mod programs;

pub const TARGET: Target = Target { name: "gradient", more: nothing, make, run };

fn make(_pool: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    (dice.next() >> 1).to_string().into_bytes()
}

fn run(input: &[u8]) -> Result<Signs, String> {
    let seed: u64 = String::from_utf8_lossy(input).trim().parse().map_err(|_| "not a seed".to_string())?;
    programs::check(seed);
    Ok(Vec::new())
}

//! Tables of text, with the options of the source. The first line of an input is the options, the rest is the file.

use nn::data::MemoryFiles;

use super::{Target, checker, nothing};
use crate::dice::Dice;
use crate::driver::Signs;
use crate::mutate;

pub const TARGET: Target = Target { name: "csv", more: nothing, make, run };

const OPTIONS: &[&str] = &[
    "",
    ", separator = \";\"",
    ", separator = \"\\t\"",
    ", header = false",
    ", decimal = \",\", separator = \";\"",
    ", quote = \"'\"",
    ", comment = \"#\"",
    ", missing = [\"x\", \"-1\"]",
];

fn make(pool: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut input = mutate::bytes(pool, dice);
    if dice.below(4) == 0 {
        let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
        input.splice(..end, dice.pick(OPTIONS).bytes());
    }
    input
}

fn run(input: &[u8]) -> Result<Signs, String> {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (head, body) = (&input[..end], &input[(end + 1).min(input.len())..]);
    let head = String::from_utf8_lossy(head);
    // A damaged line of options is a matter for the parser.
    let options = if OPTIONS.contains(&head.as_ref()) { head.as_ref() } else { "" };
    let files = MemoryFiles::new().with("t.csv", body);
    let mut signs = Vec::new();
    for body in ["", "{ input = columns(except = a), target = one_hot(a) }", "{ input = standardize(columns(except = b)), split = [train: 0.5, test: 0.5], missing = mean }"] {
        signs.extend(checker::tried(&format!("data d = csv(\"t.csv\"{options}) {body}\nprint(d)"), &files)?);
    }
    Ok(signs)
}

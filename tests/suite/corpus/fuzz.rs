//! Nothing a text says makes the program panic: made-up texts and damaged programs, checked and run.

use std::time::Duration;

use nn::session::{check_text, run_text};

use super::case::Case;
use super::{TestWorld, corpus, with_stack};

/// A small generator of its own, so that the cases stay the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const WORDS: &[&str] = &[
    "x",
    "y",
    "net",
    "W",
    "d",
    "f",
    "g",
    "n",
    "b",
    "i",
    "1",
    "0",
    "2",
    "3",
    "0.5",
    "-1",
    "1e30",
    "∞",
    "π",
    "\n",
    "\n",
    "\n",
    "=",
    "=",
    "+",
    "-",
    "*",
    "/",
    "·",
    "^",
    "²",
    "ᵀ",
    ".T",
    "==",
    "<",
    ">=",
    "and",
    "or",
    "not",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "..",
    "|>",
    "->",
    "<-",
    "if",
    "then",
    "else",
    "for",
    "in",
    "while",
    "model",
    "layer",
    "fn",
    "param",
    "state",
    "data",
    "train",
    "on",
    "loss",
    "metric",
    "optimizer",
    "init",
    "schedule",
    "activation",
    "total",
    "import",
    "seed",
    "precision",
    "as",
    "like",
    "true",
    "false",
    "print",
    "grad",
    "sum",
    "mean",
    "max",
    "softmax",
    "dense",
    "relu",
    "mse",
    "sgd",
    "adam",
    "zeros",
    "ones",
    "concat",
    "reshape",
    "flatten",
    "one_hot",
    "argmax",
    "batch_mean",
    "batches",
    "evaluate",
    "predict",
    "assert",
    "show",
    "range",
    "eye",
    "glorot_uniform",
    "accuracy",
    "axis",
    "rows",
    "columns",
    "\"a {x}\"",
    "\"b\"",
    "net(x)",
    "[1, 2]",
    "[[1, 2], [3, 4]]",
    "model net(x: [2]) -> [1] { x |> dense(1) }\n",
    "data d = xor()\n",
    "data d = examples { [1, 2] -> [1] }\n",
    "train net on d { loss = mse, optimizer = sgd(lr = 0.1), epochs = 1 }\n",
    "fn f(x) = ",
    "fn f(x: [n]) -> [n] = ",
    "random_normal",
    "random_like",
    "clamp",
    "sqrt",
    "log",
    "exp",
    "norm",
    "slice",
    "d.x",
    "d.train",
    "net.dense1.W",
    "count",
    "batch_count",
    "stop_gradient",
    "cross_entropy",
    "batch_norm",
    "dropout(0.5)",
    "load",
];

fn soup(dice: &mut Dice) -> String {
    let length = 3 + dice.below(30);
    let words: Vec<&str> = (0..length).map(|_| dice.pick(WORDS)).collect();
    words.join(" ")
}

/// A program with a few pieces taken out, doubled, swapped with pieces of another, or replaced.
fn damaged(program: &str, other: &str, dice: &mut Dice) -> String {
    let mut pieces: Vec<String> = split(program);
    let others = split(other);
    for _ in 0..1 + dice.below(3) {
        if pieces.is_empty() {
            break;
        }
        let at = dice.below(pieces.len());
        match dice.below(6) {
            0 => drop(pieces.remove(at)),
            1 => {
                let piece = pieces[at].clone();
                pieces.insert(at, piece);
            }
            2 => {
                let second = dice.below(pieces.len());
                pieces.swap(at, second);
            }
            3 if !others.is_empty() => pieces[at] = others[dice.below(others.len())].clone(),
            4 => pieces[at] = dice.pick(WORDS).to_string(),
            _ => pieces.insert(at, format!(" {} ", dice.pick(WORDS))),
        }
    }
    pieces.concat()
}

/// Words, numbers and signs; spaces are pieces too.
fn split(program: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in program.chars() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        match pieces.last_mut() {
            Some(piece) if is_word(character) && piece.chars().all(is_word) => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
    }
    pieces
}

/// A text neither makes the check nor, where nothing is found wrong, the run panic.
fn survives(text: &str) {
    let folder = std::env::temp_dir().join("nn-fuzz-nothing-here");
    let result = std::panic::catch_unwind(|| {
        let mut world = TestWorld::until(Duration::from_millis(100));
        let checked = check_text(&mut world, "main.nn", text, &folder);
        let writes = ["save", "checkpoint", "export"].iter().any(|word| text.contains(word));
        if !checked.has_errors() && !writes {
            run_text(&mut world, "main.nn", text, &folder);
        }
    });
    assert!(result.is_ok(), "this makes it panic:\n{text}");
}

fn rounds(default: usize) -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(default)
}

fn dice(salt: u64) -> Dice {
    let seed: u64 = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    Dice(0x9E37_79B9_7F4A_7C15 ^ (seed << 8) ^ salt)
}

/// Texts for other tests: of three, one is words in any order and two are damaged programs.
pub fn texts(programs: &[String], count: usize) -> Vec<String> {
    let mut dice = dice(3);
    let mut made = Vec::with_capacity(count);
    for round in 0..count {
        made.push(match round % 3 {
            0 => soup(&mut dice),
            _ => {
                let (one, other) = (dice.below(programs.len()), dice.below(programs.len()));
                damaged(&programs[one], &programs[other], &mut dice)
            }
        });
    }
    made
}

#[test]
fn token_soup_is_survived() {
    with_stack(|| {
        let mut dice = dice(1);
        for _ in 0..rounds(2000) {
            survives(&soup(&mut dice));
        }
    });
}

#[test]
fn damaged_programs_are_survived() {
    with_stack(|| {
        let programs: Vec<String> = corpus()
            .iter()
            .filter_map(|path| Case::read(&std::fs::read_to_string(path).ok()?).ok())
            .map(|case| case.source)
            .collect();
        let mut dice = dice(2);
        for _ in 0..rounds(1500) {
            let (first, second) = (dice.below(programs.len()), dice.below(programs.len()));
            survives(&damaged(&programs[first], &programs[second], &mut dice));
        }
    });
}

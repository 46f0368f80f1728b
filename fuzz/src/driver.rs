//! The loop: an input is made, tried, kept if it led to something new, and written down if it broke something.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::targets::Target;

/// Longer than so many seconds for one input is a finding, unless another number is asked for.
pub const MOST: u64 = 5;
/// How many inputs are kept to be changed further.
const POOL: usize = 4000;
/// After so many findings, a target has enough to mend.
const ENOUGH: usize = 20;

/// What a target says of an input: signs of where it led.
pub type Signs = Vec<u64>;

/// A sign of a text without what it quotes and its digits, since they make many of one.
pub fn sign(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut quote = None;
    for character in text.chars().filter(|c| !c.is_ascii_digit()) {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => continue,
            None if matches!(character, '`' | '"') => quote = Some(character),
            None => {}
        }
        character.hash(&mut hasher);
    }
    hasher.finish()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The inputs to begin with, in the order of their names.
fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder("corpus").join(target.name))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut inputs: Vec<Vec<u8>> = paths.iter().filter_map(|path| std::fs::read(path).ok()).collect();
    inputs.extend((target.more)());
    inputs
}

/// How long, with which dice, and how many seconds one input may take.
pub struct Bounds {
    pub seconds: u64,
    pub seed: u64,
    pub most: u64,
}

/// Tries inputs for so many seconds; gives the number of findings.
pub fn run(target: &Target, bounds: &Bounds) -> usize {
    let &Bounds { seconds, seed, most } = bounds;
    let mut dice = Dice::new(seed);
    let mut pool = corpus(target);
    let (begun, mut seen, mut tried, mut findings) = (Instant::now(), HashSet::new(), 0u64, 0);
    let mut told = begun;
    watch(target.name, most);
    // The corpus itself first.
    let mut waiting: Vec<Vec<u8>> = pool.iter().rev().cloned().collect();
    while begun.elapsed() < Duration::from_secs(seconds) && findings < ENOUGH {
        let input = waiting.pop().unwrap_or_else(|| (target.make)(&pool, &mut dice));
        tried += 1;
        match attempt(target, &input, most) {
            Ok(signs) => {
                let is_new = signs.into_iter().fold(false, |new, sign| seen.insert(sign) || new);
                if is_new && pool.len() < POOL {
                    pool.push(input);
                }
            }
            Err(problem) => {
                findings += 1;
                write_down(target.name, &input, &problem);
            }
        }
        if told.elapsed() > Duration::from_secs(60) {
            told = Instant::now();
            println!(
                "{}: {tried} tried, {} signs, {} in the pool, {findings} findings",
                target.name,
                seen.len(),
                pool.len()
            );
        }
    }
    println!(
        "{}: {tried} inputs in {} s with seed {seed}, {} signs, {findings} findings",
        target.name,
        begun.elapsed().as_secs(),
        seen.len()
    );
    findings
}

/// One input again; whether it breaks something.
pub fn replay(target: &Target, input: &[u8], most: u64) -> bool {
    match attempt(target, input, most) {
        Ok(_) => println!("{}: nothing found", target.name),
        Err(problem) => {
            println!("{}: {problem}", target.name);
            return true;
        }
    }
    false
}

/// One try; another where it took long, since a busy or paused machine makes anything take long once.
fn attempt(target: &Target, input: &[u8], most: u64) -> Result<Signs, String> {
    match attempt_once(target, input, most) {
        Err(Problem::Slow(_)) => match attempt_once(target, input, most) {
            Err(Problem::Slow(seconds)) => Err(format!("took {seconds} s, twice")),
            Err(Problem::Wrong(problem)) => Err(problem),
            Ok(signs) => Ok(signs),
        },
        Err(Problem::Wrong(problem)) => Err(problem),
        Ok(signs) => Ok(signs),
    }
}

enum Problem {
    Slow(u64),
    Wrong(String),
}

fn attempt_once(target: &Target, input: &[u8], most: u64) -> Result<Signs, Problem> {
    let begun = Instant::now();
    under_way(Some((begun, input.to_vec())));
    let result = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    under_way(None);
    let took = begun.elapsed();
    match result {
        Ok(Ok(_)) if took > Duration::from_secs(most) => Err(Problem::Slow(took.as_secs())),
        Ok(result) => result.map_err(Problem::Wrong),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_string()));
            Err(Problem::Wrong(format!("panic: {}", text.unwrap_or_default())))
        }
    }
}

/// The input that is being tried, and since when.
static UNDER_WAY: Mutex<Option<(Instant, Vec<u8>)>> = Mutex::new(None);

fn under_way(input: Option<(Instant, Vec<u8>)>) {
    *UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner) = input;
}

/// Writes an input down that has not come back in four times its seconds: it may never, or take the process with it.
fn watch(target: &'static str, most: u64) {
    std::thread::spawn(move || {
        let mut told = None;
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let guard = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
            let Some((since, input)) = &*guard else { continue };
            if since.elapsed() > Duration::from_secs(4 * most) && told != Some(*since) {
                told = Some(*since);
                write_down(target, input, "has not come back yet");
            }
        }
    });
}

fn write_down(target: &str, input: &[u8], problem: &str) {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = folder("findings").join(format!("{target}-{:016x}.txt", hasher.finish()));
    let _ = std::fs::create_dir_all(folder("findings"));
    let _ = std::fs::write(&path, input);
    println!("FOUND {}: {problem}", path.display());
}

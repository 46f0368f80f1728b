//! Changes to inputs: of bytes, and of words.

use crate::dice::Dice;

/// Bytes that formats treat specially.
const BYTES: &[u8] = &[0, 1, 2, 8, 9, 0x0B, 0x0D, 0x0E, 0x7F, 0x80, 0xFF, b'\n', b'\r', b'"', b',', b';', b'.', b'-', b'{', b'['];

/// An input with a few bytes changed, taken out, doubled, cut or joined with another.
pub fn bytes(pool: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut input = if pool.is_empty() { Vec::new() } else { dice.pick(pool).clone() };
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(input.len() + 1);
        let until = (at + 1 + dice.below(16)).min(input.len());
        match dice.below(9) {
            0 if at < input.len() => input[at] ^= 1 << dice.below(8),
            1 if at < input.len() => input[at] = *dice.pick(BYTES),
            2 => input.insert(at, *dice.pick(BYTES)),
            3 if at < until => drop(input.drain(at..until)),
            4 if at < until => {
                let piece = input[at..until].to_vec();
                for _ in 0..1 + dice.below(4) {
                    input.splice(at..at, piece.iter().copied());
                }
            }
            5 => input.truncate(at),
            6 if !pool.is_empty() => {
                let other = dice.pick(pool);
                let from = dice.below(other.len() + 1);
                input.truncate(at);
                input.extend(&other[from..]);
            }
            7 if at + 4 <= input.len() => {
                let number = *dice.pick(&[0u32, 1, 2, 28, 0xFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x1000_0000]);
                input[at..at + 4].copy_from_slice(&number.to_be_bytes());
            }
            _ if at < input.len() => input[at] = dice.next() as u8,
            _ => {}
        }
    }
    input
}

/// Words, numbers and signs; spaces are pieces too.
fn split(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for character in text.chars() {
        match pieces.last_mut() {
            Some(piece) if is_word(character) && piece.chars().all(is_word) => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
    }
    pieces
}

/// A text with words changed, and now and then lines or nestings.
pub fn text(pool: &[Vec<u8>], words: &[&str], dice: &mut Dice) -> Vec<u8> {
    if pool.is_empty() || dice.below(12) == 0 {
        let count = 3 + dice.below(40);
        let soup: Vec<&str> = (0..count).map(|_| *dice.pick(words)).collect();
        return soup.join(" ").into_bytes();
    }
    let read = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut pieces = split(&read(dice.pick(pool).as_slice()));
    let others = split(&read(dice.pick(pool).as_slice()));
    for _ in 0..1 + dice.below(4) {
        let at = dice.below(pieces.len().max(1)).min(pieces.len().saturating_sub(1));
        match dice.below(10) {
            0 if !pieces.is_empty() => drop(pieces.remove(at)),
            1 if !pieces.is_empty() => pieces.insert(at, pieces[at].clone()),
            2 if !pieces.is_empty() => {
                let other = dice.below(pieces.len());
                pieces.swap(at, other);
            }
            3 if !pieces.is_empty() && !others.is_empty() => pieces[at] = dice.pick(&others).clone(),
            4 if !others.is_empty() => {
                let from = dice.below(others.len());
                let until = (from + 1 + dice.below(30)).min(others.len());
                pieces.splice(at..at, others[from..until].iter().cloned());
            }
            5 if !pieces.is_empty() => {
                let until = (at + 1 + dice.below(20)).min(pieces.len());
                drop(pieces.drain(at..until));
            }
            6 => {
                let (open, close) = *dice.pick(&[("(", ")"), ("[", "]"), ("{", "}"), ("-", ""), ("not ", "")]);
                let depth = 1 + dice.below(400);
                pieces.insert(at, format!("{}1{}", open.repeat(depth), close.repeat(depth)));
            }
            7 if !pieces.is_empty() => pieces[at] = (*dice.pick(words)).to_string(),
            8 => {
                let number = *dice.pick(&["0", "1", "-1", "1e308", "1e-308", "4294967296", "9223372036854775807", "0.1", "1e400"]);
                pieces.insert(at, format!(" {number} "));
            }
            _ => pieces.insert(at, format!(" {} ", dice.pick(words))),
        }
    }
    pieces.concat().into_bytes()
}

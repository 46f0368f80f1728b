//! The outline of a path, and where it ends.

use tiny_skia::{Path, PathBuilder};

/// A path, and its last two places: what an arrow points along.
pub struct Outline {
    pub path: Option<Path>,
    pub end: Option<((f32, f32), (f32, f32))>,
}

/// Reads `M10 20h5v-3L1 2Q1 2 3 4z`.
pub fn outline(text: &str) -> Outline {
    let mut builder = PathBuilder::new();
    let (mut at, mut before) = ((0.0, 0.0), None);
    let mut rest = text;
    while let Some(command) = rest.chars().next() {
        rest = &rest[command.len_utf8()..];
        let end = rest.find(|c: char| c.is_ascii_alphabetic() && c != 'e').unwrap_or(rest.len());
        let numbers = numbers(&rest[..end]);
        rest = &rest[end..];
        let last = at;
        match (command, numbers.as_slice()) {
            ('M', &[x, y]) => {
                builder.move_to(x, y);
                at = (x, y);
            }
            ('L', &[x, y]) => at = (x, y),
            ('l', &[x, y]) => at = (at.0 + x, at.1 + y),
            ('H', &[x]) => at.0 = x,
            ('h', &[x]) => at.0 += x,
            ('V', &[y]) => at.1 = y,
            ('v', &[y]) => at.1 += y,
            ('Q', &[a, b, x, y]) => {
                builder.quad_to(a, b, x, y);
                at = (x, y);
            }
            _ => builder.close(),
        }
        if matches!(command, 'L' | 'l' | 'H' | 'h' | 'V' | 'v') {
            builder.line_to(at.0, at.1);
        }
        if at != last && command != 'M' {
            before = Some((last, at));
        }
    }
    Outline { path: builder.finish(), end: before }
}

fn numbers(text: &str) -> Vec<f32> {
    let mut found: Vec<String> = Vec::new();
    let mut is_open = false;
    for letter in text.chars() {
        match letter {
            ' ' | ',' => is_open = false,
            '-' => {
                found.push("-".to_string());
                is_open = true;
            }
            letter => {
                match found.last_mut().filter(|_| is_open) {
                    Some(text) => text.push(letter),
                    None => found.push(letter.to_string()),
                }
                is_open = true;
            }
        }
    }
    found.iter().filter_map(|text| text.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
        let found = outline("M10 20h5v-3l-2 1.5L1-2Q1 2 3 4H7");
        let bounds = found.path.expect("a path").bounds();
        assert_eq!((bounds.left(), bounds.right(), bounds.top(), bounds.bottom()), (1.0, 15.0, -2.0, 20.0));
        assert_eq!(found.end, Some(((3.0, 4.0), (7.0, 4.0))));
    }
}

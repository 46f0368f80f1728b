//! How wide text is on a terminal, and text in lines that fit.
//!
//! Called by the drawing of diagnostics.

use super::escape::escape;

/// How many columns of a terminal a line takes, without what sets its colours.
pub(super) fn columns(line: &str) -> usize {
    without_colors(line).chars().map(column_count).sum()
}

/// A line without what sets its colours.
pub(super) fn without_colors(line: &str) -> String {
    let mut in_escape = false;
    let mut plain = line.to_string();
    plain.retain(|character| match (in_escape, character) {
        (false, '\u{1b}') => {
            in_escape = true;
            false
        }
        (true, 'm') => {
            in_escape = false;
            false
        }
        (is_inside, _) => !is_inside,
    });
    plain
}

/// Two for the wide characters of East Asia and for pictures, none for marks that go on top of another.
fn column_count(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0x200B..=0x200F => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// Text in lines of at most `width` columns where words allow it.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    // As wide as the frame and `Help 1: ` before it.
    let width = width.saturating_sub(13).max(20);
    let mut lines = Vec::new();
    for line in escape(text).lines() {
        let mut column = 0;
        let mut made = String::new();
        for word in line.split(' ') {
            let length: usize = word.chars().map(column_count).sum();
            if column > 0 && column + 1 + length > width {
                lines.push(std::mem::take(&mut made));
                column = 0;
            } else if column > 0 || !made.is_empty() {
                made.push(' ');
                column += 1;
            }
            made.push_str(word);
            column += length;
        }
        lines.push(made);
    }
    lines.join("\n")
}

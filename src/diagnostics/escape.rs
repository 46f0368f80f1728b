//! Text that is safe to print: nothing in it moves the cursor, changes colours or turns the direction of writing.
//!
//! Called by everything that shows text that came from a script or a data file.

/// The text with control, direction and invisible characters written as `\u{...}`; line ends and tabs stay.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_dangerous(character) && !matches!(character, '\n' | '\t') {
            escaped.extend(character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// As [`escape`], on one line.
pub fn escape_line(text: &str) -> String {
    escape(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// The text with each such character replaced by a sign of as many bytes, so that spans stay right.
///
/// Also every character but `\n` that a drawing could take for a line end.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let line_end = character == '\n' || character == '\r' && characters.peek() == Some(&'\n');
        if line_end || character == '\t' || !is_dangerous(character) {
            masked.push(character);
            continue;
        }
        match character.len_utf8() {
            1 => masked.push('?'),
            2 => masked.push('¿'),
            3 => masked.push('\u{FFFD}'),
            _ => masked.push('\u{1F7C5}'),
        }
    }
    masked
}

fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_line, mask};

    #[test]
    fn nothing_dangerous_is_left() {
        assert_eq!(escape("a\u{1b}[31m\u{202e}b\n"), "a\\u{1b}[31m\\u{202e}b\n");
        assert_eq!(escape_line("a\nb"), "a\\nb");
        for text in ["\0\u{85}\u{2028}\u{e0001}é\r", "a\r\nb\rc"] {
            assert_eq!(mask(text).len(), text.len());
        }
        assert_eq!(mask("a\r\nb\rc"), "a\r\nb?c");
    }
}

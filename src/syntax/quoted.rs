//! Names and texts as a script writes them.

use super::tokens::{TokenKind, tokens};

/// A column as the language names it: bare, or in quotes where it is no name.
pub fn name_or_quoted(name: &str) -> String {
    match tokens(name).as_slice() {
        [only] if only.kind == TokenKind::Name && only.text(name) == name => name.to_string(),
        _ => quoted(name),
    }
}

/// A text of the language.
pub fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\\' => written.push_str("\\\\"),
            '"' => written.push_str("\\\""),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            '{' => written.push_str("{{"),
            '}' => written.push_str("}}"),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

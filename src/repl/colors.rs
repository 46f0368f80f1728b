//! A line in colours as it is typed, with the bracket that belongs to the one at the cursor.

use crate::syntax::{Token, TokenKind, tokens};

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const BLUE: &str = "\x1b[34m";
const MAGENTA: &str = "\x1b[35m";
const CYAN: &str = "\x1b[36m";
const GREY: &str = "\x1b[90m";
/// Both brackets of a pair, where the cursor stands at one of them.
const PAIR: &str = "\x1b[1;4;36m";
const PLAIN: &str = "\x1b[0m";

/// The text with colours; as wide as without. The cursor, if it is to be heeded, is a byte offset.
pub fn colored(text: &str, cursor: Option<usize>) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let (command, rest) = split_command(text);
    if !command.is_empty() {
        paint(&mut out, YELLOW, command);
    }
    let shift = command.len();
    let found = tokens(rest);
    let pairs = pairs(&found, rest);
    let cursor = cursor.and_then(|at| at.checked_sub(shift));
    let marked = cursor.and_then(|at| pair_at(&found, &pairs, at));
    let mut done = 0;
    for (at, token) in found.iter().enumerate() {
        out.push_str(rest.get(done..token.start as usize).unwrap_or_default());
        let is_marked = marked.is_some_and(|(one, other)| at == one || at == other);
        let color = match token.kind {
            _ if is_marked => PAIR,
            TokenKind::Close if pairs[at].is_none() => RED,
            _ => color(*token, found.get(at + 1), rest),
        };
        paint(&mut out, color, token.text(rest));
        done = token.end as usize;
    }
    out.push_str(rest.get(done..).unwrap_or_default());
    out
}

/// `:type` and what follows it.
fn split_command(text: &str) -> (&str, &str) {
    if !text.starts_with(':') {
        return ("", text);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

fn paint(out: &mut String, color: &str, text: &str) {
    // A colour does not go on over the end of a line.
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if line.is_empty() || color.is_empty() {
            out.push_str(line);
        } else {
            out.extend([color, line, PLAIN]);
        }
    }
}

fn color(token: Token, next: Option<&Token>, text: &str) -> &'static str {
    match token.kind {
        TokenKind::Comment | TokenKind::DocComment => GREY,
        TokenKind::Number => CYAN,
        TokenKind::Text | TokenKind::UnfinishedText => GREEN,
        TokenKind::Keyword => MAGENTA,
        // A name that is called.
        TokenKind::Name if next.is_some_and(|next| next.text(text) == "(" && next.start == token.end) => BLUE,
        TokenKind::Foreign | TokenKind::Error if token.text(text) != "\\" => RED,
        TokenKind::Name
        | TokenKind::Operator
        | TokenKind::Open
        | TokenKind::Close
        | TokenKind::Separator
        | TokenKind::Newline
        | TokenKind::Foreign
        | TokenKind::Error => "",
    }
}

/// For each token its partner, where it is a bracket that has one.
fn pairs(found: &[Token], text: &str) -> Vec<Option<usize>> {
    let mut partner = vec![None; found.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in found.iter().enumerate() {
        match token.kind {
            TokenKind::Open => open.push(at),
            TokenKind::Close => {
                if let Some(opener) = open.pop_if(|opener| fits(found[*opener].text(text), token.text(text)))
                {
                    partner[opener] = Some(at);
                    partner[at] = Some(opener);
                }
            }
            _ => {}
        }
    }
    partner
}

fn fits(opener: &str, closer: &str) -> bool {
    matches!((opener, closer), ("(", ")") | ("[", "]") | ("{", "}"))
}

/// The pair of which one stands at the cursor, or right before it.
fn pair_at(found: &[Token], pairs: &[Option<usize>], cursor: usize) -> Option<(usize, usize)> {
    let at = |byte: usize| {
        let place = found.iter().position(|token| token.start as usize == byte)?;
        Some((place, pairs[place]?))
    };
    at(cursor).or_else(|| at(cursor.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("\x1b[") {
            out.push_str(&rest[..at]);
            rest = rest[at..].split_once('m').map_or("", |(_, rest)| rest);
        }
        out + rest
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        for text in [
            "model net(x: [4]) -> [3] { x |> dense(3) } # done",
            "x = \"text",
            "a\n  b )(\n",
            ":type [1, 2]",
            ":",
            "\\sigma && ŷ²",
            "",
        ] {
            for cursor in (0..=text.len()).map(Some).chain([None]) {
                assert_eq!(plain(&colored(text, cursor)), text);
            }
        }
    }

    #[test]
    fn words_have_the_colour_of_their_kind() {
        let text = colored("train f(\"a\", 2) # c", None);
        for piece in ["\x1b[35mtrain", "\x1b[34mf", "\x1b[32m\"a\"", "\x1b[36m2", "\x1b[90m# c"] {
            assert!(text.contains(piece), "{text:?}");
        }
        assert!(colored("a)", None).contains("\x1b[31m)"));
        assert!(colored(":help", None).starts_with("\x1b[33m:help"));
    }

    #[test]
    fn the_pair_of_the_bracket_at_the_cursor_is_marked() {
        // Brackets in texts and comments are none.
        let text = "f(\")\", [1])";
        let marked = colored(text, Some(text.len()));
        assert_eq!(marked.matches(PAIR).count(), 2);
        assert!(marked.ends_with(&format!("{PAIR}){PLAIN}")), "{marked:?}");
        assert_eq!(colored(text, Some(0)).matches(PAIR).count(), 0);
    }
}

//! Texts as HTML: programs with their tokens coloured, sentences, and the few forms of Markdown that our pages use.

use crate::syntax::{TokenKind, tokens};

/// A text with the signs of HTML written out.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A program, its tokens in spans of a class for each kind.
pub fn highlighted(program: &str) -> String {
    let mut html = String::with_capacity(program.len() * 2);
    let mut at = 0;
    for token in tokens(program) {
        let (start, end) = (token.start as usize, token.end as usize);
        html.push_str(&escaped(program.get(at..start).unwrap_or_default()));
        let text = escaped(token.text(program));
        match class_of(token.kind) {
            Some(class) => html.push_str(&format!("<span class=\"{class}\">{text}</span>")),
            None => html.push_str(&text),
        }
        at = end;
    }
    html.push_str(&escaped(program.get(at..).unwrap_or_default()));
    html
}

fn class_of(kind: TokenKind) -> Option<&'static str> {
    match kind {
        TokenKind::Comment | TokenKind::DocComment => Some("c"),
        TokenKind::Number => Some("n"),
        TokenKind::Text | TokenKind::UnfinishedText => Some("s"),
        TokenKind::Keyword => Some("k"),
        TokenKind::Operator => Some("o"),
        TokenKind::Name
        | TokenKind::Open
        | TokenKind::Close
        | TokenKind::Separator
        | TokenKind::Newline
        | TokenKind::Foreign
        | TokenKind::Error => None,
    }
}

/// A sentence with code between backticks.
pub fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => escaped(part),
        _code => format!("<code>{}</code>", escaped(part)),
    });
    parts.collect()
}

/// A page of Markdown: headings, paragraphs, lists and fences.
pub fn page(text: &str) -> String {
    let mut html = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut lines = text.lines();
    let end = |paragraph: &mut Vec<&str>, html: &mut String| {
        if !paragraph.is_empty() {
            html.push_str(&format!("<p>{}</p>\n", prose(&paragraph.join(" "))));
            paragraph.clear();
        }
    };
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            end(&mut paragraph, &mut html);
            let inside: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            let code = inside.join("\n");
            let (class, code) = match language.starts_with("nn") {
                true => ("", highlighted(&code)),
                false => (" class=\"output\"", escaped(&code)),
            };
            html.push_str(&format!("<pre{class}>{code}</pre>\n"));
        } else if let Some(heading) = line.strip_prefix('#') {
            end(&mut paragraph, &mut html);
            html.push_str(&format!("<h3>{}</h3>\n", prose(heading.trim_start_matches('#').trim())));
        } else if line.trim().is_empty() {
            end(&mut paragraph, &mut html);
        } else if let Some(item) = line.strip_prefix("- ") {
            end(&mut paragraph, &mut html);
            html.push_str(&format!("<p class=\"item\">{}</p>\n", prose(item)));
        } else {
            paragraph.push(line.trim());
        }
    }
    end(&mut paragraph, &mut html);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_becomes_html() {
        assert_eq!(
            highlighted("a <- \"<b>\""),
            "a <span class=\"o\">&lt;-</span> <span class=\"s\">&quot;&lt;b&gt;&quot;</span>"
        );
        assert_eq!(prose("a `<x>` & b"), "a <code>&lt;x&gt;</code> &amp; b");
        assert_eq!(
            page("# T\n\none\ntwo\n\n```nn\nx = 1\n```\n"),
            "<h3>T</h3>\n<p>one two</p>\n<pre>x <span class=\"o\">=</span> <span class=\"n\">1</span></pre>\n"
        );
    }
}

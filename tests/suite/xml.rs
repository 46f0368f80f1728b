//! Whether a text is well-formed XML, as far as pictures and formulas need it: tags in pairs, attributes in quotes,
//! nothing unescaped.

/// The names of all elements in order.
///
/// # Panics
/// Where the text is not well-formed, with what stands there.
pub fn elements(text: &str) -> Vec<String> {
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        check_text(&rest[..at]);
        check_place(open.last().map_or("", |(name, _)| name.as_str()), &rest[..at]);
        let (is_close, inside) = match rest[at + 1..].strip_prefix('/') {
            Some(inside) => (true, inside),
            None => (false, &rest[at + 1..]),
        };
        let end = tag_end(inside);
        let tag = &inside[..end];
        let name: String = tag.chars().take_while(|c| c.is_alphanumeric()).collect();
        assert!(!name.is_empty(), "an element without a name: <{tag}>");
        if is_close {
            let (opened, children) = open.pop().unwrap_or_default();
            assert_eq!(opened, name, "closed out of order near {tag}");
            check_children(&name, children);
        } else {
            check_attributes(&tag[name.len()..]);
            if let Some((_, children)) = open.last_mut() {
                *children += 1;
            }
            found.push(name.clone());
            if !tag.ends_with('/') {
                open.push((name, 0));
            }
        }
        rest = &inside[end + 1..];
    }
    check_text(rest);
    assert!(open.is_empty(), "left open: {open:?}");
    found
}

/// Fractions, powers and indices have two parts each; a browser draws others as a mistake.
fn check_children(name: &str, children: usize) {
    if ["mfrac", "msup", "msub", "mover"].contains(&name) {
        assert_eq!(children, 2, "a {name} of {children} parts");
    }
}

/// Formulas have their letters in elements of their own; a browser draws none that stand between others.
fn check_place(inside: &str, text: &str) {
    let holds_elements =
        ["math", "mrow", "mfrac", "msup", "msub", "mover", "msqrt", "mtable", "mtr", "mtd"].contains(&inside);
    assert!(!holds_elements || text.trim().is_empty(), "`{text}` stands bare in a {inside}");
}

/// The end of a tag, outside quotes.
fn tag_end(inside: &str) -> usize {
    let mut in_quotes = false;
    let end = inside.find(|c| {
        in_quotes ^= c == '"';
        c == '>' && !in_quotes
    });
    end.unwrap_or_else(|| panic!("a tag without an end: {}", &inside[..inside.len().min(60)]))
}

fn check_text(text: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap_or_default();
        let is_known = ["amp", "lt", "gt", "quot"].contains(&name) || name.starts_with('#');
        assert!(is_known, "a bare & in {text}");
    }
    let control = text.chars().find(|c| c.is_control() && *c != '\n');
    assert!(control.is_none(), "a control character in {text}");
}

fn check_attributes(text: &str) {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text.trim_end_matches('/').trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("no value: {rest}"));
        let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("no end of a value: {after}"));
        assert!(!value.contains('<'), "{value}");
        check_text(value);
        assert!(!names.contains(&name.to_string()), "{name} twice in {text}");
        names.push(name.trim().to_string());
        rest = after.trim_start();
    }
}

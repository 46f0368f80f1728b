//! The elements of a drawing in the order they are written.

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Open(Element),
    Close(String),
    Text(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    /// Whether nothing is inside: `<rect/>`.
    pub is_empty: bool,
}

impl Element {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn number(&self, name: &str) -> Option<f32> {
        self.text(name)?.parse().ok()
    }

    /// An element of a class by itself.
    pub fn of_class(name: &str, class: &str) -> Element {
        let attributes = vec![("class".to_string(), class.to_string())];
        Element { name: name.to_string(), attributes, is_empty: true }
    }

    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.text("class").unwrap_or_default().split(' ').filter(|class| !class.is_empty())
    }
}

pub fn events(drawing: &str) -> Vec<Event> {
    let mut found = Vec::new();
    let mut rest = drawing;
    while let Some(start) = rest.find('<') {
        let before = &rest[..start];
        if !before.trim().is_empty() {
            found.push(Event::Text(plain(before)));
        }
        let end = start + tag_end(&rest[start..]);
        let tag = rest[start + 1..end].trim_end_matches('>');
        found.push(match tag.strip_prefix('/') {
            Some(name) => Event::Close(name.to_string()),
            None => Event::Open(element(tag)),
        });
        rest = &rest[end..];
    }
    found
}

/// Behind the `>` that closes a tag; one in quotes does not.
fn tag_end(text: &str) -> usize {
    let mut in_quotes = false;
    let end = text.find(|letter| {
        in_quotes ^= letter == '"';
        letter == '>' && !in_quotes
    });
    end.map_or(text.len(), |end| end + 1)
}

fn element(tag: &str) -> Element {
    let is_empty = tag.ends_with('/');
    let tag = tag.trim_end_matches('/');
    let (name, mut rest) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        attributes.push((name.trim().to_string(), plain(value)));
        rest = after;
    }
    Element { name: name.to_string(), attributes, is_empty }
}

fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_as_they_are_written() {
        let found = events("<g class=\"a b\"><text x=\"1.5\" y=\"-2\">p &lt; 1</text><rect/></g>\n");
        let Some(Event::Open(group)) = found.first() else { panic!("{found:?}") };
        assert_eq!(group.classes().collect::<Vec<_>>(), ["a", "b"]);
        let Some(Event::Open(text)) = found.get(1) else { panic!("{found:?}") };
        assert_eq!((text.number("x"), text.number("y")), (Some(1.5), Some(-2.0)));
        assert_eq!(found.get(2), Some(&Event::Text("p < 1".to_string())));
        assert!(matches!(found.get(4), Some(Event::Open(rect)) if rect.is_empty));
        assert_eq!(found.len(), 6);
    }
}

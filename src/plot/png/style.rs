//! What the stylesheet of drawings says of an element, in the colours of light ground.

use super::super::svg::STYLE;
use super::read::Element;

/// The rules of [`STYLE`]: the class or element, the property, the value.
pub struct Sheet {
    rules: Vec<(String, String, String)>,
}

impl Sheet {
    pub fn new() -> Sheet {
        let mut rules = Vec::new();
        let mut colors: Vec<(String, String)> = Vec::new();
        let mut rest = STYLE;
        while let Some((selector, after)) = rest.split_once('{') {
            if selector.starts_with('@') {
                // Dark ground and print: rules within rules.
                rest = after.split_once("}}").map_or("", |(_, rest)| rest);
                continue;
            }
            let (body, after) = after.split_once('}').unwrap_or((after, ""));
            rest = after;
            let name = selector.trim_start_matches(".nn").trim().trim_start_matches('.');
            for (property, value) in body.split(';').filter_map(|part| part.split_once(':')) {
                match property.strip_prefix("--") {
                    Some(color) => colors.push((color.to_string(), value.to_string())),
                    None => rules.push((name.to_string(), property.to_string(), value.to_string())),
                }
            }
        }
        for (_, _, value) in &mut rules {
            let color = value.strip_prefix("var(--").and_then(|name| name.strip_suffix(')'));
            let known = color.and_then(|color| colors.iter().find(|(known, _)| known == color));
            if let Some((_, known)) = known {
                value.clone_from(known);
            }
        }
        Sheet { rules }
    }

    /// A property of an element: of the last rule that is about it, else its own attribute.
    pub fn of<'a>(&'a self, element: &'a Element, property: &str) -> Option<&'a str> {
        let about = |name: &str| name == element.name || element.classes().any(|class| class == name);
        let rules = self.rules.iter().rev();
        let mut found = rules.filter(|(name, known, _)| known == property && about(name));
        // A class says more than the name of an element.
        let by_class = found.clone().find(|(name, ..)| *name != element.name);
        let rule = by_class.or_else(|| found.next()).map(|(_, _, value)| value.as_str());
        rule.or_else(|| element.text(property))
    }

    pub fn number(&self, element: &Element, property: &str) -> Option<f32> {
        self.of(element, property)?.trim_end_matches("px").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::{Event, events};
    use super::*;

    #[test]
    fn classes_have_the_colours_of_light_ground() {
        let sheet = Sheet::new();
        let found = events("<text class=\"soft\"/><path class=\"curve s0 dash\" stroke-width=\"9\"/>");
        let [Event::Open(text), Event::Open(path)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(sheet.of(text, "fill"), Some("#5b6570"));
        assert_eq!((sheet.of(path, "stroke"), sheet.of(path, "fill")), (Some("#0a6ebd"), Some("none")));
        assert_eq!(
            (sheet.number(path, "stroke-width"), sheet.of(path, "stroke-dasharray")),
            (Some(2.0), Some("5 5"))
        );
    }
}

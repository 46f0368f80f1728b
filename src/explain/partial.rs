//! Names of derivatives: `∂L/∂W1`, `∂²y/∂x²`, `∂²y/∂x∂y`, `∂²L/∂x²·v`.

/// The parts of the name of a derivative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial<'a> {
    pub order: usize,
    pub of: &'a str,
    /// By what, and how often.
    pub by: Vec<(&'a str, usize)>,
    /// The direction that a second derivative is multiplied with.
    pub along: Option<&'a str>,
}

/// The highest order that a name is made for.
pub const MAX_ORDER: usize = 4;
const POWERS: [char; MAX_ORDER + 1] = ['⁰', '¹', '²', '³', '⁴'];

/// The name of a derivative of this order by one thing.
pub fn name(of: &str, by: &str, order: usize) -> String {
    let power = power(order);
    format!("∂{power}{of}/∂{by}{power}")
}

/// `²`; nothing for 1.
fn power(order: usize) -> String {
    POWERS.get(order).filter(|_| order > 1).map_or(String::new(), char::to_string)
}

/// The order that a text ends with, and the text before.
fn powered(text: &str) -> (&str, usize) {
    let order = text.chars().next_back().and_then(|last| POWERS.iter().position(|power| *power == last));
    match order.filter(|order| *order > 1) {
        Some(order) => (text.trim_end_matches(POWERS), order),
        None => (text, 1),
    }
}

/// The parts of a name, if it is one of a derivative.
pub fn partial(text: &str) -> Option<Partial<'_>> {
    let (above, below) = text.split_once("/∂")?;
    let above = above.strip_prefix('∂')?;
    let of = above.trim_start_matches(POWERS);
    let order = match above.chars().next().and_then(|first| POWERS.iter().position(|power| *power == first)) {
        Some(order) if of.len() < above.len() => order,
        _ => 1,
    };
    let (below, along) = match below.split_once('·') {
        Some((below, along)) => (below, Some(along)),
        None => (below, None),
    };
    Some(Partial { order, of, by: below.split('∂').map(powered).collect(), along })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let parts = |text| partial(text).map(|found| (found.order, found.of, found.by, found.along));
        assert_eq!(parts("∂L/∂W1"), Some((1, "L", vec![("W1", 1)], None)));
        assert_eq!(parts("∂²y/∂x∂z"), Some((2, "y", vec![("x", 1), ("z", 1)], None)));
        assert_eq!(parts("∂²L/∂x²·v"), Some((2, "L", vec![("x", 2)], Some("v"))));
        assert_eq!(parts("∂³y/∂x³"), Some((3, "y", vec![("x", 3)], None)));
        assert_eq!(name("y", "x", 3), "∂³y/∂x³");
        assert_eq!(parts("δ2"), None);
    }
}

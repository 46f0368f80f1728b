//! Numbers as people write them: decimals where they are short, else fractions and roots.

/// The size of a number as a quotient of two texts; `None` is 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub above: Option<Digits>,
    pub below: Option<Digits>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Digits {
    Plain(String),
    /// The root of a whole number.
    Root(u32),
    /// A whole number times π.
    Pi(u32),
    /// The root of a whole number times π.
    RootPi(u32),
    /// The root of a quotient: of a whole number, and of another, perhaps times π.
    RootOf(u32, Box<Digits>),
    /// The logarithm of a whole number.
    Log(u32),
}

/// Larger denominators are no longer read as fractions.
const MAX_DENOMINATOR: u32 = 1000;
/// Logarithms of larger numbers are not looked for.
const MAX_LOGARITHM: u32 = 10;

/// A number that is not below 0.
pub fn written(value: f64) -> Written {
    let plain = |text: String| Written { above: (text != "1").then_some(Digits::Plain(text)), below: None };
    let decimal = shortest(value);
    let found = fraction(value).filter(|(p, _)| decimal.len() > 7 || *p == 1 && is_binary(&decimal));
    if let Some((p, q)) = found {
        let plain = |number: u32| (number != 1).then(|| Digits::Plain(number.to_string()));
        return Written { above: plain(p), below: plain(q) };
    }
    if decimal.len() <= 7 || !value.is_finite() {
        return plain(decimal);
    }
    let logarithm = (2..=MAX_LOGARITHM).find(|n| (f64::from(*n).ln() / value - 1.0).abs() < 3e-16);
    if let Some(n) = logarithm {
        return Written { above: Some(Digits::Log(n)), below: None };
    }
    times_pi(value).or_else(|| rooted(value)).unwrap_or_else(|| plain(decimal))
}

/// `p π/q` for small whole numbers.
fn times_pi(value: f64) -> Option<Written> {
    let (p, q) = fraction(value / std::f64::consts::PI).filter(|(p, q)| *p <= 64 && *q <= 64)?;
    let below = (q != 1).then(|| Digits::Plain(q.to_string()));
    Some(Written { above: Some(Digits::Pi(p)), below })
}

/// A short decimal, a fraction or a root.
pub fn is_readable(number: f64) -> bool {
    let written = written(number);
    let is_long = |digits: &Digits| matches!(digits, Digits::Plain(text) if text.len() > 8);
    !written.above.iter().chain(&written.below).any(is_long)
}

/// A number without its sign, in the fewest digits that read back.
pub fn shortest(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}

/// More digits than a person would choose: 0.03125, which is 1/32.
fn is_binary(decimal: &str) -> bool {
    decimal.len() >= 6 && decimal.trim_start_matches(['0', '.']).len() >= 3
}

/// The fraction of small whole numbers that is exactly this number.
fn fraction(value: f64) -> Option<(u32, u32)> {
    (1..=MAX_DENOMINATOR).find_map(|q| {
        let p = (value * f64::from(q)).round();
        let close = (1.0..=1e6).contains(&p) && ((p / f64::from(q)) / value - 1.0).abs() < 3e-16;
        close.then_some((p as u32, q))
    })
}

/// `√(p/q)`, `√(p/(q π))` or `√(p π/q)` for small whole numbers.
fn rooted(value: f64) -> Option<Written> {
    use std::f64::consts::PI;
    let root = |n: u32| (n != 1).then_some(Digits::Root(n));
    for (scale, pi_above, pi_below) in [(1.0, false, false), (PI, false, true), (1.0 / PI, true, false)] {
        let squared = value * value * scale;
        for q in 1u32..=64 {
            let p = (squared * f64::from(q)).round();
            if !(1.0..=64.0).contains(&p) || ((p / f64::from(q)) / squared - 1.0).abs() > 1e-15 {
                continue;
            }
            let p = p as u32;
            let above = if pi_above { Some(Digits::RootPi(p)) } else { root(p) };
            let below = if pi_below { Some(Digits::RootPi(q)) } else { root(q) };
            if let (Some(Digits::Root(p)), Some(below)) = (&above, &below)
                && !is_square(*p)
                && !matches!(below, Digits::Root(q) if is_square(*q))
            {
                let quotient = Digits::RootOf(*p, Box::new(below.clone()));
                return Some(Written { above: Some(quotient), below: None });
            }
            return Some(Written { above, below });
        }
    }
    None
}

pub fn is_square(n: u32) -> bool {
    (1..=8).any(|k| k * k == n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_books() {
        let plain = |text: &str| Some(Digits::Plain(text.to_string()));
        assert_eq!(written(0.5), Written { above: plain("0.5"), below: None });
        assert_eq!(written(2.0 / 3.0), Written { above: plain("2"), below: plain("3") });
        assert_eq!(written(1.0), Written { above: None, below: None });
        assert_eq!(written(1.0 + f64::EPSILON), Written { above: None, below: None });
        assert_eq!(written(3.0 - 2.0 * f64::EPSILON), Written { above: plain("3"), below: None });
        assert_eq!(written(0.5f64.sqrt()), Written { above: None, below: Some(Digits::Root(2)) });
        assert_eq!(
            written(std::f64::consts::FRAC_2_SQRT_PI),
            Written { above: Some(Digits::Root(4)), below: Some(Digits::RootPi(1)) }
        );
        let two_over_pi = Digits::RootOf(2, Box::new(Digits::RootPi(1)));
        assert_eq!(
            written((2.0 * std::f64::consts::FRAC_1_PI).sqrt()),
            Written { above: Some(two_over_pi), below: None }
        );
        let (once, thrice) = (Some(Digits::Pi(1)), Some(Digits::Pi(3)));
        assert_eq!(written(std::f64::consts::PI), Written { above: once.clone(), below: None });
        assert_eq!(written(std::f64::consts::FRAC_PI_2), Written { above: once, below: plain("2") });
        assert_eq!(written(0.75 * std::f64::consts::PI), Written { above: thrice, below: plain("4") });
        assert_eq!(written(2f64.ln()), Written { above: Some(Digits::Log(2)), below: None });
        assert_eq!(written(1.0 / 32.0), Written { above: None, below: plain("32") });
        assert_eq!(written(0.125), Written { above: plain("0.125"), below: None });
        assert_eq!(written(0.123456789), Written { above: plain("0.123456789"), below: None });
    }
}

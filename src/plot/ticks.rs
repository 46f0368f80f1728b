//! Round numbers along an axis, and how they are written.

/// A place on an axis with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub text: String,
}

/// Round numbers between two ends, about `count` of them: steps of 1, 2, 2.5 or 5 times a power of ten.
pub fn linear(from: f64, to: f64, count: usize, whole: bool) -> Vec<Tick> {
    let step = round_step((to - from).abs() / count.max(1) as f64);
    // Between whole numbers there is nothing to name.
    let step = if !whole || step >= 10.0 {
        step
    } else if step > 2.0 {
        5.0
    } else {
        step.max(1.0)
    };
    let (low, high) = (from.min(to), from.max(to));
    let first = (low / step - 1e-9).ceil();
    let decimals = decimals_of(step);
    let exponent = high.abs().max(low.abs()).log10();
    let is_plain = (-4.0..6.0).contains(&exponent);
    // As many digits as tell two neighbours apart.
    let digits = (exponent.floor() - step.log10().floor()).clamp(1.0, 14.0) as usize + 2;
    let values = (0..=4 * count.max(1)).map(|k| (first + k as f64) * step);
    values
        .take_while(|value| *value <= high + 1e-9 * step)
        .map(|value| {
            let value = if value.abs() < step * 1e-9 { 0.0 } else { value };
            let text = if is_plain { format!("{value:.decimals$}") } else { short(value, digits) };
            Tick { value, text: minus(&text) }
        })
        .collect()
}

/// Powers of ten, or 1, 2 and 5 times them where there are few.
pub fn logarithmic(from: f64, to: f64, count: usize) -> Vec<Tick> {
    let (low, high) = (from.min(to), from.max(to));
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let stride = ((last - first) as usize).div_ceil(count.max(1)).max(1);
    let factors: &[f64] = if last - first <= 2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let decades = (first..=last).step_by(stride);
    let values = decades.flat_map(|decade| factors.iter().map(move |factor| factor * 10f64.powi(decade)));
    values
        .filter(|value| *value >= low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9))
        .map(|value| Tick { value, text: short(value, 3) })
        .collect()
}

fn round_step(rough: f64) -> f64 {
    if rough.is_nan() || rough <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|step| rough <= step * power * (1.0 + 1e-9));
    let step = step.unwrap_or(10.0) * power;
    if step > 0.0 && step.is_finite() { step } else { 1.0 }
}

fn decimals_of(step: f64) -> usize {
    (0..12)
        .find(|places| {
            let scaled = step * 10f64.powi(*places);
            (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1e-300)
        })
        .unwrap_or(12) as usize
}

/// A number with few digits, as a person writes it: `0.034`, `1.2e-7`, `−3`.
pub fn short(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "∞"
        } else {
            "−∞"
        }
        .to_string();
    }
    if value == 0.0 {
        return "0".to_string();
    }
    let rounded = format!("{:.*e}", digits.saturating_sub(1), value);
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let places = (digits as i32 - 1 - exponent).max(0) as usize;
        return minus(trimmed(&format!("{value:.places$}")));
    }
    minus(&format!("{}e{exponent}", trimmed(mantissa)))
}

fn trimmed(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

/// The sign of mathematics.
fn minus(text: &str) -> String {
    text.strip_prefix('-').map_or_else(|| text.to_string(), |rest| format!("−{rest}"))
}

#[cfg(test)]
mod tests {
    use super::linear;

    #[test]
    fn neighbours_have_labels_of_their_own() {
        for (from, to) in
            [(2.649e-6, 2.6491e-6), (1e-9, 1.0001e-9), (1e7, 1.00001e7), (-3.0, 4.0), (0.0, 1e-8)]
        {
            let ticks = linear(from, to, 5, false);
            let mut texts: Vec<&str> = ticks.iter().map(|tick| tick.text.as_str()).collect();
            texts.dedup();
            assert!(ticks.len() > 2 && texts.len() == ticks.len(), "{texts:?}");
        }
    }
}

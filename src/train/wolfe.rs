//! How far to go along a direction: the search for a length that satisfies the strong conditions of Wolfe.
//!
//! J. Nocedal and S. Wright, "Numerical optimization", 2006, algorithms 3.5 (a bracket) and 3.6 (a point in it), with
//! cubic interpolation, as PyTorch has it. Knows nothing of networks: it asks a function for the loss at a length.

/// The part of the slope by which the loss must fall.
const FALL: f64 = 1e-4;
/// The part of the slope that may be left.
const LEFT: f64 = 0.9;
/// A bracket narrower than this is not searched further.
const NARROW: f64 = 1e-9;
const MOST_LOOKS: usize = 25;

/// The loss at a length `t`, with its gradient and the slope along the direction.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub t: f64,
    pub loss: f64,
    pub gradient: Vec<f64>,
    pub slope: f64,
}

/// The best point found from `start` (at length 0) when trying `length` first, and how often it looked.
/// `size` is the largest number of the direction.
pub(super) fn search<E>(
    start: Point,
    length: f64,
    size: f64,
    mut look: impl FnMut(f64) -> Result<Point, E>,
) -> Result<(Point, usize), E> {
    let mut looks = 1;
    let mut now = look(length)?;
    let (begin_loss, begin_slope) = (start.loss, start.slope);
    let falls_enough = |point: &Point| point.loss <= begin_loss + FALL * point.t * begin_slope;
    let is_flat_enough = |point: &Point| point.slope.abs() <= -LEFT * begin_slope;
    let mut before = start.clone();
    let mut tries = 0;
    let bracket = loop {
        if tries == MOST_LOOKS {
            break [start, now];
        }
        if !falls_enough(&now) || (tries > 1 && now.loss >= before.loss) {
            break [before, now];
        }
        if is_flat_enough(&now) {
            return Ok((now, looks));
        }
        if now.slope >= 0.0 {
            break [before, now];
        }
        let bounds = (now.t + 0.01 * (now.t - before.t), now.t * 10.0);
        let t = interpolate(&before, &now, bounds);
        before = now;
        now = look(t)?;
        looks += 1;
        tries += 1;
    };
    let [a, b] = bracket;
    let (mut low, mut high) = if a.loss <= b.loss { (a, b) } else { (b, a) };
    let mut is_stuck = false;
    while tries < MOST_LOOKS && (high.t - low.t).abs() * size >= NARROW {
        let (least, most) = (low.t.min(high.t), low.t.max(high.t));
        let (left, right) = if low.t <= high.t { (&low, &high) } else { (&high, &low) };
        let mut t = interpolate(left, right, (least, most));
        let edge = 0.1 * (most - least);
        if (most - t).min(t - least) < edge {
            if is_stuck || t >= most || t <= least {
                t = if (t - most).abs() < (t - least).abs() { most - edge } else { least + edge };
                is_stuck = false;
            } else {
                is_stuck = true;
            }
        } else {
            is_stuck = false;
        }
        let found = look(t)?;
        looks += 1;
        tries += 1;
        if !falls_enough(&found) || found.loss >= low.loss {
            high = found;
            if high.loss < low.loss {
                std::mem::swap(&mut low, &mut high);
            }
        } else if is_flat_enough(&found) {
            return Ok((found, looks));
        } else {
            if found.slope * (high.t - low.t) >= 0.0 {
                high = low;
            }
            low = found;
        }
    }
    Ok((low, looks))
}

/// Where the cubic through two points, the left one first, with their slopes is least, between the bounds.
fn interpolate(a: &Point, b: &Point, (least, most): (f64, f64)) -> f64 {
    let bend = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.t - b.t);
    let square = bend * bend - a.slope * b.slope;
    if square >= 0.0 {
        let root = square.sqrt();
        let t = b.t - (b.t - a.t) * ((b.slope + root - bend) / (b.slope - a.slope + 2.0 * root));
        t.max(least).min(most)
    } else {
        (least + most) / 2.0
    }
}

//! Whether threads are worth it at the moment: another program may have the cores they need.
//!
//! A step has the same bits for any number of threads, so the clock may choose. Blocks of steps are timed; now and then
//! the other way is tried for a block, and the faster one goes on. Two threads of which one must wait for a core took
//! twice the time of one.

use std::time::{Duration, Instant};

/// How the steps are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Threads,
    Alone,
}

/// The least time of a block.
const BLOCK: Duration = Duration::from_micros(500);
/// Blocks until the other way is tried; twice as many each time that it was slower, up to a limit.
const TRUST: u32 = 40;
const MOST_TRUST: u32 = 1_280;
/// A block so much slower than the other way was is a reason to try it now.
const SUSPICIOUS: f64 = 1.2;

/// Times the steps of a training and says how the next one is done.
#[derive(Debug)]
pub(super) struct Pace {
    way: Way,
    /// Seconds a step, when last seen.
    threads: Option<f64>,
    alone: Option<f64>,
    begun: Option<Instant>,
    /// Steps of this block, and how many there are between two looks at the clock.
    steps: u32,
    stride: u32,
    is_trial: bool,
    blocks: u32,
    trust: u32,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            way: Way::Threads,
            threads: None,
            alone: None,
            begun: None,
            steps: 0,
            stride: 1,
            is_trial: false,
            blocks: 0,
            trust: TRUST,
        }
    }
}

impl Pace {
    /// How the next step is done. The clock is looked at only now and then.
    #[inline]
    pub fn next(&mut self, now: impl FnOnce() -> Instant) -> Way {
        if self.begun.is_none() || self.steps >= self.stride {
            self.look(now());
        }
        self.steps += 1;
        self.way
    }

    fn look(&mut self, now: Instant) {
        if let Some(begun) = self.begun {
            let time = now.duration_since(begun);
            if time < BLOCK {
                self.stride = self.stride.saturating_mul(2);
                return;
            }
            if time > BLOCK * 4 {
                self.stride = (self.stride / 2).max(1);
            }
            self.end_block(time.as_secs_f64() / f64::from(self.steps));
        }
        (self.begun, self.steps) = (Some(now), 0);
    }

    fn end_block(&mut self, seconds: f64) {
        let (mine, other) = match self.way {
            Way::Threads => (&mut self.threads, &self.alone),
            Way::Alone => (&mut self.alone, &self.threads),
        };
        *mine = Some(seconds);
        let is_slower = other.is_some_and(|other| seconds > other);
        let is_suspicious = other.is_some_and(|other| seconds > other * SUSPICIOUS);
        if self.is_trial {
            (self.is_trial, self.blocks) = (false, 0);
            self.trust = if is_slower { (self.trust * 2).min(MOST_TRUST) } else { TRUST };
            if is_slower {
                self.turn();
            }
            return;
        }
        self.blocks += 1;
        // A single slow block may be chance: the trial decides, and costs a block.
        if self.blocks >= self.trust || (is_suspicious && self.blocks > 1) {
            self.is_trial = true;
            self.turn();
        }
    }

    fn turn(&mut self) {
        self.way = match self.way {
            Way::Threads => Way::Alone,
            Way::Alone => Way::Threads,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of the given lengths for some milliseconds; how many of them were done alone.
    fn share_alone(pace: &mut Pace, now: &mut Instant, (threads, alone): (u64, u64), millis: u64) -> f64 {
        let end = *now + Duration::from_millis(millis);
        let (mut steps, mut count) = (0u64, 0u64);
        while *now < end {
            let way = pace.next(|| *now);
            *now += Duration::from_micros(if way == Way::Alone { alone } else { threads });
            steps += 1;
            count += u64::from(way == Way::Alone);
        }
        count as f64 / steps as f64
    }

    #[test]
    fn the_faster_way_does_nearly_all_steps_and_a_change_is_seen() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        assert!(share_alone(&mut pace, &mut now, (6, 9), 1_000) < 0.03);
        // Another program takes a core: within some milliseconds the steps are done alone.
        share_alone(&mut pace, &mut now, (18, 9), 20);
        assert!(share_alone(&mut pace, &mut now, (18, 9), 1_000) > 0.97);
        // It is free again: seen at the next trial.
        share_alone(&mut pace, &mut now, (6, 9), 2_000);
        assert!(share_alone(&mut pace, &mut now, (6, 9), 1_000) < 0.03);
    }

    #[test]
    fn steps_longer_than_a_block_are_timed_one_by_one() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        share_alone(&mut pace, &mut now, (9_000, 5_000), 2_000);
        assert!(share_alone(&mut pace, &mut now, (9_000, 5_000), 2_000) > 0.9);
    }
}

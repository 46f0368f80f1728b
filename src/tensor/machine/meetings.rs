//! Where the workers of a program must meet: before one touches what another has written, or writes what another has
//! touched.

use std::collections::{BTreeMap, HashMap};

use super::{Base, Instruction, Region};

/// What each worker has touched since they last met.
pub(super) struct Meetings {
    since: Vec<Since>,
}

#[derive(Default)]
struct Since {
    reads: Places,
    writes: Places,
}

/// Numbers of each memory, as intervals that neither overlap nor touch: where they begin, and where they end.
#[derive(Default)]
struct Places {
    of: HashMap<Base, BTreeMap<usize, usize>>,
}

impl Meetings {
    pub fn new(workers: usize) -> Meetings {
        Meetings { since: (0..workers).map(|_| Since::default()).collect() }
    }

    /// Whether the workers must meet before this instruction; remembers what its shares touch.
    pub fn needed_before(&mut self, instruction: &Instruction, shares: &[(usize, usize)]) -> bool {
        if self.since.len() == 1 {
            return false;
        }
        let touched: Vec<_> = shares
            .iter()
            .map(|&(from, to)| if from < to { instruction.touches(from, to) } else { Default::default() })
            .collect();
        let needed = touched.iter().enumerate().any(|(worker, mine)| {
            let others = self.since.iter().enumerate().filter(|&(other, _)| other != worker);
            others.into_iter().any(|(_, theirs)| {
                theirs.reads.hold_any(&mine.writes)
                    || theirs.writes.hold_any(&mine.writes)
                    || theirs.writes.hold_any(&mine.reads)
            })
        });
        if needed {
            self.since.iter_mut().for_each(|since| *since = Since::default());
        }
        for (since, touched) in self.since.iter_mut().zip(touched) {
            touched.reads.into_iter().for_each(|region| since.reads.insert(region));
            touched.writes.into_iter().for_each(|region| since.writes.insert(region));
        }
        needed
    }
}

impl Places {
    fn hold_any(&self, regions: &[Region]) -> bool {
        regions.iter().any(|&region| self.hold(region))
    }

    /// Whether a number of the region is among these.
    fn hold(&self, region: Region) -> bool {
        let end = region.offset + region.len;
        let last = self.of.get(&region.base).and_then(|places| places.range(..end).next_back());
        region.len > 0 && last.is_some_and(|(_, &its_end)| its_end > region.offset)
    }

    fn insert(&mut self, region: Region) {
        if region.len == 0 {
            return;
        }
        let places = self.of.entry(region.base).or_default();
        let (mut start, mut end) = (region.offset, region.offset + region.len);
        // Those that overlap or touch become one with it.
        while let Some((&its_start, &its_end)) = places.range(..=end).next_back()
            && its_end >= start
        {
            places.remove(&its_start);
            (start, end) = (start.min(its_start), end.max(its_end));
        }
        places.insert(start, end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against a plain list of regions, for many of them.
    #[test]
    fn places_hold_what_was_put_in() {
        let mut seed = 7u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((seed >> 33) % below) as usize
        };
        let (mut places, mut list) = (Places::default(), Vec::<Region>::new());
        let mut held = 0;
        for _ in 0..400 {
            let base = if draw(2) == 0 { Base::Arena } else { Base::Slot(draw(3)) };
            let region = Region { base, offset: draw(400), len: draw(9) };
            let expected = list.iter().any(|other| other.overlaps(region) && other.len > 0 && region.len > 0);
            assert_eq!(places.hold(region), expected, "{region:?}");
            held += usize::from(expected);
            if draw(3) == 0 {
                places.insert(region);
                list.push(region);
            }
        }
        assert!((50..350).contains(&held), "{held}");
    }
}

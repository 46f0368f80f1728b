//! Philox4x32-10, one counter at a time and by vectors of counters.

use crate::tensor::isa::Level;

const ROUNDS: usize = 10;
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
/// 128 random bits that belong to a counter and a key.
#[inline]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..ROUNDS {
        let p0 = u64::from(MULTIPLIERS[0]) * u64::from(a);
        let p1 = u64::from(MULTIPLIERS[1]) * u64::from(c);
        (a, b, c, d) = ((p1 >> 32) as u32 ^ b ^ k0, p1 as u32, (p0 >> 32) as u32 ^ d ^ k1, p0 as u32);
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [a, b, c, d]
}

/// Counters done at once.
pub(super) const LANES: usize = 16;

/// The blocks of the counters from `first` on, all of one step: word by word, a counter a lane.
#[inline]
pub(super) fn lanes(first: u64, step: u64, key: [u32; 2]) -> [[u32; LANES]; 4] {
    match Level::best() {
        // SAFETY: the processor has the level.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::avx512(first, step, key) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::avx2(first, step, key) },
        _ => all(first, step, key),
    }
}

#[inline(always)]
fn all(first: u64, step: u64, key: [u32; 2]) -> [[u32; LANES]; 4] {
    let index = |lane: usize| first.wrapping_add(lane as u64);
    let mut a: [u32; LANES] = std::array::from_fn(|lane| index(lane) as u32);
    let mut b: [u32; LANES] = std::array::from_fn(|lane| (index(lane) >> 32) as u32);
    let (mut c, mut d) = ([step as u32; LANES], [(step >> 32) as u32; LANES]);
    let [mut k0, mut k1] = key;
    for _ in 0..ROUNDS {
        for lane in 0..LANES {
            let p0 = u64::from(MULTIPLIERS[0]) * u64::from(a[lane]);
            let p1 = u64::from(MULTIPLIERS[1]) * u64::from(c[lane]);
            (a[lane], c[lane]) = ((p1 >> 32) as u32 ^ b[lane] ^ k0, (p0 >> 32) as u32 ^ d[lane] ^ k1);
            (b[lane], d[lane]) = (p1 as u32, p0 as u32);
        }
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [a, b, c, d]
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{LANES, all};

    #[target_feature(enable = "avx2")]
    pub unsafe fn avx2(first: u64, step: u64, key: [u32; 2]) -> [[u32; LANES]; 4] {
        all(first, step, key)
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
    pub unsafe fn avx512(first: u64, step: u64, key: [u32; 2]) -> [[u32; LANES]; 4] {
        all(first, step, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the known-answer file that comes with Random123.
    #[test]
    fn philox_gives_the_known_answers() {
        let cases = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in cases {
            assert_eq!(philox4x32(counter, key), expected);
        }
    }
}

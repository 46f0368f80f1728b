//! Random numbers as a function of where they are used: counter-based Philox4x32-10.
//!
//! Generators, splits, shuffles, initializers and dropout draw from here. There is no state to carry along:
//! a number is a function of seed, name, step and index, so threads and resumed runs see the same bits.
//! Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).

const ROUNDS: usize = 10;
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
/// 2⁻⁵³ and 2⁻²⁴: one unit in the last place of a uniform number below 1.
const UNIT_F64: f64 = 1.0 / (1u64 << 53) as f64;
const UNIT_F32: f32 = 1.0 / (1u32 << 24) as f32;

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

/// A named family of random numbers under one seed. Two names share nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
}

impl Stream {
    pub fn new(seed: u64, name: &str) -> Stream {
        let key = mix(fnv1a(name.as_bytes()) ^ mix(seed));
        Stream { key: [key as u32, (key >> 32) as u32] }
    }

    /// The 128 bits at a place of the stream.
    #[inline]
    pub fn block(&self, step: u64, index: u64) -> [u32; 4] {
        philox4x32([index as u32, (index >> 32) as u32, step as u32, (step >> 32) as u32], self.key)
    }

    /// 64 random bits; two neighbouring indices share a block.
    #[inline]
    pub fn bits(&self, step: u64, index: u64) -> u64 {
        let [a, b, c, d] = self.block(step, index / 2);
        let (low, high) = if index.is_multiple_of(2) { (a, b) } else { (c, d) };
        u64::from(low) | u64::from(high) << 32
    }

    /// Uniform in [0, 1), 53 bits.
    #[inline]
    pub fn uniform(&self, step: u64, index: u64) -> f64 {
        (self.bits(step, index) >> 11) as f64 * UNIT_F64
    }

    /// Uniform in [0, 1), 24 bits; four neighbouring indices share a block.
    #[inline]
    pub fn uniform_f32(&self, step: u64, index: u64) -> f32 {
        let block = self.block(step, index / 4);
        (block[(index % 4) as usize] >> 8) as f32 * UNIT_F32
    }

    /// Standard normal, by Box and Muller: an index and its neighbour are the two coordinates of one point.
    pub fn normal(&self, step: u64, index: u64) -> f64 {
        let pair = index & !1;
        // 1 - u lies in (0, 1], so the logarithm is finite.
        let radius = (-2.0 * (1.0 - self.uniform(step, pair)).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.uniform(step, pair + 1)).sin_cos();
        radius * if index == pair { cos } else { sin }
    }

    /// The numbers `0..n` in random order.
    pub fn permutation(&self, step: u64, n: u32) -> Vec<u32> {
        let mut order = Vec::new();
        self.permutation_into(step, n, &mut order);
        order
    }

    /// As [`Stream::permutation`], into a buffer that is used again and again.
    pub fn permutation_into(&self, step: u64, n: u32, order: &mut Vec<u32>) {
        order.clear();
        order.extend(0..n);
        for last in (1..u64::from(n)).rev() {
            // The high half of bits · (last + 1) is uniform in 0..=last, but for a bias of at most 2⁻³².
            let pick = (u128::from(self.bits(step, last)) * u128::from(last + 1)) >> 64;
            order.swap(last as usize, pick as usize);
        }
    }
}

/// FNV-1a: a 64-bit number for a name.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit of `x`.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
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

    #[test]
    fn uniform_and_normal_numbers_have_their_moments() {
        let stream = Stream::new(7, "moments");
        let n = 200_000;
        let moments = |draw: &dyn Fn(u64) -> f64| {
            let values: Vec<f64> = (0..n).map(draw).collect();
            let mean = values.iter().sum::<f64>() / n as f64;
            (mean, values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64)
        };
        let (mean, variance) = moments(&|i| stream.uniform(3, i));
        assert!((mean - 0.5).abs() < 0.003 && (variance - 1.0 / 12.0).abs() < 0.001, "{mean} {variance}");
        let (mean, variance) = moments(&|i| f64::from(stream.uniform_f32(3, i)));
        assert!((mean - 0.5).abs() < 0.003 && (variance - 1.0 / 12.0).abs() < 0.001, "{mean} {variance}");
        let (mean, variance) = moments(&|i| stream.normal(3, i));
        assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn permutations_hold_every_number_once_and_depend_on_everything() {
        let stream = Stream::new(7, "shuffle");
        let order = stream.permutation(0, 1000);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<u32>>());
        assert_eq!(order, Stream::new(7, "shuffle").permutation(0, 1000));
        assert_ne!(order, stream.permutation(1, 1000));
        assert_ne!(order, Stream::new(8, "shuffle").permutation(0, 1000));
        assert_ne!(order, Stream::new(7, "split").permutation(0, 1000));
        assert_eq!(stream.permutation(0, 0), Vec::<u32>::new());
    }
}

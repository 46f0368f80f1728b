//! Random numbers as a function of where they are used: counter-based Philox4x32-10.
//!
//! Generators, splits, shuffles, initializers and dropout draw from here. There is no state to carry along:
//! a number is a function of seed, name, step and index, so threads and resumed runs see the same bits.
//! Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).

mod philox;

pub use philox::philox4x32;
use philox::{LANES, lanes};

/// 2⁻⁵³ and 2⁻²⁴: one unit in the last place of a uniform number below 1.
const UNIT_F64: f64 = 1.0 / (1u64 << 53) as f64;
const UNIT_F32: f32 = 1.0 / (1u32 << 24) as f32;

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

    /// The blocks at as many places in a row as there are lanes, word by word.
    #[inline]
    fn blocks(&self, step: u64, first: u64) -> [[u32; LANES]; 4] {
        lanes(first, step, self.key)
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

    /// The numbers that [`Stream::uniform`] gives from `first` on, which is even.
    pub fn uniforms(&self, step: u64, first: u64, out: &mut [f64]) {
        debug_assert!(first.is_multiple_of(2), "half a block");
        for (at, chunk) in out.chunks_mut(2 * LANES).enumerate() {
            let block = self.blocks(step, first / 2 + (at * LANES) as u64);
            for (index, number) in chunk.iter_mut().enumerate() {
                *number = (pair(&block, index) >> 11) as f64 * UNIT_F64;
            }
        }
    }

    /// The numbers that [`Stream::uniform_f32`] gives from `first` on, a multiple of four.
    pub fn uniforms_f32(&self, step: u64, first: u64, out: &mut [f32]) {
        debug_assert!(first.is_multiple_of(4), "a part of a block");
        for (at, chunk) in out.chunks_mut(4 * LANES).enumerate() {
            let block = self.blocks(step, first / 4 + (at * LANES) as u64);
            for (index, number) in chunk.iter_mut().enumerate() {
                *number = (block[index % 4][index / 4] >> 8) as f32 * UNIT_F32;
            }
        }
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
        // The high half of bits · (last + 1) is uniform in 0..=last, but for a bias of at most 2⁻³².
        let pick = |bits: u64, last: u64| ((u128::from(bits) * u128::from(last + 1)) >> 64) as usize;
        let chunk = 2 * LANES as u64;
        let whole = u64::from(n) / chunk * chunk;
        for last in (whole.max(1)..u64::from(n)).rev() {
            order.swap(last as usize, pick(self.bits(step, last), last));
        }
        for at in (0..whole / chunk).rev() {
            let first = at * chunk;
            let block = self.blocks(step, first / 2);
            for last in (first.max(1)..first + chunk).rev() {
                order.swap(last as usize, pick(pair(&block, (last - first) as usize), last));
            }
        }
    }
}

/// The 64 bits at a place counted from the first of these blocks, two to a block.
#[inline]
fn pair(block: &[[u32; LANES]; 4], index: usize) -> u64 {
    let [a, b, c, d] = block;
    let (low, high) = if index.is_multiple_of(2) { (a, b) } else { (c, d) };
    u64::from(low[index / 2]) | u64::from(high[index / 2]) << 32
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

    /// Places in a row give what each gives alone, whatever the length.
    #[test]
    fn numbers_in_a_row_are_those_of_each_place() {
        let stream = Stream::new(7, "row");
        for len in [0usize, 1, 3, 4, 31, 32, 33, 64, 100, 257] {
            let first = (1u64 << 33) - 64;
            let (mut wide, mut narrow) = (vec![0.0; len], vec![0.0; len]);
            stream.uniforms(5, first, &mut wide);
            stream.uniforms_f32(5, first, &mut narrow);
            for at in 0..len {
                assert_eq!(wide[at], stream.uniform(5, first + at as u64));
                assert_eq!(narrow[at], stream.uniform_f32(5, first + at as u64));
            }
        }
    }

    /// The shuffle of Fisher and Yates, a number at a time.
    #[test]
    fn permutations_are_those_of_the_plain_shuffle() {
        let stream = Stream::new(3, "shuffle");
        for n in [0u32, 1, 2, 31, 32, 33, 64, 65, 150, 1000] {
            let mut order: Vec<u32> = (0..n).collect();
            for last in (1..u64::from(n)).rev() {
                let pick = (u128::from(stream.bits(2, last)) * u128::from(last + 1)) >> 64;
                order.swap(last as usize, pick as usize);
            }
            assert_eq!(stream.permutation(2, n), order);
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

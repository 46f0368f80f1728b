//! `exp`, `log`, `tanh` and their kin as straight-line arithmetic that a compiler can put into vector lanes.
//!
//! Called by `maps.rs` only, one number at a time, inside loops that are compiled for each instruction set. No
//! branch, no table, no fused multiply-add: every instruction set and every position in a slice gives the same
//! bits. Bounds (at most 2 ulp) are tested against f64 and against the system's functions. Sources: Cephes
//! (`expf`, `tanh`), FreeBSD msun (`log`, `log1p`), N. Juffa (`erff`).

/// 1.5 · 2²³: adding it rounds to a whole number, which then stands in the low bits.
const MAGIC_F32: f32 = 12_582_912.0;
/// 1.5 · 2⁵²
const MAGIC_F64: f64 = 6_755_399_441_055_744.0;

/// Between `lo` and `hi`; NaN stays.
#[inline(always)]
fn clamp_f32(x: f32, lo: f32, hi: f32) -> f32 {
    let x = if x < lo { lo } else { x };
    if x > hi { hi } else { x }
}

#[inline(always)]
fn clamp_f64(x: f64, lo: f64, hi: f64) -> f64 {
    let x = if x < lo { lo } else { x };
    if x > hi { hi } else { x }
}

/// `2^n` as two factors, so that the product may be subnormal or just below the largest number.
#[inline(always)]
fn halves_f32(n: i32) -> (f32, f32) {
    let half = n >> 1;
    let power = |n: i32| f32::from_bits((n.wrapping_add(127) << 23) as u32);
    (power(half), power(n.wrapping_sub(half)))
}

#[inline(always)]
fn halves_f64(n: i64) -> (f64, f64) {
    let half = n >> 1;
    let power = |n: i64| f64::from_bits((n.wrapping_add(1023) << 52) as u64);
    (power(half), power(n.wrapping_sub(half)))
}

/// `x = n · ln 2 + r` with `|r| <= ln 2 / 2`, and `e^r - 1 - r`, with what rounding `r` lost in it.
#[inline(always)]
fn reduce_f32(x: f32) -> (i32, f32, f32) {
    let shifted = x * std::f32::consts::LOG2_E + MAGIC_F32;
    let n = shifted - MAGIC_F32;
    let (far, near) = (x - n * 0.693_359_4, n * -2.121_944_4e-4);
    let r = far - near;
    let lost = (far - r) - near;
    let mut p = 1.987_569_1e-4 * r + 1.398_2e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    ((shifted.to_bits() as i32).wrapping_sub(MAGIC_F32.to_bits() as i32), r, p * (r * r) + lost)
}

#[inline(always)]
fn reduce_f64(x: f64) -> (i64, f64, f64) {
    let shifted = x * std::f64::consts::LOG2_E + MAGIC_F64;
    let n = shifted - MAGIC_F64;
    let (far, near) = (x - n * 6.931_471_803_691_238e-1, n * 1.908_214_929_270_587_7e-10);
    let r = far - near;
    let lost = (far - r) - near;
    // Taylor's series: at |r| <= 0.347 the first term left out is below 2^-55 of the sum.
    let mut p = 1.0 / 6_227_020_800.0 * r + 1.0 / 479_001_600.0;
    p = p * r + 1.0 / 39_916_800.0;
    p = p * r + 1.0 / 3_628_800.0;
    p = p * r + 1.0 / 362_880.0;
    p = p * r + 1.0 / 40_320.0;
    p = p * r + 1.0 / 5_040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    ((shifted.to_bits() as i64).wrapping_sub(MAGIC_F64.to_bits() as i64), r, p * (r * r) + lost)
}

#[inline(always)]
pub fn exp_f32(x: f32) -> f32 {
    let (n, r, rest) = reduce_f32(clamp_f32(x, -110.0, 90.0));
    let (a, b) = halves_f32(n);
    // What rounding 1 + r loses goes with the small terms.
    let sum = 1.0 + r;
    (sum + (((1.0 - sum) + r) + rest)) * a * b
}

#[inline(always)]
pub fn exp_f64(x: f64) -> f64 {
    let (n, r, rest) = reduce_f64(clamp_f64(x, -760.0, 720.0));
    let (a, b) = halves_f64(n);
    // What rounding 1 + r loses goes with the small terms.
    let sum = 1.0 + r;
    (sum + (((1.0 - sum) + r) + rest)) * a * b
}

#[inline(always)]
pub fn expm1_f32(x: f32) -> f32 {
    let (n, r, rest) = reduce_f32(clamp_f32(x, -40.0, 88.9));
    let (a, b) = halves_f32(n);
    let small = r + rest;
    // 2^n (e^r - 1) + (2^n - 1), at half the scale so that the largest results stay finite until the end.
    let scale = a * (b * 0.5);
    let far = (scale * small + (scale - 0.5)) * 2.0;
    if x.abs() < 1e-20 {
        x
    } else if n == 0 {
        small
    } else {
        far
    }
}

#[inline(always)]
pub fn expm1_f64(x: f64) -> f64 {
    let (n, r, rest) = reduce_f64(clamp_f64(x, -80.0, 710.0));
    let (a, b) = halves_f64(n);
    let small = r + rest;
    let scale = a * (b * 0.5);
    let far = (scale * small + (scale - 0.5)) * 2.0;
    if x.abs() < 1e-150 {
        x
    } else if n == 0 {
        small
    } else {
        far
    }
}

/// `log(1 + f)` without its leading `f - f²/2`; `f` in `[sqrt(1/2) - 1, sqrt(2) - 1]`.
#[inline(always)]
fn log_tail_f32(f: f32) -> (f32, f32) {
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = z * (0.666_666_6 + w * 0.284_987_87);
    let even = w * (0.400_009_72 + w * 0.242_790_79);
    let half_square = 0.5 * f * f;
    (s * (half_square + (odd + even)), half_square)
}

#[inline(always)]
fn log_tail_f64(f: f64) -> (f64, f64) {
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even =
        w * (3.999_999_999_940_942e-1 + w * (2.222_219_843_214_978_4e-1 + w * 1.531_383_769_920_937_3e-1));
    let odd = z
        * (6.666_666_666_666_735e-1
            + w * (2.857_142_874_366_239e-1
                + w * (1.818_357_216_161_805e-1 + w * 1.479_819_860_511_658_6e-1)));
    let half_square = 0.5 * f * f;
    (s * (half_square + (odd + even)), half_square)
}

#[inline(always)]
pub fn log_f32(x: f32) -> f32 {
    let tiny = x < f32::MIN_POSITIVE;
    let bits = (if tiny { x * 33_554_432.0 } else { x }).to_bits();
    // The exponent is counted from sqrt(1/2), so that the rest lies around 1.
    let shifted = bits.wrapping_add(0x3F80_0000 - 0x3F35_04F3);
    let n = ((shifted >> 23) as i32).wrapping_sub(127) as f32 - if tiny { 25.0 } else { 0.0 };
    let f = f32::from_bits((shifted & 0x007F_FFFF).wrapping_add(0x3F35_04F3)) - 1.0;
    let (tail, half_square) = log_tail_f32(f);
    let y = tail + n * 9.058_001e-6 - half_square + f + n * 0.693_138_1;
    log_limits_f32(x, y)
}

/// What a logarithm is where the arithmetic above doesn't hold.
#[inline(always)]
fn log_limits_f32(x: f32, y: f32) -> f32 {
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    let y = if x < 0.0 { f32::NAN } else { y };
    // Infinity and NaN.
    if x < f32::INFINITY { y } else { x }
}

#[inline(always)]
pub fn log_f64(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let bits = (if tiny { x * 18_014_398_509_481_984.0 } else { x }).to_bits();
    let shifted = bits.wrapping_add(0x3FF0_0000_0000_0000 - 0x3FE6_A09E_0000_0000);
    let n = exponent_f64(shifted) - if tiny { 54.0 } else { 0.0 };
    let f = f64::from_bits((shifted & 0x000F_FFFF_FFFF_FFFF).wrapping_add(0x3FE6_A09E_0000_0000)) - 1.0;
    let (tail, half_square) = log_tail_f64(f);
    let y = tail + n * 1.908_214_929_270_587_7e-10 - half_square + f + n * 6.931_471_803_691_238e-1;
    log_limits_f64(x, y)
}

/// The exponent in these bits, as a number; by a sum in floating point, which every instruction set has in lanes.
#[inline(always)]
fn exponent_f64(bits: u64) -> f64 {
    f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0)
}

#[inline(always)]
fn log_limits_f64(x: f64, y: f64) -> f64 {
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    let y = if x < 0.0 { f64::NAN } else { y };
    if x < f64::INFINITY { y } else { x }
}

#[inline(always)]
pub fn log1p_f32(x: f32) -> f32 {
    let u = 1.0 + x;
    let shifted = u.to_bits().wrapping_add(0x3F80_0000 - 0x3F35_04F3);
    let n = ((shifted >> 23) as i32).wrapping_sub(127) as f32;
    // What rounding 1 + x lost, relative to it.
    let lost = (if n >= 2.0 { 1.0 - (u - x) } else { x - (u - 1.0) }) / u;
    let far = f32::from_bits((shifted & 0x007F_FFFF).wrapping_add(0x3F35_04F3)) - 1.0;
    let near = x > -0.292_893_2 && x < 0.414_213_5;
    let n = if near { 0.0 } else { n };
    let lost = if near || n >= 25.0 { 0.0 } else { lost };
    let f = if near { x } else { far };
    let (tail, half_square) = log_tail_f32(f);
    let y = tail + (n * 9.058_001e-6 + lost) - half_square + f + n * 0.693_138_1;
    let y = if x.abs() < 1e-10 { x } else { y };
    let y = if x == -1.0 { f32::NEG_INFINITY } else { y };
    let y = if x < -1.0 { f32::NAN } else { y };
    if x < f32::INFINITY { y } else { x }
}

#[inline(always)]
pub fn log1p_f64(x: f64) -> f64 {
    let u = 1.0 + x;
    let shifted = u.to_bits().wrapping_add(0x3FF0_0000_0000_0000 - 0x3FE6_A09E_0000_0000);
    let n = exponent_f64(shifted);
    let lost = (if n >= 2.0 { 1.0 - (u - x) } else { x - (u - 1.0) }) / u;
    let far = f64::from_bits((shifted & 0x000F_FFFF_FFFF_FFFF).wrapping_add(0x3FE6_A09E_0000_0000)) - 1.0;
    let near = x > -0.292_893_218_8 && x < 0.414_213_562_3;
    let n = if near { 0.0 } else { n };
    let lost = if near || n >= 54.0 { 0.0 } else { lost };
    let f = if near { x } else { far };
    let (tail, half_square) = log_tail_f64(f);
    let y = tail + (n * 1.908_214_929_270_587_7e-10 + lost) - half_square + f + n * 6.931_471_803_691_238e-1;
    let y = if x.abs() < 1e-20 { x } else { y };
    let y = if x == -1.0 { f64::NEG_INFINITY } else { y };
    let y = if x < -1.0 { f64::NAN } else { y };
    if x < f64::INFINITY { y } else { x }
}

#[inline(always)]
pub fn tanh_f32(x: f32) -> f32 {
    let t = x.abs();
    let z = x * x;
    let mut p = -5.704_988_7e-3 * z + 2.063_909e-2;
    p = p * z - 5.373_971_6e-2;
    p = p * z + 1.333_144_2e-1;
    p = p * z - 3.333_328e-1;
    let near = p * z * x + x;
    let far = (1.0 - 2.0 / (exp_f32(t + t) + 1.0)).copysign(x);
    if t < 0.625 { near } else { far }
}

#[inline(always)]
pub fn tanh_f64(x: f64) -> f64 {
    let t = x.abs();
    let z = x * x;
    let p = (-9.643_991_794_250_523e-1 * z - 9.928_772_310_019_185e1) * z - 1.614_687_684_417_084_5e3;
    let q = ((z + 1.128_116_784_916_329_3e2) * z + 2.235_488_390_601_004_5e3) * z + 4.844_063_053_251_255e3;
    let near = x + x * z * (p / q);
    let far = (1.0 - 2.0 / (exp_f64(t + t) + 1.0)).copysign(x);
    if t < 0.625 { near } else { far }
}

#[inline(always)]
pub fn sigmoid_f32(x: f32) -> f32 {
    let e = exp_f32(-x.abs());
    let sum = 1.0 + e;
    let lost = (1.0 - sum) + e;
    let y = (if x < 0.0 { e } else { 1.0 }) / sum;
    // 1 / sum is about 1 - e / 2: near enough to put back what rounding 1 + e lost.
    y - y * (lost * (1.0 - 0.5 * e))
}

#[inline(always)]
pub fn sigmoid_f64(x: f64) -> f64 {
    let e = exp_f64(-x.abs());
    let sum = 1.0 + e;
    let lost = (1.0 - sum) + e;
    let y = (if x < 0.0 { e } else { 1.0 }) / sum;
    // 1 / sum is about 1 - e / 2: near enough to put back what rounding 1 + e lost.
    y - y * (lost * (1.0 - 0.5 * e))
}

#[inline(always)]
pub fn softplus_f32(x: f32) -> f32 {
    (if x < 0.0 { 0.0 } else { x }) + log1p_f32(exp_f32(-x.abs()))
}

#[inline(always)]
pub fn softplus_f64(x: f64) -> f64 {
    (if x < 0.0 { 0.0 } else { x }) + log1p_f64(exp_f64(-x.abs()))
}

#[inline(always)]
pub fn erf_f32(x: f32) -> f32 {
    let t = clamp_f32(x.abs(), 0.0, 4.0);
    let s = t * t;
    // 1 - exp(polynomial)
    let mut far = (-1.728_534_7e-5 * t + 3.831_971_3e-4) * s + (-3.883_964_4e-3 * t + 2.425_462_2e-2);
    far = far * t - 1.067_778_8e-1;
    far = far * t - 6.348_467e-1;
    far = far * t - 1.287_175_1e-1;
    far = far * t - t;
    let far = (1.0 - exp_f32(far)).copysign(x);
    let mut near = -5.967_617e-4 * s + 4.991_194_2e-3;
    near = near * s - 2.676_813_5e-2;
    near = near * s + 1.128_199_2e-1;
    near = near * s - 3.761_253_4e-1;
    near = near * s + 1.283_791_7e-1;
    let near = near * x + x;
    if t > 0.927_734_4 { far } else { near }
}

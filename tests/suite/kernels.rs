//! The numeric kernels against their naive twins: error bounds, and the same bits on every instruction set.

use nn::tensor::joined::JOINS;
use nn::tensor::machine::Function;
use nn::tensor::{Level, Map1, maps};

/// Distance in units in the last place of f32 between a result and the true value.
fn ulps_f32(found: f32, truth: f64) -> f64 {
    let nearest = truth as f32;
    if found == nearest || (found.is_nan() && nearest.is_nan()) {
        return 0.0;
    }
    if !found.is_finite() || !nearest.is_finite() {
        // One side overflowed: near the largest number that is a matter of rounding.
        let close = |v: f64| v.abs() > f64::from(f32::MAX) * 0.999_999;
        return if close(truth) && f64::from(found).abs() > f64::from(f32::MAX) * 0.999_999 {
            1.0
        } else {
            f64::INFINITY
        };
    }
    let unit = f64::from(f32::from_bits(nearest.abs().to_bits() + 1)) - f64::from(nearest.abs());
    (f64::from(found) - truth).abs() / unit
}

fn ulps_f64(found: f64, truth: f64) -> f64 {
    if found == truth || (found.is_nan() && truth.is_nan()) {
        return 0.0;
    }
    if !found.is_finite() || !truth.is_finite() {
        return if found.abs() > f64::MAX * 0.999_999 && truth.abs() > f64::MAX * 0.999_999 {
            1.0
        } else {
            f64::INFINITY
        };
    }
    let unit = f64::from_bits(truth.abs().to_bits() + 1) - truth.abs();
    (found - truth).abs() / unit
}

fn run_f32(map: &Map1, level: Level, x: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; x.len()];
    // SAFETY: both slices have x.len() numbers.
    unsafe { map.f32.at(level)(x.as_ptr(), out.as_mut_ptr(), x.len()) };
    out
}

fn run_f64(map: &Map1, level: Level, x: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    // SAFETY: both slices have x.len() numbers.
    unsafe { map.f64.at(level)(x.as_ptr(), out.as_mut_ptr(), x.len()) };
    out
}

/// Every 4,099th bit pattern of f32: all exponents, both signs, subnormals, infinities and NaN.
fn dense_f32() -> Vec<f32> {
    let mut bits: Vec<u32> = (0..=u32::MAX).step_by(4099).collect();
    bits.extend([
        0,
        1,
        1 << 31,
        (1 << 31) + 1,
        0x7F80_0000,
        0xFF80_0000,
        0x7FC0_0000,
        0x3F80_0000,
        0xBF80_0000,
        0x7F7F_FFFF,
    ]);
    bits.into_iter().map(f32::from_bits).collect()
}

fn dense_f64() -> Vec<f64> {
    let mut values: Vec<f64> = (0..400_000u64)
        .map(|i| f64::from_bits(i.wrapping_mul(0x0000_2E6B_9A3D_8F11_u64.rotate_left(17))))
        .collect();
    values.extend((-300_000..300_000).map(|i| f64::from(i) * 0.002_503));
    values.extend((-100_000..100_000).map(|i| f64::from(i) * 1.3e-5));
    values.extend([
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
    ]);
    values
}

#[test]
fn f32_functions_are_within_two_ulps() {
    let x = dense_f32();
    for map in maps::ALL_MAP1 {
        let found = run_f32(map, Level::best(), &x);
        let mut worst = (0.0, 0.0, 0.0);
        for (&x, &y) in x.iter().zip(&found) {
            let error = ulps_f32(y, (map.reference)(f64::from(x)));
            if error > worst.0 {
                worst = (error, x, y);
            }
        }
        println!("{} f32: {:.3} ulp at {:e}", map.name, worst.0, worst.1);
        assert!(worst.0 <= 2.0, "{} f32: {} ulp at {:e}, found {:e}", map.name, worst.0, worst.1, worst.2);
    }
}

#[test]
fn f64_functions_are_within_two_ulps() {
    let x = dense_f64();
    for map in maps::ALL_MAP1 {
        let found = run_f64(map, Level::best(), &x);
        let mut worst = (0.0, 0.0, 0.0);
        for (&x, &y) in x.iter().zip(&found) {
            let error = ulps_f64(y, (map.reference)(x));
            if error > worst.0 {
                worst = (error, x, y);
            }
        }
        println!("{} f64: {:.3} ulp at {:e}", map.name, worst.0, worst.1);
        // The judge is itself off by up to one unit.
        assert!(worst.0 <= 3.0, "{} f64: {} ulp at {:e}, found {:e}", map.name, worst.0, worst.1, worst.2);
    }
}

#[test]
fn every_level_and_every_position_gives_the_same_bits() {
    let x: Vec<f32> = dense_f32().into_iter().step_by(97).collect();
    let x64: Vec<f64> = dense_f64().into_iter().step_by(97).collect();
    for map in maps::ALL_MAP1 {
        let expected: Vec<u32> = run_f32(map, Level::best(), &x).iter().map(|v| bits_f32(*v)).collect();
        let expected64: Vec<u64> = run_f64(map, Level::best(), &x64).iter().map(|v| bits_f64(*v)).collect();
        for level in Level::available() {
            for start in [0, 1, 5, 15] {
                let found: Vec<u32> = run_f32(map, level, &x[start..]).iter().map(|v| bits_f32(*v)).collect();
                assert!(found == expected[start..], "{} f32 {level:?} from {start}", map.name);
                let found: Vec<u64> =
                    run_f64(map, level, &x64[start..]).iter().map(|v| bits_f64(*v)).collect();
                assert!(found == expected64[start..], "{} f64 {level:?} from {start}", map.name);
            }
        }
    }
}

/// The payload of a NaN is not promised.
fn bits_f32(v: f32) -> u32 {
    if v.is_nan() { 0x7FC0_0000 } else { v.to_bits() }
}
fn bits_f64(v: f64) -> u64 {
    if v.is_nan() { 0x7FF8_0000_0000_0000 } else { v.to_bits() }
}

/// Written down once: a debug build, a release build and every processor give these bits.
#[test]
fn the_bits_of_all_functions_are_these() {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut note = |bits: u64| hash = (hash ^ bits).wrapping_mul(0x0000_0100_0000_01B3);
    let x: Vec<f32> = dense_f32().into_iter().step_by(31).collect();
    let x64: Vec<f64> = dense_f64().into_iter().step_by(31).collect();
    for map in maps::ALL_MAP1 {
        run_f32(map, Level::best(), &x).into_iter().for_each(|v| note(u64::from(bits_f32(v))));
        run_f64(map, Level::best(), &x64).into_iter().for_each(|v| note(bits_f64(v)));
    }
    assert_eq!(hash, 0xFBC3_B48A_E8CE_6E7C, "{hash:#018x}");
}

/// What a function gives for some numbers.
macro_rules! apply {
    ($T:ident, $function:expr, $level:expr, $inputs:expr) => {{
        let x: &[Vec<$T>] = $inputs;
        let mut out = vec![0.0; x[0].len()];
        let (at, to, n) = (|input: usize| x[input].as_ptr(), out.as_mut_ptr(), x[0].len());
        // SAFETY: all have the same length.
        unsafe {
            match $function {
                Function::One(map) => map.$T.at($level)(at(0), to, n),
                Function::Two(map) => map.$T.at($level)(at(0), at(1), to, n),
                Function::Three(map) => map.$T.at($level)(at(0), at(1), at(2), to, n),
                Function::Four(map) => map.$T.at($level)(at(0), at(1), at(2), at(3), to, n),
                Function::Copy => unreachable!("a copy is joined with nothing"),
            }
        }
        out
    }};
}

fn arity(function: Function) -> usize {
    match function {
        Function::One(_) | Function::Copy => 1,
        Function::Two(_) => 2,
        Function::Three(_) => 3,
        Function::Four(_) => 4,
    }
}

/// What is joined gives the bits of its two functions one after the other, on every level.
#[test]
fn joined_steps_round_as_often_as_the_steps() {
    macro_rules! check {
        ($T:ident) => {
            let numbers = |input: usize| -> Vec<$T> {
                (0..131).map(|at| ((at + 50 * input) as $T * 0.7331).sin().abs() * 3.7 + 0.01).collect()
            };
            for (join, level) in
                JOINS.iter().flat_map(|join| Level::available().map(move |level| (join, level)))
            {
                let inputs: Vec<Vec<$T>> = (0..arity(join.joined)).map(numbers).collect();
                let (firsts, others) = inputs.split_at(arity(join.first));
                assert_eq!(arity(join.second), others.len() + 1, "{}", join.joined.name());
                let first = apply!($T, join.first, level, firsts);
                let found = apply!($T, join.joined, level, &inputs);
                for &place in join.places {
                    let mut seconds = others.to_vec();
                    seconds.insert(place, first.clone());
                    let expected = apply!($T, join.second, level, &seconds);
                    let same = found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits());
                    assert!(same, "{} {level:?} at {place}", join.joined.name());
                }
            }
        };
    }
    check!(f32);
    check!(f64);
}

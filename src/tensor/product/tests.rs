//! Products against three plain loops, and their parts against the whole.

use super::ways::{f32_tiles, f64_tiles};
use super::*;
use crate::tensor::isa::Level;

/// Every kind of stride and the edges of strips, panels and column blocks, against the three loops.
#[test]
fn tiles_and_large_products_agree_with_three_loops() {
    let mut seed = 1u64;
    let mut draw = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((seed >> 40) as f64 / (1u64 << 24) as f64) - 0.5
    };
    for &(m, n, k) in &[
        (1, 1, 1),
        (4, 1, 3),
        (2, 4, 4),
        (16, 8, 16),
        (17, 9, 5),
        (3, 11, 300),
        (40, 19, 130),
        (1, 7, 9),
        (33, 1, 2),
        (5, 4, 0),
        (80, 14, 20),
        (64, 33, 17),
        (300, 130, 9),
        (50, 6, 270),
    ] {
        for transposed in 0..4 {
            let a: Vec<f64> = (0..m * k).map(|_| draw()).collect();
            let b: Vec<f64> = (0..k * n).map(|_| draw()).collect();
            let (a_rs, a_cs) = if transposed & 1 == 0 { (1, m) } else { (k, 1) };
            let (b_rs, b_cs) = if transposed & 2 == 0 { (1, k) } else { (n, 1) };
            let expected: Vec<f64> = (0..m * n)
                .map(|at| (0..k).map(|p| a[at % m * a_rs + p * a_cs] * b[p * b_rs + at / m * b_cs]).sum())
                .collect();
            let (a32, b32): (Vec<f32>, Vec<f32>) =
                (a.iter().map(|&v| v as f32).collect(), b.iter().map(|&v| v as f32).collect());
            for level in Level::available() {
                let (mut c, mut c32) = (vec![9.0; m * n], vec![9.0; m * n]);
                let view = View {
                    m,
                    n,
                    k,
                    a: a.as_ptr(),
                    a_rs,
                    a_cs,
                    b: b.as_ptr(),
                    b_rs,
                    b_cs,
                    c: c.as_mut_ptr(),
                    c_cs: m,
                };
                let view32 = View {
                    m,
                    n,
                    k,
                    a: a32.as_ptr(),
                    a_rs,
                    a_cs,
                    b: b32.as_ptr(),
                    b_rs,
                    b_cs,
                    c: c32.as_mut_ptr(),
                    c_cs: m,
                };
                // SAFETY: the views describe the vectors above.
                unsafe {
                    f64_tiles(level)(&view);
                    f32_tiles(level)(&view32);
                }
                let by_tiles = (c.clone(), c32.clone());
                // SAFETY: as above.
                unsafe {
                    f64_way(level, &view)(&view);
                    f32_way(level, &view32)(&view32);
                }
                assert_eq!((&c, &c32), (&by_tiles.0, &by_tiles.1), "{m} {n} {k} {transposed} {level:?}");
                for at in 0..m * n {
                    assert!((c[at] - expected[at]).abs() < 1e-13, "{m} {n} {k} {transposed} {level:?}");
                    assert!(
                        (f64::from(c32[at]) - expected[at]).abs() < 1e-4,
                        "{m} {n} {k} {transposed} {level:?}"
                    );
                }
            }
            let mut c = vec![9.0; m * n];
            let view = View {
                m,
                n,
                k,
                a: a.as_ptr(),
                a_rs,
                a_cs,
                b: b.as_ptr(),
                b_rs,
                b_cs,
                c: c.as_mut_ptr(),
                c_cs: m,
            };
            // SAFETY: as above.
            unsafe { large(&view, 1.0) };
            assert!(c.iter().zip(&expected).all(|(c, e)| (c - e).abs() < 1e-13), "{m} {n} {k} {transposed}");
        }
    }
}

/// What the threads rely on: a number's bits do not depend on the rows and columns beside it, as long as a share
/// has at least two of both.
#[test]
fn parts_of_large_products_have_the_same_bits_as_the_whole() {
    let number = |at: usize| ((at * 2_654_435_761) % 1_000_003) as f32 / 1_000_003.0 - 0.5;
    for &(m, n, k) in &[
        (128usize, 64usize, 784usize),
        (512, 128, 784),
        (100, 37, 1030),
        (10, 64, 700),
        (2, 9, 2000),
        (1, 200, 500),
        (515, 5, 700),
        (300, 150, 900),
        (259, 4, 4000),
    ] {
        let a: Vec<f32> = (0..m * k).map(number).collect();
        let b: Vec<f32> = (0..k * n).map(|at| number(at + 77)).collect();
        for (transposed_a, transposed_b) in [(false, false), (true, false), (false, true), (true, true)] {
            let (a_rs, a_cs) = if transposed_a { (k, 1) } else { (1, m) };
            let (b_rs, b_cs) = if transposed_b { (n, 1) } else { (1, k) };
            let run = |rows: &[usize], columns: &[usize]| {
                let mut c = vec![0.0f32; m * n];
                for (i, j) in rows.windows(2).flat_map(|i| columns.windows(2).map(move |j| (i, j))) {
                    let view = View {
                        m: i[1] - i[0],
                        n: j[1] - j[0],
                        k,
                        a: a[i[0] * a_rs..].as_ptr(),
                        a_rs,
                        a_cs,
                        b: b[j[0] * b_cs..].as_ptr(),
                        b_rs,
                        b_cs,
                        c: c[i[0] + j[0] * m..].as_mut_ptr(),
                        c_cs: m,
                    };
                    // SAFETY: the view describes a part of the vectors above.
                    unsafe { large(&view, 1.0) };
                }
                c
            };
            let whole = run(&[0, m], &[0, n]);
            let parts: [&[usize]; 4] = [&[0, n], &[0, n / 2, n], &[0, 2, n], &[0, n / 3, n / 2 + 1, n]];
            let cuts = parts.iter().filter(|cuts| cuts.windows(2).all(|j| j[1] >= j[0] + 2));
            for columns in cuts {
                assert!(whole == run(&[0, m], columns), "{m} {n} {k} columns {columns:?}");
                for row in [64, 128, 192, 256, 448].into_iter().filter(|row| row + 2 <= m) {
                    assert!(whole == run(&[0, row, m], columns), "{m} {n} {k} at {row} and {columns:?}");
                }
            }
        }
    }
}

/// What the threads rely on: any share of a product by tiles has the bits of the whole, down to one row or column; and
/// what levels with a multiply-add in one give is the same.
#[test]
fn parts_of_products_by_tiles_have_the_same_bits_as_the_whole() {
    let number = |at: usize| ((at * 2_654_435_761) % 1_000_003) as f32 / 1_000_003.0 - 0.5;
    for &(m, n, k) in
        &[(70usize, 29usize, 300usize), (300, 140, 40), (19, 200, 513), (1, 40, 64), (40, 1, 64)]
    {
        let a: Vec<f32> = (0..m * k).map(number).collect();
        let b: Vec<f32> = (0..k * n).map(|at| number(at + 77)).collect();
        for (transposed_a, transposed_b) in [(false, false), (true, false), (false, true), (true, true)] {
            let (a_rs, a_cs) = if transposed_a { (k, 1) } else { (1, m) };
            let (b_rs, b_cs) = if transposed_b { (n, 1) } else { (1, k) };
            let run = |level: Level, rows: &[usize], columns: &[usize]| {
                let mut c = vec![9.0f32; m * n];
                let shares = rows.windows(2).flat_map(|i| columns.windows(2).map(move |j| (i, j)));
                for (i, j) in shares.filter(|(i, j)| i[0] < i[1] && j[0] < j[1]) {
                    let view = View {
                        m: i[1] - i[0],
                        n: j[1] - j[0],
                        k,
                        a: a[i[0] * a_rs..].as_ptr(),
                        a_rs,
                        a_cs,
                        b: b[j[0] * b_cs..].as_ptr(),
                        b_rs,
                        b_cs,
                        c: c[i[0] + j[0] * m..].as_mut_ptr(),
                        c_cs: m,
                    };
                    // SAFETY: the view describes a part of the vectors above.
                    unsafe { f32_tiles(level)(&view) };
                }
                c
            };
            for level in Level::available() {
                let whole = run(level, &[0, m], &[0, n]);
                for rows in [vec![0, m], vec![0, 1.min(m), m], vec![0, m / 2, m]] {
                    for columns in [vec![0, 1.min(n), n], vec![0, n / 3, n / 2, n]] {
                        let found = run(level, &rows, &columns);
                        assert!(whole == found, "{m} {n} {k} {level:?} {rows:?} {columns:?}");
                    }
                }
                let fused = level > Level::Baseline;
                assert!(!fused || whole == run(Level::best(), &[0, m], &[0, n]), "{m} {n} {k} {level:?}");
            }
        }
    }
}

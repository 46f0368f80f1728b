//! Random numbers: moments within four deviations, and streams that depend on seed, name and step alone.

use super::bench::Bench;

/// Mean and mean square of numbers.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    (values.iter().sum::<f64>() / n, values.iter().map(|v| v * v).sum::<f64>() / n)
}

fn draw(init: &str, rows: usize, columns: usize) -> Vec<f64> {
    let mut bench = Bench::new();
    let model =
        format!("model net(x: [{columns}]) -> [{rows}] {{ param W: [{rows}, {columns}] = {init}\n W · x }}");
    bench.run(&model).unwrap_or_else(|problem| panic!("{problem}"));
    bench.first_value("net", "W").unwrap_or_else(|problem| panic!("{problem}"))
}

/// Expected variance and fourth moment of a uniform or normal distribution of this deviation.
fn check_moments(init: &str, deviation: f64, kurtosis: f64) {
    let (rows, columns) = (200, 300);
    let values = draw(init, rows, columns);
    let n = values.len() as f64;
    let (mean, square) = moments(&values);
    let variance = deviation * deviation;
    assert!(mean.abs() < 4.0 * deviation / n.sqrt(), "{init}: mean {mean}");
    let spread = variance * ((kurtosis - 1.0) / n).sqrt();
    assert!((square - variance).abs() < 4.0 * spread, "{init}: mean square {square}, expected {variance}");
}

#[test]
fn initializers_have_their_moments() {
    let (uniform, normal) = (1.8, 3.0);
    let (fan_in, fan_out) = (300.0f64, 200.0);
    check_moments("uniform(-1, 1)", (1.0f64 / 3.0).sqrt(), uniform);
    check_moments("normal(deviation = 0.5)", 0.5, normal);
    check_moments("glorot_uniform", (2.0 / (fan_in + fan_out)).sqrt(), uniform);
    check_moments("glorot_normal", (2.0 / (fan_in + fan_out)).sqrt(), normal);
    check_moments("he_uniform", (2.0 / fan_in).sqrt(), uniform);
    check_moments("he_normal", (2.0 / fan_in).sqrt(), normal);
    check_moments("lecun_uniform", (1.0 / fan_in).sqrt(), uniform);
    check_moments("lecun_normal", (1.0 / fan_in).sqrt(), normal);
    // Two deviations either way leave a variance of 0.7737 and a kurtosis of about 2.37.
    check_moments("truncated_normal(deviation = 0.1)", 0.1 * 0.773_741_3f64.sqrt(), 2.37);
    let truncated = draw("truncated_normal", 200, 300);
    assert!(truncated.iter().all(|value| value.abs() <= 2.0), "within two deviations");
}

#[test]
fn orthogonal_is_orthogonal() {
    for (rows, columns) in [(6, 4), (4, 6), (5, 5)] {
        let w = draw("orthogonal(gain = 2)", rows, columns);
        let (long, short) = (rows.max(columns), rows.min(columns));
        let at = |row: usize, column: usize| w[column * rows + row];
        for a in 0..short {
            for b in 0..short {
                let product: f64 = (0..long)
                    .map(|k| if rows >= columns { at(k, a) * at(k, b) } else { at(a, k) * at(b, k) })
                    .sum();
                let wanted = if a == b { 4.0 } else { 0.0 };
                assert!((product - wanted).abs() < 1e-9, "{rows}×{columns}: column {a} by {b} is {product}");
            }
        }
    }
}

#[test]
fn dropout_keeps_the_share_and_the_mean() {
    let (n, rate) = (40_000.0f64, 0.3);
    let mut bench = Bench::new();
    bench.elaborator.training = true;
    bench.run("model net(x: [200]) -> [200] { x |> dropout(0.3) }").expect("a model");
    let ones = super::array::Array { shape: vec![200, 200], data: vec![1.0; 40_000] };
    bench.set_batch("x", &ones);
    let values = bench.value("net(x)").expect("dropout");
    let zeros = values.iter().filter(|value| **value == 0.0).count() as f64;
    assert!((zeros - n * rate).abs() < 4.0 * (n * rate * (1.0 - rate)).sqrt(), "{zeros} of {n} are 0");
    let rest = values.iter().find(|value| **value != 0.0).copied().unwrap_or(0.0);
    assert!((rest - 1.0 / 0.7).abs() < 1e-12, "the others grow to {rest}");
    bench.environment.step = 1;
    assert_ne!(values, bench.value("net(x)").expect("dropout"), "another step has another mask");
    bench.environment.step = 0;
    assert_eq!(values, bench.value("net(x)").expect("dropout"), "the same step has the same");
    bench.environment.seed = 1;
    assert_ne!(values, bench.value("net(x)").expect("dropout"), "another seed has another");
}

/// What a parameter begins with does not depend on what is declared before it.
#[test]
fn a_stream_is_that_of_its_name() {
    let first = |text: &str, key: &str| {
        let mut bench = Bench::new();
        bench.run(text).unwrap_or_else(|problem| panic!("{problem}"));
        bench.first_value("net", key).unwrap_or_else(|problem| panic!("{problem}"))
    };
    let ab = "model net(x: [3]) -> [3] { param A: [3, 3] = normal\n param B: [3, 3] = normal\n A · (B · x) }";
    let ba = "model net(x: [3]) -> [3] { param B: [3, 3] = normal\n param A: [3, 3] = normal\n A · (B · x) }";
    let alone = "model other(x: [3]) -> [3] { param C: [3, 3] = normal\n C · x }\nmodel net(x: [3]) -> [3] { param A: [3, 3] = normal\n A · x }";
    assert_eq!(first(ab, "A"), first(ba, "A"));
    assert_eq!(first(ab, "B"), first(ba, "B"));
    assert_eq!(first(ab, "A"), first(alone, "A"));
    assert_ne!(first(ab, "A"), first(ab, "B"));
}

/// Numbers of a tail, on either side: all of them there, in both precisions, with the mean
/// (φ(low) − φ(high)) / (Φ(high) − Φ(low)) and the variance 1 + (low φ(low) − high φ(high)) / (Φ(high) − Φ(low)) − mean².
#[test]
fn truncated_normal_numbers_of_a_tail() {
    let (rows, columns) = (200, 300);
    let n = (rows * columns) as f64;
    for (low, high, mean, variance) in [
        (8.0, 9.0, 8.121_188_992_979_75, 0.014_148_542_783_15),
        (5.0, 6.0, 5.183_147_090_477_16, 0.029_452_430_768_55),
        (2.5, 3.0, 2.694_872_262_177_29, 0.018_870_830_429_216),
    ] {
        for side in [1.0, -1.0] {
            let (from, to) = if side > 0.0 { (low, high) } else { (-high, -low) };
            let init = format!("truncated_normal(low = {from}, high = {to})");
            let values: Vec<f64> = draw(&init, rows, columns).into_iter().map(|value| side * value).collect();
            assert!(values.iter().all(|value| (low..=high).contains(value)), "{init}: between its ends");
            let (found, square) = moments(&values);
            assert!(
                (found - mean).abs() < 4.0 * f64::sqrt(variance / n),
                "{init}: mean {found}, expected {mean}"
            );
            // The kurtosis of a tail is below 9, that of the exponential distribution.
            let spread = 4.0 * variance * (8.0 / n).sqrt();
            let found = square - found * found;
            assert!((found - variance).abs() < spread, "{init}: variance {found}, expected {variance}");
        }
    }
}

/// Nothing is beyond the ends by rounding, and nothing is no number, in single precision too.
#[test]
fn truncated_normal_numbers_stay_between_their_ends() {
    for precision in ["f32", "f64"] {
        for (low, high) in
            [(8.0, 9.0), (5.0, 6.0), (-6.0, -5.0), (-2.0, 2.0), (-9.0, 9.0), (2.0, 40.0), (1.9, 2.1)]
        {
            let program = format!(
                "precision {precision}\nmodel net(x: [300]) -> [200] {{ param W: [200, 300] = truncated_normal(low = {low}, high = {high})\n W · x }}\n\
                 print(min(net.W) >= {low} and max(net.W) <= {high})"
            );
            assert_eq!(super::measures::printed(&program), ["1"], "{program}");
        }
    }
}

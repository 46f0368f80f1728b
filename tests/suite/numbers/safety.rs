//! Textbook formulas where they would overflow or lose their digits: finite, and right to 1e-12 in doubles.

use super::array::{Array, compare};
use super::bench::Bench;

/// Scores at which formulas as written overflow.
const SCORES: [f64; 9] = [-1000.0, -745.5, -40.0, -1e-9, 0.0, 1e-9, 40.0, 745.5, 1000.0];

fn check_right(text: &str, wanted: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) {
    let mut bench = Bench::new();
    bench.set("z", &Array { shape: vec![SCORES.len()], data: SCORES.to_vec() });
    let found = bench.value(text).expect(text);
    let gradient = bench.value(&format!("grad(sum({text}), z)")).expect(text);
    let (values, slopes): (Vec<f64>, Vec<f64>) = SCORES.iter().map(|&z| (wanted(z), slope(z))).unzip();
    compare(text, &found, &values, 1e-12, 1e-300).unwrap_or_else(|problem| panic!("{problem}"));
    compare(&format!("slope of {text}"), &gradient, &slopes, 1e-12, 1e-3)
        .unwrap_or_else(|problem| panic!("{problem}"));
}

fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 { 1.0 / (1.0 + (-z).exp()) } else { z.exp() / (1.0 + z.exp()) }
}

#[test]
fn logarithms_of_sigmoids() {
    let falling = |z: f64| sigmoid(-z);
    check_right("log(sigmoid(z))", |z| -softplus(-z), falling);
    check_right("log(1 / (1 + exp(-z)))", |z| -softplus(-z), falling);
    check_right("log(exp(z) / (1 + exp(z)))", |z| -softplus(-z), falling);
    check_right("log(1 - sigmoid(z))", |z| -softplus(z), |z| -sigmoid(z));
    check_right("log(1 + exp(z))", softplus, sigmoid);
    check_right("log1p(exp(z))", softplus, sigmoid);
    check_right("1 / (1 + exp(-z))", sigmoid, |z| sigmoid(z) * sigmoid(-z));
}

/// Softmax, its logarithm, and the logarithm of the sum, of scores that are far apart and far from 0.
#[test]
fn logarithms_of_softmax() {
    for scores in [vec![1000.0, 999.0, -1000.0], vec![-1000.0, -1001.0, -1002.5], vec![0.0, 1000.0, -1000.0]]
    {
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total = largest + scores.iter().map(|z| (z - largest).exp()).sum::<f64>().ln();
        let p: Vec<f64> = scores.iter().map(|z| (z - total).exp()).collect();
        let logs: Vec<f64> = scores.iter().map(|z| z - total).collect();
        let mut bench = Bench::new();
        bench.set("z", &Array { shape: vec![3], data: scores });
        bench.set("t", &Array { shape: vec![3], data: vec![1.0, 0.0, 0.0] });
        let mut same = |text: &str, wanted: &[f64], floor: f64| {
            let found = bench.value(text).expect(text);
            compare(text, &found, wanted, 1e-12, floor).unwrap_or_else(|problem| panic!("{problem}"));
        };
        same("log(softmax(z))", &logs, 1.0);
        same("log(exp(z) / sum(exp(z)))", &logs, 1.0);
        same("log(sum(exp(z)))", &[total], 1e-300);
        same("exp(z) / sum(exp(z))", &p, 1e-3);
        same("grad(log(sum(exp(z))), z)", &p, 1e-3);
        same("cross_entropy(softmax(z), t)", &[-logs[0]], 1e-300);
        let slope: Vec<f64> = p.iter().zip([1.0, 0.0, 0.0]).map(|(p, t)| p - t).collect();
        same("grad(cross_entropy(softmax(z), t), z)", &slope, 1e-3);
    }
}

/// Norms and roots at 0 have slope 0, of the first and of the second order; a direction at 0 is 0.
#[test]
fn norms_and_roots_at_zero() {
    let mut bench = Bench::new();
    bench.set("x", &Array { shape: vec![3], data: vec![0.0; 3] });
    for text in [
        "norm(x)",
        "sqrt(sum(x²))",
        "sum(x / norm(x))",
        "sum(x / sqrt(sum(x²)))",
        "sum(sqrt(abs(x)))",
        "deviation(x)",
        "norm(x)²",
        "sum(x / max(norm(x), 1e-8))",
        "cosine_similarity(x, x)",
    ] {
        let value = bench.value(text).expect(text);
        assert_eq!(value, [0.0], "{text}");
        let gradient = bench.gradient(text, "x").expect(text);
        let slope = bench.numbers(&[gradient]).expect(text).remove(0);
        assert!(slope.iter().all(|v| v.is_finite()), "slope of {text}: {slope:?}");
        bench.bind("g", nn::elaborate::Value::Node(gradient));
        let second = bench.gradient("g", "x").expect(text);
        let curvature = bench.numbers(&[second]).expect(text).remove(0);
        assert!(curvature.iter().all(|v| v.is_finite()), "curvature of {text}: {curvature:?}");
    }
    assert_eq!(bench.value("grad(norm(x), x)").expect("norm"), [0.0; 3]);
}

/// The direction of a vector that is not 0 is what it always was.
#[test]
fn a_direction_has_its_slope() {
    let mut bench = Bench::new();
    bench.set("x", &Array { shape: vec![2], data: vec![3.0, 4.0] });
    assert_eq!(bench.value("x / norm(x)").expect("x / norm(x)"), [0.6, 0.8]);
    // ∂(x₀ / ‖x‖) = (1/‖x‖ − x₀²/‖x‖³, −x₀ x₁/‖x‖³)
    let found = bench.value("grad((x / norm(x))[0], x)").expect("gradient");
    compare("slope", &found, &[0.2 - 9.0 / 125.0, -12.0 / 125.0], 1e-12, 1e-300)
        .expect("the slope of a direction");
}

/// Numbers that are nearly equal and large: their variance keeps its digits.
#[test]
fn variance_of_nearly_equal_numbers() {
    let mut bench = Bench::new();
    bench.set("x", &Array { shape: vec![4], data: vec![1e8 + 1.0, 1e8 + 2.0, 1e8 + 3.0, 1e8 + 4.0] });
    assert_eq!(bench.value("variance(x)").expect("variance"), [1.25]);
    let slope = bench.value("grad(variance(x), x)").expect("slope");
    compare("slope", &slope, &[-0.75, -0.25, 0.25, 0.75], 1e-12, 1e-300).expect("the slope of a variance");
}

/// Losses at scores of ±1000 are as large as the scores, and have the slopes that the limit has.
#[test]
fn losses_of_extreme_scores() {
    let mut bench = Bench::new();
    bench.set_batch("z", &Array { shape: vec![4, 1], data: vec![1000.0, -1000.0, 1000.0, -1000.0] });
    bench.set_batch("t", &Array { shape: vec![4, 1], data: vec![1.0, 0.0, 0.0, 1.0] });
    bench.run("l = binary_cross_entropy(sigmoid(z), t)").expect("a loss");
    assert_eq!(bench.value("l").expect("l"), [0.0, 0.0, 1000.0, 1000.0]);
    assert_eq!(bench.value("grad(batch_sum(l), z)").expect("slope"), [0.0, 0.0, 1.0, -1.0]);
}

/// The same formulas on numbers that the compiler knows: folding does not come before safety.
#[test]
fn formulas_of_literals_are_as_safe() {
    for z in SCORES {
        let cases: [(String, f64); 6] = [
            (format!("log(sigmoid({z:?}))"), -softplus(-z)),
            (format!("log(1 - sigmoid({z:?}))"), -softplus(z)),
            (format!("log(1 + exp({z:?}))"), softplus(z)),
            (format!("log1p(exp({z:?}))"), softplus(z)),
            (format!("log(1 / (1 + exp(-({z:?}))))"), -softplus(-z)),
            (format!("log(exp({z:?}) / (1 + exp({z:?})))"), -softplus(-z)),
        ];
        // A sum of exponentials has the digits of its largest term: near 0, its logarithm is right to 1e-12 of 1.
        let sums = [
            (format!("log(softmax([{z:?}, 0]))[0]"), -softplus(-z)),
            (format!("log(sum(exp([{z:?}, 0])))"), softplus(z)),
        ];
        let cases = cases.into_iter().map(|case| (case, 1e-300));
        for ((text, wanted), floor) in cases.chain(sums.into_iter().map(|case| (case, 1.0))) {
            let found = Bench::new().value(&text).expect(&text);
            compare(&text, &found, &[wanted], 1e-12, floor).unwrap_or_else(|problem| panic!("{problem}"));
        }
    }
    let mut bench = Bench::new();
    assert_eq!(bench.value("[0, 0] / norm([0, 0])").expect("a direction"), [0.0, 0.0]);
    assert_eq!(bench.value("norm([0, 0])").expect("a norm"), [0.0]);
    assert_eq!(bench.value("variance([1e8 + 1, 1e8 + 2, 1e8 + 3, 1e8 + 4])").expect("a variance"), [1.25]);
}

/// Other textbook forms: odds, hyperbolic functions by exponentials, exponentials near 0, and a factor beside a sigmoid.
#[test]
fn other_textbook_forms() {
    check_right("log(sigmoid(z) / (1 - sigmoid(z)))", |z| z, |_| 1.0);
    check_right("(exp(z) - exp(-z)) / (exp(z) + exp(-z))", f64::tanh, |z| {
        4.0 * sigmoid(2.0 * z) * sigmoid(-2.0 * z)
    });
    check_right("(exp(2 * z) - 1) / (exp(2 * z) + 1)", f64::tanh, |z| {
        4.0 * sigmoid(2.0 * z) * sigmoid(-2.0 * z)
    });
    let log_cosh = |z: f64| match z.abs() < 1.0 {
        true => (2.0 * (z / 2.0).sinh().powi(2)).ln_1p(),
        false => z.abs() + (-2.0 * z.abs()).exp().ln_1p() - 2f64.ln(),
    };
    check_right("log(cosh(z))", log_cosh, f64::tanh);
    let log_of_rest = |u: f64| if u < -1.0 { (-u.exp()).ln_1p() } else { (-u.exp_m1()).ln() };
    check_right(
        "log(1 - exp(-abs(z) - 1e-20))",
        |z| log_of_rest(-z.abs() - 1e-20),
        |z| {
            let sign = if z == 0.0 { 0.0 } else { z.signum() };
            sign / (z.abs() + 1e-20).exp_m1()
        },
    );
    check_right("z / (1 + exp(-z))", |z| z * sigmoid(z), |z| sigmoid(z) * (1.0 + z * sigmoid(-z)));
    check_right("log(exp(z) + exp(-z))", |z| z.abs() + (-2.0 * z.abs()).exp().ln_1p(), f64::tanh);
    check_right("log(exp(z) + exp(z - 1))", |z| z + (-1f64).exp().ln_1p(), |_| 1.0);
}

/// The probability of one class, and sums of exponentials with a factor: as far from 0 as the scores are.
#[test]
fn logarithms_of_one_class_and_of_means() {
    let z = [1000.0, -1000.0, 999.5, 0.0];
    let total = 1000.0 + (-0.5f64).exp().ln_1p();
    let p = z.map(|z| (z - total).exp());
    let mut bench = Bench::new();
    bench.set("z", &Array { shape: vec![4], data: z.to_vec() });
    let mut same = |text: &str, wanted: &[f64]| {
        let found = bench.value(text).expect(text);
        compare(text, &found, wanted, 1e-12, 1e-3).unwrap_or_else(|problem| panic!("{problem}"));
    };
    same("-log(softmax(z)[1])", &[1000.0 + total]);
    same("grad(-log(softmax(z)[1]), z)", &[p[0], p[1] - 1.0, p[2], p[3]]);
    same("log(mean(exp(z)))", &[total - 4f64.ln()]);
    same("grad(log(mean(exp(z))), z)", &p);
    same("log(2 * sum(exp(z)))", &[total + 2f64.ln()]);
    same("log(1 - sigmoid(z)[0])", &[-1000.0]);
}

/// The variance as the mean of the squares less the square of the mean.
#[test]
fn variance_by_the_mean_of_squares() {
    let mut bench = Bench::new();
    bench.set("x", &Array { shape: vec![4], data: vec![1e10 + 0.25, 1e10 + 0.5, 1e10 + 0.75, 1e10 + 1.0] });
    bench.set("m", &Array { shape: vec![2, 2], data: vec![1e8, 1e8 + 1.0, 3.0, 5.0] });
    assert_eq!(bench.value("mean(x²) - mean(x)²").expect("a variance"), [0.078125]);
    // Each row about its own mean: (0.5² + 0.5²) / 2 and (1² + 1²) / 2.
    let rows = "mean(m², axis = columns) - mean(m, axis = columns)²";
    assert_eq!(bench.value(rows).expect("of rows"), [0.25, 1.0]);
    bench
        .set_batch("b", &Array { shape: vec![4, 1], data: vec![1e8 + 1.0, 1e8 + 2.0, 1e8 + 3.0, 1e8 + 4.0] });
    assert_eq!(bench.value("batch_mean(b²) - batch_mean(b)²").expect("of a batch"), [1.25]);
}

/// The gradient by a value that a rule passes over is that of the formula as written.
#[test]
fn gradients_by_what_a_rule_passes_over() {
    let z = [0.3, -0.7];
    let s = z.map(sigmoid);
    let e = z.map(f64::exp);
    let total: f64 = e.iter().sum();
    let p = e.map(|e| e / total);
    let cases: [(&str, &str, [f64; 2]); 12] = [
        ("s = sigmoid(z)", "grad(sum(log(s)), s)", s.map(|s| 1.0 / s)),
        ("s = sigmoid(z)", "grad(sum(log(1 - s)), s)", s.map(|s| -1.0 / (1.0 - s))),
        ("s = 1 - sigmoid(z)", "grad(sum(log(s)), s)", s.map(|s| 1.0 / (1.0 - s))),
        ("s = exp(z)", "grad(sum(log(s)), s)", e.map(|e| 1.0 / e)),
        ("s = exp(z)", "grad(sum(log(1 + s)), s)", e.map(|e| 1.0 / (1.0 + e))),
        ("s = exp(z)", "grad(log(sum(s)), s)", e.map(|_| 1.0 / total)),
        ("s = softmax(z)", "grad(sum([1, 0] * log(s)), s)", [1.0 / p[0], 0.0]),
        ("s = exp(z)", "grad((s / sum(s))[0], s)", [e[1] / total.powi(2), -e[0] / total.powi(2)]),
        ("s = -z", "grad(sum(s * [2, 3]), s)", [2.0, 3.0]),
        ("s = -z", "grad(sum(-s), s)", [-1.0, -1.0]),
        (
            "s = -z",
            "grad(sum(s * sigmoid(s)), s)",
            z.map(|z| {
                let y = sigmoid(-z);
                y - z * y * (1.0 - y)
            }),
        ),
        // Nothing is passed over here, and the rule stays.
        ("s = 1000 * z", "grad(sum(log(sigmoid(s))), s)", z.map(|z| sigmoid(-1000.0 * z))),
    ];
    for (made, text, wanted) in cases {
        let mut bench = Bench::new();
        bench.set("z", &Array { shape: vec![2], data: z.to_vec() });
        bench.run(made).expect(made);
        let found = bench.value(text).expect(text);
        compare(&format!("{made}: {text}"), &found, &wanted, 1e-12, 1e-300)
            .unwrap_or_else(|problem| panic!("{problem}"));
    }
}

/// ln(cosh(d)) is d²/2 − d⁴/12 + … near 0 and |d| − ln 2 + … far from it; its slope is tanh(d). The numbers in between
/// are ln((exp(d) + exp(-d)) / 2) in decimals of 40 digits.
#[test]
fn the_logarithm_of_the_hyperbolic_cosine() {
    let cases = [
        (1e-9, 5e-19),
        (1e-5, 4.999_999_999_916_667e-11),
        (0.5, 0.120_114_506_958_277_52),
        (1.0, 0.433_780_830_483_027_2),
        (1000.0, 1000.0 - std::f64::consts::LN_2),
    ];
    for sign in [1.0, -1.0] {
        let (differences, values): (Vec<f64>, Vec<f64>) = cases.iter().map(|(d, v)| (sign * d, *v)).unzip();
        let slopes: Vec<f64> = differences.iter().map(|d| d.tanh()).collect();
        let mut bench = Bench::new();
        bench.set_batch("d", &Array { shape: vec![cases.len(), 1], data: differences.clone() });
        let found = bench.value("log_cosh(d, [0])").expect("a loss");
        compare("log_cosh", &found, &values, 1e-14, 1e-300).unwrap_or_else(|problem| panic!("{problem}"));
        let gradient = bench.value("grad(batch_sum(log_cosh(d, [0])), d)").expect("slopes");
        compare("its slope", &gradient, &slopes, 1e-14, 1e-300).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(gradient[0], sign * 1e-9);
        bench.environment.precision = nn::tensor::Precision::F32;
        let node = bench.node("log_cosh(d, [0])").expect("a loss");
        let narrow = nn::exec::evaluate(&bench.elaborator.graph, &[node], &bench.environment);
        let narrow = narrow.expect("a loss").remove(0).data.to_f64();
        compare("log_cosh in f32", &narrow, &values, 5e-7, 1e-300)
            .unwrap_or_else(|problem| panic!("{problem}"));
    }
}

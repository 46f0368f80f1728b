//! The case study of CS231n: a linear classifier and a network on a spiral, step by step. The points are made as the
//! course makes them, by NumPy's generator of that time; that it is the same is seen from the first weights drawn
//! after them, which the reference has.

use serde_json::Value;

use super::array::{Array, compare};
use super::trainer::{Setup, Trained};

/// Points of a class, and classes.
const N: usize = 100;
const K: usize = 3;

/// The Mersenne Twister MT19937, seeded by a number as NumPy's `RandomState`.
struct Twister {
    state: Vec<u32>,
    at: usize,
    /// The second of two normal numbers.
    kept: Option<f64>,
}

impl Twister {
    fn new(seed: u32) -> Twister {
        let mut state = vec![seed];
        for i in 1..624u32 {
            let last = state[i as usize - 1];
            state.push(1_812_433_253u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i));
        }
        Twister { state, at: 624, kept: None }
    }

    fn word(&mut self) -> u32 {
        if self.at == 624 {
            for k in 0..624 {
                let y = self.state[k] & 0x8000_0000 | self.state[(k + 1) % 624] & 0x7fff_ffff;
                let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[k] = self.state[(k + 397) % 624] ^ (y >> 1) ^ odd;
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// From 0 to 1, in 53 bits.
    fn unit(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// By the polar method, two at a time.
    fn normal(&mut self) -> f64 {
        if let Some(kept) = self.kept.take() {
            return kept;
        }
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let size = (-2.0 * square.ln() / square).sqrt();
                self.kept = Some(size * x);
                return size * y;
            }
        }
    }
}

/// Points and one-hot classes in rows, and the generator after them.
fn spiral() -> (Array, Array, Twister) {
    let mut draws = Twister::new(0);
    let (mut points, mut classes) = (Vec::new(), Vec::new());
    let between = |from: f64, to: f64, i: usize| match i + 1 {
        N => to,
        _ => from + i as f64 * ((to - from) / (N as f64 - 1.0)),
    };
    for class in 0..K {
        for i in 0..N {
            let (low, high) = (class as f64 * 4.0, (class as f64 + 1.0) * 4.0);
            let (radius, angle) = (between(0.0, 1.0, i), between(low, high, i) + 0.2 * draws.normal());
            points.extend([radius * angle.sin(), radius * angle.cos()]);
            classes.extend((0..K).map(|at| f64::from(u8::from(at == class))));
        }
    }
    let rows = K * N;
    (Array { shape: vec![rows, 2], data: points }, Array { shape: vec![rows, K], data: classes }, draws)
}

fn turned(array: &Array) -> Array {
    Array { shape: array.shape.iter().rev().copied().collect(), data: array.by_columns() }
}

/// A loss with half a thousandth of the squares of the weights, which the model hands on behind its scores.
const LOSS: &str = "loss penalised(p, t) = softmax_cross_entropy(p[0:3], t) + p[3]\n";

fn losses(model: &str, first: &[(&str, Array)], steps: usize, every: usize) -> Result<Vec<f64>, String> {
    let (points, classes, _) = spiral();
    let text = format!("{LOSS}{model}");
    let setup = Setup {
        model: &text,
        loss: "penalised",
        optimizer: "sgd(lr = 1)",
        input: &points,
        target: &classes,
        clip: None,
    };
    let trained = Trained::new(&setup, first)?;
    let all: Vec<u32> = (0..(K * N) as u32).collect();
    let mut found = Vec::new();
    trained.steps(&vec![all; steps], 1, |at, loss, _| {
        if at % every == 0 {
            found.push(loss);
        }
        Ok(())
    })?;
    Ok(found)
}

pub fn linear(case: &Value) -> Result<(), String> {
    let first = turned(&Array::read(&case["recomputed_linear"]["W0"]));
    let (.., mut draws) = spiral();
    let drawn: Vec<f64> = (0..2 * K).map(|_| 0.01 * draws.normal()).collect();
    compare(
        "the first weights drawn",
        &drawn,
        &Array::read(&case["recomputed_linear"]["W0"]).data,
        1e-15,
        1e-300,
    )?;
    let model = "model net(x: [2]) -> [4] {
        param W: [3, 2] = zeros
        param b: [3]    = zeros
        concat(W · x + b, [0.0005 * sum(W²)])
    }";
    let found = losses(model, &[("W", first)], 191, 10)?;
    let wanted = Array::read(&case["recomputed_linear"]["loss_every_10"]).data;
    compare("losses", &found, &wanted, 1e-12, 1e-300)
}

pub fn network(case: &Value) -> Result<(), String> {
    let init = &case["mlp_init"];
    let weights = |name: &str| turned(&Array::read(&init[name]));
    let model = "model net(x: [2]) -> [4] {
        param W: [100, 2] = zeros
        param b: [100]    = zeros
        param V: [3, 100] = zeros
        param c: [3]      = zeros
        concat(V · relu(W · x + b) + c, [0.0005 * (sum(W²) + sum(V²))])
    }";
    let first = [("W", weights("W")), ("V", weights("W2"))];
    let found = losses(model, &first, 9001, 1000)?;
    let wanted = Array::read(&case["recomputed_mlp"]["loss_every_1000"]).data;
    // With so long a step, rounding decides in the end on which side of a kink a neuron is.
    compare("losses up to step 3000", &found[..4], &wanted[..4], 1e-9, 1e-300)?;
    compare("losses", &found, &wanted, 1e-4, 1e-300)
}

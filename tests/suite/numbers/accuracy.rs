//! What small networks reach on real data, against what scikit-learn's reach: five seeds, five folds each, the
//! minimum of the seeds. The quick ones by default, all of them with `NN_ACCURACY`.

use nn::tensor::random::Stream;

use super::array::Array;
use super::bench::Bench;
use super::runs::{one_hot_targets, standardized, table};
use super::tally::json;
use super::trainer::{Setup, Trained};

const SEEDS: u64 = 5;
const FOLDS: usize = 5;

/// A network, how it is trained, and the row of scikit-learn's results.
struct Trial {
    row: &'static str,
    data: &'static str,
    layers: &'static str,
    optimizer: &'static str,
    /// Examples at once; none for all of them.
    batch: Option<usize>,
    epochs: usize,
    l2: f64,
    is_quick: bool,
}

const LBFGS: &str = "lbfgs(iterations = 20, gradient_tolerance = 1e-4)";

const TRIALS: &[Trial] = &[
    Trial {
        row: "iris logistic regression",
        data: "iris",
        layers: "dense(3)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 0.004,
        is_quick: true,
    },
    Trial {
        row: "iris MLP(16) tanh lbfgs",
        data: "iris",
        layers: "dense(16) |> tanh |> dense(3)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 1e-3,
        is_quick: true,
    },
    Trial {
        row: "iris MLP(64) relu adam lr=.01",
        data: "iris",
        layers: "dense(64) |> relu |> dense(3)",
        optimizer: "adam(lr = 0.01)",
        batch: Some(120),
        epochs: 100,
        l2: 1e-4,
        is_quick: false,
    },
    Trial {
        row: "wine logistic regression",
        data: "wine",
        layers: "dense(3)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 0.004,
        is_quick: true,
    },
    Trial {
        row: "wine MLP(16) tanh lbfgs",
        data: "wine",
        layers: "dense(16) |> tanh |> dense(3)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 1e-3,
        is_quick: true,
    },
    Trial {
        row: "wine MLP(64) relu adam lr=.01",
        data: "wine",
        layers: "dense(64) |> relu |> dense(3)",
        optimizer: "adam(lr = 0.01)",
        batch: Some(142),
        epochs: 60,
        l2: 5e-3,
        is_quick: false,
    },
    Trial {
        row: "breast_cancer logistic regression",
        data: "breast_cancer",
        layers: "dense(2)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 0.004,
        is_quick: true,
    },
    Trial {
        row: "breast_cancer MLP(16) tanh lbfgs",
        data: "breast_cancer",
        layers: "dense(16) |> tanh |> dense(2)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 1e-3,
        is_quick: false,
    },
    Trial {
        row: "breast_cancer MLP(64) relu adam lr=.01",
        data: "breast_cancer",
        layers: "dense(64) |> relu |> dense(2)",
        optimizer: "adam(lr = 0.01)",
        batch: Some(200),
        epochs: 50,
        l2: 1e-4,
        is_quick: false,
    },
    Trial {
        row: "digits logistic regression",
        data: "digits",
        layers: "dense(10)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 0.0004,
        is_quick: false,
    },
    Trial {
        row: "digits MLP(16) tanh lbfgs",
        data: "digits",
        layers: "dense(16) |> tanh |> dense(10)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 1e-3,
        is_quick: false,
    },
    Trial {
        row: "digits MLP(64) relu adam lr=.005 30 epochs",
        data: "digits",
        layers: "dense(64) |> relu |> dense(10)",
        optimizer: "adam(lr = 0.005)",
        batch: Some(64),
        epochs: 30,
        l2: 1e-5,
        is_quick: false,
    },
    Trial {
        row: "diabetes R2 ridge",
        data: "diabetes",
        layers: "dense(1)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 0.003,
        is_quick: true,
    },
    Trial {
        row: "diabetes R2 MLP(8) tanh lbfgs alpha=10",
        data: "diabetes",
        layers: "dense(8) |> tanh |> dense(1)",
        optimizer: LBFGS,
        batch: None,
        epochs: 10,
        l2: 0.03,
        is_quick: false,
    },
];

#[test]
fn networks_reach_what_scikit_learn_reaches() {
    let Some(measured) = json("accuracy_sklearn_measured.json") else { return };
    let all = std::env::var_os("NN_ACCURACY").is_some();
    let mut problems = Vec::new();
    for trial in TRIALS.iter().filter(|trial| all || trial.is_quick) {
        let row = &measured[trial.row];
        let wanted =
            row["mean"].as_f64().unwrap_or(1.0) - 2.0 * row["std_over_5_seeds"].as_f64().unwrap_or(0.0);
        let scores: Vec<f64> = (0..SEEDS).map(|seed| score(trial, seed)).collect();
        let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
        println!("{}: least {least:.4} of {scores:.4?}, wanted {wanted:.4}", trial.row);
        if least < wanted {
            problems.push(format!("{}: {least:.4} of {scores:.4?}, wanted {wanted:.4}", trial.row));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The share of the examples that are predicted rightly, or the part of the variance, each by the network that has
/// not seen it.
fn score(trial: &Trial, seed: u64) -> f64 {
    let rows = table(trial.data).expect("data");
    let is_number = trial.data == "diabetes";
    let folds = folds(&rows, seed, is_number);
    let (mut right, mut r2) = (0.0, 0.0);
    for fold in 0..FOLDS {
        let (test, train): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|at| folds[*at] == fold);
        let (correct, explained) = fold_score(trial, seed, &rows, &train, &test);
        right += correct;
        r2 += explained / FOLDS as f64;
    }
    if is_number { r2 } else { right / rows.len() as f64 }
}

/// The fold of each row: shuffled, and of classes the same share in each.
fn folds(rows: &[Vec<f64>], seed: u64, is_number: bool) -> Vec<usize> {
    let stream = Stream::new(seed, "folds");
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| stream.uniform(0, a as u64).total_cmp(&stream.uniform(0, b as u64)));
    if !is_number {
        let class = |at: usize| rows[at].last().copied().unwrap_or(0.0);
        order.sort_by(|&a, &b| class(a).total_cmp(&class(b)));
    }
    let mut folds = vec![0; rows.len()];
    order.into_iter().enumerate().for_each(|(place, at)| folds[at] = place % FOLDS);
    folds
}

fn fold_score(trial: &Trial, seed: u64, rows: &[Vec<f64>], train: &[usize], test: &[usize]) -> (f64, f64) {
    let is_number = trial.data == "diabetes";
    let (inputs, targets) = standardized(rows, train, is_number);
    let n_in = inputs.shape[1];
    let targets = if is_number { targets } else { one_hot_targets(&targets) };
    let n_out = targets.shape[1];
    let take = |array: &Array, which: &[usize]| {
        let each = array.shape[1];
        let data = which.iter().flat_map(|at| array.data[at * each..(at + 1) * each].to_vec()).collect();
        Array { shape: vec![which.len(), each], data }
    };
    let model = format!("model net(x: [{n_in}]) -> [{n_out}] {{ x |> {} }}", trial.layers);
    let (input, target) = (take(&inputs, train), take(&targets, train));
    let loss = if is_number { "mse" } else { "softmax_cross_entropy" };
    let setup =
        Setup { model: &model, loss, optimizer: trial.optimizer, input: &input, target: &target, clip: None };
    let trained = Trained::seeded(&setup, seed, trial.l2).expect("a training");
    let names = trained.names();
    let mut last: Vec<Vec<f64>> = Vec::new();
    let batch = trial.batch.unwrap_or(train.len());
    trained
        .run((batch, trial.epochs), |_, _, value| {
            last = names.iter().map(|name| value(name)).collect();
            Ok(())
        })
        .expect("a training");
    let mut bench = Bench::new();
    bench.run(&model).expect("a model");
    bench.set_columns("net", &names, &last).expect("parameters");
    bench.set_batch("x", &take(&inputs, test));
    bench.set_batch("t", &take(&targets, test));
    if is_number {
        (0.0, bench.value("r2(net(x), t)").expect("r2")[0])
    } else {
        (bench.value("batch_sum(is_right(net(x), t))").expect("rights")[0], 0.0)
    }
}

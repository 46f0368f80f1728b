//! Optimizers: a vector under given gradients; small networks over hundreds of steps.

use serde_json::Value;

use super::array::{Array, compare};
use super::tally::{Case, Tally, cases};
use super::trainer::{Setup, Trained};

/// A model whose gradient is its input.
const VECTOR: &str = "model net(x: [4]) -> [] { param w: [4] = zeros\n w · x }\nloss itself(p, t) = p";
/// PyTorch's names of options, and ours.
const OPTIONS: &[(&str, &str)] = &[
    ("lr", "lr"),
    ("learning_rate", "lr"),
    ("weight_decay", "decay"),
    ("momentum", "momentum"),
    ("dampening", "dampening"),
    ("nesterov", "nesterov"),
    ("amsgrad", "amsgrad"),
    ("centered", "centered"),
    ("alpha", "alpha"),
    ("rho", "rho"),
    ("eps", "eps"),
    ("lr_decay", "lr_decay"),
    ("initial_accumulator_value", "first"),
    ("momentum_decay", "momentum_decay"),
    ("lambd", "shrink"),
    ("t0", "start"),
    ("max_iter", "iterations"),
    ("b1", "beta1"),
    ("b2", "beta2"),
];

/// The optimizer as it is written in ours.
pub fn optimizer(theirs: &str, args: &Value) -> Result<String, String> {
    let name = match theirs {
        "SGD" | "sgd" | "Adam" | "adam" | "AdamW" | "adamw" | "Adagrad" | "RMSprop" | "Adadelta"
        | "NAdam" | "RAdam" | "Adamax" | "Rprop" | "LBFGS" | "ASGD" => theirs.to_lowercase(),
        other => return Err(other.to_string()),
    };
    let mut options = Vec::new();
    for (key, value) in args.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("betas", Value::Array(betas)) => {
                options.push(format!("beta1 = {}, beta2 = {}", betas[0], betas[1]));
            }
            ("line_search_fn", Value::String(_)) => options.push("search = true".to_string()),
            ("line_search_fn", _) | ("maximize", Value::Bool(false)) => {}
            ("maximize", _) => {
                return Err("climbing: ours is the descent of the loss with the other sign".to_string());
            }
            _ => match OPTIONS.iter().find(|(theirs, _)| theirs == key) {
                Some((_, ours)) => options.push(format!("{ours} = {value}")),
                None => return Err(format!("no option `{key}`")),
            },
        }
    }
    // PyTorch's L-BFGS takes plain steps unless a search is asked for.
    if name == "lbfgs" && args["line_search_fn"].is_null() {
        options.push("search = false".to_string());
    }
    if name == "sgd" && args["lr"].is_null() && args["learning_rate"].is_null() {
        options.push("lr = 0.001".to_string());
    }
    Ok(format!("{name}({})", options.join(", ")))
}

pub fn replay_raw() -> Tally {
    let mut tally = Tally::default();
    let cases = cases("optim_raw.json");
    let grads = cases.first().map(|case| Array::read(&case["grads"]));
    for case in cases.iter().skip(1) {
        let name = case["name"].as_str().unwrap_or_default();
        match optimizer(case["optimizer"].as_str().unwrap_or_default(), &case["args"]) {
            Ok(text) => tally.holds(name, trajectory(&text, grads.as_ref().expect("gradients"), case)),
            Err(_) if name == "SGD_maximize" => {
                let negated = grads.as_ref().map(negated).expect("gradients");
                tally.holds(name, trajectory("sgd(lr = 0.1)", &negated, case));
            }
            Err(reason) => tally.skip(name, &reason),
        }
    }
    tally
}

fn negated(array: &Array) -> Array {
    Array { shape: array.shape.clone(), data: array.data.iter().map(|v| -v).collect() }
}

/// One vector, 40 given gradients.
fn trajectory(optimizer: &str, grads: &Array, case: &Value) -> Result<(), String> {
    let wanted = Array::read(&case["traj"]);
    let first = Array { shape: vec![4], data: wanted.data[..4].to_vec() };
    let target = Array { shape: vec![grads.shape[0]], data: vec![0.0; grads.shape[0]] };
    let model = format!("{VECTOR}{THEIRS}");
    let setup = Setup { model: &model, loss: "itself", optimizer, input: grads, target: &target, clip: None };
    let trained = Trained::new(&setup, &[("w", first)])?;
    let batches: Vec<Vec<u32>> = (0..grads.shape[0] as u32).map(|row| vec![row]).collect();
    trained.steps(&batches, 1, |at, _, value| {
        let wanted = &wanted.data[(at + 1) * 4..(at + 2) * 4];
        // A weight that passes through 0 is compared with 1, the size of the others.
        compare(&format!("{optimizer}, step {}", at + 1), &value("w"), wanted, 1e-12, 1.0)
    })
}

/// optax's, where its definition is ours.
pub fn replay_optax() -> Tally {
    let mut tally = Tally::default();
    let cases = cases("optax/optim_raw.json");
    let grads = cases.first().map(|case| Array::read(&case["grads"]));
    for case in cases.iter().skip(1) {
        let name = case["name"].as_str().unwrap_or_default();
        let lr = &case["args"]["learning_rate"];
        let text = match name {
            "sgd" => format!("sgd(lr = {lr})"),
            "momentum" => format!("sgd(lr = {lr}, momentum = 0.9)"),
            "nesterov" => format!("sgd(lr = {lr}, momentum = 0.9, nesterov = true)"),
            "adam" => format!("adam(lr = {lr})"),
            "adamw" => format!("adamw(lr = {lr}, decay = 0.05)"),
            "adamax" => format!("adamax(lr = {lr})"),
            "adadelta" => format!("adadelta(lr = {lr}, rho = 0.9, eps = 1e-6)"),
            "lion" => format!("lion(lr = {lr})"),
            "lion_default_wd" => format!("lion(lr = {lr}, decay = 0.001)"),
            "lion_wd" => format!("lion(lr = {lr}, beta1 = 0.95, beta2 = 0.98, decay = 0.1)"),
            "lamb" => format!("lamb(lr = {lr}, decay = 0.01)"),
            "sign_sgd" => format!("lion(lr = {lr}, beta1 = 0)"),
            "nadam" | "adagrad" | "amsgrad" | "radam" | "rprop" => format!("their_{name}(lr = {lr})"),
            "rmsprop" => format!("their_rmsprop(lr = {lr})"),
            "rmsprop_centered_momentum" => {
                format!("their_rmsprop(lr = {lr}, centered = true, momentum = 0.9)")
            }
            _ => {
                tally.skip(name, "not an optimizer of the library");
                continue;
            }
        };
        tally.holds(name, trajectory(&text, grads.as_ref().expect("gradients"), case));
    }
    tally.note("`nadam`, `radam`, `amsgrad`, `adagrad`, `rmsprop` are defined otherwise than PyTorch's, which are ours, and `rprop` takes each step one step late: they are written in the language for the comparison");
    tally
}

/// optax's definitions where they are others than PyTorch's.
const THEIRS: &str = "
optimizer their_nadam(lr) {
    state m = 0
    state v = 0
    m <- 0.9 * m + 0.1 * g
    v <- 0.999 * v + 0.001 * g²
    ahead = 0.9 * m / (1 - 0.9^(t + 1)) + 0.1 * g / (1 - 0.9^t)
    w -= lr * ahead / (sqrt(v / (1 - 0.999^t)) + 1e-8)
}
optimizer their_radam(lr) {
    state m = 0
    state v = 0
    m <- 0.9 * m + 0.1 * g
    v <- 0.999 * v + 0.001 * g²
    most = 2 / (1 - 0.999) - 1
    ρ = most - 2 * t * 0.999^t / (1 - 0.999^t)
    r = sqrt((ρ - 4) * (ρ - 2) * most / ((most - 4) * (most - 2) * ρ))
    step = m / (1 - 0.9^t)
    w -= lr * (if ρ >= 5 then r * step / (sqrt(v / (1 - 0.999^t)) + 1e-8) else step)
}
optimizer their_amsgrad(lr) {
    state m = 0
    state v = 0
    state largest = 0
    m <- 0.9 * m + 0.1 * g
    v <- 0.999 * v + 0.001 * g²
    largest <- max(largest, v / (1 - 0.999^t))
    w -= lr * m / (1 - 0.9^t) / (sqrt(largest) + 1e-8)
}
optimizer their_adagrad(lr) {
    state s = 0.1
    s <- s + g²
    w -= lr * g / sqrt(s + 1e-7)
}
optimizer their_rprop(lr) {
    state before = 0
    state s = lr
    late = before
    turn = sign(g * before)
    s <- clamp(s * (if turn > 0 then 1.2 else if turn < 0 then 0.5 else 1), 1e-6, 50)
    before <- if turn < 0 then 0 else s * sign(g)
    w -= if turn < 0 then 0 else late
}
optimizer their_rmsprop(lr, centered: bool = false, momentum: real = 0) {
    state s = 0
    state average = 0
    state m = 0
    s <- 0.9 * s + 0.1 * g²
    average <- 0.9 * average + 0.1 * g
    m <- momentum * m + lr * g / sqrt((if centered then s - average² else s) + 1e-8)
    w -= m
}";

const NETWORK: &str = "model net(x: [2]) -> [1] {
    param W0: [3, 2] = zeros
    param b0: [3] = zeros
    param W2: [1, 3] = zeros
    param b2: [1] = zeros
    sigmoid(W2 · sigmoid(W0 · x + b0) + b2)
}
loss total(p, t) = 3 * sum(p)";
const NAMES: [(&str, &str); 4] = [("0.weight", "W0"), ("0.bias", "b0"), ("2.weight", "W2"), ("2.bias", "b2")];

pub fn replay_trajectories() -> Tally {
    let mut tally = Tally::default();
    for case in cases("optimizer_trajectories.json") {
        let name = case["name"].as_str().unwrap_or_default();
        tally.case(name, run(&case));
    }
    tally.note("Rprop: PyTorch's sigmoid is 0 below -709.8, and its slope is 0 above 37, where 1 - y is; the network is written so there, since zeros decide");
    for (name, (step, off)) in AMPLIFIED {
        tally.note(format!("{name}: after step {step} compared as far as a second run of ours, begun 4 last bits beside, stays near the first. Worked out with 60 digits, this run leaves PyTorch's there, too, by up to {off}"));
    }
    tally
}

/// Runs that amplify the last bits: up to which step they are compared like the others, and how far PyTorch's numbers are
/// from the run worked out with 60 digits.
const AMPLIFIED: [(&str, (usize, &str)); 2] =
    [("RMSprop_wd/sum_output", (201, "12 percent")), ("NAdam_wd/bce_target", (50, "0.7 percent"))];

/// PyTorch's sigmoid, `1 / (1 + exp(-x))`, whose slope is `y (1 - y)` as they round.
const THEIR_SIGMOID: &str = "
fn their_sigmoid(x) {
    y = 1 / stop_gradient(1 + exp(-x))
    stop_gradient(y) + (x - stop_gradient(x)) * stop_gradient(y * (1 - y))
}";

fn run(case: &Value) -> Result<Case, String> {
    let climbs = case["args"]["maximize"] == true;
    let mut args = case["args"].clone();
    if let Some(args) = args.as_object_mut() {
        args.remove("maximize");
    }
    let optimizer = match optimizer(case["optimizer"].as_str().unwrap_or_default(), &args) {
        Ok(text) => text,
        Err(reason) => return Ok(Case::Skip(reason)),
    };
    let sums = case["loss"] == "sum of outputs";
    // The reference adds the outputs of three examples up; a loss here is a mean over examples.
    let loss = match (sums, climbs) {
        (true, true) => "loss opposite(p, t) = -3 * sum(p)\nopposite",
        (true, false) => "total",
        (false, _) => "binary_cross_entropy",
    };
    let sign = if climbs { -1.0 } else { 1.0 };
    let target = Array { shape: vec![3, 1], data: vec![0.0, 1.0, 1.0] };
    let input = Array::read(&case["x"]);
    let model = match case["optimizer"] == "Rprop" {
        true => format!("{THEIR_SIGMOID}\n{}", NETWORK.replace("sigmoid(", "their_sigmoid(")),
        false => NETWORK.to_string(),
    };
    let setup =
        Setup { model: &model, loss, optimizer: &optimizer, input: &input, target: &target, clip: None };
    let first = NAMES.map(|(theirs, ours)| (ours, Array::read(&case["init"][theirs])));
    let after = case["after_step"].as_object();
    let last = after.into_iter().flatten().filter_map(|(step, _)| step.parse().ok()).max().unwrap_or(0);
    let here = path(&setup, &first, last)?;
    // A run that amplifies the last bits of its start cannot be compared closer than that: how far it strays is
    // measured on a second one, which begins a little beside.
    let name = case["name"].as_str().unwrap_or_default();
    let amplified =
        AMPLIFIED.iter().find(|(known, _)| *known == name).map_or(usize::MAX, |(_, (step, _))| *step);
    let beside = path(&setup, &first.map(|(name, array)| (name, moved(&array))), last)?;
    let losses = Array::read(&case["loss_before_step"]);
    let close = |what: &str, at: usize, [found, beside, wanted]: [&[f64]; 3], floor: f64| {
        for (((place, found), beside), wanted) in found.iter().enumerate().zip(beside).zip(wanted) {
            let strays = 10.0 * (found - beside).abs() / wanted.abs().max(floor);
            let most = if at >= amplified { strays.max(1e-9) } else { 1e-9 };
            compare(&format!("{what}[{place}]"), &[*found], &[*wanted], most, floor)?;
        }
        Ok::<(), String>(())
    };
    for known in losses.data.chunks(2) {
        let at = known[0] as usize - 1;
        let (Some(here), Some(beside)) = (here.get(at), beside.get(at)) else { continue };
        let both = [&[sign * here.0][..], &[sign * beside.0], &known[1..]];
        close(&format!("loss before step {}", known[0]), at, both, 1e-300)?;
    }
    for (step, values) in after.into_iter().flatten() {
        let at = step.parse::<usize>().expect("a step") - 1;
        for ((theirs, ours), (here, beside)) in NAMES.iter().zip(here[at].1.iter().zip(&beside[at].1)) {
            let wanted = Array::read(&values[*theirs]).by_columns();
            close(&format!("{ours} after step {step}"), at, [here, beside, &wanted], 1e-2)?;
        }
    }
    Ok(Case::Holds)
}

/// Loss before and parameters after each step.
type Path = Vec<(f64, [Vec<f64>; 4])>;

fn path(setup: &Setup<'_>, first: &[(&str, Array)], last: usize) -> Result<Path, String> {
    let mut path = Path::new();
    Trained::new(setup, first)?.run((3, last), |_, loss, value| {
        path.push((loss, NAMES.map(|(_, ours)| value(ours))));
        Ok(())
    })?;
    Ok(path)
}

/// The same numbers but for their last bits.
fn moved(array: &Array) -> Array {
    Array {
        shape: array.shape.clone(),
        data: array.data.iter().map(|v| v * (1.0 + 4.0 * f64::EPSILON)).collect(),
    }
}

/// scikit-learn's optimizers, from given states.
pub fn sklearn(tally: &mut Tally, file: &Value) {
    for case in file["optimizers"].as_array().into_iter().flatten() {
        let name = case["name"].as_str().unwrap_or_default();
        tally.holds(&format!("optimizer {name}"), sklearn_optimizer(name, case));
    }
}

/// The number after a word of a name: `lr=` in `sgd lr=0.1`.
fn after(name: &str, word: &str) -> Option<f64> {
    let rest = name.split(word).nth(1)?;
    let end = rest.find([' ', ')']).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn sklearn_optimizer(name: &str, case: &Value) -> Result<(), String> {
    let lr = after(name, "lr=").unwrap_or(0.001);
    for (at, gradient) in case["grads"].as_array().into_iter().flatten().enumerate() {
        let gradient = flat(gradient);
        let n = gradient.data.len();
        let model =
            format!("model net(x: [{n}]) -> [] {{ param w: [{n}] = zeros\n w · x }}\nloss itself(p, t) = p");
        let (optimizer, states): (String, Vec<(&str, Array)>) = if name.starts_with("adam") {
            let (b1, b2) = (after(name, "b1=").unwrap_or(0.9), after(name, "b2=").unwrap_or(0.999));
            // Its eps stands outside the correction of the second average: ours, times that correction.
            let t = case["t_before"].as_f64().unwrap_or(0.0) + 1.0;
            let eps = 1e-8 / (1.0 - b2.powf(t)).sqrt();
            let states = vec![("m", flat(&case["m"][at])), ("v", flat(&case["v"][at]))];
            (format!("adam(lr = {lr}, beta1 = {b1}, beta2 = {b2}, eps = {eps:?})"), states)
        } else if let Some(momentum) = after(name, "momentum=") {
            let nesterov = name.contains("nesterov=True");
            // Its velocity is ours times -lr.
            let velocity = flat(&case["velocity"][at]);
            let velocity = Array { data: velocity.data.iter().map(|v| -v / lr).collect(), ..velocity };
            (format!("sgd(lr = {lr}, momentum = {momentum}, nesterov = {nesterov})"), vec![("m", velocity)])
        } else {
            (format!("sgd(lr = {lr})"), Vec::new())
        };
        let input = Array { shape: vec![1, n], data: gradient.data };
        let target = Array { shape: vec![1], data: vec![0.0] };
        let setup = Setup {
            model: &model,
            loss: "itself",
            optimizer: &optimizer,
            input: &input,
            target: &target,
            clip: None,
        };
        let mut trained = Trained::new(&setup, &[])?;
        for (state, value) in states {
            trained.set_state(state, &value)?;
        }
        let first = case["t_before"].as_u64().unwrap_or(0) + 1;
        let wanted = flat(&case["params_after"][at]);
        trained
            .steps(&[vec![0]], first, |_, _, value| compare(name, &value("w"), &wanted.data, 1e-10, 1e-6))?;
    }
    Ok(())
}

fn flat(value: &Value) -> Array {
    let array = Array::read(value);
    Array { shape: vec![array.data.len()], data: array.data }
}

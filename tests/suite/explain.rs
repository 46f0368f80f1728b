//! Gradients as formulas: what is printed is true, and reads as in a textbook.

use std::path::Path;

use nn::session::{self, MemoryWorld};
use nn::syntax::tree::FunctionKind;

use crate::examples::problems;
use crate::prelude::items;

/// What a program prints.
fn output(program: &str) -> String {
    output_in(Path::new(""), program)
}

/// The same with paths relative to a folder.
fn output_in(folder: &Path, program: &str) -> String {
    let mut world = crate::examples::Disk::default();
    let report = session::run_text(&mut world, "test.nn", program, folder);
    let problems = problems(&report);
    assert!(problems.is_empty(), "{problems}\n{program}\n{}", world.lines.join("\n"));
    world.lines.join("\n")
}

/// Numbers that look random, the same each time.
fn numbers(seed: u64, count: usize, lo: f64, hi: f64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            lo + (hi - lo) * (state >> 11) as f64 / (1u64 << 53) as f64
        })
        .collect()
}

fn vector(values: &[f64]) -> String {
    format!("[{}]", values.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>().join(", "))
}

/// A model and a loss with the gradients printed as source: they equal the gradients that run.
struct Case {
    declarations: String,
    loss: String,
    inputs: usize,
    targets: Vec<f64>,
    seed: u64,
}

/// The largest difference, relative to the size of the gradients.
fn check_true(case: &Case) {
    check_true_in(Path::new(""), "net", case);
}

fn check_true_in(folder: &Path, model: &str, case: &Case) {
    let Case { declarations, loss, inputs, targets, seed } = case;
    let x = vector(&numbers(*seed, *inputs, -1.5, 1.5));
    let head = format!("precision f64\nseed {}\n{declarations}\n", seed + 1);
    let printed = output_in(
        folder,
        &format!("{head}derive({loss}, {model}, format = \"nn\")\nderive({loss}, {model})\n"),
    );
    let start =
        printed.find(&format!(" of {model}")).and_then(|at| printed[..at].rfind('\n')).expect("both formats");
    let (source, formulas) = printed.split_at(start);
    let mut paths: Vec<(String, String)> = Vec::new();
    for pair in formulas.lines().filter(|line| line.starts_with("  ")).flat_map(|line| line.split(", ")) {
        if let Some((name, path)) = pair.trim().split_once(" = ") {
            paths.push((name.to_string(), path.to_string()));
        }
    }
    let path_of = |name: &str| {
        let found = paths.iter().find(|(known, _)| known == name).map(|(_, path)| path.clone());
        found.unwrap_or_else(|| match name {
            "x" | "t" => name.to_string(),
            name => format!("{model}.{name}"),
        })
    };
    let mut program =
        format!("{head}{source}\nx = {x}\nt = {}\nl = {loss}({model}(x), t)\n", vector(targets));
    let mut count = 0;
    for line in source.lines().filter(|line| line.starts_with("fn dL_d")) {
        let (name, rest) = line["fn ".len()..].split_once('(').expect("a signature");
        let (params, _) = rest.split_once(") ->").expect("a result");
        let arguments: Vec<String> = params
            .split(", ")
            .filter_map(|param| param.split_once(": ").map(|(name, _)| path_of(name)))
            .collect();
        let wrt = path_of(name.strip_prefix("dL_d").expect("a name"));
        program.push_str(&format!(
            "g{count} = grad(l, {wrt})\nprint(max(abs(g{count} - {name}({}))) / (1e-3 + max(abs(g{count}))), digits = 17)\n",
            arguments.join(", ")
        ));
        count += 1;
    }
    assert!(count > 0, "{source}");
    for line in output_in(folder, &program).lines() {
        let difference: f64 = line.parse().expect("a number");
        assert!(difference < 1e-12, "differs by {difference}\n{formulas}\n{program}");
    }
}

/// A network of four inputs and three outputs with the mean squared error.
pub fn check_model(body: &str, seed: u64) {
    check_true(&Case {
        declarations: format!("model net(x: [4]) -> [3] {{ {body} }}"),
        loss: "mse".to_string(),
        inputs: 4,
        targets: numbers(seed + 9, 3, -1.0, 1.0),
        seed,
    });
}

fn kinds(kind: FunctionKind) -> Vec<String> {
    items().0.iter().filter(|item| item.kind == kind).map(|item| item.name.name.clone()).collect()
}

const PARAMETERS: &str = "    param W1: [4, 3] = glorot_uniform\n    param b1: [4] = 0.1\n    \
                          param W2: [3, 4] = glorot_uniform\n    param b2: [3] = -0.2\n";

#[test]
fn the_gradient_of_every_activation_is_true() {
    let mut names = kinds(FunctionKind::Activation);
    names.extend(["sigmoid", "tanh", "softplus", "exp", "sin", "erf"].map(str::to_string));
    assert!(names.len() > 20);
    for (at, name) in names.iter().enumerate() {
        let declarations =
            format!("model net(x: [3]) -> [3] {{\n{PARAMETERS}    W2 · {name}(3 * (W1 · x + b1)) + b2\n}}");
        check_true(&Case {
            declarations,
            loss: "mse".to_string(),
            inputs: 3,
            targets: numbers(at as u64 + 77, 3, -1.0, 1.0),
            seed: at as u64,
        });
    }
}

#[test]
fn the_gradient_of_every_loss_is_true() {
    let names = kinds(FunctionKind::Loss);
    assert!(names.len() > 10);
    for last in ["sigmoid", "softmax", "identity"] {
        for (at, name) in names.iter().enumerate() {
            let is_number = ["cross_entropy", "focal", "poisson"].iter().any(|part| name.contains(part));
            let end = if last == "identity" && is_number && !name.contains("x_") { "softplus" } else { last };
            let declarations = format!(
                "model net(x: [3]) -> [3] {{\n{PARAMETERS}    h = tanh(W1 · x + b1)\n    {end}(W2 · h + b2)\n}}"
            );
            check_true(&Case {
                declarations,
                loss: name.clone(),
                inputs: 3,
                targets: numbers(at as u64 + 5, 3, 0.1, 0.9),
                seed: at as u64 + 100,
            });
        }
    }
}

/// A network of random layers: residual, shared, gated, normalised.
fn random_network(seed: u64) -> String {
    let picks = numbers(seed * 31 + 7, 12, 0.0, 1.0);
    let pick = |at: usize, count: usize| (picks[at] * count as f64) as usize % count;
    let acts =
        ["tanh", "sigmoid", "gelu", "silu", "softplus", "mish", "elu", "softsign", "relu", "log_sigmoid"];
    let mut body = String::from("    h = x\n");
    for layer in 0..1 + pick(0, 3) {
        let act = acts[pick(1 + layer, acts.len())];
        let line = match pick(4 + layer, 9) {
            0 => format!("h = h |> dense(4, act = {act})"),
            1 => format!("h = h |> dense(4) |> layer_norm |> {act}"),
            2 => format!("h = h |> dense(4) |> rms_norm |> {act}"),
            3 => format!("u = h |> dense(5, act = {act})\n    h = u |> dense(4) |> {act}"),
            4 => "h = h |> dense(4, act = tanh)\n    h = h + h |> dense(4, act = sigmoid)".to_string(),
            5 => "h = h |> highway(act = tanh)".to_string(),
            6 => format!("h = h |> dense(4) as common |> {act}\n    h = common(h) |> tanh"),
            7 => "h = h |> maxout(4)".to_string(),
            _ => "h = softmax(h |> dense(4)) * h".to_string(),
        };
        body.push_str(&format!("    {line}\n"));
    }
    let end = ["sigmoid", "softmax", "identity", "tanh"][pick(8, 4)];
    format!("model net(x: [4]) -> [4] {{\n{body}    h |> dense(4, act = {end})\n}}")
}

#[test]
fn the_gradients_of_random_networks_are_true() {
    let losses = [
        "mse",
        "log_cosh",
        "softmax_cross_entropy",
        "sigmoid_cross_entropy",
        "huber",
        "soft_margin",
        "gaussian",
    ];
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200);
    for seed in 0..rounds {
        check_true(&Case {
            declarations: random_network(seed),
            loss: losses[seed as usize % losses.len()].to_string(),
            inputs: 4,
            targets: numbers(seed + 5, 4, 0.1, 0.9),
            seed,
        });
    }
}

/// The headline of what is wrong with a program that checks and fails when it runs.
fn failure(program: &str) -> String {
    let mut world = MemoryWorld::default();
    let report = session::run_text(&mut world, "test.nn", program, Path::new(""));
    report.diagnostics.iter().filter(|found| found.is_error()).map(|found| found.headline.clone()).collect()
}

#[test]
fn a_wrong_gradient_is_told_what_is_wrong_with_it() {
    let head = format!(
        "precision f64\nmodel net(x: [3]) -> [3] {{\n{PARAMETERS}    W2 · sigmoid(W1 · x + b1) + b2\n}}\n\
         fn error(x, t, W1, b1, W2, b2) = 2 / 3 * (W2 · sigmoid(W1 · x + b1) + b2 - t)\n"
    );
    let check_told = |own: &str, by: &str, words: &str| {
        let mine = format!(
            "fn mine(x, t, W1, b1, W2, b2) {{\n    δ = error(x, t, W1, b1, W2, b2)\n    y = sigmoid(W1 · x + b1)\n    {own}\n}}\n"
        );
        let told = failure(&format!("{head}{mine}assert_gradient(mine, mse, net.{by})\n"));
        assert!(told.contains(words), "{own}: {told}");
    };
    check_told("0.5 * δ · y.T", "W2", "it differs by the factor 1/2");
    check_told("-δ", "b2", "it differs by its sign");
    check_told("y · δ.T", "W2", "expected `[3, 4]`, found `[4, 3]`, the transposed one");
    check_told("sum(δ)", "b2", "summed over everything");
    check_told("δ * [1, 1, 2]", "b2", "first at [2]");
    let right = format!(
        "{head}fn mine(x, t, W1, b1, W2, b2) = error(x, t, W1, b1, W2, b2)\nassert_gradient(mine, mse, net.b2)\n"
    );
    assert_eq!(output(&right), "the gradient is right");
}

/// The number in `x: [3]`, of a printed function.
fn width(source: &str, name: &str) -> usize {
    let start = source.find(&format!("{name}: [")).expect("an argument") + name.len() + 3;
    source[start..].split(']').next().and_then(|digits| digits.parse().ok()).expect("a vector")
}

/// Every script of the repository that trains: the printed gradients of its loss equal those that are executed.
#[test]
fn the_gradients_of_every_example_are_true() {
    let folder = crate::examples::root().join("examples");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of examples") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let is_mnist = crate::examples::reads_mnist(&path);
        let training = text.lines().position(|line| line.starts_with("train ") || line.contains(" = train "));
        let Some(at) = training.filter(|_| !is_mnist) else { continue };
        let lines: Vec<&str> = text.lines().collect();
        let after_train = lines[at].split("train ").nth(1).and_then(|rest| rest.split(' ').next());
        let model = after_train.expect("a model");
        let loss = lines[at..].iter().find_map(|line| line.trim().strip_prefix("loss ")).expect("a loss");
        let loss = loss.trim_start_matches([' ', '=']).trim();
        let says = ["show(", "print(", "assert(", "precision ", "plot("];
        let kept = lines[..at].iter().filter(|line| !says.iter().any(|word| line.starts_with(word)));
        let declarations = kept.copied().collect::<Vec<_>>().join("\n");
        // What dropout leaves out is another thing each time: there is no one gradient to compare with.
        let declarations = match declarations.split_once(" |> dropout(") {
            Some((before, rest)) => format!("{before}{}", &rest[rest.find(')').map_or(0, |at| at + 1)..]),
            None => declarations,
        };
        let source =
            output_in(&folder, &format!("{declarations}\nderive({loss}, {model}, format = \"nn\")\n"));
        let case = Case {
            declarations,
            loss: loss.to_string(),
            inputs: width(&source, "x"),
            targets: numbers(count + 9, width(&source, "t"), 0.1, 0.9),
            seed: count + 4,
        };
        check_true_in(&folder, model, &case);
        count += 1;
    }
    assert!(count >= 7, "{count} examples");
}

/// Functions printed for the scripts of the repository are part of the language: they check beside their script.
#[test]
fn the_gradients_of_every_example_check() {
    let folder = crate::examples::root().join("examples");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of examples") {
        let path = entry.expect("an entry").path();
        let is_script = path.extension().is_some_and(|end| end == "nn");
        if !is_script || crate::examples::reads_mnist(&path) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("an example");
        if !text.contains("train ") {
            continue;
        }
        let mut world = crate::examples::Disk::default();
        let request = session::DeriveRequest { format: Some("nn".to_string()), ..Default::default() };
        let (report, source) = session::derive_file(&mut world, &path, &request);
        let source = source.unwrap_or_else(|| panic!("{}: {}", path.display(), problems(&report)));
        assert!(source.contains("fn dL_d"), "{source}");
        let checked = session::check_text(&mut world, "example", &format!("{text}\n{source}"), &folder);
        assert!(problems(&checked).is_empty(), "{}: {}\n{source}", path.display(), problems(&checked));
        count += 1;
    }
    assert!(count >= 6, "{count} examples");
}

/// Formulas of all the library, in both notations of the page, hold together.
#[test]
fn latex_and_mathml_hold_together() {
    let losses = kinds(FunctionKind::Loss);
    let functions = [kinds(FunctionKind::Activation), losses.clone()].concat();
    let mut programs: Vec<String> =
        functions.iter().map(|name| format!("derive({name}, FORMAT)\n")).collect();
    programs
        .extend(["sigmoid", "tanh", "softplus"].map(|name| format!("derive({name}, order = 4, FORMAT)\n")));
    for (at, loss) in losses.iter().enumerate() {
        let network = random_network(at as u64 + 900);
        programs.push(format!("{network}\nderive({loss}, net, FORMAT)\n"));
    }
    for layer in ["dense", "batch_norm", "layer_norm", "rms_norm", "highway", "maxout", "embedding", "prelu"]
    {
        programs.push(format!("derive({layer}, FORMAT)\n"));
    }
    let functions = ["variance", "log_sum_exp", "cosine_similarity", "xlogy", "inverse_erf", "rmse"];
    programs.extend(functions.map(|name| format!("derive({name}, FORMAT)\n")));
    programs.extend((0..40).map(|seed| format!("{}\nderive(mse, net, FORMAT)\n", random_network(seed))));
    assert!(programs.len() > 100);
    let mut kept = Vec::new();
    for program in programs {
        let formulas = output(&program.replace("FORMAT", "format = \"latex\""));
        crate::latex::check(&formulas);
        kept.push(formulas);
        crate::xml::elements(&output(&program.replace("FORMAT", "format = \"mathml\"")));
        if program.contains("net, FORMAT") {
            let told = output(&program.replace("FORMAT", "format = \"latex\", steps = true"));
            let steps = told.split("\n\n").filter(|part| !part.starts_with('%')).map(str::to_string);
            steps.for_each(|step| {
                crate::latex::check(&step);
                kept.push(step);
            });
        }
    }
    crate::latex::keep("library", &kept);
}

/// Second derivatives along a direction against differences of the gradient.
#[test]
fn second_derivatives_are_true() {
    let functions = [
        "fn f(x: [3]) -> real = sum(x³)",
        "fn f(x: [3]) -> real = log(sum(exp(x)))",
        "fn f(x: [3]) -> real = sum(tanh(x)) * norm(x)²",
        "fn f(x: [3]) -> real = mean(softmax(x) * x)",
    ];
    for (at, function) in functions.iter().enumerate() {
        let head = format!("precision f64\n{function}\n");
        let source = output(&format!("{head}derive(f, order = 2, format = \"nn\")\n"));
        let name = source.lines().find_map(|line| line.strip_prefix("fn d2")).expect("a second derivative");
        let (name, rest) = name.split_once('(').expect("a signature");
        let takes_direction = rest.contains("v:");
        let arguments = match (rest.contains("x:"), takes_direction) {
            (true, true) if rest.find("v:") < rest.find("x:") => "v, x",
            (true, true) => "x, v",
            (true, false) => "x",
            (false, _) => "v",
        };
        let (x, v) =
            (vector(&numbers(at as u64 + 3, 3, -1.0, 1.0)), vector(&numbers(at as u64 + 50, 3, -1.0, 1.0)));
        let program = format!(
            "{head}{source}\nx = {x}\nv = {v}\nup = x + 1e-5 * v\ndown = x - 1e-5 * v\n\
             a = grad(f(up), up)\nb = grad(f(down), down)\n\
             print(max(abs((a - b) / 2e-5 - d2{name}({arguments}))))\n"
        );
        let difference: f64 = output(&program).parse().expect("a number");
        assert!(difference < 1e-8, "{difference}\n{program}");
    }
}

/// Targets that are probabilities, parameters that are 0: neither makes a right gradient wrong nor a wrong one right.
#[test]
fn a_gradient_is_tried_on_more_than_one_input() {
    let head = format!(
        "precision f64\nmodel net(x: [3]) -> [3] {{\n{PARAMETERS}    softmax(W2 · sigmoid(W1 · x + b1) + b2)\n}}\n\
         fn right(x, t, W1, b1, W2, b2) = softmax(W2 · sigmoid(W1 · x + b1) + b2) - t\n"
    );
    let right = format!("{head}assert_gradient(right, cross_entropy, net.b2)\n");
    assert_eq!(output(&right), "the gradient is right");
    let head = "precision f64\nmodel net(x: [2]) -> [2] {\n    param W: [2, 2] = zeros\n    param b: [2] = zeros\n    W · x + b\n}\n";
    let without = "fn mine(x, t, b) = b - t\nassert_gradient(mine, mse, net.b)\n";
    let told = failure(&format!("{head}{without}"));
    assert!(told.contains("first at"), "it is right only where W is 0: {told}");
}

#[test]
fn a_script_is_derived_as_often_as_asked_for() {
    let program = "data d = examples { [1, 2] -> [3] }\nmodel net(x: [2]) -> [1] { x |> dense(2, act = tanh) |> dense(1) }\n\
                   train net on d { loss = mse, optimizer = sgd(lr = 0.1), epochs = 1 }\n";
    let mut world = MemoryWorld::default();
    world.files.insert("net.nn", program);
    let request = session::DeriveRequest {
        order: Some(2),
        wrt: Some("net.dense2.b".to_string()),
        ..Default::default()
    };
    let (report, text) = session::derive_file(&mut world, Path::new("net.nn"), &request);
    let text = text.unwrap_or_else(|| panic!("{}", problems(&report)));
    assert!(text.contains("∂²L/∂b2²·v = 2 · v"), "{text}");
}

/// A network of many residual layers. The ways to group its gradient grow exponentially with them; what is printed
/// stays one line for each, and comes soon.
#[test]
fn deep_gradients_are_written_layer_by_layer() {
    let layers = 40;
    let printed = output(&format!(
        "model net(x: [3]) -> [2] {{\n    param W1: [4, 3] = glorot_uniform\n    h = tanh(W1 · x)\n    \
         for i in 1..{layers} {{ h = h |> residual(dense(4, act = relu)) |> scale_shift }}\n    h |> dense(2)\n}}\n\
         derive(mse, net, wrt = net.W1)\n"
    ));
    let errors = printed.lines().filter(|line| line.starts_with('δ'));
    assert_eq!(errors.count(), layers + 2, "{printed}");
    let widest = printed.lines().filter(|line| line.starts_with('δ')).map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest < 80), "{printed}");
}

/// A function of a function of ..., each using its value three times: written out, the formula would have 3ⁿ terms.
#[test]
fn nested_functions_are_written_in_steps() {
    let depth = 24;
    let nested = format!("{}W · x{}", "bend(".repeat(depth), ")".repeat(depth));
    let printed = output(&format!(
        "fn bend(x) = x * sin(x) + x\nmodel net(x: [2]) -> [2] {{\n    param W: [2, 2] = ones\n    {nested}\n}}\n\
         derive(mse, net)\n"
    ));
    assert!(printed.chars().count() < 30_000, "{printed}");
}

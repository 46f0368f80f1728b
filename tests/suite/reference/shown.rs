//! What the examples of the reference give: each is run where its kind belongs, and what comes of it is shown.

use std::path::Path;

use nn::session;
use nn::syntax::tree::FunctionKind;

use crate::examples::{Disk, problems};

/// What the examples of this kind are run with, for the head of the page.
pub fn context(kind: FunctionKind) -> Option<&'static str> {
    match kind {
        FunctionKind::Layer => {
            Some("Examples are given `x = [1, 2, 3]`, in double precision, after `seed 1`.")
        }
        FunctionKind::Init => {
            Some("Examples are drawn after `seed 1`, in double precision, and shown rounded.")
        }
        FunctionKind::Optimizer => Some(
            "Examples move `w = [1, -1]` by the gradient `[1, 2]`, which stays, and show `w` after 1, 2 and 3 steps.",
        ),
        FunctionKind::Schedule => Some("Examples show the rate at the steps 0, 250, 500, 750 and 1000."),
        FunctionKind::Metric => Some(
            "Examples without a call measure these predictions of three classes, each with its target: `[0.7, 0.2, 0.1]` for 0, \
             `[0.1, 0.6, 0.3]` for 1, `[0.3, 0.4, 0.3]` for 2, `[0.2, 0.5, 0.3]` for 1, `[0.1, 0.2, 0.7]` for 2.",
        ),
        _ => None,
    }
}

/// What a program prints, or what is wrong with it.
pub fn lines(program: &str) -> Result<Vec<String>, String> {
    let mut world = Disk::default();
    let report = session::run_text(&mut world, "test", program, Path::new("."));
    if report.has_errors() { Err(format!("{program}\n{}", problems(&report))) } else { Ok(world.lines) }
}

fn certain(program: &str) -> Vec<String> {
    lines(program).unwrap_or_else(|problem| panic!("{problem}"))
}

/// What an example of the library gives.
pub fn result(kind: FunctionKind, example: &str) -> String {
    match kind {
        FunctionKind::Layer => layer(example),
        FunctionKind::Init => {
            let program = format!(
                "precision f64\nseed 1\nmodel net(x: [4]) -> [8] {{\n    {example}\n    {}\n}}\nprint(net.{}, digits = 3, all = true)",
                used(example),
                name(example)
            );
            let shapes = ["[8]", "[4]"].map(|shape| program.replace("-> [8]", &format!("-> {shape}")));
            let narrow = shapes[1].replace("x: [4]", "x: [3]");
            let found =
                [shapes[0].clone(), narrow, shapes[1].clone()].iter().find_map(|program| lines(program).ok());
            found.unwrap_or_else(|| certain(&program)).join(" ")
        }
        FunctionKind::Optimizer => {
            let after = [1, 2, 3].map(|epochs| {
                let program = format!(
                    "precision f64\ndata one = examples {{ [1, 2] -> [0] }}\nloss straight(p, t) = p\n\
                     model net(x: [2]) -> [] {{\n    param w: [2] = [1, -1]\n    w · x\n}}\n\
                     train net on one {{ loss = straight, {example}, epochs = {epochs}, batch = 1 }}\nprint(net.w, digits = 5)"
                );
                certain(&program).join(" ")
            });
            after.join(", ")
        }
        FunctionKind::Schedule => rates(example, &[0, 250, 500, 750, 1000]),
        FunctionKind::Metric => {
            let program = format!(
                "precision f64\ndata d = examples {{\n    [0.7, 0.2, 0.1] -> [1, 0, 0]\n    [0.1, 0.6, 0.3] -> [0, 1, 0]\n    [0.3, 0.4, 0.3] -> [0, 0, 1]\n    [0.2, 0.5, 0.3] -> [0, 1, 0]\n    [0.1, 0.2, 0.7] -> [0, 0, 1]\n}}\n\
                 model net(x: [3]) -> [3] {{ x }}\nprint(evaluate(net, d, {example}))"
            );
            certain(&program).join(" ")
        }
        _ => certain(&format!("precision f64\nprint({example}, digits = 17)")).join(" "),
    }
}

/// Of a layer: its output, and how many parameters it has. The width of the output is found by trying.
fn layer(example: &str) -> String {
    let program = |width: usize| {
        format!(
            "precision f64\nseed 1\nmodel net(x: [3]) -> [{width}] {{ {example} }}\nprint(net([1, 2, 3]), digits = 4, all = true)\nshow(net)"
        )
    };
    let shown =
        (1..=64).find_map(|width| lines(&program(width)).ok()).unwrap_or_else(|| certain(&program(3)));
    let table = shown.get(1).map(String::as_str).unwrap_or_default();
    let count = table.split_whitespace().last().filter(|word| word.parse::<usize>().is_ok()).unwrap_or("0");
    format!("{}, with {count} parameters", shown[0])
}

/// The name in `param W: [4, 3] = zeros`.
fn name(example: &str) -> &str {
    example.trim_start_matches("param ").split(':').next().unwrap_or("W").trim()
}

/// A use of the parameter, a matrix or a vector.
fn used(example: &str) -> String {
    let name = name(example);
    if example.contains(',') && example.split('=').next().is_some_and(|head| head.contains(',')) {
        format!("{name} · x")
    } else {
        format!("{name} + x")
    }
}

/// The values of a schedule, `lr = cosine(0.01, steps = 1000)`, at steps.
fn rates(example: &str, steps: &[u32]) -> String {
    let schedule = example.strip_prefix("lr = ").unwrap_or(example);
    let calls: Vec<String> = steps.iter().map(|step| format!("rate({step})")).collect();
    let program =
        format!("precision f64\nrate = {schedule}\nprint([{}], digits = 5, all = true)", calls.join(", "));
    certain(&program).join(" ")
}

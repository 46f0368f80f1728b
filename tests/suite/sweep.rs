//! Every item of the library: what is printed as its derivative, as source of the language, equals the gradient that
//! is executed.

use std::path::Path;

use nn::session::{self, MemoryWorld};
use nn::syntax::tree::FunctionKind;

use crate::examples::problems;
use crate::prelude::items;

/// What nothing flows back through: `derive` says why.
const WITHOUT: &[&str] =
    &["sort", "is_class", "class_of", "is_right", "is_counted", "place_of", "accuracy", "top_k", "confusion"];
/// Gathered over all examples: there is none of one alone.
const GATHERED: &[&str] = &["r2", "rmse", "auc", "f1_macro", "f1_over_classes"];
/// A straight line: its derivative does not name what it is of, so that there is nothing to call it with.
const LINEAR: &[&str] = &["two_classes"];
/// Not a function of numbers alone: `residual` takes a layer and is tested with one; what `dropout` leaves out is
/// another thing each time.
const OTHERWISE: &[&str] = &["residual", "dropout"];
const DRAWS: u64 = 4;

fn run(program: &str) -> (Vec<String>, String) {
    let mut world = MemoryWorld::default();
    let report = session::run_text(&mut world, "test.nn", program, Path::new(""));
    (world.lines.clone(), problems(&report))
}

fn output(program: &str) -> String {
    let (lines, problems) = run(program);
    assert!(problems.is_empty(), "{problems}\n{program}");
    lines.join("\n")
}

/// A printed function: its name, what it is by, its arguments with their shapes.
struct Printed {
    name: String,
    by: String,
    arguments: Vec<(String, String)>,
}

fn printed(source: &str) -> Vec<Printed> {
    let heads = source.lines().filter_map(|line| line.strip_prefix("fn "));
    heads
        .map(|head| {
            let (name, rest) = head.split_once('(').expect("a signature");
            let (arguments, _) = rest.split_once(") ->").expect("a result");
            let arguments = arguments.split("], ").filter(|text| !text.is_empty()).map(|text| {
                let (name, shape) = text.split_once(": ").expect("a shape");
                (name.to_string(), format!("{}]", shape.trim_end_matches(']')))
            });
            let (_, by) = name.split_once("_d").expect("a derivative");
            Printed { name: name.to_string(), by: by.to_string(), arguments: arguments.collect() }
        })
        .collect()
}

/// A literal of a shape: sizes have a number of their own by their name.
fn literal(shape: &str, seed: u64, (lo, hi): (f64, f64)) -> String {
    let inside = shape.trim_matches(['[', ']']);
    let dims: Vec<usize> = inside
        .split(", ")
        .filter(|dim| !dim.is_empty())
        .map(|dim| dim.parse().unwrap_or(if dim == "m" { 3 } else { 4 }))
        .collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x0123_4567_89ab_cdef;
    let mut number = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        format!("{:?}", lo + (hi - lo) * (state >> 11) as f64 / (1u64 << 53) as f64)
    };
    let mut row = |count: usize| format!("[{}]", (0..count).map(|_| number()).collect::<Vec<_>>().join(", "));
    match *dims.as_slice() {
        [] => row(1).trim_matches(['[', ']']).to_string(),
        [n] => row(n),
        [rows, columns] => format!("[{}]", (0..rows).map(|_| row(columns)).collect::<Vec<_>>().join(", ")),
        _ => panic!("{shape}"),
    }
}

/// Compares the gradients that are printed for a function with those that are executed. Gives how many were compared.
fn check_function(name: &str, order: usize, range: (f64, f64)) -> usize {
    let source = output(&format!("precision f64\nderive({name}, order = {order}, format = \"nn\")\n"));
    let formulas = output(&format!("precision f64\nderive({name}, order = {order})\n"));
    let line = formulas.lines().find(|line| line.contains(&format!("{name}("))).map(str::to_string);
    let functions = printed(&source);
    let given: Vec<(String, String)> = functions.iter().flat_map(|one| one.arguments.clone()).collect();
    let upstream = given.iter().any(|(argument, _)| argument == "g");
    let mut count = 0;
    for draw in 0..DRAWS {
        let mut program = format!("precision f64\n{source}\n");
        let mut known: Vec<String> = Vec::new();
        for (at, (argument, shape)) in given.iter().enumerate() {
            if !known.contains(argument) {
                let range = if argument == "g" { (-1.0, 1.0) } else { range };
                let seed = draw * 31 + at as u64;
                program.push_str(&format!("{argument} = {}\n", literal(shape, seed, range)));
                known.push(argument.clone());
            }
        }
        let call = call_of(name, line.as_deref(), &functions);
        for argument in call.split(['(', ')', ',']).skip(1).map(str::trim).filter(|text| !text.is_empty()) {
            if !known.contains(&argument.to_string()) {
                let mut shape = functions.iter().flat_map(|one| &one.arguments).map(|(_, shape)| shape);
                let shape = shape.find(|shape| *shape != "[]").cloned().unwrap_or("[]".to_string());
                program.push_str(&format!("{argument} = {}\n", literal(&shape, draw + 77, range)));
                known.push(argument.to_string());
            }
        }
        program.push_str(&format!("result = {call}\n"));
        program.push_str(if upstream { "r = sum(result * g)\n" } else { "r = result\n" });
        for (at, one) in functions.iter().enumerate() {
            let names: Vec<&str> = one.arguments.iter().map(|(name, _)| name.as_str()).collect();
            let by = one.by.trim_end_matches(|c: char| c.is_ascii_digit());
            let gradient = match one.by.strip_prefix(by).unwrap_or_default() {
                "2" if order > 1 => format!("grad(grad(r, {by}), {by})"),
                _ => format!("grad(r, {})", one.by),
            };
            let own = format!("{}({})", one.name, names.join(", "));
            program.push_str(&format!(
                "g{at}x = {gradient}\nprint(max(abs(g{at}x - {own})) / (1e-3 + max(abs(g{at}x))), digits = 17)\n"
            ));
        }
        for line in output(&program).lines() {
            let difference: f64 = line.parse().expect("a number");
            assert!(difference < 1e-12, "{name} differs by {difference}\n{program}");
            count += 1;
        }
    }
    count
}

/// `huber(p, t)`: the call as the formulas show it, or with the arguments of the gradients.
fn call_of(name: &str, line: Option<&str>, functions: &[Printed]) -> String {
    let shown = line.and_then(|line| {
        let start = line.find(&format!("{name}("))?;
        Some(line[start..].split(')').next()?.to_string() + ")")
    });
    shown.unwrap_or_else(|| {
        let mut names: Vec<String> = Vec::new();
        for (argument, _) in functions.iter().flat_map(|one| &one.arguments) {
            if argument != "g" && !names.contains(argument) {
                names.push(argument.clone());
            }
        }
        // In the order of the declaration.
        let (items, _) = items();
        let declared = items.iter().find(|item| item.name.name == name);
        let place = |argument: &String| {
            declared.and_then(|item| item.params.iter().position(|param| param.name.name == *argument))
        };
        names.sort_by_key(place);
        format!("{name}({})", names.join(", "))
    })
}

fn names(kinds: &[FunctionKind]) -> Vec<String> {
    let (items, _) = items();
    let wanted = items.iter().filter(|item| kinds.contains(&item.kind) && !item.name.name.starts_with('_'));
    wanted.map(|item| item.name.name.clone()).collect()
}

#[test]
fn every_function_of_the_library_is_derived_truly() {
    let all = names(&[FunctionKind::Fn, FunctionKind::Metric, FunctionKind::Loss, FunctionKind::Activation]);
    let mut checked = 0;
    for name in &all {
        if WITHOUT.contains(&name.as_str()) {
            let (_, told) = run(&format!("derive({name})\n"));
            assert!(told.contains("nothing flows back through this"), "{name}: {told}");
            continue;
        }
        if GATHERED.contains(&name.as_str()) || LINEAR.contains(&name.as_str()) {
            continue;
        }
        let is_activation = names(&[FunctionKind::Activation]).contains(name);
        let range = if is_activation { (-2.0, 2.0) } else { (0.1, 0.9) };
        assert!(check_function(name, 1, range) > 0, "{name}");
        checked += 1;
    }
    assert_eq!(checked + WITHOUT.len() + GATHERED.len() + LINEAR.len(), all.len());
    assert!(checked > 50, "{checked} of {}", all.len());
}

/// Of numbers, the second derivative too.
#[test]
fn every_second_derivative_of_an_activation_is_true() {
    let mut checked = 0;
    for name in names(&[FunctionKind::Activation]) {
        if !["softmax", "log_softmax"].contains(&name.as_str()) {
            checked += check_function(&name, 2, (-2.0, 2.0)).min(1);
        }
    }
    assert!(checked > 15, "{checked}");
}

/// A layer between others, in a network with a loss.
#[test]
fn every_layer_of_the_library_is_derived_truly() {
    let all = names(&[FunctionKind::Layer]);
    let mut checked = 0;
    for (at, name) in all.iter().enumerate() {
        let call = match name.as_str() {
            "dense" | "maxout" | "embedding" => format!("{name}(4)"),
            "residual" => "residual(f = dense(4, act = tanh))".to_string(),
            // None left out: what is left out is another thing each time.
            "dropout" => "dropout(0)".to_string(),
            // It looks across examples, which is tested below.
            "batch_norm" => continue,
            name => name.to_string(),
        };
        crate::explain::check_model(&format!("x |> dense(4) |> {call} |> dense(3)"), at as u64);
        checked += 1;
    }
    assert_eq!(checked + 1, all.len());
    assert!(OTHERWISE.iter().all(|name| all.contains(&name.to_string())));
}

/// The library's own lines, over a batch: the gradient that is executed in training.
#[test]
fn batch_normalisation_is_derived_truly() {
    let source = output("precision f64\nderive(batch_norm, format = \"nn\")\n");
    let program = format!(
        "precision f64\nseed 5\n{source}\ndata d = moons(n = 12, noise = 0.2) {{\n    input = x\n    target = one_hot(label)\n}}\n\
         fn normed(x, scale, shift) {{\n    μ = batch_mean(x)\n    v = batch_mean((x - μ)²)\n    scale * (x - μ) / sqrt(v + 1e-5) + shift\n}}\n\
         x = d.x\nscale = [0.7, -1.2]\nshift = [0.1, 0.3]\ng = stop_gradient(sin(3 * x + 1))\nr = batch_sum(sum(normed(x, scale, shift) * g))\n\
         a = grad(r, scale)\nprint(max(abs(a - dL_dscale(x, g))) / (1e-3 + max(abs(a))), digits = 17)\n\
         b = grad(r, shift)\nprint(max(abs(b - dL_dshift(g))) / (1e-3 + max(abs(b))), digits = 17)\n\
         c = grad(r, x)\nprint(sum(batch_sum(abs(c - dL_dx(x, scale, g)))), digits = 17)\n"
    );
    let found = output(&program);
    assert_eq!(found.lines().count(), 3, "{found}");
    for line in found.lines() {
        let difference: f64 = line.parse().expect("a number");
        assert!(difference < 1e-12, "differs by {difference}\n{program}");
    }
}

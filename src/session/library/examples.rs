//! Programs that show a name at work, and its derivative: made from the one line that its declaration has, and run.

use std::path::Path;

use super::Entry;
use crate::session::{MemoryWorld, run_text, test_file};

/// Widths that an example of a layer may have been written for.
const SIZES: [usize; 3] = [4, 3, 32];

/// A program and what it prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub program: String,
    pub output: String,
    /// The program with each output behind its statement, as `nn test` expects it.
    pub tested: String,
}

impl Entry {
    /// A program that shows it, with what it prints now.
    pub fn example(&self) -> Option<Example> {
        let shown = self.shown.as_ref()?;
        self.programs(shown).into_iter().find_map(|program| {
            let output = output_of(&program)?;
            let tested = with_outputs(&program)?;
            Some(Example { program, output, tested })
        })
    }

    /// Its derivative as formulas, for what has one.
    pub fn derivative(&self) -> Option<String> {
        let text = match self.kind {
            "layer" => {
                let shown = self.shown.as_deref()?;
                SIZES.iter().find_map(|size| output_of(&format!("{}derive(net)\n", model(shown, *size))))?
            }
            // Metrics are sums over all examples, which nothing is derived by.
            "optimizer" | "method" | "schedule" | "init" | "metric" => return None,
            _function => output_of(&format!("derive({})\n", self.name))?,
        };
        // The first line is the name.
        let body: Vec<&str> = text.lines().skip(1).skip_while(|line| line.trim().is_empty()).collect();
        (!body.is_empty()).then(|| body.join("\n") + "\n")
    }

    /// What the line of the declaration may be part of, the plainest first.
    fn programs(&self, shown: &str) -> Vec<String> {
        if let Some(metrics) = shown.strip_prefix("metrics = ") {
            // One of a class is of classes, what speaks of a variance is of numbers.
            let all = [classes(metrics), truths(metrics), numbers(metrics)];
            let first = if self.sentence.contains("variance") { 2 } else { 0 };
            return all[first..].iter().chain(&all[..first]).cloned().collect();
        }
        if shown.starts_with("optimizer = ") {
            return vec![line(shown)];
        }
        if shown.starts_with("plateau = ") {
            return vec![line(&format!("optimizer = sgd(lr = 0.2)\n    {shown}"))];
        }
        if let Some(rate) = shown.strip_prefix("lr = ") {
            return vec![schedule(rate)];
        }
        if let Some(name) = shown.strip_prefix("param ").and_then(|rest| rest.split(':').next()) {
            return vec![format!(
                "model net(x: [1]) -> [1] {{\n    {shown}\n    sum({name}) * x\n}}\nprint(net.{name})\n"
            )];
        }
        if shown.starts_with("x |>") {
            let small = format!("{}show(net)\nprint(net([1, -2, 3, 0.5]))\n", model(shown, 4));
            // A layer that adds to its input fits one width only.
            return std::iter::once(small)
                .chain(SIZES.map(|size| format!("{}show(net)\n", model(shown, size))))
                .collect();
        }
        vec![format!("print({shown})\n"), batch(shown)]
    }
}

fn model(stages: &str, size: usize) -> String {
    format!("model net(x: [{size}]) {{\n    {stages}\n}}\n")
}

/// What a program prints, if nothing is wrong with it.
pub(super) fn output_of(program: &str) -> Option<String> {
    let mut world = MemoryWorld::default();
    let report = run_text(&mut world, "example.nn", program, Path::new(""));
    (!report.has_errors() && !world.lines.is_empty()).then(|| world.lines.join("\n") + "\n")
}

/// The program with the outputs of its statements behind them.
fn with_outputs(program: &str) -> Option<String> {
    let mut world = MemoryWorld::default();
    world.files.insert("example.nn", program);
    test_file(&mut world, Path::new("example.nn"), true).updated
}

/// Of the inputs of three examples.
fn batch(shown: &str) -> String {
    format!("data d = examples {{\n    [1] -> [0]\n    [2] -> [0]\n    [6] -> [0]\n}}\nprint({shown})\n")
}

fn line(optimizer: &str) -> String {
    format!(
        "data lesson = examples {{\n    [1, 2] -> [3]\n    [2, 1] -> [0]\n}}\n\
         model line(x: [2]) -> [1] {{\n    param W: [1, 2] = zeros\n    W · x\n}}\n\
         run = train line on lesson {{\n    loss = mse\n    {optimizer}\n    epochs = 100\n}}\n\
         print(run.loss[0], run.loss[99])\n"
    )
}

fn schedule(rate: &str) -> String {
    let (name, args) = rate.split_once('(').unwrap_or((rate, ")"));
    // The step is the first argument.
    [1, 250, 500, 1000].into_iter().map(|step| format!("print({name}({step}, {args})\n")).collect()
}

fn classes(metrics: &str) -> String {
    format!(
        "seed 1\ndata points = spiral(n = 300) {{ split = [train: 0.8, test: 0.2] }}\n\
         model net(x: [2]) -> [3] {{ x |> dense(16, act = tanh) |> dense(3) |> softmax }}\n\
         train net on points.train {{ loss = cross_entropy, optimizer = adam(lr = 0.05), epochs = 20 }}\n\
         print(evaluate(net, points.test, loss = cross_entropy, metrics = {metrics}))\n"
    )
}

fn numbers(metrics: &str) -> String {
    format!(
        "seed 1\ndata points = sine(n = 200) {{ split = [train: 0.8, test: 0.2] }}\n\
         model net(x: [1]) -> [1] {{ x |> dense(16, act = tanh) |> dense(1) }}\n\
         train net on points.train {{ loss = mse, optimizer = adam(lr = 0.05), epochs = 50 }}\n\
         print(evaluate(net, points.test, loss = mse, metrics = {metrics}))\n"
    )
}

fn truths(metrics: &str) -> String {
    format!(
        "seed 1\ndata points = xor(n = 200)\n\
         model net(x: [2]) -> [1] {{ x |> dense(16, act = tanh) |> dense(1) |> sigmoid }}\n\
         train net on points {{ loss = binary_cross_entropy, optimizer = adam(lr = 0.05), epochs = 50 }}\n\
         print(evaluate(net, points, loss = binary_cross_entropy, metrics = {metrics}))\n"
    )
}

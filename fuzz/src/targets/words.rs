//! Words of the language, and the programs of the test corpus.

use std::path::{Path, PathBuf};

pub const WORDS: &[&str] = &[
    "x", "y", "net", "W", "d", "f", "n", "b", "i", "1", "0", "2", "3", "0.5", "-1", "1e30", "∞", "π", "\n", "\n", "=",
    "+", "-", "*", "/", "·", "^", "²", "ᵀ", ".T", "==", "<", ">=", "and", "or", "not", "(", ")", "[", "]", "{", "}",
    ",", ":", "..", "|>", "->", "<-", "if", "then", "else", "for", "in", "while", "model", "layer", "fn", "param",
    "state", "data", "train", "on", "loss", "metric", "optimizer", "init", "schedule", "activation", "total", "import",
    "seed", "precision", "as", "like", "true", "false", "print", "grad", "sum", "mean", "max", "softmax", "dense",
    "relu", "mse", "sgd", "adam", "zeros", "ones", "concat", "reshape", "flatten", "one_hot", "argmax", "batch_mean",
    "batches", "evaluate", "predict", "assert", "show", "range", "eye", "accuracy", "axis", "rows", "columns", "\"a {x}\"",
    "net(x)", "[1, 2]", "[[1, 2], [3, 4]]", "model net(x: [2]) -> [1] { x |> dense(1) }\n", "data d = xor()\n",
    "train net on d { loss = mse, optimizer = sgd(lr = 0.1), epochs = 1 }\n", "fn f(x) = ", "fn f(x: [n]) -> [n] = ",
    "random_normal", "random_like", "clamp", "sqrt", "log", "exp", "norm", "d.x", "d.train", "net.dense1.W", "count",
    "stop_gradient", "cross_entropy", "batch_norm", "dropout(0.5)", "load", "#", "##", "\"", "derive(mse, net)",
    "trace(mse, net, d)", "check_gradients(mse, net, d)", "lbfgs", "auc", "σ", "∇", "Σ", "√", "⊙", "≤", "𝛼", "\u{301}",
];

/// The blocks of the cases of the language, which are programs, and the scripts of the examples.
pub fn programs() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    for folder in ["tests/corpus", "tests/diagnostics", "examples", "src/prelude"] {
        walk(&root.join(folder), &mut paths);
    }
    paths.sort();
    let mut programs = Vec::new();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if path.extension().is_some_and(|ext| ext == "nn") {
            programs.push(text.into_bytes());
        } else if let Some((_, rest)) = text.split_once("```") {
            let body = rest.split_once('\n').map_or("", |(_, body)| body);
            programs.push(body.split("```").next().unwrap_or_default().as_bytes().to_vec());
        }
    }
    programs
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|ext| ext == "md" || ext == "nn") {
            paths.push(path);
        }
    }
}

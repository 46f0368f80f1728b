//! The library written in the language: it reads, fits, and is documented.

use std::sync::Arc;

use nn::base::Sources;
use nn::diagnostics::Diagnostic;
use nn::elaborate::Elaborator;
use nn::syntax::tree::{Function, StmtKind};
use nn::{prelude, syntax};

/// Every item of the prelude, in order, and all texts.
pub fn items() -> (Vec<Arc<Function>>, Sources) {
    let mut sources = Sources::default();
    let (mut items, mut next_id) = (Vec::new(), 0);
    for (name, text) in prelude::sources() {
        let id = sources.add(*name, *text);
        let parsed = syntax::parse(sources.get(id), next_id);
        assert!(parsed.problems.is_empty(), "{name}: {}", shown(&parsed.problems, &sources));
        next_id = parsed.next_id;
        for stmt in parsed.ast.stmts {
            match stmt.kind {
                StmtKind::Function(function) => items.push(function),
                other => panic!("{name} holds only declarations, found {other:?}"),
            }
        }
    }
    (items, sources)
}

/// The items of one text.
pub fn items_of(name: &str) -> Vec<Arc<Function>> {
    let (items, sources) = items();
    items.into_iter().filter(|item| sources.get(item.span.source).name == name).collect()
}

fn shown(problems: &[Diagnostic], sources: &Sources) -> String {
    problems
        .iter()
        .map(|problem| {
            let source = sources.get(problem.primary.span.source);
            let (line, column) = source.line_column(problem.primary.span.start);
            format!(
                "\n{}:{line}:{column}: {} {}\n    {:?}",
                source.name, problem.headline, problem.primary.text, problem.labels
            )
        })
        .collect()
}

/// Declares a program after the prelude and asserts that nothing is wrong with it.
fn check_fits(program: &str) {
    let (items, mut sources) = items();
    let mut elaborator = Elaborator::new(items);
    let id = sources.add("test", program);
    let parsed = syntax::parse(sources.get(id), 1_000_000);
    let mut problems = parsed.problems;
    for stmt in &parsed.ast.stmts {
        match &stmt.kind {
            StmtKind::Function(function) => {
                elaborator.declare(function);
            }
            StmtKind::Expr(expr) => {
                elaborator.expr(expr);
            }
            StmtKind::Bind { name, value } => {
                let value = elaborator.expr(value);
                elaborator
                    .globals
                    .insert(name.name.clone(), nn::elaborate::Binding { value, span: name.span });
            }
            other => panic!("unexpected {other:?}"),
        }
    }
    problems.extend(elaborator.take_problems());
    assert!(problems.is_empty(), "{program}{}", shown(&problems, &sources));
}

#[test]
fn every_item_declares_without_problems() {
    let (items, sources) = items();
    let mut elaborator = Elaborator::new(items.clone());
    for item in &items {
        elaborator.check_definition(item);
        let problems = elaborator.take_problems();
        assert!(problems.is_empty(), "{}: {}", item.name.name, shown(&problems, &sources));
    }
}

#[test]
fn every_item_is_documented() {
    for item in items().0 {
        let name = &item.name.name;
        let line = |key: &str| {
            item.doc.iter().find_map(|line| line.trim().strip_prefix(key).map(str::trim).map(str::to_string))
        };
        let sentence = item.doc.first().map(|line| line.trim().to_string()).unwrap_or_default();
        assert!(sentence.len() > 10 && !sentence.starts_with("formula:"), "`{name}` begins with a sentence");
        for key in ["formula:", "source:", "example:"] {
            assert!(line(key).is_some_and(|text| !text.is_empty()), "`{name}` has no `{key}` line");
        }
        assert!(
            line("example:").unwrap_or_default().contains(name.as_str()),
            "the example of `{name}` shows it"
        );
    }
}

#[test]
fn names_are_free() {
    let (items, _) = items();
    for (at, item) in items.iter().enumerate() {
        let name = &item.name.name;
        assert!(items.iter().take(at).all(|other| other.name.name != *name), "`{name}` is declared twice");
        assert!(nn::ops::find(name).is_none(), "`{name}` is a primitive");
    }
}

#[test]
fn activations_keep_vectors_matrices_and_numbers() {
    for item in items().0 {
        if item.kind != nn::syntax::tree::FunctionKind::Activation {
            continue;
        }
        let name = &item.name.name;
        check_fits(&format!("model net(x: [3]) -> [3] {{ {name}(x) }}"));
        if item.params.first().is_some_and(|param| param.ty.is_none()) {
            check_fits(&format!("model net(x: [3, 2]) -> [3, 2] {{ {name}(x) }}"));
            check_fits(&format!("model net(x: []) -> [] {{ {name}(x) }}"));
        }
    }
}

#[test]
fn losses_take_vectors_and_numbers_and_have_gradients() {
    for item in items().0 {
        if item.kind != nn::syntax::tree::FunctionKind::Loss {
            continue;
        }
        let name = &item.name.name;
        check_fits(&format!(
            "model net(x: [3]) -> [3] {{ param b: [3] = ones\n x + b }}\nl = {name}(net([1, 2, 3]), [1, 0, 0])\ng = grad(l, net)"
        ));
        if !name.starts_with("softmax") && !name.starts_with("cosine") {
            check_fits(&format!("l = {name}(0.5, 1)"));
        }
    }
}

#[test]
fn layers_fit_in_a_model() {
    for layer in [
        "dense(4)",
        "dense(4, bias = false)",
        "dense(4, act = leaky_relu(slope = 0.2))",
        "dense(4, init = he_normal)",
        "dense(4, init = orthogonal)",
        "dense(4, init = truncated_normal(deviation = 0.1))",
        "dense(4, init = uniform(-1, 1))",
        "dense(4, init = constant(0.5))",
        "dense(4, init = lecun_normal)",
        "dense(4, init = lecun_uniform)",
        "dense(4, init = glorot_normal(gain = 2))",
        "dense(4, init = he_uniform(slope = 2))",
        "dense(4, init = [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]])",
        "dense(4, act = softmax)",
        "dropout |> dense(4)",
        "dropout(0.2) |> dense(4)",
        "batch_norm |> dense(4)",
        "layer_norm |> dense(4)",
        "rms_norm |> dense(4)",
        "residual(dense(3, act = relu)) |> dense(4)",
        "scale_shift |> dense(4)",
        "highway |> dense(4)",
        "highway(act = tanh) |> dense(4)",
        "maxout(4, pieces = 3)",
        "embedding(4)",
        "prelu |> dense(4)",
        "dense(4) as hidden",
    ] {
        check_fits(&format!("model net(x: [3]) -> [4] {{ x |> {layer} }}"));
    }
}

/// The prelude keeps its meaning whatever a script calls its own values.
#[test]
fn the_prelude_does_not_see_the_names_of_a_script() {
    check_fits(
        "mean = 3\ncount = 4\nrelu = 5\nl = mse([1, 2], [1, 4])\nh = hinge(0.5, 1)\na = cross_entropy([0.5, 0.5], [1, 0], label_smoothing = 0.1)",
    );
}

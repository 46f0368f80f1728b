//! The formatter: formatting twice is formatting once, the tree and the comments stay, what we ship is formatted.

use std::path::PathBuf;

use nn::base::Sources;
use nn::diagnostics::Diagnostic;
use nn::syntax::{Signs, WIDTH, format, parse, sexpr};

use super::corpus::with_stack;
use super::examples::root;

/// The text in the one style; nothing if it has mistakes.
fn formatted(text: &str, signs: Signs) -> Option<String> {
    let mut sources = Sources::default();
    let id = sources.add("test.nn", text);
    let parsed = parse(sources.get(id), 0);
    if parsed.problems.iter().any(Diagnostic::is_error) {
        return None;
    }
    Some(format(sources.get(id), &parsed, signs).unwrap_or_else(|| panic!("not the same program:\n{text}")))
}

fn tree_and_comments(text: &str) -> (String, Vec<String>) {
    let mut sources = Sources::default();
    let id = sources.add("test.nn", text);
    let parsed = parse(sources.get(id), 0);
    (sexpr(&parsed.ast), parsed.comments.into_iter().map(|comment| comment.text).collect())
}

/// What must hold for every text. Answers whether it could be read.
fn check_laws(text: &str) -> bool {
    let mut readable = false;
    for signs in [Signs::Kept, Signs::Ascii, Signs::Unicode] {
        let Some(once) = formatted(text, signs) else { continue };
        readable = true;
        assert_eq!(formatted(&once, signs).as_ref(), Some(&once), "twice is not once:\n{text}");
        assert_eq!(tree_and_comments(&once), tree_and_comments(text), "{text}\n----\n{once}");
        assert!(once.lines().all(|line| line == line.trim_end()), "blanks at the end of a line:\n{once}");
    }
    readable
}

#[track_caller]
fn check(text: &str, wanted: &str) {
    assert!(check_laws(text), "{text}");
    assert_eq!(formatted(text, Signs::Kept).as_deref(), Some(wanted));
}

fn ours() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["examples", "src/prelude"] {
        for entry in std::fs::read_dir(root().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|end| end == "nn") {
                let text = std::fs::read_to_string(&path).expect("a text");
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 15);
    found
}

#[test]
fn what_we_ship_is_formatted() {
    for (path, text) in ours() {
        assert!(formatted(&text, Signs::Kept).as_ref() == Some(&text), "run `nn fmt {}`", path.display());
        assert!(check_laws(&text));
        assert!(
            text.lines()
                .all(|line| line.starts_with('#') || line.chars().count() <= WIDTH || line.contains('"'))
        );
    }
}

#[test]
fn the_corpus_keeps_its_meaning() {
    with_stack(|| {
        let read = super::corpus::programs().iter().filter(|text| check_laws(text)).count();
        assert!(read > 100, "{read} programs could be read");
    });
}

#[test]
fn damaged_programs_and_token_soup_keep_their_meaning() {
    with_stack(|| {
        let read = super::corpus::mangled(6000).iter().filter(|text| check_laws(text)).count();
        assert!(read > 200, "{read} texts could be read");
    });
}

#[test]
fn signs_and_spaces() {
    check("y=W1·x+b1", "y = W1·x + b1\n".replace("W1·x", "W1 · x").as_str());
    check("print( x , axis=rows )", "print(x, axis = rows)\n");
    check("y = (a+b)*c^( 2 )", "y = (a + b) * c^2\n");
    check("y = -x^2 + (-x)^2 + 2^-x", "y = -x^2 + (-x)^2 + 2^-x\n");
    check("y = (a*b)+c", "y = (a * b) + c\n");
    check("y = ((a+b))", "y = (a + b)\n");
    check("y = √x + √(a+b)", "y = √x + √(a + b)\n");
    check("x = a;y = b", "x = a\ny = b\n");
    check("l = w.T · x[ 0 , 1 : 3 ]", "l = w.T · x[0, 1:3]\n");
    check("for i in 1 .. 3 { print(i) }", "for i in 1..3 { print(i) }\n");
}

#[test]
fn signs_have_twins() {
    let text = "fn f(x: [3]) → [3] = if x ≤ 1 then Wᵀ · x ⊙ y else a @ b.T\n";
    let ascii = "fn f(x: [3]) -> [3] = if x <= 1 then W.T @ x * y else a @ b.T\n";
    let unicode = "fn f(x: [3]) → [3] = if x ≤ 1 then Wᵀ · x ⊙ y else a · bᵀ\n";
    assert_eq!(formatted(text, Signs::Ascii).as_deref(), Some(ascii));
    assert_eq!(formatted(text, Signs::Unicode).as_deref(), Some(unicode));
    assert_eq!(formatted(text, Signs::Kept).as_deref(), Some(text));
}

#[test]
fn options_and_parameters_stand_below_each_other() {
    check(
        "train net on d { loss=mse, optimizer=sgd(lr=0.1)  # plain\n  # how long\n epochs=3 }",
        "train net on d {\n    loss      = mse\n    optimizer = sgd(lr = 0.1)  # plain\n    # how long\n    epochs = 3\n}\n"
            .replace("    epochs = 3", "    epochs    = 3")
            .as_str(),
    );
    check(
        "model n(x: [3]) -> [2] {\nparam W: [2,3]=zeros\nparam b: [2]=zeros\n\n\n\nW·x+b   # out\n}",
        "model n(x: [3]) -> [2] {\n    param W: [2, 3] = zeros\n    param b: [2]    = zeros\n\n    W · x + b  # out\n}\n",
    );
}

#[test]
fn matrices_keep_their_rows() {
    check("A = [[1, -2], [3,4]]", "A = [[1, -2], [3, 4]]\n");
    check("A = [[1, -2],\n[3,4]] # two", "A = [\n    [1, -2],\n    [3,  4],\n]  # two\n");
    let long = format!("{}15", "not ".repeat(30));
    check(
        &format!("A = [[1, 2, 3], [4, {long}, 6]]"),
        &format!("A = [\n    [1, 2, 3],\n    [\n        4,\n        {long},\n        6,\n    ],\n]\n"),
    );
    check(
        "A = f([\n  [1, 20],\n  # below\n  [3,4]])",
        "A = f([\n    [1, 20],\n    # below\n    [3,  4],\n])\n",
    );
}

#[test]
fn comments_stay_where_they_are() {
    check("x = 1  # one\nlong_name = 2 # two", "x = 1          # one\nlong_name = 2  # two\n");
    check("# top\n\n\n## doc\nfn f(x) = x", "# top\n\n## doc\nfn f(x) = x\n");
    check("f(a, # first\n  # second\n  b)", "f(\n    a,  # first\n    # second\n    b,\n)\n");
    check("y = x # a\n  |> f # b\n  # c\n  |> g", "y = x  # a\n    |> f  # b\n    # c\n    |> g\n");
    check("y = a +   # why\n  b", "y = a +   # why\n  b\n");
    check(
        "if a { # yes\n print(1) } else { print(2) }",
        "if a {  # yes\n    print(1)\n} else { print(2) }\n",
    );
}

#[test]
fn long_lines_are_broken() {
    let stage = "dense(128, act = relu, init = he_normal)";
    check(
        &format!("y = x |> {stage} |> {stage} |> softmax"),
        &format!("y = x\n    |> {stage}\n    |> {stage}\n    |> softmax\n"),
    );
}

#[test]
fn long_choices_break_before_else() {
    let (a, b) = ("a_rather_long_value(x)", "another_rather_long_value(x)");
    check(
        &format!("y = if x > 0 then {a} else if x < -1 then {b} else if x == 0 then {a} else {b}"),
        &format!(
            "y = if x > 0 then {a}\n    else if x < -1 then {b}\n    else if x == 0 then {a}\n    else {b}\n"
        ),
    );
    let condition = "a_condition(x, y) and another_condition(x, y) or a_third_condition(x, y, z)";
    check(
        &format!("fn f(x) = if {condition} then {a} else {b}"),
        &format!("fn f(x) = if {condition}\n        then {a}\n    else {b}\n"),
    );
    check("y = if a then b else (if c then d else e)", "y = if a then b else (if c then d else e)\n");
}

#[test]
fn parts_of_models_are_changed() {
    check("net.a.W-=0.1*g", "net.a.W -= 0.1 * g\n");
}

#[test]
fn words_that_are_names_stay_names() {
    check(
        "train net on d { loss = mse, then\n = 1, batch = 32 }",
        "train net on d {\n    loss  = mse\n    then  = 1\n    batch = 32\n}\n",
    );
    check("y = f(a\n  , else = 2)", "y = f(a, else = 2)\n");
    check("(model(x))\n(seed)\n(layer)(1) + 2", "(model(x))\n(seed)\n(layer)(1) + 2\n");
    check("print\n(model(x))\ny = (model(x))", "print\n(model(x))\ny = model(x)\n");
}

#[test]
fn a_training_in_a_list_needs_no_brackets() {
    let wanted =
        "for v in [\n    0,\n    -(train net on d {\n        loss = mse\n    }),\n] {\n    print(v)\n}\n";
    check("for v in [0, -train net on d { loss = mse }] { print(v)\n}", wanted);
    check("for v in (train net on d) { print(v) }", "for v in (train net on d) { print(v) }\n");
    check("if 1 + (train net on d) { print(v) }", "if 1 + (train net on d) { print(v) }\n");
}

#[test]
fn numbers_in_brackets_are_numbers_of_a_list() {
    check("y = [1, (((2))),  # two\n 3]", "y = [\n    1, 2,  # two\n    3,\n]\n");
    check("m = [[1, (20)], [(300), 4]]", "m = [[1, 20], [300, 4]]\n");
}

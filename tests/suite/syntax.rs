//! The tree of a text, and what is said about text that has none.

use std::io::Read;

use nn::base::{Sources, Span};
use nn::diagnostics::{Diagnostic, RenderOptions, render};
use nn::syntax::{Parsed, is_complete, keywords, parse, sexpr, tokens};

pub fn parsed(text: &str) -> (Sources, Parsed) {
    let mut sources = Sources::default();
    let id = sources.add("test.nn", text);
    let parsed = parse(sources.get(id), 0);
    (sources, parsed)
}

fn describe(sources: &Sources, problem: &Diagnostic) -> String {
    let source = sources.get(problem.primary.span.source);
    let (line, column) = source.line_column(problem.primary.span.start);
    format!("{line}:{column} `{}` {}", source.slice(problem.primary.span), problem.headline)
}

/// The text has this tree and no problem.
fn check_tree(text: &str, tree: &str) {
    let (sources, parsed) = parsed(text);
    let problems: Vec<_> = parsed.problems.iter().map(|problem| describe(&sources, problem)).collect();
    assert!(problems.is_empty(), "{text}\n{problems:#?}");
    assert_eq!(sexpr(&parsed.ast).trim(), tree, "{text}");
}

/// The text has exactly these problems, each as `line:column `text` headline`.
fn check_problems(text: &str, wanted: &[&str]) {
    let (sources, parsed) = parsed(text);
    let problems: Vec<_> = parsed.problems.iter().map(|problem| describe(&sources, problem)).collect();
    assert_eq!(problems, wanted, "{text}\n{}", sexpr(&parsed.ast));
}

/// The first fix of the only problem, applied, gives a text without problems.
fn check_fix(text: &str, mended: &str) {
    let (_, before) = parsed(text);
    let [problem] = before.problems.as_slice() else { panic!("{text}\n{:#?}", before.problems) };
    let fix = problem.fixes.first().unwrap_or_else(|| panic!("no fix: {text}\n{problem:#?}"));
    let mut after = text.to_string();
    for edit in fix.edits.iter().rev() {
        let Span { start, end, .. } = edit.span;
        after.replace_range(start as usize..end as usize, &edit.text);
    }
    assert_eq!(after, mended);
    let (_, again) = parsed(&after);
    assert!(again.problems.is_empty(), "{after}\n{:#?}", again.problems);
}

#[test]
fn expressions() {
    let cases = [
        ("3", "3"),
        ("1_000", "1000"),
        ("1e-3", "0.001"),
        ("2.0", "2.0"),
        ("a + b * c", "(+ a (* b c))"),
        ("a · b ⊙ c / d @ e", "(@ (/ (* (@ a b) c) d) e)"),
        ("-x^2", "(neg (^ x 2))"),
        ("-x²", "(neg (² x))"),
        ("2^-x", "(^ 2 (neg x))"),
        ("a^b^c", "(^ a (^ b c))"),
        ("a - b - c", "(- (- a b) c)"),
        ("a − b", "(- a b)"),
        ("Wᵀ · x", "(@ (T W) x)"),
        ("W.T · x.Tx", "(@ (T W) (. x Tx))"),
        ("W1·x + b₁", "(+ (@ W1 x) b₁)"),
        ("a + 1 < b and c or not d", "(or (and (< (+ a 1) b) c) (not d))"),
        ("a ≠ b", "(!= a b)"),
        ("a ≤ b", "(<= a b)"),
        ("a >= b", "(>= a b)"),
        ("(a < b) == c", "(== (< a b) c)"),
        (
            "x |> dense(16, act = relu) as hidden |> relu",
            "(|> (|> x (as (call dense 16 (act= relu)) hidden)) relu)",
        ),
        ("x + 1 |> f", "(|> (+ x 1) f)"),
        ("if a then b else c |> f", "(|> (if a b c) f)"),
        ("if a then b else if c then d else e", "(if a b (if c d e))"),
        ("1..n + 1", "(.. 1 (+ n 1))"),
        ("a < -b", "(< a (neg b))"),
        ("W.T and b", "(and (T W) b)"),
        ("√ (a) + b", "(+ (call sqrt a) b)"),
        ("1 .. 10", "(.. 1 10)"),
        ("A[0, 1:3]", "(at A 0 (: 1 3))"),
        ("A[:, 1:][:b]", "(at (at A (: _ _) (: 1 _)) (: _ b))"),
        ("[]", "[]"),
        ("[[1, 2], [3, 4],]", "[[1 2] [3 4]]"),
        ("[train: 0.8, test: 0.2]", "[(train: 0.8) (test: 0.2)]"),
        ("net.data.loss", "(. (. net data) loss)"),
        ("f(init = zeros)(x)[0]", "(at (call (call f (init= zeros)) x) 0)"),
        ("√x + 1", "(+ (call sqrt x) 1)"),
        ("√(x)^2", "(^ (call sqrt x) 2)"),
        ("√x²", "(call sqrt (² x))"),
        ("∇(l, net) + Σ(x) * σ(π) - ∞", "(- (+ (call ∇ l net) (* (call Σ x) (call σ π))) ∞)"),
        ("true and false", "(and true false)"),
        (r#""""#, "(text)"),
        (r#""epoch {e}: {l:.4}\n{{x}}\"""#, r#"(text "epoch " e ": " (l ".4") "\n{x}\"")"#),
        (r#""{f(a, b = [1, 2])[0]}""#, r#"(text (at (call f a (b= [1 2])) 0))"#),
        ("(a\n + b)", "(+ a b)"),
        ("f(\n a, # one\n b,\n)", "(call f a b)"),
        ("train net on iris.train", "(train net (. iris train))"),
        (
            "train net.out on spiral(n = 3) { loss = mse, epochs = 3 }",
            "(train (. net out) (call spiral (n= 3)) (loss= mse) (epochs= 3))",
        ),
        ("x\u{302} + ŷ", "(+ x\u{302} ŷ)"),
        ("assert(a == b)", "(call assert (== a b))"),
    ];
    for (text, tree) in cases {
        check_tree(text, tree);
    }
}

#[test]
fn statements() {
    let cases = [
        ("", ""),
        ("# only\n\n## words\n", ""),
        ("seed 7; precision f64", "(seed 7)\n(precision f64)"),
        ("import \"blocks.nn\"", "(import \"blocks.nn\")"),
        ("x = 1\r\ny = 2\r\n", "(= x 1)\n(= y 2)"),
        ("x = a\n\n   # on\n   |> f\n   |> g", "(= x (|> (|> a f) g))"),
        ("x = a +\n  b", "(= x (+ a b))"),
        ("x = if a then b\n  else c", "(= x (if a b c))"),
        ("net -= 0.1 * g", "(-= net (* 0.1 g))"),
        ("net −= g; x @= y", "(-= net g)\n(@= x y)"),
        ("s <- s + 1\nm ← 2", "(<- s (+ s 1))\n(<- m 2)"),
        ("for i in 1..3 { print(i) }", "(for i (.. 1 3) {(call print i)})"),
        ("while l > 0.1 {\n l = f(l)\n}", "(while (> l 0.1) {(= l (call f l))})"),
        ("if a {\n b\n}\nelse if c { d; e } else { f }", "(if a {b} {(if c {d e} {f})})"),
        ("fn f(x) = x * x", "(fn f (x) (* x x))"),
        (
            "fn f(x: [m], n: int = 2, g: fn) → [2 * n] { x }",
            "(fn f ((x: [m]) (n: int = 2) (g: fn)) -> [(* 2 n)] {x})",
        ),
        ("## one\n##  two\nfn f() = 1", "(fn f \"one\\n two\" () 1)"),
        ("## far\n\nfn f() = 1", "(fn f () 1)"),
        (
            "model net(x: like iris.input) -> like iris.target { x |> softmax }",
            "(model net ((x: (like (. iris input)))) -> (like (. iris target)) {(|> x softmax)})",
        ),
        (
            "layer d(x: [m], n: int, init: fn = glorot) -> [n] {\n param W: [n, m] = init\n state s: [n] = zeros\n state k = 0\n if bias { param b: [n] = zeros }\n W · x\n}",
            "(layer d ((x: [m]) (n: int) (init: fn = glorot)) -> [n] {(param W [n m] init) (state s [n] zeros) (state k 0) (if bias {(param b [n] zeros)}) (@ W x)})",
        ),
        (
            "metric f1(p, t) {\n total tp = p * t\n tp / 2\n}",
            "(metric f1 (p t) {(total tp (* p t)) (/ tp 2)})",
        ),
        ("total = 3", "(= total 3)"),
        ("optimizer sgd(lr = 0.1) { w -= lr * g }", "(optimizer sgd ((lr = 0.1)) {(-= w (* lr g))})"),
        (
            "## d\ndata d = examples {\n [1, 2] -> [3]\n\n [1, 3] -> [4] # last\n}",
            "(data d \"d\" (examples ([1 2] -> [3]) ([1 3] -> [4])))",
        ),
        (
            "data d = csv(\"a.csv\", separator = \";\") {\n input = [a, b]\n split = [train: 0.8, test: 0.2]\n}",
            "(data d (csv (text \"a.csv\") (separator= (text \";\"))) (input= [a b]) (split= [(train: 0.8) (test: 0.2)]))",
        ),
        ("data d = spiral(n = 300)", "(data d (spiral (n= 300)))"),
        (
            "run = train net on d {\n loss = mse\n optimizer = adam(lr = 0.01), epochs = 3\n seed = 4\n}",
            "(= run (train net d (loss= mse) (optimizer= (call adam (lr= 0.01))) (epochs= 3) (seed= 4)))",
        ),
        (
            "x = f(train net on d {\n loss = mse\n epochs = 1\n})",
            "(= x (call f (train net d (loss= mse) (epochs= 1))))",
        ),
        ("\u{FEFF}x\u{A0}= 1", "(= x 1)"),
    ];
    for (text, tree) in cases {
        check_tree(text, tree);
    }
}

#[test]
fn spans_are_exact() {
    let (sources, parsed) = parsed("## δ\nfn f(x) = x   # end\ny = δ₂ · W.T  \n");
    let spans: Vec<_> =
        parsed.ast.stmts.iter().map(|stmt| sources.get(stmt.span.source).slice(stmt.span)).collect();
    assert_eq!(spans, ["fn f(x) = x", "y = δ₂ · W.T"]);
    assert_eq!(
        parsed.comments.iter().map(|comment| comment.text.as_str()).collect::<Vec<_>>(),
        ["## δ", "# end"]
    );
    assert!(parsed.next_id > 0);
}

#[test]
fn keywords_are_keywords_everywhere() {
    let grammar = include_str!("../../grammar/nn.pest");
    for word in keywords::KEYWORDS {
        let kinds: Vec<_> = tokens(word).iter().map(|token| token.kind).collect();
        assert_eq!(kinds, [nn::syntax::TokenKind::Keyword], "{word}");
        assert!(grammar.contains(&format!("\"{word}\"")), "{word}");
        let (_, parsed) = parsed(&format!("{word} = 3"));
        assert!(!parsed.problems.is_empty(), "{word}");
    }
    let rule = grammar.split("keyword = {").nth(1).and_then(|rest| rest.split('}').next()).unwrap_or("");
    let words: Vec<_> = rule.split('"').skip(1).step_by(2).collect();
    assert_eq!(words, keywords::KEYWORDS);
}

#[test]
fn the_two_programs_of_the_guide() {
    let text = "# iris.nn\nseed 7\n\ndata iris = csv(\"data/iris.csv\") {\n    input  = standardize([sepal_length, sepal_width])\n    target = one_hot(species)\n    split  = [train: 0.8, test: 0.2]\n}\n\nmodel net(x: [4]) -> [3] {\n    x |> dense(16) |> relu |> dense(3) |> softmax\n}\n\nshow(net)\n\nrun = train net on iris.train {\n    loss      = cross_entropy\n    optimizer = adam(lr = 0.01)\n    metrics   = [accuracy]\n}\n\nplot(run.loss, run.val_loss)\nsave(net, \"iris.safetensors\")\nmodel two(x: [3]) -> [2] {\n    param W1: [4, 3] = glorot_uniform\n    param b1: [4]    = zeros\n    y = sigmoid(W1 · x + b1)        # hidden layer\n    W2 · y + b2                     # the result\n}\nfor step in 1..200 {\n    for batch in batches(lesson, 1) {\n        l = batch_mean(mse(net(batch.x), batch.y))\n        net -= 0.1 * grad(l, net)\n    }\n}\n";
    let (_, parsed) = parsed(text);
    assert_eq!(parsed.problems, []);
    assert_eq!(parsed.ast.stmts.len(), 9);
}

#[test]
fn problems() {
    let cases: &[(&str, &[&str])] = &[
        ("x = ", &["1:4 `` expected an expression after `x =`, found the end of the text"]),
        ("param W: [3] zeros", &["1:14 `zeros` expected `=` after `param W: [3]`, found `zeros`"]),
        ("param W: [3] == zeros", &["1:14 `==` expected `=`, found `==`"]),
        ("f(a b)", &["1:5 `b` expected `,` or `)` after `f(a`, found `b`"]),
        ("x = a ** 2", &["1:7 `**` a power is written `^`, not `**`"]),
        (
            "def f(x):\n    return x\n",
            &[
                "1:1 `def` a function is declared with `fn`",
                "2:5 `return ` there is no `return`: the last expression of a body is its result",
            ],
        ),
        (
            "import numpy as np\nx = 1 +* 2",
            &[
                "1:1 `import` there is nothing to import: mathematics is built in",
                "2:8 `*` expected an expression after `x = 1 +`, found `*`",
            ],
        ),
        (
            "train net on d {\n loss: mse\n epochs == 3\n batch = 4\n}",
            &["2:6 `:` an option is set with `=`", "3:9 `==` an option is set with `=`"],
        ),
        ("y = x -> relu", &["1:7 `->` `->` is not an operator; a pipeline is written `|>`"]),
        (
            "model net(x: [3]) -> [2] {\n    y = x ** 2\n    z = 'a'\n    if y {\n        q = !z\n    }\n    y + \n}\nx = %",
            &[
                "2:11 `**` a power is written `^`, not `**`",
                "3:9 `'a'` text stands in double quotes",
                "5:13 `!` `!` is written `not`",
                "7:8 `` expected an expression after `y +`, found the end of the line",
                "9:5 `%` there is no sign for the remainder",
            ],
        ),
        (
            "model net(x: [3]) -> [2] {\n    y = x\n\nfn f(x) = x\nprint(f(3)",
            &[
                "1:26 `{` a bracket is never closed: `}` is missing",
                "5:6 `(` a bracket is never closed: `)` is missing",
            ],
        ),
        (
            "run = train net on d {\n    loss = mse\n\nplot(run.loss)\nx = (1, 2]\n}\n",
            &[
                "1:22 `{` a bracket is never closed: `}` is missing",
                "5:10 `]` expected `)` to close the bracket, found `]`",
                "6:1 `}` `}` closes nothing: no bracket is open here",
            ],
        ),
        (
            "model net(x: [3] -> [2] {\n    y = x\n    z = y z\n}\nx = 3",
            &[
                "1:10 `(` a bracket is never closed: `)` is missing",
                "3:11 `z` expected the end of the line after `z = y`, found `z`",
            ],
        ),
        ("for i in range(10):\n    print(i)", &["1:19 `:` expected `{` and `}` around the body, found `:`"]),
        ("if c:\n    print(i)", &["1:5 `:` expected `{` and `}` around the body, found `:`"]),
        ("x = 2x + 1", &["1:6 `x` a product needs its sign"]),
        ("x = .5", &["1:5 `.` a number begins with a digit"]),
        ("x = 1.", &["1:6 `.` a number does not end with a point"]),
        ("x = 3 print(x)", &["1:7 `print` two statements stand on one line"]),
        ("print \"a\"", &["1:1 `print` what is called is given its arguments in brackets"]),
        ("x = \"abc", &["1:5 `\"` text without a closing `\"`"]),
        ("x = \"a\\q\"", &["1:7 `\\q` `\\q` has no meaning in a text"]),
        ("x = \"a } b\"", &["1:8 `}` a `}` in a text is written `}}`"]),
        ("x = \"a {b c} b\"", &["1:11 `c` expected an expression and `}` after `{` in a text"]),
        ("loss = 3", &["1:1 `loss` `loss` is a keyword and cannot be a name"]),
        ("for in in x { }", &["1:5 `in` `in` is a keyword and cannot be a name"]),
        ("x = 1e999", &["1:5 `1e999` the number is larger than any that can be stored"]),
        ("fn f(x: float) = x", &["1:9 `float` `float` is not a type"]),
        ("x = a < b < c", &["1:11 `<` comparisons cannot be chained"]),
        ("let x = 3", &["1:1 `let ` a binding has no keyword before its name"]),
        (
            "x = 3 // three\ny = 4 /* four */",
            &["1:7 `// three` a comment begins with `#`", "2:7 `/* four */` a comment begins with `#`"],
        ),
        ("x = lambda a: a", &["1:5 `lambda` there is no `lambda`"]),
        ("x = a && b || c", &["1:7 `&&` `&&` is written `and`"]),
        ("x = “a”", &["1:5 `“` the character `“` (U+201C) has no meaning here"]),
        ("x =\u{200b} a", &["1:4 `\u{200b}` the character U+200B has no meaning here"]),
        ("else { x }", &["1:1 `else` `else` without an `if` before it"]),
        ("if a { b } elif c { d }", &["1:12 `elif` `elif` is written `else if`"]),
        ("f(1, 2\ny = 3\nz = 4\n", &["1:2 `(` a bracket is never closed: `)` is missing"]),
        ("model net x: [3] { x }", &["1:11 `x` expected `(` after `model net`, found `x`"]),
        ("model (x: [3]) { x }", &["1:7 `(` expected a name after `model`, found `(`"]),
        (
            "data d = csv(\"a\") {\n input = a,\n target b\n}",
            &["3:9 `b` expected `=` after `target`, found `b`"],
        ),
        ("train net { loss = mse }", &["1:11 `{` expected `on` after `train net`, found `{`"]),
        ("x[0] = 3", &["1:6 `=` only a name can be given a value with `=`"]),
        ("a + if c then 1 else 2", &["1:5 `if` a choice inside an expression stands in parentheses"]),
        ("(a, b)", &["1:3 `,` a `,` has no meaning here"]),
        ("x = [1, 2, 3", &["1:5 `[` a bracket is never closed: `]` is missing"]),
        (
            "fn f(x) { return x }",
            &["1:11 `return ` there is no `return`: the last expression of a body is its result"],
        ),
        ("x = $3", &["1:5 `$` the character `$` (U+0024) has no meaning here"]),
        ("model = 3", &["1:1 `model` `model` is a keyword and cannot be a name"]),
        ("= 3", &["1:1 `=` expected a statement, found `=`"]),
        ("if a then b", &["1:12 `` expected `else` after `if a then b`, found the end of the text"]),
        (
            "data d = examples {\n 1 -> 2\n 3, 4\n 5 => 6\n}",
            &["3:3 `,` a `,` has no meaning here", "4:4 `=>` `=>` is not a sign of the language"],
        ),
    ];
    for (text, wanted) in cases {
        check_problems(text, wanted);
    }
}

#[test]
fn mistakes_in_a_block_that_is_not_closed() {
    check_problems(
        "model n(x: [3]) -> [2] {\n    y = x ** 2\n    if y {\n        z = = 2\n    param W: [3] zeros\n\nfn f(x) = x x\n",
        &[
            "1:24 `{` a bracket is never closed: `}` is missing",
            "2:11 `**` a power is written `^`, not `**`",
            "3:10 `{` a bracket is never closed: `}` is missing",
            "4:13 `=` expected an expression after `z =`, found `=`",
            "5:18 `zeros` expected `=` after `param W: [3]`, found `zeros`",
            "7:13 `x` expected the end of the line after `fn f(x) = x`, found `x`",
        ],
    );
}

#[test]
fn fixes_mend() {
    let cases = [
        ("x = a ** 2", "x = a ^ 2"),
        ("let x = 3", "x = 3"),
        ("def f(x) = x", "fn f(x) = x"),
        ("fn f(x) { return x }", "fn f(x) { x }"),
        ("x = a && b", "x = a and b"),
        ("x = !a", "x = not a"),
        ("x = 2x", "x = 2 * x"),
        ("x = .5", "x = 0.5"),
        ("x = 1.", "x = 1.0"),
        ("x = 'a'", "x = \"a\""),
        ("x = 3 // three", "x = 3 # three"),
        ("y = x -> relu", "y = x |> relu"),
        ("param W: [3] == zeros", "param W: [3] = zeros"),
        ("train n on d { loss: mse }", "train n on d { loss = mse }"),
        ("train n on d { loss == mse }", "train n on d { loss = mse }"),
        ("if a { b } elif c { d }", "if a { b } else if c { d }"),
        ("fn f(x: float) = x", "fn f(x: real) = x"),
        ("x = a < b + 1 < c", "x = a < b + 1 and b + 1 < c"),
        ("x = f(1, 2]\n", "x = f(1, 2)\n"),
        ("x = \"a } b\"", "x = \"a }} b\""),
        ("x = \"\\d\"", "x = \"\\\\d\""),
        ("x = f(1, 2\ny = 3", "x = f(1, 2)\ny = 3"),
        ("fn f(x) {\n    x\n\ny = 3", "fn f(x) {\n    x\n}\n\ny = 3"),
        ("x = 1)\n", "x = 1\n"),
        ("x = a\u{200B} + b", "x = a + b"),
    ];
    for (text, mended) in cases {
        check_fix(text, mended);
    }
}

#[test]
fn the_prompt_waits_for_the_rest() {
    let complete = [
        "",
        "x",
        "f(1)",
        "x = [1,\n2]",
        "f(]",
        ")",
        "if a then b else c",
        "x²",
        "\"a\" # (",
        "a b",
        "f(then = 1)",
        // The value stands on the same line, and so does all of a text.
        "x =",
        "x +=",
        "x <-",
        "fn g(a) =",
        "\"a",
        "f(\"a",
    ];
    let incomplete = [
        "f(",
        "x = [1,",
        "model n(x) {\n y",
        "x +",
        "x |>",
        "if a then b",
        "if a then",
        "if a then b else",
        "not",
    ];
    for text in complete {
        assert!(is_complete(text), "{text}");
    }
    for text in incomplete {
        assert!(!is_complete(text), "{text}");
    }
}

/// Reading this text neither panics nor takes long, and the tree can be cloned, compared and dropped.
fn check_survives(name: &str, text: &str) {
    let start = std::time::Instant::now();
    let (sources, parsed) = parsed(text);
    let taken = start.elapsed();
    assert!(taken.as_millis() < 2_000, "{name}: {taken:?}");
    assert!(parsed.clone() == parsed, "{name}");
    sexpr(&parsed.ast);
    tokens(text);
    is_complete(text);
    for problem in parsed.problems.iter().take(5) {
        assert!(!render(problem, &sources, RenderOptions::default()).contains('\u{1b}'), "{name}");
    }
}

#[test]
fn nasty_texts() {
    let n = 100_000;
    let cases = [
        ("open", "(".repeat(n)),
        ("open lines", "(\n".repeat(n)),
        ("bindings", "x = (\n".repeat(n)),
        ("close", ")".repeat(n)),
        ("close lines", "}\n".repeat(n)),
        ("mixed", "([{".repeat(n)),
        ("nested", "x = ".to_string() + &"(".repeat(n) + "1" + &")".repeat(n)),
        ("nested lists", "[".repeat(100) + &"]".repeat(100)),
        ("nested to the limit", "x = ".to_string() + &"(".repeat(128) + "1" + &")".repeat(128)),
        ("calls to the limit", "x = ".to_string() + &"f([".repeat(64) + "1" + &"])".repeat(64)),
        ("blocks to the limit", "if a {\n".repeat(128) + "x = = 1\n" + &"}\n".repeat(128)),
        ("minus", "x = ".to_string() + &"-".repeat(n) + "1"),
        ("spaced minus", "x = ".to_string() + &"- ".repeat(n) + "1"),
        ("not", "x = ".to_string() + &"not ".repeat(n) + "1"),
        ("root", "x = ".to_string() + &"√".repeat(n) + "1"),
        ("plus", "x = 1".to_string() + &" + 1".repeat(n)),
        ("power", "x = 1".to_string() + &" ^ 1".repeat(n)),
        ("power of minus", "x = 1".to_string() + &" ^ -1".repeat(n)),
        ("pipes", "x".to_string() + &" |> f".repeat(n)),
        ("pipe lines", "x".to_string() + &"\n |> f".repeat(n)),
        ("fields", "x".to_string() + &".a".repeat(n)),
        ("squares", "x".to_string() + &"²".repeat(n)),
        ("calls", "f".to_string() + &"()".repeat(n)),
        ("choices", "x = ".to_string() + &"if a then b else ".repeat(n) + "c"),
        ("piped choices", "x = ".to_string() + &"if a then b |> f else ".repeat(n) + "c"),
        ("else if", "if a { b }".to_string() + &" else if a { b }".repeat(n)),
        ("range", "x = 1".to_string() + &"..1".repeat(n)),
        ("less", "x = 1".to_string() + &" < 1".repeat(n)),
        ("text", "x = \"".to_string() + &"{a}".repeat(n) + "\""),
        ("deep text", "x = \"{".to_string() + &"(".repeat(n) + "1" + &")".repeat(n) + "}\""),
        ("quotes", "\"".repeat(n + 1)),
        ("numbers", "x = [".to_string() + &"1, ".repeat(n) + "]"),
        ("bad numbers", "x = [".to_string() + &"1, ".repeat(n) + "+]"),
        ("bad statements", "x = = 3\n".repeat(n)),
        ("blank lines", "x = a".to_string() + &"\n".repeat(n) + "|> f"),
        ("comments", "x = (\n".to_string() + &"# a\n".repeat(n) + ")"),
        ("options", "train a on b { ".to_string() + &"a = 1, ".repeat(n) + "}"),
        ("trains", "train ".repeat(n)),
        ("slices", "a".to_string() + &"[:".repeat(100) + &"]".repeat(100)),
        ("colons", "a[".to_string() + &"b[".repeat(100) + &"]".repeat(100) + ":]"),
        ("arguments", "f(a = ".repeat(100) + "1" + &")".repeat(100)),
        ("entries", "[a: ".repeat(100) + "1" + &"]".repeat(100)),
        ("bad depth", "f(a = [".repeat(60) + "= 1" + &"])".repeat(60)),
    ];
    for (name, text) in cases {
        check_survives(name, &text);
    }
}

/// Programs that people made to break readers, where they are at hand.
#[test]
fn hostile_texts() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive =
        ["../shared", "../../shared"].map(|shared| root.join(shared).join("hostile/scripts.tar.gz"));
    let Some(archive) = archive.iter().find(|path| path.exists()) else { return };
    let file = std::fs::File::open(archive).expect("the archive is readable");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("the archive is gzip");
    let mut at = 0;
    while let Some(header) = bytes.get(at..at + 512).filter(|header| header[0] != 0) {
        let field = |from: usize, to: usize| {
            String::from_utf8_lossy(&header[from..to]).trim_matches(['\0', ' ']).to_string()
        };
        let size = usize::from_str_radix(&field(124, 136), 8).expect("a tar header");
        let text = String::from_utf8_lossy(&bytes[at + 512..at + 512 + size]);
        check_survives(&field(0, 100), &text);
        at += 512 + size.div_ceil(512) * 512;
    }
    assert!(at > 0);
}

/// xorshift: the same texts in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

#[test]
fn random_texts() {
    let words = [
        "x", "f", "net", "1", "2.5", "\"a\"", "\"{x}\"", "\"{", "(", ")", "[", "]", "{", "}", "\n", "\n",
        "\n    ", ";", ",", ":", "=", "==", "+", "-", "*", "**", "^", "·", "|>", "->", "<-", "..", ".", "²",
        "ᵀ", "√", "∇", "if", "then", "else", "for", "in", "while", "fn", "model", "layer", "data",
        "examples", "train", "on", "param", "state", "import", "seed", "as", "not", "and", "or", "true",
        "like", "# c", "## d", "//", "/*", "*/", "'", "!", "\u{202e}", "é", "\r",
    ];
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for case in 0..4_000 {
        let mut text = String::new();
        for _ in 0..dice.below(40) {
            text.push_str(words[dice.below(words.len())]);
            text.push_str([" ", "", " "][dice.below(3)]);
        }
        check_survives(&format!("{case}: {text:?}"), &text);
    }
    for case in 0..2_000 {
        let bytes: Vec<u8> = (0..dice.below(60)).map(|_| dice.below(256) as u8).collect();
        check_survives(&format!("bytes {case}"), &String::from_utf8_lossy(&bytes));
    }
}

/// Brackets let an expression go on in the next line; a text in them does not.
#[test]
fn a_text_in_brackets_ends_on_its_line() {
    for text in ["a = f(\"d\n x)=csv\")", "data c = csv(\"d\n x)=csv\") { input = y }"] {
        let (_, parsed) = parsed(text);
        let said: Vec<&str> = parsed.problems.iter().map(|problem| problem.headline.as_str()).collect();
        assert!(said.contains(&"text without a closing `\"`"), "{text}: {said:?}");
    }
}

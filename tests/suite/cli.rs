//! The command: what is typed, what comes out where, and the exit code.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a command did.
pub struct Done {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

/// A folder with some files, gone at the end of a test.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn with(files: &[(&str, &str)]) -> Place {
        let folder = tempfile::tempdir().expect("a folder for a test");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file of a test");
        }
        Place(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nn"));
        command.args(words).current_dir(self.0.path()).env_remove("NO_COLOR").env_remove("COLUMNS");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn nn(&self, words: &[&str]) -> Done {
        let output = self.command(words).output().expect("the command starts");
        Done {
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
            code: output.status.code().unwrap_or(-1),
        }
    }

    pub fn nn_with_input(&self, words: &[&str], input: &str) -> Done {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().expect("the command starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        Done {
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
            code: output.status.code().unwrap_or(-1),
        }
    }
}

/// Asserts on the whole of it: standard output exactly, pieces of standard error, the code.
#[track_caller]
pub fn check(done: &Done, stdout: &str, stderr: &[&str], code: i32) {
    assert_eq!(done.stdout, stdout, "stderr: {}", done.stderr);
    for piece in stderr {
        assert!(done.stderr.contains(piece), "expected `{piece}` in:\n{}", done.stderr);
    }
    assert!(!stderr.is_empty() || done.stderr.is_empty(), "expected nothing on stderr:\n{}", done.stderr);
    assert_eq!(done.code, code, "stderr: {}", done.stderr);
}

const XOR: &str = "\
data points = xor()
model net(x: [2]) -> [1] {
    x |> dense(8) |> tanh |> dense(1) |> sigmoid
}
data answers = examples {
    [0, 0] -> [0]
    [0, 1] -> [1]
    [1, 0] -> [1]
    [1, 1] -> [0]
}
train net on answers {
    loss = mse
    optimizer = adam(lr = 0.05)
    epochs = 100
    batch = 4
}
print(\"done\")
";

const FLOWERS: &str = "\
length,width,kind
1.0,0.2,small
1.2,0.3,small
0.9,0.1,small
1.1,0.2,small
4.0,1.2,large
4.2,1.5,large
3.9,1.3,large
4.1,1.4,large
";

const FLOWERS_NN: &str = "\
seed 3
data flowers = csv(\"flowers.csv\") {
    input = standardize([length, width])
    target = one_hot(kind)
}
model net(x: [2]) -> [2] {
    x |> dense(2) |> softmax
}
train net on flowers { loss = cross_entropy, optimizer = adam(lr = 0.1), epochs = 200, batch = 8 }
save(net, \"flowers.safetensors\")
";

#[test]
fn a_script_runs_with_and_without_the_word_run() {
    let place = Place::with(&[("a.nn", "x = 1 + 2\nprint(x)\nprint(\"two\")\n")]);
    check(&place.nn(&["run", "a.nn"]), "3\ntwo\n", &[], 0);
    check(&place.nn(&["a.nn"]), "3\ntwo\n", &[], 0);
    check(&place.nn(&["--quiet", "run", "a.nn"]), "", &["unexpected argument '--quiet'"], 2);
}

#[test]
fn scripts_are_formatted() {
    let place = Place::with(&[("a.nn", "x=1\n"), ("b.nn", "y = 2\n"), ("bad.nn", "x = = 1\n")]);
    check(&place.nn(&["fmt", "--check", "a.nn", "b.nn"]), "", &["not formatted: a.nn"], 1);
    check(&place.nn(&["fmt", "a.nn", "b.nn"]), "", &["formatted: a.nn"], 0);
    assert_eq!(std::fs::read_to_string(place.path("a.nn")).expect("a text"), "x = 1\n");
    check(&place.nn(&["fmt", "--check", "a.nn", "b.nn"]), "", &[], 0);
    check(&place.nn(&["fmt", "bad.nn"]), "", &["bad.nn", "1 error"], 1);
    assert_eq!(std::fs::read_to_string(place.path("bad.nn")).expect("a text"), "x = = 1\n");
    check(&place.nn_with_input(&["fmt", "-", "--signs", "ascii"], "y=A·x"), "y = A @ x\n", &[], 0);
}

#[test]
fn standard_input_is_a_script() {
    let place = Place::with(&[]);
    check(&place.nn_with_input(&["run", "-"], "print(6 * 7)\n"), "42\n", &[], 0);
    check(&place.nn_with_input(&["-"], "print(6 * 7)"), "42\n", &[], 0);
    check(
        &place.nn_with_input(&["check", "-", "--format", "short"], "print(oops)\n"),
        "",
        &["-:1:7: error[unknown-name]", "1 error\n"],
        1,
    );
}

#[test]
fn a_mistake_stops_before_anything_runs() {
    let place = Place::with(&[("a.nn", "print(1)\ny = undeclared + 1\nz = alsomissing\n")]);
    check(&place.nn(&["a.nn"]), "", &["error[unknown-name]", "undeclared", "a.nn:2:5", "2 errors\n"], 1);
    check(&place.nn(&["check", "a.nn"]), "", &["error[unknown-name]", "2 errors\n"], 1);
}

#[test]
fn prints_before_a_mistake_of_the_run_are_kept() {
    let place = Place::with(&[("a.nn", "print(1)\nassert(1 > 2, \"one is less\")\nprint(2)\n")]);
    check(&place.nn(&["a.nn"]), "1\n", &["error[runtime]", "one is less", "1 error\n"], 1);
}

#[test]
fn check_says_when_all_is_well_and_speaks_three_formats() {
    let place = Place::with(&[("good.nn", "x = 1\nprint(x)\n"), ("bad.nn", "print(nothing_here)\n")]);
    check(&place.nn(&["check", "good.nn"]), "", &["no mistakes found\n"], 0);
    check(
        &place.nn(&["check", "bad.nn", "--format", "short"]),
        "",
        &["bad.nn:1:7: error[unknown-name]: "],
        1,
    );
    let done = place.nn(&["check", "bad.nn", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(found["errors"], 1);
    assert_eq!(found["diagnostics"][0]["slug"], "unknown-name");
    assert_eq!(found["diagnostics"][0]["primary"]["line"], 1);
    assert_eq!((done.code, done.stderr.as_str()), (1, ""));
    let done = place.nn(&["check", "good.nn", "--format", "json"]);
    assert_eq!(done.stdout, "{\"diagnostics\":[],\"errors\":0,\"warnings\":0}\n");
}

#[test]
fn files_that_are_none_are_named() {
    let place = Place::with(&[("iris.nn", "print(1)\n")]);
    std::fs::write(place.path("latin.nn"), b"print(1)\n# caf\xe9\n").expect("a file");
    std::fs::create_dir(place.path("folder.nn")).expect("a folder");
    check(
        &place.nn(&["run", "irs.nn"]),
        "",
        &["error[file]: `irs.nn` cannot be read: there is no such file", "did you mean `iris.nn`?"],
        1,
    );
    check(&place.nn(&["run", "iris"]), "", &["did you mean `iris.nn`?"], 1);
    check(&place.nn(&["folder.nn"]), "", &["`folder.nn` cannot be read: it is a folder"], 1);
    check(&place.nn(&["latin.nn"]), "", &["it is not UTF-8 text (byte 0xe9 in line 2)"], 1);
}

#[test]
fn wrong_words_get_the_near_one_and_code_2() {
    let place = Place::with(&[("iris.nn", "print(1)\n")]);
    check(&place.nn(&["chek"]), "", &["`chek` is neither a command nor a file; did you mean `nn check`?"], 2);
    check(&place.nn(&["iris"]), "", &["did you mean `nn iris.nn`?"], 2);
    check(&place.nn(&["zzzzzzzz"]), "", &["`zzzzzzzz` is neither a command nor a file\n"], 2);
    check(&place.nn(&["run", "iris.nn", "--theads", "2"]), "", &["--threads"], 2);
    check(&place.nn(&["run", "iris.nn", "--threads", "0"]), "", &["0 is not in 1..=1024"], 2);
    check(&place.nn(&["check", "iris.nn", "--show", "grad", "--after", "fould"]), "", &["fold"], 2);
    check(&place.nn(&["bench", "iris.nn", "--seconds", "-1"]), "", &["seconds"], 2);
}

#[test]
fn the_version_has_the_facts_of_the_build() {
    let place = Place::with(&[]);
    let done = place.nn(&["--version"]);
    assert!(done.stdout.starts_with(concat!("nn ", env!("CARGO_PKG_VERSION"), "\n")), "{}", done.stdout);
    let fact = |name: &str| {
        let line = done.stdout.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no `{name}` in {}", done.stdout)).trim().to_string()
    };
    assert!(fact("compiler").starts_with("rustc "), "{}", done.stdout);
    assert!(fact("target").starts_with(std::env::consts::ARCH), "{}", done.stdout);
    assert!(["debug", "release"].contains(&fact("profile").as_str()), "{}", done.stdout);
    assert!(fact("vectors").contains(" here; built for "), "{}", done.stdout);
    assert!(fact("threads").parse::<usize>().is_ok_and(|threads| threads > 0), "{}", done.stdout);
    check(&place.nn(&["-V"]), concat!("nn ", env!("CARGO_PKG_VERSION"), "\n"), &[], 0);
    let help = place.nn(&["--help"]);
    assert!(help.stdout.contains("Exit codes") && help.stdout.contains("predict"), "{}", help.stdout);
    assert_eq!(help.code, 0);
}

#[test]
fn a_closed_pipe_is_a_normal_end() {
    let place = Place::with(&[(
        "a.nn",
        "for i in 1..200000 {\n    print(\"a line of some length that fills pipes\")\n}\n",
    )]);
    let mut child = place.command(&["a.nn"]).spawn().expect("the command starts");
    let mut stdout = child.stdout.take().expect("a pipe");
    let mut some = [0u8; 10];
    stdout.read_exact(&mut some).expect("it prints");
    drop(stdout);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn warnings_stand_before_the_run() {
    let script = format!("unused = 1\n{XOR}");
    let done = Place::with(&[("xor.nn", &script)]).nn(&["xor.nn"]);
    let place = |text: &str| done.stderr.find(text).unwrap_or_else(|| panic!("{text}\n{}", done.stderr));
    assert!(place("warning[unused]") < place("1 warning"), "{}", done.stderr);
    assert!(place("1 warning") < place("epoch   1/100"), "{}", done.stderr);
    assert_eq!(done.stderr.matches("warning[unused]").count(), 1);
}

#[test]
fn a_folder_to_write_into_is_looked_for_before_the_run() {
    for last in ["save(net, \"no/net.safetensors\")", "plot(net, kind = \"histogram\", to = \"no/a.svg\")"] {
        let place = Place::with(&[("xor.nn", &format!("{XOR}{last}\n"))]);
        let done = place.nn(&["xor.nn"]);
        assert_eq!((done.code, done.stdout.as_str()), (1, ""), "{}", done.stderr);
        assert!(done.stderr.contains("cannot be written: there is no folder `no`"), "{}", done.stderr);
        std::fs::create_dir(place.path("no")).expect("the folder");
        assert_eq!(place.nn(&["xor.nn", "--quiet"]).code, 0);
    }
}

#[test]
fn the_gradient_by_a_parameter_is_that_of_its_model() {
    let lecture =
        std::fs::read_to_string(super::examples::root().join("examples/lecture.nn")).expect("it is there");
    let place = Place::with(&[("lecture.nn", &lecture)]);
    let done = place.nn(&["derive", "lecture.nn", "--wrt", "net.W1"]);
    assert!(
        done.stdout.starts_with("mse of net") && done.stdout.contains("∂L/∂W1 = δ1 · xᵀ"),
        "{}",
        done.stdout
    );
    let text = format!("{lecture}derive(mse, twin, wrt = net.W1)\n");
    let done = Place::with(&[("lecture.nn", &text)]).nn(&["check", "lecture.nn"]);
    assert!(done.stderr.contains("`net.W1` is no part of what is derived"), "{}", done.stderr);
}

#[test]
fn trainings_tell_a_plain_line_an_epoch_without_a_terminal() {
    let place = Place::with(&[("xor.nn", XOR)]);
    let done = place.nn(&["xor.nn"]);
    assert_eq!((done.stdout.as_str(), done.code), ("done\n", 0));
    let lines: Vec<&str> = done.stderr.lines().collect();
    assert_eq!(lines.len(), 100);
    assert!(lines.first().is_some_and(|line| line.starts_with("epoch   1/100  loss 0.")), "{lines:?}");
    assert!(lines.last().is_some_and(|line| line.starts_with("epoch 100/100  loss ")), "{lines:?}");
    assert!(!done.stderr.contains('\u{1b}'), "no colours and no redrawing without a terminal");
    check(&place.nn(&["run", "xor.nn", "--quiet", "--threads", "1"]), "done\n", &[], 0);
}

#[test]
fn for_machines_all_of_it_is_an_object_a_line() {
    let place = Place::with(&[("xor.nn", XOR), ("bad.nn", "print(1)\nassert(1 > 2)\n")]);
    let done = place.nn(&["run", "xor.nn", "--format", "json"]);
    assert_eq!((done.stderr.as_str(), done.code), ("", 0));
    let lines: Vec<serde_json::Value> =
        done.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // An object for each epoch, one at the end of the training, what is printed, and the mistakes.
    assert_eq!(lines.len(), 103, "{}", done.stdout);
    for (at, line) in lines.iter().take(100).enumerate() {
        assert_eq!((&line["event"], &line["epoch"]), (&"epoch".into(), &(at + 1).into()), "{line}");
        assert!(line["loss"].is_f64() && line["seconds"].is_f64(), "{line}");
        assert_eq!((&line["epochs"], &line["training"]), (&100.into(), &1.into()), "{line}");
    }
    assert_eq!(lines[99]["examples"], 400);
    assert_eq!((&lines[100]["event"], &lines[100]["ended"]), (&"end".into(), &"finished".into()));
    assert_eq!(lines[100]["loss"], lines[99]["loss"]);
    assert_eq!((&lines[101]["event"], &lines[101]["text"]), (&"print".into(), &"done".into()));
    assert_eq!(lines[102]["errors"], 0);
    let done = place.nn(&["run", "bad.nn", "--format", "json"]);
    let last: serde_json::Value =
        serde_json::from_str(done.stdout.lines().last().unwrap_or_default()).expect("JSON");
    assert_eq!((&last["errors"], done.code), (&1.into(), 1));
    check(&place.nn(&["run", "bad.nn", "--format", "short"]), "1\n", &["bad.nn:2:8: error[runtime]"], 1);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_training_and_the_script_goes_on() {
    let script = XOR.replace("epochs = 100", "epochs = 100000000");
    let place = Place::with(&[("long.nn", &script)]);
    let mut child = place.command(&["long.nn"]).spawn().expect("the command starts");
    let mut stderr = child.stderr.take().expect("a pipe");
    // The first line tells that it trains.
    let mut seen = vec![0u8; 5];
    stderr.read_exact(&mut seen).expect("it tells of an epoch");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let mut told = String::new();
    stderr.read_to_string(&mut told).expect("text");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n");
    assert!(told.contains("stopped after epoch ") && told.contains("are kept"), "{told}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_stands_between_the_stages_can_be_shown() {
    let place = Place::with(&[("xor.nn", XOR), ("plain.nn", "x = [1, 2]\ny = 2 * x\n")]);
    let ast = place.nn(&["check", "plain.nn", "--show", "ast"]);
    assert!(ast.stdout.contains('(') && ast.stdout.lines().count() == 2, "{}", ast.stdout);
    let types = place.nn(&["check", "plain.nn", "--show", "types"]);
    assert!(
        types.stdout.lines().any(|line| line.starts_with("2:5") && line.contains("[2]")),
        "{}",
        types.stdout
    );
    let graph = place.nn(&["check", "xor.nn", "--show", "graph"]);
    assert!(graph.stdout.contains("matmul") && graph.stdout.contains("return"), "{}", graph.stdout);
    assert!(!graph.stdout.contains("sqrt"), "no optimizer in the graph of the loss: {}", graph.stdout);
    let grad = place.nn(&["check", "xor.nn", "--show", "grad"]);
    assert!(grad.stdout.contains("sqrt"), "adam takes a root: {}", grad.stdout);
    let folded = place.nn(&["check", "xor.nn", "--show", "grad", "--after", "fold"]);
    assert!(folded.stdout.lines().count() <= grad.stdout.lines().count());
    let plan = place.nn(&["check", "xor.nn", "--show", "plan"]);
    assert!(plan.stdout.contains("product"), "{}", plan.stdout);
    check(&place.nn(&["check", "plain.nn", "--show", "grad"]), "", &["error[no-training]"], 1);
}

/// A script that trains by a loop has a loss on its model, too: `mse(net(batch.x), batch.y)`.
#[test]
fn a_loop_by_hand_is_derived_and_traced() {
    let by_hand = "precision f64\ndata d = examples { [1, 2] -> [3] }\n\
                   model net(x: [2]) -> [1] {\n    param W: [1, 2] = [[0.5, -0.5]]\n    W · x\n}\n\
                   for batch in batches(d, 1) {\n    l = batch_mean(mse(net(batch.x), batch.y))\n    \
                   net -= 0.25 * grad(l, net)\n}\n";
    let place = Place::with(&[("hand.nn", by_hand)]);
    let derived = place.nn(&["derive", "hand.nn"]);
    assert!(derived.stdout.contains("δ1    = 2 · (ŷ − t)"), "{}", derived.stdout);
    let traced = place.nn(&["trace", "hand.nn"]);
    assert!(traced.stdout.contains("w − 0.25 · ∂L/∂w"), "{}", traced.stdout);
    let sgd = format!("{by_hand}train net on d {{ loss = mse, optimizer = sgd(lr = 0.5), epochs = 1 }}\n");
    let place = Place::with(&[("sgd.nn", &sgd)]);
    let traced = place.nn(&["trace", "sgd.nn"]);
    assert!(traced.stdout.contains("w − 0.5 · ∂L/∂w"), "{}", traced.stdout);
}

#[test]
fn a_saved_model_answers_new_rows_in_words_and_as_csv() {
    let place = Place::with(&[
        ("flowers.nn", FLOWERS_NN),
        ("flowers.csv", FLOWERS),
        ("new.csv", "width,length\n0.2,1.05\n1.35,4.05\n"),
    ]);
    check(&place.nn(&["run", "flowers.nn", "--quiet"]), "", &[], 0);
    // The data of the training is not needed any more.
    std::fs::remove_file(place.path("flowers.csv")).expect("it is there");
    let words = ["predict", "flowers.nn", "--weights", "flowers.safetensors", "--data"];
    let done = place.nn(&[&words[..], &["new.csv"]].concat());
    let lines: Vec<Vec<&str>> = done.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(lines.iter().map(|line| line[0]).collect::<Vec<_>>(), ["small", "large"]);
    assert!(lines.iter().all(|line| line[1].parse::<f64>().is_ok_and(|p| p > 0.8 && p <= 1.0)), "{lines:?}");
    check(&place.nn(&[&words[..], &["new.csv", "-o", "out.csv"]].concat()), "", &[], 0);
    let table = std::fs::read_to_string(place.path("out.csv")).expect("it was written");
    assert!(table.starts_with("prediction,probability of large,probability of small\nsmall,0."), "{table}");
    assert_eq!(table.lines().count(), 3);
    let piped = place.nn_with_input(&[&words[..], &["-"]].concat(), "length,width\n4,1.2\n");
    assert!(piped.stdout.starts_with("large  "), "{}{}", piped.stdout, piped.stderr);
}

#[test]
fn what_predict_cannot_use_is_pointed_at_on_the_command_line() {
    let place = Place::with(&[
        ("flowers.nn", FLOWERS_NN),
        ("flowers.csv", FLOWERS),
        ("other.nn", "model net(x: [2]) -> [3] {\n    x |> dense(3)\n}\n"),
        ("none.nn", "print(1)\n"),
        ("short.csv", "length\n1.0\n"),
    ]);
    check(&place.nn(&["run", "flowers.nn", "--quiet"]), "", &[], 0);
    let predict = |script, weights, data| place.nn(&["predict", script, "-w", weights, "-d", data]);
    check(
        &predict("flowers.nn", "flower.safetensors", "flowers.csv"),
        "",
        &[
            "`flower.safetensors` cannot be read: there is no such file",
            "did you mean `flowers.safetensors`?",
        ],
        1,
    );
    check(
        &predict("flowers.nn", "flowers.safetensors", "short.csv"),
        "",
        &["error[unknown-column]", "`width`", "--data short.csv"],
        1,
    );
    check(
        &predict("other.nn", "flowers.safetensors", "flowers.csv"),
        "",
        &["error[shape-mismatch]", "[3, 2]", "[2, 2]"],
        1,
    );
    check(
        &predict("none.nn", "flowers.safetensors", "flowers.csv"),
        "",
        &["this script declares no model"],
        1,
    );
    check(&place.nn(&["predict", "flowers.nn"]), "", &["--weights", "--data"], 2);
}

#[test]
fn numbers_are_predicted_in_the_units_of_the_data() {
    let rows: String = (0..20).map(|i| format!("{i},{}\n", 100 + 3 * i)).collect();
    let script = "\
data line = csv(\"line.csv\") {
    input = standardize([x])
    target = standardize([price])
}
model net(x: [1]) -> [1] { x |> dense(1) }
train net on line { loss = mse, optimizer = sgd(lr = 0.1), epochs = 300, batch = 20 }
save(net, \"line.safetensors\")
";
    let place = Place::with(&[
        ("line.nn", script),
        ("line.csv", &format!("x,price\n{rows}")),
        ("new.csv", "x\n4\n10\n"),
    ]);
    check(&place.nn(&["run", "line.nn", "-q"]), "", &[], 0);
    let done = place.nn(&["predict", "line.nn", "-w", "line.safetensors", "-d", "new.csv"]);
    let prices: Vec<f64> = done.stdout.lines().filter_map(|line| line.parse().ok()).collect();
    assert_eq!(prices.len(), 2, "{}{}", done.stdout, done.stderr);
    assert!((prices[0] - 112.0).abs() < 0.01 && (prices[1] - 130.0).abs() < 0.01, "{prices:?}");
}

#[test]
fn a_step_is_timed() {
    let place = Place::with(&[("xor.nn", XOR), ("plain.nn", "print(1)\n")]);
    let done = place.nn(&["bench", "xor.nn", "--seconds", "0.1", "--json", "--threads", "1"]);
    let found: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert_eq!(
        (&found["file"], &found["batch"], &found["parameters"]),
        (&"xor.nn".into(), &4.into(), &33.into())
    );
    assert_eq!((&found["threads"], &found["precision"]), (&1.into(), &"f32".into()));
    // Forward 2·8·2 + 2·8, backward the same for the weights and 2·8 for the hidden layer, four examples each.
    assert_eq!(found["product_flop"], 448.0);
    let (best, median) = (found["step_us_best"].as_f64(), found["step_us_median"].as_f64());
    assert!(best.is_some_and(|best| best > 0.0) && best <= median, "{found}");
    let done = place.nn(&["bench", "xor.nn", "--seconds", "0.1"]);
    assert!(
        done.stdout.starts_with("step ") && done.stdout.contains("33 parameters, batch 4, f32"),
        "{}",
        done.stdout
    );
    check(&place.nn(&["bench", "plain.nn"]), "", &["error[no-training]: this script has no `train`"], 1);
}

#[test]
fn the_rungs_of_the_ladder_check() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/ladder");
    let place = Place::with(&[]);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there").flatten() {
        let path = entry.path();
        let done = place.nn(&["check", &path.display().to_string(), "--format", "short"]);
        assert_eq!((done.stderr.as_str(), done.code), ("", 0), "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 9);
}

#[test]
fn the_prompt_goes_on_after_mistakes() {
    let place = Place::with(&[("start.nn", "base = 40\n")]);
    let typed = "\
x = base + 2
x
[1, 2,
 3] * 2
undefined_name
x + 1
fn twice(a) = 2 * a
twice(4)
fn twice(a) = 3 * a
twice(4)
";
    let done = place.nn_with_input(&["repl", "start.nn"], typed);
    assert_eq!(done.stdout, "42\n[2, 4, 6]\n43\n8\n12\n");
    assert!(
        done.stderr.contains("error[unknown-name]") && done.stderr.contains("input 4:1:1"),
        "{}",
        done.stderr
    );
    assert_eq!(done.code, 1, "piped input with a mistake in it");
    check(&place.nn_with_input(&["repl"], "1 + 1\n"), "2\n", &[], 0);
    check(&place.nn_with_input(&["repl"], ""), "", &[], 0);
    check(&place.nn(&["repl", "missing.nn"]), "", &["there is no such file"], 1);
}

#[test]
fn a_training_at_the_prompt_keeps_its_parameters() {
    let place = Place::with(&[]);
    let typed = "\
data lesson = examples { [1] -> [3] }
model net(x: [1]) -> [1] {
    param w: [1] = zeros
    w * x
}
train net on lesson { loss = mse, optimizer = sgd(lr = 0.5), epochs = 30, batch = 1 }
print(\"{sum(net.w):.2}\")
net.w +
net([2])
";
    let done = place.nn_with_input(&["repl", "--quiet"], typed);
    assert!(done.stdout.starts_with("3.00\n"), "{}{}", done.stdout, done.stderr);
}

#[test]
fn a_check_ends_with_what_each_layer_costs() {
    let place = Place::with(&[("a.nn", XOR)]);
    let table = "\
layer     output  parameters  operations
net       [2]
  dense1  [8]             24          40
  dense2  [1]              9          17
output    [1]             33          66
";
    check(&place.nn(&["check", "a.nn"]), table, &["no mistakes found\n"], 0);
    let done = place.nn(&["check", "a.nn", "--show", "shapes"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let lines: Vec<&str> = done.stdout.lines().collect();
    let of = |text: &str| {
        lines.iter().find(|line| line.contains(&format!("{text}   "))).copied().unwrap_or_default()
    };
    assert!(of("x |> dense(8) |> tanh").contains("from `dense(8)` at 3:10"), "{}", done.stdout);
    assert!(of("B  x").contains("[2] × B") && of("B  x").contains("from `[2]` at 2:14"), "{}", done.stdout);
}

#[test]
fn warnings_are_allowed_or_denied() {
    let sigmoid = XOR.replace("|> sigmoid", "|> sigmoid |> dropout(0.1)");
    let one_line = sigmoid.replace("dropout(0.1)", "dropout(0.1)  # nn: allow dropout-last");
    let above = sigmoid.replace("    x |>", "    # nn: allow unused, dropout-last\n    x |>");
    let other = sigmoid.replace("dropout(0.1)", "dropout(0.1)  # nn: allow unused");
    let files = [("a.nn", sigmoid.as_str()), ("b.nn", &one_line), ("c.nn", &above), ("d.nn", &other)];
    let place = Place::with(&files);
    let warned = |arguments: &[&str], code: i32, word: &str| {
        let done = place.nn(arguments);
        assert_eq!(done.code, code, "{arguments:?}: {}", done.stderr);
        assert!(done.stderr.contains(word), "{arguments:?}: {}", done.stderr);
        done
    };
    warned(&["check", "a.nn"], 0, "warning[dropout-last]");
    warned(&["check", "b.nn"], 0, "no mistakes found");
    warned(&["check", "c.nn"], 0, "no mistakes found");
    warned(&["check", "d.nn"], 0, "warning[dropout-last]");
    warned(&["check", "a.nn", "--allow", "dropout-last"], 0, "no mistakes found");
    warned(&["check", "a.nn", "--deny", "warnings"], 1, "error[dropout-last]");
    warned(&["check", "a.nn", "--deny", "dropout-last"], 1, "error[dropout-last]");
    warned(&["check", "a.nn", "--deny", "unused"], 0, "warning[dropout-last]");
    // What is denied stops a run before it begins.
    let done = warned(&["run", "a.nn", "--deny", "warnings"], 1, "error[dropout-last]");
    assert_eq!(done.stdout, "");
    warned(&["check", "a.nn", "--allow", "dropout_last"], 2, "did you mean `dropout-last`?");
}

#[test]
fn a_net_of_another_setting_predicts_and_is_drawn() {
    let script = FLOWERS_NN
        .replace("seed 3\n", "seed 3\nhidden = 4\n")
        .replace("x |> dense(2)", "x |> dense(hidden) |> dense(2)");
    let place = Place::with(&[("flowers.nn", &script), ("flowers.csv", FLOWERS)]);
    check(&place.nn(&["run", "flowers.nn", "--quiet", "--set", "hidden=7"]), "", &[], 0);
    let words = ["predict", "flowers.nn", "-w", "flowers.safetensors", "-d", "flowers.csv"];
    check(&place.nn(&words), "", &["error[shape-mismatch]"], 1);
    let done = place.nn(&[&words[..], &["--set", "hidden=7"]].concat());
    assert_eq!((done.code, done.stdout.lines().count()), (0, 8), "{}", done.stderr);
    let drawn = place.nn(&["draw", "flowers.nn", "--set", "hidden=7"]);
    assert!(drawn.stdout.contains("W1[6, "), "{}", drawn.stdout);
}

#[test]
fn pictures_and_reports_are_written_into_files_of_their_kind_only() {
    let place = Place::with(&[("xor.nn", XOR)]);
    let refused = place.nn(&["draw", "xor.nn", "-o", "net.pdf"]);
    check(&refused, "", &["nn: a picture is written as `.svg` or `.png`, found `.pdf`: `-o net.svg`"], 2);
    let refused = place.nn(&["report", "xor.nn", "-o", "xor.pdf"]);
    check(
        &refused,
        "",
        &["nn: a report is written as `.html`, `.htm` or `.md`, found `.pdf`: `-o xor.html`"],
        2,
    );
    assert!(!place.path("net.pdf").exists() && !place.path("xor.pdf").exists());
    check(&place.nn(&["draw", "xor.nn", "-o", "net.SVG"]), "", &[], 0);
}

#[test]
fn help_is_a_word_too_and_a_slug_may_be_copied_as_it_is_shown() {
    let place = Place::with(&[]);
    assert_eq!(place.nn(&["help"]).stdout, place.nn(&["--help"]).stdout);
    let run = place.nn(&["help", "run"]);
    check(&run, &place.nn(&["run", "--help"]).stdout, &[], 0);
    let page = place.nn(&["explain", "shape-mismatch"]).stdout;
    for shown in ["error[shape-mismatch]", "error[shape-mismatch]: `a` and `b` differ", "[shape-mismatch]"] {
        check(&place.nn(&["explain", shown]), &page, &[], 0);
    }
}

#[test]
fn predict_says_that_rows_with_missing_values_were_left_out_of_the_training() {
    let script =
        FLOWERS_NN.replace("target = one_hot(kind)\n", "target = one_hot(kind)\n    missing = drop\n");
    let table = format!("{FLOWERS}4.4,,large\n");
    let files =
        [("flowers.nn", script.as_str()), ("flowers.csv", &table), ("new.csv", "length,width\n1.1,\n")];
    let place = Place::with(&files);
    check(&place.nn(&["run", "flowers.nn", "--quiet"]), "", &[], 0);
    let words = ["predict", "flowers.nn", "-w", "flowers.safetensors", "-d", "new.csv"];
    let done = place.nn(&words);
    check(&done, "", &["`missing = drop` left such rows out of the training", "`missing = mean`"], 1);
    assert!(!done.stderr.contains("had no missing value"), "{}", done.stderr);
}

#[test]
fn a_table_in_another_encoding_is_a_mistake_with_its_line() {
    let place =
        Place::with(&[("a.nn", "data d = csv(\"a.csv\") { input = [x], target = y }\nprint(d.count)\n")]);
    let rows = (0..12).map(|row| format!("{row},{},Genf\n", row * 2)).collect::<String>();
    let table = [b"x,y,town\n1,2,Z\xfcrich\n".as_slice(), rows.as_bytes()].concat();
    std::fs::write(place.path("a.csv"), &table).expect("a table");
    let said = [
        "`a.csv` cannot be read: it is not UTF-8 text (byte 0xfc in line 2)",
        "iconv -f latin1 -t utf8 a.csv",
    ];
    check(&place.nn(&["check", "a.nn"]), "", &said, 1);
    check(&place.nn(&["new", "towns", "--from", "csv", "a.csv"]), "", &said, 1);
    assert!(!place.path("towns").exists());
}

/// A first line of data is found to be none of names, also where two of its numbers are alike.
#[test]
fn a_table_without_a_header_becomes_a_project() {
    let plain: String = (0..20).map(|row| format!("{},{},{}\n", row + 1, row % 7 + 1, 3 * row)).collect();
    let kinds: String =
        (0..20).map(|row| format!("{}.5,{}.25,{}\n", row, row % 5, ["a", "b"][row % 2])).collect();
    let place = Place::with(&[("plain.csv", &plain), ("kinds.csv", &kinds)]);
    for name in ["plain", "kinds"] {
        let table = format!("{name}.csv");
        let done = place.nn(&["new", &format!("of_{name}"), "--from", "csv", &table]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let script =
            std::fs::read_to_string(place.path(&format!("of_{name}/of_{name}.nn"))).expect("a script");
        assert!(script.contains("header = false") && script.contains("c0"), "{script}");
    }
}

//! The talk without a terminal: a world in memory, answers in a list.

use std::cell::RefCell;
use std::path::Path;
use std::time::{Duration, Instant};

use nn::base::Sources;
use nn::diagnostics::Diagnostic;
use nn::repl::{After, Conversation, Face, Hints, complete};
use nn::session::{MemoryWorld, Mode, Session};

/// What a face was told.
#[derive(Default)]
pub struct Told {
    pub values: Vec<String>,
    pub notes: Vec<String>,
    pub complaints: Vec<String>,
    pub problems: Vec<String>,
    pub fixes: Vec<String>,
    pub written: Vec<(String, String)>,
    /// What the editor makes of a text.
    pub edited: String,
}

impl Face for Told {
    fn value(&mut self, text: &str) {
        self.values.push(text.to_string());
    }

    fn problems(&mut self, found: &[Diagnostic], _sources: &Sources) {
        self.problems.extend(found.iter().map(|one| format!("{}: {}", one.slug.as_str(), one.headline)));
        self.fixes.extend(found.iter().flat_map(|one| one.fixes.iter().map(|fix| fix.title.clone())));
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_string());
    }

    fn complain(&mut self, text: &str) {
        self.complaints.push(text.to_string());
    }

    fn width(&self) -> usize {
        80
    }

    fn switch(&mut self, _name: &str, to: Option<bool>) -> bool {
        to.unwrap_or(false)
    }

    fn write(&mut self, path: &Path, text: &str) -> Result<(), String> {
        self.written.push((path.display().to_string(), text.to_string()));
        Ok(())
    }

    fn edit(&mut self, text: &str) -> Result<String, String> {
        Ok(self.edited.replace("{}", text))
    }

    fn edit_file(&mut self, _path: &Path) -> Result<(), String> {
        Err("there is no editor in a test".to_string())
    }

    fn input_done(&mut self) {}
}

pub const IRIS: &str = "\
a,b,kind
1,10,x
2,20,y
3,30,x
4,45,y
";

pub fn world() -> MemoryWorld {
    let files = nn::data::MemoryFiles::new().with("iris.csv", IRIS);
    MemoryWorld { files, ..MemoryWorld::default() }
}

/// Enters inputs one after another; all that was told, and what was printed.
pub fn talk(inputs: &[&str]) -> (Told, Vec<String>) {
    let mut world = world();
    let mut told = Told::default();
    {
        let mut talk = Conversation::new(Session::new(&mut world, Mode::Run, "".into()));
        for input in inputs {
            assert_ne!(talk.answer(input, &mut told), After::End);
        }
    }
    (told, world.lines)
}

/// The values that inputs show; nothing may go wrong.
#[track_caller]
pub fn values(inputs: &[&str]) -> Vec<String> {
    let (told, _) = talk(inputs);
    assert!(
        told.problems.is_empty() && told.complaints.is_empty(),
        "{:?} {:?}",
        told.problems,
        told.complaints
    );
    told.values
}

#[test]
fn the_last_value_has_a_name_and_a_pipe_goes_on_with_it() {
    assert_eq!(values(&["1 + 1", "_ * 10", "_ + _"]), ["2", "20", "40"]);
    assert_eq!(values(&["[1, 2, 3]", "|> sum", "|> sqrt"])[1], "6");
    assert_eq!(values(&["z = [1, 2, 3]", "|> sum", "z"]), ["6"]);
    // A statement has no value, and leaves the last one alone.
    assert_eq!(values(&["7", "x = 3", "_"]), ["7", "7"]);
}

#[test]
fn a_name_whose_statement_failed_has_no_value_or_its_old_one() {
    let data = "data d = examples { [30] -> [3] }";
    let model = "model net(x: [1]) -> [1] { param w: [1] = [1]\n w * x }";
    let train = "train net on d { loss = mse, optimizer = sgd(lr = 1e9), epochs = 500 }";
    let (told, _) = talk(&[data, model, &format!("r = {train}"), "r.loss", "r + 1", "1 + 1"]);
    assert_eq!(told.values, ["2"]);
    let no_value = "unknown-name: `r` has no value: a mistake ended the run before it got one";
    assert_eq!(told.problems.len(), 3, "{:?}", told.problems);
    assert_eq!(told.problems[1..], [no_value, no_value]);
    let (told, _) = talk(&[data, model, "r = 7", &format!("r = {train}"), "r + 1"]);
    assert_eq!(told.values, ["8"]);
    let (told, _) = talk(&["assert(1 > 2)\nq = 4", "q", "q = 5", "q"]);
    assert_eq!(told.values, ["5"], "{:?}", told.problems);
    assert!(told.problems[1].contains("`q` has no value"), "{:?}", told.problems);
}

#[test]
fn a_text_is_shown_as_it_is_written() {
    let inputs = ["\"é e\u{301} 👩‍👧 \\\\ \\\" \\{b\\} a\\nb\"", "\"漢\""];
    let (told, _) = talk(&inputs);
    assert_eq!(told.values, inputs, "{:?}", told.problems);
}

#[test]
fn time_is_that_of_the_work() {
    let (told, _) = talk(&["M = ones(400, 400)", ":time N = M · M", ":time oops"]);
    assert_eq!(told.notes.len(), 1, "{:?}", told.notes);
    // 128 million operations take more than a tenth of a millisecond anywhere.
    let micros: f64 = match told.notes[0].split_once(' ').expect("a number and a unit") {
        (number, "µs") => number.parse().expect("a number"),
        _longer => 1e3,
    };
    assert!(micros > 100.0, "{:?}", told.notes);
}

#[test]
fn a_mistake_changes_nothing() {
    let inputs = [
        "model net(x: [2]) -> [1] { x |> dense(1) }",
        "net.dense1.W",
        "model net(x: [2]) -> [1] { x |> dense(2) }",
        "net.dense1.W",
        "x = 1; y = undefined",
        "assert(1 > 2)",
        "net.dense1.W",
    ];
    let (told, _) = talk(&inputs);
    assert_eq!(told.problems.len(), 3, "{:?}", told.problems);
    assert!(
        told.values.len() == 3 && told.values.iter().all(|value| *value == told.values[0]),
        "{:?}",
        told.values
    );
}

#[test]
fn a_model_keeps_its_weights_when_it_is_declared_as_before() {
    let net = "model net(x: [2]) -> [1] { x |> dense(1) }";
    let inputs = [
        "data d = examples {\n [1, 2] -> [3]\n}",
        net,
        "train net on d { loss = mse, optimizer = sgd(lr = 0.1), epochs = 3 }",
        "net.dense1.W",
        "model net(x: [2]) -> [1] {\n  x |> dense(1)   # as before\n}",
        "net.dense1.W",
        ":reset net",
        "net.dense1.W",
        "layer twice(x: [n]) -> [n] { param s: real = 2\n s * x }",
        "model net(x: [2]) -> [1] { x |> dense(1) |> twice }",
        "net.dense1.W",
    ];
    let (told, _) = talk(&inputs);
    assert!(told.problems.is_empty(), "{:?}", told.problems);
    let [trained, kept, first, other] = &told.values[..] else { panic!("{:?}", told.values) };
    assert_eq!(trained, kept);
    assert_ne!(kept, first);
    assert_eq!(first, other, "another declaration begins with its first parameters");
    assert!(told.notes.iter().any(|note| note.contains("`net` keeps its parameters")), "{:?}", told.notes);
}

#[test]
fn data_that_is_declared_again_leaves_values_of_the_old_alone() {
    let inputs = [
        "data d = examples {\n [1, 2] -> [3]\n [4, 5] -> [6]\n}",
        "old = d.x",
        "data d = examples {\n [7] -> [8]\n}",
        "old",
        "d.x",
        "old * 2",
    ];
    let found = values(&inputs);
    assert_eq!(found, ["[1, 2]\n[4, 5]\n[2] × 2", "[7]\n[1] × 1", "[2,  4]\n[8, 10]\n[2] × 2"]);
}

#[test]
fn a_random_value_stays_what_it_is() {
    let found = values(&["x = random_normal([3])", "x", "y = x + 1", "y - x", "x - _", "x"]);
    assert_eq!(found[0], found[3]);
    assert_eq!(found[1], "[1, 1, 1]");
    let found = values(&["fn noisy(a) = a + random_uniform([2])", "noisy(0) - noisy(0)"]);
    assert_ne!(found, ["[0, 0]"], "two calls draw twice");
}

#[test]
fn values_are_shown_for_eyes() {
    let found = values(&[
        "[[1, 2.5], [-3, 4]]",
        "data iris = csv(\"iris.csv\") {\n input = [a, b]\n target = one_hot(kind)\n}",
        "iris",
        "model net(x: like iris.input) -> [2] { x |> dense(2) |> softmax }",
        "net",
        "\"a {1 + 1}\"",
        "fn f(a, b = 2) = a + b",
        "f",
    ]);
    assert_eq!(found[0], "[[ 1, 2.5],\n [-3, 4.0]]");
    assert_eq!(
        found[1],
        "iris: 4 examples of [2] -> [2]\n  a     1 .. 4\n  b     10 .. 45\n  kind  x 2, y 2"
    );
    assert!(found[2].starts_with("net ") && found[2].ends_with("[2]  6"), "{}", found[2]);
    assert_eq!(found[4], "fn f(a, b = 2)");
}

#[test]
fn commands_answer() {
    let (told, printed) = talk(&[
        "model net(x: [2]) -> [1] { x |> dense(1) }",
        ":type [1, 2, 3] * 2",
        ":type net",
        ":shape net",
        ":shape [[1, 2]]",
        ":source net",
        ":summary",
        ":derive mse, net",
        ":time 1 + 1",
        ":set digits 3",
        "1 / 3",
        ":help",
        ":doc dense",
        ":doc net",
        ":source relu",
    ]);
    assert!(
        told.problems.is_empty() && told.complaints.is_empty(),
        "{:?} {:?}",
        told.problems,
        told.complaints
    );
    let values = &told.values;
    assert_eq!(values[0], "[3]");
    assert_eq!(values[1], "model net: [2] -> [1]");
    assert_eq!(values[2], "dense1.W  [1, 2]\ndense1.b  [1]");
    assert_eq!(values[3], "[1, 2]");
    assert_eq!(values[4], "model net(x: [2]) -> [1] { x |> dense(1) }");
    assert_eq!(values[5], "2");
    assert_eq!(values[6], "0.333");
    assert!(values[7].contains(":save FILE"), "{}", values[7]);
    assert!(values[8].contains("layer dense"), "{}", values[8]);
    assert!(values[9].contains("model net(x: [2])"), "{}", values[9]);
    assert!(values[10].starts_with("activation relu"), "{}", values[10]);
    assert!(told.notes.iter().any(|note| note.ends_with("µs") || note.ends_with("ms")), "{:?}", told.notes);
    let printed = printed.join("\n");
    assert!(printed.contains("∂L/∂W") && printed.contains("dense1"), "{printed}");
}

#[test]
fn commands_that_are_none_get_the_near_one() {
    let (told, _) =
        talk(&[":tpye 1", ":zzzz", ":load", ":set digit 3", ":set digits 99", ":doc dnese", ":shape \"a\""]);
    let told = told.complaints;
    assert!(told[0].contains("did you mean `:type`?"), "{told:?}");
    assert!(told[1].contains("`:help` lists the commands"), "{told:?}");
    assert!(told[2].starts_with("`:load FILE`"), "{told:?}");
    assert!(told[3].contains("did you mean `digits`?"), "{told:?}");
    assert!(told[4].contains("1 to 17, found `99`"), "{told:?}");
    assert!(told[5].contains("did you mean `dense`?"), "{told:?}");
    assert!(told[6].contains("this has no shape"), "{told:?}");
}

#[test]
fn a_text_changed_in_an_editor_is_entered() {
    let mut world = world();
    let mut told = Told { edited: "{} + 40".to_string(), ..Told::default() };
    let mut talk = Conversation::new(Session::new(&mut world, Mode::Run, "".into()));
    talk.answer("1 + 1", &mut told);
    talk.answer(":edit", &mut told);
    talk.answer("x = 2", &mut told);
    talk.answer(":edit x", &mut told);
    talk.answer("x", &mut told);
    assert_eq!(told.values, ["2", "1 + 1 + 40", "42", "x = 2 + 40", "42"]);
}

#[test]
fn fixes_are_tried_against_the_session() {
    let (told, _) = talk(&["W = [[1, 2], [3, 4], [5, 6]]", "x = [1, 2, 3]", "W · x"]);
    assert_eq!(told.problems.len(), 1, "{:?}", told.problems);
    assert!(!told.fixes.is_empty(), "a transpose would fit");
}

#[test]
fn everything_can_be_forgotten() {
    let (told, _) =
        talk(&["x = 3", ":reset", "x", "precision f64", "model net(x: [1]) -> [1] { x |> dense(1) }"]);
    assert_eq!(told.problems, ["unknown-name: nothing is called `x`"]);
}

/// The candidates for the end of a text, after these inputs.
fn candidates(inputs: &[&str], text: &str) -> Vec<String> {
    let mut world = world();
    let mut talk = Conversation::new(Session::new(&mut world, Mode::Run, "".into()));
    let mut told = Told::default();
    inputs.iter().for_each(|input| {
        talk.answer(input, &mut told);
    });
    assert!(told.problems.is_empty(), "{:?}", told.problems);
    complete(&mut talk, text).1.into_iter().map(|one| one.text).collect()
}

#[test]
fn tab_knows_names_options_columns_parameters_files_commands_and_signs() {
    let data = "data iris = csv(\"iris.csv\") {\n input = [a, b]\n target = one_hot(kind)\n split = [train: 0.5, test: 0.5]\n}";
    let net = "model net(x: [2]) -> [2] { x |> dense(4) as hidden |> dense(2) |> softmax }";
    let all = [data, net, "first_layer = 1"];
    assert_eq!(candidates(&all, "x = first_l"), ["first_layer"]);
    assert_eq!(candidates(&all, "x |> leaky_r"), ["leaky_relu"]);
    assert_eq!(candidates(&all, "x |> dense(3, bi")[0], "bias = ");
    assert_eq!(candidates(&all, "adam(l")[0], "lr = ");
    assert_eq!(candidates(&all, "net."), ["hidden", "dense1"]);
    assert_eq!(candidates(&all, "net.hid"), ["hidden"]);
    assert_eq!(candidates(&all, "net.hidden."), ["W", "b"]);
    assert_eq!(candidates(&all, "iris.te"), ["test"]);
    assert_eq!(candidates(&all, "train ne"), ["net"]);
    assert_eq!(candidates(&all, "train net on ir"), ["iris"]);
    assert_eq!(candidates(&all, "train net on iris.train {\n  opt"), ["optimizer = "]);
    assert_eq!(candidates(&all, "train net on iris.train { loss = cross"), ["cross_entropy"]);
    let optimizers = candidates(&all, "train net on iris.train { optimizer = ada");
    assert!(optimizers.contains(&"adam".to_string()));
    assert!(optimizers.iter().all(|name| name.starts_with("ada")), "{optimizers:?}");
    assert_eq!(candidates(&all, "data d = csv(\"ir"), ["iris.csv"]);
    assert_eq!(candidates(&[], "data d = csv(\"iris.csv\") {\n tar"), ["target = "]);
    assert_eq!(candidates(&[], "data d = csv(\"iris.csv\") {\n target = one_hot(ki"), ["kind"]);
    assert_eq!(candidates(&[], ":sa"), [":save "]);
    assert_eq!(candidates(&[], ":load ir"), ["iris.csv"]);
    assert_eq!(candidates(&all, ":source ne")[0], "net");
    assert_eq!(candidates(&[], "\\sigma"), ["σ"]);
    assert_eq!(candidates(&[], "\\odo"), ["⊙"]);
    assert_eq!(candidates(&[], "x\\^2"), ["²"]);
}

/// What is shown behind a text.
fn hints(inputs: &[&str], texts: &[&str]) -> Vec<Option<String>> {
    let mut world = world();
    let mut talk = Conversation::new(Session::new(&mut world, Mode::Run, "".into()));
    let mut told = Told::default();
    inputs.iter().for_each(|input| {
        talk.answer(input, &mut told);
    });
    assert!(told.problems.is_empty(), "{:?}", told.problems);
    texts.iter().map(|text| Hints::default().hint(&mut talk, text)).collect()
}

#[test]
fn what_is_typed_shows_its_type_or_the_mistake_in_it() {
    let data = "data iris = csv(\"iris.csv\") {\n input = [a, b]\n target = one_hot(kind)\n}";
    let net = "model net(x: [2]) -> [2] { x |> dense(2) |> softmax }";
    let texts = [
        "net(iris.x)",
        "[1, 2, 3] * 2",
        "y = net([1, 2])",
        "[1, 2] + [1, 2, 3]",
        "net(ir",
        "x |> dense(",
        "iris",
        "sum(iris.x) |> so",
        "train net on iris { loss = mse, optimizer = sgd(lr = 0.1), epochs = 2 }",
        "1 +",
        ":tim",
        ":tpye x",
        "unknown_thing + 1",
        ":type net.dense1.W",
    ];
    let found = hints(&[data, net], &texts);
    let found: Vec<&str> = found.iter().map(|hint| hint.as_deref().unwrap_or("-")).collect();
    assert_eq!(found[0], "[2] × 4");
    assert_eq!(found[1], "[3]");
    assert_eq!(found[2], "[2]");
    assert!(found[3].starts_with("✗ "), "{}", found[3]);
    assert_eq!(found[4], "model net: [2] -> [2]");
    assert!(found[5].starts_with("layer dense(x: [m], n: int"), "{}", found[5]);
    assert_eq!(found[6], "4 examples of [2] -> [2]");
    assert_eq!(found[7], "-", "the name goes on");
    assert_eq!(found[8], "history of loss");
    assert_eq!(found[9], "-");
    assert!(found[10].contains("says how long it took"), "{}", found[10]);
    assert_eq!(found[11], "✗ did you mean `:type`?");
    assert_eq!(found[12], "✗ nothing is called `unknown_thing`");
    assert_eq!(found[13], "[2, 2]");
}

#[test]
fn looking_changes_nothing() {
    let inputs = [
        "data d = examples {\n [1, 2] -> [3]\n}",
        "model net(x: [2]) -> [1] { x |> dense(1) }",
        "x = random_normal([2])",
        "a = 1",
    ];
    let looked = [
        "a = 2",
        "model net(x: [2]) -> [1] { x |> dense(3) |> dense(1) }",
        "net -= 0.1 * net",
        "train net on d { loss = mse, optimizer = adam, epochs = 9 }",
        "evaluate(net, d, loss = mse)",
        "seed 9",
        "data d = xor()",
        "fn sum(x) = 3",
        "random_normal([2])",
        "for b in batches(d, 1) { net -= grad(batch_mean(mse(net(b.x), b.y)), net) }",
        "print(a)",
        "assert(a > 3)",
        "save(net, \"x.safetensors\")",
        "x + +",
    ];
    let questions =
        ["a", "net.dense1.W", "x", "sum([1, 2])", "d", "random_normal([2])", "evaluate(net, d, loss = mse)"];
    let run = |is_looked: bool| {
        let mut world = world();
        let mut told = Told::default();
        {
            let mut talk = Conversation::new(Session::new(&mut world, Mode::Run, "".into()));
            for input in inputs {
                talk.answer(input, &mut told);
                for text in looked.iter().filter(|_| is_looked) {
                    Hints::default().hint(&mut talk, text);
                    complete(&mut talk, text);
                }
            }
            questions.iter().for_each(|input| {
                talk.answer(input, &mut told);
            });
        }
        assert!(told.problems.is_empty(), "{:?}", told.problems);
        (told.values, world.lines)
    };
    assert_eq!(run(true), run(false));
}

/// Nothing that someone types may break the talk, hints and completion included.
#[test]
fn any_beginning_of_any_text_is_harmless() {
    let texts = [
        "model net(x: [4]) -> [3] { x |> dense(8, act = relu) |> softmax }",
        "data d = csv(\"iris.csv\") { input = standardize([a, b]), target = one_hot(kind) }",
        "train net on d.train { loss = cross_entropy, metrics = [accuracy] }",
        "print(\"a {x:.3} b\", ŷ, net.dense1.W[0:2])",
        ":set digits 3",
        "\\sigma(\\nabla) ]})",
        "x.y.z.(..[",
    ];
    let mut world = world();
    let talk = RefCell::new(Conversation::new(Session::new(&mut world, Mode::Run, "".into())));
    for text in texts {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let mut talk = talk.borrow_mut();
            Hints::default().hint(&mut talk, &text[..end]);
            complete(&mut talk, &text[..end]);
            nn::repl::colored(&text[..end], Some(end));
        }
    }
}

#[test]
fn keys_and_lines_are_answered_at_once() {
    let mut world = world();
    let mut told = Told::default();
    let mut talk = Conversation::new(Session::new(&mut world, Mode::Run, "".into()));
    talk.answer("model net(x: [4]) -> [3] { x |> dense(32) |> relu |> dense(3) |> softmax }", &mut told);
    talk.answer("y = net([1, 2, 3, 4])", &mut told);
    // The quickest of several, since the machine is busy with other tests. The bar in a release build is 10 ms a line.
    let quickest = |work: &mut dyn FnMut()| {
        let times = (0..9).map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        });
        times.min().unwrap_or_default()
    };
    let line = quickest(&mut || {
        talk.answer("sum(net([1, 2, 3, 4]))", &mut told);
    });
    let hint = quickest(&mut || {
        Hints::default().hint(&mut talk, "sum(net([1, 2, 3, 4]))");
    });
    assert!(line < Duration::from_millis(60), "a line takes {line:?}");
    assert!(hint < Duration::from_millis(40), "a hint takes {hint:?}");
}

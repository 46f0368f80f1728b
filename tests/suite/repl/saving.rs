//! `:save` writes a script that checks and does the same.

use nn::repl::Conversation;
use nn::session::{self, MemoryWorld, Mode, Session};

use super::talk::{IRIS, Told, talk};

/// The script that inputs are saved as, with what was told.
fn saved(inputs: &[&str]) -> (String, Told, Vec<String>) {
    let mut all = inputs.to_vec();
    all.push(":save session.nn");
    let (told, printed) = talk(&all);
    assert!(told.problems.is_empty(), "{:?}", told.problems);
    let [(path, text)] = &told.written[..] else { panic!("{:?} {:?}", told.written, told.complaints) };
    assert_eq!(path, "session.nn");
    (text.clone(), told, printed)
}

/// What a script prints.
fn run(text: &str) -> Vec<String> {
    let files = nn::data::MemoryFiles::new().with("iris.csv", IRIS);
    let mut world = MemoryWorld { files, ..MemoryWorld::default() };
    let report = session::run_text(&mut world, "session.nn", text, "".as_ref());
    let found: Vec<&str> = report.diagnostics.iter().map(|found| found.headline.as_str()).collect();
    assert!(found.is_empty(), "{found:?} in\n{text}");
    world.lines
}

#[test]
fn a_saved_session_prints_what_was_shown() {
    let (text, told, _) = saved(&[
        "x = random_normal([3])",
        "x",
        "x * 2",
        "|> sum",
        "_ + 1",
        "undone = 3",
        "undone |> sqrt",
        "\"done\"",
    ]);
    // Texts are shown in quotes and printed without.
    let shown: Vec<String> = told.values.iter().map(|value| value.trim_matches('"').to_string()).collect();
    assert_eq!(run(&text), shown, "{text}");
    assert!(told.notes.iter().any(|note| note.contains("session.nn")), "{:?}", told.notes);
}

#[test]
fn the_last_value_is_that_of_what_was_shown() {
    let (text, told, printed) = saved(&["3", "print(5)", "_ + 1", "show(2)", "_ * 2"]);
    assert_eq!(
        (&told.values[..], &printed[0]),
        (&["3".into(), "4".into(), "8".into()][..], &"5".to_string())
    );
    assert_eq!(run(&text), ["3", "5", "4", "2", "8"], "{text}");
}

#[test]
fn a_file_that_is_there_is_written_over_when_asked_twice() {
    let (told, _) = talk(&["3", ":save iris.csv"]);
    assert_eq!((told.written.len(), told.complaints.len()), (0, 1), "{:?}", told.complaints);
    let (told, _) = talk(&["3", ":save iris.csv", ":save iris.csv"]);
    assert_eq!(told.written.len(), 1);
}

#[test]
fn a_saved_training_ends_with_the_same_numbers() {
    let (text, told, _) = saved(&[
        "seed 3",
        "data iris = csv(\"iris.csv\") {\n input = standardize([a, b])\n target = one_hot(kind)\n}",
        "## Two classes.\nmodel net(x: like iris.input) -> [2] { x |> dense(4, act = tanh) |> dropout(0.2) |> dense(2) |> softmax }",
        "run = train net on iris { loss = cross_entropy, optimizer = adam(lr = 0.1), epochs = 5, batch = 2 }",
        "model net(x: like iris.input) -> [2] { x |> dense(4, act = tanh) |> dropout(0.2) |> dense(2) |> softmax }",
        "for i in 1..3 { for batch in batches(iris, 2) { net -= 0.1 * grad(batch_mean(cross_entropy(net(batch.x), batch.y)), net) } }",
        "sum(net.dense1.W)",
        "evaluate(net, iris, loss = cross_entropy)",
    ]);
    assert_eq!(run(&text), told.values, "{text}");
    assert!(text.contains("## Two classes."), "{text}");
    assert_eq!(text.matches("model net").count(), 1, "declared once:\n{text}");
}

#[test]
fn of_declarations_the_last_one_is_saved() {
    let (text, told, _) = saved(&[
        "fn twice(a) = 2 * a",
        "twice(3)",
        "model net(x: [2]) -> [1] { x |> dense(1) }",
        "w = sum(net([1, 2]))",
        "other = 1",
        "fn twice(a) = a + a",
        "model net(x: [2]) -> [1] { x |> dense(3) |> dense(1) }",
        "w = sum(net([1, 2])) + other",
        "w",
    ]);
    assert_eq!(text.matches("fn twice").count(), 1, "{text}");
    assert_eq!(text.matches("model net").count(), 1, "{text}");
    assert!(text.contains("dense(3)") && !text.contains("twice(3)"), "{text}");
    let shown = run(&text);
    assert_eq!(shown.last(), told.values.last(), "{text}");
    let left_out: Vec<&String> = told.notes.iter().filter(|note| note.starts_with("left out")).collect();
    assert_eq!(left_out.len(), 2, "{left_out:?}");
}

/// What used a model between two equal declarations is as gone as the model, once it is declared anew.
#[test]
fn a_declaration_that_came_twice_and_then_anew_is_saved_once() {
    let (text, told, _) = saved(&[
        "model net(x: [2]) -> [1] { x |> dense(1) }",
        "a = sum(net([1, 2]))",
        "model net(x: [2]) -> [1] { x |> dense(1) }",
        "b = sum(net([1, 2]))",
        "model net(x: [2]) -> [1] { x |> dense(3) |> dense(1) }",
        "c = sum(net([1, 2]))",
        "c",
    ]);
    assert_eq!(run(&text), told.values, "{text}");
    assert!(!text.contains("a =") && !text.contains("b =") && text.contains("c ="), "{text}");
}

#[test]
fn what_went_wrong_and_what_was_only_asked_is_not_saved() {
    let (text, ..) = saved(&["x = 3", ":type x", ":time y = x + 1", ":set digits 2", "y"]);
    assert_eq!(text, "x = 3\ny = x + 1\nprint(y)\n");
    let (told, _) = talk(&["oops", ":save a.nn"]);
    assert!(
        told.written.is_empty() && told.complaints[0].contains("nothing to save"),
        "{:?}",
        told.complaints
    );
}

#[test]
fn what_ran_before_a_mistake_in_the_same_input_is_saved() {
    let mut told = Told::default();
    let mut world = MemoryWorld::default();
    let mut talk = Conversation::new(Session::new(&mut world, Mode::Run, "".into()));
    for input in
        ["a = 3\nb = a + 1\nassert(b > 9)\nc = 5", "if a > 2 { assert(a > 9) }", "a * b", ":save session.nn"]
    {
        let _ = talk.answer(input, &mut told);
    }
    assert_eq!(told.problems.len(), 2, "{:?}", told.problems);
    let [(_, text)] = &told.written[..] else { panic!("{:?}", told.complaints) };
    assert_eq!(text, "a = 3\nb = a + 1\nprint(a * b)\n");
    assert_eq!(run(text), told.values);
    let left_out =
        |line: &str| told.notes.iter().any(|note| note.starts_with("left out") && note.ends_with(line));
    assert!(left_out(": assert(b > 9)") && left_out(": if a > 2 { assert(a > 9) }"), "{:?}", told.notes);
}

#[test]
fn a_model_that_began_again_is_saved_with_its_first_parameters() {
    let model = "model net(x: [2]) -> [1] { x |> dense(3, act = tanh) |> dense(1) }";
    let change = "net -= 0.1 * grad(mse(net([1, 2]), [3]), net)";
    let show = "net([1, 2])";
    let (text, told, _) = saved(&[model, change, show, ":reset net", show, change, show]);
    let shown = run(&text);
    assert_eq!(shown, told.values[1..], "{text}");
    assert_ne!(shown[0], shown[1], "it learns");
    assert_eq!(shown[1], told.values[0], "as it did the first time");
    let left_out = told.notes.iter().filter(|note| note.starts_with("left out"));
    assert_eq!(left_out.count(), 2, "{:?}", told.notes);
}

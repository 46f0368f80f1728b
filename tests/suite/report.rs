//! Reports and pictures of networks: everything is there, and holds together by itself.

use std::path::Path;

use nn::plot::{Network, svg};
use nn::report::{self, Document};
use nn::session::{self, MemoryWorld};

use crate::examples::{Disk, problems, reads_mnist, root};
use crate::{latex, xml};

const CLASSES: &str = r#"
seed 2
data points = moons(n = 60, noise = 0.1) {
    input  = x
    target = one_hot(label)
    split  = [train: 0.7, test: 0.3]
}
model net(x: [2]) -> [2] { x |> dense(14, act = tanh) |> dense(2) |> softmax }
train net on points.train {
    loss = cross_entropy
    optimizer = adam(lr = 0.05)
    epochs = 5
    validate = points.test
    metrics = [accuracy]
}
print("done & <well>")
"#;

fn document(program: &str) -> Document {
    let mut world = MemoryWorld::default();
    world.files.insert("net.nn", program);
    let (report, found) = session::report_file(&mut world, Path::new("net.nn"));
    assert_eq!(problems(&report), "");
    assert!(world.lines.is_empty(), "what the script prints is in the report alone");
    found.expect("a document")
}

/// Those of the text, and those in cells of tables.
fn formulas(text: &report::Markdown) -> Vec<String> {
    let (mut found, mut cells) = (Vec::new(), String::new());
    for (at, part) in text.text.split("$$").enumerate() {
        match at % 2 {
            1 => found.push(part.trim().to_string()),
            _ => cells.push_str(part),
        }
    }
    let rows = cells.lines().filter_map(|line| line.strip_prefix("| $")?.strip_suffix("$ |"));
    found.extend(rows.map(str::to_string));
    found
}

/// Both ways of writing it hold together.
fn check_holds(document: &Document) -> (String, report::Markdown) {
    let page = report::html(document);
    xml::elements(page.strip_prefix("<!DOCTYPE html>").expect("a page"));
    for reference in page.split("http").skip(1) {
        let is_name = reference.starts_with("://www.w3.org/");
        assert!(is_name, "the page refers to http{}", reference.chars().take(30).collect::<String>());
    }
    let text = report::markdown(document, "net");
    formulas(&text).iter().for_each(|formula| latex::check(formula));
    for (name, picture) in &text.pictures {
        xml::elements(picture);
        assert!(text.text.contains(&format!("({name})")), "{name} is not shown");
    }
    (page, text)
}

#[test]
fn a_report_has_everything() {
    let (page, text) = check_holds(&document(CLASSES));
    let expected = [
        "The network",
        "Forwards",
        "Backwards",
        "One example",
        "Training",
        "What it learned",
        "What it answers",
        "The script",
    ];
    assert_eq!(headings(&page), expected);
    assert!(page.contains("done &amp; &lt;well&gt;"), "what was printed is there");
    let names: Vec<&str> = text.pictures.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "net-network.svg",
        "net-curves1.svg",
        "net-weights.svg",
        "net-gradients.svg",
        "net-boundary.svg",
        "net-confusion.svg",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_report_of_every_kind_of_network_holds() {
    let last = "train net on d { loss = mse, optimizer = sgd(lr = 0.01), epochs = 2, batch = 2 }\n";
    let data = "data d = examples { [1, 2] -> [3, 1]\n [2, 1] -> [0, 2]\n [0, 1] -> [1, 1] }\n";
    let bodies = [
        "x + (x |> dense(3, act = relu) |> dense(2))",
        "x |> dense(4) |> layer_norm |> gelu |> dense(2)",
        "x |> dense(4) |> batch_norm |> dropout(0.5) |> dense(2)",
        "h = x |> dense(2) as same |> tanh\n    same(h)",
        "if x[0] > 0 then x else 2 * (x |> dense(2))",
    ];
    let mut kept = Vec::new();
    for body in bodies {
        let program = format!("{data}model net(x: [2]) -> [2] {{\n    {body}\n}}\n{last}");
        let (_, text) = check_holds(&document(&program));
        kept.extend(formulas(&text));
    }
    latex::keep("reports", &kept);
}

#[test]
fn every_example_can_be_drawn() {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("examples")).expect("the folder of examples") {
        let path = entry.expect("an entry").path();
        let is_script = path.extension().is_some_and(|end| end == "nn");
        // Its data are not in the repository.
        if !is_script || reads_mnist(&path) {
            continue;
        }
        let (report, network) = session::draw_file(&mut Disk::default(), &path, None);
        let network = network.unwrap_or_else(|| panic!("{}: {}", path.display(), problems(&report)));
        xml::elements(&svg::network_document(&network, "net"));
        count += 1;
    }
    assert!(count >= 8, "{count} examples");
}

#[test]
fn a_chain_of_layers_is_drawn_as_columns_and_a_residual_net_as_blocks() {
    let draw = |body: &str| {
        let mut world = MemoryWorld::default();
        world.files.insert("net.nn", format!("model net(x: [3]) -> [3] {{ {body} }}"));
        let (report, network) = session::draw_file(&mut world, Path::new("net.nn"), None);
        network.unwrap_or_else(|| panic!("{}", problems(&report)))
    };
    let Network::Columns(columns) = draw("x |> dense(40, act = relu) |> dense(3) |> softmax") else {
        panic!("expected columns");
    };
    assert_eq!(columns.iter().map(|column| column.size).collect::<Vec<_>>(), [3, 40, 3]);
    assert_eq!(columns[1].weights.as_ref().map(|(_, weights)| weights.len()), Some(120));
    let picture = svg::network_document(&Network::Columns(columns), "net");
    assert!(picture.matches("<title>").count() < 120, "a wide layer is shortened");
    let Network::Blocks(blocks) = draw("x + (x |> dense(4, act = relu) |> dense(3))") else {
        panic!("expected blocks");
    };
    let last = blocks.last().expect("blocks");
    assert!(last.inputs.len() == 2, "the sum is fed by the input and by the layers: {:?}", last.inputs);
}

fn headings(page: &str) -> Vec<String> {
    let parts = page.split("<h2").skip(1);
    parts.filter_map(|rest| rest.split(['>', '<']).nth(1).map(str::to_string)).collect()
}

/// A loop by hand, or no training at all: what there is to see of the model.
#[test]
fn a_script_without_training_has_its_model_in_the_report() {
    let by_hand = "data d = examples { [1, 2] -> [3, 1]\n [2, 1] -> [0, 2] }\n\
                   model net(x: [2]) -> [2] { x |> dense(3, act = tanh) |> dense(2) }\n\
                   for step in 1..20 {\n    l = batch_mean(mse(net(d.x), d.y))\n    \
                   net -= 0.1 * grad(l, net)\n}\n";
    let alone = "model net(x: [4]) -> [2] { x |> dense(2) |> softmax }\n";
    let known = ["The network", "Forwards", "Backwards", "The parameters", "The script"];
    let mut with_data = known.to_vec();
    with_data.insert(3, "One example");
    for (program, expected) in [(by_hand, with_data), (alone, known.to_vec())] {
        let (page, text) = check_holds(&document(program));
        assert_eq!(headings(&page), expected);
        let names: Vec<&str> = text.pictures.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["net-network.svg", "net-weights.svg"]);
    }
}

#[test]
fn several_models_have_sections_of_their_own() {
    let program = format!(
        "{CLASSES}\nmodel other(x: [2]) -> [2] {{ x + (x |> dense(2)) }}\n\
         train other on points.train {{ loss = mse, optimizer = sgd(lr = 0.01), epochs = 2 }}\n"
    );
    let (page, text) = check_holds(&document(&program));
    let found = headings(&page);
    for heading in
        ["The network of other", "Backwards of other", "What was learned by net", "What was learned by other"]
    {
        assert!(found.iter().any(|known| known == heading), "{heading} in {found:?}");
    }
    let mut names: Vec<&str> = text.pictures.iter().map(|(name, _)| name.as_str()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "each picture has a name of its own");
}

#[test]
fn a_script_without_a_model_has_no_report() {
    let mut world = MemoryWorld::default();
    world.files.insert("net.nn", "x = 1\nprint(x)\n");
    let (report, found) = session::report_file(&mut world, Path::new("net.nn"));
    assert!(found.is_none());
    assert!(problems(&report).contains("declares no model"), "{}", problems(&report));
}

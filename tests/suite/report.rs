//! Reports and pictures of networks: everything is there, and holds together by itself.

use std::path::Path;

use nn::plot::{Network, svg};
use nn::report::{self, Document};
use nn::session::{self, MemoryWorld};

use crate::examples::{Disk, problems, root};
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

/// Both ways of writing it hold together.
fn check_holds(document: &Document) -> (String, report::Markdown) {
    let page = report::html(document);
    xml::elements(page.strip_prefix("<!DOCTYPE html>").expect("a page"));
    for reference in page.split("http").skip(1) {
        let is_name = reference.starts_with("://www.w3.org/");
        assert!(is_name, "the page refers to http{}", reference.chars().take(30).collect::<String>());
    }
    let text = report::markdown(document, "net");
    for formula in text.text.split("$$").skip(1).step_by(2) {
        latex::check(formula);
    }
    for (name, picture) in &text.pictures {
        xml::elements(picture);
        assert!(text.text.contains(&format!("({name})")), "{name} is not shown");
    }
    (page, text)
}

#[test]
fn a_report_has_everything() {
    let (page, text) = check_holds(&document(CLASSES));
    let headings: Vec<&str> =
        page.split("<h2").skip(1).filter_map(|rest| rest.split(['>', '<']).nth(1)).collect();
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
    assert_eq!(headings, expected);
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
    for body in bodies {
        let program = format!("{data}model net(x: [2]) -> [2] {{\n    {body}\n}}\n{last}");
        check_holds(&document(&program));
    }
}

#[test]
fn every_example_can_be_drawn() {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("examples")).expect("the folder of examples") {
        let path = entry.expect("an entry").path();
        let is_script = path.extension().is_some_and(|end| end == "nn");
        // Its data are not in the repository.
        if !is_script || crate::examples::reads_mnist(&path) {
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

#[test]
fn a_script_without_training_has_no_report() {
    let mut world = MemoryWorld::default();
    world.files.insert("net.nn", "x = 1\nprint(x)\n");
    let (report, found) = session::report_file(&mut world, Path::new("net.nn"));
    assert!(found.is_none());
    assert!(problems(&report).contains("no `train`"), "{}", problems(&report));
}

//! The reference: every name has an entry whose example runs, and its pages hold together.

use std::path::Path;

use nn::session::{self, Entry, MemoryWorld};

use super::cli::{Place, check};
use super::corpus::with_stack;

#[test]
fn every_name_has_an_example_that_runs() {
    with_stack(|| {
        let entries = session::entries();
        assert!(entries.len() > 150, "{} names", entries.len());
        for entry in &entries {
            assert!(!entry.sentence.is_empty() && !entry.formula.is_empty(), "{}", entry.name);
            if entry.shown.is_some() {
                let example = entry.example().unwrap_or_else(|| panic!("the example of {} runs", entry.name));
                assert!(!example.output.trim().is_empty(), "{} shows something", entry.name);
            }
        }
        let shown = entries.iter().filter(|entry| entry.shown.is_some()).count();
        assert!(shown * 10 > entries.len() * 9, "{shown} of {} have an example", entries.len());
    });
}

/// Every example that is shown, saved and tested as `nn test` does, holds.
#[test]
fn examples_hold_where_they_are_saved_and_tested() {
    with_stack(|| {
        let mut count = 0;
        for entry in session::entries() {
            let Some(example) = entry.example() else { continue };
            assert!(session::doc(&entry.name).is_ok_and(|page| page.contains("#> ")), "{}", entry.name);
            let mut world = MemoryWorld::default();
            world.files.insert("example.nn", example.tested.as_str());
            let tested = session::test_file(&mut world, Path::new("example.nn"), false);
            let said = format!("{}\n{}\n{:?}", entry.name, example.tested, tested.compared);
            assert!(tested.passed() && !tested.compared.is_empty(), "{said}");
            let lines: Vec<&String> = tested.compared.iter().flat_map(|one| &one.found).collect();
            let output: Vec<&str> = example.output.lines().map(str::trim_end).collect();
            assert_eq!(lines, output, "all that is printed is expected: {said}");
            count += 1;
        }
        assert!(count > 150, "{count} examples");
    });
}

/// Every keyword, function, source, encoder and option answers.
#[test]
fn words_functions_and_sources_have_pages() {
    let mut words: Vec<&str> = nn::syntax::keywords::KEYWORDS.to_vec();
    words.extend(nn::syntax::keywords::CONTEXTUAL);
    words.extend(nn::elaborate::ACTIONS);
    words.extend(
        "count batch_count random_uniform random_normal random_like training shape fan_in fan_out pi π \
         standardize minmax one_hot label columns flatten lbfgs reduce_on_plateau missing split"
            .split(' '),
    );
    for source in nn::data::SOURCES {
        words.push(source.name());
        words.extend(source.options().iter().map(|spec| spec.name));
    }
    let missing: Vec<&str> = words.into_iter().filter(|word| session::doc(word).is_err()).collect();
    assert!(missing.is_empty(), "no page of {missing:?}");
    for (name, pieces) in [
        ("csv", &["    data d = csv(\"FILE.csv\", separator = \",\", header = true, ", "\noptions\n"][..]),
        ("header", &["`header`, an option of `csv`: whether the first line names the columns"]),
        ("missing", &["an option of `data`", "an option of `csv`", "an option of `npy`"]),
        ("one_hot", &["one_hot(k, n)", "in `input` and `target` of `data`", "target = one_hot(kind)"]),
        ("spiral", &["data d = spiral(n = 300, classes = 3, noise = 0.1, turns = 0.75)", "how many arms"]),
        ("examples", &["data d = examples { [1, 2] -> [3], "]),
        ("precision", &["metric precision(", "precision f64"]),
        (
            "lbfgs",
            &["lbfgs(lr = 1, iterations = 20,", "\noptions\n", "optimizer = lbfgs(iterations = 50)", "#> "],
        ),
    ] {
        let page = session::doc(name).expect("a page");
        for piece in pieces {
            assert!(page.contains(piece), "`{piece}` in the page of {name}:\n{page}");
        }
    }
}

/// What a page shows of statements can be read.
#[test]
fn usages_are_of_the_language() {
    for topic in session::topics().iter().filter(|topic| topic.group != "columns") {
        for usage in topic.usage.iter().filter(|usage| !usage.contains("...")) {
            let mut sources = nn::base::Sources::default();
            let id = sources.add("usage", usage.as_str());
            let problems = nn::syntax::parse(sources.get(id), 0).problems;
            let is_inside = ["total ", "param ", "bias = "].iter().any(|start| usage.starts_with(start));
            assert!(is_inside || problems.is_empty(), "{usage}: {problems:?}");
        }
    }
}

#[test]
fn what_can_be_derived_has_its_derivative() {
    with_stack(|| {
        let with: Vec<Entry> =
            session::entries().into_iter().filter(|entry| entry.derivative().is_some()).collect();
        let count = |kind: &str| with.iter().filter(|entry| entry.kind == kind).count();
        assert!(count("activation") >= 20 && count("loss") >= 15 && count("layer") >= 8, "{}", with.len());
        let gelu = session::doc("gelu").expect("a page");
        for piece in [
            "activation gelu(x)",
            "\nexample\n",
            "#> [0, 0.841345]",
            "∂y/∂x = 0.5 · (1 + erf(x / √2)) + x · exp(−x² / 2) / √(2 · π)",
            "\nsource\n",
        ] {
            assert!(gelu.contains(piece), "`{piece}` in {gelu}");
        }
    });
}

#[test]
fn a_name_is_found_by_its_other_names_and_near_ones() {
    assert!(session::doc("σ").is_ok() || session::doc("sigmoid").is_ok());
    let place = Place::with(&[]);
    check(
        &place.nn(&["doc", "adm"]),
        "",
        &["nothing in the library is called `adm`; did you mean `adam`?"],
        1,
    );
    for (asked, here) in [("l_bfgs", "lbfgs"), ("swish", "silu")] {
        let said = format!("nothing in the library is called `{asked}`; here it is called `{here}`");
        check(&place.nn(&["doc", asked]), "", &[&said], 1);
    }
    let all = place.nn(&["doc"]).stdout;
    for group in [
        "\nmethods\n  lbfgs ",
        "\n  reduce_on_plateau ",
        "\nstatements\n",
        "\nbuilt in\n",
        "\ndata\n  csv ",
        "\ncolumns\n  standardize ",
    ] {
        assert!(all.contains(group), "{group} in {all}");
    }
    assert!(all.contains("\nlayers\n  dense ") || all.contains("layers\n  dense "), "{all}");
    check(&place.nn(&["explain", "shape-mismach"]), "", &["did you mean `nn explain shape-mismatch`?"], 1);
    assert!(place.nn(&["explain"]).stdout.starts_with("syntax "));
}

/// Every link leads to a page and a place in it, and nothing comes from elsewhere.
#[test]
fn the_pages_hold_together() {
    let place = Place::with(&[]);
    check(&place.nn(&["doc", "--html", "-o", "ref"]), "", &["wrote ref/index.html"], 0);
    let text = |file: &str| std::fs::read_to_string(place.path("ref").join(file)).unwrap_or_default();
    let mut links = 0;
    for entry in std::fs::read_dir(place.path("ref")).expect("the pages").flatten() {
        let file = entry.file_name().into_string().expect("a name");
        let page = text(&file);
        assert!(!page.contains("http://") && !page.contains("https://") || file.ends_with(".html"), "{file}");
        for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if target.is_empty() { file.as_str() } else { target };
            let page = text(target);
            assert!(!page.is_empty(), "{file}: {link} leads nowhere");
            assert!(anchor.is_empty() || page.contains(&format!("id=\"{anchor}\"")), "{file}: {link}");
            links += 1;
        }
    }
    assert!(links > 300, "{links} links");
    for (file, kind) in [("activations.html", "activation"), ("schedules.html", "schedule")] {
        let named = nn::session::entries().iter().filter(|entry| entry.kind == kind).count();
        assert_eq!(text(file).matches("<svg").count(), named, "{file}");
    }
    let folder = &["`--html` writes all names; the folder stands behind `-o`: `nn doc --html -o ref`"];
    check(&place.nn(&["doc", "--html", "ref"]), "", folder, 2);
    let names = text("names.js");
    let rows = names.trim_start_matches("const NAMES = ").trim_end_matches(";\n");
    let rows: Vec<Vec<String>> = serde_json::from_str(rows).expect("JSON");
    for row in &rows {
        let (file, anchor) = row[2].split_once('#').expect("an address");
        assert!(text(file).contains(&format!("id=\"{anchor}\"")), "{row:?}");
    }
}

/// What a library of networks is asked for, by the kind of item and the names they have here.
const ASKED: &[(&str, &str)] = &[
    (
        "layer",
        "dense dropout batch_norm layer_norm rms_norm residual scale_shift highway maxout embedding prelu",
    ),
    ("primitive", "flatten concat one_hot sigmoid tanh softplus zeros ones"),
    (
        "activation",
        "identity relu leaky_relu elu selu celu gelu gelu_tanh hard_sigmoid hard_tanh softsign silu hard_swish mish \
         relu6 softmax log_softmax",
    ),
    (
        "loss",
        "mse mae huber smooth_l1 log_cosh cross_entropy softmax_cross_entropy binary_cross_entropy \
         sigmoid_cross_entropy focal hinge squared_hinge kl_divergence poisson quantile cosine_distance",
    ),
    ("metric", "accuracy top_k precision recall f1 auc rmse r2"),
    ("fn", "confusion smooth_labels"),
    ("optimizer", "sgd adagrad adadelta rmsprop adam adamw adamax nadam radam lion lamb"),
    (
        "schedule",
        "constant_rate step_decay exponential polynomial linear cosine cosine_restarts warmup one_cycle sequence \
         product",
    ),
    (
        "init",
        "constant uniform normal truncated_normal glorot_uniform glorot_normal he_uniform he_normal lecun_uniform \
         lecun_normal orthogonal",
    ),
];
/// Options that the items must have.
const OPTIONS: &[(&str, &str)] = &[
    ("dense", "bias act"),
    ("sgd", "momentum dampening nesterov decay"),
    ("adam", "amsgrad decay"),
    ("cross_entropy", "label_smoothing weights"),
    ("softmax_cross_entropy", "label_smoothing weights"),
    ("precision", "class"),
    ("top_k", "k"),
];

/// Each is there with a sentence, its formula, its source and an example that runs; where it has slopes, its derivative.
#[test]
fn what_a_library_is_asked_for_is_there() {
    with_stack(|| {
        for (kind, names) in ASKED {
            for name in names.split_whitespace() {
                let entry = session::entry(name).unwrap_or_else(|near| panic!("no {name}; near: {near:?}"));
                assert_eq!(entry.kind, *kind, "{name}");
                assert!(!entry.sentence.is_empty() && !entry.formula.is_empty(), "{name}");
                let example = entry.example().unwrap_or_else(|| panic!("the example of {name} runs"));
                assert!(!example.output.trim().is_empty(), "{name}");
                // Primitives are operations, not inventions.
                assert!(entry.citation.is_some() != (*kind == "primitive"), "the source of {name}");
                assert!(entry.source.is_some() != (*kind == "primitive"), "{name}");
                let smooth = matches!(*kind, "activation" | "loss" | "layer");
                assert!(entry.derivative().is_some() || !smooth, "the derivative of {name}");
            }
        }
        for (name, options) in OPTIONS {
            let signature = session::entry(name).expect("an item").signature;
            let missing =
                options.split_whitespace().find(|option| !signature.contains(&format!(" {option}")));
            assert!(missing.is_none(), "{missing:?} in {signature}");
        }
    });
}

/// Half of a name leads to the names it is in, and the name of an option to what has it.
#[test]
fn a_part_of_a_name_leads_to_the_whole() {
    let place = Place::with(&[]);
    for (asked, said) in [
        ("he", "there are `he_uniform` and `he_normal`"),
        ("step", "there are `step_decay` and `multi_step`"),
        ("label_smoothing", "it is an option of `cross_entropy` and `softmax_cross_entropy`"),
    ] {
        check(
            &place.nn(&["doc", asked]),
            "",
            &[&format!("nothing in the library is called `{asked}`; {said}")],
            1,
        );
    }
    let clip = place.nn(&["doc", "clip"]);
    check(&clip, "`clip`, an option of `train`: the largest norm of all gradients together\n", &[], 0);
}

//! The reference: every name has an entry whose example runs, and its pages hold together.

use nn::session::{self, Entry};

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
            "∂y/∂x = x · exp(−x² / 2)",
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
    let all = place.nn(&["doc"]).stdout;
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
    let names = text("names.js");
    let rows = names.trim_start_matches("const NAMES = ").trim_end_matches(";\n");
    let rows: Vec<Vec<String>> = serde_json::from_str(rows).expect("JSON");
    for row in &rows {
        let (file, anchor) = row[2].split_once('#').expect("an address");
        assert!(text(file).contains(&format!("id=\"{anchor}\"")), "{row:?}");
    }
}

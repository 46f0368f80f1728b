//! What is said about mistakes in declarations of data and in data files.

use nn::data::OptionValue;

use super::*;

const TABLE: &str = "age,height,name\n1,1.5,ann\n2,1.6,bob\n3,1.7,ann\n";

#[test]
fn an_unknown_column_has_a_near_name() {
    let shown = Declared::csv("data \"t.csv\" [agee, height]", TABLE, vec![])
        .input(list(&["agee", "height"]))
        .mistake();
    assert_eq!(shown.head, "unknown-column script.nn:1:15 `t.csv` has no column `agee`");
    assert_eq!(shown.fixed, ["data \"t.csv\" [age, height]"]);
    shown.says("did you mean `age`?").says("its columns are `age`, `height`, `name`");
}

#[test]
fn an_unknown_file_has_a_near_name() {
    let mut declared = Declared::csv("data \"t.csv\" age", TABLE, vec![]).input(column("age"));
    declared.files = Box::new(MemoryFiles::new().with("tt.csv", TABLE).with("other.txt", ""));
    let shown = declared.mistake();
    assert_eq!(shown.head, "file script.nn:1:6 there is no file `t.csv`");
    assert_eq!(shown.fixed, ["data \"tt.csv\" age"]);
}

#[test]
fn an_unknown_option_has_a_near_name() {
    let csv = find_source("csv").expect("csv exists");
    let id = Sources::default().add("s", "csv(seperator = 3)");
    let span = Span::new(id, 4, 13);
    let named = vec![(Spanned::new("seperator".to_owned(), span), Spanned::new(text(";"), span))];
    let found =
        Options::bind(csv, span, 7, vec![Spanned::new(text("t.csv"), span)], named).expect_err("unknown");
    let diagnostic = found[0].diagnostic();
    assert_eq!(diagnostic.headline, "`csv` has no option `seperator`");
    assert_eq!(diagnostic.fixes[0].edits[0].text, "separator");

    let wrong = vec![(Spanned::new("header".to_owned(), span), Spanned::new(OptionValue::Number(3.0), span))];
    let found =
        Options::bind(csv, span, 7, vec![Spanned::new(text("t.csv"), span)], wrong).expect_err("wrong kind");
    assert_eq!(found[0].diagnostic().headline, "`header` takes `true` or `false`, found 3");
    let found = Options::bind(csv, span, 7, vec![], vec![]).expect_err("no path");
    assert_eq!(found[0].diagnostic().headline, "`csv` needs `path`");
}

#[test]
fn text_among_numbers_is_shown_where_it_is() {
    let shown =
        Declared::csv("data \"t.csv\" [age, name]", TABLE, vec![]).input(list(&["age", "name"])).mistake();
    assert_eq!(shown.head, "type-mismatch script.nn:1:20 column `name` is text where numbers are needed");
    assert_eq!(shown.fixed, ["data \"t.csv\" [age, one_hot(name)]"]);
    shown.says("t.csv:2:7: `ann` is not a number").says("2 categories: `ann`, `bob`");

    let shown = Declared::csv("data \"t.csv\" columns(except = age)", TABLE, vec![])
        .input(all_but(&["age"]))
        .mistake();
    assert_eq!(shown.fixed, ["data \"t.csv\" columns(except = [age, name])"]);

    let rows: String = (0..30).map(|row| format!("{row}\n")).collect();
    let shown =
        Declared::csv("data \"t.csv\" a", &format!("a\n{rows}n/a\n"), vec![]).input(column("a")).mistake();
    shown.says("t.csv:32:1: `n/a` is not a number; 1 of 31 cells are text").says("`missing = [\"n/a\"]`");
}

#[test]
fn the_wrong_separator_and_decimal_sign_are_recognised() {
    let file = "a;b\n0,35;1,5\n0,40;2,5\n";
    let shown = Declared::csv("csv(\"t.csv\") a", file, vec![]).input(column("a")).mistake();
    assert_eq!(shown.head, "data-file script.nn:1:5 the cells of `t.csv` are separated by `;`, not by `,`");
    assert_eq!(shown.fixed, ["csv(\"t.csv\", separator = \";\", decimal = \",\") a"]);

    let shown =
        Declared::csv("csv(\"t.csv\") a", file, vec![("separator", text(";"))]).input(column("a")).mistake();
    assert_eq!(shown.fixed, ["csv(\"t.csv\", decimal = \",\") a"]);
    shown.says("t.csv:2:1: `0,35` is not a number").says("all cells are numbers then");
}

#[test]
fn a_header_that_is_none_is_recognised_and_the_reverse() {
    let shown = Declared::csv("csv(\"t.csv\") a", "1,2\n3,4\n", vec![]).input(column("a")).mistake();
    assert_eq!(shown.head, "unknown-column script.nn:1:14 `t.csv` has no column `a`");
    assert_eq!(shown.fixed, ["csv(\"t.csv\", header = false) a"]);
    shown.says("t.csv:1:1: the first line is read as names, but looks like data");

    let file = "a,b\n1,2\n3,4\n";
    let header = || vec![("header", OptionValue::Flag(false))];
    let shown = Declared::csv("csv(\"t.csv\", header) c0", file, header()).input(column("c0")).mistake();
    shown.says("t.csv:1:1: `a` is not a number");
    assert_eq!(shown.fixed, ["csv(\"t.csv\", true) c0"]);
    let shown = Declared::csv("csv(\"t.csv\", header) a", file, header()).input(column("a")).mistake();
    shown.says("looks like names");
}

#[test]
fn rows_of_another_length_are_shown_in_the_file() {
    let file = "a,b\n1,2\n1,2,3\n4\n5\n6\n7,8\n";
    let shown = Declared::csv("csv(\"t.csv\") a", file, vec![]).input(column("a")).mistake();
    assert_eq!(shown.head, "data-file t.csv:3:1 4 rows of `t.csv` don't have 2 cells as the first line has");
    assert_eq!(shown.at, "1,2,3");
    shown.says("expected 2 cells, found 3").says("t.csv:4:1: expected 2 cells, found 1").says("and 1 more");
}

#[test]
fn labels_outside_their_classes_are_shown_at_their_cell() {
    let file = "a,y\n0,1\n0,2\n0,3\n";
    let make = |classes| {
        Declared::csv("csv(\"t.csv\") a one_hot(y, 3)", file, vec![])
            .input(column("a"))
            .target(one_hot(|d: &Declared| ColumnExpr::column(d.span("y"), "y"), classes))
    };
    let shown = make(Some(3)).mistake();
    assert_eq!(shown.head, "data-value script.nn:1:24 label 3 is outside 0 to 2");
    assert_eq!(shown.fixed, ["csv(\"t.csv\") a one_hot(y - 1, 3)"]);
    shown.says("t.csv:4:3: label 3").says("labels run from 1 to 3").says("labels start at 1");
    assert_eq!(make(None).load().encoders.target.expect("a target").field_type.shape, [3]);
}

#[test]
fn a_label_for_unknown_is_recognised() {
    let file = "a,y\n0,0\n0,1\n0,-1\n0,2\n0,-1\n";
    let shown = Declared::csv("csv(\"t.csv\") a one_hot(y)", file, vec![])
        .input(column("a"))
        .target(one_hot(column("y"), None))
        .mistake();
    assert_eq!(shown.head, "data-value script.nn:1:24 label -1 looks like \"unknown\": 2 rows of 5");
    assert_eq!(shown.fixed, ["csv(\"t.csv\", missing = [\"-1\"]) a one_hot(y)\n    missing = drop"]);
    shown
        .says("t.csv:4:3: the first of them")
        .says("`missing = [\"-1\"]` in the source and `missing = drop`");
    let missing = vec![("missing", OptionValue::Texts(vec!["-1".to_owned()]))];
    let mut mended = Declared::csv("csv(\"t.csv\") a one_hot(y)", file, missing)
        .input(column("a"))
        .target(one_hot(column("y"), None))
        .missing(Missing::Drop);
    assert_eq!(mended.load().parts["all"].n_examples, 3);
}

#[test]
fn measurements_are_no_classes() {
    let shown = Declared::csv("csv(\"t.csv\") age one_hot(height)", TABLE, vec![])
        .input(column("age"))
        .target(one_hot(column("height"), None))
        .mistake();
    assert_eq!(
        shown.head,
        "type-mismatch script.nn:1:26 `one_hot` takes text or whole numbers, found other numbers"
    );
    shown.says("numbers from 1.5 to 1.7");
}

#[test]
fn missing_values_are_counted_and_shown() {
    let shown =
        Declared::csv("csv(\"t.csv\") a", "a,b\n1,1\n,2\nNA,3\n", vec![]).input(column("a")).mistake();
    assert_eq!(shown.head, "data-value script.nn:1:14 column `a` has 2 values of 3 missing");
    shown.says("t.csv:3:1: the first missing value").says("`missing = drop`").says("`missing = mean`");
}

#[test]
fn a_category_that_training_lacks_is_shown_at_its_cell() {
    let mut train = Declared::csv("csv(\"t.csv\") a one_hot(c)", "a,c\n0,x\n1,y\n", vec![])
        .input(one_hot(column("c"), None));
    let learned = train.load();
    let mut other = Declared::csv("csv(\"t.csv\") a one_hot(c)", "a,c\n0,x\n1,w\n", vec![])
        .input(one_hot(column("c"), None));
    let found = other.load_with(Precision::F64, Some(&learned.encoders)).expect_err("w is unknown");
    let shown = other.shown(&found[0]);
    assert_eq!(shown.head, "data-value t.csv:3:3 `w` at t.csv:3:3 of part `all` is not in the training part");
    shown.says("known are `x`, `y`");

    // The only row of a category falls into the test part for some seed: the split decides, not the file.
    let file = format!("a,c\n{}0,rare\n", "0,x\n".repeat(9));
    let mut split = Declared::csv("csv(\"t.csv\") a one_hot(c)", &file, vec![])
        .input(one_hot(column("c"), None))
        .split(&[("train", 0.1), ("test", 0.9)]);
    split.mistake().says("known are");
}

#[test]
fn splits_that_cannot_be_are_refused() {
    let shown = |parts: &[(&str, f64)]| {
        let mut declared =
            Declared::csv("data train: 0.8 test: 0.5", TABLE, vec![]).input(column("age")).split(parts);
        declared.mistake().head
    };
    assert!(
        shown(&[("train", 0.8), ("test", 0.5)])
            .ends_with("the shares of the parts add up to 1.3, expected at most 1")
    );
    assert!(shown(&[("train", 3.0), ("test", 2.0)]).ends_with("the parts take 5 rows, found 3"));
    assert!(shown(&[("train", -0.5)]).contains("takes a share from 0 to 1"));
    assert!(shown(&[("train", 0.5), ("train", 0.5)]).ends_with("part `train` is named twice"));
    assert!(shown(&[("train", 0.99), ("test", 0.01)]).ends_with("part `test` gets none of the 3 rows"));
}

#[test]
fn broken_files_are_messages() {
    for file in ["", "\n\n", "a,b\n", "\u{feff}", "\"", "a,a\n1,2\n", "\0\0\0", "\"a\n1"] {
        let mut declared = Declared::csv("csv(\"t.csv\") a", file, vec![]).input(column("a"));
        assert!(declared.load_with(Precision::F32, None).is_err(), "{file:?}");
    }
    let mut binary = Declared::csv("csv(\"t.csv\") a", "", vec![]).input(column("a"));
    binary.files =
        Box::new(MemoryFiles::new().with("t.csv", vec![0xFFu8, b',', 0xFE, b'\n', 0x80, b',', 0x81]));
    assert!(binary.load_with(Precision::F32, None).is_err());
}

//! What sources give: real files against known sums, dialects of csv, generators, MNIST where present.

use nn::data::{Classes, FieldKind, OptionValue, Precision, SOURCES, Storage};

use super::*;

/// Name, rows, features, sum of the features, target column, sum of the target or counts of its categories.
const FILES: [(&str, usize, usize, f64, &str, f64); 5] = [
    ("iris", 150, 4, 2078.7, "species", 150.0),
    ("wine", 178, 13, 159_975.295_999, "target", 167.0),
    ("breast_cancer", 569, 30, 1_056_474.459_635_6, "target", 357.0),
    ("digits", 1797, 64, 561_718.0, "digit", 8070.0),
    ("diabetes", 442, 10, 276_404.233_6, "target", 67_243.0),
];

#[test]
fn example_files_have_their_known_counts_and_sums() {
    for (name, n_rows, n_features, sum, target, target_sum) in FILES {
        let path = format!("{}/examples/data/{name}.csv", env!("CARGO_MANIFEST_DIR"));
        let label = |d: &Declared| {
            let of = Box::new(ColumnExpr::column(d.span("data"), target));
            ColumnExpr::new(d.span("data"), ColumnExprKind::Label(of))
        };
        let plain = |d: &Declared| ColumnExpr::column(d.span("data"), target);
        let except = |d: &Declared| {
            let except = vec![Spanned::new(target.to_owned(), d.span("data"))];
            ColumnExpr::new(d.span("data"), ColumnExprKind::All { except })
        };
        let declared = Declared::new("data", "csv", vec![("path", text(&path))]).input(except);
        let mut declared = if name == "diabetes" { declared.target(plain) } else { declared.target(label) };
        let data = declared.load();
        let part = data.only().expect("one part");
        assert_eq!((part.n_examples, part.input.shape.as_slice()), (n_rows, &[n_features][..]), "{name}");
        let found: f64 = dense(&part.input).iter().sum();
        assert!((found - sum).abs() < 1e-6 * sum, "{name}: {found}");
        let found: f64 = dense(part.target.as_ref().expect("a target")).iter().sum();
        assert!((found - target_sum).abs() < 1e-9 * target_sum, "{name}: {found}");
    }
}

#[test]
fn iris_is_split_encoded_and_typed() {
    let path = format!("{}/examples/data/iris.csv", env!("CARGO_MANIFEST_DIR"));
    let mut declared =
        Declared::new("data standardize columns( one_hot species", "csv", vec![("path", text(&path))])
            .input(standardize(all_but(&["species"])))
            .target(one_hot(column("species"), None))
            .split(&[("train", 0.8), ("test", 0.2)]);
    let inspected = declared.inspect();
    assert_eq!(
        inspected.parts.iter().map(|(n, s)| (n.as_str(), *s)).collect::<Vec<_>>(),
        [("train", 120), ("test", 30)]
    );
    let input = inspected.input.expect("an input");
    assert_eq!(input.names, ["sepal_length", "sepal_width", "petal_length", "petal_width"]);
    let species = ["setosa", "versicolor", "virginica"].map(str::to_owned).to_vec();
    assert_eq!(inspected.target.expect("a target").kind, FieldKind::OneHot(Classes::Text(species)));

    let data = declared.load();
    let train = &data.parts["train"];
    assert_eq!((train.n_examples, data.parts["test"].n_examples), (120, 30));
    let values = dense(&train.input);
    for feature in 0..4 {
        let of_feature: Vec<f64> = values.iter().skip(feature).step_by(4).copied().collect();
        let mean = of_feature.iter().sum::<f64>() / 120.0;
        let variance = of_feature.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 120.0;
        assert!(mean.abs() < 1e-14 && (variance - 1.0).abs() < 1e-13, "{mean} {variance}");
    }
    let test_mean = dense(&data.parts["test"].input).iter().sum::<f64>() / 120.0;
    assert!(test_mean.abs() > 1e-6, "the test part has learned nothing of its own");
    assert!(matches!(train.target.as_ref().expect("a target").storage, Storage::Labels(_)));

    let again = declared.load();
    assert_eq!(dense(&again.parts["test"].input), dense(&data.parts["test"].input));
    let json = data.encoders.to_json().to_string();
    let read =
        Encoders::from_json(&serde_json::from_str(&json).expect("it is JSON")).expect("it is an encoder");
    assert_eq!(read, data.encoders);
}

#[test]
fn dialects_of_csv_are_read() {
    let cases: [(&str, Vec<(&str, OptionValue)>); 6] = [
        ("a,b\n1,2\n3,4\n", vec![]),
        ("\u{feff}a,b\r\n1, 2\r\n\r\n3,4", vec![]),
        ("a;b\n1,0;2\n3;4,0\n", vec![("separator", text(";")), ("decimal", text(","))]),
        ("\"a\",\"b\"\n\"1\",2\n3,\"4\"\n", vec![]),
        ("# head\na,b\n1,2\n# between\n3,4\n", vec![("comment", text("#"))]),
        ("a\tb\n1\t2\n3\t4\n", vec![("separator", text("\t"))]),
    ];
    for (file, options) in cases {
        let mut declared = Declared::csv("data [a, b]", file, options).input(list(&["a", "b"]));
        assert_eq!(dense(&declared.load().parts["all"].input), [1.0, 2.0, 3.0, 4.0], "{file:?}");
    }
    let mut declared =
        Declared::csv("data [c0, c1]", "1,2\n3,4\n", vec![("header", OptionValue::Flag(false))])
            .input(list(&["c0", "c1"]));
    assert_eq!(dense(&declared.load().parts["all"].input), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn categories_are_sorted_and_quotes_undone() {
    let file = "name,n\n\"b, \"\"x\"\"\",1\nä,2\na,3\nä,4\n";
    let mut declared = Declared::csv("data n one_hot name", file, vec![])
        .input(column("n"))
        .target(one_hot(column("name"), None));
    let inspected = declared.inspect();
    let classes = vec!["a".to_owned(), "b, \"x\"".to_owned(), "ä".to_owned()];
    assert_eq!(inspected.target.expect("a target").kind, FieldKind::OneHot(Classes::Text(classes)));
    let data = declared.load();
    let target = data.parts["all"].target.as_ref().expect("a target");
    assert_eq!(target.labels(), Some(&[1, 2, 0, 2][..]));
}

#[test]
fn generators_make_the_same_points_for_the_same_seed() {
    for name in ["spiral", "moons", "circles", "xor", "sine"] {
        let make = |n: f64| {
            let mut declared = Declared::new("data", name, vec![("n", OptionValue::Number(n))]);
            let inspected = declared.inspect();
            assert!(inspected.diagnostics.is_empty(), "{:?}", inspected.diagnostics);
            let data = declared.load();
            let part = &data.parts["all"];
            assert_eq!(inspected.input.expect("an input").shape, part.input.shape);
            (dense(&part.input), dense(part.target.as_ref().expect("a target")), part.input.shape.clone())
        };
        let (x, y, shape) = make(40.0);
        assert_eq!((x.clone(), y.clone(), shape.clone()), make(40.0));
        assert_eq!(shape, if name == "sine" { vec![1] } else { vec![2] });
        assert!(x.iter().chain(&y).all(|v| v.is_finite() && v.abs() < 5.0));
        make(1.0);
    }
    let mut xor = Declared::new("data", "xor", vec![]);
    let data = xor.load();
    let part = &data.parts["all"];
    assert_eq!(dense(&part.input), [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
    assert_eq!(dense(part.target.as_ref().expect("a target")), [0.0, 1.0, 1.0, 0.0]);
    let mut spiral = Declared::new("data", "spiral", vec![]);
    assert_eq!(spiral.load().parts["all"].target.as_ref().expect("a target").shape, [3]);
}

#[test]
fn every_source_is_documented_and_named_once() {
    for (at, source) in SOURCES.iter().enumerate() {
        assert!(source.doc().ends_with('.'), "{}", source.name());
        assert!(SOURCES[..at].iter().all(|other| other.name() != source.name()));
        assert!(
            source
                .options()
                .iter()
                .all(|option| !option.doc.is_empty() && (option.required || !option.name.is_empty()))
        );
    }
}

#[test]
fn mnist_is_read_as_bytes() {
    let Some(folder) = shared("data/mnist") else { return };
    let path = |name: &str| text(&folder.join(name).to_string_lossy());
    let arguments =
        vec![("images", path("t10k-images-idx3-ubyte.gz")), ("labels", path("t10k-labels-idx1-ubyte.gz"))];
    let mut declared = Declared::new("data flatten images 255 one_hot labels", "idx", arguments)
        .input(arith(ArithOp::Div, flatten(column("images")), 255.0))
        .target(one_hot(column("labels"), None));
    let inspected = declared.inspect();
    assert_eq!(inspected.input.expect("an input").shape, [784]);
    assert_eq!(inspected.target.expect("a target").shape, [10]);
    let data = declared.load_with(Precision::F32, None).expect("it loads");
    let part = &data.parts["all"];
    assert_eq!(part.n_examples, 10_000);
    assert!(matches!(part.input.storage, Storage::Bytes { .. }));
    assert_eq!(
        part.target.as_ref().and_then(|target| target.labels()).map(|labels| labels[..5].to_vec()),
        Some(vec![7, 2, 1, 0, 4])
    );
    let mut first = vec![0.0f32; 784];
    part.input.gather_into(&[0], &mut first);
    assert_eq!(first[202], 84.0 / 255.0, "row 7, column 6 of the first seven");

    let mut square = declared.input(column("images"));
    let data = square.load_with(Precision::F32, None).expect("it loads");
    let mut image = vec![0.0f32; 784];
    data.parts["all"].input.gather_into(&[0], &mut image);
    assert_eq!(image[7 + 6 * 28], 84.0, "a matrix is stored column by column");
}

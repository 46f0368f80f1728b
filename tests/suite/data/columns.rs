//! Expressions of columns: types, encoders, missing values, splits.

use nn::data::{Literal, Pair, Precision};

use super::*;

const TABLE: &str = "a,b,c,k\n1,10,x,2\n2,20,y,5\n3,30,x,2\n4,40,z,9\n";

#[test]
fn expressions_give_the_numbers_they_say() {
    let check = |make: &dyn Fn(&Declared) -> ColumnExpr, shape: &[usize], expected: &[f64]| {
        let mut declared =
            Declared::csv("data [a, b] one_hot c standardize minmax 3", TABLE, vec![]).input(make);
        assert_eq!(declared.inspect().input.expect("a type").shape, shape);
        let found = dense(&declared.load().parts["all"].input);
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?} {expected:?}");
    };
    check(&column("a"), &[], &[1.0, 2.0, 3.0, 4.0]);
    check(&list(&["b", "a"]), &[2], &[10.0, 1.0, 20.0, 2.0, 30.0, 3.0, 40.0, 4.0]);
    check(&all_but(&["c", "k"]), &[2], &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 4.0, 40.0]);
    check(&minmax(column("b")), &[], &[0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]);
    let unit = 5.0f64.sqrt() / 2.0;
    check(&standardize(column("a")), &[], &[-1.5 / unit, -0.5 / unit, 0.5 / unit, 1.5 / unit]);
    check(&one_hot(column("c"), None), &[3], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    // Whole numbers without a count: the values that occur are the classes.
    check(&one_hot(column("k"), None), &[3], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    check(&arith(ArithOp::Sub, column("a"), 3.0), &[], &[-2.0, -1.0, 0.0, 1.0]);
    check(&arith(ArithOp::Div, list(&["a", "b"]), 2.0), &[2], &[0.5, 5.0, 1.0, 10.0, 1.5, 15.0, 2.0, 20.0]);
    let shifted = one_hot(arith(ArithOp::Sub, column("a"), 1.0), Some(4));
    check(&shifted, &[4], &[1., 0., 0., 0., 0., 1., 0., 0., 0., 0., 1., 0., 0., 0., 0., 1.]);
    let label = |d: &Declared| {
        ColumnExpr::new(d.span("c"), ColumnExprKind::Label(Box::new(ColumnExpr::column(d.span("c"), "c"))))
    };
    check(&label, &[], &[0.0, 1.0, 0.0, 2.0]);
    let mixed = |d: &Declared| {
        let items = vec![column("a")(d), one_hot(column("c"), None)(d)];
        ColumnExpr::new(d.span("["), ColumnExprKind::List(items))
    };
    check(&mixed, &[4], &[1., 1., 0., 0., 2., 0., 1., 0., 3., 1., 0., 0., 4., 0., 0., 1.]);
}

#[test]
fn constant_columns_become_zero() {
    let mut declared =
        Declared::csv("data standardize a", "a\n5\n5\n5\n", vec![]).input(standardize(column("a")));
    assert_eq!(dense(&declared.load().parts["all"].input), [0.0, 0.0, 0.0]);
}

#[test]
fn missing_values_are_dropped_or_filled_as_the_script_says() {
    let file = "a,c\n1,x\nNA,y\n3,?\ninf,x\n8,x\n";
    let make = |missing| Declared::csv("data a one_hot c", file, vec![]).input(column("a")).missing(missing);
    assert_eq!(dense(&make(Missing::Drop).load().parts["all"].input), [1.0, 3.0, 8.0]);
    assert_eq!(dense(&make(Missing::Mean).load().parts["all"].input), [1.0, 4.0, 3.0, 4.0, 8.0]);
    let both = make(Missing::Drop).target(one_hot(column("c"), None)).load();
    assert_eq!(both.parts["all"].n_examples, 2);
    assert_eq!(both.parts["all"].target.as_ref().and_then(|target| target.labels()), Some(&[0, 0][..]));
}

#[test]
fn encoders_learn_from_the_training_part_and_fit_other_data() {
    let mut train = Declared::csv("data minmax a one_hot c", "a,c\n0,x\n10,y\n5,x\n", vec![])
        .input(minmax(column("a")))
        .target(one_hot(column("c"), None));
    let learned = train.load();
    let mut other = Declared::csv("data minmax a one_hot c", "a,c\n20,y\n5,y\n", vec![])
        .input(minmax(column("a")))
        .target(one_hot(column("c"), None));
    let data = other.load_with(Precision::F64, Some(&learned.encoders)).expect("it fits");
    assert_eq!(dense(&data.parts["all"].input), [2.0, 0.5]);
    // One species only: fewer than in training is fine, and the vector keeps its size.
    assert_eq!(dense(data.parts["all"].target.as_ref().expect("a target")), [0.0, 1.0, 0.0, 1.0]);

    let context = &mut Context { files: &*other.files, sources: &mut other.sources, folder: Path::new("") };
    let (source, options) = (other.spec.source, &other.spec.options);
    let new = dataset::encode_new(
        &learned.encoders.input,
        source,
        options,
        Precision::F32,
        nn::data::Missing::Error,
        context,
    )
    .expect("it fits");
    assert_eq!(dense(&new), [2.0, 0.5]);
}

#[test]
fn parts_add_up_and_rows_can_be_counted() {
    let rows: String = (0..10).map(|row| format!("{row}\n")).collect();
    let file = format!("a\n{rows}");
    let sizes = |parts: &[(&str, f64)]| {
        let mut declared = Declared::csv("data a", &file, vec![]).input(column("a")).split(parts);
        let data = declared.load();
        let mut seen: Vec<f64> = data.parts.values().flat_map(|part| dense(&part.input)).collect();
        seen.sort_by(f64::total_cmp);
        seen.dedup();
        assert_eq!(seen.len(), data.parts.values().map(|part| part.n_examples).sum::<usize>());
        data.parts.values().map(|part| part.n_examples).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&[("train", 0.8), ("test", 0.2)]), [8, 2]);
    assert_eq!(sizes(&[("a", 0.33), ("b", 0.33), ("c", 0.34)]), [3, 4, 3]);
    assert_eq!(sizes(&[("a", 0.7), ("b", 0.2), ("c", 0.1)]), [7, 2, 1]);
    assert_eq!(sizes(&[("train", 7.0), ("test", 3.0)]), [7, 3]);
    assert_eq!(sizes(&[("few", 0.1)]), [1]);
}

#[test]
fn examples_of_the_script_are_data() {
    let literal = |shape: &[usize], values: &[f64]| Literal {
        shape: shape.to_vec(),
        values: values.to_vec(),
        span: empty_span(),
    };
    let pair = |x, y| Pair { x, y: Some(y), span: empty_span() };
    let pairs = vec![
        pair(literal(&[2, 3], &[1., 2., 3., 4., 5., 6.]), literal(&[2], &[1., 0.])),
        pair(literal(&[2, 3], &[7., 8., 9., 10., 11., 12.]), literal(&[2], &[0., 1.])),
    ];
    let mut declared = Declared::new("data flatten x", "examples", vec![("rows", OptionValue::Pairs(pairs))]);
    let data = declared.load();
    let part = data.only().expect("one part");
    assert_eq!(part.input.shape, [2, 3]);
    assert_eq!(dense(&part.input)[..6], [1., 4., 2., 5., 3., 6.], "column by column in memory");
    assert_eq!(dense(part.target.as_ref().expect("a target")), [1., 0., 0., 1.]);
    let mut flat = declared.input(flatten(column("x")));
    assert_eq!(dense(&flat.load().parts["all"].input)[..6], [1., 2., 3., 4., 5., 6.], "in reading order");
}

fn empty_span() -> Span {
    Span::new(Sources::default().add("", ""), 0, 0)
}

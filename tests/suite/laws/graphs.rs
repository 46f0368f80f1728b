//! Text form, verification and passes.

use nn::graph::{Graph, Operation, print, read, verify};
use nn::passes::{PIPELINE, optimise, optimise_until};
use nn::{grad, ops};

use super::sample;
use super::simplify::{expression_slots, random_expression};

fn reread(text: &str) -> String {
    let (graph, outputs) = read(text, &ops::from_text).expect("a printed graph reads");
    assert_eq!(verify(&graph), Ok(()));
    print(&graph, &outputs)
}

#[test]
fn the_text_of_every_call_reads_back() {
    for primitive in ops::catalogue() {
        for call in sample::calls(primitive) {
            let mut graph = Graph::verbatim();
            let (inputs, result) = sample::apply(&mut graph, primitive, &call).expect("the call was tried");
            graph.set_name(result, "y");
            let mut outputs = vec![result];
            let ty = graph.ty(result).clone();
            if ty.shape.is_scalar() && ty.batch.is_none() {
                outputs.extend(grad::differentiate(&mut graph, result, &inputs).unwrap_or_default());
            }
            let text = print(&graph, &outputs);
            assert_eq!(reread(&text), text);
        }
    }
}

#[test]
fn every_leaf_and_attribute_reads_back() {
    let text = "\
%0 = slot 3 \"net.\\\"W\\\"\" : [2 * n + 1, m] × B1
%1 = number -0.0 : []
%2 = number NaN : []
%3 = number 1e-300 : []
%4 = tensor [2, 2] [1.0, 2.0, inf, -0.5] : [2, 2]
%5 = size 2 * n - 1 : []
%6 = batch_count B : []
%7 = random normal \"dropout1\" : [(n) / (2)] × B
%8 = random uniform \"u\" : []
%9 = _expand{shape [n]; batch B1}(%1) : [n] × B1 as z₁
%10 = _slice{at 0; size n; size n + 1; yes}(%0) : [m] × B1
%11 = _repeat{at 1; size 4}(%9) : [n, 4] × B1
%12 = sum{axis 1}(%11) : [n] × B1
%13 = sum{all}(%4) : []
return %13, %12
";
    assert_eq!(reread(text), text);
}

#[test]
fn text_that_is_no_graph_says_which_line() {
    let check = |text: &str, line: usize, expected: &str| {
        let problem = read(text, &ops::from_text).expect_err("not a graph");
        assert_eq!((problem.line, problem.expected), (line, expected), "{text}");
    };
    check("%0 = number 1.0 : []\n%1 = add(%0, %7) : []", 2, "a node of a line above");
    check("%0 = number 1.0 : []\n%1 = nothing(%0) : []", 2, "the name and attributes of an operator");
    check("%0 = number 1.0 : []\n%1 = exp(%0) : [3]", 2, "the type that follows from the inputs");
    check("%0 = number 1.0 : []\n%1 = exp(%0, %0) : []", 2, "inputs that the operator takes");
    check("%0 = slot 0 \"x : []", 1, "a closing quote");
    check("%0 = tensor [2] [1.0] : [2]", 1, "as many numbers as the shape has");
    check(&format!("%0 = size {}1 : []", "(".repeat(1000)), 1, "sizes that nest less");
    check("what", 1, "`%`");
}

/// A pass, on the text of a graph.
fn check_pass(name: &str, before: &str, after: &str) {
    let pass = PIPELINE.iter().find(|pass| pass.name == name).expect("the pass is in the pipeline");
    let (graph, outputs) = read(before, &ops::from_text).expect("the graph reads");
    let (graph, outputs) = (pass.run)(&graph, &outputs);
    assert_eq!(verify(&graph), Ok(()));
    assert_eq!(print(&graph, &outputs), after, "{}", pass.sentence);
}

#[test]
fn live_leaves_out_what_no_result_needs() {
    check_pass(
        "live",
        "\
%0 = slot 0 \"x\" : [3]
%1 = exp(%0) : [3]
%2 = log(%0) : [3] as z
return %2
",
        "\
%0 = slot 0 \"x\" : [3]
%1 = log(%0) : [3] as z
return %1
",
    );
}

#[test]
fn simplify_tries_the_rules_again() {
    check_pass(
        "simplify",
        "\
%0 = slot 0 \"x\" : [3]
%1 = number 1.0 : []
%2 = multiply(%0, %1) : [3]
%3 = negate(%2) : [3]
%4 = negate(%3) : [3]
return %4
",
        "\
%0 = slot 0 \"x\" : [3]
%1 = number 1.0 : []
%2 = negate(%0) : [3]
return %0
",
    );
}

#[test]
fn fold_computes_with_literals() {
    check_pass(
        "fold",
        "\
%0 = tensor [2] [1.0, 2.0] : [2]
%1 = number 3.0 : []
%2 = multiply(%0, %1) : [2]
%3 = log(%2) : [2]
%4 = number -1.0 : []
%5 = log(%4) : []
return %2, %5
",
        "\
%0 = tensor [2] [1.0, 2.0] : [2]
%1 = number 3.0 : []
%2 = tensor [2] [3.0, 6.0] : [2]
%3 = tensor [2] [1.0986122886681096, 1.791759469228055] : [2]
%4 = number -1.0 : []
%5 = log(%4) : []
return %2, %5
",
    );
}

#[test]
fn passes_have_names_and_sentences() {
    for pass in PIPELINE {
        assert!(pass.sentence.ends_with('.'), "{}", pass.name);
        assert!(optimise_until(pass.name, &Graph::default(), &[]).is_some());
    }
    assert!(optimise_until("nothing", &Graph::default(), &[]).is_none());
}

#[test]
fn the_pipeline_keeps_values() {
    let slots = expression_slots();
    let environment = sample::environment(&slots, sample::Domain::Fraction, 8);
    for seed in 0..200 {
        let mut graph = Graph::verbatim();
        let nodes = random_expression(&mut graph, &slots, seed);
        let before = sample::numbers(&graph, &nodes, &environment);
        let (optimised, places) = optimise(&graph, &nodes);
        assert!(optimised.len() <= graph.len() * 2);
        let after = sample::numbers(&optimised, &places, &environment);
        for ((id, a), b) in nodes.iter().zip(&after).zip(&before) {
            let usable = b.iter().all(|number| number.is_finite() && number.abs() < 1e6);
            assert!(!usable || sample::close(a, b, 1e-7), "seed {seed}: {:?}", graph.node(*id));
        }
    }
}

#[test]
fn spans_are_kept_by_gradients_and_passes() {
    let mut sources = nn::base::Sources::default();
    let source = sources.add("a.nn", "y = exp(x)");
    let line = nn::base::Span::new(source, 4, 10);
    let mut graph = Graph::default();
    let x = sample::slot(&mut graph, 0, &nn::types::TensorType::number());
    let _ = graph.set_span(Some(line));
    let y = ops::build::exp(&mut graph, x);
    let y = ops::build::square(&mut graph, y);
    let _ = graph.set_span(None);
    let gradient = grad::differentiate(&mut graph, y, &[x]).expect("a number has a gradient");
    assert_eq!(graph.node(gradient[0]).span, Some(line));
    assert_eq!(graph.set_span(None), None, "the span of new nodes is what it was");
    let (optimised, outputs) = optimise(&graph, &gradient);
    assert_eq!(optimised.node(outputs[0]).span, Some(line));
    assert!(matches!(optimised.node(outputs[0]).operation, Operation::Apply(_)));
}

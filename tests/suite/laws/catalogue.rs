//! Every primitive is documented, is found by its names, and its kernel gives the shape of its type rule.

use std::collections::HashMap;

use nn::graph::{Graph, SlotId};
use nn::ops;

use super::sample;

#[test]
fn every_primitive_is_documented() {
    for primitive in ops::catalogue() {
        let doc = primitive.doc;
        assert!(doc.sentence.ends_with('.'), "{}: the sentence ends with a full stop", primitive.name);
        let parts = [doc.sentence, doc.formula, doc.example, doc.result];
        assert!(parts.iter().all(|part| !part.is_empty()), "{}: all parts of the page", primitive.name);
        assert!(!primitive.name.starts_with('_'), "{}: users can write it", primitive.name);
    }
}

#[test]
fn every_name_means_one_primitive() {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for primitive in ops::catalogue() {
        for name in std::iter::once(&primitive.name).chain(primitive.aliases) {
            let before = seen.insert(name, primitive.name);
            assert_eq!(before, None, "`{name}` means two things");
            assert!(std::ptr::eq(ops::find(name).expect("the name is found"), *primitive));
        }
    }
    assert!(ops::find("no such function").is_none());
    assert!(ops::find("_slice").is_none());
}

#[test]
fn kernels_give_the_shape_of_the_type_rule() {
    for primitive in ops::catalogue() {
        let calls = sample::calls(primitive);
        assert!(!calls.is_empty(), "{}: no input of the stock fits", primitive.name);
        for call in calls {
            let mut graph = Graph::verbatim();
            let (_, result) = sample::apply(&mut graph, primitive, &call).expect("the call was tried");
            let slots: Vec<_> =
                call.types.iter().enumerate().map(|(at, ty)| (SlotId(at as u32), ty.clone())).collect();
            let environment = sample::environment(&slots, sample::Domain::Fraction, 3);
            sample::numbers(&graph, &[result], &environment);
        }
    }
}

#[test]
fn ranges_hold_what_comes_out() {
    use nn::graph::{Operation, Range};
    for primitive in ops::catalogue() {
        for call in sample::calls(primitive) {
            let mut graph = Graph::verbatim();
            let (inputs, result) = sample::apply(&mut graph, primitive, &call).expect("the call was tried");
            let Operation::Apply(op) = &graph.node(result).operation else { continue };
            if graph.node(result).inputs != inputs {
                continue;
            }
            let slots: Vec<_> =
                call.types.iter().enumerate().map(|(at, ty)| (SlotId(at as u32), ty.clone())).collect();
            for (domain, given) in [
                (sample::Domain::Fraction, Range::open(0.0, 1.0)),
                (sample::Domain::Signed, Range::closed(-2.0, 2.0)),
            ] {
                let range = op.range(&vec![given; inputs.len()]);
                let environment = sample::environment(&slots, domain, 4);
                for number in sample::numbers(&graph, &[result], &environment).concat() {
                    let above = number > range.lo || (number == range.lo && !range.lo_open);
                    let below = number < range.hi || (number == range.hi && !range.hi_open);
                    assert!(number.is_nan() || (above && below), "{}: {number} in {range:?}", primitive.name);
                }
            }
        }
    }
}

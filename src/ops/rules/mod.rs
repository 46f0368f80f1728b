//! Rewriting rules: rows of tables, each with a name, a sentence and what it changes in floating point.
//!
//! `Op::simplify` of the outermost operator fires them when a node is built, so that a gradient derived afterwards
//! is that of the rewritten formula. A safe rewriting is noted on the node it makes, for `derive` to tell.

mod algebra;
mod logarithm;
mod pattern;
mod reductions;
mod safety;

use crate::graph::{Attribute, Graph, NodeId};
pub use safety::finite_part;

pub(super) use algebra::{ABS, ADD, MULTIPLY, NEGATE, POWER, SELECT, SQUARE, SUBTRACT};
pub(super) use logarithm::{LOG, LOG1P, is_looked_into};
pub(super) use reductions::{BATCH_SUM, SUM};
pub(super) use safety::{DIVIDE, RECIPROCAL};

/// One rewriting of an operator applied to inputs of a certain form.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub name: &'static str,
    /// What is written, and what it becomes.
    pub sentence: &'static str,
    pub floats: Floats,
    pub purpose: Purpose,
    pub run: fn(&mut Graph, &Site<'_>) -> Option<NodeId>,
}

/// Whether the value stays the same in floating point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floats {
    /// The same bits for every input (the sign of a NaN aside).
    Equal,
    /// The same, but for what the text says.
    Except(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Fewer or cheaper operations.
    Smaller,
    /// A textbook formula that overflows or loses digits becomes one that does not.
    Safer,
}

/// Where a rule is tried: the attributes and inputs of the operator about to be applied.
#[derive(Debug)]
pub struct Site<'g> {
    pub attributes: Vec<Attribute>,
    pub inputs: &'g [NodeId],
}

impl<'g> Site<'g> {
    pub(super) fn plain(inputs: &'g [NodeId]) -> Site<'g> {
        Site { attributes: Vec::new(), inputs }
    }

    fn one(&self) -> Option<NodeId> {
        self.inputs.first().copied()
    }

    fn two(&self) -> Option<(NodeId, NodeId)> {
        match self.inputs {
            &[a, b] => Some((a, b)),
            _ => None,
        }
    }
}

/// Every rule, by the operator it is tried on.
pub fn all() -> impl Iterator<Item = (&'static str, &'static Rule)> {
    let tables: [(&str, &[Rule]); 14] = [
        ("add", ADD),
        ("subtract", SUBTRACT),
        ("multiply", MULTIPLY),
        ("divide", DIVIDE),
        ("power", POWER),
        ("negate", NEGATE),
        ("abs", ABS),
        ("square", SQUARE),
        ("reciprocal", RECIPROCAL),
        ("log", LOG),
        ("log1p", LOG1P),
        ("select", SELECT),
        ("sum", SUM),
        ("batch_sum", BATCH_SUM),
    ];
    tables.into_iter().flat_map(|(op, rules)| rules.iter().map(move |rule| (op, rule)))
}

/// The first rule of a table that applies.
pub(super) fn fire(table: &[Rule], graph: &mut Graph, site: &Site<'_>) -> Option<NodeId> {
    for rule in table {
        let before = graph.len();
        if let Some(result) = (rule.run)(graph, site) {
            // A node that was there already is as its user wrote it.
            if rule.purpose == Purpose::Safer && result.index() >= before {
                graph.note_rule(result, rule.name);
            }
            return Some(result);
        }
    }
    None
}

macro_rules! rules {
    ($($table:ident { $($name:literal: $sentence:literal, $floats:expr, $purpose:ident, $run:expr;)* })*) => {$(
        pub(in crate::ops) static $table: &[$crate::ops::Rule] = &[$($crate::ops::Rule {
            name: $name,
            sentence: $sentence,
            floats: $floats,
            purpose: $crate::ops::rules::Purpose::$purpose,
            run: $run,
        },)*];
    )*};
}
use rules;

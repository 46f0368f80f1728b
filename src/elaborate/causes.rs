//! Why two shapes do not fit: how their sizes are related, which way they came, what else has such a number.
//!
//! Reports about shapes ask for it. A note is only made where it is likely to be the cause.

use super::Elaborator;
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Label};
use crate::graph::{NodeId, Operation};
use crate::types::{Shape, Size};

/// A number of examples that the script knows: of a dataset, or of the batches of a training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleCount {
    pub count: i64,
    /// `the number of examples of `d``
    pub what: String,
    pub span: Span,
}

/// Notes on one mistake.
const MOST_NOTES: usize = 3;
/// A number of examples that a width would hardly be by chance.
const SMALLEST_COUNT: i64 = 10;
/// Steps of the way that a size came.
const LONGEST_CHAIN: usize = 8;

impl Elaborator {
    /// Adds to a report about two shapes what is likely to be the cause. `nodes` are the values that have them.
    pub(super) fn explain(
        &self,
        mut diagnostic: Diagnostic,
        shapes: (&Shape, &Shape),
        nodes: &[NodeId],
    ) -> Diagnostic {
        let (a, b) = shapes;
        let mut notes: Vec<String> = self.counted_examples(a, b).into_iter().collect();
        if notes.is_empty() {
            // What is the same for every example has none of them in its shape.
            let is_kept = |shape: &Shape| {
                let types = nodes.iter().map(|node| self.graph.ty(*node));
                types.filter(|ty| ty.shape == *shape).any(|ty| ty.batch.is_none())
            };
            notes.extend(arithmetic(a, b, if is_kept(a) || is_kept(b) { Kept::Yes } else { Kept::No }));
        }
        notes.extend(nodes.iter().filter_map(|node| self.product_of(*node)));
        for note in notes {
            if diagnostic.notes.len() < MOST_NOTES && !diagnostic.notes.contains(&note) {
                diagnostic = diagnostic.note(note);
            }
        }
        let chains = nodes.iter().map(|node| self.chain(*node));
        if let Some(chain) = chains.max_by_key(Vec::len).filter(|chain| chain.len() > 2) {
            diagnostic.chain = chain;
        }
        diagnostic
    }

    /// A size of one of the shapes that is a number of examples: a shape is that of one example.
    pub(super) fn counted_examples(&self, a: &Shape, b: &Shape) -> Option<String> {
        let only_in = |one: &Shape, other: &Shape| -> Vec<i64> {
            let sizes = one.0.iter().filter(|size| !other.0.contains(size));
            sizes.filter_map(Size::known).filter(|size| *size > 1).collect()
        };
        let sizes: Vec<i64> = only_in(a, b).into_iter().chain(only_in(b, a)).collect();
        // Small numbers are often the same by chance.
        let is_meant = |count: i64| a.rank() != b.rank() || count >= SMALLEST_COUNT;
        let found =
            self.example_counts.iter().find(|one| sizes.contains(&one.count) && is_meant(one.count))?;
        Some(format!(
            "{} is {}: a shape is that of one example, the batch is implicit",
            found.count, found.what
        ))
    }

    /// `1568 = 32 × 7 × 7`, of a vector that was made of a value of higher rank.
    fn product_of(&self, node: NodeId) -> Option<String> {
        let born = self.born(node);
        let flat = &self.graph.ty(born).shape;
        let mut whole = None;
        let mut at = born;
        // The values under it that have the same numbers: the first of them is as the user wrote it.
        while let [input] = self.graph.node(at).inputs.as_slice() {
            let shape = &self.graph.ty(*input).shape;
            if shape.len() != flat.len() {
                break;
            }
            whole = (shape.rank() > 1).then_some(shape).or(whole);
            at = *input;
        }
        arithmetic(flat, whole?, Kept::No)
    }

    /// The way that a size came: each value of another shape, from the input on.
    fn chain(&self, node: NodeId) -> Vec<Label> {
        let mut chain: Vec<Label> = Vec::new();
        let mut at = Some(self.born(node));
        while let Some(node) = at.filter(|_| chain.len() < LONGEST_CHAIN) {
            let place = self.place_of_birth(node);
            let is_new = |place: &Span| !chain.iter().any(|label| label.span == *place);
            if let Some(span) = place.filter(is_new) {
                chain.push(Label { span, text: self.graph.ty(node).shape.to_string() });
            }
            // The data runs over the batch, parameters do not.
            let inputs = self.graph.node(node).inputs.iter().copied();
            at = inputs
                .clone()
                .find(|input| self.graph.ty(*input).batch.is_some())
                .map(|input| self.born(input));
        }
        chain.reverse();
        chain
    }

    /// Whether a value is made from another.
    pub(super) fn leads_to(&self, from: NodeId, to: NodeId) -> bool {
        if from == to || !matches!(self.graph.node(to).operation, Operation::Apply(_)) {
            return false;
        }
        let mut seen = vec![false; self.graph.len()];
        let mut open = vec![to];
        while let Some(node) = open.pop() {
            if node == from {
                return true;
            }
            if let Some(mark) = seen.get_mut(node.index())
                && !std::mem::replace(mark, true)
            {
                open.extend(&self.graph.node(node).inputs);
            }
        }
        false
    }
}

/// Whether one of two values is a parameter or a constant: the same for every example.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

/// How two shapes could be related, if it is likely to be the cause.
fn arithmetic(a: &Shape, b: &Shape, kept: Kept) -> Option<String> {
    either_way(a, b, product)
        .or_else(|| either_way(a, b, column))
        .or_else(|| transposed(a, b))
        .or_else(|| either_way(a, b, repeated).filter(|_| kept == Kept::No))
        .or_else(|| scalar(a, b))
        .or_else(|| either_way(a, b, flat).filter(|_| kept == Kept::No))
        .or_else(|| match (a.0.as_slice(), b.0.as_slice()) {
            ([Size::Known(m)], [Size::Known(n)]) => numbers(*m, *n),
            _ => None,
        })
}

fn either_way(a: &Shape, b: &Shape, rule: fn(&Shape, &Shape) -> Option<String>) -> Option<String> {
    rule(a, b).or_else(|| rule(b, a))
}

fn product(vector: &Shape, tensor: &Shape) -> Option<String> {
    let (1, Some(Size::Known(n)), Some(dims)) = (vector.rank(), vector.0.first(), tensor.dims()) else {
        return None;
    };
    let is_product = dims.len() > 1 && !dims.contains(&1) && dims.iter().product::<usize>() as i64 == *n;
    let factors: Vec<String> = dims.iter().map(usize::to_string).collect();
    is_product.then(|| format!("{n} = {}: `flatten` makes one vector of them", factors.join(" × ")))
}

/// `2 numbers are given, and 3 are expected`, of an argument; or whether several examples were meant.
pub(super) fn given_counts(expected: &Shape, given: &Shape) -> Option<String> {
    let ([Size::Known(wanted)], [Size::Known(found)]) = (expected.0.as_slice(), given.0.as_slice()) else {
        return None;
    };
    if *wanted > 0 && found > wanted && found % wanted == 0 {
        let n = found / wanted;
        return Some(format!(
            "{n} examples of {wanted}, or one example of {found}? One example is given at a time: for several, call it \
             for each, or use `predict` on data"
        ));
    }
    let is = if *found == 1 { "number is" } else { "numbers are" };
    Some(format!("{found} {is} given, and {wanted} expected"))
}

fn column(matrix: &Shape, vector: &Shape) -> Option<String> {
    let ([n, m], [k]) = (matrix.0.as_slice(), vector.0.as_slice()) else { return None };
    if *m == Size::Known(1) && n == k {
        return Some(format!(
            "`{matrix}` is a matrix of one column, `{vector}` a vector: nothing is repeated to make them fit"
        ));
    }
    (*n == Size::Known(1) && m == k).then(|| {
        format!("`{matrix}` is a matrix of one row, `{vector}` a vector, which is a column: `.T` turns one into the other")
    })
}

fn transposed(a: &Shape, b: &Shape) -> Option<String> {
    (a.rank() == 2 && a != b && a.0.iter().rev().eq(b.0.iter())).then(|| format!("`{a}` transposed is `{b}`"))
}

fn repeated(many: &Shape, one: &Shape) -> Option<String> {
    let (first, rest) = many.0.split_first()?;
    let fits = !rest.is_empty() && rest == one.0.as_slice();
    fits.then(|| {
        format!(
            "`{many}` is {first} examples of `{one}`: a shape is that of one example, and how many there are is left out"
        )
    })
}

fn scalar(a: &Shape, b: &Shape) -> Option<String> {
    let other = match (a.is_scalar(), b.is_scalar()) {
        (true, false) => b,
        (false, true) => a,
        _ => return None,
    };
    Some(format!("`[]` is a number: `sum` or `mean` of all makes `{other}` into one"))
}

/// A vector where there is something of higher rank.
fn flat(vector: &Shape, tensor: &Shape) -> Option<String> {
    if vector.rank() != 1 || tensor.rank() < 2 {
        return None;
    }
    let kind = if tensor.rank() == 2 { "a matrix" } else { "a stack of matrices" };
    let all = tensor.len().filter(|all| all.known().is_some());
    let all = all.map_or(String::new(), |all| format!(" of {all}"));
    Some(format!("`{vector}` is a vector, and `{tensor}` {kind}: `flatten` makes it one vector{all}"))
}

/// `20 = 10 + 10`, `3 is one more than 2`, `448 = 16 × 28, 14944 = 16 × 934`
pub(super) fn numbers(m: i64, n: i64) -> Option<String> {
    let (small, large) = (m.min(n), m.max(n));
    if small < 1 || small == large {
        return None;
    }
    if small == 1 {
        return Some(format!(
            "`[1]` is a vector of one number: only a number, `[]`, goes with each of the {large}"
        ));
    }
    if large - small == 1 {
        return Some(format!("{large} is one more than {small}"));
    }
    if large % small == 0 {
        let ratio = large / small;
        let sum = vec![small.to_string(); ratio.min(8) as usize].join(" + ");
        return Some(match ratio {
            ..=4 => format!("{large} = {sum} = {ratio} × {small}"),
            _ => format!("{large} = {ratio} × {small}"),
        });
    }
    let root = (large as f64).sqrt().round() as i64;
    if small == root && root * root == large {
        return Some(format!("{large} = {root} × {root}"));
    }
    let (mut factor, mut rest) = (large, small);
    while rest > 0 {
        (factor, rest) = (rest, factor % rest);
    }
    // Sizes that were made of the same number.
    (factor >= 8).then(|| format!("{m} = {factor} × {}, {n} = {factor} × {}", m / factor, n / factor))
}

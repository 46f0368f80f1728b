//! Computes elementwise work on literals once instead of at every step.

use std::sync::Arc;

use super::{Pass, rebuild};
use crate::graph::{Constant, Graph, Leaf, NodeId, Operation, Real};
use crate::tensor::Kernel;

/// Literals that are larger stay expressions: they would be kept twice.
const MAX_NUMBERS: usize = 1 << 16;

/// Values that are not finite stay expressions as well, for the run to tell of them where they are written.
/// Rounded once to the precision of the script, where the expression rounds at every operation.
pub(super) static PASS: Pass =
    Pass { name: "fold", sentence: "Elementwise work on literals is done beforehand.", run };

fn run(old: &Graph, outputs: &[NodeId]) -> (Graph, Vec<NodeId>) {
    rebuild(old, outputs, |new, id, inputs| match folded(old, new, id, &inputs) {
        Some(leaf) => {
            let place = new.leaf(leaf, old.ty(id).clone());
            new.describe(old, id, place);
            place
        }
        None => new.adopt(old, id, inputs),
    })
}

fn folded(old: &Graph, new: &Graph, id: NodeId, inputs: &[NodeId]) -> Option<Leaf> {
    let Operation::Apply(op) = &old.node(id).operation else { return None };
    let shape = old.ty(id).shape.dims()?;
    let len = shape.iter().try_fold(1usize, |product, &dim| product.checked_mul(dim))?;
    if old.ty(id).batch.is_some() || len > MAX_NUMBERS {
        return None;
    }
    let kernel = op.kernel()?;
    let literals: Vec<&[f64]> = inputs.iter().map(|&input| literal(new, input)).collect::<Option<_>>()?;
    // A number goes with every element.
    let at = |input: usize, at: usize| -> Option<f64> {
        let numbers = literals.get(input)?;
        if numbers.len() == 1 { numbers.first().copied() } else { numbers.get(at).copied() }
    };
    let value = |place: usize| match &kernel {
        Kernel::Map1(map) => Some((map.reference)(at(0, place)?)),
        Kernel::Map2(map) => Some((map.reference)(at(0, place)?, at(1, place)?)),
        Kernel::Map3(map) => Some((map.reference)(at(0, place)?, at(1, place)?, at(2, place)?)),
        Kernel::Reduce { .. }
        | Kernel::ArgMax { .. }
        | Kernel::Rank { .. }
        | Kernel::BatchReduce(_)
        | Kernel::Expand
        | Kernel::Repeat { .. }
        | Kernel::MatMul
        | Kernel::MatMulSum
        | Kernel::Transpose
        | Kernel::Reshape
        | Kernel::Slice { .. }
        | Kernel::Pad { .. }
        | Kernel::Concat { .. }
        | Kernel::Stack
        | Kernel::OneHot { .. }
        | Kernel::Iota
        | Kernel::Eye
        | Kernel::Identity => None,
    };
    let values: Vec<f64> = (0..len).map(value).collect::<Option<_>>()?;
    if len == 0 || !values.iter().all(|number| number.is_finite()) {
        return None;
    }
    match (shape.is_empty(), values.as_slice()) {
        (true, &[number]) => Some(Leaf::Number(Real(number))),
        (_, _) => Some(Leaf::Tensor(Arc::new(Constant { shape, values }))),
    }
}

/// The numbers of a literal.
fn literal(graph: &Graph, id: NodeId) -> Option<&[f64]> {
    match &graph.node(id).operation {
        Operation::Leaf(Leaf::Number(Real(number))) => Some(std::slice::from_ref(number)),
        Operation::Leaf(Leaf::Tensor(constant)) => Some(&constant.values),
        Operation::Leaf(Leaf::Slot { .. } | Leaf::Size(_) | Leaf::BatchCount(_) | Leaf::Random { .. })
        | Operation::Apply(_) => None,
    }
}

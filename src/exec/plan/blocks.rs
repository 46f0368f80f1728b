//! Gradients of weights that only the optimizer's loop reads: made block by block inside that loop, so that the whole is
//! never in memory.

use super::units::{Unit, Work1};
use super::values::Work;
use crate::base::{FastMap, FastSet};
use crate::graph::NodeId;
use crate::tensor::{Kernel, product_is_small};

/// Puts each product over the batch that one loop alone reads, number by number, in front of that loop. A loop takes up
/// one product.
pub fn absorb(work: &Work1<'_>, units: Vec<Unit>, keep: &FastSet<NodeId>) -> Vec<Unit> {
    let mut readers: FastMap<NodeId, Vec<(usize, bool)>> = FastMap::default();
    for (at, unit) in units.iter().enumerate() {
        for &(place, full) in unit.nodes.iter().flat_map(|node| &work.reads[node]) {
            let whole = full && place == work.values.of(place.root).place;
            readers.entry(place.root).or_default().push((at, whole));
        }
    }
    let mut taken: FastMap<usize, NodeId> = FastMap::default();
    let mut gone: FastSet<usize> = FastSet::default();
    for (at, unit) in units.iter().enumerate() {
        let &[node] = &unit.nodes[..] else { continue };
        let Some(all @ [(reader, _), ..]) = readers.get(&node).map(Vec::as_slice) else { continue };
        let alone = all.iter().all(|&(other, whole)| other == *reader && whole) && !keep.contains(&node);
        let loop_ = matches!(work.values.of(units[*reader].nodes[0]).work, Work::Elementwise(..));
        if alone && loop_ && is_large_sum(work, node) && !taken.contains_key(reader) {
            taken.insert(*reader, node);
            gone.insert(at);
        }
    }
    let mut kept = Vec::new();
    for (at, mut unit) in units.into_iter().enumerate() {
        if let Some(&product) = taken.get(&at) {
            unit.nodes.insert(0, product);
        }
        if !gone.contains(&at) {
            kept.push(unit);
        }
    }
    kept
}

/// A sum of products over the batch, a matrix, that is worth making in blocks.
fn is_large_sum(work: &Work1<'_>, node: NodeId) -> bool {
    let value = work.values.of(node);
    let inputs = &work.graph.node(node).inputs;
    let (Work::Other(Kernel::MatMulSum), [m, n]) = (&value.work, &value.dims[..]) else { return false };
    let k = work.values.of(inputs[0]).len() / (*m).max(1);
    !product_is_small(*m, *n, k)
}

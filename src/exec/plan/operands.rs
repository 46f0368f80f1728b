//! The sides of products: a transposed matrix is read where it stands, with its strides the other way round.

use super::values::{Place, Value, Values, Work};
use crate::graph::{Graph, NodeId};
use crate::tensor::Kernel;

pub struct Matrices<'a> {
    pub graph: &'a Graph,
    pub values: &'a Values,
}

/// One side of a product, for one example.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    pub place: Place,
    pub rows: usize,
    pub cols: usize,
    pub rs: usize,
    pub cs: usize,
    /// Numbers from one example to the next, if it runs over the batch.
    pub step: Option<usize>,
}

impl Side {
    pub fn transposed(self) -> Side {
        Side { rows: self.cols, cols: self.rows, rs: self.cs, cs: self.rs, ..self }
    }
}

impl Matrices<'_> {
    /// What an operation that isn't elementwise reads.
    pub fn places(&self, kernel: &Kernel, inputs: &[NodeId]) -> Vec<Place> {
        match kernel {
            Kernel::MatMul => inputs.iter().map(|&input| self.matrix(input).place).collect(),
            Kernel::Map1(_)
            | Kernel::Map2(_)
            | Kernel::Map3(_)
            | Kernel::Reduce { .. }
            | Kernel::ArgMax { .. }
            | Kernel::Rank { .. }
            | Kernel::BatchReduce(_)
            | Kernel::Expand
            | Kernel::Repeat { .. }
            | Kernel::Transpose
            | Kernel::Reshape
            | Kernel::Slice { .. }
            | Kernel::Pad { .. }
            | Kernel::Concat { .. }
            | Kernel::Stack
            | Kernel::OneHot { .. }
            | Kernel::Iota
            | Kernel::Eye
            | Kernel::Identity
            // The examples' columns stand side by side only as they are, not transposed.
            | Kernel::MatMulSum => inputs.iter().map(|&input| self.values.of(input).place).collect(),
        }
    }

    /// A value as a matrix; a vector is a column.
    pub fn matrix(&self, node: NodeId) -> Side {
        let value = self.values.of(node);
        if let (Work::Other(Kernel::Transpose), 2) = (&value.work, value.dims.len()) {
            let input = self.values.of(self.graph.node(node).inputs[0]);
            return plain(input).transposed();
        }
        plain(value)
    }
}

fn plain(value: &Value) -> Side {
    let rows = value.dims.first().copied().unwrap_or(1);
    let cols = value.dims.get(1).copied().unwrap_or(1);
    Side { place: value.place, rows, cols, rs: 1, cs: rows, step: value.examples.map(|_| value.each) }
}

//! The classes of work an operator can be: what the executor needs to know of it.
//!
//! An operator names a class and puts its function in; the fuser joins classes and never asks for names.

use super::loops::{Loop, Run1, Run2, Run3, Run4};

/// A function of one number, applied to each: the scalar judge, and the loops of both precisions.
#[derive(Debug)]
pub struct Map1 {
    pub name: &'static str,
    pub reference: fn(f64) -> f64,
    pub f32: Loop<Run1<f32>>,
    pub f64: Loop<Run1<f64>>,
}

/// A function of two numbers.
#[derive(Debug)]
pub struct Map2 {
    pub name: &'static str,
    pub reference: fn(f64, f64) -> f64,
    pub f32: Loop<Run2<f32>>,
    pub f64: Loop<Run2<f64>>,
}

/// A function of three numbers.
#[derive(Debug)]
pub struct Map3 {
    pub name: &'static str,
    pub reference: fn(f64, f64, f64) -> f64,
    pub f32: Loop<Run3<f32>>,
    pub f64: Loop<Run3<f64>>,
}

/// A function of four numbers.
#[derive(Debug)]
pub struct Map4 {
    pub name: &'static str,
    pub reference: fn(f64, f64, f64, f64) -> f64,
    pub f32: Loop<Run4<f32>>,
    pub f64: Loop<Run4<f64>>,
}

/// How many numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    Sum,
    Max,
    Min,
}

/// What a reduction runs over, within one example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Axis {
    /// Every number of the example: the result is a number.
    All,
    /// One axis, which disappears.
    Only(usize),
}

/// The class of an operator. Shapes are the node's and its inputs'; `batched` inputs run example by example
/// unless the class says otherwise. An unbatched input of a batched node is the same for every example.
#[derive(Clone, Debug)]
pub enum Kernel {
    /// Elementwise; an input that is a number goes with every element.
    Map1(&'static Map1),
    Map2(&'static Map2),
    Map3(&'static Map3),
    /// `[m, n] -> []`, `[n]` or `[m]`
    Reduce {
        fold: Fold,
        axis: Axis,
    },
    /// Position from 0 of the first largest number, as a number.
    ArgMax {
        axis: Axis,
    },
    /// The place of each number in rising order, along an axis of its example or, without one, among the examples.
    Rank {
        axis: Option<Axis>,
    },
    /// Across examples: `[s] × B -> [s]`
    BatchReduce(Fold),
    /// A number, or an unbatched tensor, repeated to the node's shape and batch.
    Expand,
    /// The inverse of a reduction along one axis: the input repeated along a new axis of the node's shape.
    Repeat {
        axis: usize,
    },
    /// Per example `[n,m]·[m,k]`, `[n,m]·[m]`, `[m]·[m]`, `[n]·[1,m]`.
    MatMul,
    /// `[n,c] × B` and `[m,c] × B` (or `[n]`, `[m]` with c = 1): `Σ_examples A · Bᵀ`, `[n, m]`, not batched.
    MatMulSum,
    /// `[m, n] -> [n, m]`; `[n] -> [1, n]`; with more axes, all of them in reverse.
    Transpose,
    /// Same numbers, same column-major order, another shape.
    Reshape,
    /// Numbers `from..to` of one axis; `drop` removes the axis (then `to == from + 1`).
    Slice {
        axis: usize,
        from: usize,
        to: usize,
        drop: bool,
    },
    /// Zeros before and after along one axis; the gradient of a slice. `grow` adds the axis first.
    Pad {
        axis: usize,
        before: usize,
        after: usize,
        grow: bool,
    },
    /// Inputs one after another along an axis.
    Concat {
        axis: usize,
    },
    /// Numbers side by side: n inputs of shape s become `[n, s...]` (a vector of numbers, a matrix of rows).
    Stack,
    /// A whole number to a vector with a one at that place: `[] -> [classes]`; out of range gives zeros.
    OneHot {
        classes: usize,
    },
    /// No input: 0, 1, 2, ... along the node's only axis.
    Iota,
    /// No input: ones on the diagonal of the node's square shape.
    Eye,
    /// The input itself; only gradients stop here.
    Identity,
}

//! Operators with attributes as values, for whoever applies them to inputs that users chose; and by the name they
//! have in a graph's text form.

use super::batch::{BatchReduce, Expand};
use super::concat::{Concat, Stack};
use super::fill::{Eye, Iota};
use super::matmul::{MatMul, MatMulSum};
use super::one_hot::OneHot;
use super::rank::Rank;
use super::reduce::{ArgMax, Reduce};
use super::select::Select;
use super::slice::{Pad, Slice};
use super::stop_gradient::StopGradient;
use super::view::{Repeat, Reshape, Transpose};
use super::{arithmetic, comparison, transcendental, trigonometry};
use crate::graph::{Attribute, OpRef};
use crate::tensor::{Axis, Fold};
use crate::types::{Shape, Size, TensorType};

pub fn reduce(fold: Fold, axis: Axis) -> OpRef {
    OpRef::new(Reduce { fold, axis })
}

pub fn batch_reduce(fold: Fold) -> OpRef {
    OpRef::new(BatchReduce { fold })
}

/// Positions `from..to` of an axis; `drop` removes the axis and needs `to == from + 1`.
pub fn slice(axis: usize, from: Size, to: Size, drop: bool) -> OpRef {
    OpRef::new(Slice { axis, from, to, drop })
}

pub fn pad(axis: usize, before: Size, after: Size, grow: bool) -> OpRef {
    OpRef::new(Pad { axis, before, after, grow })
}

pub fn stack() -> OpRef {
    OpRef::Static(&Stack)
}

pub fn concat(axis: usize) -> OpRef {
    OpRef::new(Concat { axis })
}

/// In the order of storage, column by column; the primitive `reshape` has the order of reading.
pub fn reshape_to(shape: Shape) -> OpRef {
    OpRef::new(Reshape { shape })
}

pub fn repeat(axis: usize, size: Size) -> OpRef {
    OpRef::new(Repeat { axis, size })
}

pub fn expand_to(ty: TensorType) -> OpRef {
    OpRef::new(Expand { ty })
}

pub fn one_hot(classes: Size) -> OpRef {
    OpRef::new(OneHot { classes })
}

/// The operator of a name and attributes, as [`crate::graph::Op::name`] and `attributes` gave them.
pub fn from_text(name: &str, attributes: &[Attribute]) -> Option<OpRef> {
    use Attribute::{Batch, Flag, Index};
    let op = match (name, attributes) {
        ("sum", [Attribute::Axis(axis)]) => reduce(Fold::Sum, *axis),
        ("_max", [Attribute::Axis(axis)]) => reduce(Fold::Max, *axis),
        ("_min", [Attribute::Axis(axis)]) => reduce(Fold::Min, *axis),
        ("argmax", [Attribute::Axis(axis)]) => OpRef::new(ArgMax { axis: *axis }),
        ("rank", [Attribute::Axis(axis)]) => OpRef::new(Rank { axis: Some(*axis) }),
        ("batch_rank", []) => OpRef::new(Rank { axis: None }),
        ("batch_sum", []) => batch_reduce(Fold::Sum),
        ("batch_max", []) => batch_reduce(Fold::Max),
        ("batch_min", []) => batch_reduce(Fold::Min),
        ("_expand", [Attribute::Shape(shape)]) => expand_to(TensorType::plain(shape.clone())),
        ("_expand", [Attribute::Shape(shape), Batch(batch)]) => {
            expand_to(TensorType::batched(shape.clone(), *batch))
        }
        ("matmul", []) => OpRef::Static(&MatMul),
        ("_matmul_sum", []) => OpRef::Static(&MatMulSum),
        ("transpose", []) => OpRef::Static(&Transpose),
        ("_reshape", [Attribute::Shape(shape)]) => reshape_to(shape.clone()),
        ("_repeat", [Index(axis), Attribute::Size(size)]) => repeat(*axis, size.clone()),
        ("_slice", [Index(axis), Attribute::Size(from), Attribute::Size(to), Flag(drop)]) => {
            slice(*axis, from.clone(), to.clone(), *drop)
        }
        ("_pad", [Index(axis), Attribute::Size(before), Attribute::Size(after), Flag(grow)]) => {
            pad(*axis, before.clone(), after.clone(), *grow)
        }
        ("concat", [Index(axis)]) => concat(*axis),
        ("_stack", []) => stack(),
        ("one_hot", [Attribute::Size(classes)]) => one_hot(classes.clone()),
        ("range", [Attribute::Size(len)]) => OpRef::new(Iota { len: len.clone() }),
        ("eye", [Attribute::Size(len)]) => OpRef::new(Eye { len: len.clone() }),
        ("select", []) => OpRef::Static(&Select),
        ("stop_gradient", []) => OpRef::Static(&StopGradient),
        (_, []) => elementwise(name)?,
        (_, [_, ..]) => return None,
    };
    Some(op)
}

/// The elementwise operator of a name.
fn elementwise(name: &str) -> Option<OpRef> {
    let unary =
        [arithmetic::UNARY_OPS, transcendental::UNARY_OPS, trigonometry::UNARY_OPS, comparison::UNARY_OPS];
    let binary = [arithmetic::BINARY_OPS, arithmetic::EXTREMES_OPS, comparison::BINARY_OPS];
    let one = unary.into_iter().flatten().find(|op| op.name == name).map(|op| (op.me)());
    one.or_else(|| binary.into_iter().flatten().find(|op| op.name == name).map(|op| (op.me)()))
}

/// The matrix product.
pub fn matmul() -> OpRef {
    OpRef::Static(&super::matmul::MatMul)
}

//! Sums of repeated values, and sums of products over a batch.

use super::pattern::{pair, under};
use super::{Floats, rules};
use crate::graph::{Attribute, Leaf};
use crate::ops::build::{batch_sum, expand, mul, neg, size_number, sum, transpose};
use crate::ops::matmul::weight_gradient;
use crate::tensor::Axis;
use crate::types::{Shape, TensorType};

const ORDER: Floats = Floats::Except("added up in another order");

rules! {
    SUM {
        "sum of one number": "the sum of n times the same number is n x",
            Floats::Except("one rounding instead of n"), Smaller, |g, site| {
            let [Attribute::Axis(Axis::All)] = site.attributes.as_slice() else { return None };
            let x = site.one()?;
            let number = under(g, x, "_expand").filter(|&source| g.ty(source).shape.is_scalar())?;
            let (len, batch) = (g.ty(x).shape.len()?, g.ty(x).batch);
            let count = size_number(g, &len);
            let total = mul(g, number, count);
            Some(expand(g, total, &TensorType { shape: Shape::scalar(), batch }))
        };
        "sum of negatives": "sum(-x) is -sum(x)", Floats::Except("a sum of 0 may get the other sign"), Smaller, |g, site| {
            let &[Attribute::Axis(axis)] = site.attributes.as_slice() else { return None };
            let x = under(g, site.one()?, "negate")?;
            let total = sum(g, x, axis);
            Some(neg(g, total))
        };
    }
    BATCH_SUM {
        "batch sum of one value": "the sum of a value that is the same for all B examples is B x",
            Floats::Except("one rounding instead of B"), Smaller, |g, site| {
            let x = site.one()?;
            let source = under(g, x, "_expand").filter(|&source| g.ty(source).batch.is_none())?;
            let (shape, batch) = (g.ty(x).shape.clone(), g.ty(x).batch?);
            let count = g.leaf(Leaf::BatchCount(batch), TensorType::number());
            let total = mul(g, source, count);
            Some(expand(g, total, &TensorType::plain(shape)))
        };
        "weight gradient": "the sum over the batch of A · Bᵀ is one product", ORDER, Smaller, |g, site| {
            let (a, bt) = pair(g, site.one()?, "matmul")?;
            weight_gradient(g, a, bt)
        };
        "batch sum of a transpose": "the sum over the batch of Aᵀ is (the sum of A)ᵀ", Floats::Equal, Smaller, |g, site| {
            let x = under(g, site.one()?, "transpose")?;
            let total = batch_sum(g, x);
            Some(transpose(g, total))
        };
    }
}

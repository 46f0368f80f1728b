//! Products of matrices and vectors, and the sum of outer products over a batch.

use super::build::{matmul, matmul_sum, mul, reshape, transpose};
use super::elementwise::facts;
use super::primitive::{A_B, Primitive};
use super::typing;
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, OpRef, Range, ShapeProblem,
};
use crate::tensor::Kernel;
use crate::types::{Shape, Size, TensorType};

/// `[n,m]·[m,k]`, `[n,m]·[m]`, `[m]·[m]`, `[n]·[1,m]`.
#[derive(Clone, Copy, Debug)]
pub struct MatMul;

/// `Σ over examples of A · Bᵀ`: the gradient of a weight in one product.
#[derive(Clone, Copy, Debug)]
pub struct MatMulSum;

static MATMUL: Doc = Doc {
    sentence: "The matrix product; of two vectors the dot product, of a vector and a transposed vector the outer product.",
    formula: "(A · B)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ",
    example: "[[1, 2], [3, 4]] · [1, 1]",
    result: "[3, 7]",
};
static MATMUL_SUM: Doc = Doc {
    sentence: "The products of the first value and the second transposed, added up over the batch.",
    formula: "Σ over examples of A · Bᵀ",
    example: "",
    result: "",
};

pub(super) static PRIMITIVES: &[Primitive] = &[Primitive {
    name: "matmul",
    aliases: &[],
    params: A_B,
    doc: &MATMUL,
    build: |graph, tensors, _| graph.apply(OpRef::Static(&MatMul), tensors),
}];

/// Which of the products it is, by the number of axes.
enum Product {
    /// `[n,m]·[m,k]` and `[n,m]·[m]`
    Matrix,
    /// `[m]·[m]`
    Dot,
    /// `[n]·[1,m]`
    Outer,
}

fn product(a: &Shape, b: &Shape) -> Result<Product, ShapeProblem> {
    match (a.rank(), b.rank()) {
        (2, 1 | 2) => Ok(Product::Matrix),
        (1, 1) => Ok(Product::Dot),
        (1, 2) => Ok(Product::Outer),
        (1 | 2, _) => Err(ShapeProblem::Rank { input: 1, expected: "a vector or a matrix" }),
        (_, _) => Err(ShapeProblem::Rank { input: 0, expected: "a vector or a matrix" }),
    }
}

impl Op for MatMul {
    facts!(self, "matmul", A_B, &MATMUL);

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [a, b] = typing::inputs::<2>(types)?;
        let kind = product(&a.shape, &b.shape)?;
        let (left, right) = (&a.shape.0, &b.shape.0);
        let inner = match kind {
            Product::Matrix | Product::Dot => left.last().cloned(),
            Product::Outer => Some(Size::Known(1)),
        };
        if let (Some(left_dim), Some(right_dim)) = (inner, right.first().cloned())
            && left_dim != right_dim
        {
            return Err(ShapeProblem::Inner { left_dim, right_dim });
        }
        let kept = match kind {
            Product::Matrix => left.iter().take(1).chain(right.iter().skip(1)).cloned().collect(),
            Product::Dot => Vec::new(),
            Product::Outer => left.iter().chain(right.iter().skip(1)).cloned().collect(),
        };
        Ok(TensorType { shape: Shape(kept), batch: typing::join_batches(types)? })
    }

    /// `dA = dY · Bᵀ` and `dB = Aᵀ · dY`, in the shapes of each product.
    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[a, b], dy) = (context.inputs, context.dy) else { return Vec::new() };
        let (a_shape, b_shape) = (context.graph.ty(a).shape.clone(), context.graph.ty(b).shape.clone());
        let Ok(kind) = product(&a_shape, &b_shape) else { return Vec::new() };
        let by_a = context.of(0, |g| match kind {
            Product::Matrix => {
                let bt = transpose(g, b);
                matmul(g, dy, bt)
            }
            Product::Dot => mul(g, dy, b),
            Product::Outer => {
                let row = reshape(g, b, Shape(b_shape.0.iter().skip(1).cloned().collect()));
                matmul(g, dy, row)
            }
        });
        let by_b = context.of(1, |g| match kind {
            Product::Matrix | Product::Outer => {
                let at = transpose(g, a);
                matmul(g, at, dy)
            }
            Product::Dot => mul(g, dy, a),
        });
        vec![by_a, by_b]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "{0} · {1}", latex: "{0} {1}", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        product_range(inputs)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::MatMul)
    }
}

/// Sums of products of numbers that are not below 0 are not below 0.
fn product_range(inputs: &[Range]) -> Range {
    match inputs {
        [a, b] if a.lo >= 0.0 && b.lo >= 0.0 => super::ranges::NOT_NEGATIVE,
        _ => Range::ANY,
    }
}

impl Op for MatMulSum {
    facts!(self, "_matmul_sum", A_B, &MATMUL_SUM);

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        let [a, b] = typing::inputs::<2>(types)?;
        for (input, ty) in [a, b].into_iter().enumerate() {
            if !matches!(ty.shape.rank(), 1 | 2) {
                return Err(ShapeProblem::Rank { input, expected: "a vector or a matrix" });
            }
            if ty.batch.is_none() {
                return Err(ShapeProblem::NoBatch { input });
            }
        }
        typing::join_batches(types)?;
        let one = Size::Known(1);
        let (left_dim, right_dim) = (a.shape.0.get(1).unwrap_or(&one), b.shape.0.get(1).unwrap_or(&one));
        if left_dim != right_dim {
            return Err(ShapeProblem::Inner { left_dim: left_dim.clone(), right_dim: right_dim.clone() });
        }
        let kept = a.shape.0.iter().take(1).chain(b.shape.0.iter().take(1)).cloned().collect();
        Ok(TensorType::plain(Shape(kept)))
    }

    /// `dA = dY · B` and `dB = dYᵀ · A`, for each example.
    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let (&[a, b], dy) = (context.inputs, context.dy) else { return Vec::new() };
        let (a_shape, b_shape) = (context.graph.ty(a).shape.clone(), context.graph.ty(b).shape.clone());
        vec![
            context.of(0, |g| {
                let da = matmul(g, dy, b);
                reshape(g, da, a_shape)
            }),
            context.of(1, |g| {
                let dyt = transpose(g, dy);
                let db = matmul(g, dyt, a);
                reshape(g, db, b_shape)
            }),
        ]
    }

    fn notation(&self) -> Notation {
        Notation { unicode: "Σ_B({0} · {1}ᵀ)", latex: "\\sum_B {0} {1}^\\top", derivative: None }
    }

    fn range(&self, inputs: &[Range]) -> Range {
        product_range(inputs)
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::MatMulSum)
    }
}

/// `Σ over examples of a · bᵀ` where `product` is `matmul(a, transpose(b))` and both run over the batch.
pub(super) fn weight_gradient(graph: &mut Graph, a: NodeId, bt: NodeId) -> Option<NodeId> {
    let b = graph.op_named(bt, "transpose")?.inputs.first().copied()?;
    let both = graph.ty(a).batch.is_some() && graph.ty(b).batch.is_some();
    // A vector times a transposed matrix of one column is an outer product as well.
    let ranks = graph.ty(a).shape.rank() <= 2 && graph.ty(b).shape.rank() <= 2;
    (both && ranks).then(|| matmul_sum(graph, a, b))
}

//! Shapes, and the types of values in a graph.

use std::fmt;

use super::size::{Size, SizeVar};

/// Tells batches apart: values of two batches never meet in one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchId(pub u32);

/// All sizes of one example; `[]` is a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape(pub Vec<Size>);

/// The type of a value in a graph: the shape of one example, and the batch it runs over, if any.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TensorType {
    pub shape: Shape,
    pub batch: Option<BatchId>,
}

impl Shape {
    pub fn scalar() -> Shape {
        Shape(Vec::new())
    }

    pub fn known(dims: &[usize]) -> Shape {
        Shape(dims.iter().map(|&dim| Size::from(dim)).collect())
    }

    pub fn rank(&self) -> usize {
        self.0.len()
    }

    pub fn is_scalar(&self) -> bool {
        self.0.is_empty()
    }

    /// How many numbers one example has; `None` if the product leaves the range.
    pub fn len(&self) -> Option<Size> {
        self.0.iter().try_fold(Size::Known(1), |product, dim| product.mul(dim))
    }

    pub fn is_empty(&self) -> bool {
        self.0.contains(&Size::Known(0))
    }

    /// The sizes as numbers, if all are known.
    pub fn dims(&self) -> Option<Vec<usize>> {
        self.0.iter().map(Size::count).collect()
    }

    pub fn substitute(&self, lookup: &dyn Fn(&SizeVar) -> Option<Size>) -> Option<Shape> {
        self.0.iter().map(|dim| dim.substitute(lookup)).collect::<Option<_>>().map(Shape)
    }
}

impl TensorType {
    pub fn plain(shape: Shape) -> TensorType {
        TensorType { shape, batch: None }
    }

    pub fn number() -> TensorType {
        TensorType::plain(Shape::scalar())
    }

    pub fn batched(shape: Shape, batch: BatchId) -> TensorType {
        TensorType { shape, batch: Some(batch) }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (at, dim) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{dim}")?;
        }
        f.write_str("]")
    }
}

/// A type that runs over a batch shows as `[4] × B`.
impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.batch {
            None => write!(f, "{}", self.shape),
            Some(_) => write!(f, "{} × B", self.shape),
        }
    }
}

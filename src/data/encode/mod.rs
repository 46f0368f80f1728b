//! Encoders: expressions of columns with what they have learned from the training part.
//!
//! [`fit`] learns on the rows of the training part; [`Encoding::apply`] gives the values of any rows of any table
//! with the same columns, so that other parts and new data are treated alike. `json.rs` writes an encoder into
//! the metadata of saved weights.

mod apply;
mod fit;
mod json;
mod original;

pub use crate::tensor::Precision;
pub use apply::Rows;
pub use fit::fit;

use super::expr::ArithOp;
use super::infer::{Classes, FieldType};

/// The encoders of a dataset, to be kept with a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoders {
    pub input: Encoding,
    pub target: Option<Encoding>,
}

/// A fitted expression and its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoding {
    pub field_type: FieldType,
    pub encoder: Encoder,
}

/// One node of a fitted expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Encoder {
    /// Numbers of a column; `fill` stands for missing ones.
    Column {
        name: String,
        shape: Vec<usize>,
        fill: Option<f64>,
    },
    Constant(f64),
    Concat(Vec<Encoder>),
    Flatten(Box<Encoder>),
    /// `(value - offset) / scale`, one of each for every number of an example.
    Scale {
        of: Box<Encoder>,
        offset: Vec<f64>,
        scale: Vec<f64>,
    },
    Arith {
        op: ArithOp,
        lhs: Box<Encoder>,
        rhs: Box<Encoder>,
    },
    OneHot(Labels),
    /// The place of the class as a number.
    Label(Labels),
}

/// What `one_hot` and `label` learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    /// A column, or whole numbers computed from one.
    pub of: Box<Encoder>,
    pub classes: Classes,
    /// Which classes the training part has. All, where the script gives their number.
    pub seen: Vec<bool>,
}

impl Encoder {
    /// How many numbers it gives for an example, one-hot written out.
    pub fn width(&self) -> usize {
        match self {
            Encoder::Column { shape, .. } => shape.iter().product(),
            Encoder::Constant(_) | Encoder::Label(_) => 1,
            Encoder::Concat(items) => items.iter().map(Encoder::width).fold(0, usize::saturating_add),
            Encoder::Flatten(of) => of.width(),
            Encoder::Scale { offset, .. } => offset.len(),
            Encoder::Arith { lhs, rhs, .. } => lhs.width().max(rhs.width()),
            Encoder::OneHot(labels) => labels.classes.len(),
        }
    }

    /// The column that a number of an example comes from; the first, where it comes from several.
    pub fn column_at(&self, at: usize) -> Option<&str> {
        match self {
            Encoder::Column { name, .. } => Some(name),
            Encoder::Constant(_) => None,
            Encoder::Concat(items) => {
                let mut before = 0;
                items.iter().find_map(|item| {
                    let own = at.checked_sub(before).filter(|own| *own < item.width());
                    before += item.width();
                    item.column_at(own?)
                })
            }
            Encoder::Flatten(of) | Encoder::Scale { of, .. } => of.column_at(at),
            Encoder::Arith { lhs, rhs, .. } => {
                let step = |side: &Encoder| (self.width() / side.width().max(1)).max(1);
                lhs.column_at(at / step(lhs)).or_else(|| rhs.column_at(at / step(rhs)))
            }
            Encoder::OneHot(labels) | Encoder::Label(labels) => labels.of.column_at(0),
        }
    }
}

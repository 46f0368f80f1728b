//! Nodes without inputs: what a run supplies, and constants.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::types::{BatchId, Size};

/// A value that the run supplies: an input, a parameter, a state, a step count. Equal by identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(pub u32);

/// A number compared by its bits, so that `-0.0` and `0.0` stay apart and NaN equals itself.
#[derive(Clone, Copy, Debug)]
pub struct Real(pub f64);

/// A literal vector, matrix or loaded array; column-major.
#[derive(Clone, Debug)]
pub struct Constant {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// How random numbers are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// Even in `[0, 1)`.
    Uniform,
    /// Mean 0, deviation 1.
    Normal,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Leaf {
    Slot {
        id: SlotId,
        name: Arc<str>,
    },
    Number(Real),
    Tensor(Arc<Constant>),
    /// A size used as a number.
    Size(Size),
    /// How many examples the batch has.
    BatchCount(BatchId),
    /// Random numbers: a function of the run's seed, this name, the step and the position; the name is the
    /// identity, so two of them never merge.
    Random {
        name: Arc<str>,
        distribution: Distribution,
    },
}

impl PartialEq for Real {
    fn eq(&self, other: &Real) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}
impl Eq for Real {}
impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl PartialEq for Constant {
    fn eq(&self, other: &Constant) -> bool {
        self.shape == other.shape
            && self.values.len() == other.values.len()
            && self.values.iter().zip(&other.values).all(|(a, b)| a.to_bits() == b.to_bits())
    }
}
impl Eq for Constant {}
impl Hash for Constant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shape.hash(state);
        for value in self.values.iter().take(64) {
            value.to_bits().hash(state);
        }
    }
}

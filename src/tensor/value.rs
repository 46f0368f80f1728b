//! A value: the numbers of one tensor, or of a batch of them.

/// How many bits the numbers of a script have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    #[default]
    F32,
    F64,
}

/// Numbers in the precision of the script.
#[derive(Clone, Debug, PartialEq)]
pub enum Buffer {
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// Column-major, examples one after another.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Of one example.
    pub shape: Vec<usize>,
    /// How many examples, if it runs over a batch.
    pub examples: Option<usize>,
    pub data: Buffer,
}

impl Buffer {
    pub fn len(&self) -> usize {
        match self {
            Buffer::F32(values) => values.len(),
            Buffer::F64(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, at: usize) -> Option<f64> {
        match self {
            Buffer::F32(values) => values.get(at).map(|&v| f64::from(v)),
            Buffer::F64(values) => values.get(at).copied(),
        }
    }

    pub fn to_f64(&self) -> Vec<f64> {
        match self {
            Buffer::F32(values) => values.iter().map(|&v| f64::from(v)).collect(),
            Buffer::F64(values) => values.clone(),
        }
    }
}

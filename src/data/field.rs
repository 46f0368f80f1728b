//! Values of one field of a part, stored as compactly as they came, and the gather that makes a batch of them.
//!
//! One example after another; a matrix example is column-major. The training loop calls
//! [`Field::gather_into`] for every batch: it allocates nothing.

use crate::tensor::lookup;

/// The input or target of all examples of a part.
#[derive(Clone, Debug)]
pub struct Field {
    /// The shape of one example, `[3]` for one-hot of three classes.
    pub shape: Vec<usize>,
    pub storage: Storage,
}

/// How the numbers are kept.
#[derive(Clone, Debug)]
pub enum Storage {
    /// Bytes of a file and what each of the 256 stands for: `images / 255` costs a byte a pixel.
    Bytes {
        values: Vec<u8>,
        meaning: Box<Meaning>,
    },
    F32(Vec<f32>),
    F64(Vec<f64>),
    /// One-hot vectors as the place of their 1.
    Labels(Vec<u32>),
}

/// The number that each byte stands for, in both precisions.
#[derive(Clone, Debug)]
pub struct Meaning {
    pub f32: [f32; 256],
    pub f64: [f64; 256],
}

/// A number that batches are made of: `f32` or `f64`.
pub trait Real: Copy + Default + Send + Sync + 'static {
    const ONE: Self;
    fn from_f32(value: f32) -> Self;
    fn from_f64(value: f64) -> Self;
    /// What each byte stands for.
    fn look_up(meaning: &Meaning, from: &[u8], to: &mut [Self]);
    fn copy_f32(from: &[f32], to: &mut [Self]);
    fn copy_f64(from: &[f64], to: &mut [Self]);
}

impl Real for f32 {
    const ONE: f32 = 1.0;

    fn from_f32(value: f32) -> f32 {
        value
    }

    fn from_f64(value: f64) -> f32 {
        value as f32
    }

    fn look_up(meaning: &Meaning, from: &[u8], to: &mut [f32]) {
        lookup::look_up_f32(&meaning.f32, from, to);
    }

    fn copy_f32(from: &[f32], to: &mut [f32]) {
        to.copy_from_slice(from);
    }

    fn copy_f64(from: &[f64], to: &mut [f32]) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from as f32);
    }
}

impl Real for f64 {
    const ONE: f64 = 1.0;

    fn from_f32(value: f32) -> f64 {
        f64::from(value)
    }

    fn from_f64(value: f64) -> f64 {
        value
    }

    fn look_up(meaning: &Meaning, from: &[u8], to: &mut [f64]) {
        lookup::look_up(&meaning.f64, from, to);
    }

    fn copy_f32(from: &[f32], to: &mut [f64]) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = f64::from(*from));
    }

    fn copy_f64(from: &[f64], to: &mut [f64]) {
        to.copy_from_slice(from);
    }
}

impl Meaning {
    pub fn new(f64: [f64; 256]) -> Meaning {
        Meaning { f32: f64.map(|value| value as f32), f64 }
    }
}

impl Field {
    /// How many numbers an example has when written out.
    pub fn stride(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn n_examples(&self) -> usize {
        let stride = self.stride().max(1);
        match &self.storage {
            Storage::Bytes { values, .. } => values.len() / stride,
            Storage::F32(values) => values.len() / stride,
            Storage::F64(values) => values.len() / stride,
            Storage::Labels(labels) => labels.len(),
        }
    }

    /// The labels, if the field is one-hot.
    pub fn labels(&self) -> Option<&[u32]> {
        match &self.storage {
            Storage::Labels(labels) => Some(labels),
            Storage::Bytes { .. } | Storage::F32(_) | Storage::F64(_) => None,
        }
    }

    /// Writes the examples of `rows` one after another, one-hot written out.
    ///
    /// `out` holds exactly `rows.len() * stride()` numbers and every row exists: both are the caller's promise,
    /// kept by the plan and by `Batches`, and asserted.
    pub fn gather_into<T: Real>(&self, rows: &[u32], out: &mut [T]) {
        let stride = self.stride();
        assert_eq!(out.len(), rows.len() * stride, "the buffer of a batch fits the batch");
        match &self.storage {
            Storage::F32(values) => gather(values, stride, rows, out, T::copy_f32),
            Storage::F64(values) => gather(values, stride, rows, out, T::copy_f64),
            Storage::Bytes { values, meaning } => {
                gather(values, stride, rows, out, |from, to| T::look_up(meaning, from, to));
            }
            Storage::Labels(labels) => {
                out.fill(T::default());
                for (row, example) in rows.iter().zip(out.chunks_exact_mut(stride.max(1))) {
                    example[labels[*row as usize] as usize] = T::ONE;
                }
            }
        }
    }

    /// The labels of `rows`. Only for fields that have labels; others leave `out` as it is and say `false`.
    pub fn labels_into(&self, rows: &[u32], out: &mut [u32]) -> bool {
        let Some(labels) = self.labels() else { return false };
        rows.iter().zip(out).for_each(|(row, out)| *out = labels[*row as usize]);
        true
    }
}

/// Copies whole examples; the only bounds checks are one an example.
fn gather<S, T>(values: &[S], stride: usize, rows: &[u32], out: &mut [T], copy: impl Fn(&[S], &mut [T])) {
    if stride == 0 {
        return;
    }
    for (row, example) in rows.iter().zip(out.chunks_exact_mut(stride)) {
        let start = *row as usize * stride;
        copy(&values[start..start + stride], example);
    }
}

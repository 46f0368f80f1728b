//! Batches of an epoch: which examples, in which order.
//!
//! The order is a function of seed, name and epoch, so a run resumed at epoch e sees what it would have seen.

use crate::tensor::random::Stream;

/// The batches of every epoch of a training.
#[derive(Clone, Debug)]
pub struct Batches {
    n_examples: u32,
    batch: usize,
    order: Order,
    rows: Vec<u32>,
}

/// In which order examples come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    AsStored,
    /// Another permutation each epoch.
    Shuffled(Stream),
}

impl Batches {
    /// A batch of 0 is one of 1.
    pub fn new(n_examples: usize, batch: usize, order: Order) -> Batches {
        // Sources refuse more rows than a u32 counts.
        let n_examples = u32::try_from(n_examples).unwrap_or(u32::MAX);
        let mut batches = Batches { n_examples, batch: batch.max(1), order, rows: Vec::new() };
        if order == Order::AsStored {
            batches.rows.extend(0..n_examples);
        }
        batches
    }

    pub fn batches_per_epoch(&self) -> usize {
        (self.n_examples as usize).div_ceil(self.batch)
    }

    /// Row indices of each batch of an epoch; the last batch may be smaller.
    pub fn epoch(&mut self, epoch: u64) -> std::slice::Chunks<'_, u32> {
        match self.order {
            Order::AsStored => {}
            Order::Shuffled(stream) => stream.permutation_into(epoch, self.n_examples, &mut self.rows),
        }
        self.rows.chunks(self.batch)
    }
}

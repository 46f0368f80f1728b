//! Networks: columns of neurons with their weights where each layer feeds the next, blocks with arrows elsewhere.

/// A picture of a network.
#[derive(Clone, Debug, PartialEq)]
pub enum Network {
    /// From the inputs to the outputs.
    Columns(Vec<Column>),
    /// From top to bottom.
    Blocks(Vec<Block>),
}

/// A layer: neurons in a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// `input`, `hidden`, `output`.
    pub title: String,
    /// What the values are called, and what is done to them: `y`, `sigmoid`.
    pub note: String,
    pub size: usize,
    /// A name for each neuron; empty if they have none.
    pub names: Vec<String>,
    /// What the weights into this column are called, and they themselves, column by column.
    pub weights: Option<(String, Vec<f64>)>,
}

/// A value and what it is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    pub name: String,
    pub formula: String,
    pub shape: String,
    /// Earlier blocks that feed it.
    pub inputs: Vec<usize>,
}

/// Columns that a page has room for.
pub const MAX_COLUMNS: usize = 9;
/// Neurons of a column that are drawn one by one.
pub const MAX_NEURONS: usize = 10;

/// The neurons of a column from top to bottom; `None` stands for all that are left out.
pub fn shown(size: usize) -> Vec<Option<usize>> {
    if size <= MAX_NEURONS {
        return (0..size).map(Some).collect();
    }
    let first = MAX_NEURONS / 2;
    let last = MAX_NEURONS - first - 1;
    (0..first).map(Some).chain([None]).chain((size - last..size).map(Some)).collect()
}

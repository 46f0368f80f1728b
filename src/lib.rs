//! nn: a language for neural networks.

pub mod base;
pub mod data;
pub mod diagnostics;
pub mod grad;
pub mod graph;
pub mod ops;
pub mod syntax;
pub mod tensor;
pub mod types;

//! nn: a language for neural networks.

pub mod base;
pub mod data;
pub mod diagnostics;
pub mod graph;
pub mod syntax;
pub mod tensor;
pub mod types;

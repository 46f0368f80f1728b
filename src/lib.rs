//! nn: a language for neural networks.

pub mod base;
pub mod data;
pub mod diagnostics;
pub mod syntax;
pub mod tensor;

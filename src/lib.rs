//! nn: a language for neural networks.

pub mod base;
pub mod diagnostics;
pub mod syntax;

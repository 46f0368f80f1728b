//! nn: a language for neural networks.

pub mod base;
pub mod check;
pub mod cli;
pub mod data;
pub mod diagnostics;
pub mod elaborate;
pub mod exec;
pub mod explain;
pub mod grad;
pub mod graph;
pub mod ops;
pub mod passes;
pub mod prelude;
pub mod repl;
pub mod session;
pub mod syntax;
pub mod tensor;
pub mod train;
pub mod types;

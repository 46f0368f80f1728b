//! The text of a program and its tree.

pub mod tree;

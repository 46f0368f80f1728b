//! nn: a language for neural networks. A guided tour of the code, in the order a program travels; each room opens
//! with what it is for, and `docs/architecture.md` says which may use which.
//!
//! The ground: [`base`] has source texts and places in them, [`diagnostics`] what is said about them and how it is
//! drawn, [`types`] sizes as polynomials, shapes, and when two of them agree.
//!
//! The middle: [`tensor`] keeps numbers and has every loop and product over them, [`graph`] is the hash-consed DAG
//! that a program becomes, [`ops`] declares each primitive once: type rule, gradient, notation, range, kernel.
//!
//! From text to graph: [`syntax`] reads a text into a tree, statement by statement; [`prelude`] is the library, in
//! the language itself; [`elaborate`] walks the tree and builds the typed graph, reporting what does not fit;
//! [`check`] turns the options of `data` and `train` into facts; [`grad`] extends a graph by its gradient and
//! [`passes`] rewrite whole graphs.
//!
//! Running: [`data`] reads tables, fits encoders and makes batches; [`exec`] plans a graph once and runs it for
//! every batch, with a naive evaluator as its judge; [`train`] is the loop of epochs; [`explain`] prints the same
//! graph as mathematics, with and without numbers; [`plot`] draws numbers as
//! pictures, [`report`] puts all of it on a page.
//!
//! The faces: [`session`] walks statements, checking or running, and keeps what they leave behind: start reading at
//! `session/program.rs`. [`repl`] is a loop around it, [`cli`] the command, [`starter`] the first script of a new project.

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
pub mod plot;
pub mod prelude;
pub mod repl;
pub mod report;
pub mod session;
pub mod starter;
pub mod syntax;
pub mod tensor;
pub mod train;
pub mod types;

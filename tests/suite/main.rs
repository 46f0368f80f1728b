//! The tests of nn, one program so that it links once. Each module tests one room through its public face.

mod allocations;
mod bits;
mod cli;
mod corpus;
mod data;
mod diagnostics;
mod documents;
mod errors;
mod examples;
mod exec;
mod explain;
mod format;
mod kernels;
mod latex;
mod laws;
mod library;
mod numbers;
mod plot;
mod prelude;
mod reference;
mod report;
mod rooms;
mod syntax;
mod xml;

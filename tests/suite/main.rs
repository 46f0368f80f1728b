//! The tests of nn, one program so that it links once. Each module tests one room through its public face.

mod data;
mod examples;
mod exec;
mod explain;
mod kernels;
mod laws;
mod prelude;
mod syntax;

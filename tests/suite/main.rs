//! The tests of nn, one program so that it links once. Each module tests one room through its public face.

mod data;
mod examples;
mod exec;
mod kernels;
mod laws;
mod prelude;
mod reference;
mod syntax;

//! The tests of nn, one program so that it links once. Each module tests one room through its public face.

mod allocations;
mod exec;
mod kernels;
mod laws;
mod syntax;

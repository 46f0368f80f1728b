//! The tests of nn, one program so that it links once. Each module tests one room through its public face.

mod data;
mod examples;
mod laws;
mod prelude;
mod syntax;

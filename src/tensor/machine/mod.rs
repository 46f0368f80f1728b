//! Programs over an arena: what `exec/` plans is bound here to addresses, once, and then run step after step.
//!
//! A program has straight-line code for each worker: no allocation, no lock, no bounds check and no virtual call
//! but kernel addresses. Everything a step relies on is asserted when it is bound. This room doesn't decide the
//! order of work or where values stand; `exec/` does.

mod bind;
mod fused;
mod instruction;
mod meetings;
mod products;
mod run;

pub use bind::{Binding, Program, Scheduled, Share, Spent};
pub use instruction::{
    ALIGN, Access, Base, Blocks, Cut, Draw, FoldWork, Function, Fused, Gather, Instruction, LineWork, Load,
    Matrix, Nothing, Product, Region, RunContext, Source, Step, Strided, Supply, Target, Touched,
};

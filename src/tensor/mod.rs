//! Numbers in memory: storage, the kernels that run over it, products, threads.
//!
//! Storage is column-major with the batch last: a batch of `[n]` is a matrix with one example a column.
//! This room knows classes of work (a map, a reduction, a product), never operators by name. `unsafe` lives
//! only here.

mod fold;
mod functions;
mod isa;
pub mod joined;
mod kernel;
pub mod lookup;
mod loops;
pub mod machine;
pub mod maps;
mod memory;
pub mod peak;
mod pool;
mod product;
pub mod random;
mod rank;
mod real;
mod slots;
mod strided;
mod value;

pub use isa::Level;
pub use kernel::{Axis, Fold, Kernel, Map1, Map2, Map3, Map4};
pub use loops::{Loop, Run1, Run2, Run3, Run4};
pub use memory::return_large_pieces;
pub use pool::{Barrier, Pool};
pub use product::is_small as product_is_small;
pub use real::Real;
pub use slots::Slots;
pub use value::{Buffer, Precision, Tensor};

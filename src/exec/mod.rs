//! Running graphs.

pub mod reference;

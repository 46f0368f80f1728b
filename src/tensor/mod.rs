//! Numbers in memory: storage, kernels, random streams. Knows nothing of operators or programs.

pub mod random;

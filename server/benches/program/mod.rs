//! What benchmarks of the whole program share.

pub mod replica;
pub mod sample;

//! Runs opened at the OAuth door, and everything that does not open one.

pub mod authorize;
mod issuer;
mod refused;
mod stage;
mod works;

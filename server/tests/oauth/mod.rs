//! Runs opened at the OAuth door, and everything that does not open one.

mod issuer;
mod refused;
mod stage;
mod works;

//! Two databases that differ only in tagged columns give the same answers to masked queries.
//!
//! Queries are generated from a seed, masked by `analysis`, and run by the sandbox's engine on
//! both databases. What differs is a hole in the masking, whatever lineage says.

pub mod comparison;
pub mod coverage;
pub mod database;
pub mod experiment;
pub mod generate;
pub mod random;
pub mod shape;
pub mod shrink;

/// What is known of the tables, tags included; the views stand in it too.
pub const CATALOG: &str = include_str!("../catalog.json");

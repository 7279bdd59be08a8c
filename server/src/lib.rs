//! Countersign.

pub mod notify;
pub mod policy;
pub mod warehouse;

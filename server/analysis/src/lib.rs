//! SQL text and catalog in; facts, lineage, findings and masked SQL out.
//!
//! Pure and synchronous: no input or output, no clock, no randomness. It never panics, and
//! whatever it cannot follow is *not understood* and blocked.

mod aggregate;
mod assess;
mod catalog;
mod change;
mod characters;
mod describe;
mod finding;
mod flow;
mod follow;
mod functions;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod lexer;
mod mask;
mod parse;
mod report;
mod rewrite;
mod scope;
mod script;
mod shape;
mod statement;
mod uses;
mod value;
mod walk;

pub use aggregate::{Share, shares};
pub use assess::analyse;
pub use catalog::{Catalog, Table, View};
pub use finding::{FINDING_CODES, FindingCode};
pub use mask::SALT_PARAMETER;
pub use report::{Analysis, OutputColumn, Statement};
pub use shape::Shape;
pub use uses::Uses;

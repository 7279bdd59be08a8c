//! The tamper-evident log: entries chained by SHA-256 over opaque bytes.
//!
//! Each [`Entry`] commits to its own fields and to the hash of the entry before it, so
//! changing, dropping or reordering one breaks every hash behind it. The payload takes part
//! only through a salted digest: deleting a payload later leaves the chain verifiable.
//! `README.md` beside this crate specifies the bytes.
//!
//! This crate knows neither what an event means nor where entries are kept.
//!
//! ```
//! use ledger::{Draft, Head, Verifier};
//!
//! let first = Head::GENESIS.seal(Draft {
//!     at_micros: 1_700_000_000_000_000,
//!     event: "run.opened".into(),
//!     actor: "per_1".into(),
//!     subject: "run_1".into(),
//!     payload: b"{}".to_vec(),
//!     salt: [7; 16],
//! })?;
//! let mut verifier = Verifier::default();
//! verifier.check(&first)?;
//! assert_eq!(verifier.head(), first.head());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod entry;
mod verify;

pub use entry::{Draft, Entry, Hash, Head, LedgerFull};
pub use verify::{Broken, Reason, Verifier};

//! Proofs that count once.

use domain::Timestamp;
use sha2::{Digest as _, Sha256};

/// What to remember of a proof so that it counts once, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// SHA-256, hexadecimal, over who made the proof and its id.
    pub name: String,
    /// From then on the proof is refused by its age.
    pub until: Timestamp,
}

impl Once {
    /// `maker` is an issuer or a key; `id` is unique among the maker's proofs.
    pub(super) fn new(maker: &str, id: &str, until: Timestamp) -> Self {
        let mut hash = Sha256::new();
        // The length keeps two pairs of one concatenation apart.
        hash.update(maker.len().to_be_bytes());
        hash.update(maker);
        hash.update(id);
        Self {
            name: hex::encode(hash.finalize()),
            until,
        }
    }
}

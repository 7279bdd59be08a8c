//! One line of the log, and the bytes it hashes.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Separates our hashes from any other use of SHA-256.
const ENTRY_DOMAIN: &[u8] = b"countersign/ledger/entry/1\n";
const PAYLOAD_DOMAIN: &[u8] = b"countersign/ledger/payload/1\n";

/// A SHA-256 hash, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What the first entry follows.
    pub const ZERO: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Microseconds since 1970 in UTC.
    pub at_micros: i64,
    /// The event's stable name.
    pub event: String,
    /// Who did it.
    pub actor: String,
    /// What it happened to.
    pub subject: String,
    /// The details, opaque here.
    pub payload: Vec<u8>,
    /// Random bytes, so that a short payload cannot be guessed from its digest.
    pub salt: [u8; 16],
}

/// A recorded entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// From 1, without gaps.
    pub sequence: u64,
    /// What was recorded.
    pub draft: Draft,
    /// Salted digest of the payload.
    pub payload_digest: Hash,
    /// The hash of the entry before.
    pub previous: Hash,
    /// The hash of this entry.
    pub hash: Hash,
}

impl Entry {
    /// Where the log ends when this is its last entry.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            hash: self.hash,
        }
    }
}

/// The end of the log: the last entry's number and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last entry's number, 0 for an empty log.
    pub sequence: u64,
    /// The last entry's hash.
    pub hash: Hash,
}

/// There is no number left for another entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerFull;

impl fmt::Display for LedgerFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ledger has no sequence number left")
    }
}

impl std::error::Error for LedgerFull {}

impl Head {
    /// The head of an empty log.
    pub const GENESIS: Self = Self {
        sequence: 0,
        hash: Hash::ZERO,
    };

    /// Makes the entry that follows this head.
    pub fn seal(self, draft: Draft) -> Result<Entry, LedgerFull> {
        let sequence = self.sequence.checked_add(1).ok_or(LedgerFull)?;
        let payload_digest = payload_digest(&draft);
        let hash = entry_hash(sequence, &draft, payload_digest, self.hash);
        Ok(Entry {
            sequence,
            draft,
            payload_digest,
            previous: self.hash,
            hash,
        })
    }
}

impl Default for Head {
    fn default() -> Self {
        Self::GENESIS
    }
}

/// SHA-256 over the salt and the payload.
pub(crate) fn payload_digest(draft: &Draft) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(PAYLOAD_DOMAIN);
    hasher.update(draft.salt);
    hasher.update(&draft.payload);
    Hash(hasher.finalize().into())
}

/// SHA-256 over the number, the time, the texts (each behind its length), the payload's
/// digest and the hash before.
pub(crate) fn entry_hash(sequence: u64, draft: &Draft, payload: Hash, previous: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(ENTRY_DOMAIN);
    hasher.update(sequence.to_be_bytes());
    hasher.update(draft.at_micros.to_be_bytes());
    for text in [&draft.event, &draft.actor, &draft.subject] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    hasher.update(payload.0);
    hasher.update(previous.0);
    Hash(hasher.finalize().into())
}

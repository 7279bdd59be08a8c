//! Turns pages of raw rows into pages that may be kept.

use domain::Digest;
use masking::{Masker, RawRows, Report};
use sha2::{Digest as _, Sha256};
use store::PackedRows;

use super::unreadable;
use crate::services::ServiceError;

/// Masks pages, and digests what leaves.
pub(super) struct Press {
    masker: Masker,
    digest: Sha256,
}

/// A page that may be kept.
pub(super) struct Pressed {
    pub(super) row_count: u64,
    pub(super) rows: PackedRows,
}

impl Press {
    pub(super) fn new(masker: Masker) -> Self {
        Self {
            masker,
            digest: Sha256::new(),
        }
    }

    /// Takes a tenth of a second for a large page, on a thread that nobody waits for.
    pub(super) async fn press(self, rows: RawRows) -> Result<(Self, Pressed), ServiceError> {
        tokio::task::spawn_blocking(move || self.pressed(&rows))
            .await
            .map_err(|_| unreadable("masking it failed"))?
    }

    fn pressed(mut self, rows: &RawRows) -> Result<(Self, Pressed), ServiceError> {
        let masked = self
            .masker
            .mask(rows)
            .map_err(|error| unreadable(error.to_string()))?;
        if masked.count() > 0 {
            self.digest
                .update((masked.json().len() as u64).to_be_bytes());
            self.digest.update(masked.json());
        }
        let pressed = Pressed {
            row_count: masked.count(),
            rows: PackedRows::pack(masked.json()),
        };
        Ok((self, pressed))
    }

    /// What was found.
    pub(super) fn report(&self) -> Report {
        self.masker.report()
    }

    /// SHA-256 over the pages, each behind its length.
    pub(super) fn digest(self) -> Digest {
        Digest::from_bytes(self.digest.finalize().into())
    }
}

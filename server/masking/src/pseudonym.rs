//! Keyed pseudonyms: the same value found twice is replaced by the same word.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Bytes of a pseudonym: of a million values, two share one with a chance of 1 in 500.
const BYTES: usize = 6;

/// The key of pseudonyms. It does not print.
#[derive(Clone)]
pub struct PseudonymKey(Hmac<Sha256>);

impl PseudonymKey {
    /// A key of any length, with at least 16 random bytes in it.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(key).ok().map(Self)
    }

    /// Hexadecimal digits that stand for a value: HMAC-SHA-256 (RFC 2104) of the kind of value,
    /// its domain, and the value, however it was written.
    pub(crate) fn pseudonym(&self, domain: &str, value: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        let significant = value
            .bytes()
            .filter(|b| !matches!(b, b' ' | b'-' | b'(' | b')'));
        let canonical: Vec<u8> = significant.map(|b| b.to_ascii_lowercase()).collect();
        mac.update(&canonical);
        hex::encode(&mac.finalize().into_bytes()[..BYTES])
    }
}

impl std::fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_depends_on_key_domain_and_value_but_not_on_its_spelling() {
        let key = PseudonymKey::new(b"one key").expect("a key");
        let other = PseudonymKey::new(b"another key").expect("a key");
        let word = key.pseudonym("pii.email", "Ann@example.com");
        assert_eq!(word.len(), 2 * BYTES);
        assert_eq!(word, key.pseudonym("pii.email", "ann@example.com"));
        assert_ne!(word, key.pseudonym("pii.email", "bob@example.com"));
        assert_ne!(word, key.pseudonym("pii.name", "ann@example.com"));
        assert_ne!(word, other.pseudonym("pii.email", "ann@example.com"));
        assert_eq!(
            key.pseudonym("pci.card_number", "4111 1111 1111 1111"),
            key.pseudonym("pci.card_number", "4111111111111111")
        );
        assert_eq!(format!("{key:?}"), "PseudonymKey(…)");
    }
}

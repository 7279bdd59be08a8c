//! Nonces for proofs of keys (RFC 9449 section 8): a proof made before we gave one out is
//! worth nothing, however its maker's clock is set.

use std::sync::{Mutex, PoisonError};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Timestamp;
use subtle::ConstantTimeEq as _;

/// A nonce is given out for so long, and counts for as long again.
const PERIOD_SECONDS: i64 = 120;

/// The nonces of this replica. They carry no power: a client that shows another replica's is
/// told this one's, and tries again.
#[derive(Default)]
pub struct KeyNonces(Mutex<Option<Given>>);

#[derive(Clone)]
struct Given {
    current: String,
    previous: String,
    since: Timestamp,
}

impl KeyNonces {
    /// The nonce that proofs should carry from now on.
    pub fn current(&self, now: Timestamp) -> String {
        self.given(now).current
    }

    /// Whether a proof that carries this nonce was made lately.
    pub fn accepts(&self, nonce: &str, now: Timestamp) -> bool {
        let given = self.given(now);
        let is = |known: &str| bool::from(nonce.as_bytes().ct_eq(known.as_bytes()));
        is(&given.current) | is(&given.previous)
    }

    fn given(&self, now: Timestamp) -> Given {
        // Each change is complete in itself, also when a thread panicked elsewhere.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match kept.take() {
            Some(given) if now < given.since.plus_seconds(PERIOD_SECONDS) => given,
            Some(given) if now < given.since.plus_seconds(2 * PERIOD_SECONDS) => Given {
                current: random(),
                previous: given.current,
                since: now,
            },
            _ => Given {
                current: random(),
                previous: random(),
                since: now,
            },
        };
        kept.insert(next).clone()
    }
}

fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_counts_until_the_second_one_after_it() {
        let nonces = KeyNonces::default();
        let at = |seconds| Timestamp::from_micros(0).plus_seconds(seconds);
        let first = nonces.current(at(0));
        assert_eq!(nonces.current(at(PERIOD_SECONDS - 1)), first);
        let second = nonces.current(at(PERIOD_SECONDS));
        assert_ne!(second, first);
        assert!(nonces.accepts(&first, at(2 * PERIOD_SECONDS - 1)));
        assert!(!nonces.accepts(&first, at(2 * PERIOD_SECONDS)));
        assert!(nonces.accepts(&second, at(2 * PERIOD_SECONDS)));
        // After a long silence nothing old counts.
        assert!(!nonces.accepts(&second, at(100 * PERIOD_SECONDS)));
        for foreign in ["", "x"] {
            assert!(!nonces.accepts(foreign, at(0)));
        }
    }
}

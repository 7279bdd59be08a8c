//! Checks a log entry by entry, trusting nothing but the arithmetic.

use std::fmt;

use crate::entry::{Entry, Head, entry_hash, payload_digest};

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its number does not follow the one before.
    Sequence,
    /// It does not name the hash of the entry before.
    Previous,
    /// Its payload does not match its digest.
    Payload,
    /// Its hash does not match its fields.
    Hash,
}

/// The first entry at which a log does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The entry's number as it claims.
    pub sequence: u64,
    /// What is wrong.
    pub reason: Reason,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.reason {
            Reason::Sequence => "its number does not follow the one before",
            Reason::Previous => "it does not name the hash of the entry before",
            Reason::Payload => "its payload does not match its digest",
            Reason::Hash => "its hash does not match its fields",
        };
        write!(f, "entry {} is broken: {what}", self.sequence)
    }
}

impl std::error::Error for Broken {}

/// Walks a log from its beginning.
#[derive(Debug, Clone, Copy, Default)]
pub struct Verifier {
    head: Head,
}

impl Verifier {
    /// Checks the next entry and moves on to it.
    pub fn check(&mut self, entry: &Entry) -> Result<(), Broken> {
        let broken = |reason| Broken {
            sequence: entry.sequence,
            reason,
        };
        if self.head.sequence.checked_add(1) != Some(entry.sequence) {
            return Err(broken(Reason::Sequence));
        }
        if entry.previous != self.head.hash {
            return Err(broken(Reason::Previous));
        }
        if payload_digest(&entry.draft) != entry.payload_digest {
            return Err(broken(Reason::Payload));
        }
        let hash = entry_hash(
            entry.sequence,
            &entry.draft,
            entry.payload_digest,
            entry.previous,
        );
        if hash != entry.hash {
            return Err(broken(Reason::Hash));
        }
        self.head = entry.head();
        Ok(())
    }

    /// How far the log has been verified.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Draft, Hash};

    fn draft(text: &str) -> Draft {
        Draft {
            at_micros: 1,
            event: "run.opened".into(),
            actor: "per_1".into(),
            subject: text.into(),
            payload: text.into(),
            salt: [1; 16],
        }
    }

    fn log(length: usize) -> Vec<Entry> {
        let mut head = Head::GENESIS;
        (0..length)
            .map(|number| {
                let entry = head.seal(draft(&number.to_string())).expect("room");
                head = entry.head();
                entry
            })
            .collect()
    }

    fn verify(log: &[Entry]) -> Result<Head, Broken> {
        let mut verifier = Verifier::default();
        log.iter().try_for_each(|entry| verifier.check(entry))?;
        Ok(verifier.head())
    }

    #[test]
    fn the_bytes_are_pinned() {
        let entry = Head::GENESIS.seal(draft("x")).expect("room");
        assert_eq!(
            entry.hash.to_string(),
            "6b4460396cd099757d018352157c1de00addcec5518abafb12fb3630746722fa",
        );
        assert_eq!(Hash::from_hex(&entry.hash.to_string()), Some(entry.hash));
    }

    proptest! {
        #[test]
        fn any_tampering_is_found(length in 2_usize..12, at in 0_usize..11, how in 0_u8..6) {
            let mut log = log(length);
            let at = at % (length - 1);
            prop_assert!(verify(&log).is_ok());
            match how {
                0 => log[at].draft.subject.push('!'),
                1 => log[at].draft.payload.push(b'!'),
                2 => log[at].draft.at_micros += 1,
                3 => { log.remove(at); }
                4 => log.swap(at, at + 1),
                _ => {
                    // A forger who recomputes the entry still breaks the next one.
                    let before = if at == 0 { Head::GENESIS } else { log[at - 1].head() };
                    log[at] = before.seal(draft("forged")).expect("room");
                }
            }
            prop_assert!(verify(&log).is_err());
        }
    }
}

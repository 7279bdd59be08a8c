//! The codes of the grants: of devices (RFC 8628 section 3.2), and of clients that wait at an
//! address (OAuth 2.1 section 4.1.2).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::seq::IndexedRandom as _;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// Consonants: no words come about, and no letter looks like a digit (RFC 8628 section 6.1).
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
/// 20^8 codes, about 34 bits, for ten minutes.
const LENGTH: usize = 8;

/// The code that a client keeps: 256 random bits.
#[derive(Debug)]
pub struct ClientCode(SecretString);

impl ClientCode {
    pub(super) fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()).into())
    }

    /// The text to answer with, once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The code that a person types.
#[derive(Debug)]
pub struct UserCode(SecretString);

impl UserCode {
    pub(super) fn generate() -> Self {
        let mut random = rand::rng();
        let letter = || char::from(*LETTERS.choose(&mut random).unwrap_or(&b'B'));
        let letters: String = std::iter::repeat_with(letter).take(LENGTH).collect();
        Self(letters.into())
    }

    /// What somebody typed, in either case, with dashes and spaces or without.
    pub(super) fn from_typed(text: &str) -> Option<Self> {
        let letters = text
            .chars()
            .filter(|c| !matches!(c, '-' | ' ' | '\u{2010}'..='\u{2015}'));
        let letters: String = letters
            .map(|c| c.to_ascii_uppercase())
            .take(LENGTH + 1)
            .collect();
        let is_code = letters.len() == LENGTH && letters.bytes().all(|b| LETTERS.contains(&b));
        is_code.then(|| Self(letters.into()))
    }

    /// The text to answer with: four letters, a dash, four letters.
    #[must_use]
    pub fn reveal(&self) -> String {
        let (first, second) = self.0.expose_secret().split_at(LENGTH / 2);
        format!("{first}-{second}")
    }

    pub(super) fn hash(&self) -> String {
        hash(self.0.expose_secret())
    }
}

/// What the store keeps of a code: SHA-256, hexadecimal.
pub(super) fn hash(code: &str) -> String {
    hex::encode(Sha256::digest(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode(String::from("WDJBMJHT").into());
        assert_eq!(code.reveal(), "WDJB-MJHT");
        for typed in ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "w-d-j-b—mjht"] {
            let read = UserCode::from_typed(typed).expect(typed);
            assert_eq!(read.hash(), code.hash(), "{typed}");
        }
        for typed in [
            "",
            "WDJB-MJH",
            "WDJB-MJHTT",
            "WDJB-MJH1",
            "WDJB_MJHT",
            "ÄDJB-MJHT",
        ] {
            assert!(UserCode::from_typed(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn codes_are_random_and_never_printed() {
        let (one, two) = (UserCode::generate(), UserCode::generate());
        assert_ne!(one.hash(), two.hash());
        assert!(UserCode::from_typed(&one.reveal()).is_some());
        assert!(!format!("{one:?}").contains(&one.reveal()));
        let device = ClientCode::generate();
        assert_eq!(device.reveal().len(), 43);
        assert!(!format!("{device:?}").contains(device.reveal()));
    }
}

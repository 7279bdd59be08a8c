//! The secret that proves an agent to be within a run.

use std::{collections::HashMap, str::FromStr, sync::Mutex};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{RunId, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

const PREFIX: &str = "cst_";
const RANDOM_LENGTH: usize = 43;
const CHECKSUM_LENGTH: usize = 6;
/// How long an unseen token waits for its one view, in seconds.
const UNSEEN_SECONDS: i64 = 300;

/// A run's token: `cst_`, 256 random bits in base64url (RFC 4648 section 5) and a checksum.
///
/// The prefix lets secret scanners find it. The checksum tells what was mistyped or changed
/// before anything is looked up, and protects nothing. The token is kept nowhere: the store
/// holds its SHA-256.
#[derive(Debug, Clone)]
pub struct RunToken(SecretString);

/// Why a text cannot be a run's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseTokenError {
    /// It does not begin as one.
    #[error("a run token begins with `cst_`")]
    Prefix,
    /// It is too short or too long.
    #[error("the run token is not complete")]
    Length,
    /// A character was changed.
    #[error("the run token was changed: its checksum is wrong")]
    Checksum,
}

impl ParseTokenError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Prefix | Self::Length => "token_malformed",
            Self::Checksum => "token_tampered",
        }
    }
}

impl RunToken {
    /// Makes a new one from the operating system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        let random = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let checksum = checksum(&random);
        Self(format!("{PREFIX}{random}{checksum}").into())
    }

    /// The text to show once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the store keeps: SHA-256, hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.reveal()))
    }
}

fn checksum(random: &str) -> String {
    let digest = Sha256::digest(random);
    let mut text = URL_SAFE_NO_PAD.encode(digest);
    text.truncate(CHECKSUM_LENGTH);
    text
}

impl FromStr for RunToken {
    type Err = ParseTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix(PREFIX).ok_or(ParseTokenError::Prefix)?;
        if rest.len() != RANDOM_LENGTH + CHECKSUM_LENGTH || !rest.is_ascii() {
            return Err(ParseTokenError::Length);
        }
        let (random, given) = rest.split_at(RANDOM_LENGTH);
        if checksum(random) == given {
            Ok(Self(text.to_owned().into()))
        } else {
            Err(ParseTokenError::Checksum)
        }
    }
}

/// Tokens of runs opened a moment ago, in memory only, until their one view.
#[derive(Default)]
pub(crate) struct FreshTokens(Mutex<HashMap<RunId, (RunToken, Timestamp)>>);

impl FreshTokens {
    pub(crate) fn put(&self, run: RunId, token: RunToken, now: Timestamp) {
        if let Ok(mut tokens) = self.0.lock() {
            tokens.retain(|_, (_, since)| now.seconds_since(*since) < UNSEEN_SECONDS);
            tokens.insert(run, (token, now));
        }
    }

    /// Hands the token out, once.
    pub(crate) fn take(&self, run: RunId, now: Timestamp) -> Option<RunToken> {
        let (token, since) = self.0.lock().ok()?.remove(&run)?;
        (now.seconds_since(since) < UNSEEN_SECONDS).then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_never_printed() {
        let token = RunToken::generate();
        let again: RunToken = token.reveal().parse().expect("a token");
        assert_eq!(again.hash(), token.hash());
        assert!(!format!("{token:?}").contains(token.reveal()));
    }

    #[test]
    fn what_is_not_a_token_is_refused_with_its_reason() {
        let token = RunToken::generate().reveal().to_owned();
        let cut = token.get(..50).expect("ASCII");
        let flipped = token.replacen("cst_", "cst_A", 1);
        let flipped = flipped.get(..token.len()).expect("ASCII");
        let reason = |text: &str| text.parse::<RunToken>().err();
        assert_eq!(reason("ya29.token"), Some(ParseTokenError::Prefix));
        assert_eq!(reason(cut), Some(ParseTokenError::Length));
        assert_eq!(reason(flipped), Some(ParseTokenError::Checksum));
    }

    #[test]
    fn a_fresh_token_is_handed_out_once_and_not_for_long() {
        let tokens = FreshTokens::default();
        let run = RunId::new(fresh());
        let now = Timestamp::from_micros(0);
        tokens.put(run, RunToken::generate(), now);
        assert!(tokens.take(run, now).is_some());
        assert!(tokens.take(run, now).is_none());
        tokens.put(run, RunToken::generate(), now);
        assert!(tokens.take(run, now.plus_seconds(UNSEEN_SECONDS)).is_none());
    }

    fn fresh() -> uuid::Uuid {
        uuid::Uuid::from_u128(1)
    }
}

//! Proof keys for code exchange (RFC 7636), by SHA-256 alone: a code is worth nothing to whoever
//! took it on its way.

use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// SHA-256 of a client's verifier in base64url, which the client sends before (method `S256`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(String);

/// It is no SHA-256 in base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code challenge is SHA-256 in base64url, without `=`")]
pub struct NoChallenge;

impl CodeChallenge {
    /// As it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the challenge of a verifier (RFC 7636 section 4.6).
    #[must_use]
    pub fn is_of(&self, verifier: &str) -> bool {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        is_verifier(verifier) && self.0.as_bytes().ct_eq(challenge.as_bytes()).into()
    }
}

impl FromStr for CodeChallenge {
    type Err = NoChallenge;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(hash) if hash.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(NoChallenge),
        }
    }
}

/// 43 to 128 unreserved characters (RFC 7636 section 4.1): what is shorter could be guessed.
fn is_verifier(text: &str) -> bool {
    let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_fits_its_own_challenge() {
        // RFC 7636 appendix B.
        let challenge: CodeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            .parse()
            .expect("a challenge");
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(challenge.is_of(verifier));
        for other in [
            "",
            challenge.as_str(),
            &verifier.to_uppercase(),
            &verifier[1..],
        ] {
            assert!(!challenge.is_of(other), "{other}");
        }
    }

    #[test]
    fn a_short_verifier_fits_nothing() {
        let challenge = CodeChallenge(URL_SAFE_NO_PAD.encode(Sha256::digest("guessed")));
        assert!(!challenge.is_of("guessed"));
    }

    #[test]
    fn only_a_hash_is_a_challenge() {
        for text in [
            "",
            "E9Mel",
            &"A".repeat(44),
            &"+".repeat(43),
            &"x".repeat(128),
        ] {
            assert!(text.parse::<CodeChallenge>().is_err(), "{text}");
        }
    }
}

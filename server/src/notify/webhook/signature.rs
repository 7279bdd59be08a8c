//! Signatures of the Standard Webhooks specification, scheme `v1`: HMAC-SHA256.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::WebhookMessage;

/// What secrets begin with.
pub(crate) const PREFIX: &str = "whsec_";

/// The key of a secret, `whsec_` and base64: 24 to 64 bytes, as the specification asks.
pub(crate) fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    (24..=64).contains(&key.len()).then_some(key)
}

/// One signature for each secret, so that a receiver that knows either of them agrees.
pub(super) fn sign<'a>(secrets: impl Iterator<Item = &'a str>, message: &WebhookMessage) -> String {
    let WebhookMessage {
        id,
        timestamp,
        body,
    } = message;
    let signed = format!("{id}.{timestamp}.{body}");
    let signature = |key: Vec<u8>| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(signed.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        Some(format!("v1,{signature}"))
    };
    let signatures: Vec<_> = secrets.filter_map(key).filter_map(signature).collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference implementations.
    #[test]
    fn the_specifications_example_has_its_signature() {
        let message = WebhookMessage {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            timestamp: 1_614_265_330,
            body: r#"{"test": 2432232314}"#.to_owned(),
        };
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert_eq!(
            sign([secret].into_iter(), &message),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        let both = sign([secret, secret].into_iter(), &message);
        assert_eq!(both.split(' ').count(), 2);
    }

    #[test]
    fn a_secret_is_written_as_the_specification_has_it() {
        assert!(key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_some());
        for wrong in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_c2hvcnQ=",
            "whsec_?",
        ] {
            assert!(key(wrong).is_none(), "{wrong}");
        }
    }
}

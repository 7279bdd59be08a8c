//! Claims, read with their types and by our clock.

use domain::Timestamp;
use serde_json::{Map, Value};

use super::ProofFault;

/// How far others' clocks may be off ours.
pub(super) const SKEW_SECONDS: i64 = 60;
/// The longest text that identifies anybody, in bytes.
const TEXT_MAXIMUM: usize = 1024;

/// A claim that is a text of sensible length.
pub(super) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = claims.get(name)?.as_str()?;
    (!text.is_empty() && text.len() <= TEXT_MAXIMUM).then_some(text)
}

/// A claim that is absent, or a text of sensible length.
pub(super) fn optional_text<'a>(
    claims: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a str>, ProofFault> {
    if claims.contains_key(name) {
        text(claims, name).map(Some).ok_or(ProofFault::Claims)
    } else {
        Ok(None)
    }
}

/// A time in whole seconds. Fractions, texts and negative times are none.
pub(super) fn time(claims: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let seconds = i64::try_from(claims.get(name)?.as_u64()?).ok()?;
    seconds.checked_mul(1_000_000).map(Timestamp::from_micros)
}

/// The audience is this one and no other: a text, or a list of it alone. Whoever else is
/// named could show us the token.
pub(super) fn check_audience(
    claims: &Map<String, Value>,
    expected: &str,
) -> Result<(), ProofFault> {
    let named = match claims.get("aud") {
        Some(Value::String(one)) => Some(one.as_str()),
        Some(Value::Array(list)) => match list.as_slice() {
            [Value::String(one)] => Some(one.as_str()),
            _ => None,
        },
        _ => None,
    };
    if named == Some(expected) {
        Ok(())
    } else {
        Err(ProofFault::Audience)
    }
}

/// The token counts now, was made, and lives no longer than `life_seconds`. Returns its end.
pub(super) fn check_times(
    claims: &Map<String, Value>,
    now: Timestamp,
    life_seconds: i64,
) -> Result<Timestamp, ProofFault> {
    let end = time(claims, "exp").ok_or(ProofFault::Expiry)?;
    if end <= now {
        return Err(ProofFault::Expiry);
    }
    let made = time(claims, "iat").ok_or(ProofFault::IssuedAt)?;
    if made > now.plus_seconds(SKEW_SECONDS) || end > made.plus_seconds(life_seconds) {
        return Err(ProofFault::IssuedAt);
    }
    if claims.contains_key("nbf")
        && time(claims, "nbf").is_none_or(|from| from > now.plus_seconds(SKEW_SECONDS))
    {
        return Err(ProofFault::NotBefore);
    }
    Ok(end)
}

//! What a client has to send instead: the header `WWW-Authenticate` (RFC 6750 section 3,
//! RFC 9449 section 7.1, RFC 9728 section 5.1).

use domain::Audience;
use http::HeaderValue;

use crate::http::oauth::{KEY_ALGORITHMS, MCP_RESOURCE, RESOURCE};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Challenge {
    /// There is no token.
    Token,
    /// The token does not count.
    InvalidToken,
    /// The proof of the key does not count: the error code of RFC 9449.
    Proof(&'static str),
}

/// One challenge for each way to send a token, the better one first; `door` is where it was asked
/// for, `origin` has no slash at the end.
pub(super) fn challenges(
    challenge: Challenge,
    origin: &str,
    door: Option<Audience>,
) -> impl Iterator<Item = HeaderValue> {
    let described = match door {
        Some(Audience::Mcp) => MCP_RESOURCE,
        Some(Audience::Api) | None => RESOURCE,
    };
    let metadata = format!("resource_metadata=\"{origin}{described}\"");
    let error = match challenge {
        Challenge::Token => String::new(),
        Challenge::InvalidToken => ", error=\"invalid_token\"".to_owned(),
        Challenge::Proof(error) => format!(", error=\"{error}\""),
    };
    let algorithms = KEY_ALGORITHMS.join(" ");
    let by_key = format!("DPoP realm=\"countersign\", algs=\"{algorithms}\", {metadata}{error}");
    let by_token = match challenge {
        Challenge::Proof(_) => None,
        Challenge::Token | Challenge::InvalidToken => {
            Some(format!("Bearer realm=\"countersign\", {metadata}{error}"))
        }
    };
    let texts = [Some(by_key), by_token].into_iter().flatten();
    texts.filter_map(|text| HeaderValue::from_str(&text).ok())
}

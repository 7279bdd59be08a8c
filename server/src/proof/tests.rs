//! The proof of RFC 9449 section 4.1, as it stands there and spoiled.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Timestamp;
use serde_json::Value;
use url::Url;

use super::{KeyProof, KeyProofRequest, ProofFault, signed_token::SignedToken};

const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4\
dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10\
NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh\
0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A\
0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const MADE: i64 = 1_562_262_616;
const ADDRESS: &str = "https://server.example.com/token";

fn check_as(text: &str, method: &str, address: &str, seconds: i64) -> Result<KeyProof, ProofFault> {
    let request = KeyProofRequest {
        method,
        address: &Url::parse(address).expect("an address"),
        token: None,
        now: Timestamp::from_micros((MADE + seconds) * 1_000_000),
    };
    KeyProof::check(text, &request)
}

fn fault(text: &str) -> ProofFault {
    check_as(text, "POST", ADDRESS, 0).expect_err("refused")
}

/// The proof with another header.
fn with_header(change: impl FnOnce(&mut Value)) -> String {
    let (header, rest) = PROOF.split_once('.').expect("parts");
    let bytes = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let mut header = serde_json::from_slice(&bytes).expect("JSON");
    change(&mut header);
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[test]
fn the_rfcs_own_proof_holds_and_names_its_key() {
    let proof = check_as(PROOF, "POST", ADDRESS, 0).expect("it holds");
    // RFC 9449 section 6.1
    let thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    assert_eq!(proof.thumbprint, thumbprint);
    let port = "https://SERVER.example.com:443/token?x=1#y";
    assert_eq!(check_as(PROOF, "POST", port, 0), Ok(proof));
}

#[test]
fn a_proof_counts_for_one_request_and_a_short_time() {
    let refused =
        |method, address, seconds| check_as(PROOF, method, address, seconds).expect_err("refused");
    assert_eq!(refused("GET", ADDRESS, 0), ProofFault::Method);
    assert_eq!(refused("post", ADDRESS, 0), ProofFault::Method);
    for address in [
        "https://server.example.com/token/",
        "https://server.example.com/Token",
        "http://server.example.com/token",
        "https://server.example.com:8443/token",
        "https://other.example.com/token",
    ] {
        assert_eq!(
            refused("POST", address, 0),
            ProofFault::Address,
            "{address}"
        );
    }
    assert_eq!(refused("POST", ADDRESS, 120), ProofFault::IssuedAt);
    assert_eq!(refused("POST", ADDRESS, -61), ProofFault::IssuedAt);
    assert!(check_as(PROOF, "POST", ADDRESS, 119).is_ok());
    assert!(check_as(PROOF, "POST", ADDRESS, -60).is_ok());
    let with_token = KeyProofRequest {
        method: "POST",
        address: &Url::parse(ADDRESS).expect("an address"),
        token: Some("a token"),
        now: Timestamp::from_micros(MADE * 1_000_000),
    };
    let refused = KeyProof::check(PROOF, &with_token);
    assert_eq!(refused, Err(ProofFault::TokenHash));
}

#[test]
fn a_key_that_is_not_plainly_public_is_refused() {
    let key = |name: &'static str, value: &'static str| {
        with_header(move |header| header["jwk"][name] = value.into())
    };
    assert_eq!(fault(&key("d", "AAAA")), ProofFault::Header);
    assert_eq!(fault(&key("kty", "oct")), ProofFault::Header);
    assert_eq!(fault(&key("crv", "P-384")), ProofFault::Header);
    assert_eq!(fault(&key("x", "AAAA")), ProofFault::Header);
    assert_eq!(fault(&key("y", "!")), ProofFault::Header);
    // Not on the curve.
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(fault(&key("x", zeros)), ProofFault::Signature);
    let without = with_header(|header| header["jwk"] = Value::Null);
    assert_eq!(fault(&without), ProofFault::Header);
    // The same point, cut into coordinates elsewhere, would have another thumbprint.
    let moved = with_header(|header| {
        let coordinate = |name: &str| {
            let text = header["jwk"][name].as_str().expect("a coordinate");
            URL_SAFE_NO_PAD.decode(text).expect("base64url")
        };
        let point = [coordinate("x"), coordinate("y")].concat();
        let (x, y) = point.split_at(31);
        header["jwk"]["x"] = URL_SAFE_NO_PAD.encode(x).into();
        header["jwk"]["y"] = URL_SAFE_NO_PAD.encode(y).into();
    });
    assert_eq!(fault(&moved), ProofFault::Header);
}

#[test]
fn the_header_says_what_it_is_and_nothing_else() {
    let with =
        |name: &'static str, value: Value| fault(&with_header(move |header| header[name] = value));
    assert_eq!(with("typ", "JWT".into()), ProofFault::Type);
    assert_eq!(with("typ", Value::Null), ProofFault::Header);
    for algorithm in ["none", "None", "HS256", "es256", "ES384", "EdDSA", ""] {
        assert_eq!(with("alg", algorithm.into()), ProofFault::Algorithm);
    }
    assert_eq!(with("alg", "RS256".into()), ProofFault::Algorithm);
    for member in ["jku", "x5u", "x5c", "crit", "b64", "cty", "zip", "enc"] {
        assert_eq!(with(member, Value::Null), ProofFault::Header, "{member}");
    }
    // What was signed was another header.
    assert_eq!(with("kid", "1".into()), ProofFault::Signature);
}

#[test]
fn a_text_that_can_be_read_in_two_ways_is_refused() {
    let twice = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","alg":"ES256","typ":"dpop+jwt"}"#);
    let (header, rest) = PROOF.split_once('.').expect("parts");
    assert_eq!(fault(&format!("{twice}.{rest}")), ProofFault::Json);
    assert_eq!(fault(&format!("{header}=.{rest}")), ProofFault::Form);
    assert_eq!(fault(&format!("{PROOF}=")), ProofFault::Form);
    assert_eq!(fault(&format!(" {PROOF}")), ProofFault::Form);
    assert_eq!(fault(&format!("{PROOF}.{rest}")), ProofFault::Form);
    assert_eq!(fault(header), ProofFault::Form);
    assert_eq!(fault(""), ProofFault::Form);
    // The last character holds two loose bits; `h` differs from `g` in them alone.
    let loose = format!("{}h", PROOF.strip_suffix('g').expect("the last character"));
    assert_eq!(fault(&loose), ProofFault::Form);
    assert_eq!(fault(&"a".repeat(16 * 1024 + 1)), ProofFault::TooLong);
}

#[test]
fn only_a_proof_of_a_key_may_bring_its_key() {
    assert_eq!(SignedToken::read(PROOF).err(), Some(ProofFault::Header));
}

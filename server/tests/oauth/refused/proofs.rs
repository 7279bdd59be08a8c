//! Proofs of keys, wrong in every way that there is.

use serde_json::json;

use super::{
    super::{
        issuer::STRANGER,
        stage::{Attempt, PORTAL, Stage},
    },
    Case, assert_each_refused, assert_refused,
};
use crate::support::Who;

const PROOF: &str = "invalid_dpop_proof";

#[rustfmt::skip]
const PROOFS: &[Case] = &[
    ("no proof", |a| a.proofs.clear(), PROOF, "dpop_missing"),
    ("two proofs", |a| a.proofs.push(a.proofs[0].clone()), PROOF, "dpop_repeated"),
    ("something else", |a| a.proof().afterwards = |_| "proof".to_owned(), PROOF, "dpop_form"),
    ("another type", |a| a.proof().header["typ"] = "JWT".into(), PROOF, "dpop_typ"),
    ("no type", |a| a.proof().header = json!({"alg": "ES256", "jwk": STRANGER.public()}), PROOF, "dpop_typ"),
    ("no signature", |a| { a.proof().header["alg"] = "none".into(); a.proof().signer = None }, PROOF, "dpop_alg"),
    ("a shared secret", |a| a.proof().header["alg"] = "HS256".into(), PROOF, "dpop_alg"),
    ("an algorithm of other keys", |a| a.proof().header["alg"] = "RS256".into(), PROOF, "dpop_alg"),
    ("no key", |a| a.proof().header = json!({"alg": "ES256", "typ": "dpop+jwt"}), PROOF, "dpop_header"),
    ("a private key", |a| a.proof().header["jwk"]["d"] = "AAAA".into(), PROOF, "dpop_header"),
    ("a symmetric key", |a| a.proof().header["jwk"] = json!({"kty": "oct", "k": "AAAA"}), PROOF, "dpop_header"),
    ("an address of keys", |a| a.proof().header["jku"] = "https://evil.example".into(), PROOF, "dpop_header"),
    ("another's key", |a| a.proof().header["jwk"] = STRANGER.public(), PROOF, "dpop_signature"),
    ("another method", |a| a.proof().claims["htm"] = "GET".into(), PROOF, "dpop_htm"),
    ("no method", |a| a.proof().without("htm"), PROOF, "dpop_htm"),
    ("another address", |a| a.proof().claims["htu"] = format!("{PORTAL}/oauth2/revoke").into(), PROOF, "dpop_htu"),
    ("another host", |a| a.proof().claims["htu"] = "http://127.0.0.1:8081/oauth2/device_authorization".into(), PROOF, "dpop_htu"),
    ("a path alone", |a| a.proof().claims["htu"] = "/oauth2/device_authorization".into(), PROOF, "dpop_htu"),
    ("a name and a password", |a| a.proof().claims["htu"] = "http://a:b@127.0.0.1:8080/oauth2/device_authorization".into(), PROOF, "dpop_htu"),
    ("made long ago", |a| { let t = a.proof(); t.claims["iat"] = (t.claims["iat"].as_i64().unwrap_or_default() - 120).into() }, PROOF, "dpop_iat"),
    ("made in the future", |a| { let t = a.proof(); t.claims["iat"] = (t.claims["iat"].as_i64().unwrap_or_default() + 61).into() }, PROOF, "dpop_iat"),
    ("no time", |a| a.proof().without("iat"), PROOF, "dpop_iat"),
    ("a time that is a text", |a| { let t = a.proof(); t.claims["iat"] = t.claims["iat"].to_string().into() }, PROOF, "dpop_iat"),
    ("no id", |a| a.proof().without("jti"), PROOF, "dpop_claims"),
    ("an id that is a number", |a| a.proof().claims["jti"] = 1.into(), PROOF, "dpop_claims"),
    ("a nonce of somebody else", |a| a.proof().claims["nonce"] = "AAAAAAAAAAAAAAAAAAAAAA".into(), "use_dpop_nonce", "dpop_nonce_unknown"),
    ("an empty nonce", |a| a.proof().claims["nonce"] = "".into(), PROOF, "dpop_claims"),
    ("a claim that stands twice", |a| { let t = a.proof(); t.claims_text = Some(t.claims.to_string().replacen('{', "{\"htm\":\"GET\",", 1)) }, PROOF, "dpop_json"),
];

#[tokio::test]
async fn each_wrong_proof_is_refused_and_costs_the_client_nothing_else() {
    let stage = Stage::new().await;
    assert_each_refused(&stage, || stage.asking(), PROOFS).await;
    stage.answered(&stage.asking()).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_first_proof_is_answered_with_the_nonce_that_the_next_one_needs() {
    let stage = Stage::new().await;
    let mut attempt = stage.asking();
    attempt.proof().without("nonce");
    let entries = stage.portal.ledger().await.len();
    let answer = stage.send(&attempt).await;
    assert_eq!(answer.json()["error"], "use_dpop_nonce");
    // To be asked for more is no refusal.
    assert_eq!(stage.portal.ledger().await.len(), entries);
    let nonce = answer.headers["dpop-nonce"].to_str().expect("text");
    attempt.proof().claims["nonce"] = nonce.into();
    stage.answered(&attempt).await;
    // A nonce does not count for ever.
    let old = stage.asking();
    stage.portal.clock.advance(240);
    let mut late = stage.asking();
    let nonce = old.proofs[0].claims["nonce"].clone();
    late.proof().claims["nonce"] = nonce;
    let unknown = ("use_dpop_nonce", "dpop_nonce_unknown");
    assert_refused(&stage, &late, "a nonce of long ago", unknown).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_proof_counts_once_at_every_door() {
    let stage = Stage::new().await;
    let asked = stage.asking();
    stage.answered(&asked).await;
    let mut again = stage.asking();
    again.proofs = asked.proofs.clone();
    assert_refused(&stage, &again, "a used proof", (PROOF, "dpop_used")).await;
    // Its id is another's too, and then it is another proof.
    let id = asked.proofs[0].claims["jti"].clone();
    let mut other = stage.asking();
    *other.proof() = stage.proof_of(&STRANGER, "POST", other.path);
    other.proof().claims["jti"] = id;
    stage.answered(&other).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn only_the_agents_record_lets_a_bearer_in() {
    let stage = Stage::new().await;
    let bearer = stage
        .registered("bearer", |new| new.allows_bearer = true)
        .await;
    let unbound = |mut attempt: Attempt| {
        attempt.proofs.clear();
        attempt.set("client_id", bearer.to_string());
        attempt
    };
    let answer = stage.answered(&unbound(stage.exchanging())).await;
    assert_eq!(answer["token_type"], "Bearer");
    for mut attempt in [stage.asking(), stage.exchanging()] {
        attempt.proofs.clear();
        assert_refused(&stage, &attempt, "no key", (PROOF, "dpop_missing")).await;
    }
    // Who shows a key is bound to it, also where a bearer would do.
    let mut with_key = stage.exchanging();
    with_key.set("client_id", bearer.to_string());
    *with_key.token("subject_token") = stage.id_token(Who::Alice);
    assert_eq!(stage.answered(&with_key).await["token_type"], "DPoP");
    stage.portal.finish().await;
}

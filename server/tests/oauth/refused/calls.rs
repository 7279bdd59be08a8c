//! Requests at the API whose token, key or proof is not right.

use axum::body::Body;
use http::{header, request::Builder};

use super::super::{
    issuer::{Draft, STRANGER},
    stage::{Stage, hash},
};
use crate::support::{Answer, Who};

const PATH: &str = "/api/v1/runs/current";

/// A request at the API, for a test to spoil.
struct Call {
    request: Builder,
    proofs: Vec<Draft>,
}

impl Call {
    fn new(stage: &Stage, token: &str) -> Self {
        let (request, proof) = stage.call("GET", PATH, token);
        Self {
            request,
            proofs: vec![proof],
        }
    }

    fn authorization(&mut self, value: &str) {
        let request = std::mem::take(&mut self.request);
        self.request = request.method("GET").uri(PATH);
        let headers = self.request.headers_mut().expect("headers");
        headers.remove(header::AUTHORIZATION);
        if !value.is_empty() {
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
        }
    }

    async fn send(self, stage: &Stage) -> Answer {
        let proofs = self.proofs.iter();
        let request = proofs.fold(self.request, |request, proof| {
            request.header("DPoP", proof.text())
        });
        let request = request.body(Body::empty());
        stage.portal.send(request.expect("a request")).await
    }
}

/// What is wrong, how it comes about (with the token), and the code that it gets.
type Case = (&'static str, fn(&mut Call, &str), &'static str);

#[rustfmt::skip]
const CALLS: &[Case] = &[
    ("no token", |c, _| c.authorization(""), "token_missing"),
    ("another scheme", |c, t| c.authorization(&format!("Basic {t}")), "token_malformed"),
    ("no scheme", |c, t| c.authorization(t), "token_malformed"),
    ("two tokens", |c, t| c.request = std::mem::take(&mut c.request).header(header::AUTHORIZATION, format!("DPoP {t}")), "token_malformed"),
    ("another program's token", |c, _| c.authorization("DPoP ya29.token"), "token_malformed"),
    ("a token cut short", |c, t| c.authorization(&format!("DPoP {}", &t[..t.len() - 1])), "token_malformed"),
    ("a tampered token", |c, t| c.authorization(&format!("DPoP {}", flipped(t))), "token_tampered"),
    ("a bound token as a bearer's", |c, t| { c.proofs.clear(); c.authorization(&format!("Bearer {t}")) }, "proof_missing"),
    ("a bearer's token beside a proof", |c, t| c.authorization(&format!("Bearer {t}")), "proof_missing"),
    ("no proof", |c, _| c.proofs.clear(), "dpop_missing"),
    ("two proofs", |c, _| c.proofs.push(c.proofs[0].clone()), "dpop_repeated"),
    ("another key", |c, _| { c.proofs[0].header["jwk"] = STRANGER.public(); c.proofs[0].signer = Some(STRANGER.clone()) }, "proof_of_other_key"),
    ("another's key in the header", |c, _| c.proofs[0].header["jwk"] = STRANGER.public(), "dpop_signature"),
    ("another method", |c, _| c.proofs[0].claims["htm"] = "DELETE".into(), "dpop_htm"),
    ("another address", |c, _| c.proofs[0].claims["htu"] = "http://127.0.0.1:8080/api/v1/intents".into(), "dpop_htu"),
    ("the address as the router sees it", |c, _| c.proofs[0].claims["htu"] = "http://127.0.0.1:8080/runs/current".into(), "dpop_htu"),
    ("another server", |c, _| c.proofs[0].claims["htu"] = "https://127.0.0.1:8080/api/v1/runs/current".into(), "dpop_htu"),
    ("made long ago", |c, _| c.proofs[0].claims["iat"] = (c.proofs[0].claims["iat"].as_i64().unwrap_or_default() - 121).into(), "dpop_iat"),
    ("made in the future", |c, _| c.proofs[0].claims["iat"] = (c.proofs[0].claims["iat"].as_i64().unwrap_or_default() + 61).into(), "dpop_iat"),
    ("no hash of the token", |c, _| c.proofs[0].without("ath"), "dpop_ath"),
    ("the hash of another token", |c, _| c.proofs[0].claims["ath"] = hash("another").into(), "dpop_ath"),
    ("a nonce of somebody else", |c, _| c.proofs[0].claims["nonce"] = "AAAAAAAAAAAAAAAAAAAAAA".into(), "dpop_nonce_unknown"),
    ("no signature", |c, _| { c.proofs[0].header["alg"] = "none".into(); c.proofs[0].signer = None }, "dpop_alg"),
    ("another type", |c, _| c.proofs[0].header["typ"] = "JWT".into(), "dpop_typ"),
];

/// The token with one letter changed.
fn flipped(token: &str) -> String {
    let (start, end) = token.split_at(10);
    let letter = if end.starts_with('A') { 'B' } else { 'A' };
    format!("{start}{letter}{}", &end[1..])
}

async fn assert_refused(stage: &Stage, call: Call, wrong: &str, code: &str) {
    let answer = call.send(stage).await;
    assert_eq!(answer.problem(), (401, code.to_owned()), "{wrong}");
    let challenges: Vec<_> = answer
        .headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .collect();
    let challenges = format!("{challenges:?}");
    for part in [
        "DPoP ",
        "algs",
        "ES256",
        "/.well-known/oauth-protected-resource",
    ] {
        assert!(challenges.contains(part), "{wrong}: {challenges}");
    }
    let last = stage.portal.recorded("request.refused").await;
    assert_eq!(last.last().expect("an entry")["code"], code, "{wrong}");
    assert_eq!(stage.portal.warehouse.texts().len(), 0, "{wrong}");
}

#[tokio::test]
async fn each_wrong_call_is_refused_and_the_token_stays_good() {
    let stage = Stage::new().await;
    let token = stage.bound_token().await;
    for (wrong, spoil, code) in CALLS {
        let mut call = Call::new(&stage, &token);
        spoil(&mut call, &token);
        assert_refused(&stage, call, wrong, code).await;
    }
    assert_eq!(Call::new(&stage, &token).send(&stage).await.status, 200);
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_proof_serves_one_call() {
    let stage = Stage::new().await;
    let token = stage.bound_token().await;
    let call = Call::new(&stage, &token);
    let proofs = call.proofs.clone();
    assert_eq!(call.send(&stage).await.status, 200);
    let mut again = Call::new(&stage, &token);
    again.proofs = proofs;
    assert_refused(&stage, again, "a used proof", "dpop_used").await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_bearers_token_takes_no_proof() {
    let stage = Stage::new().await;
    let run = stage.portal.run().await;
    let call = Call::new(&stage, &run.token);
    assert_refused(&stage, call, "a proof of a key", "proof_unexpected").await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_token_ends_with_its_time_its_run_and_its_renewal() {
    let stage = Stage::new().await;
    let token = stage.bound_token().await;
    let path = "/api/v1/runs/current/renew";
    let (request, proof) = stage.call("POST", path, &token);
    let renewal = Call {
        request,
        proofs: vec![proof],
    };
    let renewed = renewal.send(&stage).await.json();
    let renewed = renewed["token"].as_str().expect("a token").to_owned();
    assert_refused(
        &stage,
        Call::new(&stage, &token),
        "renewed",
        "token_renewed",
    )
    .await;

    stage.portal.clock.advance(600);
    assert_refused(
        &stage,
        Call::new(&stage, &renewed),
        "too old",
        "token_expired",
    )
    .await;

    let token = stage.bound_token().await;
    let grace = stage.portal.by(Who::Grace);
    let services = &stage.portal.services;
    let revoked = services.revoke_agent(&grace, stage.agent, "over");
    revoked.await.expect("revoked");
    assert_refused(&stage, Call::new(&stage, &token), "ended", "agent_revoked").await;
    stage.portal.finish().await;
}

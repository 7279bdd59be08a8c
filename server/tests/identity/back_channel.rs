//! Back-channel logout: the provider's word ends sessions, and nobody else's.

use countersign::context::Clock as _;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{
    forgery::{header, signed_as},
    site::{Page, Site},
};

const PATH: &str = "/signin/backchannel-logout";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What the provider says of a session that is over.
fn word(site: &Site, jti: &str) -> Value {
    let now = site.clock.now().micros() / 1_000_000;
    json!({
        "iss": site.provider.issuer,
        "aud": "countersign",
        "iat": now,
        "exp": now + 120,
        "jti": jti,
        "sid": "session-1",
        "events": { EVENT: {} },
    })
}

fn token(claims: &Value) -> String {
    let mut header = header(0);
    header["typ"] = json!("logout+jwt");
    signed_as(Algorithm::RS256, 0, &header, claims)
}

/// Sent by the provider: no cookie, no origin.
async fn send(site: &Site, token: &str) -> Page {
    let mut provider = site.browser();
    let request =
        http::Request::post(PATH).header("content-type", "application/x-www-form-urlencoded");
    provider
        .send(request, format!("logout_token={token}"))
        .await
}

#[tokio::test]
async fn a_session_ends_by_its_name_at_the_provider() {
    let site = Site::start().await;
    let mut here = site.signed_in().await;
    let mut other = site.browser();
    site.sign_in(&mut other, |claims| {
        claims["sub"] = json!("subject-2");
        claims["sid"] = json!("session-2");
    })
    .await;
    let page = send(&site, &token(&word(&site, "1"))).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(!here.is_signed_in().await);
    assert!(other.is_signed_in().await);
    assert_eq!(site.ledger().await[0].event, "person.signed_out");
}

#[tokio::test]
async fn all_sessions_of_a_subject_end() {
    let site = Site::start().await;
    let mut browsers = [site.signed_in().await, site.signed_in().await];
    let mut claims = word(&site, "1");
    claims["sub"] = json!("subject-1");
    claims.as_object_mut().expect("claims").remove("sid");
    assert_eq!(send(&site, &token(&claims)).await.status, 200);
    for browser in &mut browsers {
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_sign_in_under_way_does_not_survive_the_end_of_its_session() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let begun = browser.begin(super::site::PAGE).await;
    site.provider.set(|behaviour| {
        behaviour.challenge.clone_from(&begun.challenge);
        behaviour.claims = site.claims(&begun.nonce);
    });
    assert_eq!(send(&site, &token(&word(&site, "1"))).await.status, 200);
    let page = browser.get(&site.callback(&begun.state)).await;
    assert!(page.body.contains("session_ended"), "{page:?}");
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_logout_token_counts_once() {
    let site = Site::start().await;
    let token = token(&word(&site, "1"));
    assert_eq!(send(&site, &token).await.status, 200);
    let page = send(&site, &token).await;
    assert_eq!(page.status, 400, "{page:?}");
    let entry = site.ledger().await.remove(0);
    assert_eq!(entry.event, "person.logout_refused");
    assert!(entry.payload.contains("replayed"), "{}", entry.payload);
}

#[tokio::test]
async fn whatever_is_not_the_providers_word_ends_nothing() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let now = word(&site, "1")["iat"].as_i64().expect("a time");
    let wrong = [
        ("iss", json!("https://login.example.com"), "iss"),
        ("iss", Value::Null, "iss"),
        ("aud", json!("other"), "aud"),
        ("aud", json!(["countersign", 7]), "aud"),
        ("aud", Value::Null, "aud"),
        ("iat", json!(now - 3600), "iat"),
        ("iat", json!(now + 3600), "iat"),
        ("iat", json!("now"), "iat"),
        ("exp", json!(now - 1), "exp"),
        ("exp", Value::Null, "exp"),
        ("events", json!({}), "events"),
        ("events", json!({ EVENT: true }), "events"),
        ("events", json!([EVENT]), "events"),
        ("nonce", json!("a-nonce"), "nonce"),
        ("jti", Value::Null, "jti"),
        ("jti", json!(7), "jti"),
        ("jti", json!(""), "jti"),
        ("sid", json!(7), "sid"),
        ("sid", json!("x".repeat(300)), "sid"),
    ];
    let mut cases: Vec<(String, &str)> = Vec::new();
    for (name, value, reason) in wrong {
        let mut claims = word(&site, "1");
        claims[name] = value;
        cases.push((token(&claims), reason));
    }
    let mut nobody = word(&site, "1");
    nobody.as_object_mut().expect("claims").remove("sid");
    cases.push((token(&nobody), "sub"));
    // An ID token is no logout token, whatever the other way round.
    let id_token = super::forgery::signed(0, &site.claims("n"));
    cases.push((id_token, "events"));
    let mut unsigned = header(0);
    unsigned["alg"] = json!("none");
    cases.push((
        signed_as(Algorithm::RS256, 0, &unsigned, &word(&site, "1")),
        "alg",
    ));
    let forged = signed_as(Algorithm::RS256, 1, &header(0), &word(&site, "1"));
    cases.push((forged, "signature"));
    let mut unknown = header(0);
    unknown["kid"] = json!("7");
    cases.push((
        signed_as(Algorithm::RS256, 1, &unknown, &word(&site, "1")),
        "key",
    ));
    cases.push((String::new(), "form"));

    for (token, reason) in cases {
        let page = send(&site, &token).await;
        assert_eq!(page.status, 400, "{reason}: {page:?}");
        let entries = site.ledger().await;
        let refused: Vec<_> = entries
            .iter()
            .filter(|entry| entry.event == "person.logout_refused")
            .collect();
        // Beyond the first, such refusals are counted and not written.
        if refused.len() < 20 {
            assert!(
                refused[0].payload.contains(reason),
                "{}",
                refused[0].payload
            );
        }
        assert!(browser.is_signed_in().await, "{reason}");
    }
    let nothing = site.browser().post(PATH, "https://evil.example", &[]).await;
    assert_eq!(nothing.status, 400);
}

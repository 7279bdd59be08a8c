//! What is no token of ours, or not where a token belongs.

use axum::body::Body;
use countersign::services::RunToken;
use http::{HeaderValue, header};
use serde_json::json;

use super::{assert_refused, assert_untold, body, heidis_run, submission};
use crate::support::{ORDERS_SQL, TestPortal, Who, new_run};

/// Makes the `Authorization` headers of a request from a token that counts.
type Forgery = fn(&str) -> Vec<String>;

fn bearer(token: &str) -> Vec<String> {
    vec![format!("Bearer {token}")]
}

/// The same token with one character changed for another that may stand in a token.
fn changed(token: &str, place: usize) -> String {
    let mut bytes = token.as_bytes().to_vec();
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).expect("ASCII")
}

const FORGERIES: [(&str, Forgery, &str); 30] = [
    ("none", |_| Vec::new(), "token_missing"),
    ("empty", |_| vec![String::new()], "token_malformed"),
    ("scheme alone", |_| vec!["Bearer".into()], "token_malformed"),
    ("nothing behind", |_| bearer(""), "token_malformed"),
    ("no scheme", |t| vec![t.into()], "token_malformed"),
    ("basic", |t| vec![format!("Basic {t}")], "token_malformed"),
    ("no proof", |t| vec![format!("DPoP {t}")], "dpop_missing"),
    (
        "scheme glued on",
        |t| vec![format!("Bearer{t}")],
        "token_malformed",
    ),
    (
        "two headers",
        |t| [bearer(t), bearer(t)].concat(),
        "token_malformed",
    ),
    (
        "a good one first",
        |t| [bearer(t), bearer("x")].concat(),
        "token_malformed",
    ),
    (
        "two in one",
        |t| bearer(&format!("{t} {t}")),
        "token_malformed",
    ),
    ("a list", |t| bearer(&format!("{t},{t}")), "token_malformed"),
    ("no prefix", |t| bearer(&t[4..]), "token_malformed"),
    (
        "prefix in capitals",
        |t| bearer(&t.replace("cst_", "CST_")),
        "token_malformed",
    ),
    (
        "other prefix",
        |t| bearer(&t.replace("cst_", "csr_")),
        "token_malformed",
    ),
    ("prefix alone", |_| bearer("cst_"), "token_malformed"),
    ("cut", |t| bearer(&t[..t.len() - 1]), "token_malformed"),
    (
        "lengthened",
        |t| bearer(&format!("{t}A")),
        "token_malformed",
    ),
    ("very long", |t| bearer(&t.repeat(200)), "token_malformed"),
    (
        "in quotes",
        |t| bearer(&format!("\"{t}\"")),
        "token_malformed",
    ),
    (
        "broken in two",
        |t| bearer(&format!("{} {}", &t[..20], &t[20..])),
        "token_malformed",
    ),
    (
        "not ASCII",
        |t| bearer(&format!("{}\u{e9}", &t[..t.len() - 1])),
        "token_malformed",
    ),
    ("Google's", |_| bearer("ya29.a0AfH6SMBx"), "token_malformed"),
    (
        "unsigned JWT",
        |_| bearer("eyJhbGciOiJub25lIn0.e30."),
        "token_malformed",
    ),
    (
        "what the database holds",
        |t| bearer(&hash(t)),
        "token_malformed",
    ),
    (
        "the same with a prefix",
        |t| bearer(&format!("cst_{}", hash(t))),
        "token_malformed",
    ),
    (
        "checksum changed",
        |t| bearer(&changed(t, t.len() - 1)),
        "token_tampered",
    ),
    (
        "secret changed",
        |t| bearer(&changed(t, 4)),
        "token_tampered",
    ),
    (
        "capitals",
        |t| bearer(&format!("cst_{}", t[4..].to_uppercase())),
        "token_tampered",
    ),
    (
        "never given",
        |_| bearer(RunToken::generate().reveal()),
        "token_unknown",
    ),
];

fn hash(token: &str) -> String {
    token.parse::<RunToken>().expect("a token").hash()
}

#[tokio::test]
async fn a_forged_header_opens_nothing() {
    let portal = TestPortal::new().await;
    let run = heidis_run(&portal).await;
    for (about, forge, code) in FORGERIES {
        // Else those of one kind would only be counted.
        portal.clock.advance(60);
        let system = portal.system();
        let counted = portal.services.record_counted_refusals(&system).await;
        counted.expect("recorded");
        let before = portal.ledger().await.len();
        let fresh = portal.opened(Who::Heidi, new_run(run.agent, &[])).await;
        let mut request = submission(&portal);
        for value in forge(&fresh.token) {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
            request = request.header(header::AUTHORIZATION, value);
        }
        let answer = portal.send(request.body(body()).expect("a request")).await;
        assert_eq!(portal.ledger().await.len(), before + 2, "{about}");
        assert_refused(&portal, &answer, about, code).await;
        assert_untold(&portal, &answer, &fresh.token).await;
        let heidi = portal.by(Who::Heidi);
        let ended = portal.services.revoke_run(&heidi, fresh.id, "done").await;
        ended.expect("ended");
    }
    portal.finish().await;
}

#[tokio::test]
async fn a_token_counts_in_its_header_and_nowhere_else() {
    let portal = TestPortal::new().await;
    let token = heidis_run(&portal).await.token;
    let in_address = submission(&portal).uri(format!("/api/v1/intents?access_token={token}"));
    let in_cookie = submission(&portal).header(header::COOKIE, format!("countersign={token}"));
    let in_proxy = submission(&portal).header("proxy-authorization", format!("Bearer {token}"));
    let in_body = json!({ "sql": ORDERS_SQL, "access_token": token }).to_string();
    for (about, request, body) in [
        ("in the address", in_address, body()),
        ("in a cookie", in_cookie, body()),
        ("for a proxy", in_proxy, body()),
        ("in the body", submission(&portal), Body::from(in_body)),
    ] {
        let answer = portal.send(request.body(body).expect("a request")).await;
        assert_refused(&portal, &answer, about, "token_missing").await;
        assert_untold(&portal, &answer, &token).await;
    }
    portal.finish().await;
}

//! The pipeline's own token, wrong in every way that there is.

use countersign::services::ServiceError;
use serde_json::json;

use super::{
    super::{
        issuer::{Draft, STRANGER, decode, encode},
        stage::{Attempt, PORTAL, Stage},
    },
    Case, assert_each_refused, assert_refused,
};
use crate::support::Who;

const CLIENT: &str = "invalid_client";

fn assertion(attempt: &mut Attempt) -> &mut Draft {
    attempt.token("client_assertion")
}

/// How it is signed, and what its header says of that.
#[rustfmt::skip]
const SIGNATURES: &[Case] = &[
    ("no signature", |a| { let t = assertion(a); t.header["alg"] = "none".into(); t.signer = None }, CLIENT, "client_assertion_alg"),
    ("no signature, said loudly", |a| { let t = assertion(a); t.header["alg"] = "None".into(); t.signer = None }, CLIENT, "client_assertion_alg"),
    ("the public key taken for a secret", |a| assertion(a).header["alg"] = "HS256".into(), CLIENT, "client_assertion_alg"),
    ("an algorithm that nobody allows", |a| assertion(a).header["alg"] = "ES384".into(), CLIENT, "client_assertion_alg"),
    ("an algorithm that this issuer does not use", |a| assertion(a).header["alg"] = "RS256".into(), CLIENT, "client_assertion_alg"),
    ("no algorithm", |a| assertion(a).header = json!({"typ": "JWT"}), CLIENT, "client_assertion_alg"),
    ("an algorithm that is no text", |a| assertion(a).header["alg"] = json!(["ES256"]), CLIENT, "client_assertion_alg"),
    ("an extension that must be understood", |a| assertion(a).header["crit"] = json!(["exp"]), CLIENT, "client_assertion_header"),
    ("an address of keys", |a| assertion(a).header["jku"] = "https://evil.example".into(), CLIENT, "client_assertion_header"),
    ("a key of its own", |a| { let t = assertion(a); t.header["jwk"] = STRANGER.public(); t.signer = Some(STRANGER.clone()) }, CLIENT, "client_assertion_header"),
    ("an address of certificates", |a| assertion(a).header["x5u"] = "https://evil.example".into(), CLIENT, "client_assertion_header"),
    ("certificates of its own", |a| assertion(a).header["x5c"] = json!(["MIIB"]), CLIENT, "client_assertion_header"),
    ("a payload that is not encoded", |a| assertion(a).header["b64"] = false.into(), CLIENT, "client_assertion_header"),
    ("a compressed payload", |a| assertion(a).header["zip"] = "DEF".into(), CLIENT, "client_assertion_header"),
    ("a key that nobody knows", |a| assertion(a).header["kid"] = "other".into(), CLIENT, "client_assertion_key"),
    ("a key named as a path", |a| assertion(a).header["kid"] = "../../etc/passwd".into(), CLIENT, "client_assertion_key"),
    ("a key that is not named by a text", |a| assertion(a).header["kid"] = 1.into(), CLIENT, "client_assertion_header"),
    ("a stranger's signature under a known name", |a| assertion(a).signer = Some(STRANGER.clone()), CLIENT, "client_assertion_signature"),
    ("an empty signature", |a| assertion(a).signer = None, CLIENT, "client_assertion_signature"),
    ("a signature of zeros", |a| { let t = assertion(a); t.signer = None; t.afterwards = |text| text + &encode([0; 64]) }, CLIENT, "client_assertion_signature"),
    ("a changed payload", |a| assertion(a).afterwards = another_repository, CLIENT, "client_assertion_signature"),
    ("an access token", |a| assertion(a).header["typ"] = "at+jwt".into(), CLIENT, "client_assertion_typ"),
    ("a proof of a key", |a| assertion(a).header["typ"] = "dpop+jwt".into(), CLIENT, "client_assertion_typ"),
    ("a logout token", |a| assertion(a).header["typ"] = "logout+jwt".into(), CLIENT, "client_assertion_typ"),
    ("a type that is no text", |a| assertion(a).header["typ"] = 1.into(), CLIENT, "client_assertion_header"),
];

/// Changes the claims behind the signature's back.
#[expect(clippy::needless_pass_by_value, reason = "as every change of a text")]
fn another_repository(text: String) -> String {
    let (header, rest) = text.split_once('.').expect("a token");
    let (claims, signature) = rest.split_once('.').expect("a token");
    let claims = decode(claims).replacen("4711", "4712", 1);
    format!("{header}.{}.{signature}", encode(claims))
}

/// How it is written.
#[rustfmt::skip]
const FORMS: &[Case] = &[
    ("no token at all", |a| assertion(a).afterwards = |_| "token".to_owned(), CLIENT, "client_assertion_form"),
    ("an encrypted token", |a| assertion(a).afterwards = |text| text + ".AAAA.AAAA", CLIENT, "client_assertion_form"),
    ("padding", |a| assertion(a).afterwards = |text| text + "=", CLIENT, "client_assertion_form"),
    ("white space around it", |a| assertion(a).afterwards = |text| text + "\n", CLIENT, "client_assertion_form"),
    ("claims that are a list", |a| assertion(a).claims_text = Some("[]".to_owned()), CLIENT, "client_assertion_json"),
    ("something behind the claims", |a| { let t = assertion(a); t.claims_text = Some(format!("{} {{}}", t.claims)) }, CLIENT, "client_assertion_json"),
    ("a claim that stands twice", |a| { let t = assertion(a); t.claims_text = Some(t.claims.to_string().replacen('{', "{\"repository_id\":\"1\",", 1)) }, CLIENT, "client_assertion_json"),
    ("a header member that stands twice", |a| { let t = assertion(a); t.header_text = Some(t.header.to_string().replacen('{', "{\"alg\":\"none\",", 1)) }, CLIENT, "client_assertion_json"),
    ("more than a token needs", |a| assertion(a).claims["more"] = "x".repeat(16 * 1024).into(), CLIENT, "client_assertion_too_long"),
];

/// Who made it, for whom and when.
#[rustfmt::skip]
const CLAIMS: &[Case] = &[
    ("an issuer that nobody registered", |a| assertion(a).claims["iss"] = "https://evil.example".into(), CLIENT, "client_assertion_iss"),
    ("no issuer", |a| assertion(a).without("iss"), CLIENT, "client_assertion_iss"),
    ("an issuer with a slash more", |a| { let t = assertion(a); t.claims["iss"] = format!("{}/", t.claims["iss"].as_str().unwrap_or_default()).into() }, CLIENT, "client_assertion_iss"),
    ("an issuer that is a list", |a| { let t = assertion(a); t.claims["iss"] = json!([t.claims["iss"]]) }, CLIENT, "client_assertion_iss"),
    ("no audience", |a| assertion(a).without("aud"), CLIENT, "client_assertion_aud"),
    ("another audience", |a| assertion(a).claims["aud"] = "https://other.example".into(), CLIENT, "client_assertion_aud"),
    ("an audience besides ours", |a| assertion(a).claims["aud"] = json!([PORTAL, "https://other.example"]), CLIENT, "client_assertion_aud"),
    ("an audience that begins as ours", |a| assertion(a).claims["aud"] = format!("{PORTAL}/").into(), CLIENT, "client_assertion_aud"),
    ("an audience that is an object", |a| assertion(a).claims["aud"] = json!({PORTAL: true}), CLIENT, "client_assertion_aud"),
    ("a time that is over", |a| { let t = assertion(a); t.claims["exp"] = t.claims["iat"].clone() }, CLIENT, "client_assertion_exp"),
    ("no end", |a| assertion(a).without("exp"), CLIENT, "client_assertion_exp"),
    ("an end that is a text", |a| { let t = assertion(a); t.claims["exp"] = t.claims["exp"].to_string().into() }, CLIENT, "client_assertion_exp"),
    ("an end that is a fraction", |a| assertion(a).claims["exp"] = 1e11.into(), CLIENT, "client_assertion_exp"),
    ("a negative end", |a| assertion(a).claims["exp"] = (-1).into(), CLIENT, "client_assertion_exp"),
    ("a long life", |a| { let t = assertion(a); t.claims["exp"] = (t.claims["iat"].as_i64().unwrap_or_default() + 901).into() }, CLIENT, "client_assertion_iat"),
    ("no time when it was made", |a| assertion(a).without("iat"), CLIENT, "client_assertion_iat"),
    ("made in the future", |a| { let t = assertion(a); t.claims["iat"] = (t.claims["iat"].as_i64().unwrap_or_default() + 90).into() }, CLIENT, "client_assertion_iat"),
    ("a time that has not come", |a| { let t = assertion(a); t.claims["nbf"] = (t.claims["iat"].as_i64().unwrap_or_default() + 90).into() }, CLIENT, "client_assertion_nbf"),
    ("a beginning that is a text", |a| assertion(a).claims["nbf"] = "now".into(), CLIENT, "client_assertion_nbf"),
    ("no subject", |a| assertion(a).without("sub"), CLIENT, "client_assertion_sub"),
    ("a subject that is a number", |a| assertion(a).claims["sub"] = 4711.into(), CLIENT, "client_assertion_sub"),
    ("an empty subject", |a| assertion(a).claims["sub"] = "".into(), CLIENT, "client_assertion_sub"),
    ("an id that is a number", |a| assertion(a).claims["jti"] = 1.into(), CLIENT, "client_assertion_claims"),
];

/// Which workload it names.
#[rustfmt::skip]
const WORKLOADS: &[Case] = &[
    ("no repository", |a| assertion(a).without("repository_id"), CLIENT, "client_assertion_claims"),
    ("a repository id that is a number", |a| assertion(a).claims["repository_id"] = 4711.into(), CLIENT, "client_assertion_claims"),
    ("no owner", |a| assertion(a).without("repository_owner_id"), CLIENT, "client_assertion_claims"),
    ("no ref", |a| assertion(a).without("ref"), CLIENT, "client_assertion_claims"),
    ("a fork", |a| { let t = assertion(a); t.claims["repository"] = "mallory/churn".into(); t.claims["repository_id"] = "9999".into(); t.claims["repository_owner_id"] = "666".into() }, CLIENT, "client_assertion_other_workload"),
    ("an abandoned name taken over", |a| assertion(a).claims["repository_id"] = "9999".into(), CLIENT, "client_assertion_other_workload"),
    ("a repository that was renamed", |a| { let t = assertion(a); t.claims["repository"] = "acme/renamed".into(); t.claims["workflow_ref"] = "acme/renamed/.github/workflows/nightly.yml@refs/heads/main".into() }, CLIENT, "client_assertion_other_workload"),
    ("another workflow", |a| assertion(a).claims["workflow_ref"] = "acme/churn/.github/workflows/evil.yml@refs/heads/main".into(), CLIENT, "client_assertion_other_workload"),
    ("another branch", |a| assertion(a).claims["ref"] = "refs/heads/feature".into(), CLIENT, "client_assertion_other_workload"),
    ("a pull request", |a| assertion(a).claims["ref"] = "refs/pull/7/merge".into(), CLIENT, "client_assertion_other_workload"),
    ("a branch that begins alike", |a| assertion(a).claims["ref"] = "refs/heads/main2".into(), CLIENT, "client_assertion_other_workload"),
];

/// What is sent beside it.
#[rustfmt::skip]
const REQUESTS: &[Case] = &[
    ("no assertion", |a| a.remove("client_assertion"), "invalid_request", "client_assertion_missing"),
    ("no type of assertion", |a| a.remove("client_assertion_type"), "invalid_request", "client_assertion_type_missing"),
    ("another type of assertion", |a| a.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"), "invalid_request", "client_assertion_type_not_accepted"),
    ("no client", |a| a.remove("client_id"), "invalid_request", "client_id_missing"),
    ("no such client", |a| a.set("client_id", "agt_00000000000000000000000000000001"), CLIENT, "client_unknown"),
    ("a client by its name", |a| a.set("client_id", "nightly"), CLIENT, "client_unknown"),
    ("no resource", |a| a.remove("resource"), "invalid_target", "invalid_target"),
    ("another resource", |a| a.set("resource", "https://other.example"), "invalid_target", "invalid_target"),
    ("two resources", |a| a.add("resource", "https://other.example"), "invalid_request", "parameter_repeated"),
    ("two clients", |a| a.add("client_id", "nightly"), "invalid_request", "parameter_repeated"),
    ("a body that is JSON", |a| a.content_type = "application/json", "invalid_request", "not_a_form"),
    ("a body without end", |a| a.set("more", "x".repeat(65 * 1024)), "invalid_request", "body_unreadable"),
];

/// What is asked for.
#[rustfmt::skip]
const DETAILS: &[Case] = &[
    ("no details", |a| a.remove("authorization_details"), "invalid_request", "authorization_details_missing"),
    ("details that are no JSON", |a| a.set("authorization_details", "run"), INVALID, INVALID),
    ("no run", |a| a.asks_for(&json!([])), INVALID, INVALID),
    ("two runs", |a| a.asks_for(&json!([run(&json!({})), run(&json!({}))])), INVALID, INVALID),
    ("another type", |a| a.asks_for(&json!([run(&json!({"type": "payment"}))])), INVALID, INVALID),
    ("something unknown", |a| a.asks_for(&json!([run(&json!({"unmask": true}))])), INVALID, INVALID),
    ("no purpose", |a| a.asks_for(&json!([run(&json!({"purpose": " "}))])), INVALID, INVALID),
    ("a purpose without end", |a| a.asks_for(&json!([run(&json!({"purpose": "x".repeat(1001)}))])), INVALID, INVALID),
    ("no time", |a| a.asks_for(&json!([run(&json!({"minutes": 0}))])), INVALID, INVALID),
    ("more time than a run has", |a| a.asks_for(&json!([run(&json!({"minutes": 100_000}))])), INVALID, INVALID),
    ("a table beyond the grants", |a| a.asks_for(&json!([run(&json!({"scope": ["read demo.hr.salaries"]}))])), INVALID, INVALID),
    ("writing beyond the grants", |a| a.asks_for(&json!([run(&json!({"scope": ["write demo.shop.orders"]}))])), INVALID, INVALID),
    ("a scope that is none", |a| a.asks_for(&json!([run(&json!({"scope": ["everything"]}))])), INVALID, INVALID),
];

const INVALID: &str = "invalid_authorization_details";

/// The usual run with members of its own.
fn run(members: &serde_json::Value) -> serde_json::Value {
    let mut run = super::super::stage::details()[0].clone();
    for (name, value) in members.as_object().expect("an object") {
        run[name] = value.clone();
    }
    run
}

#[tokio::test]
async fn each_wrong_assertion_is_refused() {
    let stage = Stage::new().await;
    for cases in [SIGNATURES, FORMS, CLAIMS, WORKLOADS, REQUESTS, DETAILS] {
        assert_each_refused(&stage, || stage.asking(), cases).await;
    }
    stage.answered(&stage.asking()).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn an_assertion_counts_once_with_an_id_and_without() {
    let stage = Stage::new().await;
    for with_id in [true, false] {
        let mut attempt = stage.asking();
        if !with_id {
            attempt.token("client_assertion").without("jti");
        }
        let text = attempt.token("client_assertion").clone();
        stage.answered(&attempt).await;
        let mut again = stage.asking();
        *again.token("client_assertion") = text;
        let wrong = "a token that was used";
        assert_refused(&stage, &again, wrong, (CLIENT, "client_assertion_used")).await;
    }
    stage.portal.finish().await;
}

#[tokio::test]
async fn no_agent_is_known_by_names_or_by_an_issuer_nobody_trusts() {
    let stage = Stage::new().await;
    let alice = stage.portal.by(Who::Alice);
    let field = async |rule| {
        let mut new = stage.portal.new_agent("other", &["read demo.shop.*"]);
        new.workload = Some(rule);
        let proposed = stage.portal.services.propose_agent(&alice, new).await;
        match proposed.expect_err("a refusal") {
            ServiceError::Invalid { field, .. } => field,
            other => panic!("{other:?}"),
        }
    };
    for names in [&["repository", "workflow_ref"][..], &["ref"], &[]] {
        assert_eq!(field(stage.rule(names)).await, "claims", "{names:?}");
    }
    for issuer in ["https://evil.example", "", stage.people.address.as_str()] {
        let mut rule = stage.rule(&["repository_id"]);
        rule.issuer = issuer.to_owned();
        assert_eq!(field(rule).await, "issuer", "{issuer:?}");
    }
    stage.portal.finish().await;
}

#[tokio::test]
async fn an_issuers_token_is_worth_nothing_under_another_issuers_name() {
    let stage = Stage::new().await;
    let mut attempt = stage.asking();
    let draft = attempt.token("client_assertion");
    draft.header["kid"] = "google-1".into();
    draft.signer = Some(stage.google.key.clone());
    let refused = (CLIENT, "client_assertion_key");
    assert_refused(&stage, &attempt, "another issuer's key", refused).await;
    let mut attempt = stage.asking();
    let draft = attempt.token("client_assertion");
    draft.header["kid"] = "people-1".into();
    draft.signer = Some(stage.people.key.clone());
    draft.claims["iss"] = stage.people.address.as_str().into();
    let refused = (CLIENT, "client_assertion_iss");
    assert_refused(&stage, &attempt, "the people's issuer", refused).await;
    stage.portal.finish().await;
}

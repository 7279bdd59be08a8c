//! Every route of the program, by what it demands. A route that stands in no table here
//! fails, and so does one that answers without the proof that its table demands.

mod changes;
mod listing;

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request, StatusCode, header, request::Builder};
use serde_json::Value;

use self::{
    changes::CHANGES,
    listing::{addresses, concrete},
};
use crate::{
    identity::site::{ORIGIN, PAGE, Site},
    support::{Answer, TestPortal},
};

/// Whoever asks here has yet to prove who they are, or learns nothing but that we are there.
const OPEN: [&str; 17] = [
    "/$discovery/rest",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/discovery/v1/apis/bigquery/v2/rest",
    "/healthz",
    // Their proofs are in their bodies; see `oauth`.
    "/oauth2/device_authorization",
    "/oauth2/revoke",
    "/oauth2/subject_token",
    "/oauth2/token",
    "/pkg",
    "/pkg/",
    "/readyz",
    "/signin",
    "/signin/callback",
    "/signed-out",
    // Its proof is in its body; see `identity::back_channel`.
    "/signin/backchannel-logout",
];

/// For agents: a run's token.
const BY_RUN_TOKEN: [&str; 11] = [
    "/api/v1/analyze",
    "/api/v1/intents",
    "/api/v1/intents/{id}",
    "/api/v1/intents/{id}/answers",
    "/api/v1/intents/{id}/cancel",
    "/api/v1/intents/{id}/resubmit",
    "/api/v1/intents/{id}/results",
    "/api/v1/runs/current",
    "/oauth2/introspect",
    "/api/v1/runs/current/renew",
    "/mcp",
];

/// For BigQuery's clients: a run's token, asked for in BigQuery's words. Where clients were
/// given an emulator's address, without what stands before `/projects`.
const BY_RUN_TOKEN_OF_BIGQUERY: [&str; 10] = [
    "/projects/{project}/datasets",
    "/projects/{project}/datasets/{dataset}",
    "/projects/{project}/datasets/{dataset}/tables",
    "/projects/{project}/datasets/{dataset}/tables/{table}",
    "/projects/{project}/datasets/{dataset}/tables/{table}/data",
    "/projects/{project}/jobs",
    "/projects/{project}/jobs/{job}",
    "/projects/{project}/jobs/{job}/cancel",
    "/projects/{project}/queries",
    "/projects/{project}/queries/{job}",
];

/// The same below BigQuery's own path, and the list of projects.
fn of_bigquery() -> impl Iterator<Item = String> {
    let below = BY_RUN_TOKEN_OF_BIGQUERY
        .iter()
        .map(|address| format!("/bigquery/v2{address}"));
    let bare = BY_RUN_TOKEN_OF_BIGQUERY.iter().map(ToString::to_string);
    below
        .chain(bare)
        .chain(["/bigquery/v2/projects".to_owned()])
}

/// For people: a session. Nothing here changes anything.
const BY_SESSION: [&str; 63] = [
    "/",
    "/agents",
    "/agents/new",
    "/agents/{id}",
    "/approvals/{id}",
    "/approvals/{id}/conditions",
    "/approvals/{id}/similar",
    "/catalog",
    "/deliveries",
    "/device",
    "/device/{id}",
    "/events",
    "/find",
    "/ledger",
    "/ledger/{id}",
    "/me",
    "/next",
    "/oauth2/authorize",
    "/people",
    "/people/{id}",
    "/policies",
    "/policies/drafts/{id}",
    "/policies/versions/{id}",
    "/reviews",
    "/reviews/{id}",
    "/reviews/{id}/export.csv",
    "/runs",
    "/runs/new",
    "/runs/{id}",
    "/sessions",
    "/sessions/{id}",
    "/standing-approvals",
    "/ui/agent",
    "/ui/agents",
    "/ui/approval",
    "/ui/approval_status",
    "/ui/authorization",
    "/ui/campaign",
    "/ui/campaigns",
    "/ui/catalog",
    "/ui/conditions",
    "/ui/delegations",
    "/ui/deliveries",
    "/ui/device_request",
    "/ui/exceptions",
    "/ui/inbox",
    "/ui/ledger",
    "/ui/ledger_entry",
    "/ui/own_runs",
    "/ui/people",
    "/ui/person",
    "/ui/questions",
    "/ui/policies",
    "/ui/policy_draft",
    "/ui/policy_version",
    "/ui/run",
    "/ui/run_form",
    "/ui/session",
    "/ui/sessions",
    "/ui/similar",
    "/ui/standing_approvals",
    "/ui/terms",
    "/ui/verify_ledger",
];

/// For people: out of the session. Nobody in it is needed, only our own page.
const SIGN_OUT: &str = "/signout";

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// What a session opens, to look or to change.
fn of_people() -> impl Iterator<Item = &'static str> {
    let changes = CHANGES.iter().map(|(address, _)| *address);
    BY_SESSION.into_iter().chain(changes)
}

/// A request as a script of our own pages sends it.
fn ask(method: &Method, address: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(concrete(address))
        .header(header::ACCEPT, "application/json")
        .header(header::ORIGIN, ORIGIN)
        .header("sec-fetch-site", "same-origin")
}

fn code(body: &str) -> String {
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    problem["code"].as_str().unwrap_or_default().to_owned()
}

fn assert_headers(answer: &Answer, about: &str) {
    let text = |name: &str| {
        let value = answer.headers.get(name).map(|value| value.to_str());
        value.and_then(Result::ok).unwrap_or_default().to_owned()
    };
    let policy = text("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; "), "{about}");
    assert!(policy.contains("frame-ancestors 'none'"), "{about}");
    assert!(!policy.contains("'unsafe-"), "{about}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(text(name), value, "{about}: {name}");
    }
}

#[tokio::test]
async fn every_route_stands_in_one_table() {
    let portal = TestPortal::new().await;
    let mut tables: Vec<&str> = of_people().collect();
    tables.extend(OPEN);
    tables.extend(BY_RUN_TOKEN);
    tables.push(SIGN_OUT);
    let tables: Vec<String> = tables
        .into_iter()
        .map(str::to_owned)
        .chain(of_bigquery())
        .collect();
    let in_tables: BTreeSet<String> = tables.iter().cloned().collect();
    assert_eq!(in_tables.len(), tables.len(), "one stands in two tables");
    assert_eq!(addresses(portal.router()), in_tables);
    portal.finish().await;
}

#[tokio::test]
async fn nothing_for_people_answers_without_a_session_or_to_a_runs_token() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let proofs = [
        None,
        Some((header::AUTHORIZATION, format!("Bearer {}", run.token))),
        Some((header::COOKIE, format!("countersign={}", run.token))),
        Some((header::COOKIE, "countersign=".to_owned())),
    ];
    // An address that is none is no way to learn what there is.
    for address in of_people().chain(["/nothing", "/ui/nothing"]) {
        for (method, proof) in METHODS
            .iter()
            .flat_map(|m| proofs.iter().map(move |p| (m, p)))
        {
            let mut request = ask(method, address);
            if let Some((name, value)) = proof {
                request = request.header(name, value);
            }
            let request = request.body(Body::empty()).expect("a request");
            let answer = portal.send(request).await;
            let about = format!("{method} {address} with {proof:?}");
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{about}");
            if *method != Method::HEAD {
                assert_eq!(code(&answer.body), "session_required", "{about}");
            }
            assert_headers(&answer, &about);
        }
    }
    portal.finish().await;
}

#[tokio::test]
async fn nothing_for_agents_answers_without_a_runs_token_or_to_a_session() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let cookie = browser.cookie.clone().expect("a session");
    let (_, session) = cookie.split_once('=').expect("a value");
    let bearer = format!("Bearer {session}");
    let proofs = [
        (None, "token_missing"),
        (Some("Basic YTpi"), "token_malformed"),
        (Some(bearer.as_str()), "token_malformed"),
    ];
    for address in BY_RUN_TOKEN.into_iter().chain(["/api/v1/nothing"]) {
        for (method, proof) in METHODS
            .iter()
            .flat_map(|m| proofs.iter().map(move |p| (m, p)))
        {
            let mut request = ask(method, address);
            if let Some(value) = proof.0 {
                request = request.header(header::AUTHORIZATION, value);
            }
            // Within the session: the cookie goes along.
            let page = browser.send(request, String::new()).await;
            let about = format!("{method} {address} with {proof:?}");
            assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{about}");
            if *method != Method::HEAD {
                assert_eq!(code(&page.body), proof.1, "{about}");
            }
        }
    }
    assert_eq!(site.warehouse.texts(), Vec::<String>::new());
}

#[tokio::test]
async fn whatever_may_change_something_wants_our_own_page_and_its_token() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    browser.get(PAGE).await;
    let token = browser.form_token.clone().expect("a token");
    let methods = METHODS.iter().filter(|method| !method.is_safe());
    let mut tried = 0;
    for address in of_people().chain([SIGN_OUT]) {
        for method in methods.clone() {
            let foreign = Request::builder()
                .method(method)
                .uri(concrete(address))
                .header(header::ORIGIN, "https://evil.example")
                .header("x-form-token", &token);
            let unsigned = ask(method, address).header("x-form-token", "x".repeat(64));
            for (request, expected) in [
                (foreign, "cross_site_request"),
                (unsigned, "form_token_wrong"),
            ] {
                let page = browser.send(request, String::new()).await;
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{method} {address}");
                assert_eq!(code(&page.body), expected, "{method} {address}");
                tried += 1;
            }
        }
    }
    assert!(browser.is_signed_in().await);
    site.clock.pass_minutes(1);
    site.forget_refusals().await;
    assert_eq!(refusals(&site).await, tried);
}

/// How many refusals the ledger tells of: the written ones and the counted.
async fn refusals(site: &Site) -> u64 {
    let mut count = 0;
    for entry in site.ledger().await {
        let payload: Value = serde_json::from_str(&entry.payload).expect("JSON");
        count += match entry.event.as_str() {
            "request.refused" => 1,
            "refusals.counted" => payload["count"].as_u64().expect("a count"),
            _ => 0,
        };
    }
    count
}

#[tokio::test]
async fn a_link_changes_nothing() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let before = site.ledger().await.len();
    for (address, _) in CHANGES {
        let page = browser.get(&concrete(address)).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
    }
    let page = browser.get(SIGN_OUT).await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(browser.is_signed_in().await);
    assert_eq!(site.ledger().await.len(), before);
}

#[tokio::test]
async fn nothing_for_bigquerys_clients_answers_without_a_runs_token() {
    let portal = TestPortal::new().await;
    for address in of_bigquery() {
        for method in METHODS {
            let request = ask(&method, &address).body(Body::empty());
            let answer = portal.send(request.expect("a request")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {address}");
            if method != Method::HEAD {
                assert!(answer.body.contains("token_missing"), "{method} {address}");
            }
        }
    }
    assert_eq!(portal.warehouse.texts(), Vec::<String>::new());
    portal.finish().await;
}

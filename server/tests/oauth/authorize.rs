//! A client sends a person's browser to the portal, and gets a run's token by the code with
//! which the browser comes back.

use std::collections::BTreeMap;

use app::api::authorizations::AnswerAuthorization;
use axum::body::Body;
use domain::AgentId;
use http::{Request, header};
use leptos::server_fn::ServerFn as _;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::stage::{PORTAL, Stage};
use crate::{
    identity::site::Site,
    support::{Answer, TestPortal, Who},
};

/// Where the client waits.
pub const REDIRECT: &str = "http://127.0.0.1:49152/callback";
/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// What MCP clients know the door by.
pub const MCP: &str = "http://127.0.0.1:8080/mcp";
/// The page.
const PAGE: &str = "/oauth2/authorize";

/// The parameters with which a browser comes.
fn parameters(agent: AgentId) -> Vec<(&'static str, String)> {
    vec![
        ("response_type", "code".to_owned()),
        ("client_id", agent.to_string()),
        ("redirect_uri", REDIRECT.to_owned()),
        ("state", "a b&c".to_owned()),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
        ),
        ("code_challenge_method", "S256".to_owned()),
        ("resource", MCP.to_owned()),
    ]
}

fn written(parameters: &[(&str, String)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    query.finish()
}

/// The query of a request that nothing is wrong with.
pub fn query(agent: AgentId) -> String {
    written(&parameters(agent))
}

/// An agent that a client of a person's own machine is.
pub async fn desktop(portal: &TestPortal) -> AgentId {
    portal.register("desktop", &["read demo.shop.*"]).await
}

/// Somebody answers the page's form.
async fn answered(portal: &TestPortal, who: Who, query: &str, further: &[(&str, &str)]) -> Answer {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("request", query);
    form.extend_pairs(further);
    let request = Request::post(AnswerAuthorization::url())
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.finish()));
    portal.page(who, request.expect("a request")).await
}

const OPEN: [(&str, &str); 4] = [
    ("answer", "open"),
    ("purpose", "Count orders"),
    ("scope", "read demo.shop.orders"),
    ("minutes", "30"),
];

fn location(answer: &Answer) -> &str {
    let location = answer.headers.get(header::LOCATION);
    location.map_or("", |value| value.to_str().expect("text"))
}

/// What the browser brings to the client.
fn brought(answer: &Answer) -> BTreeMap<String, String> {
    let address = location(answer);
    assert!(address.starts_with(&format!("{REDIRECT}?")), "{address}");
    let address = Url::parse(address).expect("an address");
    address.query_pairs().into_owned().collect()
}

/// The code that Alice's browser brings.
pub async fn granted(portal: &TestPortal, agent: AgentId) -> String {
    let answer = answered(portal, Who::Alice, &query(agent), &OPEN).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    brought(&answer).remove("code").expect("a code")
}

/// Asks for the tools of MCP with a token, or for the run at another door.
pub async fn asked(portal: &TestPortal, path: &str, token: &str) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    let is_mcp = path == "/mcp";
    let request = Request::builder()
        .method(if is_mcp { "POST" } else { "GET" })
        .uri(path)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(if is_mcp {
            body.to_string()
        } else {
            String::new()
        }));
    portal.send(request.expect("a request")).await
}

#[tokio::test]
async fn a_client_gets_a_token_for_mcp_once_a_person_opens_the_run() {
    let stage = Stage::new().await;
    let portal = &stage.portal;
    let agent = desktop(portal).await;
    let page = portal
        .get(Who::Alice, &format!("{PAGE}?{}", query(agent)))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    for shown in ["desktop", "http://127.0.0.1:49152", "read demo.shop.*"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    let answer = answered(portal, Who::Alice, &query(agent), &OPEN).await;
    let mut told = brought(&answer);
    assert_eq!(told["state"], "a b&c");
    // RFC 9207: the client knows who answered.
    assert_eq!(told["iss"], PORTAL);
    assert!(portal.recorded("run.opened").await.is_empty());
    let code = told.remove("code").expect("a code");
    assert!(!format!("{:?}", portal.ledger().await).contains(&code));

    let token = stage.answered(&stage.redeeming(agent, &code)).await;
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 600);
    assert_eq!(
        token["authorization_details"][0]["scope"],
        json!(["read demo.shop.orders"])
    );
    let run = &portal.recorded("run.opened").await[0];
    assert_eq!(run["initiator"], Who::Alice.id().to_string());
    assert_eq!(run["audience"], "mcp");
    assert_eq!(run["evidence"]["subject"], "Alice");
    let token = token["access_token"].as_str().expect("a token");
    let tools = asked(portal, "/mcp", token).await;
    assert_eq!(tools.status, 200, "{}", tools.body);
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_token_counts_at_the_door_that_it_was_asked_for() {
    let stage = Stage::new().await;
    let portal = &stage.portal;
    let agent = desktop(portal).await;
    let code = granted(portal, agent).await;
    let for_mcp = stage.answered(&stage.redeeming(agent, &code)).await;
    let mut exchanging = stage.exchanging();
    let bearer = stage
        .registered("bearer", |new| new.allows_bearer = true)
        .await;
    exchanging.set("client_id", bearer.to_string());
    exchanging.proofs.clear();
    let for_api = stage.answered(&exchanging).await;
    let for_all = portal.run().await.token;
    let text = |answer: &Value| answer["access_token"].as_str().expect("a token").to_owned();
    let doors = ["/mcp", "/api/v1/runs/current", "/bigquery/v2/projects"];
    for (token, counts) in [
        (text(&for_mcp), [true, false, false]),
        (text(&for_api), [false, true, true]),
        (for_all, [true, true, true]),
    ] {
        for (door, counts) in doors.into_iter().zip(counts) {
            let answer = asked(portal, door, &token).await;
            assert_eq!(answer.status == 200, counts, "{door}: {}", answer.body);
            assert!(counts || answer.body.contains("token_audience"), "{door}");
            // BigQuery's clients would take 401 for a token that has ended, and try again.
            let refused = if door.contains("bigquery") { 403 } else { 401 };
            assert!(
                counts || answer.status == refused,
                "{door}: {}",
                answer.body
            );
        }
    }
    let refused = portal.recorded("request.refused").await;
    let of_audience = |entry: &&Value| entry["code"] == "token_audience";
    assert_eq!(refused.iter().filter(of_audience).count(), 3);
    stage.portal.finish().await;
}

#[tokio::test]
async fn each_wrong_request_is_told_to_the_person_or_to_the_client() {
    type Spoil = fn(&mut Vec<(&'static str, String)>);
    fn set(asked: &mut Vec<(&'static str, String)>, name: &'static str, value: &str) {
        asked.retain(|(known, _)| *known != name);
        asked.push((name, value.to_owned()));
    }
    fn remove(asked: &mut Vec<(&'static str, String)>, name: &str) {
        asked.retain(|(known, _)| *known != name);
    }
    #[rustfmt::skip]
    let told_to_the_person: [(&str, Spoil); 12] = [
        ("no client", |a| remove(a, "client_id")),
        ("no such agent", |a| set(a, "client_id", "agt_00000000000070008000000000000001")),
        ("a client that is no agent", |a| set(a, "client_id", "https://client.example/about.json")),
        ("no address", |a| remove(a, "redirect_uri")),
        ("another machine", |a| set(a, "redirect_uri", "https://evil.example/callback")),
        ("another machine without TLS", |a| set(a, "redirect_uri", "http://evil.example/callback")),
        ("a name that looks like ours", |a| set(a, "redirect_uri", "http://127.0.0.1.evil.example/")),
        ("a name in front", |a| set(a, "redirect_uri", "http://127.0.0.1@evil.example/")),
        ("a script", |a| set(a, "redirect_uri", "javascript:alert(1)")),
        ("an app's own scheme", |a| set(a, "redirect_uri", "cursor://anysphere/callback")),
        ("two addresses", |a| a.push(("redirect_uri", "https://evil.example/".to_owned()))),
        ("a long state", |a| set(a, "state", &"x".repeat(501))),
    ];
    #[rustfmt::skip]
    let told_to_the_client: [(&str, Spoil, &str); 12] = [
        ("nothing wanted", |a| remove(a, "response_type"), "invalid_request"),
        ("a token at once", |a| set(a, "response_type", "token"), "unsupported_response_type"),
        ("no challenge", |a| remove(a, "code_challenge"), "invalid_request"),
        ("a short challenge", |a| set(a, "code_challenge", "x"), "invalid_request"),
        ("a verifier for a challenge", |a| set(a, "code_challenge", &"x".repeat(64)), "invalid_request"),
        ("no method", |a| remove(a, "code_challenge_method"), "invalid_request"),
        ("a plain challenge", |a| set(a, "code_challenge_method", "plain"), "invalid_request"),
        ("no resource", |a| remove(a, "resource"), "invalid_target"),
        ("all of the program", |a| set(a, "resource", PORTAL), "invalid_target"),
        ("another program", |a| set(a, "resource", "https://evil.example/mcp"), "invalid_target"),
        ("more than the door", |a| set(a, "resource", "http://127.0.0.1:8080/mcp/"), "invalid_target"),
        ("another origin", |a| set(a, "resource", "http://127.0.0.1:8080.evil.example/mcp"), "invalid_target"),
    ];
    let portal = TestPortal::new().await;
    let agent = desktop(&portal).await;
    for (wrong, spoil) in told_to_the_person {
        let mut asked = parameters(agent);
        spoil(&mut asked);
        let asked = written(&asked);
        let page = portal.get(Who::Alice, &format!("{PAGE}?{asked}")).await;
        assert_eq!(
            (page.status, location(&page)),
            (400.try_into().expect("a status"), ""),
            "{wrong}"
        );
        let answer = answered(&portal, Who::Alice, &asked, &OPEN).await;
        assert!(
            location(&answer).starts_with(PAGE),
            "{wrong}: {}",
            location(&answer)
        );
    }
    for (wrong, spoil, error) in told_to_the_client {
        let mut asked = parameters(agent);
        spoil(&mut asked);
        let asked = written(&asked);
        let page = portal.get(Who::Alice, &format!("{PAGE}?{asked}")).await;
        let told = brought(&page);
        assert_eq!(told["error"], error, "{wrong}");
        assert_eq!(
            (told["state"].as_str(), told["iss"].as_str()),
            ("a b&c", PORTAL),
            "{wrong}"
        );
        let answer = answered(&portal, Who::Alice, &asked, &OPEN).await;
        assert!(
            location(&answer).starts_with(PAGE),
            "{wrong}: {}",
            location(&answer)
        );
    }
    assert!(portal.recorded("authorization.granted").await.is_empty());
    portal.finish().await;
}

#[tokio::test]
async fn only_who_may_open_runs_grants_one_and_anybody_asked_refuses() {
    let portal = TestPortal::new().await;
    let agent = desktop(&portal).await;
    let mut bound = portal.new_agent("bound", &["read demo.shop.*"]);
    bound.allows_bearer = false;
    let bound = portal.confirmed(bound).await;
    for (who, agent, says) in [
        (Who::Bob, agent, "This needs the role initiator"),
        (Who::Heidi, agent, "sponsors open runs with it"),
        (Who::Alice, bound, "bound to its key"),
    ] {
        let page = portal.get(who, &format!("{PAGE}?{}", query(agent))).await;
        assert!(page.body.contains(says), "{says}: {}", page.body);
        assert!(!page.body.contains("value=\"open\""), "{says}");
        let answer = answered(&portal, who, &query(agent), &OPEN).await;
        assert!(location(&answer).starts_with(PAGE), "{says}");
    }
    for (name, value) in [
        ("purpose", " "),
        ("scope", "read demo.payroll.*"),
        ("scope", "write demo.shop.orders"),
        ("minutes", "0"),
        ("minutes", "100000"),
    ] {
        let mut form = OPEN;
        let field = form.iter_mut().find(|(known, _)| *known == name);
        field.expect("a field").1 = value;
        let answer = answered(&portal, Who::Alice, &query(agent), &form).await;
        assert!(location(&answer).starts_with(PAGE), "{name}: {value}");
    }
    assert!(portal.recorded("authorization.granted").await.is_empty());
    for (who, agent) in [(Who::Heidi, agent), (Who::Alice, bound)] {
        let answer = answered(&portal, who, &query(agent), &[("answer", "refuse")]).await;
        let told = brought(&answer);
        assert_eq!(told["error"], "access_denied");
        assert!(!told.contains_key("code"));
    }
    assert_eq!(portal.recorded("authorization.refused").await.len(), 2);
    portal.finish().await;
}

#[tokio::test]
async fn the_form_leads_to_the_client_and_nowhere_else() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let asked = query(AgentId::new(uuid::Uuid::from_u128(1)));
    let page = format!("{PAGE}?{asked}");
    let client = " http://127.0.0.1:49152";
    for (path, further) in [
        (page.as_str(), client),
        (&page.replace("127.0.0.1%3A49152", "evil.example"), ""),
        (
            &page.replace("127.0.0.1%3A49152", "%5B%3A%3A1%5D%3A80"),
            " http:",
        ),
        (&format!("/sessions?{asked}"), ""),
    ] {
        let answer = browser.get(path).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str();
        let (_, targets) = policy
            .expect("text")
            .split_once("form-action ")
            .expect("targets");
        let (targets, _) = targets.split_once(';').expect("an end");
        let usual = format!("'self' {}", site.provider.issuer);
        assert_eq!(targets, usual + further, "{path}");
    }
}

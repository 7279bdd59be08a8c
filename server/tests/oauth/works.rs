//! What opens a run at the OAuth door, and what can be done with it.

use axum::body::Body;
use domain::{Digest, IntentState};
use http::{Request, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::stage::{Attempt, PORTAL, Stage};
use crate::support::{ORDERS_SQL, Who};

async fn metadata(stage: &Stage, name: &str) -> Value {
    let request = Request::get(format!("/.well-known/{name}")).body(Body::empty());
    stage.portal.send(request.expect("a request")).await.json()
}

#[tokio::test]
async fn a_pipeline_gets_a_run_once_a_person_confirms() {
    let stage = Stage::new().await;
    let codes = stage.answered(&stage.asking()).await;
    assert_eq!(codes["verification_uri"], format!("{PORTAL}/device"));
    assert_eq!(
        (&codes["expires_in"], &codes["interval"]),
        (&json!(600), &json!(5))
    );
    assert!(codes.get("verification_uri_complete").is_none());
    let request = stage.entered_by(Who::Alice, &codes).await;
    let alice = stage.portal.by(Who::Alice);
    let view = stage
        .portal
        .services
        .device_request(&alice, request)
        .await
        .expect("a view");
    let shown = view.request.workload.facts;
    assert!(shown.contains(&("Repository".to_owned(), "acme/churn".to_owned())));
    assert!(shown.contains(&("Ref".to_owned(), "refs/heads/main".to_owned())));
    stage
        .decided_by(Who::Alice, &codes, store::DeviceVerdict::Confirmed)
        .await;

    let code = codes["device_code"].as_str().expect("a code");
    let answer = stage.answered(&stage.polling(code)).await;
    assert_eq!(answer["token_type"], "DPoP");
    assert_eq!(answer["expires_in"], 600);
    assert_eq!(
        answer["authorization_details"][0]["scope"],
        json!(["read demo.shop.orders"])
    );
    let run = &stage.portal.recorded("run.opened").await[0];
    assert_eq!(run["door"], "device");
    assert_eq!(run["initiator"], Who::Alice.id().to_string());
    assert_eq!(run["key_thumbprint"], stage.key.thumbprint());

    let token = answer["access_token"].as_str().expect("a token");
    let (request, proof) = stage.call("POST", "/api/v1/intents", token);
    let request = request
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", "k")
        .header("DPoP", proof.text())
        .body(Body::from(json!({ "sql": ORDERS_SQL }).to_string()));
    let intent = stage.portal.send(request.expect("a request")).await.json();
    let intent = intent["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    assert_eq!(
        stage.portal.executed(intent).await.0,
        IntentState::Succeeded
    );
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_person_and_a_workload_get_a_run_of_the_pair() {
    let stage = Stage::new().await;
    let mut attempt = stage.exchanging();
    let text = attempt.token("subject_token").text();
    let mut drafted = attempt.token("subject_token").clone();
    drafted.afterwards = |text| text;
    let id = drafted.claims["jti"].clone();
    let answer = stage.answered(&attempt).await;
    let access_token = "urn:ietf:params:oauth:token-type:access_token";
    assert_eq!(answer["issued_token_type"], access_token);
    let run = &stage.portal.recorded("run.opened").await[0];
    assert_eq!(run["door"], "exchange");
    let evidence = &run["evidence"];
    assert_eq!(evidence["issuer"], stage.people.address);
    assert_eq!(evidence["subject"], "Alice");
    assert_eq!(evidence["session"], "session-1");
    assert_eq!(evidence["strength"], "phr");
    assert_eq!(evidence["token"]["id"], id);
    // ECDSA signs differently each time: the digest is of the token that was sent.
    assert!(
        evidence["token"]["digest"]
            .as_str()
            .expect("text")
            .parse::<Digest>()
            .is_ok()
    );
    let kept = format!("{:?}", stage.portal.ledger().await);
    let (_, signature) = text.rsplit_once('.').expect("parts");
    assert!(!kept.contains(signature) && Sha256::digest(&text).len() == 32);

    let token = answer["access_token"].as_str().expect("a token");
    let told = introspected(&stage, token, token).await;
    assert_eq!(told["active"], true);
    assert_eq!(told["sub"], Who::Alice.id().to_string());
    assert_eq!(told["act"]["sub"], stage.agent.to_string());
    assert_eq!(told["cnf"]["jkt"], stage.key.thumbprint());
    stage.portal.finish().await;
}

async fn introspected(stage: &Stage, caller: &str, token: &str) -> Value {
    let (request, proof) = stage.call("POST", "/oauth2/introspect", caller);
    let request = request
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("DPoP", proof.text())
        .body(Body::from(format!("token={token}")));
    stage.portal.send(request.expect("a request")).await.json()
}

#[tokio::test]
async fn a_run_hears_of_its_own_token_and_of_no_other() {
    let stage = Stage::new().await;
    let token = stage.bound_token().await;
    let other = stage.portal.run().await.token;
    for unknown in [other.as_str(), "cst_x", "x"] {
        assert_eq!(
            introspected(&stage, &token, unknown).await,
            json!({"active": false})
        );
    }
    let request = Request::post("/oauth2/introspect").body(Body::from("token=x"));
    let answer = stage.portal.send(request.expect("a request")).await;
    assert_eq!(answer.problem(), (401, "token_missing".to_owned()));
    stage.portal.finish().await;
}

#[tokio::test]
async fn whoever_holds_a_token_ends_its_run() {
    let stage = Stage::new().await;
    let token = stage.bound_token().await;
    let giving_back = |client: String, token: &str| Attempt {
        path: "/oauth2/revoke",
        form: vec![
            ("client_id".to_owned(), client),
            ("token".to_owned(), token.to_owned()),
        ],
        tokens: Vec::new(),
        proofs: Vec::new(),
        content_type: "application/x-www-form-urlencoded",
    };
    let agent = stage.agent.to_string();
    // What is not known is as good as revoked (RFC 7009 section 2.2).
    for unknown in ["x", "cst_x"] {
        stage.answered(&giving_back(agent.clone(), unknown)).await;
    }
    let stranger = "agt_00000000000000000000000000000001".to_owned();
    let refused = stage.send(&giving_back(stranger, &token)).await;
    assert_eq!(refused.json()["error"], "invalid_client");
    for _ in 0..2 {
        stage.answered(&giving_back(agent.clone(), &token)).await;
    }
    let (request, proof) = stage.call("GET", "/api/v1/runs/current", &token);
    let request = request.header("DPoP", proof.text()).body(Body::empty());
    let answer = stage.portal.send(request.expect("a request")).await;
    assert_eq!(answer.problem(), (401, "run_ended".to_owned()));
    assert_eq!(stage.portal.recorded("run.revoked").await.len(), 1);
    stage.portal.finish().await;
}

#[tokio::test]
async fn clients_find_out_by_themselves() {
    let stage = Stage::new().await;
    let server = metadata(&stage, "oauth-authorization-server").await;
    assert_eq!(server["issuer"], PORTAL);
    for name in [
        "token",
        "device_authorization",
        "revocation",
        "introspection",
    ] {
        let address = server[format!("{name}_endpoint")]
            .as_str()
            .expect("an address");
        let path = address.strip_prefix(PORTAL).expect("ours").to_owned();
        let request = Request::post(path).body(Body::empty()).expect("a request");
        assert!(stage.portal.send(request).await.status.is_client_error());
        let request = Request::get(address)
            .body(Body::empty())
            .expect("a request");
        assert_ne!(stage.portal.send(request).await.status, 404, "{address}");
    }
    let resource = metadata(&stage, "oauth-protected-resource").await;
    assert_eq!(resource["resource"], PORTAL);
    assert_eq!(resource["authorization_servers"], json!([PORTAL]));
    stage.portal.finish().await;
}

#[tokio::test]
async fn an_issuer_may_change_its_keys() {
    let mut stage = Stage::new().await;
    stage.answered(&stage.asking()).await;
    assert_eq!(stage.github.times_asked(), 1);
    stage.github.rotate("github-2");
    // Tokens with unknown keys make us look again, but not each of them.
    let early = stage.send(&stage.asking()).await;
    assert_eq!(early.json()["code"], "client_assertion_key");
    stage.portal.clock.advance(31);
    stage.answered(&stage.asking()).await;
    for _ in 0..5 {
        let mut unknown = stage.asking();
        unknown.token("client_assertion").header["kid"] = "github-3".into();
        assert_eq!(
            stage.send(&unknown).await.json()["code"],
            "client_assertion_key"
        );
    }
    assert_eq!(stage.github.times_asked(), 2);
    stage.portal.finish().await;
}

#[tokio::test]
async fn service_accounts_and_spiffe_workloads_prove_themselves_too() {
    let stage = Stage::new().await;
    let google = stage.google.address.clone();
    let rule = |issuer: &str, subject: &str| domain::Workload {
        issuer: issuer.to_owned(),
        claims: [("sub".to_owned(), subject.to_owned())].into(),
    };
    let account = stage
        .registered("account", |new| new.workload = Some(rule(&google, "1171")))
        .await;
    let id = "spiffe://example.org/ns/prod/sa/churn";
    let spiffe = rule("spiffe://example.org", id);
    let spiffe = stage
        .registered("spiffe", |new| new.workload = Some(spiffe))
        .await;
    let by_google = |client: &domain::AgentId, subject: &str| {
        let mut attempt = stage.asking();
        attempt.set("client_id", client.to_string());
        let draft = attempt.token("client_assertion");
        draft.signer = Some(stage.google.key.clone());
        draft.header["kid"] = "google-1".into();
        draft.claims["iss"] = google.as_str().into();
        draft.claims["sub"] = subject.into();
        if subject.starts_with("spiffe:") {
            // Its trust domain is in the subject.
            draft.without("iss");
        }
        attempt
    };
    stage.answered(&by_google(&account, "1171")).await;
    stage.answered(&by_google(&spiffe, id)).await;
    for (client, subject, code) in [
        (&account, "1172", "client_assertion_other_workload"),
        (
            &account,
            "churn@demo.iam.gserviceaccount.com",
            "client_assertion_sub",
        ),
        (
            &spiffe,
            "spiffe://example.org/ns/prod/sa/other",
            "client_assertion_other_workload",
        ),
        (
            &spiffe,
            "spiffe://example.org.evil.example/ns/prod/sa/churn",
            "client_assertion_iss",
        ),
        (&spiffe, "spiffe://example.org/", "client_assertion_sub"),
        (&account, id, "client_assertion_other_workload"),
    ] {
        let answer = stage.send(&by_google(client, subject)).await;
        assert_eq!(answer.json()["code"], code, "{subject}");
    }
    // Another issuer's workload of the same name is another workload.
    let mut namesake = stage.asking();
    namesake.set("client_id", account.to_string());
    namesake.token("client_assertion").claims["sub"] = "1171".into();
    let answer = stage.send(&namesake).await;
    assert_eq!(answer.json()["code"], "client_assertion_other_workload");
    stage.portal.finish().await;
}

#[tokio::test]
async fn an_mcp_client_gets_a_token_by_the_name_of_its_door() {
    let stage = Stage::new().await;
    let resource = metadata(&stage, "oauth-protected-resource/mcp").await;
    let resource = resource["resource"].as_str().expect("an address");
    let mut attempt = stage.exchanging();
    attempt.set("resource", resource);
    let token = stage.answered(&attempt).await;
    let token = token["access_token"].as_str().expect("a token");
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    let speak = |path: &str| {
        let (request, mut proof) = stage.call("POST", "/mcp", token);
        proof.claims["htu"] = format!("{PORTAL}{path}").into();
        let request = request
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header("DPoP", proof.text());
        request.body(Body::from(body.to_string()))
    };
    let answer = stage.portal.send(speak("/mcp").expect("a request")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = stage.portal.send(speak("/api").expect("a request")).await;
    assert_eq!(answer.problem(), (401, "dpop_htu".to_owned()));
    stage.portal.finish().await;
}

//! Who is let in, by which proof, with which roles.

use serde_json::{Value, json};

use super::site::{PAGE, Page, Site};

/// Signs in with spoiled claims, and looks that nobody got in.
async fn refused(spoil: impl FnOnce(&mut Value)) -> (Page, Site) {
    let site = Site::start().await;
    let mut browser = site.browser();
    let page = site.sign_in(&mut browser, spoil).await;
    assert!(!browser.is_signed_in().await, "{page:?}");
    (page, site)
}

#[tokio::test]
async fn a_right_proof_leads_to_the_page_that_was_asked_for() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let first = browser.get("/sessions?state=open").await;
    assert_eq!(
        first.location(),
        "/signin?return_to=%2Fsessions%3Fstate%3Dopen"
    );
    let page = site.sign_in(&mut browser, |_| {}).await;
    assert_eq!(page.location(), PAGE);
    let page = browser.get(PAGE).await;
    for said in ["Bo Lindqvist", "approver", "pwd, hwk"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
}

#[tokio::test]
async fn the_ledger_keeps_the_evidence_and_not_the_token() {
    let site = Site::start().await;
    site.signed_in().await;
    let entry = site.ledger().await.remove(0);
    assert_eq!(entry.event, "person.signed_in");
    let payload: Value = serde_json::from_str(&entry.payload).expect("JSON");
    assert_eq!(payload["issuer"], site.provider.issuer);
    assert_eq!(payload["groups"], json!(["others", "stewards"]));
    assert_eq!(payload["roles"], json!(["approver"]));
    assert_eq!(payload["sid"], "session-1");
    assert_eq!(payload["method"], "pwd, hwk");
    assert_eq!(payload["token_digest"].as_str().map(str::len), Some(64));
    assert!(!entry.payload.contains("eyJ"), "{}", entry.payload);
}

#[tokio::test]
async fn several_audiences_are_taken_when_the_token_is_for_us() {
    let site = Site::start().await;
    let page = site
        .sign_in(&mut site.browser(), |claims| {
            claims["aud"] = json!(["countersign", "other"]);
            claims["azp"] = json!("countersign");
        })
        .await;
    assert_eq!(page.location(), PAGE);
}

#[tokio::test]
async fn a_key_that_is_not_published_is_looked_for_once_and_refused() {
    let site = Site::start().await;
    site.signed_in().await;
    let requests = site.provider.key_requests();
    site.clock.pass_minutes(1);
    site.provider.set(|behaviour| behaviour.signing_key = 1);
    for _ in 0..5 {
        let page = site.sign_in(&mut site.browser(), |_| {}).await;
        assert!(page.body.contains("sign_in_invalid_proof"), "{page:?}");
    }
    assert_eq!(site.provider.key_requests(), requests + 1);
    // Later, a change of keys is noticed all the same.
    site.provider.set(|behaviour| behaviour.published_key = 1);
    site.clock.pass_minutes(1);
    site.signed_in().await;
    assert_eq!(site.provider.key_requests(), requests + 2);
}

#[tokio::test]
async fn a_new_key_is_fetched_and_the_old_one_counts_no_longer() {
    let site = Site::start().await;
    site.signed_in().await;
    site.clock.pass_minutes(1);
    site.provider.set(|behaviour| {
        behaviour.signing_key = 1;
        behaviour.published_key = 1;
    });
    site.signed_in().await;
    site.provider.set(|behaviour| behaviour.signing_key = 0);
    let page = site.sign_in(&mut site.browser(), |_| {}).await;
    assert!(page.body.contains("sign_in_invalid_proof"), "{page:?}");
}

#[tokio::test]
async fn groups_that_cannot_be_known_are_told_and_let_nobody_in() {
    let cases = [
        (json!([]), "groups_empty"),
        (json!("stewards"), "groups_malformed"),
        (json!(["stewards", 7]), "groups_malformed"),
        (json!({"stewards": true}), "groups_malformed"),
        (Value::Null, "groups_malformed"),
        (json!(["Stewards"]), "no_role"),
        (json!(["others"]), "no_role"),
    ];
    for (groups, code) in cases {
        let (page, site) = refused(|claims| claims["groups"] = groups.clone()).await;
        assert_eq!(page.status, 403, "{groups}: {page:?}");
        assert!(page.body.contains(code), "{groups}: {page:?}");
        let entry = site.ledger().await.remove(0);
        assert_eq!(entry.event, "person.sign_in_refused");
        assert_eq!(entry.subject, "subject-1");
        assert!(entry.payload.contains(code), "{}", entry.payload);
    }
    for overflow in ["_claim_names", "hasgroups"] {
        let (page, _) = refused(|claims| {
            claims[overflow] = match overflow {
                "hasgroups" => json!(true),
                _ => json!({"groups": "src1"}),
            };
        })
        .await;
        assert!(page.body.contains("groups_overflow"), "{page:?}");
    }
}

#[tokio::test]
async fn groups_may_come_from_the_userinfo_endpoint_about_the_same_person() {
    let cases = [
        (json!({"sub": "subject-1", "groups": ["auditors"]}), ""),
        (
            json!({"sub": "subject-2", "groups": ["auditors"]}),
            "identity_provider_unavailable",
        ),
        (json!({"sub": "subject-1"}), "groups_missing"),
        (
            json!({"sub": "subject-1", "groups": "auditors"}),
            "groups_malformed",
        ),
    ];
    for (user_info, code) in cases {
        let site = Site::start().await;
        site.provider
            .set(|behaviour| behaviour.user_info = user_info.clone());
        let mut browser = site.browser();
        let page = site
            .sign_in(&mut browser, |claims| {
                claims.as_object_mut().expect("claims").remove("groups");
            })
            .await;
        assert!(page.body.contains(code), "{user_info}: {page:?}");
        assert_eq!(browser.is_signed_in().await, code.is_empty());
    }
}

#[tokio::test]
async fn the_same_subject_at_another_provider_is_another_person() {
    let site = Site::start().await;
    site.signed_in().await;
    site.signed_in().await;
    let people = site.store.people().await.expect("people");
    assert_eq!(people.len(), 1);
    let other = store::SignIn {
        new_id: domain::PersonId::new(uuid::Uuid::from_u128(7)),
        issuer: "https://login.example.com".to_owned(),
        subject: "subject-1".to_owned(),
        name: people[0].name.clone(),
        email: people[0].email.clone(),
        groups: Vec::new(),
        roles: Vec::new(),
        evidence: store::Evidence::default(),
    };
    let now = countersign::context::Clock::now(&*site.clock);
    let mut tx = site.store.begin("system", now).await.expect("begun");
    let there = tx.sign_in(&other).await.expect("signed in");
    assert_ne!(there.id, people[0].id);
}

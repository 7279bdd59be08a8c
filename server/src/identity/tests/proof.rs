//! Who is let in: each rule of the proof, broken alone, keeps everybody out.

use serde_json::{Value, json};

use super::site::{Page, Site};

/// Signs in with spoiled claims, and looks that nobody got in.
async fn refused(spoil: impl FnOnce(&mut Value)) -> (Page, Site) {
    let site = Site::start().await;
    let mut browser = site.browser();
    let page = site.sign_in(&mut browser, spoil).await;
    assert!(
        browser.get("/approvals").await.asks_to_sign_in(),
        "{page:?}"
    );
    (page, site)
}

async fn is_invalid_proof(spoil: impl FnOnce(&mut Value)) {
    let (page, site) = refused(spoil).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(page.body.contains("sign_in_invalid_proof"), "{page:?}");
    let ledger = site.ledger().await;
    assert_eq!(ledger[0].event, "person.sign_in_refused");
}

#[tokio::test]
async fn a_right_proof_leads_to_the_page_that_was_asked_for() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let first = browser.get("/approvals?state=open").await;
    assert_eq!(
        first.location(),
        "/signin?return_to=%2Fapprovals%3Fstate%3Dopen"
    );
    let page = site.sign_in(&mut browser, |_| {}).await;
    assert_eq!(page.location(), "/approvals");
    let page = browser.get("/approvals").await;
    assert_eq!(page.body, "Bo Lindqvist approver by pwd, hwk");
    assert_eq!(site.ledger().await[0].event, "person.signed_in");
}

#[tokio::test]
async fn another_nonce_is_refused() {
    is_invalid_proof(|claims| claims["nonce"] = json!("another")).await;
}

#[tokio::test]
async fn another_issuer_is_refused() {
    is_invalid_proof(|claims| claims["iss"] = json!("https://login.example.com")).await;
}

#[tokio::test]
async fn another_audience_is_refused() {
    is_invalid_proof(|claims| claims["aud"] = json!("other")).await;
    is_invalid_proof(|claims| claims["aud"] = json!(["countersign", "other"])).await;
    is_invalid_proof(|claims| claims["azp"] = json!("other")).await;
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
    assert_eq!(page.location(), "/approvals");
}

#[tokio::test]
async fn a_token_of_another_time_is_refused() {
    is_invalid_proof(|claims| claims["exp"] = json!(1_000_000_000)).await;
    is_invalid_proof(|claims| claims["iat"] = json!(1_000_000_000)).await;
    is_invalid_proof(|claims| {
        claims["iat"] = json!(claims["iat"].as_i64().expect("a time") + 3600);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_not_published_is_refused() {
    let site = Site::start().await;
    site.provider.set(|behaviour| behaviour.signing_key = 1);
    let page = site.sign_in(&mut site.browser(), |_| {}).await;
    assert!(page.body.contains("sign_in_invalid_proof"), "{page:?}");
}

#[tokio::test]
async fn a_new_key_is_fetched() {
    let site = Site::start().await;
    site.signed_in().await;
    site.provider.set(|behaviour| {
        behaviour.signing_key = 1;
        behaviour.published_key = 1;
    });
    site.signed_in().await;
}

#[tokio::test]
async fn a_state_counts_once_and_in_its_own_browser() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let begun = browser.begin("/approvals").await;
    site.provider.set(|behaviour| {
        behaviour.challenge.clone_from(&begun.challenge);
        behaviour.claims = site.claims(&begun.nonce);
    });
    let address = site.callback(&begun.state);
    let wrong = browser.get(&site.callback("another")).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("sign_in_unknown"), "{wrong:?}");
    let mut other = site.browser();
    assert!(other.get(&address).await.body.contains("sign_in_unknown"));
    other.begin("/approvals").await;
    assert!(other.get(&address).await.body.contains("sign_in_unknown"));

    assert_eq!(browser.get(&address).await.location(), "/approvals");
    assert!(browser.get(&address).await.body.contains("sign_in_unknown"));
}

#[tokio::test]
async fn the_answer_has_to_name_the_provider_that_was_asked() {
    for issuer in ["", "&iss=https://login.example.com"] {
        let site = Site::start().await;
        let mut browser = site.browser();
        let begun = browser.begin("/approvals").await;
        let address = format!(
            "/signin/callback?code=the-code&state={}{issuer}",
            begun.state
        );
        let page = browser.get(&address).await;
        assert!(page.body.contains("sign_in_wrong_issuer"), "{page:?}");
    }
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let begun = browser.begin("/approvals").await;
    site.provider.set(|behaviour| {
        "of-another-verifier".clone_into(&mut behaviour.challenge);
        behaviour.claims = site.claims(&begun.nonce);
    });
    let page = browser.get(&site.callback(&begun.state)).await;
    assert!(page.body.contains("sign_in_code_refused"), "{page:?}");
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_told() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let begun = browser.begin("/approvals").await;
    let issuer = &site.provider.issuer;
    let address = format!(
        "/signin/callback?error=access_denied&error_description=%3Cb%3E&state={}&iss={issuer}",
        begun.state
    );
    let page = browser.get(&address).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("sign_in_declined"), "{page:?}");
}

#[tokio::test]
async fn without_a_group_that_gives_a_role_nobody_gets_in() {
    // Groups that cannot be read are asked for at the userinfo endpoint, which fails here.
    let unreadable = [
        json!("stewards"),
        json!(["stewards", 7]),
        json!({"stewards": true}),
        Value::Null,
    ];
    for groups in unreadable {
        let (page, _) = refused(|claims| claims["groups"] = groups.clone()).await;
        assert_eq!(page.status, 503, "{groups}: {page:?}");
    }
    for groups in [json!([]), json!(["Stewards"])] {
        let (page, _) = refused(|claims| claims["groups"] = groups.clone()).await;
        assert_eq!(page.status, 403, "{groups}: {page:?}");
    }
    let (page, site) = refused(|claims| claims["groups"] = json!(["others"])).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("no_role"), "{page:?}");
    let ledger = site.ledger().await;
    assert_eq!(ledger[0].event, "person.sign_in_refused");
    assert_eq!(ledger[0].subject, "subject-1");
}

#[tokio::test]
async fn groups_may_come_from_the_userinfo_endpoint_about_the_same_person() {
    for (subject, location) in [("subject-1", "/approvals"), ("subject-2", "")] {
        let site = Site::start().await;
        site.provider.set(|behaviour| {
            behaviour.user_info = json!({"sub": subject, "groups": ["auditors"]});
        });
        let mut browser = site.browser();
        let page = site
            .sign_in(&mut browser, |claims| {
                claims.as_object_mut().expect("claims").remove("groups");
            })
            .await;
        assert_eq!(page.location(), location);
        let signed_in = browser.get("/approvals").await.body.contains("auditor");
        assert_eq!(signed_in, !location.is_empty());
    }
}

//! What a browser may send: only what a page of this very session made.

use super::site::{ORIGIN, Site};

/// A server function that changes nothing; the rule is the same for all.
const FORM: &str = "/ui/inbox";

#[tokio::test]
async fn a_form_needs_the_token_of_its_session() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let mut other = site.signed_in().await;
    browser.get("/").await;
    other.get("/").await;
    let own = browser.form_token.clone().expect("a token");
    let foreign = other.form_token.clone().expect("a token");
    assert_ne!(own, foreign);
    assert_eq!(own.len(), 64);
    for wrong in ["", "x", &foreign, &own[..63]] {
        let page = browser.post(FORM, ORIGIN, &[("form_token", wrong)]).await;
        assert_eq!(page.status, 403, "{wrong}: {page:?}");
        assert!(page.body.contains("form_token_wrong"), "{page:?}");
        assert_eq!(site.ledger().await[0].event, "request.refused");
    }
    let page = browser.post(FORM, ORIGIN, &[]).await;
    assert_eq!(page.status, 403, "{page:?}");
    let page = browser.post(FORM, ORIGIN, &[("form_token", &own)]).await;
    assert_ne!(page.status, 403, "{page:?}");
}

#[tokio::test]
async fn a_script_of_ours_sends_the_token_as_a_header() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    browser.get("/").await;
    let request = |token: &str| {
        http::Request::post(FORM)
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("x-form-token", token)
    };
    let own = browser.form_token.clone().expect("a token");
    let page = browser.send(request(&own), String::new()).await;
    assert_eq!(page.status, 200, "{page:?}");
    let page = browser.send(request("x"), String::new()).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert_eq!(page.headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn the_token_changes_with_every_sign_in() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    browser.get("/").await;
    let stale = browser.form_token.clone().expect("a token");
    site.sign_in(&mut browser, |_| {}).await;
    let page = browser.post(FORM, ORIGIN, &[("form_token", &stale)]).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(page.body.contains("earlier session"), "{page:?}");
}

#[tokio::test]
async fn other_sites_cannot_act_or_sign_out_even_with_the_token() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    browser.get("/").await;
    let token = browser.form_token.clone().expect("a token");
    for path in [FORM, "/signout"] {
        let fields = [("form_token", token.as_str())];
        let page = browser.post(path, "https://evil.example", &fields).await;
        assert_eq!(page.status, 403);
        assert!(page.body.contains("cross_site_request"), "{page:?}");
    }
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_form_that_comes_too_late_leads_back_to_its_page() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let fields = [("form_token", "x"), ("form_page", "/approvals/apr_1")];
    let page = browser.post(FORM, ORIGIN, &fields).await;
    assert_eq!(page.location(), "/signin?return_to=%2Fapprovals%2Fapr_1");
    let fields = [("form_page", "//evil.example")];
    let page = browser.post(FORM, ORIGIN, &fields).await;
    assert_eq!(page.location(), "/signin?return_to=%2F");
}

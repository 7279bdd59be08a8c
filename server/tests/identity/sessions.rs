//! How long somebody stays in, and how they get out.

use http::{Request, header};
use sha2::{Digest as _, Sha256};

use super::site::{ORIGIN, PAGE, Site};

#[tokio::test]
async fn the_cookie_is_for_this_site_and_not_for_scripts() {
    let site = Site::start().await;
    let page = site.browser().get("/signin").await;
    let cookie = page.set_cookie.expect("a cookie");
    assert!(cookie.starts_with("countersign="), "{cookie}");
    assert!(cookie.contains("; HttpOnly"), "{cookie}");
    assert!(cookie.contains("; SameSite=Lax"), "{cookie}");
    assert!(cookie.contains("; Path=/"), "{cookie}");
    assert!(!cookie.contains("Domain="), "{cookie}");
}

#[tokio::test]
async fn under_tls_the_cookie_is_bound_to_the_host_and_can_be_removed() {
    let address = "https://gate.example.com";
    let site = Site::start_at(address).await;
    let mut browser = site.browser();
    let cookie = browser.get("/signin").await.set_cookie.expect("a cookie");
    assert!(cookie.starts_with("__Host-countersign="), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    let removal = browser.post("/signout", address, &[]).await.set_cookie;
    let removal = removal.expect("a removal");
    assert!(removal.starts_with("__Host-countersign=; "), "{removal}");
    assert!(removal.contains("; Secure"), "{removal}");
}

#[tokio::test]
async fn a_foreign_return_address_leads_to_the_first_page() {
    let site = Site::start().await;
    for foreign in ["//evil.example", "https://evil.example", "/%5Cevil.example"] {
        let mut browser = site.browser();
        let begun = browser.begin(foreign).await;
        site.provider.set(|behaviour| {
            behaviour.challenge.clone_from(&begun.challenge);
            behaviour.claims = site.claims(&begun.nonce);
        });
        let page = browser.get(&site.callback(&begun.state)).await;
        assert_eq!(page.location(), "/", "{foreign}");
    }
}

#[tokio::test]
async fn a_planted_session_is_worth_nothing_after_the_sign_in() {
    let site = Site::start().await;
    let mut attacker = site.browser();
    attacker.begin(PAGE).await;
    let mut victim = site.browser();
    victim.cookie.clone_from(&attacker.cookie);
    let page = site.sign_in(&mut victim, |_| {}).await;
    assert_eq!(page.location(), PAGE);
    assert_ne!(victim.cookie, attacker.cookie);
    assert!(!attacker.is_signed_in().await);
    assert!(victim.is_signed_in().await);
}

#[tokio::test]
async fn only_the_hash_of_the_cookie_is_kept() {
    let site = Site::start().await;
    let browser = site.signed_in().await;
    let cookie = browser.cookie.expect("a cookie");
    let id = cookie.split_once('=').expect("a value").1;
    let now = countersign::context::Clock::now(&*site.clock);
    let by_id = site.store.load_browser_session(id, now).await;
    assert_eq!(by_id.expect("an answer"), None);
    let hash = hex::encode(Sha256::digest(id));
    let by_hash = site.store.load_browser_session(&hash, now).await;
    assert!(!by_hash.expect("an answer").expect("a session").contains(id));
}

#[tokio::test]
async fn signed_out_is_out_for_good() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let cookie = browser.cookie.clone();
    browser.get(PAGE).await;
    let page = browser.submit("/signout", &[]).await;
    let expected = format!("{}/end_session?client_id=countersign", site.provider.issuer);
    assert!(page.location().starts_with(&expected), "{page:?}");
    assert_eq!(browser.cookie, None);
    assert_eq!(site.ledger().await[0].event, "person.signed_out");
    browser.cookie = cookie;
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    for _ in 0..3 {
        site.clock.pass_minutes(14);
        assert!(browser.is_signed_in().await);
    }
    site.clock.pass_minutes(16);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_session_ends_after_its_hours_however_busy() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    for _ in 0..47 {
        site.clock.pass_minutes(10);
        assert!(browser.is_signed_in().await);
    }
    site.clock.pass_minutes(10);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn without_a_session_pages_lead_to_the_sign_in_and_scripts_are_told() {
    let site = Site::start().await;
    let mut browser = site.browser();
    assert!(!browser.is_signed_in().await);
    let script = Request::post("/ui/inbox")
        .header(header::ACCEPT, "application/json")
        .header(header::ORIGIN, ORIGIN);
    let page = browser.send(script, String::new()).await;
    assert_eq!(page.status, 401);
    assert!(page.body.contains("session_required"), "{page:?}");
    let stream = Request::get("/events").header(header::ACCEPT, "text/event-stream");
    assert_eq!(browser.send(stream, String::new()).await.status, 401);
}

#[tokio::test]
async fn a_token_opens_no_page() {
    let site = Site::start().await;
    let request = Request::get(PAGE)
        .header(header::ACCEPT, "text/html")
        .header(header::AUTHORIZATION, "Bearer cs_run_1");
    assert!(
        site.browser()
            .send(request, String::new())
            .await
            .asks_to_sign_in()
    );
}

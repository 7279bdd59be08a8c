//! How long somebody stays in, and how they get out.

use http::{Request, header};
use sha2::{Digest as _, Sha256};

use super::site::{ORIGIN, Site};

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
    let removal = browser.post("/signout", address).await.set_cookie;
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
    attacker.begin("/approvals").await;
    let mut victim = site.browser();
    victim.cookie.clone_from(&attacker.cookie);
    let page = site.sign_in(&mut victim, |_| {}).await;
    assert_eq!(page.location(), "/approvals");
    assert_ne!(victim.cookie, attacker.cookie);
    assert!(attacker.get("/approvals").await.asks_to_sign_in());
    assert_eq!(victim.get("/approvals").await.status, 200);
}

#[tokio::test]
async fn only_the_hash_of_the_cookie_is_kept() {
    let site = Site::start().await;
    let browser = site.signed_in().await;
    let cookie = browser.cookie.expect("a cookie");
    let id = cookie.split_once('=').expect("a value").1;
    let now = crate::context::Clock::now(&*site.clock);
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
    let page = browser.post("/signout", ORIGIN).await;
    let expected = format!("{}/end_session?client_id=countersign", site.provider.issuer);
    assert!(page.location().starts_with(&expected), "{page:?}");
    assert_eq!(browser.cookie, None);
    assert_eq!(site.ledger().await[0].event, "person.signed_out");
    browser.cookie = cookie;
    assert!(browser.get("/approvals").await.asks_to_sign_in());
}

#[tokio::test]
async fn a_save_does_not_bring_an_ended_session_back() {
    use tower_sessions::{
        SessionStore as _,
        session::{Id, Record},
    };

    let site = Site::start().await;
    let sessions = super::super::browser_sessions::BrowserSessions::new(
        site.store.clone(),
        site.clock.clone(),
        std::time::Duration::from_mins(15),
    );
    let mut record = Record {
        id: Id::default(),
        data: std::collections::HashMap::new(),
        expiry_date: time::OffsetDateTime::UNIX_EPOCH,
    };
    sessions.create(&mut record).await.expect("created");
    assert!(sessions.load(&record.id).await.expect("loaded").is_some());
    sessions.delete(&record.id).await.expect("deleted");
    sessions.save(&record).await.expect("saved");
    assert_eq!(sessions.load(&record.id).await.expect("loaded"), None);
}

#[tokio::test]
async fn other_sites_cannot_act_or_sign_out() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    for path in ["/act", "/signout"] {
        let page = browser.post(path, "https://evil.example").await;
        assert_eq!(page.status, 403);
        assert!(page.body.contains("cross_site_request"), "{page:?}");
    }
    assert_eq!(browser.get("/approvals").await.status, 200);
    assert_eq!(browser.post("/act", ORIGIN).await.body, "done");
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    for _ in 0..3 {
        site.clock.pass_minutes(14);
        assert_eq!(browser.get("/approvals").await.status, 200);
    }
    site.clock.pass_minutes(16);
    assert!(browser.get("/approvals").await.asks_to_sign_in());
}

#[tokio::test]
async fn a_session_ends_after_its_hours_however_busy() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    for _ in 0..47 {
        site.clock.pass_minutes(10);
        assert_eq!(browser.get("/approvals").await.status, 200);
    }
    site.clock.pass_minutes(10);
    assert!(browser.get("/approvals").await.asks_to_sign_in());
}

#[tokio::test]
async fn without_a_session_pages_lead_to_the_sign_in_and_scripts_are_told() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let page = browser.post("/act", ORIGIN).await;
    assert_eq!(page.location(), "/signin?return_to=%2Fapprovals");
    let script = Request::post("/act")
        .header(header::ACCEPT, "application/json")
        .header(header::ORIGIN, ORIGIN);
    let page = browser.send(script).await;
    assert_eq!(page.status, 401);
    assert!(page.body.contains("session_required"), "{page:?}");
    let stream = Request::get("/approvals").header(header::ACCEPT, "text/event-stream");
    assert_eq!(browser.send(stream).await.status, 401);
}

#[tokio::test]
async fn a_token_opens_no_page() {
    let site = Site::start().await;
    let request = Request::get("/approvals")
        .header(header::ACCEPT, "text/html")
        .header(header::AUTHORIZATION, "Bearer cs_run_1");
    assert!(site.browser().send(request).await.asks_to_sign_in());
}

//! Proving anew, and strongly, who one is.

use serde_json::json;

use super::site::{Begun, Browser, PAGE, Page, Site};

const MFA: &str = "https://refeds.org/profile/mfa";

async fn begin(browser: &mut Browser) -> Begun {
    let link = format!("/signin?step_up=true&return_to={PAGE}");
    browser.begin_at(&link).await
}

/// Comes back from the provider with these claims besides the usual.
async fn finish(
    site: &Site,
    browser: &mut Browser,
    begun: &Begun,
    further: serde_json::Value,
) -> Page {
    site.provider.set(|behaviour| {
        behaviour.challenge.clone_from(&begun.challenge);
        behaviour.claims = site.claims(&begun.nonce);
        for (name, value) in further.as_object().expect("claims") {
            behaviour.claims[name] = value.clone();
        }
    });
    browser.get(&site.callback(&begun.state)).await
}

#[tokio::test]
async fn the_provider_is_asked_for_a_fresh_and_strong_authentication() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let begun = begin(&mut browser).await;
    assert_eq!(begun.parameters["prompt"], "login");
    assert_eq!(begun.parameters["max_age"], "300");
    assert!(begun.parameters["acr_values"].starts_with(MFA));

    let before = browser.cookie.clone();
    let page = finish(&site, &mut browser, &begun, json!({ "acr": MFA })).await;
    assert_eq!(page.location(), PAGE);
    assert_eq!(site.ledger().await[0].event, "person.stepped_up");
    // The session goes on under another name, and the old one is worth nothing.
    assert_ne!(browser.cookie, before);
    assert!(browser.is_signed_in().await);
    browser.cookie = before;
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn an_ordinary_sign_in_asks_for_no_more_than_a_days_authentication() {
    let site = Site::start().await;
    let begun = site.browser().begin(PAGE).await;
    assert_eq!(begun.parameters["max_age"], "28800");
    assert!(!begun.parameters.contains_key("prompt"));
    // Nobody is signed in who could step up.
    let begun = begin(&mut site.browser()).await;
    assert!(!begun.parameters.contains_key("prompt"));
}

#[tokio::test]
async fn an_old_authentication_is_no_step_up() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let begun = begin(&mut browser).await;
    let then = site.claims("n")["iat"].as_i64().expect("a time") - 600;
    let further = json!({ "acr": MFA, "auth_time": then });
    let page = finish(&site, &mut browser, &begun, further).await;
    assert!(page.body.contains("sign_in_invalid_proof"), "{page:?}");
    // Whoever was signed in stays so, no more than before.
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn somebody_else_cannot_step_up_in_ones_place() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    let begun = begin(&mut browser).await;
    let further = json!({ "acr": MFA, "sub": "subject-2" });
    let page = finish(&site, &mut browser, &begun, further).await;
    assert!(page.body.contains("step_up_other_person"), "{page:?}");
    assert_eq!(site.ledger().await[0].event, "person.sign_in_refused");
    assert_eq!(site.store.people().await.expect("people").len(), 1);
}

//! Whoever is kept out loses everything at once.

use countersign::{
    context::{Actor, Clock as _, Context, Person},
    services::ServiceError,
};
use domain::{PersonId, Role, SignInId};
use serde_json::json;
use uuid::Uuid;

use super::site::{Browser, PAGE, Site};

/// A request of an administrator.
fn administrator(site: &Site) -> Context {
    let person = Person {
        id: PersonId::new(Uuid::from_u128(99)),
        sign_in: SignInId::new(Uuid::from_u128(99)),
        name: "Grace".to_owned(),
        email: "grace@example.com".to_owned(),
        roles: [Role::Administrator].into(),
        groups: ["admins".to_owned()].into(),
        signed_in_at: site.clock.now(),
        acr: None,
        method: "pwd".to_owned(),
    };
    Context {
        actor: Actor::Person(person),
        ..site.system()
    }
}

async fn only_person(site: &Site) -> PersonId {
    site.store.people().await.expect("people")[0].id
}

/// A browser with somebody in it, and the administrator who has signed in too.
async fn scene() -> (Site, Browser, PersonId, Context) {
    let site = Site::start().await;
    let browser = site.signed_in().await;
    let person = only_person(&site).await;
    let mut context = administrator(&site);
    site.sign_in(&mut site.browser(), |claims| {
        claims["sub"] = json!("grace");
        claims["sid"] = json!("of-grace");
        claims["name"] = json!("Grace");
        claims["groups"] = json!(["admins"]);
    })
    .await;
    let people = site.store.people().await.expect("people");
    let grace = people.iter().find(|other| other.id != person);
    if let Actor::Person(actor) = &mut context.actor {
        actor.id = grace.expect("Grace").id;
    }
    (site, browser, person, context)
}

#[tokio::test]
async fn a_disabled_person_is_out_and_stays_out() {
    let (site, mut browser, person, grace) = scene().await;
    let disabled = site
        .services
        .disable_person(&grace, person, "left us")
        .await;
    disabled.expect("disabled");
    assert!(!browser.is_signed_in().await);
    let page = site.sign_in(&mut browser, |_| {}).await;
    assert!(page.body.contains("person_disabled"), "{page:?}");
    assert!(!browser.is_signed_in().await);

    site.clock.pass_minutes(1);
    let enabled = site.services.enable_person(&grace, person, "is back").await;
    enabled.expect("enabled");
    assert!(!browser.is_signed_in().await);
    site.sign_in(&mut browser, |_| {}).await;
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn only_administrators_disable_and_not_themselves() {
    let (site, _, person, grace) = scene().await;
    let themselves = grace.person().expect("a person").id;
    let refused = site
        .services
        .disable_person(&grace, themselves, "why not")
        .await;
    assert_eq!(refused.expect_err("refused").code(), "own_account");
    let mut approver = grace.clone();
    if let Actor::Person(actor) = &mut approver.actor {
        actor.roles = [Role::Approver, Role::Auditor].into();
    }
    let refused = site
        .services
        .disable_person(&approver, person, "why not")
        .await;
    assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
    let unexplained = site.services.disable_person(&grace, person, " ").await;
    assert!(matches!(unexplained, Err(ServiceError::Invalid { .. })));
}

#[tokio::test]
async fn whoever_lost_their_groups_loses_their_other_sessions_at_the_next_sign_in() {
    for groups in [json!(["others"]), json!([])] {
        let site = Site::start().await;
        let mut first = site.signed_in().await;
        let mut second = site.browser();
        let page = site
            .sign_in(&mut second, |claims| claims["groups"] = groups.clone())
            .await;
        assert_eq!(page.status, 403, "{page:?}");
        assert!(!first.is_signed_in().await);
        let people = site.store.people().await.expect("people");
        assert_eq!(people[0].roles, []);
        assert!(!people[0].is_in_good_standing());
    }
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_and_all_at_once() {
    let site = Site::start().await;
    let mut browsers = [site.signed_in().await, site.signed_in().await];
    let person = only_person(&site).await;
    let now = site.clock.now();
    let sessions = site.store.browser_sessions(Some(person), now).await;
    let sessions = sessions.expect("sessions");
    assert_eq!(sessions.len(), 2);
    let mut context = administrator(&site);
    if let Actor::Person(actor) = &mut context.actor {
        actor.id = person;
        actor.roles = [Role::Approver].into();
    }
    let stranger = {
        let mut stranger = context.clone();
        if let Actor::Person(actor) = &mut stranger.actor {
            actor.id = PersonId::new(Uuid::from_u128(5));
        }
        stranger
    };
    let one = sessions[0].sign_in;
    let refused = site.services.end_session(&stranger, person, one).await;
    assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
    let ended = site.services.end_session(&context, person, one).await;
    ended.expect("ended");
    let mut signed_in = 0;
    for browser in &mut browsers {
        signed_in += usize::from(browser.is_signed_in().await);
    }
    assert_eq!(signed_in, 1);
    let ended = site.services.end_sessions(&context, person).await;
    ended.expect("ended");
    for browser in &mut browsers {
        assert!(!browser.is_signed_in().await);
    }
    assert_eq!(site.ledger().await[0].event, "person.sessions_ended");
}

#[tokio::test]
async fn a_sign_in_under_way_ends_with_the_sessions() {
    let site = Site::start().await;
    site.signed_in().await;
    let person = only_person(&site).await;
    let mut browser = site.browser();
    let begun = browser.begin(PAGE).await;
    let mut context = administrator(&site);
    if let Actor::Person(actor) = &mut context.actor {
        actor.id = person;
    }
    let ended = site.services.end_sessions(&context, person).await;
    ended.expect("ended");
    site.provider.set(|behaviour| {
        behaviour.challenge.clone_from(&begun.challenge);
        behaviour.claims = site.claims(&begun.nonce);
    });
    let page = browser.get(&site.callback(&begun.state)).await;
    assert!(page.body.contains("session_ended"), "{page:?}");
    assert!(!browser.is_signed_in().await);
    site.sign_in(&mut browser, |_| {}).await;
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_session_that_is_just_being_written_ends_too() {
    let site = Site::start().await;
    let browser = site.signed_in().await;
    let person = only_person(&site).await;
    let now = site.clock.now();
    let sessions = site.store.browser_sessions(Some(person), now).await;
    let session = sessions.expect("sessions").remove(0);
    let mut tx = site.store.begin("system", now).await.expect("begun");
    tx.end_browser_sessions_of(person).await.expect("ended");
    tx.commit().await.expect("committed");
    // As if the sign-in's own request wrote it only now.
    let id = browser
        .cookie
        .expect("a cookie")
        .split_once('=')
        .expect("a value")
        .1
        .to_owned();
    let late = store::NewBrowserSession {
        id_hash: hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&id)),
        data: "{}".to_owned(),
        expires_at: now.plus_seconds(600),
        owner: Some(store::SessionOwner {
            sign_in: session.sign_in,
            person,
            issuer: site.provider.issuer.clone(),
            sid: None,
            started_at: session.started_at,
        }),
    };
    site.store
        .create_browser_session(&late)
        .await
        .expect("created");
    let loaded = site.store.load_browser_session(&late.id_hash, now).await;
    assert_eq!(loaded.expect("an answer"), None);
    let listed = site.store.browser_sessions(Some(person), now).await;
    assert_eq!(listed.expect("an answer"), []);
}

//! Runs: by whom, within what, for how long, and the token that is shown once.

use countersign::services::{NewRun, ServiceError};

use crate::support::{TestPortal, Who, new_run};

#[tokio::test]
async fn a_scope_outside_the_grants_is_refused() {
    let portal = TestPortal::new().await;
    let agent = portal
        .register("churn-model", &["read demo.shop.ord*"])
        .await;
    let alice = portal.by(Who::Alice);
    for scope in [
        "read demo.shop.customers",
        "read demo.shop.*",
        "read demo.*.*",
        "write demo.shop.orders",
    ] {
        let new = new_run(agent, &["read demo.shop.orders", scope]);
        let refused = portal.services.open_run(&alice, new).await;
        assert!(
            matches!(refused, Err(ServiceError::Invalid { field: "scope", .. })),
            "{scope}: {refused:?}"
        );
    }
    let within = new_run(agent, &["read demo.shop.orders"]);
    portal
        .services
        .open_run(&alice, within)
        .await
        .expect("opened");
    portal.finish().await;
}

#[tokio::test]
async fn only_the_owner_opens_runs() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    for (who, code) in [
        (Who::Heidi, "not_your_agent"),
        (Who::Bob, "forbidden"),
        (Who::Grace, "forbidden"),
    ] {
        let new = new_run(agent, &[]);
        let refused = portal.services.open_run(&portal.by(who), new).await;
        assert_eq!(refused.expect_err("a refusal").code(), code, "{who:?}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn a_run_is_short_and_ends_with_its_agent() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let alice = portal.by(Who::Alice);
    for minutes in [0, 481] {
        let new = NewRun {
            minutes,
            ..new_run(agent, &[])
        };
        let refused = portal.services.open_run(&alice, new).await;
        assert!(matches!(
            refused,
            Err(ServiceError::Invalid {
                field: "minutes",
                ..
            })
        ));
    }
    portal.clock.advance(30 * 86_400 - 60);
    let last = portal.open_run(agent).await;
    let run = portal
        .store
        .run(last.id)
        .await
        .expect("an answer")
        .expect("a run");
    assert_eq!(run.expires_at, portal.now().plus_seconds(60));
    portal.clock.advance(60);
    let alice = portal.by(Who::Alice);
    let refused = portal.services.open_run(&alice, new_run(agent, &[])).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Invalid { field: "agent", .. })
    ));
    portal.finish().await;
}

#[tokio::test]
async fn its_token_is_shown_once_and_to_who_opened_it() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let alice = portal.by(Who::Alice);
    let new = new_run(agent, &[]);
    let run = portal.services.open_run(&alice, new).await.expect("opened");
    let page = format!("/runs/{run}");
    let token = |body: &str| body.contains("csr_");
    assert!(!token(&portal.get(Who::Frank, &page).await.body));
    assert!(token(&portal.get(Who::Alice, &page).await.body));
    assert!(!token(&portal.get(Who::Alice, &page).await.body));
    for entry in portal.ledger().await {
        assert!(!token(&entry.payload), "{}", entry.event);
    }
    portal.finish().await;
}

//! Runs: by whom, within what, for how long, and the token that is shown once.

use countersign::services::{NewAgent, NewRun, ServiceError};

use crate::support::{TestPortal, Who, new_run};

#[tokio::test]
async fn a_scope_outside_the_grants_is_refused() {
    let portal = TestPortal::new().await;
    let agent = portal
        .register("churn-model", &["read demo.shop.ord*"])
        .await;
    let alice = portal.by(Who::Alice);
    for scope in ["read demo.shop.customers", "write demo.shop.orders"] {
        let new = new_run(agent, &["read demo.shop.orders", scope]);
        let refused = portal.services.open_run(&alice, new).await;
        assert!(
            matches!(refused, Err(ServiceError::Invalid { field: "scope", .. })),
            "{scope}: {refused:?}"
        );
    }
    portal.finish().await;
}

/// The scope that a run got, line by line.
async fn scope_of(portal: &TestPortal, who: Who, new: NewRun) -> Vec<String> {
    let opened = portal.services.open_run(&portal.by(who), new).await;
    let scope = opened.expect("opened").scope;
    scope.powers().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_scope_is_what_was_asked_as_far_as_agent_and_person_may() {
    let rights = r#"
[rights]
data-stewards = ["read demo.shop.*", "read demo.shop.customers except ssn"]
staff = ["read demo.shop.visits_*"]
"#;
    let portal = TestPortal::configured(rights).await;
    let new = NewAgent {
        sponsors: vec!["staff".to_owned()],
        ..portal.new_agent(
            "churn-model",
            &[
                "read demo.shop.ord*",
                "read demo.shop.customers except email",
                "write demo.shop.orders",
            ],
        )
    };
    let agent = portal.confirmed(new).await;
    let everything = scope_of(&portal, Who::Alice, new_run(agent, &[])).await;
    let expected = [
        "read demo.shop.ord*",
        "read demo.shop.customers except email, ssn",
    ];
    assert_eq!(
        everything, expected,
        "she may not write, and not read the number"
    );
    let asked = new_run(agent, &["read demo.*.*"]);
    assert_eq!(scope_of(&portal, Who::Alice, asked).await, expected);
    let asked = new_run(agent, &["write demo.shop.orders"]);
    let refused = portal
        .services
        .open_run(&portal.by(Who::Alice), asked)
        .await;
    let refused = refused.expect_err("a refusal").to_string();
    assert_eq!(
        refused,
        "`write demo.shop.orders` is not within your own rights"
    );
    let heidi = portal.by(Who::Heidi);
    let nothing = portal.services.open_run(&heidi, new_run(agent, &[]));
    assert_eq!(nothing.await.expect_err("a refusal").code(), "scope_empty");
    portal.finish().await;
}

#[tokio::test]
async fn the_owner_and_sponsors_open_runs_and_who_else_tries_is_on_record() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    for (who, code) in [
        (Who::Heidi, "not_a_sponsor"),
        (Who::Bob, "forbidden"),
        (Who::Grace, "forbidden"),
    ] {
        let new = new_run(agent, &[]);
        let refused = portal.services.open_run(&portal.by(who), new).await;
        assert_eq!(refused.expect_err("a refusal").code(), code, "{who:?}");
    }
    assert_eq!(portal.recorded("run.refused").await.len(), 3);
    for (number, sponsor) in [Who::Heidi.email(), "staff".to_owned()]
        .into_iter()
        .enumerate()
    {
        let new = NewAgent {
            sponsors: vec![sponsor],
            ..portal.new_agent(&format!("sponsored-{number}"), &["read demo.shop.*"])
        };
        let agent = portal.confirmed(new).await;
        let run = portal.opened(Who::Heidi, new_run(agent, &[])).await;
        let answer = portal.agent(&run).get("/api/v1/runs/current").await;
        assert_eq!(answer.json()["on_behalf_of"], "Heidi");
    }
    portal.finish().await;
}

#[tokio::test]
async fn a_run_keeps_what_proved_its_initiator() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let opened = &portal.recorded("run.opened").await[0];
    let evidence = &opened["evidence"];
    assert_eq!(evidence["issuer"], "https://login.example.com");
    assert_eq!(evidence["subject"], "Alice");
    assert!(
        evidence["groups_digest"]
            .as_str()
            .expect("a digest")
            .starts_with("sha256:")
    );
    assert_eq!(opened["door"], "portal");
    assert!(!opened.to_string().contains(&run.token));
    let replay = portal
        .get(Who::Frank, &format!("/sessions/{}", run.id))
        .await;
    assert!(replay.body.contains("https://login.example.com"));
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
    assert_eq!(refused.expect_err("a refusal").code(), "agent_not_active");
    portal.finish().await;
}

#[tokio::test]
async fn the_portal_opens_no_run_whose_token_would_need_a_key() {
    let portal = TestPortal::new().await;
    let new = NewAgent {
        allows_bearer: false,
        ..portal.new_agent("pipeline", &["read demo.shop.*"])
    };
    let agent = portal.confirmed(new).await;
    let form = portal.get(Who::Alice, "/runs/new").await;
    assert!(!form.body.contains("pipeline"), "{}", form.body);
    let page = portal.get(Who::Alice, &format!("/agents/{agent}")).await;
    assert!(!page.body.contains(&format!("/runs/new?agent={agent}")));
    let asked = format!("agent={agent}&purpose=p&minutes=60");
    portal
        .desk::<app::api::runs::OpenRun>(Who::Alice, &asked)
        .await;
    assert_eq!(portal.recorded("run.opened").await.len(), 0);
    assert_eq!(portal.recorded("run.refused").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn its_token_is_shown_once_and_to_who_opened_it() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let alice = portal.by(Who::Alice);
    let new = new_run(agent, &[]);
    let opened = portal.services.open_run(&alice, new).await.expect("opened");
    let run = portal.services.show_once(opened);
    let page = format!("/runs/{run}");
    let token = |body: &str| body.contains("cst_");
    assert!(!token(&portal.get(Who::Frank, &page).await.body));
    assert!(token(&portal.get(Who::Alice, &page).await.body));
    assert!(!token(&portal.get(Who::Alice, &page).await.body));
    for entry in portal.ledger().await {
        assert!(!token(&entry.payload), "{}", entry.event);
    }
    portal.finish().await;
}

//! Agents: what cannot be registered, and by whom.

use countersign::services::{NewAgent, ServiceError};

use crate::support::{TestPortal, Who};

async fn refused(portal: &TestPortal, new: NewAgent) -> &'static str {
    let grace = portal.by(Who::Grace);
    match portal.services.register_agent(&grace, new).await {
        Err(ServiceError::Invalid { field, .. }) => field,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_field() {
    let portal = TestPortal::new().await;
    portal.register("churn-model", &["read demo.shop.*"]).await;
    let good = portal.new_agent("reports", &["read demo.shop.*"]);
    let cases = [
        (
            "name",
            NewAgent {
                name: "churn-model".to_owned(),
                ..good.clone()
            },
        ),
        (
            "name",
            NewAgent {
                name: String::new(),
                ..good.clone()
            },
        ),
        (
            "name",
            NewAgent {
                name: "<b>".to_owned(),
                ..good.clone()
            },
        ),
        (
            "owner",
            NewAgent {
                owner: "nobody@example.com".to_owned(),
                ..good.clone()
            },
        ),
        (
            "grants",
            NewAgent {
                grants: Vec::new(),
                ..good.clone()
            },
        ),
        (
            "expires",
            NewAgent {
                expires_at: portal.now(),
                ..good.clone()
            },
        ),
        (
            "expires",
            NewAgent {
                expires_at: portal.now().plus_days(92).plus_seconds(1),
                ..good.clone()
            },
        ),
    ];
    for (number, (field, new)) in cases.into_iter().enumerate() {
        assert_eq!(refused(&portal, new).await, field, "case {number}");
    }
    assert_eq!(portal.recorded("agent.registered").await.len(), 1);
    let longest = NewAgent {
        expires_at: portal.now().plus_days(92),
        ..good
    };
    let grace = portal.by(Who::Grace);
    let registered = portal.services.register_agent(&grace, longest).await;
    registered.expect("registered");
    portal.finish().await;
}

#[tokio::test]
async fn only_administrators_register() {
    let portal = TestPortal::new().await;
    for who in Who::ALL {
        let new = portal.new_agent(&format!("of-{who:?}"), &["read demo.shop.*"]);
        let registered = portal.services.register_agent(&portal.by(who), new).await;
        assert_eq!(registered.is_ok(), who == Who::Grace, "{who:?}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn its_owner_and_administrators_revoke_it_once() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    for who in [Who::Bob, Who::Erin, Who::Frank, Who::Heidi] {
        let refused = portal
            .services
            .revoke_agent(&portal.by(who), agent, "x")
            .await;
        assert_eq!(
            refused.expect_err("a refusal").code(),
            "forbidden",
            "{who:?}"
        );
    }
    let alice = portal.by(Who::Alice);
    let revoked = portal.services.revoke_agent(&alice, agent, "unused").await;
    revoked.expect("revoked");
    let again = portal.services.revoke_agent(&alice, agent, "unused").await;
    assert_eq!(again.expect_err("a refusal").code(), "already_revoked");
    assert_eq!(portal.recorded("agent.revoked").await.len(), 1);
    portal.finish().await;
}

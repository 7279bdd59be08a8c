//! Agents: proposed by their owners, confirmed by somebody else, mortal.

use countersign::services::{NewAgent, ServiceError};
use domain::{AgentState, Caps, Workload};

use crate::support::{CAPS, TestPortal, Who, new_run};

async fn refused(portal: &TestPortal, new: NewAgent) -> &'static str {
    let alice = portal.by(Who::Alice);
    match portal.services.propose_agent(&alice, new).await {
        Err(ServiceError::Invalid { field, .. }) => field,
        other => unreachable!("{other:?}"),
    }
}

/// Vouches for pipelines.
const TRUSTED: &str =
    "[[oauth.workload_issuers]]\nissuer = \"https://ci.example.com\"\nkind = \"github\"\n";

fn workload(issuer: &str, claims: &[(&str, &str)]) -> Workload {
    let claims = claims
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    Workload {
        issuer: issuer.to_owned(),
        claims: claims.collect(),
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_field() {
    let portal = TestPortal::configured(TRUSTED).await;
    portal.register("churn-model", &["read demo.shop.*"]).await;
    let good = || portal.new_agent("reports", &["read demo.shop.*"]);
    let named = |name: &str| NewAgent {
        name: name.to_owned(),
        ..good()
    };
    let ending = |expires_at| NewAgent {
        expires_at,
        ..good()
    };
    let capped = |caps| NewAgent { caps, ..good() };
    let proved = |workload| NewAgent {
        workload: Some(workload),
        ..good()
    };
    let too_late = portal.now().plus_days(92).plus_seconds(1);
    let yesterday = good()
        .grants
        .into_iter()
        .map(|(power, _)| (power, Some(portal.now())));
    let cases = [
        ("name", named("churn-model")),
        ("name", named("")),
        ("name", named("<b>")),
        (
            "sponsors",
            NewAgent {
                sponsors: vec!["nobody@example.com".to_owned()],
                ..good()
            },
        ),
        (
            "grants",
            NewAgent {
                grants: Vec::new(),
                ..good()
            },
        ),
        (
            "grants",
            NewAgent {
                grants: yesterday.collect(),
                ..good()
            },
        ),
        ("expires", ending(portal.now())),
        ("expires", ending(too_late)),
        (
            "bytes_per_query",
            capped(Caps {
                bytes_per_query: 0,
                ..CAPS
            }),
        ),
        (
            "bytes_per_day",
            capped(Caps {
                bytes_per_day: 0,
                ..CAPS
            }),
        ),
        ("rows", capped(Caps { rows: 0, ..CAPS })),
        (
            "concurrent_jobs",
            capped(Caps {
                concurrent_jobs: 0,
                ..CAPS
            }),
        ),
        (
            "open_runs",
            capped(Caps {
                open_runs: 0,
                ..CAPS
            }),
        ),
        (
            "issuer",
            proved(workload("http://ci.example.com", &[("sub", "x")])),
        ),
        ("claims", proved(workload("https://ci.example.com", &[]))),
        (
            "claims",
            proved(workload("https://ci.example.com", &[("repository", "x")])),
        ),
        (
            "service_account",
            NewAgent {
                service_account: Some("me@gmail.com".to_owned()),
                ..good()
            },
        ),
    ];
    for (number, (field, new)) in cases.into_iter().enumerate() {
        assert_eq!(refused(&portal, new).await, field, "case {number}");
    }
    assert_eq!(portal.recorded("agent.proposed").await.len(), 1);
    portal.confirmed(ending(portal.now().plus_days(92))).await;
    portal.finish().await;
}

#[tokio::test]
async fn who_opens_runs_or_administers_may_propose() {
    let portal = TestPortal::new().await;
    for who in Who::ALL {
        let new = portal.new_agent(&format!("of-{who:?}"), &["read demo.shop.*"]);
        let proposed = portal.services.propose_agent(&portal.by(who), new).await;
        let may = [Who::Alice, Who::Heidi, Who::Grace].contains(&who);
        assert_eq!(proposed.is_ok(), may, "{who:?}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn nothing_runs_with_an_agent_that_only_its_owner_wants() {
    let portal = TestPortal::new().await;
    let new = portal.new_agent("churn-model", &["read demo.shop.*"]);
    let agent = portal
        .services
        .propose_agent(&portal.by(Who::Alice), new)
        .await;
    let agent = agent.expect("proposed");
    let alice = portal.by(Who::Alice);
    let open = portal.services.open_run(&alice, new_run(agent, &[]));
    assert_eq!(
        open.await.expect_err("a refusal").code(),
        "agent_not_active"
    );
    for who in Who::ALL.into_iter().filter(|who| *who != Who::Grace) {
        let confirmed = portal.services.confirm_agent(&portal.by(who), agent).await;
        assert_eq!(
            confirmed.expect_err("a refusal").code(),
            "forbidden",
            "{who:?}"
        );
    }
    assert_eq!(portal.recorded("agent.confirmation_refused").await.len(), 7);
    let grace = portal.by(Who::Grace);
    portal
        .services
        .confirm_agent(&grace, agent)
        .await
        .expect("confirmed");
    let again = portal.services.confirm_agent(&grace, agent).await;
    assert_eq!(again.expect_err("a refusal").code(), "move_not_allowed");
    portal.open_run(agent).await;
    portal.finish().await;
}

#[tokio::test]
async fn an_administrator_confirms_no_agent_of_their_own() {
    let portal = TestPortal::new().await;
    let grace = portal.by(Who::Grace);
    let new = portal.new_agent("of-grace", &["read demo.shop.*"]);
    let agent = portal
        .services
        .propose_agent(&grace, new)
        .await
        .expect("proposed");
    let confirmed = portal.services.confirm_agent(&grace, agent).await;
    assert_eq!(confirmed.expect_err("a refusal").code(), "own_agent");
    let refusals = portal.recorded("agent.confirmation_refused").await;
    assert_eq!(refusals, [serde_json::json!({ "code": "own_agent" })]);
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
    let confirmed = portal
        .services
        .confirm_agent(&portal.by(Who::Grace), agent)
        .await;
    assert_eq!(confirmed.expect_err("a refusal").code(), "move_not_allowed");
    assert_eq!(portal.recorded("agent.revoked").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn a_suspended_agent_acts_again_when_an_administrator_says_so() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let alice = portal.by(Who::Alice);
    let suspended = portal
        .services
        .suspend_agent(&alice, run.agent, "odd queries")
        .await;
    suspended.expect("suspended");
    let answer = portal.agent(&run).get("/api/v1/runs/current").await;
    assert_eq!(answer.problem(), (401, "agent_suspended".to_owned()));
    let resumed = portal.services.resume_agent(&alice, run.agent).await;
    assert_eq!(
        resumed.expect_err("a refusal").code(),
        "forbidden",
        "its owner may not"
    );
    let grace = portal.by(Who::Grace);
    portal
        .services
        .resume_agent(&grace, run.agent)
        .await
        .expect("resumed");
    let answer = portal.agent(&run).get("/api/v1/runs/current").await;
    assert_eq!(
        answer.problem(),
        (401, "agent_suspended".to_owned()),
        "its runs stay ended"
    );
    portal.open_run(run.agent).await;
    portal.finish().await;
}

#[tokio::test]
async fn its_time_runs_out_whatever_its_state_and_that_is_recorded() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    portal.clock.advance(30 * 86_400);
    let record = portal
        .store
        .agent(run.agent)
        .await
        .expect("an answer")
        .expect("an agent");
    assert_eq!(record.state, AgentState::Active, "nobody has noted it yet");
    assert_eq!(record.state_at(portal.now()), AgentState::Expired);
    portal
        .services
        .expire_agents(&portal.system())
        .await
        .expect("noted");
    portal
        .services
        .expire_agents(&portal.system())
        .await
        .expect("noted");
    assert_eq!(portal.recorded("agent.expired").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn its_page_says_what_its_grants_come_to() {
    let portal = TestPortal::new().await;
    let grants = [
        "read demo.shop.customers except ssn",
        "write demo.shop.orders",
    ];
    let agent = portal.register("churn-model", &grants).await;
    let page = portal
        .get(Who::Frank, &format!("/agents/{agent}"))
        .await
        .body;
    let words = "Can read 1 of 5 tables, change 1, 1 tagged column masked, 1 column left out";
    assert!(page.contains(words), "{page}");
    assert!(page.contains("Read demo.shop.customers, without ssn"));
    portal.finish().await;
}

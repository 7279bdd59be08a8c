//! Who sees what. To who may not see a thing, it does not exist.

use app::api::{
    approvals::Decide,
    ledger::{LoadLedgerPage, VerifyLedger},
    reviews::LoadCampaigns,
};
use http::StatusCode;
use leptos::server_fn::ServerFn as _;

use crate::support::{ORDERS_SQL, TestPortal, Who};

#[tokio::test]
async fn who_only_opens_runs_sees_nothing_of_others() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    let hidden = [
        format!("/runs/{}", run.id),
        format!("/sessions/{}", run.id),
        format!("/approvals/{approval}"),
    ];
    for path in &hidden {
        let answer = portal.get(Who::Heidi, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.body.contains(&intent.to_string()), "{path}");
        let answer = portal.get(Who::Frank, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    for path in ["/", "/sessions"] {
        let answer = portal.get(Who::Heidi, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body.contains("Count orders"), "{path}");
        let answer = portal.get(Who::Frank, path).await;
        assert!(answer.body.contains("Count orders"), "{path}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn reviews_and_the_ledger_are_for_those_who_oversee() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    agent.submitted(ORDERS_SQL).await;
    for (who, ledger, reviews) in [
        (Who::Heidi, false, false),
        (Who::Bob, true, false),
        (Who::Erin, true, true),
        (Who::Frank, true, true),
        (Who::Grace, true, true),
    ] {
        let answers = [
            portal.desk::<LoadLedgerPage>(who, "").await,
            portal.desk::<VerifyLedger>(who, "").await,
            portal.desk::<LoadCampaigns>(who, "").await,
        ];
        let seen = answers.map(|answer| answer.status == StatusCode::OK);
        assert_eq!(seen, [ledger, ledger, reviews], "{who:?}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn auditors_change_nothing() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    let frank = portal.by(Who::Frank);
    let cancelled = portal.services.cancel_intent(&frank, intent).await;
    assert_eq!(cancelled.expect_err("a refusal").code(), "forbidden");
    let revoked = portal.services.revoke_run(&frank, run.id, "x").await;
    assert_eq!(revoked.expect_err("a refusal").code(), "forbidden");
    let released = portal.services.release(&frank, intent).await;
    assert_eq!(released.expect_err("a refusal").code(), "run_token_needed");
    let form = format!("approval={approval}&ballot=approve&comment=x");
    portal.desk::<Decide>(Who::Frank, &form).await;
    assert_eq!(portal.recorded("vote.refused").await.len(), 1);
    assert_eq!(portal.recorded("vote.cast").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn the_page_tells_why_one_may_not_decide_and_offers_no_form() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    let path = format!("/approvals/{approval}");
    let mine = portal.get(Who::Alice, &path).await.body;
    assert!(mine.contains("nobody approves their own request"), "{mine}");
    assert!(!mine.contains(Decide::url()), "{mine}");
    let theirs = portal.get(Who::Bob, &path).await.body;
    assert!(theirs.contains(Decide::url()), "{theirs}");
    portal.finish().await;
}

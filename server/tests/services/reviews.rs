//! Access reviews: evidence, verdicts, who may not judge, and the signature.

use countersign::services::{CampaignView, ItemView, NewCampaign, ServiceError};
use domain::{
    CampaignId,
    Verdict::{Keep, Reduce, Revoke},
};

use crate::support::{CUSTOMERS_SQL, ORDERS_SQL, Run, TestPortal, Who};

/// Alice's agent used one of its two grants, three times in two weeks; its last query never
/// ran.
async fn used(portal: &TestPortal) -> Run {
    let grants = ["read demo.shop.*", "write demo.shop.orders"];
    let agent = portal.register("churn-model", &grants).await;
    for pause in [0, 0, 8] {
        portal.clock.advance(pause * 86_400);
        let run = portal.open_run(agent).await;
        let intent = portal.agent(&run).submitted(ORDERS_SQL).await;
        portal.executed(intent).await;
    }
    let run = portal.open_run(agent).await;
    portal.pending(&portal.agent(&run)).await;
    run
}

async fn opened(portal: &TestPortal) -> CampaignId {
    let new = NewCampaign {
        name: "Fourth quarter".to_owned(),
        from: portal.now().plus_days(-9),
        to: portal.now().plus_days(1),
    };
    let erin = portal.by(Who::Erin);
    let opened = portal.services.open_campaign(&erin, new).await;
    opened.expect("opened")
}

async fn seen(portal: &TestPortal, id: CampaignId) -> CampaignView {
    let view = portal.services.campaign(&portal.by(Who::Erin), id).await;
    view.expect("a campaign")
}

async fn judge(
    portal: &TestPortal,
    who: Who,
    id: CampaignId,
    item: &ItemView,
    verdict: domain::Verdict,
) -> Result<(), ServiceError> {
    let context = portal.by(who);
    let item = (id, item.item.id);
    portal
        .services
        .give_verdict(&context, item, verdict, "seen")
        .await
}

#[tokio::test]
async fn each_grant_comes_with_the_evidence_of_its_use() {
    let portal = TestPortal::new().await;
    used(&portal).await;
    let view = seen(&portal, opened(&portal).await).await;
    let [read, write] = &view.items[..] else {
        unreachable!("two grants");
    };
    let usage = &read.item.usage;
    assert_eq!((usage.uses, usage.entitled), (3, 5));
    assert_eq!(usage.weeks, [2, 1]);
    assert_eq!(usage.last_used, Some(portal.now()));
    let touched: Vec<_> = usage
        .touched
        .iter()
        .map(domain::TableName::as_str)
        .collect();
    assert_eq!(touched, ["demo.shop.orders"]);
    let usage = &write.item.usage;
    assert_eq!((usage.uses, usage.entitled, usage.last_used), (0, 1, None));
    portal.finish().await;
}

#[tokio::test]
async fn revoke_ends_the_grant_for_runs_that_are_open_too() {
    let portal = TestPortal::new().await;
    let run = used(&portal).await;
    let id = opened(&portal).await;
    let view = seen(&portal, id).await;
    let judged = judge(&portal, Who::Erin, id, &view.items[0], Revoke).await;
    judged.expect("a verdict");
    for sql in [CUSTOMERS_SQL, ORDERS_SQL] {
        let answer = portal.agent(&run).ask(sql).await;
        assert_eq!(answer.problem(), (403, "out_of_scope".to_owned()));
    }
    portal.finish().await;
}

#[tokio::test]
async fn nobody_judges_their_own_agent() {
    let portal = TestPortal::new().await;
    used(&portal).await;
    let id = opened(&portal).await;
    let view = seen(&portal, id).await;
    let refused = judge(&portal, Who::Alice, id, &view.items[0], Keep).await;
    assert_eq!(refused.expect_err("a refusal").code(), "own_access");
    for who in [Who::Bob, Who::Frank, Who::Grace, Who::Heidi] {
        let refused = judge(&portal, who, id, &view.items[0], Keep).await;
        assert_eq!(
            refused.expect_err("a refusal").code(),
            "forbidden",
            "{who:?}"
        );
    }
    assert_eq!(portal.recorded("verdict.given").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn less_than_keep_needs_a_reason() {
    let portal = TestPortal::new().await;
    used(&portal).await;
    let id = opened(&portal).await;
    let item = (id, seen(&portal, id).await.items[0].item.id);
    let erin = portal.by(Who::Erin);
    for verdict in [Reduce, Revoke] {
        let refused = portal
            .services
            .give_verdict(&erin, item, verdict, " ")
            .await;
        assert!(matches!(
            refused,
            Err(ServiceError::Invalid {
                field: "reason",
                ..
            })
        ));
    }
    let kept = portal.services.give_verdict(&erin, item, Keep, "").await;
    kept.expect("a verdict");
    portal.finish().await;
}

#[tokio::test]
async fn it_is_signed_when_all_is_judged_and_then_stays() {
    let portal = TestPortal::new().await;
    used(&portal).await;
    let id = opened(&portal).await;
    let view = seen(&portal, id).await;
    let erin = portal.by(Who::Erin);
    let sign = || {
        portal
            .services
            .sign_campaign(&erin, id, "I looked at each.")
    };
    let [first, second] = &view.items[..] else {
        unreachable!("two grants");
    };
    judge(&portal, Who::Erin, id, first, Keep)
        .await
        .expect("a verdict");
    let early = sign().await.expect_err("a refusal");
    assert_eq!(early.code(), "verdicts_missing");
    judge(&portal, Who::Erin, id, second, Revoke)
        .await
        .expect("a verdict");
    for who in [Who::Bob, Who::Frank, Who::Grace, Who::Heidi] {
        let context = portal.by(who);
        let refused = portal.services.sign_campaign(&context, id, "x").await;
        assert_eq!(
            refused.expect_err("a refusal").code(),
            "forbidden",
            "{who:?}"
        );
    }
    sign().await.expect("signed");
    let late = judge(&portal, Who::Erin, id, first, Revoke).await;
    assert_eq!(late.expect_err("a refusal").code(), "campaign_signed");
    let again = sign().await.expect_err("a refusal");
    assert_eq!(again.code(), "campaign_signed");
    let grants = portal
        .store
        .grants_of(first.agent.id)
        .await
        .expect("grants");
    assert!(grants[0].revoked_at.is_none());
    portal.finish().await;
}

#[tokio::test]
async fn its_export_is_a_line_an_item() {
    let portal = TestPortal::new().await;
    used(&portal).await;
    let id = opened(&portal).await;
    let view = seen(&portal, id).await;
    judge(&portal, Who::Erin, id, &view.items[0], Keep)
        .await
        .expect("a verdict");
    judge(&portal, Who::Erin, id, &view.items[1], Revoke)
        .await
        .expect("a verdict");
    let erin = portal.by(Who::Erin);
    let signed = portal.services.sign_campaign(&erin, id, "I looked.").await;
    signed.expect("signed");
    let path = format!("/reviews/{id}/export.csv");
    let mut text = portal.get(Who::Frank, &path).await.body;
    for (number, item) in view.items.iter().enumerate() {
        text = text.replace(&item.item.id.to_string(), &format!("[item {number}]"));
    }
    insta::assert_snapshot!(text);
    portal.finish().await;
}

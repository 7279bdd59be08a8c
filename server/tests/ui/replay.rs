//! The replay: everything that happened in a run, in order, from the ledger.

use app::api::sessions::LoadSession;

use crate::support::{CUSTOMERS_SQL, ORDERS_SQL, Reply, TestPortal, Who};

#[tokio::test]
async fn it_tells_the_whole_story() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let harmless = agent.submitted(ORDERS_SQL).await;
    portal.executed(harmless).await;
    agent.results(harmless, "text/csv").await;
    agent.ask("DROP TABLE demo.shop.orders").await;
    let (tagged, approval) = portal.pending(&agent).await;
    let own = portal
        .vote(Who::Alice, approval, domain::Ballot::Approve)
        .await;
    own.expect_err("her own");
    portal.approved_by(Who::Bob, approval).await;
    portal.executed(tagged).await;
    agent.results(tagged, "text/csv").await;
    agent.get("/api/v1/intents/none").await;
    let alice = portal.by(Who::Alice);
    let ended = portal.services.revoke_run(&alice, run.id, "done").await;
    ended.expect("ended");

    let answer = portal
        .desk::<LoadSession>(Who::Frank, &format!("run={}", run.id))
        .await;
    let session = answer.json();
    let events = session["events"].as_array().expect("events");
    let told = events.iter().map(|event| {
        let [kind, title] = ["kind", "title"].map(|key| event[key].as_str().expect("text"));
        format!("{kind}: {title}")
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
    portal.finish().await;
}

#[tokio::test]
async fn looking_at_it_is_no_release() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let intent = portal.agent(&run).submitted(ORDERS_SQL).await;
    portal.executed(intent).await;
    let before = portal.ledger().await.len();
    let page = portal
        .get(Who::Frank, &format!("/sessions/{}", run.id))
        .await;
    assert!(page.body.contains("2 rows, masked and sealed"));
    assert_eq!(portal.ledger().await.len(), before);
    portal.finish().await;
}

#[tokio::test]
async fn an_intent_reads_like_this() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply::customers());
    let intent = agent.submitted(CUSTOMERS_SQL).await;
    let approval = portal.view(intent).await.approval.expect("an approval");
    portal.approved_by(Who::Bob, approval.id).await;
    portal.executed(intent).await;
    let read = agent.get(&format!("/api/v1/intents/{intent}")).await.json();
    insta::assert_json_snapshot!(read, {
        ".id" => "[intent]",
        ".run" => "[run]",
        ".decision.policy_version" => "[version]",
        ".approval.id" => "[approval]",
        ".approval.page" => "[page]",
        ".result.url" => "[url]",
    });
    portal.finish().await;
}

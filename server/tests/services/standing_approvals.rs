//! Approvals of similar queries: who gives them, what they cover, when they end.

use axum::body::Body;
use countersign::services::Wish;
use domain::{
    ApprovalId, Ballot::Approve, IntentId, IntentState, StandingApprovalId, StandingTerms,
};
use futures::future::join_all;
use http::{Request, header};
use serde_json::json;

use crate::support::{Agent, Reply, Run, TestPortal, Who};

/// One of a kind; the others have another country.
const GERMANS: &str = "SELECT id, email FROM demo.shop.customers WHERE country = 'DE'";
const DANES: &str = "SELECT id, email FROM demo.shop.customers WHERE country = 'DK'";

fn terms(portal: &TestPortal, uses: u32) -> StandingTerms {
    StandingTerms {
        uses,
        bytes: 4096,
        until: portal.now().plus_seconds(1800),
        window: None,
    }
}

async fn asked(portal: &TestPortal, agent: &Agent<'_>, sql: &str) -> (IntentId, ApprovalId) {
    portal.warehouse.replies(Reply::customers());
    let intent = agent.submitted(sql).await;
    let approval = portal.view(intent).await.approval;
    (intent, approval.expect("an approval").id)
}

/// Bob approves one query of the kind, and similar ones on these terms.
async fn granted(portal: &TestPortal, run: &Run, terms: StandingTerms) -> StandingApprovalId {
    let (_, approval) = asked(portal, &portal.agent(run), GERMANS).await;
    let bob = portal.by(Who::Bob);
    let wish = Wish::Propose(terms);
    let state = portal
        .services
        .approve_similar(&bob, approval, "a report", &wish)
        .await;
    assert_eq!(state.expect("approved"), IntentState::Approved);
    only(portal).await
}

async fn only(portal: &TestPortal) -> StandingApprovalId {
    let carol = portal.by(Who::Carol);
    let all = portal.services.standing_approvals(&carol).await;
    let all = all.expect("standing approvals");
    assert_eq!(all.len(), 1);
    all[0].standing.id
}

async fn state_of(portal: &TestPortal, agent: &Agent<'_>, sql: &str) -> IntentState {
    portal.warehouse.replies(Reply::customers());
    let intent = agent.submitted(sql).await;
    portal.standing(intent).await.0
}

/// An intent that a standing approval approved and that nobody has executed yet.
async fn covered(portal: &TestPortal, uses: u32) -> (Run, StandingApprovalId, IntentId) {
    let run = portal.run().await;
    let standing = granted(portal, &run, terms(portal, uses)).await;
    portal.warehouse.replies(Reply::customers());
    let intent = portal.agent(&run).submitted(DANES).await;
    assert_eq!(portal.standing(intent).await.0, IntentState::Approved);
    (run, standing, intent)
}

async fn assert_ends(portal: TestPortal, intent: IntentId, state: IntentState, code: &str) {
    let expected = (state, Some(code.to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_similar_query_runs_without_asking_and_names_what_approved_it() {
    let portal = TestPortal::new().await;
    let (run, standing, intent) = covered(&portal, 2).await;
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    let rows = portal.agent(&run).results(intent, "text/csv").await;
    assert_eq!(rows.body, "id,email\n7,XXXXX@example.com\n");
    let decision = portal.view(intent).await.decision.expect("a decision");
    let named = decision.reasons.iter().map(|reason| reason.policy.as_str());
    assert!(named.into_iter().any(|id| id == standing.to_string()));
    let used = portal.recorded("standing_approval.used").await;
    assert_eq!(used[0]["intent"], intent.to_string());
    portal.finish().await;
}

#[tokio::test]
async fn whatever_is_not_similar_is_asked_about() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    granted(&portal, &run, terms(&portal, 9)).await;
    let agent = portal.agent(&run);
    for sql in [
        "SELECT id, email FROM demo.shop.customers",
        "SELECT id, email FROM demo.shop.customers WHERE country <> 'DE'",
        "SELECT id, email FROM demo.shop.customers WHERE ssn = 'DE'",
        "SELECT id, email FROM demo.shop.customers WHERE country = 'DE' OR id = 1",
    ] {
        let state = state_of(&portal, &agent, sql).await;
        assert_eq!(state, IntentState::PendingApproval, "{sql}");
    }
    // Nor is what another agent asks.
    let other = portal.register("other", &["read demo.shop.*"]).await;
    let other = portal.open_run(other).await;
    let state = state_of(&portal, &portal.agent(&other), GERMANS).await;
    assert_eq!(state, IntentState::PendingApproval);
    // Another run of the same agent is the same agent.
    let again = portal.open_run(run.agent).await;
    let state = state_of(&portal, &portal.agent(&again), DANES).await;
    assert_eq!(state, IntentState::Approved);
    portal.finish().await;
}

#[tokio::test]
async fn another_default_dataset_is_another_kind() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    granted(&portal, &run, terms(&portal, 9)).await;
    portal.warehouse.replies(Reply::customers());
    let dataset = json!({"datasetId": "crm"});
    let query = json!({"query": DANES, "useLegacySql": false, "defaultDataset": dataset});
    let job = json!({"configuration": {"query": query}}).to_string();
    let request = Request::post("/bigquery/v2/projects/demo/jobs");
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let agent = portal.agent(&run);
    let job = agent.send(request, Body::from(job)).await.json();
    let intent = job["configuration"]["labels"]["countersign_intent"].as_str();
    let intent = intent.expect("a label").parse().expect("an intent's id");
    assert_eq!(
        portal.standing(intent).await.0,
        IntentState::PendingApproval
    );
    assert_eq!(
        state_of(&portal, &agent, DANES).await,
        IntentState::Approved
    );
    portal.finish().await;
}

#[tokio::test]
async fn another_answer_of_the_warehouse_is_another_kind() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    granted(&portal, &run, terms(&portal, 9)).await;
    let agent = portal.agent(&run);
    portal.warehouse.replies(Reply {
        bytes: 4097,
        ..Reply::customers()
    });
    let dear = agent.submitted(DANES).await;
    assert_eq!(portal.standing(dear).await.0, IntentState::PendingApproval);
    portal.warehouse.replies(Reply {
        schema: crate::support::columns(&["id INT64", "email BYTES"]),
        ..Reply::customers()
    });
    let other = agent.submitted(DANES).await;
    assert_eq!(portal.standing(other).await.0, IntentState::PendingApproval);
    portal.finish().await;
}

#[tokio::test]
async fn of_many_at_once_only_so_many_are_covered() {
    let portal = TestPortal::configured("[approvals]\npending_per_run = 100\n").await;
    let run = portal.run().await;
    granted(&portal, &run, terms(&portal, 3)).await;
    let agent = portal.agent(&run);
    portal.warehouse.replies(Reply::customers());
    let intents = join_all((0..12).map(|_| agent.submitted(DANES))).await;
    let mut approved = 0;
    for intent in intents {
        match portal.standing(intent).await.0 {
            IntentState::Approved => approved += 1,
            state => assert_eq!(state, IntentState::PendingApproval),
        }
    }
    assert_eq!(approved, 3);
    assert_eq!(portal.recorded("standing_approval.used").await.len(), 3);
    portal.finish().await;
}

#[tokio::test]
async fn revoking_counts_at_once_for_what_has_not_begun() {
    let portal = TestPortal::new().await;
    let (run, standing, intent) = covered(&portal, 5).await;
    let carol = portal.by(Who::Carol);
    let revoked = portal
        .services
        .revoke_standing_approval(&carol, standing, "the report moved")
        .await;
    revoked.expect("revoked");
    let gone = (
        IntentState::Stale,
        Some("standing_approval_revoked".to_owned()),
    );
    assert_eq!(portal.standing(intent).await, gone);
    let state = state_of(&portal, &portal.agent(&run), DANES).await;
    assert_eq!(state, IntentState::PendingApproval);
    let again = portal
        .services
        .revoke_standing_approval(&carol, standing, "again")
        .await;
    let code = "standing_approval_revoked";
    assert_eq!(again.expect_err("a conflict").code(), code);
    assert_ends(portal, intent, IntentState::Stale, code).await;
}

#[tokio::test]
async fn who_has_no_say_does_not_revoke() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let standing = granted(&portal, &run, terms(&portal, 5)).await;
    for who in [Who::Frank, Who::Heidi] {
        let refused = portal
            .services
            .revoke_standing_approval(&portal.by(who), standing, "why not")
            .await;
        assert_eq!(refused.expect_err("a refusal").code(), "forbidden");
    }
    let refusals = portal.recorded("standing_approval.refused").await;
    assert_eq!(refusals.len(), 2);
    // Those of others are not even listed for who only opens runs.
    let heidi = portal.by(Who::Heidi);
    let listed = portal.services.standing_approvals(&heidi).await;
    assert_eq!(listed.expect("a list").len(), 0);
    // The agent's owner does.
    let alice = portal.by(Who::Alice);
    let revoked = portal
        .services
        .revoke_standing_approval(&alice, standing, "done");
    revoked.await.expect("revoked");
    portal.finish().await;
}

#[tokio::test]
async fn it_counts_at_use_or_nothing_runs() {
    let portal = TestPortal::new().await;
    let (_, _, intent) = covered(&portal, 5).await;
    portal.clock.advance(1800);
    let code = "standing_approval_expired";
    assert_ends(portal, intent, IntentState::Expired, code).await;
}

#[tokio::test]
async fn outside_of_its_hours_nothing_runs() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let window = r#"{"zone":"UTC","hours":{"from":"22:00","to":"00:05"}}"#;
    let terms = StandingTerms {
        window: Some(serde_json::from_str(window).expect("a window")),
        ..terms(&portal, 5)
    };
    // It is midnight.
    granted(&portal, &run, terms).await;
    portal.warehouse.replies(Reply::customers());
    let intent = portal.agent(&run).submitted(DANES).await;
    assert_eq!(portal.standing(intent).await.0, IntentState::Approved);
    portal.clock.advance(300);
    let state = state_of(&portal, &portal.agent(&run), DANES).await;
    assert_eq!(state, IntentState::PendingApproval);
    let code = "standing_approval_outside_window";
    assert_ends(portal, intent, IntentState::Expired, code).await;
}

#[tokio::test]
async fn without_its_voters_nothing_runs() {
    let portal = TestPortal::new().await;
    let (run, _, intent) = covered(&portal, 5).await;
    let grace = portal.by(Who::Grace);
    let disabled = portal
        .services
        .disable_person(&grace, Who::Bob.id(), "left")
        .await;
    disabled.expect("disabled");
    let state = state_of(&portal, &portal.agent(&run), DANES).await;
    assert_eq!(state, IntentState::PendingApproval);
    let code = "standing_approval_voter_gone";
    assert_ends(portal, intent, IntentState::Stale, code).await;
}

#[tokio::test]
async fn another_policy_voids_it() {
    let mut portal = TestPortal::new().await;
    let (run, _, intent) = covered(&portal, 5).await;
    portal.restart("[policy]\nbuiltin = \"strict\"\n").await;
    let state = state_of(&portal, &portal.agent(&run), DANES).await;
    assert_eq!(state, IntentState::PendingApproval);
    let (ended, _) = portal.executed(intent).await;
    assert_eq!(ended, IntentState::Stale);
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn another_tag_is_another_kind() {
    let portal = TestPortal::new().await;
    let (run, _, intent) = covered(&portal, 5).await;
    let columns = crate::support::columns(&[
        "id INT64 pii.id",
        "email STRING pii.email",
        "ssn STRING pii.ssn",
        "country STRING",
    ]);
    portal
        .warehouse
        .change_table("demo.shop.customers", columns);
    portal.services.refresh_catalog().await.expect("a catalog");
    let state = state_of(&portal, &portal.agent(&run), DANES).await;
    assert_eq!(state, IntentState::PendingApproval);
    assert_ends(portal, intent, IntentState::Stale, "approval_stale").await;
}

#[tokio::test]
async fn everybody_who_approves_has_to_agree() {
    let portal = TestPortal::configured("[policy]\nbuiltin = \"strict\"\n").await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let (bob, carol) = (portal.by(Who::Bob), portal.by(Who::Carol));
    let propose = Wish::Propose(terms(&portal, 5));
    // Carol approves this one only.
    let (_, approval) = asked(&portal, &agent, GERMANS).await;
    let services = &portal.services;
    let proposed = services.approve_similar(&bob, approval, "", &propose).await;
    assert_eq!(proposed.expect("a vote"), IntentState::PendingApproval);
    let decided = portal.vote(Who::Carol, approval, Approve).await;
    assert_eq!(decided.expect("a vote"), IntentState::Approved);
    assert_eq!(portal.recorded("standing_approval.granted").await.len(), 0);
    let state = state_of(&portal, &agent, DANES).await;
    assert_eq!(state, IntentState::PendingApproval);
    // Carol agrees to the very terms.
    let (_, approval) = asked(&portal, &agent, GERMANS).await;
    let proposed = services.approve_similar(&bob, approval, "", &propose).await;
    proposed.expect("a vote");
    let other = services.approve_similar(&carol, approval, "", &propose);
    let code = "standing_approval_proposed";
    assert_eq!(other.await.expect_err("a conflict").code(), code);
    let approval_record = portal.store.approval(approval).await.expect("read");
    let proposal = services
        .standing_proposal(&carol, &approval_record.expect("an approval"))
        .await;
    let proposal = proposal.expect("read").expect("a proposal").standing.id;
    let agree = Wish::Agree(proposal);
    let decided = services.approve_similar(&carol, approval, "", &agree).await;
    assert_eq!(decided.expect("a vote"), IntentState::Approved);
    let state = state_of(&portal, &agent, DANES).await;
    assert_eq!(state, IntentState::Approved);
    portal.finish().await;
}

#[tokio::test]
async fn terms_are_bounded() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let (_, approval) = asked(&portal, &portal.agent(&run), GERMANS).await;
    let bob = portal.by(Who::Bob);
    let fine = terms(&portal, 5);
    let wrong = [
        (
            "uses",
            StandingTerms {
                uses: 0,
                ..fine.clone()
            },
        ),
        (
            "uses",
            StandingTerms {
                uses: 1001,
                ..fine.clone()
            },
        ),
        (
            "bytes",
            StandingTerms {
                bytes: 2047,
                ..fine.clone()
            },
        ),
        (
            "bytes",
            StandingTerms {
                bytes: (10 << 20) + 1,
                ..fine.clone()
            },
        ),
        (
            "until",
            StandingTerms {
                until: portal.now(),
                ..fine.clone()
            },
        ),
        (
            "window",
            StandingTerms {
                window: serde_json::from_str(r#"{"zone":"Europe/Atlantis"}"#).ok(),
                ..fine.clone()
            },
        ),
    ];
    for (wrong_field, terms) in wrong {
        let wish = Wish::Propose(terms);
        let refused = portal
            .services
            .approve_similar(&bob, approval, "", &wish)
            .await;
        let error = refused.expect_err(wrong_field);
        let countersign::services::ServiceError::Invalid { field, .. } = error else {
            panic!("{wrong_field}: {error:?}");
        };
        assert_eq!(field, wrong_field);
    }
    // What would outlive the agent, or thirty days, is cut short.
    let for_ever = StandingTerms {
        until: portal.now().plus_days(400),
        ..fine
    };
    let preview = portal
        .services
        .preview_standing(&bob, approval, Some(&for_ever));
    let preview = preview.await.expect("a preview");
    let settled = preview.terms.expect("terms");
    assert_eq!(settled.until, portal.now().plus_days(30));
    portal.finish().await;
}

#[tokio::test]
async fn what_is_grave_is_approved_once() {
    let portal = TestPortal::new().await;
    let grants = ["read demo.shop.*", "write demo.shop.*"];
    let agent = portal.register("loader", &grants).await;
    let run = portal.open_run(agent).await;
    let agent = portal.agent(&run);
    let bob = portal.by(Who::Bob);
    portal.warehouse.replies(Reply {
        statement_type: "INSERT",
        schema: Vec::new(),
        ..Reply::orders()
    });
    let insert = "INSERT INTO demo.shop.orders (id, country) SELECT 1, 'DE'";
    let written = agent.submitted(insert).await;
    portal.warehouse.replies(Reply::customers());
    let extract = "SELECT id, REGEXP_EXTRACT(email, @part) AS email FROM demo.shop.customers";
    let parameter = serde_json::json!([{ "name": "part", "type": "STRING", "value": "(.*)" }]);
    let body = serde_json::json!({ "sql": extract, "parameters": parameter });
    let answer = agent.submit(&portal.fresh_key(), &body).await;
    let shown: IntentId = answer.json()["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let unmasking = serde_json::json!({
        "sql": GERMANS,
        "unmask": ["demo.shop.customers.email"],
        "unmask_reason": "The customers are called",
    });
    let answer = agent.submit(&portal.fresh_key(), &unmasking).await;
    let unmasked: IntentId = answer.json()["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    for (intent, code) in [
        (unmasked, "similar_unmasks"),
        (written, "similar_writes"),
        (shown, "similar_shows_parameter"),
    ] {
        let approval = portal.view(intent).await.approval.expect("an approval").id;
        let wish = Wish::Propose(terms(&portal, 5));
        let refused = portal
            .services
            .approve_similar(&bob, approval, "", &wish)
            .await;
        assert_eq!(refused.expect_err(code).code(), code);
        let state = portal.standing(intent).await.0;
        assert_eq!(state, IntentState::PendingApproval);
    }
    assert_eq!(portal.recorded("standing_approval.refused").await.len(), 3);
    portal.finish().await;
}

#[tokio::test]
async fn nobody_who_may_not_vote_grants_anything() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let (intent, approval) = asked(&portal, &portal.agent(&run), GERMANS).await;
    let wish = Wish::Propose(terms(&portal, 5));
    for (who, code) in [
        (Who::Alice, "own_request"),
        (Who::Dave, "not_in_approver_group"),
        (Who::Frank, "not_an_approver"),
    ] {
        let refused = portal
            .services
            .approve_similar(&portal.by(who), approval, "", &wish)
            .await;
        assert_eq!(refused.expect_err(code).code(), code);
    }
    let state = portal.standing(intent).await.0;
    assert_eq!(state, IntentState::PendingApproval);
    assert_eq!(portal.recorded("standing_approval.proposed").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_preview_tells_what_would_have_been_covered() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let (dane, _) = asked(&portal, &agent, DANES).await;
    portal.warehouse.replies(Reply {
        bytes: 4000,
        ..Reply::customers()
    });
    let dear = agent.submitted(DANES).await;
    portal.warehouse.replies(Reply::customers());
    agent
        .submitted("SELECT id, email FROM demo.shop.customers")
        .await;
    portal.clock.advance(60);
    let (_, approval) = asked(&portal, &agent, GERMANS).await;
    portal.clock.advance(1);
    let small = StandingTerms {
        bytes: 3000,
        ..terms(&portal, 5)
    };
    let bob = portal.by(Who::Bob);
    let preview = portal
        .services
        .preview_standing(&bob, approval, Some(&small));
    let preview = preview.await.expect("a preview");
    let found: Vec<_> = preview
        .past
        .iter()
        .map(|(query, covered)| (query.intent, *covered))
        .collect();
    assert_eq!(found, [(dear, false), (dane, true)]);
    assert_eq!((preview.covered(), preview.looked_at), (1, 4));
    portal.finish().await;
}

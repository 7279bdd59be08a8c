//! Whatever changes something says so in the ledger, in the name of who did it.

use axum::body::Body;
use countersign::{context::Actor, warehouse::TableDescription};
use domain::{Conditions, DeviceRequestId, Digest, PersonId, Role, Scope, SignInId, Tag};
use http::{Request, header};
use sha2::{Digest as _, Sha256};
use store::{AskedRun, NewBrowserSession, NewDeviceRequest, SessionOwner, WorkloadEvidence};
use url::form_urlencoded;
use uuid::Uuid;

use super::listing::concrete;
use crate::{
    identity::site::Site,
    oauth::authorize,
    support::{CUSTOMERS_SQL, TestPortal, Who, columns},
};

/// What people can change, and the entry that tells of it.
pub const CHANGES: [(&str, &str); 39] = [
    ("/runs/{id}/credentials", "run.credentials_issued"),
    ("/ui/answer_authorization", "authorization.granted"),
    ("/ui/answer_device_request", "device.decided"),
    ("/ui/answer_question", "question.answered"),
    ("/ui/approve_similar", "vote.cast"),
    ("/ui/approve_with_conditions", "approval.narrowed"),
    ("/ui/ask_again", "intent.received"),
    ("/ui/ask_question", "question.asked"),
    ("/ui/begin_policy_draft", "policy.drafted"),
    ("/ui/break_glass", "break_glass.declared"),
    ("/ui/choose_digest", "digest.chosen"),
    ("/ui/confirm_agent", "agent.confirmed"),
    ("/ui/decide", "vote.cast"),
    ("/ui/decide_suggestion", "catalog.column_tagged"),
    ("/ui/delegate", "delegation.granted"),
    ("/ui/deliver_again", "delivery.owed_again"),
    ("/ui/disable_person", "person.disabled"),
    ("/ui/discard_policy", "policy.discarded"),
    ("/ui/enable_person", "person.enabled"),
    ("/ui/end_session", "person.sessions_ended"),
    ("/ui/end_sessions", "person.sessions_ended"),
    ("/ui/enter_device_code", "device.code_entered"),
    ("/ui/give_verdict", "verdict.given"),
    ("/ui/judge_exception", "exception.decided"),
    ("/ui/open_campaign", "campaign.opened"),
    ("/ui/open_run", "run.opened"),
    ("/ui/propose_agent", "agent.proposed"),
    ("/ui/propose_policy", "policy.proposed"),
    ("/ui/publish_policy", "policy.published"),
    ("/ui/resume_agent", "agent.resumed"),
    ("/ui/revoke_agent", "agent.revoked"),
    ("/ui/revoke_run", "run.revoked"),
    ("/ui/revoke_standing_approval", "standing_approval.revoked"),
    ("/ui/save_policy_draft", "policy.drafted"),
    ("/ui/sign_campaign", "campaign.signed"),
    ("/ui/suspend_agent", "agent.suspended"),
    ("/ui/tag_column", "catalog.column_tagged"),
    ("/ui/take_back_delegation", "delegation.revoked"),
    ("/ui/untag_column", "catalog.column_untagged"),
];

/// Whose people break the glass.
const ON_CALL: &str = "[approvals]\nbreak_glass_groups = [\"finance\"]\n";

/// Who fills in the form of a page, and with what.
type Form = (Who, Vec<(&'static str, String)>);

/// Brings a portal to where this can be changed, and fills in the form.
async fn ready(portal: &TestPortal, address: &str) -> Form {
    match address {
        "/ui/decide" => on_approval(portal).await,
        "/ui/approve_with_conditions"
        | "/ui/ask_again"
        | "/ui/break_glass"
        | "/ui/judge_exception" => on_terms(portal, address).await,
        "/ui/ask_question" | "/ui/answer_question" => on_question(portal, address).await,
        "/ui/approve_similar" | "/ui/revoke_standing_approval" => {
            on_standing(portal, address).await
        }
        "/ui/delegate" | "/ui/take_back_delegation" => on_delegation(portal, address).await,
        "/ui/choose_digest" => (Who::Heidi, vec![("wanted", text("false"))]),
        "/ui/decide_suggestion" => on_suggestion(portal).await,
        "/ui/tag_column" | "/ui/untag_column" => on_tag(portal, address).await,
        "/ui/deliver_again" => on_delivery(portal).await,
        "/ui/propose_agent" => (Who::Alice, proposal()),
        "/ui/confirm_agent" | "/ui/resume_agent" | "/ui/revoke_agent" | "/ui/suspend_agent" => {
            on_agent(portal, address).await
        }
        "/ui/enter_device_code" | "/ui/answer_device_request" => on_device(portal, address).await,
        "/ui/answer_authorization" => on_authorization(portal).await,
        "/runs/{id}/credentials" | "/ui/open_run" | "/ui/revoke_run" => {
            on_run(portal, address).await
        }
        "/ui/open_campaign" | "/ui/give_verdict" | "/ui/sign_campaign" => {
            on_campaign(portal, address).await
        }
        "/ui/begin_policy_draft" => (Who::Grace, vec![("title", text("Less"))]),
        "/ui/discard_policy"
        | "/ui/propose_policy"
        | "/ui/publish_policy"
        | "/ui/save_policy_draft" => on_draft(portal, address).await,
        _ => on_person(portal, address).await,
    }
}

/// Erin wrote it, so that Grace may publish.
async fn on_draft(portal: &TestPortal, address: &str) -> Form {
    let mut erin = portal.by(Who::Erin);
    if let Actor::Person(person) = &mut erin.actor {
        person.roles.insert(Role::Administrator);
    }
    let draft = portal.services.begin_draft(&erin, "Less").await;
    let draft = draft.expect("a draft");
    let mut revision = 1;
    if address == "/ui/publish_policy" {
        let proposed = portal.services.propose_draft(&erin, (draft, revision));
        proposed.await.expect("proposed");
        revision += 1;
    }
    let mut fields = vec![
        ("draft", draft.to_string()),
        ("revision", revision.to_string()),
    ];
    if address == "/ui/save_policy_draft" {
        fields.push(("files[0][name]", text("mine.cedar")));
        fields.push(("files[0][text]", text("// Nothing yet.")));
    }
    (Who::Grace, fields)
}

async fn on_approval(portal: &TestPortal) -> Form {
    let (_, approval) = portal.pending(&portal.agent_at_work().await).await;
    let fields = [("approval", approval.to_string()), ("ballot", text("deny"))];
    (Who::Bob, fields.into())
}

async fn on_terms(portal: &TestPortal, address: &str) -> Form {
    let (intent, approval) = portal.pending(&portal.agent_at_work().await).await;
    let field = ("approval", approval.to_string());
    match address {
        "/ui/approve_with_conditions" => {
            let (bob, own) = (portal.by(Who::Bob), Conditions::default().with_row_cap(1));
            let seen = portal
                .services
                .preview_conditions(&bob, approval, own)
                .await;
            let digest = ("digest", seen.expect("seen").digest.to_string());
            let conditions = ("conditions", text(r#"{"row_cap":1}"#));
            (Who::Bob, vec![field, conditions, digest])
        }
        "/ui/ask_again" => {
            portal.approved_by(Who::Bob, approval).await;
            let loaded = |table: &mut TableDescription| table.etag = Some(text("loaded"));
            portal.warehouse.describe("demo.shop.customers", loaded);
            portal.execute(intent).await.expect("executed");
            (Who::Alice, vec![field])
        }
        _ => {
            let reason = ("reason", text("Checkout is down, nobody answers"));
            let breaking = vec![field, reason.clone(), ("ticket", text("INC-7"))];
            if address == "/ui/break_glass" {
                return (Who::Dave, breaking);
            }
            send(portal, "/ui/break_glass", (Who::Dave, breaking)).await;
            let exceptions = portal.services.exceptions(&portal.by(Who::Erin)).await;
            let exception = exceptions.expect("exceptions")[0].exception.id.to_string();
            let verdict = ("verdict", text("justified"));
            (Who::Erin, vec![("exception", exception), verdict, reason])
        }
    }
}

async fn on_question(portal: &TestPortal, address: &str) -> Form {
    let (_, approval) = portal.pending(&portal.agent_at_work().await).await;
    let approval_field = ("approval", approval.to_string());
    let asking = vec![approval_field.clone(), ("question", text("Why?"))];
    if address == "/ui/ask_question" {
        return (Who::Bob, asking);
    }
    let bob = portal.by(Who::Bob);
    let asked = portal.services.ask_question(&bob, approval, "Why?").await;
    let question = ("question", asked.expect("asked").to_string());
    let fields = [approval_field, question, ("answer", text("A report"))];
    (Who::Alice, fields.into())
}

async fn on_standing(portal: &TestPortal, address: &str) -> Form {
    let (_, approval) = portal.pending(&portal.agent_at_work().await).await;
    let until = portal.now().plus_days(1).micros();
    let terms = format!(r#"{{"uses":5,"bytes":4096,"until":{until}}}"#);
    let granting = vec![("approval", approval.to_string()), ("terms", terms)];
    if address == "/ui/approve_similar" {
        return (Who::Bob, granting);
    }
    send(portal, "/ui/approve_similar", (Who::Bob, granting)).await;
    let carol = portal.by(Who::Carol);
    let granted = portal.services.standing_approvals(&carol).await;
    let standing = granted.expect("granted")[0].standing.id.to_string();
    let fields = [("standing", standing), ("reason", text("done"))];
    (Who::Carol, fields.into())
}

fn proposal() -> Vec<(&'static str, String)> {
    vec![
        ("name", text("churn-model")),
        ("purpose", text("Predicts churn")),
        ("expires", text("2026-12-01")),
        ("grants", text("read demo.shop.*")),
    ]
}

async fn on_agent(portal: &TestPortal, address: &str) -> Form {
    let agent = if address == "/ui/confirm_agent" {
        let new = portal.new_agent("churn-model", &["read demo.shop.*"]);
        let alice = portal.by(Who::Alice);
        let proposed = portal.services.propose_agent(&alice, new).await;
        proposed.expect("proposed")
    } else {
        portal.register("churn-model", &["read demo.shop.*"]).await
    };
    let fields = vec![("agent", agent.to_string()), ("reason", text("done"))];
    if address == "/ui/resume_agent" {
        let suspending = (Who::Grace, fields.clone());
        send(portal, "/ui/suspend_agent", suspending).await;
    }
    (Who::Grace, fields)
}

async fn on_run(portal: &TestPortal, address: &str) -> Form {
    let run = portal.run().await;
    let fields = if address == "/ui/open_run" {
        vec![
            ("agent", run.agent.to_string()),
            ("purpose", text("Count orders")),
            ("minutes", text("60")),
        ]
    } else {
        vec![("run", run.id.to_string()), ("reason", text("done"))]
    };
    (Who::Alice, fields)
}

async fn on_authorization(portal: &TestPortal) -> Form {
    let agent = portal.register("desktop", &["read demo.shop.*"]).await;
    let fields = [
        ("request", authorize::query(agent)),
        ("answer", text("open")),
        ("purpose", text("Count orders")),
        ("minutes", text("60")),
    ];
    (Who::Alice, fields.into())
}

async fn on_device(portal: &TestPortal, address: &str) -> Form {
    let code = "BCDFGHJK";
    let request = NewDeviceRequest {
        id: DeviceRequestId::new(Uuid::from_u128(5)),
        device_code_hash: text("a hash"),
        user_code_hash: hex::encode(Sha256::digest(code)),
        agent: portal.register("nightly", &["read demo.shop.*"]).await,
        key_thumbprint: None,
        workload: WorkloadEvidence {
            issuer: text("https://ci.example.com"),
            subject: text("nightly"),
            digest: Digest::from_bytes([0; 32]),
            facts: Vec::new(),
        },
        asked: AskedRun {
            scope: Scope::default(),
            purpose: text("Count orders"),
            ticket: String::new(),
            minutes: 30,
            audience: None,
        },
        expires_at: portal.now().plus_seconds(600),
        interval_seconds: 5,
    };
    let mut tx = portal
        .store
        .begin("test", portal.now())
        .await
        .expect("begun");
    tx.insert_device_request(&request).await.expect("inserted");
    tx.commit().await.expect("committed");
    let typed = (Who::Alice, vec![("code", text(code))]);
    if address == "/ui/enter_device_code" {
        return typed;
    }
    send(portal, "/ui/enter_device_code", typed).await;
    let fields = [
        ("request", request.id.to_string()),
        ("answer", text("refuse")),
    ];
    (Who::Alice, fields.into())
}

async fn on_campaign(portal: &TestPortal, address: &str) -> Form {
    portal.register("churn-model", &["read demo.shop.*"]).await;
    let opening = vec![
        ("name", text("Fourth quarter")),
        ("from", text("2026-10-01")),
        ("to", text("2026-11-30")),
    ];
    if address == "/ui/open_campaign" {
        return (Who::Erin, opening);
    }
    send(portal, "/ui/open_campaign", (Who::Erin, opening)).await;
    let erin = portal.by(Who::Erin);
    let campaigns = portal.services.campaigns(&erin).await.expect("campaigns");
    let campaign = campaigns[0].campaign.id;
    let view = portal.services.campaign(&erin, campaign).await;
    let item = view.expect("a campaign").items[0].item.id;
    let verdict = vec![
        ("campaign", campaign.to_string()),
        ("item", item.to_string()),
        ("verdict", text("keep")),
    ];
    if address == "/ui/give_verdict" {
        return (Who::Erin, verdict);
    }
    send(portal, "/ui/give_verdict", (Who::Erin, verdict)).await;
    let fields = [
        ("campaign", campaign.to_string()),
        ("statement", text("Seen")),
    ];
    (Who::Erin, fields.into())
}

async fn on_delivery(portal: &TestPortal) -> Form {
    portal.pending(&portal.agent_at_work().await).await;
    portal.mails.refuses_for_good();
    let sent = portal.services.send_due_mails(&portal.system()).await;
    sent.expect("given up");
    let grace = portal.by(Who::Grace);
    let given_up = portal.services.troubled_deliveries(&grace);
    let delivery = given_up.await.expect("read")[0].delivery.id;
    (Who::Grace, vec![("delivery", delivery.to_string())])
}

async fn on_suggestion(portal: &TestPortal) -> Form {
    portal.warehouse.describe("demo.shop.orders", |table| {
        table.columns.extend(columns(&["contact_email STRING"]));
    });
    portal.services.refresh_catalog().await.expect("a catalog");
    let fields = [
        ("column", text("demo.shop.orders.contact_email")),
        ("tag", text("pii.email")),
        ("accept", text("true")),
    ];
    (Who::Grace, fields.into())
}

async fn on_tag(portal: &TestPortal, address: &str) -> Form {
    let column = text("demo.shop.orders.country");
    if address == "/ui/untag_column" {
        let (name, tag) = (column.parse().expect("a column"), Tag::new("pii.address"));
        let grace = portal.by(Who::Grace);
        let tagged = portal.services.tag_column(&grace, &name, &tag);
        tagged.await.expect("tagged");
    }
    let fields = [
        ("column", column),
        ("tag", text("pii.address")),
        ("reason", text("it is none")),
    ];
    (Who::Grace, fields.into())
}

async fn on_delegation(portal: &TestPortal, address: &str) -> Form {
    let (bob, dave) = (portal.by(Who::Bob), Who::Dave.id());
    if address == "/ui/delegate" {
        let days = [("from", text("2026-11-02")), ("until", text("2026-11-09"))];
        let delegate = ("delegate", dave.to_string());
        return (Who::Bob, [vec![delegate], days.into()].concat());
    }
    let dates = (portal.now(), portal.now().plus_days(7));
    let granted = portal.services.delegate(&bob, dave, dates).await;
    let delegation = granted.expect("granted").to_string();
    (Who::Bob, vec![("delegation", delegation)])
}

async fn on_person(portal: &TestPortal, address: &str) -> Form {
    let person = Who::Bob.id();
    let fields = vec![("person", person.to_string()), ("reason", text("on leave"))];
    match address {
        "/ui/enable_person" => {
            let disabling = (Who::Grace, fields.clone());
            send(portal, "/ui/disable_person", disabling).await;
            (Who::Grace, fields)
        }
        "/ui/end_session" => {
            let sign_in = session_of(portal, person).await;
            let fields = [
                ("person", person.to_string()),
                ("sign_in", sign_in.to_string()),
            ];
            (Who::Grace, fields.into())
        }
        _ => (Who::Grace, fields),
    }
}

async fn session_of(portal: &TestPortal, person: PersonId) -> SignInId {
    let sign_in = SignInId::new(Uuid::from_u128(77));
    let session = NewBrowserSession {
        id_hash: text("a hash"),
        data: text("{}"),
        expires_at: portal.now().plus_seconds(600),
        owner: Some(SessionOwner {
            sign_in,
            person,
            issuer: text("https://login.example.com"),
            sid: None,
            started_at: portal.now(),
        }),
    };
    let created = portal.store.create_browser_session(&session).await;
    created.expect("a session");
    sign_in
}

/// Sends a form as its page does, and looks that it was taken: the browser goes to a page, or
/// gets a file.
async fn send(portal: &TestPortal, address: &str, (who, fields): Form) {
    let run = fields.iter().find(|(name, _)| *name == "run");
    let address = &run.map_or(address.to_owned(), |(_, id)| address.replace("{id}", id));
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = Request::post(address)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("a request");
    let answer = portal.page(who, request).await;
    let is_file = answer.headers.contains_key(header::CONTENT_DISPOSITION);
    let is_taken = answer.status.is_redirection() || is_file;
    assert!(is_taken, "{address}: {answer:?}");
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter().count();
    assert_eq!(cookies, 0, "{address}: the form came back: {answer:?}");
}

fn text(text: &str) -> String {
    text.to_owned()
}

#[tokio::test]
async fn every_change_by_people_leaves_its_entry() {
    for (address, event) in CHANGES {
        let portal = TestPortal::configured(ON_CALL).await;
        let form = ready(&portal, address).await;
        let by = form.0.id().to_string();
        let before = portal.ledger().await.len();
        send(&portal, address, form).await;
        let entries = portal.ledger().await.split_off(before);
        let tells = entries
            .iter()
            .any(|entry| entry.event == event && entry.actor == by);
        assert!(tells, "{address}: {entries:#?}");
        portal.finish().await;
    }
}

#[tokio::test]
async fn every_change_by_agents_leaves_its_entry() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let other = portal.open_run(run.agent).await;
    let agent = portal.agent(&run);
    let (intent, _) = portal.pending(&agent).await;
    let address = |path: &str| concrete(path).replace("/x/", &format!("/{intent}/"));
    let submission = serde_json::json!({ "sql": CUSTOMERS_SQL }).to_string();
    let changes = [
        (
            &run,
            Request::post("/api/v1/intents")
                .header(header::CONTENT_TYPE, "application/json")
                .header("idempotency-key", portal.fresh_key()),
            submission,
            "intent.received",
        ),
        (
            &run,
            Request::post(address("/api/v1/intents/{id}/cancel")),
            String::new(),
            "intent.moved",
        ),
        (
            &run,
            Request::post("/api/v1/runs/current/renew"),
            String::new(),
            "run.token_renewed",
        ),
        (
            &other,
            Request::delete("/api/v1/runs/current"),
            String::new(),
            "run.revoked",
        ),
    ];
    for (run, request, body, event) in changes {
        let before = portal.ledger().await.len();
        let answer = portal.agent(run).send(request, Body::from(body)).await;
        assert!(answer.status.is_success(), "{event}: {answer:?}");
        let entries = portal.ledger().await.split_off(before);
        let tells = entries
            .iter()
            .any(|entry| entry.event == event && entry.run == Some(run.id));
        assert!(tells, "{event}: {entries:#?}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn coming_and_going_leave_their_entries() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    assert_eq!(site.ledger().await[0].event, "person.signed_in");
    browser.get("/").await;
    browser.submit("/signout", &[]).await;
    assert_eq!(site.ledger().await[0].event, "person.signed_out");
}

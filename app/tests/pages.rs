//! Pages as a browser without JavaScript gets them, and what their forms send.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

mod samples;

use std::sync::Arc;

use app::api::{authorizations::AnswerAuthorization, devices::EnterDeviceCode};
use axum::{
    body::{Body, to_bytes},
    http::{
        Request, Response, StatusCode,
        header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE},
    },
};
use domain::{Role, Timestamp};
use leptos::{config::LeptosOptions, prelude::provide_context, server_fn::ServerFn as _};
use samples::{
    Amount, agent_id, approval_id, campaign_id, desks, device_request_id, draft_id, hash, item_id,
    person, run_id,
};
use tower::ServiceExt;

const FORM: &str = "application/x-www-form-urlencoded";

async fn send(amount: Amount, roles: &'static [Role], request: Request<Body>) -> Response<Body> {
    let options = LeptosOptions::builder().output_name("countersign").build();
    let now = Timestamp::from_date("2026-11-22").expect("a day");
    let context = move || provide_context(desks(now, amount, roles));
    let router = app::router(options, Arc::new(context));
    router.oneshot(request).await.expect("infallible")
}

async fn page_as(amount: Amount, roles: &'static [Role], path: &str) -> (StatusCode, String) {
    let request = Request::get(path)
        .header(ACCEPT, "text/html")
        .body(Body::empty());
    let response = send(amount, roles, request.expect("a request")).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

async fn page(path: &str) -> String {
    let (status, html) = page_as(Amount::Some, &Role::ALL, path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    html
}

async fn post(path: &str, form: &str) -> Response<Body> {
    let request = Request::post(path)
        .header(ACCEPT, "text/html")
        .header(CONTENT_TYPE, FORM)
        .body(Body::from(form.to_owned()));
    send(Amount::Some, &Role::ALL, request.expect("a request")).await
}

fn header(response: &Response<Body>, name: axum::http::HeaderName) -> String {
    let value = response
        .headers()
        .get(name)
        .map(|value| value.to_str().expect("text"));
    value.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_page_is_complete_without_scripts() {
    let pages = [
        ("/".to_owned(), "Unmask card numbers"),
        (
            format!("/approvals/{}", approval_id(0)),
            "Why you are asked",
        ),
        (
            format!("/approvals/{}", approval_id(0)),
            "Is one month enough?",
        ),
        (
            format!("/approvals/{}", approval_id(0)),
            "Short names mean tables of",
        ),
        (
            format!("/approvals/{}/similar", approval_id(0)),
            "Try the terms on the past first.",
        ),
        (
            format!("/approvals/{}/similar", approval_id(1)),
            "Agreed so far",
        ),
        (
            "/standing-approvals".to_owned(),
            "The report moved to another team",
        ),
        (
            format!("/approvals/{}", approval_id(1)),
            "These columns leave as they are:",
        ),
        (format!("/approvals/{}", approval_id(4)), "Ask again"),
        (
            format!("/approvals/{}/conditions?row_cap=500", approval_id(0)),
            "At most 500 rows leave",
        ),
        ("/sessions".to_owned(), "Monthly invoices"),
        (format!("/sessions/{}", run_id(0)), "The result was sealed"),
        (format!("/sessions/{}", run_id(0)), "412 values of "),
        ("/agents".to_owned(), "Builds the reporting tables"),
        (format!("/agents/{}", agent_id(0)), "demo.web.events_*"),
        ("/agents/new".to_owned(), "name=\"grants\""),
        ("/device".to_owned(), "name=\"code\""),
        (
            format!("/device/{}", device_request_id(0)),
            "acme/churn/.github/workflows/nightly.yml@refs/heads/main",
        ),
        (
            "/oauth2/authorize?state=x".to_owned(),
            "http://127.0.0.1:49152",
        ),
        ("/runs/new".to_owned(), "With which agent?"),
        ("/runs".to_owned(), "End it"),
        (format!("/runs/{}", run_id(1)), "Asked so far"),
        ("/reviews".to_owned(), "Q3 2026"),
        ("/reviews".to_owned(), "Glass broken"),
        (format!("/reviews/{}", campaign_id(0)), "never used"),
        ("/ledger?verify=1".to_owned(), "The chain holds."),
        ("/ledger/1201".to_owned(), "Before it"),
        ("/people".to_owned(), "data-stewards, platform-admins"),
        (format!("/people/{}", person(2).id), "Left the company"),
        ("/catalog".to_owned(), "demo.shop.orders.note_0: pii.name"),
        ("/catalog".to_owned(), "found 412 times in 3 results"),
        ("/deliveries".to_owned(), "mail_server_unavailable"),
        ("/me".to_owned(), "this browser"),
        ("/me".to_owned(), "Let them decide"),
        ("/policies".to_owned(), "Leave payroll alone"),
        (
            format!("/policies/drafts/{}", draft_id(0)),
            "would be decided as before",
        ),
        (
            format!("/policies/drafts/{}", draft_id(1)),
            "payroll.cedar:5: attribute",
        ),
        (
            format!("/policies/versions/{}", hash(12)),
            "id=\"payroll-is-off-limits\"",
        ),
    ];
    for (path, sign) in pages {
        let html = page(&path).await;
        assert!(html.contains(sign), "{path} shows {sign:?}");
        assert!(!html.contains("<template"), "{path} waits for a script");
        assert!(!html.contains(" style=\""), "{path} has an inline style");
        assert!(!html.contains(" onclick="), "{path} has an inline handler");
    }
}

#[tokio::test]
async fn nothing_to_show_is_said_and_taught() {
    for path in [
        "/",
        "/sessions",
        "/agents",
        "/runs",
        "/runs/new",
        "/reviews",
        "/catalog",
        "/ledger",
    ] {
        let (status, html) = page_as(Amount::None, &Role::ALL, path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains("class=\"empty\""), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_answers_404() {
    for path in [
        "/nowhere",
        "/agents/agt_1",
        "/sessions/agt_00000000000070008000000000000001",
        "/ledger/0",
    ] {
        let (status, html) = page_as(Amount::Some, &Role::ALL, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(html.contains("Nothing here"), "{path}");
    }
}

#[tokio::test]
async fn without_desks_nobody_is_signed_in() {
    let options = LeptosOptions::builder().output_name("countersign").build();
    let router = app::router(options, Arc::new(|| {}));
    let request = Request::get("/").body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_decision_is_a_plain_form_with_two_buttons() {
    let html = page(&format!("/approvals/{}", approval_id(0))).await;
    assert!(html.contains("method=\"post\" action=\"/ui/decide\""));
    assert!(html.contains("name=\"ballot\" value=\"approve\""));
    assert!(html.contains("name=\"ballot\" value=\"deny\""));
}

#[tokio::test]
async fn what_is_critical_is_approved_by_typing_the_agents_name() {
    let field = "name=\"confirmation\" required";
    let grave = page(&format!("/approvals/{}", approval_id(1))).await;
    assert!(grave.contains(field));
    // A denial goes through without it.
    assert!(grave.contains("value=\"deny\" formnovalidate"), "{grave}");
    assert!(
        !page(&format!("/approvals/{}", approval_id(0)))
            .await
            .contains(field)
    );

    let approval = approval_id(1);
    let form = format!("approval={approval}&ballot=approve&confirmation=churn");
    let cookie = header(&post("/ui/decide", &form).await, SET_COOKIE);
    assert!(cookie.contains("countersign_form"), "{cookie}");
    let form = format!("approval={approval}&ballot=approve&confirmation=churn-model");
    assert_eq!(header(&post("/ui/decide", &form).await, SET_COOKIE), "");
}

#[tokio::test]
async fn the_inbox_shows_the_highest_risk_first_and_filters_by_its_address() {
    let places = |html: &str| {
        ["Unmask card numbers", "second order failed", "Daily funnel"].map(|sign| html.find(sign))
    };
    let all = places(&page("/").await);
    assert!(
        all.iter().all(Option::is_some) && all.is_sorted(),
        "{all:?}"
    );
    for (query, shown) in [
        ("risk=high", [false, true, false]),
        ("agent=support-copilot", [false, false, true]),
        ("person=alice%40example.com", [true, true, false]),
        ("tag=pii.ssn&risk=critical", [true, false, false]),
        ("tag=pci", [false, false, false]),
        ("mine=1", [true, true, false]),
    ] {
        let html = page(&format!("/?{query}")).await;
        assert_eq!(places(&html).map(|place| place.is_some()), shown, "{query}");
    }
    assert!(page("/?tag=pci").await.contains("No request fits"));
}

#[tokio::test]
async fn one_request_leads_to_the_next() {
    let [grave, high, own] = [1, 0, 2].map(|number| format!("/approvals/{}", approval_id(number)));
    for (query, target) in [
        (String::new(), grave.as_str()),
        (format!("after={}", approval_id(1)), &high),
        (format!("before={}", approval_id(0)), &grave),
        // Own requests are for others, and behind the last there is the inbox.
        (format!("after={}", approval_id(0)), "/"),
        (format!("after={}", approval_id(3)), &grave),
    ] {
        let request = Request::get(format!("/next?{query}")).body(Body::empty());
        let answer = send(Amount::Some, &Role::ALL, request.expect("a request")).await;
        assert_eq!(header(&answer, LOCATION), target, "{query}");
        assert_ne!(header(&answer, LOCATION), own);
    }
}

#[tokio::test]
async fn what_hides_in_a_text_is_spelled_out() {
    let html = page(&format!("/approvals/{}", approval_id(2))).await;
    assert!(!html.contains('\u{202e}') && !html.contains('\u{200b}'));
    assert!(html.contains("U+202E") && html.contains("<small>U+0430"));
    assert!(html.contains("The purpose holds 1 character that cannot be seen"));
}

#[tokio::test]
async fn who_may_not_decide_gets_the_reason_instead_of_the_form() {
    let html = page(&format!("/approvals/{}", approval_id(5))).await;
    assert!(html.contains("You opened this run, so somebody else decides."));
    assert!(!html.contains("action=\"/ui/decide\""));
}

#[tokio::test]
async fn a_vote_leads_back_to_its_page() {
    let approval = approval_id(0);
    let response = post("/ui/decide", &format!("approval={approval}&ballot=approve")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        header(&response, LOCATION),
        format!("/approvals/{approval}")
    );
}

#[tokio::test]
async fn a_vote_that_comes_too_late_is_said_on_the_page() {
    let approval = approval_id(3);
    let form = format!("approval={approval}&ballot=approve&comment=looks+good");
    let response = post("/ui/decide", &form).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        header(&response, LOCATION),
        format!("/approvals/{approval}")
    );
    let cookie = header(&response, SET_COOKIE);
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );

    let request = Request::get(format!("/approvals/{approval}"))
        .header(COOKIE, cookie.split(';').next().unwrap_or_default())
        .body(Body::empty());
    let back = send(Amount::Some, &Role::ALL, request.expect("a request")).await;
    assert!(
        header(&back, SET_COOKIE).contains("Max-Age=0"),
        "it is shown once"
    );
    let body = to_bytes(back.into_body(), usize::MAX)
        .await
        .expect("a body");
    let html = String::from_utf8(body.to_vec()).expect("text");
    assert!(html.contains("Chen Wei has decided on this request already."));
}

#[tokio::test]
async fn a_form_that_comes_back_keeps_what_was_typed() {
    let form = "name=report-bot&purpose=Reports&sponsors=nobody%40example.com&expires=2026-12-01&grants=read+demo.shop.*";
    let response = post("/ui/propose_agent", form).await;
    assert_eq!(header(&response, LOCATION), "/agents/new");
    let cookie = header(&response, SET_COOKIE);
    let request = Request::get("/agents/new")
        .header(COOKIE, cookie.split(';').next().unwrap_or_default())
        .body(Body::empty());
    let back = send(Amount::Some, &Role::ALL, request.expect("a request")).await;
    let body = to_bytes(back.into_body(), usize::MAX)
        .await
        .expect("a body");
    let html = String::from_utf8(body.to_vec()).expect("text");
    assert!(html.contains("value=\"report-bot\""));
    assert!(
        html.contains("read demo.shop.*</textarea>"),
        "grants are kept"
    );
    assert!(html.contains("Nobody with this address has signed in yet."));
}

#[tokio::test]
async fn fields_are_checked_before_the_desk_is_asked() {
    for (form, field) in [
        (
            "name=&purpose=x&expires=2026-12-01&grants=read+a.b.c",
            "name",
        ),
        ("name=x&purpose=x&expires=soon&grants=read+a.b.c", "expires"),
        (
            "name=x&purpose=x&expires=2026-12-01&grants=everything",
            "grants",
        ),
    ] {
        let request = Request::post("/ui/propose_agent")
            .header(CONTENT_TYPE, FORM)
            .body(Body::from(form));
        let response = send(Amount::Some, &Role::ALL, request.expect("a request")).await;
        let body = to_bytes(response.into_body(), usize::MAX)
            .await
            .expect("a body");
        let text = String::from_utf8(body.to_vec()).expect("text");
        assert!(text.contains(&format!("\"field\":\"{field}\"")), "{text}");
    }
}

#[tokio::test]
async fn forms_lead_to_the_page_of_what_they_made() {
    let agent = agent_id(0);
    let cases = [
        (
            "/ui/propose_agent",
            "name=x&purpose=x&expires=2026-12-01&grants=read+a.b.c".to_owned(),
            format!("/agents/{agent}"),
        ),
        (
            "/ui/revoke_agent",
            format!("agent={agent}&reason=done"),
            format!("/agents/{agent}"),
        ),
        (
            "/ui/open_run",
            format!("agent={agent}&purpose=x&minutes=60"),
            format!("/runs/{}", run_id(0)),
        ),
        (
            "/ui/revoke_run",
            format!("run={}&reason=done", run_id(1)),
            format!("/runs/{}", run_id(1)),
        ),
        (
            "/ui/open_campaign",
            "name=Q4&from=2026-09-01&to=2026-11-22".to_owned(),
            format!("/reviews/{}", campaign_id(0)),
        ),
        (
            "/ui/give_verdict",
            format!(
                "campaign={}&item={}&verdict=keep",
                campaign_id(0),
                item_id(2)
            ),
            format!("/reviews/{}#{}", campaign_id(0), item_id(2)),
        ),
        (
            "/ui/sign_campaign",
            format!("campaign={}&statement=Mine", campaign_id(2)),
            format!("/reviews/{}", campaign_id(2)),
        ),
    ];
    for (path, form, next) in cases {
        let response = post(path, &form).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
        assert_eq!(header(&response, LOCATION), next, "{path}");
        assert_eq!(header(&response, SET_COOKIE), "", "{path}");
    }
}

#[tokio::test]
async fn a_verdict_against_a_right_needs_a_reason() {
    let form = format!(
        "campaign={}&item={}&verdict=revoke&reason=+",
        campaign_id(0),
        item_id(2)
    );
    let response = post("/ui/give_verdict", &form).await;
    assert!(header(&response, SET_COOKIE).contains("countersign_form="));
}

#[tokio::test]
async fn server_functions_do_not_answer_get() {
    let request = Request::get("/ui/inbox")
        .body(Body::empty())
        .expect("a request");
    let response = send(Amount::Some, &Role::ALL, request).await;
    assert!(response.status().is_client_error());
}

#[tokio::test]
async fn the_frame_offers_what_the_roles_allow() {
    let (_, approver) = page_as(Amount::Some, &[Role::Approver], "/").await;
    assert!(!approver.contains("href=\"/reviews\""));
    let (_, reviewer) = page_as(Amount::Some, &[Role::Reviewer], "/").await;
    assert!(reviewer.contains("href=\"/reviews\""));
    let (_, reviewer) = page_as(Amount::Some, &[Role::Reviewer], "/agents").await;
    assert!(!reviewer.contains("href=\"/agents/new\""));
    let (_, initiator) = page_as(Amount::Some, &[Role::Initiator], "/agents").await;
    assert!(initiator.contains("href=\"/agents/new\""));
}

#[tokio::test]
async fn the_token_stands_in_the_page_once() {
    let html = page(&format!("/runs/{}", run_id(0))).await;
    assert_eq!(html.matches("cst_EXAMPLE-not-a-token-EXAMPLE").count(), 1);
}

#[tokio::test]
async fn credentials_are_offered_to_whoever_may_hand_them_out() {
    for (number, offers) in [(0, true), (1, false)] {
        let html = page(&format!("/runs/{}", run_id(number))).await;
        let form = format!("action=\"/runs/{}/credentials\"", run_id(number));
        assert_eq!(html.contains(&form), offers, "{number}");
        assert_eq!(html.contains("GOOGLE_CLOUD_PROJECT=demo"), offers);
    }
}

#[tokio::test]
async fn a_pipeline_is_confirmed_only_after_a_fresh_proof() {
    let confirm = "value=\"confirm\"";
    let refuse = "value=\"refuse\"";
    for (number, confirms, refuses, says) in [
        (0, true, true, "asked in your name"),
        (1, false, true, "step_up=true&amp;return_to=/device/dev_"),
        (2, false, false, "You confirmed this"),
        (3, false, true, "Only its owner"),
    ] {
        let html = page(&format!("/device/{}", device_request_id(number))).await;
        assert_eq!(html.contains(confirm), confirms, "{number}");
        assert_eq!(html.contains(refuse), refuses, "{number}");
        assert!(html.contains(says), "{number}");
    }
}

#[tokio::test]
async fn a_typed_code_is_in_no_address_and_does_not_come_back() {
    let path = EnterDeviceCode::url();
    let found = post(path, "code=WDJB-MJHT").await;
    let page = format!("/device/{}", device_request_id(0));
    assert_eq!(header(&found, LOCATION), page);
    let missed = post(path, "code=WDJB-MJHX").await;
    assert_eq!(header(&missed, LOCATION), "/device");
    assert!(!header(&missed, SET_COOKIE).contains("MJHX"));
}

#[tokio::test]
async fn a_client_that_waits_is_answered_by_one_form() {
    let page_of = "/oauth2/authorize?state=";
    let html = page(&format!("{page_of}x")).await;
    assert!(html.contains("name=\"request\" value=\"state=x\""));
    assert!(html.contains("value=\"open\""));
    // Whoever refuses need not say what the run would be for.
    assert!(html.contains("value=\"refuse\" formnovalidate"), "{html}");
    let html = page(&format!("{page_of}hindered")).await;
    assert!(html.contains("Only its owner") && html.contains("value=\"refuse\""));
    assert!(!html.contains("value=\"open\"") && !html.contains("name=\"purpose\""));
    let path = format!("{page_of}foreign");
    let (status, html) = page_as(Amount::Some, &Role::ALL, &path).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(!html.contains("<form class=\"card"));
    let mistaken = Request::get(format!("{page_of}mistaken")).body(Body::empty());
    let answer = send(Amount::Some, &Role::ALL, mistaken.expect("a request")).await;
    let client = "http://127.0.0.1:49152/callback?";
    assert_eq!(
        header(&answer, LOCATION),
        format!("{client}error=invalid_request")
    );

    let url = AnswerAuthorization::url();
    for (form, next) in [
        (
            "answer=open&purpose=x&minutes=60",
            format!("{client}code=x"),
        ),
        ("answer=refuse", format!("{client}error=access_denied")),
        ("answer=open&purpose=+&minutes=60", format!("{page_of}x")),
        ("answer=open&purpose=x&minutes=481", format!("{page_of}x")),
    ] {
        let answer = post(url, &format!("request=state%3Dx&{form}")).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{form}");
        assert_eq!(header(&answer, LOCATION), next, "{form}");
    }
}

#[tokio::test]
async fn a_column_is_tagged_by_hand_and_a_tag_taken_back_with_a_reason() {
    let orders = "column=demo.shop.orders.note";
    for (path, form, succeeds) in [
        ("/ui/tag_column", format!("{orders}&tag=pii.name"), true),
        ("/ui/tag_column", format!("{orders}&tag="), false),
        (
            "/ui/tag_column",
            "column=note&tag=pii.name".to_owned(),
            false,
        ),
        (
            "/ui/tag_column",
            "column=demo.shop.x.y&tag=secret".to_owned(),
            false,
        ),
        (
            "/ui/untag_column",
            format!("{orders}&tag=pii.name&reason=Initials"),
            true,
        ),
        (
            "/ui/untag_column",
            format!("{orders}&tag=pii.name&reason=+"),
            false,
        ),
    ] {
        let answer = post(path, &form).await;
        assert_eq!(header(&answer, LOCATION), "/catalog", "{form}");
        assert_eq!(header(&answer, SET_COOKIE).is_empty(), succeeds, "{form}");
    }
}

#[tokio::test]
async fn a_draft_is_sent_file_by_file() {
    let form = format!(
        "draft={}&revision=3&files[0][name]=payroll.cedar&files[0][text]=a%0D%0Ab\
         &files[1][name]=&files[1][text]=%0D%0A",
        draft_id(0)
    );
    let page = format!("/policies/drafts/{}", draft_id(0));
    let answer = post("/ui/save_policy_draft", &form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&answer, LOCATION), page);
    assert_eq!(header(&answer, SET_COOKIE), "");
}

#[tokio::test]
async fn what_is_said_of_a_policy_leads_to_its_words() {
    let html = page(&format!("/approvals/{}", approval_id(0))).await;
    let link = format!("/policies/versions/{}#pii-needs-steward", hash(12));
    assert!(html.contains(&link), "{link}");
}

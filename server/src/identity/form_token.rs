//! The token on every form: only a page that we made for this session can have sent it.
//!
//! It stands beside the rule on where a request comes from
//! ([`security`](crate::http::security)): either alone keeps other sites from acting in
//! somebody's name.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::EventName;
use http::{HeaderMap, StatusCode, header, request::Parts};
use subtle::ConstantTimeEq as _;
use tower_sessions::Session;
use url::form_urlencoded;

use super::{
    Identity,
    guard::{unavailable, wants_page},
    notice,
    session::SignedIn,
};
use crate::{
    context::{Actor, Context, Person},
    http::{problem::Problem, request_id::RequestId, security::is_safe},
    services::Refusal,
};

/// How scripts of ours send the token.
const HEADER: &str = "x-form-token";
/// How forms send it, and from which page they come.
const FIELDS: [&str; 2] = ["form_token", "form_page"];

/// The token of this session, for the pages to put into their forms.
#[derive(Debug, Clone)]
pub struct FormToken(pub String);

/// The page whose form this request is.
#[derive(Debug, Clone)]
pub(super) struct FormPage(pub String);

/// Middleware: refuses what somebody who is signed in sends without their session's token.
/// Whoever is not signed in is the next middleware's affair.
pub(super) async fn require_form_token(
    State(identity): State<Identity>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    if is_safe(request.method()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, identity.0.config.limits.body_bytes).await else {
        return too_large().into_response();
    };
    let [token, page] = fields(&parts.headers, &bytes);
    if let Some(page) = page {
        parts.extensions.insert(FormPage(page));
    }
    match identity.current(&session).await {
        Ok(Some(signed_in)) if !is_equal(token.as_deref(), &signed_in.form_token) => {
            refuse(&identity, &parts, signed_in).await
        }
        Ok(_) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Err(error) => unavailable(&error),
    }
}

/// The token by header or by form, and the form's page.
fn fields(headers: &HeaderMap, body: &[u8]) -> [Option<String>; 2] {
    let by_header = headers
        .get(HEADER)
        .and_then(|token| token.to_str().ok())
        .map(str::to_owned);
    let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    let mut found = [by_header, None];
    if is_form {
        for (name, value) in form_urlencoded::parse(body) {
            if let Some(place) = FIELDS.iter().position(|field| *field == name) {
                found[place].get_or_insert(value.into_owned());
            }
        }
    }
    found
}

fn is_equal(sent: Option<&str>, token: &str) -> bool {
    sent.is_some_and(|sent| sent.as_bytes().ct_eq(token.as_bytes()).into())
}

async fn refuse(identity: &Identity, parts: &Parts, signed_in: SignedIn) -> Response {
    let request_id = parts.extensions.get::<RequestId>();
    let context = Context {
        actor: Actor::Person(Person::from(signed_in)),
        request_id: request_id.map(|id| id.0.clone()).unwrap_or_default(),
        now: identity.0.services.now(),
    };
    let refusal = Refusal {
        event: EventName::RequestRefused,
        code: "form_token_wrong",
        run: None,
        subject: parts.uri.path(),
        details: serde_json::json!({}),
    };
    let recorded = identity.0.services.record_refusal(&context, refusal).await;
    if let Err(error) = recorded {
        return Problem::from(error).into_response();
    }
    if wants_page(&parts.headers, false) {
        return notice::stale_form(identity);
    }
    Problem::new(
        StatusCode::FORBIDDEN,
        "form_token_wrong",
        "This was not sent by a page of this session",
    )
    .detail("Load the page again and retry.")
    .into_response()
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The request is too large",
    )
}

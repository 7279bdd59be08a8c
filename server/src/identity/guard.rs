//! Lets people with a session through, and sends the others to the sign-in.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use tower_sessions::Session;

use super::{
    Identity,
    form_token::{FormPage, FormToken},
    return_to::ReturnTo,
    session,
};
use crate::{
    context::{Actor, Context, Person},
    http::{problem::Problem, request_id::RequestId},
};

/// Middleware: puts [`Person`], [`Context`] and [`FormToken`] into the request. Only the
/// session counts; an `Authorization` header is for agents and means nothing here.
pub(super) async fn require_person(
    State(identity): State<Identity>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let now = identity.0.services.now();
    let signed_in = match session::current(&session, now).await {
        Ok(Some(signed_in)) => signed_in,
        Ok(None) => return to_sign_in(&request),
        Err(error) => return unavailable(&error),
    };
    if let Err(error) = session::touch(&session, now).await {
        return unavailable(&error);
    }
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    let extensions = request.extensions_mut();
    extensions.insert(FormToken(signed_in.form_token.clone()));
    let person = Person::from(signed_in);
    extensions.insert::<Person>(person.clone());
    extensions.insert(Context {
        actor: Actor::Person(person),
        request_id,
        now,
    });
    next.run(request).await
}

pub(super) fn unavailable(error: &tower_sessions::session::Error) -> Response {
    tracing::error!(%error, "the session cannot be read");
    Problem::unavailable().into_response()
}

/// A page leads to the sign-in and back; a script hears that it needs one.
fn to_sign_in(request: &Request) -> Response {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if !wants_page(request.headers(), reading) {
        return Problem::new(
            StatusCode::UNAUTHORIZED,
            "session_required",
            "You are not signed in",
        )
        .detail("Open /signin in the browser. Agents use /api with their token.")
        .into_response();
    }
    let path = if reading {
        request
            .uri()
            .path_and_query()
            .map_or_else(String::new, ToString::to_string)
    } else {
        let page = request.extensions().get::<FormPage>();
        page.map(|page| page.0.clone()).unwrap_or_default()
    };
    Redirect::to(&ReturnTo::or_first_page(&path).sign_in()).into_response()
}

/// Forms ask for HTML, and so do links; `*/*` is a script's, or curl's, and may only read.
pub(super) fn wants_page(headers: &HeaderMap, reading: bool) -> bool {
    match headers.get(header::ACCEPT).map(|accept| accept.to_str()) {
        Some(Ok(accept)) => accept.contains("text/html") || (reading && accept.contains("*/*")),
        Some(Err(_)) => false,
        None => reading,
    }
}

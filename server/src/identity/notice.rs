//! The small pages around sign-in: plain HTML, readable without anything else.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;

use super::{Identity, error::SignInError};
use crate::services::NotAdmitted;

/// One message, and where to go from it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<title>{{ title }} · Countersign</title>
{% if let Some(stylesheet) = stylesheet %}<link rel="stylesheet" href="{{ stylesheet }}">{% endif %}
</head>
<body class="notice-page">
<main class="notice">
<p>Countersign</p>
<h1>{{ title }}</h1>
<p>{{ text }}</p>
{% if let Some(code) = code %}<p>Code: <code>{{ code }}</code></p>{% endif %}
<p><a class="button" href="/signin">Sign in</a></p>
</main>
</body>
</html>
"#
)]
struct Notice<'a> {
    title: &'a str,
    text: &'a str,
    code: Option<&'static str>,
    stylesheet: Option<&'a str>,
}

/// The page that says why nobody was signed in.
pub(super) fn refusal(identity: &Identity, error: SignInError) -> Response {
    let title = match error {
        SignInError::NotAdmitted(NotAdmitted::NoRole) | SignInError::Groups(_) => "No role here",
        _ => "You are not signed in",
    };
    let page = render(identity, title, &error.to_string(), Some(error.code()));
    (error.status(), page).into_response()
}

/// The page after a sign-out.
pub(super) fn signed_out(identity: &Identity) -> Response {
    render(
        identity,
        "You are signed out",
        "Your session here has ended.",
        None,
    )
}

/// The page after a form of an earlier session.
pub(super) fn stale_form(identity: &Identity) -> Response {
    let page = render(
        identity,
        "This page is from an earlier session",
        "Nothing was changed. Go back, load the page again, and send it once more.",
        Some("form_token_wrong"),
    );
    (StatusCode::FORBIDDEN, page).into_response()
}

fn render(identity: &Identity, title: &str, text: &str, code: Option<&'static str>) -> Response {
    let notice = Notice {
        title,
        text,
        code,
        stylesheet: identity.0.stylesheet.as_deref(),
    };
    match notice.render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

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
<div class="notice-brand"><img src="/favicon.svg" alt="" width="24" height="24">Countersign</div>
<h1>{{ title }}</h1>
<p>{{ text }}</p>
{% if let Some(code) = code %}<p>Code: <code>{{ code }}</code></p>{% endif %}
<div class="notice-links">
{% for (words, address) in links %}<a class="button" href="{{ address }}">{{ words }}</a>
{% endfor %}</div>
</main>
</body>
</html>
"#
)]
struct Notice<'a> {
    title: &'a str,
    text: &'a str,
    code: Option<&'static str>,
    links: &'a [Link<'a>],
    stylesheet: Option<&'a str>,
}

/// Words and an address.
type Link<'a> = (&'static str, &'a str);

/// To whatever the person may see: the first page, or the sign-in.
const ONWARDS: Link<'static> = ("Go to Countersign", "/");

/// The page that says why nobody was signed in.
pub(super) async fn refusal(identity: &Identity, error: SignInError) -> Response {
    // The provider would send the same person again, until they sign out there.
    let elsewhere = match error {
        SignInError::NotAdmitted(_) | SignInError::Groups(_) => {
            identity.0.provider.end_session().await
        }
        _ => None,
    };
    let mut links = vec![ONWARDS];
    if let Some(address) = &elsewhere {
        links.push(("Sign out at the identity provider", address.as_str()));
    }
    let (text, code) = (error.to_string(), Some(error.code()));
    let page = render(identity, title(error), &text, code, &links);
    (error.status(), page).into_response()
}

const fn title(error: SignInError) -> &'static str {
    match error {
        SignInError::NotAdmitted(NotAdmitted::NoRole) | SignInError::Groups(_) => "No role here",
        SignInError::NotAdmitted(NotAdmitted::Disabled) => "Your access is disabled",
        SignInError::Misconfigured
        | SignInError::ProviderUnavailable
        | SignInError::Unavailable => "Nobody can sign in at the moment",
        _ => "This sign-in was refused",
    }
}

/// The page after a sign-out.
pub(super) fn signed_out(identity: &Identity) -> Response {
    render(
        identity,
        "You are signed out",
        "Your session here has ended.",
        None,
        &[("Sign in", "/signin")],
    )
}

/// The page after a form of an earlier session.
pub(super) fn stale_form(identity: &Identity) -> Response {
    let page = render(
        identity,
        "This page is from an earlier session",
        "Nothing was changed. Go back, load the page again, and send it once more.",
        Some("form_token_wrong"),
        &[ONWARDS],
    );
    (StatusCode::FORBIDDEN, page).into_response()
}

fn render(
    identity: &Identity,
    title: &str,
    text: &str,
    code: Option<&'static str>,
    links: &[Link<'_>],
) -> Response {
    let notice = Notice {
        title,
        text,
        code,
        links,
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

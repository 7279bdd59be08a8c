//! The provider's pages. Everything put into them is our own text or a random name, so nothing
//! needs escaping.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse};
use url::Url;

use super::people::{PEOPLE, Person};

/// Headers of every page.
type PageHeaders = [(HeaderName, HeaderValue); 3];

/// `GET /sign-in.css`
pub(super) async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("sign-in.css"),
    )
}

/// The page that asks who signs in.
pub(super) fn choose_person(request: &str, redirect_uri: &str) -> (PageHeaders, Html<String>) {
    let buttons: String = PEOPLE.iter().map(button).collect();
    let body = format!(
        "<p class=\"eyebrow\">Sandbox identity provider</p>\n\
         <h1>Who signs in?</h1>\n\
         <p>These people exist only here. Choose one to continue to <strong>Countersign</strong>.</p>\n\
         <form method=\"post\" action=\"/authorize/choose\">\n\
         <input type=\"hidden\" name=\"request\" value=\"{request}\">\n{buttons}</form>"
    );
    page("Sign in", &body, redirect_uri)
}

/// A page with one thing to say.
pub(super) fn message(title: &str, text: &str) -> (PageHeaders, Html<String>) {
    let body = format!(
        "<p class=\"eyebrow\">Sandbox identity provider</p>\n<h1>{title}</h1>\n<p>{text}</p>"
    );
    page(title, &body, "")
}

fn button(person: &Person) -> String {
    let Person {
        key, name, role, ..
    } = person;
    let initials: String = name
        .split(' ')
        .filter_map(|word| word.chars().next())
        .collect();
    format!(
        "<button name=\"person\" value=\"{key}\"><span class=\"initials\" aria-hidden=\"true\">{initials}</span>\
         <span><b>{name}</b><small>{role}</small></span></button>\n"
    )
}

fn page(title: &str, body: &str, redirect_uri: &str) -> (PageHeaders, Html<String>) {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title} · sandbox identity provider</title>\n\
         <link rel=\"stylesheet\" href=\"/sign-in.css\">\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    );
    (headers(redirect_uri), Html(html))
}

/// Browsers hold `form-action` against the redirect that answers a form too, so the relying
/// party's origin has to be in it.
fn headers(redirect_uri: &str) -> PageHeaders {
    let origin = Url::parse(redirect_uri).map(|address| address.origin().ascii_serialization());
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
        origin.unwrap_or_default()
    );
    let policy =
        HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ]
}

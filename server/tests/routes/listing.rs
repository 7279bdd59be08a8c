//! Which addresses a router answers.

use std::collections::BTreeSet;

use axum::Router;

/// The addresses of every route, as written in the code.
///
/// axum tells them to nobody but whoever debugs the router. Should it one day tell them
/// otherwise, nothing is found here and the comparison with the tables fails.
pub fn addresses(router: &Router) -> BTreeSet<String> {
    let told = format!("{router:?}");
    let (served, _) = told.split_once("fallback_router").unwrap_or_default();
    let (_, paths) = served.split_once("paths: {").unwrap_or_default();
    let quoted = paths.split('"').skip(1).step_by(2);
    quoted
        .filter(|path| !path.contains("__private"))
        .map(str::to_owned)
        .collect()
}

/// An address that a client may ask for: with something for each `{name}`.
pub fn concrete(address: &str) -> String {
    let part = |part: &str| match part.strip_prefix('{') {
        Some(_) => "x".to_owned(),
        None => part.to_owned(),
    };
    let parts: Vec<String> = address.split('/').map(part).collect();
    parts.join("/")
}

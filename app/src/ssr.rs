//! The portal's routes for axum: the one place where Leptos' generic code is
//! instantiated.

use std::sync::{Arc, LazyLock};

use axum::{Router, http::StatusCode};
use leptos::{config::LeptosOptions, prelude::use_context};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list,
    render_app_async_with_context,
};

use crate::shell::{App, shell};

/// The pages' addresses, found by rendering the portal without loading anything.
///
/// Loading is switched off for the whole process while that lasts, and a page rendered
/// meanwhile would wait for ever: so it happens once, before the first router exists.
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Every page and every server function. `context` is called for each request and
/// provides [`crate::api::Desks`]; without them, pages say that nobody is signed in.
///
/// Addresses that are no page answer 404 with a page of their own.
pub fn router(options: LeptosOptions, context: Arc<dyn Fn() + Send + Sync>) -> Router {
    let provide = move || context();
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let fallback = render_app_async_with_context(provide.clone(), page.clone());
    Router::new()
        .leptos_routes_with_context(&options, ROUTES.clone(), provide, page)
        .fallback(fallback)
        .with_state(options)
}

/// Sets the status of the page that is being rendered.
pub(crate) fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

//! The document around every page, and which page has which address.

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{frame::Frame, pages};

/// The document.
pub fn shell(options: LeptosOptions) -> AnyView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <HashedStylesheet options=options.clone() />
                <HydrationScripts options islands=true />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
    .into_any()
}

/// Every page in its frame.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let missing = || view! { <pages::NotFound /> };
    let mode = SsrMode::Async;
    view! {
        <Router>
            <Frame>
                <FlatRoutes fallback=missing>
                    <Route path=path!("/") view=pages::Inbox ssr=mode.clone() />
                    <Route path=path!("/approvals/:id") view=pages::Approval ssr=mode.clone() />
                    <Route path=path!("/next") view=pages::Next ssr=mode.clone() />
                    <Route
                        path=path!("/approvals/:id/similar")
                        view=pages::Similar
                        ssr=mode.clone()
                    />
                    <Route
                        path=path!("/approvals/:id/conditions")
                        view=pages::Restrict
                        ssr=mode.clone()
                    />
                    <Route
                        path=path!("/standing-approvals")
                        view=pages::StandingApprovals
                        ssr=mode.clone()
                    />
                    <Route path=path!("/sessions") view=pages::Sessions ssr=mode.clone() />
                    <Route path=path!("/sessions/:id") view=pages::Replay ssr=mode.clone() />
                    <Route path=path!("/agents") view=pages::Agents ssr=mode.clone() />
                    <Route path=path!("/agents/new") view=pages::NewAgent ssr=mode.clone() />
                    <Route path=path!("/agents/:id") view=pages::Agent ssr=mode.clone() />
                    <Route path=path!("/runs") view=pages::Runs ssr=mode.clone() />
                    <Route path=path!("/runs/new") view=pages::NewRun ssr=mode.clone() />
                    <Route path=path!("/runs/:id") view=pages::Run ssr=mode.clone() />
                    <Route path=path!("/device") view=pages::DeviceCode ssr=mode.clone() />
                    <Route
                        path=path!("/device/:id")
                        view=pages::DeviceRequest
                        ssr=mode.clone()
                    />
                    <Route
                        path=path!("/oauth2/authorize")
                        view=pages::Authorize
                        ssr=mode.clone()
                    />
                    <Route path=path!("/reviews") view=pages::Reviews ssr=mode.clone() />
                    <Route path=path!("/reviews/:id") view=pages::Review ssr=mode.clone() />
                    <Route path=path!("/ledger") view=pages::Ledger ssr=mode.clone() />
                    <Route path=path!("/ledger/:id") view=pages::LedgerEntry ssr=mode.clone() />
                    <Route path=path!("/catalog") view=pages::Catalog ssr=mode.clone() />
                    <Route path=path!("/deliveries") view=pages::Deliveries ssr=mode.clone() />
                    <Route path=path!("/people") view=pages::People ssr=mode.clone() />
                    <Route
                        path=path!("/people/:id")
                        view=pages::PersonOverview
                        ssr=mode.clone()
                    />
                    <Route path=path!("/policies") view=pages::Policies ssr=mode.clone() />
                    <Route
                        path=path!("/policies/versions/:id")
                        view=pages::PolicyVersion
                        ssr=mode.clone()
                    />
                    <Route
                        path=path!("/policies/drafts/:id")
                        view=pages::PolicyDraft
                        ssr=mode.clone()
                    />
                    <Route path=path!("/me") view=pages::Me ssr=mode.clone() />
                    <Route path=path!("/find") view=pages::Find ssr=mode />
                </FlatRoutes>
            </Frame>
        </Router>
    }
    .into_any()
}

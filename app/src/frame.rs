//! The frame around every page: where one can go, the search, who is looking.

use domain::Role;
use leptos::prelude::*;
use leptos_meta::Meta;
use leptos_router::hooks::use_location;

use crate::{
    api::{Viewer, desks},
    components::{FormToken, When},
    format::initials,
    icons::{self, Icon},
    islands::{Keyboard, PendingCount},
};

/// The rail, the bar on top, and the page between them.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let viewer = desks().ok().map(|desks| desks.viewer);
    let token = viewer.as_ref().map(|viewer| {
        let token = viewer.form_token.clone();
        view! { <Meta name="form-token" content=token /> }
    });
    let (rail, top) = match viewer {
        Some(viewer) => (rail(&viewer), top(viewer)),
        None => (().into_any(), ().into_any()),
    };
    view! {
        {token}
        <a class="skip" href="#main">
            "Skip to the content"
        </a>
        <div class="frame">
            {rail} {top} <main id="main" tabindex="-1">
                {children()}
            </main>
        </div>
        <div id="announce" class="unseen" role="status" aria-live="polite"></div>
        {help()}
        <Keyboard />
    }
    .into_any()
}

fn rail(viewer: &Viewer) -> AnyView {
    let pending = viewer.pending;
    let manages = viewer.roles.iter().any(|role| *role != Role::Approver);
    let reviews = [Role::Reviewer, Role::Auditor, Role::Administrator];
    let reviews = reviews.into_iter().any(|role| viewer.is(role));
    let oversees = viewer.is(Role::Administrator) || viewer.is(Role::Auditor);
    view! {
        <nav class="rail" aria-label="Countersign">
            <a class="brand" href="/">
                <Icon path=icons::BRAND />
                <span>"Countersign"</span>
            </a>
            <ul>
                <li>{door("/", "Inbox", icons::INBOX)}<PendingCount pending /></li>
                <li>{door("/sessions", "Sessions", icons::SESSIONS)}</li>
                {manages.then(|| view! { <li>{door("/agents", "Agents", icons::AGENTS)}</li> })}
                {reviews.then(|| view! { <li>{door("/reviews", "Reviews", icons::REVIEWS)}</li> })}
                <li>{door("/policies", "Policies", icons::POLICIES)}</li>
                <li>{door("/ledger", "Ledger", icons::LEDGER)}</li>
                {reviews.then(|| view! { <li>{door("/catalog", "Catalog", icons::CATALOG)}</li> })}
                {oversees.then(|| view! { <li>{door("/people", "People", icons::PEOPLE)}</li> })}
            </ul>
        </nav>
    }
    .into_any()
}

fn door(href: &'static str, name: &'static str, icon: &'static str) -> AnyView {
    let path = use_location().pathname.get_untracked();
    let here = if href == "/" {
        path == "/" || path.starts_with("/approvals")
    } else {
        path.starts_with(href)
            || (href == "/sessions" && (path.starts_with("/runs") || path.starts_with("/device")))
    };
    let current = here.then_some("page");
    view! {
        <a class="door" href=href aria-current=current>
            <Icon path=icon />
            <span>{name}</span>
        </a>
    }
    .into_any()
}

fn top(viewer: Viewer) -> AnyView {
    let roles: Vec<&str> = viewer.roles.iter().map(|role| role.as_str()).collect();
    let roles = if roles.is_empty() {
        "no role".to_owned()
    } else {
        roles.join(", ")
    };
    view! {
        <header class="top">
            <form class="search" role="search" action="/find">
                <Icon path=icons::SEARCH />
                <input
                    type="search"
                    name="q"
                    data-key="/"
                    aria-label="Find"
                    placeholder="Find an id, an agent, a person, a ledger number"
                />
                <kbd aria-hidden="true">"/"</kbd>
            </form>
            <button
                type="button"
                class="button quiet-button keys"
                command="show-modal"
                commandfor="help"
                data-key="?"
                aria-label="Keyboard shortcuts"
            >
                <kbd>"?"</kbd>
            </button>
            <details class="me">
                <summary>
                    <span class="avatar" aria-hidden="true">
                        {initials(&viewer.name)}
                    </span>
                    <span class="me-name">{viewer.name.clone()}</span>
                    <span class="me-roles">{roles.clone()}</span>
                </summary>
                <div class="me-card">
                    <p>
                        <strong>{viewer.name}</strong>
                    </p>
                    <p>{viewer.email}</p>
                    <p class="quiet">{roles}</p>
                    <p class="quiet">
                        "Signed in with "{viewer.signed_in_with}", "
                        <When at=viewer.signed_in_at now=viewer.now />
                    </p>
                    <p>
                        <a href="/me">"Where you are signed in"</a>
                    </p>
                    <form method="post" action="/signout">
                        <FormToken />
                        <button class="button">"Sign out"</button>
                    </form>
                </div>
            </details>
        </header>
    }
    .into_any()
}

const KEYS: [(&str, &str); 13] = [
    ("j  k", "next and previous row, or request"),
    ("Enter", "open the row, confirm a decision"),
    ("a", "approve: then Enter"),
    ("d", "deny: then Enter"),
    ("q  s  c", "ask, approve similar ones, add conditions"),
    ("n", "after a decision: the next request"),
    ("k  r  x", "keep, reduce, revoke on a review's row"),
    ("s  p  n", "replay: play or pause, previous, next"),
    ("/", "find"),
    ("g i", "inbox"),
    ("g s  g a", "sessions, agents"),
    ("g r  g l", "reviews, ledger"),
    ("?", "this list"),
];

fn help() -> AnyView {
    let keys = KEYS.map(|(keys, what)| {
        let keys: Vec<_> = keys
            .split_whitespace()
            .map(|key| view! { <kbd>{key}</kbd> })
            .collect();
        view! {
            <div>
                <dt>{keys}</dt>
                <dd>{what}</dd>
            </div>
        }
    });
    view! {
        <dialog id="help" aria-labelledby="help-title">
            <h2 id="help-title">"Keys"</h2>
            <dl class="keys-list">{keys}</dl>
            <form method="dialog">
                <button class="button">"Close"</button>
            </form>
        </dialog>
    }
    .into_any()
}
